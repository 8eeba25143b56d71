//! What the prices of a plan say of the pairs that it did not choose.

use crate::verify::toll_of;
use crate::weights::Scale;
use crate::{Instance, Prices};

/// What a pair earns at these prices in units of the score: reward and station apart.
fn pair_profit(instance: &Instance, scale: &Scale, prices: &Prices, q: usize, pair: usize) -> i64 {
    instance.value_at(scale, q, pair) - toll_of(instance, prices, instance.place_of(pair))
}

impl Instance {
    /// The pairs of a requirement, each with what it lacks at these prices, in units of the lowest level, against what its
    /// need has or against being left out: zero where it is as good as the best.
    pub fn lacking(&self, prices: &Prices, requirement: usize) -> Vec<(i64, u32)> {
        let scale = self.scale();
        let need = self.need_of(requirement);
        let earned = |p: usize| pair_profit(self, &scale, prices, requirement, p);
        let best = self.pairs_of(requirement).filter(|p| self.usable(*p)).map(earned).max().unwrap_or(0);
        let line = self.station_of(need).map_or(0, |s| prices.station[s as usize]);
        let out = line - self.reward(&scale, need);
        self.pairs_of(requirement).map(|p| (best.max(out) - earned(p), p as u32)).collect()
    }

    /// The best other resource of every requirement that is covered, as a pair, and what the chosen pair is ahead of it
    /// at these prices, in points of the score. A large figure means that the exchange would cost a served need.
    pub fn runners_up(&self, prices: &Prices, chosen: &[Option<u32>]) -> Vec<Option<(u32, i64)>> {
        let scale = self.scale();
        let earned = |q: usize, p: usize| pair_profit(self, &scale, prices, q, p);
        let all = chosen;
        let runner_up = |(q, chosen): (usize, &Option<u32>)| {
            let chosen = (*chosen)? as usize;
            let resource = self.resource_of(self.place_of(chosen));
            // Who already meets a requirement of the same group cannot meet this one too.
            let with: Vec<u32> = self
                .group_of(q)
                .filter(|s| *s != q)
                .filter_map(|s| Some(self.member_of_pair(all[s]? as usize)))
                .collect();
            let others = self.pairs_of(q).filter(|p| {
                self.usable(*p)
                    && self.resource_of(self.place_of(*p)) != resource
                    && !with.contains(&self.member_of_pair(*p))
            });
            let (profit, pair) = others.map(|p| (earned(q, p), std::cmp::Reverse(p))).max()?;
            Some((pair.0 as u32, (earned(q, chosen) - profit).div_euclid(scale.score)))
        };
        chosen.iter().enumerate().map(runner_up).collect()
    }
}
