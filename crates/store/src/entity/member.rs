//! A person as CPPCC member.

use domain::{MemberLevel, MemberStatus};
use sea_orm::entity::prelude::*;

/// A person as CPPCC member.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "member")]
pub struct Model {
    /// The person's id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Member number.
    pub number: String,
    /// Name.
    pub name: String,
    /// Highest level.
    pub level: MemberLevel,
    /// Sector.
    pub sector: String,
    /// Public position.
    pub position_public: Option<String>,
    /// Work unit.
    pub work_unit: Option<String>,
    /// Whether the member can be asked.
    pub status: MemberStatus,
    /// Requirements a year.
    pub yearly_limit: i32,
    /// Optimistic version.
    pub version: i32,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
