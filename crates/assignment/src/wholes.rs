//! Needs of several requirements: which of them are in, and what the prices say against that.

use crate::Instance;
use crate::flow::Flow;
use std::cmp::Reverse;

/// What is to be shared, in equal whole shares; the first bear what does not divide.
pub(crate) fn shares(whole: i64, among: usize) -> impl Iterator<Item = i64> {
    let among = among as i64;
    (0..among).map(move |k| whole.div_euclid(among) + i64::from(k < whole.rem_euclid(among)))
}

/// A set of needs of several requirements that are in, beside which the rest is a flow.
#[derive(Clone)]
pub(crate) struct Wholes {
    /// Needs with several requirements.
    pub several: Vec<u32>,
    /// By need, those with one requirement among them.
    pub inside: Vec<bool>,
}

impl Wholes {
    /// What the prices say against where a need is; zero where it is right, or where it can never be served.
    pub fn mispriced(&self, flow: &Flow, i: &Instance, need: usize) -> i64 {
        match flow.profit(i, need) {
            Some(profit) if !i.need_gone[need] => (if self.inside[need] { -profit } else { profit }).max(0),
            _ => 0,
        }
    }

    /// What the prices say against each need; zero for those with one requirement.
    pub fn against(&self, flow: &Flow, i: &Instance) -> Vec<i64> {
        let mut against = vec![0; i.needs()];
        for need in &self.several {
            against[*need as usize] = self.mispriced(flow, i, *need as usize);
        }
        against
    }

    /// What is mispriced by more than it may be, the most mispriced first.
    pub fn wrong(
        &self,
        flow: &Flow,
        i: &Instance,
        may_be: impl Fn(usize) -> i64,
    ) -> Vec<(Reverse<i64>, u32)> {
        let mut wrong: Vec<(Reverse<i64>, u32)> = self
            .several
            .iter()
            .map(|n| (Reverse(self.mispriced(flow, i, *n as usize)), *n))
            .filter(|(by, need)| by.0 > may_be(*need as usize))
            .collect();
        wrong.sort_unstable();
        wrong
    }

    /// Turns a need if it is mispriced and turning it pays.
    pub fn turn(&mut self, flow: &mut Flow, i: &Instance, need: usize) -> bool {
        let by = self.mispriced(flow, i, need);
        if by == 0 {
            return false;
        }
        let (before, was) = (flow.value(), self.inside[need]);
        flow.begin_trial();
        let pays = self.flip(flow, i, need, by) && flow.value() > before;
        flow.end_trial(!pays);
        if !pays {
            self.inside[need] = was;
            debug_assert!(flow.value() == before, "as it was");
        }
        pays
    }

    /// Takes a need out, or puts it in if that costs less than `budget` beyond what the prices say; what is taken out is out
    /// at any cost but on trial.
    pub fn flip(&mut self, flow: &mut Flow, i: &Instance, need: usize, budget: i64) -> bool {
        if self.inside[need] {
            self.inside[need] = false;
            return flow.take_out(i, need, budget);
        }
        self.inside[need] = flow.put_in(i, need, Some(budget));
        self.inside[need]
    }
}
