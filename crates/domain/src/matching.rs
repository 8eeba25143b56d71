//! The match of a whole city: which pairs are possible, what each is worth, which are chosen, and why.
//!
//! The input is flat: rows refer to each other by position, sorted by number, so that ties fall the same way
//! everywhere.

pub mod candidates;
pub mod explain;
pub mod plan;
pub mod rival;
pub mod score;
pub mod whatif;

use crate::{AreaScope, MemberStatus, ResourceStatus, Urgency};
use std::sync::Arc;
use text::relevance::{Rarity, Words};

/// A station as the match sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Station {
    /// District code, 6 digits.
    pub district: String,
    /// How many items its list takes.
    pub list_limit: u32,
    /// Stations that a partnership opens its resources to, sorted.
    pub partners: Vec<Partner>,
}

/// A station that a partnership opens resources to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Partner {
    /// Position of the station.
    pub station: u32,
    /// Classes of needs that it is for, sorted, with those below them; empty: all.
    pub classes: Vec<String>,
}

/// A member as the match sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Name, for reasons.
    pub name: String,
    /// Whether the member can be asked.
    pub status: MemberStatus,
    /// How many requirements in the year.
    pub yearly_limit: u32,
    /// Units reserved already.
    pub load: u32,
    /// Level-1 classes near the member's sector, sorted.
    pub affinity: Vec<String>,
    /// Stations where the member serves, sorted.
    pub stations: Vec<u32>,
}

/// A resource as the match sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Number.
    pub number: String,
    /// Position of the owner.
    pub member: u32,
    /// Position of the home station.
    pub station: u32,
    /// Whether it can be planned.
    pub status: ResourceStatus,
    /// Classes, sorted.
    pub categories: Vec<String>,
    /// Area of the home station.
    pub area: String,
    /// How far it goes.
    pub scope: AreaScope,
    /// Goes everywhere in the city.
    pub cross_district: bool,
    /// Units a quarter still free, first to fourth.
    pub free: [u32; 4],
    /// Units a year still free.
    pub free_year: u32,
    /// Units a year in all.
    pub per_year: u32,
    /// First and last quarter of its window in this year; empty when the first is after the last.
    pub window: (u8, u8),
    /// The owner's own firm is paid and no note says why that is right.
    pub conflict: bool,
    /// What it says.
    pub words: Words,
}

/// A need as the match sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Number.
    pub number: String,
    /// Position of the owning station.
    pub station: u32,
    /// Where it is, 6 to 12 digits.
    pub area: String,
    /// Urgency.
    pub urgency: Urgency,
    /// First quarter in which it can be served.
    pub from: u8,
    /// Last quarter in which it still helps; below `from` when it is outlived.
    pub until: u8,
    /// What it takes; each mandatory.
    pub requirements: Vec<Requirement>,
    /// Resources banned for it or declined by their owner, sorted.
    pub excluded: Vec<u32>,
    /// Resources pinned for it, sorted.
    pub pinned: Vec<u32>,
    /// What it says.
    pub words: Words,
}

/// One thing that a need takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// Class.
    pub category: String,
    /// Members that it still takes, one unit each: several are distinct.
    pub quantity: u32,
    /// Members who meet it already, by position, sorted.
    pub met_by: Vec<u32>,
}

/// Everything that is matched at once. All vectors are sorted by number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct City {
    /// Stations.
    pub stations: Vec<Station>,
    /// Members.
    pub members: Vec<Member>,
    /// Resources.
    pub resources: Vec<Resource>,
    /// Open needs.
    pub needs: Vec<Need>,
    /// Points of each part of the score.
    pub weights: score::Weights,
    /// How rare words are among the resources.
    pub rarity: Arc<Rarity>,
}
