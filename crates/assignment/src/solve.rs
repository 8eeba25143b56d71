//! From the network's optimum to a plan in which every need is served whole or not at all.
//!
//! 1. **Relax.** The reward of a need with several requirements is split over them. Any split overestimates (a need
//!    half covered earns half its reward), so the relaxed optimum bounds the true one.
//! 2. **Level.** At given prices the best split makes the requirements of a need equally profitable. Moving there
//!    never raises the bound (block coordinate descent on the Lagrangian dual); the network is solved again from its
//!    tree, a few rounds.
//! 3. **Repair.** Needs that are still partly covered are left out, the rest is solved again; then each is forced in
//!    once, and stays where that pays.
//! 4. **Branch** on what is still partly covered, served or left out, until every leaf's bound is met or the node
//!    limit is reached. The proof keeps the prices of every leaf, closed or not.

use crate::Instance;
use crate::network::Network;
use crate::simplex::Simplex;
use crate::verify::value_of;
use serde::{Deserialize, Serialize};

/// When to stop: counts, not seconds, so that the answer is the same on any machine.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Rounds of levelling at the root.
    pub rounds: u32,
    /// Nodes of the branching tree.
    pub nodes: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { rounds: 24, nodes: 200 }
    }
}

/// What one more unit of each capacity is worth, and how the rewards were split, in units of the objective's lowest
/// level. From these alone [`crate::verify`] recomputes an upper bound of every plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prices {
    /// The part of its need's reward on each requirement.
    pub split: Vec<i128>,
    /// Price of a line on each station's list.
    pub station: Vec<i128>,
    /// Price of a unit of each place.
    pub place: Vec<i128>,
    /// Price of a unit of each resource.
    pub resource: Vec<i128>,
    /// Price of a unit of each member's load.
    pub member: Vec<i128>,
}

/// Why no plan can be better than the bound: a tree of decisions with prices at its leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Proof {
    /// These prices bound every plan that keeps the decisions above.
    Leaf(Prices),
    /// The need is served in one branch and left out in the other; there is no third way.
    Branch {
        /// The need decided on.
        need: u32,
        /// Bounds the plans that serve it.
        served: Box<Proof>,
        /// Bounds the plans that leave it out.
        left_out: Box<Proof>,
    },
}

/// A plan with its proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Solution {
    /// The chosen pair of every requirement; all of a need's or none.
    pub chosen: Vec<Option<u32>>,
    /// What bounds every plan.
    pub proof: Proof,
    /// The prices of the relaxation, from which alternatives are explained.
    pub prices: Prices,
}

/// Solves an instance. Deterministic; always gives a plan, an empty one at worst.
pub fn solve(instance: &Instance, limits: &Limits) -> Solution {
    let mut search = Search::new(instance);
    search.settle(limits.rounds);
    let prices = search.prices();
    search.repair();
    let mut left = limits.nodes;
    let proof = search.branch(&mut left);
    Solution { chosen: search.best, proof, prices }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Decision {
    Open,
    Served,
    LeftOut,
}

struct Search<'a> {
    instance: &'a Instance,
    simplex: Simplex,
    split: Vec<i128>,
    decision: Vec<Decision>,
    /// Needs with several requirements.
    several: Vec<u32>,
    best: Vec<Option<u32>>,
    best_value: i128,
    /// More than any reward: serving at this bonus is forced, at this cost forbidden.
    big: i128,
}

fn even_split(reward: i128, parts: usize) -> impl Iterator<Item = i128> {
    let n = parts as i128;
    (0..n).map(move |i| reward / n + i128::from(i < reward % n))
}

impl<'a> Search<'a> {
    fn new(instance: &'a Instance) -> Self {
        let mut split = Vec::with_capacity(instance.requirements());
        for need in 0..instance.needs() {
            split.extend(even_split(instance.reward(need), instance.requirements_of(need).len()));
        }
        let several = (0..instance.needs() as u32)
            .filter(|n| instance.requirements_of(*n as usize).len() > 1)
            .collect();
        let best = vec![None; instance.requirements()];
        Search {
            simplex: Simplex::new(Network::new(instance, &split)),
            split,
            decision: vec![Decision::Open; instance.needs()],
            several,
            best_value: 0,
            best,
            big: instance.weights.pinned * 2,
            instance,
        }
    }

    /// Writes the costs of a need's pairs from its split and its decision.
    fn recost(&mut self, need: usize) {
        let bonus = match self.decision[need] {
            Decision::Open => 0,
            Decision::Served => self.big,
            Decision::LeftOut => -self.big,
        };
        for q in self.instance.requirements_of(need) {
            for p in self.instance.pairs_of(q) {
                let value = self.split[q]
                    + bonus
                    + self.instance.weights.score * i128::from(self.instance.score_of(p));
                self.simplex.set_cost(self.simplex.net.pairs_at + p, -value);
            }
        }
    }

    fn run(&mut self) {
        self.simplex.recompute();
        self.simplex.run();
    }

    /// Solves, then levels the splits while that lowers the number of partly covered needs or the rounds last.
    fn settle(&mut self, rounds: u32) {
        self.run();
        for _ in 0..rounds {
            if self.partly().is_empty() || !self.level() {
                return;
            }
            self.run();
        }
    }

    /// Makes the requirements of every undecided need equally profitable at today's prices.
    fn level(&mut self) -> bool {
        let prices = self.prices();
        let mut moved = false;
        for i in 0..self.several.len() {
            let need = self.several[i] as usize;
            if self.decision[need] != Decision::Open {
                continue;
            }
            let range = self.instance.requirements_of(need);
            let base: Option<Vec<i128>> =
                range.clone().map(|q| best_pair(self.instance, &prices, need, q)).collect();
            let Some(base) = base else { continue };
            // A requirement without pairs can never be covered: the need is out whatever the split.
            let total: i128 = base.iter().sum::<i128>() + self.instance.reward(need);
            for (q, (b, profit)) in range.zip(base.iter().zip(even_split_signed(total, base.len()))) {
                if self.split[q] != profit - b {
                    self.split[q] = profit - b;
                    moved = true;
                }
            }
            self.recost(need);
        }
        moved
    }

    fn chosen(&self, q: usize) -> Option<u32> {
        let net = &self.simplex.net;
        self.instance.pairs_of(q).find(|p| net.flow[net.pairs_at + p] == 1).map(|p| p as u32)
    }

    /// Undecided needs of which some requirements are covered and some are not.
    fn partly(&self) -> Vec<usize> {
        let covered =
            |need: usize| self.instance.requirements_of(need).filter(|q| self.chosen(*q).is_some()).count();
        self.several
            .iter()
            .map(|n| *n as usize)
            .filter(|n| {
                let c = covered(*n);
                c > 0 && c < self.instance.requirements_of(*n).len()
            })
            .collect()
    }

    /// The flow as a plan if it keeps all decisions and serves every need whole, and better than the best so far.
    fn offer(&mut self) -> bool {
        if !self.partly().is_empty() || !self.decisions_kept() {
            return false;
        }
        let chosen: Vec<Option<u32>> = (0..self.instance.requirements()).map(|q| self.chosen(q)).collect();
        let value = value_of(self.instance, &chosen);
        if value > self.best_value {
            self.best_value = value;
            self.best = chosen;
        }
        true
    }

    fn decisions_kept(&self) -> bool {
        self.several.iter().all(|n| {
            let need = *n as usize;
            let mut covered = self.instance.requirements_of(need).map(|q| self.chosen(q).is_some());
            match self.decision[need] {
                Decision::Open => true,
                Decision::Served => covered.all(|c| c),
                Decision::LeftOut => !covered.any(|c| c),
            }
        })
    }

    fn decide(&mut self, need: usize, decision: Decision) {
        self.decision[need] = decision;
        self.recost(need);
    }

    /// A good plan before branching: leave the partly covered out, then try each of them again.
    fn repair(&mut self) {
        let mut out = Vec::new();
        loop {
            let partly = self.partly();
            if partly.is_empty() {
                break;
            }
            for need in partly {
                self.decide(need, Decision::LeftOut);
                out.push(need);
            }
            self.run();
        }
        self.offer();
        for need in &out {
            let before = self.best_value;
            self.decide(*need, Decision::Served);
            self.run();
            self.offer();
            if self.best_value == before {
                self.decide(*need, Decision::LeftOut);
            }
        }
        for need in out {
            self.decide(need, Decision::Open);
        }
        self.run();
    }

    fn branch(&mut self, left: &mut u32) -> Proof {
        let whole = self.offer();
        let prices = self.prices();
        let bound = crate::verify::bound_of(self.instance, &prices, |n| match self.decision[n] {
            Decision::Open => None,
            Decision::Served => Some(true),
            Decision::LeftOut => Some(false),
        });
        let partly = self.partly();
        if whole || bound.is_none_or(|b| b <= self.best_value) || partly.is_empty() || *left == 0 {
            return Proof::Leaf(prices);
        }
        *left -= 1;
        let need = partly[0];
        let split = self.split.clone();
        let mut child = |decision| {
            self.decide(need, decision);
            self.settle(4);
            let proof = self.branch(left);
            for n in &self.several {
                let range = self.instance.requirements_of(*n as usize);
                self.split[range.clone()].copy_from_slice(&split[range]);
            }
            self.decide(need, Decision::Open);
            for i in 0..self.several.len() {
                self.recost(self.several[i] as usize);
            }
            Box::new(proof)
        };
        let served = child(Decision::Served);
        let left_out = child(Decision::LeftOut);
        Proof::Branch { need: need as u32, served, left_out }
    }

    fn prices(&self) -> Prices {
        let (s, net) = (&self.simplex, &self.simplex.net);
        let at = |v: usize| s.potential[v];
        let member = |m: usize| (-at(net.members_at + m)).max(0);
        let resource_at = |r: usize| at(net.resources_at + r);
        let instance = self.instance;
        Prices {
            split: self.split.clone(),
            station: (0..instance.station_limit.len()).map(|i| at(net.stations_at + i).max(0)).collect(),
            place: (0..instance.place_cap.len())
                .map(|p| (resource_at(instance.resource_of(p)) - at(net.places_at + p)).max(0))
                .collect(),
            resource: (0..instance.resource_cap.len())
                .map(|r| (at(net.members_at + instance.resource_member[r] as usize) - resource_at(r)).max(0))
                .collect(),
            member: (0..instance.member_cap.len()).map(member).collect(),
        }
    }
}

fn even_split_signed(total: i128, parts: usize) -> impl Iterator<Item = i128> {
    let n = parts as i128;
    (0..n).map(move |i| total.div_euclid(n) + i128::from(i < total.rem_euclid(n)))
}

/// The best of a requirement's pairs at these prices, its part of the reward apart; `None` without pairs.
fn best_pair(instance: &Instance, prices: &Prices, need: usize, q: usize) -> Option<i128> {
    let station = if q == instance.requirements_of(need).start {
        prices.station[instance.need_station[need] as usize]
    } else {
        0
    };
    instance
        .pairs_of(q)
        .filter(|p| instance.usable(*p))
        .map(|p| crate::verify::pair_profit(instance, prices, p) - station)
        .max()
}
