//! A capacity that is to be cut below what is reserved, with the matches that lose.

use domain::CutStatus;
use sea_orm::entity::prelude::*;

/// A capacity that is to be cut below what is reserved, with the matches that lose.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "capacity_cut")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Resource.
    pub resource_id: Uuid,
    /// Its home station.
    pub workstation_id: Uuid,
    /// Units a quarter that are left.
    pub per_quarter: i32,
    /// Units a year that are left.
    pub per_year: i32,
    /// Ids of the matches that lose, by comma.
    pub matches: String,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub status: CutStatus,
    /// Why it was refused.
    pub answer: Option<String>,
    /// Who proposed it.
    pub proposed_by: Option<Uuid>,
    /// Day.
    pub proposed_on: Date,
    /// Optimistic version.
    pub version: i32,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
