//! The page on which conveners decide on what waits at their station: everything that it asks and changes.

use crate::city::{Server, engines};
use crate::me_page;
use crate::order::{Station, city};
use serde_json::{Value, json};

fn run(server: &Server, token: &str, operation: &str, variables: Value) -> Value {
    me_page::run(server, "station", token, operation, variables)
}

/// What waits, as the page asks for it.
fn waiting(server: &Server, token: &str) -> Value {
    run(server, token, "Station", json!({"year": 2026, "first": 10}))
}

/// What one section of it shows of a need.
fn of<'a>(found: &'a Value, section: &str, title: &str) -> Option<&'a Value> {
    let titled = |n: &&Value| n["title"] == title || n["need"]["title"] == title;
    found[section]["nodes"].as_array().expect("a list").iter().find(titled)
}

/// The code of the refusal; empty where it is done.
fn change(server: &Server, token: &str, operation: &str, input: Value) -> String {
    let done = run(server, token, operation, json!({"input": input}));
    done["done"]["errors"][0]["code"].as_str().unwrap_or("").to_owned()
}

fn step(of: &Value, more: Value) -> Value {
    let mut step = json!({"id": of["id"], "expectedVersion": of["version"]});
    step.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    step
}

#[test]
fn the_page_asks_what_waits_at_a_station_and_takes_each_decision() {
    for engine in engines() {
        let city = city(engine);
        let sent = "工作站编号,外部编号,标题,内容,类别,收集日期,户数,人数,状态,公开\n\
                    XC-001,N7,楼道灯坏了,三楼,0102,2026-01-08,3,9,待核实,不公开\n\
                    XC-001,N8,想学电脑,老人们,0102,2026-01-08,3,9,待核实,不公开\n";
        city.ok(&["import", "needs", &city.file("sent.csv", sent), "--year", "2026"]);
        let server = city.serve();
        for page in ["/station", "/station.js"] {
            let page = server.get(page, &[]);
            assert!(page.status == 200 && !page.text.contains("http://") && !page.text.contains("https://"));
        }
        let s = Station::new(&city, &server);
        let convener = s.convener.as_str();
        let rights = waiting(&server, convener)["viewer"]["rights"].clone();
        assert!(rights.as_array().is_some_and(|r| r.iter().any(|r| r["action"] == "DECIDE_NEED")));

        // Two needs were sent in: one is verified, one refused, which takes a reason.
        let now = waiting(&server, convener);
        assert_eq!(now["submitted"]["totalCount"], 2);
        let (lamp, course) =
            (of(&now, "submitted", "楼道灯坏了").unwrap(), of(&now, "submitted", "想学电脑").unwrap());
        // What waits without a class is verified with one: the proposed, or another.
        let first = of(&now, "submitted", "楼道灯坏了").expect("the lamp")["category"]["code"].clone();
        assert_eq!(first, "0102");
        let classes = run(&server, convener, "Classes", json!({}));
        let known = |level: &str, code: &str| {
            classes[level]["nodes"].as_array().is_some_and(|all| all.iter().any(|c| c["code"] == code))
        };
        assert!(known("second", "0102") && known("third", "010201"), "{classes}");
        assert_eq!(
            change(&server, convener, "VerifyNeed", step(lamp, json!({"category": "9999"}))),
            "CATEGORY"
        );
        assert_eq!(change(&server, convener, "VerifyNeed", step(lamp, json!({"category": "010201"}))), "");
        assert_eq!(change(&server, convener, "VerifyNeed", step(lamp, json!({}))), "NEED_STATE");
        assert_eq!(change(&server, convener, "RefuseNeed", step(course, json!({"reason": ""}))), "EMPTY");
        assert_eq!(change(&server, convener, "RefuseNeed", step(course, json!({"reason": "已有班"}))), "");
        let now = waiting(&server, convener);
        assert_eq!(now["submitted"]["totalCount"], 0);
        // Verified, it is among those for which there is nobody yet; the other station sees neither.
        assert!(of(&now, "open", "楼道灯坏了").is_some() && of(&now, "open", "想学电脑").is_none());
        let neighbour = city.token("FIRST_CONVENER", &["--station", "XC-002"]);
        let theirs = waiting(&server, &neighbour);
        assert!(["open", "suggested", "submitted"].iter().all(|s| theirs[s]["totalCount"] == 0));

        // A suggestion says why; it is put to the member, or set aside with a reason.
        let m = of(&now, "suggested", "路灯不亮").unwrap().clone();
        assert!(m["score"]["parts"].as_array().is_some_and(|p| !p.is_empty()) && m["rank"].is_i64());
        assert_eq!(change(&server, convener, "DismissMatch", step(&m, json!({"reason": " "}))), "EMPTY");
        assert_eq!(change(&server, convener, "DismissMatch", step(&m, json!({"reason": "太远"}))), "");
        let other = of(&now, "suggested", "另一处路灯").unwrap().clone();
        assert_eq!(change(&server, convener, "ProposeMatch", step(&other, json!({}))), "");
        let now = waiting(&server, convener);
        assert!(
            of(&now, "proposed", "另一处路灯").is_some() && of(&now, "suggested", "另一处路灯").is_none()
        );

        // How it could be served all the same: who was set aside is named with the rule that says no.
        let id = now["open"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|n| n["title"] == "楼道灯坏了")
            .unwrap()["id"]
            .clone();
        let how = run(&server, convener, "How", json!({"need": id}));
        assert!(how["node"]["cheapestChanges"].is_array());
        let candidates = how["candidatesForNeed"].as_array().unwrap();
        assert!(!candidates.is_empty());
        let no = candidates.iter().filter(|c| !c["refusal"].is_null());
        assert!(no.clone().all(|c| c["refusal"]["message"].as_str().is_some_and(|m| !m.is_empty())));
        let yes = candidates.iter().find(|c| c["refusal"].is_null()).expect("one of the two is free");
        let pair = json!({"needId": id, "resourceId": yes["resource"]["id"], "quarter": yes["quarter"]});
        assert_eq!(change(&server, convener, "ProposePair", pair), "");
        assert!(of(&waiting(&server, convener), "proposed", "楼道灯坏了").is_some());

        // An order is given back; the page says by whom and why, and who else there is: asked of a need at work too.
        let order = s.offered("想请医生来");
        let no = step(&order, json!({"reason": "TIME", "note": ""}));
        assert!(
            me_page::run(&server, "me", s.lead(&order), "DeclineOrder", json!({"input": no}))["done"]["errors"]
                == json!([])
        );
        let now = waiting(&server, convener);
        let back = of(&now, "declined", "想请医生来").unwrap();
        assert_eq!(back["offers"][0]["answer"], "DECLINED");
        let how = run(&server, convener, "How", json!({"need": back["need"]["id"]}));
        let doctor = &how["candidatesForNeed"][0];
        assert!(doctor["refusal"]["message"].as_str().is_some_and(|m| !m.is_empty()), "{how}");
        let again = json!({"resourceId": doctor["resource"]["id"], "quarter": 4});
        assert_eq!(change(&server, convener, "DispatchOrder", step(back, again)), "EXCLUDED");
        let again = json!({"resourceId": doctor["resource"]["id"], "quarter": 4, "again": "时间已经说好"});
        assert_eq!(change(&server, convener, "DispatchOrder", step(back, again)), "");
        let now = waiting(&server, convener);
        assert!(of(&now, "declined", "想请医生来").is_none());
    }
}
