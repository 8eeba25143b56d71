//! The standing link of a member with a constituent (委员联系界别群众).

use sea_orm::entity::prelude::*;

/// The standing link of a member with a constituent (委员联系界别群众).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "constituent_link")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Member.
    pub member_id: Uuid,
    /// Constituent.
    pub constituent_id: Uuid,
    /// Station of the constituent.
    pub workstation_id: Uuid,
    /// First day.
    pub from_date: Date,
    /// Day after the last.
    pub to_date: Option<Date>,
    /// When they last spoke.
    pub last_contact_on: Option<Date>,
    /// How often they spoke.
    pub contacts: i32,
    /// Why it ended.
    pub reason: Option<String>,
    /// Optimistic version.
    pub version: i32,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
