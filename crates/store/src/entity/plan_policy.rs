//! A version of the policy under which years are planned.

use domain::PolicyStatus;
use sea_orm::entity::prelude::*;

/// A version of the policy under which years are planned. Its points are in `score_weight`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plan_policy")]
pub struct Model {
    /// Version, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    /// State.
    pub status: PolicyStatus,
    /// Why it was made.
    pub note: String,
    /// Units a year of any member at most.
    pub member_limit: Option<i32>,
    /// Lines of any list at most.
    pub list_limit: Option<i32>,
    /// When it was made.
    pub made_at: DateTimeUtc,
    /// When it was last put in force.
    pub in_force_at: Option<DateTimeUtc>,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
