//! A text cut into words, by a dictionary that comes with the model: the words of messages that somebody has cut.

use crate::features::hashed;
use crate::normal::{BREAK, FIRST, LAST, is_chinese, matter};
use crate::sieve::Sieve;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;

/// Characters of the longest word.
const LONGEST: usize = 6;
/// A word has to occur so often.
const AT_LEAST: u32 = 3;

/// Words with how often they occur, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lexicon(Vec<(String, u32)>);

impl Lexicon {
    /// From texts with blanks between their words.
    pub fn from_cut<'a>(texts: impl IntoIterator<Item = &'a str>) -> Lexicon {
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for word in texts.into_iter().flat_map(str::split_whitespace) {
            let word: String = matter(word).into_iter().collect();
            if (1..=LONGEST).contains(&word.chars().count()) && word.chars().all(is_chinese) {
                *counts.entry(word).or_default() += 1;
            }
        }
        Lexicon(counts.into_iter().filter(|(_, n)| *n >= AT_LEAST).collect())
    }

    /// Number of words.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Cuts by a [`Lexicon`]; by none where it is empty. Of all ways to cut a text, the one whose words are the likeliest
/// together (as jieba does it: a path through all words that begin at each character, from the end).
#[derive(Clone, Debug, Default)]
pub(crate) struct Cutter {
    /// How unlikely a word is, by its hash; [`PREFIX`] where a word only begins so. Words of one character apart.
    words: FxHashMap<u64, u32>,
    /// Which of them there are.
    sieve: Sieve,
    /// The same of each Chinese character, and how long the longest word is that begins with it.
    single: Vec<(u32, u8)>,
    /// Of what is in no dictionary.
    unknown: u32,
}

/// No word ends here, but one goes on.
const PREFIX: u32 = u32::MAX;

/// The binary logarithm of a number above zero, in 65,536ths: the same on every machine.
fn log2(n: u64) -> u32 {
    let whole = n.ilog2();
    let mut part = n << (63 - whole) >> 32;
    let mut log = whole << 16;
    for bit in (0..16).rev() {
        // Squared, the part from 1 to 2 is from 1 to 4: one more bit.
        part = (part * part) >> 31;
        if part >> 32 > 0 {
            log |= 1 << bit;
            part >>= 1;
        }
    }
    log
}

impl Cutter {
    pub fn new(lexicon: &Lexicon) -> Cutter {
        if lexicon.is_empty() {
            return Cutter::default();
        }
        let all = log2(lexicon.0.iter().map(|(_, n)| u64::from(*n)).sum::<u64>().max(1));
        let unlikely = |n: u32| all.saturating_sub(log2(u64::from(n.max(1))));
        let mut cutter = Cutter {
            words: FxHashMap::default(),
            sieve: Sieve::default(),
            single: vec![(all, 1); (LAST - FIRST) as usize + 1],
            unknown: all,
        };
        for (word, n) in &lexicon.0 {
            let chars: Vec<char> = word.chars().collect();
            let Some(first) = chars.first().filter(|c| is_chinese(**c)) else { continue };
            let single = &mut cutter.single[(u32::from(*first) - FIRST) as usize];
            single.1 = single.1.max(chars.len().min(LONGEST) as u8);
            if chars.len() == 1 {
                single.0 = unlikely(*n);
                continue;
            }
            let mut hash = 0;
            for (k, c) in chars.iter().enumerate() {
                hash = hashed(hash, *c);
                if k + 1 == chars.len() {
                    cutter.words.insert(hash, unlikely(*n));
                } else if k > 0 {
                    cutter.words.entry(hash).or_insert(PREFIX);
                }
            }
        }
        cutter.sieve = Sieve::new(cutter.words.keys().map(|hash| (hash >> 32) as u32));
        cutter
    }

    /// Where the words of at least two characters stand, see [`matter`].
    pub fn words(&self, matter: &[char]) -> Vec<Range<usize>> {
        if self.words.is_empty() {
            return Vec::new();
        }
        // From each character to the end: how unlikely at least, and how long the first word is then.
        let mut best = vec![(0u64, 1u8); matter.len() + 1];
        for at in (0..matter.len()).rev() {
            let c = matter[at];
            let (alone, longest) = match is_chinese(c) {
                true => self.single[(u32::from(c) - FIRST) as usize],
                false => (self.unknown, 1),
            };
            let mut least = (best[at + 1].0 + u64::from(alone), 1);
            let mut hash = hashed(0, c);
            for length in 2..=usize::from(longest).min(matter.len() - at) {
                let c = matter[at + length - 1];
                if c == BREAK {
                    break;
                }
                hash = hashed(hash, c);
                if !self.sieve.may_have((hash >> 32) as u32) {
                    break;
                }
                match self.words.get(&hash) {
                    None => break,
                    Some(&PREFIX) => {}
                    Some(word) => {
                        // Of two that are as likely the longer one.
                        let this = best[at + length].0 + u64::from(*word);
                        if this <= least.0 {
                            least = (this, length as u8);
                        }
                    }
                }
            }
            best[at] = least;
        }
        let mut found = Vec::with_capacity(matter.len() / 2);
        let mut at = 0;
        while at < matter.len() {
            let end = at + usize::from(best[at].1);
            if end > at + 1 {
                found.push(at..end);
            }
            at = end;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_dictionary_are_found_where_they_stand() {
        let text = "请求 拆除 违章建筑 小区 路灯 不亮 A3 区";
        let lexicon = Lexicon::from_cut([text; 3]);
        assert_eq!(Lexicon::from_cut([text; 2]).len(), 0, "too rare");
        let chars = matter("拆除小区a3违章建筑,违章");
        let found: Vec<String> =
            Cutter::new(&lexicon).words(&chars).into_iter().map(|w| chars[w].iter().collect()).collect();
        assert_eq!(found, ["拆除", "小区", "违章建筑"]);
        assert!(Cutter::new(&Lexicon::default()).words(&chars).is_empty());
    }

    #[test]
    fn the_likeliest_words_together_are_taken_not_the_longest_first() {
        // 研究生 is a word too, but a rare one, and 命 alone is none.
        let text = "研究 研究 研究 研究 生命 生命 生命 生命 研究生";
        let chars = matter("研究生命");
        let words = |lexicon: &Lexicon| -> Vec<String> {
            Cutter::new(lexicon).words(&chars).into_iter().map(|w| chars[w].iter().collect()).collect()
        };
        assert_eq!(words(&Lexicon::from_cut([text; 3])), ["研究", "生命"]);
        // What nobody has cut is left alone.
        assert_eq!(words(&Lexicon::from_cut(["研究生"; 3])), ["研究生"]);
        assert!(words(&Lexicon::from_cut(["路灯"; 3])).is_empty());
    }

    #[test]
    fn logarithms_are_those_of_anyone() {
        for n in (1..5_000).chain((5_000..4_000_000_000).step_by(7_777_777)) {
            let exact = (n as f64).log2() * 65_536.0;
            assert!((f64::from(log2(n)) - exact).abs() < 2.0, "{n}");
        }
    }
}
