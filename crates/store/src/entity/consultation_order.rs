//! An order that a session was about.

use sea_orm::entity::prelude::*;

/// An order that a session was about.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consultation_order")]
pub struct Model {
    /// Session.
    #[sea_orm(primary_key, auto_increment = false)]
    pub consultation_id: Uuid,
    /// Order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: Uuid,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
