//! An item of a list that serves a task of the plan.

use sea_orm::entity::prelude::*;

/// An item of a list that serves a task of the plan.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "item_task")]
pub struct Model {
    /// Item.
    #[sea_orm(primary_key, auto_increment = false)]
    pub item_id: Uuid,
    /// Task.
    #[sea_orm(primary_key, auto_increment = false)]
    pub task_id: Uuid,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
