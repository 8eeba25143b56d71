//! Matches: suggestions, offers, answers; capacity is reserved at the offer.

use crate::city::Basis;
use crate::desk::{Event, same_version};
use crate::entity::{
    duty_item_match, member, need, need_match, plan_reason, requirement, resource, work_order,
};
use crate::paging::slice;
use crate::{Desk, Error, Page, Result, Slice};
use domain::matching::{candidates, score};
use domain::{Action, DeclineReason, MatchAction, MatchStatus, OrderStatus, ProposedBy, Refusal, refusal};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult,
    IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select, Set,
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Which matches.
#[derive(Clone, Debug, Default)]
pub struct MatchFilter {
    /// Year.
    pub year: i32,
    /// State.
    pub status: Option<MatchStatus>,
    /// Station of the need.
    pub workstation: Option<Uuid>,
    /// Owner of the resource.
    pub member: Option<Uuid>,
    /// Need.
    pub need: Option<Uuid>,
    /// Resource.
    pub resource: Option<Uuid>,
}

/// A match with the item that it carries.
#[derive(Clone, Debug, FromQueryResult)]
pub struct ItemMatch {
    /// The item.
    pub item_id: Uuid,
    /// The match.
    #[sea_orm(nested)]
    pub matched: need_match::Model,
}

impl Desk {
    /// The live matches of needs.
    pub async fn matches_of_needs(&self, needs: &[Uuid]) -> Result<Vec<need_match::Model>> {
        Ok(need_match::Entity::find()
            .filter(need_match::Column::NeedId.is_in(needs.iter().copied()))
            .filter(need_match::Column::Status.ne(MatchStatus::Superseded))
            .filter(self.in_sight(need_match::Column::WorkstationId, self.own_match()))
            .order_by_asc(need_match::Column::Id)
            .all(self.store.db())
            .await?)
    }

    /// Matches of a year; a member sees those with own resources.
    pub async fn matches(&self, f: &MatchFilter, page: &Page) -> Result<Slice<need_match::Model>> {
        slice(self.store.db(), self.matches_where(f), need_match::Column::Id, page).await
    }

    /// How many matches.
    pub async fn count_matches(&self, f: &MatchFilter) -> Result<u64> {
        Ok(self.matches_where(f).count(self.store.db()).await?)
    }

    fn matches_where(&self, f: &MatchFilter) -> Select<need_match::Entity> {
        let mut query = need_match::Entity::find()
            .filter(need_match::Column::Year.eq(f.year))
            .filter(self.in_sight(need_match::Column::WorkstationId, self.own_match()));
        if let Some(status) = f.status {
            query = query.filter(need_match::Column::Status.eq(status));
        }
        if let Some(station) = f.workstation {
            query = query.filter(need_match::Column::WorkstationId.eq(station));
        }
        if let Some(member) = f.member {
            query = query.filter(need_match::Column::MemberId.eq(member));
        }
        if let Some(need) = f.need {
            query = query.filter(need_match::Column::NeedId.eq(need));
        }
        if let Some(resource) = f.resource {
            query = query.filter(need_match::Column::ResourceId.eq(resource));
        }
        query
    }

    /// Matches by id.
    pub async fn matches_by_id(&self, ids: &[Uuid]) -> Result<Vec<need_match::Model>> {
        Ok(need_match::Entity::find()
            .filter(need_match::Column::Id.is_in(ids.iter().copied()))
            .filter(self.in_sight(need_match::Column::WorkstationId, self.own_match()))
            .all(self.store.db())
            .await?)
    }

    fn own_match(&self) -> Option<sea_orm::sea_query::SimpleExpr> {
        self.viewer.person.map(|p| need_match::Column::MemberId.eq(p))
    }

    /// Why the standing plan left needs out.
    pub async fn reasons_of(&self, needs: &[Uuid]) -> Result<Vec<plan_reason::Model>> {
        use crate::entity::plan;
        let standing = sea_orm::QueryTrait::into_query(
            plan::Entity::find()
                .select_only()
                .column(plan::Column::Id)
                .filter(plan::Column::Standing.eq(true)),
        );
        Ok(plan_reason::Entity::find()
            .filter(plan_reason::Column::NeedId.is_in(needs.iter().copied()))
            .filter(plan_reason::Column::PlanId.in_subquery(standing))
            .all(self.store.db())
            .await?)
    }

    /// The match and the right to do `action` to it.
    async fn match_for(
        &self,
        tx: &DatabaseTransaction,
        id: Uuid,
        right: Action,
        expected: i32,
    ) -> Result<need_match::Model> {
        let m = need_match::Entity::find_by_id(id).one(tx).await?.ok_or(Error::NotFound("匹配"))?;
        self.need(right, m.workstation_id, Some(m.member_id))?;
        same_version(expected, m.version, vec!["status"])?;
        self.open_year(tx, m.year).await?;
        Ok(m)
    }

    /// Moves a match: propose, confirm, dismiss or decline. The reason is required where it ends.
    pub async fn move_match(
        &self,
        id: Uuid,
        expected: i32,
        action: MatchAction,
        reason: Option<(DeclineReason, String)>,
    ) -> Result<need_match::Model> {
        let right = match action {
            MatchAction::Confirm | MatchAction::Decline => Action::AnswerMatch,
            _ => Action::DecideMatch,
        };
        let tx = self.store.begin().await?;
        let m = self.match_for(&tx, id, right, expected).await?;
        let next = m.status.apply(action)?;
        let reason = match (action, reason) {
            (MatchAction::Decline, Some((code, text))) => Some(format!("{}:{}", code.label(), text.trim())),
            (MatchAction::Dismiss, Some((_, text))) => Some(refusal::text(&text, "原因", 200, "reason")?),
            (MatchAction::Decline | MatchAction::Dismiss, None) => {
                return Err(Refusal::new("REASON", "请说明原因。").at("reason").into());
            }
            _ => None,
        };
        if action == MatchAction::Propose {
            self.check_room(&tx, std::slice::from_ref(&m)).await?;
        }
        if matches!(action, MatchAction::Decline | MatchAction::Dismiss) {
            self.not_relied_on(&tx, &m).await?;
        }
        let before = m.status;
        let mut row = m.into_active_model();
        row.status = Set(next);
        row.version = Set(expected + 1);
        row.reason = Set(reason.clone());
        let m = row.update(&tx).await?;
        self.cover(&tx, &[m.need_id]).await?;
        if action == MatchAction::Decline
            && let Some(next) = self.suggest_next(&tx, &m, None).await?
        {
            self.take_place(&tx, &m, next).await?;
        }
        let detail = serde_json::json!({"before": before.code(), "after": next.code()});
        self.audit(
            &tx,
            Event {
                action: action.code(),
                subject: "match",
                id: Some(id),
                workstation: Some(m.workstation_id),
                detail,
                reason,
            },
        )
        .await?;
        self.commit(tx).await?;
        Ok(m)
    }

    /// An order at work and a published list rely on their matches: those end by way of the order, or of an amendment.
    async fn not_relied_on(&self, tx: &DatabaseTransaction, m: &need_match::Model) -> Result<()> {
        let at_work = work_order::Entity::find()
            .filter(work_order::Column::MatchId.eq(m.id))
            .filter(work_order::Column::Status.is_in(OrderStatus::all_live()))
            .one(tx)
            .await?;
        if let Some(o) = at_work {
            let words = format!(
                "该匹配正由单 {} 办理,单现在是「{}」,不能直接结束匹配;请委员在单上退单或申请退回,或由召集人改派。",
                o.number,
                o.status.label()
            );
            return Err(Refusal::new("ORDER_LIVE", words).into());
        }
        let Some(item) = self.live_item(tx, m.need_id).await? else { return Ok(()) };
        let carried = duty_item_match::Entity::find_by_id((item.id, m.id)).one(tx).await?;
        if carried.is_some() {
            let words = "该匹配已在发布的清单上,不能直接结束;请联系召集人修订清单。";
            return Err(Refusal::new("PUBLISHED", words).into());
        }
        Ok(())
    }

    /// A convener joins a need and a resource by hand: the hard filters are asked, capacity is reserved.
    pub async fn propose_match(
        &self,
        need_id: Uuid,
        resource_id: Uuid,
        quarter: i32,
    ) -> Result<need_match::Model> {
        let tx = self.store.begin().await?;
        let need = need::Entity::find_by_id(need_id).one(&tx).await?.ok_or(Error::NotFound("需求"))?;
        self.need(Action::DecideMatch, need.workstation_id, None)?;
        need.status.matchable(&need.number)?;
        let m = self.pair(&tx, &need, resource_id, quarter, None).await?;
        self.commit(tx).await?;
        Ok(m)
    }

    /// Joins a need and a resource in a quarter and reserves its unit. `again`: why a pair that was declined or has
    /// lapsed this year is asked again all the same.
    pub(crate) async fn pair(
        &self,
        tx: &DatabaseTransaction,
        need: &need::Model,
        resource_id: Uuid,
        quarter: i32,
        again: Option<&str>,
    ) -> Result<need_match::Model> {
        let again = again.map(|a| refusal::text(a, "再次派给的原因", 200, "again")).transpose()?;
        self.open_year(tx, need.year).await?;
        let terms = self.terms_in_force(tx).await?;
        let basis = Basis::Need { need: need.id, again: again.is_some() };
        let loaded = self.load_on(tx, need.year, None, basis, terms).await?;
        let at = loaded.needs.iter().position(|n| n.id == need.id).ok_or_else(|| {
            let words = format!(
                "需求 {} 现在是「{}」,或类别未确认,或已匹配齐备,不能再匹配。",
                need.number,
                need.status.label()
            );
            Refusal::new("NEED_STATE", words)
        })?;
        let r = loaded.resources.iter().position(|r| r.id == resource_id).ok_or(Error::NotFound("资源"))?;
        let (city, n) = (&loaded.city, &loaded.city.needs[at]);
        let mut refused = None;
        for (i, q) in n.requirements.iter().enumerate() {
            if let Some(no) = candidates::first_no(city, n, q, r as u32) {
                refused = refused.or(Some(no));
                continue;
            }
            if !candidates::quarters(n, &city.resources[r]).contains(&(quarter.clamp(0, 9) as u8)) {
                let words = format!("第 {quarter} 季度不在资源时段与需求期限之内,请另选季度。");
                refused = Some(Refusal::new("QUARTER", words).at("quarter"));
                continue;
            }
            let m = need_match::Model {
                id: self.id(),
                year: need.year,
                plan_id: None,
                need_id: need.id,
                requirement_id: loaded.requirements[at][i].id,
                resource_id,
                member_id: loaded.resources[r].member_id,
                workstation_id: need.workstation_id,
                quarter,
                score: score::total(city, n, q, r as u32, quarter as u8),
                parts: serde_json::to_string(&score::parts(city, n, q, r as u32, quarter as u8))?,
                alternative: None,
                alternative_points: None,
                rank: None,
                candidates: None,
                proposed_by: ProposedBy::Person,
                status: MatchStatus::Proposed,
                reason: None,
                version: 1,
            };
            self.check_room(tx, std::slice::from_ref(&m)).await?;
            let m = m.into_active_model().reset_all().insert(tx).await?;
            let detail = serde_json::json!({"need": need.number, "resource": loaded.resources[r].number});
            let event = Event {
                action: "PROPOSE",
                subject: "match",
                id: Some(m.id),
                workstation: Some(m.workstation_id),
                detail,
                reason: again,
            };
            self.audit(tx, event).await?;
            return Ok(m);
        }
        Err(refused.unwrap_or_else(|| Refusal::new("NEED_STATE", "该需求没有待匹配的条件。")).into())
    }

    /// Capacity at every level, with these matches added; over-booking names who has the place (rule 4).
    pub(crate) async fn check_room<C: ConnectionTrait>(
        &self,
        db: &C,
        new: &[need_match::Model],
    ) -> Result<()> {
        if new.is_empty() {
            return Ok(());
        }
        let resource_ids: BTreeSet<Uuid> = new.iter().map(|m| m.resource_id).collect();
        let member_ids: BTreeSet<Uuid> = new.iter().map(|m| m.member_id).collect();
        let ids: BTreeSet<Uuid> = new.iter().map(|m| m.id).collect();
        let held: Vec<need_match::Model> = need_match::Entity::find()
            .filter(need_match::Column::Year.eq(new[0].year))
            .filter(need_match::Column::MemberId.is_in(member_ids.iter().copied()))
            .filter(need_match::Column::Status.is_in(MatchStatus::HOLDING))
            .order_by_asc(need_match::Column::Id)
            .all(db)
            .await?
            .into_iter()
            .filter(|m| !ids.contains(&m.id))
            .collect();
        self.check_distinct(db, new, &held).await?;
        let resources =
            resource::Entity::find().filter(resource::Column::Id.is_in(resource_ids)).all(db).await?;
        let members = member::Entity::find().filter(member::Column::Id.is_in(member_ids)).all(db).await?;
        let mut faults: Vec<(String, Vec<Uuid>)> = Vec::new();
        let mut check = |what: String, cap: i32, of: &dyn Fn(&need_match::Model) -> bool| {
            let mine = new.iter().filter(|m| of(m)).count();
            let others: Vec<Uuid> = held.iter().filter(|m| of(m)).map(|m| m.need_id).collect();
            if mine > 0 && mine + others.len() > cap.max(0) as usize {
                faults.push((format!("{what}最多 {cap} 次"), others));
            }
        };
        for r in &resources {
            for quarter in 1..=4 {
                let what = format!("资源 {} 在{}", r.number, domain::number::quarter(quarter));
                check(what, r.per_quarter, &|m| m.resource_id == r.id && m.quarter == quarter);
            }
            check(format!("资源 {} 全年", r.number), r.per_year, &|m| m.resource_id == r.id);
        }
        for owner in &members {
            check(format!("委员{}全年", owner.name), owner.yearly_limit, &|m| m.member_id == owner.id);
        }
        if faults.is_empty() {
            return Ok(());
        }
        let ids: BTreeSet<Uuid> = faults.iter().flat_map(|f| f.1.iter().copied()).collect();
        let numbers: BTreeMap<Uuid, String> = need::Entity::find()
            .filter(need::Column::Id.is_in(ids))
            .all(db)
            .await?
            .into_iter()
            .map(|n| (n.id, n.number))
            .collect();
        Err(Error::Refused(
            faults
                .into_iter()
                .map(|(what, by)| {
                    let by: Vec<&str> =
                        by.iter().filter_map(|n| numbers.get(n)).map(String::as_str).collect();
                    Refusal::new(
                        "OVERBOOKED",
                        format!("{what},已由 {} 预留;请另选季度或资源,或先释放其中一项。", by.join("、")),
                    )
                })
                .collect(),
        ))
    }

    /// A requirement that takes several units has each from another member.
    async fn check_distinct<C: ConnectionTrait>(
        &self,
        db: &C,
        new: &[need_match::Model],
        held: &[need_match::Model],
    ) -> Result<()> {
        let same = |a: &need_match::Model, b: &need_match::Model| {
            a.requirement_id == b.requirement_id && a.member_id == b.member_id
        };
        let twice: Vec<&need_match::Model> = (0..new.len())
            .filter(|k| held.iter().chain(&new[..*k]).any(|other| same(other, &new[*k])))
            .map(|k| &new[k])
            .collect();
        if twice.is_empty() {
            return Ok(());
        }
        let several: BTreeMap<Uuid, String> = requirement::Entity::find()
            .filter(requirement::Column::Id.is_in(twice.iter().map(|m| m.requirement_id)))
            .filter(requirement::Column::Quantity.gt(1))
            .all(db)
            .await?
            .into_iter()
            .map(|q| (q.id, q.label))
            .collect();
        let faults: Vec<Refusal> = twice
            .iter()
            .filter_map(|m| several.get(&m.requirement_id))
            .map(|label| {
                let words =
                    format!("「{label}」的每份须由不同委员承担,该委员已承担一份;请另选委员,或另列一项条件。");
                Refusal::new("SAME_MEMBER", words)
            })
            .collect();
        if faults.is_empty() { Ok(()) } else { Err(Error::Refused(faults)) }
    }

    /// Requirements of needs, in order.
    pub(crate) async fn requirements_in<C: ConnectionTrait>(
        &self,
        db: &C,
        needs: &[Uuid],
    ) -> Result<Vec<requirement::Model>> {
        Ok(requirement::Entity::find()
            .filter(requirement::Column::NeedId.is_in(needs.iter().copied()))
            .order_by_asc(requirement::Column::Seq)
            .all(db)
            .await?)
    }
}
