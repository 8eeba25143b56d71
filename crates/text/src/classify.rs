//! What a message is about: a linear model, its confidence, and the words that decided.

use crate::features::{Feature, VIEWS, cut};
use crate::normal::normal_chars;
use crate::sieve::Sieve;
use crate::words::{Cutter, Lexicon};
use serde::{Deserialize, Serialize};
use std::collections::BinaryHeap;

/// A class with how sure the model is of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    /// Name of the class.
    pub class: String,
    /// Of 1000 messages about which the model is as sure, so many are of the class.
    pub permille: u32,
}

/// What a model says about a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Every class, the likeliest first.
    pub guesses: Vec<Guess>,
    /// The words that speak most for the first, the strongest first.
    pub words: Vec<String>,
}

/// Why a model cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Not a model, or of another version.
    #[error("不是分类模型,或版本不同")]
    Format,
}

/// A trained model. Weights are eight bits, features are known by their hash alone.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Model {
    pub(crate) version: u32,
    /// Names of the classes, in order.
    pub(crate) classes: Vec<String>,
    /// Hashes of the features, in order.
    pub(crate) keys: Vec<u32>,
    /// Weights of feature `k` for class `c` at `k * classes + c`.
    pub(crate) weights: Vec<i8>,
    /// What one unit of a class's weights is worth.
    pub(crate) unit: Vec<f32>,
    pub(crate) bias: Vec<f32>,
    /// Sharpness of the confidence.
    pub(crate) sharpness: f32,
    /// Words that a text is cut into.
    pub(crate) lexicon: Lexicon,
    #[serde(skip)]
    pub(crate) cutter: Cutter,
    /// Where each feature's hash begins to be looked for; made at loading.
    #[serde(skip)]
    pub(crate) index: Vec<u32>,
    /// Which features there are.
    #[serde(skip)]
    pub(crate) sieve: Sieve,
    /// The weights in rows of whole [`LANES`], which are added at once; made at loading.
    #[serde(skip)]
    pub(crate) rows: Vec<[i8; LANES]>,
}

/// The layout that this code reads.
pub(crate) const VERSION: u32 = 2;
/// Classes whose weights are added at once.
const LANES: usize = 8;
/// Bits of a hash that choose where to look.
const BITS: u32 = 16;
/// Words that are shown.
const WORDS: usize = 5;

/// A message and what each class has of it.
struct Weighed {
    /// Decision values of the classes.
    scores: Vec<f32>,
    /// The features that the model knows, with their positions.
    known: Vec<(Feature, usize)>,
    /// The message, see [`cut`].
    matter: Vec<char>,
}

impl Model {
    /// Reads what [`Model::write`] wrote.
    ///
    /// # Errors
    /// Not a model, or of another version.
    pub fn read(bytes: &[u8]) -> Result<Model, ModelError> {
        let mut model: Model = postcard::from_bytes(bytes).map_err(|_| ModelError::Format)?;
        let classes = model.classes.len();
        let whole = model.version == VERSION
            && model.weights.len() == model.keys.len() * classes
            && model.unit.len() == classes
            && model.bias.len() == classes
            && model.keys.is_sorted();
        if !whole {
            return Err(ModelError::Format);
        }
        model.index();
        model.cutter = Cutter::new(&model.lexicon);
        Ok(model)
    }

    /// The model as a file.
    pub fn write(&self) -> Vec<u8> {
        postcard::to_stdvec(self).unwrap_or_default()
    }

    /// Names of the classes.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// Words that a text is cut into.
    pub fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    pub(crate) fn index(&mut self) {
        self.index = vec![0; (1 << BITS) + 1];
        for key in &self.keys {
            self.index[(key >> (32 - BITS)) as usize + 1] += 1;
        }
        for k in 0..1 << BITS {
            self.index[k + 1] += self.index[k];
        }
        self.sieve = Sieve::new(self.keys.iter().copied());
        self.rows.clear();
        for weights in self.weights.chunks(self.classes.len().max(1)) {
            self.rows.extend(weights.chunks(LANES).map(|part| {
                let mut row = [0; LANES];
                row[..part.len()].copy_from_slice(part);
                row
            }));
        }
    }

    fn position(&self, key: u32) -> Option<usize> {
        if !self.sieve.may_have(key) {
            return None;
        }
        let bucket = (key >> (32 - BITS)) as usize;
        let range = self.index[bucket] as usize..self.index[bucket + 1] as usize;
        self.keys[range.clone()].iter().position(|k| *k == key).map(|p| range.start + p)
    }

    /// Decision values of every class.
    pub(crate) fn scores(&self, title: &str, text: &str) -> Vec<f32> {
        self.weigh(&normal_chars(title), &normal_chars(text)).scores
    }

    fn weigh(&self, title: &[char], text: &[char]) -> Weighed {
        let classes = self.classes.len();
        let lanes = classes.div_ceil(LANES);
        let mut sums = vec![[0i32; LANES]; lanes * VIEWS];
        let mut count = [0u32; VIEWS];
        let mut known = Vec::with_capacity(256);
        let mut seen = vec![0u64; self.keys.len().div_ceil(64)];
        let matter = cut(title, text, &self.cutter, |feature| {
            let Some(at) = self.position(feature.key) else { return };
            // However often it occurs, it counts once.
            let bit = 1 << (at % 64);
            if seen[at / 64] & bit != 0 {
                return;
            }
            seen[at / 64] |= bit;
            let view = usize::from(feature.view);
            count[view] += 1;
            known.push((feature, at));
            let sums = &mut sums[view * lanes..(view + 1) * lanes];
            for (sum, row) in sums.iter_mut().zip(&self.rows[at * lanes..]) {
                for k in 0..LANES {
                    sum[k] += i32::from(row[k]);
                }
            }
        });
        let mut scores = self.bias.clone();
        for (view, n) in count.iter().enumerate().filter(|(_, n)| **n > 0) {
            let length = (*n as f32).sqrt();
            for c in 0..classes {
                let sum = sums[view * lanes + c / LANES][c % LANES];
                scores[c] += sum as f32 * self.unit[c] / length;
            }
        }
        Weighed { scores, known, matter }
    }

    /// What the message is about. A proposal: a person confirms it.
    pub fn classify(&self, title: &str, text: &str) -> Verdict {
        self.classify_normal(&normal_chars(title), &normal_chars(text))
    }

    /// The same of normalised characters.
    pub(crate) fn classify_normal(&self, title: &[char], text: &[char]) -> Verdict {
        let weighed = self.weigh(title, text);
        let scores = &weighed.scores;
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]).then(a.cmp(b)));
        let top = order.first().map_or(0.0, |c| scores[*c]);
        let share: Vec<f32> = order.iter().map(|c| ((scores[*c] - top) * self.sharpness).exp()).collect();
        let all: f32 = share.iter().sum();
        let guesses = order
            .iter()
            .zip(&share)
            .map(|(c, s)| Guess {
                class: self.classes[*c].clone(),
                permille: (s / all * 1000.0).round() as u32,
            })
            .collect();
        let words = order.first().map_or(Vec::new(), |c| self.deciding(&weighed, *c));
        Verdict { guesses, words }
    }

    /// Runs of at least two characters that speak most for a class; what lies inside a shown one is not shown again.
    fn deciding(&self, message: &Weighed, class: usize) -> Vec<String> {
        let classes = self.classes.len();
        // A few are taken off it, the others need no order.
        let mut by_weight: BinaryHeap<(i8, std::cmp::Reverse<u32>, u8)> = message
            .known
            .iter()
            .map(|(f, at)| (self.weights[at * classes + class], f))
            .filter(|(w, f)| *w > 0 && f.length > 1)
            .map(|(w, f)| (w, std::cmp::Reverse(f.at), f.length))
            .collect();
        let mut shown: Vec<(u32, u32)> = Vec::new();
        let mut words: Vec<String> = Vec::new();
        while let Some((_, at, length)) = by_weight.pop() {
            let (from, to) = (at.0, at.0 + u32::from(length));
            let word: String = message.matter[from as usize..to as usize].iter().collect();
            if shown.iter().all(|(a, b)| to <= *a || from >= *b) && !words.contains(&word) {
                shown.push((from, to));
                words.push(word);
            }
            if words.len() == WORDS {
                break;
            }
        }
        words
    }
}
