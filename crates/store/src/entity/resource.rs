//! A resource (委员资源).

use domain::{AreaScope, Cost, DeliveryFormat, ResourceKind, ResourceStatus};
use sea_orm::entity::prelude::*;

/// A resource (委员资源).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "resource")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Number.
    pub number: String,
    /// Year.
    pub year: i32,
    /// Owner.
    pub member_id: Uuid,
    /// The partner organisation whose it is; the member answers for it then.
    pub partner_organization_id: Option<Uuid>,
    /// Home station.
    pub workstation_id: Uuid,
    /// Number in its source file.
    pub external_no: Option<String>,
    /// Title.
    pub title: String,
    /// Text.
    pub description: String,
    /// Kind.
    pub kind: ResourceKind,
    /// How far it goes.
    pub area_scope: AreaScope,
    /// Goes everywhere in the city.
    pub cross_district: bool,
    /// How help is given.
    pub formats: DeliveryFormat,
    /// Unit of its capacity, e.g. `次`.
    pub unit: String,
    /// Units a quarter.
    pub per_quarter: i32,
    /// Units a year.
    pub per_year: i32,
    /// First day.
    pub window_from: Date,
    /// Last day.
    pub window_to: Date,
    /// Who pays.
    pub cost: Cost,
    /// The owner's own firm is paid.
    pub paid_to_owner: bool,
    /// Why that is right.
    pub conflict_note: Option<String>,
    /// State.
    pub status: ResourceStatus,
    /// Why suspended or withdrawn.
    pub status_reason: Option<String>,
    /// Resource of the year before that it renews.
    pub renewed_from: Option<Uuid>,
    /// Optimistic version.
    pub version: i32,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
