//! Builds the assignment problem of a city and reads the answer back.

use super::candidates::{Index, quarters};
use super::{City, Need, score};
use crate::{Refusal, Urgency};
use assignment::{Builder, Instance, InstanceError, Limits, Priority, Solution, Watch};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A pair that the plan chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Position of the need.
    pub need: u32,
    /// Position of the requirement within the need.
    pub requirement: u32,
    /// Position of the resource.
    pub resource: u32,
    /// Quarter, 1 to 4.
    pub quarter: u8,
    /// Points.
    pub score: i64,
    /// The best other resource, and what the chosen one is ahead of it in points at the plan's prices.
    pub alternative: Option<(u32, i64)>,
    /// Place of the chosen resource among the requirement's candidates by points, from 1, ties by number.
    pub rank: u32,
    /// How many candidates the requirement has.
    pub candidates: u32,
}

/// What the positions of a problem mean.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// (need, requirement within the need) of every unit that is asked for.
    pub units: Vec<(u32, u32)>,
    /// (resource, quarter) of every place.
    pub places: Vec<(u32, u8)>,
}

/// The problem with what its positions mean.
pub struct Problem {
    /// The arrays that are solved.
    pub instance: Instance,
    /// Possible pairs of need and resource, quarters apart.
    pub candidate_pairs: u64,
    /// What its positions mean.
    pub layout: Layout,
}

/// A city's plan.
pub struct Plan {
    /// The chosen pairs, by need, requirement, resource.
    pub chosen: Vec<Chosen>,
    /// The answer with its proof.
    pub solution: Solution,
}

/// Finds the candidates and lays out the problem. A place is a resource in one quarter.
///
/// # Errors
/// What cannot be weighed exactly: a need without a requirement, scores or lists beyond what integers hold.
pub fn pose(city: &City, index: &Index) -> Result<Problem, Refusal> {
    let mut b = Builder::default();
    for m in &city.members {
        b.member(m.yearly_limit.saturating_sub(m.load));
    }
    let mut places = Vec::with_capacity(city.resources.len() * 4);
    for (i, r) in city.resources.iter().enumerate() {
        let resource = b.resource(r.member, r.free_year);
        for quarter in 1..=4u8 {
            b.place(resource, r.free[quarter as usize - 1]);
            places.push((i as u32, quarter));
        }
    }
    for s in &city.stations {
        b.station(s.list_limit);
    }
    let mut units = Vec::new();
    let mut candidate_pairs = 0;
    for (n, need) in city.needs.iter().enumerate() {
        let priority = match need.urgency {
            _ if !need.pinned.is_empty() => Priority::Pinned,
            Urgency::Urgent => Priority::Urgent,
            Urgency::Normal => Priority::Normal,
        };
        b.need(need.station, priority);
        for (q, requirement) in need.requirements.iter().enumerate() {
            let found = index.candidates(city, need, requirement);
            for (members, found) in shares(city, need, requirement.quantity.max(1), found) {
                candidate_pairs += found.len() as u64;
                b.requirement_by(members);
                units.extend((0..members).map(|_| (n as u32, q as u32)));
                for r in &found {
                    let resource = &city.resources[*r as usize];
                    let mut ahead = i64::MIN;
                    let points = score::totals(city, need, requirement, *r);
                    for quarter in quarters(need, resource) {
                        let free = resource.free[quarter as usize - 1];
                        let points = points(quarter);
                        // Where an earlier quarter holds all that the year has and is worth no less, this one
                        // can never be needed.
                        if free > 0 && points > ahead {
                            b.pair(r * 4 + u32::from(quarter) - 1, points);
                        }
                        if free >= resource.free_year {
                            ahead = ahead.max(points);
                        }
                    }
                }
            }
        }
    }
    let instance = b.build().map_err(|e| match e {
        InstanceError::NoRequirement(n) => {
            let words = format!("需求 {} 没有条件,不能匹配;请补上条件。", city.needs[n as usize].number);
            Refusal::new("NO_REQUIREMENT", words)
        }
        InstanceError::Score(..) | InstanceError::Overflow(..) => Refusal::new(
            "TOO_LARGE",
            "清单的数量或分值超出可以精确求解的范围,没有匹配;请核对方案的分值,或按站分别匹配。",
        ),
    })?;
    Ok(Problem { instance, candidate_pairs, layout: Layout { units, places } })
}

/// Who could meet a requirement that takes so many members: how many of which resources' owners. A pin names the
/// resource: where one can serve, no other may; where members are pinned for some of the units alone, others meet the
/// rest.
fn shares(city: &City, need: &Need, members: u32, found: Vec<u32>) -> Vec<(u32, Vec<u32>)> {
    let owner = |r: &u32| city.resources[*r as usize].member;
    let mut pinned: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for r in found.iter().filter(|r| need.pinned.binary_search(r).is_ok()) {
        pinned.entry(owner(r)).or_default().push(*r);
    }
    if pinned.is_empty() {
        return vec![(members, found)];
    }
    if pinned.len() as u32 >= members {
        let mut all: Vec<u32> = pinned.into_values().flatten().collect();
        all.sort_unstable();
        return vec![(members, all)];
    }
    let rest = found.iter().copied().filter(|r| !pinned.contains_key(&owner(r))).collect();
    let left = members - pinned.len() as u32;
    let mut shares: Vec<(u32, Vec<u32>)> = pinned.into_values().map(|own| (1, own)).collect();
    shares.push((left, rest));
    shares
}

/// Solves the problem, watched. Total: it always gives a plan, an empty one at worst.
pub fn solve(problem: &Problem, limits: &Limits, watch: &Watch<'_>) -> Plan {
    Plan::of(problem, assignment::solve_watched(&problem.instance, limits, watch))
}

impl Plan {
    /// Reads an answer back, each pair with the next best and with its place among the candidates.
    pub fn of(problem: &Problem, solution: Solution) -> Plan {
        let instance = &problem.instance;
        let runners_up = instance.runners_up(&solution.prices, &solution.chosen);
        let mut chosen = Vec::new();
        for (unit, (pair, runner_up)) in solution.chosen.iter().zip(runners_up).enumerate() {
            let Some(pair) = *pair else { continue };
            let (need, requirement) = problem.layout.units[unit];
            let (resource, quarter) = problem.layout.places[instance.place_of(pair as usize)];
            let alternative =
                runner_up.map(|(p, ahead)| (problem.layout.places[instance.place_of(p as usize)].0, ahead));
            let score = instance.score_of(pair as usize);
            let (rank, candidates) = rank(problem, unit, resource, score);
            chosen.push(Chosen {
                need,
                requirement,
                resource,
                quarter,
                score,
                alternative,
                rank,
                candidates,
            });
        }
        Plan { chosen, solution }
    }
}

/// Place of a resource with these points among the candidates of a unit, each by its best quarter, and their number.
fn rank(problem: &Problem, unit: usize, resource: u32, points: i64) -> (u32, u32) {
    let instance = &problem.instance;
    let mut best: BTreeMap<u32, i64> = BTreeMap::new();
    for pair in instance.pairs_of(unit) {
        let of = problem.layout.places[instance.place_of(pair)].0;
        let points = best.entry(of).or_insert(i64::MIN);
        *points = (*points).max(instance.score_of(pair));
    }
    let ahead = best
        .iter()
        .filter(|(of, p)| **of != resource && (**p > points || (**p == points && **of < resource)))
        .count();
    (ahead as u32 + 1, best.len() as u32)
}
