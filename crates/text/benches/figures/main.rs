//! The figures of the text crate, on rows kept apart from training: `cargo bench -p text`. Reads the messages beside
//! the project (`../shared/data`, or `QINGDAN_DATA`); without them it says so and ends.

mod classes;
mod finer;
mod near;
mod plain;
mod units;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;
use text::units::{UNITS_MODEL, UnitModel};
use text::{CLASSES, Example, Model};

type Fault = Box<dyn Error>;

/// Parts of which each is judged by what the others have taught.
const FOLDS: usize = 5;

fn rows(folder: &Path, file: &str) -> Result<Vec<csv::StringRecord>, Fault> {
    Ok(csv::Reader::from_path(folder.join(file))?.records().collect::<Result<_, _>>()?)
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
    classes::figures(&folder)?;
    finer::figures(&folder)?;
    units::figures(&folder)?;
    near::figures(&folder)?;
    speed(&folder)
}

#[expect(clippy::print_stdout, reason = "a bench prints what it measured")]
fn speed(folder: &Path) -> Result<(), Fault> {
    let messages = rows(folder, "messages.csv")?;
    let start = Instant::now();
    let model = Model::read(CLASSES)?;
    let first = model.classify("路灯", "不亮").guesses.len();
    let load = start.elapsed();
    let mut read = 0;
    let mut passes: Vec<f64> = (0..9)
        .map(|_| {
            let start = Instant::now();
            read = messages.iter().map(|r| model.classify(&r[2], &r[4]).guesses.len()).sum();
            messages.len() as f64 / start.elapsed().as_secs_f64()
        })
        .collect();
    let first_pass = passes[0];
    passes.sort_by(f64::total_cmp);
    let (slowest, speed) = (passes[0], passes[passes.len() / 2]);
    UnitModel::read(UNITS_MODEL)?;
    println!(
        "speed, one core, nine passes: median {speed:.0} messages/s, slowest {slowest:.0}, first {first_pass:.0} ({read} guesses); load and first answer {:.1} ms ({first} guesses); models {} and {} bytes",
        load.as_secs_f64() * 1e3,
        CLASSES.len(),
        UNITS_MODEL.len()
    );
    Ok(())
}
