//! Working days (工作日): the plain week with the exceptions that the State Council announces each year, as data.

use crate::codes::codes;
use chrono::{Datelike, NaiveDate, Weekday};
use std::collections::{BTreeMap, BTreeSet};

codes! {
    /// How a day differs from the plain week.
    DayKind {
        /// 放假: a holiday on a weekday.
        Rest = "REST", "放假";
        /// 调休上班: a working day on a weekend.
        Work = "WORK", "调休上班";
    }
}

/// The announced exceptions of 2024 to 2026, built in until an office imports its own: day, kind, holiday.
pub fn built_in() -> Vec<(NaiveDate, DayKind, String)> {
    include_str!("../data/working-days.csv")
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.trim().split(',');
            let day = cells.next()?.parse().ok()?;
            let kind = DayKind::parse(cells.next()?)?;
            Some((day, kind, cells.next()?.to_owned()))
        })
        .collect()
}

/// Which days are worked.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    exceptions: BTreeMap<NaiveDate, DayKind>,
    years: BTreeSet<i32>,
}

impl Calendar {
    /// From exceptions to the plain week; a year without any is not known.
    pub fn new(exceptions: impl IntoIterator<Item = (NaiveDate, DayKind)>) -> Calendar {
        let exceptions: BTreeMap<NaiveDate, DayKind> = exceptions.into_iter().collect();
        let years = exceptions.keys().map(Datelike::year).collect();
        Calendar { exceptions, years }
    }

    /// Whether the exceptions of a year have been entered. Where not, the plain week is all that is counted, and
    /// whoever shows a deadline says so.
    pub fn knows(&self, year: i32) -> bool {
        self.years.contains(&year)
    }

    /// Whether a day is worked.
    pub fn works(&self, day: NaiveDate) -> bool {
        match self.exceptions.get(&day) {
            Some(kind) => *kind == DayKind::Work,
            None => !matches!(day.weekday(), Weekday::Sat | Weekday::Sun),
        }
    }

    /// The last day of `n` working days after `day`, which itself does not count.
    pub fn after(&self, day: NaiveDate, n: u32) -> NaiveDate {
        let mut left = n;
        let mut at = day;
        while left > 0 {
            let Some(next) = at.succ_opt() else { return at };
            at = next;
            left -= u32::from(self.works(at));
        }
        at
    }

    /// The latest day after which `n` working days have passed by the end of `day`.
    pub fn before(&self, day: NaiveDate, n: u32) -> NaiveDate {
        let mut left = n;
        let mut at = day;
        while left > 0 {
            left -= u32::from(self.works(at));
            let Some(previous) = at.pred_opt() else { return at };
            at = previous;
        }
        at
    }

    /// Working days after `from` up to and with `to`; below zero where `to` is before.
    pub fn between(&self, from: NaiveDate, to: NaiveDate) -> i32 {
        if to < from {
            return -self.between(to, from);
        }
        from.iter_days().skip(1).take_while(|d| *d <= to).filter(|d| self.works(*d)).count() as i32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn calendar() -> Calendar {
        Calendar::new(built_in().into_iter().map(|(d, k, _)| (d, k)))
    }

    #[test]
    fn an_offer_before_national_day_waits_five_working_days() {
        let c = calendar();
        // 30 September 2024 is a Monday; 1 to 7 October rest, 8 October is the first day back, 12 October is worked.
        assert_eq!(c.after(day("2024-09-30"), 5), day("2024-10-12"));
        assert_eq!(c.between(day("2024-09-30"), day("2024-10-12")), 5);
        assert_eq!(c.between(day("2024-10-12"), day("2024-09-30")), -5);
        for n in 0..30 {
            let (today, latest) = (day("2024-10-12"), c.before(day("2024-10-12"), n));
            assert_eq!(c.between(latest, today), n as i32);
            assert!(n == 0 || c.between(latest.succ_opt().expect("a day"), today) < n as i32);
        }
        // By the plain week it would have been over a week earlier.
        assert_eq!(Calendar::default().after(day("2024-09-30"), 5), day("2024-10-07"));
    }

    #[test]
    fn a_year_without_a_table_is_not_known() {
        let c = calendar();
        assert_eq!(built_in().len(), 75);
        assert!((2024..=2026).all(|y| c.knows(y)) && !c.knows(2027));
    }
}
