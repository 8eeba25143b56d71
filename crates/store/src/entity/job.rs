//! Long work that somebody asked for.

use domain::JobStatus;
use sea_orm::entity::prelude::*;

/// Long work that somebody asked for.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Year that is planned.
    pub year: i32,
    /// Station that is planned; none: the city.
    pub workstation_id: Option<Uuid>,
    /// Where it stands.
    pub status: JobStatus,
    /// The plan that came of it.
    pub plan_id: Option<Uuid>,
    /// What went wrong, in words for people.
    pub message: Option<String>,
    /// Who asked.
    pub person_id: Option<Uuid>,
    /// When it was asked for.
    pub asked_at: DateTimeUtc,
    /// When it ended.
    pub ended_at: Option<DateTimeUtc>,
}

/// No relation is followed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
