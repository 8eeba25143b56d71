//! The figures of the text crate, on rows kept apart from training: `cargo bench -p text`. Reads the messages beside
//! the project (`../shared/data`, or `QINGDAN_DATA`); without them it says so and ends.

mod beyond;
mod classes;
mod finer;
mod near;
mod plain;
mod units;

use std::collections::HashMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;
use text::units::{UNITS_MODEL, UnitModel};
use text::{CLASSES, CUT, Example, Finer, Model};

type Fault = Box<dyn Error>;

/// Parts of which each is judged by what the others have taught.
const FOLDS: usize = 5;

fn rows(folder: &Path, file: &str) -> Result<Vec<csv::StringRecord>, Fault> {
    Ok(csv::Reader::from_path(folder.join(file))?.records().collect::<Result<_, _>>()?)
}

/// Labels that stand in the project: ids of messages, and what they are.
fn labels(file: &[u8]) -> Result<Vec<csv::StringRecord>, Fault> {
    Ok(csv::Reader::from_reader(file).records().collect::<Result<_, _>>()?)
}

/// Messages as they were written.
struct Messages {
    rows: Vec<csv::StringRecord>,
    /// Where each stands, by its id.
    at: HashMap<String, usize>,
}

impl Messages {
    fn read(folder: &Path) -> Result<Messages, Fault> {
        let mut all = rows(folder, "messages.csv")?;
        all.extend(rows(folder, "messages-with-replies.csv")?);
        let at = all.iter().enumerate().map(|(k, row)| (row[0].to_owned(), k)).collect();
        Ok(Messages { rows: all, at })
    }

    fn get(&self, id: &str) -> Result<&csv::StringRecord, Fault> {
        let at = self.at.get(id).ok_or_else(|| format!("no message {id}"))?;
        Ok(&self.rows[*at])
    }
}

fn split(all: &[Example], fold: usize) -> (Vec<Example>, Vec<&Example>) {
    let rest = all.iter().enumerate().filter(|(k, _)| k % FOLDS != fold).map(|(_, e)| e.clone()).collect();
    (rest, all.iter().enumerate().filter(|(k, _)| k % FOLDS == fold).map(|(_, e)| e).collect())
}

#[expect(clippy::print_stdout, reason = "a bench prints what it measured")]
fn main() -> Result<(), Fault> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("QINGDAN_DATA").map_or(beside, PathBuf::from);
    if !folder.join("labelled-tokens.csv").exists() {
        println!("skipped: no messages in {}", folder.display());
        return Ok(());
    }
    let table = rows(&folder, "request-taxonomy.csv")?;
    let finer = Finer::new(table.iter().map(|r| [0, 1, 2].map(|k| r[k].to_owned())));
    let messages = Messages::read(&folder)?;
    classes::figures(&folder, &messages, &finer)?;
    beyond::figures(&messages, &finer)?;
    finer::figures(&messages, &table)?;
    units::figures(&folder)?;
    near::figures(&folder)?;
    speed(&folder, &finer)
}

#[expect(clippy::print_stdout, reason = "a bench prints what it measured")]
fn speed(folder: &Path, finer: &Finer) -> Result<(), Fault> {
    let messages = rows(folder, "messages.csv")?;
    let start = Instant::now();
    let model = Model::read(CLASSES)?;
    let first = finer.read(&model, "路灯", "不亮", 1).classes.len();
    let load = start.elapsed();
    let read_all = |read: &dyn Fn(&str, &str) -> usize| {
        let start = Instant::now();
        let read: usize = messages.iter().map(|r| read(&r[2], &r[4])).sum();
        (messages.len() as f64 / start.elapsed().as_secs_f64(), read)
    };
    let (mut alone, mut whole) = (Vec::new(), Vec::new());
    for _ in 0..9 {
        alone.push(read_all(&|title, text| model.classify(title, text).guesses.len()));
        whole.push(read_all(&|title, text| finer.read(&model, title, text, 1).classes.len()));
    }
    let first_pass = alone[0].0;
    for passes in [&mut alone, &mut whole] {
        passes.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    let (median, slowest) = (alone.len() / 2, 0);
    UnitModel::read(UNITS_MODEL)?;
    println!(
        "speed, one core, nine passes: the model's classes, median {:.0} messages/s, slowest {:.0}, first {first_pass:.0} ({} guesses); all three levels with cues, median {:.0}, slowest {:.0} ({} classes); load and first answer {:.1} ms ({first} guesses); models {}, {} and {} bytes",
        alone[median].0,
        alone[slowest].0,
        alone[median].1,
        whole[median].0,
        whole[slowest].0,
        whole[median].1,
        load.as_secs_f64() * 1e3,
        CLASSES.len(),
        CUT.len(),
        UNITS_MODEL.len()
    );
    Ok(())
}
