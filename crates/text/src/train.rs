//! Training a [`Model`]: naive Bayes log-count ratios as the scale of a linear support vector machine (Wang and
//! Manning 2012, "Baselines and Bigrams"), one against the rest, classes balanced, solved by dual coordinate descent
//! (Hsieh et al. 2008). Deterministic: the order of the rows is shuffled by a fixed sequence.

use crate::classify::{Model, VERSION};
use crate::features::{Feature, VIEWS, cut};
use crate::normal::normal_chars;
use crate::words::{Cutter, Lexicon};
use std::collections::{BTreeMap, HashMap};

/// One labelled message.
#[derive(Clone, Debug, Default)]
pub struct Example {
    /// Name of its class.
    pub class: String,
    /// Name of another class that is as right; empty where there is none.
    pub also: String,
    /// Title; empty where the text begins with it.
    pub title: String,
    /// Text.
    pub text: String,
}

/// Weights that a model keeps, over all classes: it stays well below two megabytes.
const WEIGHTS: usize = 1_400_000;
/// Features that a model keeps.
const FEATURES: usize = 65_536;
/// A feature has to occur in so many messages.
const AT_LEAST: u32 = 2;
/// Added to every count, so that a word that a class never had is not impossible.
const SMOOTHING: f32 = 0.2;
/// What each view weighs; this, the smoothing and the cost were chosen by five-fold cross-validation.
const VIEW: [f32; VIEWS] = [1.0, 0.7, 1.0];
/// What a wrong message costs against the width of the margin.
const COST: f32 = 1.0;
/// Rounds over all messages.
const ROUNDS: usize = 25;
/// Parts of which each is judged by a model of the others, for the confidence.
const PARTS: usize = 4;

struct Row {
    class: usize,
    /// Numbers of known features, those of each view together.
    features: Vec<(u32, u8)>,
    /// One over the root of the number of each view's features.
    scale: [f32; VIEWS],
}

/// Trains a model on examples of at least two classes, cut into the words of a dictionary. `None` where there are
/// fewer. Where two classes are as right of an example, it is of the one that a model of the clear examples would give: who
/// labels such matter now so, now so, teaches nothing but that it is unclear.
pub fn train(examples: &[Example], lexicon: &Lexicon) -> Option<Model> {
    let cutter = Cutter::new(lexicon);
    let examples = &settled(examples, &cutter);
    let mut model = fit(examples, &cutter)?;
    model.lexicon = lexicon.clone();
    // How sure is sure: from models that have not seen what they are asked.
    let mut seen = Vec::new();
    for part in 0..PARTS {
        let (held, rest): (Vec<_>, Vec<_>) =
            examples.iter().enumerate().partition(|(k, _)| k % PARTS == part);
        let rest: Vec<Example> = rest.into_iter().map(|(_, e)| e.clone()).collect();
        let Some(other) = fit(&rest, &cutter) else { continue };
        for (_, e) in held {
            if let Some(class) = other.classes().iter().position(|c| *c == e.class) {
                seen.push((other.scores(&e.title, &e.text), class));
            }
        }
    }
    model.sharpness = sharpness(&seen);
    Some(model)
}

/// The examples with one class each.
fn settled(examples: &[Example], cutter: &Cutter) -> Vec<Example> {
    let mut settled = examples.to_vec();
    let clear: Vec<Example> = examples.iter().filter(|e| e.also.is_empty()).cloned().collect();
    let model = if clear.len() == settled.len() { None } else { fit(&clear, cutter) };
    let Some(model) = model else { return settled };
    for e in settled.iter_mut().filter(|e| !e.also.is_empty()) {
        let scores = model.scores(&e.title, &e.text);
        let score = |class: &String| model.classes.binary_search(class).map_or(f32::MIN, |c| scores[c]);
        let also = std::mem::take(&mut e.also);
        if score(&also) > score(&e.class) {
            e.class = also;
        }
    }
    settled
}

/// The sharpness at which what happened is likeliest.
fn sharpness(seen: &[(Vec<f32>, usize)]) -> f32 {
    let surprise = |t: f32| -> f64 {
        seen.iter()
            .map(|(scores, class)| {
                let top = scores.iter().copied().fold(f32::MIN, f32::max);
                let all: f32 = scores.iter().map(|s| ((s - top) * t).exp()).sum();
                f64::from(all.ln() - (scores[*class] - top) * t)
            })
            .sum()
    };
    (1..=60).map(|k| k as f32 * 0.1).min_by(|a, b| surprise(*a).total_cmp(&surprise(*b))).unwrap_or(1.0)
}

/// The features of a message, each once, in order of their keys.
fn distinct(e: &Example, cutter: &Cutter) -> Vec<Feature> {
    let mut features = Vec::new();
    cut(&normal_chars(&e.title), &normal_chars(&e.text), cutter, |feature| features.push(feature));
    features.sort_unstable_by_key(|f| f.key);
    features.dedup_by_key(|f| f.key);
    features
}

fn fit(examples: &[Example], cutter: &Cutter) -> Option<Model> {
    let mut classes: Vec<String> = examples.iter().map(|e| e.class.clone()).collect();
    classes.sort_unstable();
    classes.dedup();
    if classes.len() < 2 {
        return None;
    }
    let cut_up: Vec<_> = examples.iter().map(|e| distinct(e, cutter)).collect();
    let mut counts: HashMap<u32, (u32, u8)> = HashMap::new();
    for feature in cut_up.iter().flatten() {
        counts.entry(feature.key).or_insert((0, feature.view)).0 += 1;
    }
    let known: BTreeMap<u32, u8> =
        counts.into_iter().filter(|(_, (n, _))| *n >= AT_LEAST).map(|(key, (_, view))| (key, view)).collect();
    let number: HashMap<u32, u32> = known.keys().zip(0..).map(|(k, n)| (*k, n)).collect();
    let rows: Vec<Row> = examples
        .iter()
        .zip(&cut_up)
        .map(|(e, features)| {
            let features: Vec<(u32, u8)> =
                features.iter().filter_map(|f| Some((*number.get(&f.key)?, f.view))).collect();
            let mut count = [0u32; VIEWS];
            features.iter().for_each(|f| count[usize::from(f.1)] += 1);
            Row {
                class: classes.binary_search(&e.class).unwrap_or(0),
                features,
                scale: count.map(|n| 1.0 / (n.max(1) as f32).sqrt()),
            }
        })
        .collect();
    // The classes are independent of each other.
    let views: Vec<u8> = known.values().copied().collect();
    let fitted: Vec<(Vec<f32>, f32)> = std::thread::scope(|scope| {
        let tasks: Vec<_> = (0..classes.len())
            .map(|c| {
                scope.spawn({
                    let (rows, views) = (&rows, &views);
                    move || one_against_rest(rows, views, c)
                })
            })
            .collect();
        tasks.into_iter().filter_map(|t| t.join().ok()).collect()
    });
    let mut model = shrink(classes, known.into_keys().collect(), &fitted);
    model.cutter = cutter.clone();
    Some(model)
}

/// Weights of one class: what each feature adds to its decision value, for a message whose view has one feature.
fn one_against_rest(rows: &[Row], views: &[u8], class: usize) -> (Vec<f32>, f32) {
    let features = views.len();
    let mut counts = [vec![SMOOTHING; features], vec![SMOOTHING; features]];
    for row in rows {
        let side = &mut counts[usize::from(row.class == class)];
        row.features.iter().for_each(|(f, _)| side[*f as usize] += 1.0);
    }
    let mut totals = [[0f32; VIEWS]; 2];
    for (total, counts) in totals.iter_mut().zip(&counts) {
        counts.iter().zip(views).for_each(|(n, view)| total[usize::from(*view)] += n);
    }
    let ratio: Vec<f32> = (0..features)
        .map(|f| {
            let view = usize::from(views[f]);
            ((counts[1][f] / totals[1][view]) / (counts[0][f] / totals[0][view])).ln()
        })
        .collect();
    let positive = rows.iter().filter(|r| r.class == class).count() as f32;
    let all = rows.len() as f32;
    let value =
        |row: &Row, f: &(u32, u8)| ratio[f.0 as usize] * row.scale[usize::from(f.1)] * VIEW[usize::from(f.1)];
    // Squared hinge loss; each row's dual variable, the weights they sum to, and a bias as one more feature.
    let norms: Vec<f32> =
        rows.iter().map(|r| 1.0 + r.features.iter().map(|f| value(r, f).powi(2)).sum::<f32>()).collect();
    let mut dual = vec![0f32; rows.len()];
    let (mut weights, mut bias) = (vec![0f32; features], 0f32);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    for _ in 0..ROUNDS {
        for k in (1..order.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            order.swap(k, (state >> 33) as usize % (k + 1));
        }
        for r in &order {
            let row = &rows[*r];
            let (sign, share) = if row.class == class {
                (1.0, all / (2.0 * positive))
            } else {
                (-1.0, all / (2.0 * (all - positive)))
            };
            let soft = 1.0 / (2.0 * COST * share);
            let margin =
                bias + row.features.iter().map(|f| weights[f.0 as usize] * value(row, f)).sum::<f32>();
            let slope = sign * margin - 1.0 + soft * dual[*r];
            let new = (dual[*r] - slope / (norms[*r] + soft)).max(0.0);
            let step = (new - dual[*r]) * sign;
            if step != 0.0 {
                dual[*r] = new;
                bias += step;
                row.features.iter().for_each(|f| weights[f.0 as usize] += step * value(row, f));
            }
        }
    }
    weights.iter_mut().zip(&ratio).zip(views).for_each(|((w, r), v)| *w *= r * VIEW[usize::from(*v)]);
    (weights, bias)
}

/// Keeps the features that decide most, in eight bits.
fn shrink(classes: Vec<String>, keys: Vec<u32>, fitted: &[(Vec<f32>, f32)]) -> Model {
    let strength = |f: usize| fitted.iter().map(|(w, _)| w[f].abs()).fold(0.0, f32::max);
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by(|a, b| strength(*b).total_cmp(&strength(*a)).then(a.cmp(b)));
    order.truncate(FEATURES.min(WEIGHTS / classes.len()));
    order.sort_unstable();
    let unit: Vec<f32> = fitted
        .iter()
        .map(|(w, _)| order.iter().map(|f| w[*f].abs()).fold(0.0, f32::max).max(f32::MIN_POSITIVE) / 127.0)
        .collect();
    let mut model = Model {
        version: VERSION,
        weights: order
            .iter()
            .flat_map(|f| fitted.iter().zip(&unit).map(move |((w, _), u)| (w[*f] / u).round() as i8))
            .collect(),
        keys: order.iter().map(|f| keys[*f]).collect(),
        classes,
        unit,
        bias: fitted.iter().map(|(_, b)| *b).collect(),
        sharpness: 1.0,
        ..Model::default()
    };
    model.index();
    model
}
