//! Planning the year, as a job with progress.

use super::desk;
use super::error::Outside;
use super::node::{id, kind, uuid_opt};
use super::payload::{Payload, payload};
use super::plan::Plan;
use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use domain::JobStatus;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Desk, Progress, Store, Viewer, row};
use tokio_util::task::TaskTracker;
use uuid::Uuid;

/// How far a job is.
#[derive(Clone, Default)]
struct Step {
    words: String,
    percent: u8,
    cancelled: bool,
}

/// Carries planning jobs out, one after the other, and knows how far each has come.
#[derive(Clone)]
pub(crate) struct Planner {
    store: Store,
    clock: crate::Clock,
    /// What each job is doing, how much of it is done in percent, and whether it goes on.
    steps: Arc<Mutex<HashMap<Uuid, Step>>>,
    turn: Arc<tokio::sync::Mutex<()>>,
    tasks: TaskTracker,
}

impl Planner {
    pub fn new(store: Store, clock: crate::Clock, tasks: TaskTracker) -> Planner {
        Planner { store, clock, steps: Arc::default(), turn: Arc::default(), tasks }
    }

    /// A desk for the person who asked, or for the service itself.
    fn desk(&self, person: Option<Uuid>) -> Desk {
        self.store.on_behalf_of(Viewer { person, ..Viewer::command() }, (self.clock)())
    }

    /// Takes up what was asked for before the last stop.
    pub async fn resume(&self) -> store::Result<()> {
        for job in self.desk(None).open_jobs().await? {
            self.start(&job);
        }
        Ok(())
    }

    /// Starts a job; it goes on when the request has ended.
    fn start(&self, job: &row::Job) {
        let planner = self.clone();
        let (job, person) = (job.id, job.person_id);
        self.tasks.spawn(async move {
            let _turn = planner.turn.lock().await;
            let steps = planner.steps.clone();
            let note: Progress = Arc::new(move |words: &str, percent: u8| {
                let mut steps = steps.lock().unwrap_or_else(PoisonError::into_inner);
                let step = steps.entry(job).or_default();
                words.clone_into(&mut step.words);
                step.percent = percent;
                !step.cancelled
            });
            match planner.desk(person).run_job(job, &note, || (planner.clock)()).await {
                Ok(report) => tracing::info!(%job, suggested = report.suggested, "planned"),
                Err(error @ store::Error::Fault(_)) => tracing::error!(%job, %error, "planning failed"),
                // Who asked is told why.
                Err(error) => tracing::info!(%job, %error, "not planned"),
            }
            planner.steps.lock().unwrap_or_else(PoisonError::into_inner).remove(&job);
        });
    }

    fn step(&self, job: Uuid) -> Option<Step> {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).get(&job).cloned()
    }

    /// The job stops at its next step; until it writes the plan, nothing has changed.
    fn cancel(&self, job: Uuid) {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).entry(job).or_default().cancelled = true;
    }
}

/// A plan of the year that somebody asked for.
pub(super) struct PlanJob(row::Job);

/// A plan of the year that somebody asked for.
#[Object]
impl PlanJob {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::JOB, self.0.id)
    }
    /// Year.
    async fn year(&self) -> i32 {
        self.0.year
    }
    /// Where it stands.
    async fn status(&self) -> JobStatus {
        self.0.status
    }
    /// What it is doing now, in Chinese.
    async fn step(&self, ctx: &Context<'_>) -> Option<String> {
        ctx.data_unchecked::<Planner>().step(self.0.id).map(|s| s.words)
    }
    /// How much is done, in percent.
    async fn percent(&self, ctx: &Context<'_>) -> i32 {
        match self.0.ended_at {
            Some(_) => 100,
            None => ctx.data_unchecked::<Planner>().step(self.0.id).map_or(0, |s| i32::from(s.percent)),
        }
    }
    /// What went wrong.
    async fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }
    /// When it was asked for.
    async fn asked_at(&self) -> DateTime<Utc> {
        self.0.asked_at
    }
    /// When it ended.
    async fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.0.ended_at
    }
    /// The plan that came of it.
    async fn plan(&self, ctx: &Context<'_>) -> Result<Option<Plan>> {
        let Some(plan) = self.0.plan_id else { return Ok(None) };
        Ok(desk(ctx).plan_by_id(plan).await.out(ctx)?.map(Plan::from))
    }
}

/// The job with an id, for those who may plan.
pub(super) async fn find(ctx: &Context<'_>, job: Uuid) -> Result<Option<PlanJob>> {
    Ok(desk(ctx).jobs_by_id(&[job]).await.out(ctx)?.into_iter().next().map(PlanJob))
}

#[derive(Default)]
pub(super) struct JobQuery;

#[Object]
impl JobQuery {
    /// A planning job by id: ask again until it is done.
    async fn plan_job(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id that `planYear` gave.")] id: ID,
    ) -> Result<Option<PlanJob>> {
        find(ctx, super::node::uuid(kind::JOB, &id, "id").out(ctx)?).await
    }
}

/// A year to be planned.
#[derive(InputObject)]
pub(super) struct PlanYearInput {
    /// Year.
    year: i32,
    /// One station, planned with what the others leave; the whole city where it is left out.
    workstation_id: Option<ID>,
}

/// A job to be cancelled.
#[derive(InputObject)]
pub(super) struct CancelPlanJobInput {
    /// Id that `planYear` gave.
    id: ID,
}

#[derive(Default)]
pub(super) struct JobMutation;

#[Object]
impl JobMutation {
    /// Plans the year: matches the lists anew and writes the drafts. What is reserved, published or was changed by
    /// people stays.
    async fn plan_year(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which year.")] input: PlanYearInput,
    ) -> Result<Payload<PlanJob>> {
        let answer = async {
            let station = uuid_opt(kind::STATION, input.workstation_id.as_ref(), "workstationId")?;
            let job = desk(ctx).ask_for_plan(input.year, station).await?;
            ctx.data_unchecked::<Planner>().start(&job);
            Ok(job)
        };
        payload(ctx, answer.await, PlanJob)
    }

    /// Cancels a planning job: it stops at its next step, and the standing plan and the drafts stay as they are. Ask
    /// `planJob` until it has ended.
    async fn cancel_plan_job(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which job.")] input: CancelPlanJobInput,
    ) -> Result<Payload<PlanJob>> {
        let answer = async {
            let job = super::node::uuid(kind::JOB, &input.id, "id")?;
            let job = desk(ctx).job_to_cancel(job).await?;
            ctx.data_unchecked::<Planner>().cancel(job.id);
            Ok(job)
        };
        payload(ctx, answer.await, PlanJob)
    }
}
