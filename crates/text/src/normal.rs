//! One way to write: width, script, repetition, function words, anonymised places.

use std::borrow::Cow;
use std::sync::LazyLock;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Characters of a run that stay: 「!!!!!」 says no more than 「!!」.
const RUN: usize = 2;

/// The common Chinese characters.
pub(crate) const FIRST: u32 = 0x4e00;
pub(crate) const LAST: u32 = 0x9fff;

/// Every common character in its simplified form, character by character.
static SIMPLIFIED: LazyLock<Vec<char>> = LazyLock::new(|| {
    (FIRST..=LAST)
        .filter_map(char::from_u32)
        .map(|c| fast2s::convert(c.encode_utf8(&mut [0; 4])).chars().next().unwrap_or(c))
        .collect()
});

pub(crate) fn is_chinese(c: char) -> bool {
    (FIRST..=LAST).contains(&u32::from(c))
}

/// The compatibility form of the characters that nearly all messages are made of, one by one; `None` of others. None of
/// them joins with another.
fn plain(c: char) -> Option<char> {
    match c {
        c if c.is_ascii() || is_chinese(c) => Some(c),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        '\u{3000}' => Some(' '),
        '\u{3001}'..='\u{3002}' | '\u{3008}'..='\u{3011}' => Some(c),
        '\u{2014}' | '\u{2018}'..='\u{2019}' | '\u{201c}'..='\u{201d}' => Some(c),
        _ => None,
    }
}

/// The text in half width and simplified characters, letters small, control characters gone, white space one blank,
/// runs of one character at most two.
pub fn normalise(text: &str) -> String {
    let chars: String = normal_chars(text).into_iter().collect();
    chars.trim().to_owned()
}

/// The characters of a normalised text, with a blank before and behind it perhaps.
pub(crate) fn normal_chars(text: &str) -> Vec<char> {
    // Nearly all messages are plain, and need one look.
    if let Some(out) = written_alike(text.chars().map(plain)) {
        return out;
    }
    let text = if is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfkc().collect())
    };
    written_alike(text.chars().map(|c| Some(plain(c).unwrap_or(c)))).unwrap_or_default()
}

/// Characters in their compatibility form in one way to write; `None` where there is one whose form is not known.
fn written_alike(chars: impl Iterator<Item = Option<char>>) -> Option<Vec<char>> {
    let simplified = &*SIMPLIFIED;
    let mut out = Vec::with_capacity(chars.size_hint().0 * 4 / 3);
    let (mut last, mut run) = ('\0', 0);
    for c in chars {
        let c = match c? {
            c if is_chinese(c) => simplified.get((u32::from(c) - FIRST) as usize).copied().unwrap_or(c),
            c if c.is_whitespace() => ' ',
            c if c.is_control() => continue,
            c => c.to_ascii_lowercase(),
        };
        run = if c == last { run + 1 } else { 1 };
        last = c;
        // Digits mean something however often they repeat.
        if (run <= RUN && !(c == ' ' && run > 1)) || c.is_ascii_digit() {
            out.push(c);
        }
    }
    Some(out)
}

/// Words that say nothing about the matter.
struct FunctionWords {
    /// For each Chinese character which list is its own; the first is empty.
    of: Vec<u16>,
    /// What follows the first character in each word that begins with it, the longest first.
    rest: Vec<Vec<Vec<char>>>,
}

static FUNCTION_WORDS: LazyLock<FunctionWords> = LazyLock::new(|| {
    let mut words = FunctionWords { of: vec![0; (LAST - FIRST) as usize + 1], rest: vec![Vec::new()] };
    for word in include_str!("../data/function-words.txt").lines() {
        let mut chars = word.chars();
        let Some(first) = chars.next().filter(|c| is_chinese(*c)) else { continue };
        let of = &mut words.of[(u32::from(first) - FIRST) as usize];
        if *of == 0 {
            *of = words.rest.len() as u16;
            words.rest.push(Vec::new());
        }
        words.rest[usize::from(*of)].push(chars.collect());
    }
    words.rest.iter_mut().for_each(|rest| rest.sort_by_key(|r| std::cmp::Reverse(r.len())));
    words
});

/// Where one run of characters ends and another begins.
pub(crate) const BREAK: char = '\u{0}';

/// The characters that carry the matter of a text, normalised: Chinese ones without function words. Letters and
/// digits, with them the names that anonymised texts give to places (「A3区」), are one break; punctuation is nothing.
pub(crate) fn matter(text: &str) -> Vec<char> {
    matter_of(&normal_chars(text))
}

/// The same of characters that are normalised.
pub(crate) fn matter_of(chars: &[char]) -> Vec<char> {
    let words = &*FUNCTION_WORDS;
    let mut out = Vec::with_capacity(chars.len());
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        at += 1;
        if !is_chinese(c) {
            if c.is_alphanumeric() && out.last().is_some_and(|l| *l != BREAK) {
                out.push(BREAK);
            }
            continue;
        }
        let of = &words.rest[usize::from(words.of[(u32::from(c) - FIRST) as usize])];
        match of.iter().find(|rest| chars[at..].starts_with(rest)) {
            Some(rest) => at += rest.len(),
            None => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_plain_has_the_compatibility_form_that_it_says() {
        let mut seen = 0;
        for c in (0..=0x10_ffff).filter_map(char::from_u32) {
            if let Some(form) = plain(c) {
                seen += 1;
                assert_eq!(c.nfkc().collect::<String>(), form.to_string(), "{c:?}");
                assert_eq!(unicode_normalization::char::canonical_combining_class(c), 0, "{c:?}");
            }
        }
        assert!(seen > 21_000, "{seen}");
    }
}
