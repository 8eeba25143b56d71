//! Orders offered to a member, answered, given back, ended.

use crate::entity::{need, need_match, offer, work_order};
use crate::{Desk, Error, Result};
use chrono::NaiveDate;
use domain::{
    Action, DeclineReason, MatchAction, MatchStatus, MemberStatus, NeedAction, NeedStatus, OfferAnswer,
    OfficeSetting, OrderAction, OrderStatus, Refusal, refusal,
};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, Set,
};
use uuid::Uuid;

/// To whom an order is offered.
#[derive(Clone, Debug)]
pub enum Lead {
    /// By a match that there is: a suggestion, or one that is confirmed.
    Match(Uuid),
    /// By a resource in a quarter; the rules are asked.
    Resource {
        /// The resource.
        resource: Uuid,
        /// Quarter, 1 to 4.
        quarter: i32,
        /// Why a pair that was declined this year is asked again.
        again: Option<String>,
    },
}

impl Desk {
    /// Offers an order to a member (派单): by a match that there is, or by a resource that the rules allow. Capacity is
    /// reserved; the answer is due within the office's number of working days.
    pub async fn dispatch_order(&self, id: Uuid, expected: i32, lead: Lead) -> Result<work_order::Model> {
        let tx = self.store.begin().await?;
        let o = self.order_for(&tx, id, Action::DecideOrder, expected).await?;
        let next = o.status.apply(OrderAction::Dispatch)?;
        let m = match lead {
            Lead::Match(id) => {
                let found = need_match::Entity::find_by_id(id).one(&tx).await?;
                let m = found.filter(|m| m.need_id == o.need_id).ok_or(Error::NotFound("匹配"))?;
                match m.status {
                    MatchStatus::Confirmed | MatchStatus::Proposed => m,
                    _ => {
                        let to = m.status.apply(MatchAction::Propose)?;
                        self.check_room(&tx, std::slice::from_ref(&m)).await?;
                        self.write_match(&tx, m, to, None).await?
                    }
                }
            }
            Lead::Resource { resource, quarter, again } => {
                let n = need::Entity::find_by_id(o.need_id).one(&tx).await?.ok_or(Error::NotFound("需求"))?;
                self.pair(&tx, &n, resource, quarter, again.as_deref()).await?
            }
        };
        let lead = self.member_row(&tx, m.member_id).await?;
        if lead.status != MemberStatus::Active {
            let words = format!("委员{}现在是「{}」,请另派他人。", lead.name, lead.status.label());
            return Err(Refusal::new("MEMBER_INACTIVE", words).into());
        }
        let days = self.office_setting_on(&tx, OfficeSetting::AnswerDays).await?;
        let answer_by = self.calendar(&tx).await?.after(self.today(), days);
        let row = offer::Model {
            id: self.id(),
            order_id: id,
            match_id: m.id,
            member_id: m.member_id,
            year: o.year,
            workstation_id: o.workstation_id,
            offered_on: self.today(),
            answer_by,
            answered_on: None,
            answer: None,
            reason: None,
        };
        row.into_active_model().insert(&tx).await?;
        self.set_co_members(&tx, &o, m.member_id).await?;
        let after = work_order::Model {
            status: next,
            match_id: Some(m.id),
            lead_id: Some(m.member_id),
            dispatched_on: Some(self.today()),
            accept_by: Some(answer_by),
            accepted_on: None,
            return_asked: None,
            reason: None,
            ..o.clone()
        };
        let o = self.write_order(&tx, &o, after, OrderAction::Dispatch, None).await?;
        self.commit(tx).await?;
        Ok(o)
    }

    pub(crate) async fn write_match(
        &self,
        tx: &DatabaseTransaction,
        m: need_match::Model,
        to: MatchStatus,
        reason: Option<String>,
    ) -> Result<need_match::Model> {
        let mut row = m.clone().into_active_model();
        let after = need_match::Model {
            status: to,
            version: m.version + 1,
            reason: reason.or(m.reason.clone()),
            ..m
        };
        row.status = Set(after.status);
        row.version = Set(after.version);
        row.reason = Set(after.reason.clone());
        need_match::Entity::update(row).exec_without_returning(tx).await?;
        Ok(after)
    }

    pub(crate) async fn step_need(
        &self,
        tx: &DatabaseTransaction,
        id: Uuid,
        action: NeedAction,
    ) -> Result<need::Model> {
        let n = need::Entity::find_by_id(id).one(tx).await?.ok_or(Error::NotFound("需求"))?;
        let mut row = n.clone().into_active_model();
        let after = need::Model { status: n.status.apply(action)?, version: n.version + 1, ..n };
        row.status = Set(after.status);
        row.version = Set(after.version);
        need::Entity::update(row).exec_without_returning(tx).await?;
        Ok(after)
    }

    pub(crate) async fn lead_match(
        &self,
        tx: &DatabaseTransaction,
        o: &work_order::Model,
    ) -> Result<need_match::Model> {
        let id = o.match_id.ok_or_else(|| Error::Fault("an order at work without match".into()))?;
        need_match::Entity::find_by_id(id).one(tx).await?.ok_or(Error::NotFound("匹配"))
    }

    /// Writes the answer to the offer that stands.
    pub(crate) async fn answer_offer(
        &self,
        tx: &DatabaseTransaction,
        o: &work_order::Model,
        answer: OfferAnswer,
        reason: Option<String>,
    ) -> Result<()> {
        offer::Entity::update_many()
            .col_expr(offer::Column::AnsweredOn, Expr::value(self.today()))
            .col_expr(offer::Column::Answer, Expr::value(answer.code()))
            .col_expr(offer::Column::Reason, Expr::value(reason))
            .filter(offer::Column::OrderId.eq(o.id))
            .filter(offer::Column::Answer.is_null())
            .exec(tx)
            .await?;
        Ok(())
    }

    /// The member takes the order (接单), or somebody records that the member does. Too late is refused: silence is not
    /// consent, and the place may be another's by now.
    pub async fn accept_order(&self, id: Uuid, expected: i32) -> Result<work_order::Model> {
        let tx = self.store.begin().await?;
        let o = self.order_for(&tx, id, Action::AnswerOrder, expected).await?;
        let next = o.status.apply(OrderAction::Accept)?;
        if let Some(day) = o.accept_by.filter(|d| *d < self.today()) {
            let words = format!("该单应在 {day} 前答复,已经逾期,不能再接;请召集人重新派单。");
            return Err(Refusal::new("ORDER_LAPSED", words).into());
        }
        let m = self.lead_match(&tx, &o).await?;
        if m.status == MatchStatus::Proposed {
            let to = m.status.apply(MatchAction::Confirm)?;
            self.write_match(&tx, m, to, None).await?;
            self.cover(&tx, &[o.need_id]).await?;
        }
        self.step_need(&tx, o.need_id, NeedAction::Start).await?;
        self.answer_offer(&tx, &o, OfferAnswer::Accepted, None).await?;
        let after = work_order::Model { status: next, accepted_on: Some(self.today()), ..o.clone() };
        let o = self.write_order(&tx, &o, after, OrderAction::Accept, None).await?;
        self.commit(tx).await?;
        Ok(o)
    }

    /// The member declines (退单): capacity is freed, and the next best candidate is suggested to the station.
    pub async fn decline_order(
        &self,
        id: Uuid,
        expected: i32,
        code: DeclineReason,
        note: &str,
    ) -> Result<work_order::Model> {
        if code == DeclineReason::Other {
            refusal::text(note, "说明", 200, "note")?;
        }
        let tx = self.store.begin().await?;
        let o = self.order_for(&tx, id, Action::AnswerOrder, expected).await?;
        let next = o.status.apply(OrderAction::Decline)?;
        let note = note.trim();
        let reason =
            if note.is_empty() { code.label().to_owned() } else { format!("{}:{note}", code.label()) };
        let o = self
            .give_back(
                &tx,
                o,
                (OrderAction::Decline, next),
                MatchAction::Decline,
                Some(OfferAnswer::Declined),
                reason,
            )
            .await?;
        self.commit(tx).await?;
        Ok(o)
    }

    /// Takes the order from its member: the match ends, the offer is answered, the next best is suggested.
    pub(crate) async fn give_back(
        &self,
        tx: &DatabaseTransaction,
        o: work_order::Model,
        (action, next): (OrderAction, OrderStatus),
        of_match: MatchAction,
        answer: Option<OfferAnswer>,
        reason: String,
    ) -> Result<work_order::Model> {
        let m = self.lead_match(tx, &o).await?;
        let to = m.status.apply(of_match)?;
        let m = self.write_match(tx, m, to, Some(reason.clone())).await?;
        if let Some(answer) = answer {
            self.answer_offer(tx, &o, answer, Some(reason.clone())).await?;
        }
        self.put_back(tx, &o).await?;
        self.suggest_next(tx, &m, None).await?;
        let after = work_order::Model {
            status: next,
            match_id: None,
            lead_id: None,
            return_asked: None,
            return_count: o.return_count + i32::from(next == OrderStatus::Returned),
            reason: Some(reason.clone()),
            ..o.clone()
        };
        self.write_order(tx, &o, after, action, Some(reason)).await
    }

    /// A need whose order has no member any more goes back to its list, or to the board.
    pub(crate) async fn put_back(&self, tx: &DatabaseTransaction, o: &work_order::Model) -> Result<()> {
        let n = need::Entity::find_by_id(o.need_id).one(tx).await?.ok_or(Error::NotFound("需求"))?;
        if n.status == NeedStatus::InProgress {
            let listed = self.live_item(tx, o.need_id).await?.is_some();
            let action = if listed { NeedAction::Relist } else { NeedAction::Release };
            self.step_need(tx, o.need_id, action).await?;
        }
        self.cover(tx, &[o.need_id]).await
    }

    /// Takes back every offer that was not answered in time (逾期未接), for the stations that the viewer decides for,
    /// as of a day. Gives the numbers of the orders.
    pub async fn lapse_orders(&self, as_of: NaiveDate) -> Result<Vec<String>> {
        let mut lapsed = Vec::new();
        let due = work_order::Entity::find()
            .filter(work_order::Column::Status.eq(OrderStatus::Dispatched))
            .filter(work_order::Column::AcceptBy.lt(as_of))
            .filter(self.in_sight(work_order::Column::WorkstationId, None))
            .order_by_asc(work_order::Column::Number)
            .all(self.store.db())
            .await?;
        for o in due {
            let tx = self.store.begin().await?;
            // Somebody may have answered since.
            let Some(o) = work_order::Entity::find_by_id(o.id).one(&tx).await? else { continue };
            let Ok(next) = o.status.apply(OrderAction::Lapse) else { continue };
            if !self.may(Action::DecideOrder, o.workstation_id) {
                self.need_city(Action::PlanYear)?;
            }
            let number = o.number.clone();
            let reason = "逾期未答复".to_owned();
            let step = (OrderAction::Lapse, next);
            self.give_back(&tx, o, step, MatchAction::Lapse, Some(OfferAnswer::Lapsed), reason).await?;
            self.commit(tx).await?;
            lapsed.push(number);
        }
        Ok(lapsed)
    }

    /// The member asks to give an accepted order back, with a reason. The convener decides.
    pub async fn ask_return(&self, id: Uuid, expected: i32, reason: &str) -> Result<work_order::Model> {
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let o = self.order_for(&tx, id, Action::AnswerOrder, expected).await?;
        o.status.apply(OrderAction::AskReturn)?;
        let after = work_order::Model { return_asked: Some(reason.clone()), ..o.clone() };
        let o = self.write_order(&tx, &o, after, OrderAction::AskReturn, Some(reason)).await?;
        self.commit(tx).await?;
        Ok(o)
    }

    /// The convener's answer to it.
    pub async fn answer_return(
        &self,
        id: Uuid,
        expected: i32,
        allow: bool,
        reason: &str,
    ) -> Result<work_order::Model> {
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let o = self.order_for(&tx, id, Action::DecideOrder, expected).await?;
        if o.return_asked.is_none() {
            return Err(Refusal::new("NO_RETURN_ASKED", "委员没有申请退回;如需换人,请用改派。").into());
        }
        let o = if allow {
            let step = (OrderAction::AllowReturn, o.status.apply(OrderAction::AllowReturn)?);
            let asked = o.return_asked.clone().unwrap_or_default();
            self.give_back(&tx, o, step, MatchAction::Decline, None, format!("{asked}(同意退回:{reason})"))
                .await?
        } else {
            o.status.apply(OrderAction::RefuseReturn)?;
            let after = work_order::Model { return_asked: None, ..o.clone() };
            self.write_order(&tx, &o, after, OrderAction::RefuseReturn, Some(reason)).await?
        };
        self.commit(tx).await?;
        Ok(o)
    }

    /// Takes an order from its member for another (改派); dispatch it anew afterwards.
    pub async fn reassign_order(&self, id: Uuid, expected: i32, reason: &str) -> Result<work_order::Model> {
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let o = self.order_for(&tx, id, Action::DecideOrder, expected).await?;
        let step = (OrderAction::Reassign, o.status.apply(OrderAction::Reassign)?);
        let answer = (o.status == OrderStatus::Dispatched).then_some(OfferAnswer::TakenBack);
        let o = self.give_back(&tx, o, step, MatchAction::Release, answer, reason).await?;
        self.commit(tx).await?;
        Ok(o)
    }

    /// Cancels an order: final. What its list promised stays reserved; what was offered only for it is free again.
    pub async fn cancel_order(&self, id: Uuid, expected: i32, reason: &str) -> Result<work_order::Model> {
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let o = self.order_for(&tx, id, Action::DecideOrder, expected).await?;
        let next = o.status.apply(OrderAction::Cancel)?;
        let o = self.end_order(&tx, o, (OrderAction::Cancel, next), reason).await?;
        self.commit(tx).await?;
        Ok(o)
    }

    /// Ends an order that was not resolved.
    pub(crate) async fn end_order(
        &self,
        tx: &DatabaseTransaction,
        o: work_order::Model,
        (action, next): (OrderAction, OrderStatus),
        reason: String,
    ) -> Result<work_order::Model> {
        if o.match_id.is_some() {
            let m = self.lead_match(tx, &o).await?;
            let kept = m.status == MatchStatus::Confirmed && self.live_item(tx, o.need_id).await?.is_some();
            if !kept {
                let to = m.status.apply(MatchAction::Release)?;
                self.write_match(tx, m, to, Some(reason.clone())).await?;
            }
        }
        self.answer_offer(tx, &o, OfferAnswer::TakenBack, Some(reason.clone())).await?;
        self.put_back(tx, &o).await?;
        let after = work_order::Model {
            status: next,
            reason: Some(reason.clone()),
            closed_on: Some(self.today()),
            ..o.clone()
        };
        self.write_order(tx, &o, after, action, Some(reason)).await
    }
}
