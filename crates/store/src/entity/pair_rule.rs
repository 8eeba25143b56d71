//! A pin or a ban for the next plan.

use domain::PairRuleKind;
use sea_orm::entity::prelude::*;

/// A pin or a ban for the next plan.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pair_rule")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Year.
    pub year: i32,
    /// Need.
    pub need_id: Uuid,
    /// Resource.
    pub resource_id: Uuid,
    /// Pin or ban.
    pub kind: PairRuleKind,
    /// Why.
    pub reason: String,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
