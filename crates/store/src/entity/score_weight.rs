//! Points of a part of the score.

use sea_orm::entity::prelude::*;

/// Points of a part of the score.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "score_weight")]
pub struct Model {
    /// Version of the table.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    /// Part.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// Points.
    pub points: i64,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
