//! The duty ledger (履职记录): facts, without points.

use super::desk;
use super::error::Outside;
use super::loaders::{NeedById, StationById, load};
use super::need::Need;
use super::workstation::Workstation;
use async_graphql::{Context, Object, Result};
use chrono::NaiveDate;
use domain::{DutyKind, DutyRole};
use store::row;

/// What a member did: once for a member and event, written when it was finished and rated.
pub(super) struct DutyRecord(row::DutyRecord);

/// What a member did: once for a member and event, written when it was finished and rated.
#[Object]
impl DutyRecord {
    /// What.
    async fn kind(&self) -> DutyKind {
        self.0.kind
    }
    /// In which part.
    async fn role(&self) -> DutyRole {
        self.0.role
    }
    /// What it comes from: the number of the order, or the id of the session.
    async fn source(&self) -> &str {
        &self.0.source
    }
    /// The station.
    async fn workstation(&self, ctx: &Context<'_>) -> Result<Option<Workstation>> {
        Ok(load(ctx, StationById(self.0.workstation_id)).await?.map(Workstation))
    }
    /// The need.
    async fn need(&self, ctx: &Context<'_>) -> Result<Option<Need>> {
        let Some(need) = self.0.need_id else { return Ok(None) };
        Ok(load(ctx, NeedById(need)).await?.map(Need))
    }
    /// Day.
    async fn occurred_on(&self) -> NaiveDate {
        self.0.occurred_on
    }
}

#[derive(Default)]
pub(super) struct LedgerQuery;

#[Object]
impl LedgerQuery {
    /// A member's ledger of a year, in order of time: the member's own, or as far as the viewer sees the stations.
    #[graphql(complexity = "200 * child_complexity")]
    async fn duty_records(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Year.")] year: i32,
        #[graphql(desc = "Number of the member.")] member_number: String,
    ) -> Result<Vec<DutyRecord>> {
        let desk = desk(ctx);
        let Some(member) = desk.member_by_number(&member_number).await.out(ctx)? else {
            return Ok(Vec::new());
        };
        Ok(desk.duty_records(year, member.id).await.out(ctx)?.into_iter().map(DutyRecord).collect())
    }
}
