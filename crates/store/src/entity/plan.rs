//! A plan of a year for the whole city.

use sea_orm::entity::prelude::*;

/// A plan of a year for the whole city.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plan")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Year.
    pub year: i32,
    /// When.
    pub made_at: DateTimeUtc,
    /// The one in force.
    pub standing: bool,
    /// `optimal` or `gap`.
    pub certificate: String,
    /// Objective as JSON.
    pub objective: String,
    /// Proved bound as JSON.
    pub bound: String,
    /// Possible pairs of need and resource.
    pub candidate_pairs: i64,
    /// Version of the weights.
    pub weights_version: i32,
    /// Instance and answer, from which `verify` recomputes the bound.
    pub proof: Vec<u8>,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
