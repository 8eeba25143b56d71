//! A consultation session.

use domain::DutyForm;
use sea_orm::entity::prelude::*;

/// A consultation session.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consultation")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Year.
    pub year: i32,
    /// Station.
    pub workstation_id: Uuid,
    /// Day.
    pub held_on: Date,
    /// Place.
    pub place: String,
    /// Name of the series.
    pub brand: Option<String>,
    /// One of the four micro forms.
    pub form: DutyForm,
    /// Who led it.
    pub host: String,
    /// Who came, one a line.
    pub attendees: String,
    /// Options considered, one a line.
    pub options: String,
    /// Conclusion.
    pub conclusion: String,
    /// Next step.
    pub next_step: Option<String>,
    /// Minutes.
    pub minutes: Option<String>,
    /// Optimistic version.
    pub version: i32,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
