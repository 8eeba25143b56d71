//! Why a plan left a need out.

use domain::matching::explain::ReasonCode;
use sea_orm::entity::prelude::*;

/// Why a plan left a need out.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plan_reason")]
pub struct Model {
    /// Plan.
    #[sea_orm(primary_key, auto_increment = false)]
    pub plan_id: Uuid,
    /// Need.
    #[sea_orm(primary_key, auto_increment = false)]
    pub need_id: Uuid,
    /// Code.
    pub code: ReasonCode,
    /// Words.
    pub text: String,
    /// What would change it.
    pub remedy: String,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
