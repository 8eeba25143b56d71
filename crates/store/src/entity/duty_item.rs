//! A line of a list.

use domain::DutyForm;
use sea_orm::entity::prelude::*;

/// A line of a list.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "duty_item")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// List.
    pub list_id: Uuid,
    /// Order, from 1.
    pub seq: i32,
    /// First need.
    pub need_id: Uuid,
    /// Title.
    pub title: String,
    /// One of the four micro forms.
    pub form: DutyForm,
    /// Planned quarter.
    pub quarter: i32,
    /// What is to come out.
    pub expected_result: String,
    /// Struck through.
    pub removed: bool,
    /// Why.
    pub removal_reason: Option<String>,
    /// Station of its list.
    pub workstation_id: Option<Uuid>,
    /// The item of the station in the lead, where this one is carried together (联办).
    pub joint_of: Option<Uuid>,
    /// Units that carry it too (共建/协办单位), a line each.
    pub partners: String,
    /// Optimistic version.
    pub version: i32,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
