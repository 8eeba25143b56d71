//! The year's end, renewal, and what waits for the viewer.

use super::desk;
use super::error::Outside;
use super::node::{kind, uuid};
use super::payload::{Payload, payload};
use super::resource::Resource;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::{InboxKind, YearStatus};
use store::row;

/// A year that was closed (年终结转).
pub(super) struct YearEnd(store::YearEnd);

/// A year that was closed (年终结转).
#[Object]
impl YearEnd {
    /// The year.
    async fn year(&self) -> i32 {
        self.0.row.year
    }
    /// Where it stands.
    async fn status(&self) -> YearStatus {
        self.0.row.status
    }
    /// When it was closed.
    async fn closed_at(&self) -> Option<DateTime<Utc>> {
        self.0.row.closed_at
    }
    /// Needs that go on in the next year.
    async fn carried(&self) -> i32 {
        self.0.carried as i32
    }
    /// Those of them that were carried over before: the district looks at them.
    async fn carried_again(&self) -> i32 {
        self.0.again as i32
    }
    /// Orders that ended with the year.
    async fn orders(&self) -> i32 {
        self.0.orders as i32
    }
}

/// Resources that were renewed.
#[derive(SimpleObject)]
pub(super) struct Renewal {
    /// The new ones, by number of the old.
    resources: Vec<Resource>,
}

/// Something that waits for the viewer.
#[derive(SimpleObject)]
pub(super) struct InboxEntry {
    /// What.
    kind: InboxKind,
    /// What, in Chinese.
    label: &'static str,
    /// How many.
    count: u64,
}

#[derive(Default)]
pub(super) struct YearQuery;

#[Object]
impl YearQuery {
    /// Where a year stands.
    async fn duty_year(&self, ctx: &Context<'_>, #[graphql(desc = "Year.")] year: i32) -> Result<YearStatus> {
        desk(ctx).duty_year(year).await.out(ctx)
    }

    /// What waits for the viewer in a year; what has nothing is left out.
    async fn inbox(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Year.")] year: i32,
    ) -> Result<Vec<InboxEntry>> {
        let found = desk(ctx).inbox(year).await.out(ctx)?;
        Ok(found.into_iter().map(|(kind, count)| InboxEntry { kind, label: kind.label(), count }).collect())
    }
}

/// A year to be opened.
#[derive(InputObject)]
pub(super) struct OpenYearInput {
    /// Year.
    year: i32,
    /// In words.
    reason: String,
}

/// A year as the city has opened it.
pub(super) struct DutyYear(row::DutyYear);

/// A year as the city has opened it.
#[Object]
impl DutyYear {
    /// The year.
    async fn year(&self) -> i32 {
        self.0.year
    }
    /// Where it stands.
    async fn status(&self) -> YearStatus {
        self.0.status
    }
    /// When it was opened.
    async fn opened_at(&self) -> Option<DateTime<Utc>> {
        self.0.opened_at
    }
}

/// A year to be closed.
#[derive(InputObject)]
pub(super) struct CloseYearInput {
    /// Year.
    year: i32,
    /// In words.
    reason: String,
}

/// Resources to be renewed.
#[derive(InputObject)]
pub(super) struct RenewResourcesInput {
    /// Year that ends.
    year: i32,
    /// Which; all that the viewer may write where it is left out.
    #[graphql(default)]
    ids: Vec<ID>,
}

#[derive(Default)]
pub(super) struct YearMutation;

#[Object]
impl YearMutation {
    /// Opens a year to come: its needs, resources and lists may be entered from now on. The years up to this one are open
    /// by themselves.
    async fn open_year(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: OpenYearInput,
    ) -> Result<Payload<DutyYear>> {
        payload(ctx, desk(ctx).begin_year(input.year, &input.reason).await, DutyYear)
    }

    /// Closes a year: open needs go on in the next one, and this one can only be read. Final.
    async fn close_year(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: CloseYearInput,
    ) -> Result<Payload<YearEnd>> {
        payload(ctx, desk(ctx).close_year(input.year, &input.reason).await, YearEnd)
    }

    /// Renews resources for the next year (续认), each with a new number and its window a year later.
    async fn renew_resources(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: RenewResourcesInput,
    ) -> Result<Payload<Renewal>> {
        let answer = async {
            let mut ids = Vec::new();
            for id in &input.ids {
                ids.push(uuid(kind::RESOURCE, id, "ids")?);
            }
            desk(ctx).renew_resources(input.year, &ids).await
        };
        payload(ctx, answer.await, |rows| Renewal { resources: rows.into_iter().map(Resource).collect() })
    }
}
