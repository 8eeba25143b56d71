//! Shortest paths for units that are out of order, over reduced costs, and the tolls anew.
//!
//! Nodes of a search are sets and stations; a requirement is passed with its place, because a covered requirement is
//! always at its best. A unit too many searches *forward*, along the arcs, for the root or a node with a unit too
//! few; a unit too few searches *backward*. The root takes and gives without end, so no search goes through it.

use super::front::{End, Step, Via};
use super::{Flow, Mode, Seat, with_another};
use crate::net::{Back, Net};
use crate::{BANNED, NONE};
use std::cmp::Reverse;
use std::sync::Arc;

/// A budget that nothing can exceed.
const ENDLESS: i64 = i64::MAX / 4;

impl Flow {
    /// Covers a free requirement if that pays, whatever it drives out. Gives the nodes that were settled for it.
    pub(super) fn insert(&mut self, q: usize) -> usize {
        let Some(best) = self.best(q) else { return 0 };
        let door = self.net.door[q] as usize;
        let profit = best + self.reward[q] - self.toll[door];
        if profit <= 0 {
            self.near[q] = self.seen(best);
            return 0;
        }
        self.set_mode(q, Mode::Waiting);
        self.front.start();
        if door == self.net.root {
            self.front.finish(profit, End::Stay);
        } else {
            // It has a line from now on, and can give it back: that is how it stays out.
            self.node[door].excess -= 1;
            self.front.reach(door, profit, 0, Via::Start);
        }
        self.mark_way(q, 0, best);
        self.forward();
        self.set_mode(q, Mode::Free);
        let mut settled = self.front.settled.len();
        while door != self.net.root && self.node[door].excess < 0 && self.backward_from(door) {
            settled += self.front.settled.len();
        }
        settled
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
        self.node[v].excess -= 1;
        let found = self.forward();
        self.node[v].excess += i32::from(!found);
        found
    }

    /// One unit too few comes to a node.
    pub(super) fn backward_from(&mut self, v: usize) -> bool {
        self.front.start();
        self.front.reach(v, 0, 0, Via::Start);
        self.node[v].excess += 1;
        let found = self.backward();
        self.node[v].excess -= i32::from(!found);
        found
    }

    /// The nodes that the last search settled, which a search without end has reached in vain.
    pub(super) fn reached(&self) -> &[u32] {
        &self.front.settled
    }

    /// The ways of a requirement to other places, from where a unit of it is at `distance` and worth `mine`: put off
    /// where it is known that none of them is near.
    #[inline]
    fn offer_way(&mut self, q: usize, distance: i64, mine: i64) {
        let near = self.near[q];
        // What it was worth at most: it may be worth less by now, and nothing more.
        let most = near.worth + self.fallen - near.fallen;
        if most < mine {
            let to = distance + mine - most;
            if to < self.front.best {
                self.front.put_off(q, to);
            }
            return;
        }
        self.mark_way(q, distance, mine);
    }

    /// The same now, and how near the nearest is.
    fn mark_way(&mut self, q: usize, distance: i64, mine: i64) {
        let group = self.group(q);
        // Its own leaf, or its door, to which no pair leads.
        let own = self.seat[q].node;
        // So low that it is never near, and not so low that a sum runs over.
        let nowhere = i64::MIN / 4;
        let mut near = nowhere;
        let Flow { net, toll, task, front, .. } = self;
        for (pair, k) in net.pairs(q).iter().zip(net.start[q]..) {
            let worth = i64::from(pair.value) - toll[pair.leaf as usize];
            let worth = if pair.leaf == own { nowhere } else { worth };
            near = near.max(worth);
            let to = distance + mine - worth;
            // Most are too far: whatever else may speak against them is asked of the others alone.
            if to >= front.best
                || pair.leaf == own
                || pair.value == BANNED
                || !group.is_empty() && with_another(net, task, q, &group, pair.leaf)
            {
                continue;
            }
            debug_assert!(to >= distance);
            front.reach(pair.leaf as usize, to, distance, Via::Pair(q as u32, k));
        }
        // Where another of its group may not be today it may be tomorrow.
        if group.is_empty() {
            self.near[q] = self.seen(near);
        }
    }

    /// The ways of a requirement that was put off.
    fn mark_way_put_off(&mut self, q: usize) {
        let Seat { node, worth } = self.seat[q];
        self.mark_way(q, self.front.distance(node as usize), worth);
    }

    /// Searches forward from what the search has begun with, and moves a unit along the way. `false`: there is none.
    pub(super) fn forward(&mut self) -> bool {
        let net = Arc::clone(&self.net);
        while let Some(step) = self.front.next() {
            match step {
                Step::Node(v, d) if self.node[v].excess < 0 => {
                    self.front.finish(d, End::At(v));
                    break;
                }
                step => self.step_forward(&net, step),
            }
        }
        if self.front.end == End::None {
            return false;
        }
        self.reprice(1);
        let mut v = match self.front.end {
            End::At(v) => {
                self.node[v].excess += 1;
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
            // Whatever has led there may do so again.
            self.front.reopen(v);
            match self.front.via(v) {
                Via::Start => return true,
                Via::Node(u) => {
                    if self.node[v].parent == u {
                        self.lower(v);
                    } else {
                        self.lift(u as usize);
                    }
                    v = u as usize;
                }
                Via::Pair(q, pair) => {
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

    /// Marks where a unit too many can go from what is looked at.
    fn step_forward(&mut self, net: &Net, step: Step) {
        let (v, d) = match step {
            Step::Node(v, d) => (v, d),
            Step::Task(q) => return self.mark_way_put_off(q),
        };
        let root = net.root;
        if v < net.sets {
            let price = self.price(v);
            if self.node[v].load < self.node[v].cap {
                let to = d + self.marginal(v, self.node[v].load + 1) - price;
                match self.node[v].parent as usize {
                    p if p == root => self.front.finish(to, End::More(v)),
                    p => self.front.reach(p, to, d, Via::Node(v as u32)),
                }
            }
            let mut q = self.node[v].head;
            while q != NONE {
                let task = self.task[q as usize];
                let mine = self.seat[q as usize].worth;
                if task.mode == Mode::Free {
                    let door = net.door[q as usize] as usize;
                    let to = d + mine + self.reward[q as usize] - self.toll[door];
                    if door == root {
                        self.front.finish(to, End::Leave(q as usize));
                    } else {
                        self.front.reach(door, to, d, Via::Leave(q));
                    }
                }
                self.offer_way(q as usize, d, mine);
                q = task.next;
            }
            for c in net.children.of(v) {
                let c = *c as usize;
                if self.node[c].load > 0 {
                    let to = d + self.price(c) - self.marginal(c, self.node[c].load);
                    self.front.reach(c, to, d, Via::Node(v as u32));
                }
            }
        } else {
            if self.node[v].load > 0 {
                self.front.finish(d + self.toll[v] - self.marginal(v, self.node[v].load), End::Less(v));
            }
            for q in net.behind(v) {
                let task = self.task[q as usize];
                if task.mode == Mode::Free && task.at == NONE {
                    let worth = self.toll[v] - self.reward[q as usize];
                    self.offer_way(q as usize, d, worth);
                }
            }
        }
    }

    fn leaf_of(&self, q: usize) -> usize {
        self.net.pair[self.task[q].at as usize].leaf as usize
    }

    fn backward(&mut self) -> bool {
        let net = Arc::clone(&self.net);
        while let Some(step) = self.front.next() {
            match step {
                Step::Node(v, d) if self.node[v].excess > 0 => {
                    self.front.finish(d, End::At(v));
                    break;
                }
                Step::Node(v, d) => self.step_backward(&net, v, d),
                Step::Task(_) => {}
            }
        }
        if self.front.end == End::None {
            return false;
        }
        self.reprice(-1);
        let mut v = match self.front.end {
            End::At(v) => {
                self.node[v].excess -= 1;
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
            match self.front.via(v) {
                Via::Start => return true,
                Via::Node(u) => {
                    if self.node[v].parent == u {
                        self.lift(v);
                    } else {
                        self.lower(u as usize);
                    }
                    v = u as usize;
                }
                Via::Pair(q, leaf) => {
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

    /// Marks from where a unit can come to a node.
    pub(super) fn step_backward(&mut self, net: &Net, v: usize, d: i64) {
        let root = net.root;
        if v < net.sets {
            for back in net.back_of(v) {
                self.come_from(back, v, d);
            }
            for c in net.children.of(v) {
                let c = *c as usize;
                if self.node[c].load < self.node[c].cap {
                    let to = d + self.marginal(c, self.node[c].load + 1) - self.price(c);
                    self.front.reach(c, to, d, Via::Node(v as u32));
                }
            }
            if self.node[v].load > 0 {
                let to = d + self.price(v) - self.marginal(v, self.node[v].load);
                match self.node[v].parent as usize {
                    p if p == root => self.front.finish(to, End::Less(v)),
                    p => self.front.reach(p, to, d, Via::Node(v as u32)),
                }
            }
        } else {
            if self.node[v].load < self.node[v].cap {
                self.front.finish(d + self.marginal(v, self.node[v].load + 1) - self.toll[v], End::More(v));
            }
            for q in net.behind(v) {
                let task = self.task[q as usize];
                if task.mode == Mode::Free && task.at != NONE {
                    let seat = self.seat[q as usize];
                    let to = d + seat.worth + self.reward[q as usize] - self.toll[v];
                    self.front.reach(seat.node as usize, to, d, Via::Leave(q));
                }
            }
        }
    }

    /// Marks from where the requirements of these pairs can come to a leaf.
    fn come_from(&mut self, backs: &[Back], leaf: usize, d: i64) {
        let root = self.net.root;
        let here = d + self.toll[leaf];
        for back in backs {
            let seat = self.seat[back.requirement as usize];
            // Where it is now it earns `worth`, here it would earn the value less the toll.
            let to = here + seat.worth - i64::from(back.value);
            if to >= self.front.best
                || seat.node == NONE
                || seat.node as usize == leaf
                || back.value == BANNED
                || self.stays_away(back.requirement as usize, leaf)
            {
                continue;
            }
            if seat.node as usize == root {
                self.front.finish(to, End::Enter(back.requirement, leaf as u32));
            } else {
                let via = Via::Pair(back.requirement, leaf as u32);
                self.front.reach(seat.node as usize, to, d, via);
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
        if sign < 0 {
            self.fall(best);
        } else {
            self.risen = self.risen.saturating_add(best);
        }
        for k in 0..self.front.settled.len() {
            let v = self.front.settled[k] as usize;
            let by = sign * (best - self.front.distance(v));
            if by != 0 {
                self.move_toll(v, if v < self.net.sets { by } else { -by });
            }
        }
    }
}
