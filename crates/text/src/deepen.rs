//! Classes that cues tell: the finer ones, and those of the first level that the model does not know. No labels are
//! needed, only cues (`cues.rs`), and the names in the office's table.

use crate::cues::{Cues, Found, built_in};
use crate::normal::{matter_of, normal_chars, normalise};
use crate::{Guess, Model, Verdict};
use std::cmp::Reverse;
use std::collections::HashMap;

/// A class with a name on each of three levels.
pub type Path = [String; 3];

/// Which classes of an office's table a text means.
///
/// Classes that `data/cues.txt` knows are told by its cues, and classes beside them by their own name. Below a class of
/// the first level of which it knows none, an office's own, those are taken whose names share rare pairs of characters
/// with the text.
pub struct Finer {
    /// In the order of their paths: what is of one first level stands together.
    classes: Vec<Class>,
    /// What tells each of them, in the same order.
    cues: Cues,
    /// How many names have a pair of characters.
    common: HashMap<[char; 2], u32>,
}

/// What a text is about.
#[derive(Clone, Debug)]
pub struct Meaning<'a> {
    /// Classes of the first level, the likeliest first, each with what the text means below it.
    pub classes: Vec<(Guess, Below<'a>)>,
    /// The words that speak most for the first.
    pub words: Vec<String>,
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
    /// Whether `data/cues.txt` knows cues of it.
    has_cues: bool,
    /// The pairs of characters of its name.
    pairs: Vec<[char; 2]>,
}

/// Points from which a class counts as meant, and by which it has to be ahead of others: a cue of two characters in a
/// title is enough.
const MEANT: u32 = 12;
const AHEAD: u32 = 4;

/// Points from which a class counts as meant whose first level the model does not know: two characters in the title, and
/// again at the beginning of the text.
const MEANT_BEYOND: u32 = 18;

/// By how many points it has to be ahead of every class whose first level the model knows: the more, the surer the model
/// is of one of those.
fn ahead_beyond(sure: u32) -> u32 {
    match sure {
        ..500 => 0,
        500..900 => AHEAD * 2,
        900.. => 30,
    }
}

/// Of 1000 messages that cues take beyond the model so many are of the class, by a cautious reading of the bench (14 of 15
/// that were labelled blind, 151 of 155 that had been read).
const RIGHT_BEYOND: u32 = 900;

/// Points of rarity from which a name counts as named, and by which the first has to be ahead.
const NAMED: u32 = 8;
const NAMED_AHEAD: u32 = 2;

/// The classes that are not about anything.
const OTHER: &str = "其他";

impl Finer {
    /// From the three-level names of an office's table.
    pub fn new(paths: impl IntoIterator<Item = Path>) -> Finer {
        let known = built_in();
        let mut paths: Vec<Path> = paths.into_iter().collect();
        paths.sort();
        let (classes, cues): (Vec<Class>, Vec<Vec<String>>) =
            paths.into_iter().map(|path| Class::new(path, &known)).unzip();
        let mut common = HashMap::new();
        for pair in classes.iter().flat_map(|c| &c.pairs) {
            *common.entry(*pair).or_default() += 1;
        }
        Finer { classes, cues: Cues::new(cues), common }
    }

    /// What a text is about, in `count` classes at most: the likeliest that the model knows, and before them one of another
    /// first level where cues mean that clearly. A proposal: a person confirms it.
    pub fn read(&self, model: &Model, title: &str, text: &str, count: usize) -> Meaning<'_> {
        let (title, text) = (normal_chars(title), normal_chars(text));
        let Verdict { mut guesses, mut words } = model.classify_normal(&title, &text);
        let found = self.cues.find(&title, &text);
        if let Some(at) = self.beyond(model, &guesses, &found) {
            for guess in &mut guesses {
                guess.permille = guess.permille * (1000 - RIGHT_BEYOND) / 1000;
            }
            guesses.insert(
                0,
                Guess { class: self.classes[at as usize].path[0].clone(), permille: RIGHT_BEYOND },
            );
            words = found.words(at).into_iter().map(str::to_owned).collect();
        }
        guesses.truncate(count);
        let with_below = |guess: Guess| {
            let below = self.below_in(&guess.class, [&title, &text], &found);
            (guess, below)
        };
        Meaning { classes: guesses.into_iter().map(with_below).collect(), words }
    }

    /// The class that cues mean, of a first level that the model does not know.
    fn beyond(&self, model: &Model, guesses: &[Guess], found: &Found<'_>) -> Option<u32> {
        let ahead = ahead_beyond(guesses.first().map_or(0, |g| g.permille));
        let (mut known, mut best) = (0, None);
        for (at, points) in found.classes() {
            let class = &self.classes[at as usize];
            if !class.has_cues {
                continue;
            }
            if model.classes().contains(&class.path[0]) {
                known = known.max(points);
            } else {
                best = best.max(Some((points, Reverse(at))));
            }
        }
        let (points, Reverse(at)) = best?;
        (points >= MEANT_BEYOND && points >= known + ahead).then_some(at)
    }

    /// The second and third level below a class, as far as the text means one; the title counts most. Where two third
    /// levels of one second are as near, that second level is still clear.
    pub fn below(&self, level1: &str, title: &str, text: &str) -> Below<'_> {
        let (title, text) = (normal_chars(title), normal_chars(text));
        self.below_in(level1, [&title, &text], &self.cues.find(&title, &text))
    }

    /// The same of normalised characters in which cues were found.
    fn below_in<'a>(&'a self, level1: &str, [title, text]: [&[char]; 2], found: &Found<'a>) -> Below<'a> {
        let first = self.classes.partition_point(|c| c.path[0].as_str() < level1);
        let end = first + self.classes[first..].partition_point(|c| c.path[0] == level1);
        let below = first as u32..end as u32;
        let known = self.classes[first..end].iter().any(|c| c.has_cues);
        let (meant, ahead) = if known { (MEANT, AHEAD) } else { (NAMED, NAMED_AHEAD) };
        let mut scored: Vec<(u32, u32)> = if known {
            found.classes().filter(|(at, _)| below.contains(at)).map(|(at, points)| (points, at)).collect()
        } else {
            let (in_title, in_text) = (sorted(pairs(title)), sorted(pairs(text)));
            let points = |at: u32| self.named(&self.classes[at as usize].pairs, &in_title, &in_text);
            below.map(|at| (points(at), at)).collect()
        };
        // Stable: ties by path.
        scored.sort_by_key(|(points, _)| Reverse(*points));
        let Some((best, at)) = scored.first().copied().filter(|(points, _)| *points >= meant) else {
            return Below::default();
        };
        let path = |at: u32| &self.classes[at as usize].path;
        let near = || scored.iter().skip(1).take_while(|(points, _)| points + ahead > best);
        if near().any(|(_, other)| path(*other)[1] != path(at)[1]) {
            return Below::default();
        }
        Below {
            second: Some(&path(at)[1]),
            third: near().next().is_none().then_some(&path(at)[2]),
            cues: if known { found.words(at) } else { Vec::new() },
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
    /// With what tells it: cues, its own name where none are known, nothing where it is not about anything.
    fn new(path: Path, known: &rustc_hash::FxHashMap<&str, Vec<&str>>) -> (Class, Vec<String>) {
        let cues = known.get(path.join("/").as_str());
        let by_name =
            || (path[2] != OTHER).then(|| normalise(&path[2]).replace(' ', "")).into_iter().collect();
        let told_by = cues.map_or_else(by_name, |cues| cues.iter().map(|cue| (*cue).to_owned()).collect());
        let mut pairs_of_name = pairs(&normal_chars(&path[2]));
        pairs_of_name.extend(pairs_of_level_2(&path));
        (Class { has_cues: cues.is_some(), pairs: sorted(pairs_of_name), path }, told_by)
    }
}

fn pairs(text: &[char]) -> Vec<[char; 2]> {
    matter_of(text).windows(2).map(|w| [w[0], w[1]]).collect()
}

fn sorted(mut pairs: Vec<[char; 2]>) -> Vec<[char; 2]> {
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// The second level adds its words where the third has few of its own.
fn pairs_of_level_2(path: &Path) -> Vec<[char; 2]> {
    if path[2].chars().count() > 3 { Vec::new() } else { pairs(&normal_chars(&path[1])) }
}
