//! What is out of order: listed, and put right.

use super::path::ENDLESS;
use super::{Flow, Mode, Task};
use crate::NONE;
use crate::watch::{Phase, Watch};

/// Requirements or nodes that are put right one by one between two looks at what that costs.
const LOOK: usize = 512;
/// Nodes that are settled for one unit, beyond which many together are cheaper.
pub(super) const WORTH: usize = 256;

impl Flow {
    /// Puts everything in order that is listed as out of order. `false`: something that has to stay has no place.
    pub fn mend(&mut self) -> bool {
        self.mend_watched(&Watch::none())
    }

    pub(super) fn mend_watched(&mut self, watch: &Watch<'_>) -> bool {
        let mut whole = true;
        let all = self.waiting.len();
        // What the searches since the last look have settled.
        let mut settled = 0;
        while let Some(q) = self.waiting.pop() {
            let left = self.waiting.len();
            if left % LOOK == LOOK - 1 {
                if settled > LOOK * WORTH && self.may_come_together() {
                    self.come_together(watch);
                }
                settled = 0;
            }
            if left % 1024 == 1023 && !watch.go_on(Phase::Flow, all - left, all) {
                self.waiting.clear();
                self.uneven.clear();
                return false;
            }
            let q = q as usize;
            match self.task[q].mode {
                Mode::Waiting => {
                    self.set_mode(q, Mode::Free);
                    settled += self.insert(q);
                }
                Mode::Held if self.task[q].at == NONE => whole &= self.hold(q, &mut { i64::MAX }),
                _ => {}
            }
        }
        let uneven = std::mem::take(&mut self.uneven);
        settled = 0;
        for (k, v) in uneven.iter().enumerate() {
            if k % LOOK == LOOK - 1 {
                if settled > LOOK * WORTH && self.may_come_together() {
                    self.uneven.extend(&uneven[k..]);
                    self.come_together(watch);
                    self.uneven.clear();
                }
                settled = 0;
            }
            if k % 64 == 63 && !watch.go_on(Phase::Flow, k, uneven.len()) {
                return false;
            }
            let v = *v as usize;
            while self.node[v].excess > 0 && whole {
                whole &= self.forward_from(v, &mut { ENDLESS });
                settled += self.front.settled.len();
            }
        }
        for v in uneven {
            let v = v as usize;
            while self.node[v].excess < 0 && whole {
                whole &= self.backward_from(v, &mut { ENDLESS });
            }
        }
        debug_assert!(!whole || self.in_order(), "optimal but for what is listed");
        whole
    }

    /// Puts the nodes right that are listed, on trial, if that costs less than `budget` in all. `false`: it does not, and
    /// the trial is to be put back.
    pub(super) fn even_out(&mut self, mut budget: i64) -> bool {
        let uneven = std::mem::take(&mut self.uneven);
        let mut right = true;
        for v in uneven.iter().map(|v| *v as usize) {
            while right && self.node[v].excess > 0 {
                right = self.forward_from(v, &mut budget);
            }
        }
        for v in uneven.iter().map(|v| *v as usize) {
            while right && self.node[v].excess < 0 {
                right = self.backward_from(v, &mut budget);
            }
        }
        if !right {
            // What is put back keeps no account of units too many.
            uneven.iter().for_each(|v| self.node[*v as usize].excess = 0);
        }
        right
    }

    /// Whether many may be put right at once. Not where distinct members are asked for, since where one may go hangs on the
    /// others of its group; nor on trial, which keeps no account of units too many.
    fn may_come_together(&self) -> bool {
        self.net.group.is_empty() && !self.on_trial()
    }

    /// Whether nothing is out of order any more.
    pub(super) fn in_order(&self) -> bool {
        let net = &self.net;
        let mut inflow = vec![0i64; net.root + 1];
        for (q, task) in self.task.iter().enumerate() {
            if task.at != NONE {
                inflow[net.pair[task.at as usize].leaf as usize] += 1;
            }
            if task.at != NONE || task.mode == Mode::Held {
                inflow[net.door[q] as usize] += 1;
            }
        }
        for v in 0..net.root {
            let (load, price) = (self.node[v].load, self.price(v));
            if self.node[v].excess != 0 {
                return false;
            }
            if inflow[v] != i64::from(load) || load > self.node[v].cap {
                return false;
            }
            if load > 0 && price < self.marginal(v, load)
                || load < self.node[v].cap && price > self.marginal(v, load + 1)
            {
                return false;
            }
            if v < net.sets {
                inflow[net.parent[v] as usize] += i64::from(load);
            }
        }
        (0..self.task.len()).all(|q| {
            let task = self.task[q];
            let best = self.best(q);
            let line = self.toll[net.door[q] as usize] - self.reward[q];
            match (task.mode, task.at) {
                (Mode::Free, NONE) => best.is_none_or(|b| b <= line),
                (Mode::Free, at) => {
                    let pair = net.pair[at as usize];
                    let mine = i64::from(pair.value) - self.toll[pair.leaf as usize];
                    Some(mine) >= best && mine >= line
                }
                (Mode::Held, at) if at != NONE => {
                    let pair = net.pair[at as usize];
                    Some(i64::from(pair.value) - self.toll[pair.leaf as usize]) >= best
                }
                (_, at) => at == NONE,
            }
        })
    }

    /// Says that a free requirement may be out of order; [`Self::mend`] puts it right.
    pub fn touch(&mut self, q: usize) {
        let Task { at, mode, .. } = self.task[q];
        if mode == Mode::Out || (mode == Mode::Held && at == NONE) {
            return;
        }
        let held = mode == Mode::Held;
        let door = self.net.door[q] as usize;
        if at != NONE {
            let pair = self.net.pair[at as usize];
            let mine = Self::value_of(pair).map(|v| v - self.toll[pair.leaf as usize]);
            let best = self.best(q);
            let pays = held || mine.unwrap_or(0) + self.reward[q] >= self.toll[door];
            if mine.is_some() && mine >= best && pays {
                return;
            }
            if held {
                // It keeps its line. Where it was, another of its group might be better off now: all come anew.
                for s in self.alike(q).filter(|s| self.task[*s].at != NONE).collect::<Vec<_>>() {
                    self.leave(s);
                    self.waiting.push(s as u32);
                }
                return;
            }
            self.release(q);
        }
        self.set_mode(q, Mode::Waiting);
        self.waiting.push(q as u32);
    }

    /// Takes a requirement off its place; what it leaves free is listed.
    pub(super) fn release(&mut self, q: usize) {
        self.leave(q);
        let door = self.net.door[q] as usize;
        if door != self.net.root {
            self.short(door, 1);
        }
    }

    pub(super) fn leave(&mut self, q: usize) {
        let leaf = self.net.pair[self.task[q].at as usize].leaf as usize;
        self.put(q, NONE);
        self.short(leaf, -1);
    }

    /// Lists units too many or too few at a node.
    pub(super) fn short(&mut self, v: usize, by: i32) {
        self.node[v].excess += by;
        self.uneven.push(v as u32);
    }
}
