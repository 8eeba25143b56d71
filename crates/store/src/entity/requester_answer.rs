//! What a requester was told at the end.

use sea_orm::entity::prelude::*;

/// What a requester was told at the end.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "requester_answer")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Need.
    pub need_id: Uuid,
    /// Station.
    pub workstation_id: Uuid,
    /// Day.
    pub told_on: Date,
    /// How.
    pub channel: String,
    /// What.
    pub words: String,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
