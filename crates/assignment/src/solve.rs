//! From an instance to a plan with its proof.
//!
//! 1. **Search** which needs of several requirements are in, and **relax** for the bound, both with weights of one
//!    scale: a step that is right for scores would be lost beside a weight that outweighs all scores together.
//! 2. **Search** again from there with the true weights, in which no score outweighs a need.
//! 3. **Branch** on what the prices still speak against, served or left out, until every leaf's bound is met or the
//!    node limit is reached. The proof keeps the prices of every leaf, closed or not.

use crate::Instance;
use crate::instance::Weights;
use crate::search::Search;
use crate::verify::{decode, refined};
use serde::{Deserialize, Serialize};

/// When to stop: counts, not seconds, so that the answer is the same on any machine.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Rounds of search, and five times as many of relaxation.
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
        Limits { rounds: 3, nodes: 200 }
    }
}

/// What one more unit of each capacity is worth, in units of the objective's lowest level. From these alone
/// [`crate::verify`] recomputes an upper bound of every plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prices {
    /// Price of a line on each station's list.
    pub station: Vec<i128>,
    /// Price of a unit of each place.
    pub place: Vec<i128>,
    /// Price of a unit of each resource.
    pub resource: Vec<i128>,
    /// Price of a unit of each member's load.
    pub member: Vec<i128>,
}

/// Why no plan can be better than the bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// A bound on all levels of the objective.
    pub tree: Tree,
    /// Closer bounds on single levels, from the top down.
    pub fine: Vec<Fine>,
}

/// A tree of decisions with prices at its leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tree {
    /// These prices bound every plan that keeps the decisions above.
    Leaf(Prices),
    /// The need is served in one branch and left out in the other; there is no third way.
    Branch {
        /// The need decided on.
        need: u32,
        /// Bounds the plans that serve it.
        served: Box<Tree>,
        /// Bounds the plans that leave it out.
        left_out: Box<Tree>,
    },
}

/// Prices at other weights. Plans that reach the same on the upper levels differ below alone, whatever the weights
/// there, so these bound the lowest level that has a weight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fine {
    /// Weight of a pinned need served.
    pub pinned: i128,
    /// Weight of an urgent need served.
    pub urgent: i128,
    /// Weight of a need served; zero where these prices bound the urgent needs.
    pub served: i128,
    /// Weight of a point of the score; zero where these prices bound a level above it.
    pub score: i128,
    /// The prices.
    pub prices: Prices,
}

/// A plan with its proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Solution {
    /// The chosen pair of every requirement; all of a need's or none.
    pub chosen: Vec<Option<u32>>,
    /// What bounds every plan.
    pub proof: Proof,
    /// The prices of the plan, from which alternatives are explained.
    pub prices: Prices,
}

/// Solves an instance. Deterministic; always gives a plan, an empty one at worst.
pub fn solve(instance: &Instance, limits: &Limits) -> Solution {
    let mut search = Search::new(instance);
    let mut fine = Vec::new();
    if !search.several.is_empty() {
        let best_score = instance.pair_score.iter().copied().max().unwrap_or(0);
        let weights = instance.weights.fine(best_score);
        let at_one_scale = Instance { weights, ..instance.clone() };
        let mut first = Search::new(&at_one_scale);
        first.improve(limits.rounds);
        let (value, inside) = (first.flow.value(), first.inside.clone());
        first.relax(limits.rounds * 5);
        // What was covered in full at the best prices is another place to begin.
        first.improve(limits.rounds);
        let inside = if first.flow.value() > value { &first.inside } else { &inside };
        for need in &first.several {
            if inside[*need as usize] {
                search.flip(*need as usize);
            }
        }
        fine.extend(first.lowest.map(|(_, prices)| Fine::new(&weights, prices)));
    }
    search.improve(limits.rounds);
    prove_levels(&mut search, limits, &mut fine);
    let prices = search.flow.prices();
    let mut best = Best { chosen: search.flow.chosen(), value: search.flow.value() };
    let mut left = limits.nodes.min((Limits::WORK / instance.pairs().max(1)) as u32);
    let tree = branch(search, &mut best, limits.rounds, &mut left);
    Solution { chosen: best.chosen, proof: Proof { tree, fine }, prices }
}

impl Fine {
    fn new(w: &Weights, prices: Prices) -> Fine {
        Fine { pinned: w.pinned, urgent: w.urgent, served: w.served, score: w.score, prices }
    }
}

/// Where the prices of the search do not prove the urgent or the served needs, prices that look at that level alone.
fn prove_levels(search: &mut Search<'_>, limits: &Limits, fine: &mut Vec<Fine>) {
    let instance = search.instance;
    search.note_bound(search.flow.prices());
    let Some((bound, _)) = &search.lowest else { return };
    let (plan, most) = (decode(instance, search.flow.value()), decode(instance, *bound));
    let own = &instance.weights;
    // Evenness stays what it is: one unit of a level must outweigh it by far.
    let unit = (own.evenness_max + 1) * 1000;
    let urgent = Weights { pinned: unit * 4, urgent: unit, served: 0, score: 0, ..*own };
    // Served needs count alike here: what no plan exceeds in all, no plan of these urgent needs exceeds.
    let served = Weights { pinned: 0, urgent: 0, served: unit, score: 0, ..*own };
    let mut levels = Vec::new();
    if plan.urgent_served != most.urgent_served {
        levels.push(urgent);
    }
    if !levels.is_empty() || plan.served != most.served {
        levels.push(served);
    }
    let (value, mut bound) = (search.flow.value(), *bound);
    for (at, weights) in levels.into_iter().enumerate() {
        let one_level = Instance { weights, ..instance.clone() };
        // Often the lengths of the lists alone prove the level; only where they do not is it worth a search.
        let mut proof = Fine::new(&weights, by_lists(&one_level));
        let proved = |proof: &Fine| {
            let bound = bound.min(refined(instance, proof, value, bound).unwrap_or(bound));
            let most = decode(instance, bound);
            let same = plan.urgent_served == most.urgent_served
                && (weights.served == 0 || plan.served == most.served);
            (same, bound)
        };
        if !proved(&proof).0 {
            let mut alone = Search::new(&one_level);
            for need in &search.several {
                if search.inside[*need as usize] {
                    alone.flip(*need as usize);
                }
            }
            alone.improve(1);
            alone.relax(limits.rounds * 8);
            if let Some((_, prices)) = alone.lowest {
                let other = Fine::new(&weights, prices);
                if proved(&other).1 < proved(&proof).1 {
                    proof = other;
                }
            }
        }
        bound = proved(&proof).1;
        fine.insert(at, proof);
    }
}

/// Prices that know nothing but the lengths of the lists: a line costs a need's reward where more needs could be
/// served than the list takes.
fn by_lists(instance: &Instance) -> Prices {
    let w = &instance.weights;
    let unit = if w.served > 0 { w.served } else { w.urgent };
    let mut asking = vec![0u32; instance.station_limit.len()];
    for need in 0..instance.needs() {
        let mut all = instance.requirements_of(need);
        if instance.reward(need) >= unit && all.all(|q| instance.pairs_of(q).any(|p| instance.usable(p))) {
            asking[instance.need_station[need] as usize] += 1;
        }
    }
    let price = |(asking, limit): (&u32, &u32)| if asking > limit { unit } else { 0 };
    Prices {
        station: asking.iter().zip(&instance.station_limit).map(price).collect(),
        place: vec![0; instance.place_cap.len()],
        resource: vec![0; instance.resource_cap.len()],
        member: vec![0; instance.member_cap.len()],
    }
}

struct Best {
    chosen: Vec<Option<u32>>,
    value: i128,
}

fn branch(mut at: Search<'_>, best: &mut Best, rounds: u32, left: &mut u32) -> Tree {
    if at.flow.value() > best.value {
        *best = Best { chosen: at.flow.chosen(), value: at.flow.value() };
    }
    at.note_bound(at.flow.prices());
    let Some((bound, prices)) = at.lowest.take() else { return Tree::Leaf(at.flow.prices()) };
    let wrong = at.wrong();
    let (Some((_, need)), true) = (wrong.first(), *left > 0 && bound > best.value) else {
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
    if served && !at.inside[need] && !at.flip(need) {
        // There may be room once what is not decided makes way; only then do the prices prove anything.
        for n in at.several.clone() {
            if at.inside[n as usize] && at.decided[n as usize].is_none() {
                at.flip(n as usize);
            }
        }
        if !at.flow.put_in(need, true) {
            return Tree::Leaf(at.flow.prices());
        }
        at.inside[need] = true;
    } else if !served && at.inside[need] {
        at.flip(need);
    }
    at.improve(rounds);
    branch(at, best, rounds, left)
}
