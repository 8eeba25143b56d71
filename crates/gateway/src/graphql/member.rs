//! Members of the CPPCC.

use super::desk;
use super::error::Outside;
use super::loaders::{StationById, StationsOfMember, load, sector};
use super::node::{id, kind, uuid, uuid_opt};
use super::page::{Arguments, Counted, DEFAULT, Nodes, nodes, page};
use super::payload::{Payload, payload};
use super::sector::Sector;
use super::workstation::Workstation;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use domain::{MemberAction, MemberLevel, MemberStatus};
use store::{MemberFilter, MemberOrder, row};

/// A CPPCC member (政协委员).
pub(super) struct Member(pub row::Member);

/// A CPPCC member (政协委员).
#[Object]
impl Member {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::MEMBER, self.0.id)
    }
    /// Member number.
    async fn number(&self) -> &str {
        &self.0.number
    }
    /// Name; members are public persons in this office.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Highest level of the committees that the person is appointed to.
    async fn level(&self) -> MemberLevel {
        self.0.level
    }
    /// Sector.
    async fn sector(&self, ctx: &Context<'_>) -> Result<Option<Sector>> {
        Ok(sector(ctx, &self.0.sector).await?.map(Sector))
    }
    /// Public position.
    async fn position(&self) -> Option<&str> {
        self.0.position_public.as_deref()
    }
    /// Whether the member can be asked.
    async fn status(&self) -> MemberStatus {
        self.0.status
    }
    /// Requirements that the member takes in a year at most.
    async fn yearly_limit(&self) -> i32 {
        self.0.yearly_limit
    }
    /// Version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Stations where the member serves.
    #[graphql(complexity = "3 * child_complexity")]
    async fn workstations(&self, ctx: &Context<'_>) -> Result<Vec<Workstation>> {
        let ids = load(ctx, StationsOfMember(self.0.id)).await?.unwrap_or_default();
        let rows =
            futures_util::future::try_join_all(ids.into_iter().map(|s| load(ctx, StationById(s)))).await?;
        Ok(rows.into_iter().flatten().map(Workstation).collect())
    }
}

/// Which members.
#[derive(InputObject, Default)]
pub(super) struct MemberFilterInput {
    /// Highest level.
    level: Option<MemberLevel>,
    /// Code of the sector.
    sector: Option<String>,
    /// Station where they serve.
    workstation_id: Option<ID>,
    /// Part of the name or number.
    text: Option<String>,
}

/// What members are sorted by.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum MemberSort {
    /// Number.
    Number,
    /// Name.
    Name,
}

/// How members are sorted.
#[derive(InputObject)]
pub(super) struct MemberOrderInput {
    /// By what.
    by: MemberSort,
    /// From the highest down.
    #[graphql(default)]
    descending: bool,
}

#[derive(Default)]
pub(super) struct MemberQuery;

#[Object]
impl MemberQuery {
    /// A member by number.
    async fn member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Member number.")] number: String,
    ) -> Result<Option<Member>> {
        Ok(desk(ctx).member_by_number(&number).await.out(ctx)?.map(Member))
    }

    /// Members who have not left.
    #[graphql(complexity = "first.or(last).unwrap_or(DEFAULT).max(0) as usize * child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.", default)] filter: MemberFilterInput,
        #[graphql(desc = "In which order [by number].")] order_by: Option<MemberOrderInput>,
        #[graphql(desc = "Rows from the beginning, 500 at most [20].")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 500 at most.")] last: Option<i32>,
        #[graphql(desc = "Cursor of the row behind the page.")] before: Option<String>,
    ) -> Result<Nodes<Member>> {
        let f = MemberFilter {
            level: filter.level,
            sector: filter.sector,
            workstation: uuid_opt(kind::STATION, filter.workstation_id.as_ref(), "workstationId").out(ctx)?,
            text: filter.text,
        };
        let by = match order_by.as_ref().map(|o| o.by) {
            Some(MemberSort::Name) => MemberOrder::Name,
            Some(MemberSort::Number) | None => MemberOrder::Number,
        };
        let page = page(Arguments { first, after, last, before }, order_by.is_some_and(|o| o.descending))?;
        let slice = desk(ctx).members(&f, by, &page).await.out(ctx)?;
        Ok(nodes(slice, Counted::Members(f), Member))
    }
}

/// What happens to a member's office, and why.
#[derive(InputObject)]
pub(super) struct MoveMemberInput {
    /// The member.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// What happens.
    action: MemberAction,
    /// Why; no illness or other private matter.
    reason: String,
}

#[derive(Default)]
pub(super) struct MemberMutation;

#[Object]
impl MemberMutation {
    /// Enters leave, return or the end of a member's office. Open orders stay the member's until they are reassigned:
    /// `orphanedOrders` has them.
    async fn move_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, what and why.")] input: MoveMemberInput,
    ) -> Result<Payload<Member>> {
        let answer = async {
            let id = uuid(kind::MEMBER, &input.id, "id")?;
            desk(ctx).move_member(id, input.expected_version, input.action, &input.reason).await
        };
        payload(ctx, answer.await, Member)
    }
}
