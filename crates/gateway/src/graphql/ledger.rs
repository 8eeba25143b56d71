//! The duty ledger (履职记录): facts, without points.

use super::desk;
use super::error::Outside;
use super::loaders::{NeedById, StationById, load};
use super::member::Member;
use super::need::Need;
use super::node::{id, kind, uuid};
use super::payload::{Payload, payload};
use super::workstation::Workstation;
use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{DutyKind, DutyRole};
use store::row;

/// What a member did: once for a member and event, written when it was finished and rated.
pub(super) struct DutyRecord(row::DutyRecord);

/// What a member did: once for a member and event, written when it was finished and rated.
#[Object]
impl DutyRecord {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::DUTY_RECORD, self.0.id)
    }
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
    /// Whether this entry takes an earlier one back (冲销); otherwise it enters the event, or enters it again.
    async fn reversal(&self) -> bool {
        self.0.reverses.is_some()
    }
    /// The entry that it takes back.
    async fn reverses(&self) -> Option<ID> {
        self.0.reverses.map(|r| id(kind::DUTY_RECORD, r))
    }
    /// The event's running entry: odd ones enter it, even ones take it back; the highest says whether it stands.
    async fn turn(&self) -> i32 {
        self.0.turn
    }
    /// Why it was taken back, or entered again.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
}

/// A member's year in the ledger (履职情况): what stands of it, with every entry that it was counted from.
pub(super) struct DutyStatement {
    found: store::DutyStatement,
    year: i32,
    member: row::Member,
}

/// A member's year in the ledger (履职情况): what stands of it, with every entry that it was counted from.
#[Object]
impl DutyStatement {
    /// Year.
    async fn year(&self) -> i32 {
        self.year
    }
    /// The member.
    async fn member(&self) -> Member {
        Member(self.member.clone())
    }
    /// When it was counted.
    async fn as_of(&self, ctx: &Context<'_>) -> DateTime<Utc> {
        desk(ctx).at()
    }
    /// What the member did, a line a kind and part; empty where nothing was finished and rated yet.
    async fn lines(&self) -> Vec<DutyStatementLine> {
        self.found.lines.iter().cloned().map(DutyStatementLine).collect()
    }
    /// Every entry in order of time, those that were taken back and those that took them back among them.
    #[graphql(complexity = "200 * child_complexity")]
    async fn records(&self) -> Vec<DutyRecord> {
        self.found.records.iter().cloned().map(DutyRecord).collect()
    }
}

/// What a member did of a kind, in a part.
pub(super) struct DutyStatementLine(store::DutyLine);

/// What a member did of a kind, in a part.
#[Object]
impl DutyStatementLine {
    /// What.
    async fn kind(&self) -> DutyKind {
        self.0.kind
    }
    /// In which part.
    async fn role(&self) -> DutyRole {
        self.0.role
    }
    /// Different needs (件).
    async fn needs(&self) -> usize {
        self.0.needs
    }
    /// Times (件次).
    async fn times(&self) -> usize {
        self.0.times
    }
    /// Times that were entered and taken back; not among `times`.
    async fn reversed(&self) -> usize {
        self.0.reversed
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

    /// A member's statement of a year: the member's own, or as far as the viewer sees the stations. Null for a number
    /// that nobody has.
    #[graphql(complexity = "10 * child_complexity")]
    async fn duty_statement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Year.")] year: i32,
        #[graphql(desc = "Number of the member.")] member_number: String,
    ) -> Result<Option<DutyStatement>> {
        let desk = desk(ctx);
        let Some(member) = desk.member_by_number(&member_number).await.out(ctx)? else {
            return Ok(None);
        };
        let found = desk.statement(year, member.id).await.out(ctx)?;
        Ok(Some(DutyStatement { found, year, member }))
    }
}

/// An entry of the ledger, and why it is corrected.
#[derive(InputObject)]
pub(super) struct DutyRecordReasonInput {
    /// The entry.
    id: ID,
    /// Why.
    reason: String,
}

async fn correct(
    ctx: &Context<'_>,
    input: &DutyRecordReasonInput,
    reverse: bool,
) -> Result<Payload<DutyRecord>> {
    let answer = async {
        let id = uuid(kind::DUTY_RECORD, &input.id, "id")?;
        desk(ctx).correct_duty_record(id, reverse, &input.reason).await
    };
    payload(ctx, answer.await, DutyRecord)
}

#[derive(Default)]
pub(super) struct LedgerMutation;

#[Object]
impl LedgerMutation {
    /// Takes an entry of the ledger back (冲销) by a further one.
    async fn reverse_duty_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: DutyRecordReasonInput,
    ) -> Result<Payload<DutyRecord>> {
        correct(ctx, &input, true).await
    }

    /// Enters again (恢复) what was taken back, by naming the entry that took it back. Nobody does so for their own work.
    async fn restore_duty_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and why.")] input: DutyRecordReasonInput,
    ) -> Result<Payload<DutyRecord>> {
        correct(ctx, &input, false).await
    }
}
