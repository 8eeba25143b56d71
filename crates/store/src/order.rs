//! Orders (单): which there are, who sees them, how one is opened.

use crate::desk::{Event, same_version};
use crate::entity::{
    co_member, duty_item, duty_list, duty_year, member, need, need_match, offer, work_order,
};
use crate::paging::slice;
use crate::{Desk, Error, Page, Result, Slice};
use chrono::{Datelike, Days, NaiveDate};
use domain::{
    Action, DutyForm, MatchStatus, MemberStatus, NeedAction, NeedStatus, OrderAction, OrderStatus,
    OverdueStep, Refusal, number, order as rules,
};
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, JoinType, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, RelationDef,
    Select,
};
use uuid::Uuid;

/// Which orders.
#[derive(Clone, Debug, Default)]
pub struct OrderFilter {
    /// Year.
    pub year: i32,
    /// State.
    pub status: Option<OrderStatus>,
    /// Station.
    pub workstation: Option<Uuid>,
    /// Lead or co-member.
    pub member: Option<Uuid>,
    /// Need.
    pub need: Option<Uuid>,
    /// Past the day on which they were to be answered or resolved.
    pub overdue: bool,
    /// At work past their last day by this day or before: see [`Desk::overdue_since`].
    pub due_by: Option<NaiveDate>,
    /// Reopened so often that the district looks at them.
    pub attention: bool,
}

/// Orders at work whose last day was this one or before.
pub(crate) fn due_by(day: NaiveDate) -> Condition {
    use work_order::Column as C;
    let at_work = OrderStatus::ALL.iter().copied().filter(|s| s.carried());
    Condition::all().add(C::Status.is_in(at_work)).add(C::DueBy.lte(day))
}

impl Desk {
    /// Orders that the viewer may see: a station's, and a member's own as lead or co-member.
    pub(crate) fn orders_in_sight(&self) -> Condition {
        let own = self.viewer.person.map(|p| {
            let co = co_member::Entity::find()
                .select_only()
                .column(co_member::Column::OrderId)
                .filter(co_member::Column::MemberId.eq(p));
            let any = Condition::any()
                .add(work_order::Column::LeadId.eq(p))
                .add(work_order::Column::Id.in_subquery(co.into_query()));
            SimpleExpr::from(Expr::expr(any))
        });
        self.in_sight(work_order::Column::WorkstationId, own)
    }

    fn orders_where(&self, f: &OrderFilter) -> Select<work_order::Entity> {
        use work_order::Column as C;
        let mut q = work_order::Entity::find().filter(C::Year.eq(f.year)).filter(self.orders_in_sight());
        if let Some(status) = f.status {
            q = q.filter(C::Status.eq(status));
        }
        if let Some(station) = f.workstation {
            q = q.filter(C::WorkstationId.eq(station));
        }
        if let Some(member) = f.member {
            let co = co_member::Entity::find()
                .select_only()
                .column(co_member::Column::OrderId)
                .filter(co_member::Column::MemberId.eq(member));
            q = q.filter(Condition::any().add(C::LeadId.eq(member)).add(C::Id.in_subquery(co.into_query())));
        }
        if let Some(need) = f.need {
            q = q.filter(C::NeedId.eq(need));
        }
        if f.overdue {
            q = q.filter(self.overdue());
        }
        if let Some(day) = f.due_by {
            q = q.filter(due_by(day));
        }
        if f.attention {
            q = q
                .filter(C::ReopenCount.gte(rules::REOPENED_TOO_OFTEN))
                .filter(C::Status.ne(OrderStatus::Closed));
        }
        q
    }

    /// The latest last day of orders that have reached a step of being overdue today.
    pub async fn overdue_since(&self, step: OverdueStep) -> Result<NaiveDate> {
        Ok(self.calendar(self.store.db()).await?.before(self.today(), step.from_days()))
    }

    pub(crate) fn overdue(&self) -> Condition {
        use work_order::Column as C;
        Condition::any()
            .add(C::Status.eq(OrderStatus::Dispatched).and(C::AcceptBy.lt(self.today())))
            .add(due_by(self.today() - Days::new(1)))
    }

    /// Orders by number.
    pub async fn orders(&self, f: &OrderFilter, page: &Page) -> Result<Slice<work_order::Model>> {
        slice(self.store.db(), self.orders_where(f), work_order::Column::Number, page).await
    }

    /// How many orders.
    pub async fn count_orders(&self, f: &OrderFilter) -> Result<u64> {
        Ok(self.orders_where(f).count(self.store.db()).await?)
    }

    /// Orders by id.
    pub async fn orders_by_id(&self, ids: &[Uuid]) -> Result<Vec<work_order::Model>> {
        Ok(work_order::Entity::find()
            .filter(work_order::Column::Id.is_in(ids.iter().copied()))
            .filter(self.orders_in_sight())
            .all(self.store.db())
            .await?)
    }

    /// Orders of needs, the oldest first.
    pub async fn orders_of_needs(&self, needs: &[Uuid]) -> Result<Vec<work_order::Model>> {
        Ok(work_order::Entity::find()
            .filter(work_order::Column::NeedId.is_in(needs.iter().copied()))
            .filter(self.orders_in_sight())
            .order_by_asc(work_order::Column::Id)
            .all(self.store.db())
            .await?)
    }

    /// Offers of orders, in order of time.
    pub async fn offers_of(&self, orders: &[Uuid]) -> Result<Vec<offer::Model>> {
        Ok(offer::Entity::find()
            .filter(offer::Column::OrderId.is_in(orders.iter().copied()))
            .order_by_asc(offer::Column::Id)
            .all(self.store.db())
            .await?)
    }

    /// The order, the right to do something to it, and the version that was read.
    pub(crate) async fn order_for(
        &self,
        tx: &DatabaseTransaction,
        id: Uuid,
        right: Action,
        expected: i32,
    ) -> Result<work_order::Model> {
        let of_year: RelationDef = work_order::Entity::belongs_to(duty_year::Entity)
            .from(work_order::Column::Year)
            .to(duty_year::Column::Year)
            .into();
        let (o, year) = work_order::Entity::find_by_id(id)
            .join(JoinType::LeftJoin, of_year)
            .select_also(duty_year::Entity)
            .one(tx)
            .await?
            .ok_or(Error::NotFound("单"))?;
        self.need(right, o.workstation_id, o.lead_id)?;
        same_version(expected, o.version, vec!["status"])?;
        domain::year::check_open(o.year, year.map(|y| y.status), self.today().year())?;
        Ok(o)
    }

    /// Writes an order's new state with its audit event.
    pub(crate) async fn write_order(
        &self,
        tx: &DatabaseTransaction,
        before: &work_order::Model,
        after: work_order::Model,
        action: OrderAction,
        reason: Option<String>,
    ) -> Result<work_order::Model> {
        let row = work_order::Model { version: before.version + 1, ..after };
        // As it was handed in: the database need not say it again.
        let all = row.clone().into_active_model().reset_all();
        work_order::Entity::update(all).exec_without_returning(tx).await?;
        let detail = serde_json::json!({"number": row.number, "before": before.status.code(), "after": row.status.code()});
        let event = Event {
            action: action.code(),
            subject: "order",
            id: Some(row.id),
            workstation: Some(row.workstation_id),
            detail,
            reason,
        };
        self.audit(tx, event).await?;
        Ok(row)
    }

    /// Opens an order for a need (开单): one that is on a list, that is covered, or that one resource will cover. The
    /// form is that of its item; `form` says it for a need that is on no list.
    pub async fn issue_order(
        &self,
        need_id: Uuid,
        form: Option<DutyForm>,
        due_by: Option<NaiveDate>,
    ) -> Result<work_order::Model> {
        let tx = self.store.begin().await?;
        let n = need::Entity::find_by_id(need_id).one(&tx).await?.ok_or(Error::NotFound("需求"))?;
        self.need(Action::DecideOrder, n.workstation_id, None)?;
        self.open_year(&tx, n.year).await?;
        if !matches!(n.status, NeedStatus::Open | NeedStatus::Matched | NeedStatus::Listed) {
            n.status.apply(NeedAction::Start)?;
        }
        let live = work_order::Entity::find()
            .filter(work_order::Column::NeedId.eq(need_id))
            .filter(work_order::Column::Status.is_in(OrderStatus::all_live()))
            .one(&tx)
            .await?;
        if let Some(o) = live {
            let words = format!("需求 {} 已有未办结的单 {},请在该单上改派,或先取消它。", n.number, o.number);
            return Err(Refusal::new("ORDER_LIVE", words).into());
        }
        if n.status == NeedStatus::Open {
            let missing = self.missing(&tx, need_id).await?;
            if missing.len() > 1 {
                let words = format!(
                    "需求 {} 还缺「{}」,多项必要条件须先匹配齐备再开单。",
                    n.number,
                    missing.join("」「")
                );
                return Err(Refusal::new("NEED_PARTLY", words).into());
            }
        }
        if let Some(day) = due_by
            && day < self.today()
        {
            let words = format!("办理期限 {day} 已过,请填写今天或以后的日期。");
            return Err(Refusal::new("DATE", words).at("dueBy").into());
        }
        let item = self.live_item(&tx, need_id).await?;
        let station = self.station(&tx, n.workstation_id).await?;
        let next = self.next_numbers(&tx, &format!("{}-{}-O", station.code, n.year), 1).await?;
        let row = work_order::Model {
            id: self.id(),
            number: number::item(&station.code, n.year, 'O', next),
            year: n.year,
            need_id,
            workstation_id: n.workstation_id,
            form: item.map(|i| i.form).or(form).unwrap_or(DutyForm::Service),
            match_id: None,
            lead_id: None,
            status: OrderStatus::Issued,
            issued_on: self.today(),
            dispatched_on: None,
            accept_by: None,
            accepted_on: None,
            due_by,
            suspended_on: None,
            suspended_days: 0,
            waived: None,
            plan: None,
            return_asked: None,
            reason: None,
            return_count: 0,
            reopen_count: 0,
            tries: 0,
            resolved_on: None,
            outcome: None,
            evidence: None,
            rating: None,
            solved: None,
            closed_on: None,
            version: 1,
        };
        let row = row.into_active_model().insert(&tx).await?;
        let event = Event {
            action: "ISSUE",
            subject: "order",
            id: Some(row.id),
            workstation: Some(row.workstation_id),
            detail: serde_json::json!({"number": row.number, "need": n.number}),
            reason: None,
        };
        self.audit(&tx, event).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// Units of mandatory requirements that no confirmed match covers.
    async fn missing<C: ConnectionTrait>(&self, db: &C, need_id: Uuid) -> Result<Vec<String>> {
        let held = need_match::Entity::find()
            .filter(need_match::Column::NeedId.eq(need_id))
            .filter(need_match::Column::Status.is_in([MatchStatus::Confirmed, MatchStatus::Used]))
            .all(db)
            .await?;
        let mut missing = Vec::new();
        for q in self.requirements_in(db, &[need_id]).await?.into_iter().filter(|q| q.mandatory) {
            let have = held.iter().filter(|m| m.requirement_id == q.id).count() as i32;
            missing.extend((have..q.quantity).map(|_| q.label.clone()));
        }
        Ok(missing)
    }

    /// The item of a published list that a need stands on.
    pub(crate) async fn live_item<C: ConnectionTrait>(
        &self,
        db: &C,
        need_id: Uuid,
    ) -> Result<Option<duty_item::Model>> {
        let published = duty_list::Entity::find()
            .select_only()
            .column(duty_list::Column::Id)
            .filter(duty_list::Column::Edition.gt(0));
        Ok(duty_item::Entity::find()
            .filter(duty_item::Column::NeedId.eq(need_id))
            .filter(duty_item::Column::Removed.eq(false))
            .filter(duty_item::Column::JointOf.is_null())
            .filter(duty_item::Column::ListId.in_subquery(published.into_query()))
            .one(db)
            .await?)
    }

    /// Members on leave or gone whose orders have to be reassigned, with the orders.
    pub async fn orphaned_orders(&self, year: i32) -> Result<Vec<work_order::Model>> {
        let away = member::Entity::find()
            .select_only()
            .column(member::Column::Id)
            .filter(member::Column::Status.ne(MemberStatus::Active));
        Ok(work_order::Entity::find()
            .filter(work_order::Column::Year.eq(year))
            .filter(work_order::Column::Status.is_in(OrderStatus::all_live()))
            .filter(work_order::Column::LeadId.in_subquery(away.into_query()))
            .filter(self.in_sight(work_order::Column::WorkstationId, None))
            .order_by_asc(work_order::Column::Number)
            .all(self.store.db())
            .await?)
    }
}
