//! Acceptance scenarios of domain.md §15 that belong to no noun alone, over HTTP on both databases. The others stand with
//! their nouns; every one is a test named `scenario_NN_…`.

use crate::city::{City, engines};
use crate::duty_list::planned;
use serde_json::{Value, json};

/// Scenario 2: two mandatory requirements, one covered: not signed for, and the message names the one that is missing.
#[test]
fn scenario_02_a_need_of_which_half_is_covered_is_not_listable_and_the_missing_half_is_named() {
    for engine in engines() {
        let city = planned(engine);
        let need = "工作站编号,外部编号,标题,内容,类别,收集日期,户数,状态,必要条件\n\
                    XC-001,L1,巷内想添路灯,夜里无灯,0102,2026-01-08,40,待匹配,灯具*1@0102;安装*1@0301\n";
        city.ok(&["import", "needs", &city.file("lamp.csv", need), "--year", "2026"]);
        let server = city.serve();
        let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let step = |n: &Value| json!({"id": n["id"], "expectedVersion": n["version"]});
        let need = "{ needs(filter: { year: 2026, text: \"巷内\" }) { nodes { id } } }";
        let need = server.data(&convener, need, json!({}))["needs"]["nodes"][0].clone();
        let all =
            server.data(&convener, "{ resources(filter: { year: 2026 }) { nodes { id title } } }", json!({}));
        let all = all["resources"]["nodes"].as_array().unwrap();
        let advice = all.iter().find(|r| r["title"] == "公益法律咨询").unwrap();
        let pair = json!({"needId": need["id"], "quarter": 4, "resourceId": advice["id"]});
        let m = server.changed(&convener, "proposePair", "ProposePairInput", "id version", pair);
        server.changed(&clerk, "confirmMatch", "MatchStepInput", "status", step(&m));
        let list = "{ dutyList(workstation: \"XC-001\", year: 2026) { id version } }";
        let list = server.data(&convener, list, json!({}))["dutyList"].clone();
        let add = json!({"listId": list["id"], "expectedVersion": list["version"], "needId": need["id"]});
        server.changed(&convener, "addItem", "AddItemInput", "id", add);
        // A draft may hold it; nobody signs it.
        let list = "{ dutyList(workstation: \"XC-001\", year: 2026) { id version } }";
        let list = server.data(&convener, list, json!({}))["dutyList"].clone();
        let refused = server.change(&convener, "submitDutyList", "DutyListStepInput", "id", step(&list));
        let errors = refused["errors"].as_array().unwrap();
        let error = errors.iter().find(|e| e["code"] == "ITEM_PARTLY").expect("what is missing");
        let words = error["message"].as_str().unwrap();
        assert!(words.contains("安装") && !words.contains("灯具"), "{words}");
    }
}

/// Scenario 12: erasing a requester's contact leaves the list's hash, the counts and the print as they were.
#[test]
fn scenario_12_erasing_a_contact_leaves_hash_counts_and_print_as_they_were() {
    for engine in engines() {
        let city = City::demo(engine);
        let server = city.serve();
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let query = "{ dutyList(workstation: \"XC-001\", year: 2026) { snapshots { sha256 } items(first: 50) { totalCount nodes { need { id version } } } } \
                     dashboard(year: 2026) { needs { status count } dutyLists { status count } } }";
        let print = || city.ok(&["export", "--station", "XC-001", "--year", "2026", "--format", "csv"]);
        let (before, printed) = (server.data(&clerk, query, json!({})), print());
        // Not every need came with a contact.
        let items = before["dutyList"]["items"]["nodes"].as_array().unwrap();
        let contact = |need: &Value| json!({"needId": need["id"], "purpose": "回访"});
        let read = |need: &Value| {
            server.change(&clerk, "readContact", "ReadContactInput", "phone", contact(need))["node"].clone()
        };
        let at = items.iter().position(|i| !read(&i["need"]).is_null()).expect("a need with a contact");
        let need = items[at]["need"].clone();
        let contact = contact(&need);
        let erase =
            |reason: &str| json!({"id": need["id"], "expectedVersion": need["version"], "reason": reason});
        assert_eq!(server.not_changed(&clerk, "eraseContact", "NeedReasonInput", erase(" ")), "EMPTY");
        let officer = city.token("CITY_OFFICER", &[]);
        let not_theirs = server.not_changed(&officer, "eraseContact", "NeedReasonInput", erase("期满"));
        assert_eq!(not_theirs, "NOT_ALLOWED");
        let after =
            server.changed(&clerk, "eraseContact", "NeedReasonInput", "id version", erase("诉求人要求删除"));
        assert_eq!(server.not_changed(&clerk, "eraseContact", "NeedReasonInput", erase("再次")), "CONFLICT");
        let again = json!({"id": need["id"], "expectedVersion": after["version"], "reason": "再次"});
        assert_eq!(server.not_changed(&clerk, "eraseContact", "NeedReasonInput", again), "NO_CONTACT");
        assert_eq!(server.not_changed(&clerk, "readContact", "ReadContactInput", contact), "CONTACT_ERASED");
        let mut now = server.data(&clerk, query, json!({}));
        now["dutyList"]["items"]["nodes"][at]["need"]["version"] = need["version"].clone();
        assert_eq!(now, before);
        assert_eq!(print(), printed);
        city.ok(&["verify", "--year", "2026"]);
    }
}

/// Scenario 1: the waste ground of 曙光街, from two sessions to 2,000 square metres of car park and a satisfied requester;
/// the print shows it, and the district has one more.
#[test]
fn scenario_01_a_waste_ground_becomes_a_car_park_through_two_sessions() {
    for engine in engines() {
        let city = planned(engine);
        let need = "工作站编号,外部编号,标题,内容,类别,来源,收集日期,户数,人数,状态,公开\n\
                    XC-001,Z1,荒地整治,空地堆满杂物,0103,议事会,2026-01-08,300,900,待匹配,同意公开\n";
        city.ok(&["import", "needs", &city.file("ground.csv", need), "--year", "2026"]);
        city.ok(&["plan", "--year", "2026"]);
        let server = city.serve();
        let [first, second] =
            ["FIRST_CONVENER", "SECOND_CONVENER"].map(|r| city.token(r, &["--station", "XC-001"]));
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let officer = city.token("CITY_OFFICER", &[]);
        let with = |row: &Value, more: Value| {
            let mut input = json!({"id": row["id"], "expectedVersion": row["version"]});
            for (k, v) in more.as_object().unwrap() {
                input[k] = v.clone();
            }
            input
        };
        let list = || {
            let query = "{ dutyList(workstation: \"XC-001\", year: 2026) { id version items(first: 20) { nodes { id version title need { id matches { id } } } } } }";
            server.data(&first, query, json!({}))["dutyList"].clone()
        };
        let ground = || {
            let all = list()["items"]["nodes"].clone();
            all.as_array().unwrap().iter().find(|i| i["title"] == "荒地整治").expect("the item").clone()
        };
        // The list goes out with it, as a matter for consultation.
        let item = ground();
        let form = with(&item, json!({"form": "MICRO_CONSULTATION", "expectedResult": "整治荒地2000平方米"}));
        server.changed(&first, "editItem", "EditItemInput", "id", form);
        for field in ["proposeListMatches", "confirmListMatches"] {
            server.changed(&first, field, "DutyListMatchesInput", "id", json!({"id": list()["id"]}));
        }
        for (token, field) in [
            (&first, "submitDutyList"),
            (&first, "approveDutyList"),
            (&second, "cosignDutyList"),
            (&second, "publishDutyList"),
        ] {
            server.changed(token, field, "DutyListStepInput", "status", with(&list(), json!({})));
        }
        let print = city.ok(&["export", "--station", "XC-001", "--year", "2026", "--format", "csv"]);
        assert!(
            print.contains("荒地整治") && print.contains("整治荒地2000平方米") && print.contains("微协商"),
            "{print}"
        );

        let district = || {
            let query = "{ measures(scope: { year: 2026, district: \"150102\" }) { kind numerator } }";
            let all = server.data(&officer, query, json!({}))["measures"].clone();
            let of = |kind: &str| {
                all.as_array().unwrap().iter().find(|m| m["kind"] == kind).unwrap()["numerator"]
                    .as_i64()
                    .unwrap()
            };
            (of("DONE"), of("ITEMS_DONE"))
        };
        assert_eq!(district(), (0, 0));
        let item = ground();
        let node = "id version status issuedOn";
        let o = server.changed(
            &first,
            "issueOrder",
            "IssueOrderInput",
            node,
            json!({"needId": item["need"]["id"]}),
        );
        let lead = with(&o, json!({"matchId": item["need"]["matches"][0]["id"]}));
        let o = server.changed(&first, "dispatchOrder", "DispatchOrderInput", node, lead);
        let mut o = server.changed(&clerk, "acceptOrder", "OrderStepInput", node, with(&o, json!({})));
        let day = o["issuedOn"].clone();
        let outcome = json!({"resolvedOn": day, "outcome": "建成停车场", "evidence": "验收单",
                             "quantities": [{"measure": "AREA", "before": 0, "amount": 2000, "unit": "平方米"}]});
        let early =
            server.not_changed(&clerk, "resolveOrder", "ResolveOrderInput", with(&o, outcome.clone()));
        assert_eq!(early, "NO_MINUTES", "a consultation needs its session first");
        // Park, market or car park: the second session decides.
        for conclusion in ["三个方案入户征求意见", "多数居民赞成建停车场"] {
            let session = json!({"orders": [{"id": o["id"], "expectedVersion": o["version"]}], "heldOn": day,
                "place": "居民议事室", "brand": "小马扎议事堂", "form": "MICRO_CONSULTATION", "host": "召集人",
                "attendees": ["居民代表"], "options": ["口袋公园", "便民市场", "停车场"], "conclusion": conclusion, "minutes": "记录"});
            server.changed(&first, "recordConsultation", "RecordConsultationInput", "id", session);
            let query = "query($id: ID!) { node(id: $id) { ... on Order { id version status issuedOn } } }";
            o = server.data(&first, query, json!({"id": o["id"]}))["node"].clone();
        }
        let o = server.changed(&clerk, "resolveOrder", "ResolveOrderInput", node, with(&o, outcome));
        let word = json!({"by": "COMMUNITY_REP", "channel": "上门", "rating": "SATISFIED", "solved": "YES"});
        let o = server.changed(&clerk, "rateOrder", "RateOrderInput", node, with(&o, word));
        assert_eq!(o["status"], "CLOSED");
        let query = "query($id: ID!) { node(id: $id) { ... on Order { rating quantities { measure amount unit } consultations { options conclusion } } } }";
        let done = server.data(&first, query, json!({"id": o["id"]}))["node"].clone();
        assert_eq!(done["quantities"], json!([{"measure": "AREA", "amount": 2000, "unit": "平方米"}]));
        assert_eq!(done["consultations"].as_array().unwrap().len(), 2);
        assert_eq!(district(), (1, 1));
    }
}

/// Scenario 16: who sits in the committees of two levels is one person.
#[test]
fn scenario_16_a_member_of_two_levels_is_counted_once() {
    for engine in engines() {
        // W-2 is a member of the city's and of the district's committee.
        let city = planned(engine);
        let server = city.serve();
        let query = "{ members(first: 9) { totalCount nodes { number level } } }";
        let members = server.data("", query, json!({}))["members"].clone();
        let expected = json!([{"number": "W-1", "level": "CITY"}, {"number": "W-2", "level": "CITY"}]);
        assert_eq!((&members["totalCount"], &members["nodes"]), (&json!(2), &expected));
    }
}

const MATCHES: &str = "{ needs(filter: { year: 2026, text: \"路灯不亮\" }) { nodes { id matches { id status version member { number } } } } \
     dutyList(workstation: \"XC-001\", year: 2026) { edition version items(first: 20) { nodes { id version seq title need { title } members { number } } } } }";

/// Scenario 3: a member declines, the second accepts; the list has the same items, because it is a draft still.
#[test]
fn scenario_03_who_declines_on_a_draft_is_followed_by_the_second() {
    for engine in engines() {
        let city = planned(engine);
        let more = "委员编号,工作站编号,外部编号,资源名称,说明,种类,类别,每季次数,全年次数,状态\n\
                    W-2,XC-001,R3,律师值班,每周三,专业服务,0102,1,1,可用\n";
        city.ok(&["import", "resources", &city.file("more.csv", more), "--year", "2026"]);
        city.ok(&["plan", "--year", "2026"]);
        let server = city.serve();
        let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let ask = || server.data(&convener, MATCHES, json!({}));
        let live = |seen: &Value| {
            let all = seen["needs"]["nodes"][0]["matches"].as_array().unwrap().clone();
            let of = |s: &str| all.iter().find(|m| m["status"] == s).cloned();
            of("SUGGESTED").or(of("CONFIRMED")).expect("a live match")
        };
        let items = |seen: &Value| -> Vec<(i64, String)> {
            let all = seen["dutyList"]["items"]["nodes"].as_array().unwrap().clone();
            let item = |i: &Value| (i["seq"].as_i64().unwrap(), i["title"].as_str().unwrap().to_owned());
            all.iter().map(item).collect()
        };
        let carried = |seen: &Value| -> Value {
            let all = seen["dutyList"]["items"]["nodes"].as_array().unwrap().clone();
            all.iter().find(|i| i["need"]["title"] == "路灯不亮").unwrap()["members"].clone()
        };
        let before = ask();
        let m = live(&before);
        let asked = m["member"]["number"].as_str().unwrap().to_owned();
        let second = if asked == "W-1" { "W-2" } else { "W-1" };
        assert_eq!(carried(&before), json!([{"number": asked}]));
        let step = |m: &Value| json!({"id": m["id"], "expectedVersion": m["version"]});
        let m = server.changed(&convener, "proposeMatch", "MatchStepInput", "id version", step(&m));
        let mut no = step(&m);
        no["reason"] = json!("TIME");
        no["note"] = json!("出差");
        let member = |number: &str| city.token("MEMBER", &["--member", number]);
        server.changed(&member(&asked), "declineMatch", "DeclineMatchInput", "status", no);
        // The second best stands in the same place and is asked in turn.
        let next = live(&ask());
        assert_eq!((&next["member"]["number"], &next["status"]), (&json!(second), &json!("SUGGESTED")));
        let m = server.changed(&convener, "proposeMatch", "MatchStepInput", "id version", step(&next));
        server.changed(&member(second), "confirmMatch", "MatchStepInput", "status", step(&m));
        let after = ask();
        assert_eq!(live(&after)["status"], "CONFIRMED");
        assert_eq!(items(&after), items(&before));
        assert_eq!(carried(&after), json!([{"number": second}]));
        assert_eq!(after["dutyList"]["edition"], 0, "a draft still");

        // In review the list is what is being signed: who declines then leaves a gap, and nobody is slipped in.
        let seen = ask()["dutyList"]["items"]["nodes"].as_array().unwrap().clone();
        let other = seen.iter().find(|i| i["need"]["title"] == "另一处路灯").expect("the other lamp");
        let mut strike = step(other);
        strike["reason"] = json!("资源已给了另一处");
        server.changed(&convener, "removeItem", "RemoveItemInput", "id", strike);
        let all = "{ needs(filter: { year: 2026 }) { nodes { matches { id status version } } } dutyList(workstation: \"XC-001\", year: 2026) { id version } }";
        let open = server.data(&convener, all, json!({}));
        let open = open["needs"]["nodes"].as_array().unwrap().iter();
        for m in open.flat_map(|n| n["matches"].as_array().unwrap()).filter(|m| m["status"] == "SUGGESTED") {
            let m = server.changed(&convener, "proposeMatch", "MatchStepInput", "id version", step(m));
            server.changed(&convener, "confirmMatch", "MatchStepInput", "status", step(&m));
        }
        let list = server.data(&convener, all, json!({}))["dutyList"].clone();
        server.changed(&convener, "submitDutyList", "DutyListStepInput", "status", step(&list));
        let rows = "委员编号,工作站编号,外部编号,资源名称,说明,种类,类别,每季次数,全年次数,状态\n\
                    W-1,XC-001,R4,合同讲座,晚间,专业服务,0102,2,4,可用\n";
        city.ok(&["import", "resources", &city.file("late.csv", rows), "--year", "2026"]);
        let mut no = step(&live(&ask()));
        no["reason"] = json!("TIME");
        server.changed(&member(second), "declineMatch", "DeclineMatchInput", "status", no);
        assert_eq!(live(&ask())["status"], "SUGGESTED", "the station sees who could be next");
        assert_eq!(carried(&ask()), json!([]), "the list does not");
    }
}

/// An order for a need, offered to the member who is suggested: (need, order).
fn offered(server: &crate::city::Server, convener: &str, title: &str) -> (Value, Value) {
    let query = "query($t: String!) { needs(filter: { year: 2026, text: $t }) { nodes { id matches { id status } } } }";
    let need = server.data(convener, query, json!({"t": title}))["needs"]["nodes"][0].clone();
    let node = "id number version issuedOn acceptBy { day workingDays }";
    let o = server.changed(convener, "issueOrder", "IssueOrderInput", node, json!({"needId": need["id"]}));
    let lead = with(&o, json!({"matchId": need["matches"][0]["id"]}));
    (need, server.changed(convener, "dispatchOrder", "DispatchOrderInput", node, lead))
}

/// An order's id and version with more.
fn with(order: &Value, more: Value) -> Value {
    let mut input = json!({"id": order["id"], "expectedVersion": order["version"]});
    for (k, v) in more.as_object().expect("an object") {
        input[k] = v.clone();
    }
    input
}

/// Scenario 8: a dissatisfied requester opens the order again; the third time it stands in the district's queue.
#[test]
fn scenario_08_dissatisfied_opens_again_and_the_third_time_the_district_sees_it() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let district = city.token("DISTRICT_OFFICER", &["--district", "150102"]);
        let node = "id version status reopenCount";
        let (_, o) = offered(&server, &convener, "想请医生来");
        let o = server.changed(&clerk, "acceptOrder", "OrderStepInput", node, with(&o, json!({})));
        let why = with(&o, json!({"reason": "单项服务"}));
        let mut o = server.changed(&convener, "waiveConsultation", "OrderReasonInput", node, why);
        let queue = || {
            let query = "{ orders(filter: { year: 2026, attention: true }) { totalCount } inbox(year: 2026) { kind count } }";
            server.data(&district, query, json!({}))
        };
        for time in 1..=3 {
            assert_eq!(queue()["orders"]["totalCount"], 0);
            let outcome = json!({"resolvedOn": "2026-11-24", "outcome": "义诊", "evidence": "登记表", "quantities": []});
            o = server.changed(&clerk, "resolveOrder", "ResolveOrderInput", node, with(&o, outcome));
            let word = json!({"by": "REQUESTER", "channel": "电话", "rating": "DISSATISFIED", "solved": "NO", "words": "没有来"});
            o = server.changed(&clerk, "rateOrder", "RateOrderInput", node, with(&o, word));
            assert_eq!((&o["status"], &o["reopenCount"]), (&json!("EXECUTING"), &json!(time)));
        }
        assert_eq!(queue()["orders"]["totalCount"], 1);
        assert!(queue()["inbox"].to_string().contains("ATTENTION"), "{}", queue());
    }
}

/// Scenario 9: the same person in both seats tries to approve twice and is refused.
#[test]
fn scenario_09_one_person_in_both_seats_does_not_sign_twice() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let seats = |second: &str| {
            let rows = format!(
                "编号,名称,类型,区划代码,第一召集人,第二召集人\nXC-001,曙光街社区政协委员工作站,站,150102005002,赵示例甲,{second}\n"
            );
            city.ok(&["import", "workstations", &city.file("seats.csv", rows)]);
            ["FIRST_CONVENER", "SECOND_CONVENER"].map(|role| city.token(role, &["--station", "XC-001"]))
        };
        let [first, second] = seats("赵示例甲");
        let convener = first.clone();
        let list = || {
            let query = "{ dutyList(workstation: \"XC-001\", year: 2026) { id version status approvals { seat } items(first: 20) { nodes { need { matches { id version status } } } } } }";
            server.data(&convener, query, json!({}))["dutyList"].clone()
        };
        let matches: Vec<Value> = list()["items"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|i| i["need"]["matches"].as_array().unwrap().clone())
            .filter(|m| m["status"] == "SUGGESTED")
            .collect();
        for m in matches {
            let m = server.changed(
                &convener,
                "proposeMatch",
                "MatchStepInput",
                "id version",
                with(&m, json!({})),
            );
            server.changed(&convener, "confirmMatch", "MatchStepInput", "id", with(&m, json!({})));
        }
        let step = || with(&list(), json!({}));
        server.changed(&first, "submitDutyList", "DutyListStepInput", "status", step());
        server.changed(&first, "approveDutyList", "DutyListStepInput", "status", step());
        let words = server.change(&second, "cosignDutyList", "DutyListStepInput", "id", step());
        assert_eq!(words["errors"][0]["code"], "FOUR_EYES", "{words}");
        assert_eq!(list()["approvals"], json!([{"seat": "FIRST"}]), "nothing was signed");
        let [_, other] = seats("钱示例乙");
        server.changed(&other, "cosignDutyList", "DutyListStepInput", "status", step());
        assert_eq!(list()["approvals"], json!([{"seat": "FIRST"}, {"seat": "SECOND"}]));
    }
}

/// Scenario 10: an offer that was sent before National Day lapses after five working days, a Saturday on which people
/// work among them.
#[test]
fn scenario_10_an_offer_before_national_day_lapses_after_five_working_days() {
    for engine in engines() {
        let city = planned(engine);
        city.set_now("2026-09-28T10:00:00+08:00");
        let server = city.serve();
        let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let member = city.token("MEMBER", &["--member", "W-2"]);
        let (need, o) = offered(&server, &convener, "想请医生来");
        assert_eq!(o["acceptBy"], json!({"day": "2026-10-10", "workingDays": 5}));
        drop(server);
        // Twelve days later by the calendar, and the last day by the table of working days.
        city.set_now("2026-10-10T16:00:00+08:00");
        assert_eq!(city.ok(&["lapse"]).trim(), "共 0 单逾期。");
        city.set_now("2026-10-11T09:00:00+08:00");
        let server = city.serve();
        let query = "query($id: ID!) { node(id: $id) { ... on Need { status orders { status lead { number } offers { answer } } } } }";
        // The serving program takes it back by itself, and the member is too late.
        let seen = (0..100)
            .map(|_| {
                std::thread::sleep(std::time::Duration::from_millis(50));
                server.data(&convener, query, json!({"id": need["id"]}))["node"].clone()
            })
            .find(|seen| seen["orders"][0]["status"] != "DISPATCHED")
            .expect("taken back");
        let late = server.not_changed(&member, "acceptOrder", "OrderStepInput", with(&o, json!({})));
        assert_eq!(late, "NOT_FOUND", "it is not the member's any more");
        assert_eq!(
            seen["orders"],
            json!([{"status": "TIMED_OUT", "lead": null, "offers": [{"answer": "LAPSED"}]}])
        );
        assert!(!matches!(seen["status"].as_str(), Some("IN_PROGRESS" | "CLOSED")), "{seen}");
    }
}

/// Scenario 13, as far as this program has points: those of a suggestion. A second version of the policy in the middle of
/// the year does not change what was written under the first, nor a list that was printed.
#[test]
fn scenario_13_a_second_policy_does_not_change_points_written_under_the_first() {
    for engine in engines() {
        let city = City::demo(engine);
        let server = city.serve();
        let officer = city.token("CITY_OFFICER", &[]);
        let query = "{ dutyList(workstation: \"XC-001\", year: 2026) { snapshots { sha256 } items(first: 50) { nodes { score { total parts { rule points } } } } } }";
        let print = || city.ok(&["export", "--station", "XC-001", "--year", "2026", "--format", "csv"]);
        let (before, printed) = (server.data(&officer, query, json!({})), print());
        let draft =
            json!({"weights": [{"code": "NEAR_COMMUNITY", "points": 1}], "listLimit": 3, "note": "试行"});
        server.changed(&officer, "draftPlanPolicy", "DraftPlanPolicyInput", "version", draft);
        let force = json!({"version": 2, "reason": "下半年起试行"});
        server.changed(&officer, "putPlanPolicyInForce", "PutPlanPolicyInForceInput", "status", force);
        assert_eq!((server.data(&officer, query, json!({})), print()), (before, printed));
        city.ok(&["verify", "--year", "2026"]);
    }
}

/// Scenario 15: a district officer cannot read a telephone; a clerk can, and the reading is in the log.
#[test]
fn scenario_15_a_telephone_is_not_the_districts_and_each_reading_is_logged() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let district = city.token("DISTRICT_OFFICER", &["--district", "150102"]);
        let need = "{ needs(filter: { year: 2026, text: \"路灯不亮\" }) { nodes { id } } }";
        let need = server.data(&district, need, json!({}))["needs"]["nodes"][0]["id"].clone();
        let input = json!({"needId": need, "purpose": "回访办理结果"});
        assert_eq!(
            server.not_changed(&district, "readContact", "ReadContactInput", input.clone()),
            "NOT_ALLOWED"
        );
        let log = || {
            let query = "{ auditTrail(first: 50, filter: { action: \"READ_CONTACT\" }) { nodes { action reason actor } } }";
            server.data(&district, query, json!({}))["auditTrail"]["nodes"].clone()
        };
        assert_eq!(log(), json!([]));
        let read = server.changed(&clerk, "readContact", "ReadContactInput", "phone", input);
        assert_eq!(read["phone"], "13800001234");
        let logged = log();
        assert_eq!(logged.as_array().unwrap().len(), 1, "{logged}");
        assert_eq!(logged[0]["reason"], "回访办理结果");
        assert!(!logged.to_string().contains("13800001234"));
    }
}

/// Every scenario of domain.md §15 is a test that has its number.
#[test]
fn every_acceptance_scenario_is_a_test() {
    let folder = crate::city::project().join("tests");
    let mut tests = String::new();
    for file in std::fs::read_dir(folder).expect("the tests") {
        let path = file.expect("a file").path();
        if path.extension().is_some_and(|e| e == "rs") {
            tests += &std::fs::read_to_string(path).expect("text");
        }
    }
    for n in 1..=16 {
        let named = format!("#[test]\nfn scenario_{n:02}_");
        assert_eq!(tests.matches(&named).count(), 1, "scenario {n}");
    }
}
