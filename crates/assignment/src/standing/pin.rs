//! Pins: a person has decided who serves a need.

use super::{Refused, Standing, Weighed};
use crate::{BANNED, Instance, Priority};
use std::ops::Range;

/// What was before a pin.
#[derive(Clone)]
pub(super) struct Unpinned {
    /// The pinned pair among those of the first of the requirements.
    offset: usize,
    priority: Priority,
    /// Its requirement, and those that were met together with it.
    requirements: Range<usize>,
    /// Their scores, one after the other.
    scores: Vec<i32>,
}

impl Unpinned {
    /// Whether the pin leaves a pair of a requirement to nobody.
    fn bars(&self, instance: &Instance, q: usize, pair: usize) -> bool {
        let own = instance.pairs_of(self.requirements.start).start + self.offset;
        if q == self.requirements.start {
            pair != own
        } else {
            instance.member_of_pair(pair) == instance.member_of_pair(own)
        }
    }
}

impl Standing {
    /// The first pin among those that a requirement was met together with, and itself.
    fn pin_of(&self, q: usize) -> Option<&Unpinned> {
        self.before.values().find(|pin| pin.requirements.contains(&q))
    }

    /// The requirements that distinct members meet together with one, pins apart.
    pub(super) fn alike(&self, q: usize) -> Range<usize> {
        self.pin_of(q).map_or_else(|| self.instance.group_of(q), |pin| pin.requirements.clone())
    }

    /// The score of a pair, pins apart.
    pub(super) fn unpinned_score(&self, q: usize, pair: usize) -> i32 {
        match self.pin_of(q) {
            Some(pin) => pin.scores[pair - self.instance.pairs_of(pin.requirements.start).start],
            None => self.instance.pair_score[pair],
        }
    }

    /// Another score of pairs, each of its requirement; what pins bar stays barred until they are undone.
    pub(super) fn set_scores(&mut self, pairs: &[(usize, usize)], score: i32) {
        for (q, pair) in pairs {
            let mut score = score;
            for pin in self.before.values_mut().filter(|pin| pin.requirements.contains(q)) {
                let first = self.instance.pairs_of(pin.requirements.start).start;
                pin.scores[pair - first] = score;
                if pin.bars(&self.instance, *q, *pair) {
                    score = BANNED;
                }
            }
            self.instance.pair_score[*pair] = score;
        }
    }

    /// See [`super::Change::Pin`].
    pub(super) fn pin(&mut self, pair: u32) -> Result<bool, Refused> {
        let asked = self.requirement_of(pair)?;
        let offset = (pair - self.instance.pair_start[asked]) as usize;
        if self.before.contains_key(&(asked as u32)) && !self.undo(asked as u32)? {
            return Ok(false);
        }
        let need = self.instance.need_of(asked);
        let requirements = self.instance.group_of(asked);
        if requirements.len() > 1 && self.wholes.inside[need] {
            self.take_out(need);
        }
        // Of those that are alike the first takes the pair. The others are left to other members.
        let q = requirements.start;
        let all = self.instance.pairs_of(q).start..self.instance.pairs_of(requirements.end - 1).end;
        let pin = Unpinned {
            offset,
            priority: self.instance.need_priority[need],
            requirements: requirements.clone(),
            scores: self.instance.pair_score[all].to_vec(),
        };
        for s in requirements.clone() {
            for k in self.instance.pairs_of(s) {
                if pin.bars(&self.instance, s, k) {
                    self.instance.pair_score[k] = BANNED;
                }
            }
        }
        self.instance.need_priority[need] = Priority::Pinned;
        self.regroup(requirements.clone(), q + 1);
        self.before.insert(q as u32, pin);
        let pinned = self.follow(requirements, need, 0);
        if pinned.is_err() {
            self.undo(q as u32)?;
        }
        pinned
    }

    /// See [`super::Change::Unpin`].
    pub(super) fn unpin(&mut self, pair: u32) -> Result<bool, Refused> {
        let q = self.requirement_of(pair)?;
        let offset = (pair - self.instance.pair_start[q]) as usize;
        let of = |(first, pin): &(&u32, &Unpinned)| {
            pin.requirements.contains(&q) && (pin.offset == offset || **first as usize == q)
        };
        match self.before.iter().rev().find(of).map(|(first, _)| *first) {
            Some(first) => self.undo(first),
            None => Ok(true),
        }
    }

    /// What a pin has changed is as it was; what was pinned after it, of those that were left, goes with it.
    fn undo(&mut self, first: u32) -> Result<bool, Refused> {
        let Some(requirements) = self.before.get(&first).map(|pin| pin.requirements.clone()) else {
            return Ok(true);
        };
        let need = self.instance.need_of(first as usize);
        if requirements.len() > 1 && self.wholes.inside[need] {
            self.take_out(need);
        }
        let later: Vec<u32> = self.before.range(first..requirements.end as u32).map(|(f, _)| *f).collect();
        let mut done = Ok(true);
        for first in later.into_iter().rev() {
            let Some(pin) = self.before.remove(&first) else { continue };
            let range = pin.requirements;
            let pairs = self.instance.pairs_of(range.start).start..self.instance.pairs_of(range.end - 1).end;
            self.instance.pair_score[pairs].copy_from_slice(&pin.scores);
            self.instance.need_priority[need] = pin.priority;
            self.regroup(range.clone(), range.start);
            let most = pin.scores.iter().copied().max().unwrap_or(0).max(0);
            done = self.follow(range, need, most as u32);
        }
        done
    }

    /// Of these requirements, those from `first` on are met together, by distinct members; those before stand alone.
    fn regroup(&mut self, requirements: Range<usize>, first: usize) {
        if requirements.len() > 1 {
            for q in requirements {
                self.instance.group[q] = q.min(first) as u32;
            }
            self.flow.regroup(&self.instance.group);
        }
    }

    /// Brings scores and priority of requirements into the flow; no score is new that is more than `most`.
    fn follow(&mut self, requirements: Range<usize>, need: usize, most: u32) -> Result<bool, Refused> {
        if !self.takes(most)
            && let Weighed::Others(whole) = self.weigh()?
        {
            return Ok(whole);
        }
        for q in requirements {
            for k in self.instance.pairs_of(q) {
                let value = self.value_of(q, k, self.instance.pair_score[k]);
                if self.flow.net.pair[k].value != value {
                    self.flow.set_value(q, k, value);
                }
            }
        }
        let first = self.instance.requirements_of(need).start;
        self.flow.set_worth(first, self.instance.reward(&self.scale, need));
        Ok(self.flow.mend())
    }
}
