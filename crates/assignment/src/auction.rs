//! A good first guess: forward–reverse auction with falling ε, after Bertsekas and Castañón.
//!
//! Whatever comes out is a plan that keeps every capacity, and tolls; `flow` finishes it exactly, so nothing here
//! decides the answer, only how soon it is found. A place costs the lowest bid inside the innermost full set around
//! it, and that is the bid to be driven out. What has been dropped between two rounds leaves places free at a price;
//! the reverse step lowers such a price until somebody comes.

mod reverse;

use crate::flow::{Flow, Mode};
use crate::net::Net;
use crate::wholes::shares;
use crate::{BANNED, NONE};
use std::ops::Range;
use std::sync::Arc;

/// Bids a requirement and round, at most.
const BIDS: usize = 40;
/// Steps of the reverse auction a place and round, at most.
const STEPS: usize = 20;
/// What a requirement wants that does not come at any price.
const NEVER: i32 = i32::MIN;

/// A need of several requirements, with what it earns as a whole, scores apart.
pub(crate) struct Whole {
    pub requirements: Range<usize>,
    pub reward: i64,
}

struct Auction<'f> {
    flow: &'f mut Flow,
    net: Arc<Net>,
    /// Units inside each set.
    count: Vec<u32>,
    /// The toll that a set keeps while it is not full.
    kept: Vec<i64>,
    /// Bids at each leaf, the lowest first: a heap in its part of one array.
    start: Vec<u32>,
    bid: Vec<(i64, u32)>,
    held: Vec<u32>,
    /// The pair of each requirement that is placed.
    at: Vec<u32>,
    /// What each requirement earns at the tolls of the last look, its line apart; without end before the first.
    earns: Vec<i64>,
    gains: Vec<(i64, u32)>,
    /// Needs of several requirements, and which of them each requirement belongs to.
    wholes: &'f [Whole],
    whole_of: Vec<u32>,
    /// In the reverse step: what a place has to cost less than for each requirement to come, its score apart, and the leaf
    /// where it is.
    wants: Vec<i32>,
    leaf: Vec<u32>,
    /// Who has come to another leaf there, and wants that are put aside while a place looks for takers.
    moved: Vec<u32>,
    aside: Vec<(u32, i32)>,
    eps: i64,
}

/// Fills an empty flow whose requirements of mode `Free` want to come in. Best where rewards and scores are of one
/// scale. The requirements of `wholes` come in together, each for the share of the reward that makes them equally
/// profitable; at the end some of them may have come alone.
pub(crate) fn guess(flow: &mut Flow, free: &[u32], wholes: &[Whole]) {
    let net = Arc::clone(&flow.net);
    let mut whole_of = vec![NONE; flow.task.len()];
    for (k, whole) in wholes.iter().enumerate() {
        whole_of[whole.requirements.clone()].fill(k as u32);
    }
    let mut start = vec![0u32; net.sets + 1];
    for v in 0..net.sets {
        let asked = net.back.start[v + 1] - net.back.start[v];
        start[v + 1] = start[v] + net.cap[v].min(asked);
    }
    let widest = net.pair.iter().map(|p| p.value).max().unwrap_or(0).max(1);
    let mut auction = Auction {
        count: vec![0; net.root],
        kept: flow.toll[..net.sets].to_vec(),
        bid: vec![(0, NONE); start[net.sets] as usize],
        held: vec![0; net.sets],
        at: vec![NONE; flow.task.len()],
        start,
        earns: vec![i64::MAX / 4; flow.task.len()],
        gains: Vec::new(),
        wholes,
        whole_of,
        wants: vec![NEVER; flow.task.len()],
        leaf: vec![NONE; flow.task.len()],
        moved: Vec::new(),
        aside: Vec::new(),
        eps: 0,
        net,
        flow,
    };
    if auction.net.root > auction.net.sets || !wholes.is_empty() {
        auction.limit_lists(free);
    }
    // Of what scores differ by. Found by trial on instances of 20,000 and 200,000 requirements: between rounds it pays
    // to leave in place who is off by less than four times the next ε, and to lower prices by twice that.
    let rounds = [widest / 9, widest / 288, widest / 576].map(|e| i64::from(e).max(1));
    for (k, eps) in rounds.into_iter().enumerate() {
        auction.eps = eps;
        // Prices are at most about so much too high where the first round was the last to raise them.
        auction.forward(free, rounds[0] + eps);
        let next = rounds.get(k + 1);
        auction.drop_wrong(free, next.map_or(0, |e| e * 4));
        if let Some(next) = next {
            auction.eps = next * 8;
            auction.reverse(free);
        }
    }
    for q in free {
        if auction.at[*q as usize] != NONE {
            auction.flow.put(*q as usize, auction.at[*q as usize]);
        }
    }
}

impl Auction<'_> {
    fn full(&self, v: usize) -> bool {
        self.count[v] >= self.flow.node[v].cap
    }

    /// Everyone who is not placed bids in turn, the one just driven out first. Not those who would have earned less than
    /// their line costs, by so much as may have become cheaper since they looked: most of those whom no list will take.
    fn forward(&mut self, free: &[u32], hope: i64) {
        let waits = |q: &u32| {
            let q = *q as usize;
            self.at[q] == NONE && self.earns[q] + hope > self.flow.toll[self.net.door[q] as usize]
        };
        let mut stack: Vec<u32> = free.iter().rev().copied().filter(waits).collect();
        // Only a guess: whoever has not found a place within so many bids is left to the exact finish.
        let mut bids = free.len() * BIDS;
        while let Some(q) = stack.pop() {
            if bids == 0 {
                return;
            }
            bids -= 1;
            // Best and second best against staying out. Without branches: which is best cannot be foretold.
            let out = self.flow.toll[self.net.door[q as usize] as usize] - self.flow.reward[q as usize];
            let (mut best, mut second, mut at) = (out, out, NONE);
            let from = self.net.start[q as usize];
            for (p, k) in self.net.pairs(q as usize).iter().zip(from..) {
                let value = if p.value == BANNED { i64::MIN / 4 } else { i64::from(p.value) };
                let worth = value - self.flow.toll[p.leaf as usize];
                second = second.max(worth.min(best));
                at = if worth > best { k } else { at };
                best = best.max(worth);
            }
            if at == NONE {
                continue;
            }
            let leaf = self.net.pair[at as usize].leaf as usize;
            let bid = self.flow.toll[leaf] + best - second + self.eps;
            if let Some(out) = self.accept(q, at, leaf, bid) {
                stack.push(out);
            }
        }
    }

    /// A bid comes in; says who is driven out.
    fn accept(&mut self, q: u32, pair: u32, leaf: usize, bid: i64) -> Option<u32> {
        let mut v = leaf;
        while v != self.net.root && !self.full(v) {
            v = self.net.parent[v] as usize;
        }
        let mut out = None;
        if v == leaf && self.held[v] > 0 && self.net.children.of(v).is_empty() {
            // The common case: one goes, one comes, at the same place, inside which there is no other.
            let first = self.start[leaf] as usize;
            let gone = self.bid[first].1;
            self.at[gone as usize] = NONE;
            self.bid[first] = (bid, q);
            self.sift(leaf, 0);
            self.at[q as usize] = pair;
            self.retoll(leaf);
            return Some(gone);
        }
        if v != self.net.root {
            let Some((_, gone, from)) = self.lowest(v) else {
                // Nobody can have it: the price goes on without a holder.
                self.kept[v] = bid;
                self.retoll_inside(v);
                return Some(q);
            };
            self.remove(from, gone, v);
            self.at[gone as usize] = NONE;
            out = Some(gone);
        }
        self.add(leaf, bid, q, v);
        self.at[q as usize] = pair;
        self.retoll_inside(if v == self.net.root { self.top(leaf) } else { v });
        out
    }

    /// The outermost set around a leaf.
    fn top(&self, leaf: usize) -> usize {
        let mut v = leaf;
        while self.net.parent[v] as usize != self.net.root {
            v = self.net.parent[v] as usize;
        }
        v
    }

    /// The lowest bid inside a set, with its leaf.
    fn lowest(&self, v: usize) -> Option<(i64, u32, usize)> {
        let own = (self.held[v] > 0).then(|| {
            let (bid, q) = self.bid[self.start[v] as usize];
            (bid, q, v)
        });
        self.net.children.of(v).iter().filter_map(|c| self.lowest(*c as usize)).chain(own).min()
    }

    fn add(&mut self, leaf: usize, bid: i64, q: u32, up_to: usize) {
        let at = self.held[leaf] as usize;
        self.held[leaf] += 1;
        let first = self.start[leaf] as usize;
        self.bid[first + at] = (bid, q);
        let mut k = at;
        while k > 0 && self.bid[first + (k - 1) / 2] > self.bid[first + k] {
            self.bid.swap(first + (k - 1) / 2, first + k);
            k = (k - 1) / 2;
        }
        let mut v = leaf;
        while v != up_to {
            self.count[v] += 1;
            v = self.net.parent[v] as usize;
        }
    }

    fn remove(&mut self, leaf: usize, q: u32, up_to: usize) {
        let first = self.start[leaf] as usize;
        let len = self.held[leaf] as usize;
        if let Some(k) = self.bid[first..first + len].iter().position(|b| b.1 == q) {
            self.bid.swap(first + k, first + len - 1);
            self.held[leaf] -= 1;
            let mut k = k;
            while k > 0 && k < len - 1 && self.bid[first + (k - 1) / 2] > self.bid[first + k] {
                self.bid.swap(first + (k - 1) / 2, first + k);
                k = (k - 1) / 2;
            }
            self.sift(leaf, k);
        }
        let mut v = leaf;
        while v != up_to {
            self.count[v] -= 1;
            v = self.net.parent[v] as usize;
        }
    }

    fn sift(&mut self, leaf: usize, mut k: usize) {
        let first = self.start[leaf] as usize;
        let heap = &mut self.bid[first..first + self.held[leaf] as usize];
        loop {
            let mut low = k;
            for child in [2 * k + 1, 2 * k + 2] {
                if child < heap.len() && heap[child] < heap[low] {
                    low = child;
                }
            }
            if low == k {
                return;
            }
            heap.swap(low, k);
            k = low;
        }
    }

    /// The toll of a leaf that is full by itself.
    fn retoll(&mut self, leaf: usize) {
        if self.net.parent[leaf] as usize == self.net.root && self.net.steps.of(leaf).is_empty() {
            self.flow.toll[leaf] = self.bid[self.start[leaf] as usize].0.max(self.kept[leaf]);
        } else {
            self.retoll_inside(leaf);
        }
    }

    /// The tolls of a set and of all inside it.
    fn retoll_inside(&mut self, v: usize) {
        let above = self.flow.toll[self.net.parent[v] as usize];
        let own = if self.full(v) { self.lowest(v).map_or(self.kept[v], |l| l.0) } else { self.kept[v] };
        self.flow.toll[v] = own.max(above + self.step(v));
        for k in 0..self.net.children.of(v).len() {
            self.retoll_inside(self.net.children.of(v)[k] as usize);
        }
    }

    /// Each list takes the best of those who want on it; the next one's gain is the price of a line. Needs of several
    /// requirements want on it as a whole; what is left of their reward then is shared anew.
    fn limit_lists(&mut self, free: &[u32]) {
        for q in free {
            let q = *q as usize;
            let reward = if self.whole_of[q] == NONE { self.flow.reward[q] } else { 0 };
            self.earns[q] = self.flow.best(q).map_or(i64::MIN / 8, |b| b + reward);
        }
        for s in self.net.sets..self.net.root {
            let cap = self.flow.node[s].cap as usize;
            self.gains.clear();
            for q in self.net.behind(s) {
                if self.flow.task[q as usize].mode != Mode::Free {
                    continue;
                }
                let gain = match self.wholes.get(self.whole_of[q as usize] as usize) {
                    Some(w) => w.requirements.clone().map(|q| self.earns[q]).sum::<i64>() + w.reward,
                    None => self.earns[q as usize],
                };
                if gain > 0 {
                    self.gains.push((-gain, q));
                }
            }
            self.flow.toll[s] =
                if self.gains.len() > cap { -self.gains.select_nth_unstable(cap).1.0 } else { 0 };
        }
        for Whole { requirements, reward } in self.wholes {
            let line = self.flow.toll[self.net.door[requirements.start] as usize];
            let profit = reward - line + requirements.clone().map(|q| self.earns[q]).sum::<i64>();
            for (q, share) in requirements.clone().zip(shares(profit, requirements.len())) {
                // The first bears the line.
                let mine = share + if q == requirements.start { line } else { 0 };
                self.flow.reward[q] = mine - self.earns[q];
                self.earns[q] = mine;
            }
        }
    }

    /// Takes out whoever is off his best by more than `slack`, and prices lists and even members anew.
    fn drop_wrong(&mut self, free: &[u32], slack: i64) {
        // Who is not full inside something that is costs what that costs: to come is to drive out its lowest bid.
        for v in (0..self.net.sets).rev() {
            let parent = self.net.parent[v] as usize;
            if parent != self.net.root && !self.full(v) && self.inside_full(parent) {
                self.kept[v] = i64::MIN / 4;
                self.retoll_inside(v);
            }
        }
        for v in 0..self.net.sets {
            if self.net.even[v] && self.count[v] > 0 {
                // What the last unit in it costs.
                self.kept[v] = self.kept[v].max(self.cost(v, self.count[v]));
                self.retoll_inside(v);
            }
        }
        self.limit_lists(free);
        for q in free {
            let at = self.at[*q as usize];
            if at == NONE {
                continue;
            }
            let pair = self.net.pair[at as usize];
            let leaf = pair.leaf as usize;
            let mine = i64::from(pair.value) - self.flow.toll[leaf] + self.flow.reward[*q as usize];
            let line = self.flow.toll[self.net.door[*q as usize] as usize];
            if mine + slack < self.earns[*q as usize] || mine + slack < line {
                self.remove(leaf, *q, self.net.root);
                self.at[*q as usize] = NONE;
            }
        }
        // Whatever is free now keeps its toll until somebody comes.
        self.kept.copy_from_slice(&self.flow.toll[..self.net.sets]);
    }

    /// How many more a set and all around it can take.
    fn room(&self, v: usize) -> usize {
        let (mut room, mut v) = (u32::MAX, v);
        while v != self.net.root {
            room = room.min(self.flow.node[v].cap.saturating_sub(self.count[v]));
            v = self.net.parent[v] as usize;
        }
        room as usize
    }

    /// Whether a set or one around it is full.
    fn inside_full(&self, mut v: usize) -> bool {
        while v != self.net.root {
            if self.full(v) {
                return true;
            }
            v = self.net.parent[v] as usize;
        }
        false
    }

    /// Whether a leaf could take more at a price of its own.
    fn is_short(&self, v: usize) -> bool {
        self.flow.toll[v] > self.around(v) && self.room(v) > 0
    }

    /// What a unit more of a set costs at least: what is around it does, and how late it comes.
    fn around(&self, v: usize) -> i64 {
        self.flow.toll[self.net.parent[v] as usize] + self.step(v)
    }

    /// What a set's next unit costs for coming late, or its last where it is full.
    fn step(&self, v: usize) -> i64 {
        if self.net.steps.of(v).is_empty() {
            return 0;
        }
        self.cost(v, (self.count[v] + 1).min(self.flow.node[v].cap))
    }

    fn cost(&self, v: usize, unit: u32) -> i64 {
        self.net.cost(v, unit, self.flow.scale.even)
    }
}

/// Only a guess hangs on it: what does not fit is as good as endless.
fn small(x: i64) -> i32 {
    x.clamp(i64::from(i32::MIN / 4), i64::from(i32::MAX / 4)) as i32
}
