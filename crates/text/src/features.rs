//! A message as hashed features: runs of one to three characters, those of its beginning as a view of their own, and
//! its words as another.

use crate::normal::matter_of;
use crate::words::Cutter;

/// Characters of the beginning, which is the title or says what it is about.
const BEGINNING: usize = 24;
/// The longest run of characters.
const LONGEST: u8 = 3;

/// One feature with where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Feature {
    /// Hash of the view and the characters.
    pub key: u32,
    /// Position of its first character in what [`cut`] gives, and how many.
    pub at: u32,
    pub length: u8,
    pub view: u8,
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

/// Cuts a text whose beginning says most, a title with the text behind it: `each` has every feature in the order of the
/// text, as often as it occurs. Both are normalised characters. Gives what is left of the text, see [`matter_of`].
pub(crate) fn cut(
    title: &[char],
    text: &[char],
    cutter: &Cutter,
    mut each: impl FnMut(Feature),
) -> Vec<char> {
    let mut chars = matter_of(title);
    chars.extend(matter_of(text));
    for (view, end) in [(0u8, chars.len()), (1, chars.len().min(BEGINNING))] {
        for at in 0..end {
            let mut hash = u64::from(view) + 1;
            for (c, length) in chars[at..end].iter().zip(1..=LONGEST) {
                if *c == crate::normal::BREAK {
                    break;
                }
                hash = hashed(hash, *c);
                each(Feature { key: (hash >> 16) as u32, at: at as u32, length, view });
            }
        }
    }
    for word in cutter.words(&chars) {
        let hash = chars[word.clone()].iter().fold(u64::from(WORDS) + 1, |h, c| hashed(h, *c));
        let key = (hash >> 16) as u32;
        each(Feature { key, at: word.start as u32, length: word.len() as u8, view: WORDS });
    }
    chars
}
