//! A need and a resource joined.

use domain::{MatchStatus, ProposedBy};
use sea_orm::entity::prelude::*;

/// A need and a resource joined.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "need_match")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Year.
    pub year: i32,
    /// Plan that suggests it.
    pub plan_id: Option<Uuid>,
    /// Need.
    pub need_id: Uuid,
    /// Requirement.
    pub requirement_id: Uuid,
    /// Resource.
    pub resource_id: Uuid,
    /// Owner.
    pub member_id: Uuid,
    /// Station of the need.
    pub workstation_id: Uuid,
    /// Quarter, 1 to 4.
    pub quarter: i32,
    /// Points.
    pub score: i64,
    /// Parts of the score as JSON.
    pub parts: String,
    /// Number of the best other resource.
    pub alternative: Option<String>,
    /// Points that the chosen one is ahead.
    pub alternative_points: Option<i64>,
    /// Place of the resource among the candidates by points, from 1.
    pub rank: Option<i32>,
    /// How many candidates there were.
    pub candidates: Option<i32>,
    /// The plan or a person.
    pub proposed_by: ProposedBy,
    /// State.
    pub status: MatchStatus,
    /// Why dismissed or declined.
    pub reason: Option<String>,
    /// Optimistic version.
    pub version: i32,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
