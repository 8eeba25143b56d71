//! The plan explained: why, why not, what it would take, what would be otherwise. Over HTTP and the command line.

use crate::city::{City, Engine, Server, YEAR};
use serde_json::{Value, json};

/// Ids and numbers of needs that the plan left out for a reason.
fn left_out(server: &Server, token: &str, code: &str) -> Vec<(String, String)> {
    let query = "query($y: Int!, $c: ReasonCode) { plan(year: $y) { unserved(first: 100, filter: { code: $c }) { nodes { id number } } } }";
    let data = server.data(token, query, json!({"y": YEAR, "c": code}));
    let text = |n: &Value, k: &str| n[k].as_str().expect("text").to_owned();
    let nodes = data["plan"]["unserved"]["nodes"].as_array().expect("a list");
    nodes.iter().map(|n| (text(n, "id"), text(n, "number"))).collect()
}

#[test]
fn a_pair_that_was_not_chosen_says_why_and_what_it_would_cost() {
    let city = City::demo(Engine::Sqlite);
    let server = city.serve();
    let token = city.token("CITY_OFFICER", &[]);
    let ask = "query($n: ID!) { candidatesForNeed(needId: $n, includeRefused: true, first: 100) { resource { id number } refusal { code message } } }";
    let query = "query($n: ID!, $r: ID!) { node(id: $n) { ... on Need { whyNot(resourceId: $r) { code message quarter lacks \
                 with { served urgent score count moves { need { number } before { quarter resource { number } } after { quarter } } } } } } }";
    let (mut dearer, mut several) = (0, 0);
    // Some of one requirement, and all that ask for more than one resource.
    let more = |id: &str| {
        let data = server.data(
            &token,
            "query($n: ID!) { node(id: $n) { ... on Need { requirements { quantity } } } }",
            json!({"n": id}),
        );
        let requirements = data["node"]["requirements"].as_array().unwrap();
        requirements.iter().map(|r| r["quantity"].as_i64().unwrap()).sum::<i64>() > 1
    };
    let (whole, single): (Vec<_>, Vec<_>) =
        left_out(&server, &token, "LIST_FULL").into_iter().partition(|(id, _)| more(id));
    for (need, number) in single.into_iter().take(8).chain(whole.into_iter().take(8)) {
        let found =
            server.data(&token, ask, json!({"n": need}))["candidatesForNeed"].as_array().unwrap().clone();
        for c in found.iter().take(12) {
            let data = server.data(&token, query, json!({"n": need, "r": c["resource"]["id"]}));
            let answer = &data["node"]["whyNot"];
            match answer["code"].as_str().unwrap() {
                // What is possible is answered by a plan with the pair: the need is in, and what it took is named.
                "DEARER" => {
                    dearer += 1;
                    assert!(answer["message"].as_str().unwrap().contains("可行,但不是最优"), "{answer}");
                    let single = !more(&need);
                    several += i32::from(!single);
                    assert!(!single || answer["lacks"].as_i64().unwrap() > 0, "{answer}");
                    let with = &answer["with"];
                    let moves = with["moves"].as_array().unwrap();
                    assert_eq!(moves.len() as i64, with["count"].as_i64().unwrap());
                    let own = moves
                        .iter()
                        .find(|m| m["need"]["number"] == number.as_str())
                        .expect("the need itself");
                    assert!(own["before"].is_null() && !own["after"].is_null(), "{own}");
                    assert_eq!(own["after"]["quarter"], answer["quarter"], "{own}");
                    let more = moves.iter().filter(|m| m["before"].is_null()).count() as i64
                        - moves.iter().filter(|m| m["after"].is_null()).count() as i64;
                    assert_eq!(with["served"], more);
                    // The plan was the best: with the pair it serves no more, and what it serves is worth no more.
                    assert!(
                        !single || more < 0 || (more == 0 && with["score"].as_i64().unwrap() <= 0),
                        "{with}"
                    );
                }
                code if !c["refusal"].is_null() => assert_eq!(code, c["refusal"]["code"], "{answer}"),
                code => assert_eq!(code, "CHANGED", "{answer}"),
            }
        }
    }
    assert!(dearer > several && several > 0, "{several} of {dearer}");
    // What a rule refuses is answered by the rule.
    let (need, _) = left_out(&server, &token, "LIST_FULL").swap_remove(0);
    let all = server.data(
        &token,
        "query($y: Int!) { resources(first: 60, filter: { year: $y }) { nodes { id } } }",
        json!({"y": YEAR}),
    );
    let answers = all["resources"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| server.data(&token, query, json!({"n": need, "r": r["id"]}))["node"]["whyNot"].clone());
    let other_class =
        answers.into_iter().find(|a| a["code"] == "CATEGORY").expect("a resource of another class");
    assert!(other_class["message"].as_str().unwrap().contains("请核对类别"), "{other_class}");
    assert!(other_class["with"].is_null());
}

#[test]
fn the_cheapest_change_serves_the_need_and_takes_from_nobody() {
    let query = "query($n: ID!) { node(id: $n) { ... on Need { cheapestChanges { code message quarter resource { id } with { served score moves { need { number } before { quarter } after { quarter } } } } } } }";
    let city = City::demo(Engine::Sqlite);
    let (mut explained, mut given) = (None, 0);
    // Late in the year, and early: what would have been done in a quarter that is over is no answer.
    for (now, running) in [("2026-11-24T10:00:00+08:00", 4), ("2026-01-20T10:00:00+08:00", 1)] {
        city.set_now(now);
        let server = city.serve();
        let token = city.token("CITY_OFFICER", &[]);
        for (need, number) in left_out(&server, &token, "LIST_FULL").into_iter().take(16) {
            let data = server.data(&token, query, json!({"n": need}));
            for r in data["node"]["cheapestChanges"].as_array().unwrap() {
                let moves = r["with"]["moves"].as_array().unwrap();
                let own = moves.iter().find(|m| m["need"]["number"] == number.as_str()).expect("itself");
                assert!(own["after"]["quarter"].as_i64().is_some_and(|q| q >= running), "{r}");
                assert!(moves.iter().all(|m| m["before"].is_null() || !m["after"].is_null()), "{r}");
                match r["code"].as_str() {
                    Some("LINE_FOR" | "LINE_AND_UNIT") => {
                        assert_eq!(own["after"]["quarter"], r["quarter"], "{r}");
                        assert!(r["with"]["served"] == 1 && r["resource"]["id"].is_string(), "{r}");
                        given |= running;
                    }
                    Some("MORE_LINES") => {
                        explained = Some((number.clone(), r["message"].as_str().unwrap().to_owned()));
                    }
                    _ => {}
                }
            }
        }
    }
    assert_eq!(given, 4 | 1, "one line would do for one of them, were it given the line");
    let (number, message) = explained.expect("a longer list would do for one of them");
    // The same over the command line.
    let text = city.ok(&["plan", "--year", &YEAR.to_string(), "--explain", &number]);
    assert!(text.contains(&number) && text.contains("未匹配") && text.contains(&message), "{text}");
}

#[test]
fn what_if_is_kept_apart_from_the_plan() {
    let city = City::demo(Engine::Sqlite);
    let server = city.serve();
    let token = city.token("CITY_OFFICER", &[]);
    let stations = server.data(&token, "{ workstations(first: 1) { nodes { id code } } }", json!({}));
    let station = &stations["workstations"]["nodes"][0];
    let query = "query($y: Int!, $c: [PlanChangeInput!]!) { plan(year: $y) { objective { served score } whatIf(changes: $c) { served urgent score count } fairness { gini members idle largest { load capacity member { number } lighter { served urgent score } } fullest { workstation { code } lines limit load capacity } } } }";
    let changes = json!([{"moreLines": {"workstationId": station["id"], "more": 2}}]);
    let before = server.data(&token, query, json!({"y": YEAR, "c": changes}))["plan"].clone();
    assert_eq!(before["whatIf"]["served"], 2, "{before}");
    let after = server.data(&token, query, json!({"y": YEAR, "c": changes}))["plan"].clone();
    assert_eq!(before, after, "asked twice, nothing has changed");
    let loads = before["fairness"]["largest"].as_array().unwrap();
    assert!(!loads.is_empty());
    for l in loads {
        assert!(l["load"].as_i64() <= l["capacity"].as_i64(), "{l}");
        // The plan is the best: with a unit less for somebody no more is served, and what is serves no better.
        let (served, score) =
            (l["lighter"]["served"].as_i64().unwrap(), l["lighter"]["score"].as_i64().unwrap());
        assert!(served < 0 || (served == 0 && score <= 0), "{l}");
    }
    let stations = before["fairness"]["fullest"].as_array().unwrap();
    assert_eq!(stations.len(), 6);
    let share = |s: &Value| s["load"].as_i64().unwrap() * 1000 / s["capacity"].as_i64().unwrap();
    assert!(stations.windows(2).all(|w| share(&w[0]) >= share(&w[1])), "{stations:?}");
    for s in stations {
        assert!(
            s["lines"].as_i64() <= s["limit"].as_i64() && s["load"].as_i64() <= s["capacity"].as_i64(),
            "{s}"
        );
    }
    // Every line that the plan uses is a need that it serves.
    let lines: i64 = stations.iter().map(|s| s["lines"].as_i64().unwrap()).sum();
    assert_eq!(lines, before["objective"]["served"].as_i64().unwrap());
    // Changes add up: one line and one line are two.
    let one = json!({"moreLines": {"workstationId": station["id"], "more": 1}});
    let twice = server.data(&token, query, json!({"y": YEAR, "c": [one, one]}))["plan"]["whatIf"].clone();
    assert_eq!(twice, before["whatIf"]);
    let wrong = json!([{"moreLines": {"workstationId": station["id"], "more": 0}}]);
    assert_eq!(
        server.ask(&token, query, json!({"y": YEAR, "c": wrong})).json()["errors"][0]["extensions"]["code"],
        "RANGE"
    );
    // A stranger has no plan to ask.
    assert!(server.data("", query, json!({"y": YEAR, "c": changes}))["plan"].is_null());

    let file = city.folder.join("what-if.json");
    std::fs::write(&file, format!("[{{\"moreLines\": {{\"station\": {}, \"more\": 2}}}}]", station["code"]))
        .unwrap();
    let text = city.ok(&["plan", "--year", &YEAR.to_string(), "--what-if", file.to_str().unwrap()]);
    assert!(text.contains("满足 +2 件") && text.contains("现行方案未改动"), "{text}");
}

#[test]
fn a_resource_says_what_one_more_unit_would_bring() {
    let city = City::demo(Engine::Sqlite);
    let server = city.serve();
    let token = city.token("CITY_OFFICER", &[]);
    let query = "query($y: Int!) { resources(first: 3, filter: { year: $y }) { nodes { number demand { quarter used units with { served score } } } } }";
    let data = server.data(&token, query, json!({"y": YEAR}));
    for r in data["resources"]["nodes"].as_array().unwrap() {
        let demand = r["demand"].as_array().unwrap();
        assert_eq!(demand.len(), 4, "{r}");
        for d in demand {
            assert!(d["used"].as_i64() <= d["units"].as_i64(), "{d}");
            // One more of anything never makes the plan worse.
            let (served, score) =
                (d["with"]["served"].as_i64().unwrap(), d["with"]["score"].as_i64().unwrap());
            assert!(served > 0 || (served == 0 && score >= 0), "{d}");
        }
    }
}

#[test]
fn a_need_that_is_over_has_no_candidates() {
    let city = City::demo(Engine::Sqlite);
    let server = city.serve();
    let token = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
    let of =
        "query($y: Int!) { needs(first: 1, filter: { year: $y, status: OPEN }) { nodes { id version } } }";
    let data = server.data(&token, of, json!({"y": YEAR}));
    let need = &data["needs"]["nodes"][0];
    let ask = "query($n: ID!) { candidatesForNeed(needId: $n, includeRefused: true, first: 9) { resource { id } } }";
    let candidates =
        || server.data(&token, ask, json!({"n": need["id"]}))["candidatesForNeed"].as_array().map(Vec::len);
    assert!(candidates() > Some(0), "while it waits there are some, if only refused ones");
    let why = json!({"id": need["id"], "expectedVersion": need["version"], "reason": "已自行解决"});
    server.changed(&token, "withdrawNeed", "NeedReasonInput", "status", why);
    assert_eq!(candidates(), Some(0));
}

#[test]
fn a_job_that_has_ended_cannot_be_cancelled() {
    let city = City::demo(Engine::Sqlite);
    let server = city.serve();
    let token = city.token("CITY_OFFICER", &[]);
    let plan = "mutation($i: PlanYearInput!) { planYear(input: $i) { node { id percent } errors { code } } }";
    // A year that nobody has opened is not planned: said at once, and no job is left behind.
    let never = server.data(&token, plan, json!({"i": {"year": YEAR + 1}}))["planYear"].clone();
    assert_eq!((&never["node"], &never["errors"][0]["code"]), (&json!(null), &json!("YEAR_NOT_OPEN")));
    let job = server.data(&token, plan, json!({"i": {"year": YEAR}}))["planYear"]["node"].clone();
    let id = job["id"].clone();
    let cancel = "mutation($i: CancelPlanJobInput!) { cancelPlanJob(input: $i) { node { status } errors { code message } } }";
    let first = server.data(&token, cancel, json!({"i": {"id": id}}))["cancelPlanJob"].clone();
    let state = "query($id: ID!) { planJob(id: $id) { status percent message endedAt } }";
    let ended = loop {
        let job = server.data(&token, state, json!({"id": id}))["planJob"].clone();
        if !job["endedAt"].is_null() {
            break job;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    assert_eq!(ended["percent"], 100);
    // Cancelled in time it ends with its reason and has changed nothing; too late it is refused.
    if ended["status"] == "CANCELLED" {
        assert!(ended["message"].as_str().unwrap().contains("已按要求取消"), "{ended}");
    } else {
        assert_eq!(ended["status"], "DONE", "{ended} {first}");
    }
    let late = server.data(&token, cancel, json!({"i": {"id": id}}))["cancelPlanJob"].clone();
    assert_eq!(late["errors"][0]["code"], "ENDED", "{late}");
}

#[test]
fn a_policy_is_tried_before_it_is_put_in_force_and_one_alone_is() {
    let city = City::demo(Engine::Sqlite);
    let server = city.serve();
    let officer = city.token("CITY_OFFICER", &[]);
    let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
    let input = |points: i64| json!({"weights": [{"code": "NEAR_COMMUNITY", "points": points}], "listLimit": 2, "note": "清单短一些"});
    assert_eq!(
        server.not_changed(&convener, "draftPlanPolicy", "DraftPlanPolicyInput", input(5)),
        "NOT_ALLOWED"
    );
    assert_eq!(server.not_changed(&officer, "draftPlanPolicy", "DraftPlanPolicyInput", input(-1)), "POINTS");
    let fields = "version status listLimit weights { code points }";
    let draft = server.changed(&officer, "draftPlanPolicy", "DraftPlanPolicyInput", fields, input(5));
    assert_eq!((&draft["version"], &draft["status"]), (&json!(2), &json!("DRAFT")));
    let points = |p: &Value, code: &str| {
        let all = p["weights"].as_array().unwrap().clone();
        all.iter().find(|w| w["code"] == code).unwrap()["points"].clone()
    };
    assert_eq!((points(&draft, "NEAR_COMMUNITY"), points(&draft, "WORDS")), (json!(5), json!(8)));
    // Lists of two lines cannot serve as many; the dry run says so, and changes nothing.
    let query = "{ planPolicies { version status dryRun(year: 2026) { served count } } }";
    let all = server.data(&officer, query, json!({}))["planPolicies"].clone();
    assert!(all[0]["dryRun"]["served"].as_i64().unwrap() < 0, "{all}");
    assert_eq!(all[1]["dryRun"], json!({"served": 0, "count": 0}), "the version in force against itself");
    let force = json!({"version": 2, "reason": "试行"});
    let put = server.changed(
        &officer,
        "putPlanPolicyInForce",
        "PutPlanPolicyInForceInput",
        "status",
        force.clone(),
    );
    assert_eq!(put["status"], "IN_FORCE");
    let again = server.not_changed(&officer, "putPlanPolicyInForce", "PutPlanPolicyInForceInput", force);
    assert_eq!(again, "POLICY_STATE");
    let all = server.data(&officer, "{ planPolicies { status } }", json!({}))["planPolicies"].clone();
    assert_eq!(all, json!([{"status": "IN_FORCE"}, {"status": "RETIRED"}]));
}

#[test]
fn a_scenario_is_kept_apart_adopted_or_dropped() {
    let city = City::demo(Engine::Sqlite);
    let server = city.serve();
    let officer = city.token("CITY_OFFICER", &[]);
    let found = server.data(
        &officer,
        "{ workstation(code: \"XC-001\") { id } shortages(year: 2026, district: \"150102\", first: 2) { unserved category { code } with { served score } } }",
        json!({}),
    );
    let (station, shortages) = (&found["workstation"]["id"], found["shortages"].as_array().unwrap());
    assert!(
        !shortages.is_empty() && shortages.iter().all(|s| s["unserved"].as_i64().unwrap() > 0),
        "{found}"
    );
    let class = &shortages[0]["category"]["code"];
    let lines = json!({"moreLines": {"workstationId": station, "more": 20}});
    let resource = json!({"newResource": {"workstationId": station, "category": class, "units": 8}});
    let input = json!({"year": 2026, "name": "加一项资源", "changes": [lines, resource]});
    let fields = "id version status effect { served moves { after { resource { number } quarter } } }";
    let made = server.changed(&officer, "createScenario", "CreateScenarioInput", fields, input);
    assert!(made["effect"]["served"].as_i64().unwrap() > 0, "{made}");
    let step = |s: &Value| json!({"id": s["id"], "expectedVersion": s["version"], "reason": "试试"});
    // A resource is a member's to offer.
    assert_eq!(server.not_changed(&officer, "adoptScenario", "ScenarioStepInput", step(&made)), "NOT_OURS");
    let dropped =
        server.changed(&officer, "dropScenario", "ScenarioStepInput", "id version status", step(&made));
    assert_eq!(dropped["status"], "DROPPED");
    assert_eq!(
        server.not_changed(&officer, "adoptScenario", "ScenarioStepInput", step(&dropped)),
        "SCENARIO_STATE"
    );

    let weights = json!({"weights": {"weights": [{"code": "SECTOR", "points": 20}]}});
    let input = json!({"year": 2026, "name": "界别优先", "changes": [lines, weights]});
    let made = server.changed(&officer, "createScenario", "CreateScenarioInput", "id version", input);
    server.changed(&officer, "adoptScenario", "ScenarioStepInput", "status", step(&made));
    let all = server.data(
        &officer,
        "{ planPolicies { version status weights { code points } } workstation(code: \"XC-001\") { listLimit } scenarios(year: 2026) { status } }",
        json!({}),
    );
    assert_eq!(all["planPolicies"][0]["status"], "IN_FORCE");
    let sector = all["planPolicies"][0]["weights"]
        .as_array()
        .unwrap()
        .iter()
        .find(|w| w["code"] == "SECTOR")
        .unwrap()
        .clone();
    assert_eq!(sector["points"], 20);
    assert_eq!(all["scenarios"], json!([{"status": "ADOPTED"}, {"status": "DROPPED"}]));
}
