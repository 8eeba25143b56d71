//! Member workstations.

use super::area::Area;
use super::desk;
use super::duty_list::DutyList;
use super::error::Outside;
use super::loaders::{AreaByCode, ListOf, MemberById, ResidentsOf, SeatsOf, StationById, load, sector};
use super::member::Member;
use super::node::{id, kind, uuid, uuid_opt};
use super::page::{Arguments, Counted, DEFAULT, Nodes, nodes, page};
use super::payload::{Payload, payload};
use super::sector::Sector;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::NaiveDate;
use domain::{AssignmentRole, WorkstationKind};
use store::{WorkstationFilter, WorkstationOrder, row};

/// A member workstation (委员工作站) or studio (委员工作室).
pub(super) struct Workstation(pub row::Workstation);

/// Who sits in a seat of a station.
#[derive(SimpleObject)]
pub(super) struct Seat {
    /// The seat.
    role: AssignmentRole,
    /// The person's name.
    name: String,
    /// Since when.
    since: NaiveDate,
}

/// A member workstation (委员工作站) or studio (委员工作室).
#[Object]
impl Workstation {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::STATION, self.0.id)
    }
    /// Version, for changes.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Code, such as `XC-015`.
    async fn code(&self) -> &str {
        &self.0.code
    }
    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Station or studio.
    async fn kind(&self) -> WorkstationKind {
        self.0.kind
    }
    /// Where it sits.
    async fn area(&self, ctx: &Context<'_>) -> Result<Option<Area>> {
        Ok(load(ctx, AreaByCode(self.0.area.clone())).await?.map(Area))
    }
    /// Its district, county or banner.
    async fn district(&self, ctx: &Context<'_>) -> Result<Option<Area>> {
        Ok(load(ctx, AreaByCode(self.0.district.clone())).await?.map(Area))
    }
    /// Sector of a studio.
    async fn sector(&self, ctx: &Context<'_>) -> Result<Option<Sector>> {
        let Some(code) = self.0.sector.clone() else { return Ok(None) };
        Ok(sector(ctx, &code).await?.map(Sector))
    }
    /// What a studio is for.
    async fn speciality(&self) -> Option<&str> {
        self.0.speciality.as_deref()
    }
    /// Host.
    async fn host_org(&self) -> Option<&str> {
        self.0.host_org.as_deref()
    }
    /// Where it meets.
    async fn venue(&self) -> Option<&str> {
        self.0.venue.as_deref()
    }
    /// How many items its list takes.
    async fn list_limit(&self) -> i32 {
        self.0.list_limit
    }
    /// The day on which it was closed.
    async fn closed_on(&self) -> Option<NaiveDate> {
        self.0.closed_on
    }
    /// The last year that it takes needs and resources for, where it ends; it works until that year is closed.
    async fn last_year(&self) -> Option<i32> {
        self.0.last_year
    }
    /// The station that takes its place.
    async fn replaced_by(&self, ctx: &Context<'_>) -> Result<Option<Workstation>> {
        let Some(heir) = self.0.replaced_by else { return Ok(None) };
        Ok(load(ctx, StationById(heir)).await?.map(Workstation))
    }
    /// Who sits in its seats today.
    #[graphql(complexity = "5 * child_complexity")]
    async fn seats(&self, ctx: &Context<'_>) -> Result<Vec<Seat>> {
        let seats = load(ctx, SeatsOf(self.0.id)).await?.unwrap_or_default();
        Ok(seats.into_iter().map(|s| Seat { role: s.role, name: s.name, since: s.since }).collect())
    }
    /// Members who serve here.
    #[graphql(complexity = "10 * child_complexity")]
    async fn members(&self, ctx: &Context<'_>) -> Result<Vec<Member>> {
        let ids = load(ctx, ResidentsOf(self.0.id)).await?.unwrap_or_default();
        let rows =
            futures_util::future::try_join_all(ids.into_iter().map(|m| load(ctx, MemberById(m)))).await?;
        Ok(rows.into_iter().flatten().map(Member).collect())
    }
    /// Its annual duty list; null where there is none that the viewer may see.
    async fn duty_list(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Year.")] year: i32,
    ) -> Result<Option<DutyList>> {
        Ok(load(ctx, ListOf(self.0.id, year)).await?.map(DutyList))
    }
}

/// Which stations.
#[derive(InputObject, Default)]
pub(super) struct WorkstationFilterInput {
    /// Code of the district, 6 digits.
    district: Option<String>,
    /// Station or studio.
    kind: Option<WorkstationKind>,
    /// Part of the name or code.
    text: Option<String>,
    /// Those that have been closed, instead of those that are open.
    #[graphql(default)]
    closed: bool,
}

/// What stations are sorted by.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum WorkstationSort {
    /// Code.
    Code,
    /// Name.
    Name,
}

/// How stations are sorted.
#[derive(InputObject)]
pub(super) struct WorkstationOrderInput {
    /// By what.
    by: WorkstationSort,
    /// From the highest down.
    #[graphql(default)]
    descending: bool,
}

#[derive(Default)]
pub(super) struct WorkstationQuery;

#[Object]
impl WorkstationQuery {
    /// A station by code.
    async fn workstation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Code, such as `XC-015`.")] code: String,
    ) -> Result<Option<Workstation>> {
        Ok(desk(ctx).workstation_by_code(&code).await.out(ctx)?.map(Workstation))
    }

    /// Stations that are open; where asked for, those that have been closed.
    #[graphql(complexity = "first.or(last).unwrap_or(DEFAULT).max(0) as usize * child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn workstations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.", default)] filter: WorkstationFilterInput,
        #[graphql(desc = "In which order [by code].")] order_by: Option<WorkstationOrderInput>,
        #[graphql(desc = "Rows from the beginning, 500 at most [20].")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 500 at most.")] last: Option<i32>,
        #[graphql(desc = "Cursor of the row behind the page.")] before: Option<String>,
    ) -> Result<Nodes<Workstation>> {
        let f = WorkstationFilter {
            district: filter.district,
            kind: filter.kind,
            text: filter.text,
            closed: filter.closed,
        };
        let by = match order_by.as_ref().map(|o| o.by) {
            Some(WorkstationSort::Name) => WorkstationOrder::Name,
            Some(WorkstationSort::Code) | None => WorkstationOrder::Code,
        };
        let page = page(Arguments { first, after, last, before }, order_by.is_some_and(|o| o.descending))?;
        let slice = desk(ctx).workstations(&f, by, &page).await.out(ctx)?;
        Ok(nodes(slice, Counted::Workstations(f), Workstation))
    }
}

/// The end of a station.
#[derive(InputObject)]
pub(super) struct CloseWorkstationInput {
    /// The station.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// The station that takes its place; needed where anything is open.
    successor_id: Option<ID>,
    /// Why, 200 characters at most.
    reason: String,
}

/// A station that shall work again.
#[derive(InputObject)]
pub(super) struct ReopenWorkstationInput {
    /// The station.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Why, 200 characters at most.
    reason: String,
}

#[derive(Default)]
pub(super) struct WorkstationMutation;

#[Object]
impl WorkstationMutation {
    /// Ends a station, or merges it into another. One at which nothing is open is closed at once. Another works until the
    /// year is closed and takes nothing for later years; what is open then goes on at its successor, and so do its
    /// members, its constituents, its partner organisations and the resources that are renewed. Lists keep the names of
    /// their day; measures count what it did for its successor.
    async fn close_workstation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, who takes its place and why.")] input: CloseWorkstationInput,
    ) -> Result<Payload<Workstation>> {
        let answer = async {
            let id = uuid(kind::STATION, &input.id, "id")?;
            let heir = uuid_opt(kind::STATION, input.successor_id.as_ref(), "successorId")?;
            desk(ctx).close_workstation(id, input.expected_version, heir, &input.reason).await
        };
        payload(ctx, answer.await, Workstation)
    }

    /// Lets a station that was closed, or is to be, work again. What has gone over to its successor stays there.
    async fn reopen_workstation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: ReopenWorkstationInput,
    ) -> Result<Payload<Workstation>> {
        let answer = async {
            let id = uuid(kind::STATION, &input.id, "id")?;
            desk(ctx).reopen_workstation(id, input.expected_version, &input.reason).await
        };
        payload(ctx, answer.await, Workstation)
    }
}
