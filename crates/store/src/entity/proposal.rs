//! A proposal (提案), as far as a station touches it.

use domain::ResultClass;
use sea_orm::entity::prelude::*;

/// A proposal (提案), as far as a station touches it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "proposal")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 提案编号.
    pub number: String,
    /// Year.
    pub year: i32,
    /// 案由.
    pub title: String,
    /// 提案者.
    pub proposer: String,
    /// Whether it was admitted (立案).
    pub filed: bool,
    /// 承办单位.
    pub handling_unit: Option<String>,
    /// How it was answered.
    pub result_class: Option<ResultClass>,
    /// Day of the reply.
    pub replied_on: Option<Date>,
    /// The reply.
    pub reply: Option<String>,
    /// Why it was not admitted.
    pub reason: Option<String>,
    /// The clue that it grew from.
    pub clue_id: Option<Uuid>,
    /// Optimistic version.
    pub version: i32,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
