//! Needs of several requirements: in or out as a whole, or, for the bound, each requirement by itself.

use super::{Flow, Mode, UNKNOWN};
use crate::{Instance, NONE};
use std::ops::Range;

impl Flow {
    /// Changes the reward of a free requirement, and covers or uncovers it if that pays now.
    pub fn set_reward(&mut self, q: usize, reward: i64) {
        self.set_worth(q, reward);
        self.mend();
    }

    /// Lets the requirements of a need come and go by themselves, each for its share of the reward.
    pub fn split(&mut self, i: &Instance, need: usize, shares: &[i64]) {
        for q in i.requirements_of(need) {
            self.set_mode(q, Mode::Free);
        }
        for (q, share) in i.requirements_of(need).zip(shares) {
            self.set_worth(q, *share);
        }
        self.mend();
    }

    /// What the requirements of a need that is split earn, each for its share; `None` where it is not split.
    pub fn split_profit(&self, i: &Instance, need: usize) -> Option<i64> {
        let profit = |q: usize| self.margin(q).map_or(0, |m| (m + self.reward[q]).max(0));
        i.requirements_of(need).map(|q| (self.task[q].mode == Mode::Free).then(|| profit(q))).sum()
    }

    /// Whether a requirement is covered.
    pub fn is_covered(&self, q: usize) -> bool {
        self.task[q].at != NONE
    }

    /// How many requirements of a need are covered.
    pub fn covered(&self, i: &Instance, need: usize) -> usize {
        i.requirements_of(need).filter(|q| self.is_covered(*q)).count()
    }

    /// Joins a need whose requirements came and went by themselves. In where all of them are covered, by distinct members
    /// where that is asked for; where some are and the need is worth it, the others get a place too; out otherwise. Says
    /// which.
    pub fn join(&mut self, i: &Instance, need: usize) -> bool {
        let range = i.requirements_of(need);
        let covered = self.covered(i, need);
        if covered == range.len() && self.apart(i, need) {
            return self.put_in(i, need, Some(i64::MAX));
        }
        let profit = if covered > 0 { self.profit(i, need).unwrap_or(0) } else { 0 };
        if profit <= 0 {
            self.retire(range);
            return false;
        }
        // Of those with one member the first stays. Until they are held, nothing passes through those that have left: they
        // would rather come back.
        for q in range {
            let with = self.member_at(q);
            if with.is_some() && (self.alike(q).start..q).any(|s| self.member_at(s) == with) {
                self.leave(q);
                self.set_mode(q, Mode::Waiting);
            }
        }
        let inside = self.put_in(i, need, Some(profit));
        self.mend();
        inside
    }

    /// Puts a need of several requirements in as a whole, what of it is covered where it is, if that costs less than
    /// `budget` beyond what the tolls say. `false`: there is no room for it, or it is too dear, and it is out; on trial the
    /// end of that puts back what was there. Without a budget the tolls then show that there is no room.
    pub fn put_in(&mut self, i: &Instance, need: usize, budget: Option<i64>) -> bool {
        let prove = budget.is_none();
        let mut budget = budget.unwrap_or(i64::MAX);
        let range = i.requirements_of(need);
        let station = self.net.door[range.start] as usize;
        if station != self.net.root && !self.is_covered(range.start) && !self.take_line(station, &mut budget)
        {
            if prove {
                self.rise_beyond(-1);
            } else {
                self.retire(range);
            }
            return false;
        }
        for q in range.clone() {
            self.set_mode(q, Mode::Held);
            self.set_share(q, if q == range.start { i.reward(&self.scale, need) } else { 0 });
        }
        for q in range.clone() {
            if self.is_covered(q) || budget > 0 && self.hold(q, &mut budget) {
                continue;
            }
            if self.on_trial() {
                return false;
            }
            if prove {
                self.rise_beyond(1);
                return false;
            }
            if q == range.start && station != self.net.root {
                // The first gives its line back with its place; here it never had one.
                self.short(station, 1);
            }
            self.retire(range);
            return false;
        }
        true
    }

    /// Takes a need that was put in out again; on trial, if what it leaves free is worth less by no more than `budget` than
    /// the tolls say. `false`: it is not, and the trial is to be put back.
    pub fn take_out(&mut self, i: &Instance, need: usize, budget: i64) -> bool {
        self.release_all(i.requirements_of(need));
        if self.on_trial() {
            return self.even_out(budget);
        }
        self.mend();
        true
    }

    /// Requirements take no part any more, all at once: where one was, another like it would be better off.
    fn retire(&mut self, range: Range<usize>) {
        self.release_all(range);
        self.mend();
    }

    fn release_all(&mut self, range: Range<usize>) {
        for q in range {
            if self.is_covered(q) {
                self.release(q);
            }
            self.set_mode(q, Mode::Out);
        }
    }

    /// A line for a need that has to stay, whoever loses it, if that costs less than `budget`, from which it is taken.
    /// `false`: there is none, or it is too dear.
    fn take_line(&mut self, station: usize, budget: &mut i64) -> bool {
        self.node[station].excess -= 1;
        let found = self.backward_from(station, budget);
        self.node[station].excess += i32::from(!found);
        found
    }

    /// What the last search reached in vain is full: its price goes beyond all value, and proves it.
    fn rise_beyond(&mut self, sign: i64) {
        let beyond = sign * self.beyond();
        self.near.fill(UNKNOWN);
        for k in 0..self.reached().len() {
            let v = self.reached()[k] as usize;
            self.toll[v] += if v < self.net.sets { beyond } else { -beyond };
        }
    }

    /// More than any plan is worth to one need.
    fn beyond(&self) -> i64 {
        let w = &self.scale;
        (w.floor + w.pinned + w.urgent + w.served + w.score * i64::from(i32::MAX / 4)).min(i64::MAX / 32)
    }
}
