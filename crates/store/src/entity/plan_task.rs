//! A task of the year's plan (1+4+N).

use domain::PlanPart;
use sea_orm::entity::prelude::*;

/// A task of the year's plan (1+4+N).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plan_task")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Year.
    pub year: i32,
    /// Code, such as `N-03`.
    pub code: String,
    /// Which part of the plan.
    pub part: PlanPart,
    /// Name.
    pub name: String,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
