//! HTTP itself: health, limits, methods, content types, the end.

use crate::city::{City, Engine};
use serde_json::{Value, json};

#[test]
fn the_plain_addresses_answer() {
    let city = City::demo(Engine::Sqlite);
    let server = city.serve();
    assert_eq!(server.get("/healthz", &[]).text, "ok\n");
    assert_eq!(server.get("/readyz", &[]).status, 200);
    assert!(server.get("/", &[]).text.contains("年度履职清单"));
    let page = server.get("/graphql", &[("accept", "text/html,application/xhtml+xml")]);
    assert!(page.kind.starts_with("text/html") && page.text.contains("explorer.js"));
    assert!(server.get("/explorer.js", &[]).kind.starts_with("text/javascript"));
    assert_eq!(server.get("/nothing", &[]).status, 404);
    for text in [page.text, server.get("/", &[]).text] {
        assert!(!text.contains("http://") && !text.contains("https://"), "everything comes from this host");
    }
    let log = server.stop();
    assert!(log.contains("stopped"));
}

/// Clients keep their operations in one document: those that are not asked for need no variables.
#[test]
fn of_several_operations_the_named_one_is_executed_with_its_variables() {
    let city = City::empty(Engine::Sqlite);
    let server = city.serve();
    let document = "query Lists($year: Int!, $first: Int!) {
            dutyLists(filter: { year: $year }, first: $first) { nodes { ...List } } }
        query Who { viewer { ...Who } }
        fragment List on DutyList { number } fragment Who on Viewer { role }";
    let ask = |document: &str, name: &str, variables: Value| {
        let body = json!({"query": document, "operationName": name, "variables": variables});
        server.post(&[("content-type", "application/json")], &body.to_string()).json()
    };
    assert_eq!(ask(document, "Who", json!({}))["data"]["viewer"]["role"], "ANONYMOUS");
    let lists = ask(document, "Lists", json!({"year": 2026, "first": 3}));
    assert_eq!(lists["data"]["dutyLists"]["nodes"], json!([]));
    // Its own it needs, the name has to be there, and what nobody uses is refused as ever.
    assert!(!ask(document, "Lists", json!({"year": 2026}))["errors"].is_null());
    assert!(!ask(document, "Nobody", json!({}))["errors"].is_null());
    // However long a chain of fragments is, it ends in an answer.
    let chain: String = (0..20_000).map(|k| format!("fragment F{k} on Viewer{{...F{}}}", k + 1)).collect();
    let long = format!(
        "query A{{viewer{{role}}}}query B{{viewer{{...F0}}}}{chain}fragment F20000 on Viewer{{role}}"
    );
    assert_eq!(ask(&long, "A", json!({}))["data"]["viewer"]["role"], "ANONYMOUS");
    assert!(!ask(&long, "B", json!({}))["errors"].is_null());
    let idle = format!("{document} fragment Idle on Viewer {{ name }}");
    assert!(!ask(&idle, "Who", json!({}))["errors"].is_null());
}

#[test]
fn a_service_without_its_database_is_not_ready() {
    let city = City::demo(Engine::Sqlite);
    let server = city.serve();
    let file = city.folder.join("city.sqlite");
    let bytes = std::fs::read(&file).unwrap();
    // A database without the steps that the program needs.
    std::fs::remove_file(&file).unwrap();
    for other in ["city.sqlite-wal", "city.sqlite-shm"] {
        let _ = std::fs::remove_file(city.folder.join(other));
    }
    drop(server);
    let words = city.refused(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(words.contains("qingdan migrate"), "{words}");
    std::fs::write(&file, bytes).unwrap();
}

#[test]
fn requests_that_are_wrong_are_refused_in_words() {
    let city = City::demo(Engine::Sqlite);
    let server = city.serve();
    let json_type = ("content-type", "application/json");
    let response = ("accept", "application/graphql-response+json");
    let code = |a: &crate::city::Answer| {
        a.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or("").to_owned()
    };

    let text = server.post(&[("content-type", "text/plain")], "{}");
    assert_eq!((text.status, code(&text).as_str()), (415, "CONTENT_TYPE"));
    let broken = server.post(&[json_type], "{\"query\": ");
    assert_eq!((broken.status, code(&broken).as_str()), (400, "BODY"));
    let large = server.post(&[json_type], &json!({"query": "x".repeat(1 << 20)}).to_string());
    assert_eq!((large.status, code(&large).as_str()), (413, "TOO_LARGE"));
    let value = server.post(&[json_type], r#"{"query": "{ dutyYear(year: 3000000000) }"}"#);
    assert_eq!(code(&value), "GRAPHQL");
    assert!(value.text.contains("参数的值不合格式"), "{}", value.text);
    // The character that PostgreSQL does not keep, in a variable and as an escape in the document.
    let area =
        json!({"query": "query($c: String!) { area(code: $c) { name } }", "variables": {"c": "1\u{0}"}});
    let literal = json!({"query": "{ area(code: \"1\\u0000\") { name } }"});
    for nul in [area, literal] {
        let nul = server.post(&[json_type], &nul.to_string());
        assert_eq!((nul.status, code(&nul).as_str()), (400, "NUL"));
    }
    let unknown =
        server.post(&[json_type, ("authorization", "Bearer nonsense")], "{\"query\": \"{ __typename }\"}");
    assert_eq!((unknown.status, code(&unknown).as_str()), (401, "TOKEN"));
    let image = server.get("/graphql?query={__typename}", &[("accept", "image/png")]);
    assert_eq!((image.status, code(&image).as_str()), (406, "NOT_ACCEPTABLE"));
    let get = server.get("/graphql?query=%7B__typename%7D", &[]);
    assert_eq!(get.json(), json!({"data": {"__typename": "Query"}}));
    let change = server.get("/graphql?query=mutation%7B__typename%7D", &[]);
    assert_eq!((change.status, code(&change).as_str()), (405, "METHOD"));

    let ask = |query: &str| server.post(&[json_type, response], &json!({"query": query}).to_string());
    let wide = ask(
        "{ workstations(first: 500) { nodes { members { workstations { members { workstations { members { workstations { code } } } } } } } } }",
    );
    assert_eq!((wide.status, code(&wide).as_str()), (400, "TOO_COMPLEX"));
    let deep = format!(
        "{{ node(id: \"need:1\") {{ ... on Need {}{{ id }}{} }} }}",
        "{ mergedInto ".repeat(20),
        " }".repeat(20)
    );
    assert_eq!(code(&ask(&deep)), "TOO_DEEP");
    let aliases: String = (0..60).map(|i| format!("a{i}: __typename ")).collect();
    assert_eq!(code(&ask(&format!("{{ {aliases} }}"))), "TOO_MANY_ALIASES");
    let page = ask("{ needs(filter: {year: 2026}, first: 501) { totalCount } }");
    assert_eq!(code(&page), "PAGE");
    let field = ask("{ nonsense }");
    assert_eq!((field.status, code(&field).as_str()), (400, "GRAPHQL"));
    // With plain JSON the status is 200 for every request that can be read.
    assert_eq!(server.ask("", "{ nonsense }", json!({})).status, 200);
}

#[test]
fn the_log_names_each_request_and_nobody() {
    let city = City::demo(Engine::Sqlite);
    let server = city.serve();
    let token = city.token("CITY_OFFICER", &[]);
    server.data(&token, "{ viewer { role rights { action reach } } }", json!({}));
    let log = server.stop();
    let line = log.lines().find(|l| l.contains("answered")).expect("a line");
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["span"]["role"], "CITY_OFFICER");
    assert!(line["span"]["statements"].is_number() && line["span"]["ms"].is_number(), "{line}");
    assert!(!log.contains(&token));
}
