//! A text cut into words, by a dictionary that comes with the model: the words of messages that somebody has cut.

use crate::normal::{BREAK, is_chinese, matter, normalise};
use jieba_rs::Jieba;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
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
            let word: String = matter(&normalise(word)).into_iter().collect();
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

/// Cuts by a [`Lexicon`]; by none where it is empty.
#[derive(Clone, Default)]
pub(crate) struct Cutter(Option<Box<Jieba>>);

impl fmt::Debug for Cutter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Cutter(..)" } else { "Cutter(none)" })
    }
}

impl Cutter {
    pub fn new(lexicon: &Lexicon) -> Cutter {
        let lines: String = lexicon.0.iter().map(|(word, n)| format!("{word} {n}\n")).collect();
        let jieba = (!lines.is_empty()).then(|| Jieba::with_dict(&mut lines.as_bytes()));
        // Lines of this form can be read; without them nothing is cut, and what is left of the model still reads.
        Cutter(jieba.and_then(Result::ok).map(Box::new))
    }

    /// Where the words of at least two characters stand, see [`matter`].
    pub fn words(&self, matter: &[char]) -> Vec<Range<usize>> {
        let Some(jieba) = &self.0 else { return Vec::new() };
        let text: String = matter.iter().map(|c| if *c == BREAK { ' ' } else { *c }).collect();
        jieba.cut(&text, false).into_iter().map(|t| t.start..t.end).filter(|w| w.len() > 1).collect()
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
}
