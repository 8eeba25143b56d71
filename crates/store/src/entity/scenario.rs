//! Changes that were thought through and kept.

use domain::ScenarioStatus;
use sea_orm::entity::prelude::*;

/// Changes that were thought through and kept.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "scenario")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Year.
    pub year: i32,
    /// Name.
    pub name: String,
    /// The changes as JSON.
    pub changes: String,
    /// State.
    pub status: ScenarioStatus,
    /// Who made it.
    pub person_id: Option<Uuid>,
    /// When.
    pub made_at: DateTimeUtc,
    /// Optimistic version.
    pub version: i32,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
