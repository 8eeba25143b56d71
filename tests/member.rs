//! Who sits in a station's seats and who serves there, over the years; over HTTP on both databases.

use crate::city::{City, Server, engines};
use crate::duty_list::planned;
use serde_json::{Value, json};

const STATION: &str = "{ workstation(code: \"XC-001\") { seats { role name } } }";

/// Reads a table of the one station with its two conveners.
fn seat(city: &City, first: &str, second: &str) -> String {
    let rows = format!(
        "编号,名称,类型,区划代码,第一召集人,第二召集人\n\
         XC-001,曙光街社区政协委员工作站,站,150102005002,{first},{second}\n"
    );
    city.ok(&["import", "workstations", &city.file("seats.csv", rows)])
}

fn seats(server: &Server) -> Vec<(String, String)> {
    let seats = server.data("", STATION, json!({}))["workstation"]["seats"].clone();
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    seats.as_array().unwrap().iter().map(|s| (text(&s["role"]), text(&s["name"]))).collect()
}

#[test]
fn a_convener_changes_in_mid_year_and_the_token_of_the_one_before_opens_no_door() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let before = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let has = |role: &str, name: &str| seats(&server).contains(&(role.to_owned(), name.to_owned()));
        assert!(has("FIRST_CONVENER", "赵示例甲") && has("CLERK", "李示例丁"), "{:?}", seats(&server));
        // The same again changes nothing; an empty cell leaves a seat as it is.
        assert!(seat(&city, "赵示例甲", "").contains("未变 1"));
        assert!(seat(&city, "褚示例新", "空缺").contains("更新 1"));
        assert!(has("FIRST_CONVENER", "褚示例新") && has("CLERK", "李示例丁"), "{:?}", seats(&server));
        assert!(!seats(&server).iter().any(|s| s.0 == "SECOND_CONVENER"), "{:?}", seats(&server));
        let who = "{ viewer { role name } }";
        let refused = server.ask(&before, who, json!({}));
        assert_eq!(refused.status, 401, "{}", refused.text);
        let after = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        assert_eq!(server.data(&after, who, json!({}))["viewer"]["name"], "褚示例新");
        assert_eq!(server.data(&clerk, who, json!({}))["viewer"]["name"], "李示例丁", "the others go on");
        // A number says which person it is: the member W-2 takes the second seat.
        seat(&city, "褚示例新", "冯示例乙\u{ff08}W-2\u{ff09}");
        let second = city.token("SECOND_CONVENER", &["--station", "XC-001"]);
        assert_eq!(server.data(&second, who, json!({}))["viewer"]["name"], "冯示例乙");
        let wrong = "编号,名称,类型,区划代码,第一召集人\nXC-001,曙光街社区政协委员工作站,站,150102005002,某人(W-99)\n";
        let words = city.refused(&["import", "workstations", &city.file("wrong.csv", wrong)]);
        assert!(words.contains("第 2 行「第一召集人」") && words.contains("W-99"), "{words}");
    }
}

#[test]
fn a_member_on_leave_is_not_asked_and_the_open_orders_are_there_to_reassign() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let foreign = city.token("FIRST_CONVENER", &["--station", "XC-002"]);
        let officer = city.token("CITY_OFFICER", &[]);
        let [one, two] = ["W-1", "W-2"].map(|m| city.token("MEMBER", &["--member", m]));
        let query = "{ needs(filter: { year: 2026, text: \"想请医生来\" }) { nodes { id matches { id } } } }";
        let need = server.data(&convener, query, json!({}))["needs"]["nodes"][0].clone();
        let o = json!({"needId": need["id"]});
        let o = server.changed(&convener, "issueOrder", "IssueOrderInput", "id version", o);
        let lead =
            json!({"id": o["id"], "expectedVersion": o["version"], "matchId": need["matches"][0]["id"]});
        server.changed(&convener, "dispatchOrder", "DispatchOrderInput", "id", lead);
        let orphans = || {
            let query = "{ orphanedOrders(year: 2026) { lead { number } } }";
            server.data(&convener, query, json!({}))["orphanedOrders"].clone()
        };
        assert_eq!(orphans(), json!([]));
        let member = || {
            server.data("", "{ member(number: \"W-2\") { id version status } }", json!({}))["member"].clone()
        };
        let step = |action: &str, reason: &str| {
            let m = member();
            json!({"id": m["id"], "expectedVersion": m["version"], "action": action, "reason": reason})
        };
        let no =
            |token: &str, input: Value| server.not_changed(token, "moveMember", "MoveMemberInput", input);
        assert_eq!(no(&two, step("TAKE_LEAVE", " ")), "EMPTY");
        assert_eq!(no(&one, step("TAKE_LEAVE", "出国")), "NOT_ALLOWED", "another member");
        assert_eq!(no(&foreign, step("TAKE_LEAVE", "出国")), "NOT_ALLOWED", "another station");
        assert_eq!(no(&two, step("RETURN", "回来")), "MEMBER_STATE");
        assert_eq!(no(&two, step("LEAVE", "离任")), "NOT_ALLOWED", "that is the city's to say");
        let mut old = step("TAKE_LEAVE", "出国");
        old["expectedVersion"] = json!(99);
        assert_eq!(no(&two, old), "CONFLICT");
        let node = "status version";
        let away =
            server.changed(&two, "moveMember", "MoveMemberInput", node, step("TAKE_LEAVE", "出国两月"));
        assert_eq!(away["status"], "ON_LEAVE");
        assert_eq!(orphans(), json!([{"lead": {"number": "W-2"}}]));
        // Nothing new is offered: the rule that refuses says so.
        let all =
            server.data(&convener, "{ resources(filter: { year: 2026 }) { nodes { id title } } }", json!({}));
        let all = all["resources"]["nodes"].as_array().unwrap().clone();
        let clinic = all.iter().find(|r| r["title"] == "社区义诊").unwrap()["id"].clone();
        let other = "{ needs(filter: { year: 2026, text: \"另一处\" }) { nodes { id } } }";
        let other = server.data(&convener, other, json!({}))["needs"]["nodes"][0]["id"].clone();
        let pair = json!({"needId": other, "resourceId": clinic, "quarter": 4});
        let why = server.change(&convener, "proposePair", "ProposePairInput", "id", pair);
        assert_eq!(why["errors"][0]["code"], "MEMBER_INACTIVE", "{why}");
        assert!(why["errors"][0]["message"].as_str().unwrap().contains("请假"), "{why}");
        server.changed(&convener, "moveMember", "MoveMemberInput", node, step("RETURN", "提前回来"));
        assert_eq!(orphans(), json!([]));
        server.changed(&officer, "moveMember", "MoveMemberInput", node, step("LEAVE", "工作调动"));
        assert_eq!(member()["status"], "LEFT");
        assert_eq!(server.ask(&two, "{ viewer { role } }", json!({})).status, 401, "no door any more");
        // A table of members moves mandates and stations as well; what is not said stays.
        let rows = "委员编号,姓名,级别,界别,入站,全年上限\nW-1,王示例甲,\"自治区、市\",民革,XC-002,6\nW-2,冯示例乙,\"市、旗县区\",医药卫生,XC-001,6\n";
        let told = city.ok(&["import", "members", &city.file("members.csv", rows)]);
        assert!(told.contains("更新 1") && told.contains("未变 1"), "{told}");
        let w1 = server.data("", "{ member(number: \"W-1\") { level workstations { code } } }", json!({}));
        assert_eq!(w1["member"], json!({"level": "REGION", "workstations": [{"code": "XC-002"}]}));
        assert_eq!(member()["status"], "LEFT");
        let back = "委员编号,姓名,级别,界别,入站,全年上限,状态\nW-2,冯示例乙,\"市、旗县区\",医药卫生,XC-001,6,在任\n";
        city.ok(&["import", "members", &city.file("back.csv", back)]);
        assert_eq!(member()["status"], "ACTIVE");
        let trail = server.data(
            &convener,
            "{ auditTrail(first: 50, filter: { action: \"TAKE_LEAVE\" }) { nodes { reason } } }",
            json!({}),
        );
        assert_eq!(trail["auditTrail"]["nodes"], json!([{"reason": "出国两月"}]));
    }
}
