//! The reverse step: places that are free at a price lower it until somebody comes.

use super::{Auction, NEVER, STEPS, small};
use crate::net::{Back, Pair};
use crate::{BANNED, NONE};
use std::cmp::Reverse;

impl Auction<'_> {
    /// Places that are free at a price lower it until they are taken, or until it is no more than what is around. Where
    /// somebody has left comes next: those who may come there have just been looked at.
    pub(super) fn reverse(&mut self, free: &[u32]) {
        self.price_inside();
        let mut short: Vec<u32> = (0..self.net.sets as u32).filter(|v| self.is_short(*v as usize)).collect();
        for q in free {
            let q = *q as usize;
            self.leaf[q] = self.net.pair.get(self.at[q] as usize).map_or(NONE, |p| p.leaf);
            let line = self.flow.toll[self.net.door[q] as usize];
            self.wants[q] = small(self.flow.reward[q] - self.earns[q].max(line));
        }
        let mut steps = self.net.sets * STEPS;
        while let Some(v) = short.pop() {
            let v = v as usize;
            if !self.is_short(v) {
                continue;
            }
            if steps == 0 {
                break;
            }
            steps -= 1;
            let room = self.room(v);
            let above = self.around(v);
            self.find_takers(v, room + 1, above);
            let toll = match self.gains.get(room) {
                Some((next, _)) => (next - self.eps).max(above),
                None => above,
            };
            self.kept[v] = toll;
            self.flow.toll[v] = toll;
            for k in 0..self.gains.len().min(room) {
                let (gain, q) = self.gains[k];
                let old = std::mem::replace(&mut self.leaf[q as usize], v as u32);
                if old != NONE {
                    self.remove(old as usize, q, self.net.root);
                    if self.is_short(old as usize) {
                        short.push(old);
                    }
                }
                // He now earns what the place costs less than he would have paid.
                self.wants[q as usize] = small(i64::from(self.wants[q as usize]) - gain + toll);
                self.add(v, toll, q, self.net.root);
                self.moved.push(q);
            }
            self.retoll_inside(v);
        }
        for q in std::mem::take(&mut self.moved) {
            let there = |(p, _): &(&Pair, u32)| p.leaf == self.leaf[q as usize];
            let pairs = self.net.pairs(q as usize).iter().zip(self.net.start[q as usize]..);
            if let Some((_, pair)) = pairs.filter(there).max_by_key(|(p, k)| (p.value, Reverse(*k))) {
                self.at[q as usize] = pair;
            }
        }
    }

    /// What is around places and not full has no price of its own: the places inside it keep theirs, to be lowered one
    /// by one until somebody comes.
    fn price_inside(&mut self) {
        for leaf in 0..self.net.sets {
            let first = self.start[leaf] as usize;
            for bid in &mut self.bid[first..first + self.held[leaf] as usize] {
                bid.0 = bid.0.max(self.flow.toll[leaf]);
            }
        }
        for v in (0..self.net.sets).rev() {
            if self.net.back.of(v).is_empty() && !self.full(v) {
                let next = self.cost(v, self.count[v] + 1);
                self.kept[v] = self.flow.toll[self.net.parent[v] as usize] + next;
                self.flow.toll[v] = self.kept[v];
            }
        }
    }

    /// The requirements that would gain most by coming to a leaf, were it free, the best first; ties by number.
    fn find_takers(&mut self, v: usize, count: usize, above: i64) {
        // Who is there already does not want to come.
        let first = self.start[v] as usize;
        for (_, q) in &self.bid[first..first + self.held[v] as usize] {
            self.aside.push((*q, std::mem::replace(&mut self.wants[*q as usize], NEVER)));
        }
        self.gains.clear();
        if count == 2 {
            self.find_two(v, above)
        } else {
            self.find_many(v, count, above)
        }
        for (q, wants) in self.aside.drain(..) {
            self.wants[q as usize] = wants;
        }
    }

    /// What a requirement would gain at the leaf of a pair.
    #[inline]
    fn gain(&self, back: &Back) -> i64 {
        let wants = self.wants[back.requirement as usize];
        let never = back.value == BANNED || wants == NEVER;
        if never { i64::MIN / 4 } else { i64::from(back.value) + i64::from(wants) }
    }

    /// For one place, as most leaves have free. Without branches, as in [`Self::forward`].
    fn find_two(&mut self, v: usize, above: i64) {
        let (mut best, mut second) = ((above, NONE), (above, NONE));
        for back in self.net.back.of(v) {
            let gain = self.gain(back);
            let better = gain > best.0;
            let other = if better { best } else { (gain, back.requirement) };
            best = if better { (gain, back.requirement) } else { best };
            second = if other.0 > second.0 { other } else { second };
        }
        self.gains.extend([best, second].iter().filter(|g| g.1 != NONE));
    }

    fn find_many(&mut self, v: usize, count: usize, above: i64) {
        // What a new one has to beat: rarely met once the list is full, so that most are dismissed at a glance.
        let mut beat = above;
        for k in self.net.back.start[v]..self.net.back.start[v + 1] {
            let back = self.net.back.item[k as usize];
            let gain = self.gain(&back);
            if gain <= beat {
                continue;
            }
            if self.gains.len() == count {
                self.gains.pop();
            }
            let k = self.gains.partition_point(|g| g.0 >= gain);
            self.gains.insert(k, (gain, back.requirement));
            if self.gains.len() == count {
                beat = self.gains[count - 1].0;
            }
        }
    }
}
