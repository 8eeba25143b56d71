//! The year's end, over HTTP on both databases.

use crate::city::engines;
use crate::duty_list::planned;
use sea_orm::{ConnectionTrait, Database};
use serde_json::{Value, json};

/// Scenario 11: closing a year with open items carries them over; the chain is visible, the archive read only.
#[test]
fn scenario_11_a_year_is_closed_its_open_items_go_on_and_the_archive_is_read_only() {
    for engine in engines() {
        let city = planned(engine);
        let server = city.serve();
        let officer = city.token("CITY_OFFICER", &[]);
        let convener = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let query = "query($y: Int!) { needs(first: 20, filter: { year: $y }) { nodes { id number title status version carriedTimes carriedFrom { number } requirements { label } matches { id status } } } }";
        let needs = |year: i32| server.data(&convener, query, json!({"y": year}))["needs"]["nodes"].clone();

        // One need is at work; what waits is counted.
        let need =
            needs(2026).as_array().unwrap().iter().find(|n| n["title"] == "想请医生来").unwrap().clone();
        let with = |o: &Value, more: Value| {
            let mut input = json!({"id": o["id"], "expectedVersion": o["version"]});
            for (k, v) in more.as_object().unwrap() {
                input[k] = v.clone();
            }
            input
        };
        let o = server.changed(
            &convener,
            "issueOrder",
            "IssueOrderInput",
            "id version",
            json!({"needId": need["id"]}),
        );
        let inbox = |token: &str| {
            let all = server.data(token, "{ inbox(year: 2026) { kind count } }", json!({}))["inbox"].clone();
            let text = |e: &Value| format!("{} {}", e["kind"].as_str().unwrap(), e["count"]);
            all.as_array().unwrap().iter().map(text).collect::<Vec<_>>()
        };
        assert_eq!(inbox(&convener), ["DISPATCH 1", "MATCH 3"]);
        let lead = json!({"matchId": need["matches"][0]["id"]});
        let o =
            server.changed(&convener, "dispatchOrder", "DispatchOrderInput", "id version", with(&o, lead));
        let member = city.token("MEMBER", &["--member", "W-2"]);
        assert_eq!(inbox(&member), ["ANSWER 1"]);
        assert_eq!(inbox(""), Vec::<String>::new());
        let o = server.changed(&clerk, "acceptOrder", "OrderStepInput", "id version", with(&o, json!({})));
        let statements =
            server.ask(&convener, "{ inbox(year: 2026) { kind } }", json!({})).statements.unwrap();
        assert!(statements <= 6, "{statements}");

        // Renewal: one new resource for each that is available, once.
        let renew = json!({"year": 2026});
        // The next year is opened by the city, once.
        let early = server.not_changed(&member, "renewResources", "RenewResourcesInput", renew.clone());
        assert_eq!(early, "YEAR_NOT_OPEN");
        let open = json!({"year": 2027, "reason": "年度工作开始"});
        assert_eq!(server.not_changed(&convener, "openYear", "OpenYearInput", open.clone()), "NOT_ALLOWED");
        assert_eq!(server.data("", "{ dutyYear(year: 2027) }", json!({}))["dutyYear"], "NOT_OPEN");
        server.changed(&officer, "openYear", "OpenYearInput", "year status openedAt", open.clone());
        assert_eq!(server.not_changed(&officer, "openYear", "OpenYearInput", open), "YEAR_STATE");
        let renewed = server.changed(
            &member,
            "renewResources",
            "RenewResourcesInput",
            "resources { number status title }",
            renew.clone(),
        );
        assert_eq!(renewed["resources"][0]["number"], "XC-001-2027-R-0001");
        let never =
            server.not_changed(&member, "renewResources", "RenewResourcesInput", json!({"year": i32::MAX}));
        assert_eq!(never, "YEAR");
        let again = server.not_changed(&member, "renewResources", "RenewResourcesInput", renew);
        assert_eq!(again, "NOTHING_TO_RENEW");

        let close = json!({"year": 2026, "reason": "年终"});
        assert_eq!(
            server.not_changed(&convener, "closeYear", "CloseYearInput", close.clone()),
            "NOT_ALLOWED"
        );
        let end = server.changed(
            &officer,
            "closeYear",
            "CloseYearInput",
            "year status carried carriedAgain orders",
            close.clone(),
        );
        assert_eq!(
            end,
            json!({"year": 2026, "status": "CLOSED", "carried": 3, "carriedAgain": 0, "orders": 1})
        );
        assert_eq!(server.not_changed(&officer, "closeYear", "CloseYearInput", close), "YEAR_CLOSED");
        // The chain is visible, requirements and contacts go with it.
        assert!(needs(2026).as_array().unwrap().iter().all(|n| n["status"] == "CARRIED_OVER"));
        let new = needs(2027);
        assert_eq!(new.as_array().unwrap().len(), 3);
        for n in new.as_array().unwrap() {
            assert_eq!((&n["status"], &n["carriedTimes"]), (&json!("OPEN"), &json!(1)));
            assert_eq!(n["requirements"].as_array().unwrap().len(), 1);
        }
        let lamp = new.as_array().unwrap().iter().find(|n| n["title"] == "路灯不亮").unwrap();
        assert_eq!(lamp["carriedFrom"]["number"], "XC-001-2026-N-0001");
        // Written anew, it still goes back to where it came from.
        let edit = json!({"id": lamp["id"], "expectedVersion": lamp["version"], "need": {
            "title": "路灯不亮", "description": "巷口路灯又坏了", "category": "0102", "source": "VISIT",
            "publicity": "CONSENTED"}});
        let seen = "version carriedTimes carriedFrom { number }";
        let lamp_again = server.changed(&clerk, "editNeed", "EditNeedInput", seen, edit);
        assert_eq!(lamp_again["carriedFrom"], lamp["carriedFrom"]);
        assert_eq!(lamp_again["carriedTimes"], 1);
        let lamp = &{
            let mut lamp = lamp.clone();
            lamp["version"] = lamp_again["version"].clone();
            lamp
        };
        let contact = json!({"needId": lamp["id"], "purpose": "答复诉求人"});
        let read = server.changed(&clerk, "readContact", "ReadContactInput", "phone", contact);
        assert_eq!(read["phone"], "13800001234");
        // Who wants the contact forgotten has it forgotten in both years, the closed one as well.
        let old = needs(2026).as_array().unwrap().iter().find(|n| n["title"] == "路灯不亮").unwrap().clone();
        let erase = |n: &Value| with(n, json!({"reason": "诉求人要求删除"}));
        server.changed(&clerk, "eraseContact", "NeedReasonInput", "id", erase(lamp));
        for n in [lamp, &old] {
            let contact = json!({"needId": n["id"], "purpose": "答复诉求人"});
            let gone = server.not_changed(&clerk, "readContact", "ReadContactInput", contact);
            assert_eq!(gone, "CONTACT_ERASED");
        }
        assert_eq!(server.not_changed(&clerk, "eraseContact", "NeedReasonInput", erase(&old)), "CONFLICT");
        // Carried over once more, it is the district's to look at.
        let district = city.token("DISTRICT_OFFICER", &["--district", "150102"]);
        let again = || {
            let query = "{ inbox(year: 2027) { kind count } needs(filter: { year: 2027, carriedAgain: true }) { totalCount } }";
            server.data(&district, query, json!({}))
        };
        assert_eq!((&again()["inbox"], &again()["needs"]["totalCount"]), (&json!([]), &json!(0)));
        let twice = async {
            let db = Database::connect(&city.url).await.expect("the database");
            let sql = "UPDATE need SET carried_times = 2 WHERE year = 2027 AND title = '路灯不亮'";
            db.execute_unprepared(sql).await.expect("a count");
            db.close().await.expect("closed");
        };
        tokio::runtime::Runtime::new().expect("a runtime").block_on(twice);
        assert_eq!(again()["inbox"], json!([{"kind": "CARRIED_AGAIN", "count": 1}]));
        assert_eq!(again()["needs"]["totalCount"], 1);
        // The archive is read only, whoever asks for whatever.
        let resolve = with(&o, json!({"resolvedOn": "2026-11-25", "outcome": "好", "evidence": "好"}));
        assert_eq!(server.not_changed(&clerk, "resolveOrder", "ResolveOrderInput", resolve), "CONFLICT");
        let old = needs(2026)[0].clone();
        let withdraw = with(&old, json!({"reason": "不要了"}));
        assert_eq!(server.not_changed(&clerk, "withdrawNeed", "NeedReasonInput", withdraw), "YEAR_CLOSED");
        let order = server.data(
            &convener,
            "{ orders(filter: { year: 2026 }) { nodes { id version status } } }",
            json!({}),
        );
        let order = order["orders"]["nodes"][0].clone();
        assert_eq!(order["status"], "CARRIED_OVER");
        let cancel = with(&order, json!({"reason": "取消"}));
        assert_eq!(server.not_changed(&convener, "cancelOrder", "OrderReasonInput", cancel), "YEAR_CLOSED");
        assert!(city.refused(&["plan", "--year", "2026"]).contains("已归档"));
        city.ok(&["verify", "--year", "2026"]);
    }
}
