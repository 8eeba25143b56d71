//! Numbers that can be said on the telephone.

/// `XC-015-2026-N-0042`: station code, year, kind (`N` need, `R` resource), running number at the station.
pub fn item(station: &str, year: i32, kind: char, n: i64) -> String {
    format!("{station}-{year}-{kind}-{n:04}")
}

/// `XC-015〔2026〕`: the number of an annual duty list.
pub fn list(station: &str, year: i32) -> String {
    format!("{station}〔{year}〕")
}

/// Pages say `一季度`.
pub fn quarter(q: i32) -> &'static str {
    match q {
        1 => "一季度",
        2 => "二季度",
        3 => "三季度",
        _ => "四季度",
    }
}

/// `447户1100人`: the range of beneficiaries as it is printed; empty when nothing is known.
///
/// `masked` hides counts of one to four persons (domain.md §11, small cells).
pub fn beneficiaries(households: i32, persons: i32, shops: i32, masked: bool) -> String {
    let part = |n: i32, unit: &str| match n {
        0 => String::new(),
        1..=4 if masked => format!("<5{unit}"),
        n => format!("{n}{unit}"),
    };
    format!("{}{}{}", part(households, "户"), part(shops, "家商户"), part(persons, "人"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_read_as_in_the_practice() {
        assert_eq!(super::item("XC-015", 2026, 'N', 42), "XC-015-2026-N-0042");
        assert_eq!(super::beneficiaries(447, 1100, 0, false), "447户1100人");
        assert_eq!(super::beneficiaries(1, 3, 0, true), "<5户<5人");
    }
}
