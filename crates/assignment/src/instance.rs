//! The problem as flat arrays.

use serde::{Deserialize, Serialize};

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
    /// A score below zero: the objective counts points for, never against.
    #[error("pair {0} has the score {1}, expected 0 or more")]
    NegativeScore(u32, i64),
    /// The weights of the lexicographic objective do not fit: an answer could overflow.
    #[error("the objective does not fit 126 bits: {0} needs, total score at most {1}, evenness at most {2}")]
    Overflow(u32, i128, i128),
}

/// One weight per level of the objective, so large that no sum of lower levels reaches the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Weights {
    pub pinned: i128,
    pub urgent: i128,
    pub served: i128,
    pub score: i128,
    pub evenness_max: i128,
}

/// An assignment problem, checked. Indices are positions in order of building.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    pub(crate) member_cap: Vec<u32>,
    pub(crate) resource_cap: Vec<u32>,
    pub(crate) resource_member: Vec<u32>,
    pub(crate) place_cap: Vec<u32>,
    pub(crate) place_resource: Vec<u32>,
    pub(crate) station_limit: Vec<u32>,
    pub(crate) need_station: Vec<u32>,
    pub(crate) need_priority: Vec<Priority>,
    /// Requirements of need `n` are `need_start[n]..need_start[n + 1]`.
    pub(crate) need_start: Vec<u32>,
    /// Pairs of requirement `q` are `pair_start[q]..pair_start[q + 1]`.
    pub(crate) pair_start: Vec<u32>,
    pub(crate) pair_place: Vec<u32>,
    /// The requirement of each pair.
    pub(crate) pair_requirement: Vec<u32>,
    pub(crate) pair_score: Vec<i64>,
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
        self.pair_score[pair]
    }
    /// Whether a pair could ever be chosen: no level above its place has a capacity of zero.
    pub(crate) fn usable(&self, pair: usize) -> bool {
        let place = self.place_of(pair);
        let resource = self.resource_of(place);
        let member = self.resource_member[resource] as usize;
        self.place_cap[place].min(self.resource_cap[resource]).min(self.member_cap[member]) > 0
    }
    /// What serving the need is worth at the instance's own weights, scores apart.
    pub(crate) fn reward(&self, need: usize) -> i128 {
        self.reward_at(&self.weights, need)
    }
    /// What serving the need is worth at other weights, scores apart.
    pub(crate) fn reward_at(&self, w: &Weights, need: usize) -> i128 {
        let above = match self.need_priority[need] {
            Priority::Normal => 0,
            Priority::Urgent => w.urgent,
            Priority::Pinned => w.pinned,
        };
        w.served + above
    }
}

impl Weights {
    /// Weights of the same order, but of one scale: steps that are right for scores are right for all. They decide
    /// nothing by themselves (see [`crate::Fine`]).
    pub fn fine(&self, best_score: i64) -> Weights {
        // An urgent need needs no more than the best score to keep its place beside an ordinary one. More would only
        // make it worth half to serve half of a need that can never be served whole.
        let best = self.score * i128::from(best_score.max(1));
        Weights { served: best * 4, urgent: best, pinned: best * 2, ..*self }
    }
}

/// Builds an [`Instance`]: members, resources, places and stations first, then each need followed by its
/// requirements, each of these followed by its pairs.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    member_cap: Vec<u32>,
    resource_cap: Vec<u32>,
    resource_member: Vec<u32>,
    place_cap: Vec<u32>,
    place_resource: Vec<u32>,
    station_limit: Vec<u32>,
    need_station: Vec<u32>,
    need_priority: Vec<Priority>,
    need_start: Vec<u32>,
    pair_start: Vec<u32>,
    pair_place: Vec<u32>,
    pair_score: Vec<i64>,
}

fn index<T>(v: &[T]) -> u32 {
    u32::try_from(v.len()).unwrap_or(u32::MAX)
}

impl Builder {
    /// A member who can take `cap` requirements in the year.
    pub fn member(&mut self, cap: u32) -> u32 {
        self.member_cap.push(cap);
        index(&self.member_cap) - 1
    }
    /// A resource of `member` with `cap` units in the year.
    pub fn resource(&mut self, member: u32, cap: u32) -> u32 {
        self.resource_member.push(member);
        self.resource_cap.push(cap);
        index(&self.resource_cap) - 1
    }
    /// A place: `resource` in one quarter, with `cap` units.
    pub fn place(&mut self, resource: u32, cap: u32) -> u32 {
        self.place_resource.push(resource);
        self.place_cap.push(cap);
        index(&self.place_cap) - 1
    }
    /// A station whose list takes at most `limit` needs.
    pub fn station(&mut self, limit: u32) -> u32 {
        self.station_limit.push(limit);
        index(&self.station_limit) - 1
    }
    /// A need of `station`; its requirements follow.
    pub fn need(&mut self, station: u32, priority: Priority) -> u32 {
        self.need_station.push(station);
        self.need_priority.push(priority);
        self.need_start.push(index(&self.pair_start));
        index(&self.need_station) - 1
    }
    /// A requirement of the need added last; its pairs follow.
    pub fn requirement(&mut self) -> u32 {
        self.pair_start.push(index(&self.pair_place));
        index(&self.pair_start) - 1
    }
    /// A place that could meet the requirement added last, for `score` points.
    pub fn pair(&mut self, place: u32, score: i64) {
        self.pair_place.push(place);
        self.pair_score.push(score);
    }

    /// Checks everything that the solver takes for granted.
    ///
    /// # Errors
    /// A need without requirement, a negative score, or an objective that could overflow.
    pub fn build(mut self) -> Result<Instance, InstanceError> {
        self.need_start.push(index(&self.pair_start));
        for n in 0..self.need_station.len() {
            if self.need_start[n] == self.need_start[n + 1] {
                return Err(InstanceError::NoRequirement(n as u32));
            }
        }
        self.pair_start.push(index(&self.pair_place));
        if let Some(p) = self.pair_score.iter().position(|s| *s < 0) {
            return Err(InstanceError::NegativeScore(p as u32, self.pair_score[p]));
        }
        // No member can take more than there is, and every part agrees on that number.
        let requirements = index(&self.pair_start) - 1;
        for cap in &mut self.member_cap {
            *cap = (*cap).min(requirements);
        }
        let weights = self.weights()?;
        Ok(Instance {
            pair_requirement: (0..self.pair_start.len() - 1)
                .flat_map(|q| (self.pair_start[q]..self.pair_start[q + 1]).map(move |_| q as u32))
                .collect(),
            member_cap: self.member_cap,
            resource_cap: self.resource_cap,
            resource_member: self.resource_member,
            place_cap: self.place_cap,
            place_resource: self.place_resource,
            station_limit: self.station_limit,
            need_station: self.need_station,
            need_priority: self.need_priority,
            need_start: self.need_start,
            pair_start: self.pair_start,
            pair_place: self.pair_place,
            pair_score: self.pair_score,
            weights,
        })
    }

    fn weights(&self) -> Result<Weights, InstanceError> {
        let requirements = self.pair_start.len() as i128 - 1;
        let evenness_max: i128 =
            self.member_cap.iter().map(|c| i128::from(*c) * i128::from(*c)).fold(0, i128::saturating_add);
        let score_max: i128 = self
            .pair_start
            .windows(2)
            .map(|w| self.pair_score[w[0] as usize..w[1] as usize].iter().max().map_or(0, |s| i128::from(*s)))
            .fold(0, i128::saturating_add);
        let needs = self.need_station.len() as i128;
        let overflow = || InstanceError::Overflow(needs as u32, score_max, evenness_max);
        let above = |unit: i128, count: i128, below: i128| {
            unit.checked_mul(count)
                .and_then(|x| x.checked_add(below))
                .and_then(|x| x.checked_add(1))
                .ok_or_else(overflow)
        };
        let score = above(1, evenness_max, 0)?;
        let served = above(score, score_max, evenness_max)?;
        let urgent = above(served, needs, served)?;
        let pinned = above(urgent, needs, urgent)?;
        // Potentials are sums along a path; a path alternates at most once per need and level.
        above(pinned, 64 * (needs + requirements + 4), 0)
            .and_then(|x| if x < i128::MAX / 4 { Ok(x) } else { Err(overflow()) })?;
        Ok(Weights { pinned, urgent, served, score, evenness_max })
    }
}
