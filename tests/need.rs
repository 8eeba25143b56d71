//! Needs: their life up to the list, their requesters' secrets.

use crate::city::{City, YEAR, engines};
use crate::duty_list::planned;
use serde_json::{Value, json};

fn station(server: &crate::city::Server, token: &str) -> Value {
    server.data(token, "{ workstation(code: \"XC-001\") { id } }", json!({}))["workstation"]["id"].clone()
}

fn lamp(station: &Value) -> Value {
    json!({"workstationId": station, "year": YEAR, "need": {
        "title": "楼道灯不亮", "description": "三单元,请打13812345678联系。", "source": "VISIT",
        "households": 24, "category": "0102", "contact": {"name": "张示例三", "phone": "13912345678"}}})
}

#[test]
fn a_need_is_registered_edited_verified_and_matched_by_hand() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let convener = city.token("SECOND_CONVENER", &["--station", "XC-001"]);
        let foreign = city.token("CLERK", &["--station", "XC-002"]);
        let station = station(&server, &clerk);
        let node = "id number version status personalData requirements { label quantity }";
        let need = server.changed(&clerk, "registerNeed", "RegisterNeedInput", node, lamp(&station));
        assert_eq!(need["number"], "XC-001-2026-N-0004");
        assert_eq!(need["personalData"], true);
        assert_eq!(need["requirements"][0]["quantity"], 1);
        assert_eq!(
            server.not_changed(&foreign, "registerNeed", "RegisterNeedInput", lamp(&station)),
            "NOT_FOUND"
        );

        let step = |v: &Value| json!({"id": need["id"], "expectedVersion": v["version"]});
        assert_eq!(server.not_changed(&convener, "verifyNeed", "VerifyNeedInput", step(&need)), "NEED_STATE");
        let sent = server.changed(&clerk, "submitNeed", "NeedStepInput", node, step(&need));
        assert_eq!(server.not_changed(&clerk, "verifyNeed", "VerifyNeedInput", step(&sent)), "NOT_ALLOWED");
        assert_eq!(server.not_changed(&convener, "verifyNeed", "VerifyNeedInput", step(&need)), "CONFLICT");
        let open = server.changed(&convener, "verifyNeed", "VerifyNeedInput", node, step(&sent));
        assert_eq!(open["status"], "OPEN");

        // Candidates, also while a need is only being typed, each with its words.
        let query = "query($i: TypedNeedInput!) { candidatesForText(input: $i, includeRefused: true) { quarter resource { id number } score { total parts { rule points text } } refusal { code message } } }";
        let typed = json!({"i": {"workstation": "XC-001", "year": YEAR, "title": "老人想看医生", "category": "0103"}});
        let found = server.data(&clerk, query, typed);
        let vague = json!({"i": {"workstation": "XC-001", "year": YEAR, "title": "您好"}});
        let refused = server.ask(&clerk, query, vague).json();
        assert_eq!(
            refused["errors"][0]["extensions"]["code"], "UNCATEGORISED",
            "not nobody, but what for: {refused}"
        );
        let best = &found["candidatesForText"][0];
        assert_eq!(best["resource"]["number"], "XC-001-2026-R-0002");
        let sum: i64 =
            best["score"]["parts"].as_array().unwrap().iter().map(|p| p["points"].as_i64().unwrap()).sum();
        assert_eq!(best["score"]["total"].as_i64(), Some(sum));
        let needs = server.data(
            &convener,
            "query($r: ID!) { candidatesForResource(resourceId: $r) { need { number } score { total } } }",
            json!({"r": best["resource"]["id"]}),
        );
        assert!(needs["candidatesForResource"].is_array());

        // Pinned, and a pin taken back.
        let pair = json!({"needId": need["id"], "resourceId": best["resource"]["id"], "reason": "熟悉情况"});
        let pinned =
            server.changed(&convener, "pinPair", "PairRuleInput", "pairRules { kind reason }", pair.clone());
        assert_eq!(pinned["pairRules"][0]["kind"], "PIN");
        let pair = json!({"needId": need["id"], "resourceId": best["resource"]["id"]});
        let cleared =
            server.changed(&convener, "clearPairRule", "ClearPairRuleInput", "pairRules { kind }", pair);
        assert_eq!(cleared["pairRules"], json!([]));

        // Merged into another, and split again: nobody's contact is lost.
        let head = server.data(
            &convener,
            "{ needs(filter: {year: 2026, text: \"另一处\"}) { nodes { id } } }",
            json!({}),
        );
        let merge = json!({"id": need["id"], "expectedVersion": open["version"], "headId": head["needs"]["nodes"][0]["id"], "reason": "同一件事"});
        let merged = server.changed(
            &convener,
            "mergeNeed",
            "MergeNeedInput",
            "version status mergedInto { title }",
            merge,
        );
        assert_eq!(merged["mergedInto"]["title"], "另一处路灯");
        let contact = json!({"needId": need["id"], "purpose": "回访"});
        let read = server.changed(&clerk, "readContact", "ReadContactInput", "name phone", contact);
        assert_eq!(read, json!({"name": "张示例三", "phone": "13912345678"}));
        let alone = server.changed(
            &convener,
            "splitNeed",
            "NeedStepInput",
            "status mergedInto { id }",
            json!({"id": need["id"], "expectedVersion": merged["version"]}),
        );
        assert_eq!(alone, json!({"status": "OPEN", "mergedInto": null}));
    }
}

#[test]
fn who_verifies_confirms_or_corrects_the_class_in_the_same_step() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let convener = city.token("SECOND_CONVENER", &["--station", "XC-001"]);
        let station = station(&server, &clerk);
        let node = "id version status category { code }";
        let sent = |category: Option<&str>| {
            let mut input = lamp(&station);
            input["need"]["category"] = json!(category);
            let need = server.changed(&clerk, "registerNeed", "RegisterNeedInput", node, input);
            let step = json!({"id": need["id"], "expectedVersion": need["version"]});
            server.changed(&clerk, "submitNeed", "NeedStepInput", node, step)
        };
        let with = |need: &Value, category: Option<&str>| json!({"id": need["id"], "expectedVersion": need["version"], "category": category});
        let verify = |input: Value| server.changed(&convener, "verifyNeed", "VerifyNeedInput", node, input);
        let refused = |input: Value| server.not_changed(&convener, "verifyNeed", "VerifyNeedInput", input);
        let bare = sent(None);
        assert_eq!(refused(with(&bare, None)), "UNCATEGORISED");
        assert_eq!(refused(with(&bare, Some("9999"))), "CATEGORY");
        let open = verify(with(&bare, Some("0102")));
        assert_eq!((&open["status"], &open["category"]["code"]), (&json!("OPEN"), &json!("0102")));
        let kept = verify(with(&sent(Some("0102")), None));
        assert_eq!(kept["category"]["code"], "0102", "what it has stays");
        let corrected = verify(with(&sent(Some("0102")), Some("0103")));
        assert_eq!(corrected["category"]["code"], "0103");
        let auditor = city.token("AUDITOR", &[]);
        let trail = server.data(&auditor, "{ auditTrail(first: 20) { nodes { action detail } } }", json!({}));
        let verified: Vec<Value> = trail["auditTrail"]["nodes"]
            .as_array()
            .expect("events")
            .iter()
            .filter(|e| e["action"] == "VERIFY")
            .map(|e| serde_json::from_str::<Value>(e["detail"].as_str().expect("a text")).expect("JSON")["category"].clone())
            .collect();
        let change = |before: Value, after: &str| json!({"before": before, "after": after});
        let told = |change: &Value| verified.contains(change);
        assert!(told(&change(json!(null), "0102")) && told(&change(json!("0102"), "0103")), "{verified:?}");
        assert_eq!(
            verified.iter().filter(|c| c.is_null()).count(),
            1,
            "nothing was changed in one: {verified:?}"
        );
    }
}

#[test]
fn a_requesters_name_and_telephone_are_nowhere_but_in_the_vault() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let station = station(&server, &clerk);
        let need = server.changed(&clerk, "registerNeed", "RegisterNeedInput", "id", lamp(&station));
        let contact = json!({"needId": need["id"], "purpose": "核实地点"});
        for role in [
            ("CITY_OFFICER", vec![]),
            ("AUDITOR", vec![]),
            ("DISTRICT_OFFICER", vec!["--district", "150102"]),
            ("MEMBER", vec!["--member", "W-1"]),
        ] {
            let token = city.token(role.0, &role.1);
            let code = server.not_changed(&token, "readContact", "ReadContactInput", contact.clone());
            assert!(code == "NOT_ALLOWED" || code == "NOT_FOUND", "{} {code}", role.0);
            // Officers read the text without the telephone in it.
            let seen = server.data(
                &token,
                "query($id: ID!) { node(id: $id) { ... on Need { title description place } } }",
                json!({"id": need["id"]}),
            );
            assert!(!seen.to_string().contains("13812345678"), "{}: {seen}", role.0);
        }
        assert_eq!(
            server.not_changed(
                &clerk,
                "readContact",
                "ReadContactInput",
                json!({"needId": need["id"], "purpose": " "})
            ),
            "EMPTY"
        );
        let own = server.data(
            &clerk,
            "query($id: ID!) { node(id: $id) { ... on Need { description } } }",
            json!({"id": need["id"]}),
        );
        assert!(own.to_string().contains("13812345678"));
        let trail = server.data(&clerk, "{ auditTrail(first: 100) { nodes { detail reason } } }", json!({}));
        let log = server.stop();
        for secret in ["13912345678", "13812345678", "张示例三"] {
            assert!(!log.contains(secret), "in the log: {secret}");
            assert!(!trail.to_string().contains(secret), "in the trail: {secret}");
        }
        let exported = city.run(&["export", "--year", "2026"]);
        assert!(!String::from_utf8_lossy(&exported.stdout).contains("13912345678"));
    }
}

#[test]
fn what_was_acknowledged_survives_a_kill_and_is_not_done_twice() {
    let city = planned(crate::city::Engine::Sqlite);
    let server = city.serve();
    let clerk = city.token("CLERK", &["--station", "XC-001"]);
    let bearer = format!("Bearer {clerk}");
    let body = json!({
        "query": "mutation($input: RegisterNeedInput!) { registerNeed(input: $input) { node { number } errors { code } } }",
        "variables": {"input": lamp(&station(&server, &clerk))}})
    .to_string();
    let headers = [
        ("content-type", "application/json"),
        ("authorization", bearer.as_str()),
        ("idempotency-key", "k-1"),
    ];
    let first = server.post(&headers, &body);
    assert_eq!(first.json()["data"]["registerNeed"]["node"]["number"], "XC-001-2026-N-0004");
    server.kill();
    let server = city.serve();
    assert_eq!(server.post(&headers, &body).text, first.text, "the same answer, nothing done twice");
    let count = server.data(&clerk, "{ needs(filter: {year: 2026}) { totalCount } }", json!({}));
    assert_eq!(count["needs"]["totalCount"], 4);
    city.ok(&["verify", "--year", "2026"]);
}

/// Two operations of one document, with the same key and the same variables, are two requests.
#[test]
fn a_key_is_for_one_operation() {
    let city = planned(crate::city::Engine::Sqlite);
    let server = city.serve();
    let clerk = city.token("CLERK", &["--station", "XC-001"]);
    let made = server.changed(
        &clerk,
        "registerNeed",
        "RegisterNeedInput",
        "id version",
        lamp(&station(&server, &clerk)),
    );
    let bearer = format!("Bearer {clerk}");
    let headers = [
        ("content-type", "application/json"),
        ("authorization", bearer.as_str()),
        ("idempotency-key", "k-2"),
    ];
    let ask = |operation: &str| {
        let document = "mutation Send($i: NeedStepInput!) { done: submitNeed(input: $i) { node { status } errors { code } } }
            mutation Verify($i: VerifyNeedInput!) { done: verifyNeed(input: $i) { node { status } errors { code } } }";
        let variables = json!({"i": {"id": made["id"], "expectedVersion": made["version"]}});
        let body = json!({"query": document, "operationName": operation, "variables": variables});
        server.post(&headers, &body.to_string()).json()["data"]["done"].clone()
    };
    let sent = ask("Send");
    assert_eq!(sent["node"]["status"], "SUBMITTED");
    assert_eq!(ask("Send"), sent, "the same answer, nothing done twice");
    let other = ask("Verify");
    assert!(other["node"].is_null() && !other["errors"][0]["code"].is_null(), "{other}");
}

#[test]
fn wrong_input_is_refused_by_field() {
    let city: City = planned(crate::city::Engine::Sqlite);
    let server = city.serve();
    let clerk = city.token("CLERK", &["--station", "XC-001"]);
    let station = station(&server, &clerk);
    for (field, value, code) in [
        ("title", json!(""), "EMPTY"),
        ("title", json!("长".repeat(101)), "TOO_LONG"),
        ("households", json!(-3), "RANGE"),
        ("area", json!("999999"), "AREA"),
        ("category", json!("9999"), "CATEGORY"),
        ("requirements", json!([]), "RANGE"),
        ("requirements", json!([{"label": "灯", "quantity": 0}]), "RANGE"),
    ] {
        let mut input = lamp(&station);
        input["need"][field] = value;
        assert_eq!(server.not_changed(&clerk, "registerNeed", "RegisterNeedInput", input), code, "{field}");
    }
    let mut input = lamp(&station);
    input["year"] = json!(20260);
    assert_eq!(server.not_changed(&clerk, "registerNeed", "RegisterNeedInput", input), "YEAR");
    let mut input = lamp(&station);
    input["workstationId"] = json!("need:1");
    assert_eq!(server.not_changed(&clerk, "registerNeed", "RegisterNeedInput", input), "ID");
}

#[test]
fn contacts_pictures_and_readings_are_erased_when_their_time_is_over() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let station = station(&server, &clerk);
        let need = server.changed(&clerk, "registerNeed", "RegisterNeedInput", "id version", lamp(&station));
        let step = |n: &Value| json!({"id": n["id"], "expectedVersion": n["version"]});
        let read = |token: &str, need: &Value| {
            server.change(
                token,
                "readContact",
                "ReadContactInput",
                "phone",
                json!({"needId": need["id"], "purpose": "核实"}),
            )
        };
        assert_eq!(read(&clerk, &need)["node"]["phone"], "13912345678");
        let mut why = step(&need);
        why["reason"] = json!("已自行解决");
        let gone = server.changed(&clerk, "withdrawNeed", "NeedReasonInput", "status", why);
        assert_eq!(gone["status"], "WITHDRAWN");
        let before = server.data(&convener, "{ needs(filter: { year: 2026 }) { totalCount } }", json!({}));
        // Without an order it is over with its year, and a year after that its contact is erased.
        let retain = |on: &str| city.ok(&["retain", "--on", on]);
        assert!(retain("2027-12-30").contains("联系方式 0 件"));
        assert!(city.ok(&["retain", "--on", "2027-12-31", "--dry-run"]).contains("将删除联系方式 1 件"));
        assert_eq!(read(&clerk, &need)["node"]["phone"], "13912345678", "a dry run erases nothing");
        let told = retain("2027-12-31");
        assert!(told.contains("已删除联系方式 1 件,照片 0 张,查看记录 0 条"), "{told}");
        assert_eq!(read(&clerk, &need)["errors"][0]["code"], "CONTACT_ERASED");
        assert!(retain("2027-12-31").contains("联系方式 0 件"), "once");
        let after = server.data(&convener, "{ needs(filter: { year: 2026 }) { totalCount } }", json!({}));
        assert_eq!(before, after, "counts are as they were");
        // The office's own months; the readings of today go after 36.
        assert!(city.ok(&["set"]).contains("contact-months 12 "));
        assert!(city.refused(&["set", "contact-months", "0"]).contains("1 至 120"));
        assert!(city.refused(&["set", "months", "3"]).contains("contact-months"));
        assert!(city.ok(&["set", "reading-months", "6"]).contains("reading-months 6 "));
        assert!(retain("2027-05-23").contains("查看记录 0 条"));
        assert!(retain("2027-05-25").contains("查看记录 2 条"));
        let trail = "{ auditTrail(first: 99) { nodes { action reason } } }";
        let officer = city.token("CITY_OFFICER", &[]);
        let trail = server.data(&officer, trail, json!({}))["auditTrail"]["nodes"].to_string();
        for action in ["ERASE_CONTACT", "ERASE_READINGS", "SET"] {
            assert!(trail.contains(&format!("\"{action}\"")), "{action}: {trail}");
        }
    }
}
