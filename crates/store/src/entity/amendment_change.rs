//! One change within an amendment.

use domain::ChangeKind;
use sea_orm::entity::prelude::*;

/// One change within an amendment.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "amendment_change")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Amendment.
    pub amendment_id: Uuid,
    /// Kind.
    pub kind: ChangeKind,
    /// Item.
    pub item_id: Option<Uuid>,
    /// Need.
    pub need_id: Option<Uuid>,
    /// Match.
    pub match_id: Option<Uuid>,
    /// New values as JSON.
    pub detail: String,
    /// Why.
    pub reason: String,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
