//! What happened, by whom, why.

use domain::Role;
use sea_orm::entity::prelude::*;

/// What happened, by whom, why.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_event")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// When.
    pub at: DateTimeUtc,
    /// Person.
    pub actor: Option<Uuid>,
    /// In which role.
    pub role: Role,
    /// What.
    pub action: String,
    /// Noun.
    pub subject: String,
    /// Of which.
    pub subject_id: Option<Uuid>,
    /// Station concerned.
    pub workstation_id: Option<Uuid>,
    /// Before, after, figures; never personal data.
    pub detail: String,
    /// Why.
    pub reason: Option<String>,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
