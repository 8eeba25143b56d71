//! An order (单).

use domain::{DutyForm, OrderStatus, Rating, Solved};
use sea_orm::entity::prelude::*;

/// An order (单).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "work_order")]
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
    /// One of the four micro forms.
    pub form: DutyForm,
    /// Match.
    pub match_id: Option<Uuid>,
    /// Lead member.
    pub lead_id: Option<Uuid>,
    /// State.
    pub status: OrderStatus,
    /// Day of 开单.
    pub issued_on: Date,
    /// Day of 派单.
    pub dispatched_on: Option<Date>,
    /// Last day to answer.
    pub accept_by: Option<Date>,
    /// Day of 接单.
    pub accepted_on: Option<Date>,
    /// Day by which it is to be resolved.
    pub due_by: Option<Date>,
    /// Since when it rests.
    pub suspended_on: Option<Date>,
    /// Days that it rested, which do not count.
    pub suspended_days: i32,
    /// Why no consultation is needed.
    pub waived: Option<String>,
    /// What is to be done.
    pub plan: Option<String>,
    /// Why the member wants to give it back.
    pub return_asked: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// How often it was given back.
    pub return_count: i32,
    /// How often it was reopened.
    pub reopen_count: i32,
    /// Tries to reach the requester since it was resolved.
    pub tries: i32,
    /// Day of 解单.
    pub resolved_on: Option<Date>,
    /// What came out.
    pub outcome: Option<String>,
    /// What shows it.
    pub evidence: Option<String>,
    /// The requester's word.
    pub rating: Option<Rating>,
    /// Whether it is solved.
    pub solved: Option<Solved>,
    /// Day of its end.
    pub closed_on: Option<Date>,
    /// Optimistic version.
    pub version: i32,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
