//! Which needs of several requirements are in: local search on exact prices.
//!
//! Whatever set of them is in, the rest is a flow, which [`Flow`] keeps optimal. Its prices bound every plan, and the
//! gap is exactly what they say against the set: needs that are in at a loss, needs that are out at a profit.

use crate::flow::Flow;
use crate::verify::bound_of;
use crate::{Instance, Prices};
use std::cmp::Reverse;

/// A set of needs of several requirements that are in, those of them that are decided, and the optimum of the rest.
#[derive(Clone)]
pub(crate) struct Search<'a> {
    pub instance: &'a Instance,
    pub flow: Flow<'a>,
    /// Needs with several requirements, each of which has a pair.
    pub several: Vec<u32>,
    pub inside: Vec<bool>,
    pub decided: Vec<Option<bool>>,
    /// Potentials before a trial.
    kept: Vec<i128>,
    /// The lowest bound seen, with its prices.
    pub lowest: Option<(i128, Prices)>,
}

impl<'a> Search<'a> {
    /// Every need of one requirement enters, the pressing and the well matched first.
    pub fn new(instance: &'a Instance) -> Self {
        let mut flow = Flow::new(instance);
        let best = |need: usize| {
            let q = instance.requirements_of(need).start;
            instance.pairs_of(q).map(|p| instance.score_of(p)).max().unwrap_or(0)
        };
        let (mut singles, mut several): (Vec<u32>, Vec<u32>) =
            (0..instance.needs() as u32).partition(|n| instance.requirements_of(*n as usize).len() == 1);
        several.retain(|n| {
            let mut all = instance.requirements_of(*n as usize);
            all.all(|q| instance.pairs_of(q).any(|p| instance.usable(p)))
        });
        singles.sort_by_key(|n| {
            let need = *n as usize;
            (Reverse(instance.need_priority[need]), Reverse(best(need)), need)
        });
        for need in singles {
            let need = need as usize;
            flow.enter(instance.requirements_of(need).start, instance.reward(need));
        }
        Search {
            flow,
            several,
            inside: vec![false; instance.needs()],
            decided: vec![None; instance.needs()],
            kept: Vec::new(),
            lowest: None,
            instance,
        }
    }

    /// The bound of prices under the decisions; remembers the lowest.
    pub fn note_bound(&mut self, prices: Prices) -> Option<i128> {
        let bound = bound_of(self.instance, &self.instance.weights, &prices, |n| self.decided[n])?;
        if self.lowest.as_ref().is_none_or(|(b, _)| bound < *b) {
            self.lowest = Some((bound, prices));
        }
        Some(bound)
    }

    /// What the prices say against where an undecided need is; zero where it is right.
    fn mispriced(&self, need: usize) -> i128 {
        match (self.decided[need], self.flow.profit(need)) {
            (None, Some(profit)) => (if self.inside[need] { -profit } else { profit }).max(0),
            _ => 0,
        }
    }

    /// What is mispriced, the most mispriced first.
    pub fn wrong(&self) -> Vec<(Reverse<i128>, u32)> {
        let mut wrong: Vec<(Reverse<i128>, u32)> = self
            .several
            .iter()
            .map(|n| (Reverse(self.mispriced(*n as usize)), *n))
            .filter(|(by, _)| by.0 > 0)
            .collect();
        wrong.sort_unstable();
        wrong
    }

    /// Turns what is mispriced and keeps what pays, until nothing does or the rounds are over.
    pub fn improve(&mut self, rounds: u32) {
        for _ in 0..rounds {
            let mut moved = false;
            for (_, need) in self.wrong() {
                moved |= self.turn(need as usize);
            }
            self.note_bound(self.flow.prices());
            if !moved {
                return;
            }
        }
    }

    /// Turns a need if it is mispriced and turning it pays.
    fn turn(&mut self, need: usize) -> bool {
        if self.mispriced(need) == 0 {
            return false;
        }
        let before = self.flow.value();
        self.flow.keep(&mut self.kept);
        if self.flip(need) {
            if self.flow.value() > before {
                return true;
            }
            let back = self.flip(need);
            debug_assert!(back && self.flow.value() == before);
        }
        self.flow.restore(&self.kept);
        false
    }

    /// Takes a need out, or puts it in where there is room.
    pub fn flip(&mut self, need: usize) -> bool {
        if self.inside[need] {
            self.flow.take_out(need);
            self.inside[need] = false;
            return true;
        }
        self.inside[need] = self.flow.put_in(need, false);
        self.inside[need]
    }
}
