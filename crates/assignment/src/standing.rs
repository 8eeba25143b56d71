//! A standing plan that follows changes: from one proved optimum to the next by the shortest paths that the change
//! asks for, not by solving again.

use crate::flow::Flow;
use crate::net::{Net, Pair};
use crate::watch::Watch;
use crate::weights::Scale;
use crate::{BANNED, Bound, Instance, InstanceError, NONE, Prices, Priority, Solution, Tree};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What can change in a standing plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A need is withdrawn; its number stays.
    NeedGoes(u32),
    /// A need that had gone is back; one of several requirements only counts again when the year is solved again.
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
    /// A pair must not be chosen any more.
    Ban(u32),
    /// A pair is worth so many points; it may have been banned before.
    Rescore(u32, u32),
    /// The pair's requirement takes this pair or none, and before all that is not pinned.
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
    /// Needs of several requirements that are in would have no place: they have to be solved anew.
    #[error("what has to stay has no other place")]
    NoPlace,
    /// What distinct members meet together is decided together: it has to be solved anew.
    #[error("requirement {0} is met by several members together")]
    Together(u32),
    /// The objective could overflow.
    #[error(transparent)]
    Instance(#[from] InstanceError),
}

/// An instance with its best plan, ready for changes.
///
/// Exact where every need has one requirement. Needs with several stay in or out as the plan had them; what the
/// prices say against that is the gap that [`crate::verify`] finds.
#[derive(Clone)]
pub struct Standing {
    instance: Instance,
    scale: Scale,
    flow: Flow,
    /// What may be added before the weights have to be others: see `Instance::headroom`.
    room: (i128, usize, i64),
    /// Priority and scores of pinned requirements before.
    before: BTreeMap<u32, (Priority, Vec<i32>)>,
}

impl Standing {
    /// Begins with a plan of [`crate::solve`].
    pub fn new(instance: Instance, plan: &Solution) -> Standing {
        let scale = instance.scale();
        let (flow, _) = flow_of(&instance, &scale, &plan.chosen, &plan.prices);
        Standing { room: instance.headroom(), instance, scale, flow, before: BTreeMap::new() }
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
        self.flow.prices()
    }

    /// The chosen pair of a requirement.
    pub fn chosen(&self, requirement: u32) -> Option<u32> {
        self.flow.task.get(requirement as usize).map(|t| t.at).filter(|p| *p != NONE)
    }

    /// What the plan is worth, in units of the lowest level: larger is better, by any difference.
    pub fn value(&self) -> i128 {
        self.flow.value()
    }

    /// Makes a change and brings the plan to its new optimum.
    ///
    /// # Errors
    /// What the change speaks of does not exist, or the plan cannot follow; nothing has changed then.
    pub fn change(&mut self, change: &Change) -> Result<(), Refused> {
        // Where every need may leave, a change can always be followed; only what has to stay may find no place.
        let before = (!self.instance.is_flow()).then(|| self.clone());
        let made = self.make(change);
        if let (Err(_), Some(before)) = (&made, before) {
            *self = before;
        }
        made
    }

    /// Makes a change. Where it is refused, the instance is as before; the flow too, unless something had no place.
    fn make(&mut self, change: &Change) -> Result<(), Refused> {
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

    /// What could not be put in order has no place.
    fn mended(&mut self) -> Result<(), Refused> {
        if self.flow.mend() { Ok(()) } else { Err(Refused::NoPlace) }
    }

    fn requirement_of(&self, pair: u32) -> Result<usize, Refused> {
        if pair as usize >= self.instance.pairs() {
            return Err(Refused::Unknown("pair", pair));
        }
        let q = self.instance.pair_start.partition_point(|start| *start <= pair) - 1;
        if self.instance.group_of(q).len() > 1 { Err(Refused::Together(q as u32)) } else { Ok(q) }
    }

    fn part(&mut self, need: u32, comes: bool) -> Result<(), Refused> {
        let n = need as usize;
        let gone = *self.instance.need_gone.get(n).ok_or(Refused::Unknown("need", need))?;
        if gone != comes {
            return Ok(());
        }
        self.instance.need_gone[n] = !comes;
        let range = self.instance.requirements_of(n);
        let single = range.len() == 1;
        for q in range {
            // A need of several comes back when the year is solved again.
            if single || !comes {
                self.flow.set_part(q, comes);
            }
        }
        self.mended()
    }

    fn add(&mut self, station: Option<u32>, priority: Priority, pairs: &[(u32, u32)]) -> Result<(), Refused> {
        let (places, stations) = (self.instance.place_cap.len(), self.instance.station_limit.len());
        if let Some(p) = pairs.iter().find(|p| p.0 as usize >= places) {
            return Err(Refused::Unknown("place", p.0));
        }
        if let Some(s) = station.filter(|s| *s as usize >= stations) {
            return Err(Refused::Unknown("station", s));
        }
        let before = (self.instance.pairs(), self.instance.requirements());
        self.instance.push(station, priority, pairs);
        let most = pairs.iter().map(|p| p.1).max().unwrap_or(0);
        if !self.takes(most) || self.instance.needs() > self.room.1 {
            match self.weigh() {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(e) => {
                    self.instance.pop(before);
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
        self.mended()
    }

    fn cap(&mut self, level: &'static str, index: u32, cap: u32) -> Result<(), Refused> {
        let k = index as usize;
        let old = *self.caps(level).get(k).ok_or(Refused::Unknown(level, index))?;
        self.caps(level)[k] = cap;
        if level == "member" && cap > old {
            match self.weigh() {
                Ok(true) => return Ok(()),
                Ok(false) => {}
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
        self.mended()
    }

    fn caps(&mut self, level: &str) -> &mut Vec<u32> {
        match level {
            "place" => &mut self.instance.place_cap,
            "resource" => &mut self.instance.resource_cap,
            "member" => &mut self.instance.member_cap,
            _ => &mut self.instance.station_limit,
        }
    }

    fn score(&mut self, pair: u32, score: i32) -> Result<(), Refused> {
        let q = self.requirement_of(pair)?;
        let old = std::mem::replace(&mut self.instance.pair_score[pair as usize], score);
        if score > old && !self.takes(score as u32) {
            match self.weigh() {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(e) => {
                    self.instance.pair_score[pair as usize] = old;
                    self.weigh()?;
                    return Err(e);
                }
            }
        }
        self.flow.set_value(q, pair as usize, self.value_of(q, pair as usize, score));
        self.mended()
    }

    fn value_of(&self, q: usize, pair: usize, score: i32) -> i32 {
        if score == BANNED { BANNED } else { self.instance.value_at(&self.scale, q, pair) as i32 }
    }

    fn pin(&mut self, pair: u32) -> Result<(), Refused> {
        let q = self.requirement_of(pair)?;
        let range = self.instance.pairs_of(q);
        self.unpin(pair)?;
        let need = self.instance.need_of(q);
        let before = (self.instance.need_priority[need], self.instance.pair_score[range.clone()].to_vec());
        self.before.insert(q as u32, before);
        for k in range {
            if k != pair as usize {
                self.instance.pair_score[k] = BANNED;
            }
        }
        self.instance.need_priority[need] = Priority::Pinned;
        let pinned = self.follow(q, need, 0);
        if matches!(pinned, Err(Refused::Instance(_))) {
            self.unpin(pair)?;
        }
        pinned
    }

    fn unpin(&mut self, pair: u32) -> Result<(), Refused> {
        let q = self.requirement_of(pair)?;
        let Some((priority, scores)) = self.before.remove(&(q as u32)) else { return Ok(()) };
        let need = self.instance.need_of(q);
        let range = self.instance.pairs_of(q);
        self.instance.pair_score[range].copy_from_slice(&scores);
        self.instance.need_priority[need] = priority;
        let most = scores.iter().copied().max().unwrap_or(0).max(0);
        self.follow(q, need, most as u32)
    }

    /// Brings scores and priority of a requirement into the flow; no score is new that is more than `most`.
    fn follow(&mut self, q: usize, need: usize, most: u32) -> Result<(), Refused> {
        if !self.takes(most) && self.weigh()? {
            return Ok(());
        }
        for k in self.instance.pairs_of(q) {
            let value = self.value_of(q, k, self.instance.pair_score[k]);
            if self.flow.net.pair[k].value != value {
                self.flow.set_value(q, k, value);
            }
        }
        let first = self.instance.requirements_of(need).start;
        self.flow.set_worth(first, self.instance.reward(&self.scale, need));
        self.mended()
    }

    /// Whether one more score of this size, and the needs of each priority that there are now, leave the weights what
    /// they are; counts it.
    fn takes(&mut self, score: u32) -> bool {
        self.room.0 -= i128::from(score);
        self.room.0 >= 0 && i64::from(score) <= self.room.2 && self.instance.scale() == self.scale
    }

    /// Weighs anew; says whether the weights are others, and the flow laid out anew with them.
    fn weigh(&mut self) -> Result<bool, Refused> {
        self.instance.weigh_anew()?;
        self.room = self.instance.headroom();
        let others = self.instance.scale() != self.scale;
        if others && !self.lay_out() {
            return Err(Refused::NoPlace);
        }
        Ok(others)
    }

    /// Lays the flow out anew, from the plan and the prices there are: the weights have changed. `false`: something
    /// that has to stay has no place.
    fn lay_out(&mut self) -> bool {
        let old = self.scale;
        let mut plan = self.flow.chosen(&self.instance);
        plan.resize(self.instance.requirements(), None);
        let prices = self.flow.prices();
        self.scale = self.instance.scale();
        let (flow, whole) = flow_of(&self.instance, &old, &plan, &prices);
        self.flow = flow;
        whole
    }
}

/// A flow that stands where the plan and its prices, at the weights `old`, say, and whether all that has to stay has
/// a place.
fn flow_of(i: &Instance, old: &Scale, plan: &[Option<u32>], prices: &Prices) -> (Flow, bool) {
    let whole: Vec<bool> =
        (0..i.needs()).map(|n| plan[i.requirements_of(n)].iter().all(Option::is_some)).collect();
    let scale = i.scale();
    let mut flow = Flow::new(Arc::new(Net::new(i, &scale, true, None)), scale);
    let in_order = flow.take_over(i, old, plan, prices, &whole, &Watch::none());
    (flow, in_order)
}
