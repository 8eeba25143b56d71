//! The finer classes, where the text itself names them: no labels are needed, only the names in the office's table.

use crate::normal::matter;
use std::collections::HashMap;

/// A class with a name on each of three levels.
pub type Path = [String; 3];

/// Which finer class the words of a text name.
pub struct Finer {
    paths: Vec<(Path, Vec<[char; 2]>)>,
    /// How many names have a pair of characters.
    common: HashMap<[char; 2], u32>,
}

/// Points of rarity from which a name counts as named, and by which the first has to be ahead.
const NAMED: u32 = 8;
const AHEAD: u32 = 2;

impl Finer {
    /// From the three-level names of an office's table.
    pub fn new(paths: impl IntoIterator<Item = Path>) -> Finer {
        let paths: Vec<(Path, Vec<[char; 2]>)> = paths
            .into_iter()
            .map(|p| {
                let mut pairs = pairs(&p[2]);
                pairs.extend(pairs_of_level_2(&p));
                (p, sorted(pairs))
            })
            .collect();
        let mut common = HashMap::new();
        for pair in paths.iter().flat_map(|p| &p.1) {
            *common.entry(*pair).or_default() += 1;
        }
        Finer { paths, common }
    }

    /// The second and third level below a class, as far as the text names them; the title counts twice.
    pub fn below(&self, level1: &str, title: &str, text: &str) -> (Option<&str>, Option<&str>) {
        let (in_title, in_text) = (sorted(pairs(title)), sorted(pairs(text)));
        let said = |words: &[[char; 2]], pair: &[char; 2]| u32::from(words.binary_search(pair).is_ok());
        let rarity = |pair: &[char; 2]| {
            let names = self.common.get(pair).copied().unwrap_or(1);
            // Two points for each halving of how many names have it.
            2 * (self.paths.len() as u32 / names.max(1)).max(1).ilog2()
        };
        let points = |named: &[[char; 2]]| -> u32 {
            named.iter().map(|p| rarity(p) * (2 * said(&in_title, p) + said(&in_text, p))).sum::<u32>()
                / (named.len() as u32).max(2)
        };
        let mut scored: Vec<(u32, usize)> = self
            .paths
            .iter()
            .enumerate()
            .filter(|(_, (p, _))| p[0] == level1)
            .map(|(k, (_, named))| (points(named), k))
            .collect();
        scored.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let Some((best, k)) = scored.first().copied().filter(|(p, _)| *p >= NAMED) else {
            return (None, None);
        };
        let path = &self.paths[k].0;
        // Where two of the same second level are as near, that level is still clear.
        let clear = scored.get(1).is_none_or(|(second, _)| best >= second + AHEAD);
        let same_second =
            scored.iter().take_while(|(p, _)| p + AHEAD > best).all(|(_, o)| self.paths[*o].0[1] == path[1]);
        (same_second.then_some(path[1].as_str()), (clear && same_second).then_some(path[2].as_str()))
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
