//! What a search has reached and not settled yet, the nearest first.
//!
//! Distances are mostly differences of scores, a few hundred units: such have a shelf each, which needs no comparing
//! (Dial 1969). What is farther lies in a heap.

use crate::NONE;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Distances that have a shelf.
const SHELVES: usize = 512;

#[derive(Clone)]
pub(super) struct Queue {
    /// Shelves that hold something, a bit each.
    full: [u64; SHELVES / 64],
    /// The last that was put on each shelf: where it lies in `link`. Means nothing on an empty shelf.
    last: [u32; SHELVES],
    /// What lies on shelves, each with what was put there before it.
    link: Vec<(u32, u32)>,
    far: BinaryHeap<Reverse<(i64, u32)>>,
}

impl Queue {
    pub fn new() -> Queue {
        Queue { full: [0; SHELVES / 64], last: [NONE; SHELVES], link: Vec::new(), far: BinaryHeap::new() }
    }

    pub fn clear(&mut self) {
        self.full = [0; SHELVES / 64];
        self.link.clear();
        self.far.clear();
    }

    #[inline]
    pub fn push(&mut self, distance: i64, what: u32) {
        let Some(last) = usize::try_from(distance).ok().and_then(|d| self.last.get_mut(d)) else {
            self.far.push(Reverse((distance, what)));
            return;
        };
        let d = distance as usize;
        let word = &mut self.full[d / 64];
        let bit = 1 << (d % 64);
        let before = if *word & bit == 0 { NONE } else { *last };
        *word |= bit;
        *last = self.link.len() as u32;
        self.link.push((what, before));
    }

    /// The nearest; among those at the same distance what came last.
    #[inline]
    pub fn pop(&mut self) -> Option<(i64, u32)> {
        for (k, word) in self.full.iter_mut().enumerate() {
            if *word != 0 {
                let d = k * 64 + word.trailing_zeros() as usize;
                let (what, before) = self.link[self.last[d] as usize];
                self.last[d] = before;
                if before == NONE {
                    *word &= *word - 1;
                }
                return Some((d as i64, what));
            }
        }
        self.far.pop().map(|Reverse(next)| next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_comes_first_whether_it_has_a_shelf_or_not() {
        let mut queue = Queue::new();
        let mut state = 7u64;
        let mut below = |n: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % n
        };
        for round in 0..200 {
            queue.clear();
            let (mut inside, mut last) = (Vec::new(), 0);
            for what in 0..below(400) as u32 {
                // As a search puts them: never nearer than what came out last.
                let distance = last + below(if round % 2 == 0 { 40 } else { 900 }) as i64;
                queue.push(distance, what);
                inside.push((distance, what));
                if below(3) == 0 {
                    let (distance, what) = queue.pop().expect("one has just been put in");
                    let nearest = inside.iter().map(|i| i.0).min();
                    assert_eq!(Some(distance), nearest);
                    inside.retain(|i| *i != (distance, what));
                    last = distance;
                }
            }
            let mut rest: Vec<(i64, u32)> = std::iter::from_fn(|| queue.pop()).collect();
            assert!(rest.is_sorted_by_key(|r| r.0));
            rest.sort_unstable();
            inside.sort_unstable();
            assert_eq!(rest, inside, "all of them, each once");
        }
        assert_eq!(queue.pop(), None);
    }
}
