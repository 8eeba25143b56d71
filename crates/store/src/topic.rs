//! 归并: needs of the same matter brought together under a topic, without losing any; and what requesters of merged needs
//! are told when the one need that stands for all has come to its end.

use crate::desk::{Event, same_version};
use crate::entity::{need, requester_answer, topic, topic_need};
use crate::import::insert_all;
use crate::{Desk, Error, Result};
use domain::{Action, NeedStatus, Refusal, number, privacy, refusal};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Set,
};
use uuid::Uuid;

/// Needs of a topic at most.
const NEEDS: usize = 500;

impl Desk {
    /// Topics of a year that the viewer may see, by number.
    pub async fn topics(&self, year: i32) -> Result<Vec<topic::Model>> {
        Ok(topic::Entity::find()
            .filter(topic::Column::Year.eq(year))
            .filter(self.in_sight(topic::Column::WorkstationId, None))
            .order_by_asc(topic::Column::Number)
            .all(self.store.db())
            .await?)
    }

    /// Needs of topics: (topic, need), by number, each as far as the viewer may read it.
    pub async fn needs_of_topics(&self, topics: &[Uuid]) -> Result<Vec<(Uuid, need::Model)>> {
        let joins = topic_need::Entity::find()
            .filter(topic_need::Column::TopicId.is_in(topics.iter().copied()))
            .all(self.store.db())
            .await?;
        let ids: Vec<Uuid> = joins.iter().map(|j| j.need_id).collect();
        let mut needs = self.needs_by_id(&ids).await?;
        needs.sort_by(|a, b| a.number.cmp(&b.number));
        let of = |n: &need::Model| -> Vec<Uuid> {
            joins.iter().filter(|j| j.need_id == n.id).map(|j| j.topic_id).collect()
        };
        Ok(needs.into_iter().flat_map(|n| of(&n).into_iter().map(move |t| (t, n.clone()))).collect())
    }

    async fn audit_topic(
        &self,
        tx: &DatabaseTransaction,
        t: &topic::Model,
        action: &str,
        needs: usize,
        reason: Option<String>,
    ) -> Result<()> {
        let event = Event {
            action,
            subject: "topic",
            id: Some(t.id),
            workstation: Some(t.workstation_id),
            detail: serde_json::json!({"number": t.number, "needs": needs}),
            reason,
        };
        self.audit(tx, event).await
    }

    /// Needs that may stand under a topic: each the viewer's to decide, of the topic's year.
    async fn brought(&self, tx: &DatabaseTransaction, year: i32, needs: &[Uuid]) -> Result<Vec<Uuid>> {
        let mut ids = needs.to_vec();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() || ids.len() > NEEDS {
            let words = format!("一个专题应有 1 至 {NEEDS} 项需求,现有 {} 项。", ids.len());
            return Err(Refusal::new("NEEDS", words).at("needIds").into());
        }
        let rows = need::Entity::find().filter(need::Column::Id.is_in(ids.iter().copied())).all(tx).await?;
        if rows.len() != ids.len() {
            return Err(Error::NotFound("需求"));
        }
        for n in &rows {
            self.need(Action::DecideNeed, n.workstation_id, None)?;
            if n.year != year {
                let words = format!("需求 {} 不是 {year} 年的,不能归入该专题。", n.number);
                return Err(Refusal::new("YEAR", words).at("needIds").into());
            }
        }
        Ok(ids)
    }

    /// Makes a topic of needs (归并). They keep their state, their requesters and their matches.
    pub async fn make_topic(
        &self,
        station: Uuid,
        year: i32,
        title: &str,
        needs: &[Uuid],
    ) -> Result<topic::Model> {
        let title = privacy::mask(&refusal::text(title, "专题名称", 100, "title")?);
        let tx = self.store.begin().await?;
        self.need(Action::DecideNeed, station, None)?;
        self.open_year(&tx, year).await?;
        let ids = self.brought(&tx, year, needs).await?;
        let code = self.station(&tx, station).await?.code;
        let running = self.next_numbers(&tx, &format!("{code}-{year}-T"), 1).await?;
        let row = topic::Model {
            id: self.id(),
            number: number::item(&code, year, 'T', running),
            year,
            workstation_id: station,
            title,
            version: 1,
        };
        let row = row.into_active_model().insert(&tx).await?;
        self.put_under(&tx, row.id, &ids).await?;
        self.audit_topic(&tx, &row, "MAKE", ids.len(), None).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    async fn put_under(&self, tx: &DatabaseTransaction, topic_id: Uuid, needs: &[Uuid]) -> Result<()> {
        let today = self.today();
        let rows = needs
            .iter()
            .map(|n| topic_need::Model { topic_id, need_id: *n, added_on: today }.into_active_model());
        insert_all(tx, rows.collect()).await
    }

    /// Brings further needs under a topic, or takes some away with a reason.
    pub async fn change_topic(
        &self,
        id: Uuid,
        expected: i32,
        add: &[Uuid],
        remove: &[Uuid],
        reason: Option<&str>,
    ) -> Result<topic::Model> {
        let tx = self.store.begin().await?;
        let t = topic::Entity::find_by_id(id).one(&tx).await?.ok_or(Error::NotFound("专题"))?;
        self.need(Action::DecideNeed, t.workstation_id, None)?;
        self.open_year(&tx, t.year).await?;
        same_version(expected, t.version, vec!["needs"])?;
        let have: Vec<Uuid> = topic_need::Entity::find()
            .filter(topic_need::Column::TopicId.eq(id))
            .all(&tx)
            .await?
            .into_iter()
            .map(|j| j.need_id)
            .collect();
        let reason = if remove.is_empty() {
            None
        } else {
            Some(refusal::text(reason.unwrap_or(""), "原因", 200, "reason")?)
        };
        if let Some(missing) = remove.iter().find(|n| !have.contains(n)) {
            let words = format!("需求 {missing} 不在该专题内。");
            return Err(Refusal::new("NEEDS", words).at("removeIds").into());
        }
        let new: Vec<Uuid> = add.iter().copied().filter(|n| !have.contains(n)).collect();
        if have.len() + new.len() <= remove.len() {
            let words = "专题至少要留一项需求;不再需要的专题可以改名后继续使用。";
            return Err(Refusal::new("NEEDS", words).at("removeIds").into());
        }
        topic_need::Entity::delete_many()
            .filter(topic_need::Column::TopicId.eq(id))
            .filter(topic_need::Column::NeedId.is_in(remove.iter().copied()))
            .exec(&tx)
            .await?;
        if !new.is_empty() {
            let ids = self.brought(&tx, t.year, &new).await?;
            self.put_under(&tx, id, &ids).await?;
        }
        let mut row = t.into_active_model();
        row.version = Set(expected + 1);
        let row = row.update(&tx).await?;
        self.audit_topic(&tx, &row, "CHANGE", have.len() + new.len() - remove.len(), reason).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// Answers to requesters of needs, the oldest first, for the stations that gave them.
    pub async fn answers_of(&self, needs: &[Uuid]) -> Result<Vec<requester_answer::Model>> {
        Ok(requester_answer::Entity::find()
            .filter(requester_answer::Column::NeedId.is_in(needs.iter().copied()))
            .filter(self.in_sight(requester_answer::Column::WorkstationId, None))
            .order_by_asc(requester_answer::Column::Id)
            .all(self.store.db())
            .await?)
    }

    /// Writes down what the requester of a need was told at its end. Each requester of a merged need gets an answer.
    pub async fn answer_requester(
        &self,
        need_id: Uuid,
        expected: i32,
        channel: &str,
        words: &str,
    ) -> Result<need::Model> {
        let tx = self.store.begin().await?;
        let n = need::Entity::find_by_id(need_id).one(&tx).await?.ok_or(Error::NotFound("需求"))?;
        self.need(Action::RateOrder, n.workstation_id, None)?;
        same_version(expected, n.version, vec!["answers"])?;
        let end = match n.merged_into {
            Some(head) => need::Entity::find_by_id(head).one(&tx).await?.ok_or(Error::NotFound("需求"))?,
            None => n.clone(),
        };
        // What it was merged into may have gone on in the next year: the answer belongs to that one.
        self.open_year(&tx, end.year).await?;
        use NeedStatus as S;
        if !matches!(end.status, S::Closed | S::Refused | S::Referred) {
            let words =
                format!("{} 现在是「{}」,尚未办结,办结后再告知诉求人。", end.number, end.status.label());
            return Err(Refusal::new("NEED_STATE", words).into());
        }
        let row = requester_answer::Model {
            id: self.id(),
            need_id,
            workstation_id: n.workstation_id,
            told_on: self.today(),
            channel: refusal::text(channel, "告知方式", 30, "channel")?,
            words: privacy::mask(&refusal::text(words, "告知内容", 500, "words")?),
        };
        row.into_active_model().insert(&tx).await?;
        let mut row = n.into_active_model();
        row.version = Set(expected + 1);
        let n = row.update(&tx).await?;
        let event = Event {
            action: "ANSWER_REQUESTER",
            subject: "need",
            id: Some(n.id),
            workstation: Some(n.workstation_id),
            detail: serde_json::json!({"number": n.number}),
            reason: None,
        };
        self.audit(&tx, event).await?;
        self.commit(tx).await?;
        Ok(n)
    }
}

/// Needs that were merged into one that has come to its end in a year, and whose requesters have not been told yet;
/// they may be of an earlier year.
pub(crate) fn to_tell(year: i32) -> Condition {
    let ended = need::Entity::find()
        .select_only()
        .column(need::Column::Id)
        .filter(need::Column::Year.eq(year))
        .filter(need::Column::Status.is_in([NeedStatus::Closed, NeedStatus::Refused, NeedStatus::Referred]));
    let told =
        requester_answer::Entity::find().select_only().column(requester_answer::Column::NeedId).into_query();
    Condition::all()
        .add(need::Column::Status.eq(NeedStatus::Merged))
        .add(need::Column::MergedInto.in_subquery(ended.into_query()))
        .add(need::Column::Id.not_in_subquery(told))
}
