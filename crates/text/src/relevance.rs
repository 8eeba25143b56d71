//! How much of what an offer says a request asks for: shared words, the rarer the weightier (as in BM25, with whole
//! numbers, since it decides), with words that mean the same counted as one.

use crate::normal::{BREAK, matter};
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// A word and the number of its meaning.
type Synonym = (Vec<char>, u32);

/// Words by their first character; one meaning a line in `data/synonyms.txt`.
static SYNONYMS: LazyLock<FxHashMap<char, Vec<Synonym>>> = LazyLock::new(|| {
    let mut all: FxHashMap<char, Vec<Synonym>> = FxHashMap::default();
    for (line, meaning) in include_str!("../data/synonyms.txt").lines().zip(0x8000_0000u32..) {
        for word in line.split(' ').map(|w| w.chars().collect::<Vec<char>>()) {
            all.entry(word[0]).or_default().push((word, meaning));
        }
    }
    // The longest first: what it covers is not read again.
    all.values_mut()
        .for_each(|words| words.sort_by_key(|(w, meaning)| (std::cmp::Reverse(w.len()), *meaning)));
    all
});

/// The words of a text, as numbers in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(Vec<u32>);

impl Words {
    /// Reads a title and a text: meanings, and pairs of characters beside them.
    pub fn new(title: &str, text: &str) -> Words {
        let mut chars = matter(title);
        chars.push(BREAK);
        chars.extend(matter(text));
        let mut words = Vec::new();
        let mut at = 0;
        while at < chars.len() {
            let begun = SYNONYMS.get(&chars[at]).into_iter().flatten();
            if let Some((word, meaning)) = begun.into_iter().find(|(w, _)| chars[at..].starts_with(w)) {
                words.push(*meaning);
                at += word.len();
                continue;
            }
            if let [a, b, ..] = chars[at..]
                && a != BREAK
                && b != BREAK
            {
                words.push((u32::from(a) << 15 | u32::from(b) & 0x7fff) & 0x7fff_ffff);
            }
            at += 1;
        }
        words.sort_unstable();
        words.dedup();
        Words(words)
    }
}

/// How rare words are among the offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rarity {
    offers: u32,
    with: FxHashMap<u32, u32>,
}

impl Rarity {
    /// Counts over all offers.
    pub fn new<'a>(offers: impl IntoIterator<Item = &'a Words>) -> Rarity {
        let mut rarity = Rarity::default();
        for words in offers {
            rarity.offers += 1;
            words.0.iter().for_each(|w| *rarity.with.entry(*w).or_default() += 1);
        }
        rarity
    }

    /// Sixteenths of a binary logarithm, whole: the same everywhere.
    fn weight(&self, word: u32) -> u64 {
        let with = self.with.get(&word).copied().unwrap_or(0).max(1);
        let times = u64::from((self.offers / with).max(1));
        let log = times.ilog2();
        u64::from(log) * 16 + ((times << 4 >> log) & 15)
    }

    /// How much of what an offer says the request asks for, in permille of its weight: 0 nothing, 1000 all.
    pub fn relevance(&self, request: &Words, offer: &Words) -> u32 {
        let all: u64 = offer.0.iter().map(|w| self.weight(*w)).sum();
        let (mut shared, mut k) = (0, 0);
        for word in &offer.0 {
            while request.0.get(k).is_some_and(|r| r < word) {
                k += 1;
            }
            if request.0.get(k) == Some(word) {
                shared += self.weight(*word);
            }
        }
        (shared * 1000 / all.max(1)) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rare_and_means_the_same_counts() {
        let offers = [
            Words::new("路灯维修队", "免费安装照明灯具"),
            Words::new("法律咨询", "律师免费解答"),
            Words::new("健康讲座", "免费讲座"),
        ];
        let rarity = Rarity::new(&offers);
        let asked = Words::new("巷子里没有照明", "晚上太黑,请安装灯具");
        let found: Vec<u32> = offers.iter().map(|o| rarity.relevance(&asked, o)).collect();
        assert!(found[0] > 200, "{found:?}");
        assert_eq!(found[1..], [0, 0]);
        assert_eq!(rarity.relevance(&offers[1], &offers[1]), 1000);
        assert_eq!(rarity.relevance(&asked, &Words::default()), 0);
    }
}
