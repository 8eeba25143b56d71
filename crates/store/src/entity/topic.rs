//! A topic to which needs of the same matter are brought together (归并); each stays what it is.

use sea_orm::entity::prelude::*;

/// A topic to which needs of the same matter are brought together (归并); each stays what it is.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "topic")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Number.
    pub number: String,
    /// Year.
    pub year: i32,
    /// The station that leads it.
    pub workstation_id: Uuid,
    /// What it is about.
    pub title: String,
    /// Optimistic version.
    pub version: i32,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
