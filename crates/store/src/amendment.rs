//! Amendments: how a published list changes. The list and its snapshots stay as they are until both seats have signed;
//! then the changes are made, all or none, and a new edition is frozen.

use crate::desk::{Event, same_version};
use crate::entity::{
    amendment, amendment_approval, amendment_change, approval, duty_item, duty_list, need, need_match,
};
use crate::{Desk, Error, Result};
use domain::{
    Action, AmendmentAction, AmendmentStatus, ConvenerSeat, ListStatus, MatchStatus, NeedStatus, Refusal,
    duty_list as rules, refusal,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, Set,
};
use std::collections::HashSet;
use uuid::Uuid;

impl Desk {
    /// Amendments of lists, the oldest first, for those who see the station.
    pub async fn amendments_of(&self, lists: &[Uuid]) -> Result<Vec<amendment::Model>> {
        Ok(amendment::Entity::find()
            .filter(amendment::Column::ListId.is_in(lists.iter().copied()))
            .filter(self.in_sight(amendment::Column::WorkstationId, None))
            .order_by_asc(amendment::Column::Id)
            .all(self.store.db())
            .await?)
    }

    /// Changes of amendments that the viewer has been given, in order.
    pub async fn changes_of(&self, amendments: &[Uuid]) -> Result<Vec<amendment_change::Model>> {
        Ok(amendment_change::Entity::find()
            .filter(amendment_change::Column::AmendmentId.is_in(amendments.iter().copied()))
            .order_by_asc(amendment_change::Column::Id)
            .all(self.store.db())
            .await?)
    }

    /// Signatures under amendments, by seat.
    pub async fn amendment_signatures(&self, amendments: &[Uuid]) -> Result<Vec<amendment_approval::Model>> {
        Ok(amendment_approval::Entity::find()
            .filter(amendment_approval::Column::AmendmentId.is_in(amendments.iter().copied()))
            .order_by_asc(amendment_approval::Column::Seat)
            .all(self.store.db())
            .await?)
    }

    pub(crate) async fn amendment_for(
        &self,
        tx: &DatabaseTransaction,
        id: Uuid,
        right: Action,
        expected: i32,
    ) -> Result<amendment::Model> {
        let a = amendment::Entity::find_by_id(id).one(tx).await?.ok_or(Error::NotFound("修订"))?;
        self.need(right, a.workstation_id, None)?;
        same_version(expected, a.version, vec!["status"])?;
        Ok(a)
    }

    pub(crate) async fn write_amendment(
        &self,
        tx: &DatabaseTransaction,
        a: amendment::Model,
        status: AmendmentStatus,
        action: &str,
        reason: Option<String>,
    ) -> Result<amendment::Model> {
        let (before, version) = (a.status, a.version + 1);
        let published = (status == AmendmentStatus::Published).then_some(self.at);
        let mut row = a.into_active_model();
        row.status = Set(status);
        row.version = Set(version);
        row.published_at = Set(published);
        let a = row.update(tx).await?;
        let event = Event {
            action,
            subject: "amendment",
            id: Some(a.id),
            workstation: Some(a.workstation_id),
            detail: serde_json::json!({"before": before.code(), "after": status.code()}),
            reason,
        };
        self.audit(tx, event).await?;
        Ok(a)
    }

    /// Begins an amendment of a published list, with its reason. A list has one open amendment.
    pub async fn draft_amendment(&self, list_id: Uuid, reason: &str) -> Result<amendment::Model> {
        let reason = refusal::text(reason, "修订原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let list = self.list_for(&tx, list_id, Action::EditList).await?;
        self.open_year(&tx, list.year).await?;
        if list.status != ListStatus::Published {
            let words = format!("清单 {} 尚未发布,请直接修改草稿。", list.number);
            return Err(Refusal::new("LIST_STATE", words).into());
        }
        let open = [AmendmentStatus::Draft, AmendmentStatus::InReview];
        let other = amendment::Entity::find()
            .filter(amendment::Column::ListId.eq(list_id))
            .filter(amendment::Column::Status.is_in(open))
            .one(&tx)
            .await?;
        if other.is_some() {
            let words = format!("清单 {} 已有一份未发布的修订,请在其中修改,或先撤销它。", list.number);
            return Err(Refusal::new("AMENDMENT_OPEN", words).into());
        }
        let row = amendment::Model {
            id: self.id(),
            list_id,
            workstation_id: list.workstation_id,
            from_edition: list.edition,
            status: AmendmentStatus::Draft,
            reason: reason.clone(),
            version: 1,
            published_at: None,
        };
        let row = row.into_active_model().insert(&tx).await?;
        let event = Event {
            action: "DRAFT_AMENDMENT",
            subject: "amendment",
            id: Some(row.id),
            workstation: Some(row.workstation_id),
            detail: serde_json::json!({"list": list.number, "fromEdition": list.edition}),
            reason: Some(reason),
        };
        self.audit(&tx, event).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// Sends an amendment to review.
    pub async fn submit_amendment(&self, id: Uuid, expected: i32) -> Result<amendment::Model> {
        let tx = self.store.begin().await?;
        let a = self.amendment_for(&tx, id, Action::EditList, expected).await?;
        let next = a.status.apply(AmendmentAction::Submit)?;
        let changes = amendment_change::Entity::find()
            .filter(amendment_change::Column::AmendmentId.eq(id))
            .one(&tx)
            .await?;
        if changes.is_none() {
            let words = "这份修订还没有内容,请先增加、撤销或变更项目。";
            return Err(Refusal::new("EMPTY_AMENDMENT", words).into());
        }
        let a = self.write_amendment(&tx, a, next, "SUBMIT", None).await?;
        self.commit(tx).await?;
        Ok(a)
    }

    /// Returns an amendment to its conveners; signatures fall.
    pub async fn return_amendment(&self, id: Uuid, expected: i32, reason: &str) -> Result<amendment::Model> {
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let a = self.amendment_for(&tx, id, Action::ReturnList, expected).await?;
        let next = a.status.apply(AmendmentAction::Return)?;
        amendment_approval::Entity::delete_many()
            .filter(amendment_approval::Column::AmendmentId.eq(id))
            .exec(&tx)
            .await?;
        let a = self.write_amendment(&tx, a, next, "RETURN", Some(reason)).await?;
        self.commit(tx).await?;
        Ok(a)
    }

    /// Drops an amendment: the list stays as it is.
    pub async fn drop_amendment(&self, id: Uuid, expected: i32, reason: &str) -> Result<amendment::Model> {
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let a = self.amendment_for(&tx, id, Action::EditList, expected).await?;
        let next = a.status.apply(AmendmentAction::Drop)?;
        let a = self.write_amendment(&tx, a, next, "DROP", Some(reason)).await?;
        self.commit(tx).await?;
        Ok(a)
    }

    /// Signs an amendment for a seat, under the rules of lists (rule 2).
    pub async fn sign_amendment(
        &self,
        id: Uuid,
        expected: i32,
        seat: ConvenerSeat,
    ) -> Result<amendment::Model> {
        let tx = self.store.begin().await?;
        let right = match seat {
            ConvenerSeat::First => Action::ApproveList,
            ConvenerSeat::Second => Action::CosignList,
        };
        let a = self.amendment_for(&tx, id, right, expected).await?;
        let next = a.status.apply(AmendmentAction::Sign)?;
        let person = self.signer(&tx, seat, a.workstation_id).await?;
        let signed: Vec<(ConvenerSeat, Uuid)> = amendment_approval::Entity::find()
            .filter(amendment_approval::Column::AmendmentId.eq(id))
            .all(&tx)
            .await?
            .into_iter()
            .map(|s| (s.seat, s.person_id))
            .collect();
        rules::check_signature(&signed, seat, &person)?;
        let row = amendment_approval::Model { amendment_id: id, seat, person_id: person, signed_at: self.at };
        row.into_active_model().insert(&tx).await?;
        let a = self.write_amendment(&tx, a, next, seat.code(), None).await?;
        self.commit(tx).await?;
        Ok(a)
    }

    /// Publishes an amendment that both seats have signed: its changes are made and a new edition is frozen, all or
    /// none. What was removed stays, struck through; numbers never change.
    pub async fn publish_amendment(&self, id: Uuid, expected: i32) -> Result<amendment::Model> {
        let tx = self.store.begin().await?;
        let a = self.amendment_for(&tx, id, Action::PublishList, expected).await?;
        let next = a.status.apply(AmendmentAction::Publish)?;
        let list = duty_list::Entity::find_by_id(a.list_id).one(&tx).await?.ok_or(Error::NotFound("清单"))?;
        self.open_year(&tx, list.year).await?;
        let signed = amendment_approval::Entity::find()
            .filter(amendment_approval::Column::AmendmentId.eq(id))
            .all(&tx)
            .await?;
        let missing: Vec<&str> = ConvenerSeat::ALL
            .iter()
            .filter(|s| !signed.iter().any(|a| a.seat == **s))
            .map(|s| s.label())
            .collect();
        if !missing.is_empty() {
            let words = format!("还缺{}签署,请其签署后再发布。", missing.join("、"));
            return Err(Refusal::new("NOT_SIGNED", words).into());
        }
        let changes = amendment_change::Entity::find()
            .filter(amendment_change::Column::AmendmentId.eq(id))
            .order_by_asc(amendment_change::Column::Id)
            .all(&tx)
            .await?;
        for c in &changes {
            self.make_change(&tx, &a, &list, c).await?;
        }
        let faults = self.list_faults(&tx, &list).await?;
        if !faults.is_empty() {
            return Err(Error::Refused(faults));
        }
        let a = self.write_amendment(&tx, a, next, "PUBLISH", None).await?;
        let signed: Vec<approval::Model> = signed
            .into_iter()
            .map(|s| approval::Model {
                id,
                list_id: list.id,
                seat: s.seat,
                person_id: s.person_id,
                signed_at: s.signed_at,
                list_version: list.version,
            })
            .collect();
        self.freeze_edition(&tx, list, &signed).await?;
        self.commit(tx).await?;
        Ok(a)
    }

    /// Items, each with its list, whose resource has gone (资源变更): on a published list, not struck, at no end, and short of a
    /// match.
    pub async fn items_short(&self, lists: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>> {
        let db = self.store.db();
        let items = duty_item::Entity::find()
            .filter(duty_item::Column::ListId.is_in(lists.iter().copied()))
            .filter(duty_item::Column::Removed.eq(false))
            .all(db)
            .await?;
        let needs: Vec<Uuid> = items.iter().map(|i| i.need_id).collect();
        let live = need::Entity::find()
            .filter(need::Column::Id.is_in(needs.iter().copied()))
            .filter(need::Column::Status.is_in([NeedStatus::Listed, NeedStatus::InProgress]))
            .all(db)
            .await?;
        let live: HashSet<Uuid> = live.into_iter().map(|n| n.id).collect();
        let requirements = self.requirements_in(db, &needs).await?;
        let held = need_match::Entity::find()
            .filter(need_match::Column::NeedId.is_in(needs.iter().copied()))
            .filter(need_match::Column::Status.is_in(MatchStatus::HOLDING))
            .all(db)
            .await?;
        let short = |i: &duty_item::Model| {
            requirements
                .iter()
                .filter(|q| q.need_id == i.need_id && q.mandatory)
                .any(|q| (held.iter().filter(|m| m.requirement_id == q.id).count() as i32) < q.quantity)
        };
        Ok(items
            .iter()
            .filter(|i| live.contains(&i.need_id) && short(i))
            .map(|i| (i.list_id, i.id))
            .collect())
    }
}
