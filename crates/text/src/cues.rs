//! Cues: what residents write when they mean a class (`data/cues.txt`), and texts that are looked through for those of
//! all classes at once.

use daachorse::CharwiseDoubleArrayAhoCorasick;
use rustc_hash::FxHashMap as HashMap;
use std::collections::hash_map::Entry;

/// Points of each character of a cue in the title, and at the beginning of the text; one more anywhere in the text.
const IN_TITLE: u32 = 6;
const AT_BEGINNING: u32 = 2;
/// Characters of a text that are its beginning.
const BEGINNING: usize = 60;
/// Characters of a cue beyond which it says no more.
const LONGEST: usize = 4;

/// The cues that are built in, by the names of the three levels of their class with slashes between them.
pub(crate) fn built_in() -> HashMap<&'static str, Vec<&'static str>> {
    let lines = include_str!("../data/cues.txt").lines().filter_map(|l| l.split_once('\t'));
    lines.map(|(class, cues)| (class, cues.split_whitespace().collect())).collect()
}

/// The cues of many classes.
pub(crate) struct Cues {
    /// Finds each cue once, however many classes have it; `None` where there are none.
    automaton: Option<CharwiseDoubleArrayAhoCorasick<u32>>,
    /// The cues of each class.
    of: Vec<Vec<Cue>>,
    /// Where each cue that the automaton finds stands: class, and place in its list.
    at: Vec<Vec<(u32, u32)>>,
}

/// Words that mean a class.
struct Cue {
    words: String,
    /// Cues of the same class that it is part of, by their place in the list.
    inside: Vec<u32>,
}

/// Where a cue is, a bit each.
const TITLE: u8 = 1;
const START: u8 = 2;
const TEXT: u8 = 4;

impl Cues {
    /// From the cues of each class, normalised and without blanks.
    pub fn new(classes: impl IntoIterator<Item = Vec<String>>) -> Cues {
        let mut numbers: HashMap<String, u32> = HashMap::default();
        let mut cues = Cues { automaton: None, of: Vec::new(), at: Vec::new() };
        for (class, all) in (0..).zip(classes) {
            for (k, words) in (0..).zip(&all).filter(|(_, words)| !words.is_empty()) {
                let number = match numbers.entry(words.clone()) {
                    Entry::Occupied(known) => *known.get(),
                    Entry::Vacant(new) => {
                        cues.at.push(Vec::new());
                        *new.insert(cues.at.len() as u32 - 1)
                    }
                };
                cues.at[number as usize].push((class, k));
            }
            let inside = |words: &str| {
                let longer = |other: &str| other != words && other.contains(words);
                (0..).zip(&all).filter(|(_, other)| longer(other)).map(|(k, _)| k).collect()
            };
            let of = all.iter().map(|words| Cue { words: words.clone(), inside: inside(words) });
            cues.of.push(of.collect());
        }
        // Fails only where there is nothing to find: cues are few and short, and each is there once.
        cues.automaton = CharwiseDoubleArrayAhoCorasick::with_values(numbers).ok();
        cues
    }

    /// Looks through normalised characters.
    pub fn find(&self, title: &[char], text: &[char]) -> Found<'_> {
        let mut seen = vec![0u8; self.at.len()];
        let mut which = Vec::new();
        let mut look = |chars: &[char], place: &dyn Fn(usize) -> u8| {
            let Some(automaton) = &self.automaton else { return };
            let mut stepper = automaton.find_overlapping_stepper();
            for (k, c) in chars.iter().filter(|c| **c != ' ').enumerate() {
                stepper.consume(*c);
                for cue in stepper.matches() {
                    let seen = &mut seen[cue.value() as usize];
                    if *seen == 0 {
                        which.push(cue.value());
                    }
                    *seen |= place(k);
                }
            }
        };
        look(title, &|_| TITLE);
        look(text, &|end| if end < BEGINNING { START | TEXT } else { TEXT });
        let mut found: Vec<(u32, u32, u32)> = Vec::new();
        for cue in which {
            let weight = weight(seen[cue as usize]);
            found.extend(self.at[cue as usize].iter().map(|(class, at)| (*class, *at, weight)));
        }
        found.sort_unstable();
        Found { cues: self, found }
    }
}

/// The cues that a text has.
pub(crate) struct Found<'a> {
    cues: &'a Cues,
    /// Class, place in its list, and points a character; in that order.
    found: Vec<(u32, u32, u32)>,
}

impl<'a> Found<'a> {
    /// The classes of which cues are there, in order, with what these say for them.
    pub fn classes(&self) -> impl Iterator<Item = (u32, u32)> {
        self.found.chunk_by(|a, b| a.0 == b.0).map(|of| {
            let points = of.iter().map(|(class, at, weight)| {
                let cue = &self.cues.of[*class as usize][*at as usize];
                // What a longer cue has said counts half.
                length(&cue.words) * weight / if has_any(of, &cue.inside) { 2 } else { 1 }
            });
            (of[0].0, points.sum())
        })
    }

    /// The cues of a class that are there and part of no longer one, in the order of the list.
    pub fn words(&self, class: u32) -> Vec<&'a str> {
        let from = self.found.partition_point(|f| f.0 < class);
        let of = &self.found[from..self.found.partition_point(|f| f.0 <= class)];
        let said = of.iter().map(|(_, at, _)| &self.cues.of[class as usize][*at as usize]);
        said.filter(|cue| !has_any(of, &cue.inside)).map(|cue| cue.words.as_str()).collect()
    }
}

/// Whether any of these cues is found, by their place in the list of a class.
fn has_any(found: &[(u32, u32, u32)], cues: &[u32]) -> bool {
    cues.iter().any(|cue| found.binary_search_by_key(cue, |f| f.1).is_ok())
}

fn length(words: &str) -> u32 {
    words.chars().count().min(LONGEST) as u32
}

/// Points a character of a cue, by where it is.
fn weight(seen: u8) -> u32 {
    let points = |bit: u8, points: u32| if seen & bit != 0 { points } else { 0 };
    points(TITLE, IN_TITLE) + points(START, AT_BEGINNING) + points(TEXT, 1)
}
