//! A member who helps with an order.

use domain::CoSource;
use sea_orm::entity::prelude::*;

/// A member who helps with an order.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "co_member")]
pub struct Model {
    /// Order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: Uuid,
    /// Member.
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: Uuid,
    /// How the member came to help.
    pub source: CoSource,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
