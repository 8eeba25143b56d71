//! Mediation of a station in a month: counts alone, for cases are confidential (诉源治理).

use sea_orm::entity::prelude::*;

/// Mediation of a station in a month: counts alone, for cases are confidential (诉源治理).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mediation_count")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Station.
    pub workstation_id: Uuid,
    /// Year.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: i32,
    /// Cases taken.
    pub cases: i32,
    /// Cases settled.
    pub successes: i32,
    /// Day of the report.
    pub reported_on: Date,
    /// Optimistic version.
    pub version: i32,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
