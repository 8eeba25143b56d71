//! Scenarios: changes that are thought through before anybody makes them; and where one resource more would help.

use super::category::Category;
use super::desk;
use super::error::Outside;
use super::explain::{PlanChangeInput, PlanEffect, changes_of};
use super::loaders::category;
use super::node::{id, kind, uuid};
use super::payload::{Payload, payload};
use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use domain::ScenarioStatus;
use store::row;

/// Changes that are kept apart from the standing plan.
pub(super) struct Scenario(row::Scenario);

/// Changes that are kept apart from the standing plan.
#[Object]
impl Scenario {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::SCENARIO, self.0.id)
    }
    /// Year.
    async fn year(&self) -> i32 {
        self.0.year
    }
    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Where it stands.
    async fn status(&self) -> ScenarioStatus {
        self.0.status
    }
    /// When it was made.
    async fn made_at(&self) -> DateTime<Utc> {
        self.0.made_at
    }
    /// Version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// The year planned from nothing with its changes, against the same without them, item by item.
    #[graphql(complexity = "20_000 + child_complexity")]
    async fn effect(&self, ctx: &Context<'_>) -> Result<PlanEffect> {
        Ok(PlanEffect(desk(ctx).scenario_effect(&self.0).await.out(ctx)?))
    }
}

/// A class in which one resource more would help a district.
pub(super) struct Shortage(store::Shortage);

/// A class in which one resource more would help a district.
#[Object]
impl Shortage {
    /// The class, of level 1.
    async fn category(&self, ctx: &Context<'_>) -> Result<Option<Category>> {
        Ok(category(ctx, &self.0.category).await?.map(Category))
    }
    /// Requirements of the class whose needs the plan leaves out.
    async fn unserved(&self) -> i32 {
        self.0.unserved as i32
    }
    /// The plan with one resource more, of four units a year, open to the district.
    async fn with(&self) -> PlanEffect {
        PlanEffect(self.0.with.clone())
    }
}

#[derive(Default)]
pub(super) struct ScenarioQuery;

#[Object]
impl ScenarioQuery {
    /// Scenarios of a year, the newest first. For city officers and auditors.
    async fn scenarios(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Year.")] year: i32,
    ) -> Result<Vec<Scenario>> {
        Ok(desk(ctx).scenarios(year).await.out(ctx)?.into_iter().map(Scenario).collect())
    }

    /// Classes in which one resource more would bring a district most, the most useful first; each is a plan of the
    /// year from nothing.
    #[graphql(complexity = "20_000 * first.max(0) as usize + child_complexity")]
    async fn shortages(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Year.")] year: i32,
        #[graphql(desc = "Code of the district.")] district: String,
        #[graphql(desc = "How many classes, 10 at most.", default = 3)] first: i32,
    ) -> Result<Vec<Shortage>> {
        let most = first.clamp(0, 10) as usize;
        let found = desk(ctx).shortages(year, &district, most).await.out(ctx)?;
        Ok(found.into_iter().map(Shortage).collect())
    }
}

/// Changes to be kept.
#[derive(InputObject)]
pub(super) struct CreateScenarioInput {
    /// Year.
    year: i32,
    /// Name.
    name: String,
    /// The changes, 50 at most.
    changes: Vec<PlanChangeInput>,
}

/// A scenario to be adopted or dropped.
#[derive(InputObject)]
pub(super) struct ScenarioStepInput {
    /// The scenario.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Why.
    reason: String,
}

#[derive(Default)]
pub(super) struct ScenarioMutation;

#[Object]
impl ScenarioMutation {
    /// Keeps changes as a scenario, apart from the standing plan. Changes that cannot be are refused.
    async fn create_scenario(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What.")] input: CreateScenarioInput,
    ) -> Result<Payload<Scenario>> {
        let answer = async {
            let changes = changes_of(input.changes)?;
            desk(ctx).create_scenario(input.year, &input.name, &changes).await
        };
        payload(ctx, answer.await, Scenario)
    }

    /// Makes a scenario's changes: pins, bans, longer lists, weights. What its owner or station has to do first is
    /// named, and then nothing is changed. Plan the year afterwards.
    async fn adopt_scenario(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: ScenarioStepInput,
    ) -> Result<Payload<Scenario>> {
        let answer = async {
            let id = uuid(kind::SCENARIO, &input.id, "id")?;
            desk(ctx).adopt_scenario(id, input.expected_version, &input.reason).await
        };
        payload(ctx, answer.await, Scenario)
    }

    /// Puts a scenario away.
    async fn drop_scenario(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: ScenarioStepInput,
    ) -> Result<Payload<Scenario>> {
        let answer = async {
            let id = uuid(kind::SCENARIO, &input.id, "id")?;
            desk(ctx).drop_scenario(id, input.expected_version, &input.reason).await
        };
        payload(ctx, answer.await, Scenario)
    }
}
