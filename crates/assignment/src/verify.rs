//! The independent check: feasibility of the plan, and an upper bound of every plan from the prices alone.
//!
//! Nothing here calls the solver. The bound is weak duality: charge every capacity its price, let every need choose
//! the best pair of each of its requirements or nothing at all, every member his best load. Whatever the prices, no plan is worth more. Where the
//! bound equals the plan's value, the plan is optimal, and complementary slackness holds everywhere.

use crate::instance::Weights;
use crate::{Fine, Instance, Prices, Priority, Solution, Tree};
use serde::{Deserialize, Serialize};

/// The levels of the objective, highest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objective {
    /// Pinned needs served.
    pub pinned_served: i64,
    /// Urgent needs served.
    pub urgent_served: i64,
    /// Needs served.
    pub served: i64,
    /// Sum of the scores of the chosen pairs.
    pub score: i64,
    /// Sum of the members' squared loads: the less, the evener.
    pub evenness: i64,
}

/// What the check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What the plan reaches.
    pub objective: Objective,
    /// What no plan can exceed, level by level from the top.
    pub bound: Objective,
    /// The bound is reached: no better plan exists.
    pub optimal: bool,
}

/// Where a plan or its proof is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// The arrays do not fit the instance.
    #[error("{what}: {got} entries, {expected} expected")]
    Shape {
        /// Which array.
        what: &'static str,
        /// Its length.
        got: usize,
        /// What the instance asks for.
        expected: usize,
    },
    /// A chosen pair that is not one of its requirement.
    #[error("requirement {requirement} takes pair {pair}, which is not its own")]
    ForeignPair {
        /// The requirement.
        requirement: usize,
        /// The pair.
        pair: u32,
    },
    /// A need of which only some requirements are covered.
    #[error("need {0} is covered only in part")]
    Partly(usize),
    /// More taken than there is.
    #[error("{level} {index} carries {load}, at most {cap} allowed")]
    Capacity {
        /// Which level of the hierarchy.
        level: &'static str,
        /// Which of them.
        index: usize,
        /// What is taken.
        load: u32,
        /// What there is.
        cap: u32,
    },
    /// A price below zero proves nothing.
    #[error("{what} {index} has a price below zero")]
    NegativePrice {
        /// Which level.
        what: &'static str,
        /// Which of them.
        index: usize,
    },
    /// The plan is worth more than its bound: the proof is wrong.
    #[error("the plan is worth more than its proved bound")]
    BoundTooLow,
}

/// Checks a solution and says how good it is.
///
/// # Errors
/// The first violation found, with its place.
pub fn verify(instance: &Instance, solution: &Solution) -> Result<Verdict, Violation> {
    feasible(instance, &solution.chosen)?;
    let value = value_of(instance, &solution.chosen);
    let mut decided = vec![None; instance.needs()];
    // Every branch infeasible would mean that nothing at all is allowed, but the empty plan always is.
    let mut bound = proved(instance, &solution.proof.tree, &mut decided)?.ok_or(Violation::BoundTooLow)?;
    for fine in &solution.proof.fine {
        check(instance, &fine.prices)?;
        if let Some(finer) = refined(instance, fine, value, bound) {
            bound = bound.min(finer);
        }
    }
    if bound < value {
        return Err(Violation::BoundTooLow);
    }
    Ok(Verdict {
        objective: decode(instance, value),
        bound: decode(instance, bound),
        optimal: bound == value,
    })
}

/// A closer bound on one level. Where the levels above it are proved, every better plan reaches just the same there,
/// so that any weights may be put on them: what these leave over bounds the level. `None` where they are not proved.
pub(crate) fn refined(instance: &Instance, fine: &Fine, value: i128, bound: i128) -> Option<i128> {
    let (plan, most) = (decode(instance, value), decode(instance, bound));
    let w = &instance.weights;
    let whole = bound_of(
        instance,
        &Weights { pinned: fine.pinned, urgent: fine.urgent, served: fine.served, score: fine.score, ..*w },
        &fine.prices,
        |_| None,
    )?;
    let above = |pinned: i128, urgent: i128, served: i128, served_needs: i64| {
        pinned * i128::from(plan.pinned_served)
            + urgent * i128::from(plan.urgent_served)
            + served * i128::from(served_needs)
    };
    // The most that a plan of these upper levels can be worth: everything below them at its best.
    let all_below = |unit: i128| unit - w.evenness_max - 1;
    if plan.pinned_served != most.pinned_served {
        return None;
    }
    if fine.served == 0 && fine.urgent > 0 {
        let left = whole + w.evenness_max - fine.pinned * i128::from(plan.pinned_served);
        let urgent = left.div_euclid(fine.urgent);
        return Some(w.pinned * i128::from(plan.pinned_served) + w.urgent * urgent + all_below(w.urgent));
    }
    if plan.urgent_served != most.urgent_served {
        return None;
    }
    if fine.score == 0 && fine.served > 0 {
        let left = whole + w.evenness_max - above(fine.pinned, fine.urgent, 0, 0);
        let served = left.div_euclid(fine.served);
        return Some(above(w.pinned, w.urgent, 0, 0) + w.served * served + all_below(w.served));
    }
    // Of all numbers of served needs up to the proved one, that one allows the most: its weight is far the larger.
    let one_scale = fine.score == w.score && fine.served <= w.served;
    one_scale.then(|| {
        whole - above(fine.pinned, fine.urgent, fine.served, most.served)
            + above(w.pinned, w.urgent, w.served, most.served)
    })
}

fn shape(what: &'static str, got: usize, expected: usize) -> Result<(), Violation> {
    if got == expected { Ok(()) } else { Err(Violation::Shape { what, got, expected }) }
}

fn feasible(instance: &Instance, chosen: &[Option<u32>]) -> Result<(), Violation> {
    shape("chosen pairs", chosen.len(), instance.requirements())?;
    let mut place = vec![0u32; instance.place_cap.len()];
    let mut station = vec![0u32; instance.station_limit.len()];
    for need in 0..instance.needs() {
        let range = instance.requirements_of(need);
        let covered = chosen[range.clone()].iter().flatten().count();
        if covered != 0 && covered != range.len() {
            return Err(Violation::Partly(need));
        }
        station[instance.need_station[need] as usize] += u32::from(covered > 0);
        for requirement in range {
            if let Some(pair) = chosen[requirement] {
                if !instance.pairs_of(requirement).contains(&(pair as usize)) {
                    return Err(Violation::ForeignPair { requirement, pair });
                }
                place[instance.place_of(pair as usize)] += 1;
            }
        }
    }
    let resource = sum_up(&place, &instance.place_resource, instance.resource_cap.len());
    let member = sum_up(&resource, &instance.resource_member, instance.member_cap.len());
    for (level, load, cap) in [
        ("place", &place, &instance.place_cap),
        ("resource", &resource, &instance.resource_cap),
        ("member", &member, &instance.member_cap),
        ("station", &station, &instance.station_limit),
    ] {
        if let Some(index) = (0..load.len()).find(|i| load[*i] > cap[*i]) {
            return Err(Violation::Capacity { level, index, load: load[index], cap: cap[index] });
        }
    }
    Ok(())
}

fn sum_up(load: &[u32], above: &[u32], len: usize) -> Vec<u32> {
    let mut sum = vec![0; len];
    for (l, a) in load.iter().zip(above) {
        sum[*a as usize] += l;
    }
    sum
}

/// The value of a feasible plan in units of the lowest level.
pub(crate) fn value_of(instance: &Instance, chosen: &[Option<u32>]) -> i128 {
    let mut value = 0;
    let mut load = vec![0i128; instance.member_cap.len()];
    for need in 0..instance.needs() {
        let range = instance.requirements_of(need);
        if chosen[range.start].is_some() {
            value += instance.reward(need);
        }
        for pair in chosen[range].iter().flatten() {
            value += instance.weights.score * i128::from(instance.score_of(*pair as usize));
            let resource = instance.resource_of(instance.place_of(*pair as usize));
            load[instance.resource_member[resource] as usize] += 1;
        }
    }
    value - load.iter().map(|l| l * l).sum::<i128>()
}

/// What a pair earns at these prices: its score less the places it takes; reward and station apart.
fn pair_profit(instance: &Instance, prices: &Prices, pair: usize) -> i128 {
    instance.weights.score * i128::from(instance.score_of(pair))
        - toll_of(instance, prices, instance.place_of(pair))
}

/// The price of a unit of a place, of its resource and of its member.
fn toll_of(instance: &Instance, prices: &Prices, place: usize) -> i128 {
    let resource = instance.resource_of(place);
    let member = instance.resource_member[resource] as usize;
    prices.place[place] + prices.resource[resource] + prices.member[member]
}

/// What serving a need is worth at these prices, each requirement with its best pair; `None` where one has no pair.
fn profit_of(
    instance: &Instance,
    weights: &Weights,
    prices: &Prices,
    toll: &[i128],
    need: usize,
) -> Option<i128> {
    let mut profit = instance.reward_at(weights, need) - prices.station[instance.need_station[need] as usize];
    for q in instance.requirements_of(need) {
        let pairs = instance.pairs_of(q).filter(|p| instance.usable(*p));
        let earned = |p: usize| weights.score * i128::from(instance.score_of(p)) - toll[instance.place_of(p)];
        profit += pairs.map(earned).max()?;
    }
    Some(profit)
}

/// The bound that these prices prove under the decisions; `None` if the decisions cannot be kept at all.
pub(crate) fn bound_of(
    instance: &Instance,
    weights: &Weights,
    prices: &Prices,
    decided: impl Fn(usize) -> Option<bool>,
) -> Option<i128> {
    let charge = |cap: &[u32], price: &[i128]| -> i128 {
        cap.iter().zip(price).filter(|(_, p)| **p > 0).map(|(c, p)| i128::from(*c) * p).sum()
    };
    let mut bound = charge(&instance.station_limit, &prices.station)
        + charge(&instance.place_cap, &prices.place)
        + charge(&instance.resource_cap, &prices.resource);
    for (cap, price) in instance.member_cap.iter().zip(&prices.member) {
        // The best load k earns k·price − k²; concave, so its top is at price / 2.
        let cap = i128::from(*cap);
        let top = (price / 2).min(cap);
        bound += [top, (top + 1).min(cap)].iter().map(|k| k * price - k * k).max().unwrap_or(0);
    }
    // The price of a place with what is above it, once for all the pairs that ask.
    let toll: Vec<i128> = (0..instance.place_cap.len()).map(|p| toll_of(instance, prices, p)).collect();
    for need in 0..instance.needs() {
        let profit = profit_of(instance, weights, prices, &toll, need);
        bound += match decided(need) {
            None => profit.unwrap_or(0).max(0),
            Some(true) => profit?,
            Some(false) => 0,
        };
    }
    Some(bound)
}

fn proved(instance: &Instance, tree: &Tree, decided: &mut [Option<bool>]) -> Result<Option<i128>, Violation> {
    match tree {
        Tree::Leaf(prices) => {
            check(instance, prices)?;
            Ok(bound_of(instance, &instance.weights, prices, |n| decided[n]))
        }
        Tree::Branch { need, served, left_out } => {
            let n = *need as usize;
            shape("decided need", usize::from(n < instance.needs()), 1)?;
            let before = decided[n];
            decided[n] = Some(true);
            let a = proved(instance, served, decided)?;
            decided[n] = Some(false);
            let b = proved(instance, left_out, decided)?;
            decided[n] = before;
            Ok(a.max(b))
        }
    }
}

fn check(instance: &Instance, prices: &Prices) -> Result<(), Violation> {
    for (what, price, len) in [
        ("station", &prices.station, instance.station_limit.len()),
        ("place", &prices.place, instance.place_cap.len()),
        ("resource", &prices.resource, instance.resource_cap.len()),
        ("member", &prices.member, instance.member_cap.len()),
    ] {
        shape(what, price.len(), len)?;
        if let Some(index) = price.iter().position(|p| *p < 0) {
            return Err(Violation::NegativePrice { what, index });
        }
    }
    Ok(())
}

/// Reads a value level by level. Unique, because no sum of lower levels reaches the next.
pub(crate) fn decode(instance: &Instance, value: i128) -> Objective {
    let w = &instance.weights;
    let small = |x: i128| i64::try_from(x).unwrap_or(i64::MAX);
    let mut rest = value + w.evenness_max;
    let pinned = rest.div_euclid(w.pinned);
    rest -= pinned * w.pinned;
    // A pinned need counts among the served; whether it was urgent as well, its priority no longer says.
    let above = rest.div_euclid(w.urgent);
    rest -= above * w.urgent;
    let served = rest.div_euclid(w.served);
    rest -= served * w.served;
    let score = rest.div_euclid(w.score);
    rest -= score * w.score;
    Objective {
        pinned_served: small(pinned),
        urgent_served: small(above),
        served: small(served),
        score: small(score),
        evenness: small(w.evenness_max - rest),
    }
}

impl Instance {
    /// What a chosen pair was ahead of a requirement's best other resource at these prices, in points of the score;
    /// `None` where there is no other. A large figure means that the exchange would cost a served need.
    pub fn runner_up(&self, prices: &Prices, requirement: usize, chosen: u32) -> Option<(u32, i64)> {
        let resource = self.resource_of(self.place_of(chosen as usize));
        let mine = pair_profit(self, prices, chosen as usize);
        let (profit, pair) = self
            .pairs_of(requirement)
            .filter(|p| self.resource_of(self.place_of(*p)) != resource)
            .map(|p| (pair_profit(self, prices, p), std::cmp::Reverse(p)))
            .max()?;
        let points = (mine - profit).div_euclid(self.weights.score);
        Some((pair.0 as u32, i64::try_from(points).unwrap_or(i64::MAX)))
    }

    /// Number of urgent needs, the pinned apart.
    pub fn urgent(&self) -> usize {
        self.need_priority.iter().filter(|p| **p == Priority::Urgent).count()
    }
}
