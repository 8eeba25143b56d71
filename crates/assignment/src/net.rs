//! The instance as the solver walks it: contracted capacity tree, arcs both ways.
//!
//! Nodes are the sets of the capacity tree, then the stations, then the root. A set that can never bind is left out
//! (a resource with as many units as its only quarter; a member without a limit), so that the bare problem is a
//! tree of one level and the full one has as many as it needs. The places of a folded resource (`fold.rs`) are sets one
//! inside the other: whoever may come no later than a place is inside that of the next.

use crate::fold::{Fold, Slot, binding, dear, run_of};
use crate::weights::Scale;
use crate::{BANNED, Instance, NONE};

/// A pair as its requirement sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    /// The innermost set around its place.
    pub leaf: u32,
    /// What it is worth in units of the lowest level.
    pub value: i32,
}

/// A pair as its place sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Back {
    pub requirement: u32,
    pub value: i32,
}

/// Lists of numbers, one list per key, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lists<T> {
    pub start: Vec<u32>,
    pub item: Vec<T>,
}

impl<T: Copy + Default> Lists<T> {
    pub fn new(keys: usize, of: impl Iterator<Item = (u32, T)> + Clone) -> Lists<T> {
        let mut start = vec![0u32; keys + 1];
        for (key, _) in of.clone() {
            start[key as usize + 1] += 1;
        }
        for k in 0..keys {
            start[k + 1] += start[k];
        }
        let mut item = vec![T::default(); start[keys] as usize];
        let mut next = start.clone();
        for (key, i) in of {
            item[next[key as usize] as usize] = i;
            next[key as usize] += 1;
        }
        Lists { start, item }
    }

    pub fn of(&self, key: usize) -> &[T] {
        &self.item[self.start[key] as usize..self.start[key + 1] as usize]
    }
}

impl Default for Back {
    fn default() -> Self {
        Back { requirement: NONE, value: BANNED }
    }
}

/// Up to which unit of a set each costs so much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Step {
    pub until: u32,
    pub cost: i64,
}

/// See the module's description.
#[derive(Clone, Debug)]
pub(crate) struct Net {
    /// Sets of the tree; stations follow them, then the root.
    pub sets: usize,
    pub root: usize,
    /// The set around each set; the root for the outermost.
    pub parent: Vec<u32>,
    pub cap: Vec<u32>,
    pub floor: Vec<u32>,
    /// Whether the k-th unit of a set costs 2k - 1.
    pub even: Vec<bool>,
    /// What the units of a folded resource cost, one after another.
    pub steps: Lists<Step>,
    pub children: Lists<u32>,
    /// Pairs of requirement `q` are `start[q]..start[q + 1]`, in the instance's order.
    pub start: Vec<u32>,
    pub pair: Vec<Pair>,
    pub back: Lists<Back>,
    /// The first of the requirements that distinct members meet together, as in the instance; empty where all stand
    /// alone.
    pub group: Vec<u32>,
    /// The member of each set; empty where all requirements stand alone.
    pub member_of: Vec<u32>,
    /// Where a requirement comes in: its station for a need's first, the root for its others.
    pub door: Vec<u32>,
    /// The requirements behind each station.
    behind: Lists<u32>,
    /// Pairs and requirements that came after the lists were laid out.
    late_back: Vec<Vec<Back>>,
    late_behind: Vec<Vec<u32>>,
    /// The instance's number of each requirement.
    pub order: Vec<u32>,
    pub place_order: Vec<u32>,
    /// The resources of which one pair stands for several of the instance, and the first of these for each pair; `None`
    /// and empty where there are none, and pairs are numbered like the instance's.
    pub fold: Option<Fold>,
    pub stands_for: Vec<u32>,
    /// Node of each place, resource and member; [`NONE`] where it can never bind. A place of a folded resource has the
    /// node of those who may come no later.
    pub place_node: Vec<u32>,
    pub resource_node: Vec<u32>,
    pub member_node: Vec<u32>,
}

impl Net {
    /// Lays out the instance; scores are multiplied by the scale's, evenness counts where it does there. With `whole`, sets
    /// that cannot bind today stay, so that their capacities can change, and everything keeps its number. With `order`,
    /// places and requirements are numbered in that order; without, places in the order in which they are asked for: what
    /// is asked for together competes, and lies together then.
    pub fn new(i: &Instance, scale: &Scale, whole: bool, order: Option<(Vec<u32>, Vec<u32>)>) -> Net {
        let (place_order, order) = order.unwrap_or_else(|| {
            let asked = (!whole).then_some(&i.pair_place).into_iter().flatten().copied();
            (first_seen(i.place_cap.len(), asked), (0..i.requirements() as u32).collect())
        });
        let (places, resources, members) = (i.place_cap.len(), i.resource_cap.len(), i.member_cap.len());
        let even = scale.even > 0;
        // Which sets bind, from the leaves up: how much can come out of a set, and whether that is less than flows in.
        let mut into_resource = vec![(0u64, 0u32); resources];
        for (p, r) in i.place_resource.iter().enumerate() {
            let at = &mut into_resource[*r as usize];
            *at = (at.0 + u64::from(i.place_cap[p]), at.1 + 1);
        }
        let mut into_member = vec![(0u64, 0u32); members];
        for (r, m) in i.resource_member.iter().enumerate() {
            let at = &mut into_member[*m as usize];
            *at = (at.0 + into_resource[r].0.min(u64::from(i.resource_cap[r])), at.1 + 1);
        }
        let fold = if whole { None } else { Fold::of(i) };
        let slots = |r: usize| fold.as_ref().map_or(&[][..], |f| f.slots.of(r));
        // As many units as a resource can have at all.
        let most = |r: usize| {
            let places = slots(r).last().map_or(u32::MAX, |s| s.until);
            i.resource_cap[r].min(places)
        };
        let slack = |cap: u32, inflow: (u64, u32), floor: u32| {
            !whole && floor == 0 && inflow.1 > 0 && u64::from(cap) >= inflow.0
        };
        let keeps_member: Vec<bool> = (0..members)
            .map(|m| even || !slack(i.member_cap[m], into_member[m], i.member_floor[m]))
            .collect();
        let keeps_resource: Vec<bool> = (0..resources)
            .map(|r| {
                // An only child says what its parent says.
                let m = i.resource_member[r] as usize;
                let told = !whole
                    && into_member[m].1 == 1
                    && keeps_member[m]
                    && i.resource_floor[r] == 0
                    && i.member_cap[m] <= most(r);
                if !slots(r).is_empty() {
                    return !told || dear(slots(r), i.member_cap[m]);
                }
                !told && !slack(i.resource_cap[r], into_resource[r], i.resource_floor[r])
            })
            .collect();
        let keeps_place = |p: usize| {
            let r = i.place_resource[p] as usize;
            let m = i.resource_member[r] as usize;
            let above = if whole {
                None
            } else if keeps_resource[r] {
                Some(i.resource_cap[r])
            } else if keeps_member[m] && into_member[m].1 == 1 {
                Some(i.member_cap[m])
            } else {
                None
            };
            let told = above.is_some_and(|c| c <= i.place_cap[p]);
            i.place_floor[p] > 0 || !told
        };
        let mut net = Net {
            sets: 0,
            root: 0,
            parent: Vec::new(),
            cap: Vec::new(),
            floor: Vec::new(),
            even: Vec::new(),
            steps: Lists::default(),
            children: Lists::default(),
            start: Vec::with_capacity(order.len() + 1),
            pair: Vec::new(),
            back: Lists::default(),
            group: i.group.clone(),
            member_of: Vec::new(),
            door: Vec::new(),
            behind: Lists::default(),
            late_back: Vec::new(),
            late_behind: Vec::new(),
            order: Vec::new(),
            place_order: Vec::new(),
            fold: None,
            stands_for: Vec::new(),
            place_node: vec![NONE; places],
            resource_node: vec![NONE; resources],
            member_node: vec![NONE; members],
        };
        // Places first: their numbers are what arcs lead to.
        for p in place_order.iter().map(|p| *p as usize) {
            let r = i.resource_of(p);
            let slots = slots(r);
            if slots.is_empty() {
                if keeps_place(p) {
                    net.place_node[p] = net.set(i.place_cap[p], i.place_floor[p], false);
                }
            } else if slots[0].place as usize == p {
                // Whoever has to come sooner is inside those who may come later.
                for slot in binding(slots, most(r).min(i.member_cap[i.resource_member[r] as usize])) {
                    net.place_node[slot.place as usize] = net.set(slot.until, 0, false);
                }
            }
        }
        // Resources and members follow their places, so that what is asked for together lies together.
        let resource_order = first_seen(resources, place_order.iter().map(|p| i.place_resource[*p as usize]));
        let member_order = first_seen(members, resource_order.iter().map(|r| i.resource_member[*r as usize]));
        for r in resource_order.into_iter().map(|r| r as usize).filter(|r| keeps_resource[*r]) {
            net.resource_node[r] = net.set(most(r), i.resource_floor[r], false);
        }
        for m in member_order.into_iter().map(|m| m as usize).filter(|m| keeps_member[*m]) {
            net.member_node[m] = net.set(i.member_cap[m], i.member_floor[m], even);
        }
        net.sets = net.cap.len();
        if !i.group.is_empty() {
            let of_resource = |r: usize| i.resource_member[r];
            let places =
                net.place_node.iter().zip(&i.place_resource).map(|(v, r)| (*v, of_resource(*r as usize)));
            let resources = net.resource_node.iter().enumerate().map(|(r, v)| (*v, of_resource(r)));
            let members = net.member_node.iter().copied().zip(0..);
            net.member_of = vec![NONE; net.sets];
            for (node, member) in places.chain(resources).chain(members).filter(|(node, _)| *node != NONE) {
                net.member_of[node as usize] = member;
            }
        }
        net.root = net.sets + i.station_limit.len();
        net.parent = vec![net.root as u32; net.root];
        let or = |node: u32, other: u32| if node == NONE { other } else { node };
        let member = |m: u32| or(net.member_node[m as usize], net.root as u32);
        let resource = |r: u32| or(net.resource_node[r as usize], member(i.resource_member[r as usize]));
        for (r, node) in net.resource_node.iter().enumerate() {
            if *node != NONE {
                net.parent[*node as usize] = member(i.resource_member[r]);
            }
        }
        for (p, node) in net.place_node.iter().enumerate() {
            if *node != NONE {
                net.parent[*node as usize] = resource(i.place_resource[p]);
            }
        }
        net.cap.extend(&i.station_limit);
        net.floor.extend(&i.station_floor);
        net.even.resize(net.root, false);
        let mut leaf: Vec<u32> =
            (0..places).map(|p| or(net.place_node[p], resource(i.place_resource[p]))).collect();
        for r in 0..resources {
            let mut around = resource(r as u32);
            for slot in slots(r).iter().rev() {
                let node = net.place_node[slot.place as usize];
                if node != NONE {
                    net.parent[node as usize] = around;
                    around = node;
                }
                leaf[slot.place as usize] = around;
            }
        }
        let dear_sets =
            net.resource_node.iter().enumerate().filter(|(r, n)| **n != NONE && dear(slots(*r), NONE));
        net.steps = Lists::new(
            net.root,
            dear_sets.flat_map(|(r, node)| {
                slots(r)
                    .iter()
                    .map(|s| (*node, Step { until: s.until, cost: i64::from(s.less) * scale.score }))
            }),
        );
        net.pair.reserve_exact(i.pairs());
        net.start.push(0);
        for q in &order {
            let q = *q as usize;
            let value = |k: usize| match i.pair_score[k] {
                BANNED => BANNED,
                points if i.favoured.is_empty() => points * scale.score as i32,
                _ => i.value_at(scale, q, k) as i32,
            };
            let pairs = i.pairs_of(q);
            if fold.is_none() {
                net.pair.extend(pairs.map(|k| Pair { leaf: leaf[i.place_of(k)], value: value(k) }));
            } else {
                let mut first = pairs.start;
                while first < pairs.end {
                    let folded = !slots(i.resource_of(i.place_of(first))).is_empty();
                    let end = if folded { run_of(i, first, pairs.end) } else { first + 1 };
                    net.pair.push(Pair { leaf: leaf[i.place_of(end - 1)], value: value(first) });
                    net.stands_for.push(first as u32);
                    first = end;
                }
            }
            net.start.push(net.pair.len() as u32);
        }
        let root = net.root as u32;
        net.children = Lists::new(
            net.root + 1,
            net.parent[..net.sets].iter().enumerate().map(|(child, parent)| (*parent, child as u32)),
        );
        net.back = net.backward();
        net.door = vec![root; i.requirements()];
        for need in 0..i.needs() {
            if i.need_station[need] != NONE {
                net.door[i.need_start[need] as usize] = net.sets as u32 + i.need_station[need];
            }
        }
        net.door = order.iter().map(|q| net.door[*q as usize]).collect();
        net.order = order;
        net.place_order = place_order;
        net.fold = fold;
        net.behind = Lists::new(
            i.station_limit.len(),
            net.door
                .iter()
                .enumerate()
                .filter(move |(_, d)| **d != root)
                .map(|(q, d)| (*d - net.sets as u32, q as u32)),
        );
        net
    }

    /// What the k-th unit through a node costs where the k-th of an even set costs `2k - 1` times `even`.
    pub fn cost(&self, v: usize, k: u32, even: i64) -> i64 {
        let even = if self.even[v] { (2 * i64::from(k) - 1) * even } else { 0 };
        let steps = self.steps.of(v);
        even + steps.iter().find(|s| k <= s.until).or(steps.last()).map_or(0, |s| s.cost)
    }

    fn set(&mut self, cap: u32, floor: u32, even: bool) -> u32 {
        self.cap.push(cap);
        self.floor.push(floor);
        self.even.push(even);
        self.cap.len() as u32 - 1
    }

    /// The pairs as the places see them.
    fn backward(&self) -> Lists<Back> {
        let mut start = vec![0u32; self.sets + 1];
        for p in &self.pair {
            start[p.leaf as usize + 1] += 1;
        }
        for v in 0..self.sets {
            start[v + 1] += start[v];
        }
        let mut item = vec![Back::default(); self.pair.len()];
        let mut next = start.clone();
        for q in 0..self.start.len() - 1 {
            for p in self.pairs(q) {
                let at = &mut next[p.leaf as usize];
                item[*at as usize] = Back { requirement: q as u32, value: p.value };
                *at += 1;
            }
        }
        Lists { start, item }
    }

    /// The places of a folded resource in the order in which they fill; none where it is not folded.
    pub fn slots(&self, resource: usize) -> &[Slot] {
        self.fold.as_ref().map_or(&[], |fold| fold.slots.of(resource))
    }

    /// The pairs of a leaf, and those of requirements that came later.
    pub fn back_of(&self, v: usize) -> [&[Back]; 2] {
        [self.back.of(v), self.late_back.get(v).map_or(&[], Vec::as_slice)]
    }

    /// The requirements behind a station.
    pub fn behind(&self, station: usize) -> impl Iterator<Item = u32> {
        let s = station - self.sets;
        self.behind.of(s).iter().chain(self.late_behind.get(s).into_iter().flatten()).copied()
    }

    /// Another value for a pair of a requirement.
    pub fn set_value(&mut self, q: usize, pair: usize, value: i32) {
        let Pair { leaf, value: old } = self.pair[pair];
        self.pair[pair].value = value;
        let range = self.back.start[leaf as usize] as usize..self.back.start[leaf as usize + 1] as usize;
        let late = self.late_back.get_mut(leaf as usize).into_iter().flatten();
        let mut all = self.back.item[range].iter_mut().chain(late);
        if let Some(back) = all.find(|b| b.requirement as usize == q && b.value == old) {
            back.value = value;
        }
    }

    /// The innermost set around a place.
    pub fn leaf_of_place(&self, i: &Instance, place: usize) -> u32 {
        let resource = i.resource_of(place);
        let or = |node: u32, other: u32| if node == NONE { other } else { node };
        let member = or(self.member_node[i.resource_member[resource] as usize], self.root as u32);
        or(self.place_node[place], or(self.resource_node[resource], member))
    }

    /// A requirement that came later, with its pairs.
    pub fn add(&mut self, pairs: &[Pair], door: u32) -> usize {
        let q = self.door.len();
        self.pair.extend(pairs);
        self.start.push(self.pair.len() as u32);
        self.door.push(door);
        self.order.push(q as u32);
        if !self.group.is_empty() {
            self.group.push(q as u32);
        }
        self.late_back.resize(self.sets, Vec::new());
        for p in pairs {
            self.late_back[p.leaf as usize].push(Back { requirement: q as u32, value: p.value });
        }
        if door as usize != self.root {
            self.late_behind.resize(self.root - self.sets, Vec::new());
            self.late_behind[door as usize - self.sets].push(q as u32);
        }
        q
    }

    /// The pair of a requirement that stands for one of the instance.
    pub fn pair_for(&self, i: &Instance, q: usize, pair: u32) -> u32 {
        let range = self.start[q] as usize..self.start[q + 1] as usize;
        match self.stands_for.get(range) {
            Some(of) => self.start[q] + of.partition_point(|first| *first <= pair) as u32 - 1,
            None => self.start[q] + pair - i.pair_start[self.order[q] as usize],
        }
    }

    /// The pairs of a requirement.
    pub fn pairs(&self, q: usize) -> &[Pair] {
        &self.pair[self.start[q] as usize..self.start[q + 1] as usize]
    }
}

/// Numbers below `count` in the order in which they come first, then those that do not come.
fn first_seen(count: usize, numbers: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut seen = vec![false; count];
    let mut is_new = |n: &u32| !std::mem::replace(&mut seen[*n as usize], true);
    numbers.chain(0..count as u32).filter(|n| is_new(n)).collect()
}
