//! The instance as the solver walks it: contracted capacity tree, arcs both ways.
//!
//! Nodes are the sets of the capacity tree, then the stations, then the root. A set that can never bind is left out
//! (a resource with as many units as its only quarter; a member without a limit), so that the bare problem is a
//! tree of one level and the full one has as many as it needs. The places of a folded resource (`fold.rs`) are sets one
//! inside the other: whoever may come no later than a place is inside that of the next.

mod lay;

use crate::fold::{Fold, Slot};
use crate::{BANNED, Instance, NONE};
use std::sync::Arc;

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
    pub fold: Option<Arc<Fold>>,
    pub stands_for: Vec<u32>,
    /// Node of each place, resource and member; [`NONE`] where it can never bind. A place of a folded resource has the
    /// node of those who may come no later.
    pub place_node: Vec<u32>,
    pub resource_node: Vec<u32>,
    pub member_node: Vec<u32>,
}

impl Net {
    /// What the k-th unit through a node costs where the k-th of an even set costs `2k - 1` times `even`.
    pub fn cost(&self, v: usize, k: u32, even: i64) -> i64 {
        let even = if self.even[v] { (2 * i64::from(k) - 1) * even } else { 0 };
        let steps = self.steps.of(v);
        even + steps.iter().find(|s| k <= s.until).or(steps.last()).map_or(0, |s| s.cost)
    }

    /// The places of a folded resource in the order in which they fill; none where it is not folded.
    pub fn slots(&self, resource: usize) -> &[Slot] {
        self.fold.as_deref().map_or(&[], |fold| fold.slots.of(resource))
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
