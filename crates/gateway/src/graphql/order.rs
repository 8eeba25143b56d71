//! Orders (单): issued, offered, answered, carried out, rated.

use super::consultation::Consultation;
use super::desk;
use super::error::Outside;
use super::evidence::Evidence;
use super::loaders::{
    CoMembersOf, ConsultationsOf, EvidenceOf, FeedbackOf, MatchById, MemberById, NeedById, OffersOf,
    QuantitiesOf, StationById, load,
};
use super::matched::Match;
use super::member::Member;
use super::need::Need;
use super::node::{id, kind, uuid_opt};
use super::page::{Arguments, Counted, DEFAULT, Nodes, nodes, page};
use super::workstation::Workstation;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::NaiveDate;
use domain::{DutyForm, FeedbackBy, Measure, OfferAnswer, OrderStatus, OverdueStep, Rating, Solved};
use store::{OrderFilter, row};

/// An order (单): how a need is carried out.
pub(super) struct Order(pub row::Order);

/// A last day and how far it is.
#[derive(SimpleObject)]
pub(super) struct Deadline {
    /// The last day.
    day: NaiveDate,
    /// Working days left, below zero where it is past.
    working_days: i32,
    /// Calendar days left.
    days: i64,
    /// Why the number may be wrong: a year whose working days are not known.
    caution: Option<String>,
}

/// An offer of an order to a member.
pub(super) struct Offer(pub(super) row::Offer);

/// An offer of an order to a member.
#[Object]
impl Offer {
    /// The member.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<Member>> {
        Ok(load(ctx, MemberById(self.0.member_id)).await?.map(Member))
    }
    /// Day of the offer.
    async fn offered_on(&self) -> NaiveDate {
        self.0.offered_on
    }
    /// Last day to answer.
    async fn answer_by(&self) -> NaiveDate {
        self.0.answer_by
    }
    /// Day of the answer.
    async fn answered_on(&self) -> Option<NaiveDate> {
        self.0.answered_on
    }
    /// The answer; null: none yet.
    async fn answer(&self) -> Option<OfferAnswer> {
        self.0.answer
    }
    /// Why.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
}

/// The requester's word, or a try to get it.
pub(super) struct Feedback(row::Feedback);

/// The requester's word, or a try to get it.
#[Object]
impl Feedback {
    /// Who gave it.
    async fn by(&self) -> FeedbackBy {
        self.0.given_by
    }
    /// How.
    async fn channel(&self) -> &str {
        &self.0.channel
    }
    /// The word.
    async fn rating(&self) -> Rating {
        self.0.rating
    }
    /// Whether it is solved.
    async fn solved(&self) -> Option<Solved> {
        self.0.solved
    }
    /// In words, telephones and names masked.
    async fn words(&self) -> Option<&str> {
        self.0.words.as_deref()
    }
    /// Day.
    async fn asked_on(&self) -> NaiveDate {
        self.0.asked_on
    }
}

/// A counted part of an outcome.
#[derive(SimpleObject)]
pub(super) struct Quantity {
    /// What is counted.
    measure: Measure,
    /// How many before.
    before: Option<i32>,
    /// How many.
    amount: i32,
    /// Unit.
    unit: String,
}

/// An order (单): how a need is carried out.
#[Object]
impl Order {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::ORDER, self.0.id)
    }
    /// Number, such as `XC-015-2026-O-0007`.
    async fn number(&self) -> &str {
        &self.0.number
    }
    /// Year.
    async fn year(&self) -> i32 {
        self.0.year
    }
    /// Where it stands.
    async fn status(&self) -> OrderStatus {
        self.0.status
    }
    /// Form (四微).
    async fn form(&self) -> DutyForm {
        self.0.form
    }
    /// The need.
    async fn need(&self, ctx: &Context<'_>) -> Result<Option<Need>> {
        Ok(load(ctx, NeedById(self.0.need_id)).await?.map(Need))
    }
    /// The station.
    async fn workstation(&self, ctx: &Context<'_>) -> Result<Option<Workstation>> {
        Ok(load(ctx, StationById(self.0.workstation_id)).await?.map(Workstation))
    }
    /// Lead member; null while nobody is asked.
    async fn lead(&self, ctx: &Context<'_>) -> Result<Option<Member>> {
        let Some(lead) = self.0.lead_id else { return Ok(None) };
        Ok(load(ctx, MemberById(lead)).await?.map(Member))
    }
    /// Members who help.
    async fn co_members(&self, ctx: &Context<'_>) -> Result<Vec<Member>> {
        let ids = load(ctx, CoMembersOf(self.0.id)).await?.unwrap_or_default();
        let loaded = ids.into_iter().map(async |m| load(ctx, MemberById(m)).await);
        Ok(futures_util::future::try_join_all(loaded).await?.into_iter().flatten().map(Member).collect())
    }
    /// The match by which the lead has it.
    #[graphql(name = "match")]
    async fn matched(&self, ctx: &Context<'_>) -> Result<Option<Match>> {
        let Some(m) = self.0.match_id else { return Ok(None) };
        Ok(load(ctx, MatchById(m)).await?.map(Match))
    }
    /// Day of 开单.
    async fn issued_on(&self) -> NaiveDate {
        self.0.issued_on
    }
    /// Day of 派单.
    async fn dispatched_on(&self) -> Option<NaiveDate> {
        self.0.dispatched_on
    }
    /// Day of 接单.
    async fn accepted_on(&self) -> Option<NaiveDate> {
        self.0.accepted_on
    }
    /// Until when the member answers; null where no answer is waited for.
    async fn accept_by(&self, ctx: &Context<'_>) -> Result<Option<Deadline>> {
        let waits = self.0.status == OrderStatus::Dispatched;
        deadline(ctx, self.0.accept_by.filter(|_| waits)).await
    }
    /// Until when it is to be resolved; null where no day is set, or where it is resolved.
    async fn due_by(&self, ctx: &Context<'_>) -> Result<Option<Deadline>> {
        let at_work = self.0.resolved_on.is_none() && self.0.status.live();
        deadline(ctx, self.0.due_by.filter(|_| at_work)).await
    }
    /// Who sees to it because it is overdue; null where it is not, or where it has no last day.
    async fn overdue_step(&self, ctx: &Context<'_>) -> Result<Option<OverdueStep>> {
        let at_work = self.0.status.carried();
        let due = deadline(ctx, self.0.due_by.filter(|_| at_work)).await?;
        Ok(due.and_then(|d| OverdueStep::of(-d.working_days)))
    }
    /// Working days that it rested, which do not count.
    async fn suspended_days(&self) -> i32 {
        self.0.suspended_days
    }
    /// Why no consultation is needed.
    async fn waived(&self) -> Option<&str> {
        self.0.waived.as_deref()
    }
    /// What is to be done.
    async fn plan(&self) -> Option<&str> {
        self.0.plan.as_deref()
    }
    /// Why the member wants to give it back.
    async fn return_asked(&self) -> Option<&str> {
        self.0.return_asked.as_deref()
    }
    /// Why it is where it is: declined, rested, cancelled.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
    /// How often it was given back after acceptance.
    async fn return_count(&self) -> i32 {
        self.0.return_count
    }
    /// How often the requester was not satisfied.
    async fn reopen_count(&self) -> i32 {
        self.0.reopen_count
    }
    /// Whether it was reopened so often that the district looks at it.
    async fn attention(&self) -> bool {
        self.0.reopen_count >= domain::order::REOPENED_TOO_OFTEN
    }
    /// Every offer, the oldest first.
    async fn offers(&self, ctx: &Context<'_>) -> Result<Vec<Offer>> {
        Ok(load(ctx, OffersOf(self.0.id)).await?.unwrap_or_default().into_iter().map(Offer).collect())
    }
    /// Sessions on it, the oldest first.
    async fn consultations(&self, ctx: &Context<'_>) -> Result<Vec<Consultation>> {
        let rows = load(ctx, ConsultationsOf(self.0.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(Consultation).collect())
    }
    /// Day of 解单.
    async fn resolved_on(&self) -> Option<NaiveDate> {
        self.0.resolved_on
    }
    /// What came out.
    async fn outcome(&self) -> Option<&str> {
        self.0.outcome.as_deref()
    }
    /// What shows it.
    async fn evidence(&self) -> Option<&str> {
        self.0.evidence.as_deref()
    }
    /// Files that show what was done, as far as the viewer may see them, the oldest first.
    async fn files(&self, ctx: &Context<'_>) -> Result<Vec<Evidence>> {
        let rows = load(ctx, EvidenceOf(self.0.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(Evidence).collect())
    }
    /// What came out, counted.
    async fn quantities(&self, ctx: &Context<'_>) -> Result<Vec<Quantity>> {
        let rows = load(ctx, QuantitiesOf(self.0.id)).await?.unwrap_or_default();
        let shown = |q: row::OutcomeQuantity| Quantity {
            measure: q.measure,
            before: q.before,
            amount: q.amount,
            unit: q.unit,
        };
        Ok(rows.into_iter().map(shown).collect())
    }
    /// The requester's word.
    async fn rating(&self) -> Option<Rating> {
        self.0.rating
    }
    /// Whether it is solved, by the requester's word.
    async fn solved(&self) -> Option<Solved> {
        self.0.solved
    }
    /// Tries to reach the requester since it was resolved.
    async fn tries(&self) -> i32 {
        self.0.tries
    }
    /// Every word and try, the oldest first.
    async fn feedback(&self, ctx: &Context<'_>) -> Result<Vec<Feedback>> {
        Ok(load(ctx, FeedbackOf(self.0.id)).await?.unwrap_or_default().into_iter().map(Feedback).collect())
    }
    /// Day of its end.
    async fn closed_on(&self) -> Option<NaiveDate> {
        self.0.closed_on
    }
    /// Version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

async fn deadline(ctx: &Context<'_>, day: Option<NaiveDate>) -> Result<Option<Deadline>> {
    let Some(day) = day else { return Ok(None) };
    let calendar = super::loaders::calendar(ctx).await?;
    let d = store::Deadline::new(calendar, desk(ctx).today(), day);
    Ok(Some(Deadline { day: d.day, working_days: d.working_days, days: d.days, caution: d.caution }))
}

/// Which orders.
#[derive(InputObject)]
pub(super) struct OrderFilterInput {
    /// Year.
    year: i32,
    /// State.
    status: Option<OrderStatus>,
    /// Station.
    workstation_id: Option<ID>,
    /// Lead or co-member.
    member_id: Option<ID>,
    /// Need.
    need_id: Option<ID>,
    /// Past the day on which they were to be answered or resolved.
    #[graphql(default)]
    overdue: bool,
    /// At work, overdue, and come up to this step or beyond it.
    overdue_step: Option<OverdueStep>,
    /// Reopened so often that the district looks at them.
    #[graphql(default)]
    attention: bool,
}

#[derive(Default)]
pub(super) struct OrderQuery;

#[Object]
impl OrderQuery {
    /// Orders that the viewer may see, by number.
    #[graphql(complexity = "first.or(last).unwrap_or(DEFAULT).max(0) as usize * child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] filter: OrderFilterInput,
        #[graphql(desc = "The highest number first.", default)] descending: bool,
        #[graphql(desc = "Rows from the beginning, 500 at most [20].")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 500 at most.")] last: Option<i32>,
        #[graphql(desc = "Cursor of the row behind the page.")] before: Option<String>,
    ) -> Result<Nodes<Order>> {
        let due_by = match filter.overdue_step {
            Some(step) => Some(desk(ctx).overdue_since(step).await.out(ctx)?),
            None => None,
        };
        let f = OrderFilter {
            year: filter.year,
            status: filter.status,
            workstation: uuid_opt(kind::STATION, filter.workstation_id.as_ref(), "workstationId").out(ctx)?,
            member: uuid_opt(kind::MEMBER, filter.member_id.as_ref(), "memberId").out(ctx)?,
            need: uuid_opt(kind::NEED, filter.need_id.as_ref(), "needId").out(ctx)?,
            overdue: filter.overdue,
            due_by,
            attention: filter.attention,
        };
        let page = page(Arguments { first, after, last, before }, descending)?;
        let slice = desk(ctx).orders(&f, &page).await.out(ctx)?;
        Ok(nodes(slice, Counted::Orders(f), Order))
    }

    /// Orders whose member is on leave or has left: they have to be reassigned.
    async fn orphaned_orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Year.")] year: i32,
    ) -> Result<Vec<Order>> {
        Ok(desk(ctx).orphaned_orders(year).await.out(ctx)?.into_iter().map(Order).collect())
    }
}
