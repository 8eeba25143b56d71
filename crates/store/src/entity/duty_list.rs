//! The annual duty list of a station.

use domain::ListStatus;
use sea_orm::entity::prelude::*;

/// The annual duty list of a station.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "duty_list")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Station.
    pub workstation_id: Uuid,
    /// Year; one list a station a year.
    pub year: i32,
    /// Number, e.g. `XC-015〔2026〕`.
    pub number: String,
    /// Title.
    pub title: String,
    /// State.
    pub status: ListStatus,
    /// Published version; 0 before the first.
    pub edition: i32,
    /// Optimistic version.
    pub version: i32,
    /// When published.
    pub published_at: Option<DateTimeUtc>,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
