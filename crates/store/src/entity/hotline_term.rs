//! A word of the hotline, and what it means here.

use sea_orm::entity::prelude::*;

/// A word of the hotline, and what it means here.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hotline_term")]
pub struct Model {
    /// Column.
    #[sea_orm(primary_key, auto_increment = false)]
    pub field: domain::HotlineField,
    /// Word.
    #[sea_orm(primary_key, auto_increment = false)]
    pub word: String,
    /// Place in its table.
    pub seq: i32,
    /// Code of the meaning.
    pub meaning: String,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
