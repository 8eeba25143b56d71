//! Parts of an instance: what shares no set and no station can be solved by itself, and at the same time; and some of the
//! needs alone.

use crate::{Instance, NONE};

/// A part with the numbers that its needs, pairs and sets have in the whole.
pub(crate) struct Part {
    pub instance: Instance,
    needs: Vec<u32>,
    places: Vec<u32>,
    resources: Vec<u32>,
    members: Vec<u32>,
    stations: Vec<u32>,
}

struct Union(Vec<u32>);

impl Union {
    fn root(&mut self, mut x: u32) -> u32 {
        while self.0[x as usize] != x {
            let above = self.0[self.0[x as usize] as usize];
            self.0[x as usize] = above;
            x = above;
        }
        x
    }

    /// Whether two were apart until now.
    fn join(&mut self, a: u32, b: u32) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        // The lower number stands for both, so that parts come in order.
        self.0[a.max(b) as usize] = a.min(b);
        a != b
    }
}

/// The parts of an instance; none where it is one piece.
pub(crate) fn parts(i: &Instance) -> Vec<Part> {
    let (members, stations) = (i.member_cap.len(), i.station_limit.len());
    // Members, then stations. A need joins all that it could ask.
    let mut union = Union((0..(members + stations) as u32).collect());
    let mut pieces = union.0.len();
    let mut home = Vec::with_capacity(i.needs());
    for need in 0..i.needs() {
        let member = |k: usize| i.resource_member[i.resource_of(i.place_of(k))];
        let mut pairs = i.requirements_of(need).flat_map(|q| i.pairs_of(q));
        let at = match i.need_station[need] {
            NONE => pairs.next().map_or(NONE, member),
            s => members as u32 + s,
        };
        home.push(at);
        for k in pairs {
            pieces -= usize::from(union.join(member(k), at));
        }
        // Most instances are one piece, and show it early.
        if pieces < 2 {
            return Vec::new();
        }
    }
    // Every node's part, in order of the lowest node.
    let roots: Vec<u32> = (0..union.0.len() as u32).map(|x| union.root(x)).collect();
    let mut number = vec![NONE; roots.len()];
    let mut count = 0;
    for at in home.iter().filter(|h| **h != NONE) {
        let at = &mut number[roots[*at as usize] as usize];
        if *at == NONE {
            *at = count;
            count += 1;
        }
    }
    if count < 2 {
        return Vec::new();
    }
    let of = |node: usize| number[roots[node] as usize];
    let mut all: Vec<Part> = (0..count).map(|_| Part::empty(i)).collect();
    let mut new_member = vec![NONE; members];
    for m in (0..members).filter(|m| of(*m) != NONE) {
        let p = &mut all[of(m) as usize];
        new_member[m] = p.members.len() as u32;
        p.members.push(m as u32);
        p.instance.member_cap.push(i.member_cap[m]);
        p.instance.member_floor.push(i.member_floor[m]);
    }
    let mut new_resource = vec![NONE; i.resource_cap.len()];
    for r in (0..i.resource_cap.len()).filter(|r| of(i.resource_member[*r] as usize) != NONE) {
        let m = i.resource_member[r] as usize;
        let p = &mut all[of(m) as usize];
        new_resource[r] = p.resources.len() as u32;
        p.resources.push(r as u32);
        p.instance.resource_member.push(new_member[m]);
        p.instance.resource_cap.push(i.resource_cap[r]);
        p.instance.resource_floor.push(i.resource_floor[r]);
    }
    let mut new_place = vec![NONE; i.place_cap.len()];
    for place in (0..i.place_cap.len()).filter(|p| new_resource[i.resource_of(*p)] != NONE) {
        let r = i.resource_of(place);
        let p = &mut all[of(i.resource_member[r] as usize) as usize];
        new_place[place] = p.places.len() as u32;
        p.places.push(place as u32);
        p.instance.place_resource.push(new_resource[r]);
        p.instance.place_cap.push(i.place_cap[place]);
        p.instance.place_floor.push(i.place_floor[place]);
    }
    let mut new_station = vec![NONE; stations];
    for s in (0..stations).filter(|s| of(members + *s) != NONE) {
        let p = &mut all[of(members + s) as usize];
        new_station[s] = p.stations.len() as u32;
        p.stations.push(s as u32);
        p.instance.station_limit.push(i.station_limit[s]);
        p.instance.station_floor.push(i.station_floor[s]);
    }
    for (need, home) in home.iter().enumerate() {
        // Who is on no list and can ask nobody is anywhere.
        let at = if *home == NONE { 0 } else { of(*home as usize) };
        let p = &mut all[at as usize];
        p.needs.push(need as u32);
        let station = i.need_station[need];
        let part = &mut p.instance;
        part.need_station.push(if station == NONE { NONE } else { new_station[station as usize] });
        part.need_priority.push(i.need_priority[need]);
        part.need_gone.push(i.need_gone[need]);
        for q in i.requirements_of(need) {
            for k in i.pairs_of(q) {
                part.pair_place.push(new_place[i.place_of(k)]);
                part.pair_score.push(i.pair_score[k]);
            }
            if !i.favoured.is_empty() {
                let begin = part.pair_start.last().copied().unwrap_or(0);
                let own = i.favoured[q];
                part.favoured.push(if own == NONE { NONE } else { own - i.pair_start[q] + begin });
            }
            part.pair_start.push(part.pair_place.len() as u32);
        }
        part.need_start.push(part.pair_start.len() as u32 - 1);
    }
    all
}

impl Part {
    fn empty(i: &Instance) -> Part {
        let none = Vec::new;
        Part {
            instance: Instance {
                member_cap: none(),
                member_floor: none(),
                resource_cap: none(),
                resource_floor: none(),
                resource_member: none(),
                place_cap: none(),
                place_floor: none(),
                place_resource: none(),
                station_limit: none(),
                station_floor: none(),
                need_station: none(),
                need_priority: Vec::new(),
                need_gone: Vec::new(),
                need_start: vec![0],
                pair_start: vec![0],
                group: none(),
                pair_place: none(),
                pair_score: Vec::new(),
                levels: i.levels,
                even: i.even,
                favoured: none(),
                favour: i.favour,
                best: i.best,
                weights: i.weights,
            },
            needs: none(),
            places: none(),
            resources: none(),
            members: none(),
            stations: none(),
        }
    }

    /// Writes what was found for the part into the whole.
    pub fn put_back(
        &self,
        i: &Instance,
        chosen: &[Option<u32>],
        prices: &crate::Prices,
        into: &mut crate::Solution,
    ) {
        for (k, need) in self.needs.iter().enumerate() {
            let own = i.requirements_of(*need as usize);
            for (q, part) in own.zip(self.instance.requirements_of(k)) {
                into.chosen[q] = chosen[part].map(|p| p - self.instance.pair_start[part] + i.pair_start[q]);
            }
        }
        for (from, numbers, to) in [
            (&prices.place, &self.places, &mut into.prices.place),
            (&prices.resource, &self.resources, &mut into.prices.resource),
            (&prices.member, &self.members, &mut into.prices.member),
            (&prices.station, &self.stations, &mut into.prices.station),
        ] {
            for (price, number) in from.iter().zip(numbers) {
                to[*number as usize] = *price;
            }
        }
    }
}

impl Instance {
    /// The same with some of its needs alone, in their order, none of them favoured; sets keep their numbers.
    pub(crate) fn with_needs(&self, keep: impl Fn(usize) -> bool) -> Instance {
        let mut part = Instance {
            member_cap: self.member_cap.clone(),
            member_floor: self.member_floor.clone(),
            resource_cap: self.resource_cap.clone(),
            resource_floor: self.resource_floor.clone(),
            resource_member: self.resource_member.clone(),
            place_cap: self.place_cap.clone(),
            place_floor: self.place_floor.clone(),
            place_resource: self.place_resource.clone(),
            station_limit: self.station_limit.clone(),
            station_floor: self.station_floor.clone(),
            need_station: Vec::new(),
            need_priority: Vec::new(),
            need_gone: Vec::new(),
            need_start: vec![0],
            pair_start: vec![0],
            group: Vec::new(),
            pair_place: Vec::new(),
            pair_score: Vec::new(),
            favoured: Vec::new(),
            ..*self
        };
        for need in (0..self.needs()).filter(|n| keep(*n)) {
            part.need_station.push(self.need_station[need]);
            part.need_priority.push(self.need_priority[need]);
            part.need_gone.push(self.need_gone[need]);
            for q in self.requirements_of(need) {
                let number = part.requirements() as u32;
                part.group.extend(self.group.get(q).map(|first| number - (q as u32 - first)));
                part.pair_place.extend(&self.pair_place[self.pairs_of(q)]);
                part.pair_score.extend(&self.pair_score[self.pairs_of(q)]);
                part.pair_start.push(part.pair_place.len() as u32);
            }
            part.need_start.push(part.requirements() as u32);
        }
        part
    }
}
