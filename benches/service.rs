//! The figures of the service, side by side: `cargo bench --bench service`.
//!
//! Makes the demo city in a folder of its own, serves it, and prints what each step took. Comparisons stand in the same
//! run: the public answer computed and kept, the plan of one station and of the city, imports of growing size.

#[path = "../tests/city.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod city;

use city::{City, Engine, Server, YEAR};
use serde_json::{Value, json};
use std::io::Write;
use std::process::Command;
use std::time::{Duration, Instant};

const LISTS: &str = include_str!("../tests/lists.graphql");
/// Times that each figure is taken.
const RUNS: usize = 15;

fn median(mut ms: Vec<f64>) -> f64 {
    ms.sort_by(f64::total_cmp);
    ms[ms.len() / 2]
}

fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let value = work();
    (start.elapsed().as_secs_f64() * 1000.0, value)
}

fn say(what: &str, value: String, target: &str) {
    let _ = writeln!(std::io::stdout(), "{what:<58}{value:>14}   {target}");
}

/// Seconds that OR-Tools takes for the 20,000 needs of `cargo bench -p assignment`, by which machines are told apart: a
/// target in milliseconds was set on one of them.
fn yardstick() -> Option<f64> {
    let bench = ["bench", "--quiet", "-p", "assignment", "--bench", "solvers", "--", "metro"];
    let out = Command::new(env!("CARGO")).args(bench).output().ok()?;
    let text = String::from_utf8(out.stdout).ok()?;
    text.split_once("OR-Tools ")?.1.split_once(' ')?.0.parse().ok()
}

fn main() {
    let city = City::empty(Engine::Sqlite);
    let url = format!("sqlite:{}?mode=rwc", city.folder.join("demo.sqlite").display());
    let year = YEAR.to_string();
    let made = city.ok(&["--database", &url, "demo", "--year", &year, "--no-serve", "--json"]);
    let made: Value = serde_json::from_str(&made).expect("JSON");
    let seconds = |k: &str| made["seconds"][k].as_f64().unwrap_or(0.0);
    let plan = ["load", "candidates", "solve", "verify", "write"].iter().map(|k| seconds(k)).sum::<f64>();
    say(
        "demo city: load + candidates + solve + verify + write",
        format!("{plan:.2} s"),
        "≤ 0.8 s; solve ≤ 20 ms",
    );
    for step in ["load", "candidates", "solve", "verify", "write", "publish"] {
        say(&format!("    {step}"), format!("{:.3} s", seconds(step)), "");
    }
    match yardstick() {
        Some(peer) => {
            say(
                "    OR-Tools, same run, 20,000 bare needs",
                format!("{peer:.3} s"),
                "0.19 s where 20 ms were set",
            );
            say(
                "    the solve beside that",
                format!("{:.3}", seconds("solve") / peer),
                "0.020 ÷ 0.19 = 0.105",
            );
        }
        None => say("    OR-Tools", "-".to_owned(), "not compared: no Python with it could be made here"),
    }
    let level = |of: &str, k: &str| made[of][k].as_i64().unwrap_or(0);
    for k in ["urgent_served", "served", "score"] {
        let gap =
            (level("bound", k) - level("objective", k)) as f64 * 100.0 / level("objective", k).max(1) as f64;
        say(&format!("    {k}: gap to the proved bound"), format!("{gap:.3} %"), "≤ 0.1 %, urgent 0");
    }
    say("peak memory of the whole demo", format!("{} MB", made["peak_memory_mb"]), "≤ 300 MB");

    let starts = (0..RUNS).map(|_| {
        timed(|| {
            let server = city.serve_database(&url);
            assert_eq!(server.get("/readyz", &[]).status, 200);
            server
        })
        .0
    });
    say("start of serve to the first answer", format!("{:.0} ms", median(starts.collect())), "≤ 150 ms");

    let server = city.serve_database(&url);
    let token = city.ok(&["--database", &url, "token", "--role", "AUDITOR"]);
    let ask = |token: &str| {
        let (ms, answer) = timed(|| server.ask(token, LISTS, json!({"year": YEAR})));
        assert!(answer.status == 200 && answer.text.len() > 1_000_000);
        ms
    };
    ask(token.trim());
    let computed = median((0..RUNS).map(|_| ask(token.trim())).collect());
    ask("");
    let kept = median((0..RUNS).map(|_| ask("")).collect());
    say("Lists query, public, warm (answer kept)", format!("{kept:.0} ms"), "≤ 150 ms");
    say("Lists query, computed anew each time (auditor)", format!("{computed:.0} ms"), "for comparison");
    drop(server);

    answering(&city, &url);
    let server = city.serve_database(&url);
    let officer = city.ok(&["--database", &url, "token", "--role", "CITY_OFFICER"]);
    let scope = json!({"s": {"year": YEAR}});
    let figures = "query($s: MeasureScopeInput!) { measures(scope: $s) { kind numerator denominator } }";
    let measured = || timed(|| server.data(officer.trim(), figures, scope.clone())).0;
    measured();
    say(
        "all measures of the city",
        format!("{:.0} ms", median((0..RUNS).map(|_| measured()).collect())),
        "≤ 100 ms",
    );
    let convener = city.ok(&["--database", &url, "token", "--role", "FIRST_CONVENER", "--station", "XC-001"]);
    let inbox = format!("{{ inbox(year: {YEAR}) {{ kind count }} }}");
    let waits = || timed(|| server.data(convener.trim(), &inbox, json!({}))).0;
    waits();
    say(
        "inbox of a convener",
        format!("{:.1} ms", median((0..RUNS).map(|_| waits()).collect())),
        "≤ 20 ms, ≤ 6 statements",
    );
    drop(server);
    let (ms, _) = timed(|| city.ok(&["--database", &url, "verify", "--year", &year]));
    say("verify of the whole demo with its year", format!("{:.1} s", ms / 1000.0), "≤ 3 s");

    for rows in [5_000, 50_000] {
        let mut text = String::from("工作站编号,外部编号,标题,内容,类别,收集日期,户数,联系人,联系电话\n");
        for i in 0..rows {
            text += &format!(
                "XC-{:03},B{i},第{i}处路灯不亮,巷口的灯坏了很久,0102,2026-01-05,{},示例,13800001234\n",
                i % 20 + 1,
                i % 90
            );
        }
        let file = city.file("rows.csv", text);
        let arguments = ["--database", &url, "import", "needs", &file, "--year", &year];
        let (ms, _) = timed(|| city.ok(&arguments));
        say(&format!("import of {rows} needs"), format!("{:.1} s", ms / 1000.0), "50,000 ≤ 10 s");
        let (ms, _) = timed(|| city.ok(&arguments));
        say("    the same file again", format!("{:.1} s", ms / 1000.0), "");
    }
}

/// Orders that wait for a member's answer: who answers for the station, and the input.
fn dispatched(city: &City, server: &Server, url: &str) -> Vec<(String, Value)> {
    let issued = "query($y: Int!, $a: String) { orders(filter: { year: $y, status: ISSUED }, first: 500, after: $a) { \
                  nodes { id version workstation { code } need { matches { id status } } } } }";
    let officer = city.ok(&["--database", url, "token", "--role", "CITY_OFFICER"]);
    let orders = server.data(officer.trim(), issued, json!({"y": YEAR}))["orders"]["nodes"].clone();
    let mut waiting = Vec::new();
    for order in orders.as_array().expect("orders") {
        let matches = order["need"]["matches"].as_array().expect("matches");
        let Some(lead) = matches.iter().find(|m| m["status"] == "CONFIRMED") else { continue };
        let code = order["workstation"]["code"].as_str().expect("a code");
        let token = city.ok(&["--database", url, "token", "--role", "FIRST_CONVENER", "--station", code]);
        let token = token.trim().to_owned();
        let input = json!({"id": order["id"], "expectedVersion": order["version"], "matchId": lead["id"]});
        let sent = server.change(&token, "dispatchOrder", "DispatchOrderInput", "id version", input);
        // A member at the yearly limit is refused; the others are enough.
        if !sent["node"].is_null() {
            let input = json!({"id": sent["node"]["id"], "expectedVersion": sent["node"]["version"]});
            waiting.push((token, input));
        }
    }
    waiting
}

/// Members answer orders over HTTP, from the request to the answer, every commit on disk: some decline and the next best
/// is suggested, one after the other; the others accept, 50 a second.
fn answering(city: &City, url: &str) {
    const EVERY: Duration = Duration::from_millis(20);
    const DECLINED: usize = 80;
    let server = city.serve_database(url);
    let mut waiting = dispatched(city, &server, url);
    assert!(waiting.len() > DECLINED + 100, "orders to answer");

    let mut took = Vec::with_capacity(DECLINED);
    let mut next = 0;
    for (token, mut input) in waiting.drain(..DECLINED) {
        input["reason"] = "TIME".into();
        let (ms, done) = timed(|| {
            let fields = "need { matches { status } }";
            server.changed(&token, "declineOrder", "DeclineOrderInput", fields, input)
        });
        took.push(ms);
        let matches = done["need"]["matches"].as_array().expect("matches");
        next += i32::from(matches.iter().any(|m| m["status"] == "SUGGESTED"));
    }
    // What is held in memory was read at the start.
    let first = took.remove(0);
    say(
        &format!("decline an order and suggest the next ({next} of {DECLINED} have one)"),
        at(&mut took, &[500, 990, 1000]),
        "≤ 20 ms; median, p99, largest",
    );
    say("    the first after a start", format!("{first:.1} ms"), "");

    let mut took = Vec::with_capacity(waiting.len());
    let start = Instant::now();
    for (n, (token, input)) in (0u32..).zip(&waiting) {
        std::thread::sleep((EVERY * n).saturating_sub(start.elapsed()));
        let (ms, _) =
            timed(|| server.changed(token, "acceptOrder", "OrderStepInput", "status", input.clone()));
        took.push(ms);
    }
    say(
        &format!("accept an order, 50 a second ({} orders): median, p99", took.len()),
        at(&mut took, &[500, 990]),
        "p99 ≤ 20 ms",
    );
}

/// Times at the given permille of all, in order.
fn at(ms: &mut [f64], permille: &[usize]) -> String {
    ms.sort_by(f64::total_cmp);
    let of = |p: &usize| format!("{:.1}", ms[(ms.len() - 1) * p / 1000]);
    permille.iter().map(of).collect::<Vec<_>>().join(", ") + " ms"
}
