//! Administrative areas (domain.md §5). Names do not identify: codes do.

use crate::Refusal;
use crate::codes::codes;

codes! {
    /// Level of an administrative area.
    AreaLevel {
        /// The city.
        City = "CITY", "市";
        /// 旗县区: district, county or banner.
        District = "DISTRICT", "旗县区";
        /// 街道、镇、乡、苏木.
        Township = "TOWNSHIP", "乡镇街道";
        /// 社区、居委会、村委会.
        Village = "VILLAGE", "社区(村)";
    }
}

/// Says that a year is none that lists can be kept for.
///
/// # Errors
/// `YEAR`, with the field.
pub fn check_year(year: i32) -> Result<(), Refusal> {
    if (2000..=2100).contains(&year) {
        return Ok(());
    }
    Err(Refusal::new("YEAR", format!("年份为 {year},应在 2000 至 2100 之间。")).at("year"))
}

/// The part of a code that names its district: 6 digits (GB/T 2260). Shorter codes are returned as they are.
pub fn district_of(code: &str) -> &str {
    code.get(..6).unwrap_or(code)
}

/// The part of a code that names its subdistrict, town or township: 9 digits (GB/T 10114).
pub fn township_of(code: &str) -> &str {
    code.get(..9).unwrap_or(code)
}

/// The code of the level above; `None` for a city's four digits.
pub fn parent_of(code: &str) -> Option<&str> {
    match code.len() {
        12 => code.get(..9),
        9 => code.get(..6),
        6 => code.get(..4),
        _ => None,
    }
}

/// Whether `code` lies in `area` or is it. Codes nest by prefix.
pub fn lies_in(code: &str, area: &str) -> bool {
    code.starts_with(area)
}
