//! A standing plan that follows changes: from one proved optimum to the next by the shortest paths that the change
//! asks for, not by solving again.

mod pin;

use crate::flow::Flow;
use crate::net::{Net, Pair};
use crate::watch::Watch;
use crate::weights::Scale;
use crate::wholes::Wholes;
use crate::{BANNED, Bound, Instance, InstanceError, NONE, Prices, Priority, Solution, Tree};
use pin::Unpinned;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What can change in a standing plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A need is withdrawn; its number stays.
    NeedGoes(u32),
    /// A need that had gone is back.
    NeedComes(u32),
    /// A need that was not there before, of one requirement; it gets the next number.
    NewNeed {
        /// Its station; `None` where it is on no list.
        station: Option<u32>,
        /// How much it presses.
        priority: Priority,
        /// Places that could meet it, each with its score.
        pairs: Vec<(u32, u32)>,
    },
    /// Another capacity of a place.
    PlaceCap(u32, u32),
    /// Another capacity of a resource.
    ResourceCap(u32, u32),
    /// Another capacity of a member.
    MemberCap(u32, u32),
    /// Another length of a station's list.
    StationLimit(u32, u32),
    /// A pair must not be chosen any more; of requirements that distinct members meet together, by none of them.
    Ban(u32),
    /// A pair is worth so many points; it may have been banned before.
    Rescore(u32, u32),
    /// The pair's requirement takes this pair or none, and its need is served before all that is not pinned. Of
    /// requirements that distinct members meet together, one takes it.
    Pin(u32),
    /// The pair's requirement is as it was before it was pinned.
    Unpin(u32),
}

/// Why a change was not made. The plan is as before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No such need, place, pair…
    #[error("there is no {0} {1}")]
    Unknown(&'static str, u32),
    /// The objective could overflow.
    #[error(transparent)]
    Instance(#[from] InstanceError),
}

/// An instance with its best plan, ready for changes.
///
/// Exact where every need has one requirement. Needs with several come in and go where a change makes that pay, one by one
/// as in [`crate::solve`]; what the prices say against the plan then is the gap that [`crate::verify`] finds.
#[derive(Clone)]
pub struct Standing {
    instance: Instance,
    scale: Scale,
    flow: Flow,
    wholes: Wholes,
    /// By need: what the prices said against it when turning it did not pay. Only beyond that it is tried again; the plan
    /// that all begins with is as good as the search could make it.
    tried: Vec<i64>,
    /// What may be added before the weights have to be others: see `Instance::headroom`.
    room: (i128, usize, i64),
    /// What was before a pin, by the first requirement that it has changed.
    before: BTreeMap<u32, Unpinned>,
}

impl Standing {
    /// Begins with a plan of [`crate::solve`].
    pub fn new(instance: Instance, plan: &Solution) -> Standing {
        let scale = instance.scale();
        let inside = served(&instance, &plan.chosen);
        let (flow, _) = flow_of(&instance, &scale, &plan.chosen, &plan.prices, &inside);
        let several = |n: &u32| instance.requirements_of(*n as usize).len() > 1;
        let wholes = Wholes { several: (0..instance.needs() as u32).filter(several).collect(), inside };
        let tried = wholes.against(&flow, &instance);
        Standing { room: instance.headroom(), instance, scale, flow, wholes, tried, before: BTreeMap::new() }
    }

    /// From now on pairs, one of a requirement at most, stay chosen unless more than `points` are gained by each that
    /// moves: see [`Instance::favour`].
    ///
    /// # Errors
    /// The objective could overflow with them; the plan is as before then.
    pub fn favour(&mut self, pairs: &[u32], points: u16) -> Result<(), Refused> {
        let favoured = self.instance.favour(pairs, points);
        self.room = self.instance.headroom();
        self.lay_out();
        self.tried = self.wholes.against(&self.flow, &self.instance);
        Ok(favoured?)
    }

    /// The instance as it is now.
    pub fn instance(&self) -> &Instance {
        &self.instance
    }

    /// The plan as it is now, with its proof.
    pub fn solution(&self) -> Solution {
        let prices = self.prices();
        let proof = vec![Bound { scale: self.scale, tree: Tree::Leaf(prices.clone()) }];
        Solution { chosen: self.flow.chosen(&self.instance), proof, prices }
    }

    /// What one more unit of every capacity is worth now.
    pub fn prices(&self) -> Prices {
        self.flow.prices(&self.instance)
    }

    /// The chosen pair of a requirement.
    pub fn chosen(&self, requirement: u32) -> Option<u32> {
        let q = requirement as usize;
        if self.instance.group_of(q).len() > 1 { self.flow.chosen(&self.instance)[q] } else { self.at(q) }
    }

    /// The same, but that those who are alike may have each other's.
    fn at(&self, q: usize) -> Option<u32> {
        self.flow.task.get(q).map(|t| t.at).filter(|p| *p != NONE)
    }

    /// What the plan is worth, in units of the lowest level: larger is better, by any difference.
    pub fn value(&self) -> i128 {
        self.flow.value()
    }

    /// Makes a change and brings the plan to its new optimum.
    ///
    /// # Errors
    /// What the change speaks of does not exist, or the objective could overflow; nothing has changed then.
    pub fn change(&mut self, change: &Change) -> Result<(), Refused> {
        if self.wholes.several.is_empty() && !matches!(change, Change::Unpin(_)) {
            // Every need may leave, so that a change can always be followed.
            return self.make(change).map(|_| ());
        }
        let before = self.clone();
        let mut made = self.make(change);
        if matches!(made, Ok(false)) {
            // Something that has to stay has no place.
            *self = before.clone();
            self.make_way(|_, _| true);
            made = self.make(change);
        }
        if let Err(refused) = made {
            *self = before;
            return Err(refused);
        }
        self.search();
        if let Change::Pin(pair) = change {
            self.insist(*pair);
        }
        Ok(())
    }

    /// Needs of several requirements that have become mispriced come in or go, as long as that pays.
    fn search(&mut self) {
        loop {
            let mut moved = false;
            for (_, need) in self.wholes.wrong(&self.flow, &self.instance, |n| self.tried[n]) {
                let need = need as usize;
                let by = self.wholes.mispriced(&self.flow, &self.instance, need);
                if by > self.tried[need] {
                    let pays = self.wholes.turn(&mut self.flow, &self.instance, need);
                    self.tried[need] = if pays { 0 } else { by };
                    moved |= pays;
                }
            }
            if !moved {
                return;
            }
        }
    }

    /// Needs of several requirements go; [`Self::search`] brings back those for which there is room.
    fn make_way(&mut self, goes: impl Fn(&Self, usize) -> bool) {
        for need in self.wholes.several.clone() {
            if self.wholes.inside[need as usize] && goes(self, need as usize) {
                self.take_out(need as usize);
            }
        }
    }

    fn take_out(&mut self, need: usize) {
        self.wholes.flip(&mut self.flow, &self.instance, need, 0);
        self.tried[need] = 0;
    }

    /// Where what is pinned has no place because needs of several requirements have it, these make way for it: those of
    /// the same member or list, and all only where that is not enough.
    fn insist(&mut self, pair: u32) {
        let Some(need) = self.requirement_of(pair).ok().map(|q| self.instance.need_of(q)) else { return };
        let first = self.instance.requirements_of(need).start;
        if self.flow.is_covered(first) || self.instance.need_gone[need] {
            return;
        }
        let (member, station) =
            (self.instance.member_of_pair(pair as usize), self.instance.need_station[need]);
        let with = |me: &Self, q: usize| me.at(q).map(|p| me.instance.member_of_pair(p as usize));
        let near = |me: &Self, n: usize| {
            (station != NONE && me.instance.need_station[n] == station)
                || me.instance.requirements_of(n).any(|q| with(me, q) == Some(member))
        };
        let before = self.clone();
        for all in [false, true] {
            self.make_way(|me, n| all || near(me, n));
            if !self.flow.is_covered(first) && self.instance.requirements_of(need).len() > 1 {
                self.wholes.flip(&mut self.flow, &self.instance, need, i64::MAX);
            }
            self.search();
            if self.value() > before.value() {
                return;
            }
            *self = before.clone();
        }
    }

    /// Makes a change. `Ok(false)`: something that has to stay has no place, and the flow is not in order. Where it is
    /// refused, the instance is as before.
    fn make(&mut self, change: &Change) -> Result<bool, Refused> {
        match change {
            Change::NeedGoes(n) => self.part(*n, false),
            Change::NeedComes(n) => self.part(*n, true),
            Change::NewNeed { station, priority, pairs } => self.add(*station, *priority, pairs),
            Change::PlaceCap(p, cap) => self.cap("place", *p, *cap),
            Change::ResourceCap(r, cap) => self.cap("resource", *r, *cap),
            Change::MemberCap(m, cap) => self.cap("member", *m, *cap),
            Change::StationLimit(s, cap) => self.cap("station", *s, *cap),
            Change::Ban(pair) => self.score(*pair, BANNED),
            Change::Rescore(pair, score) => self.score(*pair, i32::try_from(*score).unwrap_or(i32::MAX)),
            Change::Pin(pair) => self.pin(*pair),
            Change::Unpin(pair) => self.unpin(*pair),
        }
    }

    fn requirement_of(&self, pair: u32) -> Result<usize, Refused> {
        if pair as usize >= self.instance.pairs() {
            return Err(Refused::Unknown("pair", pair));
        }
        Ok(self.instance.pair_start.partition_point(|start| *start <= pair) - 1)
    }

    fn part(&mut self, need: u32, comes: bool) -> Result<bool, Refused> {
        let n = need as usize;
        let gone = *self.instance.need_gone.get(n).ok_or(Refused::Unknown("need", need))?;
        if gone != comes {
            return Ok(true);
        }
        self.instance.need_gone[n] = !comes;
        let range = self.instance.requirements_of(n);
        if range.len() == 1 {
            self.flow.set_part(range.start, comes);
            return Ok(self.flow.mend());
        }
        if self.wholes.inside[n] {
            self.take_out(n);
        }
        Ok(true)
    }

    fn add(
        &mut self,
        station: Option<u32>,
        priority: Priority,
        pairs: &[(u32, u32)],
    ) -> Result<bool, Refused> {
        let (places, stations) = (self.instance.place_cap.len(), self.instance.station_limit.len());
        if let Some(p) = pairs.iter().find(|p| p.0 as usize >= places) {
            return Err(Refused::Unknown("place", p.0));
        }
        if let Some(s) = station.filter(|s| *s as usize >= stations) {
            return Err(Refused::Unknown("station", s));
        }
        let before = (self.instance.pairs(), self.instance.requirements());
        self.instance.push(station, priority, pairs);
        self.wholes.inside.push(false);
        self.tried.push(0);
        let most = pairs.iter().map(|p| p.1).max().unwrap_or(0);
        if !self.takes(most) || self.instance.needs() > self.room.1 {
            match self.weigh() {
                Ok(Weighed::Others(whole)) => return Ok(whole),
                Ok(Weighed::Same) => {}
                Err(e) => {
                    self.instance.pop(before);
                    self.wholes.inside.pop();
                    self.tried.pop();
                    self.weigh()?;
                    return Err(e);
                }
            }
        }
        let net = &self.flow.net;
        let leaves: Vec<Pair> = (before.0..self.instance.pairs())
            .map(|k| Pair {
                leaf: net.leaf_of_place(&self.instance, self.instance.place_of(k)),
                value: self.instance.value_at(&self.scale, before.1, k) as i32,
            })
            .collect();
        let door = station.map_or(net.root as u32, |s| net.sets as u32 + s);
        let q = self.flow.add(&leaves, door);
        self.flow.reward[q] = self.instance.reward(&self.scale, self.instance.needs() - 1);
        self.flow.set_part(q, true);
        Ok(self.flow.mend())
    }

    fn cap(&mut self, level: &'static str, index: u32, cap: u32) -> Result<bool, Refused> {
        let k = index as usize;
        let old = *self.caps(level).get(k).ok_or(Refused::Unknown(level, index))?;
        self.caps(level)[k] = cap;
        if level == "member" && cap > old {
            match self.weigh() {
                Ok(Weighed::Others(whole)) => return Ok(whole),
                Ok(Weighed::Same) => {}
                Err(e) => {
                    self.caps(level)[k] = old;
                    self.weigh()?;
                    return Err(e);
                }
            }
        }
        let net = &self.flow.net;
        let node = match level {
            "place" => net.place_node[k] as usize,
            "resource" => net.resource_node[k] as usize,
            "member" => net.member_node[k] as usize,
            _ => net.sets + k,
        };
        self.flow.set_cap(node, cap);
        Ok(self.flow.mend())
    }

    fn caps(&mut self, level: &str) -> &mut Vec<u32> {
        match level {
            "place" => &mut self.instance.place_cap,
            "resource" => &mut self.instance.resource_cap,
            "member" => &mut self.instance.member_cap,
            _ => &mut self.instance.station_limit,
        }
    }

    fn score(&mut self, pair: u32, score: i32) -> Result<bool, Refused> {
        let q = self.requirement_of(pair)?;
        let offset = pair - self.instance.pair_start[q];
        // Those that distinct members meet together are alike.
        let pairs: Vec<(usize, usize)> =
            self.alike(q).map(|s| (s, (self.instance.pair_start[s] + offset) as usize)).collect();
        let old = self.unpinned_score(q, pair as usize);
        // Weighed as if no pin barred them: it may be undone.
        pairs.iter().for_each(|(_, k)| self.instance.pair_score[*k] = score);
        if score > old && !pairs.iter().fold(true, |takes, _| self.takes(score as u32) && takes) {
            match self.weigh() {
                Ok(Weighed::Others(false)) => return Ok(false),
                Ok(_) => {}
                Err(e) => {
                    self.set_scores(&pairs, old);
                    self.weigh()?;
                    return Err(e);
                }
            }
        }
        self.set_scores(&pairs, score);
        for (s, k) in pairs {
            self.flow.set_value(s, k, self.value_of(s, k, self.instance.pair_score[k]));
        }
        Ok(self.flow.mend())
    }

    fn value_of(&self, q: usize, pair: usize, score: i32) -> i32 {
        if score == BANNED { BANNED } else { self.instance.value_at(&self.scale, q, pair) as i32 }
    }

    /// Whether one more score of this size, and the needs of each priority that there are now, leave the weights what
    /// they are; counts it.
    fn takes(&mut self, score: u32) -> bool {
        self.room.0 -= i128::from(score);
        self.room.0 >= 0 && i64::from(score) <= self.room.2 && self.instance.scale() == self.scale
    }

    /// Weighs anew; where the weights are others, the flow is laid out anew with them.
    fn weigh(&mut self) -> Result<Weighed, Refused> {
        self.instance.weigh_anew()?;
        self.room = self.instance.headroom();
        let others = self.instance.scale() != self.scale;
        Ok(if others { Weighed::Others(self.lay_out()) } else { Weighed::Same })
    }

    /// Lays the flow out anew, from the plan and the prices there are: the weights have changed. `false`: something
    /// that has to stay has no place.
    fn lay_out(&mut self) -> bool {
        let old = self.scale;
        let mut plan = self.flow.chosen(&self.instance);
        plan.resize(self.instance.requirements(), None);
        let prices = self.flow.prices(&self.instance);
        self.scale = self.instance.scale();
        let (flow, whole) = flow_of(&self.instance, &old, &plan, &prices, &self.wholes.inside);
        self.flow = flow;
        // What the prices said was said in other weights.
        let times = (i128::from(self.scale.score), i128::from(old.score.max(1)));
        for by in &mut self.tried {
            *by = i64::try_from(i128::from(*by) * times.0 / times.1).unwrap_or(i64::MAX);
        }
        whole
    }
}

/// What has come of weighing anew.
enum Weighed {
    /// The weights are what they were.
    Same,
    /// They are others; whether all that has to stay has a place.
    Others(bool),
}

/// Whether each need is served.
fn served(i: &Instance, plan: &[Option<u32>]) -> Vec<bool> {
    (0..i.needs()).map(|n| plan[i.requirements_of(n)].iter().all(Option::is_some)).collect()
}

/// A flow that stands where the plan and its prices, at the weights `old`, say, and whether all that has to stay has
/// a place.
fn flow_of(
    i: &Instance,
    old: &Scale,
    plan: &[Option<u32>],
    prices: &Prices,
    inside: &[bool],
) -> (Flow, bool) {
    let scale = i.scale();
    let mut flow = Flow::new(Arc::new(Net::whole(i, &scale)), scale);
    let in_order = flow.take_over(i, old, plan, prices, inside, &Watch::none());
    (flow, in_order)
}
