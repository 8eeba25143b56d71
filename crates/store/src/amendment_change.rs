//! The changes of an amendment: checked when they are asked for, and again when they are made.

use crate::entity::{
    amendment, amendment_change, duty_item, duty_item_match, duty_list, need, need_match, work_order,
};
use crate::{Desk, Error, ItemChange, Result};
use domain::{
    Action, AmendmentAction, AmendmentStatus, ChangeKind, MatchAction, MatchStatus, NeedAction, OrderStatus,
    Refusal, duty_list as rules, number, refusal,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, Set,
};
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

    pub(crate) async fn check_change(
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

    pub(crate) async fn make_change(
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
}
