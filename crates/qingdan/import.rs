//! `import` and `template`: spreadsheets in, all or nothing, with a report by row and column.

mod cell;
mod columns;
mod headers;
mod kinds;
mod rows;
mod sheet;
mod template;

pub use headers::HOTLINE;
pub use kinds::Kind;
pub use sheet::decoded;
pub use template::write as template;

use crate::say;
use anyhow::{Context, bail};
use clap::Args;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use store::{Desk, Error, Report, RowError};

/// How to read a file.
#[derive(Args)]
pub struct Options {
    /// What the rows are.
    #[arg(value_enum)]
    pub kind: Kind,
    /// XLSX or CSV (UTF-8 or GB18030).
    pub file: PathBuf,
    /// Says what would be created, updated and unchanged, and writes nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Names columns that the file calls otherwise: 标题=title,内容=detail.
    #[arg(long, value_delimiter = ',', value_parser = mapping)]
    pub map: Vec<(String, String)>,
    /// Code of the station for rows that name none.
    #[arg(long)]
    pub station: Option<String>,
    /// Year of needs and resources [default: this year].
    #[arg(long)]
    pub year: Option<i32>,
    /// Confirms the classes that are proposed: whoever imports answers for them.
    #[arg(long)]
    pub confirm_proposed: bool,
}

fn mapping(text: &str) -> Result<(String, String), String> {
    let (ours, theirs) = text.split_once('=').ok_or("应为 本表列名=文件列名")?;
    Ok((ours.trim().to_owned(), theirs.trim().to_owned()))
}

/// Errors that are printed; what is beyond is counted.
const PRINTED: usize = 200;

/// Reads a file and writes its rows, or says why not.
pub async fn run(desk: &Desk, options: &Options, year: i32) -> anyhow::Result<()> {
    domain::area::check_year(year).map_err(|r| anyhow::anyhow!(r.message))?;
    let report = load(desk, options, year).await?;
    for (row, other) in report.duplicates.iter().take(PRINTED) {
        say(&format!("第 {row} 行可能与 {other} 重复,已照收,请核对。"));
    }
    if report.duplicates.len() > PRINTED {
        say(&format!("……共 {} 行可能重复。", report.duplicates.len()));
    }
    if !report.personal_data.is_empty() {
        say(&format!(
            "{} 行的文字中有电话、证件号或姓名,公开时会遮盖,请尽量移入联系人和联系电话两列。",
            report.personal_data.len()
        ));
    }
    if report.proposed_categories > 0 && !options.confirm_proposed {
        say(&format!("{} 行没有类别,系统已按内容建议,待人确认后才参加匹配。", report.proposed_categories));
    }
    for (row, why) in report.skipped.iter().take(PRINTED) {
        say(&format!("第 {row} 行没有导入:{why}。"));
    }
    if report.skipped.len() > PRINTED {
        say(&format!("……共 {} 行没有导入。", report.skipped.len()));
    }
    let done = if options.dry_run { "试导入(未写入)" } else { "已导入" };
    say(&format!("{done}:新增 {},更新 {},未变 {}。", report.created, report.updated, report.unchanged));
    Ok(())
}

/// Every error of the file at once: those of its cells, and those of what they refer to.
async fn load(desk: &Desk, options: &Options, year: i32) -> anyhow::Result<Report> {
    let name = options.file.display();
    let map: HashMap<String, String> = options.map.iter().cloned().collect();
    let sheet = sheet::read(&options.file).with_context(|| format!("{name} 不能导入"))?;
    let table = columns::Table::new(&sheet, options.kind.columns(), &map)
        .with_context(|| format!("{name} 不能导入"))?;
    let parsed = kinds::parse(options.kind, &table, year, options.station.as_deref());
    let dry_run = options.dry_run || !parsed.errors.is_empty();
    let mut report =
        parsed.rows.import(desk, year, dry_run, options.confirm_proposed).await.map_err(plain)?;
    report.errors.extend(parsed.errors);
    report.errors.sort_by(|a, b| (a.row, a.column).cmp(&(b.row, b.column)));
    if report.errors.is_empty() {
        return Ok(report);
    }
    bail!("{}", refused(&options.file, &report.errors))
}

fn refused(file: &Path, errors: &[RowError]) -> String {
    let mut text = format!("{} 有 {} 处错误,没有写入任何内容:", file.display(), errors.len());
    for e in errors.iter().take(PRINTED) {
        text += &format!("\n{e}");
    }
    if errors.len() > PRINTED {
        text += &format!("\n……还有 {} 处,请先改正以上各处。", errors.len() - PRINTED);
    }
    text
}

/// A rule's words without the type around them.
fn plain(error: Error) -> anyhow::Error {
    anyhow::anyhow!(error.to_string())
}
