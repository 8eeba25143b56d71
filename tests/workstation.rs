//! The end of a station: closed, or merged into another, over HTTP on both databases.

use crate::city::{City, Server, engines};
use crate::duty_list::planned;
use serde_json::{Value, json};

const STATION: &str = "id version code closedOn lastYear replacedBy { code }";

fn station(server: &Server, token: &str, code: &str) -> Value {
    let query =
        format!("query($c: String!) {{ workstation(code: $c) {{ {STATION} members {{ number }} }} }}");
    server.data(token, &query, json!({"c": code}))["workstation"].clone()
}

fn end(of: &Value, successor: Option<&Value>) -> Value {
    let heir = successor.map(|s| s["id"].clone());
    json!({"id": of["id"], "expectedVersion": of["version"], "successorId": heir, "reason": "社区合并"})
}

fn close(server: &Server, token: &str, of: &Value, successor: Option<&Value>) -> Value {
    server.changed(token, "closeWorkstation", "CloseWorkstationInput", STATION, end(of, successor))
}

fn not_closed(server: &Server, token: &str, of: &Value, successor: Option<&Value>) -> String {
    server.not_changed(token, "closeWorkstation", "CloseWorkstationInput", end(of, successor))
}

fn need(station: &Value, year: i32) -> Value {
    json!({"workstationId": station["id"], "year": year, "need": {
        "title": "楼道灯不亮", "description": "三单元", "source": "VISIT", "category": "0102"}})
}

fn codes(server: &Server, token: &str, closed: bool) -> Vec<String> {
    let query = "query($c: Boolean!) { workstations(filter: { closed: $c }) { totalCount nodes { code } } }";
    let found = server.data(token, query, json!({"c": closed}))["workstations"].clone();
    let codes: Vec<String> =
        found["nodes"].as_array().unwrap().iter().map(|w| w["code"].as_str().unwrap().to_owned()).collect();
    assert_eq!(found["totalCount"], json!(codes.len()));
    codes
}

#[test]
fn a_station_at_which_nothing_is_open_is_closed_at_once_and_may_be_opened_again() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let officer = city.token("CITY_OFFICER", &[]);
        let convener = city.token("FIRST_CONVENER", &["--station", "XC-002"]);
        let (own, empty) = (station(&server, &officer, "XC-001"), station(&server, &officer, "XC-002"));

        assert_eq!(not_closed(&server, &convener, &empty, None), "NOT_ALLOWED");
        assert_eq!(not_closed(&server, &officer, &empty, Some(&empty)), "SUCCESSOR");
        // Three needs and two resources: said with what to do.
        let busy =
            server.change(&officer, "closeWorkstation", "CloseWorkstationInput", STATION, end(&own, None));
        let said: Vec<&str> =
            busy["errors"].as_array().unwrap().iter().map(|e| e["message"].as_str().unwrap()).collect();
        assert!(said[0].contains("3 项需求") && said[1].contains("2 项资源"), "{said:?}");

        let closed = close(&server, &officer, &empty, None);
        assert!(closed["closedOn"].is_string() && closed["replacedBy"].is_null(), "{closed}");
        assert_eq!(not_closed(&server, &officer, &empty, None), "CONFLICT");
        assert_eq!(not_closed(&server, &officer, &closed, None), "WORKSTATION_CLOSED");
        assert_eq!(
            (codes(&server, "", false), codes(&server, "", true)),
            (vec!["XC-001".into()], vec!["XC-002".into()])
        );
        // It takes nothing any more, by hand or by table, and cannot take another's place.
        let clerk = city.token("CLERK", &["--station", "XC-002"]);
        let refused = server.not_changed(&clerk, "registerNeed", "RegisterNeedInput", need(&empty, 2026));
        assert_eq!(refused, "WORKSTATION_CLOSED");
        assert_eq!(not_closed(&server, &officer, &own, Some(&closed)), "SUCCESSOR");
        let table = "工作站编号,外部编号,标题,内容,类别,收集日期\nXC-002,N9,路灯不亮,坏了,0102,2026-01-05\n";
        let said = city.refused(&["import", "needs", &city.file("more.csv", table), "--year", "2026"]);
        assert!(said.contains("第 2 行「工作站编号」:「XC-002」不再受理 2026 年的登记"), "{said}");

        let back = json!({"id": closed["id"], "expectedVersion": closed["version"], "reason": "误操作"});
        let open =
            server.changed(&officer, "reopenWorkstation", "ReopenWorkstationInput", STATION, back.clone());
        assert_eq!((&open["closedOn"], &open["lastYear"]), (&Value::Null, &Value::Null));
        server.changed(&clerk, "registerNeed", "RegisterNeedInput", "number", need(&empty, 2026));
        let back = json!({"id": open["id"], "expectedVersion": open["version"], "reason": "误操作"});
        let again = server.not_changed(&officer, "reopenWorkstation", "ReopenWorkstationInput", back);
        assert_eq!(again, "WORKSTATION_OPEN");
    }
}

/// Needs that both stations have under one number of the source come together at one of them.
fn with_neighbours_need(engine: crate::city::Engine) -> City {
    let city = planned(engine);
    let table = "工作站编号,外部编号,标题,内容,类别,收集日期,状态\nXC-002,N1,邻站路灯不亮,坏了,0102,2026-01-05,待匹配\n";
    city.ok(&["import", "needs", &city.file("next.csv", table), "--year", "2026"]);
    city
}

#[test]
fn a_station_that_is_merged_works_to_the_years_end_and_goes_on_at_its_successor() {
    for engine in engines() {
        let city = with_neighbours_need(engine);
        let server = city.serve();
        let officer = city.token("CITY_OFFICER", &[]);
        let (own, heir) = (station(&server, &officer, "XC-001"), station(&server, &officer, "XC-002"));
        assert_eq!(own["members"].as_array().unwrap().len(), 2);
        let ending = close(&server, &officer, &own, Some(&heir));
        assert_eq!(
            (&ending["closedOn"], &ending["lastYear"], &ending["replacedBy"]["code"]),
            (&Value::Null, &json!(2026), &json!("XC-002"))
        );
        assert_eq!(codes(&server, "", false), ["XC-001", "XC-002"], "it works until then");
        // What shall take its place cannot end before it.
        assert_eq!(not_closed(&server, &officer, &heir, Some(&own)), "SUCCESSOR");

        server.changed(
            &officer,
            "openYear",
            "OpenYearInput",
            "year",
            json!({"year": 2027, "reason": "新年度"}),
        );
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        server.changed(&clerk, "registerNeed", "RegisterNeedInput", "number", need(&own, 2026));
        let later = server.not_changed(&clerk, "registerNeed", "RegisterNeedInput", need(&own, 2027));
        assert_eq!(later, "WORKSTATION_CLOSED");
        let member = city.token("MEMBER", &["--member", "W-2"]);
        let renewed = server.changed(
            &member,
            "renewResources",
            "RenewResourcesInput",
            "resources { number workstation { code } }",
            json!({"year": 2026}),
        );
        let home = &renewed["resources"][0];
        assert_eq!(home, &json!({"number": "XC-002-2027-R-0001", "workstation": {"code": "XC-002"}}));

        let done = server.changed(
            &officer,
            "closeYear",
            "CloseYearInput",
            "carried",
            json!({"year": 2026, "reason": "年终"}),
        );
        assert_eq!(done["carried"], 5);
        let (own, heir) = (station(&server, &officer, "XC-001"), station(&server, &officer, "XC-002"));
        assert!(own["closedOn"].is_string() && own["members"] == json!([]), "{own}");
        let numbers = |v: &Value| -> Vec<String> {
            v.as_array().unwrap().iter().map(|m| m["number"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(numbers(&heir["members"]), ["W-1", "W-2"]);
        let query = "{ needs(first: 20, filter: { year: 2027 }) { nodes { number title externalNo workstation { code } carriedFrom { number } } } }";
        let gone_on = server.data(&officer, query, json!({}))["needs"]["nodes"].clone();
        let gone_on = gone_on.as_array().unwrap();
        assert!(gone_on.iter().all(|n| n["workstation"]["code"] == "XC-002"), "{gone_on:?}");
        let chain: Vec<String> =
            gone_on.iter().map(|n| n["carriedFrom"]["number"].as_str().unwrap().to_owned()).collect();
        assert_eq!(chain.iter().filter(|n| n.starts_with("XC-001-2026-N-")).count(), 4);
        let n1 = gone_on.iter().filter(|n| n["externalNo"] == "N1").count();
        assert_eq!(n1, 1, "a number at a source is one need of a station");

        // What the old one did counts for the new one.
        let figure = |code: &str| {
            let query = "query($s: MeasureScopeInput!) { measures(scope: $s) { kind denominator } }";
            let all = server.data(&officer, query, json!({"s": {"year": 2026, "workstation": code}}));
            let found =
                all["measures"].as_array().unwrap().iter().find(|m| m["kind"] == "MATCH_RATE").unwrap();
            found["denominator"].as_i64().unwrap()
        };
        // The one that nobody verified is not among them.
        assert_eq!((figure("XC-001"), figure("XC-002")), (3, 4));
        let board = "{ board(scope: { year: 2026 }, kind: MATCH_RATE, by: STATION) { code denominator } }";
        let lines = server.data(&officer, board, json!({}))["board"].clone();
        assert_eq!(lines, json!([{"code": "XC-002", "denominator": 4}]));
        // The city can be planned, and nothing is put on the list of what has ended.
        city.ok(&["plan", "--year", "2027"]);
        let lists = "{ dutyLists(filter: { year: 2027 }) { nodes { workstation { code } } } }";
        let lists = server.data(&officer, lists, json!({}))["dutyLists"]["nodes"].clone();
        assert_eq!(lists, json!([{"workstation": {"code": "XC-002"}}]));
        city.ok(&["verify", "--year", "2027"]);
    }
}

#[test]
fn who_takes_a_place_and_ends_too_passes_it_on() {
    for engine in engines() {
        let city = with_neighbours_need(engine);
        let third = "编号,名称,类型,区划代码,片区编号\nXC-003,第三站,站,150102005,XC-P1\n";
        city.ok(&["import", "workstations", &city.file("third.csv", third)]);
        let server = city.serve();
        let officer = city.token("CITY_OFFICER", &[]);
        let now = |code: &str| station(&server, &officer, code);
        close(&server, &officer, &now("XC-001"), Some(&now("XC-002")));
        // Whoever is waited for does not go without saying who comes instead.
        let busy = end(&now("XC-002"), None);
        let busy = server.change(&officer, "closeWorkstation", "CloseWorkstationInput", STATION, busy);
        let said = busy["errors"].as_array().unwrap().last().unwrap()["message"].clone();
        assert!(said.as_str().unwrap().contains("将由该站接续"), "{said}");
        close(&server, &officer, &now("XC-002"), Some(&now("XC-003")));
        let end = json!({"year": 2026, "reason": "年终"});
        assert_eq!(server.changed(&officer, "closeYear", "CloseYearInput", "carried", end)["carried"], 4);
        let query = "{ needs(first: 20, filter: { year: 2027 }) { nodes { workstation { code } } } }";
        let needs = server.data(&officer, query, json!({}))["needs"]["nodes"].clone();
        assert!(needs.as_array().unwrap().iter().all(|n| n["workstation"]["code"] == "XC-003"), "{needs}");
        for code in ["XC-001", "XC-002"] {
            assert_eq!(now(code)["replacedBy"]["code"], "XC-003");
            assert_eq!(now(code)["members"], json!([]));
        }
        assert_eq!(now("XC-003")["members"].as_array().unwrap().len(), 2);
    }
}
