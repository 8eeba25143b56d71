//! An entry of the duty ledger.

use domain::{DutyKind, DutyRole};
use sea_orm::entity::prelude::*;

/// An entry of the duty ledger.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "duty_record")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Year.
    pub year: i32,
    /// Member.
    pub member_id: Uuid,
    /// Station.
    pub workstation_id: Uuid,
    /// Kind.
    pub kind: DutyKind,
    /// Lead or co-member.
    pub role: DutyRole,
    /// What it comes from; once for a member, kind and turn.
    pub source: String,
    /// Need.
    pub need_id: Option<Uuid>,
    /// Day.
    pub occurred_on: Date,
    /// Entry that this one takes back.
    pub reverses: Option<Uuid>,
    /// The event's running entry: odd ones enter it, even ones take it back.
    pub turn: i32,
    /// Why it was taken back or entered again.
    pub reason: Option<String>,
    /// Who did that; none for what was written when an order was closed.
    pub person_id: Option<Uuid>,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
