//! Shortest paths over reduced costs, from both ends at once, and the unit that goes along them.

use super::{Flow, NONE};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// From the start along the arcs.
pub(super) const FORWARD: usize = 0;
/// From the end against them.
const BACKWARD: usize = 1;

/// How a shortest-path search ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// A unit went along the path.
    Pushed,
    /// The nearest way costs at least the limit; the potentials say so.
    TooDear,
    /// There is no way at all; nothing was changed.
    NoWay,
}

/// One half of a bidirectional search. Distances are valid where the stamp is the search's.
#[derive(Clone)]
pub(super) struct Half {
    stamp: u32,
    seen: Vec<u32>,
    distance: Vec<i128>,
    /// The node before, in the direction of the search.
    via: Vec<u32>,
    /// The pair behind an arc between a requirement and a place.
    by: Vec<u32>,
    pub settled: Vec<u32>,
    heap: BinaryHeap<Reverse<(i128, u32)>>,
    /// What is as far as the node that is being settled: no need to sort it.
    same: Vec<u32>,
    /// Arcs looked at: the halves take turns by it.
    work: usize,
}

impl Half {
    pub fn new(nodes: usize) -> Half {
        Half {
            stamp: 0,
            seen: vec![0; nodes],
            distance: vec![0; nodes],
            via: vec![NONE; nodes],
            by: vec![NONE; nodes],
            settled: Vec::new(),
            heap: BinaryHeap::new(),
            same: Vec::new(),
            work: 0,
        }
    }

    fn start(&mut self, node: usize) {
        self.stamp += 2;
        self.settled.clear();
        self.heap.clear();
        self.same.clear();
        self.work = 0;
        self.seen[node] = self.stamp;
        self.distance[node] = 0;
        self.via[node] = NONE;
        self.same.push(node as u32);
    }

    fn reached(&self, node: usize) -> bool {
        self.seen[node] >= self.stamp
    }

    fn is_settled(&self, node: usize) -> bool {
        self.seen[node] > self.stamp
    }

    /// The distance of the next node to settle.
    fn top(&mut self) -> Option<i128> {
        while let Some(u) = self.same.last() {
            if !self.is_settled(*u as usize) {
                return Some(self.distance[*u as usize]);
            }
            self.same.pop();
        }
        while let Some(Reverse((d, u))) = self.heap.peek() {
            if !self.is_settled(*u as usize) && *d == self.distance[*u as usize] {
                return Some(*d);
            }
            self.heap.pop();
        }
        None
    }

    fn settle(&mut self) -> Option<usize> {
        self.top()?;
        let u = self.same.pop().or_else(|| self.heap.pop().map(|Reverse((_, u))| u))? as usize;
        self.seen[u] = self.stamp + 1;
        self.settled.push(u as u32);
        Some(u)
    }
}

impl Flow<'_> {
    /// One unit along the shortest path, if it costs less than the limit; then the potentials anew.
    ///
    /// Both halves of the search stop when their tops together reach the best meeting: from there on no shorter way
    /// is left. What the first half settled within its share of the distance goes down to the share, what the second
    /// settled within the rest goes up; the two cannot overlap, since no node is nearer than the whole to both ends.
    pub(super) fn push(&mut self, from: usize, to: usize, limit: Option<i128>) -> End {
        self.half[FORWARD].start(from);
        self.half[BACKWARD].start(to);
        let mut best: Option<(i128, usize)> = None;
        let share = loop {
            let (forward, backward) = (self.half[FORWARD].top(), self.half[BACKWARD].top());
            let most = best.map(|(d, _)| d).into_iter().chain(limit).min();
            let side = match (forward, backward, most) {
                (Some(f), Some(b), Some(most)) if f + b >= most => break f.min(most),
                // A half that is exhausted has found everything there is.
                (None, _, Some(most)) => break most,
                (_, None, Some(_)) => break 0,
                (None, _, None) => return End::NoWay,
                (_, None, None) => FORWARD,
                _ if self.half[FORWARD].work <= self.half[BACKWARD].work => FORWARD,
                _ => BACKWARD,
            };
            let Some(u) = self.half[side].settle() else { continue };
            let d = self.half[side].distance[u];
            if self.half[1 - side].reached(u) {
                let whole = d + self.half[1 - side].distance[u];
                if best.is_none_or(|(b, _)| whole < b) {
                    best = Some((whole, u));
                }
            }
            if side == FORWARD {
                self.expand(u);
            } else {
                self.expand_back(u, from);
            }
        };
        let (whole, meeting) = match (best, limit) {
            (Some((d, u)), Some(l)) if d < l => (d, Some(u)),
            (Some((d, u)), None) => (d, Some(u)),
            (_, Some(l)) => (l, None),
            (None, None) => return End::NoWay,
        };
        if let Some(meeting) = meeting {
            self.cost += whole - self.potential[from] + self.potential[to];
            self.augment(meeting);
        }
        let rest = whole - share;
        for (side, most) in [(FORWARD, share), (BACKWARD, rest)] {
            for i in 0..self.half[side].settled.len() {
                let u = self.half[side].settled[i] as usize;
                let less = most - self.half[side].distance[u];
                if less > 0 {
                    self.potential[u] += if side == FORWARD { -less } else { less };
                }
            }
        }
        if meeting.is_some() { End::Pushed } else { End::TooDear }
    }

    /// An arc that the search comes upon, from `u` to `v` in its own direction.
    fn relax(&mut self, side: usize, u: usize, v: usize, cost: i128, pair: u32) {
        let (tail, head) = if side == FORWARD { (u, v) } else { (v, u) };
        let reduced = cost + self.potential[tail] - self.potential[head];
        debug_assert!(reduced >= 0);
        let half = &mut self.half[side];
        half.work += 1;
        let new = half.distance[u] + reduced;
        if half.seen[v] > half.stamp || (half.seen[v] == half.stamp && half.distance[v] <= new) {
            return;
        }
        half.seen[v] = half.stamp;
        half.distance[v] = new;
        half.via[v] = u as u32;
        half.by[v] = pair;
        // The root leads everywhere: it waits until everything else at its distance is settled.
        if reduced == 0 && v != self.root {
            half.same.push(v as u32);
        } else {
            half.heap.push(Reverse((new, v as u32)));
        }
    }

    /// Every residual arc out of `u`.
    fn expand(&mut self, u: usize) {
        let i = self.instance;
        let side = FORWARD;
        if u < self.places_at {
            let mine = self.at[u];
            for p in i.pairs_of(u) {
                if p as u32 != mine && i.usable(p) {
                    self.relax(side, u, self.places_at + i.place_of(p), -self.points(p), p as u32);
                }
            }
            if mine != NONE && self.free[u] {
                self.relax(side, u, self.door[u] as usize, self.reward[u], NONE);
            }
        } else if u < self.resources_at {
            let place = u - self.places_at;
            if self.place_load[place] < i.place_cap[place] {
                self.relax(side, u, self.resources_at + i.resource_of(place), 0, NONE);
            }
            for k in 0..self.here[place].len() {
                let q = self.here[place][k] as usize;
                let pair = self.at[q];
                self.relax(side, u, q, self.points(pair as usize), pair);
            }
        } else if u < self.members_at {
            let resource = u - self.resources_at;
            if self.resource_load[resource] < i.resource_cap[resource] {
                self.relax(side, u, self.members_at + i.resource_member[resource] as usize, 0, NONE);
            }
            for k in self.places_of.of(resource) {
                let place = self.places_of.item[k] as usize;
                if self.place_load[place] > 0 {
                    self.relax(side, u, self.places_at + place, 0, NONE);
                }
            }
        } else if u < self.stations_at {
            let member = u - self.members_at;
            let load = self.member_load[member];
            if load < i.member_cap[member] {
                self.relax(side, u, self.root, i128::from(load) * 2 + 1, NONE);
            }
            for k in self.resources_of.of(member) {
                let resource = self.resources_of.item[k] as usize;
                if self.resource_load[resource] > 0 {
                    self.relax(side, u, self.resources_at + resource, 0, NONE);
                }
            }
        } else if u < self.root {
            let station = u - self.stations_at;
            if self.listed[station] > 0 {
                self.relax(side, u, self.root, 0, NONE);
            }
            self.open_doors(u);
        } else {
            self.open_doors(u);
            for member in 0..i.member_cap.len() {
                let load = self.member_load[member];
                if load > 0 {
                    self.relax(side, u, self.members_at + member, 1 - i128::from(load) * 2, NONE);
                }
            }
            for station in 0..i.station_limit.len() {
                if self.listed[station] < self.limit[station] {
                    self.relax(side, u, self.stations_at + station, 0, NONE);
                }
            }
        }
    }

    /// The arcs through a door to what waits behind it.
    fn open_doors(&mut self, door: usize) {
        for k in self.behind.of(door - self.stations_at) {
            let q = self.behind.item[k] as usize;
            if self.free[q] && self.at[q] == NONE {
                self.relax(FORWARD, door, q, -self.reward[q], NONE);
            }
        }
    }

    /// The arcs back through a door from what is covered behind it.
    fn open_doors_back(&mut self, door: usize) {
        for k in self.behind.of(door - self.stations_at) {
            let q = self.behind.item[k] as usize;
            if self.free[q] && self.at[q] != NONE {
                self.relax(BACKWARD, door, q, self.reward[q], NONE);
            }
        }
    }

    /// Every residual arc into `u`; a requirement that is not in yet counts only where the search began.
    fn expand_back(&mut self, u: usize, from: usize) {
        let i = self.instance;
        let side = BACKWARD;
        if u < self.places_at {
            let mine = self.at[u];
            if mine != NONE {
                let place = self.places_at + i.place_of(mine as usize);
                self.relax(side, u, place, self.points(mine as usize), mine);
            } else if self.free[u] && u != from {
                self.relax(side, u, self.door[u] as usize, -self.reward[u], NONE);
            }
        } else if u < self.resources_at {
            let place = u - self.places_at;
            for k in self.pairs_of_place.of(place) {
                let p = self.pairs_of_place.item[k] as usize;
                let q = i.pair_requirement[p] as usize;
                let mine = self.at[q];
                if mine != p as u32 && (mine != NONE || self.free[q] || q == from) && i.usable(p) {
                    self.relax(side, u, q, -self.points(p), p as u32);
                }
            }
            if self.place_load[place] > 0 {
                self.relax(side, u, self.resources_at + i.resource_of(place), 0, NONE);
            }
        } else if u < self.members_at {
            let resource = u - self.resources_at;
            for k in self.places_of.of(resource) {
                let place = self.places_of.item[k] as usize;
                if self.place_load[place] < i.place_cap[place] {
                    self.relax(side, u, self.places_at + place, 0, NONE);
                }
            }
            if self.resource_load[resource] > 0 {
                self.relax(side, u, self.members_at + i.resource_member[resource] as usize, 0, NONE);
            }
        } else if u < self.stations_at {
            let member = u - self.members_at;
            for k in self.resources_of.of(member) {
                let resource = self.resources_of.item[k] as usize;
                if self.resource_load[resource] < i.resource_cap[resource] {
                    self.relax(side, u, self.resources_at + resource, 0, NONE);
                }
            }
            let load = self.member_load[member];
            if load > 0 {
                self.relax(side, u, self.root, 1 - i128::from(load) * 2, NONE);
            }
        } else if u < self.root {
            let station = u - self.stations_at;
            if self.listed[station] < self.limit[station] {
                self.relax(side, u, self.root, 0, NONE);
            }
            self.open_doors_back(u);
        } else {
            self.open_doors_back(u);
            for member in 0..i.member_cap.len() {
                let load = self.member_load[member];
                if load < i.member_cap[member] {
                    self.relax(side, u, self.members_at + member, i128::from(load) * 2 + 1, NONE);
                }
            }
            for station in 0..i.station_limit.len() {
                if self.listed[station] > 0 {
                    self.relax(side, u, self.stations_at + station, 0, NONE);
                }
            }
        }
    }

    /// Moves a unit along the path through `meeting`, arc by arc from its end to its start: a requirement takes its
    /// new place before it leaves the old one.
    fn augment(&mut self, meeting: usize) {
        let mut path = Vec::new();
        let mut u = meeting;
        while self.half[BACKWARD].via[u] != NONE {
            let v = self.half[BACKWARD].via[u] as usize;
            path.push((u, v, self.half[BACKWARD].by[u]));
            u = v;
        }
        path.reverse();
        let mut v = meeting;
        while self.half[FORWARD].via[v] != NONE {
            let u = self.half[FORWARD].via[v] as usize;
            path.push((u, v, self.half[FORWARD].by[v]));
            v = u;
        }
        for (u, v, pair) in path {
            self.shift(u, v, pair);
        }
    }

    /// One unit more on an arc, or one less against it.
    fn shift(&mut self, u: usize, v: usize, pair: u32) {
        if u < self.places_at {
            if v >= self.stations_at {
                self.at[u] = NONE;
            } else {
                self.here[v - self.places_at].push(u as u32);
                self.at[u] = pair;
            }
        } else if u < self.resources_at {
            let place = u - self.places_at;
            if v < self.places_at {
                self.leave(v as u32, place);
            } else {
                self.place_load[place] += 1;
            }
        } else if u < self.members_at {
            let resource = u - self.resources_at;
            if v < self.resources_at {
                self.place_load[v - self.places_at] -= 1;
            } else {
                self.resource_load[resource] += 1;
            }
        } else if u < self.stations_at {
            if v < self.members_at {
                self.resource_load[v - self.resources_at] -= 1;
            } else {
                self.member_load[u - self.members_at] += 1;
            }
        } else if u < self.root {
            if v == self.root {
                self.listed[u - self.stations_at] -= 1;
            }
        } else if v >= self.stations_at {
            self.listed[v - self.stations_at] += 1;
        } else if v >= self.members_at {
            self.member_load[v - self.members_at] -= 1;
        }
    }
}
