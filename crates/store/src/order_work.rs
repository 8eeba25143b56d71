//! Orders carried out: consultation, plan, outcome, the requester's word, and what the ledger keeps of it.

use crate::desk::Event;
use crate::entity::{consultation, consultation_order, feedback, need_match, outcome_quantity, work_order};
use crate::import::insert_all;
use crate::paging::slice;
use crate::{Desk, Page, Result, Slice};
use chrono::NaiveDate;
use domain::{
    Action, DutyForm, FeedbackBy, MatchAction, MatchStatus, Measure, NeedAction, OrderAction, OrderStatus,
    Rating, Refusal, Solved, order as rules, refusal,
};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

/// A session as it is recorded.
#[derive(Clone, Debug)]
pub struct SessionInput {
    /// Orders that it was about, each with the version that was read.
    pub orders: Vec<(Uuid, i32)>,
    /// Day.
    pub held_on: NaiveDate,
    /// Place.
    pub place: String,
    /// Name of the series, such as 青城议事厅.
    pub brand: Option<String>,
    /// One of the four micro forms.
    pub form: DutyForm,
    /// Who led it.
    pub host: String,
    /// Who came.
    pub attendees: Vec<String>,
    /// Options considered.
    pub options: Vec<String>,
    /// Conclusion.
    pub conclusion: String,
    /// Next step.
    pub next_step: Option<String>,
    /// Minutes.
    pub minutes: Option<String>,
}

/// What came out of an order.
#[derive(Clone, Debug)]
pub struct OutcomeInput {
    /// Day.
    pub resolved_on: NaiveDate,
    /// In words.
    pub outcome: String,
    /// What shows it.
    pub evidence: String,
    /// Counted: what, before, amount, unit.
    pub quantities: Vec<(Measure, Option<i32>, i32, String)>,
}

/// The requester's word.
#[derive(Clone, Debug)]
pub struct FeedbackInput {
    /// Who gives it.
    pub given_by: FeedbackBy,
    /// How: by telephone, at the door, …
    pub channel: String,
    /// The word.
    pub rating: Rating,
    /// Whether it is solved; required where there is a word.
    pub solved: Option<Solved>,
    /// In words.
    pub words: Option<String>,
}

impl Desk {
    /// Sessions of stations in a year, the oldest first, as far as the viewer may see them.
    pub async fn consultations(
        &self,
        year: i32,
        station: Option<Uuid>,
        page: &Page,
    ) -> Result<Slice<consultation::Model>> {
        slice(self.store.db(), self.consultations_where(year, station), consultation::Column::HeldOn, page)
            .await
    }

    /// How many sessions.
    pub async fn count_consultations(&self, year: i32, station: Option<Uuid>) -> Result<u64> {
        Ok(self.consultations_where(year, station).count(self.store.db()).await?)
    }

    fn consultations_where(&self, year: i32, station: Option<Uuid>) -> sea_orm::Select<consultation::Entity> {
        let mut q = consultation::Entity::find()
            .filter(consultation::Column::Year.eq(year))
            .filter(self.in_sight(consultation::Column::WorkstationId, None));
        if let Some(station) = station {
            q = q.filter(consultation::Column::WorkstationId.eq(station));
        }
        q
    }

    /// Sessions of orders: (order, session), the oldest first. The orders are in sight already.
    pub async fn consultations_of(&self, orders: &[Uuid]) -> Result<Vec<(Uuid, consultation::Model)>> {
        let db = self.store.db();
        let joins = consultation_order::Entity::find()
            .filter(consultation_order::Column::OrderId.is_in(orders.iter().copied()))
            .all(db)
            .await?;
        let rows = consultation::Entity::find()
            .filter(consultation::Column::Id.is_in(joins.iter().map(|j| j.consultation_id)))
            .order_by_asc(consultation::Column::HeldOn)
            .order_by_asc(consultation::Column::Id)
            .all(db)
            .await?;
        Ok(rows
            .into_iter()
            .flat_map(|c| {
                let of: Vec<Uuid> =
                    joins.iter().filter(|j| j.consultation_id == c.id).map(|j| j.order_id).collect();
                of.into_iter().map(move |o| (o, c.clone()))
            })
            .collect())
    }

    /// Records a session (协商) on one order or several of a station. Several may follow each other.
    pub async fn record_consultation(&self, input: &SessionInput) -> Result<consultation::Model> {
        let tx = self.store.begin().await?;
        let mut orders = Vec::new();
        for (id, expected) in &input.orders {
            orders.push(self.order_for(&tx, *id, Action::CarryOrder, *expected).await?);
        }
        let Some(first) = orders.first() else {
            return Err(Refusal::new("EMPTY", "协商没有对应的单,请至少选择一单。").at("orders").into());
        };
        if orders.iter().any(|o| o.workstation_id != first.workstation_id || o.year != first.year) {
            let words = "一次协商只能登记同一站、同一年的单;联办的请各站分别登记。";
            return Err(Refusal::new("SEVERAL_STATIONS", words).at("orders").into());
        }
        let from = orders.iter().map(|o| o.issued_on).max().unwrap_or(first.issued_on);
        rules::check_day(input.held_on, from, self.today(), "协商日期", "heldOn")?;
        let lines = |v: &[String], name: &str, path: &'static str| -> Result<String> {
            let mut all = Vec::new();
            for line in v {
                all.push(refusal::text(&line.replace('\n', " "), name, 200, path)?);
            }
            Ok(all.join("\n"))
        };
        let optional = |v: &Option<String>, name: &str, most: usize, path: &'static str| match v {
            Some(v) if !v.trim().is_empty() => refusal::text(v, name, most, path).map(Some),
            _ => Ok(None),
        };
        let row = consultation::Model {
            id: self.id(),
            year: first.year,
            workstation_id: first.workstation_id,
            held_on: input.held_on,
            place: refusal::text(&input.place, "地点", 100, "place")?,
            brand: optional(&input.brand, "品牌", 50, "brand")?,
            form: input.form,
            host: refusal::text(&input.host, "主持人", 50, "host")?,
            attendees: lines(&input.attendees, "参加人", "attendees")?,
            options: lines(&input.options, "备选方案", "options")?,
            conclusion: refusal::text(&input.conclusion, "结论", 1000, "conclusion")?,
            next_step: optional(&input.next_step, "下一步", 500, "nextStep")?,
            minutes: optional(&input.minutes, "会议记录", 20_000, "minutes")?,
            version: 1,
        };
        let row = row.into_active_model().insert(&tx).await?;
        let joins: Vec<_> = orders
            .iter()
            .map(|o| {
                consultation_order::Model { consultation_id: row.id, order_id: o.id }.into_active_model()
            })
            .collect();
        insert_all(&tx, joins).await?;
        for o in orders {
            let next = o.status.apply(OrderAction::Consult)?;
            let after = work_order::Model { status: next, ..o.clone() };
            self.write_order(&tx, &o, after, OrderAction::Consult, None).await?;
        }
        let event = Event {
            action: "RECORD_CONSULTATION",
            subject: "consultation",
            id: Some(row.id),
            workstation: Some(row.workstation_id),
            detail: serde_json::json!({"heldOn": row.held_on, "orders": input.orders.len()}),
            reason: None,
        };
        self.audit(&tx, event).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// The convener says that a pure service needs no consultation, and why.
    pub async fn waive_consultation(
        &self,
        id: Uuid,
        expected: i32,
        reason: &str,
    ) -> Result<work_order::Model> {
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let o = self.order_for(&tx, id, Action::DecideOrder, expected).await?;
        let next = o.status.apply(OrderAction::Waive)?;
        if o.form == DutyForm::Consultation {
            let words = "「微协商」不能免于协商,请登记协商;若本是服务,请修订清单的履职方式。";
            return Err(Refusal::new("NO_MINUTES", words).into());
        }
        let after = work_order::Model { status: next, waived: Some(reason.clone()), ..o.clone() };
        self.done(tx, &o, after, OrderAction::Waive, Some(reason)).await
    }

    /// Writes down what is to be done, and by when.
    pub async fn plan_order(
        &self,
        id: Uuid,
        expected: i32,
        plan: &str,
        due_by: Option<NaiveDate>,
    ) -> Result<work_order::Model> {
        let plan = refusal::text(plan, "方案", 2000, "plan")?;
        let tx = self.store.begin().await?;
        let o = self.order_for(&tx, id, Action::CarryOrder, expected).await?;
        let next = o.status.apply(OrderAction::Plan)?;
        if let Some(day) = due_by.filter(|d| *d < o.issued_on) {
            let words = format!("办理期限 {day} 早于开单日 {},请核对。", o.issued_on);
            return Err(Refusal::new("DATE", words).at("dueBy").into());
        }
        let after =
            work_order::Model { status: next, plan: Some(plan), due_by: due_by.or(o.due_by), ..o.clone() };
        self.done(tx, &o, after, OrderAction::Plan, None).await
    }

    async fn done(
        &self,
        tx: DatabaseTransaction,
        before: &work_order::Model,
        after: work_order::Model,
        action: OrderAction,
        reason: Option<String>,
    ) -> Result<work_order::Model> {
        let o = self.write_order(&tx, before, after, action, reason).await?;
        self.commit(tx).await?;
        Ok(o)
    }

    /// The work begins.
    pub async fn start_order(&self, id: Uuid, expected: i32) -> Result<work_order::Model> {
        let tx = self.store.begin().await?;
        let o = self.order_for(&tx, id, Action::CarryOrder, expected).await?;
        let after = work_order::Model { status: o.status.apply(OrderAction::Start)?, ..o.clone() };
        self.done(tx, &o, after, OrderAction::Start, None).await
    }

    /// Rests an order that waits on season, permit or works; the days do not count.
    pub async fn suspend_order(&self, id: Uuid, expected: i32, reason: &str) -> Result<work_order::Model> {
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let o = self.order_for(&tx, id, Action::DecideOrder, expected).await?;
        let after = work_order::Model {
            status: o.status.apply(OrderAction::Suspend)?,
            suspended_on: Some(self.today()),
            reason: Some(reason.clone()),
            ..o.clone()
        };
        self.done(tx, &o, after, OrderAction::Suspend, Some(reason)).await
    }

    /// Takes it up again: its deadline moves by the working days that it rested.
    pub async fn resume_order(&self, id: Uuid, expected: i32) -> Result<work_order::Model> {
        let tx = self.store.begin().await?;
        let o = self.order_for(&tx, id, Action::DecideOrder, expected).await?;
        let next = o.status.apply(OrderAction::Resume)?;
        let calendar = self.calendar(&tx).await?;
        // A clock that went back between the two actions takes nothing away.
        let since = o.suspended_on.unwrap_or(self.today()).min(self.today());
        let left = o.due_by.map(|d| calendar.between(since, d));
        let after = work_order::Model {
            status: next,
            suspended_days: o.suspended_days + calendar.between(since, self.today()),
            due_by: match (left, o.due_by) {
                (Some(left), _) if left > 0 => Some(calendar.after(self.today(), left as u32)),
                (_, due) => due,
            },
            suspended_on: None,
            reason: None,
            ..o.clone()
        };
        self.done(tx, &o, after, OrderAction::Resume, None).await
    }

    /// Solves an order (解单) with what came out of it. What it used is consumed; the requester's word follows.
    pub async fn resolve_order(
        &self,
        id: Uuid,
        expected: i32,
        input: &OutcomeInput,
    ) -> Result<work_order::Model> {
        let tx = self.store.begin().await?;
        let o = self.order_for(&tx, id, Action::CarryOrder, expected).await?;
        let next = o.status.apply(OrderAction::Resolve)?;
        let outcome = refusal::text(&input.outcome, "办理结果", 2000, "outcome")?;
        let evidence = refusal::text(&input.evidence, "办理依据", 2000, "evidence")?;
        let from = o.accepted_on.unwrap_or(o.issued_on);
        rules::check_day(input.resolved_on, from, self.today(), "解单日期", "resolvedOn")?;
        for (measure, before, amount, unit) in &input.quantities {
            rules::check_quantity(*measure, *before, *amount, unit)?;
        }
        let sessions = self.sessions_in(&tx, id).await?;
        let with_minutes = sessions.iter().filter(|s| s.minutes.is_some()).count();
        rules::check_consulted(o.form, sessions.len(), with_minutes, o.waived.is_some())?;
        // What an earlier outcome counted, before the order was opened again.
        if o.reopen_count > 0 {
            outcome_quantity::Entity::delete_many()
                .filter(outcome_quantity::Column::OrderId.eq(id))
                .exec(&tx)
                .await?;
        }
        let rows = input.quantities.iter().enumerate().map(|(k, (measure, before, amount, unit))| {
            outcome_quantity::Model {
                order_id: id,
                seq: k as i32 + 1,
                measure: *measure,
                before: *before,
                amount: *amount,
                unit: unit.trim().to_owned(),
            }
            .into_active_model()
        });
        insert_all(&tx, rows.collect()).await?;
        self.move_matches_of(&tx, &o, MatchStatus::Confirmed, MatchAction::Use).await?;
        self.step_need(&tx, o.need_id, NeedAction::Resolve).await?;
        let after = work_order::Model {
            status: next,
            resolved_on: Some(input.resolved_on),
            outcome: Some(outcome),
            evidence: Some(evidence),
            tries: 0,
            rating: None,
            solved: None,
            ..o.clone()
        };
        self.done(tx, &o, after, OrderAction::Resolve, None).await
    }

    pub(crate) async fn sessions_in<C: ConnectionTrait>(
        &self,
        db: &C,
        order: Uuid,
    ) -> Result<Vec<consultation::Model>> {
        let joins = consultation_order::Entity::find()
            .select_only()
            .column(consultation_order::Column::ConsultationId)
            .filter(consultation_order::Column::OrderId.eq(order));
        Ok(consultation::Entity::find()
            .filter(consultation::Column::Id.in_subquery(joins.into_query()))
            .order_by_asc(consultation::Column::Id)
            .all(db)
            .await?)
    }

    async fn move_matches_of(
        &self,
        tx: &DatabaseTransaction,
        o: &work_order::Model,
        from: MatchStatus,
        action: MatchAction,
    ) -> Result<()> {
        let to = from.apply(action)?;
        need_match::Entity::update_many()
            .col_expr(need_match::Column::Status, Expr::value(to.code()))
            .col_expr(
                need_match::Column::Version,
                sea_orm::sea_query::ExprTrait::add(Expr::col(need_match::Column::Version), 1),
            )
            .filter(need_match::Column::NeedId.eq(o.need_id))
            .filter(need_match::Column::Status.eq(from))
            .exec(tx)
            .await?;
        Ok(())
    }

    /// Records the requester's word, or a try to get it (回访). Never by somebody who did the work. Satisfied closes
    /// the order; dissatisfied opens it again, the third time for the district to see; who cannot be reached three
    /// times is not rated, and stays out of the rates.
    pub async fn rate_order(
        &self,
        id: Uuid,
        expected: i32,
        input: &FeedbackInput,
    ) -> Result<work_order::Model> {
        let tx = self.store.begin().await?;
        let o = self.order_for(&tx, id, Action::RateOrder, expected).await?;
        let closed = o.status.apply(OrderAction::Rate)?;
        let carriers = self.carriers(&tx, &o).await?;
        if self.viewer.person.is_some_and(|p| carriers.contains(&p)) {
            let words = "承办人不能评价自己办理的单,请由其他工作人员回访。";
            return Err(Refusal::new("OWN_WORK", words).into());
        }
        let channel = refusal::text(&input.channel, "回访方式", 50, "channel")?;
        let words = match &input.words {
            Some(w) if !w.trim().is_empty() => {
                Some(domain::privacy::mask(&refusal::text(w, "意见", 500, "words")?))
            }
            _ => None,
        };
        let solved = match (input.rating, input.solved) {
            (Rating::NotRated, _) => None,
            (_, Some(solved)) => Some(solved),
            (_, None) => {
                let words = "请注明是否解决:解决、部分解决或未解决。";
                return Err(Refusal::new("SOLVED", words).at("solved").into());
            }
        };
        if input.rating == Rating::Dissatisfied && words.is_none() {
            return Err(Refusal::new("EMPTY", "不满意的请写明原因,以便重办。").at("words").into());
        }
        let row = feedback::Model {
            id: self.id(),
            order_id: id,
            given_by: input.given_by,
            channel,
            rating: input.rating,
            solved,
            words: words.clone(),
            asked_on: self.today(),
            person_id: self.viewer.person,
        };
        row.into_active_model().insert(&tx).await?;
        let tries = o.tries + 1;
        let next = rules::after_rating(input.rating, tries);
        let mut after = work_order::Model { tries, rating: Some(input.rating), solved, ..o.clone() };
        match next {
            None => after.rating = None,
            Some(OrderStatus::Executing) => {
                after.status = OrderStatus::Executing;
                after.reopen_count += 1;
                self.move_matches_of(&tx, &o, MatchStatus::Used, MatchAction::Reopen).await?;
                self.step_need(&tx, o.need_id, NeedAction::Reopen).await?;
            }
            Some(_) => {
                after.status = closed;
                after.closed_on = Some(self.today());
                self.step_need(&tx, o.need_id, NeedAction::Close).await?;
                if input.rating != Rating::NotRated {
                    self.keep_in_ledger(&tx, &o, &carriers).await?;
                }
            }
        }
        self.done(tx, &o, after, OrderAction::Rate, words).await
    }

    /// Feedback of orders, in order of time.
    pub async fn feedback_of(&self, orders: &[Uuid]) -> Result<Vec<feedback::Model>> {
        Ok(feedback::Entity::find()
            .filter(feedback::Column::OrderId.is_in(orders.iter().copied()))
            .order_by_asc(feedback::Column::Id)
            .all(self.store.db())
            .await?)
    }

    /// Quantities of orders' outcomes, in order.
    pub async fn quantities_of(&self, orders: &[Uuid]) -> Result<Vec<outcome_quantity::Model>> {
        Ok(outcome_quantity::Entity::find()
            .filter(outcome_quantity::Column::OrderId.is_in(orders.iter().copied()))
            .order_by_asc(outcome_quantity::Column::Seq)
            .all(self.store.db())
            .await?)
    }
}
