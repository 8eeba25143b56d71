//! A message as hashed features: runs of one to three characters, those of its beginning as a view of their own, and
//! its words as another.

use crate::normal::matter;
use crate::words::Cutter;

/// Characters of the beginning, which is the title or says what it is about.
const BEGINNING: usize = 24;
/// The longest run of characters.
const LONGEST: usize = 3;

/// One feature with where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Feature {
    /// Hash of the view and the characters.
    pub key: u32,
    /// Position of its first character in [`Message::matter`], and how many.
    pub at: u32,
    pub length: u8,
    pub view: u8,
}

/// A message cut into features.
pub(crate) struct Message {
    /// What is left of the text, see [`matter`].
    pub matter: Vec<char>,
    /// In the order of the text, as often as they occur.
    pub features: Vec<Feature>,
}

/// Views: the whole text, its beginning, and its words.
pub(crate) const VIEWS: usize = 3;
/// The view of the words.
const WORDS: u8 = 2;

fn mix(mut h: u64) -> u64 {
    h ^= h >> 32;
    h = h.wrapping_mul(0xd6e8_feb8_6659_fd93);
    h ^ (h >> 32)
}

/// The hash of a run with one character more.
pub(crate) fn hashed(hash: u64, c: char) -> u64 {
    mix((hash << 21) ^ (hash >> 43) ^ u64::from(c))
}

/// Cuts a text whose beginning says most: a title with the text behind it.
pub(crate) fn cut(title: &str, text: &str, cutter: &Cutter) -> Message {
    let mut chars = matter(title);
    chars.extend(matter(text));
    let mut features = Vec::with_capacity(chars.len() * LONGEST + BEGINNING * LONGEST);
    for (view, end) in [(0u8, chars.len()), (1, chars.len().min(BEGINNING))] {
        for at in 0..end {
            let mut hash = u64::from(view) + 1;
            for length in 1..=LONGEST.min(end - at) {
                let c = chars[at + length - 1];
                if c == crate::normal::BREAK {
                    break;
                }
                hash = hashed(hash, c);
                features.push(Feature {
                    key: (hash >> 16) as u32,
                    at: at as u32,
                    length: length as u8,
                    view,
                });
            }
        }
    }
    for word in cutter.words(&chars) {
        let hash = chars[word.clone()].iter().fold(u64::from(WORDS) + 1, |h, c| hashed(h, *c));
        features.push(Feature {
            key: (hash >> 16) as u32,
            at: word.start as u32,
            length: word.len() as u8,
            view: WORDS,
        });
    }
    Message { matter: chars, features }
}
