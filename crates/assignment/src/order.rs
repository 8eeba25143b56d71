//! An order in which what belongs together is near in memory.
//!
//! On an instance that does not fit the cache, most of the time goes into waiting for memory. Requirements that want
//! the same places are worked on one after another, so they should lie side by side: places are numbered in the order
//! of a walk from each to those that are second best for the same requirements, requirements by their best place.

use crate::net::Lists;
use crate::{BANNED, Instance, NONE};

/// Places and requirements in such an order.
pub(crate) fn by_neighbourhood(i: &Instance) -> (Vec<u32>, Vec<u32>) {
    let tops: Vec<(u32, u32)> = (0..i.requirements())
        .map(|q| {
            let (mut best, mut second) = ((BANNED, NONE), (BANNED, NONE));
            for k in i.pairs_of(q) {
                let this = (i.pair_score[k], i.pair_place[k]);
                if this.0 > best.0 {
                    second = best;
                    best = this;
                } else if this.0 > second.0 {
                    second = this;
                }
            }
            (best.1, second.1)
        })
        .collect();
    let places = i.place_cap.len();
    let linked = tops.iter().filter(|(_, second)| *second != NONE);
    let next = Lists::new(places, linked.flat_map(|(a, b)| [(*a, *b), (*b, *a)]));
    let mut seen = vec![false; places];
    let mut order = Vec::with_capacity(places);
    let mut stack = Vec::new();
    for first in 0..places as u32 {
        stack.push(first);
        while let Some(p) = stack.pop() {
            if !std::mem::replace(&mut seen[p as usize], true) {
                order.push(p);
                stack.extend(next.of(p as usize).iter().filter(|n| !seen[**n as usize]));
            }
        }
    }
    let mut at = vec![0u32; places + 1];
    for (k, p) in order.iter().enumerate() {
        at[*p as usize] = k as u32;
    }
    at[places] = places as u32;
    let key = |best: u32| at[(best as usize).min(places)];
    let by_place =
        Lists::new(places + 1, tops.iter().enumerate().map(|(q, (best, _))| (key(*best), q as u32)));
    (order, by_place.item)
}
