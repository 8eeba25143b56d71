//! 联建共建 between two stations.

use sea_orm::entity::prelude::*;

/// 联建共建 between two stations.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "partnership")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// One station.
    pub workstation_id: Uuid,
    /// The other.
    pub partner_id: Uuid,
    /// Agreement.
    pub agreement_no: String,
    /// First day.
    pub from_date: Date,
    /// Day after the last.
    pub to_date: Option<Date>,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
