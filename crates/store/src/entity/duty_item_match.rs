//! A match that carries an item.

use sea_orm::entity::prelude::*;

/// A match that carries an item.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "duty_item_match")]
pub struct Model {
    /// Item.
    #[sea_orm(primary_key, auto_increment = false)]
    pub item_id: Uuid,
    /// Match.
    #[sea_orm(primary_key, auto_increment = false)]
    pub match_id: Uuid,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
