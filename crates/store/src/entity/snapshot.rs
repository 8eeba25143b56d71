//! A published version, never changed afterwards.

use sea_orm::entity::prelude::*;

/// A published version, never changed afterwards.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "snapshot")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// List.
    pub list_id: Uuid,
    /// Version.
    pub edition: i32,
    /// Number.
    pub number: String,
    /// Hash of the body.
    pub sha256: String,
    /// Canonical JSON.
    pub body: String,
    /// When.
    pub published_at: DateTimeUtc,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
