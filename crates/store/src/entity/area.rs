//! An administrative area with its validity.

use domain::AreaLevel;
use sea_orm::entity::prelude::*;

/// An administrative area with its validity.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "area")]
pub struct Model {
    /// Statistical code, 4 to 12 digits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// Name; does not identify.
    pub name: String,
    /// Level.
    pub level: AreaLevel,
    /// Kind in the source, e.g. `STREET`.
    pub kind: String,
    /// Code of the level above.
    pub parent: Option<String>,
    /// First day; none: always.
    pub valid_from: Option<Date>,
    /// Day after the last; none: still.
    pub valid_to: Option<Date>,
    /// Successor's code.
    pub replaced_by: Option<String>,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
