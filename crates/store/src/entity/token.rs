//! A bearer token, hashed.

use domain::Role;
use sea_orm::entity::prelude::*;

/// A bearer token, hashed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "token")]
pub struct Model {
    /// SHA-256 of the token.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: String,
    /// Role.
    pub role: Role,
    /// Person.
    pub person_id: Option<Uuid>,
    /// Station.
    pub workstation_id: Option<Uuid>,
    /// Cluster.
    pub cluster_id: Option<Uuid>,
    /// District.
    pub district: Option<String>,
    /// Expiry.
    pub expires_at: DateTimeUtc,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
