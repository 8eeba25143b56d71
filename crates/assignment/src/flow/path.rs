//! Shortest paths for units that are out of order, over reduced costs, and the tolls anew.
//!
//! Nodes of a search are sets and stations; a requirement is passed with its place, because a covered requirement is
//! always at its best. A unit too many searches *forward*, along the arcs, for the root or a node with a unit too
//! few; a unit too few searches *backward*. The root takes and gives without end, so no search goes through it.

use super::{Flow, Mode};
use crate::{BANNED, NONE};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

/// A budget that nothing can exceed.
const ENDLESS: i64 = i64::MAX / 4;

/// How a search came to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Via {
    /// It began here.
    Start,
    /// From a set above or below.
    Node(u32),
    /// Forward: the requirement goes to this set by the pair. Backward: it leaves this node for the set by the pair.
    Pair(u32, u32, u32),
    /// The requirement goes home: its place is free, and so is its line.
    Leave(u32),
}

/// Where the shortest path ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Nowhere.
    None,
    /// What the search is for stays as it is.
    Stay,
    /// At a node with a unit too many or too few.
    At(usize),
    /// From an outermost set to the root, or from the root to a station: one unit more.
    More(usize),
    /// From the root to an outermost set, or from a station to the root: one unit less.
    Less(usize),
    /// Forward: a requirement that is on no list leaves. Backward: one comes, to this set by this pair.
    Leave(usize),
    Enter(u32, u32),
}

/// Distances and ways of one search. Stamps make a new search cost nothing.
#[derive(Clone)]
pub(super) struct Front {
    stamp: u32,
    /// `stamp`: seen; `stamp + 1`: settled.
    mark: Vec<u32>,
    distance: Vec<i64>,
    via: Vec<Via>,
    settled: Vec<u32>,
    heap: BinaryHeap<Reverse<(i64, u32)>>,
    /// What is no farther than the node that is being settled: no need to sort it.
    same: Vec<u32>,
    best: i64,
    end: End,
}

impl Front {
    pub fn new(nodes: usize) -> Front {
        Front {
            stamp: 0,
            mark: vec![0; nodes],
            distance: vec![0; nodes],
            via: vec![Via::Start; nodes],
            settled: Vec::new(),
            heap: BinaryHeap::new(),
            same: Vec::new(),
            best: i64::MAX,
            end: End::None,
        }
    }

    fn start(&mut self) {
        if self.stamp > u32::MAX - 4 {
            self.mark.fill(0);
            self.stamp = 0;
        }
        self.stamp += 2;
        self.settled.clear();
        self.heap.clear();
        self.same.clear();
        self.best = i64::MAX;
        self.end = End::None;
    }

    /// A way to a node, if it is shorter than what is known.
    #[inline]
    fn reach(&mut self, v: usize, distance: i64, from: i64, via: Via) {
        if distance >= self.best {
            return;
        }
        let mark = self.mark[v];
        if mark > self.stamp || (mark == self.stamp && self.distance[v] <= distance) {
            return;
        }
        self.mark[v] = self.stamp;
        self.distance[v] = distance;
        self.via[v] = via;
        if distance <= from {
            self.same.push(v as u32);
        } else {
            self.heap.push(Reverse((distance, v as u32)));
        }
    }

    /// A way to an end, if it is shorter than what is known.
    fn finish(&mut self, distance: i64, end: End) {
        if distance < self.best {
            self.best = distance;
            self.end = end;
        }
    }

    fn next(&mut self) -> Option<(usize, i64)> {
        loop {
            let v = match self.same.pop() {
                Some(v) => v as usize,
                None => {
                    let Reverse((d, v)) = self.heap.pop()?;
                    if d >= self.best {
                        return None;
                    }
                    if d > self.distance[v as usize] {
                        continue;
                    }
                    v as usize
                }
            };
            if self.mark[v] == self.stamp && self.distance[v] < self.best {
                self.mark[v] = self.stamp + 1;
                self.settled.push(v as u32);
                return Some((v, self.distance[v]));
            }
        }
    }
}

impl Flow {
    /// Covers a free requirement if that pays, whatever it drives out.
    pub(super) fn insert(&mut self, q: usize) {
        let Some(best) = self.best(q) else { return };
        let door = self.net.door[q] as usize;
        let profit = best + self.reward[q] - self.toll[door];
        if profit <= 0 {
            return;
        }
        self.set_mode(q, Mode::Waiting);
        self.front.start();
        if door == self.net.root {
            self.front.finish(profit, End::Stay);
        } else {
            // It has a line from now on, and can give it back: that is how it stays out.
            self.excess[door] -= 1;
            self.front.reach(door, profit, 0, Via::Start);
        }
        self.mark_way(q, 0, best);
        self.forward();
        self.set_mode(q, Mode::Free);
        while door != self.net.root && self.excess[door] < 0 && self.backward_from(door) {}
    }

    /// Covers a requirement that has to stay, if that costs less than `budget`, from which it is taken. `false`: there
    /// is no place, or it is too dear.
    pub(super) fn hold(&mut self, q: usize, budget: &mut i64) -> bool {
        self.front.start();
        let Some(best) = self.best(q) else { return false };
        if *budget < ENDLESS {
            self.front.finish(*budget, End::Stay);
        }
        self.mark_way(q, 0, best);
        if self.forward() {
            *budget -= self.front.best;
        }
        self.task[q].at != NONE
    }

    /// What the last search cost.
    pub(super) fn last_cost(&self) -> i64 {
        self.front.best
    }

    /// One unit too many leaves a node.
    pub(super) fn forward_from(&mut self, v: usize) -> bool {
        self.front.start();
        self.front.reach(v, 0, 0, Via::Start);
        self.excess[v] -= 1;
        let found = self.forward();
        self.excess[v] += i32::from(!found);
        found
    }

    /// One unit too few comes to a node.
    pub(super) fn backward_from(&mut self, v: usize) -> bool {
        self.front.start();
        self.front.reach(v, 0, 0, Via::Start);
        self.excess[v] += 1;
        let found = self.backward();
        self.excess[v] -= i32::from(!found);
        found
    }

    /// The nodes that the last search settled, which a search without end has reached in vain.
    pub(super) fn reached(&self) -> &[u32] {
        &self.front.settled
    }

    /// The ways of a requirement to other places, from where a unit of it is at `distance` and worth `mine`.
    #[inline]
    fn mark_way(&mut self, q: usize, distance: i64, mine: i64) {
        let range = self.net.start[q] as usize..self.net.start[q + 1] as usize;
        let group = self.group(q);
        for k in range {
            let pair = self.net.pair[k];
            let Some(value) = Self::value_of(pair) else { continue };
            if self.has_another(q, &group, pair.leaf) {
                continue;
            }
            let to = distance + mine - value + self.toll[pair.leaf as usize];
            debug_assert!(to >= distance);
            self.front.reach(pair.leaf as usize, to, distance, Via::Pair(q as u32, k as u32, pair.leaf));
        }
    }

    fn forward(&mut self) -> bool {
        let net = Arc::clone(&self.net);
        let root = net.root;
        while let Some((v, d)) = self.front.next() {
            if self.excess[v] < 0 {
                self.front.finish(d, End::At(v));
                break;
            }
            if v < net.sets {
                let price = self.price(v);
                if self.load[v] < self.cap[v] {
                    let to = d + self.marginal(v, self.load[v] + 1) - price;
                    match net.parent[v] as usize {
                        p if p == root => self.front.finish(to, End::More(v)),
                        p => self.front.reach(p, to, d, Via::Node(v as u32)),
                    }
                }
                let mut q = self.head[v];
                while q != NONE {
                    let task = self.task[q as usize];
                    let mine = i64::from(net.pair[task.at as usize].value) - self.toll[v];
                    if task.mode == Mode::Free {
                        let door = net.door[q as usize] as usize;
                        let to = d + mine + self.reward[q as usize] - self.toll[door];
                        if door == root {
                            self.front.finish(to, End::Leave(q as usize));
                        } else {
                            self.front.reach(door, to, d, Via::Leave(q));
                        }
                    }
                    self.mark_way(q as usize, d, mine);
                    q = task.next;
                }
                for c in net.children.of(v) {
                    let c = *c as usize;
                    if self.load[c] > 0 {
                        let to = d + self.price(c) - self.marginal(c, self.load[c]);
                        self.front.reach(c, to, d, Via::Node(v as u32));
                    }
                }
            } else {
                if self.load[v] > 0 {
                    self.front.finish(d + self.toll[v] - self.marginal(v, self.load[v]), End::Less(v));
                }
                for q in net.behind(v) {
                    let task = self.task[q as usize];
                    if task.mode == Mode::Free && task.at == NONE {
                        let worth = self.toll[v] - self.reward[q as usize];
                        self.mark_way(q as usize, d, worth);
                    }
                }
            }
        }
        let end = self.front.end;
        if end == End::None {
            return false;
        }
        self.reprice(1);
        let mut v = match end {
            End::At(v) => {
                self.excess[v] += 1;
                v
            }
            End::More(v) => {
                self.lift(v);
                v
            }
            End::Less(v) => {
                self.lower(v);
                v
            }
            End::Leave(q) => {
                let leaf = self.leaf_of(q);
                self.put(q, NONE);
                leaf
            }
            End::None | End::Stay | End::Enter(..) => return true,
        };
        loop {
            match self.front.via[v] {
                Via::Start => return true,
                Via::Node(u) => {
                    if net.parent[v] == u {
                        self.lower(v);
                    } else {
                        self.lift(u as usize);
                    }
                    v = u as usize;
                }
                Via::Pair(q, pair, _) => {
                    let q = q as usize;
                    let before = (self.task[q].at != NONE).then(|| self.leaf_of(q));
                    self.put(q, pair);
                    v = match before {
                        Some(leaf) => leaf,
                        // What is free comes in through its door; what the search began with does not.
                        None if self.task[q].mode == Mode::Free => net.door[q] as usize,
                        None => return true,
                    };
                }
                Via::Leave(q) => {
                    let leaf = self.leaf_of(q as usize);
                    self.put(q as usize, NONE);
                    v = leaf;
                }
            }
        }
    }

    fn leaf_of(&self, q: usize) -> usize {
        self.net.pair[self.task[q].at as usize].leaf as usize
    }

    fn backward(&mut self) -> bool {
        let net = Arc::clone(&self.net);
        let root = net.root;
        while let Some((v, d)) = self.front.next() {
            if self.excess[v] > 0 {
                self.front.finish(d, End::At(v));
                break;
            }
            if v < net.sets {
                let toll = self.toll[v];
                for list in net.back_of(v) {
                    for back in list {
                        let seat = self.seat[back.requirement as usize];
                        // Where it is now it earns `worth`, here it would earn the value less the toll.
                        let to = d + seat.worth - i64::from(back.value) + toll;
                        if to >= self.front.best
                            || seat.node == NONE
                            || seat.node as usize == v
                            || back.value == BANNED
                            || self.stays_away(back.requirement as usize, v)
                        {
                            continue;
                        }
                        if seat.node as usize == root {
                            self.front.finish(to, End::Enter(back.requirement, v as u32));
                        } else {
                            let via = Via::Pair(back.requirement, NONE, v as u32);
                            self.front.reach(seat.node as usize, to, d, via);
                        }
                    }
                }
                for c in net.children.of(v) {
                    let c = *c as usize;
                    if self.load[c] < self.cap[c] {
                        let to = d + self.marginal(c, self.load[c] + 1) - self.price(c);
                        self.front.reach(c, to, d, Via::Node(v as u32));
                    }
                }
                if self.load[v] > 0 {
                    let to = d + self.price(v) - self.marginal(v, self.load[v]);
                    match net.parent[v] as usize {
                        p if p == root => self.front.finish(to, End::Less(v)),
                        p => self.front.reach(p, to, d, Via::Node(v as u32)),
                    }
                }
            } else {
                if self.load[v] < self.cap[v] {
                    self.front.finish(d + self.marginal(v, self.load[v] + 1) - self.toll[v], End::More(v));
                }
                for q in net.behind(v) {
                    let task = self.task[q as usize];
                    if task.mode == Mode::Free && task.at != NONE {
                        let at = net.pair[task.at as usize];
                        let worth = i64::from(at.value) - self.toll[at.leaf as usize];
                        let to = d + worth + self.reward[q as usize] - self.toll[v];
                        self.front.reach(at.leaf as usize, to, d, Via::Leave(q));
                    }
                }
            }
        }
        let end = self.front.end;
        if end == End::None {
            return false;
        }
        self.reprice(-1);
        let mut v = match end {
            End::At(v) => {
                self.excess[v] -= 1;
                v
            }
            End::More(v) => {
                self.lift(v);
                v
            }
            End::Less(v) => {
                self.lower(v);
                v
            }
            End::Enter(q, leaf) => {
                self.go(q as usize, leaf);
                leaf as usize
            }
            End::None | End::Stay | End::Leave(_) => return true,
        };
        loop {
            match self.front.via[v] {
                Via::Start => return true,
                Via::Node(u) => {
                    if net.parent[v] == u {
                        self.lift(v);
                    } else {
                        self.lower(u as usize);
                    }
                    v = u as usize;
                }
                Via::Pair(q, _, leaf) => {
                    self.go(q as usize, leaf);
                    v = leaf as usize;
                }
                Via::Leave(q) => {
                    self.put(q as usize, NONE);
                    v = net.door[q as usize] as usize;
                }
            }
        }
    }

    /// Whether a requirement may not come to a leaf because another of its group is with the member.
    #[inline]
    fn stays_away(&self, q: usize, leaf: usize) -> bool {
        self.has_another(q, &self.group(q), leaf as u32)
    }

    /// Puts a requirement on its best pair at a leaf.
    fn go(&mut self, q: usize, leaf: u32) {
        let first = self.net.start[q];
        let pairs = self.net.pairs(q).iter().zip(first..);
        let best = pairs.filter(|(p, _)| p.leaf == leaf).max_by_key(|(p, k)| (p.value, Reverse(*k)));
        if let Some((_, pair)) = best {
            self.put(q, pair);
        }
    }

    /// What is nearer than the end moves by what is missing to it: forward, tolls of sets rise and the prices of
    /// lines fall; backward, the other way round.
    fn reprice(&mut self, sign: i64) {
        let best = self.front.best;
        for k in 0..self.front.settled.len() {
            let v = self.front.settled[k] as usize;
            let by = sign * (best - self.front.distance[v]);
            self.move_toll(v, if v < self.net.sets { by } else { -by });
        }
    }
}
