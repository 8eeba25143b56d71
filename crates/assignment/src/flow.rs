//! The instance as a circulation: root → station → requirement → place → resource → member → root.
//!
//! Needs with one requirement enter through their station, for a reward, and may leave again. Needs with several are
//! *in* or *out* as a whole: when in, their requirements stay, the first with a line of the station's list. Those
//! that distinct members meet together are alike, so that each of them may go to its own member's places or to those
//! of members whom none of them has; that is as if they were units of one node with an arc of one unit to each
//! member. Optimal means that potentials exist at which no arc is out of order (complementary
//! slackness). A *toll* is such a potential: what a unit pays from a set up to the root; a station's is the price of
//! a line on its list. Whatever is out of order, after a first guess (`auction.rs`) or a change, is listed as units
//! too many or too few at a node, and each unit is put right by one shortest path (`path.rs`): Ahuja, Magnanti and
//! Orlin, "Network Flows", ch. 9; Jonker and Volgenant 1987.

mod change;
mod front;
mod mend;
mod path;
mod queue;
mod said;
mod start;
mod together;
mod trial;
mod whole;

use crate::instance::range_of;
use crate::net::{Net, Pair};
use crate::weights::Scale;
use crate::{BANNED, Instance, NONE};
use front::Front;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use trial::Changed;

/// A circulation, optimal but for the units that are listed as out of order, with the tolls that prove it.
#[derive(Clone)]
pub(crate) struct Flow {
    pub net: Arc<Net>,
    pub scale: Scale,
    /// Where requirements are, linked by place.
    pub task: Vec<Task>,
    /// What a search backward asks of every requirement, in one piece.
    seat: Vec<Seat>,
    /// What every requirement could earn at another place: no more than this, whatever has happened since it was looked
    /// at.
    near: Vec<i64>,
    /// By how much tolls of sets can have risen since the trial began.
    risen: i64,
    /// What a covered requirement earns beside its score.
    pub reward: Vec<i64>,
    /// Sets and stations.
    pub node: Vec<Node>,
    /// Tolls of sets, prices of lines, and zero for the root.
    pub toll: Vec<i64>,
    /// The negated value of the plan.
    cost: i128,
    front: Front,
    /// Requirements to be put in order, and nodes.
    waiting: Vec<u32>,
    uneven: Vec<u32>,
    /// What a trial has changed so far.
    journal: Option<Vec<Changed>>,
}

/// A set or a station, in one piece of memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    /// Units that flow from a set to the one around it; lines used of a station. Beside `excess` this is what the tolls
    /// say there is.
    pub load: u32,
    pub cap: u32,
    floor: u32,
    /// Units that came to the node and did not leave it; below zero: that left and did not come.
    excess: i32,
    /// The first requirement at a leaf.
    head: u32,
    /// The set around a set; the root for the outermost, and for stations.
    parent: u32,
    /// Whether each of its units costs nothing by itself.
    plain: bool,
}

/// A requirement's state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Task {
    /// The chosen pair.
    pub at: u32,
    next: u32,
    prev: u32,
    pub mode: Mode,
}

impl Task {
    /// Takes no part yet.
    const NEW: Task = Task { at: NONE, next: NONE, prev: NONE, mode: Mode::Out };
}

/// What a requirement earns where it is, and where that is: its leaf, or its door while it is not covered. Kept up
/// with the tolls, so that a search backward reads one line of memory a pair.
#[derive(Clone, Copy, Debug)]
struct Seat {
    worth: i64,
    /// [`NONE`]: takes no part.
    node: u32,
}

/// What a requirement could earn elsewhere that has not been looked at.
const UNKNOWN: i64 = i64::MAX / 4;

/// What it earns where it can never be: so little that it is never best, and not so little that a sum runs over.
const NOWHERE: i64 = i64::MIN / 4;

/// Whether a requirement takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Not at all.
    Out,
    /// Comes and goes by itself, for its reward, through its door.
    Free,
    /// Has to stay.
    Held,
    /// Free, but not in order yet: nothing may pass through it.
    Waiting,
}

impl Flow {
    /// The empty circulation: nothing is in yet.
    pub fn new(net: Arc<Net>, scale: Scale) -> Flow {
        let mut toll = vec![0; net.root + 1];
        // From the outside in, where a first unit costs something: sets come after those inside them.
        for v in (0..net.sets).rev() {
            toll[v] = toll[net.parent[v] as usize] + net.cost(v, 1, scale.even);
        }
        let node = |v: usize| Node {
            load: 0,
            cap: net.cap[v],
            floor: net.floor[v],
            excess: 0,
            head: NONE,
            parent: net.parent[v],
            plain: net.floor[v] == 0 && !net.even[v] && net.steps.of(v).is_empty(),
        };
        let mut flow = Flow {
            task: vec![Task::NEW; net.start.len() - 1],
            seat: vec![Seat { worth: 0, node: NONE }; net.start.len() - 1],
            near: vec![UNKNOWN; net.start.len() - 1],
            risen: 0,
            reward: vec![0; net.start.len() - 1],
            node: (0..net.root).map(node).collect(),
            toll,
            cost: 0,
            front: Front::new(net.root),
            waiting: Vec::new(),
            uneven: Vec::new(),
            journal: None,
            net,
            scale,
        };
        // Without lower bounds it is in order as it is.
        if flow.node.iter().any(|node| node.floor > 0) {
            flow.settle_loads();
            flow.mend();
        }
        debug_assert!(flow.in_order(), "nothing is in yet");
        flow
    }

    /// What the plan is worth, in units of the scale's lowest level.
    pub fn value(&self) -> i128 {
        -self.cost
    }

    /// The price of a node alone, without what is around it.
    pub fn price(&self, v: usize) -> i64 {
        self.toll[v] - self.toll[self.node[v].parent as usize]
    }

    /// What the k-th unit through a node costs.
    #[inline]
    fn marginal(&self, v: usize, k: u32) -> i64 {
        if self.node[v].plain { 0 } else { self.marginal_of(v, k) }
    }

    fn marginal_of(&self, v: usize, k: u32) -> i64 {
        let cost = self.net.cost(v, k, self.scale.even);
        if k <= self.node[v].floor { cost - self.scale.floor } else { cost }
    }

    /// Whether a pair can be walked by anyone.
    fn value_of(pair: Pair) -> Option<i64> {
        (pair.value != BANNED).then_some(i64::from(pair.value))
    }

    /// The most that a requirement earns at these tolls, its reward and its line apart; `None` without pairs.
    pub fn best(&self, q: usize) -> Option<i64> {
        let pairs = self.net.pairs(q);
        let group = self.group(q);
        let worth = |p: &Pair| {
            let worth = i64::from(p.value) - self.toll[p.leaf as usize];
            if p.value == BANNED { NOWHERE } else { worth }
        };
        let best = if group.is_empty() {
            pairs.iter().map(worth).fold(NOWHERE, i64::max)
        } else {
            let free = pairs.iter().filter(|p| !self.has_another(q, &group, p.leaf));
            free.map(worth).fold(NOWHERE, i64::max)
        };
        (best > NOWHERE).then_some(best)
    }

    /// Those that distinct members meet together with a requirement that stays; empty where it stands alone.
    #[inline]
    fn group(&self, q: usize) -> Range<usize> {
        if self.net.group.is_empty() || self.task[q].mode != Mode::Held {
            return 0..0;
        }
        let alike = self.alike(q);
        if alike.len() > 1 { alike } else { 0..0 }
    }

    /// The requirements that are met together with this one, itself among them.
    fn alike(&self, q: usize) -> Range<usize> {
        match self.net.group.get(q) {
            Some(first) => range_of(&self.net.group, *first),
            None => q..q + 1,
        }
    }

    /// Whether another of a requirement's group is with the member of a leaf.
    #[inline]
    fn has_another(&self, q: usize, group: &Range<usize>, leaf: u32) -> bool {
        !group.is_empty() && {
            let member = self.net.member_of[leaf as usize];
            group.clone().any(|s| s != q && self.member_at(s) == Some(member))
        }
    }

    /// The member with whom a requirement is; `None` where it is not covered or all requirements stand alone.
    fn member_at(&self, q: usize) -> Option<u32> {
        let pair = self.net.pair.get(self.task[q].at as usize)?;
        self.net.member_of.get(pair.leaf as usize).copied()
    }

    /// Whether the requirements of a need that distinct members meet together are with distinct members.
    fn apart(&self, i: &Instance, need: usize) -> bool {
        self.net.group.is_empty()
            || i.requirements_of(need)
                .all(|q| (self.alike(q).start..q).all(|s| self.member_at(s) != self.member_at(q)))
    }

    /// What a requirement would add at today's prices, at most, rewards apart; `None` without pairs.
    pub fn margin(&self, q: usize) -> Option<i64> {
        Some(self.best(q)? - self.toll[self.net.door[q] as usize])
    }

    /// What a need would add at today's prices, at most; `None` when it can never be served.
    pub fn profit(&self, i: &Instance, need: usize) -> Option<i64> {
        let mut profit = i.reward(&self.scale, need);
        let mut rest = i.requirements_of(need);
        while !rest.is_empty() {
            let group = self.alike(rest.start);
            profit += match group.len() {
                1 => self.margin(rest.start)?,
                _ => self.margin_of(group.clone())?,
            };
            rest.start = group.end;
        }
        Some(profit)
    }

    /// The same of requirements that distinct members meet together: the best that so many members offer.
    fn margin_of(&self, group: Range<usize>) -> Option<i64> {
        let net = &self.net;
        let mut of: BTreeMap<u32, i64> = BTreeMap::new();
        for pair in net.pairs(group.start) {
            if let Some(value) = Self::value_of(*pair) {
                let worth = value - self.toll[pair.leaf as usize];
                let best = of.entry(net.member_of[pair.leaf as usize]).or_insert(worth);
                *best = worth.max(*best);
            }
        }
        let mut best: Vec<i64> = of.into_values().collect();
        best.sort_unstable_by(|a, b| b.cmp(a));
        let doors: i64 = group.clone().map(|q| self.toll[net.door[q] as usize]).sum();
        Some(best.get(..group.len())?.iter().sum::<i64>() - doors)
    }

    /// Puts a requirement on a pair, or on none.
    pub fn put(&mut self, q: usize, pair: u32) {
        let task = self.task[q];
        self.note(Changed::At(q as u32, task.at));
        if task.at != NONE {
            let old = self.net.pair[task.at as usize];
            self.cost += i128::from(old.value) + i128::from(self.reward[q]);
            if task.next != NONE {
                self.task[task.next as usize].prev = task.prev;
            }
            if task.prev == NONE {
                self.node[old.leaf as usize].head = task.next;
            } else {
                self.task[task.prev as usize].next = task.next;
            }
        }
        self.task[q].at = pair;
        self.near[q] = UNKNOWN;
        if pair != NONE {
            let new = self.net.pair[pair as usize];
            self.cost -= i128::from(new.value) + i128::from(self.reward[q]);
            let first = std::mem::replace(&mut self.node[new.leaf as usize].head, q as u32);
            if first != NONE {
                self.task[first as usize].prev = q as u32;
            }
            self.task[q].next = first;
            self.task[q].prev = NONE;
        }
        self.sit(q);
    }

    /// Whether a requirement takes part from now on.
    pub fn set_mode(&mut self, q: usize, mode: Mode) {
        self.note(Changed::Mode(q as u32, self.task[q].mode));
        self.task[q].mode = mode;
        self.sit(q);
    }

    fn sit(&mut self, q: usize) {
        let task = self.task[q];
        self.seat[q] = if task.at != NONE {
            let pair = self.net.pair[task.at as usize];
            Seat { worth: i64::from(pair.value) - self.toll[pair.leaf as usize], node: pair.leaf }
        } else if task.mode == Mode::Free {
            let door = self.net.door[q];
            Seat { worth: self.toll[door as usize] - self.reward[q], node: door }
        } else {
            Seat { worth: 0, node: NONE }
        };
    }

    /// A toll moves, and with it what is earned there.
    fn move_toll(&mut self, v: usize, by: i64) {
        self.toll[v] += by;
        if v < self.net.sets {
            let mut q = self.node[v].head;
            while q != NONE {
                self.seat[q as usize].worth -= by;
                q = self.task[q as usize].next;
            }
        } else {
            for q in self.net.behind(v) {
                let seat = &mut self.seat[q as usize];
                if seat.node as usize == v {
                    seat.worth += by;
                }
            }
        }
        self.note(Changed::Toll(v as u32, by));
    }

    /// What is known from now on of a requirement that could earn so much elsewhere. A trial that is put back takes the
    /// tolls back to where it began: what has risen until now is lower then.
    fn seen(&self, worth: i64) -> i64 {
        if self.on_trial() { worth.saturating_add(self.risen).min(UNKNOWN) } else { worth }
    }

    fn lift(&mut self, v: usize) {
        self.note(Changed::More(v as u32));
        self.node[v].load += 1;
        self.cost += i128::from(self.marginal(v, self.node[v].load));
    }

    fn lower(&mut self, v: usize) {
        self.note(Changed::Less(v as u32));
        self.cost -= i128::from(self.marginal(v, self.node[v].load));
        self.node[v].load -= 1;
    }
}
