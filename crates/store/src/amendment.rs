//! Amendments: how a published list changes. The list and its snapshots stay as they are until both seats have signed;
//! then the changes are made, all or none, and a new edition is frozen.

use crate::desk::{Event, same_version};
use crate::entity::{
    amendment, amendment_approval, amendment_change, approval, duty_item, duty_item_match, duty_list, need,
    need_match, work_order,
};
use crate::{Desk, Error, ItemChange, Result};
use domain::{
    Action, AmendmentAction, AmendmentStatus, ChangeKind, ConvenerSeat, ListStatus, MatchAction, MatchStatus,
    NeedAction, NeedStatus, OrderStatus, Refusal, duty_list as rules, number, refusal,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, Set,
};
use std::collections::HashSet;
use uuid::Uuid;

/// One change of a published list.
#[derive(Clone, Debug)]
pub enum ListChange {
    /// A covered need comes on.
    Add(Uuid),
    /// An item is struck off.
    Remove(Uuid),
    /// Title, form, quarter or expected result of an item.
    Edit(Uuid, ItemChange),
    /// A confirmed match takes the place of one that is gone.
    Substitute(Uuid, Uuid),
    /// The item of a joint offer comes on.
    Join(Uuid),
}

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

    async fn amendment_for(
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

    async fn write_amendment(
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

    /// Adds a change to an amendment that is drafted. What cannot be changed is refused now, not at publication.
    pub async fn amend(
        &self,
        id: Uuid,
        expected: i32,
        change: &ListChange,
        reason: &str,
    ) -> Result<amendment::Model> {
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let a = self.amendment_for(&tx, id, Action::EditList, expected).await?;
        a.status.apply(AmendmentAction::Edit)?;
        self.check_change(&tx, &a, change).await?;
        let (kind, item, need, matched) = match change {
            ListChange::Add(n) => (ChangeKind::Add, None, Some(*n), None),
            ListChange::Remove(i) => (ChangeKind::Remove, Some(*i), None, None),
            ListChange::Edit(i, _) => (ChangeKind::Edit, Some(*i), None, None),
            ListChange::Substitute(i, m) => (ChangeKind::Substitute, Some(*i), None, Some(*m)),
            ListChange::Join(j) => {
                let j = self.offered_to(&tx, *j, a.workstation_id).await?;
                (ChangeKind::Join, Some(j.item_id), Some(j.need_id), None)
            }
        };
        let detail = match change {
            ListChange::Edit(_, new) => serde_json::to_string(new)?,
            _ => "{}".to_owned(),
        };
        let row = amendment_change::Model {
            id: self.id(),
            amendment_id: id,
            kind,
            item_id: item,
            need_id: need,
            match_id: matched,
            detail,
            reason: reason.clone(),
        };
        row.into_active_model().insert(&tx).await?;
        let a = self.write_amendment(&tx, a, AmendmentStatus::Draft, kind.code(), Some(reason)).await?;
        self.commit(tx).await?;
        Ok(a)
    }

    /// Takes a change out of an amendment that is drafted.
    pub async fn unamend(&self, id: Uuid, expected: i32, change: Uuid) -> Result<amendment::Model> {
        let tx = self.store.begin().await?;
        let a = self.amendment_for(&tx, id, Action::EditList, expected).await?;
        a.status.apply(AmendmentAction::Edit)?;
        let gone = amendment_change::Entity::delete_many()
            .filter(amendment_change::Column::Id.eq(change))
            .filter(amendment_change::Column::AmendmentId.eq(id))
            .exec(&tx)
            .await?;
        if gone.rows_affected == 0 {
            return Err(Error::NotFound("修订内容"));
        }
        let a = self.write_amendment(&tx, a, AmendmentStatus::Draft, "REMOVE_CHANGE", None).await?;
        self.commit(tx).await?;
        Ok(a)
    }

    /// The item of a change, on the amended list and not struck.
    async fn amended_item(
        &self,
        tx: &DatabaseTransaction,
        a: &amendment::Model,
        id: Uuid,
    ) -> Result<duty_item::Model> {
        let item = duty_item::Entity::find_by_id(id).one(tx).await?;
        let item = item.filter(|i| i.list_id == a.list_id).ok_or(Error::NotFound("项目"))?;
        if item.removed {
            let words = format!("第 {} 项已经撤销,不能再改;如需恢复,请增加该需求。", item.seq);
            return Err(Refusal::new("ITEM_REMOVED", words).into());
        }
        Ok(item)
    }

    async fn check_change(
        &self,
        tx: &DatabaseTransaction,
        a: &amendment::Model,
        change: &ListChange,
    ) -> Result<()> {
        match change {
            ListChange::Add(id) => {
                let n = need::Entity::find_by_id(*id).one(tx).await?.ok_or(Error::NotFound("需求"))?;
                if n.workstation_id != a.workstation_id {
                    return Err(Error::NotFound("需求"));
                }
                n.status.apply(NeedAction::List)?;
            }
            ListChange::Remove(id) => {
                let item = self.amended_item(tx, a, *id).await?;
                if item.joint_of.is_some() {
                    return Ok(());
                }
                self.not_held_jointly(tx, &item).await?;
                let live = work_order::Entity::find()
                    .filter(work_order::Column::NeedId.eq(item.need_id))
                    .filter(work_order::Column::Status.is_in(OrderStatus::all_live()))
                    .one(tx)
                    .await?;
                if let Some(o) = live {
                    let words =
                        format!("第 {} 项有未办结的单 {},请先取消该单,再撤销项目。", item.seq, o.number);
                    return Err(Refusal::new("ORDER_LIVE", words).into());
                }
                let n =
                    need::Entity::find_by_id(item.need_id).one(tx).await?.ok_or(Error::NotFound("需求"))?;
                n.status.apply(NeedAction::Unlist)?;
            }
            ListChange::Edit(id, new) => {
                let item = self.amended_item(tx, a, *id).await?;
                if item.joint_of.is_some() && new.quarter.is_some_and(|q| q != item.quarter) {
                    let words = "联办项目的季度由牵头站确定,随其修改;请与牵头站商定。";
                    return Err(Refusal::new("JOINT", words).at("quarter").into());
                }
                if let Some(title) = &new.title {
                    refusal::text(title, "项目名称", 100, "title")?;
                }
                if let Some(result) = &new.expected_result {
                    refusal::text(result, "预期成果", 200, "expectedResult")?;
                }
                if let Some(partners) = &new.partners {
                    domain::duty_list::partners(partners)?;
                }
                if let Some(q) = new.quarter.filter(|q| !(1..=4).contains(q)) {
                    let words = format!("季度为 {q},应为 1 至 4。");
                    return Err(Refusal::new("QUARTER", words).at("quarter").into());
                }
            }
            ListChange::Substitute(id, m) => {
                let item = self.amended_item(tx, a, *id).await?;
                let m = need_match::Entity::find_by_id(*m).one(tx).await?;
                let m = m.filter(|m| m.need_id == item.need_id).ok_or(Error::NotFound("匹配"))?;
                if m.status != MatchStatus::Confirmed {
                    let words = format!("该匹配现在是「{}」,须由委员确认后才能替换。", m.status.label());
                    return Err(Refusal::new("ITEM_UNCONFIRMED", words).into());
                }
            }
            ListChange::Join(id) => {
                self.offered_to(tx, *id, a.workstation_id).await?;
            }
        }
        Ok(())
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

    async fn make_change(
        &self,
        tx: &DatabaseTransaction,
        a: &amendment::Model,
        list: &duty_list::Model,
        c: &amendment_change::Model,
    ) -> Result<()> {
        // Things may have moved on since it was drafted.
        let wanted = match (c.kind, c.item_id, c.need_id, c.match_id) {
            (ChangeKind::Add, _, Some(n), _) => ListChange::Add(n),
            (ChangeKind::Remove, Some(i), ..) => ListChange::Remove(i),
            (ChangeKind::Edit, Some(i), ..) => ListChange::Edit(i, serde_json::from_str(&c.detail)?),
            (ChangeKind::Substitute, Some(i), _, Some(m)) => ListChange::Substitute(i, m),
            (ChangeKind::Join, Some(i), ..) => {
                ListChange::Join(self.offer_of(tx, i, a.workstation_id).await?)
            }
            _ => return Err(Error::Fault("a change of nothing".into())),
        };
        self.check_change(tx, a, &wanted).await?;
        match wanted {
            ListChange::Add(need_id) => self.put_on_list(tx, list, need_id).await,
            ListChange::Join(offer) => {
                let j = self.offered_to(tx, offer, a.workstation_id).await?;
                self.carry_too(tx, j, list).await.map(|_| ())
            }
            ListChange::Remove(item) => {
                let item = self.amended_item(tx, a, item).await?;
                let (need_id, joint) = (item.need_id, item.joint_of.is_some());
                self.leave_joint(tx, &item, &c.reason).await?;
                let version = item.version + 1;
                let mut row = item.into_active_model();
                row.removed = Set(true);
                row.removal_reason = Set(Some(c.reason.clone()));
                row.version = Set(version);
                row.update(tx).await?;
                if joint {
                    return Ok(());
                }
                self.step_need(tx, need_id, NeedAction::Unlist).await?;
                let held = need_match::Entity::find()
                    .filter(need_match::Column::NeedId.eq(need_id))
                    .filter(need_match::Column::Status.is_in([MatchStatus::Proposed, MatchStatus::Confirmed]))
                    .all(tx)
                    .await?;
                for m in held {
                    let to = m.status.apply(MatchAction::Release)?;
                    self.write_match(tx, m, to, Some(c.reason.clone())).await?;
                }
                Ok(())
            }
            ListChange::Edit(item, new) => {
                let item = self.amended_item(tx, a, item).await?;
                if let Some(quarter) = new.quarter.filter(|q| *q != item.quarter) {
                    self.move_quarter(tx, &item, list.year, quarter).await?;
                }
                let version = item.version + 1;
                let mut row = item.clone().into_active_model();
                row.title = Set(new.title.unwrap_or(item.title));
                row.form = Set(new.form.unwrap_or(item.form));
                row.quarter = Set(new.quarter.unwrap_or(item.quarter));
                row.expected_result = Set(new.expected_result.unwrap_or(item.expected_result));
                if let Some(partners) = new.partners {
                    row.partners = Set(domain::duty_list::partners(&partners)?);
                }
                row.version = Set(version);
                let item = row.update(tx).await?;
                self.mirror(tx, &item).await
            }
            ListChange::Substitute(item, matched) => {
                let joined = self.carried_by(tx, &[item]).await?;
                let gone = joined.iter().map(|m| &m.matched).filter(|m| !m.status.reserves()).map(|m| m.id);
                duty_item_match::Entity::delete_many()
                    .filter(duty_item_match::Column::ItemId.eq(item))
                    .filter(duty_item_match::Column::MatchId.is_in(gone.chain([matched])))
                    .exec(tx)
                    .await?;
                let join = duty_item_match::Model { item_id: item, match_id: matched };
                join.into_active_model().insert(tx).await?;
                let item = self.amended_item(tx, a, item).await?;
                self.mirror(tx, &item).await
            }
        }
    }

    /// A covered need as the last line of a list.
    async fn put_on_list(
        &self,
        tx: &DatabaseTransaction,
        list: &duty_list::Model,
        need_id: Uuid,
    ) -> Result<()> {
        let n = self.step_need(tx, need_id, NeedAction::List).await?;
        let matches = need_match::Entity::find()
            .filter(need_match::Column::NeedId.eq(need_id))
            .filter(need_match::Column::Status.eq(MatchStatus::Confirmed))
            .order_by_asc(need_match::Column::Id)
            .all(tx)
            .await?;
        let last = duty_item::Entity::find()
            .filter(duty_item::Column::ListId.eq(list.id))
            .order_by_desc(duty_item::Column::Seq)
            .one(tx)
            .await?
            .map_or(0, |i| i.seq);
        let first = matches.first().ok_or_else(|| Error::Fault("a covered need without match".into()))?;
        let resource = self.resource_row(tx, first.resource_id).await?;
        let urgent = n.urgency == domain::Urgency::Urgent;
        let beneficiaries = number::beneficiaries(n.households, n.persons, n.shops, true);
        let item = duty_item::Model {
            id: self.id(),
            list_id: list.id,
            seq: last + 1,
            need_id,
            title: domain::privacy::mask(&n.title),
            form: rules::draft_form(resource.kind, urgent),
            quarter: matches.iter().map(|m| m.quarter).max().unwrap_or(1),
            expected_result: rules::draft_result(
                resource.kind,
                matches.len(),
                &resource.unit,
                &beneficiaries,
            ),
            removed: false,
            removal_reason: None,
            workstation_id: Some(list.workstation_id),
            joint_of: None,
            partners: String::new(),
            version: 1,
        };
        let id = item.id;
        item.into_active_model().insert(tx).await?;
        let joins = matches
            .into_iter()
            .map(|m| duty_item_match::Model { item_id: id, match_id: m.id }.into_active_model());
        crate::import::insert_all(tx, joins.collect()).await
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
