//! Counters of mediation, links with constituents, tasks of the plan; over HTTP on both databases.

use crate::city::{City, engines};
use crate::duty_list::planned;
use serde_json::{Value, json};

fn with(row: &Value, more: Value) -> Value {
    let mut input = json!({"id": row["id"], "expectedVersion": row["version"]});
    for (k, v) in more.as_object().expect("an object") {
        input[k] = v.clone();
    }
    input
}

#[test]
fn mediation_is_counted_month_by_month_and_corrected_in_sight() {
    for engine in engines() {
        let city = planned(engine);
        let more = "委员编号,工作站编号,外部编号,资源名称,说明,种类,类别,每季次数,全年次数,状态\n\
                    W-1,XC-001,R8,纠纷调解,特邀调解员,调解,0102,2,4,可用\n\
                    W-1,XC-001,R9,商事调解,特邀调解员,调解,0102,2,4,可用\n";
        city.ok(&["import", "resources", &city.file("more.csv", more), "--year", "2026"]);
        let server = city.serve();
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let other = city.token("CLERK", &["--station", "XC-002"]);
        let officer = city.token("CITY_OFFICER", &[]);
        let at = server.data("", "{ a: workstation(code: \"XC-001\") { id } }", json!({}))["a"]["id"].clone();
        let report = |month: i32, version: i32, cases: i32, successes: i32| {
            json!({"workstationId": at, "year": 2026, "month": month, "expectedVersion": version,
                   "cases": cases, "successes": successes})
        };
        let refused = |token: &str, input: Value| {
            server.not_changed(token, "reportMediation", "ReportMediationInput", input)
        };
        assert_eq!(refused(&clerk, report(13, 0, 1, 1)), "MONTH");
        assert_eq!(refused(&clerk, report(1, 0, -3, 0)), "AMOUNT");
        assert_eq!(refused(&clerk, report(1, 0, 3, 4)), "AMOUNT");
        assert_eq!(refused(&other, report(1, 0, 3, 3)), "NOT_FOUND");
        assert_eq!(refused(&officer, report(1, 0, 3, 3)), "NOT_ALLOWED");
        let node = "month cases version";
        server.changed(&clerk, "reportMediation", "ReportMediationInput", node, report(1, 0, 10, 6));
        assert_eq!(refused(&clerk, report(1, 0, 11, 6)), "CONFLICT", "January has a report");
        server.changed(&clerk, "reportMediation", "ReportMediationInput", node, report(1, 1, 11, 6));
        server.changed(&clerk, "reportMediation", "ReportMediationInput", node, report(2, 0, 4, 2));
        let query = "{ mediation(year: 2026) { mediators cases successes permille stations { workstation { code } cases } } }";
        let expected = json!({"mediators": 1, "cases": 15, "successes": 8, "permille": 533,
                              "stations": [{"workstation": {"code": "XC-001"}, "cases": 15}]});
        assert_eq!(server.data(&officer, query, json!({}))["mediation"], expected);
        assert_eq!(server.data(&other, query, json!({}))["mediation"]["cases"], 0);
        let stranger = server.ask("", query, json!({})).json();
        assert_eq!(stranger["errors"][0]["extensions"]["code"], "NOT_ALLOWED");
    }
}

#[test]
fn a_link_is_the_members_and_the_contact_is_in_the_vault() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let [one, two] = ["W-1", "W-2"].map(|m| city.token("MEMBER", &["--member", m]));
        let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let officer = city.token("CITY_OFFICER", &[]);
        let at = server.data("", "{ a: workstation(code: \"XC-001\") { id } b: workstation(code: \"XC-002\") { id } members(first: 9) { nodes { id number sector { code } } } }", json!({}));
        let members = at["members"]["nodes"].as_array().unwrap().clone();
        let id = |number: &str| members.iter().find(|m| m["number"] == number).unwrap()["id"].clone();
        let sector = members[0]["sector"]["code"].clone();
        let new = |station: &Value, member: &str, alias: &str| {
            json!({"workstationId": station, "memberId": id(member), "alias": alias, "sector": sector,
                   "name": "郑示例", "phone": "13800001234", "from": "2026-01-05"})
        };
        let refused = |token: &str, input: Value| {
            server.not_changed(token, "addConstituent", "AddConstituentInput", input)
        };
        assert_eq!(
            refused(&one, new(&at["a"]["id"], "W-2", "商户甲")),
            "NOT_FOUND",
            "not for another member"
        );
        assert_eq!(refused(&one, new(&at["b"]["id"], "W-1", "商户甲")), "NOT_RESIDENT");
        assert_eq!(refused(&one, new(&at["a"]["id"], "W-1", "电话13800001234")), "PERSONAL");
        let node = "id version contacts lastContactOn constituent { alias sector { code } }";
        let l = server.changed(
            &one,
            "addConstituent",
            "AddConstituentInput",
            node,
            new(&at["a"]["id"], "W-1", "商户甲"),
        );
        assert_eq!(l["constituent"]["alias"], "商户甲");

        // They speak; a day that was not yet is no day.
        let on = |l: &Value, day: &str| with(l, json!({"on": day}));
        assert_eq!(
            server.not_changed(&one, "recordContact", "RecordContactInput", on(&l, "2999-01-01")),
            "DATE"
        );
        assert_eq!(
            server.not_changed(&two, "recordContact", "RecordContactInput", on(&l, "2026-02-01")),
            "NOT_FOUND"
        );
        let l = server.changed(&one, "recordContact", "RecordContactInput", node, on(&l, "2026-02-01"));
        let l = server.changed(&one, "recordContact", "RecordContactInput", node, on(&l, "2026-01-20"));
        assert_eq!((&l["contacts"], &l["lastContactOn"]), (&json!(2), &json!("2026-02-01")));

        // Who sees what: the member and the station the link, the city the count; the contact only with a purpose.
        let links = "{ constituentLinks { constituent { alias } } }";
        let count =
            |token: &str| server.data(token, links, json!({}))["constituentLinks"].as_array().unwrap().len();
        assert_eq!([&one, &two, &convener, &officer].map(|t| count(t)), [1, 0, 1, 0]);
        assert_eq!(count(""), 0);
        let linked =
            server.data(&officer, "{ linked { members constituents } }", json!({}))["linked"].clone();
        assert_eq!(linked, json!({"members": 1, "constituents": 1}));
        let read = |token: &str, purpose: &str| {
            let input = json!({"id": l["id"], "purpose": purpose});
            server.change(token, "readConstituent", "ReadConstituentInput", "phone", input)
        };
        assert_eq!(read(&one, " ")["errors"][0]["code"], "EMPTY");
        assert_eq!(read(&two, "回访")["errors"][0]["code"], "NOT_FOUND");
        assert_eq!(read(&officer, "回访")["errors"][0]["code"], "NOT_ALLOWED");
        assert_eq!(read(&one, "回访")["node"]["phone"], "13800001234");
        let trail = "{ auditTrail(first: 50) { nodes { action reason } } }";
        let trail = server.data(&convener, trail, json!({}))["auditTrail"]["nodes"].clone();
        assert!(
            trail.as_array().unwrap().contains(&json!({"action": "READ_CONTACT", "reason": "回访"})),
            "{trail}"
        );

        // What a constituent tells is a need of the station, and says through whom it came: to the station alone.
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let told = |station: &Value, source: &str| {
            json!({"workstationId": station, "year": 2026, "need": {
                "title": "店铺门前积水", "description": "雨后一周不退", "source": source,
                "constituentLinkId": l["id"]}})
        };
        let none =
            |token: &str, input: Value| server.not_changed(token, "registerNeed", "RegisterNeedInput", input);
        assert_eq!(none(&clerk, told(&at["a"]["id"], "VISIT")), "SOURCE");
        let foreign = city.token("CLERK", &["--station", "XC-002"]);
        assert_eq!(none(&foreign, told(&at["b"]["id"], "CONSTITUENT")), "NOT_FOUND", "not their link");
        let seen = "id version constituentLink { constituent { alias } }";
        let told = server.changed(
            &clerk,
            "registerNeed",
            "RegisterNeedInput",
            seen,
            told(&at["a"]["id"], "CONSTITUENT"),
        );
        assert_eq!(told["constituentLink"]["constituent"]["alias"], "商户甲");
        let of_link = "query($l: ID!) { needs(filter: { year: 2026, constituentLinkId: $l }) { totalCount nodes { title constituentLink { contacts } } } }";
        let found = |token: &str| server.data(token, of_link, json!({"l": l["id"]}))["needs"].clone();
        assert_eq!(
            found(&convener)["nodes"],
            json!([{"title": "店铺门前积水", "constituentLink": {"contacts": 2}}])
        );
        assert_eq!(found("")["totalCount"], 0);
        assert_eq!(found(&officer)["totalCount"], 0, "who has told it is the station's to know");
        let one_need = server.data(
            &officer,
            "query($n: ID!) { node(id: $n) { ... on Need { title constituentLink { id } } } }",
            json!({"n": told["id"]}),
        );
        assert_eq!(one_need["node"]["constituentLink"], Value::Null);
        assert_eq!(one_need["node"]["title"], "店铺门前积水");

        // Several by spreadsheet, all or nothing; those that are there stay.
        let head = "委员编号,工作站编号,代称,界别,姓名,电话,起始日\n";
        let bad = format!(
            "{head}W-1,XC-002,商户丙,民革,,,2026-01-05\nW-2,XC-001,打13800001234,民革,,,2026-01-05\nW-2,XC-009,商户乙,民革,,,2026-01-05\n"
        );
        let words = city.refused(&["import", "links", &city.file("bad.csv", bad)]);
        assert!(
            words.contains("「代称」:「打138****1234」")
                && words.contains("「工作站编号」:「XC-009」")
                && words.contains("不是委员 W-1 入站的工作站"),
            "{words}"
        );
        let good = format!(
            "{head}W-2,XC-001,商户乙,民革,钱示例,13800005678,2026-01-05\nW-1,XC-001,商户甲,民革,,,2026-01-05\n"
        );
        let good = city.file("good.csv", good);
        assert!(city.ok(&["import", "links", &good]).contains("新增 1,更新 0,未变 1"));
        assert_eq!([&one, &two].map(|t| count(t)), [1, 1]);
        // Passed on, it is the other's; the rights went with it.
        let pass = with(&l, json!({"memberId": id("W-2"), "reason": "分工调整"}));
        assert_eq!(server.not_changed(&one, "passLink", "PassLinkInput", pass.clone()), "NOT_FOUND");
        server.changed(&convener, "passLink", "PassLinkInput", "from", pass);
        assert_eq!([&one, &two].map(|t| count(t)), [0, 2]);
        assert_eq!(read(&one, "回访")["errors"][0]["code"], "NOT_FOUND");
        assert_eq!(
            server.not_changed(&one, "recordContact", "RecordContactInput", on(&l, "2026-02-02")),
            "CONFLICT"
        );
    }
}

#[test]
fn items_are_tagged_and_what_nobody_serves_is_shown() {
    for engine in engines() {
        let city = City::demo(engine);
        let tasks = "代码,类别,名称\nN-01,专项任务,社区治理\nN-02,专项任务,助企纾困\nC,协商,专题协商\n";
        let file = city.file("tasks.csv", tasks);
        assert!(city.ok(&["import", "plan-tasks", &file, "--year", "2026"]).contains("新增 3"));
        assert!(city.ok(&["import", "plan-tasks", &file, "--year", "2026"]).contains("未变 3"));
        let server = city.serve();
        let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let other = city.token("FIRST_CONVENER", &["--station", "XC-002"]);
        let officer = city.token("CITY_OFFICER", &[]);
        let query = "{ dutyList(workstation: \"XC-001\", year: 2026) { items(first: 2) { nodes { id version tasks { code } } } } }";
        let items = server.data("", query, json!({}))["dutyList"]["items"]["nodes"].clone();
        let tag = |i: usize, tasks: Value| with(&items[i], json!({"tasks": tasks}));
        assert_eq!(server.not_changed(&convener, "tagItem", "TagItemInput", tag(0, json!(["N-09"]))), "TASK");
        assert_eq!(
            server.not_changed(&other, "tagItem", "TagItemInput", tag(0, json!(["N-01"]))),
            "NOT_FOUND"
        );
        let tagged = server.changed(
            &convener,
            "tagItem",
            "TagItemInput",
            "tasks { code name }",
            tag(0, json!(["N-01", "C", "C"])),
        );
        assert_eq!(
            tagged["tasks"],
            json!([{"code": "C", "name": "专题协商"}, {"code": "N-01", "name": "社区治理"}])
        );
        assert_eq!(server.not_changed(&convener, "tagItem", "TagItemInput", tag(0, json!([]))), "CONFLICT");
        server.changed(&convener, "tagItem", "TagItemInput", "id", tag(1, json!(["N-01"])));
        let query = "{ taskCoverage(year: 2026) { task { code } items distinctNeeds stations done } }";
        let expected = json!([
            {"task": {"code": "C"}, "items": 1, "distinctNeeds": 1, "stations": 1, "done": 0},
            {"task": {"code": "N-01"}, "items": 2, "distinctNeeds": 2, "stations": 1, "done": 0},
            {"task": {"code": "N-02"}, "items": 0, "distinctNeeds": 0, "stations": 0, "done": 0},
        ]);
        assert_eq!(server.data(&officer, query, json!({}))["taskCoverage"], expected);
        // A tag is no part of what was signed: the print and its hash stay.
        city.ok(&["verify", "--year", "2026"]);
    }
}
