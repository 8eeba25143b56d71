//! A file that shows what was done for an order.

use domain::{EvidenceMoment, FileKind};
use sea_orm::entity::prelude::*;

/// A file that shows what was done for an order.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "evidence")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Order.
    pub order_id: Uuid,
    /// Station.
    pub workstation_id: Uuid,
    /// Its content.
    pub sha256: String,
    /// What it is, by its bytes.
    pub kind: FileKind,
    /// Bytes.
    pub bytes: i32,
    /// Before, after, or a paper.
    pub moment: EvidenceMoment,
    /// Day.
    pub added_on: Date,
    /// Whether a person has checked that it may be seen outside the station.
    pub approved: bool,
    /// Why it was taken away.
    pub removed: Option<String>,
    /// Optimistic version.
    pub version: i32,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
