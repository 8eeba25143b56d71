//! Several needs of one matter: merged, or brought together under a topic; over HTTP on both databases.

use crate::city::{City, Server, engines};
use crate::duty_list::planned;
use serde_json::{Value, json};

fn with(row: &Value, more: Value) -> Value {
    let mut input = json!({"id": row["id"], "expectedVersion": row["version"]});
    for (k, v) in more.as_object().expect("an object") {
        input[k] = v.clone();
    }
    input
}

/// The planned city with two more needs that say what the doctor's says, each with its requester.
fn repeated() -> impl Iterator<Item = City> {
    engines().into_iter().map(|engine| {
        let city = planned(engine);
        let more = "工作站编号,外部编号,标题,内容,类别,收集日期,户数,状态,联系人,联系电话\n\
                    XC-001,M1,盼医生上门,老人走不动,0103,2026-01-08,3,待匹配,李四,13800005678\n\
                    XC-001,M2,能不能义诊,想量血压,0103,2026-01-09,4,待匹配,赵六,13800009876\n";
        city.ok(&["import", "needs", &city.file("more.csv", more), "--year", "2026"]);
        city
    })
}

fn needs(server: &Server, token: &str) -> Vec<Value> {
    let query = "{ needs(first: 20, filter: { year: 2026 }) { nodes { id number title status version matches { id status } answers { channel words } } } }";
    server.data(token, query, json!({}))["needs"]["nodes"].as_array().unwrap().clone()
}

fn titled(server: &Server, token: &str, title: &str) -> Value {
    needs(server, token).into_iter().find(|n| n["title"] == title).expect("a need")
}

/// Scenario 6: three duplicates are merged; three requesters get an answer; intake 3, handled 1.
#[test]
fn scenario_06_each_requester_of_merged_needs_gets_an_answer() {
    for city in repeated() {
        let server = city.serve();
        let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let inbox = |kind: &str| {
            let all = server.data(&clerk, "{ inbox(year: 2026) { kind count } }", json!({}))["inbox"].clone();
            all.as_array()
                .unwrap()
                .iter()
                .find(|k| k["kind"] == kind)
                .map_or(0, |k| k["count"].as_i64().unwrap())
        };
        let intake = needs(&server, &convener).len();
        let head = titled(&server, &convener, "想请医生来");
        for title in ["盼医生上门", "能不能义诊"] {
            let more = json!({"headId": head["id"], "reason": "同一件事"});
            let input = with(&titled(&server, &convener, title), more);
            server.changed(&convener, "mergeNeed", "MergeNeedInput", "status", input);
        }
        assert_eq!(inbox("TELL"), 0, "nothing has come of it yet");
        let early =
            with(&titled(&server, &clerk, "盼医生上门"), json!({"channel": "电话", "words": "已义诊"}));
        assert_eq!(
            server.not_changed(&clerk, "answerRequester", "AnswerRequesterInput", early),
            "NEED_STATE"
        );

        // Carried out once.
        let node = "id version issuedOn";
        let o =
            server.changed(&convener, "issueOrder", "IssueOrderInput", node, json!({"needId": head["id"]}));
        let lead = with(&o, json!({"matchId": head["matches"][0]["id"]}));
        let o = server.changed(&convener, "dispatchOrder", "DispatchOrderInput", node, lead);
        let o = server.changed(&clerk, "acceptOrder", "OrderStepInput", node, with(&o, json!({})));
        let waived = with(&o, json!({"reason": "义诊"}));
        let o = server.changed(&convener, "waiveConsultation", "OrderReasonInput", node, waived);
        let done = json!({"resolvedOn": o["issuedOn"], "outcome": "义诊一场", "evidence": "签到表", "quantities": []});
        let o = server.changed(&clerk, "resolveOrder", "ResolveOrderInput", node, with(&o, done));
        let word = json!({"by": "REQUESTER", "channel": "电话", "rating": "SATISFIED", "solved": "YES"});
        server.changed(&clerk, "rateOrder", "RateOrderInput", node, with(&o, word));

        // The one that was asked has answered; the two others are still to be told.
        assert_eq!(inbox("TELL"), 2);
        let query = "{ needs(filter: { year: 2026, toTell: true }) { totalCount nodes { title } } }";
        assert_eq!(server.data(&clerk, query, json!({}))["needs"]["totalCount"], 2);
        for title in ["盼医生上门", "能不能义诊"] {
            let words = json!({"channel": "电话", "words": "已义诊,回电13800001234"});
            let input = with(&titled(&server, &clerk, title), words);
            let told =
                server.changed(&clerk, "answerRequester", "AnswerRequesterInput", "answers { words }", input);
            assert_eq!(told["answers"][0]["words"], "已义诊,回电138****1234");
        }
        assert_eq!(inbox("TELL"), 0);
        let district = city.token("CITY_OFFICER", &[]);
        let seen = titled(&server, &district, "盼医生上门");
        assert_eq!(seen["status"], "MERGED");

        // Intake counts each, handling counts one.
        assert_eq!(needs(&server, &convener).len(), intake);
        let query = "{ measures(scope: { year: 2026 }) { kind numerator distinctNeeds } }";
        let all = server.data(&district, query, json!({}))["measures"].clone();
        let done = all.as_array().unwrap().iter().find(|m| m["kind"] == "DONE").unwrap().clone();
        assert_eq!((&done["numerator"], &done["distinctNeeds"]), (&json!(1), &json!(1)));
    }
}

#[test]
fn requesters_of_needs_merged_into_one_that_goes_on_are_told_in_the_next_year() {
    for city in repeated() {
        let waits = "工作站编号,外部编号,标题,内容,类别,收集日期,户数,状态\n\
                     XC-001,M3,老人就医难,多户反映,0103,2026-01-10,5,待核实\n";
        city.ok(&["import", "needs", &city.file("waits.csv", waits), "--year", "2026"]);
        let server = city.serve();
        let officer = city.token("CITY_OFFICER", &[]);
        let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let head = titled(&server, &convener, "老人就医难");
        for title in ["盼医生上门", "能不能义诊"] {
            let more = json!({"headId": head["id"], "reason": "同一件事"});
            let input = with(&titled(&server, &convener, title), more);
            server.changed(&convener, "mergeNeed", "MergeNeedInput", "status", input);
        }
        let open = json!({"year": 2027, "reason": "年度工作开始"});
        server.changed(&officer, "openYear", "OpenYearInput", "year", open);
        let close = json!({"year": 2026, "reason": "年终"});
        server.changed(&officer, "closeYear", "CloseYearInput", "year", close);
        let query = "{ needs(filter: { year: 2027 }) { nodes { id title version } } }";
        let next = server.data(&convener, query, json!({}))["needs"]["nodes"].clone();
        let head = next.as_array().unwrap().iter().find(|n| n["title"] == "老人就医难").unwrap().clone();
        let merged = titled(&server, &clerk, "盼医生上门");
        let answer = json!({"channel": "电话", "words": "已转卫生部门"});
        assert_eq!(
            server.not_changed(
                &clerk,
                "answerRequester",
                "AnswerRequesterInput",
                with(&merged, answer.clone())
            ),
            "NEED_STATE",
            "it goes on in the next year"
        );
        let refuse = with(&head, json!({"reason": "已由卫生部门统一安排"}));
        server.changed(&convener, "refuseNeed", "NeedReasonInput", "status", refuse);
        let inbox = "{ inbox(year: 2027) { kind count } }";
        let tell = |all: &Value| {
            let all = all["inbox"].as_array().unwrap().clone();
            all.iter().find(|k| k["kind"] == "TELL").map_or(0, |k| k["count"].as_i64().unwrap())
        };
        assert_eq!(tell(&server.data(&clerk, inbox, json!({}))), 2);
        let query = "{ needs(filter: { year: 2027, toTell: true }) { nodes { title number mergedInto { number } } } }";
        let untold = server.data(&clerk, query, json!({}))["needs"]["nodes"].clone();
        assert_eq!(untold.as_array().unwrap().len(), 2);
        assert!(untold[0]["number"].as_str().unwrap().starts_with("XC-001-2026-N-"), "{untold}");
        assert!(
            untold[0]["mergedInto"]["number"].as_str().unwrap().starts_with("XC-001-2027-N-"),
            "{untold}"
        );
        let told = server.changed(
            &clerk,
            "answerRequester",
            "AnswerRequesterInput",
            "answers { words }",
            with(&merged, answer),
        );
        assert_eq!(told["answers"][0]["words"], "已转卫生部门");
        assert_eq!(tell(&server.data(&clerk, inbox, json!({}))), 1);
        city.ok(&["verify", "--year", "2026"]);
    }
}

#[test]
fn a_topic_gathers_needs_and_loses_none() {
    for city in repeated() {
        let server = city.serve();
        let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let foreign = city.token("FIRST_CONVENER", &["--station", "XC-002"]);
        let before = needs(&server, &convener);
        let ids: Vec<Value> = before.iter().map(|n| n["id"].clone()).collect();
        let at = server.data("", "{ a: workstation(code: \"XC-001\") { id } }", json!({}))["a"]["id"].clone();
        let make = |needs: Value| json!({"workstationId": at, "year": 2026, "title": "老人看病难", "needIds": needs});
        let refused =
            |token: &str, input: Value| server.not_changed(token, "makeTopic", "MakeTopicInput", input);
        assert_eq!(refused(&convener, make(json!([]))), "NEEDS");
        assert_eq!(refused(&foreign, make(json!([ids[0]]))), "NOT_FOUND");
        let node = "id number version needs { number }";
        let t = server.changed(
            &convener,
            "makeTopic",
            "MakeTopicInput",
            node,
            make(json!([ids[0], ids[1], ids[1]])),
        );
        assert_eq!(t["needs"].as_array().unwrap().len(), 2);
        assert_eq!(t["number"], "XC-001-2026-T-0001");
        let change =
            |more: Value| server.change(&convener, "changeTopic", "ChangeTopicInput", node, with(&t, more));
        assert_eq!(
            change(json!({"removeIds": [ids[0]]}))["errors"][0]["code"],
            "EMPTY",
            "a reason is asked for"
        );
        let all = change(json!({"removeIds": [ids[0], ids[1]], "reason": "不相关"}));
        assert_eq!(all["errors"][0]["code"], "NEEDS");
        let changed = change(json!({"addIds": [ids[2]], "removeIds": [ids[0]], "reason": "不相关"}));
        assert_eq!(changed["node"]["needs"].as_array().unwrap().len(), 2);
        assert_eq!(change(json!({"addIds": [ids[3]]}))["errors"][0]["code"], "CONFLICT");
        assert_eq!(needs(&server, &convener), before, "every need is as it was");
        assert_eq!(server.data(&foreign, "{ topics(year: 2026) { id } }", json!({}))["topics"], json!([]));
    }
}
