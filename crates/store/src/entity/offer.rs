//! An order offered to a member, and the answer.

use domain::OfferAnswer;
use sea_orm::entity::prelude::*;

/// An order offered to a member, and the answer.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "offer")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Order.
    pub order_id: Uuid,
    /// Match.
    pub match_id: Uuid,
    /// Member.
    pub member_id: Uuid,
    /// Year.
    pub year: i32,
    /// Station.
    pub workstation_id: Uuid,
    /// Day of the offer.
    pub offered_on: Date,
    /// Last day to answer.
    pub answer_by: Date,
    /// Day of the answer.
    pub answered_on: Option<Date>,
    /// The answer.
    pub answer: Option<OfferAnswer>,
    /// Why.
    pub reason: Option<String>,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
