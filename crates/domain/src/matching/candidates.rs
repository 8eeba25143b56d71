//! Which pairs are possible. Found by index, never by comparing all with all; a pair that is not possible is
//! answered by the first rule that says no.

use super::{City, Need, Partner, Requirement, Resource};
use crate::{AreaScope, MemberStatus, Refusal, ResourceStatus, category};
use std::collections::BTreeMap;

/// A hard filter: its code, and its words where it says no.
pub type Rule = (&'static str, fn(&City, &Need, &Requirement, &Resource, u32) -> Option<String>);

/// The hard filters of domain.md §7, in the order in which they are asked.
pub const RULES: &[Rule] = &[
    ("RESOURCE_UNAVAILABLE", |_, _, _, r, _| {
        (r.status != ResourceStatus::Available)
            .then(|| format!("资源 {} 现在是「{}」,请等其恢复可用或另选资源。", r.number, r.status.label()))
    }),
    ("MEMBER_INACTIVE", |c, _, _, r, _| {
        let m = &c.members[r.member as usize];
        (m.status != MemberStatus::Active)
            .then(|| format!("委员{}现在是「{}」,请另选委员。", m.name, m.status.label()))
    }),
    ("CATEGORY", |_, _, q, r, _| {
        distance(q, r)
            .is_none()
            .then(|| format!("资源 {} 的类别不含需求的类别 {},请核对类别。", r.number, q.category))
    }),
    ("OUT_OF_REACH", |c, n, q, r, _| {
        (!in_reach(c, n, q, r)).then(|| {
            format!(
                "资源 {} 只服务「{}」,需求不在其范围;可请委员放宽范围或与其所属站签订联建协议。",
                r.number,
                r.scope.label()
            )
        })
    }),
    ("OUTLIVED_WINDOW", |_, n, _, r, _| {
        quarters(n, r)
            .is_empty()
            .then(|| format!("资源 {} 的可用时段与需求的期限没有重合,请协商调整时间。", r.number))
    }),
    ("CAPACITY_FULL", |_, n, _, r, _| {
        (!quarters(n, r).any(|k| r.free[k as usize - 1] > 0) || r.free_year == 0)
            .then(|| format!("资源 {} 在可用季度内已无余量,请增加次数或另选资源。", r.number))
    }),
    ("CONFLICT", |_, _, _, r, _| {
        r.conflict.then(|| format!("资源 {} 由委员本人单位收费,须先写明回避说明。", r.number))
    }),
    ("SAME_MEMBER", |c, _, q, r, _| {
        q.met_by.binary_search(&r.member).is_ok().then(|| {
            format!(
                "委员{}已承担该项条件的一份,每份须由不同委员承担;请另选委员,或另列一项条件。",
                c.members[r.member as usize].name
            )
        })
    }),
    ("EXCLUDED", |_, n, _, r, i| {
        n.excluded
            .binary_search(&i)
            .is_ok()
            .then(|| format!("资源 {} 已被排除,或委员本年已谢绝该需求;召集人可取消排除。", r.number))
    }),
];

/// The first rule that says no to a pair; `None` when the pair is possible.
pub fn first_no(city: &City, need: &Need, requirement: &Requirement, resource: u32) -> Option<Refusal> {
    let r = &city.resources[resource as usize];
    RULES.iter().find_map(|(code, rule)| {
        rule(city, need, requirement, r, resource).map(|words| Refusal::new(code, words))
    })
}

/// Levels between the class asked for and the nearest of the resource's classes.
pub fn distance(requirement: &Requirement, resource: &Resource) -> Option<u32> {
    resource.categories.iter().filter_map(|c| category::distance(&requirement.category, c)).min()
}

/// Whether the resource comes to the need: own station, same district, partnership, or cross-district.
pub fn in_reach(city: &City, need: &Need, requirement: &Requirement, resource: &Resource) -> bool {
    let (home, own) = (&city.stations[resource.station as usize], need.station);
    resource.station == own
        || resource.cross_district
        || home.partners.iter().filter(|p| p.station == own).any(|p| p.covers(&requirement.category))
        || (resource.scope == AreaScope::District && home.district == city.stations[own as usize].district)
}

impl Partner {
    /// Whether the partnership is for needs of a class.
    pub fn covers(&self, class: &str) -> bool {
        self.classes.is_empty() || self.classes.iter().any(|c| class.starts_with(c.as_str()))
    }
}

/// Quarters in which both can, 1 to 4.
pub fn quarters(need: &Need, resource: &Resource) -> std::ops::RangeInclusive<u8> {
    need.from.max(resource.window.0)..=need.until.min(resource.window.1)
}

/// Resources by class and by where they go. Built once a plan.
pub struct Index {
    by_class: BTreeMap<String, Reachable>,
}

#[derive(Default)]
struct Reachable {
    everywhere: Vec<u32>,
    by_district: BTreeMap<String, Vec<u32>>,
    by_station: BTreeMap<u32, Vec<u32>>,
}

impl Index {
    /// Indexes every resource under its classes.
    pub fn new(city: &City) -> Index {
        let mut by_class: BTreeMap<String, Reachable> = BTreeMap::new();
        for (i, r) in city.resources.iter().enumerate() {
            let i = i as u32;
            let home = &city.stations[r.station as usize];
            for class in &r.categories {
                let at = by_class.entry(class.clone()).or_default();
                if r.cross_district {
                    at.everywhere.push(i);
                    continue;
                }
                if r.scope == AreaScope::District {
                    at.by_district.entry(home.district.clone()).or_default().push(i);
                } else {
                    at.by_station.entry(r.station).or_default().push(i);
                }
                for partner in &home.partners {
                    at.by_station.entry(partner.station).or_default().push(i);
                }
            }
        }
        Index { by_class }
    }

    /// Whether any resource at all is of the class, above or below it.
    pub fn knows(&self, class: &str) -> bool {
        self.classes(class).next().is_some()
    }

    /// The class itself, those above it and those below it.
    fn classes<'a>(&'a self, class: &'a str) -> impl Iterator<Item = &'a Reachable> {
        let above = (2..class.len()).step_by(2).filter_map(move |l| self.by_class.get(class.get(..l)?));
        let below = self
            .by_class
            .range(class.to_owned()..)
            .take_while(move |(c, _)| c.starts_with(class))
            .map(|(_, r)| r);
        above.chain(below)
    }

    /// Resources of the requirement's class that come to the need's station, sorted, each once; what is full, away
    /// or excluded is still among them.
    pub fn near(&self, city: &City, need: &Need, requirement: &Requirement) -> Vec<u32> {
        let district = &city.stations[need.station as usize].district;
        let mut found: Vec<u32> = Vec::new();
        for at in self.classes(&requirement.category) {
            found.extend(&at.everywhere);
            found.extend(at.by_district.get(district).into_iter().flatten());
            found.extend(at.by_station.get(&need.station).into_iter().flatten());
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Resources that pass every rule.
    pub fn candidates(&self, city: &City, need: &Need, requirement: &Requirement) -> Vec<u32> {
        let mut found = self.near(city, need, requirement);
        found.retain(|r| first_no(city, need, requirement, *r).is_none());
        found
    }
}
