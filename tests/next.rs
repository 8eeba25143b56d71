//! Who comes next when a member declines or does not answer, over HTTP on both databases.

use crate::city::engines;
use crate::order::{ORDER, Station, city};
use serde_json::{Value, json};

#[test]
fn whoever_is_next_by_the_lists_of_today_is_worth_what_the_candidates_say() {
    for engine in engines() {
        let city = city(engine);
        let server = city.serve();
        let s = Station::new(&city, &server);
        let mut order = s.offered("路灯不亮");
        let (need, _) = s.need("路灯不亮");
        // What comes after the plan is in no plan, and neither are its words.
        let late = |title: &str| {
            let rows = format!(
                "委员编号,工作站编号,外部编号,资源名称,说明,种类,类别,每季次数,全年次数,状态\n\
                 W-1,XC-001,R8,路灯照明安装,巷口装灯,专业服务,0102,2,4,可用\n\
                 W-2,XC-001,R9,{title},每周五,专业服务,0102,2,4,可用\n"
            );
            city.ok(&["import", "resources", &city.file("late.csv", rows), "--year", "2026"]);
        };
        late("灯具更换");
        let ask = "query($i: ID!) { \
                   node(id: $i) { ... on Need { matches { id status score { total } resource { title } } } } \
                   candidatesForNeed(needId: $i, first: 100) { resource { title } score { total } } }";
        let mut seen = Vec::new();
        for turn in 0..4 {
            if turn == 2 {
                late("巷口路灯更换");
            }
            let lead = s.lead(&order).to_owned();
            let no = json!({"reason": "TIME", "note": ""});
            order = s.step(&lead, "declineOrder", "DeclineOrderInput", &order, no);
            let now = server.data(&s.convener, ask, json!({"i": need["id"]}));
            let all = now["node"]["matches"].as_array().unwrap();
            let Some(next) = all.iter().find(|m| m["status"] == "SUGGESTED") else { break };
            let title = next["resource"]["title"].as_str().unwrap();
            let candidates = now["candidatesForNeed"].as_array().unwrap();
            let same = candidates.iter().find(|c| c["resource"]["title"] == title).expect("a candidate");
            // Whom the plan does not know comes when it has nobody left. Its own points are from when it was made.
            if title.contains("路灯") {
                assert_eq!(next["score"], same["score"], "{title}");
                seen.push(title.to_owned());
            }
            let lead = json!({"matchId": next["id"]});
            order = s.step(&s.convener, "dispatchOrder", "DispatchOrderInput", &order, lead);
        }
        assert!(seen.contains(&"路灯照明安装".to_owned()), "{seen:?}");
        assert!(seen.contains(&"巷口路灯更换".to_owned()), "{seen:?}");
    }
}

#[test]
fn who_declines_is_followed_by_the_next_best_and_not_asked_again() {
    for engine in engines() {
        let city = city(engine);
        let server = city.serve();
        let s = Station::new(&city, &server);
        let order = s.offered("路灯不亮");
        let lead = s.lead(&order).to_owned();
        let no = |reason: &str, note: &str| json!({"reason": reason, "note": note});
        assert_eq!(s.refused(&lead, "declineOrder", "DeclineOrderInput", &order, no("OTHER", "")), "EMPTY");
        let o = s.step(&lead, "declineOrder", "DeclineOrderInput", &order, no("TIME", "出差"));
        assert_eq!((&o["status"], &o["lead"]), (&json!("DECLINED"), &Value::Null));
        // The next best is suggested by itself: the other member's resource.
        let (_, next) = s.need("路灯不亮");
        assert_ne!(next["member"]["number"], order["lead"]["number"], "{next}");
        // The one who said no is asked again only with a reason.
        let resource = server.data(
            &s.convener,
            "query($n: String!) { resources(first: 10, filter: { year: 2026 }) { nodes { id number } } viewer { name } candidatesForText(input: { workstation: \"XC-001\", year: 2026, title: $n }) { score { total } } }",
            json!({"n": "路灯"}),
        );
        let number = &order["match"]["resource"]["number"];
        let same = resource["resources"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|r| r["number"] == *number)
            .unwrap()["id"]
            .clone();
        let lead_again = json!({"resourceId": same, "quarter": 4});
        assert_eq!(
            s.refused(&s.convener, "dispatchOrder", "DispatchOrderInput", &o, lead_again.clone()),
            "EXCLUDED"
        );
        let mut with_reason = lead_again;
        with_reason["again"] = json!("本人来电愿意承接");
        let o = s.step(&s.convener, "dispatchOrder", "DispatchOrderInput", &o, with_reason);
        assert_eq!((&o["status"], &o["match"]["status"]), (&json!("DISPATCHED"), &json!("PROPOSED")));

        // Nobody answers: the offer is taken back, the unit is free.
        assert_eq!(city.ok(&["lapse"]).trim(), "共 0 单逾期。");
        let day = o["acceptBy"]["day"].as_str().unwrap().to_owned();
        assert_eq!(city.ok(&["lapse", "--on", &day]).trim(), "共 0 单逾期。", "the last day counts");
        assert!(city.ok(&["lapse", "--on", "2099-01-01"]).contains("共 1 单逾期"));
        let query = format!(
            "query($i: ID!) {{ node(id: $i) {{ ... on Order {{ {ORDER} offers {{ answer reason }} }} }} }}"
        );
        let o = server.data(&s.convener, &query, json!({"i": o["id"]}))["node"].clone();
        assert_eq!(o["status"], "TIMED_OUT");
        let answers: Vec<&Value> = o["offers"].as_array().unwrap().iter().map(|f| &f["answer"]).collect();
        assert_eq!(answers, [&json!("DECLINED"), &json!("LAPSED")]);

        // The other accepts, wants to give it back, and the convener decides.
        let (_, next) = s.need("路灯不亮");
        let o =
            s.step(&s.convener, "dispatchOrder", "DispatchOrderInput", &o, json!({"matchId": next["id"]}));
        let other = s.lead(&o).to_owned();
        let o = s.step(&other, "acceptOrder", "OrderStepInput", &o, json!({}));
        let early = s.refused(
            &s.convener,
            "answerReturn",
            "AnswerReturnInput",
            &o,
            json!({"allow": true, "reason": "同意"}),
        );
        assert_eq!(early, "NO_RETURN_ASKED");
        let o = s.step(&other, "askReturn", "OrderReasonInput", &o, json!({"reason": "生病"}));
        assert_eq!(
            s.refused(
                &other,
                "answerReturn",
                "AnswerReturnInput",
                &o,
                json!({"allow": true, "reason": "同意"})
            ),
            "NOT_ALLOWED"
        );
        let o = s.step(
            &s.convener,
            "answerReturn",
            "AnswerReturnInput",
            &o,
            json!({"allow": true, "reason": "同意"}),
        );
        assert_eq!(o["status"], "RETURNED");
        assert_eq!(s.need("路灯不亮").0["status"], "OPEN");
        let o = s.step(&s.convener, "cancelOrder", "OrderReasonInput", &o, json!({"reason": "居民不再需要"}));
        assert_eq!(o["status"], "CANCELLED");
        assert_eq!(
            s.refused(&s.convener, "cancelOrder", "OrderReasonInput", &o, json!({"reason": "再取消"})),
            "ORDER_STATE"
        );
    }
}
