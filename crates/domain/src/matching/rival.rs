//! Two plans from nothing: the lists as they are, and under other terms (weights, limits, new resources), compared
//! need by need. Where [`super::whatif`] follows a change from the standing plan, this one may change anything.

use super::candidates::{Index, quarters};
use super::plan::{Chosen, Plan, pose, solve};
use super::whatif::{Comparison, Difference, Seat};
use super::{City, score};
use crate::{Refusal, Urgency};
use assignment::{Limits, Watch};
use std::collections::{BTreeMap, HashMap};

/// Points that have to be gained by each need that the other terms move elsewhere.
const MOVED_FOR: u16 = 1;

/// The plan under the terms of `after` against the one under those of `before`, each solved from nothing. Needs,
/// stations and resources of `before` have the same positions in `after`; what is new stands behind them. Points are
/// those of the terms of `after` for both plans.
///
/// # Errors
/// Those of [`pose`].
pub fn compare(before: &City, after: &City, limits: &Limits) -> Result<Comparison, Refusal> {
    let old = plan(before, limits, &[])?;
    let new = plan(after, limits, &old.chosen)?;
    let (old, new) = (by_need(&old.chosen), by_need(&new.chosen));
    let mut c = Comparison { served: 0, urgent: 0, score: 0, differences: Vec::new() };
    for (n, need) in after.needs.iter().enumerate() {
        let n = n as u32;
        let (was, is) = (old.get(&n), new.get(&n));
        let more = i64::from(is.is_some()) - i64::from(was.is_some());
        c.served += more;
        if need.urgency == Urgency::Urgent || !need.pinned.is_empty() {
            c.urgent += more;
        }
        let worth = |seats: Option<&Vec<(u32, Seat)>>| -> i64 {
            let points = |(q, (r, quarter)): &(u32, Seat)| {
                score::total(after, need, &need.requirements[*q as usize], *r, *quarter)
            };
            seats.map_or(0, |s| s.iter().map(points).sum())
        };
        c.score += worth(is) - worth(was);
        if was != is {
            let first = |s: Option<&Vec<(u32, Seat)>>| s.and_then(|s| s.first()).map(|s| s.1);
            c.differences.push(Difference { need: n, before: first(was), after: first(is) });
        }
    }
    Ok(c)
}

/// A city's plan, which keeps the pairs of another one where that costs nothing.
fn plan(city: &City, limits: &Limits, keep: &[Chosen]) -> Result<Plan, Refusal> {
    let mut problem = pose(city, &Index::new(city))?;
    let instance = &problem.instance;
    let mut kept = Vec::new();
    let mut wanted: HashMap<(u32, u32), Vec<u32>> = HashMap::new();
    for c in keep {
        wanted.entry((c.need, c.requirement)).or_default().push(c.resource * 4 + u32::from(c.quarter) - 1);
    }
    for (unit, of) in problem.layout.units.iter().enumerate() {
        let Some(places) = wanted.get_mut(of) else { continue };
        let found = instance
            .pairs_of(unit)
            .find_map(|p| places.iter().position(|w| *w as usize == instance.place_of(p)).map(|at| (p, at)));
        if let Some((pair, at)) = found {
            places.swap_remove(at);
            kept.push(pair as u32);
        }
    }
    // Without it the answer is as right, but touches more needs than it has to.
    let _ = problem.instance.favour(&kept, MOVED_FOR);
    Ok(solve(&problem, limits, &Watch::none()))
}

fn by_need(chosen: &[Chosen]) -> BTreeMap<u32, Vec<(u32, Seat)>> {
    let mut found: BTreeMap<u32, Vec<(u32, Seat)>> = BTreeMap::new();
    for c in chosen {
        found.entry(c.need).or_default().push((c.requirement, (c.resource, c.quarter)));
    }
    for seats in found.values_mut() {
        seats.sort_unstable();
    }
    found
}

/// How many needs of each class, by level 1, a plan of the city leaves out, and how many of them one resource more of
/// the class, open to `district`, would let in: solved for the `most` classes with the largest number left out.
///
/// # Errors
/// Those of [`pose`].
pub fn shortages(
    city: &City,
    district: &str,
    limits: &Limits,
    most: usize,
) -> Result<Vec<Shortage>, Refusal> {
    let base = plan(city, limits, &[])?;
    let served = by_need(&base.chosen);
    let mut left: BTreeMap<&str, u32> = BTreeMap::new();
    for (n, need) in city.needs.iter().enumerate() {
        let here = city.stations[need.station as usize].district == district;
        if here && !served.contains_key(&(n as u32)) {
            for q in &need.requirements {
                *left.entry(q.category.get(..2).unwrap_or(&q.category)).or_default() += 1;
            }
        }
    }
    let mut left: Vec<(&str, u32)> = left.into_iter().collect();
    left.sort_by_key(|(class, n)| (std::cmp::Reverse(*n), *class));
    left.truncate(most);
    let Some(home) = city.stations.iter().position(|s| s.district == district) else { return Ok(Vec::new()) };
    let mut found: Vec<Shortage> = left
        .into_iter()
        .map(|(class, unserved)| {
            let mut more = city.clone();
            more.add_resource(home as u32, class, ONE_MORE);
            let with = compare(city, &more, limits)?;
            Ok(Shortage { class: class.to_owned(), unserved, with })
        })
        .collect::<Result<_, Refusal>>()?;
    found.sort_by(|a, b| {
        let worth = |s: &Shortage| (s.with.urgent, s.with.served, s.with.score);
        worth(b).cmp(&worth(a)).then_with(|| a.class.cmp(&b.class))
    });
    Ok(found)
}

/// Units a year of the resource that a shortage is measured with.
pub const ONE_MORE: u32 = 4;

/// What one resource more of a class brings to a district.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// Class of level 1.
    pub class: String,
    /// Requirements of the class whose needs the plan leaves out.
    pub unserved: u32,
    /// The plan with the resource.
    pub with: Comparison,
}

impl City {
    /// A resource that does not exist yet, with an owner of its own: `units` a year and a quarter, for the district of
    /// its home station. Gives its position.
    pub fn add_resource(&mut self, station: u32, class: &str, units: u32) -> u32 {
        let member = self.members.len() as u32;
        self.members.push(super::Member {
            name: "拟增".to_owned(),
            status: crate::MemberStatus::Active,
            yearly_limit: units,
            load: 0,
            affinity: Vec::new(),
            stations: vec![station],
        });
        self.resources.push(super::Resource {
            number: format!("拟增-{}", self.resources.len()),
            member,
            station,
            status: crate::ResourceStatus::Available,
            categories: vec![class.to_owned()],
            area: self.stations[station as usize].district.clone(),
            scope: crate::AreaScope::District,
            cross_district: false,
            free: [units; 4],
            free_year: units,
            per_year: units,
            window: (1, 4),
            conflict: false,
            words: text::relevance::Words::default(),
        });
        self.resources.len() as u32 - 1
    }

    /// Allows a resource a need in no quarter: the pair is out.
    pub fn ban(&mut self, need: u32, resource: u32) {
        let excluded = &mut self.needs[need as usize].excluded;
        if let Err(at) = excluded.binary_search(&resource) {
            excluded.insert(at, resource);
        }
    }

    /// Pins a pair; false where no rule allows it.
    pub fn pin(&mut self, need: u32, resource: u32) -> bool {
        let n = &self.needs[need as usize];
        let r = &self.resources[resource as usize];
        let possible =
            n.requirements.iter().any(|q| super::candidates::first_no(self, n, q, resource).is_none())
                && !quarters(n, r).is_empty();
        let pinned = &mut self.needs[need as usize].pinned;
        if possible && let Err(at) = pinned.binary_search(&resource) {
            pinned.insert(at, resource);
        }
        possible
    }
}
