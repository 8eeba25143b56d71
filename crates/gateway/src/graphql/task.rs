//! Tasks of the year's plan (1+4+N), and how far the lists cover it.

use super::desk;
use super::duty_item::DutyItem;
use super::error::Outside;
use super::node::{id, kind, uuid};
use super::payload::{Payload, payload};
use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::PlanPart;
use store::row;

/// A task of the year's plan (1+4+N).
pub(super) struct PlanTask(pub row::PlanTask);

/// A task of the year's plan (1+4+N).
#[Object]
impl PlanTask {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::TASK, self.0.id)
    }
    /// Code, such as `N-03`.
    async fn code(&self) -> &str {
        &self.0.code
    }
    /// Part of the plan.
    async fn part(&self) -> PlanPart {
        self.0.part
    }
    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }
}

/// How far published lists cover a task.
pub(super) struct TaskCoverage(store::TaskCoverage);

/// How far published lists cover a task.
#[Object]
impl TaskCoverage {
    /// The task.
    async fn task(&self) -> PlanTask {
        PlanTask(self.0.task.clone())
    }
    /// Items that serve it (件次).
    async fn items(&self) -> i64 {
        self.0.items
    }
    /// Needs behind them (件).
    async fn distinct_needs(&self) -> i64 {
        self.0.needs
    }
    /// Stations that have one.
    async fn stations(&self) -> i64 {
        self.0.stations
    }
    /// Items whose need was closed.
    async fn done(&self) -> i64 {
        self.0.done
    }
}

#[derive(Default)]
pub(super) struct TaskQuery;

#[Object]
impl TaskQuery {
    /// Tasks of a year's plan (1+4+N), by code.
    #[graphql(complexity = "50 * child_complexity")]
    async fn plan_tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Year.")] year: i32,
    ) -> Result<Vec<PlanTask>> {
        Ok(desk(ctx).tasks(year).await.out(ctx)?.into_iter().map(PlanTask).collect())
    }

    /// How far published lists cover the plan of a year; tasks that nobody serves have zeros.
    #[graphql(complexity = "50 * child_complexity")]
    async fn task_coverage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Year.")] year: i32,
        #[graphql(desc = "Code of a district [everything that the viewer sees].")] district: Option<String>,
    ) -> Result<Vec<TaskCoverage>> {
        let rows = desk(ctx).task_coverage(year, district.as_deref()).await.out(ctx)?;
        Ok(rows.into_iter().map(TaskCoverage).collect())
    }
}

/// Which tasks an item serves.
#[derive(InputObject)]
pub(super) struct TagItemInput {
    /// The item.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Codes of the tasks; they take the place of what was there.
    tasks: Vec<String>,
}

#[derive(Default)]
pub(super) struct TaskMutation;

#[Object]
impl TaskMutation {
    /// Says which tasks of the year's plan an item serves; it is no part of what is signed and printed.
    async fn tag_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: TagItemInput,
    ) -> Result<Payload<DutyItem>> {
        let answer = async {
            let id = uuid(kind::ITEM, &input.id, "id")?;
            desk(ctx).tag_item(id, input.expected_version, &input.tasks).await
        };
        payload(ctx, answer.await, DutyItem::from)
    }
}
