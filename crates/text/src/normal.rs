//! One way to write: width, script, repetition, function words, anonymised places.

use std::borrow::Cow;
use std::sync::LazyLock;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Characters of a run that stay: 「!!!!!」 says no more than 「!!」.
const RUN: usize = 2;

/// The common Chinese characters.
const FIRST: u32 = 0x4e00;
const LAST: u32 = 0x9fff;

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
    let is_plain = text.chars().all(|c| plain(c).is_some());
    let text = if is_plain || is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfkc().collect())
    };
    let simplified = &*SIMPLIFIED;
    let mut out = String::with_capacity(text.len());
    let (mut last, mut run) = ('\0', 0);
    for c in text.chars() {
        let c = match plain(c).unwrap_or(c) {
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
    out.trim().to_owned()
}

/// Up to four characters as one number.
fn packed(word: &[char]) -> u128 {
    word.iter().fold(0, |n, c| n << 32 | u128::from(u32::from(*c)))
}

/// Words that say nothing about the matter, packed and in order, and for each character the length of the longest that
/// begins with it.
static FUNCTION_WORDS: LazyLock<(Vec<u128>, Vec<u8>)> = LazyLock::new(|| {
    let words: Vec<Vec<char>> =
        include_str!("../data/function-words.txt").lines().map(|w| w.chars().collect()).collect();
    let mut longest = vec![0u8; (LAST - FIRST) as usize + 1];
    for word in words.iter().filter(|w| w.first().is_some_and(|c| is_chinese(*c))) {
        let at = &mut longest[(u32::from(word[0]) - FIRST) as usize];
        *at = (word.len() as u8).max(*at);
    }
    let mut words: Vec<u128> = words.iter().map(|w| packed(w)).collect();
    words.sort_unstable();
    (words, longest)
});

/// Where one run of characters ends and another begins.
pub(crate) const BREAK: char = '\u{0}';

/// The characters that carry the matter, of a normalised text: Chinese ones without function words. Letters and
/// digits, with them the names that anonymised texts give to places (「A3区」), are one break; punctuation is nothing.
pub(crate) fn matter(text: &str) -> Vec<char> {
    let (words, longest) = &*FUNCTION_WORDS;
    let chars: Vec<char> = text.chars().collect();
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
        let most = usize::from(longest[(u32::from(c) - FIRST) as usize]);
        if most > 0 {
            let rest = &chars[at - 1..];
            if let Some(n) =
                (1..=most.min(rest.len())).rev().find(|n| words.binary_search(&packed(&rest[..*n])).is_ok())
            {
                at += n - 1;
                continue;
            }
        }
        out.push(c);
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
