//! Long work: asked for, carried out by whoever serves, and still there after a crash.

use crate::desk::Event;
use crate::entity::job;
use crate::planning::{CANCELLED, Progress};
use crate::{Desk, Error, PlanReport, Result};
use chrono::{DateTime, Utc};
use domain::{Action, JobStatus, Refusal};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, Set,
};
use uuid::Uuid;

impl Desk {
    /// Asks for a plan of the year. One at a time: a second is refused while the first is at work.
    pub async fn ask_for_plan(&self, year: i32, workstation_id: Option<Uuid>) -> Result<job::Model> {
        self.need_city(Action::PlanYear)?;
        domain::area::check_year(year)?;
        let tx = self.store.begin().await?;
        self.open_year(&tx, year).await?;
        let open =
            job::Entity::find().filter(job::Column::Status.is_in([JobStatus::Queued, JobStatus::Running]));
        if open.count(&tx).await? > 0 {
            return Err(Refusal::new("PLANNING", "已有一次匹配正在进行,请等其结束再试。").into());
        }
        if let Some(station) = workstation_id {
            self.station(&tx, station).await?;
        }
        let row = job::Model {
            id: self.id(),
            year,
            workstation_id,
            status: JobStatus::Queued,
            plan_id: None,
            message: None,
            person_id: self.viewer.person,
            asked_at: self.at,
            ended_at: None,
        };
        let row = row.into_active_model().reset_all().insert(&tx).await?;
        self.audit(
            &tx,
            Event {
                action: "ASK",
                subject: "job",
                id: Some(row.id),
                workstation: workstation_id,
                detail: serde_json::json!({"year": year}),
                reason: None,
            },
        )
        .await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// A job that may be cancelled by who asks: only one that has not ended.
    pub async fn job_to_cancel(&self, id: Uuid) -> Result<job::Model> {
        self.need_city(Action::PlanYear)?;
        let j = job::Entity::find_by_id(id).one(self.store.db()).await?.ok_or(Error::NotFound("任务"))?;
        if j.ended_at.is_some() {
            let words = format!("任务已经结束({}),不能取消;可重新匹配。", j.status.label());
            return Err(Refusal::new("ENDED", words).into());
        }
        Ok(j)
    }

    /// Jobs by id, for those who may plan.
    pub async fn jobs_by_id(&self, ids: &[Uuid]) -> Result<Vec<job::Model>> {
        if self.need_city(Action::PlanYear).is_err() {
            return Ok(Vec::new());
        }
        let found = job::Entity::find().filter(job::Column::Id.is_in(ids.iter().copied()));
        Ok(found.all(self.store.db()).await?)
    }

    /// Jobs that were asked for and have not ended, the oldest first: what a server takes up when it starts.
    pub async fn open_jobs(&self) -> Result<Vec<job::Model>> {
        self.need_city(Action::PlanYear)?;
        let open =
            job::Entity::find().filter(job::Column::Status.is_in([JobStatus::Queued, JobStatus::Running]));
        Ok(open.order_by_asc(job::Column::Id).all(self.store.db()).await?)
    }

    /// Carries a job out. `progress` hears each step and may stop it; `now` is asked when it has ended.
    pub async fn run_job(
        &self,
        id: Uuid,
        progress: &Progress,
        now: impl FnOnce() -> DateTime<Utc>,
    ) -> Result<PlanReport> {
        self.need_city(Action::PlanYear)?;
        let j = job::Entity::find_by_id(id).one(self.store.db()).await?.ok_or(Error::NotFound("任务"))?;
        let mut row = j.clone().into_active_model();
        row.status = Set(JobStatus::Running);
        row.update(self.store.db()).await?;
        let done = self.plan_year(j.year, j.workstation_id, &domain::Limits::default(), progress).await;
        let mut row = j.into_active_model();
        row.ended_at = Set(Some(now()));
        match &done {
            Ok(report) => {
                row.status = Set(JobStatus::Done);
                row.plan_id = Set(Some(report.plan));
            }
            Err(Error::Fault(_)) => {
                row.status = Set(JobStatus::Failed);
                row.message = Set(Some("匹配没有完成,原因已记入服务日志,请联系管理员。".to_owned()));
            }
            Err(e) => {
                let cancelled = matches!(e, Error::Refused(why) if why.iter().any(|r| r.code == CANCELLED));
                row.status = Set(if cancelled { JobStatus::Cancelled } else { JobStatus::Failed });
                row.message = Set(Some(e.to_string()));
            }
        }
        row.update(self.store.db()).await?;
        done
    }
}
