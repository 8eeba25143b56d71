//! What a circulation says in the instance's own numbers: pairs and prices. A folded resource is unfolded here.

use super::{Flow, Node};
use crate::fold::Slot;
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
            if net.fold.is_none() {
                chosen[own] = Some(i.pair_start[own] + task.at - net.start[q]);
                continue;
            }
            let first = net.stands_for[task.at as usize];
            let resource = i.resource_of(i.place_of(first as usize));
            if net.slots(resource).is_empty() {
                chosen[own] = Some(first);
            } else {
                let end = match task.at + 1 {
                    next if next < net.start[q + 1] => net.stands_for[next as usize],
                    _ => i.pair_start[own + 1],
                };
                folded.push((resource as u32, end - first, own as u32, first));
            }
        }
        // Whoever has to come sooner comes first; ties by number.
        folded.sort_unstable();
        for at in folded.chunk_by(|a, b| a.0 == b.0) {
            let slots = net.slots(at[0].0 as usize);
            for ((_, places, q, first), unit) in at.iter().zip(1..) {
                let slot = slots.partition_point(|s| s.until < unit) as u32;
                // More than fit there are only where the search was stopped.
                chosen[*q as usize] = Some(first + slot.min(places - 1));
            }
        }
        settle_alike(i, &mut chosen);
        chosen
    }

    /// What one more unit of every capacity is worth.
    pub fn prices(&self, i: &Instance) -> Prices {
        let net = &self.net;
        // A set that nothing flows through may have been lowered below what is around it; the bound needs no more
        // than zero there, unless it has a lower bound.
        let price = |node: u32| match node as usize {
            _ if node == NONE => 0,
            v if self.node[v].floor > 0 => self.price(v),
            v => self.price(v).max(0),
        };
        let all = |nodes: &[u32]| -> Vec<i64> { nodes.iter().map(|n| price(*n)).collect() };
        let stations: Vec<u32> = (net.sets as u32..net.root as u32).collect();
        let mut prices = Prices {
            station: all(&stations),
            place: all(&net.place_node),
            resource: all(&net.resource_node),
            member: all(&net.member_node),
        };
        for r in 0..prices.resource.len() {
            self.unfold_prices(i, r, net.slots(r), &mut prices);
        }
        prices
    }

    /// The prices of a folded resource and its places. Whoever may come so late pays the toll of those who may come no
    /// later; a place costs that, less what it is worth less than the first.
    fn unfold_prices(&self, i: &Instance, r: usize, slots: &[Slot], prices: &mut Prices) {
        let Some(last) = slots.last() else { return };
        let net = &self.net;
        let of = |node: u32| (node != NONE).then_some(node as usize);
        let around = of(net.member_node[i.resource_member[r] as usize]).map_or(0, |member| self.toll[member]);
        let less = |slot: &Slot| i64::from(slot.less) * self.scale.score;
        let (mut toll, mut own) = (around, around);
        if let Some(node) = of(net.resource_node[r]) {
            toll = toll.max(self.toll[node]);
            let Node { load, cap, .. } = self.node[node];
            // The year's units have a price only where all are taken, and not because the places are.
            if load == cap && cap == i.resource_cap[r] {
                let taken = slots.partition_point(|s| s.until < cap);
                own = (toll - less(slots.get(taken).unwrap_or(last))).max(around);
            }
        }
        prices.resource[r] = own - around;
        for slot in slots.iter().rev() {
            // Who has to come sooner pays no less: where nobody does, the toll may have been left lower.
            if let Some(node) = of(net.place_node[slot.place as usize]) {
                toll = toll.max(self.toll[node]);
            }
            prices.place[slot.place as usize] = (toll - less(slot)).max(own) - own;
        }
    }
}

/// Those that distinct members meet together are alike, and the search does not ask which of them has which pair: a favoured
/// one stays with its own, the others follow their numbers. Otherwise they would seem to have moved.
fn settle_alike(i: &Instance, chosen: &mut [Option<u32>]) {
    if i.group.is_empty() {
        return;
    }
    let mut next = 0;
    while next < chosen.len() {
        let group = i.group_of(next);
        next = group.end;
        if group.len() == 1 {
            continue;
        }
        let offset = |q: usize, pair: u32| pair - i.pair_start[q];
        let mut left: Vec<usize> = group.filter(|q| chosen[*q].is_some()).collect();
        let mut taken: Vec<u32> = left.iter().filter_map(|q| Some(offset(*q, chosen[*q]?))).collect();
        taken.sort_unstable();
        left.retain(|q| {
            let own = i.favoured.get(*q).filter(|p| **p != NONE).map(|p| offset(*q, *p));
            let Some(at) = own.and_then(|own| taken.binary_search(&own).ok()) else { return true };
            chosen[*q] = Some(i.pair_start[*q] + taken.remove(at));
            false
        });
        for (q, offset) in left.into_iter().zip(taken) {
            chosen[q] = Some(i.pair_start[q] + offset);
        }
    }
}
