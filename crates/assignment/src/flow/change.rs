//! What can change in a circulation that stands; [`Flow::mend`] puts right what a change puts out of order.

use super::{Flow, Mode, Seat, Task, UNKNOWN};
use crate::NONE;
use crate::net::Pair;
use std::sync::Arc;

impl Flow {
    /// Another capacity of a node.
    pub fn set_cap(&mut self, v: usize, cap: u32) {
        self.node[v].cap = cap;
        while self.node[v].load > cap {
            self.lower(v);
            self.between(v, -1);
        }
        while self.node[v].load < cap && self.price(v) > self.marginal(v, self.node[v].load + 1) {
            self.lift(v);
            self.between(v, 1);
        }
    }

    /// Lists what a node and the one around it have too many or too few of, when so many units more go between.
    fn between(&mut self, v: usize, units: i32) {
        let parent = self.net.parent[v] as usize;
        // Units go out of a set into the one around it, and from the root into a station.
        let out = if v < self.net.sets { -units } else { units };
        self.short(v, out);
        if parent != self.net.root {
            self.short(parent, -out);
        }
    }

    /// Another value of a pair.
    pub fn set_value(&mut self, q: usize, pair: usize, value: i32) {
        let mode = self.task[q].mode;
        if self.task[q].at as usize == pair && self.task[q].at != NONE {
            if mode == Mode::Held {
                self.leave(q);
                self.waiting.push(q as u32);
            } else {
                self.release(q);
            }
        }
        Arc::make_mut(&mut self.net).set_value(q, pair, value);
        self.near[q] = UNKNOWN;
        self.touch(q);
    }

    /// Another reward of a covered or free requirement, for the same whole.
    pub fn set_worth(&mut self, q: usize, reward: i64) {
        self.set_share(q, reward);
        self.touch(q);
    }

    /// Other requirements are met together: see [`crate::Instance::group_of`]. None of those that change is covered.
    pub fn regroup(&mut self, group: &[u32]) {
        Arc::make_mut(&mut self.net).group.copy_from_slice(group);
    }

    /// A requirement comes or goes for good.
    pub fn set_part(&mut self, q: usize, takes_part: bool) {
        if takes_part {
            self.set_mode(q, Mode::Free);
            self.touch(q);
        } else {
            if self.task[q].at != NONE {
                self.release(q);
            }
            self.set_mode(q, Mode::Out);
        }
    }

    /// A requirement that was not there before.
    pub fn add(&mut self, pairs: &[Pair], door: u32) -> usize {
        let q = Arc::make_mut(&mut self.net).add(pairs, door);
        self.task.push(Task::NEW);
        self.seat.push(Seat { worth: 0, node: NONE });
        self.near.push(UNKNOWN);
        self.reward.push(0);
        q
    }
}
