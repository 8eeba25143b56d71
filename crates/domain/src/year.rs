//! The year: opened and closed by the city (domain.md §9, rule 13).

use crate::Refusal;
use crate::codes::codes;

codes! {
    /// Where a year stands. A year that nobody has opened or closed is open.
    YearStatus {
        /// 进行中.
        Open = "OPEN", "进行中";
        /// 已归档: read only.
        Closed = "CLOSED", "已归档";
    }
}

/// Nothing changes in a year that is closed.
///
/// # Errors
/// `YEAR_CLOSED`.
pub fn check_open(year: i32, status: Option<YearStatus>) -> Result<(), Refusal> {
    match status {
        Some(YearStatus::Closed) => Err(Refusal::new(
            "YEAR_CLOSED",
            format!("{year} 年已归档,只能查看;未完成的事项已结转到 {} 年,请在新的一年办理。", year + 1),
        )),
        _ => Ok(()),
    }
}
