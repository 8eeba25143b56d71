//! Planning while others go on working. What happens between two steps of a plan cannot be hit from outside: here the
//! store plans, and the program changes the lists in between.

use crate::city::{City, Engine, engines};
use crate::duty_list::planned;
use chrono::{DateTime, Utc};
use std::sync::{Arc, Mutex};
use store::{PlanReport, Progress, Store, Viewer};

/// Plans the year at a minute of the day; `meanwhile` is done once, when the plan has been found and not yet written.
/// Gives the steps too.
fn plan(city: &Arc<City>, minute: u32, meanwhile: fn(&City)) -> (PlanReport, Vec<String>) {
    let steps = Arc::new(Mutex::new(Vec::new()));
    let (heard, there) = (steps.clone(), city.clone());
    let progress: Progress = Arc::new(move |step, _| {
        let mut heard = heard.lock().expect("steps");
        if step == "验证方案" && !heard.iter().any(|s| s == step) {
            meanwhile(&there);
        }
        heard.push(step.to_owned());
        true
    });
    let work = async {
        // Ids hang on it: none comes twice.
        let at: DateTime<Utc> = format!("2026-11-24T02:{minute:02}:00Z").parse().expect("a moment");
        let store = Store::open(&city.url, [1; 32], [2; 32]).await.expect("the database");
        let desk = store.on_behalf_of(Viewer::command(), at);
        let report = desk.plan_year(2026, None, &domain::Limits::default(), &progress).await.expect("a plan");
        drop(desk);
        store.close().await;
        report
    };
    let report = tokio::runtime::Runtime::new().expect("a runtime").block_on(work);
    let steps = steps.lock().expect("steps").clone();
    (report, steps)
}

fn anew(steps: &[String]) -> bool {
    steps.iter().any(|s| s == "清单已变,重新匹配")
}

fn on(engine: Engine) -> Arc<City> {
    Arc::new(planned(engine))
}

#[test]
fn what_is_written_while_a_plan_is_found_is_planned_too() {
    for engine in engines() {
        let city = on(engine);
        let before = plan(&city, 1, |_| {}).0;
        let (report, steps) = plan(&city, 2, |city| {
            let more = "工作站编号,外部编号,标题,内容,类别,收集日期,户数,状态\n\
                        XC-001,M1,盼医生上门,老人走不动,0103,2026-01-08,3,待匹配\n";
            city.ok(&["import", "needs", &city.file("more.csv", more), "--year", "2026"]);
        });
        assert!(anew(&steps), "{steps:?}");
        assert_eq!(report.needs, before.needs + 1);
        assert!(city.ok(&["verify"]).contains("方案"), "the plan holds");
    }
}

#[test]
fn what_does_not_touch_a_plan_does_not_disturb_it() {
    for engine in engines() {
        let city = on(engine);
        let (report, steps) = plan(&city, 1, |city| {
            city.ok(&["set", "reading-months", "6"]);
        });
        assert!(!anew(&steps), "{steps:?}");
        assert!(report.needs > 0 && report.optimal);
        assert!(city.ok(&["set"]).contains("reading-months 6 "), "and is not lost");
    }
}
