//! The year: opened and closed by the city (domain.md §9, rule 13).

use crate::Refusal;
use crate::codes::codes;

codes! {
    /// Where a year stands. This year and those before are open while nobody has closed them; a year to come is when the
    /// city has opened it.
    YearStatus {
        /// 进行中.
        Open = "OPEN", "进行中";
        /// 未开启: to come.
        NotOpen = "NOT_OPEN", "未开启";
        /// 已归档: read only.
        Closed = "CLOSED", "已归档";
    }
}

/// Nothing changes in a year that is closed, or that is to come and that the city has not opened (domain.md §9, rule 13).
///
/// # Errors
/// `YEAR_CLOSED`, `YEAR_NOT_OPEN`.
pub fn check_open(year: i32, status: Option<YearStatus>, this_year: i32) -> Result<(), Refusal> {
    match status {
        Some(YearStatus::Closed) => Err(Refusal::new(
            "YEAR_CLOSED",
            format!("{year} 年已归档,只能查看;未完成的事项已结转到 {} 年,请在新的一年办理。", year + 1),
        )),
        None if year > this_year => {
            Err(Refusal::new("YEAR_NOT_OPEN", format!("{year} 年尚未开启,请市政协先开启该年度。")))
        }
        _ => Ok(()),
    }
}
