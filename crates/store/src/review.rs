//! From draft to review: offers and answers of a whole list, two signatures, what stands in the way.

use crate::desk::{Event, same_version};
use crate::entity::{approval, assignment, duty_item, duty_item_match, duty_list, need, need_match};
use crate::{Desk, Error, Result};
use domain::{
    Action, AssignmentRole, ConvenerSeat, ListAction, ListStatus, MatchAction, MatchStatus, NeedAction,
    NeedStatus, Refusal, Role, duty_list as rules, refusal,
};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Set,
};
use uuid::Uuid;

impl Desk {
    /// Sends a draft to review. Everything that stands in the way is said at once.
    pub async fn submit_list(&self, id: Uuid, expected: i32) -> Result<duty_list::Model> {
        let tx = self.store.begin().await?;
        let list = self.list_for(&tx, id, Action::EditList).await?;
        let next = list.status.apply(ListAction::Submit)?;
        same_version(expected, list.version, vec!["status"])?;
        let faults = self.list_faults(&tx, &list).await?;
        if !faults.is_empty() {
            return Err(Error::Refused(faults));
        }
        let list = self.move_list(&tx, &list, next, "SUBMIT", None).await?;
        self.commit(tx).await?;
        Ok(list)
    }

    /// Returns a list in review to its conveners, with a reason; signatures fall.
    pub async fn return_list(&self, id: Uuid, expected: i32, reason: &str) -> Result<duty_list::Model> {
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let list = self.list_for(&tx, id, Action::ReturnList).await?;
        let next = list.status.apply(ListAction::Return)?;
        same_version(expected, list.version, vec!["status"])?;
        approval::Entity::delete_many().filter(approval::Column::ListId.eq(id)).exec(&tx).await?;
        let list = self.move_list(&tx, &list, next, "RETURN", Some(reason)).await?;
        self.commit(tx).await?;
        Ok(list)
    }

    pub(crate) async fn move_list(
        &self,
        tx: &DatabaseTransaction,
        list: &duty_list::Model,
        next: ListStatus,
        action: &str,
        reason: Option<String>,
    ) -> Result<duty_list::Model> {
        let mut row = list.clone().into_active_model();
        row.status = Set(next);
        row.version = Set(list.version + 1);
        let moved = row.update(tx).await?;
        let detail =
            serde_json::json!({"number": list.number, "before": list.status.code(), "after": next.code()});
        self.audit(
            tx,
            Event {
                action,
                subject: "duty_list",
                id: Some(list.id),
                workstation: Some(list.workstation_id),
                detail,
                reason,
            },
        )
        .await?;
        Ok(moved)
    }

    /// Signs for a seat: the first convener approves, the second co-signs, never the same person (rule 2). A chief
    /// convener signs for a seat that nobody holds, which the audit trail says.
    pub async fn sign_list(&self, id: Uuid, expected: i32, seat: ConvenerSeat) -> Result<duty_list::Model> {
        let action = match seat {
            ConvenerSeat::First => Action::ApproveList,
            ConvenerSeat::Second => Action::CosignList,
        };
        let tx = self.store.begin().await?;
        let list = self.list_for(&tx, id, action).await?;
        list.status.apply(ListAction::Sign)?;
        same_version(expected, list.version, vec!["status", "approvals"])?;
        let person = self.signer(&tx, seat, list.workstation_id).await?;
        let signed: Vec<(ConvenerSeat, Uuid)> = approval::Entity::find()
            .filter(approval::Column::ListId.eq(id))
            .all(&tx)
            .await?
            .into_iter()
            .map(|a| (a.seat, a.person_id))
            .collect();
        rules::check_signature(&signed, seat, &person)?;
        approval::Model {
            id: self.id(),
            list_id: id,
            seat,
            person_id: person,
            signed_at: self.at,
            list_version: list.version,
        }
        .into_active_model()
        .insert(&tx)
        .await?;
        let list = self.move_list(&tx, &list, list.status, seat.code(), None).await?;
        self.commit(tx).await?;
        Ok(list)
    }

    /// The person who may sign for a seat of a station: its holder, or a chief convener where nobody holds it.
    pub(crate) async fn signer(
        &self,
        tx: &DatabaseTransaction,
        seat: ConvenerSeat,
        station: Uuid,
    ) -> Result<Uuid> {
        let role = match seat {
            ConvenerSeat::First => AssignmentRole::FirstConvener,
            ConvenerSeat::Second => AssignmentRole::SecondConvener,
        };
        let Some(person) = self.viewer.person else {
            return Err(Refusal::new("NO_PERSON", "令牌没有对应的人员,不能签署;请使用本人令牌。").into());
        };
        if self.viewer.role == Role::ChiefConvener {
            let held = assignment::Entity::find()
                .filter(assignment::Column::WorkstationId.eq(station))
                .filter(assignment::Column::Role.eq(role))
                .filter(assignment::Column::ToDate.is_null())
                .one(tx)
                .await?;
            if held.is_some() {
                let words = format!("「{}」席位有人,应由其本人签署。", seat.label());
                return Err(Refusal::new("SEAT_HELD", words).into());
            }
        } else if !self.holds(tx, role, station).await? {
            let words = format!("您现在不是本站的{},不能代签。", role.label());
            return Err(Refusal::new("NOT_IN_SEAT", words).into());
        }
        Ok(person)
    }

    /// Everything that stands in the way of a list, item by item.
    pub(crate) async fn list_faults(
        &self,
        tx: &DatabaseTransaction,
        list: &duty_list::Model,
    ) -> Result<Vec<Refusal>> {
        let items: Vec<duty_item::Model> = duty_item::Entity::find()
            .filter(duty_item::Column::ListId.eq(list.id))
            .filter(duty_item::Column::Removed.eq(false))
            .order_by_asc(duty_item::Column::Seq)
            .all(tx)
            .await?;
        if items.is_empty() {
            return Ok(vec![Refusal::new("EMPTY_LIST", "清单没有项目,请先匹配或添加项目。")]);
        }
        let needs: Vec<Uuid> = items.iter().map(|i| i.need_id).collect();
        let matches = need_match::Entity::find()
            .filter(need_match::Column::NeedId.is_in(needs.iter().copied()))
            .filter(need_match::Column::Status.is_in([
                MatchStatus::Suggested,
                MatchStatus::Proposed,
                MatchStatus::Confirmed,
                MatchStatus::Used,
            ]))
            .all(tx)
            .await?;
        let requirements = self.requirements_in(tx, &needs).await?;
        let mut faults = Vec::new();
        for item in items {
            let mine: Vec<&need_match::Model> =
                matches.iter().filter(|m| m.need_id == item.need_id).collect();
            let resources = self
                .resource_numbers(
                    tx,
                    mine.iter()
                        .filter(|m| matches!(m.status, MatchStatus::Suggested | MatchStatus::Proposed))
                        .map(|m| m.resource_id),
                )
                .await?;
            let missing: Vec<String> = requirements
                .iter()
                .filter(|q| q.need_id == item.need_id && q.mandatory)
                .filter(|q| (mine.iter().filter(|m| m.requirement_id == q.id).count() as i32) < q.quantity)
                .map(|q| q.label.clone())
                .collect();
            faults.extend(rules::item_faults(
                item.seq,
                &item.title,
                &item.expected_result,
                1,
                &resources,
                &missing,
            ));
        }
        Ok(faults)
    }

    /// Offers every suggestion of a list to its owner at once.
    pub async fn propose_list(&self, id: Uuid) -> Result<usize> {
        self.move_matches(id, Action::DecideMatch, MatchAction::Propose, MatchStatus::Suggested).await
    }

    /// Records that the owners of everything proposed on a list have agreed.
    pub async fn confirm_list(&self, id: Uuid) -> Result<usize> {
        self.move_matches(id, Action::AnswerMatch, MatchAction::Confirm, MatchStatus::Proposed).await
    }

    async fn move_matches(
        &self,
        list_id: Uuid,
        right: Action,
        action: MatchAction,
        from: MatchStatus,
    ) -> Result<usize> {
        let tx = self.store.begin().await?;
        let list = self.list_for(&tx, list_id, right).await?;
        list.status.apply(ListAction::Edit)?;
        let to = from.apply(action)?;
        let ids = QueryTrait::into_query(
            duty_item_match::Entity::find().select_only().column(duty_item_match::Column::MatchId).filter(
                duty_item_match::Column::ItemId.in_subquery(QueryTrait::into_query(
                    duty_item::Entity::find()
                        .select_only()
                        .column(duty_item::Column::Id)
                        .filter(duty_item::Column::ListId.eq(list_id))
                        .filter(duty_item::Column::Removed.eq(false)),
                )),
            ),
        );
        let matches = need_match::Entity::find()
            .filter(need_match::Column::Id.in_subquery(ids))
            .filter(need_match::Column::Status.eq(from))
            .order_by_asc(need_match::Column::Id)
            .all(&tx)
            .await?;
        if action == MatchAction::Propose {
            self.check_room(&tx, &matches).await?;
        }
        need_match::Entity::update_many()
            .col_expr(need_match::Column::Status, Expr::value(to.code()))
            .col_expr(need_match::Column::Version, Expr::col(need_match::Column::Version).add(1))
            .filter(need_match::Column::Id.is_in(matches.iter().map(|m| m.id)))
            .exec(&tx)
            .await?;
        let needs: Vec<Uuid> = matches.iter().map(|m| m.need_id).collect();
        self.cover(&tx, &needs).await?;
        let detail = serde_json::json!({"list": list.number, "matches": matches.len()});
        self.audit(
            &tx,
            Event {
                action: action.code(),
                subject: "duty_list",
                id: Some(list_id),
                workstation: Some(list.workstation_id),
                detail,
                reason: None,
            },
        )
        .await?;
        self.commit(tx).await?;
        Ok(matches.len())
    }

    /// Brings needs to where their confirmed matches put them: covered or not.
    pub(crate) async fn cover<C: ConnectionTrait>(&self, db: &C, needs: &[Uuid]) -> Result<()> {
        let rows = need::Entity::find().filter(need::Column::Id.is_in(needs.iter().copied())).all(db).await?;
        let requirements = self.requirements_in(db, needs).await?;
        let confirmed = need_match::Entity::find()
            .filter(need_match::Column::NeedId.is_in(needs.iter().copied()))
            .filter(need_match::Column::Status.eq(MatchStatus::Confirmed))
            .all(db)
            .await?;
        for (action, from) in
            [(NeedAction::Cover, NeedStatus::Open), (NeedAction::Uncover, NeedStatus::Matched)]
        {
            let covered = |n: &need::Model| {
                requirements.iter().filter(|q| q.need_id == n.id && q.mandatory).all(|q| {
                    confirmed.iter().filter(|m| m.requirement_id == q.id).count() as i32 >= q.quantity
                })
            };
            let ids: Vec<Uuid> = rows
                .iter()
                .filter(|n| n.status == from && covered(n) == (action == NeedAction::Cover))
                .map(|n| n.id)
                .collect();
            if !ids.is_empty() {
                need::Entity::update_many()
                    .col_expr(need::Column::Status, Expr::value(from.apply(action)?.code()))
                    .col_expr(need::Column::Version, Expr::col(need::Column::Version).add(1))
                    .filter(need::Column::Id.is_in(ids))
                    .exec(db)
                    .await?;
            }
        }
        Ok(())
    }
}
