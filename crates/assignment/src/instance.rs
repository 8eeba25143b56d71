//! The problem as flat arrays.

use crate::weights::{Scale, Weights};
use crate::{BANNED, NONE};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How much a need presses. The order is the order of the objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Priority {
    /// An ordinary need.
    Normal,
    /// Served before any ordinary need.
    Urgent,
    /// A person has decided that it be served: before all others.
    Pinned,
}

/// Why an instance cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InstanceError {
    /// A need without a requirement could never be served nor refused.
    #[error("need {0} has no requirement")]
    NoRequirement(u32),
    /// A score that no plan could count: below zero, or beyond 32 bits with the evenness below it.
    #[error("pair {0} has the score {1}, expected 0 to {2}")]
    Score(u32, i64, i64),
    /// The weights of the lexicographic objective do not fit: an answer could overflow.
    #[error("the objective does not fit 126 bits: {0} needs, total score at most {1}, evenness at most {2}")]
    Overflow(u32, i128, i128),
}

/// An assignment problem, checked. Indices are positions in order of building.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    pub(crate) member_cap: Vec<u32>,
    pub(crate) member_floor: Vec<u32>,
    pub(crate) resource_cap: Vec<u32>,
    pub(crate) resource_floor: Vec<u32>,
    pub(crate) resource_member: Vec<u32>,
    pub(crate) place_cap: Vec<u32>,
    pub(crate) place_floor: Vec<u32>,
    pub(crate) place_resource: Vec<u32>,
    pub(crate) station_limit: Vec<u32>,
    pub(crate) station_floor: Vec<u32>,
    /// The station of each need; none where it is on no list.
    pub(crate) need_station: Vec<u32>,
    pub(crate) need_priority: Vec<Priority>,
    /// Needs that have gone keep their number.
    pub(crate) need_gone: Vec<bool>,
    /// Requirements of need `n` are `need_start[n]..need_start[n + 1]`.
    pub(crate) need_start: Vec<u32>,
    /// Pairs of requirement `q` are `pair_start[q]..pair_start[q + 1]`.
    pub(crate) pair_start: Vec<u32>,
    /// The first of the requirements that distinct members meet together, for each of them; the requirement itself
    /// where it stands alone. Empty where all do.
    pub(crate) group: Vec<u32>,
    pub(crate) pair_place: Vec<u32>,
    /// Points; [`BANNED`] where a pair must not be chosen.
    pub(crate) pair_score: Vec<i32>,
    /// Whether being served counts before the score, and evenness after it.
    pub(crate) levels: bool,
    pub(crate) even: bool,
    /// The pair of each requirement that should stay if nothing else is lost; empty where there are none.
    pub(crate) favoured: Vec<u32>,
    /// Points that a favoured pair earns by staying.
    pub(crate) favour: i32,
    /// See [`Instance::best_score`].
    pub(crate) best: i32,
    pub(crate) weights: Weights,
}

impl Instance {
    /// Number of needs.
    pub fn needs(&self) -> usize {
        self.need_station.len()
    }
    /// Number of requirements, over all needs.
    pub fn requirements(&self) -> usize {
        self.pair_start.len() - 1
    }
    /// Number of pairs (requirement, place).
    pub fn pairs(&self) -> usize {
        self.pair_place.len()
    }
    /// The requirements of a need.
    pub fn requirements_of(&self, need: usize) -> std::ops::Range<usize> {
        self.need_start[need] as usize..self.need_start[need + 1] as usize
    }
    /// The pairs of a requirement.
    pub fn pairs_of(&self, requirement: usize) -> std::ops::Range<usize> {
        self.pair_start[requirement] as usize..self.pair_start[requirement + 1] as usize
    }
    /// The requirements that distinct members meet together, this one among them.
    pub fn group_of(&self, requirement: usize) -> std::ops::Range<usize> {
        match self.group.get(requirement) {
            None => requirement..requirement + 1,
            Some(first) => range_of(&self.group, *first),
        }
    }
    /// The member of a pair.
    pub(crate) fn member_of_pair(&self, pair: usize) -> u32 {
        self.resource_member[self.resource_of(self.place_of(pair))]
    }
    /// The place of a pair.
    pub fn place_of(&self, pair: usize) -> usize {
        self.pair_place[pair] as usize
    }
    /// The resource of a place.
    pub fn resource_of(&self, place: usize) -> usize {
        self.place_resource[place] as usize
    }
    /// The score of a pair in points.
    pub fn score_of(&self, pair: usize) -> i64 {
        i64::from(self.pair_score[pair])
    }
    /// The member of a resource.
    pub fn member_of(&self, resource: usize) -> usize {
        self.resource_member[resource] as usize
    }
    /// The station of a need; none where it is on no list.
    pub fn station_of(&self, need: usize) -> Option<u32> {
        Some(self.need_station[need]).filter(|s| *s != NONE)
    }
    /// How much a need presses.
    pub fn priority_of(&self, need: usize) -> Priority {
        self.need_priority[need]
    }
    /// The need of a requirement.
    pub fn need_of(&self, requirement: usize) -> usize {
        self.need_start.partition_point(|start| *start as usize <= requirement) - 1
    }
    /// Capacities of a place, a resource, a member and a station.
    pub fn place_cap(&self, place: usize) -> u32 {
        self.place_cap[place]
    }
    /// See [`Instance::place_cap`].
    pub fn resource_cap(&self, resource: usize) -> u32 {
        self.resource_cap[resource]
    }
    /// See [`Instance::place_cap`].
    pub fn member_cap(&self, member: usize) -> u32 {
        self.member_cap[member]
    }
    /// See [`Instance::place_cap`].
    pub fn station_limit(&self, station: usize) -> u32 {
        self.station_limit[station]
    }
    /// A price in points of the score, rounded up.
    pub fn points_of(&self, price: i64) -> i64 {
        let score = self.scale().score;
        price.max(0).div_euclid(score) + i64::from(price.max(0) % score > 0)
    }
    /// Whether a pair could ever be chosen: not banned, and no level above its place has a capacity of zero.
    pub(crate) fn usable(&self, pair: usize) -> bool {
        self.pair_score[pair] != BANNED && self.is_open(self.place_of(pair))
    }
    /// Whether a place, its resource and its member have a unit at all.
    pub(crate) fn is_open(&self, place: usize) -> bool {
        let resource = self.resource_of(place);
        let member = self.resource_member[resource] as usize;
        self.place_cap[place].min(self.resource_cap[resource]).min(self.member_cap[member]) > 0
    }
    /// Whether a need could ever be served by itself.
    pub(crate) fn servable(&self, need: usize) -> bool {
        let enough = |q: usize| match self.group_of(q).len() {
            1 => self.pairs_of(q).any(|p| self.usable(p)),
            members => {
                let usable = self.pairs_of(q).filter(|p| self.usable(*p));
                usable.map(|p| self.member_of_pair(p)).collect::<BTreeSet<u32>>().len() >= members
            }
        };
        !self.need_gone[need] && self.requirements_of(need).all(enough)
    }
    /// Whether the chosen pairs of a need are of distinct members wherever they have to be; else one who is not.
    pub(crate) fn meets_twice(&self, need: usize, chosen: &[Option<u32>]) -> Option<u32> {
        if self.group.is_empty() {
            return None;
        }
        let member = |q: usize| chosen[q].map(|p| self.member_of_pair(p as usize));
        self.requirements_of(need).find_map(|q| {
            let own = member(q)?;
            (self.group_of(q).start..q).any(|other| member(other) == Some(own)).then_some(own)
        })
    }
    /// Whether a pair is favoured: of requirements that distinct members meet together, whichever of them it is.
    pub(crate) fn is_favoured(&self, q: usize, pair: usize) -> bool {
        if self.favoured.is_empty() {
            return false;
        }
        let offset = pair as u32 - self.pair_start[q];
        self.group_of(q).any(|s| self.favoured[s] != NONE && self.favoured[s] - self.pair_start[s] == offset)
    }
    /// Whether every need has one requirement: then the problem is a flow.
    pub(crate) fn is_flow(&self) -> bool {
        self.requirements() == self.needs()
    }
    /// What serving the need is worth, scores apart.
    pub(crate) fn reward(&self, w: &Scale, need: usize) -> i64 {
        let above = match self.need_priority[need] {
            Priority::Normal => 0,
            Priority::Urgent => w.urgent,
            Priority::Pinned => w.pinned,
        };
        w.served + above
    }
    /// A score that no pair exceeds, at least 1.
    pub(crate) fn best_score(&self) -> i64 {
        self.best.into()
    }
    /// The highest score of any pair, at least 1.
    pub(crate) fn highest(&self) -> i32 {
        self.pair_score.iter().copied().max().unwrap_or(1).max(1)
    }
    /// Number of needs of a priority that have not gone.
    pub(crate) fn count(&self, priority: Priority) -> usize {
        self.need_priority.iter().zip(&self.need_gone).filter(|(p, gone)| **p == priority && !**gone).count()
    }
    /// Number of urgent needs, the pinned apart.
    pub fn urgent(&self) -> usize {
        self.count(Priority::Urgent)
    }
}

/// Builds an [`Instance`]: members, resources, places and stations first, then each need followed by its
/// requirements, each of these followed by its pairs.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    member_cap: Vec<u32>,
    member_floor: Vec<u32>,
    resource_cap: Vec<u32>,
    resource_floor: Vec<u32>,
    resource_member: Vec<u32>,
    place_cap: Vec<u32>,
    place_floor: Vec<u32>,
    place_resource: Vec<u32>,
    station_limit: Vec<u32>,
    station_floor: Vec<u32>,
    need_station: Vec<u32>,
    need_priority: Vec<Priority>,
    need_start: Vec<u32>,
    pair_start: Vec<u32>,
    group: Vec<u32>,
    /// Requirements like the last that follow it once its pairs are known.
    more: u32,
    pair_place: Vec<u32>,
    pair_score: Vec<i64>,
    score_only: bool,
}

/// The requirements of a group, which follow each other, by their first.
pub(crate) fn range_of(group: &[u32], first: u32) -> std::ops::Range<usize> {
    let first_at = first as usize;
    let count = group[first_at..].iter().take_while(|g| **g == first).count();
    first_at..first_at + count
}

fn index<T>(v: &[T]) -> u32 {
    u32::try_from(v.len()).unwrap_or(u32::MAX)
}

impl Builder {
    /// A problem in which the sum of scores is all that counts: no need is worth serving for its own sake, and
    /// evenness does not count.
    pub fn score_only() -> Builder {
        Builder { score_only: true, ..Builder::default() }
    }
    /// A member who can take `cap` requirements in the year.
    pub fn member(&mut self, cap: u32) -> u32 {
        self.member_cap.push(cap);
        self.member_floor.push(0);
        index(&self.member_cap) - 1
    }
    /// A resource of `member` with `cap` units in the year.
    pub fn resource(&mut self, member: u32, cap: u32) -> u32 {
        self.resource_member.push(member);
        self.resource_cap.push(cap);
        self.resource_floor.push(0);
        index(&self.resource_cap) - 1
    }
    /// A place: `resource` in one quarter, with `cap` units.
    pub fn place(&mut self, resource: u32, cap: u32) -> u32 {
        self.place_resource.push(resource);
        self.place_cap.push(cap);
        self.place_floor.push(0);
        index(&self.place_cap) - 1
    }
    /// A station whose list takes at most `limit` needs.
    pub fn station(&mut self, limit: u32) -> u32 {
        self.station_limit.push(limit);
        self.station_floor.push(0);
        index(&self.station_limit) - 1
    }
    /// At least so many units of a member, before anything else counts; what cannot be met is met as far as it can.
    pub fn member_at_least(&mut self, member: u32, floor: u32) {
        self.member_floor[member as usize] = floor;
    }
    /// At least so many units of a resource.
    pub fn resource_at_least(&mut self, resource: u32, floor: u32) {
        self.resource_floor[resource as usize] = floor;
    }
    /// At least so many units of a place.
    pub fn place_at_least(&mut self, place: u32, floor: u32) {
        self.place_floor[place as usize] = floor;
    }
    /// At least so many needs on a station's list.
    pub fn station_at_least(&mut self, station: u32, floor: u32) {
        self.station_floor[station as usize] = floor;
    }
    /// A need of `station`; its requirements follow.
    pub fn need(&mut self, station: u32, priority: Priority) -> u32 {
        self.end_group();
        self.need_station.push(station);
        self.need_priority.push(priority);
        self.need_start.push(index(&self.pair_start));
        index(&self.need_station) - 1
    }
    /// A need that is on no list; its requirements follow.
    pub fn need_alone(&mut self, priority: Priority) -> u32 {
        self.need(NONE, priority)
    }
    /// A requirement of the need added last; its pairs follow.
    pub fn requirement(&mut self) -> u32 {
        self.requirement_by(1)
    }
    /// A requirement of the need added last that so many distinct members meet together, one unit each; its pairs
    /// follow. It counts as so many requirements with the same pairs, of which this gives the first.
    pub fn requirement_by(&mut self, members: u32) -> u32 {
        self.end_group();
        let first = index(&self.pair_start);
        self.pair_start.push(index(&self.pair_place));
        self.group.push(first);
        self.more = members.saturating_sub(1);
        first
    }
    /// The requirement added last has all its pairs: those like it get the same.
    fn end_group(&mut self) {
        let Some((from, first)) = self.pair_start.last().copied().zip(self.group.last().copied()) else {
            return;
        };
        let pairs = from as usize..self.pair_place.len();
        for _ in 0..std::mem::take(&mut self.more) {
            self.pair_start.push(index(&self.pair_place));
            self.group.push(first);
            self.pair_place.extend_from_within(pairs.clone());
            self.pair_score.extend_from_within(pairs.clone());
        }
    }
    /// A place that could meet the requirement added last, for `score` points.
    pub fn pair(&mut self, place: u32, score: i64) {
        self.pair_place.push(place);
        self.pair_score.push(score);
    }

    /// Checks everything that the solver takes for granted.
    ///
    /// # Errors
    /// A need without requirement, a score below zero or too large, or an objective that could overflow.
    pub fn build(mut self) -> Result<Instance, InstanceError> {
        self.end_group();
        self.need_start.push(index(&self.pair_start));
        for n in 0..self.need_station.len() {
            if self.need_start[n] == self.need_start[n + 1] {
                return Err(InstanceError::NoRequirement(n as u32));
            }
        }
        self.pair_start.push(index(&self.pair_place));
        // No set can take more than there is, and every part agrees on that number.
        let requirements = index(&self.pair_start) - 1;
        for caps in
            [&mut self.member_cap, &mut self.resource_cap, &mut self.place_cap, &mut self.station_limit]
        {
            for cap in caps {
                *cap = (*cap).min(requirements);
            }
        }
        for (floors, caps) in [
            (&mut self.member_floor, &self.member_cap),
            (&mut self.resource_floor, &self.resource_cap),
            (&mut self.place_floor, &self.place_cap),
            (&mut self.station_floor, &self.station_limit),
        ] {
            for (floor, cap) in floors.iter_mut().zip(caps) {
                *floor = (*floor).min(*cap);
            }
        }
        if self.group.iter().zip(0..).all(|(first, q)| *first == q) {
            self.group.clear();
        }
        let even = !self.score_only;
        let mut instance = Instance {
            need_gone: vec![false; self.need_station.len()],
            member_cap: self.member_cap,
            member_floor: self.member_floor,
            resource_cap: self.resource_cap,
            resource_floor: self.resource_floor,
            resource_member: self.resource_member,
            place_cap: self.place_cap,
            place_floor: self.place_floor,
            place_resource: self.place_resource,
            station_limit: self.station_limit,
            station_floor: self.station_floor,
            need_station: self.need_station,
            need_priority: self.need_priority,
            need_start: self.need_start,
            pair_start: self.pair_start,
            group: self.group,
            pair_place: self.pair_place,
            pair_score: Vec::new(),
            levels: !self.score_only,
            even,
            favoured: Vec::new(),
            favour: 0,
            best: 1,
            weights: Weights { score: 1, ..Weights::default() },
        };
        let wrong = |most: i64| self.pair_score.iter().position(|s| *s < 0 || *s > most);
        if let Some(p) = wrong(i64::from(i32::MAX)) {
            return Err(InstanceError::Score(p as u32, self.pair_score[p], i64::from(i32::MAX)));
        }
        instance.pair_score = self.pair_score.iter().map(|s| *s as i32).collect();
        instance.best = instance.highest();
        instance.weights = instance.weigh()?;
        instance.check_scores()?;
        Ok(instance)
    }
}

impl Instance {
    /// Favours pairs, one of a requirement at most: among equal plans the one with most of them is the best, and
    /// they are given up only where more than `points` are gained by each. Replaces what was favoured before.
    ///
    /// # Errors
    /// The objective could overflow with them; nothing is favoured then.
    pub fn favour(&mut self, pairs: &[u32], points: u16) -> Result<(), InstanceError> {
        self.favoured = if pairs.is_empty() { Vec::new() } else { vec![NONE; self.requirements()] };
        self.favour = if pairs.is_empty() { 0 } else { i32::from(points) };
        for pair in pairs {
            // The requirement that the pair lies in.
            let q = self.pair_start.partition_point(|start| start <= pair) - 1;
            if let Some(f) = self.favoured.get_mut(q) {
                *f = *pair;
            }
        }
        let checked = self.weigh().and_then(|w| {
            self.weights = w;
            self.check_scores()
        });
        if checked.is_err() {
            self.favoured = Vec::new();
            self.favour = 0;
            self.weights = self.weigh()?;
        }
        checked
    }

    /// One more need of one requirement.
    pub(crate) fn push(&mut self, station: Option<u32>, priority: Priority, pairs: &[(u32, u32)]) {
        self.need_station.push(station.unwrap_or(NONE));
        self.need_priority.push(priority);
        self.need_gone.push(false);
        self.pair_place.extend(pairs.iter().map(|p| p.0));
        self.pair_score.extend(pairs.iter().map(|p| i32::try_from(p.1).unwrap_or(i32::MAX)));
        if !self.group.is_empty() {
            self.group.push(self.pair_start.len() as u32 - 1);
        }
        self.pair_start.push(self.pair_place.len() as u32);
        self.need_start.push(self.pair_start.len() as u32 - 1);
        if !self.favoured.is_empty() {
            self.favoured.push(NONE);
        }
    }

    /// Takes the last need back, to so many pairs and requirements.
    pub(crate) fn pop(&mut self, (pairs, requirements): (usize, usize)) {
        self.need_station.pop();
        self.need_priority.pop();
        self.need_gone.pop();
        self.pair_place.truncate(pairs);
        self.pair_score.truncate(pairs);
        self.pair_start.pop();
        self.need_start.pop();
        self.group.truncate(requirements);
        if !self.favoured.is_empty() {
            self.favoured.truncate(requirements);
        }
    }
}
