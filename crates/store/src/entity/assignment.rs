//! Person × station, cluster or district × role × period.

use domain::AssignmentRole;
use sea_orm::entity::prelude::*;

/// Person × station, cluster or district × role × period.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assignment")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Person.
    pub person_id: Uuid,
    /// Role.
    pub role: AssignmentRole,
    /// Station.
    pub workstation_id: Option<Uuid>,
    /// Cluster.
    pub cluster_id: Option<Uuid>,
    /// District.
    pub district: Option<String>,
    /// First day.
    pub from_date: Date,
    /// Day after the last.
    pub to_date: Option<Date>,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
