//! A small demo city through its whole life.

use crate::city::{City, engines};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of its own for each test, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("qingdan-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn qingdan(folder: &Path, database: Option<&str>, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qingdan"));
    command.current_dir(folder).env_remove("QINGDAN_DATABASE").env_remove("QINGDAN_KEY_FILE");
    if let Some(url) = database {
        command.env("QINGDAN_DATABASE", url);
    }
    command.args(arguments).output().expect("the program runs")
}

fn stdout(output: &Output) -> &str {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::str::from_utf8(&output.stdout).expect("text")
}

const DEMO: &[&str] = &["demo", "--year", "2026", "--workstations", "6", "--no-serve", "--json"];
const EXPORT: &[&str] = &["export", "--year", "2026", "--format", "json"];

#[test]
fn a_city_is_published_whole_and_the_proof_of_its_plan_holds() {
    let folder = Folder::new("whole");
    let demo = qingdan(&folder.0, None, DEMO);
    let figures: serde_json::Value = serde_json::from_str(stdout(&demo)).unwrap();
    assert_eq!(stdout(&demo).lines().count(), 1);
    assert_eq!(figures["workstations"], 6);
    assert_eq!(figures["published_lists"], 6);
    let unmatched: u64 =
        figures["unmatched_by_reason"].as_object().unwrap().values().filter_map(|n| n.as_u64()).sum();
    assert_eq!(
        unmatched + figures["objective"]["served"].as_u64().unwrap(),
        figures["needs_when_planned"].as_u64().unwrap()
    );
    assert!(figures["needs"].as_u64() > figures["needs_when_planned"].as_u64(), "the year brings more");

    let lists: serde_json::Value = serde_json::from_str(stdout(&qingdan(&folder.0, None, EXPORT))).unwrap();
    assert_eq!(lists["year"], 2026);
    let items: Vec<&serde_json::Value> = lists["lists"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|l| l["list"]["items"].as_array().unwrap())
        .collect();
    assert_eq!(items.len() as u64, figures["listed_items"].as_u64().unwrap());
    for i in items {
        assert!(
            !i["members"].as_array().unwrap().is_empty() && !i["resources"].as_array().unwrap().is_empty(),
            "{i}"
        );
        assert!(
            (1..=4).contains(&i["quarter"].as_i64().unwrap())
                && i["form"].as_str().unwrap().starts_with('微'),
            "{i}"
        );
        assert!(
            !i["expected_result"].as_str().unwrap().is_empty()
                && !i["need_number"].as_str().unwrap().is_empty(),
            "{i}"
        );
    }
    let editions = 6 + figures["amendments"].as_u64().unwrap();
    assert!(editions > 6, "{figures}");
    let verified = qingdan(&folder.0, None, &["verify", "--year", "2026"]);
    assert!(stdout(&verified).contains(&format!("{editions} 份")));

    // A second demo finds the city and changes nothing.
    let again = qingdan(&folder.0, None, &["demo", "--year", "2026", "--no-serve"]);
    assert!(stdout(&again).contains("未作改动"));
    // The public edition says nothing of needs that may not be shown.
    let public = qingdan(&folder.0, None, &["export", "--year", "2026", "--edition", "public"]);
    assert!(!stdout(&public).contains("\"public\":false"));
}

/// Every screen has something true to show: orders and needs at every stage, what goes with them.
#[test]
fn the_demo_city_has_orders_and_needs_at_every_stage() {
    for engine in engines() {
        let city = City::empty(engine);
        city.ok(&["demo", "--year", "2026", "--workstations", "30", "--no-serve", "--json"]);
        let server = city.serve();
        let officer = city.token("CITY_OFFICER", &[]);
        let count = |what: &str, filter: String| {
            let query = format!("{{ {what}(filter: {{ year: 2026, {filter} }}) {{ totalCount }} }}");
            server.data(&officer, &query, json!({}))[what]["totalCount"].as_u64().unwrap()
        };
        use domain::{NeedStatus as N, OrderStatus as O};
        // The year is not closed yet.
        for status in O::ALL.iter().filter(|s| **s != O::CarriedOver) {
            assert!(count("orders", format!("status: {}", status.code())) > 0, "{status:?}");
        }
        // What nobody has a resource for is on the ladder at once, what is covered on a list.
        let passed = [N::Matched, N::Unresourced, N::CarriedOver];
        for status in N::ALL.iter().filter(|s| !passed.contains(s)) {
            assert!(count("needs", format!("status: {}", status.code())) > 0, "{status:?}");
        }
        assert!(count("needs", "source: HOTLINE_12345".to_owned()) > 0);
        assert!(count("needs", "marked: true".to_owned()) > 0);
        let rest = "{ topics(year: 2026) { needs { id } } planTasks(year: 2026) { code } \
                    jointOffers(year: 2026) { status } proposals(year: 2026) { number } scenarios(year: 2026) { name } capacityCuts { status } }";
        let rest = server.data(&officer, rest, json!({}));
        for what in ["topics", "planTasks", "jointOffers", "proposals", "scenarios", "capacityCuts"] {
            assert!(!rest[what].as_array().unwrap().is_empty(), "{what}");
        }
    }
}

#[test]
fn a_spreadsheet_and_its_second_print_are_the_same_bytes() {
    let folder = Folder::new("print");
    stdout(&qingdan(&folder.0, None, DEMO));
    let print = ["export", "--year", "2026", "--station", "XC-001", "--format", "xlsx"];
    let first = qingdan(&folder.0, None, &print);
    assert!(first.status.success() && first.stdout.starts_with(b"PK"));
    assert_eq!(first.stdout, qingdan(&folder.0, None, &print).stdout);
}

#[test]
fn the_same_city_comes_out_on_postgresql_byte_for_byte() {
    let Ok(url) = std::env::var("QINGDAN_TEST_POSTGRES") else {
        println!("skipped: QINGDAN_TEST_POSTGRES is not set");
        return;
    };
    let folder = Folder::new("postgres");
    stdout(&qingdan(&folder.0, None, DEMO));
    stdout(&qingdan(&folder.0, Some(&url), DEMO));
    assert_eq!(stdout(&qingdan(&folder.0, None, EXPORT)), stdout(&qingdan(&folder.0, Some(&url), EXPORT)));
    stdout(&qingdan(&folder.0, Some(&url), &["verify", "--year", "2026"]));
}

#[test]
fn what_cannot_be_done_is_said_with_exit_code_one_and_misuse_with_two() {
    let folder = Folder::new("refused");
    let nothing = qingdan(&folder.0, None, &["verify"]);
    assert_eq!(nothing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&nothing.stderr).contains("qingdan migrate"));
    assert_eq!(qingdan(&folder.0, None, &["nonsense"]).status.code(), Some(2));
    stdout(&qingdan(&folder.0, None, &["migrate"]));
    let empty = qingdan(&folder.0, None, EXPORT);
    assert_eq!(empty.status.code(), Some(1));
    assert!(empty.stdout.is_empty());
}
