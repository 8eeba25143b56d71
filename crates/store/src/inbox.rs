//! The inbox: what waits for the viewer, counted by SQL. The rows behind each count are found with the filters of the
//! connections.

use crate::entity::{
    amendment, capacity_cut, duty_list, joint_offer, need, partnership, resource, work_order,
};
use crate::order::due_by;
use crate::{Desk, Result};
use domain::{
    Action, AmendmentStatus, CutStatus, InboxKind, JointStatus, ListStatus, NeedStatus, OrderStatus,
    OverdueStep, PartnershipStatus, Reach, ResourceStatus, Role, order,
};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Func, Query, SelectStatement, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
    QueryTrait, Select,
};

/// Rows of a state.
#[derive(FromQueryResult)]
struct Count<T: sea_orm::TryGetable> {
    code: T,
    n: i64,
}

/// How many rows, as a part of a larger statement.
fn count_of<E: EntityTrait>(rows: Select<E>) -> SelectStatement {
    rows.select_only().column_as(Expr::value(1).count(), "n").into_query()
}

impl Desk {
    /// What waits for the viewer in a year: kinds with how many, those with nothing left out. Six statements at most.
    pub async fn inbox(&self, year: i32) -> Result<Vec<(InboxKind, u64)>> {
        use InboxKind as K;
        let db = self.store.db();
        let may = |a: Action| self.reach(a) != Reach::Nothing;
        let mut found = Vec::new();
        let orders: Vec<Count<OrderStatus>> = work_order::Entity::find()
            .select_only()
            .column_as(work_order::Column::Status, "code")
            .column_as(work_order::Column::Id.count(), "n")
            .filter(work_order::Column::Year.eq(year))
            .filter(self.orders_in_sight())
            .group_by(work_order::Column::Status)
            .into_model()
            .all(db)
            .await?;
        let orders_in = |of: &[OrderStatus]| -> u64 {
            orders.iter().filter(|o| of.contains(&o.code)).map(|o| o.n as u64).sum()
        };
        if may(Action::AnswerOrder) {
            found.push((K::Answer, orders_in(&[OrderStatus::Dispatched])));
        }
        if may(Action::CarryOrder) {
            let at_work: Vec<OrderStatus> =
                OrderStatus::ALL.iter().copied().filter(|s| s.carried()).collect();
            found.push((K::AtWork, orders_in(&at_work)));
        }
        if may(Action::DecideOrder) {
            use OrderStatus as S;
            found.push((K::Dispatch, orders_in(&[S::Issued, S::Declined, S::TimedOut, S::Returned])));
        }
        if may(Action::RateOrder) {
            found.push((K::Rate, orders_in(&[OrderStatus::Resolved])));
        }
        let often = Condition::all()
            .add(work_order::Column::ReopenCount.gte(order::REOPENED_TOO_OFTEN))
            .add(work_order::Column::Status.ne(OrderStatus::Closed));
        let when = |c: Condition| {
            let one: SimpleExpr = CaseStatement::new().case(c, 1).finally(0).into();
            SimpleExpr::FunctionCall(Func::sum(one))
        };
        // Who does not carry orders sees those that have come up to the own step: the cluster's, the district's.
        let overdue = if self.viewer.role == Role::ChiefConvener {
            due_by(self.overdue_since(OverdueStep::Cluster).await?)
        } else if may(Action::DecideOrder) || may(Action::CarryOrder) {
            self.overdue()
        } else {
            due_by(self.overdue_since(OverdueStep::District).await?)
        };
        let late: Option<(Option<i64>, Option<i64>)> = work_order::Entity::find()
            .select_only()
            .column_as(when(overdue), "overdue")
            .column_as(when(often), "often")
            .filter(work_order::Column::Year.eq(year))
            .filter(self.orders_in_sight())
            .into_tuple()
            .one(db)
            .await?;
        let (overdue, often) = late.unwrap_or_default();
        found.push((K::Overdue, overdue.unwrap_or(0) as u64));
        if self.reach(Action::ReadLists) >= Reach::Stations && may(Action::ReturnList) {
            found.push((K::Attention, often.unwrap_or(0) as u64));
        }
        if may(Action::DecideNeed) {
            let needs: Vec<Count<NeedStatus>> = need::Entity::find()
                .select_only()
                .column_as(need::Column::Status, "code")
                .column_as(need::Column::Id.count(), "n")
                .filter(need::Column::Year.eq(year))
                .filter(self.in_sight(need::Column::WorkstationId, None))
                .group_by(need::Column::Status)
                .into_model()
                .all(db)
                .await?;
            let of = |s| needs.iter().find(|n| n.code == s).map_or(0, |n| n.n as u64);
            found.push((K::Verify, of(NeedStatus::Submitted)));
            found.push((K::Match, of(NeedStatus::Open)));
        }
        // What is only counted is counted in one statement.
        let mut counts: Vec<(K, SelectStatement)> = Vec::new();
        if may(Action::DecideResource) {
            let submitted = resource::Entity::find()
                .filter(resource::Column::Year.eq(year))
                .filter(resource::Column::Status.eq(ResourceStatus::Submitted))
                .filter(self.in_sight(resource::Column::WorkstationId, None));
            counts.push((K::VerifyResource, count_of(submitted)));
            let cuts = capacity_cut::Entity::find()
                .filter(capacity_cut::Column::Status.eq(CutStatus::Proposed))
                .filter(self.in_sight(capacity_cut::Column::WorkstationId, None));
            counts.push((K::Cut, count_of(cuts)));
        }
        if may(Action::RateOrder) {
            let untold = need::Entity::find()
                .filter(self.in_sight(need::Column::WorkstationId, None))
                .filter(crate::topic::to_tell(year));
            counts.push((K::Tell, count_of(untold)));
        }
        if self.reach(Action::ReadLists) >= Reach::Stations && !may(Action::WriteNeed) {
            use NeedStatus as S;
            let again = need::Entity::find()
                .filter(need::Column::Year.eq(year))
                .filter(need::Column::Status.is_not_in([S::Closed, S::CarriedOver, S::Withdrawn, S::Merged]))
                .filter(self.in_sight(need::Column::WorkstationId, None))
                .filter(crate::need_sight::carried_again());
            counts.push((K::CarriedAgain, count_of(again)));
        }
        if may(Action::Partner) {
            let asked = partnership::Entity::find()
                .filter(partnership::Column::Status.eq(PartnershipStatus::Proposed))
                .filter(self.in_sight(partnership::Column::PartnerId, None));
            counts.push((K::Partner, count_of(asked)));
        }
        if may(Action::EditList) {
            let asked = joint_offer::Entity::find()
                .filter(joint_offer::Column::Year.eq(year))
                .filter(joint_offer::Column::Status.eq(JointStatus::Proposed))
                .filter(self.in_sight(joint_offer::Column::WorkstationId, None));
            counts.push((K::Joint, count_of(asked)));
        }
        if may(Action::ApproveList) || may(Action::CosignList) {
            let amended = amendment::Entity::find()
                .select_only()
                .column(amendment::Column::ListId)
                .filter(amendment::Column::Status.eq(AmendmentStatus::InReview));
            let waiting = duty_list::Entity::find()
                .filter(duty_list::Column::Year.eq(year))
                .filter(self.in_sight(duty_list::Column::WorkstationId, None))
                .filter(
                    Condition::any()
                        .add(duty_list::Column::Status.eq(ListStatus::InReview))
                        .add(duty_list::Column::Id.in_subquery(amended.into_query())),
                );
            counts.push((K::Sign, count_of(waiting)));
        }
        if !counts.is_empty() {
            let mut all = Query::select();
            for (kind, count) in &counts {
                all.expr_as(Expr::SubQuery(None, Box::new(count.clone().into())), kind.code());
            }
            if let Some(row) = db.query_one(&all).await? {
                for (kind, _) in &counts {
                    found.push((*kind, row.try_get::<i64>("", kind.code())? as u64));
                }
            }
        }
        found.retain(|f| f.1 > 0);
        Ok(found)
    }
}
