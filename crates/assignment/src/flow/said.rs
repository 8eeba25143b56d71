//! What a circulation says in the instance's own numbers: pairs and prices. A folded resource is unfolded here.

use super::Flow;
use crate::fold::Slot;
use crate::net::Net;
use crate::{Instance, NONE, Prices};

impl Flow {
    /// The chosen pair of every requirement, numbered like the instance's.
    pub fn chosen(&self, i: &Instance) -> Vec<Option<u32>> {
        let net = &self.net;
        let mut chosen = vec![None; self.task.len()];
        // Who is at a folded resource: its number, how late it may come, the requirement, its first pair there.
        let mut folded: Vec<(u32, u32, u32, u32)> = Vec::new();
        for (q, task) in self.task.iter().enumerate().filter(|(_, t)| t.at != NONE) {
            let own = net.order[q] as usize;
            let Some(fold) = &net.fold else {
                chosen[own] = Some(i.pair_start[own] + task.at - net.start[q]);
                continue;
            };
            let first = net.stands_for[task.at as usize];
            let resource = i.resource_of(i.place_of(first as usize));
            if fold.slots.of(resource).is_empty() {
                chosen[own] = Some(first);
            } else {
                let end = match task.at + 1 {
                    next if next < net.start[q + 1] => net.stands_for[next as usize],
                    _ => i.pair_start[own + 1],
                };
                folded.push((resource as u32, end - first, own as u32, first));
            }
        }
        let Some(fold) = &net.fold else { return chosen };
        // Whoever has to come sooner comes first; ties by number.
        folded.sort_unstable();
        for at in folded.chunk_by(|a, b| a.0 == b.0) {
            let slots = fold.slots.of(at[0].0 as usize);
            for ((_, places, q, first), unit) in at.iter().zip(1..) {
                let slot = slots.partition_point(|s| s.until < unit) as u32;
                // More than fit there are only where the search was stopped.
                chosen[*q as usize] = Some(first + slot.min(places - 1));
            }
        }
        chosen
    }

    /// What one more unit of every capacity is worth.
    pub fn prices(&self, i: &Instance) -> Prices {
        let price = |node: &u32| if *node == NONE { 0 } else { self.price(*node as usize) };
        let net = &self.net;
        // A set that nothing flows through may have been lowered below what is around it; the bound needs no more
        // than zero there, unless it has a lower bound.
        let all =
            |nodes: &[u32]| -> Vec<i64> {
                nodes
                    .iter()
                    .map(|n| {
                        if *n != NONE && self.node[*n as usize].floor > 0 {
                            price(n)
                        } else {
                            price(n).max(0)
                        }
                    })
                    .collect()
            };
        let stations: Vec<u32> = (net.sets as u32..net.root as u32).collect();
        let mut prices = Prices {
            station: all(&stations),
            place: all(&net.place_node),
            resource: all(&net.resource_node),
            member: all(&net.member_node),
        };
        if let Some(fold) = &net.fold {
            for r in 0..prices.resource.len() {
                self.unfold_prices(i, r, fold.slots.of(r), &mut prices);
            }
        }
        prices
    }

    /// The prices of a folded resource and its places. Whoever may come so late pays the toll of those who may come no
    /// later; a place costs that, less what it is worth less than the first.
    fn unfold_prices(&self, i: &Instance, r: usize, slots: &[Slot], prices: &mut Prices) {
        let Some(last) = slots.last() else { return };
        let net = &self.net;
        let around = match net.member_node[i.resource_member[r] as usize] {
            NONE => 0,
            member => self.toll[member as usize],
        };
        let less = |slot: &Slot| i64::from(slot.less) * self.scale.score;
        let mut toll = around;
        let mut own = around;
        if let Some(node) = Some(net.resource_node[r] as usize).filter(|n| *n != NONE as usize) {
            toll = toll.max(self.toll[node]);
            // The year's units have a price only where all are taken, and not because the places are.
            if self.node[node].load == self.node[node].cap && self.node[node].cap == i.resource_cap[r] {
                let until = slots.partition_point(|s| s.until < self.node[node].cap);
                own = (toll - less(slots.get(until).unwrap_or(last))).max(around);
            }
        }
        prices.resource[r] = own - around;
        for slot in slots.iter().rev() {
            if let Some(node) =
                Some(net.place_node[slot.place as usize] as usize).filter(|n| *n != NONE as usize)
            {
                toll = toll.max(self.toll[node]);
            }
            prices.place[slot.place as usize] = (toll - less(slot)).max(own) - own;
        }
    }

    /// The tolls of a folded resource and of those inside it who have to come sooner, where its places cost so much, all
    /// around them counted.
    pub(super) fn fold_tolls(
        net: &Net,
        r: usize,
        slots: &[Slot],
        score: i64,
        cost: impl Fn(usize) -> i64,
        mut set: impl FnMut(u32, i64),
    ) {
        let mut toll = i64::MAX;
        for slot in slots {
            toll = toll.min(cost(slot.place as usize) + i64::from(slot.less) * score);
            set(net.place_node[slot.place as usize], toll);
        }
        if !slots.is_empty() {
            set(net.resource_node[r], toll);
        }
    }
}
