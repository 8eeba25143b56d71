//! Acceptance scenarios of domain.md §15 that belong to no noun alone, over HTTP on both databases.

use crate::city::{City, engines};
use crate::duty_list::planned;
use serde_json::{Value, json};

/// Scenario 2: two mandatory requirements, one covered: not signed for, and the message names the one that is missing.
#[test]
fn a_need_of_which_half_is_covered_is_not_listable_and_the_missing_half_is_named() {
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
fn erasing_a_contact_leaves_hash_counts_and_print_as_they_were() {
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
fn a_waste_ground_becomes_a_car_park_through_two_sessions() {
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
fn a_member_of_two_levels_is_counted_once() {
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
