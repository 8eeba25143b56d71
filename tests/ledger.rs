//! The duty ledger: written once for what is finished and rated, corrected by further entries, told by statements.

use crate::city::{City, Server, engines};
use crate::duty_list::planned;
use serde_json::{Value, json};

const STATEMENT: &str = "query($m: String!) { dutyStatement(year: 2026, memberNumber: $m) { member { number } \
     lines { kind role needs times reversed } records { id kind turn reversal reverses reason source } } }";

fn with(order: &Value, more: Value) -> Value {
    let mut input = json!({"id": order["id"], "expectedVersion": order["version"]});
    for (k, v) in more.as_object().expect("an object") {
        input[k] = v.clone();
    }
    input
}

/// An order for the doctor, carried by W-2 to its outcome.
fn resolved(city: &City, server: &Server) -> Value {
    let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
    let member = city.token("MEMBER", &["--member", "W-2"]);
    let query = "{ needs(first: 20, filter: { year: 2026 }) { nodes { id title matches { id status } } } }";
    let all = server.data(&convener, query, json!({}))["needs"]["nodes"].clone();
    let need = all.as_array().unwrap().iter().find(|n| n["title"] == "想请医生来").expect("the need");
    let node = "id number version issuedOn";
    let o = server.changed(&convener, "issueOrder", "IssueOrderInput", node, json!({"needId": need["id"]}));
    let lead = with(&o, json!({"matchId": need["matches"][0]["id"]}));
    let o = server.changed(&convener, "dispatchOrder", "DispatchOrderInput", node, lead);
    let o = server.changed(&member, "acceptOrder", "OrderStepInput", node, with(&o, json!({})));
    let why = with(&o, json!({"reason": "义诊"}));
    let o = server.changed(&convener, "waiveConsultation", "OrderReasonInput", node, why);
    let outcome = json!({"resolvedOn": o["issuedOn"], "outcome": "义诊一次", "evidence": "登记表",
                         "quantities": [{"measure": "PERSONS", "amount": 12, "unit": "人"}]});
    server.changed(&member, "resolveOrder", "ResolveOrderInput", node, with(&o, outcome))
}

#[test]
fn the_ledger_is_corrected_by_further_entries_and_nobody_speaks_for_the_own_work() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let o = resolved(&city, &server);
        let node = "id number version";
        // W-2 may sit at the station's desk as well, and still neither rates the own work nor enters it again.
        let own = city.token("CLERK", &["--station", "XC-001", "--member", "W-2"]);
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let word = json!({"by": "REQUESTER", "channel": "电话", "rating": "SATISFIED", "solved": "YES"});
        let rate = with(&o, word);
        assert_eq!(server.not_changed(&own, "rateOrder", "RateOrderInput", rate.clone()), "OWN_WORK");
        server.changed(&clerk, "rateOrder", "RateOrderInput", node, rate);

        let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let foreign = city.token("FIRST_CONVENER", &["--station", "XC-002"]);
        let officer = city.token("CITY_OFFICER", &[]);
        let member = city.token("MEMBER", &["--member", "W-2"]);
        let told = |token: &str| server.data(token, STATEMENT, json!({"m": "W-2"}))["dutyStatement"].clone();
        let line = |times: u32, reversed: u32| json!([{"kind": "ORDER_CLOSED", "role": "LEAD", "needs": times, "times": times, "reversed": reversed}]);
        let own_view = told(&member);
        assert_eq!(own_view["lines"], line(1, 0));
        assert_eq!(own_view["records"][0]["source"], o["number"]);
        // Others see what happened at their stations: nothing here.
        assert_eq!((told(&foreign)["lines"].clone(), told("")["lines"].clone()), (json!([]), json!([])));
        assert!(server.data(&member, STATEMENT, json!({"m": "W-9"}))["dutyStatement"].is_null());

        let entry = |row: &Value, why: &str| json!({"id": row["id"], "reason": why});
        let first = &own_view["records"][0];
        let no = |token: &str, field: &str, row: &Value, why: &str| {
            server.not_changed(token, field, "DutyRecordReasonInput", entry(row, why))
        };
        assert_eq!(no(&convener, "reverseDutyRecord", first, " "), "EMPTY");
        assert_eq!(no(&member, "reverseDutyRecord", first, "不对"), "NOT_ALLOWED");
        assert_eq!(no(&officer, "reverseDutyRecord", first, "不对"), "NOT_ALLOWED");
        assert_eq!(no(&foreign, "reverseDutyRecord", first, "不对"), "NOT_FOUND");
        assert_eq!(no(&convener, "restoreDutyRecord", first, "不对"), "ENTRY");
        let kind = "DutyRecordReasonInput";
        let node = "id turn reversal reverses reason";
        let why = entry(first, "登记到了别人名下");
        let back = server.changed(&convener, "reverseDutyRecord", kind, node, why);
        assert_eq!((&back["reverses"], &back["turn"]), (&first["id"], &json!(2)));
        assert_eq!(told(&member)["lines"], line(0, 1));
        assert_eq!(told(&member)["records"].as_array().unwrap().len(), 2, "nothing is deleted");
        // Once is enough; a reversal is not reversed but restored, and not by the one whose work it is.
        assert_eq!(no(&convener, "reverseDutyRecord", first, "再来"), "ENTRY");
        assert_eq!(no(&convener, "reverseDutyRecord", &back, "再来"), "ENTRY");
        let own = city.token("FIRST_CONVENER", &["--station", "XC-001", "--member", "W-2"]);
        assert_eq!(no(&own, "restoreDutyRecord", &back, "是我做的"), "OWN_WORK");
        let again =
            server.changed(&convener, "restoreDutyRecord", kind, node, entry(&back, "核对后确是本人"));
        assert_eq!((&again["reverses"], &again["turn"]), (&Value::Null, &json!(3)));
        assert_eq!(told(&member)["lines"], line(1, 0));

        // Each correction is in the audit trail, and the printed statement tells all of it.
        let trail =
            server.data(&convener, "{ auditTrail(first: 9) { nodes { action subject reason } } }", json!({}));
        let actions = trail["auditTrail"]["nodes"].to_string();
        assert!(actions.contains("RESTORE") && actions.contains("REVERSE"), "{actions}");
        let printed =
            city.ok(&["export", "statement", "--member", "W-2", "--year", "2026", "--format", "csv"]);
        let rows: Vec<&str> = printed.lines().collect();
        assert!(
            rows[0].ends_with(
                "序号,单号,工作站,需求编号,需求,履职方式,角色,开单,接单,解单,办理结果,评价,履职记录"
            ),
            "{printed}"
        );
        assert!(rows[1].contains(o["number"].as_str().unwrap()) && rows[1].contains("主办"), "{printed}");
        assert!(rows[1].ends_with("有效") && rows.len() == 2, "{printed}");
        assert!(!printed.contains("13800001234"));
        assert!(city.refused(&["export", "statement", "--year", "2026"]).contains("--member"));
        let unknown = city.refused(&["export", "statement", "--member", "W-9", "--year", "2026"]);
        assert!(unknown.contains("W-9"), "{unknown}");
    }
}

/// 协办委员: the convener names who helps; nobody else does, and nobody who cannot. Both have the order in the ledger.
#[test]
fn who_is_named_to_help_has_it_in_the_ledger_too() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let [helper, lead] = ["W-1", "W-2"].map(|m| city.token("MEMBER", &["--member", m]));
        let id = |m: &str| {
            let q = "query($m: String!) { member(number: $m) { id } }";
            server.data(&convener, q, json!({"m": m}))["member"]["id"].clone()
        };
        let query = "{ needs(first: 20, filter: { year: 2026 }) { nodes { id title matches { id } } } }";
        let all = server.data(&convener, query, json!({}))["needs"]["nodes"].clone();
        let need = all.as_array().unwrap().iter().find(|n| n["title"] == "想请医生来").expect("the need");
        let node = "id number version issuedOn status coMembers { number }";
        let o =
            server.changed(&convener, "issueOrder", "IssueOrderInput", node, json!({"needId": need["id"]}));

        // Named before anybody is asked; a lead who was named among them is no co-member any more.
        let named = |o: &Value, who: Value| with(o, json!({"memberIds": who}));
        let name = |token: &str, input: Value| {
            server.change(token, "nameCoMembers", "NameCoMembersInput", node, input)
        };
        let no = |token: &str, input: Value| name(token, input)["errors"][0]["code"].clone();
        assert_eq!(no(&clerk, named(&o, json!([id("W-1")]))), "NOT_ALLOWED");
        assert_eq!(
            no(&convener, named(&o, json!(["member:00000000-0000-0000-0000-000000000001"]))),
            "NOT_FOUND"
        );
        let stale = o.clone();
        let o = name(&convener, named(&o, json!([id("W-1"), id("W-2"), id("W-1")])))["node"].clone();
        assert_eq!(o["coMembers"].as_array().unwrap().len(), 2);
        assert_eq!(no(&convener, named(&stale, json!([]))), "CONFLICT");
        let to = with(&o, json!({"matchId": need["matches"][0]["id"]}));
        let o = server.changed(&convener, "dispatchOrder", "DispatchOrderInput", node, to);
        assert_eq!(o["coMembers"], json!([{"number": "W-1"}]), "the lead is no co-member");
        assert_eq!(no(&convener, named(&o, json!([id("W-2")]))), "CO_MEMBERS");
        let o = server.changed(&lead, "acceptOrder", "OrderStepInput", node, with(&o, json!({})));
        assert_eq!(no(&lead, named(&o, json!([]))), "NOT_ALLOWED");

        // The helper sees it, and cannot speak for the work.
        let orders = "{ orders(filter: { year: 2026 }) { nodes { number } } }";
        assert_eq!(server.data(&helper, orders, json!({}))["orders"]["nodes"][0]["number"], o["number"]);
        let why = with(&o, json!({"reason": "义诊"}));
        let o = server.changed(&convener, "waiveConsultation", "OrderReasonInput", node, why);
        let outcome = json!({"resolvedOn": o["issuedOn"], "outcome": "义诊一次", "evidence": "登记表",
                             "quantities": [{"measure": "PERSONS", "amount": 12, "unit": "人"}]});
        let o = server.changed(&lead, "resolveOrder", "ResolveOrderInput", node, with(&o, outcome));
        assert_eq!(no(&convener, named(&o, json!([]))), "ORDER_STATE", "what is done is done by whom it was");
        let word = json!({"by": "REQUESTER", "channel": "电话", "rating": "SATISFIED", "solved": "YES"});
        let own = city.token("CLERK", &["--station", "XC-001", "--member", "W-1"]);
        let rate = with(&o, word);
        assert_eq!(server.not_changed(&own, "rateOrder", "RateOrderInput", rate.clone()), "OWN_WORK");
        server.changed(&clerk, "rateOrder", "RateOrderInput", node, rate);
        for (member, role) in [("W-1", "CO"), ("W-2", "LEAD")] {
            let told = server.data(&convener, STATEMENT, json!({"m": member}))["dutyStatement"].clone();
            assert_eq!(told["lines"][0]["role"], role, "{told}");
        }
        let trail = "{ auditTrail(first: 50, filter: { action: \"ASSIST\" }) { nodes { reason } } }";
        let trail = server.data(&convener, trail, json!({}))["auditTrail"]["nodes"].clone();
        assert_eq!(trail, json!([{"reason": "W-1、W-2"}]));
    }
}
