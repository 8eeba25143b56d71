//! The proposal that another station carries an item too (联办).

use domain::JointStatus;
use sea_orm::entity::prelude::*;

/// The proposal that another station carries an item too (联办).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "joint_offer")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Year.
    pub year: i32,
    /// The item of the station in the lead.
    pub item_id: Uuid,
    /// Its need.
    pub need_id: Uuid,
    /// The station in the lead.
    pub from_id: Uuid,
    /// The station that is asked.
    pub workstation_id: Uuid,
    /// Where it stands.
    pub status: JointStatus,
    /// Why it was refused or withdrawn.
    pub reason: Option<String>,
    /// Day.
    pub offered_on: Date,
    /// Day of the answer.
    pub answered_on: Option<Date>,
    /// Optimistic version.
    pub version: i32,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
