//! Printing published lists, from their snapshots alone: the same version gives the same cells later; and what other
//! systems and members take.

use crate::{station_id, this_year, write_out};
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format as Cell, FormatAlign, FormatBorder, Workbook, Worksheet,
};
use std::path::PathBuf;
use store::print::{AMENDMENTS, COLUMNS, Print, SHAREABLE, UNSERVED};
use store::{Desk, HotlineReply, MemberSheet, Snapshot};

/// What is printed, for whom, and where to.
#[derive(Args)]
pub struct Options {
    /// What to print.
    #[arg(value_enum, default_value = "duty-list")]
    what: Printed,
    /// Year [default: this year].
    #[arg(long)]
    year: Option<i32>,
    /// Code of one station.
    #[arg(long)]
    station: Option<String>,
    /// Code of a district, 6 digits.
    #[arg(long)]
    district: Option<String>,
    /// Number of a member, for `statement`.
    #[arg(long)]
    member: Option<String>,
    /// An earlier version of the lists, as it was printed then [default: the newest].
    #[arg(long)]
    version: Option<i32>,
    /// Format.
    #[arg(long, value_enum, default_value = "json")]
    format: Format,
    /// Who will read it; `public` leaves out numbers, sources and what may not be shown.
    #[arg(long, value_enum, default_value = "internal")]
    edition: Edition,
    /// File [default: stdout].
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Printed {
    /// Annual duty lists (年度履职清单).
    DutyList,
    /// Needs whose class a person has confirmed, masked, as training rows for `train` (CSV: label, title, detail).
    Labelled,
    /// Answers to orders of the hotline 12345, in the hotline's own columns.
    Hotline,
    /// One member's orders of the year with what the ledger says of them (《委员年度接单表》).
    Statement,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Edition {
    Internal,
    Public,
}

impl From<Edition> for store::print::Edition {
    fn from(edition: Edition) -> store::print::Edition {
        match edition {
            Edition::Internal => store::print::Edition::Internal,
            Edition::Public => store::print::Edition::Public,
        }
    }
}

/// Prints what is asked for.
pub async fn run(desk: &Desk, o: &Options) -> Result<()> {
    let year = o.year.unwrap_or_else(this_year);
    let bytes = match o.what {
        Printed::Labelled => {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(["label", "title", "detail"])?;
            for (label, title, detail) in desk.labelled(year).await? {
                writer.write_record([label, title, detail])?;
            }
            writer.into_inner().context("不能写出表格")?
        }
        Printed::Hotline => {
            let replies = desk.hotline_year(year, station_id(desk, o.station.as_deref()).await?).await?;
            if replies.is_empty() {
                bail!("该年没有来自 12345 的工单;请先用 import hotline 导入,或核对年份与编号。");
            }
            hotline(&replies, o.format)?
        }
        Printed::Statement => {
            let number = o.member.as_deref().context("请用 --member 指明委员编号,例如 --member W-0001。")?;
            let found = desk.member_by_number(number).await?;
            let member = found.with_context(|| format!("没有编号为 {number} 的委员"))?;
            statement(&desk.member_sheet(year, &member).await?, o.format)?
        }
        Printed::DutyList => {
            let (station, district) = (o.station.as_deref(), o.district.as_deref());
            let lists = desk.snapshots(year, station, district, o.version).await?;
            if lists.is_empty() {
                bail!("没有符合条件的已发布清单;请先发布,或核对年份与编号。");
            }
            write(&lists, o.format, o.edition.into())?
        }
    };
    write_out(o.out.as_deref(), &bytes)
}

/// How it is written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A workbook, one sheet a station, A4 landscape.
    Xlsx,
    /// One line an item.
    Csv,
    /// The snapshots, byte for byte the same every time.
    Json,
}

/// Widths of the columns in characters.
const WIDTHS: [f64; COLUMNS.len()] = [5.0, 22.0, 20.0, 11.0, 9.0, 18.0, 22.0, 9.0, 9.0, 24.0, 7.0, 10.0];

/// Prints lists.
fn write(lists: &[Snapshot], format: Format, edition: store::print::Edition) -> Result<Vec<u8>> {
    match format {
        Format::Json => json(lists, edition),
        Format::Csv => csv(lists, edition),
        Format::Xlsx => xlsx(lists, edition),
    }
}

fn json(lists: &[Snapshot], edition: store::print::Edition) -> Result<Vec<u8>> {
    let year = lists.first().map_or(0, |l| l.list.year);
    let lists: Vec<serde_json::Value> = lists
        .iter()
        .map(|s| {
            let mut list = s.list.clone();
            if edition == store::print::Edition::Public {
                list.items.retain(|i| i.public);
                list.unserved.retain(|u| u.public);
            }
            Ok(serde_json::json!({"list": list, "sha256": s.sha256}))
        })
        .collect::<Result<_>>()?;
    let mut out = serde_json::to_vec(&serde_json::json!({"year": year, "lists": lists}))?;
    out.push(b'\n');
    Ok(out)
}

/// No office program takes a cell that begins so for a formula.
fn safe(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

fn csv(lists: &[Snapshot], edition: store::print::Edition) -> Result<Vec<u8>> {
    // The mark tells office programs that this is UTF-8.
    let mut w = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    w.write_record(["清单编号", "工作站"].into_iter().chain(COLUMNS))?;
    for s in lists {
        for row in s.list.print(edition).rows {
            let row = [s.list.number.clone(), s.list.station_name.clone()].into_iter().chain(row.cells);
            w.write_record(row.map(safe))?;
        }
    }
    Ok(w.into_inner()?)
}

fn xlsx(lists: &[Snapshot], edition: store::print::Edition) -> Result<Vec<u8>> {
    let mut book = Workbook::new();
    // The day of publication, not of printing: the same version prints the same file.
    let published = lists.first().map_or("", |l| l.list.published_on.as_str());
    book.set_properties(
        &DocProperties::new().set_creation_datetime(&ExcelDateTime::parse_from_str(published)?),
    );
    for s in lists {
        sheet(book.add_worksheet(), &s.list.station_code, &s.list.print(edition))?;
    }
    Ok(book.save_to_buffer()?)
}

/// Answers to the hotline's orders in the hotline's own columns. Who called is not among them: the hotline knows.
fn hotline(replies: &[HotlineReply], format: Format) -> Result<Vec<u8>> {
    let columns = crate::import::HOTLINE.iter().map(|c| c.name);
    let cells = |r: &HotlineReply, column: &str| -> String {
        let o = &r.order;
        let given = |v: &Option<String>| v.clone().unwrap_or_default();
        match column {
            "工单编号" => o.number.clone(),
            "工单类型" => o.kind.clone(),
            "问题分类" => given(&o.class),
            "标签" => given(&o.labels),
            "标题" => r.title.clone(),
            "主要内容" => r.text.clone(),
            "工单状态" => r.state.clone(),
            "被反映区" => given(&o.district),
            "街乡镇" => given(&o.township),
            "村/社区" => given(&o.village),
            "小区点位" => given(&r.place),
            "处理受理方式" => given(&o.channel),
            "办理结果" => r.result.clone(),
            "回复内容" => r.reply.clone(),
            "办结时间" => r.finished_on.map(|d| d.to_string()).unwrap_or_default(),
            "企业名称" => given(&o.enterprise),
            "是否解决" => r.solved.clone(),
            "是否满意" => r.satisfied.clone(),
            "工单性质" => given(&o.nature),
            "工作站编号" => r.station.clone(),
            _ => String::new(),
        }
    };
    let rows = replies.iter().map(|r| columns.clone().map(|c| cells(r, c)).collect()).collect();
    table("12345 工单", &columns.clone().collect::<Vec<_>>(), rows, format)
}

/// The columns of a member's own sheet (《委员年度接单表》, domain.md §12).
const ORDERS: &[&str] = &[
    "序号",
    "单号",
    "工作站",
    "需求编号",
    "需求",
    "履职方式",
    "角色",
    "开单",
    "接单",
    "解单",
    "办理结果",
    "评价",
    "履职记录",
];

/// A member's orders of a year, one line each, with what the ledger says of them.
fn statement(sheet: &MemberSheet, format: Format) -> Result<Vec<u8>> {
    let day = |d: Option<chrono::NaiveDate>| d.map(|d| d.to_string()).unwrap_or_default();
    let rows = sheet.lines.iter().enumerate().map(|(n, l)| {
        let o = &l.order;
        vec![
            (n + 1).to_string(),
            o.number.clone(),
            l.station.clone(),
            l.need_number.clone(),
            l.need_title.clone(),
            o.form.label().to_owned(),
            l.role.label().to_owned(),
            day(Some(o.issued_on)),
            day(o.accepted_on),
            day(o.resolved_on),
            o.outcome.clone().unwrap_or_else(|| o.status.label().to_owned()),
            o.rating.map(|r| r.label().to_owned()).unwrap_or_default(),
            match l.stands {
                Some(true) => "有效".to_owned(),
                Some(false) => "已冲销".to_owned(),
                None => String::new(),
            },
        ]
    });
    table(&format!("{} {} 接单表", sheet.year, sheet.member), ORDERS, rows.collect(), format)
}

/// A plain table.
fn table(name: &str, columns: &[&str], rows: Vec<Vec<String>>, format: Format) -> Result<Vec<u8>> {
    match format {
        Format::Json => {
            let row = |r: &Vec<String>| -> serde_json::Map<String, serde_json::Value> {
                columns.iter().zip(r).map(|(c, v)| ((*c).to_owned(), v.clone().into())).collect()
            };
            let mut out = serde_json::to_vec(&rows.iter().map(row).collect::<Vec<_>>())?;
            out.push(b'\n');
            Ok(out)
        }
        Format::Csv => {
            let mut w = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
            w.write_record(columns)?;
            for row in rows {
                w.write_record(row.into_iter().map(safe))?;
            }
            Ok(w.into_inner()?)
        }
        Format::Xlsx => {
            let mut book = Workbook::new();
            // What a workbook takes for the name of a sheet.
            let name: String = name.chars().filter(|c| !"[]:*?/\\".contains(*c)).take(31).collect();
            let sheet = book.add_worksheet().set_name(name)?;
            for (c, name) in columns.iter().enumerate() {
                sheet.write_string(0, c as u16, *name)?;
            }
            for (r, row) in rows.iter().enumerate() {
                for (c, cell) in row.iter().enumerate() {
                    sheet.write_string(r as u32 + 1, c as u16, cell)?;
                }
            }
            sheet.set_freeze_panes(1, 0)?;
            Ok(book.save_to_buffer()?)
        }
    }
}

/// Lines that a text takes in a column; a Chinese character is two wide.
fn lines(text: &str, width: f64) -> u32 {
    let wide: u32 = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    (f64::from(wide) / (width - 1.0)).ceil().max(1.0) as u32
}

fn sheet(sheet: &mut Worksheet, name: &str, list: &Print) -> Result<()> {
    let font = |size: f64| Cell::new().set_font_name("仿宋").set_font_size(size);
    let title = font(16.0).set_bold().set_align(FormatAlign::Center);
    let plain = font(10.0).set_text_wrap().set_align(FormatAlign::VerticalCenter);
    let head = plain.clone().set_bold().set_border(FormatBorder::Thin).set_align(FormatAlign::Center);
    let cell = plain.clone().set_border(FormatBorder::Thin);
    let struck = cell.clone().set_font_strikethrough();
    let last = COLUMNS.len() as u16 - 1;
    sheet.set_name(name)?;
    sheet.set_paper_size(9).set_landscape().set_print_fit_to_pages(1, 0).set_footer("&C第 &P 页 共 &N 页");
    for (c, width) in WIDTHS.into_iter().enumerate() {
        sheet.set_column_width(c as u16, width)?;
    }
    for (row, (text, format)) in
        list.title.iter().map(|t| (t, &title)).chain(list.facts.iter().map(|f| (f, &plain))).enumerate()
    {
        sheet.merge_range(row as u32, 0, row as u32, last, text, format)?;
    }
    sheet.set_row_height(0, 24.0)?.set_row_height(1, 24.0)?;
    for (c, name) in COLUMNS.into_iter().enumerate() {
        sheet.write_with_format(4, c as u16, name, &head)?;
    }
    sheet.set_repeat_rows(4, 4)?;
    let mut row = 5;
    for item in &list.rows {
        let format = if item.struck { &struck } else { &cell };
        let widest = item.cells.iter().zip(WIDTHS).map(|(t, width)| lines(t, width)).max().unwrap_or(1);
        // Not every office program finds the height of wrapped text by itself.
        sheet.set_row_height(row, f64::from(widest) * 14.0 + 4.0)?;
        for (c, text) in item.cells.iter().enumerate() {
            // Written as text, never as a formula.
            sheet.write_string_with_format(row, c as u16, text, format)?;
        }
        row += 1;
    }
    sheet.merge_range(row, 0, row, last, list.signatures, &plain)?;
    row += 2;
    sheet.merge_range(row, 0, row, last, UNSERVED, &head)?;
    let three = |sheet: &mut Worksheet, row: u32, [what, how, to]: &[String; 3]| -> Result<()> {
        sheet.merge_range(row, 0, row, 3, what, &cell)?;
        sheet.merge_range(row, 4, row, 5, how, &cell)?;
        sheet.merge_range(row, 6, row, last, to, &cell)?;
        Ok(())
    };
    for u in &list.unserved {
        row += 1;
        three(sheet, row, u)?;
    }
    if !list.shareable.is_empty() {
        row += 2;
        sheet.merge_range(row, 0, row, last, SHAREABLE, &head)?;
    }
    for r in &list.shareable {
        row += 1;
        three(sheet, row, r)?;
    }
    if !list.amendments.is_empty() {
        row += 2;
        sheet.merge_range(row, 0, row, last, AMENDMENTS, &head)?;
    }
    for [what, why] in &list.amendments {
        row += 1;
        sheet.merge_range(row, 0, row, 3, what, &cell)?;
        sheet.merge_range(row, 4, row, last, why, &cell)?;
    }
    Ok(())
}
