//! Matches: suggestions, offers, answers, pins and bans.

use super::desk;
use super::error::Outside;
use super::loaders::{MemberById, NeedById, ResourceById, load};
use super::member::Member;
use super::need::Need;
use super::node::{id, kind, uuid, uuid_opt};
use super::page::{Arguments, Counted, DEFAULT, Nodes, nodes, page};
use super::payload::{Payload, payload};
use super::resource::Resource;
use super::score::Score;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::{DeclineReason, MatchAction, MatchStatus, PairRuleKind, ProposedBy};
use store::{MatchFilter, row};

/// A need and a resource joined (匹配).
pub(super) struct Match(pub row::Match);

/// The best other resource for the same requirement.
#[derive(SimpleObject)]
pub(super) struct Alternative {
    /// Its number.
    resource_number: String,
    /// Points that the plan as a whole would lose by it. A large figure means that a need would go unserved.
    points_lost: i64,
}

/// A need and a resource joined (匹配).
#[Object]
impl Match {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::MATCH, self.0.id)
    }
    /// Year.
    async fn year(&self) -> i32 {
        self.0.year
    }
    /// The need.
    async fn need(&self, ctx: &Context<'_>) -> Result<Option<Need>> {
        Ok(load(ctx, NeedById(self.0.need_id)).await?.map(Need))
    }
    /// The resource.
    async fn resource(&self, ctx: &Context<'_>) -> Result<Option<Resource>> {
        Ok(load(ctx, ResourceById(self.0.resource_id)).await?.map(Resource))
    }
    /// Owner of the resource.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<Member>> {
        Ok(load(ctx, MemberById(self.0.member_id)).await?.map(Member))
    }
    /// Quarter, 1 to 4.
    async fn quarter(&self) -> i32 {
        self.0.quarter
    }
    /// Why this resource.
    async fn score(&self) -> Score {
        Score::stored(self.0.score, [self.0.parts.as_str()])
    }
    /// The best other resource and its price; null where there is none, or where a person proposed the match.
    async fn alternative(&self) -> Option<Alternative> {
        Some(Alternative {
            resource_number: self.0.alternative.clone()?,
            points_lost: self.0.alternative_points?,
        })
    }
    /// Place of the resource among the need's candidates by points, from 1, ties by number; null where a person
    /// proposed the match. The plan may pass over better ones that others need more.
    async fn rank(&self) -> Option<i32> {
        self.0.rank
    }
    /// How many candidates there were.
    async fn candidate_count(&self) -> Option<i32> {
        self.0.candidates
    }
    /// Who proposed it.
    async fn proposed_by(&self) -> ProposedBy {
        self.0.proposed_by
    }
    /// Where it stands.
    async fn status(&self) -> MatchStatus {
        self.0.status
    }
    /// Why it was declined or dismissed.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
    /// Version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// Which matches.
#[derive(InputObject)]
pub(super) struct MatchFilterInput {
    /// Year.
    year: i32,
    /// State.
    status: Option<MatchStatus>,
    /// Station of the need.
    workstation_id: Option<ID>,
    /// Owner of the resource.
    member_id: Option<ID>,
    /// Need.
    need_id: Option<ID>,
    /// Resource.
    resource_id: Option<ID>,
}

#[derive(Default)]
pub(super) struct MatchQuery;

#[Object]
impl MatchQuery {
    /// Matches that the viewer may see, in the order in which they were made.
    #[graphql(complexity = "first.or(last).unwrap_or(DEFAULT).max(0) as usize * child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn matches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] filter: MatchFilterInput,
        #[graphql(desc = "The newest first.", default)] descending: bool,
        #[graphql(desc = "Rows from the beginning, 500 at most [20].")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 500 at most.")] last: Option<i32>,
        #[graphql(desc = "Cursor of the row behind the page.")] before: Option<String>,
    ) -> Result<Nodes<Match>> {
        let f = MatchFilter {
            year: filter.year,
            status: filter.status,
            workstation: uuid_opt(kind::STATION, filter.workstation_id.as_ref(), "workstationId").out(ctx)?,
            member: uuid_opt(kind::MEMBER, filter.member_id.as_ref(), "memberId").out(ctx)?,
            need: uuid_opt(kind::NEED, filter.need_id.as_ref(), "needId").out(ctx)?,
            resource: uuid_opt(kind::RESOURCE, filter.resource_id.as_ref(), "resourceId").out(ctx)?,
        };
        let page = page(Arguments { first, after, last, before }, descending)?;
        let slice = desk(ctx).matches(&f, &page).await.out(ctx)?;
        Ok(nodes(slice, Counted::Matches(f), Match))
    }
}

/// A match and the version that was read.
#[derive(InputObject)]
pub(super) struct MatchStepInput {
    /// The match.
    id: ID,
    /// Version that was read.
    expected_version: i32,
}

/// An owner's refusal.
#[derive(InputObject)]
pub(super) struct DeclineMatchInput {
    /// The match.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Why, from the list.
    reason: DeclineReason,
    /// Why, in own words.
    #[graphql(default)]
    note: String,
}

/// A convener's no.
#[derive(InputObject)]
pub(super) struct DismissMatchInput {
    /// The match.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Why.
    reason: String,
}

/// A need and a resource to be joined by hand.
#[derive(InputObject)]
pub(super) struct ProposePairInput {
    /// The need.
    need_id: ID,
    /// The resource.
    resource_id: ID,
    /// Quarter, 1 to 4.
    quarter: i32,
}

/// A pair to be pinned or banned in the next plan.
#[derive(InputObject)]
pub(super) struct PairRuleInput {
    /// The need.
    need_id: ID,
    /// The resource.
    resource_id: ID,
    /// Why.
    reason: String,
}

/// A pair whose pin or ban is taken back.
#[derive(InputObject)]
pub(super) struct ClearPairRuleInput {
    /// The need.
    need_id: ID,
    /// The resource.
    resource_id: ID,
}

async fn step(
    ctx: &Context<'_>,
    id: &ID,
    expected: i32,
    action: MatchAction,
    reason: Option<(DeclineReason, String)>,
) -> Result<Payload<Match>> {
    let answer = async { desk(ctx).move_match(uuid(kind::MATCH, id, "id")?, expected, action, reason).await };
    payload(ctx, answer.await, Match)
}

async fn rule(ctx: &Context<'_>, input: PairRuleInput, kind_of: PairRuleKind) -> Result<Payload<Need>> {
    let answer = async {
        let need = uuid(kind::NEED, &input.need_id, "needId")?;
        let resource = uuid(kind::RESOURCE, &input.resource_id, "resourceId")?;
        desk(ctx).rule_pair(need, resource, kind_of, &input.reason).await
    };
    payload(ctx, answer.await, Need)
}

#[derive(Default)]
pub(super) struct MatchMutation;

#[Object]
impl MatchMutation {
    /// Offers a suggestion to the owner (提出): capacity is reserved.
    async fn propose_match(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: MatchStepInput,
    ) -> Result<Payload<Match>> {
        step(ctx, &input.id, input.expected_version, MatchAction::Propose, None).await
    }

    /// Joins a need and a resource by hand and offers it to the owner; the rules are asked first.
    async fn propose_pair(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: ProposePairInput,
    ) -> Result<Payload<Match>> {
        let answer = async {
            let need = uuid(kind::NEED, &input.need_id, "needId")?;
            let resource = uuid(kind::RESOURCE, &input.resource_id, "resourceId")?;
            desk(ctx).propose_match(need, resource, input.quarter).await
        };
        payload(ctx, answer.await, Match)
    }

    /// The owner agrees (确认), or somebody records that the owner does.
    async fn confirm_match(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: MatchStepInput,
    ) -> Result<Payload<Match>> {
        step(ctx, &input.id, input.expected_version, MatchAction::Confirm, None).await
    }

    /// The owner declines (谢绝): capacity is freed, the pair is not suggested again this year.
    async fn decline_match(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: DeclineMatchInput,
    ) -> Result<Payload<Match>> {
        let reason = Some((input.reason, input.note));
        step(ctx, &input.id, input.expected_version, MatchAction::Decline, reason).await
    }

    /// The convener does not take a suggestion (不采纳).
    async fn dismiss_match(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: DismissMatchInput,
    ) -> Result<Payload<Match>> {
        let reason = Some((DeclineReason::Other, input.reason));
        step(ctx, &input.id, input.expected_version, MatchAction::Dismiss, reason).await
    }

    /// Pins a pair for the next plan: the need is served before all others, by this resource.
    async fn pin_pair(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: PairRuleInput,
    ) -> Result<Payload<Need>> {
        rule(ctx, input, PairRuleKind::Pin).await
    }

    /// Bans a pair from the next plan.
    async fn ban_pair(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: PairRuleInput,
    ) -> Result<Payload<Need>> {
        rule(ctx, input, PairRuleKind::Ban).await
    }

    /// Takes a pin or a ban back.
    async fn clear_pair_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: ClearPairRuleInput,
    ) -> Result<Payload<Need>> {
        let answer = async {
            let need = uuid(kind::NEED, &input.need_id, "needId")?;
            let resource = uuid(kind::RESOURCE, &input.resource_id, "resourceId")?;
            desk(ctx).unrule_pair(need, resource).await
        };
        payload(ctx, answer.await, Need)
    }
}
