//! Shortest paths for units that are out of order, over reduced costs, and the tolls anew.
//!
//! Nodes of a search are sets and stations; a requirement is passed with its place, because a covered requirement is
//! always at its best. A unit too many searches *forward*, along the arcs, for the root or a node with a unit too
//! few; a unit too few searches *backward*. The root takes and gives without end, so no search goes through it.

use super::front::{End, Step, Via};
use super::{Flow, Mode, NOWHERE, Node, Seat};
use crate::net::{Back, Net};
use crate::{BANNED, NONE};
use std::cmp::Reverse;
use std::sync::Arc;

/// A budget that nothing can exceed.
pub(super) const ENDLESS: i64 = i64::MAX / 4;

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
            self.arrive(door, profit, 0, Via::Start);
        }
        let net = Arc::clone(&self.net);
        self.mark_way(&net, q, 0, best);
        self.forward(&net);
        self.set_mode(q, Mode::Free);
        let mut settled = self.front.settled.len();
        while door != self.net.root
            && self.node[door].excess < 0
            && self.backward_from(door, &mut { ENDLESS })
        {
            settled += self.front.settled.len();
        }
        settled
    }

    /// Covers a requirement that has to stay, if that costs less than `budget`, from which it is taken. `false`: there
    /// is no place, or it is too dear.
    pub(super) fn hold(&mut self, q: usize, budget: &mut i64) -> bool {
        self.start_within(*budget);
        let Some(best) = self.best(q) else { return false };
        let net = Arc::clone(&self.net);
        self.mark_way(&net, q, 0, best);
        if self.forward(&net) {
            *budget -= self.front.best;
        }
        self.task[q].at != NONE
    }

    /// One unit too many leaves a node, if that costs less than `budget`, from which it is taken. `false`: it cannot, or it
    /// is too dear.
    pub(super) fn forward_from(&mut self, v: usize, budget: &mut i64) -> bool {
        self.start_within(*budget);
        self.arrive(v, 0, 0, Via::Start);
        self.node[v].excess -= 1;
        let found = self.forward(&Arc::clone(&self.net)) && self.front.end != End::Stay;
        self.node[v].excess += i32::from(!found);
        *budget -= if found { self.front.best } else { 0 };
        found
    }

    /// One unit too few comes to a node, as [`Self::forward_from`].
    pub(super) fn backward_from(&mut self, v: usize, budget: &mut i64) -> bool {
        self.start_within(*budget);
        self.come_back(v, 0, 0, Via::Start);
        self.node[v].excess += 1;
        let found = self.backward() && self.front.end != End::Stay;
        self.node[v].excess -= i32::from(!found);
        *budget -= if found { self.front.best } else { 0 };
        found
    }

    /// Begins a search that ends where it would cost as much as `budget`.
    fn start_within(&mut self, budget: i64) {
        self.front.start();
        if budget < ENDLESS {
            self.front.finish(budget, End::Stay);
        }
    }

    /// The nodes that the last search settled, which a search without end has reached in vain.
    pub(super) fn reached(&self) -> &[u32] {
        &self.front.settled
    }

    /// A unit too many can come to a node, and from there up through the sets that have room: where it may end is known
    /// before anything else is looked at that is no nearer. Depth first, a node may be reached again until it is looked at
    /// itself, and leads nowhere before that.
    #[inline]
    pub(super) fn arrive(&mut self, v: usize, distance: i64, from: i64, via: Via) {
        if self.front.reach(v, distance, from, via) && !self.front.is_deep() {
            self.climb(v, distance, from);
        }
    }

    fn climb(&mut self, v: usize, distance: i64, from: i64) {
        let Node { load, cap, excess, parent, .. } = self.node[v];
        if excess < 0 {
            self.front.finish(distance, End::At(v));
        }
        if v >= self.net.sets {
            if load > 0 {
                self.front.finish(distance + self.toll[v] - self.marginal(v, load), End::Less(v));
            }
        } else if load < cap {
            let to = distance + self.marginal(v, load + 1) - self.price(v);
            match parent as usize {
                p if p == self.net.root => self.front.finish(to, End::More(v)),
                p => self.arrive(p, to, from, Via::Node(v as u32)),
            }
        }
    }

    /// A unit can come from a node, and from there up from the sets around it: as [`Self::arrive`], backward.
    #[inline]
    pub(super) fn come_back(&mut self, v: usize, distance: i64, from: i64, via: Via) {
        if !self.front.reach(v, distance, from, via) {
            return;
        }
        let Node { load, cap, excess, parent, .. } = self.node[v];
        if excess > 0 {
            self.front.finish(distance, End::At(v));
        }
        if v >= self.net.sets {
            if load < cap {
                self.front.finish(distance + self.marginal(v, load + 1) - self.toll[v], End::More(v));
            }
        } else if load > 0 {
            let to = distance + self.price(v) - self.marginal(v, load);
            match parent as usize {
                p if p == self.net.root => self.front.finish(to, End::Less(v)),
                p => self.come_back(p, to, from, Via::Node(v as u32)),
            }
        }
    }

    /// The ways of a requirement to other places, from where a unit of it is at `distance` and worth `mine`: put off
    /// where it is known that none of them is near.
    #[inline]
    fn offer_way(&mut self, net: &Net, q: usize, distance: i64, mine: i64) {
        let most = self.near[q];
        if most < mine {
            let to = distance + mine - most;
            if to < self.front.best {
                self.front.put_off(q, to);
            }
            return;
        }
        self.mark_way(net, q, distance, mine);
    }

    /// The same now, and how near the nearest is.
    fn mark_way(&mut self, net: &Net, q: usize, distance: i64, mine: i64) {
        let group = self.group(q);
        // Its own leaf, or its door, to which no pair leads.
        let own = self.seat[q].node;
        let mut near = NOWHERE;
        for (pair, k) in net.pairs(q).iter().zip(net.start[q]..) {
            let worth = i64::from(pair.value) - self.toll[pair.leaf as usize];
            let worth = if pair.leaf == own { NOWHERE } else { worth };
            near = near.max(worth);
            let to = distance + mine - worth;
            // Most are too far: whatever else may speak against them is asked of the others alone.
            if to >= self.front.best
                || pair.leaf == own
                || pair.value == BANNED
                || self.has_another(q, &group, pair.leaf)
            {
                continue;
            }
            debug_assert!(to >= distance);
            self.arrive(pair.leaf as usize, to, distance, Via::Pair(q as u32, k));
        }
        // Where another of its group may not be today it may be tomorrow.
        if group.is_empty() {
            self.near[q] = self.seen(near);
        }
    }

    /// The ways of a requirement that was put off.
    fn mark_way_put_off(&mut self, net: &Net, q: usize) {
        let Seat { node, worth } = self.seat[q];
        self.mark_way(net, q, self.front.distance(node as usize), worth);
    }

    /// Searches forward from what the search has begun with, and moves a unit along the way. `false`: there is none.
    pub(super) fn forward(&mut self, net: &Net) -> bool {
        while let Some(step) = self.front.next() {
            self.step_forward(net, step);
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
            Step::Task(q) => return self.mark_way_put_off(net, q),
        };
        if self.front.is_deep() {
            self.climb(v, d, d);
        }
        let root = net.root;
        if v < net.sets {
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
                        self.arrive(door, to, d, Via::Leave(q));
                    }
                }
                self.offer_way(net, q as usize, d, mine);
                q = task.next;
            }
            for c in net.children.of(v) {
                let c = *c as usize;
                if self.node[c].load > 0 {
                    let to = d + self.price(c) - self.marginal(c, self.node[c].load);
                    self.arrive(c, to, d, Via::Node(v as u32));
                }
            }
        } else {
            for q in net.behind(v) {
                let task = self.task[q as usize];
                if task.mode == Mode::Free && task.at == NONE {
                    let worth = self.toll[v] - self.reward[q as usize];
                    self.offer_way(net, q as usize, d, worth);
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
            if let Step::Node(v, d) = step {
                self.step_backward(&net, v, d);
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
        if v < net.sets {
            for back in net.back_of(v) {
                self.come_from(back, v, d);
            }
            for c in net.children.of(v) {
                let c = *c as usize;
                if self.node[c].load < self.node[c].cap {
                    let to = d + self.marginal(c, self.node[c].load + 1) - self.price(c);
                    self.come_back(c, to, d, Via::Node(v as u32));
                }
            }
        } else {
            for q in net.behind(v) {
                let task = self.task[q as usize];
                if task.mode == Mode::Free && task.at != NONE {
                    let seat = self.seat[q as usize];
                    let to = d + seat.worth + self.reward[q as usize] - self.toll[v];
                    self.come_back(seat.node as usize, to, d, Via::Leave(q));
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
                self.come_back(seat.node as usize, to, d, via);
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
        if sign > 0 {
            self.risen = self.risen.saturating_add(best);
        }
        for k in 0..self.front.settled.len() {
            let v = self.front.settled[k] as usize;
            let by = sign * (best - self.front.distance(v));
            if by != 0 {
                self.move_toll(v, if v < self.net.sets { by } else { -by });
                if by < 0 && v < self.net.sets {
                    self.come_nearer(v);
                }
            }
        }
    }

    /// A toll has fallen: who could come there could earn more than was known.
    fn come_nearer(&mut self, v: usize) {
        let Flow { net, near, seat, toll, .. } = self;
        for back in net.back_of(v).into_iter().flatten() {
            let q = back.requirement as usize;
            let worth = i64::from(back.value) - toll[v];
            if near[q] < worth && seat[q].node as usize != v {
                near[q] = worth;
            }
        }
    }
}
