//! A need (群众需求).

use domain::{NeedMark, NeedSource, NeedStatus, Publicity, Urgency};
use sea_orm::entity::prelude::*;

/// A need (群众需求).
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "need")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Number, e.g. `XC-015-2026-N-0042`.
    pub number: String,
    /// Year.
    pub year: i32,
    /// Owning station.
    pub workstation_id: Uuid,
    /// Title.
    pub title: String,
    /// Text as it came in.
    pub description: String,
    /// Class, confirmed by a person.
    pub category: Option<String>,
    /// Class that its words propose.
    pub proposed_category: Option<String>,
    /// How it came.
    pub source: NeedSource,
    /// Number at its source; unique at a station.
    pub external_no: Option<String>,
    /// Day it came in.
    pub collected_on: Date,
    /// Day on which a convener verified it; none of what never was.
    pub verified_on: Option<Date>,
    /// Where.
    pub area: String,
    /// Place within the area.
    pub place: Option<String>,
    /// Persons concerned.
    pub persons: i32,
    /// Households concerned.
    pub households: i32,
    /// Shops concerned.
    pub shops: i32,
    /// Urgency.
    pub urgency: Urgency,
    /// Deadline.
    pub desired_by: Option<Date>,
    /// Whether it may be shown.
    pub publicity: Publicity,
    /// State.
    pub status: NeedStatus,
    /// Why refused, referred, merged or withdrawn.
    pub status_reason: Option<String>,
    /// Head of its merge group.
    pub merged_into: Option<Uuid>,
    /// Number of a need that it may repeat.
    pub duplicate_of: Option<String>,
    /// Its text contains personal data.
    pub personal_data: bool,
    /// Need of the year before that it goes on from.
    pub carried_from: Option<Uuid>,
    /// How often it has been carried over.
    pub carried_times: Option<i32>,
    /// Link with a constituent through which it came.
    pub constituent_link_id: Option<Uuid>,
    /// What a convener says of it that keeps it out of the rates.
    pub mark: Option<NeedMark>,
    /// The convener's note to the mark.
    pub mark_note: Option<String>,
    /// Optimistic version.
    pub version: i32,
}

/// Joins are written where they are asked for.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

/// The order of the hotline that a need came as.
#[derive(Debug)]
pub struct ToHotline;

impl Linked for ToHotline {
    type FromEntity = Entity;
    type ToEntity = super::hotline_order::Entity;

    fn link(&self) -> Vec<RelationDef> {
        let join = Entity::belongs_to(super::hotline_order::Entity)
            .from(Column::Id)
            .to(super::hotline_order::Column::NeedId);
        vec![join.into()]
    }
}

impl ActiveModelBehavior for ActiveModel {}
