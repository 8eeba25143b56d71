//! What a pair is worth: integer parts with a rule's code, points and words. Weights are data.

use super::{City, Need, Requirement, candidates};
use crate::area::{district_of, township_of};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Points of each step of each rule, by code. A table in the store, with a version; this is its first version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weights {
    /// Version of the table.
    pub version: i32,
    points: BTreeMap<String, i64>,
    /// The same in the order of [`FIRST_WEIGHTS`]: asked for every pair of a city.
    by_step: [i64; FIRST_WEIGHTS.len()],
}

/// Codes with the points of the first version.
pub const FIRST_WEIGHTS: [(&str, i64); 13] = [
    ("CATEGORY_SAME", 40),
    ("CATEGORY_NEAR", 26),
    ("CATEGORY_WIDE", 14),
    ("NEAR_COMMUNITY", 24),
    ("NEAR_TOWNSHIP", 18),
    ("NEAR_DISTRICT", 10),
    ("NEAR_CITY", 3),
    ("OWN_STATION", 12),
    ("SECTOR", 8),
    ("TIME_EARLY", 2),
    ("CAPACITY_WIDE", 4),
    ("LOAD_FREE", 6),
    ("WORDS", 8),
];

/// The steps of the rules, in the order of [`FIRST_WEIGHTS`].
#[derive(Clone, Copy)]
enum Step {
    CategorySame,
    CategoryNear,
    CategoryWide,
    NearCommunity,
    NearTownship,
    NearDistrict,
    NearCity,
    OwnStation,
    Sector,
    TimeEarly,
    CapacityWide,
    LoadFree,
    Words,
}

impl Step {
    fn code(self) -> &'static str {
        FIRST_WEIGHTS[self as usize].0
    }
}

impl Weights {
    /// From rows of the table; a code that is missing is worth nothing.
    pub fn new(version: i32, rows: impl IntoIterator<Item = (String, i64)>) -> Weights {
        let points: BTreeMap<String, i64> = rows.into_iter().map(|(c, p)| (c, p.max(0))).collect();
        let mut by_step = [0; FIRST_WEIGHTS.len()];
        for (points_of, (code, _)) in by_step.iter_mut().zip(FIRST_WEIGHTS) {
            *points_of = points.get(code).copied().unwrap_or(0);
        }
        Weights { version, points, by_step }
    }

    /// Codes with their points, by code.
    pub fn rows(&self) -> impl Iterator<Item = (&str, i64)> {
        self.points.iter().map(|(c, p)| (c.as_str(), *p))
    }

    fn of(&self, step: Step) -> i64 {
        self.by_step[step as usize]
    }
}

impl Default for Weights {
    fn default() -> Self {
        Weights::new(1, FIRST_WEIGHTS.iter().map(|(c, p)| ((*c).to_owned(), *p)))
    }
}

/// One part of a score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Code of the rule.
    pub rule: String,
    /// Points, zero or more.
    pub points: i64,
    /// Why, in Chinese.
    pub text: String,
}

/// The nearest level that the two areas share.
fn nearness(need: &str, resource: &str) -> (Step, &'static str) {
    if need.len() == 12 && need == resource {
        (Step::NearCommunity, "同一社区(村)")
    } else if need.len() >= 9 && township_of(need) == township_of(resource) {
        (Step::NearTownship, "同一街道(乡镇)")
    } else if district_of(need) == district_of(resource) {
        (Step::NearDistrict, "同一旗县区")
    } else {
        (Step::NearCity, "跨旗县区")
    }
}

/// Step and points of every part, with why: what the plan sums. In the order of [`parts`].
fn points(
    city: &City,
    need: &Need,
    requirement: &Requirement,
    resource: u32,
    quarter: u8,
) -> [(Step, i64, &'static str); 8] {
    let r = &city.resources[resource as usize];
    let m = &city.members[r.member as usize];
    let w = &city.weights;
    let category = match candidates::distance(requirement, r) {
        Some(0) => (Step::CategorySame, "类别相同"),
        Some(1) => (Step::CategoryNear, "类别相近(上下一级)"),
        _ => (Step::CategoryWide, "类别同属一大类"),
    };
    let near = nearness(&need.area, &r.area);
    let own = m.stations.binary_search(&need.station).is_ok();
    let sector = requirement.category.get(..2).is_some_and(|c| m.affinity.iter().any(|a| a == c));
    let free = m.yearly_limit.saturating_sub(m.load);
    // Half of what an offer says, said by the need, is all that can be expected.
    let said = (2 * i64::from(city.rarity.relevance(&need.words, &r.words))).min(1000);
    let all = |step| (step, w.of(step));
    let only_if = |holds: bool, step| (step, if holds { w.of(step) } else { 0 });
    [
        (all(category.0), category.1),
        (all(near.0), near.1),
        (only_if(own, Step::OwnStation), "委员在本站履职"),
        (only_if(sector, Step::Sector), "委员界别与需求对口"),
        ((Step::TimeEarly, early(w, need, quarter)), "安排在期限之前"),
        (only_if(r.free_year >= 4, Step::CapacityWide), "资源余量充足"),
        ((Step::Words, w.of(Step::Words) * said / 1000), "需求与资源的用词相符"),
        (only_if(free * 2 > m.yearly_limit, Step::LoadFree), "委员今年任务不满半"),
    ]
    .map(|((step, points), text)| (step, points, text))
}

/// Points for every quarter that is left before the need's last.
fn early(w: &Weights, need: &Need, quarter: u8) -> i64 {
    w.of(Step::TimeEarly) * i64::from(need.until.saturating_sub(quarter))
}

/// The score of a pair in a quarter, in points.
pub fn total(city: &City, need: &Need, requirement: &Requirement, resource: u32, quarter: u8) -> i64 {
    points(city, need, requirement, resource, quarter).iter().map(|p| p.1).sum()
}

/// The score of a pair in every quarter: only what is early differs.
pub(super) fn totals<'c>(
    city: &'c City,
    need: &'c Need,
    requirement: &Requirement,
    resource: u32,
) -> impl Fn(u8) -> i64 + use<'c> {
    let last = total(city, need, requirement, resource, need.until);
    move |quarter| last + early(&city.weights, need, quarter)
}

/// The parts of a score that count. They sum to [`total`], always.
pub fn parts(city: &City, need: &Need, requirement: &Requirement, resource: u32, quarter: u8) -> Vec<Part> {
    points(city, need, requirement, resource, quarter)
        .into_iter()
        .filter(|p| p.1 > 0)
        .map(|(step, points, text)| Part { rule: step.code().to_owned(), points, text: text.to_owned() })
        .collect()
}
