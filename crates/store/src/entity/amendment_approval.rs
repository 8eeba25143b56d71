//! A signature under an amendment.

use domain::ConvenerSeat;
use sea_orm::entity::prelude::*;

/// A signature under an amendment.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "amendment_approval")]
pub struct Model {
    /// Amendment.
    #[sea_orm(primary_key, auto_increment = false)]
    pub amendment_id: Uuid,
    /// Seat.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seat: ConvenerSeat,
    /// Who recorded it.
    pub person_id: Uuid,
    /// When.
    pub signed_at: DateTimeUtc,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
