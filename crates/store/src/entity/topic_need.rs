//! A need of a topic.

use sea_orm::entity::prelude::*;

/// A need of a topic.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "topic_need")]
pub struct Model {
    /// Topic.
    #[sea_orm(primary_key, auto_increment = false)]
    pub topic_id: Uuid,
    /// Need.
    #[sea_orm(primary_key, auto_increment = false)]
    pub need_id: Uuid,
    /// Since when.
    pub added_on: Date,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
