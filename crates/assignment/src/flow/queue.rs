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
