//! A person of a sector with whom members keep contact (界别群众), under an alias.

use sea_orm::entity::prelude::*;

/// A person of a sector with whom members keep contact (界别群众), under an alias.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "constituent")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Station that keeps the contact.
    pub workstation_id: Uuid,
    /// Alias: never the name.
    pub alias: String,
    /// Sector.
    pub sector: String,
    /// Area.
    pub area: Option<String>,
    /// Name and telephone, sealed.
    pub sealed: Option<Vec<u8>>,
    /// Optimistic version.
    pub version: i32,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
