//! A capacity cut below what is reserved: owner and convener choose who loses; over HTTP on both databases.

use crate::city::engines;
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
fn owner_and_convener_choose_which_items_lose() {
    for engine in engines() {
        let city = planned(engine);
        let more = "工作站编号,外部编号,标题,内容,类别,收集日期,户数,状态\n\
                    XC-001,M1,盼医生上门,老人走不动,0103,2026-01-08,3,待匹配\n";
        city.ok(&["import", "needs", &city.file("more.csv", more), "--year", "2026"]);
        city.ok(&["plan", "--year", "2026"]);
        let server = city.serve();
        let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let owner = city.token("MEMBER", &["--member", "W-2"]);
        let other = city.token("MEMBER", &["--member", "W-1"]);
        let list =
            server.data(&convener, "{ dutyList(workstation: \"XC-001\", year: 2026) { id } }", json!({}));
        let all = json!({"id": list["dutyList"]["id"]});
        server.changed(&convener, "proposeListMatches", "DutyListMatchesInput", "id", all.clone());
        server.changed(&convener, "confirmListMatches", "DutyListMatchesInput", "id", all);
        let needs = || {
            let query = "{ needs(first: 20, filter: { year: 2026 }) { nodes { title status matches { id status reason resource { id version title perYear } } } } }";
            server.data(&convener, query, json!({}))["needs"]["nodes"].as_array().unwrap().clone()
        };
        let of = |title: &str| needs().into_iter().find(|n| n["title"] == title).expect("a need");
        let held = |title: &str| of(title)["matches"][0].clone();
        let (first, second) = (held("想请医生来"), held("盼医生上门"));
        assert_eq!(first["resource"]["title"], "社区义诊");
        assert_eq!(first["resource"]["id"], second["resource"]["id"]);
        let lamp = held("路灯不亮");

        let cut = |per: i32, matches: Value| {
            json!({"resourceId": first["resource"]["id"], "perQuarter": per, "perYear": per,
                   "matchIds": matches, "reason": "今年出差"})
        };
        let refused =
            |token: &str, input: Value| server.not_changed(token, "proposeCut", "ProposeCutInput", input);
        assert_eq!(refused(&owner, cut(1, json!([]))), "RESERVED", "two are reserved");
        assert_eq!(refused(&owner, cut(1, json!([lamp["id"]]))), "MATCHES");
        assert_eq!(refused(&owner, cut(9, json!([]))), "CAPACITY", "that is no cut");
        assert_eq!(refused(&other, cut(1, json!([second["id"]]))), "NOT_FOUND");
        let node = "id version status matches { id need { title } }";
        let c = server.changed(&owner, "proposeCut", "ProposeCutInput", node, cut(1, json!([second["id"]])));
        assert_eq!(c["matches"][0]["need"]["title"], "盼医生上门");
        assert_eq!(refused(&owner, cut(1, json!([second["id"]]))), "CUT_WAITING");
        assert_eq!(of("盼医生上门")["status"], "MATCHED", "nothing has happened yet");
        let inbox =
            server.data(&convener, "{ inbox(year: 2026) { kind count } }", json!({}))["inbox"].clone();
        assert!(inbox.as_array().unwrap().contains(&json!({"kind": "CUT", "count": 1})), "{inbox}");

        let answer = |token: &str, more: Value| {
            server.change(token, "answerCut", "AnswerCutInput", node, with(&c, more))
        };
        assert_eq!(answer(&owner, json!({"agree": true}))["errors"][0]["code"], "NOT_ALLOWED");
        assert_eq!(answer(&convener, json!({"agree": false}))["errors"][0]["code"], "EMPTY");
        assert_eq!(answer(&convener, json!({"agree": true}))["node"]["status"], "AGREED");
        assert_eq!(answer(&convener, json!({"agree": true}))["errors"][0]["code"], "CONFLICT");
        let (kept, lost) = (of("想请医生来"), of("盼医生上门"));
        assert_eq!((&kept["status"], &lost["status"]), (&json!("MATCHED"), &json!("OPEN")));
        assert_eq!(kept["matches"][0]["resource"]["perYear"], 1);
        let gone = lost["matches"]
            .as_array()
            .unwrap()
            .iter()
            .find(|m| m["id"] == second["id"])
            .expect("it stays to be read");
        assert_eq!((&gone["status"], &gone["reason"]), (&json!("RELEASED"), &json!("资源减量:今年出差")));

        // What a convener proposes, another agrees to.
        let again = json!({"resourceId": lamp["resource"]["id"], "perQuarter": 1, "perYear": 1, "matchIds": [lamp["id"]], "reason": "停办"});
        let own = server.changed(&convener, "proposeCut", "ProposeCutInput", node, again);
        let input = with(&own, json!({"agree": true}));
        assert_eq!(
            server.not_changed(&convener, "answerCut", "AnswerCutInput", input.clone()),
            "SAME_PERSON"
        );
        let second = city.token("SECOND_CONVENER", &["--station", "XC-001"]);
        server.changed(&second, "answerCut", "AnswerCutInput", "status", input);
        city.ok(&["verify", "--year", "2026"]);
    }
}
