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
fn scenario_07_a_need_without_resource_goes_up_the_ladder_and_becomes_a_clue() {
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

/// Proposals by spreadsheet take their clues and needs with them; follow-ups and the conversion are told.
#[test]
fn proposals_by_spreadsheet_bring_their_clues_on() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let officer = city.token("CITY_OFFICER", &[]);
        let query = "{ needs(first: 20, filter: { year: 2026 }) { nodes { id title version status } } }";
        let all = server.data(&convener, query, json!({}))["needs"]["nodes"].clone();
        let text = "老旧小区楼道照明普遍损坏,建议由住建部门统一纳入改造计划,分年度更换节能灯具。";
        let clue = |title: &str| {
            let need = all.as_array().unwrap().iter().find(|n| n["title"] == title).unwrap();
            let n = server.changed(
                &convener,
                "escalateNeed",
                "EscalateNeedInput",
                NEED,
                with(need, json!({"step": "CLUSTER"})),
            );
            let answered = with(&n, json!({"answer": "NOT_FOUND", "words": "没有"}));
            let n = server.changed(&convener, "answerStep", "AnswerStepInput", NEED, answered);
            let input = with(&n, json!({"text": text}));
            server.changed(&convener, "submitClue", "SubmitClueInput", "id number", input)
        };
        let (lamp, other) = (clue("路灯不亮"), clue("另一处路灯"));
        let (lamp, other) = (lamp["number"].as_str().unwrap(), other["number"].as_str().unwrap());
        let head = "提案编号,案由,提案者,立案,不予立案原因,承办单位,办理结果,办复日期,办复内容,线索编号\n";
        let import = |name: &str, rows: &str| city.file(name, format!("{head}{rows}"));
        // All or nothing: a clue for two proposals, an answer to what was not admitted, a clue that is not there.
        let bad = import(
            "bad.csv",
            &format!(
                "T-1,楼道照明,民革,是,,住建局,,,,{lamp}\nT-2,楼道照明,民革,是,,,,,,{lamp}\n\
             T-3,照明,民革,否,,,B,,,\nT-4,照明,民革,是,,,,,,XC-001-2026-C-9999\n"
            ),
        );
        let words = city.refused(&["import", "proposals", &bad, "--year", "2026"]);
        for expected in [
            "第 3 行「线索编号」",
            "已由提案 T-1 采用",
            "第 4 行「不予立案原因」:「」为空",
            "第 4 行「办理结果」",
            "第 5 行「线索编号」",
        ] {
            assert!(words.contains(expected), "{expected}\n{words}");
        }
        let clues = "{ clues(year: 2026) { number status proposalNumber need { status } } }";
        let seen = server.data(&convener, clues, json!({}))["clues"].clone();
        assert!(seen.as_array().unwrap().iter().all(|c| c["status"] == "SUBMITTED"), "{seen}");

        let good = import(
            "good.csv",
            &format!(
                "T-1,楼道照明,民革,是,,住建局,A,2026-06-01,已列入改造并完工,{lamp}\n\
             T-2,增设路灯,民革,否,内容重复,,,,,{other}\nT-3,无线索的提案,九三学社,是,,教育局,,,,\n"
            ),
        );
        assert!(city.ok(&["import", "proposals", &good, "--year", "2026"]).contains("新增 3"));
        assert!(city.ok(&["import", "proposals", &good, "--year", "2026"]).contains("未变 3"));
        let seen = server.data(&convener, clues, json!({}))["clues"].clone();
        assert_eq!(
            seen[0],
            json!({"number": lamp, "status": "REPLIED", "proposalNumber": "T-1", "need": {"status": "CLOSED"}})
        );
        assert_eq!(
            (&seen[1]["status"], &seen[1]["need"]["status"]),
            (&json!("NOT_FILED"), &json!("ESCALATED"))
        );

        // A follow-up of what was admitted; the station sees the proposals of its clues, the city all.
        let at = server.data("", "{ a: workstation(code: \"XC-001\") { id } }", json!({}))["a"]["id"].clone();
        let held = |number: &str, day: &str| {
            json!({"proposalNumber": number, "workstationId": at, "kind": "CHAIR", "heldOn": day, "place": "工作室",
                   "attendees": ["提案者", "住建局"], "conclusion": "按计划完工"})
        };
        let refused =
            |input: Value| server.not_changed(&convener, "recordFollowUp", "RecordFollowUpInput", input);
        assert_eq!(refused(held("T-9", "2026-03-01")), "PROPOSAL");
        assert_eq!(refused(held("T-2", "2026-03-01")), "PROPOSAL", "not admitted");
        assert_eq!(refused(held("T-1", "2025-03-01")), "DATE");
        server.changed(&convener, "recordFollowUp", "RecordFollowUpInput", "kind", held("T-1", "2026-03-01"));
        let query =
            "{ proposals(year: 2026) { number resultClass clue { number } followUps { kind attendees } } }";
        let own = server.data(&convener, query, json!({}))["proposals"].clone();
        assert_eq!(own.as_array().unwrap().len(), 2, "{own}");
        assert_eq!(own[0]["followUps"], json!([{"kind": "CHAIR", "attendees": ["提案者", "住建局"]}]));
        assert_eq!(server.data(&officer, query, json!({}))["proposals"].as_array().unwrap().len(), 3);
        assert_eq!(server.data("", query, json!({}))["proposals"], json!([]));
        let query = "{ conversion(year: 2026) { handedIn filed permille clues { status count } answered { resultClass count } followUps } }";
        let expected = json!({"handedIn": 2, "filed": 1, "permille": 500,
            "clues": [{"status": "NOT_FILED", "count": 1}, {"status": "REPLIED", "count": 1}],
            "answered": [{"resultClass": "A", "count": 1}], "followUps": 1});
        assert_eq!(server.data(&officer, query, json!({}))["conversion"], expected);
        let elsewhere = query.replace("year: 2026", "year: 2026, district: \"150105\"");
        assert_eq!(server.data(&officer, &elsewhere, json!({}))["conversion"]["handedIn"], 0);
    }
}
