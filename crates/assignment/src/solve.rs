//! From an instance to a plan with its proof.
//!
//! 1. **Search** which needs of several requirements are in, with weights of one scale: a step that is right for scores
//!    would be lost beside a weight that outweighs all scores together. Those that the prices speak against in the end are
//!    split again, which gives the bound.
//! 2. **Search** again from there with the true weights, in which no score outweighs a need; **relax** where the bound of
//!    a level is not met.
//! 3. **Branch** on what the prices still speak against, served or left out, until every leaf's bound is met or the
//!    node limit is reached. The proof keeps the prices of every leaf, closed or not.

use crate::bound::{Known, by_counting};
use crate::flow::Flow;
use crate::fold::Fold;
use crate::levels::{Level, prove_levels};
use crate::net::Net;
use crate::parts::parts;
use crate::search::Search;
use crate::threads::at_once;
use crate::weights::Scale;
use crate::{Bound, Instance, Objective, Phase, Prices, Solution, Tree, Watch};
use std::sync::Arc;

/// When to stop: counts, not seconds, so that the answer is the same on any machine.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Rounds of search, and sixteen times as many of relaxation where a level is proved.
    pub rounds: u32,
    /// Nodes of the branching tree; fewer on large instances, where nodes × pairs stays below [`Limits::WORK`].
    pub nodes: u32,
}

impl Limits {
    /// Nodes × pairs at most: each node keeps its prices in the proof.
    pub const WORK: usize = 100_000;
}

impl Default for Limits {
    fn default() -> Self {
        Limits { rounds: 1, nodes: 200 }
    }
}

/// Solves an instance. Deterministic, on any number of threads; always gives a plan, an empty one at worst.
pub fn solve(instance: &Instance, limits: &Limits) -> Solution {
    solve_watched(instance, limits, &Watch::none())
}

/// The same, watched.
pub fn solve_watched(instance: &Instance, limits: &Limits, watch: &Watch<'_>) -> Solution {
    let scale = instance.scale();
    if instance.is_flow() {
        return solve_flow(instance, scale, watch);
    }
    let fine = Scale::fine(instance.best_score(), instance.floors() > 0);
    let fine = if instance.levels { fine } else { scale };
    let fold = Fold::of(instance).map(Arc::new);
    // What hangs on the instance alone is made on a second thread meanwhile.
    let (first, ahead) = std::thread::scope(|scope| {
        let ahead = scope.spawn(|| Ahead::of(instance, scale, fold.clone()));
        let net = Net::folded(instance, &fine, fold.clone(), None);
        let mut first = Search::split_on(instance, net, fine, watch);
        if !watch.stopped() {
            first.join();
            first.improve(limits.rounds, 1);
        }
        (first, ahead.join())
    });
    let (false, Ok(ahead)) = (watch.stopped(), ahead) else {
        return unfinished(&first);
    };
    // Where the search has ended, each need's requirements come and go by themselves once more: that bounds every plan
    // closest. The plan meanwhile moves on to the true weights, at which the search goes on only where a level above the
    // score speaks against it.
    let mut proof = Vec::new();
    let (search, chosen, apart) = std::thread::scope(|scope| {
        let apart = scope.spawn(|| {
            let mut apart = first.clone();
            apart.resplit();
            apart.lowest
        });
        let mut search = first.on(ahead.flow);
        search.improve(limits.rounds, scale.served.max(1));
        let chosen = search.flow.chosen(instance);
        if instance.levels && watch.go_on(Phase::Prove, 0, 1) {
            let known = Known::of(instance, &chosen, ahead.counted);
            prove_levels(&mut search, limits, known, ahead.levels, &mut proof);
        }
        (search, chosen, apart.join().ok().flatten())
    });
    proof.extend(apart.map(|(_, prices)| Bound { scale: fine, tree: Tree::Leaf(prices) }));
    let prices = search.flow.prices(search.instance);
    let mut best = Best { chosen, value: search.flow.value() };
    let mut left = limits.nodes.min((Limits::WORK / instance.pairs().max(1)) as u32);
    let tree = branch(search, &mut best, limits.rounds, &mut left);
    proof.insert(0, Bound { scale, tree });
    if watch.stopped() {
        trim(instance, &mut best.chosen);
    }
    Solution { chosen: best.chosen, proof, prices }
}

/// What a search that was stopped has, with the bound of its prices.
fn unfinished(search: &Search<'_>) -> Solution {
    let mut chosen = search.flow.chosen(search.instance);
    trim(search.instance, &mut chosen);
    let prices = search.flow.prices(search.instance);
    let bound = search.lowest.as_ref().map_or_else(|| prices.clone(), |(_, prices)| prices.clone());
    Solution { chosen, proof: vec![Bound { scale: search.flow.scale, tree: Tree::Leaf(bound) }], prices }
}

/// What is found for a part: the plan, prices at weights of one scale, and those at the objective's own, if it came
/// to them.
type Found = (Vec<Option<u32>>, Prices, Option<Prices>);

/// Parts that share nothing are solved at the same time, each as it would be by itself.
fn solve_flow(instance: &Instance, scale: Scale, watch: &Watch<'_>) -> Solution {
    let fine = Scale::fine(instance.best_score() + i64::from(instance.favour), instance.floors() > 0);
    let fine = if instance.levels { fine } else { scale };
    let one = |i: &Instance| -> Found {
        let first = Search::split(i, fine, watch);
        let (chosen, prices) = (first.flow.chosen(i), first.flow.prices(i));
        if !i.levels || watch.stopped() {
            return (chosen, prices, None);
        }
        let best = first.at(scale);
        if watch.stopped() {
            return (chosen, prices, None);
        }
        (best.flow.chosen(i), prices, Some(best.flow.prices(i)))
    };
    let parts = parts(instance);
    let found: Vec<Found> =
        if parts.is_empty() { vec![one(instance)] } else { at_once(&parts, |part| one(&part.instance)) };
    // One part that was stopped, and the bound of the whole is at weights of one scale.
    let finished = found.iter().all(|f| f.2.is_some());
    let scale = if finished { scale } else { fine };
    // What is in no part serves nobody: a lower bound there earns nothing.
    let idle = |floors: &[u32]| floors.iter().map(|f| if *f > 0 { -scale.floor } else { 0 }).collect();
    let mut solution = Solution {
        chosen: vec![None; instance.requirements()],
        proof: Vec::new(),
        prices: Prices {
            station: idle(&instance.station_floor),
            place: idle(&instance.place_floor),
            resource: idle(&instance.resource_floor),
            member: idle(&instance.member_floor),
        },
    };
    for (k, (chosen, rough, exact)) in found.into_iter().enumerate() {
        let prices = exact.filter(|_| finished).unwrap_or(rough);
        match parts.get(k) {
            Some(part) => part.put_back(instance, &chosen, &prices, &mut solution),
            None => solution = Solution { chosen, prices, ..solution },
        }
    }
    if watch.stopped() {
        trim(instance, &mut solution.chosen);
    }
    solution.proof.push(Bound { scale, tree: Tree::Leaf(solution.prices.clone()) });
    solution
}

/// What was stopped half way may hold more than there is somewhere, or half a need: such needs go, the last first.
fn trim(i: &Instance, chosen: &mut [Option<u32>]) {
    let mut load = [
        vec![0u32; i.place_cap.len()],
        vec![0; i.resource_cap.len()],
        vec![0; i.member_cap.len()],
        vec![0; i.station_limit.len()],
    ];
    let sets = |pair: u32| {
        let place = i.place_of(pair as usize);
        let resource = i.resource_of(place);
        [place, resource, i.resource_member[resource] as usize]
    };
    for need in 0..i.needs() {
        let range = i.requirements_of(need);
        if chosen[range.clone()].iter().any(Option::is_none) || i.meets_twice(need, chosen).is_some() {
            chosen[range.clone()].fill(None);
        }
        let pairs: Vec<u32> = chosen[range].iter().copied().flatten().collect();
        for pair in &pairs {
            for (load, at) in load.iter_mut().zip(sets(*pair)) {
                load[at] += 1;
            }
        }
        if let Some(line) = load[3].get_mut(i.need_station[need] as usize) {
            *line += u32::from(!pairs.is_empty());
        }
    }
    let caps = [&i.place_cap, &i.resource_cap, &i.member_cap, &i.station_limit];
    if (0..4).all(|k| load[k].iter().zip(caps[k]).all(|(l, c)| l <= c)) {
        return;
    }
    for need in (0..i.needs()).rev() {
        let range = i.requirements_of(need);
        let pairs: Vec<u32> = chosen[range.clone()].iter().copied().flatten().collect();
        let station = i.need_station[need] as usize;
        let over = pairs.iter().any(|p| (0..3).zip(sets(*p)).any(|(k, at)| load[k][at] > caps[k][at]))
            || load[3].get(station).is_some_and(|l| *l > i.station_limit[station]);
        if over && !pairs.is_empty() {
            chosen[range].fill(None);
            for pair in pairs {
                for (load, at) in load.iter_mut().zip(sets(pair)) {
                    load[at] -= 1;
                }
            }
            if let Some(line) = load[3].get_mut(station) {
                *line -= 1;
            }
        }
    }
}

/// What is needed once the search has ended, and hangs on the instance alone.
struct Ahead {
    /// The empty flow at the objective's own weights.
    flow: Flow,
    counted: Objective,
    levels: Vec<Level>,
}

impl Ahead {
    fn of(instance: &Instance, scale: Scale, fold: Option<Arc<Fold>>) -> Ahead {
        Ahead {
            flow: Flow::new(Arc::new(Net::folded(instance, &scale, fold, None)), scale),
            counted: by_counting(instance),
            levels: Level::all(instance),
        }
    }
}

struct Best {
    chosen: Vec<Option<u32>>,
    value: i128,
}

fn branch(mut at: Search<'_>, best: &mut Best, rounds: u32, left: &mut u32) -> Tree {
    if at.flow.value() > best.value {
        *best = Best { chosen: at.flow.chosen(at.instance), value: at.flow.value() };
    }
    at.note_bound();
    let Some((bound, prices)) = at.lowest.take() else { return Tree::Leaf(at.flow.prices(at.instance)) };
    let wrong = at.wrong();
    let worth_it = *left > 0 && bound > best.value && at.watch.go_on(Phase::Prove, 50, 100);
    let (Some((_, need)), true) = (wrong.first(), worth_it) else {
        return Tree::Leaf(prices);
    };
    *left -= 1;
    let need = *need;
    let served = Box::new(decide(at.clone(), need as usize, true, best, rounds, left));
    let left_out = Box::new(decide(at, need as usize, false, best, rounds, left));
    Tree::Branch { need, served, left_out }
}

/// The proof of what follows a decision.
fn decide(
    mut at: Search<'_>,
    need: usize,
    served: bool,
    best: &mut Best,
    rounds: u32,
    left: &mut u32,
) -> Tree {
    at.decided[need] = Some(served);
    if served && !at.wholes.inside[need] && !at.flip(need) {
        // There may be room once what is not decided makes way; only then do the prices prove anything.
        for n in at.wholes.several.clone() {
            if at.wholes.inside[n as usize] && at.decided[n as usize].is_none() {
                at.flip(n as usize);
            }
        }
        if !at.flow.put_in(at.instance, need, None) {
            return Tree::Leaf(at.flow.prices(at.instance));
        }
        at.wholes.inside[need] = true;
    } else if !served && at.wholes.inside[need] {
        at.flip(need);
    }
    at.improve(rounds * 2, 1);
    branch(at, best, rounds, left)
}
