//! `docs/walkthrough.md`: every answer in it is what the program says.

use crate::city::{City, Engine, project};
use serde_json::{Value, json};

const QUERY: &str = "```graphql ";
const ANSWER: &str = "```json\n";
const END: &str = "```\n";

/// With `QINGDAN_BLESS` the answers are written anew.
#[test]
fn the_walkthrough_shows_what_the_program_says() {
    let city = City::empty(Engine::Sqlite);
    city.ok(&["demo", "--year", "2026", "--workstations", "6", "--no-serve", "--json"]);
    let server = city.serve();
    let path = project().join("docs/walkthrough.md");
    let text = std::fs::read_to_string(&path).expect("the walkthrough");
    let mut written = String::new();
    let mut rest = text.as_str();
    let mut asked = 0;
    while let Some((before, after)) = rest.split_once(QUERY) {
        let (role, after) = after.split_once('\n').expect("a role");
        let (query, after) = after.split_once(END).expect("the query's end");
        let (between, after) = after.split_once(ANSWER).expect("an answer");
        let (answer, after) = after.split_once(END).expect("the answer's end");
        let token = match role {
            "ANONYMOUS" => String::new(),
            "CITY_OFFICER" => city.token(role, &[]),
            _ => city.token(role, &["--station", "XC-001"]),
        };
        let found = json!({"data": server.data(&token, query, json!({}))});
        let shown: Value = serde_json::from_str(answer).unwrap_or_default();
        if std::env::var("QINGDAN_BLESS").is_err() {
            assert_eq!(shown, found, "{query}");
        }
        let found = serde_json::to_string_pretty(&found).expect("JSON");
        written += &format!("{before}{QUERY}{role}\n{query}{END}{between}{ANSWER}{found}\n{END}");
        rest = after;
        asked += 1;
    }
    assert!(asked > 5, "{asked} queries");
    if std::env::var("QINGDAN_BLESS").is_ok() {
        std::fs::write(path, written + rest).expect("written");
    }
}
