//! Needs without resource: the ladder and proposal clues, over HTTP on both databases.

use crate::city::engines;
use crate::duty_list::planned;
use serde_json::{Value, json};

const NEED: &str = "id version status escalation { step target answer words }";

fn with(row: &Value, more: Value) -> Value {
    let mut input = json!({"id": row["id"], "expectedVersion": row["version"]});
    for (k, v) in more.as_object().expect("an object") {
        input[k] = v.clone();
    }
    input
}

/// Scenario 7: no resource in the cluster, none in the district, then a clue; one with a telephone number or a lawsuit in
/// it is refused by the check. The proposal's answer goes back to the need.
#[test]
fn a_need_without_resource_goes_up_the_ladder_and_becomes_a_clue() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let query = "{ needs(first: 20, filter: { year: 2026 }) { nodes { id title version status } } }";
        let all = server.data(&convener, query, json!({}))["needs"]["nodes"].clone();
        let need = all.as_array().unwrap().iter().find(|n| n["title"] == "另一处路灯").unwrap().clone();
        let up = |n: &Value, step: &str| {
            server.changed(
                &convener,
                "escalateNeed",
                "EscalateNeedInput",
                NEED,
                with(n, json!({"step": step})),
            )
        };
        let not_up = |n: &Value, more: Value| {
            server.not_changed(&convener, "escalateNeed", "EscalateNeedInput", with(n, more))
        };
        let answer = |n: &Value, answer: &str| {
            let input = with(n, json!({"answer": answer, "words": "已问过,电话13800001234"}));
            server.changed(&convener, "answerStep", "AnswerStepInput", NEED, input)
        };
        assert_eq!(
            server.not_changed(
                &clerk,
                "escalateNeed",
                "EscalateNeedInput",
                with(&need, json!({"step": "CLUSTER"}))
            ),
            "NOT_ALLOWED"
        );
        let n = up(&need, "CLUSTER");
        assert_eq!(n["status"], "ESCALATED");
        assert_eq!(not_up(&n, json!({"step": "DISTRICT"})), "LADDER", "no answer yet");
        assert_eq!(not_up(&need, json!({"step": "DISTRICT"})), "CONFLICT");
        let n = answer(&n, "NOT_FOUND");
        assert_eq!(not_up(&n, json!({"step": "CLUSTER"})), "LADDER", "never back down");
        let n = answer(&up(&n, "DISTRICT"), "NOT_FOUND");
        assert_eq!(not_up(&n, json!({"step": "REFERRAL"})), "TARGET");
        let told = n["escalation"].as_array().unwrap();
        assert_eq!(told.len(), 2);
        assert!(!n.to_string().contains("13800001234"), "{n}");

        let good = "老旧街巷路灯损坏多、维修慢,建议由城管部门建立统一台账,分片包干,损坏三日内修复。";
        let clue = |text: String| with(&n, json!({"text": text}));
        let refused =
            |text: String| server.not_changed(&convener, "submitClue", "SubmitClueInput", clue(text));
        assert_eq!(refused(format!("{good}联系电话13800001234")), "CLUE_PERSONAL");
        assert_eq!(refused(format!("{good}已向法院提起诉讼。")), "CLUE_EXCLUDED");
        assert_eq!(refused(good.repeat(20)), "CLUE_LONG");
        let fields = "id number version status giver need { status } proposalNumber resultClass";
        let c = server.changed(&convener, "submitClue", "SubmitClueInput", fields, clue(good.to_owned()));
        assert_eq!((&c["number"], &c["giver"]), (&json!("XC-001-2026-C-0001"), &json!("赵示例甲")));
        let follow = |c: &Value, more: Value| with(c, more);
        let early = follow(&c, json!({"status": "REPLIED", "resultClass": "B", "reply": "好"}));
        assert_eq!(server.not_changed(&convener, "followClue", "FollowClueInput", early), "CLUE_STATE");
        let filed = follow(&c, json!({"status": "FILED", "proposalNumber": "第 87 号"}));
        let c = server.changed(&convener, "followClue", "FollowClueInput", fields, filed);
        let classless = follow(&c, json!({"status": "REPLIED", "reply": "正在改造"}));
        assert_eq!(server.not_changed(&convener, "followClue", "FollowClueInput", classless), "RESULT_CLASS");
        let replied =
            follow(&c, json!({"status": "REPLIED", "resultClass": "B", "reply": "已列入今年改造,正在施工"}));
        let c = server.changed(&convener, "followClue", "FollowClueInput", fields, replied);
        assert_eq!((&c["proposalNumber"], &c["resultClass"]), (&json!("第 87 号"), &json!("B")));
        assert_eq!(c["need"]["status"], "CLOSED");
        // Other stations and strangers see none of it.
        let foreign = city.token("FIRST_CONVENER", &["--station", "XC-002"]);
        for token in [foreign.as_str(), ""] {
            assert_eq!(server.data(token, "{ clues(year: 2026) { id } }", json!({}))["clues"], json!([]));
        }
    }
}
