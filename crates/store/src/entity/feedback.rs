//! The requester's word, or a try to get it.

use domain::{FeedbackBy, Rating, Solved};
use sea_orm::entity::prelude::*;

/// The requester's word, or a try to get it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feedback")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Order.
    pub order_id: Uuid,
    /// Who gave it.
    pub given_by: FeedbackBy,
    /// How.
    pub channel: String,
    /// The requester's word.
    pub rating: Rating,
    /// Whether it is solved.
    pub solved: Option<Solved>,
    /// In words.
    pub words: Option<String>,
    /// Day.
    pub asked_on: Date,
    /// Who recorded it.
    pub person_id: Option<Uuid>,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
