//! Columns: found by their headers, Chinese or English, in any order.

use super::cell::half_width;
use super::sheet::{Cell, Sheet};
use anyhow::bail;
use std::collections::{BTreeMap, HashMap};
use store::RowError;

/// A column that an import reads.
pub struct Column {
    /// Chinese header, which errors name.
    pub name: &'static str,
    /// English header and other headers of the same meaning.
    pub others: &'static [&'static str],
    /// Whether a file must have it.
    pub required: bool,
    /// What belongs into it, for the template.
    pub hint: &'static str,
    /// The values that it may have, for the template; empty where it is free.
    pub values: fn() -> Vec<String>,
}

/// A file's rows with the columns that were found.
pub struct Table<'a> {
    sheet: &'a Sheet,
    header: usize,
    at: HashMap<&'static str, u32>,
}

/// Rows in which the header is looked for: titles may stand above it.
const TITLES: usize = 10;

fn plain(header: &str) -> String {
    half_width(header)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '*' | '_' | '-'))
        .collect::<String>()
        .to_lowercase()
}

impl<'a> Table<'a> {
    /// Finds the columns. `map` names those that the file calls otherwise.
    pub fn new(
        sheet: &'a Sheet,
        columns: &[Column],
        map: &HashMap<String, String>,
    ) -> anyhow::Result<Table<'a>> {
        if let Some(unknown) = map.keys().find(|k| find(columns, k).is_none()) {
            let known: Vec<&str> = columns.iter().map(|c| c.name).collect();
            bail!("--map 中没有名为「{unknown}」的列,可用的有:{}", known.join("、"));
        }
        let mapped: HashMap<String, &'static str> = map
            .iter()
            .filter_map(|(ours, theirs)| Some((plain(theirs), find(columns, ours)?.name)))
            .collect();
        let known = |header: &str| {
            let header = plain(header);
            let own = || find(columns, &header).map(|c| c.name).filter(|n| !mapped.values().any(|m| m == n));
            mapped.get(&header).copied().or_else(own)
        };
        let found = |cells: &BTreeMap<u32, Cell>| -> Vec<(&'static str, u32)> {
            let text = |c: &Cell| match c {
                Cell::Text(t) => known(t),
                Cell::Error(_) => None,
            };
            cells.iter().filter_map(|(at, c)| Some((text(c)?, *at))).collect()
        };
        let best = sheet
            .rows
            .iter()
            .take(TITLES)
            .enumerate()
            .map(|(i, (_, cells))| (found(cells).len(), std::cmp::Reverse(i)))
            .max();
        let Some((1.., std::cmp::Reverse(header))) = best else {
            let names: Vec<&str> = columns.iter().filter(|c| c.required).map(|c| c.name).collect();
            bail!("没有找到表头;至少应有列:{}(可用 qingdan template 生成空表)", names.join("、"));
        };
        let mut at: HashMap<&'static str, u32> = HashMap::new();
        for (name, column) in found(&sheet.rows[header].1) {
            if at.insert(name, column).is_some() {
                bail!("表头中「{name}」出现了两次,请只留一列");
            }
        }
        if let Some(theirs) = map.values().find(|t| {
            !sheet.rows[header].1.values().any(|c| matches!(c, Cell::Text(h) if plain(h) == plain(t)))
        }) {
            bail!("--map 指定的列「{theirs}」不在表头中");
        }
        let missing: Vec<&str> =
            columns.iter().filter(|c| c.required && !at.contains_key(c.name)).map(|c| c.name).collect();
        if !missing.is_empty() {
            bail!("表头缺少列:{};请补上,或用 --map 指定", missing.join("、"));
        }
        Ok(Table { sheet, header, at })
    }

    /// The rows below the header, with the errors that reading them gives.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.sheet.rows[self.header + 1..].iter().map(|(number, cells)| Row {
            number: *number,
            cells,
            at: &self.at,
            errors: Vec::new(),
        })
    }
}

fn find<'c>(columns: &'c [Column], header: &str) -> Option<&'c Column> {
    let header = plain(header);
    columns.iter().find(|c| plain(c.name) == header || c.others.iter().any(|o| plain(o) == header))
}

/// One row while it is read: each getter notes what is wrong and goes on.
pub struct Row<'t> {
    /// Number in the file, from 1.
    pub number: usize,
    cells: &'t BTreeMap<u32, Cell>,
    at: &'t HashMap<&'static str, u32>,
    /// What was wrong so far.
    pub errors: Vec<RowError>,
}

impl Row<'_> {
    /// Notes that a value is wrong, with what was expected.
    pub fn wrong(&mut self, column: &'static str, value: &str, expected: impl Into<String>) {
        let value = if value.chars().count() > 40 {
            format!("{}…", value.chars().take(40).collect::<String>())
        } else {
            value.to_owned()
        };
        self.errors.push(RowError { row: self.number, column, value, expected: expected.into() });
    }

    /// The text of a cell, where there is one.
    pub fn text(&mut self, column: &'static str) -> Option<String> {
        match self.at.get(column).and_then(|at| self.cells.get(at)) {
            None => None,
            Some(Cell::Text(text)) => Some(text.clone()),
            Some(Cell::Error(e)) => {
                let e = e.clone();
                self.wrong(column, &e, "是公式错误,请改为数值或文字");
                None
            }
        }
    }

    /// The text of a cell that must not be empty.
    pub fn needed(&mut self, column: &'static str, most: usize) -> String {
        let before = self.errors.len();
        match self.text(column) {
            Some(text) => {
                let length = text.chars().count();
                if length > most {
                    self.wrong(column, &text, format!("有 {length} 字,最多 {most} 字"));
                }
                text
            }
            None => {
                if self.errors.len() == before {
                    self.wrong(column, "", "为空,应填写");
                }
                String::new()
            }
        }
    }

    /// A value that is read from the text, or what was expected.
    pub fn read<T>(&mut self, column: &'static str, read: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let text = self.text(column)?;
        match read(&half_width(&text)) {
            Ok(value) => Some(value),
            Err(expected) => {
                self.wrong(column, &text, expected);
                None
            }
        }
    }
}
