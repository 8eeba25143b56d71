//! A change of a published list.

use domain::AmendmentStatus;
use sea_orm::entity::prelude::*;

/// A change of a published list.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "amendment")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// List.
    pub list_id: Uuid,
    /// Station.
    pub workstation_id: Uuid,
    /// Edition that it changes.
    pub from_edition: i32,
    /// State.
    pub status: AmendmentStatus,
    /// Why.
    pub reason: String,
    /// Optimistic version.
    pub version: i32,
    /// When it was published.
    pub published_at: Option<DateTimeUtc>,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
