//! Cuts of capacities below what is reserved.

use super::desk;
use super::error::Outside;
use super::loaders::{MatchesOfCut, ResourceById, load};
use super::matched::Match;
use super::node::{id, kind, uuid};
use super::payload::{Payload, payload};
use super::resource::Resource;
use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::NaiveDate;
use domain::CutStatus;
use store::{NewCut, row};

/// A capacity that is to be cut below what is reserved: its owner says which matches lose, the convener agrees.
pub(super) struct CapacityCut(pub row::CapacityCut);

/// A capacity that is to be cut below what is reserved: its owner says which matches lose, the convener agrees.
#[Object]
impl CapacityCut {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::CUT, self.0.id)
    }
    /// The resource.
    async fn resource(&self, ctx: &Context<'_>) -> Result<Option<Resource>> {
        Ok(load(ctx, ResourceById(self.0.resource_id)).await?.map(Resource))
    }
    /// Units a quarter that are left.
    async fn per_quarter(&self) -> i32 {
        self.0.per_quarter
    }
    /// Units a year that are left.
    async fn per_year(&self) -> i32 {
        self.0.per_year
    }
    /// The matches that lose.
    #[graphql(complexity = "10 * child_complexity")]
    async fn matches(&self, ctx: &Context<'_>) -> Result<Vec<Match>> {
        Ok(load(ctx, MatchesOfCut(self.0.id)).await?.unwrap_or_default().into_iter().map(Match).collect())
    }
    /// Why.
    async fn reason(&self) -> &str {
        &self.0.reason
    }
    /// Where it stands.
    async fn status(&self) -> CutStatus {
        self.0.status
    }
    /// Why it was refused.
    async fn answer(&self) -> Option<&str> {
        self.0.answer.as_deref()
    }
    /// Day.
    async fn proposed_on(&self) -> NaiveDate {
        self.0.proposed_on
    }
    /// Version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

#[derive(Default)]
pub(super) struct CapacityCutQuery;

#[Object]
impl CapacityCutQuery {
    /// Cuts of capacities that the viewer may see, the newest first.
    #[graphql(complexity = "20 * child_complexity")]
    async fn capacity_cuts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "State.")] status: Option<CutStatus>,
    ) -> Result<Vec<CapacityCut>> {
        Ok(desk(ctx).cuts(status).await.out(ctx)?.into_iter().map(CapacityCut).collect())
    }
}

/// A cut to be proposed.
#[derive(InputObject)]
pub(super) struct ProposeCutInput {
    /// The resource.
    resource_id: ID,
    /// Units a quarter that are left.
    per_quarter: i32,
    /// Units a year that are left.
    per_year: i32,
    /// The matches that lose: reserved, and not at work.
    match_ids: Vec<ID>,
    /// Why.
    reason: String,
}

/// The answer to a cut that was proposed.
#[derive(InputObject)]
pub(super) struct AnswerCutInput {
    /// The cut.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Whether the convener agrees.
    agree: bool,
    /// Why not.
    reason: Option<String>,
}

#[derive(Default)]
pub(super) struct CapacityCutMutation;

#[Object]
impl CapacityCutMutation {
    /// Proposes to cut a capacity below what is reserved, and says which matches lose.
    async fn propose_cut(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What.")] input: ProposeCutInput,
    ) -> Result<Payload<CapacityCut>> {
        let answer = async {
            let matches: store::Result<Vec<_>> =
                input.match_ids.iter().map(|m| uuid(kind::MATCH, m, "matchIds")).collect();
            let new = NewCut {
                resource: uuid(kind::RESOURCE, &input.resource_id, "resourceId")?,
                per_quarter: input.per_quarter,
                per_year: input.per_year,
                matches: matches?,
                reason: input.reason,
            };
            desk(ctx).propose_cut(&new).await
        };
        payload(ctx, answer.await, CapacityCut)
    }

    /// Agrees to a cut, which takes the matches and suggests the next best for each; or does not, and says why.
    async fn answer_cut(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The answer.")] input: AnswerCutInput,
    ) -> Result<Payload<CapacityCut>> {
        let answer = async {
            let id = uuid(kind::CUT, &input.id, "id")?;
            desk(ctx).answer_cut(id, input.expected_version, input.agree, input.reason.as_deref()).await
        };
        payload(ctx, answer.await, CapacityCut)
    }
}
