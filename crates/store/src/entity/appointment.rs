//! One mandate of a member; a person may hold several.

use domain::MemberLevel;
use sea_orm::entity::prelude::*;

/// One mandate of a member; a person may hold several.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "appointment")]
pub struct Model {
    /// Member.
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: Uuid,
    /// Committee.
    #[sea_orm(primary_key, auto_increment = false)]
    pub level: MemberLevel,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
