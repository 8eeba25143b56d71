//! The page on which members answer what waits for them: everything that it asks and changes.

use crate::city::{Server, engines};
use crate::order::{ORDER, Station, city};
use serde_json::{Value, json};

/// One operation of a page's own document, as its script sends it.
pub fn run(server: &Server, page: &str, token: &str, operation: &str, variables: Value) -> Value {
    let document = server.get(&format!("/{page}.graphql"), &[]).text;
    let bearer = format!("Bearer {token}");
    let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
    let body = json!({"query": document, "operationName": operation, "variables": variables});
    let answer = server.post(&headers, &body.to_string()).json();
    assert!(answer["errors"].is_null(), "{operation}: {}", answer["errors"]);
    answer["data"].clone()
}

#[test]
fn the_page_asks_what_waits_and_takes_each_answer() {
    for engine in engines() {
        let city = city(engine);
        let server = city.serve();
        for page in ["/me", "/me.js", "/work.js"] {
            let page = server.get(page, &[]);
            assert!(page.status == 200 && !page.text.contains("http://") && !page.text.contains("https://"));
        }
        let s = Station::new(&city, &server);
        let doctor = city.token("MEMBER", &["--member", "W-2"]);
        let mine = |token: &str| run(&server, "me", token, "Mine", json!({"year": 2026}));
        let nothing = mine(&doctor);
        assert_eq!(
            (&nothing["offered"]["totalCount"], &nothing["proposed"]["totalCount"]),
            (&json!(0), &json!(0))
        );

        // An order is offered and taken.
        s.offered("想请医生来");
        let offered = mine(&doctor)["offered"].clone();
        assert_eq!(offered["totalCount"], 1);
        let order = &offered["nodes"][0];
        assert_eq!(order["need"]["title"], "想请医生来");
        assert!(order["acceptBy"]["workingDays"].is_i64());
        let step = json!({"id": order["id"], "expectedVersion": order["version"]});
        let stale = json!({"id": order["id"], "expectedVersion": 99});
        let conflict = run(&server, "me", &doctor, "AcceptOrder", json!({"input": stale}));
        assert_eq!(conflict["done"]["errors"][0]["code"], "CONFLICT");
        let bare =
            json!({"id": order["id"], "expectedVersion": order["version"], "reason": "OTHER", "note": ""});
        let why = run(&server, "me", &doctor, "DeclineOrder", json!({"input": bare}));
        assert_eq!(why["done"]["errors"][0]["code"], "EMPTY");
        let taken = run(&server, "me", &doctor, "AcceptOrder", json!({"input": step}));
        assert_eq!(taken["done"]["errors"], json!([]));
        let after = mine(&doctor);
        assert_eq!(
            (&after["offered"]["totalCount"], &after["accepted"]["totalCount"]),
            (&json!(0), &json!(1))
        );
        assert_eq!(after["accepted"]["nodes"][0]["number"], order["number"]);

        // A match is proposed to the lawyer, who has something else on.
        let (_, suggested) = s.need("路灯不亮");
        let owner = city.token("MEMBER", &["--member", suggested["member"]["number"].as_str().unwrap()]);
        let propose = json!({"id": suggested["id"], "expectedVersion": suggested["version"]});
        server.changed(&s.convener, "proposeMatch", "MatchStepInput", "status", propose);
        let proposed = mine(&owner)["proposed"].clone();
        assert_eq!(proposed["totalCount"], 1, "{proposed}");
        let m = &proposed["nodes"][0];
        assert!(m["score"]["parts"].as_array().is_some_and(|p| !p.is_empty()));
        let no = json!({"id": m["id"], "expectedVersion": m["version"], "reason": "TIME", "note": "出差"});
        assert_eq!(
            run(&server, "me", &owner, "DeclineMatch", json!({"input": no}))["done"]["errors"],
            json!([])
        );
        assert_eq!(mine(&owner)["proposed"]["totalCount"], 0);
        // The next one agrees, and gives the order back when it comes.
        let (need, next) = s.need("路灯不亮");
        let other = city.token("MEMBER", &["--member", next["member"]["number"].as_str().unwrap()]);
        let propose = json!({"id": next["id"], "expectedVersion": next["version"]});
        server.changed(&s.convener, "proposeMatch", "MatchStepInput", "status", propose);
        let m = mine(&other)["proposed"]["nodes"][0].clone();
        let yes = json!({"id": m["id"], "expectedVersion": m["version"]});
        assert_eq!(
            run(&server, "me", &other, "ConfirmMatch", json!({"input": yes}))["done"]["errors"],
            json!([])
        );
        let issue = json!({"needId": need["id"]});
        let order = server.changed(&s.convener, "issueOrder", "IssueOrderInput", ORDER, issue);
        s.step(&s.convener, "dispatchOrder", "DispatchOrderInput", &order, json!({"matchId": m["id"]}));
        let o = mine(&other)["offered"]["nodes"][0].clone();
        let back = json!({"id": o["id"], "expectedVersion": o["version"], "reason": "CONFLICT", "note": ""});
        assert_eq!(
            run(&server, "me", &other, "DeclineOrder", json!({"input": back}))["done"]["errors"],
            json!([])
        );
        assert_eq!(mine(&other)["offered"]["totalCount"], 0);
    }
}
