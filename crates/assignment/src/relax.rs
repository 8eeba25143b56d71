//! The bound: needs of several requirements fall apart, each requirement coming and going for a share of the reward.
//!
//! Whatever the shares, the optimum of that flow is worth no less than any plan. Where a need is half covered, its
//! covered requirements earn too much and the others too little: moving the shares by that difference is a
//! subgradient step, of Polyak's length towards the plan that is known. A few such steps, each
//! some shortest paths because only what is half covered moves, come close to the lowest bound of the linear relaxation;
//! splitting anew what the prices speak against where the search has ended comes closer (`solve.rs`).

use crate::search::Search;
use crate::watch::Phase;
use crate::wholes::shares;

impl Search<'_> {
    /// Lowers the bound. Begins with a search
    /// whose needs of several requirements came in split (`Search::split`). Ends before `rounds` when no plan can be
    /// shown to reach less than `unit` beyond the `known` one.
    pub fn relax(&mut self, rounds: u32, known: i128, unit: i128) {
        let several: Vec<usize> = self.wholes.several.iter().map(|n| *n as usize).collect();
        let mut length = 16i128;
        for round in 0..rounds {
            if !self.watch.go_on(Phase::Relax, round as usize, rounds as usize) {
                break;
            }
            let before = self.lowest.as_ref().map(|l| l.0);
            let bound = self.note_bound();
            if known.div_euclid(unit) >= bound.div_euclid(unit) {
                break;
            }
            // A round that does not lower the bound halves the steps.
            if self.lowest.as_ref().map(|l| l.0) == before {
                length = (length / 2).max(1);
            }
            // Covered and not, for each need that is half covered.
            let half: Vec<(usize, i64, i64)> = several
                .iter()
                .map(|n| {
                    let covered = self.flow.covered(self.instance, *n);
                    (*n, covered as i64, (self.instance.requirements_of(*n).len() - covered) as i64)
                })
                .filter(|(_, covered, not)| *covered > 0 && *not > 0)
                .collect();
            let slope: i64 = half.iter().map(|(_, covered, not)| covered * not).sum();
            if slope == 0 {
                break;
            }
            let gap = (self.flow.value() - known).max(1);
            let step = i64::try_from(gap * length / 16 / i128::from(slope)).unwrap_or(i64::MAX / 64).max(1);
            for (n, covered, not) in half {
                // All decided before the first moves, or the shares would no longer sum to the reward.
                let range = self.instance.requirements_of(n);
                let by: Vec<i64> =
                    range.clone().map(|q| if self.flow.is_covered(q) { -not } else { covered }).collect();
                for (q, by) in range.zip(by) {
                    self.flow.set_reward(q, self.flow.reward[q] + step * by);
                }
            }
        }
    }

    /// Needs that were split are whole again: see [`Flow::join`].
    pub fn join(&mut self) {
        for n in self.wholes.several.clone() {
            self.wholes.inside[n as usize] = self.flow.join(self.instance, n as usize);
        }
    }

    /// Splits what is mispriced where the search is, the most mispriced first, and notes the bound. What the prices do not
    /// speak against stays whole: it would only drift.
    pub fn resplit(&mut self) {
        for (_, need) in self.wrong() {
            let shares = self.level(need as usize);
            self.flow.split(self.instance, need as usize, &shares);
        }
        self.note_bound();
    }

    /// The shares of a need's reward that make its requirements equally profitable at today's prices.
    fn level(&self, need: usize) -> Vec<i64> {
        let range = self.instance.requirements_of(need);
        let margins: Vec<i64> = range.map(|q| self.flow.margin(q).unwrap_or(0)).collect();
        let profit = self.instance.reward(&self.flow.scale, need) + margins.iter().sum::<i64>();
        shares(profit, margins.len()).zip(margins).map(|(share, margin)| share - margin).collect()
    }
}
