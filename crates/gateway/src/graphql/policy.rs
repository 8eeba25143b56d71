//! The policy under which years are planned, in versions.

use super::desk;
use super::error::Outside;
use super::explain::PlanEffect;
use super::payload::{Payload, payload};
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::PolicyStatus;
use store::{PolicyInput, row};

/// A version of the policy under which years are planned.
pub(super) struct PlanPolicy(row::PlanPolicy, Vec<(String, i64)>);

/// Points of a part of the score.
#[derive(SimpleObject)]
pub(super) struct ScoreWeight {
    /// Rule.
    code: String,
    /// Points.
    points: i64,
}

/// A version of the policy under which years are planned.
#[Object]
impl PlanPolicy {
    /// Version, from 1.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Where it stands.
    async fn status(&self) -> PolicyStatus {
        self.0.status
    }
    /// Why it was made.
    async fn note(&self) -> &str {
        &self.0.note
    }
    /// Points of the parts of the score, by code.
    async fn weights(&self) -> Vec<ScoreWeight> {
        self.1.iter().map(|(code, points)| ScoreWeight { code: code.clone(), points: *points }).collect()
    }
    /// Units a year of any member at most, so that no one carries too much; null: each member's own limit alone.
    async fn member_limit(&self) -> Option<i32> {
        self.0.member_limit
    }
    /// Lines of any list at most; null: each station's own limit alone.
    async fn list_limit(&self) -> Option<i32> {
        self.0.list_limit
    }
    /// When it was made.
    async fn made_at(&self) -> DateTime<Utc> {
        self.0.made_at
    }
    /// When it was last put in force.
    async fn in_force_at(&self) -> Option<DateTime<Utc>> {
        self.0.in_force_at
    }
    /// The year planned from nothing under this version, against the version in force: what would change before it is
    /// put in force. Nothing is written.
    #[graphql(complexity = "20_000 + child_complexity")]
    async fn dry_run(&self, ctx: &Context<'_>, #[graphql(desc = "Year.")] year: i32) -> Result<PlanEffect> {
        Ok(PlanEffect(desk(ctx).dry_run(self.0.version, year).await.out(ctx)?))
    }
}

#[derive(Default)]
pub(super) struct PolicyQuery;

#[Object]
impl PolicyQuery {
    /// Versions of the policy, the newest first. For city officers and auditors.
    async fn plan_policies(&self, ctx: &Context<'_>) -> Result<Vec<PlanPolicy>> {
        let rows = desk(ctx).policies().await.out(ctx)?;
        Ok(rows.into_iter().map(|(row, points)| PlanPolicy(row, points)).collect())
    }
}

/// Points of a part of the score.
#[derive(InputObject)]
pub(super) struct ScoreWeightInput {
    /// Rule.
    pub(super) code: String,
    /// Points, 0 to 1000.
    pub(super) points: i64,
}

/// A new version of the policy.
#[derive(InputObject)]
pub(super) struct DraftPlanPolicyInput {
    /// Points that change; the others stay as in the version in force.
    #[graphql(default)]
    weights: Vec<ScoreWeightInput>,
    /// Units a year of any member at most.
    member_limit: Option<i32>,
    /// Lines of any list at most.
    list_limit: Option<i32>,
    /// Why.
    note: String,
}

/// A version to be put in force.
#[derive(InputObject)]
pub(super) struct PutPlanPolicyInForceInput {
    /// Version.
    version: i32,
    /// Why.
    reason: String,
}

#[derive(Default)]
pub(super) struct PolicyMutation;

#[Object]
impl PolicyMutation {
    /// Drafts a version of the policy. Nobody plans under it until it is put in force.
    async fn draft_plan_policy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it says.")] input: DraftPlanPolicyInput,
    ) -> Result<Payload<PlanPolicy>> {
        let input = PolicyInput {
            weights: input.weights.into_iter().map(|w| (w.code, w.points)).collect(),
            member_limit: input.member_limit,
            list_limit: input.list_limit,
            note: input.note,
        };
        payload(ctx, desk(ctx).draft_policy(&input).await, |(row, points)| PlanPolicy(row, points))
    }

    /// Puts a version in force; the one before retires and can be put in force again. Standing plans stay until the
    /// year is planned anew.
    async fn put_plan_policy_in_force(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: PutPlanPolicyInForceInput,
    ) -> Result<Payload<PlanPolicy>> {
        let answer = desk(ctx).put_policy_in_force(input.version, &input.reason).await;
        payload(ctx, answer, |(row, points)| PlanPolicy(row, points))
    }
}
