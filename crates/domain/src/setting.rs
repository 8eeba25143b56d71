//! What an office sets for itself: numbers with a default and bounds.

use crate::Refusal;
use crate::codes::codes;
use chrono::{Months, NaiveDate};

codes! {
    /// A number that an office sets.
    OfficeSetting {
        /// Working days within which a member answers an offer (domain.md §9, rule 5).
        AnswerDays = "ANSWER_DAYS", "答复派单的期限(工作日)";
        /// Months that requesters' contacts are kept from the closing of their need (domain.md §11; PIPL art. 19).
        ContactMonths = "CONTACT_MONTHS", "联系方式的保存期(办结后的月数)";
        /// Months that pictures are kept from the closing of their order: faces may be on them.
        PictureMonths = "PICTURE_MONTHS", "照片的保存期(办结后的月数)";
        /// Months that the log of readings of contacts is kept.
        ReadingMonths = "READING_MONTHS", "联系方式查看记录的保存期(月)";
    }
}

impl OfficeSetting {
    /// The number where an office has set none.
    pub const fn default(self) -> u32 {
        match self {
            OfficeSetting::AnswerDays => 5,
            OfficeSetting::ContactMonths => 12,
            OfficeSetting::PictureMonths => 24,
            OfficeSetting::ReadingMonths => 36,
        }
    }

    /// The numbers that it may be.
    pub const fn range(self) -> std::ops::RangeInclusive<u32> {
        match self {
            OfficeSetting::AnswerDays => 1..=60,
            _ => 1..=120,
        }
    }

    /// # Errors
    /// `SETTING`: outside its bounds.
    pub fn check(self, value: u32) -> Result<(), Refusal> {
        let range = self.range();
        if range.contains(&value) {
            return Ok(());
        }
        let words = format!("「{}」应在 {} 至 {} 之间。", self.label(), range.start(), range.end());
        Err(Refusal::new("SETTING", words).at("value"))
    }
}

/// The last day whose things are over on `on`, where they are kept so many months.
pub fn over_until(on: NaiveDate, months: u32) -> NaiveDate {
    on.checked_sub_months(Months::new(months)).unwrap_or(NaiveDate::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_over_a_year_after_its_need() {
        let day = |s: &str| s.parse::<NaiveDate>().expect("a day");
        let months = OfficeSetting::ContactMonths.default();
        assert_eq!(over_until(day("2027-02-28"), months), day("2026-02-28"));
        assert_eq!(over_until(day("2028-02-29"), months), day("2027-02-28"), "the shorter month");
    }

    #[test]
    fn every_default_is_within_its_bounds() {
        for s in OfficeSetting::ALL {
            assert!(s.check(s.default()).is_ok() && s.check(0).is_err(), "{s:?}");
        }
    }
}
