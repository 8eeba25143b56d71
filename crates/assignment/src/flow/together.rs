//! Many units at once, where a first guess leaves thousands out of order.
//!
//! One by one, each unit too many searches through what lies between it and a place, and where scores are few and alike
//! all of them search through the same. Here a round begins with one search from all places backward, which gives every
//! node its distance; the tolls take it over, so that from every unit too many a way costs nothing; and along such ways
//! units are moved depth first, nothing that was left in vain being entered twice (primal–dual; Ahuja, Magnanti and Orlin,
//! §9.8, with the rounds of Hopcroft and Karp 1973). What is left when rounds move little is put right one by one.

use super::front::{Step, Via};
use super::mend::WORTH;
use super::{Flow, Mode};
use crate::NONE;
use crate::watch::{Phase, Watch};
use std::sync::Arc;

impl Flow {
    /// Puts every free requirement that waits on its best place, and moves units on from where that are too many.
    pub(super) fn come_together(&mut self, watch: &Watch<'_>) {
        let waiting = std::mem::take(&mut self.waiting);
        for q in waiting {
            if self.task[q as usize].mode == Mode::Waiting {
                self.set_mode(q as usize, Mode::Free);
                self.sit_down(q as usize);
            } else {
                self.waiting.push(q);
            }
        }
        let mut from = self.uneven.clone();
        from.sort_unstable();
        from.dedup();
        from.retain(|v| self.node[*v as usize].excess > 0);
        let units = |flow: &Flow, from: &[u32]| -> usize {
            from.iter().map(|v| flow.node[*v as usize].excess.max(0) as usize).sum()
        };
        let all = units(self, &from);
        let mut left = all;
        while left > 0 && watch.go_on(Phase::Flow, all - left, all) && self.level(from.len()) {
            let settled = self.front.settled.len();
            self.front.start();
            for v in &from {
                while self.node[*v as usize].excess > 0 && self.move_deep(*v as usize) {}
            }
            from.retain(|v| self.node[*v as usize].excess > 0);
            let moved = left - units(self, &from);
            left -= moved;
            if moved * WORTH < settled {
                return;
            }
        }
    }

    /// A free requirement comes to its best place if that pays, whether or not there is room; ties by number.
    fn sit_down(&mut self, q: usize) {
        let first = self.net.start[q];
        let worth = |k: u32| {
            let pair = self.net.pair[k as usize];
            Some((Self::value_of(pair)? - self.toll[pair.leaf as usize], std::cmp::Reverse(k)))
        };
        let best = (first..self.net.start[q + 1]).filter_map(worth).max();
        let door = self.net.door[q] as usize;
        let Some((best, std::cmp::Reverse(pair))) = best else { return };
        if best + self.reward[q] <= self.toll[door] {
            return;
        }
        self.put(q, pair);
        self.short(self.net.pair[pair as usize].leaf as usize, 1);
        if door != self.net.root {
            self.short(door, -1);
        }
    }

    /// Raises tolls until from each of so many nodes that have units too many a way costs nothing. `false`: from none of
    /// them is there a way.
    fn level(&mut self, from: usize) -> bool {
        let net = Arc::clone(&self.net);
        self.front.start_all();
        for v in 0..self.net.root {
            if let Some(d) = self.way_out(v) {
                self.come_back(v, d, -1, Via::Start);
            }
        }
        let (mut met, mut farthest) = (0, 0);
        while let Some(step) = self.front.next() {
            let Step::Node(v, d) = step else { continue };
            if self.node[v].excess > 0 {
                met += 1;
                farthest = d;
                if met == from {
                    break;
                }
            }
            self.step_backward(&net, v, d);
        }
        if farthest > 0 {
            for v in 0..self.net.root {
                let own = if self.front.is_settled(v) { self.front.distance(v) } else { farthest };
                let by = own.min(farthest);
                if by > 0 {
                    self.move_toll(v, if v < self.net.sets { by } else { -by });
                }
            }
        }
        met > 0
    }

    /// What it costs to take a unit out at a node itself; `None` where it can only go on.
    fn way_out(&self, v: usize) -> Option<i64> {
        let net = &self.net;
        if self.node[v].excess < 0 {
            return Some(0);
        }
        if v >= net.sets {
            return (self.node[v].load > 0).then(|| self.toll[v] - self.marginal(v, self.node[v].load));
        }
        let outermost = net.parent[v] as usize == net.root;
        let more = (outermost && self.node[v].load < self.node[v].cap)
            .then(|| self.marginal(v, self.node[v].load + 1) - self.price(v));
        let mut best = more;
        let mut q = self.node[v].head;
        while q != NONE {
            let task = self.task[q as usize];
            if task.mode == Mode::Free && net.door[q as usize] as usize == net.root {
                let pair = net.pair[task.at as usize];
                let leaves = i64::from(pair.value) - self.toll[v] + self.reward[q as usize];
                best = Some(best.map_or(leaves, |b: i64| b.min(leaves)));
            }
            q = task.next;
        }
        best
    }

    /// Moves a unit too many along arcs of no cost, if there is a way.
    fn move_deep(&mut self, from: usize) -> bool {
        self.front.start_deep();
        self.arrive(from, 0, 0, Via::Start);
        if !self.forward(&Arc::clone(&self.net)) {
            return false;
        }
        self.node[from].excess -= 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Net;
    use crate::{Builder, Instance, Priority};
    use std::sync::Arc;

    /// SplitMix64.
    fn random(seed: u64) -> impl FnMut(u32) -> u32 {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        move |below| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) % u64::from(below)) as u32
        }
    }

    /// More needs than places, scores that are few and alike, lists that are too short.
    fn instance(seed: u64) -> Instance {
        let mut below = random(seed);
        let mut b = Builder::default();
        let members = 1 + below(4);
        for _ in 0..members {
            let m = b.member(1 + below(5));
            for _ in 0..=below(2) {
                let r = b.resource(m, 1 + below(3));
                for _ in 0..=below(2) {
                    b.place(r, 1 + below(2));
                }
            }
        }
        let stations = 1 + below(4);
        for _ in 0..stations {
            b.station(below(4));
        }
        for _ in 0..10 + below(20) {
            let priority = if below(4) == 0 { Priority::Urgent } else { Priority::Normal };
            match below(stations + 1) {
                s if s == stations => b.need_alone(priority),
                s => b.need(s, priority),
            };
            b.requirement();
            for place in 0..members {
                if below(3) > 0 {
                    b.pair(place, i64::from(below(4)));
                }
            }
        }
        b.build().expect("a sound instance")
    }

    /// Everything waits for its place.
    fn waiting(i: &Instance) -> Flow {
        let scale = i.scale();
        let mut flow = Flow::new(Arc::new(Net::new(i, &scale, None)), scale);
        for q in 0..i.requirements() {
            flow.reward[q] = i.reward(&scale, q);
            flow.set_mode(q, Mode::Free);
            flow.touch(q);
        }
        flow
    }

    #[test]
    fn together_they_come_to_the_same_optimum_as_one_by_one() {
        let mut met = 0;
        for seed in 0..2000 {
            let i = instance(seed);
            let (mut one, mut all) = (waiting(&i), waiting(&i));
            assert!(one.mend());
            all.come_together(&Watch::none());
            met += u32::from(all.task.iter().any(|t| t.at != NONE));
            assert!(all.mend() && all.in_order(), "seed {seed}");
            assert_eq!(one.value(), all.value(), "seed {seed}");
        }
        assert!(met > 1000, "something was to be done: {met}");
    }
}
