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
use crate::wholes::Wholes;
use crate::{Instance, NONE, Prices};
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
    pub wholes: Wholes,
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
        Search::split_on(instance, Net::new(instance, &scale, order), scale, watch)
    }

    /// The same on the net of these weights.
    pub fn split_on(instance: &'a Instance, net: Net, scale: Scale, watch: &'a Watch<'a>) -> Self {
        let mut flow = Flow::new(Arc::new(net), scale);
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
        // Whoever has a place by now is at the best there is for it.
        free.retain(|q| flow.task[*q as usize].at == NONE);
        flow.finish(&free, watch);
        Search {
            flow,
            wholes: Wholes { several, inside: vec![false; instance.needs()] },
            decided: vec![None; instance.needs()],
            lowest: None,
            watch,
            instance,
        }
    }

    /// The same plan at other weights of the same objective.
    pub fn at(&self, scale: Scale) -> Search<'a> {
        let order = self.instance.is_flow() && self.instance.pairs() > IN_CACHE;
        let order = order.then(|| (self.flow.net.place_order.clone(), self.flow.net.order.clone()));
        let net = Net::folded(self.instance, &scale, self.flow.net.fold.clone(), order);
        self.on(Flow::new(Arc::new(net), scale))
    }

    /// The same in a flow of these weights, which is empty.
    pub fn on(&self, mut flow: Flow) -> Search<'a> {
        let instance = self.instance;
        let (plan, prices) = (self.flow.chosen(instance), self.flow.prices(instance));
        flow.take_over(instance, &self.flow.scale, &plan, &prices, &self.wholes.inside, self.watch);
        Search {
            flow,
            wholes: self.wholes.clone(),
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
        for need in &self.wholes.several {
            let need = *need as usize;
            let apart = self.flow.split_profit(self.instance, need);
            bound += i128::from(match apart {
                None => self.mispriced(need),
                Some(apart) => self.flow.profit(self.instance, need).unwrap_or(0).max(0) - apart,
            });
        }
        if self.lowest.as_ref().is_none_or(|(b, _)| bound < *b) {
            let prices = self.flow.prices(self.instance);
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
        if self.decided[need].is_some() { 0 } else { self.wholes.mispriced(&self.flow, self.instance, need) }
    }

    /// What is mispriced and not decided, the most mispriced first.
    pub fn wrong(&self) -> Vec<(Reverse<i64>, u32)> {
        let may_be = |n: usize| if self.decided[n].is_some() { i64::MAX } else { 0 };
        self.wholes.wrong(&self.flow, self.instance, may_be)
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
                moved |= self.wholes.turn(&mut self.flow, self.instance, *need as usize);
            }
            self.note_bound();
            if !moved {
                return;
            }
        }
    }

    /// Takes a need out, or puts it in where there is room.
    pub fn flip(&mut self, need: usize) -> bool {
        self.wholes.flip(&mut self.flow, self.instance, need, i64::MAX)
    }
}
