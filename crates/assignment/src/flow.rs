//! The instance as a circulation that is optimal at every moment: root → station → requirement → place → resource →
//! member → root.
//!
//! Needs with one requirement enter through their station's arc, which bears their reward, and may leave again.
//! Needs with several are *in* or *out* as a whole: when in, their requirements enter from the root without a way
//! back and their station's limit is one less. Each change (a requirement comes or goes, a limit moves) is one
//! shortest path over reduced costs, after which potentials prove the new optimum (Ahuja, Magnanti and Orlin,
//! "Network Flows", ch. 9; Jonker and Volgenant 1987).

mod path;

use crate::{Instance, Prices};
use path::{End, FORWARD, Half};

const NONE: u32 = u32::MAX;

/// Children of each parent, in order.
#[derive(Clone)]
struct Children {
    start: Vec<u32>,
    item: Vec<u32>,
}

impl Children {
    fn new(parents: usize, of: impl Iterator<Item = (u32, u32)> + Clone) -> Children {
        let mut start = vec![0u32; parents + 1];
        for (parent, _) in of.clone() {
            start[parent as usize + 1] += 1;
        }
        for p in 0..parents {
            start[p + 1] += start[p];
        }
        let mut item = vec![0; start[parents] as usize];
        let mut next = start.clone();
        for (parent, child) in of {
            item[next[parent as usize] as usize] = child;
            next[parent as usize] += 1;
        }
        Children { start, item }
    }

    fn of(&self, parent: usize) -> std::ops::Range<usize> {
        self.start[parent] as usize..self.start[parent + 1] as usize
    }
}

/// An optimal circulation of everything that is in, with the potentials that prove it.
#[derive(Clone)]
pub(crate) struct Flow<'a> {
    instance: &'a Instance,
    /// The chosen pair of every requirement.
    at: Vec<u32>,
    /// Whether a requirement may be left out again, for its reward, through its door.
    free: Vec<bool>,
    /// Where a requirement comes in: its station for a need's first, the root for its others.
    door: Vec<u32>,
    /// What a free requirement earns beside its score.
    reward: Vec<i128>,
    /// Requirements at each place.
    here: Vec<Vec<u32>>,
    place_load: Vec<u32>,
    resource_load: Vec<u32>,
    member_load: Vec<u32>,
    /// Needs of one requirement on each list, and how many there may be.
    listed: Vec<u32>,
    limit: Vec<u32>,
    places_of: Children,
    resources_of: Children,
    /// Requirements behind each station, and last those behind the root.
    behind: Children,
    potential: Vec<i128>,
    /// What everything that flows costs: the negated value of the plan.
    cost: i128,
    /// The pairs of each place.
    pairs_of_place: Children,
    /// The two halves of a search: from its start along the arcs, and from its end against them.
    half: [Half; 2],
    places_at: usize,
    resources_at: usize,
    members_at: usize,
    stations_at: usize,
    root: usize,
}

impl<'a> Flow<'a> {
    /// The empty circulation: nothing is in yet.
    pub fn new(instance: &'a Instance) -> Self {
        let places_at = instance.requirements();
        let resources_at = places_at + instance.place_cap.len();
        let members_at = resources_at + instance.resource_cap.len();
        let stations_at = members_at + instance.member_cap.len();
        let root = stations_at + instance.station_limit.len();
        let pairs =
            |above: &'a [u32]| above.iter().enumerate().map(|(child, parent)| (*parent, child as u32));
        let mut door = vec![root as u32; instance.requirements()];
        for need in 0..instance.needs() {
            door[instance.need_start[need] as usize] = stations_at as u32 + instance.need_station[need];
        }
        // Members' prices begin at 1, the cost of a first unit.
        let mut potential = vec![0; root + 1];
        potential[places_at..stations_at].fill(-1);
        Flow {
            at: vec![NONE; instance.requirements()],
            free: vec![false; instance.requirements()],
            here: vec![Vec::new(); instance.place_cap.len()],
            place_load: vec![0; instance.place_cap.len()],
            resource_load: vec![0; instance.resource_cap.len()],
            member_load: vec![0; instance.member_cap.len()],
            listed: vec![0; instance.station_limit.len()],
            limit: instance.station_limit.clone(),
            places_of: Children::new(instance.resource_cap.len(), pairs(&instance.place_resource)),
            resources_of: Children::new(instance.member_cap.len(), pairs(&instance.resource_member)),
            behind: Children::new(
                instance.station_limit.len() + 1,
                door.iter().enumerate().map(|(q, d)| (*d - stations_at as u32, q as u32)),
            ),
            reward: vec![0; instance.requirements()],
            door,
            potential,
            cost: 0,
            pairs_of_place: Children::new(instance.place_cap.len(), pairs(&instance.pair_place)),
            half: [Half::new(root + 1), Half::new(root + 1)],
            places_at,
            resources_at,
            members_at,
            stations_at,
            root,
            instance,
        }
    }

    /// What the plan is worth.
    pub fn value(&self) -> i128 {
        -self.cost
    }

    /// Copies the potentials, to be given back with [`Self::restore`].
    pub fn keep(&self, kept: &mut Vec<i128>) {
        kept.clone_from(&self.potential);
    }

    /// Gives back the potentials of an equally good circulation of the same requirements: whatever proves one optimum
    /// proves all. A trial that was undone would otherwise leave its own, dearer prices behind.
    pub fn restore(&mut self, kept: &[i128]) {
        self.potential.copy_from_slice(kept);
    }

    /// The chosen pair of every requirement.
    pub fn chosen(&self) -> Vec<Option<u32>> {
        self.at.iter().map(|p| (*p != NONE).then_some(*p)).collect()
    }

    /// What one more unit of every capacity is worth.
    pub fn prices(&self) -> Prices {
        let at = |node: usize| self.potential[node];
        let resource_at = |r: usize| at(self.resources_at + r);
        let member_at = |m: usize| at(self.members_at + m);
        let i = self.instance;
        Prices {
            station: (0..i.station_limit.len())
                .map(|s| (at(self.stations_at + s) - at(self.root)).max(0))
                .collect(),
            place: (0..i.place_cap.len())
                .map(|p| (resource_at(i.resource_of(p)) - at(self.places_at + p)).max(0))
                .collect(),
            resource: (0..i.resource_cap.len())
                .map(|r| (member_at(i.resource_member[r] as usize) - resource_at(r)).max(0))
                .collect(),
            member: (0..i.member_cap.len()).map(|m| (at(self.root) - member_at(m)).max(0)).collect(),
        }
    }

    fn points(&self, pair: usize) -> i128 {
        self.instance.weights.score * i128::from(self.instance.pair_score[pair])
    }

    /// Gives an isolated requirement the lowest potential that leaves its pairs in order; `None` without pairs.
    fn stand(&mut self, q: usize) -> Option<()> {
        let best = self
            .instance
            .pairs_of(q)
            .filter(|p| self.instance.usable(*p))
            .map(|p| self.points(p) + self.potential[self.places_at + self.instance.place_of(p)])
            .max()?;
        self.potential[q] = best;
        Some(())
    }

    /// A requirement comes in by itself: covered if its reward pays, whatever it drives out.
    pub fn enter(&mut self, q: usize, reward: i128) {
        if self.stand(q).is_some() {
            self.free[q] = true;
            self.reward[q] = reward;
            self.cover(q);
        }
    }

    /// Covers a free requirement if that pays.
    fn cover(&mut self, q: usize) {
        let door = self.door[q] as usize;
        let violation = self.reward[q] + self.potential[q] - self.potential[door];
        if violation > 0 && self.push(q, door, Some(violation)) == End::Pushed {
            self.cost -= self.reward[q];
        }
    }

    /// Changes the reward of a free requirement, and covers or uncovers it if that pays now.
    pub fn set_reward(&mut self, q: usize, reward: i128) {
        if self.at[q] == NONE {
            self.reward[q] = reward;
            return self.cover(q);
        }
        self.cost += self.reward[q] - reward;
        self.reward[q] = reward;
        let door = self.door[q] as usize;
        let violation = self.potential[door] - self.potential[q] - reward;
        if violation <= 0 {
            return;
        }
        self.free[q] = false;
        let pair = self.at[q] as usize;
        // The path ends where the requirement leaves its place; the arc back through the door closes it.
        if self.push(door, q, Some(violation)) == End::Pushed {
            self.at[q] = NONE;
            self.cost += reward;
            debug_assert!(!self.here[self.instance.place_of(pair)].contains(&(q as u32)));
        }
        self.free[q] = true;
    }

    /// Splits a need of several requirements: each may come and go by itself, for its part of the reward.
    pub fn split(&mut self, need: usize, inside: bool, parts: &[i128]) {
        if inside {
            // It held its line by itself; from now on its first requirement does.
            let station = self.instance.need_station[need] as usize;
            self.limit[station] += 1;
            self.listed[station] += 1;
            self.cost += self.instance.reward(need);
            let node = self.stations_at + station;
            self.potential[node] = self.potential[node].max(self.potential[self.root]);
        }
        for (q, part) in self.instance.requirements_of(need).zip(parts) {
            if inside {
                self.free[q] = true;
                self.cost -= part;
                self.reward[q] = *part;
                self.set_reward(q, *part);
            } else {
                self.enter(q, *part);
            }
        }
    }

    /// Joins what [`Self::split`] split: in where every requirement is covered, out otherwise. Says which.
    pub fn join(&mut self, need: usize) -> bool {
        let range = self.instance.requirements_of(need);
        let station = self.instance.need_station[need] as usize;
        let inside = self.covered(need) == range.len();
        for q in range.clone() {
            self.free[q] = false;
            if self.at[q] == NONE {
                continue;
            }
            self.cost += self.reward[q];
            if q == range.start {
                self.listed[station] -= 1;
                self.limit[station] -= 1;
            }
            if !inside {
                self.retire(q);
                if q == range.start {
                    self.widen(station);
                }
            }
        }
        if inside {
            self.cost -= self.instance.reward(need);
        }
        inside
    }

    /// How many requirements of a need are covered.
    pub fn covered(&self, need: usize) -> usize {
        self.at[self.instance.requirements_of(need)].iter().filter(|p| **p != NONE).count()
    }

    /// Whether a requirement is covered.
    pub fn is_covered(&self, q: usize) -> bool {
        self.at[q] != NONE
    }

    /// Puts a need of several requirements in as a whole. `false`: there is no room for it, and nothing changed
    /// but the potentials; with `prove` they then show that there is none.
    pub fn put_in(&mut self, need: usize, prove: bool) -> bool {
        let station = self.instance.need_station[need] as usize;
        if !self.shrink(station) {
            if prove {
                self.potential[self.stations_at + station] += self.beyond();
            }
            return false;
        }
        self.cost -= self.instance.reward(need);
        let range = self.instance.requirements_of(need);
        for q in range.clone() {
            let stands = self.stand(q).is_some();
            if stands && self.push(q, self.root, None) == End::Pushed {
                continue;
            }
            if prove {
                // Everything the search reached is full: its price rises beyond all value.
                let beyond = if stands { self.beyond() } else { 0 };
                for u in &self.half[FORWARD].settled {
                    self.potential[*u as usize] -= beyond;
                }
            } else {
                for done in range.start..q {
                    self.retire(done);
                }
                self.cost += self.instance.reward(need);
                self.widen(station);
            }
            return false;
        }
        true
    }

    /// Takes a need that was put in out again.
    pub fn take_out(&mut self, need: usize) {
        for q in self.instance.requirements_of(need) {
            self.retire(q);
        }
        self.cost += self.instance.reward(need);
        self.widen(self.instance.need_station[need] as usize);
    }

    fn retire(&mut self, q: usize) {
        let pair = self.at[q] as usize;
        let place = self.instance.place_of(pair);
        self.leave(q as u32, place);
        self.at[q] = NONE;
        self.cost += self.points(pair);
        // Its unit goes back along the way it took, at worst.
        let way = self.push(self.root, self.places_at + place, None);
        debug_assert!(way == End::Pushed);
    }

    fn leave(&mut self, q: u32, place: usize) {
        if let Some(i) = self.here[place].iter().position(|x| *x == q) {
            self.here[place].swap_remove(i);
        }
    }

    /// One line less for the needs of one requirement.
    fn shrink(&mut self, station: usize) -> bool {
        if self.limit[station] == 0 {
            return false;
        }
        self.limit[station] -= 1;
        if self.listed[station] > self.limit[station] {
            self.listed[station] -= 1;
            let way = self.push(self.root, self.stations_at + station, None);
            debug_assert!(way == End::Pushed);
        }
        true
    }

    fn widen(&mut self, station: usize) {
        self.limit[station] += 1;
        let node = self.stations_at + station;
        let violation = self.potential[node] - self.potential[self.root];
        if violation > 0 && self.push(node, self.root, Some(violation)) == End::Pushed {
            self.listed[station] += 1;
        }
    }

    /// More than any plan is worth.
    fn beyond(&self) -> i128 {
        self.instance.weights.pinned * 4
    }

    /// What a requirement would add at today's prices, at most, rewards apart; `None` without pairs.
    pub fn margin(&self, q: usize) -> Option<i128> {
        let i = self.instance;
        let root = self.potential[self.root];
        let best = i.pairs_of(q).filter(|p| i.usable(*p)).map(|p| {
            let place = i.place_of(p);
            let resource = i.resource_of(place);
            let at_resource = self.potential[self.resources_at + resource];
            let at_member = self.potential[self.members_at + i.resource_member[resource] as usize];
            self.points(p)
                + (self.potential[self.places_at + place] - at_resource).min(0)
                + (at_resource - at_member).min(0)
                + (at_member - root).min(0)
        });
        Some(best.max()? - (self.potential[self.door[q] as usize] - root).max(0))
    }

    /// What a need would add at today's prices, at most; `None` when it can never be served.
    pub fn profit(&self, need: usize) -> Option<i128> {
        let mut profit = self.instance.reward(need);
        for q in self.instance.requirements_of(need) {
            profit += self.margin(q)?;
        }
        Some(profit)
    }
}
