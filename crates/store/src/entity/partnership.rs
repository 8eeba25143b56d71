//! 联建共建 between two stations.

use domain::{PartnershipScope, PartnershipStatus};
use sea_orm::entity::prelude::*;

/// 联建共建 between two stations.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "partnership")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The station that proposed it, or the first that the office has entered.
    pub workstation_id: Uuid,
    /// The other.
    pub partner_id: Uuid,
    /// Agreement.
    pub agreement_no: String,
    /// First day.
    pub from_date: Date,
    /// Day after the last.
    pub to_date: Option<Date>,
    /// Whose resources it opens to whose needs.
    pub scope: PartnershipScope,
    /// Classes that it is for, by comma; empty: all.
    pub categories: String,
    /// Where it stands.
    pub status: PartnershipStatus,
    /// Why it was refused or ended.
    pub reason: Option<String>,
    /// Optimistic version.
    pub version: i32,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
