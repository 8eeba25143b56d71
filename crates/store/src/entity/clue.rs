//! A proposal clue.

use domain::{ClueStatus, ResultClass};
use sea_orm::entity::prelude::*;

/// A proposal clue.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "clue")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Number.
    pub number: String,
    /// Year.
    pub year: i32,
    /// Need.
    pub need_id: Uuid,
    /// Station.
    pub workstation_id: Uuid,
    /// Who gives it, by real name.
    pub person_id: Uuid,
    /// Text.
    pub body: String,
    /// State.
    pub status: ClueStatus,
    /// Day.
    pub submitted_on: Date,
    /// Number of the proposal.
    pub proposal_number: Option<String>,
    /// How it was answered.
    pub result_class: Option<ResultClass>,
    /// The reply.
    pub reply: Option<String>,
    /// Why it was not adopted or not filed.
    pub reason: Option<String>,
    /// Optimistic version.
    pub version: i32,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
