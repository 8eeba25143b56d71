//! A year of the city.

use domain::YearStatus;
use sea_orm::entity::prelude::*;

/// A year of the city.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "duty_year")]
pub struct Model {
    /// Year.
    #[sea_orm(primary_key, auto_increment = false)]
    pub year: i32,
    /// State.
    pub status: YearStatus,
    /// When it was opened.
    pub opened_at: Option<DateTimeUtc>,
    /// When it was closed.
    pub closed_at: Option<DateTimeUtc>,
    /// Optimistic version.
    pub version: i32,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
