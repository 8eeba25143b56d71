//! Measures: figures with the rows behind them, boards, the calendar of working days.

use crate::city::{City, Engine, engines};
use crate::duty_list::planned;
use serde_json::{Value, json};

/// The demo city with its year, six stations.
fn lived(engine: Engine) -> City {
    let city = City::empty(engine);
    city.ok(&["demo", "--year", "2026", "--workstations", "6", "--no-serve", "--json"]);
    city
}

const FIGURES: &str = "query($s: MeasureScopeInput!) { measures(scope: $s) { kind numerator denominator permille beside distinctNeeds from to \
    orders(first: 500) { totalCount nodes { number rating solved workstation { code } } } \
    rated: orders(part: DENOMINATOR) { totalCount } offers(part: DENOMINATOR) { totalCount } \
    needs(part: DENOMINATOR) { totalCount } items { totalCount } resources { totalCount } } }";

fn of<'a>(all: &'a Value, kind: &str) -> &'a Value {
    let found = all["measures"].as_array().unwrap().iter().find(|m| m["kind"] == kind);
    found.unwrap_or_else(|| panic!("{kind} in {all}"))
}

#[test]
fn behind_every_figure_are_the_very_rows() {
    for engine in engines() {
        let city = lived(engine);
        let server = city.serve();
        let officer = city.token("CITY_OFFICER", &[]);
        let ask = |scope: Value| server.data(&officer, FIGURES, json!({"s": scope}));
        let year = ask(json!({"year": 2026}));
        assert_eq!(year["measures"].as_array().unwrap().len(), 9);
        for m in year["measures"].as_array().unwrap() {
            let n = &m["numerator"];
            match m["kind"].as_str().unwrap() {
                "RESPONSE_RATE" => assert_eq!(m["offers"]["totalCount"], m["denominator"], "{m}"),
                "MATCH_RATE" => assert_eq!(m["needs"]["totalCount"], m["denominator"], "{m}"),
                "IDLE_RATE" => assert_eq!(&m["resources"]["totalCount"], n, "{m}"),
                "DONE" => assert_eq!(&m["orders"]["totalCount"], n),
                "ITEMS_DONE" => assert_eq!(&m["items"]["totalCount"], n, "{m}"),
                _ => {
                    assert_eq!(&m["orders"]["totalCount"], n, "{m}");
                    assert_eq!(m["rated"]["totalCount"], m["denominator"], "{m}");
                }
            }
            if let (Some(n), Some(d)) = (m["numerator"].as_i64(), m["denominator"].as_i64()) {
                assert!(n <= d, "{m}");
                assert_eq!(m["permille"].as_i64(), (d > 0).then(|| n * 1000 / d), "{m}");
            }
        }
        let done = of(&year, "DONE");
        assert!(done["numerator"].as_i64().unwrap() > 10, "{done}");
        assert_eq!(done["distinctNeeds"], done["numerator"], "nobody's need was done twice");
        assert_eq!(done["denominator"], Value::Null);
        let satisfied = of(&year, "SATISFACTION_RATE")["orders"]["nodes"].as_array().unwrap().clone();
        assert!(satisfied.iter().all(|o| o["rating"] != "DISSATISFIED" && o["rating"] != "NOT_RATED"));

        // Months and stations add up to the year and the city; what does not apply is left out.
        let months: i64 = (1..=12)
            .map(|m| {
                let month = ask(json!({"year": 2026, "month": m}));
                assert!(month["measures"].as_array().unwrap().iter().all(|m| m["kind"] != "IDLE_RATE"));
                of(&month, "DONE")["numerator"].as_i64().unwrap()
            })
            .sum();
        assert_eq!(json!(months), done["numerator"]);
        let board = "query($k: MeasureKind!, $b: BoardBy!) { board(scope: { year: 2026 }, kind: $k, by: $b) { code numerator denominator rank workstation { name } member { number } } }";
        for by in ["STATION", "DISTRICT", "MEMBER"] {
            let rows = server.data(&officer, board, json!({"k": "DONE", "b": by}))["board"].clone();
            let rows = rows.as_array().unwrap();
            let sum: i64 = rows.iter().map(|r| r["numerator"].as_i64().unwrap()).sum();
            assert_eq!(sum, months, "{by}");
            for r in rows {
                assert_eq!(r["rank"].is_null(), r["denominator"].as_i64().unwrap() < 5, "{r}");
                assert_eq!(r["member"].is_null(), by != "MEMBER");
            }
        }
        let none = server.data(&officer, board, json!({"k": "MATCH_RATE", "b": "MEMBER"}));
        assert_eq!(none["board"], json!([]), "needs are a station's");
        let of_month = "{ board(scope: { year: 2026, month: 3 }, kind: IDLE_RATE, by: STATION) { code } }";
        let of_month = server.data(&officer, of_month, json!({}));
        assert_eq!(of_month["board"], json!([]), "what is available is known for today alone");
        // Rows that nobody asks for are not counted.
        let few = "{ measures(scope: { year: 2026 }) { orders(first: 1) { nodes { number } } } }";
        let counted =
            "{ measures(scope: { year: 2026 }) { orders(first: 1) { totalCount nodes { number } } } }";
        let [few, counted] = [few, counted].map(|q| server.ask(&officer, q, json!({})).statements.unwrap());
        assert_eq!(counted - few, 5, "one count for each measure of orders");
        let wrong = server.ask(&officer, FIGURES, json!({"s": {"year": 2026, "month": 13}})).json();
        assert_eq!(wrong["errors"][0]["extensions"]["code"], "MONTH");
    }
}

#[test]
fn each_sees_the_figures_of_the_own_scope_alone() {
    let city = lived(Engine::Sqlite);
    let server = city.serve();
    let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
    let all = server.data(&convener, FIGURES, json!({"s": {"year": 2026}}));
    let done = of(&all, "DONE")["orders"]["nodes"].as_array().unwrap().clone();
    assert!(!done.is_empty() && done.iter().all(|o| o["workstation"]["code"] == "XC-001"), "{done:?}");
    let other = server.data(&convener, FIGURES, json!({"s": {"year": 2026, "workstation": "XC-002"}}));
    assert_eq!(of(&other, "DONE")["numerator"], 0);
    let stranger = server.ask("", FIGURES, json!({"s": {"year": 2026}})).json();
    assert_eq!(stranger["errors"][0]["extensions"]["code"], "NOT_ALLOWED");
    // A member sees the own work, and no other member's.
    let officer = city.token("CITY_OFFICER", &[]);
    let board = "{ board(scope: { year: 2026 }, kind: DONE, by: MEMBER) { numerator member { id number } } }";
    let board = server.data(&officer, board, json!({}))["board"].clone();
    let (one, two) = (&board[0], &board[1]);
    let member = city.token("MEMBER", &["--member", one["member"]["number"].as_str().unwrap()]);
    let own = server.data(&member, FIGURES, json!({"s": {"year": 2026}}));
    assert_eq!(of(&own, "DONE")["numerator"], one["numerator"]);
    let foreign = json!({"s": {"year": 2026, "memberId": two["member"]["id"]}});
    let foreign = server.ask(&member, FIGURES, foreign).json();
    assert_eq!(foreign["errors"][0]["extensions"]["code"], "NOT_ALLOWED");
}

/// Behind a figure nobody reads more of a need than elsewhere (domain.md §11).
#[test]
fn the_needs_behind_a_figure_are_as_narrow_as_elsewhere() {
    for engine in engines() {
        let city = planned(engine);
        let need = "工作站编号,外部编号,标题,内容,类别,收集日期,状态,地点\n\
                    XC-001,T1,水管漏水,请打13812345678找我,0102,2026-01-08,待匹配,甲巷3号\n";
        city.ok(&["import", "needs", &city.file("tap.csv", need), "--year", "2026"]);
        let server = city.serve();
        let rows = "needs(part: DENOMINATOR, first: 50) { nodes { title description place } }";
        let query = format!("{{ measures(scope: {{ year: 2026 }}) {{ kind {rows} }} }}");
        let listed = "{ needs(filter: { year: 2026 }, first: 50) { nodes { title description place } } }";
        for (role, scope) in [
            ("CITY_OFFICER", vec![]),
            ("AUDITOR", vec![]),
            ("DISTRICT_OFFICER", vec!["--district", "150102"]),
            ("CLERK", vec!["--station", "XC-001"]),
        ] {
            let token = city.token(role, &scope);
            let behind = of(&server.data(&token, &query, json!({})), "MATCH_RATE")["needs"].clone();
            let elsewhere = server.data(&token, listed, json!({}))["needs"].clone();
            assert_eq!(behind, elsewhere, "{role}");
            assert_eq!(behind.to_string().contains("13812345678"), role == "CLERK", "{role}");
        }
    }
}

#[test]
fn an_office_brings_its_own_calendar_of_working_days() {
    let city = lived(Engine::Sqlite);
    let rows = "日期,类型,名称\n2027-01-01,放假,元旦\n2027-01-03,调休上班,元旦\n";
    let said = city.ok(&["import", "calendar", &city.file("calendar.csv", rows)]);
    assert!(said.contains("新增 2"), "{said}");
    let twice = format!("{rows}2027-01-01,放假,元旦\n");
    let said = city.refused(&["import", "calendar", &city.file("twice.csv", twice)]);
    assert!(said.contains("第 4 行「日期」"), "{said}");
    let wrong = "日期,类型,名称\n2027-13-01,休息,元旦\n";
    let said = city.refused(&["import", "calendar", &city.file("wrong.csv", wrong)]);
    assert!(said.contains("「日期」") && said.contains("放假、调休上班"), "{said}");
}

#[test]
fn a_marked_need_is_handled_but_kept_out_of_the_rates() {
    for engine in engines() {
        let city = lived(engine);
        let server = city.serve();
        let officer = city.token("CITY_OFFICER", &[]);
        let count = |kind: &str, part: &str| {
            let query =
                "query($s: MeasureScopeInput!) { measures(scope: $s) { kind numerator denominator } }";
            let all = server.data(&officer, query, json!({"s": {"year": 2026}}));
            of(&all, kind)[part].as_i64()
        };
        let figures = || {
            let rates = ["RESOLUTION_RATE", "SATISFACTION_RATE", "ON_TIME_RATE", "REOPEN_RATE", "MATCH_RATE"];
            let rates = rates.map(|k| count(k, "denominator").unwrap());
            (
                rates,
                count("DONE", "numerator"),
                count("ITEMS_DONE", "numerator"),
                count("RESPONSE_RATE", "denominator"),
            )
        };
        let before = figures();

        // A need that was done and rated.
        let query = "query($s: MeasureScopeInput!) { measures(scope: $s) { kind orders(first: 1) { nodes { \
             workstation { code } need { id number version } } } } }";
        let all = server.data(&officer, query, json!({"s": {"year": 2026}}));
        let orders = of(&all, "SATISFACTION_RATE")["orders"]["nodes"].as_array().unwrap().clone();
        let order = orders.first().expect("a requester who is content");
        let (need, code) = (&order["need"], order["workstation"]["code"].as_str().unwrap());
        let convener = city.token("FIRST_CONVENER", &["--station", code]);
        let clerk = city.token("CLERK", &["--station", code]);
        let input = |version: &Value, mark: Value, note: &str| json!({"id": need["id"], "expectedVersion": version, "mark": mark, "note": note});
        let mark = |token: &str, version: &Value, mark: Value| {
            server.changed(
                token,
                "markNeed",
                "MarkNeedInput",
                "version mark markNote status",
                input(version, mark, "同一事反复提出"),
            )
        };
        let refused = |token: &str, version: &Value, mark: Value, note: &str| {
            server.not_changed(token, "markNeed", "MarkNeedInput", input(version, mark, note))
        };
        let version = &need["version"];
        assert_eq!(refused(&clerk, version, json!("REPEATED"), "同一事反复提出"), "NOT_ALLOWED");
        assert_eq!(refused(&convener, version, json!("REPEATED"), " "), "EMPTY");
        assert_eq!(refused(&convener, version, json!(null), "没有标注"), "MARK");
        let all_marked = |token: &str| {
            let query = "{ needs(filter: { year: 2026, marked: true }) { totalCount } }";
            server.data(token, query, json!({}))["needs"]["totalCount"].as_i64().unwrap()
        };
        let others = all_marked(&officer);
        let marked = mark(&convener, version, json!("REPEATED"));
        assert_eq!((&marked["mark"], &marked["markNote"]), (&json!("REPEATED"), &json!("同一事反复提出")));
        assert_eq!(marked["status"], "CLOSED", "it stays what it was");
        assert_eq!(refused(&convener, version, json!("BAD_FAITH"), "再改"), "CONFLICT");

        let after = figures();
        assert_eq!(after.0, before.0.map(|n| n - 1), "out of the rates");
        assert_eq!(
            (after.1, after.2, after.3),
            (before.1, before.2, before.3),
            "and not out of what was done"
        );

        // Known to the station and those above, to nobody else.
        let seen = |token: &str| {
            let query = "query($n: String!) { need(number: $n) { mark markNote } }";
            server.data(token, query, json!({"n": need["number"]}))["need"].clone()
        };
        let other = if code == "XC-001" { "XC-002" } else { "XC-001" };
        let stranger = city.token("FIRST_CONVENER", &["--station", other]);
        assert_eq!(seen(&officer)["mark"], "REPEATED");
        assert_eq!(seen(&stranger), json!({"mark": null, "markNote": null}));
        assert_eq!((all_marked(&officer), all_marked(&stranger)), (others + 1, 0));

        let free = mark(&convener, &marked["version"], Value::Null);
        assert_eq!((&free["mark"], &free["markNote"]), (&Value::Null, &Value::Null));
        assert_eq!(figures(), before, "as if it had never been marked");
        let audit = "query($i: ID!) { auditTrail(first: 5, filter: { subjectId: $i, action: \"MARK\" }) { nodes { reason } } }";
        let told = server.data(&officer, audit, json!({"i": need["id"]}));
        assert_eq!(told["auditTrail"]["nodes"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn reports_follow_a_district_whose_code_has_changed() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let officer = city.token("CITY_OFFICER", &[]);
        let board = || {
            let query =
                "{ board(scope: { year: 2026 }, kind: MATCH_RATE, by: DISTRICT) { code denominator } }";
            server.data(&officer, query, json!({}))["board"].clone()
        };
        let figures = |district: &str| {
            let query = "query($d: String!) { dashboard(year: 2026, scope: { district: $d }) { \
                         workstations uncoveredAreas { code } } }";
            server.data(&officer, query, json!({"d": district}))["dashboard"].clone()
        };
        assert_eq!(board(), json!([{"code": "150102", "denominator": 3}]));
        assert_eq!(figures("150102")["workstations"], 2);
        let areas = "代码,名称,上级代码,替代代码\n150199,新设区,1501,\n150102,新城区,1501,150199\n";
        city.ok(&["import", "areas", &city.file("areas.csv", areas)]);
        assert_eq!(board(), json!([{"code": "150199", "denominator": 3}]));
        assert_eq!(figures("150199")["workstations"], 2);

        // A subdistrict is covered as long as a station there is open.
        let covered = || {
            let found = figures("150102")["uncoveredAreas"].clone();
            found.as_array().unwrap().iter().all(|a| a["code"] != "150102005")
        };
        let close = |code: &str, heir: Value| {
            let query = "query($c: String!) { workstation(code: $c) { id version } }";
            let w = server.data(&officer, query, json!({"c": code}))["workstation"].clone();
            let input = json!({"id": w["id"], "expectedVersion": w["version"], "successorId": heir, "reason": "撤并"});
            server.changed(&officer, "closeWorkstation", "CloseWorkstationInput", "id closedOn", input)
        };
        close("XC-002", Value::Null);
        assert!(covered(), "by the other one");
        assert_eq!(figures("150102")["workstations"], 1);
    }
}
