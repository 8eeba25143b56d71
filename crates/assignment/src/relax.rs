//! The bound: needs of several requirements fall apart, each requirement coming and going for a share of the reward.
//!
//! Whatever the shares, the optimum of that flow is worth no less than any plan. Where a need is half covered, its
//! covered requirements earn too much and the others too little: moving the shares by that difference is a
//! subgradient step, of Polyak's length towards the plan that is known. The lowest bound of the linear relaxation is
//! reached in a few dozen steps, each a few shortest paths, because only what is half covered moves.

use crate::search::Search;

/// Rounds without a lower bound after which the steps are halved.
const PATIENCE: u32 = 3;

impl Search<'_> {
    /// Lowers the bound; leaves the needs in that are covered in full at the end, the others out.
    pub fn relax(&mut self, rounds: u32) {
        let target = self.flow.value();
        let several: Vec<usize> = self.several.iter().map(|n| *n as usize).collect();
        let mut shares: Vec<Vec<i128>> = several.iter().map(|n| self.level(*n)).collect();
        for (n, shares) in several.iter().zip(&shares) {
            self.flow.split(*n, self.inside[*n], shares);
        }
        let (mut length, mut idle) = (16, 0);
        for _ in 0..rounds {
            let before = self.lowest.as_ref().map(|l| l.0);
            self.note_bound(self.flow.prices());
            if self.lowest.as_ref().map(|l| l.0) == before {
                idle += 1;
                if idle % PATIENCE == 0 {
                    length = (length / 2).max(1);
                }
            }
            // Covered and not, for each need that is half covered.
            let half: Vec<(usize, i128, i128)> = several
                .iter()
                .enumerate()
                .map(|(i, n)| {
                    let covered = self.flow.covered(*n);
                    (i, covered as i128, (self.instance.requirements_of(*n).len() - covered) as i128)
                })
                .filter(|(_, covered, not)| *covered > 0 && *not > 0)
                .collect();
            let slope: i128 = half.iter().map(|(_, covered, not)| covered * not).sum();
            let gap = self.flow.value() - target;
            if slope == 0 || gap <= 0 {
                break;
            }
            let step = gap * length / 16 / slope;
            for (i, covered, not) in half {
                let range = self.instance.requirements_of(several[i]);
                let moves: Vec<i128> =
                    range.clone().map(|q| if self.flow.is_covered(q) { -not } else { covered }).collect();
                for ((q, share), by) in range.zip(&mut shares[i]).zip(moves) {
                    *share += step * by;
                    self.flow.set_reward(q, *share);
                }
            }
        }
        for n in several {
            self.inside[n] = self.flow.join(n);
        }
    }

    /// The shares of a need's reward that make its requirements equally profitable at today's prices.
    fn level(&self, need: usize) -> Vec<i128> {
        let range = self.instance.requirements_of(need);
        let count = range.len() as i128;
        let margins: Vec<i128> = range.map(|q| self.flow.margin(q).unwrap_or(0)).collect();
        let profit = self.instance.reward(need) + margins.iter().sum::<i128>();
        (0..count)
            .zip(margins)
            .map(|(k, margin)| profit.div_euclid(count) + i128::from(k < profit.rem_euclid(count)) - margin)
            .collect()
    }
}
