//! The independent check: feasibility of the plan, and an upper bound of every plan from the prices alone.
//!
//! Nothing here calls the solver. The bound is weak duality: charge every capacity its price, let every need choose
//! the best pair of each of its requirements or nothing at all, every member his best load. Whatever the prices, no plan is worth more. Where the
//! bound equals the plan's value, the plan is optimal, and complementary slackness holds everywhere.

use crate::bound::{Known, bound_from, by_counting};
use crate::threads::at_once;
use crate::weights::Scale;
use crate::{BANNED, Instance, NONE, Prices, Priority, Solution, Tree};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The levels of the objective, highest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objective {
    /// Units of lower bounds that are met.
    pub floor_met: i64,
    /// Pinned needs served.
    pub pinned_served: i64,
    /// Urgent needs served.
    pub urgent_served: i64,
    /// Needs served.
    pub served: i64,
    /// Sum of the scores of the chosen pairs, with the points that favoured pairs earn by staying.
    pub score: i64,
    /// Sum of the members' squared loads: the less, the evener.
    pub evenness: i64,
    /// Favoured pairs that are chosen.
    pub kept: i64,
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
    /// A chosen pair that is forbidden.
    #[error("requirement {requirement} takes pair {pair}, which is banned")]
    Banned {
        /// The requirement.
        requirement: usize,
        /// The pair.
        pair: u32,
    },
    /// A need that has gone is served.
    #[error("need {0} is served, but has gone")]
    Gone(usize),
    /// A need of which only some requirements are covered.
    #[error("need {0} is covered only in part")]
    Partly(usize),
    /// One member meets several of the requirements of a need that distinct members have to meet.
    #[error("need {need} has member {member} twice where distinct members are asked for")]
    SameMember {
        /// The need.
        need: usize,
        /// The member.
        member: u32,
    },
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
    /// A price beyond anything that the arithmetic of a bound can take.
    #[error("{what} {index} has a price beyond 60 bits")]
    Price {
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
    let mut known = Known::of(instance, &solution.chosen, by_counting(instance));
    let wholes =
        at_once(&solution.proof, |b| proved(instance, &b.scale, &b.tree, &mut vec![None; instance.needs()]));
    for (b, whole) in solution.proof.iter().zip(wholes) {
        // Every branch infeasible would mean that nothing at all is allowed, but the empty plan always is.
        let whole = whole?.ok_or(Violation::BoundTooLow)?;
        known.bound = bound_from(instance, &b.scale, whole, &known);
    }
    if known.bound < known.value {
        return Err(Violation::BoundTooLow);
    }
    Ok(Verdict {
        objective: decode(instance, known.value),
        bound: decode(instance, known.bound),
        optimal: known.bound == known.value,
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
        if covered > 0 && instance.need_gone[need] {
            return Err(Violation::Gone(need));
        }
        if instance.need_station[need] != NONE {
            station[instance.need_station[need] as usize] += u32::from(covered > 0);
        }
        let foreign = |q: &usize| chosen[*q].is_some_and(|p| !instance.pairs_of(*q).contains(&(p as usize)));
        if let Some(requirement) = range.clone().find(foreign) {
            return Err(Violation::ForeignPair { requirement, pair: chosen[requirement].unwrap_or(NONE) });
        }
        if let Some(member) = instance.meets_twice(need, chosen) {
            return Err(Violation::SameMember { need, member });
        }
        for requirement in range {
            if let Some(pair) = chosen[requirement] {
                if instance.pair_score[pair as usize] == BANNED {
                    return Err(Violation::Banned { requirement, pair });
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

/// What the levels of a plan are worth at some weights.
fn worth(o: &Objective, [floor, pinned, urgent, served, score, even, kept]: [i128; 7]) -> i128 {
    floor * i128::from(o.floor_met)
        + pinned * i128::from(o.pinned_served)
        + urgent * i128::from(o.urgent_served)
        + served * i128::from(o.served)
        + score * i128::from(o.score)
        - even * i128::from(o.evenness)
        + kept * i128::from(o.kept)
}

/// What they are worth in units of the lowest level.
pub(crate) fn worth_in_all(instance: &Instance, o: &Objective) -> i128 {
    let w = &instance.weights;
    worth(o, [w.floor, w.pinned, w.urgent, w.served, w.score, w.even, 1])
}

/// The value of a feasible plan in units of the lowest level.
pub(crate) fn value_of(instance: &Instance, chosen: &[Option<u32>]) -> i128 {
    worth_in_all(instance, &levels_of(instance, chosen))
}

/// The value of a feasible plan at the weights of a flow.
pub(crate) fn value_at(instance: &Instance, w: &Scale, chosen: &[Option<u32>]) -> i128 {
    let weights = [w.floor, w.pinned, w.urgent, w.served, w.score, w.even, w.kept].map(i128::from);
    worth(&levels_of(instance, chosen), weights)
}

/// What a feasible plan reaches, level by level.
pub(crate) fn levels_of(instance: &Instance, chosen: &[Option<u32>]) -> Objective {
    let mut o = Objective::default();
    let mut place = vec![0u32; instance.place_cap.len()];
    let mut station = vec![0u32; instance.station_limit.len()];
    for need in 0..instance.needs() {
        let range = instance.requirements_of(need);
        if chosen[range.start].is_some() {
            o.served += 1;
            match instance.need_priority[need] {
                Priority::Normal => {}
                Priority::Urgent => o.urgent_served += 1,
                Priority::Pinned => o.pinned_served += 1,
            }
            if instance.need_station[need] != NONE {
                station[instance.need_station[need] as usize] += 1;
            }
        }
        for (q, pair) in range.clone().zip(&chosen[range]).filter_map(|(q, p)| Some((q, (*p)?))) {
            let pair = &pair;
            o.score += instance.score_of(*pair as usize);
            if instance.is_favoured(q, *pair as usize) {
                o.score += i64::from(instance.favour);
                o.kept += 1;
            }
            place[instance.place_of(*pair as usize)] += 1;
        }
    }
    let resource = sum_up(&place, &instance.place_resource, instance.resource_cap.len());
    let member = sum_up(&resource, &instance.resource_member, instance.member_cap.len());
    for (load, floor) in [
        (&place, &instance.place_floor),
        (&resource, &instance.resource_floor),
        (&member, &instance.member_floor),
        (&station, &instance.station_floor),
    ] {
        o.floor_met += load.iter().zip(floor).map(|(l, f)| i64::from(*l.min(f))).sum::<i64>();
    }
    o.evenness = member.iter().map(|l| i64::from(*l) * i64::from(*l)).sum();
    o
}

/// The price of a unit of a place, of its resource and of its member.
pub(crate) fn toll_of(instance: &Instance, prices: &Prices, place: usize) -> i64 {
    let resource = instance.resource_of(place);
    let member = instance.resource_member[resource] as usize;
    prices.place[place] + prices.resource[resource] + prices.member[member]
}

/// The price of a line on the list of a need's station.
fn line_of(instance: &Instance, prices: &Prices, need: usize) -> i64 {
    match instance.need_station[need] {
        NONE => 0,
        s => prices.station[s as usize],
    }
}

/// The toll of a place that has no unit, or whose resource or member has none.
const CLOSED: i64 = i64::MAX;

/// What serving a need is worth at these prices, each requirement with its best pair, those that distinct members
/// meet together with the best of as many members; `None` where there are not so many.
fn profit_of(instance: &Instance, scale: &Scale, prices: &Prices, toll: &[i64], need: usize) -> Option<i128> {
    let line = line_of(instance, prices, need);
    let mut profit = i128::from(instance.reward(scale, need)) - i128::from(line);
    let mut rest = instance.requirements_of(need);
    while !rest.is_empty() {
        let q = rest.start;
        let group = instance.group_of(q);
        let earned = |p: usize| {
            let toll = toll[instance.place_of(p)];
            (toll != CLOSED && instance.pair_score[p] != BANNED)
                .then(|| instance.value_at(scale, q, p) - toll)
        };
        let pairs = instance.pairs_of(q);
        profit += match group.len() {
            1 => i128::from(pairs.filter_map(earned).max()?),
            members => best_of_members(instance, members, pairs.filter_map(|p| Some((p, earned(p)?))))?,
        };
        rest.start = group.end;
    }
    Some(profit)
}

/// The sum of what so many members earn at most, each with the best of his pairs.
fn best_of_members(
    instance: &Instance,
    members: usize,
    pairs: impl Iterator<Item = (usize, i64)>,
) -> Option<i128> {
    let mut best: BTreeMap<u32, i64> = BTreeMap::new();
    for (pair, earned) in pairs {
        let own = best.entry(instance.member_of_pair(pair)).or_insert(earned);
        *own = earned.max(*own);
    }
    let mut earned: Vec<i64> = best.into_values().collect();
    earned.sort_unstable_by(|a, b| b.cmp(a));
    Some(earned.get(..members)?.iter().copied().map(i128::from).sum())
}

/// What a level of the hierarchy earns at most by selling its units: `k` of them at `price`, the first `floor` with
/// the reward of a lower bound, the k-th square of evenness at `even`.
fn charge(cap: u32, floor: u32, price: i64, reward: i64, even: i64) -> i128 {
    let [cap, floor] = [cap, floor].map(i128::from);
    let [price, reward, even] = [price, reward, even].map(i128::from);
    let at = |k: i128| {
        let k = k.clamp(0, cap);
        k * price + k.min(floor) * reward - k * k * even
    };
    // Concave in k: the top is at an end, at the lower bound, or where the next even unit costs its price.
    let ends = at(0).max(at(floor)).max(at(cap));
    if even == 0 {
        return ends;
    }
    let top = |price: i128| at(price / (2 * even)).max(at(price / (2 * even) + 1));
    ends.max(top(price)).max(top(price + reward))
}

/// The bound that these prices prove under the decisions; `None` if the decisions cannot be kept at all.
pub(crate) fn bound_of(
    instance: &Instance,
    scale: &Scale,
    prices: &Prices,
    decided: impl Fn(usize) -> Option<bool>,
) -> Option<i128> {
    let all = |cap: &[u32], floor: &[u32], price: &[i64], even: i64| -> i128 {
        cap.iter().zip(floor).zip(price).map(|((c, f), p)| charge(*c, *f, *p, scale.floor, even)).sum()
    };
    let mut bound = all(&instance.station_limit, &instance.station_floor, &prices.station, 0)
        + all(&instance.place_cap, &instance.place_floor, &prices.place, 0)
        + all(&instance.resource_cap, &instance.resource_floor, &prices.resource, 0)
        + all(&instance.member_cap, &instance.member_floor, &prices.member, scale.even);
    // The price of a place with what is above it, once for all the pairs that ask.
    let toll = |p: usize| if instance.is_open(p) { toll_of(instance, prices, p) } else { CLOSED };
    let toll: Vec<i64> = (0..instance.place_cap.len()).map(toll).collect();
    let cheapest = toll.iter().copied().min().unwrap_or(0);
    let most = i64::from(instance.highest().saturating_add(instance.favour)) * scale.score + scale.kept;
    for need in 0..instance.needs() {
        if instance.need_gone[need] {
            continue;
        }
        // Worth nothing even with the best of all pairs at the cheapest of all places: no need to look at its own.
        let units = instance.requirements_of(need).len() as i128;
        let at_most = i128::from(instance.reward(scale, need)) - i128::from(line_of(instance, prices, need))
            + units * (i128::from(most) - i128::from(cheapest));
        if at_most <= 0 && decided(need).is_none() {
            continue;
        }
        let profit = profit_of(instance, scale, prices, &toll, need);
        bound += match decided(need) {
            None => profit.unwrap_or(0).max(0),
            Some(true) => profit?,
            Some(false) => 0,
        };
    }
    Some(bound)
}

fn proved(
    instance: &Instance,
    scale: &Scale,
    tree: &Tree,
    decided: &mut [Option<bool>],
) -> Result<Option<i128>, Violation> {
    match tree {
        Tree::Leaf(prices) => {
            check(instance, prices)?;
            Ok(bound_of(instance, scale, prices, |n| decided[n]))
        }
        Tree::Branch { need, served, left_out } => {
            let n = *need as usize;
            shape("decided need", usize::from(n < instance.needs()), 1)?;
            let before = decided[n];
            decided[n] = Some(true);
            let a = proved(instance, scale, served, decided)?;
            decided[n] = Some(false);
            let b = proved(instance, scale, left_out, decided)?;
            decided[n] = before;
            Ok(a.max(b))
        }
    }
}

/// Shapes, and prices of a size that cannot overflow a sum. A price below zero pays for units: any price bounds.
fn check(instance: &Instance, prices: &Prices) -> Result<(), Violation> {
    for (what, price, len) in [
        ("station", &prices.station, instance.station_limit.len()),
        ("place", &prices.place, instance.place_cap.len()),
        ("resource", &prices.resource, instance.resource_cap.len()),
        ("member", &prices.member, instance.member_cap.len()),
    ] {
        shape(what, price.len(), len)?;
        if let Some(index) = price.iter().position(|p| p.unsigned_abs() > 1 << 60) {
            return Err(Violation::Price { what, index });
        }
    }
    Ok(())
}

/// Reads a value level by level. Unique, because no sum of lower levels reaches the next.
pub(crate) fn decode(instance: &Instance, value: i128) -> Objective {
    let w = &instance.weights;
    let small = |x: i128| i64::try_from(x).unwrap_or(i64::MAX);
    if !instance.levels {
        let (score, kept) = (value.div_euclid(w.score), value.rem_euclid(w.score));
        return Objective { score: small(score), kept: small(kept), ..Objective::default() };
    }
    let mut rest = value + w.evenness_max;
    let mut level = |weight: i128| {
        let count = rest.div_euclid(weight);
        rest -= count * weight;
        small(count)
    };
    // A pinned need counts among the served; whether it was urgent as well, its priority no longer says.
    let (floor_met, pinned_served, urgent_served, served, score) =
        (level(w.floor), level(w.pinned), level(w.urgent), level(w.served), level(w.score));
    let (left, kept) = (rest.div_euclid(w.even), rest.rem_euclid(w.even));
    let evenness = small(w.evenness_max / w.even - left);
    Objective { floor_met, pinned_served, urgent_served, served, score, evenness, kept: small(kept) }
}
