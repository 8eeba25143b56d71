//! A reading of the vault.

use domain::Role;
use sea_orm::entity::prelude::*;

/// A reading of the vault.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "vault_access")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Contact.
    pub contact_id: Uuid,
    /// Who.
    pub person: Option<Uuid>,
    /// In which role.
    pub role: Role,
    /// What for.
    pub purpose: String,
    /// When.
    pub at: DateTimeUtc,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
