//! Solves one bare instance: unit needs, resources with capacities, the highest sum of scores.
//!
//! `cargo run --release -p assignment --example solve FILE.bin` prints
//! `value V seconds S peak_mb M certificate optimal`, S being the solve alone. The format, little-endian without
//! padding: `i64` needs, resources, pairs; `i64` capacity of each resource; then, pair by pair in order of the
//! needs, all `i32` needs, all `i32` resources, all `i64` scores.

use assignment::{Builder, InstanceError, Limits, Priority, solve, verify};
use std::error::Error;
use std::time::Instant;

/// What the file holds, in the solver's terms.
fn build(bytes: &[u8]) -> Result<assignment::Instance, Box<dyn Error>> {
    let long = |at: usize| -> Result<i64, Box<dyn Error>> {
        Ok(i64::from_le_bytes(bytes.get(at..at + 8).ok_or("the file is too short")?.try_into()?))
    };
    let short = |at: usize| -> Result<i32, Box<dyn Error>> {
        Ok(i32::from_le_bytes(bytes.get(at..at + 4).ok_or("the file is too short")?.try_into()?))
    };
    let size = |at| usize::try_from(long(at)?).map_err(|_| Box::<dyn Error>::from("a size below zero"));
    let (needs, resources, pairs) = (size(0)?, size(8)?, size(16)?);
    let [caps, from, to, scores] =
        [24, 24 + resources * 8, 24 + resources * 8 + pairs * 4, 24 + resources * 8 + pairs * 8];
    if bytes.len() != scores + pairs * 8 {
        return Err(format!("{} bytes, expected {}", bytes.len(), scores + pairs * 8).into());
    }
    let mut b = Builder::score_only();
    for r in 0..resources {
        let cap = u32::try_from(long(caps + r * 8)?.clamp(0, i64::from(u32::MAX)))?;
        let member = b.member(cap);
        let resource = b.resource(member, cap);
        b.place(resource, cap);
    }
    let mut k = 0;
    for n in 0..needs {
        b.need_alone(Priority::Normal);
        b.requirement();
        while k < pairs && usize::try_from(short(from + k * 4)?)? == n {
            let place = u32::try_from(short(to + k * 4)?)?;
            if place as usize >= resources {
                return Err(format!("pair {k} leads to resource {place} of {resources}").into());
            }
            // What costs more than it brings is never chosen.
            if long(scores + k * 8)? >= 0 {
                b.pair(place, long(scores + k * 8)?);
            }
            k += 1;
        }
    }
    if k < pairs {
        return Err("pairs are not in order of their needs".into());
    }
    b.build().map_err(|e: InstanceError| e.into())
}

/// The most memory this process has had, in MB; 0 where the system does not say.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.trim().trim_end_matches("kB").trim().parse::<u64>().ok()).unwrap_or(0) / 1024
}

#[expect(clippy::print_stdout, reason = "the line is what the command is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("usage: solve FILE.bin")?;
    let instance = {
        let bytes = std::fs::read(file)?;
        build(&bytes)?
    };
    let start = Instant::now();
    let solution = solve(&instance, &Limits::default());
    let seconds = start.elapsed().as_secs_f64();
    let verdict = verify(&instance, &solution)?;
    println!(
        "value {} seconds {seconds:.4} peak_mb {} certificate {}",
        verdict.objective.score,
        peak_mb(),
        if verdict.optimal { "optimal" } else { "gap" }
    );
    Ok(())
}
