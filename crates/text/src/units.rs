//! Who solves what: the unit that an official answer speaks for, and the units to which messages like one went.
//!
//! Which unit answered is read from the beginning of the answer by the names in `data/units.txt`, one unit a line:
//! its name, the parts of names that point to it, and the words of what it is charged with; the first to be named
//! counts. Local governments are not among them: they pass on. A new message is judged by a [`Model`] of those that
//! were answered, and by the words of the charges, which speak for units of which there are few answers.

use crate::classify::{Guess, Model, ModelError};
use crate::normal::normalise;
use crate::train::{Example, train};
use crate::words::Lexicon;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// Characters of an answer in which its unit is named, if anywhere.
const BEGINNING: usize = 400;
/// Answers that a unit needs to be learned.
const AT_LEAST: usize = 4;
/// What the charges weigh beside the model, both measured in their own spread.
const CHARGES: f32 = 0.6;
/// What a word weighs more in the title.
const IN_TITLE: f32 = 2.0;

/// The unit model that is built in, from the answers of `models/units.md`.
pub const UNITS_MODEL: &[u8] = include_bytes!("../models/units.bin");

struct Unit {
    name: &'static str,
    names: Vec<&'static str>,
    charges: Vec<&'static str>,
}

static UNITS: LazyLock<Vec<Unit>> = LazyLock::new(|| {
    let words = |list: &'static str| list.split('|').filter(|w| !w.is_empty()).collect();
    include_str!("../data/units.txt")
        .lines()
        .filter_map(|l| {
            let mut parts = l.split(':');
            let (name, names, charges) = (parts.next()?, parts.next()?, parts.next()?);
            Some(Unit { name, names: words(names), charges: words(charges) })
        })
        .collect()
});

/// The unit that an answer speaks for; `None` where it names none. What the answer quotes is not searched.
pub fn unit_of(answer: &str) -> Option<&'static str> {
    let mut beginning = String::new();
    let mut quoted = 0;
    for c in answer.chars() {
        match c {
            '“' | '《' => quoted += 1,
            '”' | '》' => quoted = (quoted - 1).max(0),
            // A quotation that is never closed ends with its sentence.
            '。' => quoted = 0,
            c if quoted == 0 => beginning.push(c),
            _ => {}
        }
    }
    let end = beginning.char_indices().nth(BEGINNING).map_or(beginning.len(), |(at, _)| at);
    let beginning = &beginning[..end];
    let named = UNITS.iter().enumerate().filter_map(|(k, unit)| {
        let first = unit.names.iter().filter_map(|n| beginning.find(n)).min()?;
        Some((first, k, unit.name))
    });
    named.min().map(|(.., unit)| unit)
}

/// A message with its official answer.
#[derive(Clone, Debug)]
pub struct Answered {
    /// Title of the message.
    pub title: String,
    /// Text of the message.
    pub text: String,
    /// What was answered.
    pub answer: String,
}

/// The examples of a unit model: messages whose answer names a unit that several answers name.
pub fn examples(answered: &[Answered]) -> Vec<Example> {
    let mut found: Vec<Example> = answered
        .iter()
        .filter_map(|a| {
            let class = unit_of(&a.answer)?.to_owned();
            Some(Example { class, title: a.title.clone(), text: a.text.clone(), ..Example::default() })
        })
        .collect();
    let count = |unit: &str| found.iter().filter(|e| e.class == unit).count();
    let known: Vec<&str> = UNITS.iter().map(|u| u.name).filter(|u| count(u) >= AT_LEAST).collect();
    found.retain(|e| known.contains(&e.class.as_str()));
    found
}

/// Who solves what.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct UnitModel {
    model: Vec<u8>,
    /// How rare each word of a charge is, unit by unit.
    rarity: Vec<f32>,
    #[serde(skip)]
    read: Model,
}

/// Trains a unit model on examples from [`examples`]; `None` where fewer than two units answered often enough.
pub fn train_units(examples: &[Example]) -> Option<UnitModel> {
    // So few answers say no more of words than of their characters.
    let read = train(examples, &Lexicon::default())?;
    let texts: Vec<String> = examples.iter().map(|e| normalise(&format!("{} {}", e.title, e.text))).collect();
    let rarity = UNITS
        .iter()
        .flat_map(|u| &u.charges)
        .map(|word| {
            let with = texts.iter().filter(|t| t.contains(word)).count() + 1;
            ((texts.len() + 1) as f32 / with as f32).ln()
        })
        .collect();
    Some(UnitModel { model: read.write(), rarity, read })
}

impl UnitModel {
    /// Reads what [`UnitModel::write`] wrote.
    ///
    /// # Errors
    /// Not a unit model, or of another version or another table of units.
    pub fn read(bytes: &[u8]) -> Result<UnitModel, ModelError> {
        let mut units: UnitModel = postcard::from_bytes(bytes).map_err(|_| ModelError::Format)?;
        if units.rarity.len() != UNITS.iter().map(|u| u.charges.len()).sum::<usize>() {
            return Err(ModelError::Format);
        }
        units.read = Model::read(&units.model)?;
        Ok(units)
    }

    /// The model as a file.
    pub fn write(&self) -> Vec<u8> {
        postcard::to_stdvec(self).unwrap_or_default()
    }

    /// The units that most likely solve it, the likeliest first, with how likely in permille of all. A hint for a
    /// referral, never the referral itself.
    pub fn suggest(&self, title: &str, text: &str) -> Vec<Guess> {
        let scores = self.read.scores(title, text);
        let lowest = scores.iter().copied().fold(f32::MAX, f32::min);
        let by_model: Vec<f32> = UNITS
            .iter()
            .map(|u| self.read.classes().iter().position(|c| c == u.name).map_or(lowest, |k| scores[k]))
            .collect();
        let (title, text) = (normalise(title), normalise(text));
        let mut rarity = self.rarity.iter();
        let by_charge: Vec<f32> = UNITS
            .iter()
            .map(|u| {
                let words = u.charges.iter().zip(rarity.by_ref());
                let sum: f32 = words
                    .map(|(word, rare)| match (title.contains(word), text.contains(word)) {
                        (true, _) => rare * IN_TITLE,
                        (_, true) => *rare,
                        _ => 0.0,
                    })
                    .sum();
                sum.sqrt()
            })
            .collect();
        let both: Vec<f32> =
            spread(&by_model).zip(spread(&by_charge)).map(|(m, c)| m + CHARGES * c).collect();
        let mut order: Vec<usize> = (0..both.len()).collect();
        order.sort_by(|a, b| both[*b].total_cmp(&both[*a]).then(a.cmp(b)));
        let all: f32 = both.iter().map(|b| b.exp()).sum();
        let share = |k: usize| (both[k].exp() / all * 1000.0).round() as u32;
        order.into_iter().map(|k| Guess { class: UNITS[k].name.to_owned(), permille: share(k) }).collect()
    }
}

/// Values less their mean, in units of their deviation.
fn spread(values: &[f32]) -> impl Iterator<Item = f32> + '_ {
    let n = values.len().max(1) as f32;
    let mean = values.iter().sum::<f32>() / n;
    let deviation =
        (values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / n).sqrt().max(f32::MIN_POSITIVE);
    values.iter().map(move |v| (v - mean) / deviation)
}
