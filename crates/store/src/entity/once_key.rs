//! An idempotency key that has been used.

use sea_orm::entity::prelude::*;

/// An idempotency key that has been used.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "once_key")]
pub struct Model {
    /// Hash of the viewer, the key and the request.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// The answer, sealed, once it is known.
    pub response: Option<Vec<u8>>,
    /// When.
    pub at: DateTimeUtc,
}

/// No relation is followed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
