//! From a guess, or from a plan at other weights, to an optimal circulation.

use super::{Flow, Mode, Node, UNKNOWN};
use crate::watch::Watch;
use crate::weights::Scale;
use crate::{Instance, NONE, Prices};
use std::cmp::Ordering;
use std::sync::Arc;

impl Flow {
    /// Sets every load to what the tolls allow that is nearest to what flows in, and lists the difference.
    pub fn settle_loads(&mut self) {
        let net = Arc::clone(&self.net);
        let mut inflow = vec![0u32; net.root + 1];
        for (q, task) in self.task.iter().enumerate() {
            if task.at != NONE {
                inflow[net.pair[task.at as usize].leaf as usize] += 1;
            }
            if task.at != NONE || task.mode == Mode::Held {
                inflow[net.door[q] as usize] += 1;
            }
        }
        for v in 0..net.root {
            let price = self.price(v);
            let Node { load: before, cap, plain, .. } = self.node[v];
            let mut load = inflow[v].min(cap);
            if plain {
                load = match price.cmp(&0) {
                    Ordering::Less => 0,
                    Ordering::Equal => load,
                    Ordering::Greater => cap,
                };
            } else {
                let cost = |flow: &Flow, k: u32| i128::from(flow.marginal(v, k));
                self.cost -= (1..=before).map(|k| cost(self, k)).sum::<i128>();
                while load > 0 && price < self.marginal(v, load) {
                    load -= 1;
                }
                while load < cap && price > self.marginal(v, load + 1) {
                    load += 1;
                }
                self.cost += (1..=load).map(|k| cost(self, k)).sum::<i128>();
            }
            self.node[v].load = load;
            let over = inflow[v] as i32 - load as i32;
            // More lines sold than needs listed: units that came and did not leave.
            self.node[v].excess = if v < net.sets { over } else { -over };
            if over != 0 {
                self.uneven.push(v as u32);
            }
            if v < net.sets {
                inflow[net.parent[v] as usize] += load;
            }
        }
    }

    /// From any plan and any tolls to the optimum. `false`: stopped, or something that has to stay has no place.
    pub fn finish(&mut self, taking_part: &[u32], watch: &Watch<'_>) -> bool {
        for q in taking_part.iter().rev() {
            self.touch(*q as usize);
        }
        for q in 0..self.task.len() {
            self.sit(q);
        }
        // The tolls have come from elsewhere.
        self.near.fill(UNKNOWN);
        // What was taken off its place counts as flowing in no more.
        self.uneven.clear();
        self.node.iter_mut().for_each(|node| node.excess = 0);
        self.settle_loads();
        self.mend_watched(watch)
    }

    /// A plan with prices at other weights of the same objective: the tolls go along level by level, and what is
    /// wrong then is put in order. The flow is empty; `inside` says which needs of several requirements are in.
    /// `false` as for [`Self::finish`].
    pub fn take_over(
        &mut self,
        i: &Instance,
        old: &Scale,
        plan: &[Option<u32>],
        prices: &Prices,
        inside: &[bool],
        watch: &Watch<'_>,
    ) -> bool {
        let net = Arc::clone(&self.net);
        let levels = |w: &Scale| [0, w.served, w.served + w.urgent, w.served + w.pinned].map(i128::from);
        let (from, to) = (levels(old), levels(&self.scale));
        let times = i128::from(self.scale.score) / i128::from(old.score.max(1));
        let rescaled = |toll: i64| -> i64 {
            let toll = i128::from(toll);
            // Beyond the first level the toll is a reward and what a score adds to it, which may be all that urgency
            // weighs; below it, a difference of scores.
            let level =
                (1..4).rev().find(|k| toll > if *k == 1 { from[1] / 2 } else { from[*k] }).unwrap_or(0);
            i64::try_from((toll - from[level]) * times + to[level]).unwrap_or(i64::MAX / 64)
        };
        let set = |toll: &mut Vec<i64>, nodes: &[u32], to: &dyn Fn(usize) -> i64| {
            for (k, node) in nodes.iter().enumerate().filter(|(_, n)| **n != NONE) {
                toll[*node as usize] = rescaled(to(k));
            }
        };
        let member = |m: u32| prices.member[m as usize];
        let resource = |r: u32| prices.resource[r as usize] + member(i.resource_member[r as usize]);
        set(&mut self.toll, &net.place_node, &|p| prices.place[p] + resource(i.place_resource[p]));
        set(&mut self.toll, &net.resource_node, &|r| resource(r as u32));
        set(&mut self.toll, &net.member_node, &|m| member(m as u32));
        for (r, node) in net.resource_node.iter().enumerate() {
            // Whoever may come so late pays what is least until then.
            let mut least = i64::MAX;
            for slot in net.slots(r) {
                let p = slot.place as usize;
                least = least.min(prices.place[p] + resource(r as u32) + i64::from(slot.less) * old.score);
                for node in [net.place_node[p], *node].into_iter().filter(|n| *n != NONE) {
                    self.toll[node as usize] = rescaled(least);
                }
            }
        }
        for (s, price) in prices.station.iter().enumerate() {
            self.toll[net.sets + s] = rescaled(*price);
        }
        let mut taking_part = Vec::new();
        let mut reward = vec![(0, Mode::Out); self.task.len()];
        for need in 0..i.needs() {
            let range = i.requirements_of(need);
            let mode = match (range.len(), inside.get(need)) {
                _ if i.need_gone[need] => Mode::Out,
                (1, _) => Mode::Free,
                (_, Some(true)) => Mode::Held,
                _ => Mode::Out,
            };
            for q in range.clone() {
                reward[q] = (if q == range.start { i.reward(&self.scale, need) } else { 0 }, mode);
            }
        }
        let mut load = vec![0u32; net.root];
        for q in 0..self.task.len() {
            let own = net.order[q] as usize;
            let (reward, mode) = reward[own];
            self.reward[q] = reward;
            self.task[q].mode = mode;
            if mode != Mode::Out {
                taking_part.push(q as u32);
            }
            if let Some(pair) = plan[own] {
                self.put(q, net.pair_for(i, q, pair));
                let mut v = net.pair[self.task[q].at as usize].leaf as usize;
                while v != net.root {
                    load[v] += 1;
                    v = net.parent[v] as usize;
                }
            }
        }
        // An even member has at least the price of his last unit.
        for v in (0..net.sets).rev() {
            let above = self.toll[net.parent[v] as usize];
            self.toll[v] = self.toll[v].max(above + net.cost(v, load[v].max(1), self.scale.even));
        }
        self.finish(&taking_part, watch)
    }
}
