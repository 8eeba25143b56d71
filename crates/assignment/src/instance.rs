//! The problem as flat arrays.

use crate::net::{BANNED, NONE};
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
    /// A score that no plan could count: below zero, or beyond 32 bits with the evenness below it.
    #[error("pair {0} has the score {1}, expected 0 to {2}")]
    Score(u32, i64, i64),
    /// The weights of the lexicographic objective do not fit: an answer could overflow.
    #[error("the objective does not fit 126 bits: {0} needs, total score at most {1}, evenness at most {2}")]
    Overflow(u32, i128, i128),
}

/// One weight per level of the objective, so large that no sum of lower levels reaches the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Weights {
    pub floor: i128,
    pub pinned: i128,
    pub urgent: i128,
    pub served: i128,
    pub score: i128,
    /// Weight of one square of evenness; a favoured pair that is chosen weighs 1.
    pub even: i128,
    pub evenness_max: i128,
}

/// Weights for the flow, in 64 bits. See [`Instance::scale`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Scale {
    pub floor: i64,
    pub pinned: i64,
    pub urgent: i64,
    pub served: i64,
    pub score: i64,
    /// Weight of one square of evenness; zero where it does not count.
    pub even: i64,
    /// Weight of a favoured pair, points apart.
    pub kept: i64,
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
        let place = self.place_of(pair);
        let resource = self.resource_of(place);
        let member = self.resource_member[resource] as usize;
        self.pair_score[pair] != BANNED
            && self.place_cap[place].min(self.resource_cap[resource]).min(self.member_cap[member]) > 0
    }
    /// Whether a need could ever be served by itself.
    pub(crate) fn servable(&self, need: usize) -> bool {
        !self.need_gone[need] && self.requirements_of(need).all(|q| self.pairs_of(q).any(|p| self.usable(p)))
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
    fn highest(&self) -> i32 {
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

    /// Whether favoured pairs count.
    fn kept(&self) -> i64 {
        i64::from(!self.favoured.is_empty())
    }

    /// Favoured pairs that one change of a flow can bring or take, and one more.
    fn even_unit(&self) -> i64 {
        if self.favoured.is_empty() {
            i64::from(self.even)
        } else {
            rounded(self.hubs().min(self.requirements()) + 1)
        }
    }

    /// Units of the lowest level in one point. What one change of a flow can gain in evenness (one member has a unit
    /// more, one a unit less) is less than a point.
    pub(crate) fn point(&self) -> i64 {
        let favour = self.even_unit().max(1);
        if !self.even {
            return favour;
        }
        let cycle =
            rounded(2 * self.member_cap.iter().copied().max().unwrap_or(0) as usize).saturating_mul(favour);
        // Needs of several requirements are no flow, and only the whole sum is sure to be less than a point.
        let sum = i64::try_from(self.weights.score).unwrap_or(i64::MAX);
        let fits = sum.saturating_mul(self.best_score()) <= i64::from(i32::MAX);
        if !self.is_flow() && fits && sum > 1 { sum } else { cycle }
    }

    /// Weights for the flow. An optimal flow is one that no simple cycle improves, so a level need only outweigh
    /// what one cycle can change below it: it passes each set and station once, and serves at most one need more or
    /// less. These are far smaller than what would outweigh sums over the city, and the optimum is the same.
    pub(crate) fn scale(&self) -> Scale {
        let score = self.point();
        if !self.levels {
            return Scale { floor: 0, pinned: 0, urgent: 0, served: 0, score, even: 0, kept: self.kept() };
        }
        let w = &self.weights;
        if !self.is_flow() && w.floor > 0 {
            // With needs of several requirements the argument does not hold; the sums may fit all the same.
            let fits = |x: i128, most: i64| i64::try_from(x).ok().filter(|x| *x < most);
            let value = fits(w.score * i128::from(self.best_score()), i64::from(i32::MAX));
            let rewards = (w.floor * self.floors().min(1)
                + w.pinned * self.count(Priority::Pinned).min(1) as i128
                + w.urgent)
                .saturating_mul(self.station_limit.len() as i128 + 4);
            if let (Some(_), Some(_)) = (value, fits(rewards, i64::MAX / 8)) {
                let small = |x: i128| i64::try_from(x).unwrap_or(i64::MAX / 8);
                return Scale {
                    floor: small(w.floor),
                    pinned: small(w.pinned),
                    urgent: small(w.urgent),
                    served: small(w.served),
                    score: small(w.score),
                    even: small(w.even),
                    kept: self.kept(),
                };
            }
        }
        self.cycle_scale()
    }

    fn cycle_scale(&self) -> Scale {
        let score = self.point();
        // Rounded up, so that they stay what they are when a little changes.
        let touched = rounded(self.hubs().min(self.requirements()));
        let best = rounded(self.best_score() as usize + self.favour as usize);
        let served = touched.saturating_mul(best.saturating_mul(score)).saturating_add(score);
        let urgent = served.saturating_mul(2);
        let pinned = urgent.saturating_mul(self.passes(Priority::Urgent)).saturating_add(urgent);
        let floor = pinned.saturating_mul(self.passes(Priority::Pinned)).saturating_add(pinned);
        Scale { floor, pinned, urgent, served, score, even: self.even_unit(), kept: self.kept() }
    }

    /// Nodes that a simple cycle of the flow can pass, requirements apart.
    fn hubs(&self) -> usize {
        self.place_cap.len() + self.resource_cap.len() + self.member_cap.len() + self.station_limit.len() + 1
    }

    /// Needs of a priority that a simple cycle can bring or take, at most, and one more.
    fn passes(&self, priority: Priority) -> i64 {
        rounded(
            (self.station_limit.len() + 1).min(self.need_priority.iter().filter(|p| **p == priority).count()),
        )
    }

    /// Units of all lower bounds.
    pub(crate) fn floors(&self) -> i128 {
        [&self.member_floor, &self.resource_floor, &self.place_floor, &self.station_floor]
            .into_iter()
            .flatten()
            .map(|f| i128::from(*f))
            .sum()
    }
}

/// The next power of two above.
pub(crate) fn rounded(x: usize) -> i64 {
    (x as u64 + 1).checked_next_power_of_two().and_then(|x| i64::try_from(x).ok()).unwrap_or(i64::MAX / 8)
}

/// The next power of two above, as far as there is one.
pub(crate) fn power_above(x: i128) -> i128 {
    (x.unsigned_abs() + 1)
        .checked_next_power_of_two()
        .and_then(|p| i128::try_from(p).ok())
        .unwrap_or(i128::MAX / 2)
}

impl Scale {
    /// Whether each level outweighs what one change of a flow can do below it, so that the optimum at these weights
    /// is that of the levels: see [`Instance::scale`].
    pub fn outweighs(&self, i: &Instance) -> bool {
        let [floor, pinned, urgent, served, score, even, kept] =
            [self.floor, self.pinned, self.urgent, self.served, self.score, self.even, self.kept]
                .map(i128::from);
        let touched = i.hubs().min(i.requirements()) as i128 + 1;
        let most =
            |p| (i.station_limit.len() + 1).min(i.need_priority.iter().filter(|q| **q == p).count()) as i128;
        let favours = if i.favoured.is_empty() { 0 } else { touched };
        let uneven = if i.even { 2 * i128::from(i.member_cap.iter().copied().max().unwrap_or(0)) } else { 0 };
        let below_score = kept * favours + even * uneven;
        let below_served = below_score + touched * i128::from(i.best_score() + i64::from(i.favour)) * score;
        let below_pinned = below_served + served + urgent * most(Priority::Urgent);
        let lowest = kept == i128::from(!i.favoured.is_empty()) && (!i.even || even > kept * favours);
        lowest
            && score > below_score
            && if i.levels {
                served > below_served
                    && urgent > below_served + served
                    && pinned > below_pinned
                    && (i.floors() == 0 || floor > below_pinned + pinned * most(Priority::Pinned))
            } else {
                served == 0 && urgent == 0 && pinned == 0 && even == 0
            }
    }

    /// Weights of the same order, but of one scale and without evenness: steps that are right for scores are right
    /// for all. They decide nothing by themselves (see [`crate::Bound`]).
    pub fn fine(best_score: i64, floors: bool) -> Scale {
        // An urgent need needs no more than the best score to keep its place beside an ordinary one. More would only
        // make it worth half to serve half of a need that can never be served whole.
        let best = best_score;
        let floor = if floors { best * 8 } else { 0 };
        Scale { floor, pinned: best * 2, urgent: best, served: best * 4, score: 1, even: 0, kept: 0 }
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
    pair_place: Vec<u32>,
    pair_score: Vec<i64>,
    score_only: bool,
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
    /// A need without requirement, a score below zero or too large, or an objective that could overflow.
    pub fn build(mut self) -> Result<Instance, InstanceError> {
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
    /// Scores and what lies below them have to fit 32 bits.
    fn check_scores(&self) -> Result<(), InstanceError> {
        let most = i64::from(i32::MAX - 1) / self.point() - i64::from(self.favour);
        match self.pair_score.iter().position(|s| i64::from(*s) > most) {
            Some(p) => Err(InstanceError::Score(p as u32, self.score_of(p), most)),
            None => Ok(()),
        }
    }

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

    /// How much the scores of all needs may grow, how many needs and what score there may be, until the weights have
    /// to be others.
    pub(crate) fn headroom(&self) -> (i128, usize, i64) {
        let scores: i128 = (0..self.requirements())
            .map(|q| self.pair_score[self.pairs_of(q)].iter().max().map_or(0, |s| i128::from(*s).max(0)))
            .sum::<i128>()
            + self.favoured.iter().filter(|p| **p != NONE).count() as i128 * i128::from(self.favour);
        // As many as leave every rounded count what it is.
        let touched = self.hubs().min(self.requirements());
        let needs = (power_above(self.needs() as i128) - 1)
            .min((rounded(touched) - 1).into())
            .min((rounded(touched + 1) - 2).into());
        let best = rounded(self.best_score() as usize + self.favour as usize) - 1 - i64::from(self.favour);
        let most = i64::from(i32::MAX - 1) / self.point() - i64::from(self.favour);
        (power_above(scores) - 1 - scores, needs as usize, best.min(most))
    }

    /// The weights anew, after a change.
    pub(crate) fn weigh_anew(&mut self) -> Result<(), InstanceError> {
        self.best = self.highest();
        self.weights = self.weigh()?;
        self.check_scores()
    }

    /// One more need of one requirement.
    pub(crate) fn push(&mut self, station: Option<u32>, priority: Priority, pairs: &[(u32, u32)]) {
        self.need_station.push(station.unwrap_or(NONE));
        self.need_priority.push(priority);
        self.need_gone.push(false);
        self.pair_place.extend(pairs.iter().map(|p| p.0));
        self.pair_score.extend(pairs.iter().map(|p| i32::try_from(p.1).unwrap_or(i32::MAX)));
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
        if !self.favoured.is_empty() {
            self.favoured.truncate(requirements);
        }
    }

    /// What a pair is worth at some weights, evenness apart.
    pub(crate) fn value_at(&self, scale: &Scale, q: usize, pair: usize) -> i64 {
        let favoured = self.favoured.get(q).is_some_and(|f| *f as usize == pair);
        let points = self.score_of(pair) + if favoured { i64::from(self.favour) } else { 0 };
        points * scale.score + if favoured { scale.kept } else { 0 }
    }
}

impl Instance {
    /// The weights by which plans are compared, in 128 bits, and the check that those of the flow fit 64.
    pub(crate) fn weigh(&self) -> Result<Weights, InstanceError> {
        let square = |c: &u32| i128::from(*c) * i128::from(*c);
        let favoured = self.favoured.iter().filter(|p| **p != NONE).count() as i128;
        let even = favoured + 1;
        let squares: i128 =
            if self.even { self.member_cap.iter().map(square).fold(0, i128::saturating_add) } else { 0 };
        let evenness_max = squares.saturating_mul(even);
        let score_max: i128 = self
            .pair_start
            .windows(2)
            .map(|w| {
                self.pair_score[w[0] as usize..w[1] as usize]
                    .iter()
                    .max()
                    .map_or(0, |s| i128::from(*s).max(0))
            })
            .fold(favoured * i128::from(self.favour), i128::saturating_add);
        // Rounded up, so that a little more of either changes nothing.
        let score_max = power_above(score_max);
        let needs = power_above(self.need_station.len() as i128);
        let overflow = || InstanceError::Overflow(needs as u32, score_max, evenness_max);
        if !self.levels {
            return Ok(Weights { score: even, even: 0, ..Weights::default() });
        }
        let above = |unit: i128, count: i128, below: i128| {
            unit.checked_mul(count)
                .and_then(|x| x.checked_add(below))
                .and_then(|x| x.checked_add(1))
                .ok_or_else(overflow)
        };
        let score = above(1, evenness_max, favoured)?;
        let served = above(score, score_max, evenness_max + favoured)?;
        let urgent = above(served, needs, served)?;
        let pinned = above(urgent, needs, urgent)?;
        let floor = above(pinned, needs, pinned)?;
        above(floor, self.floors() + 4, 0)
            .and_then(|x| if x < i128::MAX / 4 { Ok(x) } else { Err(overflow()) })?;
        // What a path of the flow can cost: every station and set passed once.
        let w = self.cycle_scale();
        let cost = [
            i128::from(w.floor) * self.floors().min(self.hubs() as i128),
            i128::from(w.pinned) * i128::from(self.passes(Priority::Pinned)),
            i128::from(w.urgent) * i128::from(self.passes(Priority::Urgent)),
            i128::from(w.served) * 4,
        ];
        if cost.iter().sum::<i128>() > i128::from(i64::MAX / 8) {
            return Err(overflow());
        }
        Ok(Weights { floor, pinned, urgent, served, score, even, evenness_max })
    }
}
