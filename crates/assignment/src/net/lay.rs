//! How an instance is laid out as a [`Net`]: which sets stay, their numbers, what is inside what, and the pairs.

use super::{Back, Lists, Net, Pair, Step};
use crate::fold::{Fold, Slot, binding, dear};
use crate::weights::Scale;
use crate::{BANNED, Instance, NONE};
use std::sync::Arc;

/// Which sets stay: those that can bind. How much can come out of a set, and whether that is less than flows in.
struct Kept {
    /// As many units as each resource can have at all.
    most: Vec<u32>,
    place: Vec<bool>,
    resource: Vec<bool>,
    member: Vec<bool>,
}

impl Kept {
    /// All of them where `whole`.
    fn of(i: &Instance, even: bool, whole: bool, fold: Option<&Fold>) -> Kept {
        let slots = |r: usize| fold.map_or(&[][..], |f| f.slots.of(r));
        let (resources, members) = (i.resource_cap.len(), i.member_cap.len());
        // What flows into each, and from how many.
        let mut into_resource = vec![(0u64, 0u32); resources];
        for (p, r) in i.place_resource.iter().enumerate() {
            let into = &mut into_resource[*r as usize];
            *into = (into.0 + u64::from(i.place_cap[p]), into.1 + 1);
        }
        let mut into_member = vec![(0u64, 0u32); members];
        for (r, m) in i.resource_member.iter().enumerate() {
            let into = &mut into_member[*m as usize];
            *into = (into.0 + into_resource[r].0.min(u64::from(i.resource_cap[r])), into.1 + 1);
        }
        let most = |r: usize| slots(r).last().map_or(u32::MAX, |s| s.until).min(i.resource_cap[r]);
        let slack = |cap: u32, into: (u64, u32), floor: u32| {
            !whole && floor == 0 && into.1 > 0 && u64::from(cap) >= into.0
        };
        let member: Vec<bool> = (0..members)
            .map(|m| even || !slack(i.member_cap[m], into_member[m], i.member_floor[m]))
            .collect();
        let resource: Vec<bool> = (0..resources)
            .map(|r| {
                // An only child says what its parent says.
                let m = i.resource_member[r] as usize;
                let told = !whole
                    && into_member[m].1 == 1
                    && member[m]
                    && i.resource_floor[r] == 0
                    && i.member_cap[m] <= most(r);
                if !slots(r).is_empty() {
                    return !told || dear(slots(r), i.member_cap[m]);
                }
                !told && !slack(i.resource_cap[r], into_resource[r], i.resource_floor[r])
            })
            .collect();
        let place = |p: usize| {
            let r = i.resource_of(p);
            let m = i.member_of(r);
            let above = if whole {
                None
            } else if resource[r] {
                Some(i.resource_cap[r])
            } else if member[m] && into_member[m].1 == 1 {
                Some(i.member_cap[m])
            } else {
                None
            };
            let told = above.is_some_and(|c| c <= i.place_cap[p]);
            i.place_floor[p] > 0 || !told
        };
        let place = (0..i.place_cap.len()).map(place).collect();
        Kept { most: (0..resources).map(most).collect(), place, resource, member }
    }
}

impl Net {
    /// Lays out the instance; scores are multiplied by the scale's, evenness counts where it does there. With `order`,
    /// places and requirements are numbered in that order; without, places in the order in which they are asked for: what
    /// is asked for together competes, and lies together then.
    pub fn new(i: &Instance, scale: &Scale, order: Option<(Vec<u32>, Vec<u32>)>) -> Net {
        Net::folded(i, scale, Fold::of(i).map(Arc::new), order)
    }

    /// The same where it is known what is folded.
    pub fn folded(
        i: &Instance,
        scale: &Scale,
        fold: Option<Arc<Fold>>,
        order: Option<(Vec<u32>, Vec<u32>)>,
    ) -> Net {
        Net::lay(i, scale, false, fold, order)
    }

    /// The same where all sets stay that cannot bind today, so that their capacities can change, and everything keeps its
    /// number.
    pub fn whole(i: &Instance, scale: &Scale) -> Net {
        Net::lay(i, scale, true, None, None)
    }

    fn lay(
        i: &Instance,
        scale: &Scale,
        whole: bool,
        fold: Option<Arc<Fold>>,
        order: Option<(Vec<u32>, Vec<u32>)>,
    ) -> Net {
        let (place_order, order) = order.unwrap_or_else(|| {
            let asked = (!whole).then_some(&i.pair_place).into_iter().flatten().copied();
            (first_seen(i.place_cap.len(), asked), (0..i.requirements() as u32).collect())
        });
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
            pair: Vec::with_capacity(i.pairs()),
            back: Lists::default(),
            group: i.group.clone(),
            member_of: Vec::new(),
            door: Vec::new(),
            behind: Lists::default(),
            late_back: Vec::new(),
            late_behind: Vec::new(),
            order,
            place_order,
            stands_for: Vec::with_capacity(if fold.is_some() { i.pairs() } else { 0 }),
            fold,
            place_node: vec![NONE; i.place_cap.len()],
            resource_node: vec![NONE; i.resource_cap.len()],
            member_node: vec![NONE; i.member_cap.len()],
        };
        net.number(i, scale.even > 0, whole);
        let leaf = net.nest(i);
        net.lay_steps(scale);
        net.lay_pairs(i, scale, &leaf);
        net.lay_doors(i);
        net
    }

    /// The sets that stay, each with its number; stations follow them, then the root.
    fn number(&mut self, i: &Instance, even: bool, whole: bool) {
        let kept = Kept::of(i, even, whole, self.fold.as_deref());
        // Places first: their numbers are what arcs lead to.
        for k in 0..self.place_order.len() {
            let p = self.place_order[k] as usize;
            let r = i.resource_of(p);
            let of_resource = self.slots(r);
            if of_resource.is_empty() {
                if kept.place[p] {
                    self.place_node[p] = self.set(i.place_cap[p], i.place_floor[p], false);
                }
            } else if of_resource[0].place as usize == p {
                // Whoever has to come sooner is inside those who may come later.
                let units = kept.most[r].min(i.member_cap[i.member_of(r)]);
                let binding: Vec<Slot> = binding(of_resource, units).copied().collect();
                for slot in binding {
                    self.place_node[slot.place as usize] = self.set(slot.until, 0, false);
                }
            }
        }
        // Resources and members follow their places, so that what is asked for together lies together.
        let resources =
            first_seen(i.resource_cap.len(), self.place_order.iter().map(|p| i.place_resource[*p as usize]));
        let members =
            first_seen(i.member_cap.len(), resources.iter().map(|r| i.resource_member[*r as usize]));
        for r in resources.into_iter().map(|r| r as usize).filter(|r| kept.resource[*r]) {
            self.resource_node[r] = self.set(kept.most[r], i.resource_floor[r], false);
        }
        for m in members.into_iter().map(|m| m as usize).filter(|m| kept.member[*m]) {
            self.member_node[m] = self.set(i.member_cap[m], i.member_floor[m], even);
        }
        self.sets = self.cap.len();
        self.root = self.sets + i.station_limit.len();
        self.cap.extend(&i.station_limit);
        self.floor.extend(&i.station_floor);
        self.even.resize(self.root, false);
    }

    fn set(&mut self, cap: u32, floor: u32, even: bool) -> u32 {
        self.cap.push(cap);
        self.floor.push(floor);
        self.even.push(even);
        self.cap.len() as u32 - 1
    }

    /// What is around each set, and whose it is. Gives the innermost set around each place.
    fn nest(&mut self, i: &Instance) -> Vec<u32> {
        if !i.group.is_empty() {
            let of_resource = |r: usize| i.resource_member[r];
            let places =
                self.place_node.iter().zip(&i.place_resource).map(|(v, r)| (*v, of_resource(*r as usize)));
            let resources = self.resource_node.iter().enumerate().map(|(r, v)| (*v, of_resource(r)));
            let members = self.member_node.iter().copied().zip(0..);
            self.member_of = vec![NONE; self.sets];
            for (node, member) in places.chain(resources).chain(members).filter(|(node, _)| *node != NONE) {
                self.member_of[node as usize] = member;
            }
        }
        self.parent = vec![self.root as u32; self.root];
        let or = |node: u32, other: u32| if node == NONE { other } else { node };
        let around: Vec<u32> =
            i.resource_member.iter().map(|m| or(self.member_node[*m as usize], self.root as u32)).collect();
        for (node, around) in self.resource_node.iter().zip(&around).filter(|(node, _)| **node != NONE) {
            self.parent[*node as usize] = *around;
        }
        let inside: Vec<u32> = self.resource_node.iter().zip(&around).map(|(r, m)| or(*r, *m)).collect();
        let mut leaf: Vec<u32> = Vec::with_capacity(i.place_cap.len());
        for (node, r) in self.place_node.iter().zip(&i.place_resource) {
            if *node != NONE {
                self.parent[*node as usize] = inside[*r as usize];
            }
            leaf.push(or(*node, inside[*r as usize]));
        }
        // The places of a folded resource lie one inside the other.
        if let Some(fold) = &self.fold {
            for (r, around) in inside.iter().enumerate() {
                let mut around = *around;
                for slot in fold.slots.of(r).iter().rev() {
                    let node = self.place_node[slot.place as usize];
                    if node != NONE {
                        self.parent[node as usize] = around;
                        around = node;
                    }
                    leaf[slot.place as usize] = around;
                }
            }
        }
        self.children = Lists::new(
            self.root + 1,
            self.parent[..self.sets].iter().enumerate().map(|(child, parent)| (*parent, child as u32)),
        );
        leaf
    }

    /// What the units of folded resources cost that come late.
    fn lay_steps(&mut self, scale: &Scale) {
        let of = |r: usize| self.slots(r);
        let nodes = self.resource_node.iter().enumerate();
        let dear_ones = nodes.filter(|(r, node)| **node != NONE && dear(of(*r), NONE));
        let step = |s: &Slot| Step { until: s.until, cost: i64::from(s.less) * scale.score };
        self.steps = Lists::new(
            self.root,
            dear_ones.flat_map(|(r, node)| of(r).iter().map(move |s| (*node, step(s)))),
        );
    }

    /// The pairs both ways; one stands for all of a requirement at a folded resource.
    fn lay_pairs(&mut self, i: &Instance, scale: &Scale, leaf: &[u32]) {
        self.start.push(0);
        for q in &self.order {
            let q = *q as usize;
            let value = |k: usize| match i.pair_score[k] {
                BANNED => BANNED,
                points if i.favoured.is_empty() => points * scale.score as i32,
                _ => i.value_at(scale, q, k) as i32,
            };
            let mut lay = |k: usize, last: usize| {
                self.pair.push(Pair { leaf: leaf[i.place_of(last)], value: value(k) });
            };
            if let Some(fold) = &self.fold {
                let runs = fold.runs.start[q] as usize..fold.runs.start[q + 1] as usize;
                for (first, next) in fold.runs.item[runs.clone()].iter().zip(runs.start + 1..) {
                    // One ends where the next begins, be it of another requirement.
                    let end = fold.runs.item.get(next).map_or(i.pairs(), |k| *k as usize);
                    let first = *first as usize;
                    if end - first == 1 || !fold.slots.of(i.resource_of(i.place_of(first))).is_empty() {
                        lay(first, end - 1);
                        self.stands_for.push(first as u32);
                    } else {
                        (first..end).for_each(|k| lay(k, k));
                        self.stands_for.extend(first as u32..end as u32);
                    }
                }
            } else {
                i.pairs_of(q).for_each(|k| lay(k, k));
            }
            self.start.push(self.pair.len() as u32);
        }
        self.back = self.backward();
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

    /// Where requirements come in.
    fn lay_doors(&mut self, i: &Instance) {
        let (sets, root) = (self.sets as u32, self.root as u32);
        let mut door = vec![root; i.requirements()];
        for (need, station) in i.need_station.iter().enumerate().filter(|(_, s)| **s != NONE) {
            door[i.need_start[need] as usize] = sets + station;
        }
        self.door = self.order.iter().map(|q| door[*q as usize]).collect();
        let listed = self.door.iter().enumerate().filter(move |(_, d)| **d != root);
        self.behind = Lists::new(i.station_limit.len(), listed.map(|(q, d)| (*d - sets, q as u32)));
    }
}

/// Numbers below `count` in the order in which they come first, then those that do not come.
fn first_seen(count: usize, numbers: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut seen = vec![false; count];
    let mut is_new = |n: &u32| !std::mem::replace(&mut seen[*n as usize], true);
    numbers.chain(0..count as u32).filter(|n| is_new(n)).collect()
}
