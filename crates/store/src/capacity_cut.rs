//! A capacity cut below what is reserved: its owner says which matches lose, the convener agrees, and both happen at once
//! (domain.md §10).

use crate::desk::{Event, same_version};
use crate::entity::{capacity_cut, need, need_match, resource, work_order};
use crate::{Desk, Error, Result};
use domain::{Action, CutStatus, MatchStatus, OrderStatus, Refusal, refusal};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Set,
};
use uuid::Uuid;

/// A cut as it is proposed.
#[derive(Clone, Debug)]
pub struct NewCut {
    /// The resource.
    pub resource: Uuid,
    /// Units a quarter that are left.
    pub per_quarter: i32,
    /// Units a year that are left.
    pub per_year: i32,
    /// Matches that lose.
    pub matches: Vec<Uuid>,
    /// Why.
    pub reason: String,
}

/// The matches that a cut takes.
fn losers(c: &capacity_cut::Model) -> Result<Vec<Uuid>> {
    let read = |id: &str| Uuid::parse_str(id).map_err(|e| Error::Fault(format!("a cut of nothing: {e}")));
    c.matches.split(',').filter(|m| !m.is_empty()).map(read).collect()
}

impl Desk {
    /// Cuts of resources in sight, the newest first: an owner the own, a station its own.
    pub async fn cuts(&self, status: Option<CutStatus>) -> Result<Vec<capacity_cut::Model>> {
        use capacity_cut::Column as C;
        let own = self.viewer.person.map(|p| {
            let mine = resource::Entity::find()
                .select_only()
                .column(resource::Column::Id)
                .filter(resource::Column::MemberId.eq(p));
            C::ResourceId.in_subquery(mine.into_query())
        });
        let mut q = capacity_cut::Entity::find().filter(self.in_sight(C::WorkstationId, own));
        if let Some(status) = status {
            q = q.filter(C::Status.eq(status));
        }
        Ok(q.order_by_desc(C::Id).all(self.store.db()).await?)
    }

    /// What is reserved must still fit, without the matches that give way (domain.md §10, "capacity cut below reserved").
    pub(crate) async fn check_cut<C: ConnectionTrait>(
        &self,
        db: &C,
        new: &resource::Model,
        without: &[Uuid],
    ) -> Result<()> {
        let held = need_match::Entity::find()
            .filter(need_match::Column::ResourceId.eq(new.id))
            .filter(need_match::Column::Status.is_in(MatchStatus::HOLDING))
            .filter(need_match::Column::Id.is_not_in(without.iter().copied()))
            .all(db)
            .await?;
        let over = held.len() as i32 > new.per_year
            || (1..=4).any(|q| held.iter().filter(|m| m.quarter == q).count() as i32 > new.per_quarter);
        if !over {
            return Ok(());
        }
        let holders = need::Entity::find()
            .filter(need::Column::Id.is_in(held.iter().map(|m| m.need_id)))
            .order_by_asc(need::Column::Number)
            .all(db)
            .await?;
        let numbers: Vec<String> = holders.into_iter().map(|n| n.number).collect();
        Err(Refusal::new(
            "RESERVED",
            format!(
                "次数不能少于已预留的 {} 次({});请用「提出减量」选出取消哪几项,由召集人同意。",
                held.len(),
                numbers.join("、")
            ),
        )
        .at("perYear")
        .into())
    }

    /// Matches that cuts take: (cut, match). The cuts are in sight already.
    pub async fn matches_of_cuts(&self, cuts: &[Uuid]) -> Result<Vec<(Uuid, need_match::Model)>> {
        let db = self.store.db();
        let rows = capacity_cut::Entity::find()
            .filter(capacity_cut::Column::Id.is_in(cuts.iter().copied()))
            .all(db)
            .await?;
        let mut pairs = Vec::new();
        for c in &rows {
            pairs.extend(losers(c)?.into_iter().map(|m| (c.id, m)));
        }
        let found = self.matches_by_id(&pairs.iter().map(|p| p.1).collect::<Vec<_>>()).await?;
        Ok(pairs
            .into_iter()
            .filter_map(|(c, m)| Some((c, found.iter().find(|f| f.id == m)?.clone())))
            .collect())
    }

    async fn audit_cut(
        &self,
        tx: &DatabaseTransaction,
        c: &capacity_cut::Model,
        action: &str,
        reason: Option<String>,
    ) -> Result<()> {
        let event = Event {
            action,
            subject: "capacity_cut",
            id: Some(c.id),
            workstation: Some(c.workstation_id),
            detail: serde_json::json!({"resource": c.resource_id, "perQuarter": c.per_quarter, "perYear": c.per_year}),
            reason,
        };
        self.audit(tx, event).await
    }

    /// Proposes a cut, with the matches that lose. Together they must make it fit, and none may be at work.
    pub async fn propose_cut(&self, input: &NewCut) -> Result<capacity_cut::Model> {
        let reason = refusal::text(&input.reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let r = self.resource_row(&tx, input.resource).await?;
        self.need(Action::WriteResource, r.workstation_id, Some(r.member_id))?;
        self.open_year(&tx, r.year).await?;
        if !(1..=1000).contains(&input.per_year) || !(1..=input.per_year).contains(&input.per_quarter) {
            let words = "每季次数应为 1 至全年次数,全年次数应为 1 至 1000。";
            return Err(Refusal::new("CAPACITY", words).at("perYear").into());
        }
        if input.per_year > r.per_year || input.per_quarter > r.per_quarter {
            let words =
                format!("现为每季 {} 次、全年 {} 次;增加次数请直接修改资源。", r.per_quarter, r.per_year);
            return Err(Refusal::new("CAPACITY", words).at("perYear").into());
        }
        let waiting = capacity_cut::Entity::find()
            .filter(capacity_cut::Column::ResourceId.eq(r.id))
            .filter(capacity_cut::Column::Status.eq(CutStatus::Proposed))
            .one(&tx)
            .await?;
        if waiting.is_some() {
            let words = format!("资源 {} 已有待召集人同意的减量,请等其答复。", r.number);
            return Err(Refusal::new("CUT_WAITING", words).into());
        }
        let mut matches = input.matches.clone();
        matches.sort_unstable();
        matches.dedup();
        let cut = resource::Model { per_quarter: input.per_quarter, per_year: input.per_year, ..r.clone() };
        self.losers_for(&tx, &cut, &matches).await?;
        let row = capacity_cut::Model {
            id: self.id(),
            resource_id: r.id,
            workstation_id: r.workstation_id,
            per_quarter: input.per_quarter,
            per_year: input.per_year,
            matches: matches.iter().map(Uuid::to_string).collect::<Vec<_>>().join(","),
            reason: reason.clone(),
            status: CutStatus::Proposed,
            answer: None,
            proposed_by: self.viewer.person,
            proposed_on: self.today(),
            version: 1,
        };
        let row = row.into_active_model().insert(&tx).await?;
        self.audit_cut(&tx, &row, "PROPOSE", Some(reason)).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// The matches that lose: each holds the resource and is not at work, and the others fit without them.
    async fn losers_for(
        &self,
        tx: &DatabaseTransaction,
        cut: &resource::Model,
        matches: &[Uuid],
    ) -> Result<Vec<need_match::Model>> {
        let rows = need_match::Entity::find()
            .filter(need_match::Column::Id.is_in(matches.iter().copied()))
            .filter(need_match::Column::ResourceId.eq(cut.id))
            .filter(need_match::Column::Status.is_in([MatchStatus::Proposed, MatchStatus::Confirmed]))
            .order_by_asc(need_match::Column::Id)
            .all(tx)
            .await?;
        if rows.len() != matches.len() {
            let words = "所选匹配须属于该资源,且是已预留、未完成的;请刷新后重选。";
            return Err(Refusal::new("MATCHES", words).at("matchIds").into());
        }
        let live = work_order::Entity::find()
            .filter(work_order::Column::MatchId.is_in(matches.iter().copied()))
            .filter(work_order::Column::Status.is_in(OrderStatus::all_live()))
            .order_by_asc(work_order::Column::Number)
            .all(tx)
            .await?;
        if !live.is_empty() {
            let numbers: Vec<String> = live.into_iter().map(|o| o.number).collect();
            let words = format!("所选匹配有未办结的单 {},请先改派或取消,或另选几项。", numbers.join("、"));
            return Err(Refusal::new("ORDER_LIVE", words).at("matchIds").into());
        }
        self.check_cut(tx, cut, matches).await?;
        Ok(rows)
    }

    /// The convener agrees to a cut: the matches lose their place, the next best is suggested for each, and the capacity
    /// is what was proposed. Or does not, and says why. Nobody agrees to their own proposal.
    pub async fn answer_cut(
        &self,
        id: Uuid,
        expected: i32,
        agree: bool,
        answer: Option<&str>,
    ) -> Result<capacity_cut::Model> {
        let tx = self.store.begin().await?;
        let c = capacity_cut::Entity::find_by_id(id).one(&tx).await?.ok_or(Error::NotFound("减量"))?;
        let r = self.resource_row(&tx, c.resource_id).await?;
        self.need(Action::DecideResource, c.workstation_id, Some(r.member_id))?;
        same_version(expected, c.version, vec!["status"])?;
        if c.status != CutStatus::Proposed {
            let words = format!("该减量现在是「{}」,不能再答复;如需再减,请重新提出。", c.status.label());
            return Err(Refusal::new("CUT_STATE", words).into());
        }
        if agree && c.proposed_by.is_some() && c.proposed_by == self.viewer.person {
            let words = "减量由您本人提出,须由另一位召集人或站长同意。";
            return Err(Refusal::new("SAME_PERSON", words).into());
        }
        self.open_year(&tx, r.year).await?;
        let answer =
            if agree { None } else { Some(refusal::text(answer.unwrap_or(""), "原因", 200, "reason")?) };
        if agree {
            let version = r.version + 1;
            let cut = resource::Model { per_quarter: c.per_quarter, per_year: c.per_year, version, ..r };
            let rows = self.losers_for(&tx, &cut, &losers(&c)?).await?;
            // First the capacity: what is suggested instead is suggested with what is left.
            cut.into_active_model().reset_all().update(&tx).await?;
            self.release(&tx, rows, &format!("资源减量:{}", c.reason)).await?;
        }
        let mut row = c.into_active_model();
        row.status = Set(if agree { CutStatus::Agreed } else { CutStatus::Refused });
        row.answer = Set(answer.clone());
        row.version = Set(expected + 1);
        let row = row.update(&tx).await?;
        self.audit_cut(&tx, &row, row.status.code(), answer).await?;
        self.commit(tx).await?;
        Ok(row)
    }
}
