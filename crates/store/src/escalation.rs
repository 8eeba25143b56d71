//! Needs without resource: the ladder step by step, and proposal clues.

use crate::desk::{Event, same_version};
use crate::entity::{clue, ladder_step, need};
use crate::{Desk, Error, Result};
use domain::escalation::{check_step, clue_faults};
use domain::{
    Action, ClueStatus, LadderAnswer, LadderStep, NeedAction, NeedStatus, ReferralTarget, Refusal,
    ResultClass, number, refusal,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, Set,
};
use uuid::Uuid;

/// What became of a clue.
#[derive(Clone, Debug)]
pub struct ClueNews {
    /// Where it stands now.
    pub status: ClueStatus,
    /// Number of the proposal; required where it was filed.
    pub proposal_number: Option<String>,
    /// How it was answered; required with the reply.
    pub result_class: Option<ResultClass>,
    /// The reply.
    pub reply: Option<String>,
    /// Why it was not adopted or not filed.
    pub reason: Option<String>,
}

impl Desk {
    /// Steps of the ladder that needs have taken, the oldest first. The needs are in sight already.
    pub async fn ladder_of(&self, needs: &[Uuid]) -> Result<Vec<ladder_step::Model>> {
        Ok(ladder_step::Entity::find()
            .filter(ladder_step::Column::NeedId.is_in(needs.iter().copied()))
            .filter(self.in_sight(ladder_step::Column::WorkstationId, None))
            .order_by_asc(ladder_step::Column::Id)
            .all(self.store.db())
            .await?)
    }

    /// Clues of a year, by number.
    pub async fn clues(&self, year: i32, status: Option<ClueStatus>) -> Result<Vec<clue::Model>> {
        let mut q = clue::Entity::find()
            .filter(clue::Column::Year.eq(year))
            .filter(self.in_sight(clue::Column::WorkstationId, None));
        if let Some(status) = status {
            q = q.filter(clue::Column::Status.eq(status));
        }
        Ok(q.order_by_asc(clue::Column::Number).all(self.store.db()).await?)
    }

    async fn audit_need(
        &self,
        tx: &DatabaseTransaction,
        n: &need::Model,
        action: &str,
        reason: Option<String>,
    ) -> Result<()> {
        let event = Event {
            action,
            subject: "need",
            id: Some(n.id),
            workstation: Some(n.workstation_id),
            detail: serde_json::json!({"number": n.number, "status": n.status.code()}),
            reason,
        };
        self.audit(tx, event).await
    }

    async fn decided_need(&self, tx: &DatabaseTransaction, id: Uuid) -> Result<need::Model> {
        let n = need::Entity::find_by_id(id).one(tx).await?.ok_or(Error::NotFound("需求"))?;
        self.need(Action::DecideNeed, n.workstation_id, None)?;
        self.open_year(tx, n.year).await?;
        Ok(n)
    }

    /// Takes a step of the ladder for a need: the first one also says that the station has found nobody.
    pub async fn escalate(
        &self,
        need_id: Uuid,
        expected: i32,
        step: LadderStep,
        target: Option<ReferralTarget>,
        unit: Option<&str>,
    ) -> Result<need::Model> {
        let tx = self.store.begin().await?;
        let mut n = self.decided_need(&tx, need_id).await?;
        same_version(expected, n.version, vec!["status"])?;
        let taken = ladder_step::Entity::find()
            .filter(ladder_step::Column::NeedId.eq(need_id))
            .order_by_asc(ladder_step::Column::Id)
            .all(&tx)
            .await?;
        let taken: Vec<(LadderStep, bool)> = taken.iter().map(|s| (s.step, s.answer.is_some())).collect();
        check_step(&taken, step)?;
        if step == LadderStep::Clue {
            let words = "提案线索请用「提交线索」,系统会检查内容。";
            return Err(Refusal::new("LADDER", words).at("step").into());
        }
        if step == LadderStep::Referral && target.is_none() {
            return Err(Refusal::new("TARGET", "转办须注明转给谁,请选择受理单位。").at("target").into());
        }
        let unit = match unit {
            Some(u) if !u.trim().is_empty() => Some(refusal::text(u, "单位名称", 50, "unit")?),
            _ => None,
        };
        n = self.to_ladder(&tx, n).await?;
        self.write_step(&tx, &n, step, target, unit).await?;
        self.audit_need(&tx, &n, "ESCALATE", Some(step.label().to_owned())).await?;
        self.commit(tx).await?;
        Ok(n)
    }

    /// Brings a need onto the ladder.
    async fn to_ladder(&self, tx: &DatabaseTransaction, n: need::Model) -> Result<need::Model> {
        Ok(match n.status {
            NeedStatus::Escalated => n,
            NeedStatus::Unresourced => self.step_need(tx, n.id, NeedAction::Escalate).await?,
            _ => {
                self.step_need(tx, n.id, NeedAction::DeclareUnresourced).await?;
                self.step_need(tx, n.id, NeedAction::Escalate).await?
            }
        })
    }

    async fn write_step(
        &self,
        tx: &DatabaseTransaction,
        n: &need::Model,
        step: LadderStep,
        target: Option<ReferralTarget>,
        unit: Option<String>,
    ) -> Result<()> {
        let row = ladder_step::Model {
            id: self.id(),
            need_id: n.id,
            workstation_id: n.workstation_id,
            step,
            target,
            unit,
            asked_on: self.today(),
            answered_on: None,
            answer: None,
            words: None,
        };
        row.into_active_model().insert(tx).await?;
        Ok(())
    }

    /// Writes the answer to the step that is open, with what the requester is told.
    pub async fn answer_step(
        &self,
        need_id: Uuid,
        expected: i32,
        answer: LadderAnswer,
        words: &str,
    ) -> Result<need::Model> {
        let words = domain::privacy::mask(&refusal::text(words, "给诉求人的答复", 500, "words")?);
        let tx = self.store.begin().await?;
        let n = self.decided_need(&tx, need_id).await?;
        same_version(expected, n.version, vec!["status"])?;
        let n = self.close_step(&tx, n, answer, words).await?;
        self.commit(tx).await?;
        Ok(n)
    }

    async fn close_step(
        &self,
        tx: &DatabaseTransaction,
        n: need::Model,
        answer: LadderAnswer,
        words: String,
    ) -> Result<need::Model> {
        let open = ladder_step::Entity::find()
            .filter(ladder_step::Column::NeedId.eq(n.id))
            .filter(ladder_step::Column::Answer.is_null())
            .one(tx)
            .await?;
        let Some(step) = open else {
            return Err(Refusal::new("LADDER", "该需求没有待答复的提级步骤,请先提级。").into());
        };
        let mut row = step.into_active_model();
        row.answer = Set(Some(answer));
        row.answered_on = Set(Some(self.today()));
        row.words = Set(Some(words.clone()));
        row.update(tx).await?;
        let n = match answer {
            LadderAnswer::Found => self.step_need(tx, n.id, NeedAction::Resource).await?,
            LadderAnswer::Handled => self.step_need(tx, n.id, NeedAction::Answer).await?,
            // The next step is the convener's to take; two who answer at once are told.
            LadderAnswer::NotFound => {
                let version = n.version + 1;
                let mut row = n.into_active_model();
                row.version = Set(version);
                row.update(tx).await?
            }
        };
        self.audit_need(tx, &n, "ANSWER_STEP", Some(words)).await?;
        Ok(n)
    }

    /// Hands in a proposal clue (提案线索) that grows from a need without resource: one matter, 500 characters, real
    /// name, nothing personal and nothing that belongs elsewhere.
    pub async fn submit_clue(&self, need_id: Uuid, expected: i32, text: &str) -> Result<clue::Model> {
        let tx = self.store.begin().await?;
        let n = self.decided_need(&tx, need_id).await?;
        same_version(expected, n.version, vec!["status"])?;
        let Some(person) = self.viewer.person else {
            return Err(
                Refusal::new("NO_PERSON", "线索须实名提交,令牌没有对应的人员;请使用本人令牌。").into()
            );
        };
        let faults = clue_faults(text);
        if !faults.is_empty() {
            return Err(Error::Refused(faults));
        }
        let taken = ladder_step::Entity::find()
            .filter(ladder_step::Column::NeedId.eq(need_id))
            .order_by_asc(ladder_step::Column::Id)
            .all(&tx)
            .await?;
        let taken: Vec<(LadderStep, bool)> = taken.iter().map(|s| (s.step, s.answer.is_some())).collect();
        check_step(&taken, LadderStep::Clue)?;
        let n = self.to_ladder(&tx, n).await?;
        self.write_step(&tx, &n, LadderStep::Clue, None, None).await?;
        let station = self.station(&tx, n.workstation_id).await?;
        let running = self.next_numbers(&tx, &format!("{}-{}-C", station.code, n.year), 1).await?;
        let row = clue::Model {
            id: self.id(),
            number: number::item(&station.code, n.year, 'C', running),
            year: n.year,
            need_id,
            workstation_id: n.workstation_id,
            person_id: person,
            body: text.trim().to_owned(),
            status: ClueStatus::Submitted,
            submitted_on: self.today(),
            proposal_number: None,
            result_class: None,
            reply: None,
            reason: None,
            version: 1,
        };
        let row = row.into_active_model().insert(&tx).await?;
        self.audit_clue(&tx, &row, "SUBMIT_CLUE", None).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    async fn audit_clue(
        &self,
        tx: &DatabaseTransaction,
        c: &clue::Model,
        action: &str,
        reason: Option<String>,
    ) -> Result<()> {
        let event = Event {
            action,
            subject: "clue",
            id: Some(c.id),
            workstation: Some(c.workstation_id),
            detail: serde_json::json!({"number": c.number, "status": c.status.code()}),
            reason,
        };
        self.audit(tx, event).await
    }

    /// Records what became of a clue. A reply closes its need, class C and D with their explanation; a clue that was
    /// not adopted or not filed leaves the need on the ladder, where it may be referred.
    pub async fn follow_clue(&self, id: Uuid, expected: i32, news: &ClueNews) -> Result<clue::Model> {
        let tx = self.store.begin().await?;
        let c = clue::Entity::find_by_id(id).one(&tx).await?.ok_or(Error::NotFound("线索"))?;
        self.need(Action::DecideNeed, c.workstation_id, None)?;
        self.open_year(&tx, c.year).await?;
        same_version(expected, c.version, vec!["status"])?;
        let row = self.go_clue(&tx, c, news).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// The same within a change that does more.
    pub(crate) async fn go_clue(
        &self,
        tx: &DatabaseTransaction,
        c: clue::Model,
        news: &ClueNews,
    ) -> Result<clue::Model> {
        let next = c.status.go(news.status)?;
        let given = |v: &Option<String>, what: &str, most: usize, path: &'static str| {
            refusal::text(v.as_deref().unwrap_or(""), what, most, path)
        };
        let mut row = c.clone().into_active_model();
        row.status = Set(next);
        row.version = Set(c.version + 1);
        let mut reason = None;
        match next {
            ClueStatus::Filed => {
                row.proposal_number =
                    Set(Some(given(&news.proposal_number, "提案编号", 50, "proposalNumber")?));
            }
            ClueStatus::Replied => {
                let Some(class) = news.result_class else {
                    let words = "请注明办理结果类别 A、B、C 或 D。";
                    return Err(Refusal::new("RESULT_CLASS", words).at("resultClass").into());
                };
                row.result_class = Set(Some(class));
                row.reply = Set(Some(given(&news.reply, "办复内容", 2000, "reply")?));
            }
            _ => {
                let words = given(&news.reason, "原因", 200, "reason")?;
                row.reason = Set(Some(words.clone()));
                reason = Some(words);
            }
        }
        let row = row.update(tx).await?;
        let n = need::Entity::find_by_id(c.need_id).one(tx).await?.ok_or(Error::NotFound("需求"))?;
        match next {
            ClueStatus::Replied => {
                let words = domain::privacy::mask(row.reply.as_deref().unwrap_or(""));
                self.close_step(tx, n, LadderAnswer::Handled, words).await?;
            }
            ClueStatus::NotAdopted | ClueStatus::NotFiled => {
                let words = reason.clone().unwrap_or_default();
                self.close_step(tx, n, LadderAnswer::NotFound, words).await?;
            }
            _ => {}
        }
        self.audit_clue(tx, &row, "FOLLOW_CLUE", reason).await?;
        Ok(row)
    }
}
