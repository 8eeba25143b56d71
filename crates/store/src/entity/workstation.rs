//! A member workstation (委员工作站/室).

use domain::WorkstationKind;
use sea_orm::entity::prelude::*;

/// A member workstation (委员工作站/室).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "workstation")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Code, e.g. `XC-015`.
    pub code: String,
    /// Name.
    pub name: String,
    /// Station or studio.
    pub kind: WorkstationKind,
    /// Area of its seat.
    pub area: String,
    /// District.
    pub district: String,
    /// Cluster.
    pub cluster_id: Option<Uuid>,
    /// Sector of a studio.
    pub sector: Option<String>,
    /// What a studio is for.
    pub speciality: Option<String>,
    /// Organisation that gives it room.
    pub host_org: Option<String>,
    /// Where it meets.
    pub venue: Option<String>,
    /// How many items its annual list takes.
    pub list_limit: i32,
    /// Day of closing.
    pub closed_on: Option<Date>,
    /// The last year that it takes needs and resources for, where it ends.
    pub last_year: Option<i32>,
    /// The station that takes its place.
    pub replaced_by: Option<Uuid>,
    /// Optimistic version.
    pub version: i32,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
