//! The command: arguments, wiring, the demo city.

mod beside;
mod city;
mod clock;
mod demo;
mod explain;
mod export;
mod import;
mod life;
mod province;
mod serve;
mod stages;
mod tables;
mod words;

use anyhow::{Context, bail};
use chrono::{DateTime, Datelike, Utc};
use clap::{Parser, Subcommand, ValueEnum};
use domain::{OfficeSetting, Role};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use store::{AreaFilter, Desk, Progress, Store, TokenScope, Viewer};

/// A query makes a hundred thousand small values: the system's allocator would take half of its time. SQLite allocates
/// from it too (`override`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// 清单: matches a city's community needs with what CPPCC members offer, and keeps the annual duty lists.
#[derive(Parser)]
#[command(name = "qingdan", version)]
struct Arguments {
    /// Database: `sqlite:FILE?mode=rwc` or `postgres://…`.
    #[arg(long, env = "QINGDAN_DATABASE", default_value = "sqlite:qingdan.sqlite?mode=rwc", global = true)]
    database: String,
    /// File with the vault's key; made at first start, readable by its owner alone. QINGDAN_KEY (64 hexadecimal
    /// digits) goes before it.
    #[arg(long, env = "QINGDAN_KEY_FILE", default_value = "qingdan.key", global = true)]
    key_file: PathBuf,
    /// For trials: the moment at which the program takes itself to start, such as 2026-09-28T09:00:00+08:00, instead of
    /// the clock's.
    #[arg(long, env = "QINGDAN_NOW", global = true, hide_env_values = true)]
    now: Option<DateTime<Utc>>,
    /// Folder of models of one's own, as `train` writes them (`classes.bin` with `cut.bin` beside it, `units.bin`, or all),
    /// to read messages with instead of those that are built in: in `serve` (and what `demo` serves), `import`, `classify`
    /// and `suggest-unit`.
    #[arg(long, env = "QINGDAN_MODELS", global = true)]
    models: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Makes a demo city in an empty database, plans its year and publishes every list.
    Demo {
        /// Year [default: this year].
        #[arg(long)]
        year: Option<i32>,
        /// How many workstations.
        #[arg(long, default_value_t = 259)]
        workstations: usize,
        /// Ends when the lists are published, instead of serving them.
        #[arg(long)]
        no_serve: bool,
        /// Ends the city's year at the publication of its lists, before any order.
        #[arg(long)]
        published_only: bool,
        #[command(flatten)]
        serving: serve::Serving,
        /// Prints one JSON object on one line and nothing else.
        #[arg(long)]
        json: bool,
    },
    /// Serves GraphQL and the pages over HTTP.
    Serve {
        #[command(flatten)]
        serving: serve::Serving,
    },
    /// Brings the database to the newest schema.
    Migrate,
    /// Prints the GraphQL schema.
    Schema,
    /// Makes a bearer token for a role; it is printed once and stored nowhere.
    Token {
        /// Role, by code or name: FIRST_CONVENER or 第一召集人.
        #[arg(long)]
        role: String,
        /// Code of the station, for its conveners, head and clerk.
        #[arg(long)]
        station: Option<String>,
        /// Code of the cluster, for its chief convener.
        #[arg(long)]
        cluster: Option<String>,
        /// Code of the district, for its officer.
        #[arg(long)]
        district: Option<String>,
        /// Number of the member.
        #[arg(long)]
        member: Option<String>,
        /// Days until it expires.
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(i64).range(1..=3650))]
        days: i64,
    },
    /// Imports a table, all or nothing, with a report by row and column.
    Import(import::Options),
    /// Writes an empty workbook with headers, hints and drop-down lists, which `import` reads.
    Template {
        /// What the rows are.
        #[arg(value_enum)]
        kind: import::Kind,
        /// File [default: stdout].
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Plans a year for the whole city and writes the drafts.
    Plan {
        /// Year [default: this year].
        #[arg(long)]
        year: Option<i32>,
        /// Code of one station, planned with what the others leave.
        #[arg(long)]
        station: Option<String>,
        /// Explains the standing plan for a need, by number, instead of planning.
        #[arg(long, value_name = "NEED", conflicts_with_all = ["station", "what_if"])]
        explain: Option<String>,
        /// Compares the standing plan with what it would be after the changes in a JSON file, instead of planning.
        #[arg(long, value_name = "FILE", conflicts_with = "station")]
        what_if: Option<PathBuf>,
    },
    /// Measures the match of a made-up province, candidates included.
    Bench {
        /// What is measured.
        #[arg(value_enum)]
        what: Measured,
        /// Needs.
        #[arg(long, default_value_t = 200_000)]
        needs: u32,
        /// Resources.
        #[arg(long, default_value_t = 30_000)]
        resources: u32,
    },
    /// Publishes every list that both conveners have signed, and says what the others still lack.
    Publish {
        /// Year [default: this year].
        #[arg(long)]
        year: Option<i32>,
        /// Code of one station.
        #[arg(long)]
        station: Option<String>,
    },
    /// Takes back every offered order that was not answered in time (逾期未接). `serve` does the same by itself.
    Lapse {
        /// As of this day [default: today].
        #[arg(long)]
        on: Option<chrono::NaiveDate>,
    },
    /// Erases what is personal and over: contacts and pictures some months after closing, the log of readings. `serve`
    /// does the same by itself once a day.
    Retain {
        /// As of this day [default: today].
        #[arg(long)]
        on: Option<chrono::NaiveDate>,
        /// Says what would be erased, and erases nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Shows what the office has set, or sets a number: `set answer-days 7`.
    Set {
        /// Which; all are shown where none is named.
        which: Option<String>,
        /// The number.
        #[arg(requires = "which")]
        value: Option<u32>,
    },
    /// Prints published lists, from their snapshots; or what other systems take.
    Export(export::Options),
    /// Trains the models that read messages, from labelled messages and from answered ones.
    Train(words::Training),
    /// Adds the classes of messages to a CSV: level1, level2, level3, confidence (0 to 1), the words that decided, and
    /// the second likeliest class.
    Classify(words::Reading),
    /// Adds the five units that most likely solve each message to a CSV, with scores: unit1, score1, and so on.
    SuggestUnit(words::Reading),
    /// Checks the standing plan's proof, the hashes of published lists and the rules of the database.
    Verify {
        /// Year [default: this year].
        #[arg(long)]
        year: Option<i32>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Measured {
    /// 200,000 needs and 30,000 resources.
    Province,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            let _ = writeln!(std::io::stderr(), "{e:#}");
            ExitCode::from(1)
        }
    }
}

/// Writes a line of the answer. Who reads it may have seen enough, as `head` does: that is no fault.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn this_year() -> i32 {
    clock::now().year()
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { database, key_file, now, models, command } = arguments;
    if let Some(now) = now {
        clock::set(now);
    }
    match command {
        Command::Migrate => {
            let steps = migrations::migrate(&database).await.context("数据库不能升级")?;
            say(&format!("已执行 {steps} 步,数据库是最新结构({})。", migrations::newest()));
            built_in(&open(&database, &key_file).await?).await
        }
        Command::Demo { year, workstations, no_serve, published_only, json, serving } => {
            let year = year.unwrap_or_else(this_year);
            let options = demo::Options { year, workstations, json, no_serve, published_only };
            demo::run(&database, &key_file, &options, &serving, words::models(models.as_deref())?).await
        }
        Command::Serve { serving } => {
            serve::logging(serving.log_format);
            let models = words::models(models.as_deref())?;
            let store = store(&database, &key_file).await?;
            store.read_with(models);
            serve::run(store, &serving, |_| {}).await
        }
        Command::Schema => {
            let _ = std::io::stdout().write_all(gateway::sdl().as_bytes());
            Ok(())
        }
        Command::Token { role, station, cluster, district, member, days } => {
            let Some(role) = Role::parse(&role) else {
                let known: Vec<&str> = Role::ALL.iter().map(|r| r.code()).collect();
                bail!("没有角色「{role}」,可用的有:{}。", known.join("、"));
            };
            let scope = TokenScope { station, district, cluster, member };
            let desk = open(&database, &key_file).await?;
            say(&desk.make_token(role, &scope, days, clock::random()?).await?);
            Ok(())
        }
        Command::Import(options) => {
            let models = words::models(models.as_deref())?;
            let store = store(&database, &key_file).await?;
            store.read_with(models);
            let desk = store.on_behalf_of(Viewer::command(), clock::now());
            let year = options.year.unwrap_or_else(this_year);
            import::run(&desk, &options, year).await
        }
        Command::Template { kind, out } => write_out(out.as_deref(), &import::template(kind)?),
        Command::Bench { what: Measured::Province, needs, resources } => province::run(needs, resources),
        Command::Plan { year, station, explain, what_if } => {
            let desk = open(&database, &key_file).await?;
            if let Some(number) = explain {
                return explain::need(&desk, &number).await;
            }
            if let Some(file) = what_if {
                return explain::what_if(&desk, year.unwrap_or_else(this_year), &file).await;
            }
            let only = station_id(&desk, station.as_deref()).await?;
            let limits = domain::Limits::default();
            let tell: Progress = Arc::new(|step, percent| {
                let _ = writeln!(std::io::stderr(), "{percent:3}% {step}…");
                true
            });
            let report = desk.plan_year(year.unwrap_or_else(this_year), only, &limits, &tell).await?;
            say(&format!(
                "候选 {} 对,建议 {} 项匹配,写入草稿 {} 项;证书:{}。",
                report.candidate_pairs,
                report.suggested,
                report.items,
                if report.optimal { "optimal" } else { "gap" }
            ));
            Ok(())
        }
        Command::Lapse { on } => {
            let desk = open(&database, &key_file).await?;
            let lapsed = desk.lapse_orders(on.unwrap_or(desk.today())).await?;
            for number in &lapsed {
                say(&format!("{number} 逾期未接,已退回派单。"));
            }
            say(&format!("共 {} 单逾期。", lapsed.len()));
            Ok(())
        }
        Command::Retain { on, dry_run } => {
            let desk = open(&database, &key_file).await?;
            let erased = desk.erase_expired(on.unwrap_or(desk.today()), dry_run).await?;
            for number in &erased.contacts {
                say(&format!("{number} 的联系方式保存期满。"));
            }
            let done = if dry_run { "将删除" } else { "已删除" };
            let (contacts, pictures, readings) = (erased.contacts.len(), erased.pictures, erased.readings);
            say(&format!("{done}联系方式 {contacts} 件,照片 {pictures} 张,查看记录 {readings} 条。"));
            Ok(())
        }
        Command::Set { which, value } => {
            let desk = open(&database, &key_file).await?;
            let option = |s: &OfficeSetting| s.code().to_lowercase().replace('_', "-");
            let chosen = match &which {
                Some(name) => {
                    let found = OfficeSetting::parse(&name.replace('-', "_"));
                    let names: Vec<String> = OfficeSetting::ALL.iter().map(option).collect();
                    vec![found.with_context(|| format!("没有「{name}」这一项,可设:{}", names.join("、")))?]
                }
                None => OfficeSetting::ALL.to_vec(),
            };
            if let (Some(value), [one]) = (value, &chosen[..]) {
                desk.set_office_setting(*one, value).await?;
            }
            for s in chosen {
                say(&format!("{} {} {}", option(&s), desk.office_setting(s).await?, s.label()));
            }
            Ok(())
        }
        Command::Publish { year, station } => {
            publish(&open(&database, &key_file).await?, year.unwrap_or_else(this_year), station).await
        }
        Command::Export(options) => export::run(&open(&database, &key_file).await?, &options).await,
        Command::Train(options) => words::train(&options),
        Command::Classify(options) => words::classify(&options, &words::models(models.as_deref())?),
        Command::SuggestUnit(options) => words::suggest_unit(&options, &words::models(models.as_deref())?),
        Command::Verify { year } => {
            let (checked, wrong) =
                open(&database, &key_file).await?.verify(year.unwrap_or_else(this_year)).await?;
            for line in checked {
                say(&line);
            }
            if wrong.is_empty() { Ok(()) } else { bail!("{}", wrong.join("\n")) }
        }
    }
}

/// A station by its code.
async fn station_id(desk: &Desk, code: Option<&str>) -> anyhow::Result<Option<uuid::Uuid>> {
    let Some(code) = code else { return Ok(None) };
    let found = desk.workstation_by_code(code).await?;
    Ok(Some(found.with_context(|| format!("没有编号为 {code} 的工作站"))?.id))
}

/// Fills the tables of a new database that an office can replace by import: areas, classes, sectors, weights.
async fn built_in(desk: &Desk) -> anyhow::Result<()> {
    if desk.count_areas(&AreaFilter::default()).await? > 0 {
        return Ok(());
    }
    let categories = tables::categories()?;
    let sectors = tables::sectors(&categories);
    desk.first_policy().await?;
    let areas = desk.import_areas(tables::areas()?, false).await?.into_result()?.created;
    let classes = desk.import_categories(categories, false).await?.into_result()?.created;
    let sectors = desk.import_sectors(sectors).await?.into_result()?.created;
    say(&format!("已写入内置的区划 {areas} 个、类别 {classes} 个、界别 {sectors} 个,可用 import 更新。"));
    Ok(())
}

/// Writes an answer to a file, or to stdout.
fn write_out(out: Option<&Path>, bytes: &[u8]) -> anyhow::Result<()> {
    match out {
        Some(path) => std::fs::write(path, bytes).with_context(|| format!("不能写入 {}", path.display())),
        None => std::io::stdout().write_all(bytes).context("不能写到标准输出"),
    }
}

async fn publish(desk: &Desk, year: i32, station: Option<String>) -> anyhow::Result<()> {
    let (mut done, mut left) = (0, Vec::new());
    for list in desk.open_lists(year).await? {
        if station.as_ref().is_some_and(|s| !list.number.starts_with(&format!("{s}〔"))) {
            continue;
        }
        match desk.publish_list(list.id, list.version).await {
            Ok(_) => done += 1,
            Err(store::Error::Refused(why)) => left.push(format!("{}:{}", list.number, why[0].message)),
            Err(e) => return Err(e.into()),
        }
    }
    say(&format!("发布 {done} 份清单。"));
    if left.is_empty() { Ok(()) } else { bail!("{} 份未发布:\n{}", left.len(), left.join("\n")) }
}

/// Opens a database that is there already.
async fn store(database: &str, key_file: &Path) -> anyhow::Result<Store> {
    const ABSENT: &str = "数据库没有建立或不是最新结构,请先执行 qingdan migrate(演示请执行 qingdan demo)。";
    let file =
        database.strip_prefix("sqlite:").map(|f| f.trim_start_matches("//").split('?').next().unwrap_or(f));
    // Opening would make the file, and a key beside it.
    if file.is_some_and(|f| !f.contains(":memory:") && !Path::new(f).exists()) {
        bail!(ABSENT);
    }
    let store =
        Store::open(database, vault_key(key_file)?, clock::random()?).await.context("数据库打不开")?;
    if !store.ready(&migrations::newest()).await {
        bail!(ABSENT);
    }
    Ok(store)
}

/// A desk for who has the database in hand.
async fn open(database: &str, key_file: &Path) -> anyhow::Result<Desk> {
    Ok(store(database, key_file).await?.on_behalf_of(Viewer::command(), clock::now()))
}

/// Reads the vault's key from the environment or its file, or makes one that its owner alone can read.
fn vault_key(path: &Path) -> anyhow::Result<[u8; 32]> {
    use std::os::unix::fs::OpenOptionsExt;
    if let Ok(text) = std::env::var("QINGDAN_KEY") {
        let byte = |i: usize| u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok();
        let key: Option<Vec<u8>> = (0..32).map(byte).collect();
        return key
            .filter(|_| text.len() == 64)
            .and_then(|k| k.try_into().ok())
            .context("环境变量 QINGDAN_KEY 应为 64 位十六进制数字");
    }
    match std::fs::read(path) {
        Ok(bytes) => {
            bytes.try_into().map_err(|_| anyhow::anyhow!("密钥文件 {} 应为 32 字节", path.display()))
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let key = clock::random()?;
            let mut file = std::fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(path)
                .with_context(|| format!("不能建立密钥文件 {}", path.display()))?;
            file.write_all(&key)?;
            file.sync_all()?;
            Ok(key)
        }
        Err(e) => Err(e).with_context(|| format!("密钥文件 {} 读不了", path.display())),
    }
}
