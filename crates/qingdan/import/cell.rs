//! Values of cells, as people write them.

use chrono::NaiveDate;

/// Full-width digits, letters and signs as half-width ones.
pub fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '\u{3000}' => ' ',
            _ => c,
        })
        .collect::<String>()
        .trim()
        .to_owned()
}

/// A day: `2026-03-01`, `2026/3/1`, `2026.3.1`, `2026年3月1日`, with or without a time of day.
pub fn day(text: &str) -> Result<NaiveDate, String> {
    let parts: Vec<&str> = text
        .split(['T', ' '])
        .next()
        .unwrap_or("")
        .split(['-', '/', '.', '年', '月', '日'])
        .filter(|p| !p.is_empty())
        .collect();
    let date = match parts.as_slice() {
        [y, m, d] if y.len() == 4 => y
            .parse()
            .ok()
            .zip(m.parse().ok())
            .zip(d.parse().ok())
            .and_then(|((y, m), d)| NaiveDate::from_ymd_opt(y, m, d)),
        [all] if all.len() == 8 => NaiveDate::parse_from_str(all, "%Y%m%d").ok(),
        _ => None,
    };
    date.ok_or_else(|| "不是日期,应为如 2026-03-01".to_owned())
}

/// A count within bounds.
pub fn count(text: &str, least: i32, most: i32) -> Result<i32, String> {
    let n: i32 = text.replace(',', "").parse().map_err(|_| format!("不是整数,应为 {least} 至 {most}"))?;
    if (least..=most).contains(&n) { Ok(n) } else { Err(format!("超出范围,应为 {least} 至 {most}")) }
}

/// Yes or no.
pub fn yes(text: &str) -> Result<bool, String> {
    match text.to_lowercase().as_str() {
        "是" | "有" | "y" | "yes" | "true" | "1" => Ok(true),
        "否" | "无" | "n" | "no" | "false" | "0" => Ok(false),
        _ => Err("应为 是 或 否".to_owned()),
    }
}

/// A telephone number: eleven digits of a mobile one, or a landline with its area code.
pub fn telephone(text: &str) -> Result<String, String> {
    let digits: String = text.chars().filter(|c| c.is_ascii_digit()).collect();
    if text.chars().any(|c| !c.is_ascii_digit() && !matches!(c, ' ' | '-' | '(' | ')' | '+')) {
        return Err("不是电话号码,应为 11 位数字".to_owned());
    }
    let digits = digits.strip_prefix("86").filter(|d| d.len() == 11).unwrap_or(&digits).to_owned();
    match digits.len() {
        11 | 12 => Ok(digits),
        n if n < 11 => Err(format!("只有 {n} 位,应为 11 位")),
        n => Err(format!("有 {n} 位,应为 11 位")),
    }
}

/// Several values in one cell.
pub fn several(text: &str) -> Vec<String> {
    text.split(['、', ',', ';', ',', ';', '|', '\n'])
        .map(str::trim)
        .filter(|p| !p.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_people_write_them() {
        let expected = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        for text in ["2026-03-01", "2026/3/1", "2026.3.1", "2026年3月1日", "20260301", "2026-03-01T11:25:05"]
        {
            assert_eq!(day(text), Ok(expected), "{text}");
        }
        assert!(day("2026-02-30").is_err() && day("三月").is_err());
    }

    #[test]
    fn a_short_telephone_says_how_short() {
        assert_eq!(telephone("13800"), Err("只有 5 位,应为 11 位".to_owned()));
        assert_eq!(telephone(&half_width("\u{ff11}3800001234")), Ok("13800001234".to_owned()));
        assert_eq!(telephone("0471-12345678"), Ok("047112345678".to_owned()));
        assert_eq!(telephone("+86 138 0000 1234"), Ok("13800001234".to_owned()));
    }
}
