//! A walk of the whole introspected schema as a stranger: what comes back is a committed list, which may only shrink
//! without a decision.

use crate::city::{City, Engine, project};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// How deep the walk goes.
const DEPTH: usize = 4;

struct Schema {
    types: BTreeMap<String, Value>,
}

fn bare(t: &Value) -> &Value {
    if t["ofType"].is_null() { t } else { bare(&t["ofType"]) }
}

impl Schema {
    /// Everything that can be asked of a type without arguments, down to a depth.
    fn selection(&self, name: &str, depth: usize) -> String {
        let t = &self.types[name];
        let mut parts = vec!["__typename".to_owned()];
        for possible in t["possibleTypes"].as_array().into_iter().flatten() {
            let name = possible["name"].as_str().unwrap();
            parts.push(format!("... on {name} {{ {} }}", self.selection(name, depth)));
        }
        if t["kind"] == "OBJECT" {
            for f in t["fields"].as_array().unwrap() {
                parts.extend(self.field(f, depth));
            }
        }
        parts.join(" ")
    }

    fn field(&self, f: &Value, depth: usize) -> Option<String> {
        let args = self.arguments(f);
        let (name, of) = (f["name"].as_str().unwrap(), bare(&f["type"]));
        let kind = of["kind"].as_str().unwrap();
        if !matches!(kind, "OBJECT" | "INTERFACE" | "UNION") {
            return Some(format!("{name}{args}"));
        }
        (depth > 0).then(|| {
            format!("{name}{args} {{ {} }}", self.selection(of["name"].as_str().unwrap(), depth - 1))
        })
    }

    /// Values for the arguments that must be given.
    fn arguments(&self, f: &Value) -> String {
        let given: Vec<String> = f["args"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|a| {
                a["type"]["kind"] == "NON_NULL" && a["defaultValue"].is_null() || a["name"] == "first"
            })
            .map(|a| {
                format!(
                    "{}: {}",
                    a["name"].as_str().unwrap(),
                    self.value(a["name"].as_str().unwrap(), &a["type"])
                )
            })
            .collect();
        if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) }
    }

    fn value(&self, name: &str, t: &Value) -> String {
        let of = bare(t);
        match (name, of["kind"].as_str().unwrap()) {
            ("year", _) => "2026".into(),
            ("first", _) => "2".into(),
            ("workstation" | "code", _) => "\"XC-001\"".into(),
            ("number", _) => "\"W-0001\"".into(),
            ("ids", _) => "[]".into(),
            ("change", _) => "{ removeItemId: \"item:0\" }".into(),
            ("changes", _) => "[{ withdrawNeedId: \"need:0\" }]".into(),
            (_, "INPUT_OBJECT") => {
                let fields: Vec<String> = self.types[of["name"].as_str().unwrap()]["inputFields"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|f| f["type"]["kind"] == "NON_NULL" && f["defaultValue"].is_null())
                    .map(|f| {
                        format!(
                            "{}: {}",
                            f["name"].as_str().unwrap(),
                            self.value(f["name"].as_str().unwrap(), &f["type"])
                        )
                    })
                    .collect();
                format!("{{ {} }}", fields.join(", "))
            }
            (_, "SCALAR") if of["name"] == "Int" => "1".into(),
            (_, "SCALAR") if of["name"] == "ID" => "\"need:0\"".into(),
            (_, "SCALAR") if of["name"] == "NaiveDate" => "\"2026-01-01\"".into(),
            (_, "SCALAR") if of["name"] == "Boolean" => "false".into(),
            (_, "ENUM") => {
                self.types[of["name"].as_str().unwrap()]["enumValues"][0]["name"].as_str().unwrap().into()
            }
            _ => "\"x\"".into(),
        }
    }
}

/// `Type.field` of everything that is not null and not an empty list.
fn seen(v: &Value, found: &mut BTreeSet<String>) {
    match v {
        Value::Object(o) => {
            let name = o.get("__typename").and_then(Value::as_str).unwrap_or("Query");
            for (field, value) in o {
                let empty = value.is_null() || value == "" || value.as_array().is_some_and(Vec::is_empty);
                if field != "__typename" && !empty {
                    found.insert(format!("{name}.{field}"));
                }
                seen(value, found);
            }
        }
        Value::Array(a) => a.iter().for_each(|v| seen(v, found)),
        _ => {}
    }
}

#[test]
fn a_stranger_sees_what_is_on_the_list_and_changes_nothing() {
    let city = City::demo(Engine::Sqlite);
    let server = city.serve();
    let query = "{ __schema { types { name kind possibleTypes { name } fields { name args { name defaultValue type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } inputFields { name defaultValue type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } enumValues { name } } } }";
    let types = server.data("", query, json!({}))["__schema"]["types"].clone();
    let schema = Schema {
        types: types
            .as_array()
            .unwrap()
            .iter()
            .map(|t| (t["name"].as_str().unwrap().to_owned(), t.clone()))
            .collect(),
    };
    let mut found = BTreeSet::new();
    for f in schema.types["Query"]["fields"].as_array().unwrap() {
        let mut depth = DEPTH;
        // Where the limits say no, a shallower walk.
        let answer = loop {
            let asked = schema.field(f, depth).unwrap();
            let answer = server.ask("", &format!("{{ {asked} }}"), json!({})).json();
            let code = answer["errors"][0]["extensions"]["code"].as_str().unwrap_or("");
            assert!(!matches!(code, "GRAPHQL" | "INTERNAL"), "{}: {}\n{asked}", f["name"], answer["errors"]);
            if !code.starts_with("TOO_") {
                break answer;
            }
            depth -= 1;
        };
        seen(&answer["data"], &mut found);
    }
    let listed = std::fs::read_to_string(project().join("tests/stranger.txt")).unwrap_or_default();
    let listed: BTreeSet<String> = listed.lines().map(str::to_owned).collect();
    let new: Vec<&String> = found.difference(&listed).collect();
    if std::env::var("QINGDAN_BLESS").is_ok() {
        let all: Vec<&str> = found.iter().map(String::as_str).collect();
        std::fs::write(project().join("tests/stranger.txt"), all.join("\n") + "\n").unwrap();
        return;
    }
    assert!(new.is_empty(), "a stranger sees more than tests/stranger.txt says: {new:#?}");

    // Every mutation says no, in words, and leaves no trace.
    let before = city.ok(&["verify", "--year", "2026"]);
    for f in schema.types["Mutation"]["fields"].as_array().unwrap() {
        let name = f["name"].as_str().unwrap();
        let asked = format!(
            "mutation {{ {name}{} {{ node {{ __typename }} errors {{ code message }} }} }}",
            schema.arguments(f)
        );
        let answer = server.ask("", &asked, json!({})).json();
        assert!(answer["errors"].is_null(), "{name}: {}", answer["errors"]);
        assert!(answer["data"][name]["node"].is_null(), "{name}");
        let code = answer["data"][name]["errors"][0]["code"].as_str().unwrap();
        assert!(matches!(code, "NOT_FOUND" | "NOT_ALLOWED" | "ID" | "EMPTY"), "{name}: {code}");
    }
    assert_eq!(before, city.ok(&["verify", "--year", "2026"]));
}

#[test]
fn every_role_says_who_it_is_and_what_it_may() {
    let city = City::demo(Engine::Sqlite);
    let server = city.serve();
    let mut all = BTreeMap::new();
    for (role, scope) in [
        ("CLERK", vec!["--station", "XC-001"]),
        ("FIRST_CONVENER", vec!["--station", "XC-001"]),
        ("SECOND_CONVENER", vec!["--station", "XC-001"]),
        ("STATION_HEAD", vec!["--station", "XC-001"]),
        ("CHIEF_CONVENER", vec!["--cluster", "XC-P1"]),
        ("MEMBER", vec!["--member", "W-0001"]),
        ("DISTRICT_OFFICER", vec!["--district", "150102"]),
        ("CITY_OFFICER", vec![]),
        ("AUDITOR", vec![]),
    ] {
        let token = city.token(role, &scope);
        let v = server.data(
            &token,
            "{ viewer { role name workstationCount rights { action reach } } }",
            json!({}),
        );
        assert_eq!(v["viewer"]["role"], role);
        let rights: Vec<String> = v["viewer"]["rights"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| format!("{} {}", r["action"].as_str().unwrap(), r["reach"].as_str().unwrap()))
            .collect();
        all.insert(role, json!({"stations": v["viewer"]["workstationCount"], "rights": rights}));
        let board = server
            .ask(&token, "{ dashboard(year: 2026) { workstations needs { status count } } }", json!({}))
            .json();
        assert_eq!(board["errors"].is_null(), role != "MEMBER", "{role}: {board}");
    }
    insta::assert_json_snapshot!(all);
}
