//! `bench province`: the match at the size of a province, from lists in memory to a proved plan.

use crate::say;
use anyhow::Context;
use domain::matching::candidates::Index;
use domain::matching::plan::{pose, solve};
use domain::matching::{City, Member, Need, Requirement, Resource, Station};
use domain::{AreaScope, Limits, MemberStatus, ResourceStatus, Urgency, Watch};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Needs a station, resources a member, stations a district: those of a city, a hundred districts beside each other.
const NEEDS_A_STATION: u32 = 31;
const RESOURCES_A_MEMBER: u32 = 3;
const STATIONS_A_DISTRICT: u32 = 29;
/// Lines on a list.
const LINES: u32 = 12;
/// Classes of the second level below each of the first.
const CLASSES: u32 = 12;

/// Makes the province, matches it, checks the proof, and prints what each step took.
pub fn run(needs: u32, resources: u32) -> anyhow::Result<()> {
    let start = Instant::now();
    let city = province(needs, resources);
    let made = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let index = Index::new(&city);
    let problem = pose(&city, &index).map_err(|no| anyhow::anyhow!(no.message))?;
    let candidates = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let last = Mutex::new(None);
    let tell = |phase, _| {
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.replace(phase) != Some(phase) {
            let _ = writeln!(std::io::stderr(), "{:8.2} s {phase:?}", start.elapsed().as_secs_f64());
        }
        true
    };
    let plan = solve(&problem, &Limits::default(), &Watch::new(&tell));
    let solved = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let verdict = domain::verify(&problem.instance, &plan.solution).context("方案不成立")?;
    let verified = start.elapsed().as_secs_f64();
    say(&format!(
        "needs {needs} resources {resources} pairs {} made {made:.2} candidates {candidates:.2} solve {solved:.2} verify {verified:.2} \
         total {:.2} seconds peak_mb {} served {} urgent {} score {} certificate {}",
        problem.candidate_pairs,
        candidates + solved + verified,
        crate::demo::peak_memory_mb().unwrap_or(0),
        verdict.objective.served,
        verdict.objective.urgent_served,
        verdict.objective.score,
        if verdict.optimal { "optimal" } else { "gap" },
    ));
    if !verdict.optimal {
        let (o, b) = (&verdict.objective, &verdict.bound);
        say(&format!(
            "proved: urgent {} of at most {}, served {} of at most {}",
            o.urgent_served, b.urgent_served, o.served, b.served
        ));
        // A lower level is bounded only where those above it are proved.
        if (o.urgent_served, o.served) == (b.urgent_served, b.served) {
            say(&format!("score {} of at most {}", o.score, b.score));
        }
    }
    Ok(())
}

fn province(needs: u32, resources: u32) -> City {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut below = move |n: u32| ((u64::from(random.next_u32()) * u64::from(n.max(1))) >> 32) as u32;
    let stations = needs.div_ceil(NEEDS_A_STATION).max(1);
    let district = |s: u32| format!("{:06}", 150_100 + s / STATIONS_A_DISTRICT);
    let area = |s: u32| format!("{}{:03}{:03}", district(s), s % STATIONS_A_DISTRICT, 1);
    let class = |k: u32| format!("{:02}{:02}", 1 + k / CLASSES % 15, 1 + k % CLASSES);
    let mut city = City::default();
    for s in 0..stations {
        city.stations.push(Station { district: district(s), list_limit: LINES, partners: Vec::new() });
    }
    let members = resources.div_ceil(RESOURCES_A_MEMBER);
    for m in 0..members {
        city.members.push(Member {
            name: format!("委员{m:06}"),
            status: MemberStatus::Active,
            yearly_limit: 6 + below(9),
            load: 0,
            affinity: vec![class(below(15 * CLASSES))[..2].to_owned()],
            stations: vec![m % stations],
        });
    }
    for r in 0..resources {
        let home = r / RESOURCES_A_MEMBER % stations;
        let per_quarter = 1 + below(3);
        city.resources.push(Resource {
            number: format!("R-{r:06}"),
            member: r / RESOURCES_A_MEMBER,
            station: home,
            status: ResourceStatus::Available,
            categories: vec![class(below(15 * CLASSES))],
            area: area(home),
            scope: AreaScope::District,
            cross_district: below(20) == 0,
            free: [per_quarter; 4],
            free_year: per_quarter * 3,
            per_year: per_quarter * 3,
            window: (1, 4),
            conflict: false,
            words: Default::default(),
        });
    }
    for n in 0..needs {
        let station = n / NEEDS_A_STATION;
        // One in fourteen asks for two things.
        let count = if below(14) == 0 { 2 } else { 1 };
        city.needs.push(Need {
            number: format!("N-{n:06}"),
            station,
            area: area(station),
            urgency: if below(14) == 0 { Urgency::Urgent } else { Urgency::Normal },
            from: 1,
            until: 1 + below(4) as u8,
            requirements: (0..count)
                .map(|_| Requirement {
                    category: class(below(15 * CLASSES)),
                    quantity: 1,
                    met_by: Vec::new(),
                })
                .collect(),
            excluded: Vec::new(),
            pinned: Vec::new(),
            words: Default::default(),
        });
    }
    city
}
