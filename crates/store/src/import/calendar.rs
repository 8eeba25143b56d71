//! Working days, from a table.

use super::{Report, insert_all, repeated};
use crate::entity::calendar_day;
use crate::{Desk, Result};
use chrono::{Datelike, NaiveDate};
use domain::{DayKind, calendar};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use std::collections::BTreeSet;

/// A day that differs from the plain week, as a file has it.
#[derive(Clone, Debug)]
pub struct NewDay {
    /// Row of the file.
    pub row: usize,
    /// The day.
    pub day: NaiveDate,
    /// How it differs.
    pub kind: DayKind,
    /// The holiday that it belongs to.
    pub name: String,
}

impl Desk {
    /// Days that differ from the plain week. The years of the file take the place of what was known of them; the
    /// first import also keeps the built-in years that it does not name.
    pub async fn import_calendar(&self, rows: Vec<NewDay>, dry_run: bool) -> Result<Report> {
        self.whole("calendar", dry_run, async |tx, report| {
            let mut seen = BTreeSet::new();
            for r in rows.iter().filter(|r| !seen.insert(r.day)) {
                report.errors.push(repeated(r.row, "日期", &r.day.to_string()));
            }
            if !report.errors.is_empty() {
                return Ok(());
            }
            let years: BTreeSet<i32> = rows.iter().map(|r| r.day.year()).collect();
            let old = calendar_day::Entity::find().all(tx).await?;
            let built_in = if old.is_empty() { calendar::built_in() } else { Vec::new() };
            let kept = built_in.into_iter().filter(|r| !years.contains(&r.0.year()));
            let gone: Vec<NaiveDate> =
                old.iter().filter(|r| years.contains(&r.day.year())).map(|r| r.day).collect();
            calendar_day::Entity::delete_many()
                .filter(calendar_day::Column::Day.is_in(gone))
                .exec(tx)
                .await?;
            report.created = rows.len();
            let new = rows
                .into_iter()
                .map(|r| (r.day, r.kind, r.name))
                .chain(kept)
                .map(|(day, kind, name)| calendar_day::Model { day, kind, name }.into_active_model());
            insert_all(tx, new.collect()).await
        })
        .await
    }
}
