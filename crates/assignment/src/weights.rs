//! Weights of the levels of the objective: those by which plans are compared, and the smaller ones of the flow.

use crate::{Instance, InstanceError, NONE, Priority};
use serde::{Deserialize, Serialize};

/// One weight per level of the objective, so large that no sum of lower levels reaches the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Weights {
    pub floor: i128,
    pub pinned: i128,
    pub urgent: i128,
    pub served: i128,
    pub score: i128,
    /// Weight of one square of evenness; a favoured pair that is chosen weighs 1.
    pub even: i128,
    pub evenness_max: i128,
}

/// Weights for the flow, in 64 bits. See [`Instance::scale`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Scale {
    pub floor: i64,
    pub pinned: i64,
    pub urgent: i64,
    pub served: i64,
    pub score: i64,
    /// Weight of one square of evenness; zero where it does not count.
    pub even: i64,
    /// Weight of a favoured pair, points apart.
    pub kept: i64,
}

impl Instance {
    /// Whether favoured pairs count.
    fn kept(&self) -> i64 {
        i64::from(!self.favoured.is_empty())
    }

    /// Favoured pairs that one change of a flow can bring or take, and one more.
    fn even_unit(&self) -> i64 {
        if self.favoured.is_empty() {
            i64::from(self.even)
        } else {
            rounded(self.hubs().min(self.requirements()) + 1)
        }
    }

    /// Units of the lowest level in one point. What one change of a flow can gain in evenness (one member has a unit
    /// more, one a unit less) is less than a point.
    pub(crate) fn point(&self) -> i64 {
        let favour = self.even_unit().max(1);
        if !self.even {
            return favour;
        }
        let cycle =
            rounded(2 * self.member_cap.iter().copied().max().unwrap_or(0) as usize).saturating_mul(favour);
        // Needs of several requirements are no flow, and only the whole sum is sure to be less than a point.
        let sum = i64::try_from(self.weights.score).unwrap_or(i64::MAX);
        let fits = sum.saturating_mul(self.best_score()) <= i64::from(i32::MAX);
        let sum = (!self.is_flow() && sum > 1 && fits).then_some(sum);
        sum.filter(|sum| self.paths_fit(&self.cycle_scale(*sum))).unwrap_or(cycle)
    }

    /// Weights for the flow. An optimal flow is one that no simple cycle improves, so a level need only outweigh
    /// what one cycle can change below it: it passes each set and station once, and serves at most one need more or
    /// less. These are far smaller than what would outweigh sums over the city, and the optimum is the same.
    pub(crate) fn scale(&self) -> Scale {
        let score = self.point();
        if !self.levels {
            return Scale { floor: 0, pinned: 0, urgent: 0, served: 0, score, even: 0, kept: self.kept() };
        }
        let w = &self.weights;
        if !self.is_flow() && w.floor > 0 {
            // With needs of several requirements the argument does not hold; the sums may fit all the same.
            let fits = |x: i128, most: i64| i64::try_from(x).ok().filter(|x| *x < most);
            let value = fits(w.score * i128::from(self.best_score()), i64::from(i32::MAX));
            let rewards = (w.floor * self.floors().min(1)
                + w.pinned * self.count(Priority::Pinned).min(1) as i128
                + w.urgent)
                .saturating_mul(self.station_limit.len() as i128 + 4);
            if let (Some(_), Some(_)) = (value, fits(rewards, i64::MAX / 8)) {
                let small = |x: i128| i64::try_from(x).unwrap_or(i64::MAX / 8);
                return Scale {
                    floor: small(w.floor),
                    pinned: small(w.pinned),
                    urgent: small(w.urgent),
                    served: small(w.served),
                    score: small(w.score),
                    even: small(w.even),
                    kept: self.kept(),
                };
            }
        }
        self.cycle_scale(score)
    }

    /// Weights that no cycle overrules, with so many units in a point.
    fn cycle_scale(&self, score: i64) -> Scale {
        // Rounded up, so that they stay what they are when a little changes.
        let touched = rounded(self.hubs().min(self.requirements()));
        let best = rounded(self.best_score() as usize + self.favour as usize);
        let served = touched.saturating_mul(best.saturating_mul(score)).saturating_add(score);
        let urgent = served.saturating_mul(2);
        let pinned = urgent.saturating_mul(self.passes(Priority::Urgent)).saturating_add(urgent);
        let floor = pinned.saturating_mul(self.passes(Priority::Pinned)).saturating_add(pinned);
        Scale { floor, pinned, urgent, served, score, even: self.even_unit(), kept: self.kept() }
    }

    /// Whether what a path of the flow can cost fits 64 bits: every station and set passed once.
    fn paths_fit(&self, w: &Scale) -> bool {
        let cost = [
            i128::from(w.floor) * self.floors().min(self.hubs() as i128),
            i128::from(w.pinned) * i128::from(self.passes(Priority::Pinned)),
            i128::from(w.urgent) * i128::from(self.passes(Priority::Urgent)),
            i128::from(w.served) * 4,
        ];
        cost.iter().sum::<i128>() <= i128::from(i64::MAX / 8)
    }

    /// Nodes that a simple cycle of the flow can pass, requirements apart.
    fn hubs(&self) -> usize {
        self.place_cap.len() + self.resource_cap.len() + self.member_cap.len() + self.station_limit.len() + 1
    }

    /// Needs of a priority that a simple cycle can bring or take, at most, and one more.
    fn passes(&self, priority: Priority) -> i64 {
        rounded(
            (self.station_limit.len() + 1).min(self.need_priority.iter().filter(|p| **p == priority).count()),
        )
    }

    /// Units of all lower bounds.
    pub(crate) fn floors(&self) -> i128 {
        [&self.member_floor, &self.resource_floor, &self.place_floor, &self.station_floor]
            .into_iter()
            .flatten()
            .map(|f| i128::from(*f))
            .sum()
    }

    /// Scores and what lies below them have to fit 32 bits.
    pub(crate) fn check_scores(&self) -> Result<(), InstanceError> {
        let most = i64::from(i32::MAX - 1) / self.point() - i64::from(self.favour);
        match self.pair_score.iter().position(|s| i64::from(*s) > most) {
            Some(p) => Err(InstanceError::Score(p as u32, self.score_of(p), most)),
            None => Ok(()),
        }
    }

    /// How much the scores of all needs may grow, how many needs and what score there may be, until the weights have
    /// to be others.
    pub(crate) fn headroom(&self) -> (i128, usize, i64) {
        let scores: i128 = (0..self.requirements())
            .map(|q| self.pair_score[self.pairs_of(q)].iter().max().map_or(0, |s| i128::from(*s).max(0)))
            .sum::<i128>()
            + self.favoured.iter().filter(|p| **p != NONE).count() as i128 * i128::from(self.favour);
        let needs = power_above(self.needs() as i128) - 1;
        let best = rounded(self.best_score() as usize + self.favour as usize) - 1 - i64::from(self.favour);
        let most = i64::from(i32::MAX - 1) / self.point() - i64::from(self.favour);
        (power_above(scores) - 1 - scores, needs as usize, best.min(most))
    }

    /// The weights anew, after a change.
    pub(crate) fn weigh_anew(&mut self) -> Result<(), InstanceError> {
        self.best = self.highest();
        self.weights = self.weigh()?;
        self.check_scores()
    }

    /// What a pair is worth at some weights, evenness apart.
    pub(crate) fn value_at(&self, scale: &Scale, q: usize, pair: usize) -> i64 {
        let favoured = self.is_favoured(q, pair);
        let points = self.score_of(pair) + if favoured { i64::from(self.favour) } else { 0 };
        points * scale.score + if favoured { scale.kept } else { 0 }
    }

    /// The weights by which plans are compared, in 128 bits, and the check that those of the flow fit 64.
    pub(crate) fn weigh(&self) -> Result<Weights, InstanceError> {
        let square = |c: &u32| i128::from(*c) * i128::from(*c);
        let favoured = self.favoured.iter().filter(|p| **p != NONE).count() as i128;
        let even = favoured + 1;
        let squares: i128 =
            if self.even { self.member_cap.iter().map(square).fold(0, i128::saturating_add) } else { 0 };
        let evenness_max = squares.saturating_mul(even);
        let score_max: i128 = self
            .pair_start
            .windows(2)
            .map(|w| {
                self.pair_score[w[0] as usize..w[1] as usize]
                    .iter()
                    .max()
                    .map_or(0, |s| i128::from(*s).max(0))
            })
            .fold(favoured * i128::from(self.favour), i128::saturating_add);
        // Rounded up, so that a little more of either changes nothing.
        let score_max = power_above(score_max);
        let needs = power_above(self.need_station.len() as i128);
        let overflow = || InstanceError::Overflow(needs as u32, score_max, evenness_max);
        if !self.levels {
            return Ok(Weights { score: even, even: 0, ..Weights::default() });
        }
        let above = |unit: i128, count: i128, below: i128| {
            unit.checked_mul(count)
                .and_then(|x| x.checked_add(below))
                .and_then(|x| x.checked_add(1))
                .ok_or_else(overflow)
        };
        let score = above(1, evenness_max, favoured)?;
        let served = above(score, score_max, evenness_max + favoured)?;
        let urgent = above(served, needs, served)?;
        let pinned = above(urgent, needs, urgent)?;
        let floor = above(pinned, needs, pinned)?;
        above(floor, self.floors() + 4, 0)
            .and_then(|x| if x < i128::MAX / 4 { Ok(x) } else { Err(overflow()) })?;
        if !self.paths_fit(&self.cycle_scale(self.point())) {
            return Err(overflow());
        }
        Ok(Weights { floor, pinned, urgent, served, score, even, evenness_max })
    }
}

/// The next power of two above.
pub(crate) fn rounded(x: usize) -> i64 {
    i64::try_from(power_above(x as i128)).unwrap_or(i64::MAX / 8)
}

/// The next power of two above, as far as there is one.
pub(crate) fn power_above(x: i128) -> i128 {
    (x.unsigned_abs() + 1)
        .checked_next_power_of_two()
        .and_then(|p| i128::try_from(p).ok())
        .unwrap_or(i128::MAX / 2)
}

impl Scale {
    /// Whether each level outweighs what one change of a flow can do below it, so that the optimum at these weights
    /// is that of the levels: see [`Instance::scale`].
    pub fn outweighs(&self, i: &Instance) -> bool {
        let [floor, pinned, urgent, served, score, even, kept] =
            [self.floor, self.pinned, self.urgent, self.served, self.score, self.even, self.kept]
                .map(i128::from);
        let touched = i.hubs().min(i.requirements()) as i128 + 1;
        let most =
            |p| (i.station_limit.len() + 1).min(i.need_priority.iter().filter(|q| **q == p).count()) as i128;
        let favours = if i.favoured.is_empty() { 0 } else { touched };
        let uneven = if i.even { 2 * i128::from(i.member_cap.iter().copied().max().unwrap_or(0)) } else { 0 };
        let below_score = kept * favours + even * uneven;
        let below_served = below_score + touched * i128::from(i.best_score() + i64::from(i.favour)) * score;
        let below_pinned = below_served + served + urgent * most(Priority::Urgent);
        let lowest = kept == i128::from(!i.favoured.is_empty()) && (!i.even || even > kept * favours);
        lowest
            && score > below_score
            && if i.levels {
                served > below_served
                    && urgent > below_served + served
                    && pinned > below_pinned
                    && (i.floors() == 0 || floor > below_pinned + pinned * most(Priority::Pinned))
            } else {
                served == 0 && urgent == 0 && pinned == 0 && even == 0
            }
    }

    /// Weights of the same order, but of one scale and without evenness: steps that are right for scores are right
    /// for all. They decide nothing by themselves (see [`crate::Bound`]).
    pub fn fine(best_score: i64, floors: bool) -> Scale {
        // An urgent need needs no more than the best score to keep its place beside an ordinary one. More would only
        // make it worth half to serve half of a need that can never be served whole.
        let best = best_score;
        let floor = if floors { best * 8 } else { 0 };
        Scale { floor, pinned: best * 2, urgent: best, served: best * 4, score: 1, even: 0, kept: 0 }
    }
}
