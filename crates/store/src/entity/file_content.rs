//! A file by its content, sealed; kept once however often it is given.

use sea_orm::entity::prelude::*;

/// A file by its content, sealed; kept once however often it is given.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "file_content")]
pub struct Model {
    /// SHA-256 of what is in it, hexadecimal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sha256: String,
    /// Bytes of what is in it.
    pub bytes: i32,
    /// The content, sealed.
    pub sealed: Vec<u8>,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
