//! What the figures are compared with: plain TF-IDF, with centroids or with a linear support vector machine.

use std::collections::{BTreeMap, HashMap};
use text::Example;

/// A message: weights of the runs that are known, of length one.
type Vector = HashMap<u32, f64>;

/// TF-IDF over runs of one to three characters: a number and a weight for every run that occurs in two messages.
struct TfIdf(HashMap<String, (u32, f64)>);

fn runs(text: &str) -> HashMap<String, f64> {
    let chars: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut counts = HashMap::new();
    for n in 1..=3 {
        for run in chars.windows(n) {
            *counts.entry(run.iter().collect()).or_insert(0.0) += 1.0;
        }
    }
    counts
}

fn scaled(mut vector: Vector) -> Vector {
    let length = vector.values().map(|x| x * x).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
    vector.values_mut().for_each(|x| *x /= length);
    vector
}

fn whole(e: &Example) -> String {
    format!("{}{}", e.title, e.text)
}

impl TfIdf {
    /// What is learnt, and the examples as it sees them.
    fn new(examples: &[Example]) -> (TfIdf, Vec<Vector>) {
        let counted: Vec<_> = examples.iter().map(|e| runs(&whole(e))).collect();
        let mut with: BTreeMap<String, f64> = BTreeMap::new();
        counted.iter().flat_map(HashMap::keys).for_each(|k| *with.entry(k.clone()).or_default() += 1.0);
        let all = examples.len() as f64 + 1.0;
        let known = with.into_iter().filter(|(_, n)| *n >= 2.0).zip(0..);
        let weights = TfIdf(known.map(|((run, n), k)| (run, (k, (all / (n + 1.0)).ln() + 1.0))).collect());
        let vectors = counted.into_iter().map(|c| weights.weighed(c)).collect();
        (weights, vectors)
    }

    fn weighed(&self, counts: HashMap<String, f64>) -> Vector {
        let weigh = |(run, n): (String, f64)| {
            let (k, rarity) = self.0.get(&run)?;
            Some((*k, (1.0 + n.ln()) * rarity))
        };
        scaled(counts.into_iter().filter_map(weigh).collect())
    }

    fn vector(&self, e: &Example) -> Vector {
        self.weighed(runs(&whole(e)))
    }
}

/// Classes, the highest score first.
fn by_score<'a>(scores: impl Iterator<Item = (f64, &'a String)>) -> Vec<String> {
    let mut all: Vec<(f64, &String)> = scores.collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    all.into_iter().map(|(_, name)| name.clone()).collect()
}

/// The cosine to the mean of each class.
pub struct Centroids {
    weights: TfIdf,
    of: BTreeMap<String, Vector>,
}

impl Centroids {
    pub fn new(examples: &[Example]) -> Centroids {
        let (weights, vectors) = TfIdf::new(examples);
        let mut of: BTreeMap<String, Vector> = BTreeMap::new();
        for (e, vector) in examples.iter().zip(vectors) {
            let sum = of.entry(e.class.clone()).or_default();
            vector.into_iter().for_each(|(k, x)| *sum.entry(k).or_default() += x);
        }
        Centroids { weights, of: of.into_iter().map(|(c, v)| (c, scaled(v))).collect() }
    }

    pub fn ranked(&self, e: &Example) -> Vec<String> {
        let vector = self.weights.vector(e);
        let cosine = |c: &Vector| vector.iter().filter_map(|(k, x)| Some(x * c.get(k)?)).sum::<f64>();
        by_score(self.of.iter().map(|(name, c)| (cosine(c), name)))
    }
}

/// A linear support vector machine, one class against the rest: squared hinge loss, what a wrong message costs is 1, by
/// dual coordinate descent (Hsieh et al. 2008), as LIBLINEAR has it.
pub struct LinearSvm {
    weights: TfIdf,
    of: BTreeMap<String, Vec<f64>>,
}

/// Rounds over all messages; more change no digit that is printed.
const ROUNDS: usize = 30;
/// A prime, so that what it does not divide it goes through as a whole.
const STRIDE: usize = 1009;

impl LinearSvm {
    pub fn new(examples: &[Example]) -> LinearSvm {
        let (weights, vectors) = TfIdf::new(examples);
        // The bias is one more feature that every message has.
        let bias = weights.0.len() as u32;
        let rows: Vec<Vec<(u32, f64)>> =
            vectors.into_iter().map(|v| v.into_iter().chain([(bias, 1.0)]).collect()).collect();
        let mut of: BTreeMap<String, Vec<f64>> =
            examples.iter().map(|e| (e.class.clone(), Vec::new())).collect();
        std::thread::scope(|scope| {
            for (class, weights) in &mut of {
                let rows = &rows;
                scope.spawn(move || *weights = against_rest(rows, examples, class, bias as usize + 1));
            }
        });
        LinearSvm { weights, of }
    }

    pub fn ranked(&self, e: &Example) -> Vec<String> {
        let vector = self.weights.vector(e);
        let score = |w: &Vec<f64>| {
            w.last().copied().unwrap_or(0.0) + vector.iter().map(|(k, x)| x * w[*k as usize]).sum::<f64>()
        };
        by_score(self.of.iter().map(|(name, w)| (score(w), name)))
    }
}

fn against_rest(rows: &[Vec<(u32, f64)>], examples: &[Example], class: &str, features: usize) -> Vec<f64> {
    const SOFT: f64 = 0.5;
    let mut weights = vec![0.0; features];
    let mut dual = vec![0.0; rows.len()];
    let norms: Vec<f64> = rows.iter().map(|r| r.iter().map(|(_, x)| x * x).sum::<f64>() + SOFT).collect();
    // The labelled rows stand class by class: they are gone through in steps.
    let stride = if rows.len().is_multiple_of(STRIDE) { 1 } else { STRIDE };
    for _ in 0..ROUNDS {
        for r in (0..rows.len()).map(|k| k * stride % rows.len()) {
            let row = &rows[r];
            let sign = if examples[r].class == class { 1.0 } else { -1.0 };
            let margin: f64 = row.iter().map(|(k, x)| x * weights[*k as usize]).sum();
            let slope = sign * margin - 1.0 + SOFT * dual[r];
            let new = f64::max(dual[r] - slope / norms[r], 0.0);
            let step = (new - dual[r]) * sign;
            dual[r] = new;
            if step != 0.0 {
                row.iter().for_each(|(k, x)| weights[*k as usize] += step * x);
            }
        }
    }
    weights
}
