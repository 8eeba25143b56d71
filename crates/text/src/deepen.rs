//! The finer classes, by what residents write when they mean them: no labels are needed, only cues, and the names in the
//! office's table.

use crate::normal::{matter, normalise};
use aho_corasick::AhoCorasick;
use std::collections::HashMap;
use std::sync::LazyLock;

/// A class with a name on each of three levels.
pub type Path = [String; 3];

/// Which finer class a text means.
///
/// Classes that `data/cues.txt` knows are told by its cues, and classes beside them by their own name. Below a class of
/// the first level of which it knows none, an office's own, those are taken whose names share rare pairs of characters
/// with the text.
pub struct Finer {
    classes: Vec<Class>,
    /// How many names have a pair of characters.
    common: HashMap<[char; 2], u32>,
}

/// What a text means below a class of the first level, as far as that is clear.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Below<'a> {
    /// The second level.
    pub second: Option<&'a str>,
    /// The third level.
    pub third: Option<&'a str>,
    /// The cues that said so, in the order of the list; none where the characters of names decided.
    pub cues: Vec<&'a str>,
}

struct Class {
    path: Path,
    /// The cues that are built in.
    cues: &'static [Cue],
    /// Its name, where there are none.
    name: Option<Cue>,
    /// The pairs of characters of its name.
    pairs: Vec<[char; 2]>,
}

/// Words that mean a class.
struct Cue {
    words: String,
    /// Its number among those that are built in; `None` for a name.
    number: Option<usize>,
    /// Cues of the same class that it is part of, by their place in the list.
    inside: Vec<usize>,
}

/// Points from which a class counts as meant, and by which it has to be ahead of others: a cue of two characters in a
/// title is enough.
const MEANT: u32 = 12;
const AHEAD: u32 = 4;
/// Points of each character of a cue in the title, and at the beginning of the text; one more anywhere in the text.
const IN_TITLE: u32 = 6;
const AT_BEGINNING: u32 = 2;
/// Characters of a text that are its beginning.
const BEGINNING: usize = 60;
/// Characters of a cue beyond which it says no more.
const LONGEST: usize = 4;

/// Points of rarity from which a name counts as named, and by which the first has to be ahead.
const NAMED: u32 = 8;
const NAMED_AHEAD: u32 = 2;

/// The classes that are not about anything.
const OTHER: &str = "其他";

/// The cues that are built in, each once, and those of every class.
struct BuiltIn {
    /// Never none: they are few and short.
    automaton: Option<AhoCorasick>,
    /// By the names of the three levels, with slashes between them.
    of: HashMap<&'static str, Vec<Cue>>,
}

static CUES: LazyLock<BuiltIn> = LazyLock::new(|| {
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut words = Vec::new();
    let mut of = HashMap::new();
    for (class, cues) in include_str!("../data/cues.txt").lines().filter_map(|l| l.split_once('\t')) {
        let all: Vec<&str> = cues.split_whitespace().collect();
        let numbered = all.iter().map(|cue| Cue {
            words: (*cue).to_owned(),
            number: Some(*numbers.entry(cue).or_insert_with(|| {
                words.push(*cue);
                words.len() - 1
            })),
            inside: (0..all.len()).filter(|k| all[*k] != *cue && all[*k].contains(cue)).collect(),
        });
        of.insert(class, numbered.collect());
    }
    BuiltIn { automaton: AhoCorasick::new(&words).ok(), of }
});

/// What is looked through for cues.
struct Text {
    title: String,
    text: String,
    /// Where the beginning of the text ends, in bytes.
    beginning: usize,
    /// Points a character for each cue that is built in.
    built_in: HashMap<usize, u32>,
}

impl Text {
    fn new(title: &str, text: &str) -> Text {
        let plain = |t: &str| normalise(t).replace(' ', "");
        let (title, text) = (plain(title), plain(text));
        let beginning = text.char_indices().nth(BEGINNING).map_or(text.len(), |(at, _)| at);
        let mut found: HashMap<usize, [bool; 3]> = HashMap::new();
        if let Some(automaton) = &CUES.automaton {
            for m in automaton.find_overlapping_iter(&title) {
                found.entry(m.pattern().as_usize()).or_default()[0] = true;
            }
            for m in automaton.find_overlapping_iter(&text) {
                let seen = found.entry(m.pattern().as_usize()).or_default();
                seen[1] |= m.end() <= beginning;
                seen[2] = true;
            }
        }
        let built_in = found.into_iter().map(|(cue, seen)| (cue, weight(seen))).collect();
        Text { title, text, beginning, built_in }
    }

    /// Points a character of a cue.
    fn weight(&self, cue: &Cue) -> u32 {
        match cue.number {
            Some(number) => self.built_in.get(&number).copied().unwrap_or(0),
            None => {
                let has = |text: &str| text.contains(&cue.words);
                weight([has(&self.title), has(&self.text[..self.beginning]), has(&self.text)])
            }
        }
    }
}

/// Points a character of a cue, by where it was found.
fn weight([title, beginning, text]: [bool; 3]) -> u32 {
    IN_TITLE * u32::from(title) + AT_BEGINNING * u32::from(beginning) + u32::from(text)
}

impl Finer {
    /// From the three-level names of an office's table.
    pub fn new(paths: impl IntoIterator<Item = Path>) -> Finer {
        let classes: Vec<Class> = paths.into_iter().map(Class::new).collect();
        let mut common = HashMap::new();
        for pair in classes.iter().flat_map(|c| &c.pairs) {
            *common.entry(*pair).or_default() += 1;
        }
        Finer { classes, common }
    }

    /// The second and third level below a class, as far as the text means one; the title counts most. Where two third
    /// levels of one second are as near, that second level is still clear.
    pub fn below(&self, level1: &str, title: &str, text: &str) -> Below<'_> {
        let below = || self.classes.iter().filter(|c| c.path[0] == level1);
        let known = below().any(|c| !c.cues.is_empty());
        let (meant, ahead) = if known { (MEANT, AHEAD) } else { (NAMED, NAMED_AHEAD) };
        let looked_through = known.then(|| Text::new(title, text));
        let mut scored: Vec<(u32, &Class)> = match &looked_through {
            Some(text) => below().map(|c| (c.points(text), c)).collect(),
            None => {
                let (in_title, in_text) = (sorted(pairs(title)), sorted(pairs(text)));
                below().map(|c| (self.named(&c.pairs, &in_title, &in_text), c)).collect()
            }
        };
        scored.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.path.cmp(&b.1.path)));
        let Some((best, class)) = scored.first().copied().filter(|(points, _)| *points >= meant) else {
            return Below::default();
        };
        let near = || scored.iter().skip(1).take_while(|(points, _)| points + ahead > best);
        if near().any(|(_, other)| other.path[1] != class.path[1]) {
            return Below::default();
        }
        Below {
            second: Some(&class.path[1]),
            third: near().next().is_none().then_some(&class.path[2]),
            cues: looked_through.map_or(Vec::new(), |text| class.found(&text)),
        }
    }

    /// The points of a name, by how rare the pairs are that it shares with a text.
    fn named(&self, name: &[[char; 2]], in_title: &[[char; 2]], in_text: &[[char; 2]]) -> u32 {
        let said = |words: &[[char; 2]], pair: &[char; 2]| u32::from(words.binary_search(pair).is_ok());
        let rarity = |pair: &[char; 2]| {
            let names = self.common.get(pair).copied().unwrap_or(1);
            // Two points for each halving of how many names have it.
            2 * (self.classes.len() as u32 / names.max(1)).max(1).ilog2()
        };
        let points = name.iter().map(|p| rarity(p) * (2 * said(in_title, p) + said(in_text, p)));
        points.sum::<u32>() / (name.len() as u32).max(2)
    }
}

impl Class {
    fn new(path: Path) -> Class {
        let cues = CUES.of.get(path.join("/").as_str()).map_or(&[][..], Vec::as_slice);
        let name = (cues.is_empty() && path[2] != OTHER).then(|| Cue {
            words: normalise(&path[2]).replace(' ', ""),
            number: None,
            inside: Vec::new(),
        });
        let mut pairs_of_name = pairs(&path[2]);
        pairs_of_name.extend(pairs_of_level_2(&path));
        Class { cues, name, pairs: sorted(pairs_of_name), path }
    }

    /// All that means the class.
    fn all(&self) -> impl Iterator<Item = &Cue> {
        self.cues.iter().chain(&self.name)
    }

    /// The cues in a text that are part of no longer one.
    fn found(&self, text: &Text) -> Vec<&str> {
        let is_in = |cue: &Cue| text.weight(cue) > 0;
        let said = |cue: &&Cue| is_in(cue) && !cue.inside.iter().any(|longer| is_in(&self.cues[*longer]));
        self.all().filter(said).map(|c| c.words.as_str()).collect()
    }

    /// What the cues in a text say for the class.
    fn points(&self, text: &Text) -> u32 {
        let weights: Vec<u32> = self.all().map(|c| text.weight(c)).collect();
        let points = self.all().zip(&weights).map(|(cue, weight)| {
            let length = cue.words.chars().count().min(LONGEST) as u32;
            // What a longer cue has said counts half.
            let said = cue.inside.iter().any(|longer| weights[*longer] > 0);
            length * weight / if said { 2 } else { 1 }
        });
        points.sum()
    }
}

fn pairs(text: &str) -> Vec<[char; 2]> {
    matter(text).windows(2).map(|w| [w[0], w[1]]).collect()
}

fn sorted(mut pairs: Vec<[char; 2]>) -> Vec<[char; 2]> {
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// The second level adds its words where the third has few of its own.
fn pairs_of_level_2(path: &Path) -> Vec<[char; 2]> {
    if path[2].chars().count() > 3 { Vec::new() } else { pairs(&path[1]) }
}
