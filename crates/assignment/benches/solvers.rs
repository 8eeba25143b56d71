//! The solver beside OR-Tools, in one run: `cargo bench -p assignment`, or with some of its instances (`-- metro`), or
//! with files in the format of `examples/solve.rs` after `--`. OR-Tools is installed into a temporary Python environment;
//! without Python or a network its column stays empty, and says so.

use assignment::{Builder, Change, Instance, Limits, Priority, Solution, Standing, solve, verify};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// The bare problem: needs × resources, pairs by need.
struct Bare {
    name: String,
    needs: usize,
    caps: Vec<u32>,
    pairs: Vec<(u32, u32, u32)>,
}

/// SplitMix64: instances are the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

/// Sixty classes, the first far more frequent than the last; most pairs within the class, better ones within the
/// district.
fn generate(name: &str, needs: usize, resources: usize, degree: u64, districts: u64) -> Bare {
    let mut random = Random(7);
    let weights: Vec<u64> = (1..=60u64).map(|k| 1_000_000 / k).collect();
    let total: u64 = weights.iter().sum();
    let class = |random: &mut Random| {
        let mut x = random.below(total);
        weights
            .iter()
            .position(|w| {
                if x < *w {
                    true
                } else {
                    x -= w;
                    false
                }
            })
            .unwrap_or(0)
    };
    let resource: Vec<(usize, u64)> =
        (0..resources).map(|_| (class(&mut random), random.below(districts))).collect();
    let caps = (0..resources).map(|_| 1 + random.below(12) as u32).collect();
    let mut pools = vec![Vec::new(); 60];
    for (r, (c, _)) in resource.iter().enumerate() {
        pools[*c].push(r as u32);
    }
    let mut pairs = Vec::new();
    for n in 0..needs as u32 {
        let (c, district, urgency) = (class(&mut random), random.below(districts), 1 + random.below(3));
        let inside = if pools[c].is_empty() { 0 } else { degree * 7 / 10 + 1 };
        let mut mine: Vec<u32> =
            (0..inside).map(|_| pools[c][random.below(pools[c].len() as u64) as usize]).collect();
        mine.extend((inside..degree).map(|_| random.below(resources as u64) as u32));
        mine.sort_unstable();
        mine.dedup();
        for r in mine {
            let (rc, rd) = resource[r as usize];
            let score =
                400 * u64::from(rc == c) + 250 * u64::from(rd == district) + random.below(300) + 50 * urgency;
            pairs.push((n, r, score as u32));
        }
    }
    Bare { name: name.to_owned(), needs, caps, pairs }
}

impl Bare {
    fn read(path: &str) -> Result<Bare, Box<dyn Error>> {
        let bytes = std::fs::read(path)?;
        let long = |at: usize| bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map(i64::from_le_bytes);
        let short = |at: usize| bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map(i32::from_le_bytes);
        let size = |at| long(at).and_then(|x| usize::try_from(x).ok()).ok_or("not an instance file");
        let (needs, m, p) = (size(0)?, size(8)?, size(16)?);
        let (need, resource, score) = (24 + m * 8, 24 + m * 8 + p * 4, 24 + m * 8 + p * 8);
        let pair = |k: usize| {
            let s = long(score + k * 8)?;
            Some((short(need + k * 4)? as u32, short(resource + k * 4)? as u32, u32::try_from(s).ok()?))
        };
        Ok(Bare {
            name: Path::new(path).file_stem().map_or(path.to_owned(), |s| s.to_string_lossy().into_owned()),
            needs,
            caps: (0..m).map(|r| Some(long(24 + r * 8)? as u32)).collect::<Option<_>>().ok_or("too short")?,
            pairs: (0..p).map(pair).collect::<Option<_>>().ok_or("too short")?,
        })
    }

    fn write(&self, folder: &Path) -> std::io::Result<PathBuf> {
        let mut bytes = Vec::new();
        for size in [self.needs, self.caps.len(), self.pairs.len()] {
            bytes.extend((size as i64).to_le_bytes());
        }
        self.caps.iter().for_each(|c| bytes.extend(i64::from(*c).to_le_bytes()));
        self.pairs.iter().for_each(|p| bytes.extend((p.0 as i32).to_le_bytes()));
        self.pairs.iter().for_each(|p| bytes.extend((p.1 as i32).to_le_bytes()));
        self.pairs.iter().for_each(|p| bytes.extend(i64::from(p.2).to_le_bytes()));
        let path = folder.join(format!("{}.bin", self.name));
        std::fs::write(&path, bytes)?;
        Ok(path)
    }

    fn plain(&self) -> Result<Instance, Box<dyn Error>> {
        let mut b = Builder::score_only();
        for cap in &self.caps {
            let member = b.member(*cap);
            let resource = b.resource(member, *cap);
            b.place(resource, *cap);
        }
        let mut pairs = self.pairs.iter().peekable();
        for n in 0..self.needs as u32 {
            b.need_alone(Priority::Normal);
            b.requirement();
            while let Some((_, r, score)) = pairs.next_if(|p| p.0 == n) {
                b.pair(*r, i64::from(*score));
            }
        }
        Ok(b.build()?)
    }

    /// The same pairs in four quarters, three resources a member, thirty needs a station with room for twenty, a
    /// third of the needs urgent; all levels of the objective.
    fn levelled(&self) -> Result<Instance, Box<dyn Error>> {
        let mut b = Builder::default();
        for three in self.caps.chunks(3) {
            let member = b.member(three.iter().sum::<u32>() * 4 / 5 + 1);
            for cap in three {
                let resource = b.resource(member, *cap);
                for _ in 0..4 {
                    b.place(resource, cap.div_ceil(2));
                }
            }
        }
        for _ in 0..self.needs.div_ceil(30) {
            b.station(20);
        }
        let mut random = Random(11);
        let mut pairs = self.pairs.iter().peekable();
        for n in 0..self.needs as u32 {
            b.need(n / 30, if random.below(3) == 0 { Priority::Urgent } else { Priority::Normal });
            b.requirement();
            while let Some((_, r, score)) = pairs.next_if(|p| p.0 == n) {
                b.pair(r * 4 + random.below(4) as u32, i64::from(*score));
            }
        }
        Ok(b.build()?)
    }
}

/// The quickest of three.
fn timed(instance: &Instance) -> Result<(f64, Solution, assignment::Verdict), Box<dyn Error>> {
    let mut best = f64::MAX;
    let mut solution = None;
    for _ in 0..3 {
        let start = now();
        solution = Some(solve(instance, &Limits::default()));
        best = best.min(start.elapsed().as_secs_f64());
    }
    let solution = solution.ok_or("not solved")?;
    let verdict = verify(instance, &solution)?;
    Ok((best, solution, verdict))
}
fn now() -> Instant {
    Instant::now()
}

/// Microseconds of changes of every kind, each to the proved optimum: median and 99th of a hundred, and the largest.
fn changes(instance: Instance, plan: &Solution, places: usize) -> Result<(f64, f64, f64), Box<dyn Error>> {
    let pairs = instance.pairs() as u64;
    let (needs, places) = (instance.needs() as u64, places as u64);
    let mut random = Random(5);
    let mut standing = Standing::new(instance, plan);
    let mut times = Vec::new();
    for k in 0..4000u64 {
        let pair = random.below(pairs) as u32;
        let need = random.below(needs) as u32;
        let place = random.below(places) as u32;
        let change = match k % 8 {
            0 => Change::NeedGoes(need),
            1 => Change::NewNeed {
                station: None,
                priority: Priority::Normal,
                pairs: (0..20)
                    .map(|_| (random.below(places) as u32, 100 + random.below(1000) as u32))
                    .collect(),
            },
            2 => Change::Ban(pair),
            3 => Change::Rescore(pair, random.below(1150) as u32),
            4 => Change::Pin(pair),
            5 => Change::PlaceCap(place, random.below(12) as u32),
            6 => Change::NeedComes(need),
            _ => Change::ResourceCap(place, 1 + random.below(12) as u32),
        };
        let start = now();
        standing.change(&change)?;
        times.push(start.elapsed().as_secs_f64() * 1e6);
        if k % 500 == 499 {
            let verdict = verify(standing.instance(), &standing.solution())?;
            let anew = solve(standing.instance(), &Limits::default());
            let anew = verify(standing.instance(), &anew)?;
            if !verdict.optimal || verdict.objective != anew.objective {
                return Err(format!("{change:?}: {verdict:?}, anew {anew:?}").into());
            }
        }
    }
    times.sort_by(f64::total_cmp);
    Ok((times[times.len() / 2], times[times.len() * 99 / 100], times[times.len() - 1]))
}

/// A Python with OR-Tools, made at the first run.
fn python(folder: &Path) -> Option<PathBuf> {
    let python = folder.join("ortools/bin/python");
    let has = |p: &Path| {
        Command::new(p).args(["-c", "import ortools, numpy"]).output().is_ok_and(|o| o.status.success())
    };
    if !has(&python) {
        Command::new("python3").args(["-m", "venv"]).arg(folder.join("ortools")).output().ok()?;
        Command::new(&python).args(["-m", "pip", "install", "--quiet", "numpy", "ortools"]).output().ok()?;
    }
    has(&python).then_some(python)
}

fn ortools(python: &Path, file: &Path) -> Option<(i64, f64)> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/compare.py");
    let mut best: Option<(i64, f64)> = None;
    for _ in 0..3 {
        let out = Command::new(python).arg(&script).arg(file).output().ok()?;
        let text = String::from_utf8(out.stdout).ok()?;
        let (value, seconds) = text.trim().split_once(' ')?;
        let this = (value.parse().ok()?, seconds.parse().ok()?);
        best = Some(best.filter(|b| b.1 < this.1).unwrap_or(this));
    }
    best
}

#[expect(clippy::print_stdout, reason = "a bench prints what it measured")]
fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join("assignment-bench");
    std::fs::create_dir_all(&folder)?;
    let mut asked: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    if asked.is_empty() {
        asked = ["city", "metro", "province"].map(String::from).to_vec();
    }
    let made = |of: &String| match of.as_str() {
        "city" => Ok(generate(of, 1300, 900, 20, 10)),
        "metro" => Ok(generate(of, 20_000, 3000, 20, 10)),
        "province" => Ok(generate(of, 200_000, 30_000, 20, 100)),
        file => Bare::read(file),
    };
    let instances: Vec<Bare> = asked.iter().map(made).collect::<Result<_, _>>()?;
    let python = python(&folder);
    if python.is_none() {
        println!("OR-Tools: not compared, no Python with it could be made here");
    }
    println!("seconds of the solve alone, one thread, the quickest of three");
    for bare in instances {
        let (seconds, plan, verdict) = timed(&bare.plain()?)?;
        let peer = python.as_ref().and_then(|p| ortools(p, &bare.write(&folder).ok()?));
        let ratio = |s: f64| peer.map_or(String::from("-"), |p| format!("{:.3}", s / p.1));
        println!(
            "{:9} plain      {} pairs, value {}, certificate {}: {seconds:.4} s; OR-Tools {}; ratio {}",
            bare.name,
            bare.pairs.len(),
            verdict.objective.score,
            if verdict.optimal { "optimal" } else { "gap" },
            peer.map_or(String::from("-"), |p| format!("{:.4} s (value {})", p.1, p.0)),
            ratio(seconds)
        );
        let (seconds, _, verdict) = timed(&bare.levelled()?)?;
        println!(
            "{:9} all levels urgent {}, served {}, score {}, certificate {}: {seconds:.4} s; ratio to OR-Tools on the plain one {}",
            bare.name,
            verdict.objective.urgent_served,
            verdict.objective.served,
            verdict.objective.score,
            if verdict.optimal { "optimal" } else { "gap" },
            ratio(seconds)
        );
        if bare.needs <= 50_000 {
            let (median, high, most) = changes(bare.plain()?, &plan, bare.caps.len())?;
            println!(
                "{:9} one change: median {median:.1} µs, p99 {high:.1} µs, largest {most:.0} µs",
                bare.name
            );
        }
    }
    Ok(())
}
