//! Amendments of published lists, over HTTP on both databases.

use crate::city::{City, Server, engines};
use serde_json::{Value, json};

const LIST: &str = "id edition version items(first: 50) { nodes { id seq title version removed removalReason resourceGone need { id status category { code } } matches { id status resource { id number version } member { number } } } }";
const AMENDMENT: &str = "id status version changes { id kind } signatures { seat }";

fn list(server: &Server, token: &str) -> Value {
    let query = format!("{{ dutyList(workstation: \"XC-001\", year: 2026) {{ {LIST} }} }}");
    server.data(token, &query, json!({}))["dutyList"].clone()
}

fn with(row: &Value, more: Value) -> Value {
    let mut input = json!({"id": row["id"], "expectedVersion": row["version"]});
    for (k, v) in more.as_object().expect("an object") {
        input[k] = v.clone();
    }
    input
}

fn printed(city: &City, version: &str) -> String {
    city.ok(&["export", "--year", "2026", "--station", "XC-001", "--format", "csv", "--version", version])
}

/// Scenario 4: a resource is withdrawn in mid-year from a published list; the amendment has a substitute, and the first
/// version still prints as before.
#[test]
fn scenario_04_a_withdrawn_resource_is_replaced_by_an_amendment_and_the_first_version_prints_as_before() {
    for engine in engines() {
        let city = City::demo(engine);
        let server = city.serve();
        let first = city.token("FIRST_CONVENER", &["--station", "XC-001"]);
        let second = city.token("SECOND_CONVENER", &["--station", "XC-001"]);
        let clerk = city.token("CLERK", &["--station", "XC-001"]);
        let before = printed(&city, "1");
        let step = |token: &str, field: &str, a: &Value, more: Value| {
            server.changed(token, field, "AmendmentStepInput", AMENDMENT, with(a, more))
        };

        // An item whose resource is withdrawn, and a member who came later and could take it over.
        let items = list(&server, &first)["items"]["nodes"].clone();
        let count = items.as_array().unwrap().len();
        let at =
            (0..count).find(|i| items[*i]["matches"].as_array().unwrap().len() == 1).expect("a plain item");
        let m = items[at]["matches"][0].clone();
        let class = items[at]["need"]["category"]["code"].as_str().unwrap();
        let member = "委员编号,姓名,级别,界别,入站,全年上限\nW-9001,郑示例新,市,民革,XC-001,6\n";
        city.ok(&["import", "members", &city.file("members.csv", member)]);
        let resource = format!(
            "委员编号,工作站编号,外部编号,资源名称,说明,种类,类别,每季次数,全年次数,状态\n\
             W-9001,XC-001,R9,新来的帮手,随时,专业服务,{class},1,1,可用\n"
        );
        city.ok(&["import", "resources", &city.file("resources.csv", resource), "--year", "2026"]);
        let owner = city.token("MEMBER", &["--member", m["member"]["number"].as_str().unwrap()]);
        let input = with(&m["resource"], json!({"reason": "单位调整"}));
        server.changed(&owner, "withdrawResource", "ResourceReasonInput", "status", input);
        let item = list(&server, &first)["items"]["nodes"][at].clone();
        assert_eq!((&item["resourceGone"], &item["need"]["status"]), (&json!(true), &json!("LISTED")));
        let query = "query($i: ID!) { node(id: $i) { ... on Need { matches { id status member { number } resource { id number } } } } }";
        let all = server.data(&first, query, json!({"i": item["need"]["id"]}))["node"]["matches"].clone();
        let next = all
            .as_array()
            .unwrap()
            .iter()
            .find(|m| m["status"] == "SUGGESTED")
            .expect("a substitute")
            .clone();

        // An order carries the substitute; accepted, it can take the item over.
        let input = json!({"needId": item["need"]["id"]});
        let o = server.changed(&first, "issueOrder", "IssueOrderInput", "id version", input);
        let o = server.changed(
            &first,
            "dispatchOrder",
            "DispatchOrderInput",
            "id version",
            with(&o, json!({"matchId": next["id"]})),
        );
        let l = list(&server, &first);
        let input = json!({"listId": l["id"], "reason": "一项资源撤回"});
        let a = server.changed(&first, "draftAmendment", "DraftAmendmentInput", AMENDMENT, input.clone());
        assert_eq!(
            server.not_changed(&first, "draftAmendment", "DraftAmendmentInput", input),
            "AMENDMENT_OPEN"
        );
        let take_over = json!({"change": {"substitute": {"itemId": item["id"], "matchId": next["id"]}}, "reason": "由另一位委员承接"});
        let early = server.not_changed(&first, "amend", "AmendInput", with(&a, take_over.clone()));
        assert_eq!(early, "ITEM_UNCONFIRMED");
        server.changed(&clerk, "acceptOrder", "OrderStepInput", "id", with(&o, json!({})));
        let a = server.changed(&first, "amend", "AmendInput", AMENDMENT, with(&a, take_over));
        // A company helps; six would not fit the column.
        let helped = |partners: Value| json!({"change": {"edit": {"itemId": item["id"], "partners": partners}}, "reason": "企业参与"});
        let six: Vec<String> = (1..=6).map(|n| format!("单位{n}")).collect();
        let many = server.not_changed(&first, "amend", "AmendInput", with(&a, helped(json!(six))));
        assert_eq!(many, "PARTNERS");
        let two = helped(json!(["示例照明公司", "社区居委会"]));
        let a = server.changed(&first, "amend", "AmendInput", AMENDMENT, with(&a, two));
        // Another item is struck off; one with an order at work is not.
        let at_work = json!({"change": {"removeItemId": item["id"]}, "reason": "撤销"});
        assert_eq!(server.not_changed(&first, "amend", "AmendInput", with(&a, at_work)), "ORDER_LIVE");
        // One that strangers may read, with the reason.
        let shown = list(&server, "")["items"]["nodes"].to_string();
        let public = |i: &Value| shown.contains(i["title"].as_str().unwrap());
        let other = l["items"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .rfind(|i| i["id"] != item["id"] && i["resourceGone"] == false && public(i))
            .unwrap()
            .clone();
        let strike = json!({"change": {"removeItemId": other["id"]}, "reason": "居民不再需要"});
        let mut a = server.changed(&first, "amend", "AmendInput", AMENDMENT, with(&a, strike));
        for gone in l["items"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|i| i["resourceGone"] == true && i["id"] != item["id"])
        {
            let strike = json!({"change": {"removeItemId": gone["id"]}, "reason": "资源撤回"});
            a = server.changed(&first, "amend", "AmendInput", AMENDMENT, with(&a, strike));
        }
        let a = step(&first, "submitAmendment", &a, json!({}));
        let a = step(&first, "approveAmendment", &a, json!({}));
        // Until both have signed, everybody reads the first edition.
        assert_eq!(
            server.not_changed(&first, "publishAmendment", "AmendmentStepInput", with(&a, json!({}))),
            "NOT_SIGNED"
        );
        assert_eq!(
            server.not_changed(&first, "cosignAmendment", "AmendmentStepInput", with(&a, json!({}))),
            "NOT_ALLOWED"
        );
        let public = list(&server, "");
        assert_eq!(
            (&public["edition"], public["items"]["nodes"].as_array().unwrap().len()),
            (&json!(1), count)
        );
        let a = step(&second, "cosignAmendment", &a, json!({}));
        let a = step(&second, "publishAmendment", &a, json!({}));
        assert_eq!(a["status"], "PUBLISHED");
        let again =
            server.not_changed(&second, "publishAmendment", "AmendmentStepInput", with(&a, json!({})));
        assert_eq!(again, "AMENDMENT_STATE");

        // The second edition says what is new; the first prints as it did, byte for byte; struck items keep their place.
        let public = list(&server, "");
        assert_eq!(public["edition"], 2);
        let struck = public["items"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|i| i["id"] == other["id"])
            .unwrap()
            .clone();
        assert_eq!(
            (&struck["removed"], &struck["removalReason"], &struck["seq"]),
            (&json!(true), &json!("居民不再需要"), &other["seq"])
        );
        let second_print = printed(&city, "2");
        // Who helps and how far it is: in the second edition's columns alone.
        let line = second_print.lines().find(|l| l.contains("示例照明公司、社区居委会")).expect("who helps");
        assert!(line.contains("已接单"), "{line}");
        assert!(!before.contains("已接单") && !before.contains("示例照明公司"));
        let frozen = city.ok(&["export", "--year", "2026", "--station", "XC-001", "--format", "json"]);
        let frozen: Value = serde_json::from_str(&frozen).expect("JSON");
        let frozen = &frozen["lists"][0]["list"];
        let shared = frozen["shareable"].as_array().expect("appendix two");
        assert!(shared.iter().all(|r| r["free"].as_i64().unwrap() > 0), "{shared:?}");
        let query = "{ dutyList(workstation: \"XC-001\", year: 2026) { items(first: 50) { nodes { id partners } } } }";
        let seen = server.data("", query, json!({}))["dutyList"]["items"]["nodes"].clone();
        let seen = seen.as_array().unwrap().iter().find(|i| i["id"] == item["id"]).unwrap().clone();
        assert_eq!(seen["partners"], json!(["示例照明公司", "社区居委会"]));
        assert!(second_print.contains(next["resource"]["number"].as_str().unwrap()), "{second_print}");
        assert!(second_print.contains("居民不再需要"));
        assert_eq!(printed(&city, "1"), before);
        let page = server.get("/lists/XC-001/2026", &[]).text;
        assert!(
            page.contains("第 2 版,公开版") && page.contains("附三") && page.contains("居民不再需要"),
            "{page}"
        );
        assert!(page.contains("/lists/XC-001/2026?edition=1"));
        let page = server.get("/lists/XC-001/2026?edition=1", &[]).text;
        assert!(page.contains("第 1 版,公开版") && !page.contains("居民不再需要"), "{page}");
        assert!(page.contains("/lists/XC-001/2026?edition=2"));
        assert_eq!(server.get("/lists/XC-001/2026?edition=3", &[]).status, 404);
        let json: Value =
            serde_json::from_str(&city.ok(&["export", "--year", "2026", "--station", "XC-001"])).unwrap();
        let printed = &json["lists"][0]["list"];
        assert_eq!(
            (&printed["edition"], &printed["amendments"][0]["reason"]),
            (&json!(2), &json!("一项资源撤回"))
        );
        city.ok(&["verify", "--year", "2026"]);
    }
}
