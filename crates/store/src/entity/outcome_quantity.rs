//! What came out of an order, counted.

use domain::Measure;
use sea_orm::entity::prelude::*;

/// What came out of an order, counted.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outcome_quantity")]
pub struct Model {
    /// Order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: Uuid,
    /// Order, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i32,
    /// What is counted.
    pub measure: Measure,
    /// How many before.
    pub before: Option<i32>,
    /// How many.
    pub amount: i32,
    /// Unit.
    pub unit: String,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
