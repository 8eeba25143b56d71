//! The calendar of working days, and the state of a year.

use crate::entity::{calendar_day, duty_year};
use crate::{Desk, Result};
use chrono::{Datelike, NaiveDate};
use domain::{Calendar, Refusal, calendar};
use sea_orm::{ConnectionTrait, EntityTrait};

impl Desk {
    /// The working days as they are known: the office's table, or the one built in.
    pub(crate) async fn calendar<C: ConnectionTrait>(&self, db: &C) -> Result<Calendar> {
        let rows = calendar_day::Entity::find().all(db).await?;
        if rows.is_empty() {
            return Ok(Calendar::new(calendar::built_in().into_iter().map(|(day, kind, _)| (day, kind))));
        }
        Ok(Calendar::new(rows.into_iter().map(|r| (r.day, r.kind))))
    }

    /// The same, for whoever shows deadlines.
    pub async fn working_days(&self) -> Result<Calendar> {
        self.calendar(self.store.db()).await
    }

    /// Nothing changes in a year that is closed.
    pub(crate) async fn open_year<C: ConnectionTrait>(&self, db: &C, year: i32) -> Result<()> {
        let row = duty_year::Entity::find_by_id(year).one(db).await?;
        Ok(domain::year::check_open(year, row.map(|r| r.status), self.today().year())?)
    }
}

/// A deadline and how far it is, for those who see it.
#[derive(Clone, Debug)]
pub struct Deadline {
    /// The last day.
    pub day: NaiveDate,
    /// Working days left, below zero where it is past.
    pub working_days: i32,
    /// Calendar days left.
    pub days: i64,
    /// Why the number may be wrong: the exceptions of a year are not known.
    pub caution: Option<String>,
}

impl Deadline {
    /// How far a day is from today.
    pub fn new(calendar: &Calendar, today: NaiveDate, day: NaiveDate) -> Deadline {
        let unknown = [today.year(), day.year()].into_iter().find(|y| !calendar.knows(*y));
        let caution = unknown.map(|y| {
            let words = format!("{y} 年的放假调休安排尚未录入,工作日只按周末计算;请导入后再看。");
            Refusal::new("CALENDAR", words).message
        });
        Deadline { day, working_days: calendar.between(today, day), days: (day - today).num_days(), caution }
    }
}
