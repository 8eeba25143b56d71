//! A published list as it is frozen: made once (`freeze`), kept as canonical JSON, printed from that alone.

use crate::entity::{duty_list, snapshot, workstation};
use crate::{Desk, Result};
use chrono::{DateTime, Utc};
use domain::ListStatus;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

/// A published list as it is frozen. Canonical JSON: fields in order of their names, no spaces, integers only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the columns of domain.md §12 under their names")]
pub struct SnapshotList {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amendments: Vec<SnapshotAmendment>,
    pub chief_convener: String,
    pub district: String,
    pub edition: i32,
    pub first_convener: String,
    pub items: Vec<SnapshotItem>,
    pub members_city: u32,
    pub members_district: u32,
    pub members_region: u32,
    pub number: String,
    pub published_on: String,
    pub second_convener: String,
    /// 附二 可供共享的资源.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shareable: Vec<SnapshotShareable>,
    pub station_code: String,
    pub station_head: String,
    pub station_name: String,
    pub title: String,
    pub unserved: Vec<SnapshotUnserved>,
    pub year: i32,
}

/// A line of a published list. Without personal data: requesters are in the vault alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the columns of domain.md §12 under their names")]
pub struct SnapshotItem {
    pub beneficiaries: String,
    /// 结转: it goes on from the year before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub carried: bool,
    pub category: String,
    pub expected_result: String,
    pub form: String,
    /// 联办: the station in the lead with its item, or the stations that carry it too; empty where the station is alone.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub joint: String,
    pub members: Vec<SnapshotMember>,
    pub need_number: String,
    pub need_source: String,
    pub need_title: String,
    /// 共建/协办单位.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub partners: Vec<String>,
    /// 进展 on the day of this edition; empty before an order was opened.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub progress: String,
    pub public: bool,
    pub quarter: i32,
    pub removal_reason: Option<String>,
    pub resources: Vec<SnapshotResource>,
    pub score: i64,
    pub seq: i32,
    pub title: String,
}

/// An amendment of a published list (附三 修订记录).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotAmendment {
    /// How many changes.
    pub changes: u32,
    /// The edition that it made.
    pub edition: i32,
    /// Day.
    pub published_on: String,
    /// Why.
    pub reason: String,
}

/// A member on a published list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SnapshotMember {
    pub level: String,
    pub name: String,
    pub number: String,
    pub sector: String,
}

/// A resource on a published list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SnapshotResource {
    pub number: String,
    pub title: String,
}

/// A resource of the station that neighbours may ask for, with what is free of it on the day of the edition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotShareable {
    /// Units that are free this year.
    pub free: i32,
    /// Number.
    pub number: String,
    /// Whom it may serve.
    pub scope: String,
    /// Title.
    pub title: String,
    /// What a unit of it is.
    pub unit: String,
}

/// A need of the station without resource, and where it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotUnserved {
    pub number: String,
    pub public: bool,
    pub reason: String,
    pub remedy: String,
    pub title: String,
}

/// A snapshot with its hash.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// What was published.
    pub list: SnapshotList,
    /// SHA-256 over its canonical JSON, hexadecimal.
    pub sha256: String,
    /// The canonical JSON itself.
    pub body: String,
}

impl Desk {
    /// Published snapshots of a year, of one station or of a district or of all, by list number: the newest, or those
    /// of an edition. Public.
    pub async fn snapshots(
        &self,
        year: i32,
        station: Option<&str>,
        district: Option<&str>,
        edition: Option<i32>,
    ) -> Result<Vec<Snapshot>> {
        let mut stations = workstation::Entity::find().select_only().column(workstation::Column::Id);
        if let Some(code) = station {
            stations = stations.filter(workstation::Column::Code.eq(code));
        }
        if let Some(district) = district {
            stations = stations.filter(workstation::Column::District.eq(district));
        }
        let lists = duty_list::Entity::find()
            .filter(duty_list::Column::Year.eq(year))
            .filter(duty_list::Column::Status.eq(ListStatus::Published))
            .filter(duty_list::Column::WorkstationId.in_subquery(QueryTrait::into_query(stations)))
            .all(self.store.db())
            .await?;
        let current: HashMap<Uuid, i32> = lists.into_iter().map(|l| (l.id, l.edition)).collect();
        let rows = snapshot::Entity::find()
            .filter(snapshot::Column::ListId.is_in(current.keys().copied()))
            .order_by_asc(snapshot::Column::Number)
            .all(self.store.db())
            .await?;
        rows.into_iter()
            .filter(|s| edition.or(current.get(&s.list_id).copied()) == Some(s.edition))
            .map(|s| Ok(Snapshot { list: serde_json::from_str(&s.body)?, sha256: s.sha256, body: s.body }))
            .collect()
    }
}

/// What was published, its body apart.
#[derive(Clone, Debug, FromQueryResult)]
pub struct SnapshotHead {
    /// The list.
    pub list_id: Uuid,
    /// Number of the edition, from 1.
    pub edition: i32,
    /// SHA-256 over the canonical JSON, hexadecimal.
    pub sha256: String,
    /// When.
    pub published_at: DateTime<Utc>,
}

impl Desk {
    /// Everything that was published of lists, the oldest first. Public.
    pub async fn snapshot_heads(&self, lists: &[Uuid]) -> Result<Vec<SnapshotHead>> {
        use snapshot::Column as C;
        Ok(snapshot::Entity::find()
            .select_only()
            .columns([C::ListId, C::Edition, C::Sha256, C::PublishedAt])
            .filter(C::ListId.is_in(lists.iter().copied()))
            .order_by_asc(C::Edition)
            .into_model()
            .all(self.store.db())
            .await?)
    }
}
