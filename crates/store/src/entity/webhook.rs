//! Whoever is told of changes over HTTP.

use sea_orm::entity::prelude::*;

/// Whoever is told of changes over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Address.
    pub url: String,
    /// Beginnings of the names of events that it hears, by comma; empty: all.
    pub events: String,
    /// The one station whose events it hears.
    pub workstation_id: Option<Uuid>,
    /// Its secret, sealed.
    pub sealed: Vec<u8>,
    /// When it was made.
    pub made_at: DateTimeUtc,
    /// When it was ended.
    pub ended_at: Option<DateTimeUtc>,
    /// Optimistic version.
    pub version: i32,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
