//! Annual duty lists: read by everybody, published by two.

use crate::city::{City, Engine, YEAR, engines};
use serde_json::{Value, json};

const LISTS: &str = include_str!("lists.graphql");

#[test]
fn a_stranger_reads_every_published_list_in_twelve_statements() {
    let mut counts = Vec::new();
    for stations in ["3", "9"] {
        let city = City::empty(Engine::Sqlite);
        let other = format!("sqlite:{}?mode=rwc", city.folder.join("other.sqlite").display());
        let demo = ["--database", &other, "demo", "--year", "2026", "--workstations", stations, "--no-serve"];
        city.ok(&demo);
        let server = city.serve_database(&other);
        let answer = server.ask("", LISTS, json!({"year": YEAR}));
        counts.push(answer.statements.unwrap());
        let data = answer.json();
        assert!(data["errors"].is_null(), "{}", data["errors"]);
        let nodes = data["data"]["workstations"]["nodes"].as_array().unwrap().clone();
        assert_eq!(nodes.len().to_string(), stations);
        for item in nodes.iter().flat_map(|n| n["dutyList"]["items"]["nodes"].as_array().unwrap()) {
            assert!(!item["members"].as_array().unwrap().is_empty(), "{item}");
            assert!(!item["resources"].as_array().unwrap().is_empty(), "{item}");
            assert!(item["need"]["number"].is_string(), "{item}");
            let parts = item["score"]["parts"].as_array().unwrap();
            let sum: i64 = parts.iter().map(|p| p["points"].as_i64().unwrap()).sum();
            assert_eq!(item["score"]["total"].as_i64().unwrap(), sum, "{item}");
        }
        // Asked again, nothing has changed, and one statement says so.
        assert_eq!(server.ask("", LISTS, json!({"year": YEAR})).statements, Some(1));
    }
    assert!(counts[0] <= 12, "{counts:?}");
    assert_eq!(counts[0], counts[1], "statements do not grow with rows");
}

#[test]
fn a_published_list_reads_as_before() {
    let city = City::demo(Engine::Sqlite);
    let server = city.serve();
    let query = "query($y: Int!) { dutyList(workstation: \"XC-001\", year: $y) { number title status edition \
                 snapshots { edition } approvals { seat } items(first: 2) { totalCount pageInfo { hasNextPage } nodes { number title form quarter expectedResult \
                 need { number title category { code name } beneficiaries urgency status } members { number name level sector { name } } \
                 resources { number title } score { total parts { rule points text } } } } } }";
    insta::assert_json_snapshot!(server.data("", query, json!({"y": YEAR})));
}

#[test]
fn pages_follow_each_other_and_turn_back() {
    let city = City::demo(Engine::Sqlite);
    let server = city.serve();
    let query = "query($f: Int, $a: String, $l: Int, $b: String) { workstations(first: $f, after: $a, last: $l, before: $b) { \
                 pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { code } } }";
    let codes = |v: &Value| -> Vec<String> {
        v["workstations"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|n| n["code"].as_str().unwrap().into())
            .collect()
    };
    let all = codes(&server.data("", query, json!({"f": 100})));
    let first = server.data("", query, json!({"f": 4}));
    assert_eq!(codes(&first), all[..4]);
    assert_eq!(first["workstations"]["pageInfo"]["hasNextPage"], true);
    let second = server.data("", query, json!({"f": 4, "a": first["workstations"]["pageInfo"]["endCursor"]}));
    assert_eq!(codes(&second), all[4..]);
    assert_eq!(second["workstations"]["pageInfo"]["hasNextPage"], false);
    let back =
        server.data("", query, json!({"l": 2, "b": second["workstations"]["pageInfo"]["startCursor"]}));
    assert_eq!(codes(&back), all[2..4]);
    let wrong = server.ask("", query, json!({"f": 4, "a": "nonsense"})).json();
    assert_eq!(wrong["errors"][0]["extensions"]["code"], "CURSOR");
    let both = server.ask("", query, json!({"f": 4, "l": 4})).json();
    assert_eq!(both["errors"][0]["extensions"]["code"], "PAGE");
}

/// A city in which one station has a draft: two members, three needs, three resources, planned.
pub fn planned(engine: Engine) -> City {
    let city = City::empty(engine);
    let stations = "编号,名称,类型,区划代码,片区编号,第一召集人,第二召集人,站长,工作人员\n\
                    XC-001,曙光街社区政协委员工作站,站,150102005002,XC-P1,赵示例甲,钱示例乙,孙示例丙,李示例丁\n\
                    XC-002,邻站,站,150102005,XC-P1,周示例甲,吴示例乙,,\n";
    city.ok(&["import", "workstations", &city.file("stations.csv", stations)]);
    let members = "委员编号,姓名,级别,界别,入站,全年上限\nW-1,王示例甲,市,民革,XC-001,6\nW-2,冯示例乙,\"市、旗县区\",医药卫生,XC-001,6\n";
    city.ok(&["import", "members", &city.file("members.csv", members)]);
    let resources = "委员编号,工作站编号,外部编号,资源名称,说明,种类,类别,每季次数,全年次数,状态\n\
                     W-1,XC-001,R1,公益法律咨询,每次两小时,专业服务,0102,1,1,可用\n\
                     W-2,XC-001,R2,社区义诊,带队义诊,专业服务,0103,2,4,可用\n";
    city.ok(&["import", "resources", &city.file("resources.csv", resources), "--year", "2026"]);
    let needs = "工作站编号,外部编号,标题,内容,类别,收集日期,户数,人数,状态,公开,联系人,联系电话\n\
                 XC-001,N1,路灯不亮,巷口路灯坏了,0102,2026-01-05,447,1100,待匹配,同意公开,王五,13800001234\n\
                 XC-001,N2,想请医生来,老人多,0103,2026/1/6,20,60,待匹配,同意公开,,\n\
                 XC-001,N3,另一处路灯,也坏了,0102,2026年1月7日,5,12,待匹配,不公开,,\n";
    city.ok(&["import", "needs", &city.file("needs.csv", needs), "--year", "2026"]);
    city.ok(&["plan", "--year", "2026"]);
    city
}

const LIST: &str = "id version status items(first: 50) { nodes { id seq title version removed } }";

fn draft(server: &crate::city::Server, token: &str) -> Value {
    let query = format!("query($y: Int!) {{ dutyList(workstation: \"XC-001\", year: $y) {{ {LIST} }} }}");
    server.data(token, &query, json!({"y": YEAR}))["dutyList"].clone()
}

#[test]
fn a_list_goes_from_draft_to_print_through_two_tokens() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let first = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let second = city.token("第二召集人", &["--station", "XC-001"]);
        let foreign = city.token("FIRST_CONVENER", &["--station", "XC-002"]);

        // A draft is nobody else's to see.
        assert!(draft(&server, "").is_null() && draft(&server, &foreign).is_null());
        let list = draft(&server, &first);
        let items = list["items"]["nodes"].as_array().unwrap().clone();
        assert_eq!(items.len(), 2, "{engine:?}: the one lamp resource serves one of the two lamps");
        let id = list["id"].clone();

        // What nobody has confirmed cannot be submitted, and the answer says what is missing.
        let step = |v: &Value| json!({"id": id, "expectedVersion": v["version"]});
        assert_eq!(
            server.not_changed(&first, "submitDutyList", "DutyListStepInput", step(&list)),
            "ITEM_UNCONFIRMED"
        );
        let stranger = server.not_changed(&foreign, "submitDutyList", "DutyListStepInput", step(&list));
        assert_eq!(stranger, "NOT_FOUND");
        server.changed(&first, "proposeListMatches", "DutyListMatchesInput", "id", json!({"id": id}));
        server.changed(&first, "confirmListMatches", "DutyListMatchesInput", "id", json!({"id": id}));

        // Two people at once: the second is told, and nothing is overwritten.
        let edit = |title: &str| json!({"id": items[0]["id"], "expectedVersion": items[0]["version"], "title": title});
        server.changed(&first, "editItem", "EditItemInput", "title", edit("蒙古场巷路灯"));
        let conflict = server.change(&second, "editItem", "EditItemInput", "id", edit("别的名称"));
        assert_eq!(conflict["errors"][0]["code"], "CONFLICT");
        assert_eq!(conflict["errors"][0]["path"], json!(["title"]));

        // A resource of one unit a year moves to another quarter with its item; one that does not exist is refused.
        let edited = server.data(
            &first,
            "query($id: ID!) { node(id: $id) { ... on DutyItem { version matches { quarter } } } }",
            json!({"id": items[0]["id"]}),
        );
        let version = &edited["node"]["version"];
        let to = |q: i32| json!({"id": items[0]["id"], "expectedVersion": version, "quarter": q});
        assert_eq!(server.not_changed(&first, "editItem", "EditItemInput", to(5)), "QUARTER");
        let moved = server.changed(&first, "editItem", "EditItemInput", "quarter matches { quarter }", to(3));
        assert_eq!(moved, json!({"quarter": 3, "matches": [{"quarter": 3}]}));

        let order: Vec<Value> = items.iter().rev().map(|i| i["id"].clone()).collect();
        let list = draft(&server, &first);
        let reorder = json!({"id": id, "expectedVersion": list["version"], "itemIds": order});
        let list = server.changed(&first, "reorderItems", "ReorderItemsInput", LIST, reorder);
        let list = server.changed(&first, "submitDutyList", "DutyListStepInput", LIST, step(&list));
        assert_eq!(list["status"], "IN_REVIEW");
        assert_eq!(server.not_changed(&first, "editItem", "EditItemInput", edit("x")), "LIST_STATE");

        // Two signatures by two persons; the first before the second.
        assert_eq!(
            server.not_changed(&second, "cosignDutyList", "DutyListStepInput", step(&list)),
            "FIRST_FIRST"
        );
        assert_eq!(
            server.not_changed(&first, "publishDutyList", "DutyListStepInput", step(&list)),
            "NOT_SIGNED"
        );
        let list = server.changed(&first, "approveDutyList", "DutyListStepInput", LIST, step(&list));
        assert_eq!(
            server.not_changed(&first, "cosignDutyList", "DutyListStepInput", step(&list)),
            "NOT_ALLOWED"
        );
        let list = server.changed(&second, "cosignDutyList", "DutyListStepInput", LIST, step(&list));
        let list = server.changed(&second, "publishDutyList", "DutyListStepInput", LIST, step(&list));
        assert_eq!(list["status"], "PUBLISHED");
        assert_eq!(
            server.not_changed(
                &first,
                "returnDutyList",
                "ReturnDutyListInput",
                json!({"id": id, "expectedVersion": list["version"], "reason": "改"})
            ),
            "LIST_STATE"
        );

        // Now everybody sees it, without what is not public, and it is printed from the snapshot.
        let public = draft(&server, "");
        assert_eq!(public["items"]["nodes"].as_array().unwrap().len(), 2);
        let trail = server.data(
            &first,
            "{ auditTrail(first: 50) { totalCount nodes { action subject role actor } } }",
            json!({}),
        );
        let actions: Vec<&str> = trail["auditTrail"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| e["action"].as_str().unwrap())
            .collect();
        for action in ["PUBLISH", "SECOND", "FIRST", "SUBMIT", "REORDER", "EDIT", "CONFIRM", "PROPOSE"] {
            assert!(actions.contains(&action), "{action} in {actions:?}");
        }
        let printed = city.ok(&["export", "--year", "2026", "--station", "XC-001", "--format", "csv"]);
        assert!(printed.contains("蒙古场巷路灯") && printed.contains("447户1100人"), "{printed}");
        assert!(!printed.contains("13800001234") && !printed.contains("王五"));
        city.ok(&["verify", "--year", "2026"]);
    }
}

#[test]
fn several_units_of_a_requirement_are_of_several_members() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let first = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let needs = "工作站编号,外部编号,标题,内容,类别,收集日期,户数,人数,状态,公开,必要条件\n\
                     XC-001,N9,想办两人会诊,疑难病,0103,2026-01-05,3,9,待匹配,不公开,医生*2@0103\n";
        let ask = "{ needs(filter: {year: 2026, text: \"会诊\"}) { nodes { id unservedReason { code text remedy } \
                   matches { id version status member { number } resource { number } } } } }";
        let need = || server.data(&first, ask, json!({}))["needs"]["nodes"][0].clone();
        city.ok(&["import", "needs", &city.file("two.csv", needs), "--year", "2026"]);
        city.ok(&["plan", "--year", "2026"]);
        let alone = need();
        assert_eq!(alone["unservedReason"]["code"], "TOO_FEW_MEMBERS", "{alone}");
        assert!(alone["unservedReason"]["text"].as_str().unwrap().contains("2 位不同委员"), "{alone}");

        // The doctor alone has units enough for both, and a second resource; with the lawyer's there are two members.
        let resources = "委员编号,工作站编号,外部编号,资源名称,说明,种类,类别,每季次数,全年次数,状态\n\
                         W-2,XC-001,R3,夜间门诊,带队,专业服务,0103,2,4,可用\n\
                         W-1,XC-001,R4,健康法律讲座,讲座,专业服务,0103,2,4,可用\n";
        city.ok(&["import", "resources", &city.file("more.csv", resources), "--year", "2026"]);
        city.ok(&["plan", "--year", "2026"]);
        let both = need();
        let matches = both["matches"].as_array().unwrap().clone();
        let members = |n: &Value, status: &str| -> Vec<String> {
            let of = n["matches"].as_array().unwrap().iter().filter(|m| m["status"] == status);
            let mut all: Vec<String> =
                of.map(|m| m["member"]["number"].as_str().unwrap().to_owned()).collect();
            all.sort();
            all
        };
        assert_eq!(members(&both, "SUGGESTED"), ["W-1", "W-2"], "{both}");

        // The doctor is asked; by hand the doctor cannot be asked for the other unit, the lawyer can.
        let doctors = matches.iter().find(|m| m["member"]["number"] == "W-2").unwrap();
        let step = json!({"id": doctors["id"], "expectedVersion": doctors["version"]});
        server.changed(&first, "proposeMatch", "MatchStepInput", "status", step);
        let could = server.data(
            &first,
            "query($n: ID!) { candidatesForNeed(needId: $n, includeRefused: true, first: 9) { resource { id title } refusal { code message } } }",
            json!({"n": both["id"]}),
        );
        let could = could["candidatesForNeed"].as_array().unwrap();
        let of = |title: &str| could.iter().find(|c| c["resource"]["title"] == title).unwrap();
        assert_eq!(of("夜间门诊")["refusal"]["code"], "SAME_MEMBER", "{could:?}");
        assert!(of("健康法律讲座")["refusal"].is_null(), "{could:?}");
        let pair = |title: &str| json!({"needId": both["id"], "resourceId": of(title)["resource"]["id"], "quarter": 4});
        assert_eq!(
            server.not_changed(&first, "proposePair", "ProposePairInput", pair("夜间门诊")),
            "SAME_MEMBER"
        );
        server.changed(&first, "proposePair", "ProposePairInput", "status", pair("健康法律讲座"));
        assert_eq!(members(&need(), "PROPOSED"), ["W-1", "W-2"]);

        // Who takes the place of one who declines is not the other.
        let asked = need();
        let lawyers = asked["matches"]
            .as_array()
            .unwrap()
            .iter()
            .find(|m| m["member"]["number"] == "W-1" && m["status"] == "PROPOSED");
        let lawyers = lawyers.unwrap();
        let no = json!({"id": lawyers["id"], "expectedVersion": lawyers["version"], "reason": "TIME"});
        let member = city.token("MEMBER", &["--member", "W-1"]);
        server.changed(&member, "declineMatch", "DeclineMatchInput", "status", no);
        assert!(!members(&need(), "SUGGESTED").contains(&"W-2".to_owned()), "{}", need());
    }
}

/// Who takes the place of one who declines can do what was asked of him, not what another requirement takes.
#[test]
fn the_next_best_is_for_the_requirement_that_lost_its_member() {
    for engine in engines() {
        let city = planned(engine);
        let resources = "委员编号,工作站编号,外部编号,资源名称,说明,种类,类别,每季次数,全年次数,状态\n\
                         W-1,XC-001,R5,律师值班,每周三,专业服务,0102,2,4,可用\n\
                         W-1,XC-001,R6,律师夜班,每周五,专业服务,0102,2,4,可用\n";
        city.ok(&["import", "resources", &city.file("more.csv", resources), "--year", "2026"]);
        let needs = "工作站编号,外部编号,标题,内容,类别,收集日期,户数,人数,状态,公开,必要条件\n\
                     XC-001,N9,律师医生同来,残疾家庭,0103,2026-01-05,3,9,待匹配,不公开,律师@0102;医生@0103\n";
        city.ok(&["import", "needs", &city.file("both.csv", needs), "--year", "2026"]);
        city.ok(&["plan", "--year", "2026"]);
        let server = city.serve();
        let first = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let ask = "{ needs(filter: {year: 2026, text: \"律师医生同来\"}) { nodes { matches { id version status member { number } } } } }";
        let matches = || {
            let found = server.data(&first, ask, json!({}))["needs"]["nodes"][0]["matches"].clone();
            found.as_array().unwrap().clone()
        };
        assert_eq!(matches().len(), 2, "{:?}", matches());
        let doctors = matches().into_iter().find(|m| m["member"]["number"] == "W-2").unwrap();
        let step = json!({"id": doctors["id"], "expectedVersion": doctors["version"]});
        let asked = server.changed(&first, "proposeMatch", "MatchStepInput", "id version", step);
        let no = json!({"id": asked["id"], "expectedVersion": asked["version"], "reason": "TIME"});
        let member = city.token("MEMBER", &["--member", "W-2"]);
        server.changed(&member, "declineMatch", "DeclineMatchInput", "status", no);
        let suggested: Vec<Value> = matches().into_iter().filter(|m| m["status"] == "SUGGESTED").collect();
        assert_eq!(suggested.len(), 1, "no lawyer stands in for the doctor: {suggested:?}");
    }
}

#[test]
fn over_booking_is_refused_with_the_need_that_holds_the_place() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let first = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let member = city.token("MEMBER", &["--member", "W-1"]);
        let needs = server.data(&first, "{ needs(filter: {year: 2026}) { nodes { id number title unservedReason { code remedy } matches { id version resource { id } } } } }", json!({}));
        let needs = needs["needs"]["nodes"].as_array().unwrap().clone();
        let of = |title: &str| needs.iter().find(|n| n["title"] == title).unwrap().clone();
        let lamps = [of("路灯不亮"), of("另一处路灯")];
        let served = lamps.iter().find(|n| n["unservedReason"].is_null()).unwrap();
        let left = lamps.iter().find(|n| !n["unservedReason"].is_null()).unwrap();
        assert_eq!(left["unservedReason"]["code"], "CAPACITY_FULL");
        let m = &served["matches"][0];
        let offered = server.changed(
            &first,
            "proposeMatch",
            "MatchStepInput",
            "id version status",
            json!({"id": m["id"], "expectedVersion": m["version"]}),
        );
        let by_hand = json!({"needId": left["id"], "resourceId": m["resource"]["id"], "quarter": 4});
        let refused = server.change(&first, "proposePair", "ProposePairInput", "id", by_hand.clone());
        assert_eq!(refused["errors"][0]["code"], "CAPACITY_FULL", "{refused}");
        // Who is asked sees what for, though it is not public, and nobody's telephone.
        let asked = server.data(
            &member,
            "query($id: ID!) { node(id: $id) { ... on Match { need { title description place status } } } }",
            json!({"id": offered["id"]}),
        );
        assert_eq!(asked["node"]["need"]["title"], served["title"], "{asked}");
        let others = server.data(&member, "{ needs(filter: {year: 2026}) { totalCount } }", json!({}));
        assert_eq!(others["needs"]["totalCount"], 1, "only what is offered");
        // The owner declines: the place is free, and the other lamp can have it.
        let no = json!({"id": offered["id"], "expectedVersion": offered["version"], "reason": "TIME"});
        let declined = server.changed(&member, "declineMatch", "DeclineMatchInput", "status reason", no);
        assert_eq!(declined["status"], "DECLINED");
        let other = server.changed(
            &first,
            "proposePair",
            "ProposePairInput",
            "status proposedBy score { total parts { points } }",
            by_hand,
        );
        assert_eq!(other["status"], "PROPOSED");
        let resource = server.data(&member, "query($id: ID!) { node(id: $id) { ... on Resource { version title load { quarter reserved } } } }", json!({"id": m["resource"]["id"]}));
        assert_eq!(resource["node"]["load"][3]["reserved"], 1);
        let withdraw = json!({"id": m["resource"]["id"], "expectedVersion": resource["node"]["version"], "reason": "没空"});
        // What is withdrawn gives back what was reserved of it.
        let gone = server.changed(
            &member,
            "withdrawResource",
            "ResourceReasonInput",
            "status load { reserved }",
            withdraw,
        );
        assert_eq!(gone["status"], "WITHDRAWN");
        assert!(gone["load"].as_array().unwrap().iter().all(|l| l["reserved"] == 0), "{gone}");
    }
}

#[test]
fn a_plan_is_asked_for_and_followed_until_it_is_done() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let officer = city.token("CITY_OFFICER", &[]);
        let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let input = json!({"year": YEAR});
        assert_eq!(server.not_changed(&convener, "planYear", "PlanYearInput", input.clone()), "NOT_ALLOWED");
        let job = server.changed(&officer, "planYear", "PlanYearInput", "id status", input);
        let mut seen = Value::Null;
        for _ in 0..200 {
            let query = "query($id: ID!) { planJob(id: $id) { status message plan { certificate objective { served score } bound { served score } unserved { totalCount nodes { number unservedReason { code text remedy } } } } } }";
            seen = server.data(&officer, query, json!({"id": job["id"]}))["planJob"].clone();
            if seen["status"] == "DONE" || seen["status"] == "FAILED" {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        assert_eq!(seen["status"], "DONE", "{seen}");
        assert_eq!(seen["plan"]["certificate"], "OPTIMAL");
        assert_eq!(seen["plan"]["objective"]["served"], 2);
        assert_eq!(seen["plan"]["unserved"]["totalCount"], 1);
        assert!(
            seen["plan"]["unserved"]["nodes"][0]["unservedReason"]["remedy"]
                .as_str()
                .unwrap()
                .chars()
                .count()
                > 5
        );
        city.ok(&["verify", "--year", "2026"]);
    }
}

#[test]
fn of_many_who_change_the_same_version_at_once_just_one_succeeds() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let first = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let item = draft(&server, &first)["items"]["nodes"][0].clone();
        for round in 0..5 {
            let one = |i: usize| {
                let title = format!("第 {round} 轮第 {i} 人的名称");
                let version = item["version"].as_i64().unwrap() + round;
                let input = json!({"id": item["id"], "expectedVersion": version, "title": title});
                let payload = server.change(&first, "editItem", "EditItemInput", "id", input);
                let code = payload["errors"][0]["code"].as_str();
                assert!(matches!(code, None | Some("CONFLICT")), "{engine:?}: {payload}");
                usize::from(code.is_none())
            };
            let one = &one;
            let changed: usize = std::thread::scope(|s| {
                let all: Vec<_> = (0..6).map(|i| s.spawn(move || one(i))).collect();
                all.into_iter().map(|t| t.join().unwrap()).sum()
            });
            assert_eq!(changed, 1, "{engine:?}");
        }
    }
}

/// What a published list relies on ends by an amendment, while the need waits and while it is at work.
#[test]
fn a_match_on_a_published_list_is_not_declined_beside_it() {
    for engine in engines() {
        let city = City::demo(engine);
        let server = city.serve();
        let officer = city.token("CITY_OFFICER", &[]);
        let query = "{ matches(filter: {year: 2026, status: CONFIRMED}, first: 100) { nodes { need { id status workstation { code } \
                     matches { id version status member { number } } } } } }";
        let all = server.data(&officer, query, json!({}))["matches"]["nodes"].clone();
        // One that several members meet.
        let confirmed = |need: &Value| -> Vec<Value> {
            let of = need["matches"].as_array().unwrap().iter();
            of.filter(|m| m["status"] == "CONFIRMED").cloned().collect()
        };
        let needs = all.as_array().unwrap().iter().map(|m| &m["need"]);
        let need = needs.filter(|n| n["status"] == "LISTED").find(|n| confirmed(n).len() > 1).expect("one");
        let declined = |m: &Value| {
            let member = city.token("MEMBER", &["--member", m["member"]["number"].as_str().unwrap()]);
            let no = json!({"id": m["id"], "expectedVersion": m["version"], "reason": "TIME"});
            server.not_changed(&member, "declineMatch", "DeclineMatchInput", no)
        };
        let [lead, other] = &confirmed(need)[..2] else { panic!("two") };
        assert_eq!([declined(lead), declined(other)], ["PUBLISHED", "PUBLISHED"]);

        let station = need["workstation"]["code"].as_str().unwrap();
        let convener = city.token("FIRST_CONVENER", &["--station", station]);
        let issue = json!({"needId": need["id"]});
        let order = server.changed(&convener, "issueOrder", "IssueOrderInput", "id version", issue);
        let send = json!({"id": order["id"], "expectedVersion": order["version"], "matchId": lead["id"]});
        let order = server.changed(&convener, "dispatchOrder", "DispatchOrderInput", "id version", send);
        let take = json!({"id": order["id"], "expectedVersion": order["version"]});
        let member = city.token("MEMBER", &["--member", lead["member"]["number"].as_str().unwrap()]);
        server.changed(&member, "acceptOrder", "OrderStepInput", "need { status }", take);
        assert_eq!([declined(lead), declined(other)], ["ORDER_LIVE", "PUBLISHED"]);
    }
}
