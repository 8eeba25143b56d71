//! `demo`: a city, its plan, its published lists.

use crate::beside::{self, Beside};
use crate::life::{self, Lived};
use crate::serve::{self, Serving};
use crate::{city, clock, say, vault_key};
use anyhow::{Context, bail};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use domain::{AssignmentRole, ConvenerSeat, ListStatus, OrderStatus, Role};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use store::{Desk, Error, NewLink, OrderFilter, Page, PlanReport, Progress, Store, TokenScope, Viewer};
use text::Models;
use tokio::runtime::Handle;
use uuid::Uuid;

/// The setting that marks a database as a demo's, with its year.
const MARK: &str = "demo_year";

/// The setting that keeps what making the city came to, as JSON.
const SUMMARY: &str = "demo_summary";

/// Which demo.
pub struct Options {
    /// Year.
    pub year: i32,
    /// How many workstations.
    pub workstations: usize,
    /// One JSON object, nothing else.
    pub json: bool,
    /// Ends instead of serving.
    pub no_serve: bool,
    /// Ends the year at the publication of its lists.
    pub published_only: bool,
}

/// Makes the city where there is none, says what it came to, and serves it.
pub async fn run(
    database: &str,
    key_file: &Path,
    options: &Options,
    serving: &Serving,
    models: Models,
) -> anyhow::Result<()> {
    let Options { json, no_serve, .. } = *options;
    let all_cores = Handle::current();
    tokio::task::block_in_place(|| on_one_core(|| found(database, key_file, options, &all_cores)))?;
    if no_serve {
        return Ok(());
    }
    // From here on ids come from a stream of this start: another demo's would repeat.
    let store = Store::open(database, vault_key(key_file)?, clock::random()?).await?;
    // The city was made with those that are built in: it is the same for everybody.
    store.read_with(models);
    if !json {
        tokens(&store.on_behalf_of(Viewer::command(), clock::now()), options.year).await?;
    }
    serve::logging(serving.log_format);
    serve::run(store, serving, |address| {
        if !json {
            say(&format!("网址:http://{address}/(已发布的清单在 /lists,查询页在 /graphql;Ctrl+C 结束)"));
        }
    })
    .await
}

/// Work that goes on in turns with that of the database's thread, on one core: to wake each other on another one would
/// take as long as the work.
fn on_one_core<F: Future<Output = anyhow::Result<()>>>(
    work: impl FnOnce() -> F + Send,
) -> anyhow::Result<()> {
    let alone = || {
        // Where a system does not let us choose, it only takes longer. Several at a time spread over the cores.
        let cores = core_affinity::get_core_ids().unwrap_or_default();
        if let Some(core) = cores.get(std::process::id() as usize % cores.len().max(1)) {
            core_affinity::set_for_current(*core);
        }
        tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work())
    };
    std::thread::scope(|scope| {
        scope.spawn(alone).join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Makes the city where there is none, and says what it came to.
async fn found(database: &str, key_file: &Path, options: &Options, all_cores: &Handle) -> anyhow::Result<()> {
    let Options { year, workstations, json, published_only, .. } = *options;
    migrations::migrate(database).await.context("数据库不能升级")?;
    // The same seed gives the same ids: the demo is the same on every machine.
    let store = Store::open_to_make(database, vault_key(key_file)?, [7; 32]).await?;
    let start = NaiveDate::from_ymd_opt(year, 1, 20)
        .and_then(|d| d.and_hms_opt(1, 0, 0))
        .context("年份不可用")?
        .and_utc();
    let desk = store.on_behalf_of(Viewer::command(), start);
    match desk.setting(MARK).await? {
        Some(_) if desk.setting(SUMMARY).await?.is_none() => {
            bail!("这个数据库里的演示城市上次没有建完;请删除它,或换一个 --database 重来。")
        }
        Some(made) if made == year.to_string() => {
            if !json {
                say("已有演示城市,未作改动。");
            }
        }
        Some(made) => bail!("这个数据库是 {made} 年的演示城市,请换一个 --database,或加 --year {made}。"),
        None if desk.totals(year).await?.workstations > 0 => {
            bail!("这个数据库不是演示建立的,不会覆盖;请换一个 --database。")
        }
        None => {
            desk.set_setting(MARK, &year.to_string()).await?;
            let bar = progress(json);
            let mut made = make(&store, &desk, options, start, &bar, all_cores).await?;
            if !published_only {
                let carried = made.beside.carried;
                step(&bar, "开单、接单、协商、解单、回访");
                let start = Instant::now();
                let mut lists = life::published(&desk, year).await?;
                // Where the tokens are for, something of everything waits.
                lists.sort_by_key(|l| !l.number.starts_with(SHOWN));
                made.lived = life::live(&store, &desk, &lists, year, &bar).await?;
                step(&bar, "线索、提案、督办、调解、联系、修订");
                made.beside = beside::live(&store, &desk, &lists, year, workstations, &bar).await?;
                made.beside.carried = carried;
                made.beside.links = made.links.len();
                let links = std::mem::take(&mut made.links);
                desk.import_links(links, false).await?.into_result()?;
                made.life_seconds = start.elapsed().as_secs_f64();
            }
            bar.finish_and_clear();
            desk.set_setting(SUMMARY, &summary(&desk, year, &made).await?.to_string()).await?;
        }
    }
    if json {
        say(&desk.setting(SUMMARY).await?.context("演示城市没有建成")?);
    } else {
        greet(&desk, year).await?;
    }
    drop(desk);
    store.close().await;
    Ok(())
}

async fn greet(desk: &Desk, year: i32) -> anyhow::Result<()> {
    let t = desk.totals(year).await?;
    say(&format!(
        "{year} 年演示城市:{} 个工作站(室),{} 位委员,{} 件需求,{} 项资源;",
        t.workstations, t.members, t.needs, t.resources
    ));
    say(&format!("已发布 {} 份年度履职清单,共 {} 项。", t.published_lists, t.items));
    say("另开一个终端可以:");
    say("  qingdan verify                                        验证方案与清单");
    say("  qingdan export --station XC-001 --format xlsx --out 清单.xlsx   打印一个站的清单");
    Ok(())
}

/// The station whose tokens are printed.
const SHOWN: &str = "XC-001";

/// Prints a token for each role, good for thirty days.
async fn tokens(desk: &Desk, year: i32) -> anyhow::Result<()> {
    // A member for whom an order waits, if there is one.
    let waits = OrderFilter { year, status: Some(OrderStatus::Dispatched), ..OrderFilter::default() };
    let orders = desk.orders(&waits, &Page::first(1)).await?.rows;
    let lead: Vec<Uuid> = orders.iter().filter_map(|(_, o)| o.lead_id).collect();
    let asked = desk.members_by_id(&lead).await?.pop().map_or_else(|| "W-0001".to_owned(), |m| m.number);
    let at = || TokenScope { station: Some(SHOWN.to_owned()), ..TokenScope::default() };
    let scopes = [
        (Role::Clerk, at()),
        (Role::FirstConvener, at()),
        (Role::SecondConvener, at()),
        (Role::StationHead, at()),
        (Role::ChiefConvener, TokenScope { cluster: Some("XC-P1".into()), ..TokenScope::default() }),
        (Role::Member, TokenScope { member: Some(asked), ..TokenScope::default() }),
        (Role::DistrictOfficer, TokenScope { district: Some("150102".into()), ..TokenScope::default() }),
        (Role::CityOfficer, TokenScope::default()),
        (Role::Auditor, TokenScope::default()),
    ];
    say("令牌(30 天内有效,作为 Authorization: Bearer 使用;公众查询无需令牌):");
    for (role, scope) in scopes {
        let token = desk.make_token(role, &scope, 30, clock::random()?).await?;
        say(&format!("  {:<16} {token}  {}", role.code(), role.label()));
    }
    Ok(())
}

/// A bar on a terminal, plain lines elsewhere, nothing beside JSON.
fn progress(quiet: bool) -> ProgressBar {
    use std::io::IsTerminal;
    if quiet {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(1), ProgressDrawTarget::stderr());
    if std::io::stderr().is_terminal()
        && let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}")
    {
        bar.set_style(style);
    }
    bar
}

fn step(bar: &ProgressBar, what: &str) {
    use std::io::{IsTerminal, Write};
    bar.set_message(what.to_owned());
    if !bar.is_hidden() && !std::io::stderr().is_terminal() {
        // Progress is lost, not the work, when nobody listens.
        let _ = writeln!(std::io::stderr(), "{what}…");
    }
}

struct Made {
    plan: PlanReport,
    publish_seconds: f64,
    lived: Lived,
    beside: Beside,
    /// Links with constituents, to be entered with the year.
    links: Vec<NewLink>,
    /// Needs that there were when the year was planned.
    planned: u64,
    life_seconds: f64,
}

async fn make(
    store: &Store,
    desk: &Desk,
    options: &Options,
    at: DateTime<Utc>,
    bar: &ProgressBar,
    all_cores: &Handle,
) -> anyhow::Result<Made> {
    let Options { year, workstations, published_only, .. } = *options;
    step(bar, "生成演示城市");
    let city = city::draw(workstations, year)?;
    desk.first_policy().await?;
    desk.begin_year(year, "演示").await?;
    desk.import_areas(city.areas, false).await?.into_result()?;
    desk.import_categories(city.categories, false).await?.into_result()?;
    let links = beside::links(&city.members, &city.sectors, workstations, year);
    desk.import_sectors(city.sectors).await?.into_result()?;
    desk.import_workstations(city.workstations, false).await?.into_result()?;
    desk.import_members(city.members, false).await?.into_result()?;
    desk.import_partnerships(city.partnerships).await?;
    desk.import_officers(city.officers).await?;
    step(bar, "写入需求和资源");
    let carried = if published_only { 0 } else { beside::year_before(desk, &city.needs, year).await? };
    let mut resources = city.resources;
    desk.import_organizations(beside::organizations(&mut resources, year), false).await?.into_result()?;
    desk.import_resources(year, resources, false).await?.into_result()?;
    desk.import_needs(year, city.needs, false, false).await?.into_result()?;
    let planned = desk.totals(year).await?.needs;
    let plan = plan_on(store, at, year, bar, all_cores).await?;
    step(bar, "委员确认、召集人签署、发布");
    let start = Instant::now();
    publish_all(store, desk, year, at, bar).await?;
    let publish_seconds = start.elapsed().as_secs_f64();
    let beside = Beside { carried, ..Beside::default() };
    Ok(Made { plan, publish_seconds, lived: Lived::default(), beside, links, planned, life_seconds: 0.0 })
}

/// The year's plan. What is searched does not wait for the database: it may have all cores.
async fn plan_on(
    store: &Store,
    at: DateTime<Utc>,
    year: i32,
    bar: &ProgressBar,
    all_cores: &Handle,
) -> anyhow::Result<PlanReport> {
    let bar = bar.clone();
    let tell: Progress = Arc::new(move |what, _| {
        step(&bar, what);
        true
    });
    let desk = store.on_behalf_of(Viewer::command(), at);
    let plan = async move { desk.plan_year(year, None, &domain::Limits::default(), &tell).await };
    Ok(all_cores.spawn(plan).await??)
}

/// Takes every list through its life as its own conveners would: offers, answers, review, two signatures,
/// publication. Each step is one transaction of the person who takes it.
async fn publish_all(
    store: &Store,
    desk: &Desk,
    year: i32,
    at: DateTime<Utc>,
    bar: &ProgressBar,
) -> anyhow::Result<()> {
    let lists = desk.open_lists(year).await?;
    bar.set_length(lists.len() as u64);
    for list in lists {
        bar.inc(1);
        let seats = desk.seats(&[list.workstation_id]).await?;
        let seat = |role: AssignmentRole| seats.iter().find(|s| s.role == role).map(|s| s.person);
        let viewer = |role, person, days| {
            let viewer = Viewer { role, person, stations: vec![list.workstation_id] };
            store.on_behalf_of(viewer, at + Duration::days(days))
        };
        let first = viewer(Role::FirstConvener, seat(AssignmentRole::FirstConvener), 7);
        let second = viewer(Role::SecondConvener, seat(AssignmentRole::SecondConvener), 14);
        first.propose_list(list.id).await?;
        first.confirm_list(list.id).await?;
        let sent = match first.submit_list(list.id, list.version).await {
            Ok(sent) => sent,
            // Where nothing could be matched there is nothing to publish.
            Err(Error::Refused(why)) if why.iter().all(|r| r.code == "EMPTY_LIST") => continue,
            Err(e) => return Err(e).with_context(|| list.number.clone()),
        };
        let signed = first.sign_list(list.id, sent.version, ConvenerSeat::First).await?;
        let signed = second.sign_list(list.id, signed.version, ConvenerSeat::Second).await?;
        let published = second.publish_list(list.id, signed.version).await?;
        debug_assert_eq!(published.status, ListStatus::Published);
    }
    Ok(())
}

async fn summary(desk: &Desk, year: i32, made: &Made) -> anyhow::Result<serde_json::Value> {
    let t = desk.totals(year).await?;
    let p = &made.plan;
    let objective = |o: &domain::Objective| serde_json::json!({"urgent_served": o.urgent_served, "served": o.served, "score": o.score, "evenness": o.evenness});
    Ok(serde_json::json!({
        "year": year,
        "workstations": t.workstations,
        "members": t.members,
        "needs": t.needs,
        "needs_when_planned": made.planned,
        "resources": t.resources,
        "candidate_pairs": p.candidate_pairs,
        "suggested": p.suggested,
        "listed_items": t.items,
        "published_lists": t.published_lists,
        "orders_closed": made.lived.closed,
        "orders_open": made.lived.open,
        "consultations": made.lived.sessions,
        "carried_from_the_year_before": made.beside.carried,
        "clues_filed": made.beside.proposals,
        "follow_ups": made.beside.follow_ups,
        "constituent_links": made.beside.links,
        "amendments": made.beside.amendments,
        "unmatched_by_reason": p.unmatched,
        "objective": objective(&p.objective),
        "bound": objective(&p.bound),
        "certificate": if p.optimal { "optimal" } else { "gap" },
        "seconds": {"load": p.seconds.load, "candidates": p.seconds.candidates, "solve": p.seconds.solve, "verify": p.seconds.verify, "write": p.seconds.write, "publish": made.publish_seconds, "life": made.life_seconds},
        "peak_memory_mb": peak_memory_mb(),
    }))
}

/// The process's peak of resident memory, where the system says.
pub fn peak_memory_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kb| kb / 1024)
}
