//! Planning while others go on working. What happens between two steps of a plan cannot be hit from outside: here the
//! store plans, and the program changes the lists in between.

use crate::city::{City, Engine, engines};
use crate::duty_list::planned;
use chrono::{DateTime, Utc};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use store::{PlanReport, Progress, Store, Viewer};

/// Numbers what is written meanwhile.
static NEXT: AtomicU32 = AtomicU32::new(1);

/// Plans the year at a minute of the day; `meanwhile` is done so many times, each time when the plan has been found and
/// not yet written. Gives the steps too.
fn plan(city: &Arc<City>, minute: u32, times: usize, meanwhile: fn(&City)) -> (PlanReport, Vec<String>) {
    let steps = Arc::new(Mutex::new(Vec::new()));
    let (heard, there) = (steps.clone(), city.clone());
    let progress: Progress = Arc::new(move |step, _| {
        let mut heard = heard.lock().expect("steps");
        if step == "验证方案" && heard.iter().filter(|s| *s == step).count() < times {
            meanwhile(&there);
        }
        heard.push(step.to_owned());
        true
    });
    let work = async {
        let store = Store::open(&city.url, [1; 32], [2; 32]).await.expect("the database");
        let desk = store.on_behalf_of(Viewer::command(), at(minute));
        let report = desk.plan_year(2026, None, &domain::Limits::default(), &progress).await.expect("a plan");
        drop(desk);
        store.close().await;
        report
    };
    let report = tokio::runtime::Runtime::new().expect("a runtime").block_on(work);
    let steps = steps.lock().expect("steps").clone();
    (report, steps)
}

/// A minute of the day. Ids hang on it: none comes twice.
fn at(minute: u32) -> DateTime<Utc> {
    format!("2026-11-24T02:{minute:02}:00Z").parse().expect("a moment")
}

/// How often the plan was found anew.
fn anew(steps: &[String]) -> usize {
    steps.iter().filter(|s| *s == "清单已变,重新匹配").count()
}

fn on(engine: Engine) -> Arc<City> {
    Arc::new(planned(engine))
}

#[test]
fn what_is_written_while_a_plan_is_found_is_planned_too() {
    for engine in engines() {
        let city = on(engine);
        // The second time is the last at which others may write: then the plan is found with the door closed.
        for (minute, times) in [(2, 1), (3, 2)] {
            let open = plan(&city, minute + 10, 0, |_| {}).0.needs;
            let (report, steps) = plan(&city, minute, times, |city| {
                let number = NEXT.fetch_add(1, Ordering::Relaxed);
                let more = format!(
                    "工作站编号,外部编号,标题,内容,类别,收集日期,户数,状态\n\
                     XC-001,M{number},盼{number}位医生上门,老人走不动,0103,2026-01-08,3,待匹配\n"
                );
                city.ok(&["import", "needs", &city.file("more.csv", more), "--year", "2026"]);
            });
            assert_eq!(anew(&steps), times, "{steps:?}");
            assert_eq!(report.needs, open + times);
        }
        assert!(city.ok(&["verify"]).contains("方案"), "the plan holds");
    }
}

#[test]
fn what_does_not_touch_a_plan_does_not_disturb_it() {
    for engine in engines() {
        let city = on(engine);
        let (report, steps) = plan(&city, 1, 1, |city| {
            city.ok(&["set", "reading-months", "6"]);
        });
        assert_eq!(anew(&steps), 0, "{steps:?}");
        assert!(report.needs > 0 && report.optimal);
        assert!(city.ok(&["set"]).contains("reading-months 6 "), "and is not lost");
    }
}

#[test]
fn a_job_has_ended_when_it_has_ended_not_when_it_began() {
    for engine in engines() {
        let city = on(engine);
        let work = async {
            let store = Store::open(&city.url, [1; 32], [2; 32]).await.expect("the database");
            let desk = store.on_behalf_of(Viewer::command(), at(20));
            let job = desk.ask_for_plan(2026, None).await.expect("a job");
            let quiet: Progress = Arc::new(|_, _| true);
            desk.run_job(job.id, &quiet, || at(25)).await.expect("a plan");
            let job = desk.jobs_by_id(&[job.id]).await.expect("jobs").remove(0);
            assert_eq!((job.asked_at, job.ended_at), (at(20), Some(at(25))));
            drop(desk);
            store.close().await;
        };
        tokio::runtime::Runtime::new().expect("a runtime").block_on(work);
    }
}
