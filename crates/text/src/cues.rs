//! Cues: what residents write when they mean a class (`data/cues.txt`), and a text that is looked through for all of
//! them at once.

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashMap as HashMap;
use std::sync::LazyLock;

/// Points of each character of a cue in the title, and at the beginning of the text; one more anywhere in the text.
const IN_TITLE: u32 = 6;
const AT_BEGINNING: u32 = 2;
/// Characters of a text that are its beginning.
const BEGINNING: usize = 60;
/// Characters of a cue beyond which it says no more.
const LONGEST: usize = 4;

/// The cues that are built in.
pub(crate) struct Cues {
    /// Finds each cue once, however many classes have it. Never none: they are few and short.
    automaton: Option<AhoCorasick>,
    /// Numbers of the classes, by the names of their three levels with slashes between them.
    classes: HashMap<&'static str, u32>,
    /// The cues of each class.
    of: Vec<Vec<Cue>>,
    /// Where each cue that the automaton finds stands: class, and place in its list.
    at: Vec<Vec<(u32, u32)>>,
}

/// Words that mean a class.
struct Cue {
    words: &'static str,
    /// Cues of the same class that it is part of, by their place in the list.
    inside: Vec<u32>,
}

pub(crate) static CUES: LazyLock<Cues> = LazyLock::new(|| {
    let mut numbers: HashMap<&str, usize> = HashMap::default();
    let mut words = Vec::new();
    let mut cues = Cues { automaton: None, classes: HashMap::default(), of: Vec::new(), at: Vec::new() };
    for (class, list) in include_str!("../data/cues.txt").lines().filter_map(|l| l.split_once('\t')) {
        let number = cues.of.len() as u32;
        let all: Vec<&str> = list.split_whitespace().collect();
        for (k, cue) in all.iter().enumerate() {
            let at = *numbers.entry(cue).or_insert_with(|| {
                words.push(*cue);
                cues.at.push(Vec::new());
                words.len() - 1
            });
            cues.at[at].push((number, k as u32));
        }
        let inside = |cue: &str| {
            (0..all.len() as u32)
                .filter(|k| all[*k as usize] != cue && all[*k as usize].contains(cue))
                .collect()
        };
        cues.of.push(all.iter().map(|words| Cue { words, inside: inside(words) }).collect());
        cues.classes.insert(class, number);
    }
    cues.automaton = AhoCorasick::new(&words).ok();
    cues
});

impl Cues {
    /// How many classes there are.
    pub fn len(&self) -> usize {
        self.of.len()
    }

    /// The number of a class; `None` where no cues of it are known.
    pub fn class(&self, path: &str) -> Option<u32> {
        self.classes.get(path).copied()
    }
}

/// What is found in a text for one class.
#[derive(Default)]
struct Found {
    /// Cues by their place in the class's list, with points a character; in that order.
    cues: Vec<(u32, u32)>,
}

/// A text that has been looked through.
pub(crate) struct Text {
    title: String,
    text: String,
    /// Where the beginning of the text ends, in bytes.
    beginning: usize,
    /// What is found for each class of which something is.
    found: HashMap<u32, Found>,
}

impl Text {
    /// Looks through normalised characters.
    pub fn new(title: &[char], text: &[char]) -> Text {
        let plain = |t: &[char]| -> String { t.iter().filter(|c| **c != ' ').collect() };
        let (title, text) = (plain(title), plain(text));
        let beginning = text.char_indices().nth(BEGINNING).map_or(text.len(), |(at, _)| at);
        let mut seen: HashMap<usize, [bool; 3]> = HashMap::default();
        if let Some(automaton) = &CUES.automaton {
            for m in automaton.find_overlapping_iter(&title) {
                seen.entry(m.pattern().as_usize()).or_default()[0] = true;
            }
            for m in automaton.find_overlapping_iter(&text) {
                let seen = seen.entry(m.pattern().as_usize()).or_default();
                seen[1] |= m.end() <= beginning;
                seen[2] = true;
            }
        }
        let mut found: HashMap<u32, Found> = HashMap::default();
        for (cue, seen) in seen {
            for (class, at) in &CUES.at[cue] {
                found.entry(*class).or_default().cues.push((*at, weight(seen)));
            }
        }
        found.values_mut().for_each(|f| f.cues.sort_unstable());
        Text { title, text, beginning, found }
    }

    /// What the cues say for a class.
    pub fn points(&self, class: u32) -> u32 {
        let of = &CUES.of[class as usize];
        let Some(found) = self.found.get(&class) else { return 0 };
        let points = found.cues.iter().map(|(at, weight)| {
            let cue = &of[*at as usize];
            // What a longer cue has said counts half.
            length(cue.words) * weight / if found.has_any(&cue.inside) { 2 } else { 1 }
        });
        points.sum()
    }

    /// The cues of a class that are there and part of no longer one, in the order of the list.
    pub fn cues(&self, class: u32) -> Vec<&'static str> {
        let of = &CUES.of[class as usize];
        let found = self.found.get(&class);
        let said = found.into_iter().flat_map(|f| f.cues.iter().map(move |(at, _)| (f, &of[*at as usize])));
        said.filter(|(found, cue)| !found.has_any(&cue.inside)).map(|(_, cue)| cue.words).collect()
    }

    /// The classes of which cues are there, in no order.
    pub fn classes(&self) -> impl Iterator<Item = u32> {
        self.found.keys().copied()
    }

    /// What words say that are no cue.
    pub fn points_of(&self, words: &str) -> u32 {
        let has = |text: &str| text.contains(words);
        length(words) * weight([has(&self.title), has(&self.text[..self.beginning]), has(&self.text)])
    }
}

impl Found {
    fn has_any(&self, cues: &[u32]) -> bool {
        cues.iter().any(|cue| self.cues.binary_search_by_key(cue, |c| c.0).is_ok())
    }
}

fn length(words: &str) -> u32 {
    words.chars().count().min(LONGEST) as u32
}

/// Points a character of a cue, by where it was found.
fn weight([title, beginning, text]: [bool; 3]) -> u32 {
    IN_TITLE * u32::from(title) + AT_BEGINNING * u32::from(beginning) + u32::from(text)
}
