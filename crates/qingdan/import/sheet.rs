//! A file as rows of text, whatever it is, within bounds: what is not a table ends in a sentence, never in a crash or
//! an empty machine.

use anyhow::{Context, bail};
use calamine::{DataRef, Reader, Xlsx};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::Path;

/// Bytes of a file at most.
const FILE: u64 = 64 << 20;
/// Bytes of a spreadsheet's parts, unpacked, at most.
const UNPACKED: u64 = 400 << 20;
/// How many times smaller a part may be packed, once it is large.
const RATIO: u64 = 150;
/// Rows at most.
const ROWS: u32 = 200_000;
/// Columns at most.
const COLUMNS: u32 = 200;
/// Characters of a cell at most.
const CELL: usize = 32_767;

/// One cell that holds something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Text, or a number or date as text.
    Text(String),
    /// A formula that came to an error, such as `#REF!`.
    Error(String),
}

/// A table as it stands in a file: rows that hold something, by their number in the file, from 1.
pub struct Sheet {
    /// Cells by column, from 0.
    pub rows: Vec<(usize, BTreeMap<u32, Cell>)>,
}

/// Reads a file.
pub fn read(path: &Path) -> anyhow::Result<Sheet> {
    let file = std::fs::File::open(path).context("文件打不开")?;
    let length = file.metadata().context("文件打不开")?.len();
    if length == 0 {
        bail!("文件是空的");
    }
    if length > FILE {
        bail!("文件有 {} MB,最多 {} MB,请分成几个文件", length >> 20, FILE >> 20);
    }
    let mut bytes = Vec::with_capacity(length as usize);
    file.take(FILE + 1).read_to_end(&mut bytes).context("文件读不了")?;
    let sheet = if bytes.starts_with(b"PK") {
        xlsx(bytes)?
    } else if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        bail!("文件加了密码,或是旧版 .xls;请去掉密码并另存为 .xlsx 再导入");
    } else {
        csv(&bytes)?
    };
    if sheet.rows.is_empty() {
        bail!("表中没有内容");
    }
    // No database keeps it, and it comes from a file that was read in another encoding than it was written in.
    let holds_nul = |cell: &Cell| matches!(cell, Cell::Text(text) if text.contains('\0'));
    if let Some((row, _)) = sheet.rows.iter().find(|(_, cells)| cells.values().any(holds_nul)) {
        bail!("第 {row} 行有空字符(U+0000),多半是编码不对;请另存为 UTF-8 的 CSV 或 .xlsx 再导入");
    }
    Ok(sheet)
}

/// Unpacks every part once and throws it away, so that what is too large is known before anything keeps it.
fn check_parts(bytes: &[u8]) -> anyhow::Result<()> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).context("文件不完整,或不是 XLSX 表格")?;
    let mut left = UNPACKED;
    for i in 0..zip.len() {
        let part = zip.by_index(i).context("文件不完整,或不是 XLSX 表格")?;
        let packed = part.compressed_size().max(1);
        let most = left.min((packed * RATIO).max(1 << 20));
        let unpacked = std::io::copy(&mut part.take(most + 1), &mut std::io::sink())
            .context("文件不完整,或不是 XLSX 表格")?;
        if unpacked > most {
            bail!("文件解压后过大,不像正常的表格,没有读取");
        }
        left -= unpacked;
    }
    Ok(())
}

fn xlsx(bytes: Vec<u8>) -> anyhow::Result<Sheet> {
    check_parts(&bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).context("不是有效的 XLSX 表格")?;
    let name = book.sheet_names().first().cloned().context("工作簿里没有工作表")?;
    let mut rows: BTreeMap<u32, BTreeMap<u32, Cell>> = BTreeMap::new();
    let mut cells = book.worksheet_cells_reader(&name).context("第一张工作表读不了")?;
    while let Some(cell) = cells.next_cell().context("第一张工作表读不了")? {
        let (row, column) = cell.get_position();
        let value = match cell.get_value() {
            DataRef::Empty => continue,
            DataRef::String(s) => Cell::Text(s.trim().to_owned()),
            DataRef::SharedString(s) => Cell::Text(s.trim().to_owned()),
            DataRef::Int(n) => Cell::Text(n.to_string()),
            DataRef::Float(n) => Cell::Text(number(*n)),
            DataRef::Bool(b) => Cell::Text(if *b { "是" } else { "否" }.to_owned()),
            DataRef::DateTime(d) => match d.as_datetime() {
                Some(d) => Cell::Text(d.format("%Y-%m-%d").to_string()),
                None => Cell::Text(number(d.as_f64())),
            },
            DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => Cell::Text(s.clone()),
            DataRef::Error(e) => Cell::Error(e.to_string()),
        };
        if value == Cell::Text(String::new()) {
            continue;
        }
        bounds(row, column)?;
        if let Cell::Text(text) = &value
            && text.chars().count() > CELL
        {
            bail!("第 {} 行有一格超过 {CELL} 字,请精简", row + 1);
        }
        rows.entry(row).or_default().insert(column, value);
    }
    drop(cells);
    if let Ok(regions) = book.merge_cells_by_sheet_name(&name) {
        for region in regions {
            let ((top, left), (bottom, right)) = (region.start, region.end);
            let Some(value) = rows.get(&top).and_then(|r| r.get(&left)).cloned() else { continue };
            bounds(bottom, right)?;
            // A region is what a person sees in each of its rows; rows that hold nothing else stay empty.
            for (_, cells) in rows.range_mut(top..=bottom) {
                for column in left..=right {
                    cells.entry(column).or_insert_with(|| value.clone());
                }
            }
        }
    }
    Ok(Sheet { rows: rows.into_iter().map(|(n, cells)| (n as usize + 1, cells)).collect() })
}

fn bounds(row: u32, column: u32) -> anyhow::Result<()> {
    if column >= COLUMNS {
        bail!("表格超过 {COLUMNS} 列,请删去多余的列");
    }
    if row >= ROWS {
        bail!("表格超过 {ROWS} 行,请分成几个文件");
    }
    Ok(())
}

/// A number as a person would type it: without a fraction that is not there.
fn number(n: f64) -> String {
    if n.fract() == 0.0 && n.abs() < 1e15 { format!("{n:.0}") } else { n.to_string() }
}

fn csv(bytes: &[u8]) -> anyhow::Result<Sheet> {
    let text = decoded(bytes)?;
    let delimiter =
        if text.lines().next().is_some_and(|l| l.contains('\t') && !l.contains(',')) { b'\t' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for (n, record) in reader.records().enumerate() {
        let record = record.context("CSV 读不了")?;
        bounds(u32::try_from(n).unwrap_or(u32::MAX), (record.len() as u32).saturating_sub(1))?;
        let mut cells = BTreeMap::new();
        for (column, value) in record.iter().enumerate() {
            let value = value.trim();
            if value.chars().count() > CELL {
                bail!("第 {} 行有一格超过 {CELL} 字,请精简", n + 1);
            }
            if !value.is_empty() {
                cells.insert(column as u32, Cell::Text(value.to_owned()));
            }
        }
        if !cells.is_empty() {
            rows.push((n + 1, cells));
        }
    }
    Ok(Sheet { rows })
}

/// UTF-8 with or without mark, else GB18030.
pub fn decoded(bytes: &[u8]) -> anyhow::Result<String> {
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    if bytes.contains(&0) {
        bail!("不是表格文件;可导入 .xlsx,以及 UTF-8 或 GB18030 编码的 .csv");
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    let (text, _, wrong) = encoding_rs::GB18030.decode(bytes);
    if wrong {
        bail!("文件的编码不是 UTF-8 或 GB18030,请另存为 UTF-8 编码的 CSV");
    }
    Ok(text.into_owned())
}
