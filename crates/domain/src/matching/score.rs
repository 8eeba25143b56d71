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
}

/// Codes with the points of the first version.
pub const FIRST_WEIGHTS: &[(&str, i64)] = &[
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

impl Weights {
    /// From rows of the table; a code that is missing is worth nothing.
    pub fn new(version: i32, rows: impl IntoIterator<Item = (String, i64)>) -> Weights {
        Weights { version, points: rows.into_iter().map(|(c, p)| (c, p.max(0))).collect() }
    }

    /// Codes with their points, by code.
    pub fn rows(&self) -> impl Iterator<Item = (&str, i64)> {
        self.points.iter().map(|(c, p)| (c.as_str(), *p))
    }

    fn of(&self, code: &str) -> i64 {
        self.points.get(code).copied().unwrap_or(0)
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
fn nearness(need: &str, resource: &str) -> (&'static str, &'static str) {
    if need.len() == 12 && need == resource {
        ("NEAR_COMMUNITY", "同一社区(村)")
    } else if need.len() >= 9 && township_of(need) == township_of(resource) {
        ("NEAR_TOWNSHIP", "同一街道(乡镇)")
    } else if district_of(need) == district_of(resource) {
        ("NEAR_DISTRICT", "同一旗县区")
    } else {
        ("NEAR_CITY", "跨旗县区")
    }
}

/// Rule and points of every part, without words: what the plan sums. In the order of [`parts`].
fn points<'c>(
    city: &'c City,
    need: &Need,
    requirement: &Requirement,
    resource: u32,
    quarter: u8,
) -> [(&'static str, i64, &'c str); 8] {
    let r = &city.resources[resource as usize];
    let m = &city.members[r.member as usize];
    let w = &city.weights;
    let category = match candidates::distance(requirement, r) {
        Some(0) => ("CATEGORY_SAME", "类别相同"),
        Some(1) => ("CATEGORY_NEAR", "类别相近(上下一级)"),
        _ => ("CATEGORY_WIDE", "类别同属一大类"),
    };
    let near = nearness(&need.area, &r.area);
    let own = m.stations.binary_search(&need.station).is_ok();
    let sector = requirement.category.get(..2).is_some_and(|c| m.affinity.iter().any(|a| a == c));
    let free = m.yearly_limit.saturating_sub(m.load);
    // Half of what an offer says, said by the need, is all that can be expected.
    let said = (2 * i64::from(city.rarity.relevance(&need.words, &r.words))).min(1000);
    [
        (category.0, w.of(category.0), category.1),
        (near.0, w.of(near.0), near.1),
        ("OWN_STATION", if own { w.of("OWN_STATION") } else { 0 }, "委员在本站履职"),
        ("SECTOR", if sector { w.of("SECTOR") } else { 0 }, "委员界别与需求对口"),
        ("TIME_EARLY", w.of("TIME_EARLY") * i64::from(need.until.saturating_sub(quarter)), "安排在期限之前"),
        ("CAPACITY_WIDE", if r.free_year >= 4 { w.of("CAPACITY_WIDE") } else { 0 }, "资源余量充足"),
        ("WORDS", w.of("WORDS") * said / 1000, "需求与资源的用词相符"),
        ("LOAD_FREE", if free * 2 > m.yearly_limit { w.of("LOAD_FREE") } else { 0 }, "委员今年任务不满半"),
    ]
}

/// The score of a pair in a quarter, in points.
pub fn total(city: &City, need: &Need, requirement: &Requirement, resource: u32, quarter: u8) -> i64 {
    points(city, need, requirement, resource, quarter).iter().map(|p| p.1).sum()
}

/// The parts of a score that count. They sum to [`total`], always.
pub fn parts(city: &City, need: &Need, requirement: &Requirement, resource: u32, quarter: u8) -> Vec<Part> {
    points(city, need, requirement, resource, quarter)
        .into_iter()
        .filter(|p| p.1 > 0)
        .map(|(rule, points, text)| Part { rule: rule.to_owned(), points, text: text.to_owned() })
        .collect()
}
