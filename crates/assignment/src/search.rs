//! Which needs of several requirements are in: local search on exact prices.
//!
//! Whatever set of them is in, the rest is a flow, which [`Flow`] keeps optimal. Its prices bound every plan, and the
//! gap is exactly what they say against the set: needs that are in at a loss, needs that are out at a profit.

use crate::auction::{self, Whole};
use crate::flow::{Flow, Mode};
use crate::net::Net;
use crate::order::by_neighbourhood;
use crate::verify::bound_of;
use crate::watch::{Phase, Watch};
use crate::weights::Scale;
use crate::{Instance, Prices};
use std::cmp::Reverse;
use std::sync::Arc;

/// Pairs up to which numbering in a better order costs more than it gains.
const IN_CACHE: usize = 50_000;

/// A set of needs of several requirements that are in, those of them that are decided, and the optimum of the rest.
#[derive(Clone)]
pub(crate) struct Search<'a> {
    pub instance: &'a Instance,
    pub flow: Flow,
    /// Needs with several requirements, each of which has a pair.
    pub several: Vec<u32>,
    pub inside: Vec<bool>,
    pub decided: Vec<Option<bool>>,
    /// The lowest bound seen, with its prices.
    pub lowest: Option<(i128, Prices)>,
    pub watch: &'a Watch<'a>,
}

impl<'a> Search<'a> {
    /// Every need comes in, at weights of one scale: those of several requirements *split*, each requirement for a
    /// share of the reward, until [`Search::join`] joins them.
    pub fn split(instance: &'a Instance, scale: Scale, watch: &'a Watch<'a>) -> Self {
        let order = (instance.is_flow() && instance.pairs() > IN_CACHE).then(|| by_neighbourhood(instance));
        let net = Arc::new(Net::new(instance, &scale, false, order));
        let mut flow = Flow::new(net, scale);
        let mut several = Vec::new();
        let mut wants = vec![None; instance.requirements()];
        for need in (0..instance.needs()).filter(|n| !instance.need_gone[*n]) {
            let range = instance.requirements_of(need);
            if range.len() == 1 {
                wants[range.start] = Some(instance.reward(&scale, need));
            } else if instance.servable(need) {
                several.push(need as u32);
                // What each of them gets of the reward is decided with the prices.
                wants[range].fill(Some(0));
            }
        }
        let mut free = Vec::new();
        for q in 0..wants.len() {
            if let Some(reward) = wants[flow.net.order[q] as usize] {
                flow.reward[q] = reward;
                flow.set_mode(q, Mode::Free);
                free.push(q as u32);
            }
        }
        let whole = |n: &u32| Whole {
            requirements: instance.requirements_of(*n as usize),
            reward: instance.reward(&scale, *n as usize),
        };
        auction::guess(&mut flow, &free, &several.iter().map(whole).collect::<Vec<_>>());
        flow.finish(&free, watch);
        Search {
            flow,
            several,
            inside: vec![false; instance.needs()],
            decided: vec![None; instance.needs()],
            lowest: None,
            watch,
            instance,
        }
    }

    /// The same plan at other weights of the same objective.
    pub fn at(&self, scale: Scale) -> Search<'a> {
        let instance = self.instance;
        let order = instance.is_flow() && instance.pairs() > IN_CACHE;
        let order = order.then(|| (self.flow.net.place_order.clone(), self.flow.net.order.clone()));
        let mut flow = Flow::new(Arc::new(Net::new(instance, &scale, false, order)), scale);
        let (plan, prices) = (self.flow.chosen(instance), self.flow.prices());
        flow.take_over(instance, &self.flow.scale, &plan, &prices, &self.inside, self.watch);
        Search {
            flow,
            several: self.several.clone(),
            inside: self.inside.clone(),
            decided: self.decided.clone(),
            lowest: None,
            watch: self.watch,
            instance,
        }
    }

    /// The bound of the prices under the decisions; remembers the lowest. What the flow is worth is what its prices say
    /// of everything that comes and goes by itself, so only the needs of several requirements are looked at.
    pub fn note_bound(&mut self) -> i128 {
        let mut bound = self.flow.value();
        for need in &self.several {
            let need = *need as usize;
            let apart = self.flow.split_profit(self.instance, need);
            bound += i128::from(match apart {
                None => self.mispriced(need),
                Some(apart) => self.flow.profit(self.instance, need).unwrap_or(0).max(0) - apart,
            });
        }
        if self.lowest.as_ref().is_none_or(|(b, _)| bound < *b) {
            let prices = self.flow.prices();
            debug_assert!(
                self.watch.stopped()
                    || bound_of(self.instance, &self.flow.scale, &prices, |n| self.decided[n])
                        .is_none_or(|proved| proved <= bound),
                "what is proved is no more than what the flow says"
            );
            self.lowest = Some((bound, prices));
        }
        bound
    }

    /// What the prices say against where an undecided need is; zero where it is right.
    fn mispriced(&self, need: usize) -> i64 {
        match (self.decided[need], self.flow.profit(self.instance, need)) {
            (None, Some(profit)) => (if self.inside[need] { -profit } else { profit }).max(0),
            _ => 0,
        }
    }

    /// What is mispriced, the most mispriced first.
    pub fn wrong(&self) -> Vec<(Reverse<i64>, u32)> {
        let mut wrong: Vec<(Reverse<i64>, u32)> = self
            .several
            .iter()
            .map(|n| (Reverse(self.mispriced(*n as usize)), *n))
            .filter(|(by, _)| by.0 > 0)
            .collect();
        wrong.sort_unstable();
        wrong
    }

    /// Turns what is mispriced and keeps what pays, until nothing does, or nothing is mispriced by so much as `worth_it`, or
    /// the rounds are over.
    pub fn improve(&mut self, rounds: u32, worth_it: i64) {
        for _ in 0..rounds {
            let mut moved = false;
            let wrong = self.wrong();
            if wrong.first().is_none_or(|(by, _)| by.0 < worth_it) {
                break;
            }
            for (k, (_, need)) in wrong.iter().enumerate() {
                if k % 16 == 0 && !self.watch.go_on(Phase::Search, k, wrong.len()) {
                    break;
                }
                moved |= self.turn(*need as usize);
            }
            self.note_bound();
            if !moved {
                return;
            }
        }
    }

    /// Turns a need if it is mispriced and turning it pays.
    fn turn(&mut self, need: usize) -> bool {
        let by = self.mispriced(need);
        if by == 0 {
            return false;
        }
        let (before, was) = (self.flow.value(), self.inside[need]);
        self.flow.begin_trial();
        let pays = self.flip_within(need, by) && self.flow.value() > before;
        self.flow.end_trial(!pays);
        if !pays {
            self.inside[need] = was;
            debug_assert!(self.flow.value() == before, "as it was");
        }
        pays
    }

    /// Takes a need out, or puts it in where there is room.
    pub fn flip(&mut self, need: usize) -> bool {
        self.flip_within(need, i64::MAX)
    }

    /// The same, but puts it in only if that costs less than `budget`.
    fn flip_within(&mut self, need: usize, budget: i64) -> bool {
        if self.inside[need] {
            self.flow.take_out(self.instance, need);
            self.inside[need] = false;
            return true;
        }
        self.inside[need] = self.flow.put_in(self.instance, need, Some(budget));
        self.inside[need]
    }
}
