//! What a webhook is told: written with the change that it tells of.

use sea_orm::entity::prelude::*;

/// What a webhook is told: written with the change that it tells of.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    /// Id, which the receiver sees each time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whom.
    pub webhook_id: Uuid,
    /// Name of the event.
    pub event: String,
    /// JSON.
    pub body: String,
    /// When it happened.
    pub at: DateTimeUtc,
    /// How often it was tried.
    pub attempts: i32,
    /// When it is tried next; none: at an end.
    pub next_at: Option<DateTimeUtc>,
    /// When it arrived.
    pub delivered_at: Option<DateTimeUtc>,
    /// What went wrong last.
    pub last_error: Option<String>,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
