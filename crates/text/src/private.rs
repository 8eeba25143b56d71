//! Personal data in free text: found at entry, masked on output (domain.md §11).

/// What kind of personal datum was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Eleven digits of a mobile telephone, or a landline with area code.
    Telephone,
    /// Eighteen characters of an identity card.
    IdentityCard,
    /// A name that introduces itself: 「我叫张三」「联系人:李四」.
    Name,
    /// A number plate: 「蒙A12345」.
    Plate,
    /// A door: 「3栋2单元502室」, from the building on.
    Door,
}

/// A finding: byte range in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub range: std::ops::Range<usize>,
}

const INTRODUCTIONS: &[&str] = &["我叫", "本人姓名", "姓名", "联系人", "我是业主", "我名叫"];
const SURNAMES: &str = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应宗丁宣邓郁单杭洪包诸左石崔吉龚程邢滑裴陆荣翁荀羊甄曲家封芮储靳段富巫乌焦巴弓侯白那乔图";

/// Half-width digit of a character, full-width digits included.
fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '\u{ff10}'..='\u{ff19}' => char::from_digit(c as u32 - 0xff10, 10),
        _ => None,
    }
}

/// Finds telephones, identity-card numbers and self-introduced names, in order of the text.
pub fn find(text: &str) -> Vec<Finding> {
    let mut found = numbers(text);
    found.extend(names(text));
    found.extend(plates(text));
    found.extend(doors(text));
    found.sort_by_key(|f| f.range.start);
    found
}

/// Runs of digits, with the separators that people write inside a telephone number.
fn numbers(text: &str) -> Vec<Finding> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let end_of = |i: usize| chars.get(i).map_or(text.len(), |c| c.0);
    let mut found = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        if digit(chars[i].1).is_none() {
            i += 1;
            continue;
        }
        let start = i;
        let mut digits = String::new();
        let mut end = i;
        while i < chars.len() {
            match digit(chars[i].1) {
                Some(d) => {
                    digits.push(d);
                    end = i + 1;
                }
                // One separator between digits belongs to the number.
                None if matches!(chars[i].1, ' ' | '-' | '\u{ff0d}' | '—')
                    && chars.get(i + 1).is_some_and(|c| digit(c.1).is_some())
                    && digits.len() < 11 => {}
                None if matches!(chars[i].1, 'x' | 'X') && digits.len() == 17 => {
                    digits.push('X');
                    end = i + 1;
                }
                None => break,
            }
            i += 1;
        }
        let mobile = digits.len() == 11 && digits.starts_with('1') && !digits.starts_with("10");
        let country = digits.len() == 13 && digits.starts_with("861");
        let landline = (11..=12).contains(&digits.len()) && digits.starts_with('0') && digits.len() >= 11;
        let kind = if digits.len() == 18 {
            Some(Kind::IdentityCard)
        } else if mobile || country || landline {
            Some(Kind::Telephone)
        } else {
            None
        };
        if let Some(kind) = kind {
            found.push(Finding { kind, range: chars[start].0..end_of(end) });
        }
    }
    found
}

fn names(text: &str) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for introduction in INTRODUCTIONS {
        for (at, _) in text.match_indices(introduction) {
            let rest = &text[at + introduction.len()..];
            let skip: usize = rest
                .chars()
                .take_while(|c| matches!(c, ':' | '\u{ff1a}' | ' ' | '是'))
                .map(char::len_utf8)
                .sum();
            let name: String =
                rest[skip..].chars().take_while(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).take(4).collect();
            let Some(first) = name.chars().next() else { continue };
            if !SURNAMES.contains(first) || name.chars().count() < 2 {
                continue;
            }
            // Two to three characters; a fourth belongs to the sentence.
            let length: usize = name.chars().take(3).map(char::len_utf8).sum();
            let start = at + introduction.len() + skip;
            if !found.iter().any(|f| f.range.start == start) {
                found.push(Finding { kind: Kind::Name, range: start..start + length });
            }
        }
    }
    found
}

/// Characters that begin a plate: the provinces.
const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";

/// A province, a letter, and five or six letters and digits, a dot between them allowed.
fn plates(text: &str) -> Vec<Finding> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut found = Vec::new();
    for (k, (start, c)) in chars.iter().enumerate() {
        if !PROVINCES.contains(*c) || !chars.get(k + 1).is_some_and(|c| c.1.is_ascii_alphabetic()) {
            continue;
        }
        let mut at = k + 2;
        at += usize::from(chars.get(at).is_some_and(|c| matches!(c.1, '·' | '.' | ' ')));
        let rest: Vec<char> = chars[at.min(chars.len())..]
            .iter()
            .map(|c| c.1)
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        if (5..=6).contains(&rest.len()) && rest.iter().any(char::is_ascii_digit) {
            let end = chars.get(at + rest.len()).map_or(text.len(), |c| c.0);
            found.push(Finding { kind: Kind::Plate, range: *start..end });
        }
    }
    found
}

/// A building, then a unit or a door: the number of the building stays public, what follows does not.
fn doors(text: &str) -> Vec<Finding> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let number = |mut at: usize| {
        let from = at;
        while chars.get(at).is_some_and(|c| digit(c.1).is_some() || matches!(c.1, '-' | '一'..='十'))
            && at < from + 6
        {
            at += 1;
        }
        (at > from).then_some(at)
    };
    let mut found = Vec::new();
    let mut k = 0;
    while k < chars.len() {
        let building = matches!(chars[k].1, '栋' | '幢') || text[chars[k].0..].starts_with("号楼");
        if !building {
            k += 1;
            continue;
        }
        let begin = k + if chars[k].1 == '号' { 2 } else { 1 };
        let (mut at, mut end) = (begin, None);
        // Unit, floor, door, in this order, each with its word.
        while let Some(after) = number(at) {
            let rest = chars.get(after).map_or("", |c| &text[c.0..]);
            let word = ["单元", "层", "楼", "室", "号", "房", "户"].iter().find(|w| rest.starts_with(**w));
            let bare = after - at >= 3;
            let Some(length) = word.map(|w| w.chars().count()).or(bare.then_some(0)) else { break };
            at = after + length;
            end = Some(at);
        }
        if let Some(end) = end {
            let to = chars.get(end).map_or(text.len(), |c| c.0);
            found.push(Finding { kind: Kind::Door, range: chars[begin].0..to });
        }
        k = at.max(k + 1);
    }
    found
}

/// The text with everything that [`find`] finds masked: telephone `138****1234`, identity card, plate and door
/// `******`, name `张**`.
pub fn mask(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for f in find(text) {
        if f.range.start < at {
            continue;
        }
        out.push_str(&text[at..f.range.start]);
        let found = &text[f.range.clone()];
        match f.kind {
            Kind::Telephone => out.push_str(&mask_telephone(found)),
            Kind::IdentityCard | Kind::Plate | Kind::Door => out.push_str("******"),
            Kind::Name => out.push_str(&mask_name(found)),
        }
        at = f.range.end;
    }
    out.push_str(&text[at..]);
    out
}

/// First three and last four digits.
pub fn mask_telephone(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter_map(digit).collect();
    let n = digits.len();
    if n < 8 {
        return "****".to_owned();
    }
    format!("{}****{}", digits[..3].iter().collect::<String>(), digits[n - 4..].iter().collect::<String>())
}

/// Keeps the surname, compound surnames too.
pub fn mask_name(name: &str) -> String {
    const COMPOUND: &[&str] =
        &["欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐"];
    let keep = COMPOUND
        .iter()
        .find(|c| name.starts_with(**c) && name.chars().count() > 2)
        .map_or(1, |c| c.chars().count());
    format!("{}**", name.chars().take(keep).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn telephones_cards_and_names_are_masked_wherever_they_stand() {
        assert_eq!(mask("请打13800001234谢谢"), "请打138****1234谢谢");
        assert_eq!(mask("电话138-0000-1234"), "电话138****1234");
        assert_eq!(mask("电话\u{ff11}3800001234"), "电话138****1234");
        assert_eq!(mask("0471-1234567 值班"), "047****4567 值班");
        assert_eq!(mask("身份证15010219900101123X。"), "身份证******。");
        assert_eq!(mask("我叫张三丰,住三楼"), "我叫张**,住三楼");
        assert_eq!(mask("联系人:欧阳"), "联系人:欧阳"); // no surname of one character: left to the convener
        assert_eq!(mask("2026年447户1100人"), "2026年447户1100人");
        assert_eq!(mask("蒙A12345乱停,车牌蒙A·D12345"), "******乱停,车牌******");
        assert_eq!(mask("幸福小区3栋2单元502室漏水"), "幸福小区3栋******漏水");
        assert_eq!(mask("5号楼1203漏水,5栋的居民"), "5号楼******漏水,5栋的居民");
    }

    proptest! {
        #[test]
        fn no_mobile_number_survives(before in "[一-龥]{0,8}", n in 13_000_000_000u64..19_999_999_999, after in "[一-龥,。]{0,8}") {
            let masked = mask(&format!("{before}{n}{after}"));
            prop_assert!(!masked.contains(&n.to_string()));
        }

        #[test]
        fn any_text_can_be_masked_and_masking_again_changes_nothing(text in ".{0,60}") {
            let once = mask(&text);
            prop_assert_eq!(mask(&once), once);
        }
    }
}
