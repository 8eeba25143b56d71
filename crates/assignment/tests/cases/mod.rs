//! Random small instances.

use assignment::{Builder, Instance, Priority};
use proptest::prelude::*;

/// Members that meet a requirement together, and its pairs (place, score).
pub type Requirement = (u32, Vec<(usize, i64)>);

/// Station, priority, requirements.
pub type Asked = (usize, u8, Vec<Requirement>);

#[derive(Clone, Debug)]
pub struct Case {
    pub floors: u8,
    pub score_only: bool,
    pub members: Vec<u32>,
    pub resources: Vec<(usize, u32)>,
    pub places: Vec<(usize, u32)>,
    pub stations: Vec<u32>,
    pub needs: Vec<Asked>,
}

pub fn build(c: &Case) -> Instance {
    let mut b = if c.score_only { Builder::score_only() } else { Builder::default() };
    // Lower bounds on a level in turn, or on none.
    let floor = |level: u8, at: u32| if c.floors == level { at % 3 } else { 0 };
    for (k, cap) in c.members.iter().enumerate() {
        let m = b.member(*cap);
        b.member_at_least(m, floor(1, k as u32 + 1));
    }
    for (m, cap) in &c.resources {
        let r = b.resource((m % c.members.len()) as u32, *cap);
        b.resource_at_least(r, floor(2, r + 1));
    }
    for (r, cap) in &c.places {
        let p = b.place((r % c.resources.len()) as u32, *cap);
        b.place_at_least(p, floor(3, p));
    }
    for limit in &c.stations {
        let s = b.station(*limit);
        b.station_at_least(s, floor(4, s + 1));
    }
    for (s, p, requirements) in &c.needs {
        let priority = [Priority::Normal, Priority::Urgent, Priority::Pinned][*p as usize % 3];
        match s % (c.stations.len() + 1) {
            alone if alone == c.stations.len() => b.need_alone(priority),
            s => b.need(s as u32, priority),
        };
        for (members, pairs) in requirements {
            b.requirement_by(*members);
            for (p, score) in pairs {
                b.pair((p % c.places.len()) as u32, *score);
            }
        }
    }
    b.build().expect("a sound instance")
}

/// Instances with at most so many requirements a need and so many needs, each requirement for one member.
pub fn cases(requirements: usize, needs: usize) -> impl Strategy<Value = Case> {
    cases_by(1, 4, requirements, needs)
}

/// Requirements that up to `together` members meet.
pub fn cases_by(
    together: u32,
    pairs: usize,
    requirements: usize,
    needs: usize,
) -> impl Strategy<Value = Case> {
    let pairs = prop::collection::vec((0..5usize, 0..20i64), 0..pairs);
    let requirement = (1..=together, pairs);
    let need = (0..3usize, 0..3u8, prop::collection::vec(requirement, 1..=requirements));
    (
        (0..8u8, 0..6u8),
        prop::collection::vec(0..4u32, 1..3 + together as usize),
        prop::collection::vec((0..3usize + together as usize, 0..4u32), 1..4),
        prop::collection::vec((0..4usize, 0..3u32), 1..6),
        prop::collection::vec(0..4u32, 1..3),
        prop::collection::vec(need, 0..needs),
    )
        .prop_map(|((floors, plain), members, resources, places, stations, needs)| Case {
            floors,
            score_only: plain == 0,
            members,
            resources,
            places,
            stations,
            needs,
        })
}

/// Resources with a place a quarter, each worth less than the one before by the same for everybody, and needs that may
/// come so late; a few that may not come at once, or for which a quarter is worth something else.
pub fn quarters(together: u32, requirements: usize, needs: usize) -> impl Strategy<Value = Case> {
    let resource = (0..3usize, 0..5u32, prop::collection::vec((0..3u32, 0..4i64), 1..5));
    let window = (0..3usize, 1..5usize, 10..30i64, 0..12u8);
    let requirement = (1..=together, prop::collection::vec(window, 0..4));
    let need = (0..3usize, 0..3u8, prop::collection::vec(requirement, 1..=requirements));
    (
        (0..30u8, 0..6u8),
        prop::collection::vec(0..6u32, 1..3 + together as usize),
        prop::collection::vec(resource, 1..4),
        prop::collection::vec(0..4u32, 1..3),
        prop::collection::vec(need, 0..needs),
    )
        .prop_map(|((floors, plain), members, resources, stations, needs)| {
            let firsts: Vec<usize> = (0..resources.len())
                .map(|r| resources[..r].iter().map(|(.., places)| places.len()).sum())
                .collect();
            let pairs = |windows: Vec<(usize, usize, i64, u8)>| {
                let mut pairs = Vec::new();
                let mut asked: Vec<_> = windows.iter().map(|w| (w.0 % resources.len(), *w)).collect();
                asked.sort_unstable_by_key(|a| a.0);
                asked.dedup_by_key(|a| a.0);
                for (r, (_, until, best, odd)) in asked {
                    let mut score = best;
                    for (k, (_, less)) in resources[r].2.iter().enumerate().take(until) {
                        score -= if k == 0 { 0 } else { *less };
                        // Rarely one that does not fit.
                        if k > 0 || odd > 0 {
                            pairs.push((firsts[r] + k, if k == 1 && odd == 1 { 3 } else { score }));
                        }
                    }
                }
                pairs
            };
            Case {
                floors,
                score_only: plain == 0,
                members,
                resources: resources.iter().map(|(m, cap, _)| (*m, *cap)).collect(),
                places: (0..)
                    .zip(&resources)
                    .flat_map(|(r, (.., p))| p.iter().map(move |p| (r, p.0)))
                    .collect(),
                stations,
                needs: needs
                    .into_iter()
                    .map(|(s, p, all)| (s, p, all.into_iter().map(|(m, w)| (m, pairs(w))).collect()))
                    .collect(),
            }
        })
}
