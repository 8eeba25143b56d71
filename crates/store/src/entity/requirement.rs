//! What a need takes; each mandatory one must be covered.

use sea_orm::entity::prelude::*;

/// What a need takes; each mandatory one must be covered.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "requirement")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Need.
    pub need_id: Uuid,
    /// Order, from 1.
    pub seq: i32,
    /// Words.
    pub label: String,
    /// Class; none: the need's.
    pub category: Option<String>,
    /// Units, each from another member.
    pub quantity: i32,
    /// Whether the need is served without it.
    pub mandatory: bool,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
