//! The shape of the house: arrows between the crates, licences of everything that comes in.

use serde_json::Value;
use std::process::Command;

/// Arrows between our crates; there are no others.
const ARROWS: &[(&str, &[&str])] = &[
    ("assignment", &[]),
    ("domain", &["assignment", "text"]),
    ("gateway", &["domain", "store"]),
    ("migrations", &[]),
    ("qingdan", &["domain", "gateway", "migrations", "store", "text"]),
    ("store", &["domain", "migrations", "text"]),
    ("text", &[]),
];

/// The one place where licences are allowed. An expression passes when one of its alternatives consists of these.
const LICENCES: &[&str] = &[
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "MPL-2.0",
    "Zlib",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "ISC",
    "0BSD",
    "BSL-1.0",
    "CDLA-Permissive-2.0",
    "CC0-1.0",
];

fn metadata() -> Value {
    let out = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--manifest-path",
            concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
        ])
        .output()
        .expect("cargo runs");
    serde_json::from_slice(&out.stdout).expect("packages")
}

#[test]
fn the_crates_keep_to_the_arrows() {
    let metadata = metadata();
    let ours: Vec<&Value> =
        metadata["packages"].as_array().unwrap().iter().filter(|p| p["source"].is_null()).collect();
    let mut found: Vec<(String, Vec<String>)> = ours
        .iter()
        .map(|p| {
            let mut to: Vec<String> = p["dependencies"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|d| d["path"].is_string())
                .map(|d| d["name"].as_str().unwrap().to_owned())
                .collect();
            to.sort();
            to.dedup();
            (p["name"].as_str().unwrap().to_owned(), to)
        })
        .collect();
    found.sort();
    let expected: Vec<(String, Vec<String>)> = ARROWS
        .iter()
        .map(|(n, to)| ((*n).to_owned(), to.iter().map(|t| (*t).to_owned()).collect()))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn every_dependency_has_a_licence_that_is_allowed() {
    let allowed = |term: &str| LICENCES.contains(&term.trim().trim_matches(['(', ')']));
    let passes = |expression: &str| {
        let expression = expression.replace('/', " OR ");
        // Alternatives inside brackets are rare: every bracketed part must then pass by itself.
        expression.split(") AND (").all(|part| part.split(" OR ").any(|alt| alt.split(" AND ").all(allowed)))
    };
    let metadata = metadata();
    let refused: Vec<String> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|p| !passes(p["license"].as_str().unwrap_or("none")))
        .map(|p| format!("{} {}", p["name"], p["license"]))
        .collect();
    assert!(refused.is_empty(), "{refused:#?}");
}
