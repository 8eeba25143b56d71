//! Needs.

use super::area::Area;
use super::category::Category;
use super::constituent::ConstituentLink;
use super::desk;
use super::error::Outside;
use super::escalation::EscalationStep;
use super::explain::{Remedy, WhyNot};
use super::hotline::HotlineReply;
use super::loaders::{
    AnswersOf, AreaByCode, HotlineOf, LadderOf, LinkById, MatchesOfNeed, NeedById, OrdersOfNeed, PairRulesOf,
    ReasonOf, RequirementsOf, ResourceById, StationById, category, load,
};
use super::matched::Match;
use super::node::{id, kind, uuid, uuid_opt};
use super::order::Order;
use super::page::{Arguments, Counted, DEFAULT, Nodes, nodes, page};
use super::resource::Resource;
use super::topic::RequesterAnswer;
use super::workstation::Workstation;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::NaiveDate;
use domain::{
    Action, NeedMark, NeedSource, NeedStatus, PairRuleKind, Publicity, ReasonCode, Urgency, number,
};
use store::{NeedFilter, NeedOrder, row};

/// A need (群众需求). Requesters' names and telephones are never part of it.
pub(super) struct Need(pub row::Need);

/// One thing that a need takes.
pub(super) struct Requirement(row::Requirement);

/// One thing that a need takes.
#[Object]
impl Requirement {
    /// Words.
    async fn label(&self) -> &str {
        &self.0.label
    }
    /// Class, where it differs from the need's.
    async fn category(&self, ctx: &Context<'_>) -> Result<Option<Category>> {
        let Some(code) = self.0.category.clone() else { return Ok(None) };
        Ok(category(ctx, &code).await?.map(Category))
    }
    /// Units, each from another member.
    async fn quantity(&self) -> i32 {
        self.0.quantity
    }
    /// Whether the need is served only with it.
    async fn mandatory(&self) -> bool {
        self.0.mandatory
    }
}

/// Why the standing plan leaves a need out.
#[derive(SimpleObject)]
pub(super) struct Reason {
    /// Code.
    code: ReasonCode,
    /// What and why.
    text: String,
    /// What would change it.
    remedy: String,
}

/// A pin or a ban for the next plan.
pub(super) struct PairRule(row::PairRule);

/// A pin or a ban for the next plan.
#[Object]
impl PairRule {
    /// Pinned or banned.
    async fn kind(&self) -> PairRuleKind {
        self.0.kind
    }
    /// The resource.
    async fn resource(&self, ctx: &Context<'_>) -> Result<Option<Resource>> {
        Ok(load(ctx, ResourceById(self.0.resource_id)).await?.map(Resource))
    }
    /// Why.
    async fn reason(&self) -> &str {
        &self.0.reason
    }
}

/// A need (群众需求). Requesters' names and telephones are never part of it.
#[Object]
impl Need {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::NEED, self.0.id)
    }
    /// Number that can be said on the telephone, such as `XC-015-2026-N-0042`.
    async fn number(&self) -> &str {
        &self.0.number
    }
    /// Year.
    async fn year(&self) -> i32 {
        self.0.year
    }
    /// Title; telephones, identity numbers and names in it are masked for everyone but the station.
    async fn title(&self) -> &str {
        &self.0.title
    }
    /// Text: as it came in for the station, masked for officers, empty for others.
    async fn description(&self) -> &str {
        &self.0.description
    }
    /// Class, confirmed by a person.
    async fn category(&self, ctx: &Context<'_>) -> Result<Option<Category>> {
        let Some(code) = self.0.category.clone() else { return Ok(None) };
        Ok(category(ctx, &code).await?.map(Category))
    }
    /// Class that the words propose; editing the need with it as `category` confirms it.
    async fn proposed_category(&self, ctx: &Context<'_>) -> Result<Option<Category>> {
        let Some(code) = self.0.proposed_category.clone() else { return Ok(None) };
        Ok(category(ctx, &code).await?.map(Category))
    }
    /// How it came.
    async fn source(&self) -> NeedSource {
        self.0.source
    }
    /// Number at its source.
    async fn external_no(&self) -> Option<&str> {
        self.0.external_no.as_deref()
    }
    /// Day it came in.
    async fn collected_on(&self) -> NaiveDate {
        self.0.collected_on
    }
    /// Where.
    async fn area(&self, ctx: &Context<'_>) -> Result<Option<Area>> {
        Ok(load(ctx, AreaByCode(self.0.area.clone())).await?.map(Area))
    }
    /// Where exactly; for the station alone.
    async fn place(&self) -> Option<&str> {
        self.0.place.as_deref()
    }
    /// Whom it concerns, as it is printed: `447户1100人`. Counts of one to four are hidden from others.
    async fn beneficiaries(&self, ctx: &Context<'_>) -> String {
        let own = desk(ctx).may(Action::WriteNeed, self.0.workstation_id);
        number::beneficiaries(self.0.households, self.0.persons, self.0.shops, !own)
    }
    /// How much it presses.
    async fn urgency(&self) -> Urgency {
        self.0.urgency
    }
    /// Day until which it still helps.
    async fn desired_by(&self) -> Option<NaiveDate> {
        self.0.desired_by
    }
    /// Whether it may be shown.
    async fn publicity(&self) -> Publicity {
        self.0.publicity
    }
    /// Where it stands.
    async fn status(&self) -> NeedStatus {
        self.0.status
    }
    /// Why it was refused, referred, merged or withdrawn.
    async fn status_reason(&self) -> Option<&str> {
        self.0.status_reason.as_deref()
    }
    /// The day on which it was verified; null where it never was.
    async fn verified_on(&self) -> Option<NaiveDate> {
        self.0.verified_on
    }
    /// What a convener says of it that keeps it out of the rates; for its station and those above.
    async fn mark(&self) -> Option<NeedMark> {
        self.0.mark
    }
    /// The convener's note to the mark.
    async fn mark_note(&self) -> Option<&str> {
        self.0.mark_note.as_deref()
    }
    /// The link with a constituent through which it came; for its station.
    async fn constituent_link(&self, ctx: &Context<'_>) -> Result<Option<ConstituentLink>> {
        let Some(link) = self.0.constituent_link_id else { return Ok(None) };
        Ok(load(ctx, LinkById(link)).await?.map(ConstituentLink))
    }
    /// The need that it follows.
    async fn merged_into(&self, ctx: &Context<'_>) -> Result<Option<Need>> {
        let Some(head) = self.0.merged_into else { return Ok(None) };
        Ok(load(ctx, NeedById(head)).await?.map(Need))
    }
    /// Number of the need of which it may be a duplicate.
    async fn possible_duplicate_of(&self) -> Option<&str> {
        self.0.duplicate_of.as_deref()
    }
    /// Whether its text holds personal data, which is masked for others.
    async fn personal_data(&self) -> bool {
        self.0.personal_data
    }
    /// The need of the year before that it goes on from; null where it is new.
    async fn carried_from(&self, ctx: &Context<'_>) -> Result<Option<Need>> {
        let Some(from) = self.0.carried_from else { return Ok(None) };
        Ok(load(ctx, NeedById(from)).await?.map(Need))
    }
    /// How often it has been carried over; from the second time on the district looks at it.
    async fn carried_times(&self) -> i32 {
        self.0.carried_times.unwrap_or(0)
    }
    /// The steps of the ladder that it has taken, the oldest first, where nobody had a resource.
    async fn escalation(&self, ctx: &Context<'_>) -> Result<Vec<EscalationStep>> {
        let rows = load(ctx, LadderOf(self.0.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(EscalationStep).collect())
    }
    /// What the hotline 12345 is told of it; null where it did not come from there.
    async fn hotline(&self, ctx: &Context<'_>) -> Result<Option<HotlineReply>> {
        Ok(load(ctx, HotlineOf(self.0.id)).await?.map(HotlineReply))
    }
    /// What its requester was told at its end, the oldest first.
    async fn answers(&self, ctx: &Context<'_>) -> Result<Vec<RequesterAnswer>> {
        let rows = load(ctx, AnswersOf(self.0.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(RequesterAnswer).collect())
    }
    /// Its orders that the viewer may see, the oldest first; one of them at most is live.
    async fn orders(&self, ctx: &Context<'_>) -> Result<Vec<Order>> {
        Ok(load(ctx, OrdersOfNeed(self.0.id)).await?.unwrap_or_default().into_iter().map(Order).collect())
    }
    /// Version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Owning station.
    async fn workstation(&self, ctx: &Context<'_>) -> Result<Option<Workstation>> {
        Ok(load(ctx, StationById(self.0.workstation_id)).await?.map(Workstation))
    }
    /// What it takes.
    #[graphql(complexity = "3 * child_complexity")]
    async fn requirements(&self, ctx: &Context<'_>) -> Result<Vec<Requirement>> {
        let rows = load(ctx, RequirementsOf(self.0.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(Requirement).collect())
    }
    /// Its matches, those of older plans apart.
    #[graphql(complexity = "3 * child_complexity")]
    async fn matches(&self, ctx: &Context<'_>) -> Result<Vec<Match>> {
        let rows = load(ctx, MatchesOfNeed(self.0.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(Match).collect())
    }
    /// Why the standing plan leaves it out; null where it does not.
    async fn unserved_reason(&self, ctx: &Context<'_>) -> Result<Option<Reason>> {
        if !desk(ctx).may(Action::ReadLists, self.0.workstation_id) {
            return Ok(None);
        }
        let row = load(ctx, ReasonOf(self.0.id)).await?;
        Ok(row.map(|r| Reason { code: r.code, text: r.text, remedy: r.remedy }))
    }
    /// Why the standing plan did not choose a resource for it: the first rule that refuses, or what it would cost,
    /// solved with the pair pinned.
    #[graphql(complexity = "5_000 + child_complexity")]
    async fn why_not(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The resource.")] resource_id: ID,
    ) -> Result<WhyNot> {
        let resource = uuid(kind::RESOURCE, &resource_id, "resourceId").out(ctx)?;
        Ok(WhyNot(desk(ctx).why_not(self.0.id, resource).await.out(ctx)?))
    }
    /// The smallest changes that would serve it without another losing its place, the most useful first; each was
    /// solved. Empty where it is served or where none is enough; what would be done in a quarter that is over is none.
    #[graphql(complexity = "20_000 + 18 * child_complexity")]
    async fn cheapest_changes(&self, ctx: &Context<'_>) -> Result<Vec<Remedy>> {
        let found = desk(ctx).cheapest_changes(self.0.id).await.out(ctx)?;
        Ok(found.into_iter().map(Remedy).collect())
    }
    /// Pins and bans for the next plan.
    #[graphql(complexity = "3 * child_complexity")]
    async fn pair_rules(&self, ctx: &Context<'_>) -> Result<Vec<PairRule>> {
        let rows = load(ctx, PairRulesOf(self.0.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(PairRule).collect())
    }
}

/// Which needs.
#[derive(InputObject)]
pub(super) struct NeedFilterInput {
    /// Year.
    year: i32,
    /// State.
    status: Option<NeedStatus>,
    /// Owning station.
    workstation_id: Option<ID>,
    /// Code of the class or of one above it.
    category: Option<String>,
    /// How they came.
    source: Option<NeedSource>,
    /// Only those that came through a link with a constituent; for its station.
    constituent_link_id: Option<ID>,
    /// Only merged needs whose head has come to its end in the year and whose requesters have not been told yet; they
    /// may be of an earlier year.
    #[graphql(default)]
    to_tell: bool,
    /// Only those that were carried over twice or more: the district looks at them.
    #[graphql(default)]
    carried_again: bool,
    /// Only those that a convener has marked as brought in bad faith or again and again.
    #[graphql(default)]
    marked: bool,
    /// How much it presses.
    urgency: Option<Urgency>,
    /// Part of the title or number.
    text: Option<String>,
}

/// What needs are sorted by.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum NeedSort {
    /// Number.
    Number,
    /// Day they came in.
    CollectedOn,
    /// Title.
    Title,
}

/// How needs are sorted.
#[derive(InputObject)]
pub(super) struct NeedOrderInput {
    /// By what.
    by: NeedSort,
    /// From the highest down.
    #[graphql(default)]
    descending: bool,
}

#[derive(Default)]
pub(super) struct NeedQuery;

#[Object]
impl NeedQuery {
    /// A need by number.
    async fn need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Number.")] number: String,
    ) -> Result<Option<Need>> {
        Ok(desk(ctx).need_by_number(&number).await.out(ctx)?.map(Need))
    }

    /// Needs that the viewer may see: those of published lists, and those of the viewer's stations.
    #[graphql(complexity = "first.or(last).unwrap_or(DEFAULT).max(0) as usize * child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn needs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] filter: NeedFilterInput,
        #[graphql(desc = "In which order [by number].")] order_by: Option<NeedOrderInput>,
        #[graphql(desc = "Rows from the beginning, 500 at most [20].")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 500 at most.")] last: Option<i32>,
        #[graphql(desc = "Cursor of the row behind the page.")] before: Option<String>,
    ) -> Result<Nodes<Need>> {
        let f = NeedFilter {
            year: filter.year,
            status: filter.status,
            workstation: uuid_opt(kind::STATION, filter.workstation_id.as_ref(), "workstationId").out(ctx)?,
            category: filter.category,
            source: filter.source,
            constituent_link: uuid_opt(kind::LINK, filter.constituent_link_id.as_ref(), "constituentLinkId")
                .out(ctx)?,
            to_tell: filter.to_tell,
            carried_again: filter.carried_again,
            marked: filter.marked,
            urgency: filter.urgency,
            text: filter.text,
        };
        let by = match order_by.as_ref().map(|o| o.by) {
            Some(NeedSort::CollectedOn) => NeedOrder::CollectedOn,
            Some(NeedSort::Title) => NeedOrder::Title,
            Some(NeedSort::Number) | None => NeedOrder::Number,
        };
        let page = page(Arguments { first, after, last, before }, order_by.is_some_and(|o| o.descending))?;
        let slice = desk(ctx).needs(&f, by, &page).await.out(ctx)?;
        Ok(nodes(slice, Counted::Needs(f), Need))
    }
}
