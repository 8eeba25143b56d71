//! A signature on a list in review.

use domain::ConvenerSeat;
use sea_orm::entity::prelude::*;

/// A signature on a list in review.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "approval")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// List.
    pub list_id: Uuid,
    /// Seat.
    pub seat: ConvenerSeat,
    /// Who.
    pub person_id: Uuid,
    /// When.
    pub signed_at: DateTimeUtc,
    /// What was signed.
    pub list_version: i32,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
