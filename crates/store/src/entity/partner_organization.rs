//! 共建单位: an organisation with which a station has an agreement.

use domain::{OrganizationKind, OrganizationStatus};
use sea_orm::entity::prelude::*;

/// 共建单位: an organisation with which a station has an agreement.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "partner_organization")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The station.
    pub workstation_id: Uuid,
    /// Name, once a station.
    pub name: String,
    /// What it is.
    pub kind: OrganizationKind,
    /// 联系委员: the member who answers for what it offers.
    pub member_id: Uuid,
    /// Agreement.
    pub agreement_no: String,
    /// First day.
    pub from_date: Date,
    /// Day after the last.
    pub to_date: Option<Date>,
    /// Where it stands.
    pub status: OrganizationStatus,
    /// Why it was ended.
    pub reason: Option<String>,
    /// Optimistic version.
    pub version: i32,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
