//! What has been said before: copies of a message, and the same matter in other words.
//!
//! Messages are sets of runs of characters. Rare runs are kept in an index, which gives the candidates; these are then
//! compared in full, every run weighing the more the fewer messages have it. A copy is nearly all of the shorter
//! message found again in the longer; the same matter is a large part of both, and of the rare runs above all.

use crate::normal::{BREAK, matter};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Characters of a run by which copies are found.
const SHINGLE: usize = 4;
/// A run that so many messages have says nothing about which.
const COMMON: usize = 60;
/// Messages that are compared in full, at most.
const COMPARED: usize = 50;
/// Shared runs that are shown.
const SHOWN: usize = 4;
/// Permille of the shorter message found again in the longer, and of likeness, from which it is a copy. Templates
/// filled in for another place are less alike than copied. Chosen, like the next, on the pairs of `data/near-pairs.csv`.
const COPY: (u32, u32) = (700, 600);
/// Permille of likeness from which it is the same matter.
const SAME_MATTER: u32 = 390;

/// A message that says nearly the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// Number of the message.
    pub number: u32,
    /// Permille of the shorter message that is found again in the longer.
    pub copied: u32,
    /// Permille of likeness of the matter.
    pub alike: u32,
    /// Characters of the shorter message, punctuation apart.
    pub characters: u32,
    /// The rarest that both say.
    pub shared: Vec<String>,
}

impl Near {
    /// Whether the one is a copy of the other.
    pub fn is_copy(&self) -> bool {
        self.copied >= COPY.0 && self.alike >= COPY.1
    }

    /// Whether both are of the same matter, copies among them.
    pub fn is_same_matter(&self) -> bool {
        self.is_copy() || self.alike >= SAME_MATTER
    }
}

/// Messages that say the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Numbers of the messages, in order.
    pub numbers: Vec<u32>,
    /// The lowest likeness of any two that were joined, in permille.
    pub alike: u32,
    /// What most of those that were joined both say.
    pub shared: Vec<String>,
}

impl Default for Group {
    fn default() -> Self {
        Group { numbers: Vec::new(), alike: 1000, shared: Vec::new() }
    }
}

struct Entry {
    matter: Vec<char>,
    /// Hashes of runs of four, and of two, in order.
    fours: Vec<u32>,
    twos: Vec<u32>,
}

/// Messages that can be asked for what is near.
#[derive(Default)]
pub struct Index {
    entries: Vec<Entry>,
    /// Messages that have a run of four, and how many have one of two.
    with: HashMap<u32, Vec<u32>>,
    twos: HashMap<u32, u32>,
}

impl Entry {
    fn characters(&self) -> u32 {
        self.matter.iter().filter(|c| **c != BREAK).count() as u32
    }
}

fn hashes(chars: &[char], length: usize) -> Vec<u32> {
    let mut all: Vec<u32> = chars.windows(length).filter(|w| !w.contains(&BREAK)).map(hash).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn hash(run: &[char]) -> u32 {
    run.iter().fold(0x811c_9dc5u32, |h, c| (h ^ u32::from(*c)).wrapping_mul(0x0100_0193).rotate_left(5))
}

fn entry(title: &str, text: &str) -> Entry {
    let mut chars = matter(title);
    chars.push(BREAK);
    chars.extend(matter(text));
    Entry { fours: hashes(&chars, SHINGLE), twos: hashes(&chars, 2), matter: chars }
}

/// What both have, each in order.
fn common<'a>(a: &'a [u32], b: &'a [u32]) -> impl Iterator<Item = u32> + 'a {
    let mut b = b.iter().peekable();
    a.iter().copied().filter(move |x| {
        while b.next_if(|y| **y < *x).is_some() {}
        b.peek() == Some(&x)
    })
}

impl Index {
    /// Number of messages.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a message; gives it the next number.
    pub fn add(&mut self, title: &str, text: &str) -> u32 {
        let number = self.entries.len() as u32;
        let entry = entry(title, text);
        for four in &entry.fours {
            let with = self.with.entry(*four).or_default();
            // Beyond what says anything the list need not grow.
            if with.len() <= COMMON {
                with.push(number);
            }
        }
        for two in &entry.twos {
            *self.twos.entry(*two).or_default() += 1;
        }
        self.entries.push(entry);
        number
    }

    /// What is near a text that is not in the index, the nearest first.
    pub fn near(&self, title: &str, text: &str) -> Vec<Near> {
        self.compare(&entry(title, text), None, false)
    }

    /// Those of [`Self::near`] that are copies, found sooner.
    pub fn copies(&self, title: &str, text: &str) -> Vec<Near> {
        let mut near = self.compare(&entry(title, text), None, true);
        near.retain(Near::is_copy);
        near
    }

    /// What is near a message of the index.
    pub fn near_to(&self, number: u32) -> Vec<Near> {
        self.entries.get(number as usize).map_or(Vec::new(), |e| self.compare(e, Some(number), false))
    }

    /// Messages that are copies of each other or of the same matter, as `near` says of a message and one that is near it, in
    /// groups of at least two, the largest first, ties by number.
    pub fn groups(&self, near: impl Fn(u32, &Near) -> bool) -> Vec<Group> {
        self.joined(false, near)
    }

    /// The same of copies alone, found sooner; `near` may say no to some.
    pub fn copy_groups(&self, near: impl Fn(u32, &Near) -> bool) -> Vec<Group> {
        self.joined(true, |a, other| other.is_copy() && near(a, other))
    }

    fn joined(&self, copies: bool, near: impl Fn(u32, &Near) -> bool) -> Vec<Group> {
        let mut of: Vec<u32> = (0..self.entries.len() as u32).collect();
        fn root(of: &mut [u32], mut x: u32) -> u32 {
            while of[x as usize] != x {
                of[x as usize] = of[of[x as usize] as usize];
                x = of[x as usize];
            }
            x
        }
        let mut joins: Vec<(u32, Near)> = Vec::new();
        for a in 0..self.entries.len() as u32 {
            let all = self.compare(&self.entries[a as usize], Some(a), copies);
            for other in all.into_iter().filter(|n| n.number < a && near(a, n)) {
                let (x, y) = (root(&mut of, a), root(&mut of, other.number));
                of[x.max(y) as usize] = x.min(y);
                joins.push((a, other));
            }
        }
        let mut groups: BTreeMap<u32, Group> = BTreeMap::new();
        let mut words: BTreeMap<u32, BTreeMap<String, u32>> = BTreeMap::new();
        for (a, join) in joins {
            let root = root(&mut of, a);
            let group = groups.entry(root).or_default();
            group.numbers.extend([a, join.number]);
            group.alike = group.alike.min(join.alike);
            for word in join.shared {
                *words.entry(root).or_default().entry(word).or_default() += 1;
            }
        }
        let mut found: Vec<Group> = groups
            .into_iter()
            .map(|(root, mut group)| {
                group.numbers.sort_unstable();
                group.numbers.dedup();
                let mut said: Vec<(u32, String)> =
                    words.remove(&root).into_iter().flatten().map(|(word, n)| (n, word)).collect();
                said.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
                group.shared = said.into_iter().take(SHOWN).map(|(_, word)| word).collect();
                group
            })
            .collect();
        found.sort_by_key(|g| (Reverse(g.numbers.len()), g.numbers.first().copied()));
        found
    }

    fn compare(&self, this: &Entry, own: Option<u32>, copies: bool) -> Vec<Near> {
        let mut votes: HashMap<u32, u32> = HashMap::new();
        // Runs that others may have too without having been counted.
        let mut uncounted = 0;
        for four in &this.fours {
            match self.with.get(four) {
                Some(with) if with.len() > COMMON => uncounted += 1,
                Some(with) => {
                    for number in with.iter().filter(|n| Some(**n) != own) {
                        *votes.entry(*number).or_default() += 1;
                    }
                }
                None => {}
            }
        }
        let mut candidates: Vec<(u32, u32)> = votes.into_iter().map(|(number, n)| (n, number)).collect();
        candidates.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        candidates.truncate(COMPARED);
        if copies {
            candidates.retain(|(votes, number)| {
                let shorter = this.fours.len().min(self.entries[*number as usize].fours.len());
                (votes + uncounted) as usize * 1000 >= COPY.0 as usize * shorter
            });
        }
        let mut found: Vec<Near> =
            candidates.into_iter().map(|(_, number)| self.full(this, number)).collect();
        found.sort_by(|a, b| (b.copied, b.alike).cmp(&(a.copied, a.alike)).then(a.number.cmp(&b.number)));
        found
    }

    /// The two compared in full.
    fn full(&self, this: &Entry, number: u32) -> Near {
        let other = &self.entries[number as usize];
        let shorter = this.fours.len().min(other.fours.len()).max(1);
        let both = common(&this.fours, &other.fours).count();
        let all = self.entries.len() as f32 + 1.0;
        let rarity = |two: u32| (all / (self.twos.get(&two).copied().unwrap_or(0) as f32 + 1.0)).ln().powi(2);
        let weight = |twos: &[u32]| twos.iter().map(|t| rarity(*t)).sum::<f32>();
        let shared: f32 = common(&this.twos, &other.twos).map(rarity).sum();
        let alike = shared / (weight(&this.twos) * weight(&other.twos)).sqrt().max(f32::MIN_POSITIVE);
        Near {
            number,
            copied: (both * 1000 / shorter) as u32,
            alike: (alike * 1000.0) as u32,
            characters: this.characters().min(other.characters()),
            shared: self.shared(this, other),
        }
    }

    /// The longest runs that both have, the rarest first.
    fn shared(&self, this: &Entry, other: &Entry) -> Vec<String> {
        let both: HashSet<u32> = common(&this.twos, &other.twos).collect();
        let mut runs: Vec<(u32, usize, usize)> = Vec::new();
        let mut at = 0;
        while at + 1 < this.matter.len() {
            let mut end = at;
            let mut rarest = u32::MAX;
            while end + 1 < this.matter.len()
                && both.contains(&hash(&this.matter[end..end + 2]))
                && end < at + 7
            {
                rarest = rarest.min(self.twos.get(&hash(&this.matter[end..end + 2])).copied().unwrap_or(0));
                end += 1;
            }
            if end > at {
                runs.push((rarest, at, end + 1));
            }
            at = end.max(at + 1);
        }
        runs.sort_unstable();
        let mut words: Vec<String> = Vec::new();
        for (_, from, to) in runs {
            let word: String = this.matter[from..to].iter().filter(|c| **c != BREAK).collect();
            if !words.contains(&word) {
                words.push(word);
            }
            if words.len() == SHOWN {
                break;
            }
        }
        words
    }
}
