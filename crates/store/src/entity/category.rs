//! A class of requests, of a replaceable table.

use sea_orm::entity::prelude::*;

/// A class of requests, of a replaceable table.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "category")]
pub struct Model {
    /// Code, two digits a level.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// Name.
    pub name: String,
    /// 1 to 3.
    pub level: i32,
    /// Code of the level above.
    pub parent: Option<String>,
    /// The table it comes from.
    pub standard: String,
    /// Words that point to it, comma-separated.
    pub keywords: String,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
