//! A step of the ladder of a need without resource.

use domain::{LadderAnswer, LadderStep, ReferralTarget};
use sea_orm::entity::prelude::*;

/// A step of the ladder of a need without resource.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ladder_step")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Need.
    pub need_id: Uuid,
    /// Station.
    pub workstation_id: Uuid,
    /// Which step.
    pub step: LadderStep,
    /// Who is in charge.
    pub target: Option<ReferralTarget>,
    /// Name of the unit.
    pub unit: Option<String>,
    /// Day.
    pub asked_on: Date,
    /// Day of the answer.
    pub answered_on: Option<Date>,
    /// The answer.
    pub answer: Option<LadderAnswer>,
    /// What the requester is told.
    pub words: Option<String>,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
