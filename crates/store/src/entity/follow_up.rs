//! A consultative follow-up of a proposal (协商督办).

use domain::FollowUpKind;
use sea_orm::entity::prelude::*;

/// A consultative follow-up of a proposal (协商督办).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "follow_up")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Proposal.
    pub proposal_id: Uuid,
    /// Year.
    pub year: i32,
    /// The station where it was held.
    pub workstation_id: Uuid,
    /// Which of the four.
    pub kind: FollowUpKind,
    /// Day.
    pub held_on: Date,
    /// Place.
    pub place: String,
    /// Who came, a line each.
    pub attendees: String,
    /// What came out.
    pub conclusion: String,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
