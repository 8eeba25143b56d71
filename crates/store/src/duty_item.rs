//! Items of annual duty lists: reading, and editing the draft.

use crate::city::quarter_of;
use crate::desk::{Event, same_version};
use crate::entity::{duty_item, duty_item_match, duty_list, need, need_match};
use crate::{Desk, Error, ItemMatch, Result};
use domain::{Action, DutyForm, ListAction, MatchStatus, Publicity, Refusal, duty_list as rules, refusal};
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait,
    FromQueryResult, IntoActiveModel, JoinType, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Set,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An item with what decides how much of it the viewer may read.
#[derive(FromQueryResult)]
struct SeenItem {
    #[sea_orm(nested)]
    item: duty_item::Model,
    publicity: Publicity,
    station: Option<Uuid>,
}

/// What a convener changes on an item; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemChange {
    /// Title.
    pub title: Option<String>,
    /// Form.
    pub form: Option<DutyForm>,
    /// Quarter, 1 to 4.
    pub quarter: Option<i32>,
    /// Expected result.
    pub expected_result: Option<String>,
    /// Units that carry it too (共建/协办单位); none where the list is empty.
    pub partners: Option<Vec<String>>,
}

impl Desk {
    /// Items of lists that the viewer has been given, in order; struck ones too.
    pub async fn items_of(&self, lists: &[Uuid]) -> Result<Vec<duty_item::Model>> {
        self.items_where(duty_item::Column::ListId.is_in(lists.iter().copied())).await
    }

    /// Items with what decides how much of them the viewer may read.
    async fn items_where(&self, which: SimpleExpr) -> Result<Vec<duty_item::Model>> {
        let rows = duty_item::Entity::find()
            .column_as(need::Column::Publicity, "publicity")
            .column_as(duty_item::Column::WorkstationId, "station")
            .join(
                JoinType::InnerJoin,
                duty_item::Entity::belongs_to(need::Entity)
                    .from(duty_item::Column::NeedId)
                    .to(need::Column::Id)
                    .into(),
            )
            .filter(which)
            .order_by_asc(duty_item::Column::Seq)
            .into_model::<SeenItem>()
            .all(self.store.db())
            .await?;
        Ok(rows.into_iter().map(|r| self.narrow_item(r)).collect())
    }

    /// What a requester does not want shown is not shown by the item made of it (domain.md §11).
    fn narrow_item(&self, seen: SeenItem) -> duty_item::Model {
        let mut item = seen.item;
        let own = seen.station.is_some_and(|s| self.may(Action::ReadLists, s));
        if seen.publicity == Publicity::Internal && !own {
            item.title = "不公开的项目".to_owned();
            item.expected_result = "按计划办结,由工作站答复".to_owned();
            item.removal_reason = item.removal_reason.map(|_| "不公开".to_owned());
            item.partners.clear();
        }
        item
    }

    /// Items by id, of lists that the viewer may see.
    pub async fn items_by_id(&self, ids: &[Uuid]) -> Result<Vec<duty_item::Model>> {
        let lists = duty_list::Entity::find()
            .select_only()
            .column(duty_list::Column::Id)
            .filter(self.lists_in_sight());
        self.items_where(
            duty_item::Column::Id
                .is_in(ids.iter().copied())
                .and(duty_item::Column::ListId.in_subquery(lists.into_query())),
        )
        .await
    }

    /// The matches that carry items, in order of their resources' ids.
    pub async fn matches_of_items(&self, items: &[Uuid]) -> Result<Vec<ItemMatch>> {
        self.carried_by(self.store.db(), items).await
    }

    pub(crate) async fn carried_by<C: ConnectionTrait>(
        &self,
        db: &C,
        items: &[Uuid],
    ) -> Result<Vec<ItemMatch>> {
        let lists = duty_list::Entity::find()
            .select_only()
            .column(duty_list::Column::Id)
            .filter(duty_list::Column::Edition.gt(0));
        let published = duty_item::Entity::find()
            .select_only()
            .column(duty_item::Column::Id)
            .filter(duty_item::Column::ListId.in_subquery(lists.into_query()));
        Ok(need_match::Entity::find()
            .column_as(duty_item_match::Column::ItemId, "item_id")
            .join(
                JoinType::InnerJoin,
                need_match::Entity::belongs_to(duty_item_match::Entity)
                    .from(need_match::Column::Id)
                    .to(duty_item_match::Column::MatchId)
                    .into(),
            )
            .filter(duty_item_match::Column::ItemId.is_in(items.iter().copied()))
            .filter(
                Condition::any()
                    .add(need_match::Column::Status.is_in([
                        MatchStatus::Suggested,
                        MatchStatus::Proposed,
                        MatchStatus::Confirmed,
                        MatchStatus::Used,
                    ]))
                    // A published list changes by an amendment alone: what has gone is shown until then.
                    .add(
                        Condition::all()
                            .add(need_match::Column::Status.is_in([
                                MatchStatus::Declined,
                                MatchStatus::Lapsed,
                                MatchStatus::Released,
                            ]))
                            .add(duty_item_match::Column::ItemId.in_subquery(published.into_query())),
                    ),
            )
            .order_by_asc(need_match::Column::Id)
            .into_model::<ItemMatch>()
            .all(db)
            .await?)
    }

    /// An item with its list, which the viewer may see.
    pub(crate) async fn item_for<C: ConnectionTrait>(
        &self,
        db: &C,
        id: Uuid,
        action: Action,
    ) -> Result<(duty_item::Model, duty_list::Model)> {
        let item = duty_item::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound("清单项"))?;
        let list =
            duty_list::Entity::find_by_id(item.list_id).one(db).await?.ok_or(Error::NotFound("清单"))?;
        self.need(action, list.workstation_id, None)?;
        self.open_year(db, list.year).await?;
        Ok((item, list))
    }

    /// Changes an item of a draft.
    pub async fn edit_item(&self, id: Uuid, expected: i32, change: ItemChange) -> Result<duty_item::Model> {
        let tx = self.store.begin().await?;
        let (item, list) = self.item_for(&tx, id, Action::EditList).await?;
        list.status.apply(ListAction::Edit)?;
        let mut differ = Vec::new();
        let changed = |differs: bool, name: &'static str, differ: &mut Vec<&'static str>| {
            if differs {
                differ.push(name);
            }
        };
        changed(change.title.as_ref().is_some_and(|t| *t != item.title), "title", &mut differ);
        changed(change.form.is_some_and(|f| f != item.form), "form", &mut differ);
        changed(change.quarter.is_some_and(|q| q != item.quarter), "quarter", &mut differ);
        changed(
            change.expected_result.as_ref().is_some_and(|t| *t != item.expected_result),
            "expectedResult",
            &mut differ,
        );
        let partners = change.partners.as_deref().map(rules::partners).transpose()?;
        changed(partners.as_ref().is_some_and(|p| *p != item.partners), "partners", &mut differ);
        same_version(expected, item.version, differ.clone())?;
        if change.quarter.is_some_and(|q| q != item.quarter) && item.joint_of.is_some() {
            let words = "联办项目的季度由牵头站确定,随其修改;请与牵头站商定。";
            return Err(Refusal::new("JOINT", words).at("quarter").into());
        }
        let before = item.clone();
        let mut row = item.clone().into_active_model();
        if let Some(title) = change.title {
            row.title = Set(refusal::text(&title, "项目名称", 100, "title")?);
        }
        if let Some(form) = change.form {
            row.form = Set(form);
        }
        if let Some(quarter) = change.quarter {
            if !(1..=4).contains(&quarter) {
                return Err(Refusal::new("QUARTER", format!("季度为 {quarter},应为 1 至 4。"))
                    .at("quarter")
                    .into());
            }
            row.quarter = Set(quarter);
            if quarter != item.quarter {
                self.move_quarter(&tx, &item, list.year, quarter).await?;
            }
        }
        if let Some(result) = change.expected_result {
            row.expected_result = Set(refusal::text(&result, "预期成果", 200, "expectedResult")?);
        }
        if let Some(partners) = partners {
            row.partners = Set(partners);
        }
        row.version = Set(expected + 1);
        let item = row.update(&tx).await?;
        self.mirror(&tx, &item).await?;
        let detail = serde_json::json!({"fields": differ, "before": {"title": before.title, "form": before.form, "quarter": before.quarter}, "after": {"title": item.title, "form": item.form, "quarter": item.quarter}});
        self.audit(
            &tx,
            Event {
                action: "EDIT",
                subject: "duty_item",
                id: Some(id),
                workstation: Some(list.workstation_id),
                detail,
                reason: None,
            },
        )
        .await?;
        self.commit(tx).await?;
        Ok(item)
    }

    /// The matches of an item go to another quarter with it: each resource must be open then, and have room.
    pub(crate) async fn move_quarter(
        &self,
        tx: &DatabaseTransaction,
        item: &duty_item::Model,
        year: i32,
        quarter: i32,
    ) -> Result<()> {
        let mut carried: Vec<need_match::Model> =
            self.carried_by(tx, &[item.id]).await?.into_iter().map(|m| m.matched).collect();
        for m in &mut carried {
            m.quarter = quarter;
            let r = self.resource_row(tx, m.resource_id).await?;
            let open = quarter_of(r.window_from, year)..=quarter_of(r.window_to, year);
            if !open.contains(&(quarter as u8)) {
                return Err(Refusal::new(
                    "WINDOW",
                    format!(
                        "资源 {} 的可用时段为 {} 至 {},不含{},请另选季度。",
                        r.number,
                        r.window_from,
                        r.window_to,
                        domain::number::quarter(quarter)
                    ),
                )
                .at("quarter")
                .into());
            }
        }
        let reserved: Vec<need_match::Model> =
            carried.iter().filter(|m| m.status.reserves()).cloned().collect();
        self.check_room(tx, &reserved).await?;
        need_match::Entity::update_many()
            .col_expr(need_match::Column::Quarter, Expr::value(quarter))
            .col_expr(need_match::Column::Version, Expr::col(need_match::Column::Version).add(1))
            .filter(need_match::Column::Id.is_in(carried.iter().map(|m| m.id)))
            .exec(tx)
            .await?;
        Ok(())
    }

    /// Takes an item off a draft: it stays, struck through, with the reason; its open matches are given back.
    pub async fn remove_item(&self, id: Uuid, expected: i32, reason: &str) -> Result<duty_item::Model> {
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let (item, list) = self.item_for(&tx, id, Action::EditList).await?;
        list.status.apply(ListAction::Edit)?;
        same_version(expected, item.version, vec!["removed"])?;
        if item.removed {
            return Err(Refusal::new("ALREADY_REMOVED", "该项已经撤销,无需再撤。").into());
        }
        self.leave_joint(&tx, &item, &reason).await?;
        let mut row = item.into_active_model();
        row.removed = Set(true);
        row.removal_reason = Set(Some(reason.clone()));
        row.version = Set(expected + 1);
        let item = row.update(&tx).await?;
        let ids: Vec<Uuid> = duty_item_match::Entity::find()
            .filter(duty_item_match::Column::ItemId.eq(id))
            .all(&tx)
            .await?
            .into_iter()
            // What carries a joint item is the lead station's.
            .filter(|_| item.joint_of.is_none())
            .map(|m| m.match_id)
            .collect();
        need_match::Entity::update_many()
            .col_expr(need_match::Column::Status, Expr::value(MatchStatus::Dismissed.code()))
            .col_expr(need_match::Column::Reason, Expr::value(reason.clone()))
            .col_expr(need_match::Column::Version, Expr::col(need_match::Column::Version).add(1))
            .filter(need_match::Column::Id.is_in(ids))
            .filter(need_match::Column::Status.is_in([MatchStatus::Suggested, MatchStatus::Proposed]))
            .exec(&tx)
            .await?;
        self.audit(
            &tx,
            Event {
                action: "REMOVE",
                subject: "duty_item",
                id: Some(id),
                workstation: Some(list.workstation_id),
                detail: serde_json::json!({"seq": item.seq, "title": item.title}),
                reason: Some(reason),
            },
        )
        .await?;
        self.commit(tx).await?;
        Ok(item)
    }

    /// Puts a need of the station on its draft, carried by its live matches.
    pub async fn add_item(&self, list_id: Uuid, expected: i32, need_id: Uuid) -> Result<duty_item::Model> {
        let tx = self.store.begin().await?;
        let list = self.list_for(&tx, list_id, Action::EditList).await?;
        list.status.apply(ListAction::Edit)?;
        same_version(expected, list.version, vec!["items"])?;
        let need = need::Entity::find_by_id(need_id)
            .filter(need::Column::WorkstationId.eq(list.workstation_id))
            .one(&tx)
            .await?
            .ok_or(Error::NotFound("需求"))?;
        let items = duty_item::Entity::find().filter(duty_item::Column::ListId.eq(list_id)).all(&tx).await?;
        if let Some(i) = items.iter().find(|i| i.need_id == need_id && !i.removed) {
            return Err(Refusal::new(
                "ALREADY_LISTED",
                format!("需求 {} 已是第 {} 项。", need.number, i.seq),
            )
            .at("needId")
            .into());
        }
        let live = need_match::Entity::find()
            .filter(need_match::Column::NeedId.eq(need_id))
            .filter(need_match::Column::Status.is_in([
                MatchStatus::Suggested,
                MatchStatus::Proposed,
                MatchStatus::Confirmed,
            ]))
            .order_by_asc(need_match::Column::Id)
            .all(&tx)
            .await?;
        let Some(first) = live.first() else {
            return Err(Refusal::new(
                "NO_MATCH",
                format!("需求 {} 还没有匹配的资源,请先为它选一项资源。", need.number),
            )
            .at("needId")
            .into());
        };
        let resource = self.resource_row(&tx, first.resource_id).await?;
        let beneficiaries = domain::number::beneficiaries(need.households, need.persons, need.shops, true);
        let item = duty_item::Model {
            id: self.id(),
            list_id,
            seq: items.iter().map(|i| i.seq).max().unwrap_or(0) + 1,
            need_id,
            title: domain::privacy::mask(&need.title),
            form: rules::draft_form(resource.kind, need.urgency == domain::Urgency::Urgent),
            quarter: first.quarter,
            expected_result: rules::draft_result(resource.kind, live.len(), &resource.unit, &beneficiaries),
            removed: false,
            removal_reason: None,
            workstation_id: Some(list.workstation_id),
            joint_of: None,
            partners: String::new(),
            // By hand: the next plan leaves it where it is.
            version: 2,
        };
        let item = item.into_active_model().reset_all().insert(&tx).await?;
        for m in &live {
            duty_item_match::Model { item_id: item.id, match_id: m.id }
                .into_active_model()
                .insert(&tx)
                .await?;
        }
        self.touch_list(&tx, &list).await?;
        self.audit(
            &tx,
            Event {
                action: "ADD",
                subject: "duty_item",
                id: Some(item.id),
                workstation: Some(list.workstation_id),
                detail: serde_json::json!({"need": need.number}),
                reason: None,
            },
        )
        .await?;
        self.commit(tx).await?;
        Ok(item)
    }

    /// Puts the items of a draft in the order given; it must name each that is not struck, once.
    pub async fn reorder_items(
        &self,
        list_id: Uuid,
        expected: i32,
        order: &[Uuid],
    ) -> Result<duty_list::Model> {
        let tx = self.store.begin().await?;
        let list = self.list_for(&tx, list_id, Action::EditList).await?;
        list.status.apply(ListAction::Edit)?;
        same_version(expected, list.version, vec!["items"])?;
        let items = duty_item::Entity::find().filter(duty_item::Column::ListId.eq(list_id)).all(&tx).await?;
        let (mut have, mut want): (Vec<Uuid>, Vec<Uuid>) =
            (items.iter().filter(|i| !i.removed).map(|i| i.id).collect(), order.to_vec());
        have.sort_unstable();
        want.sort_unstable();
        if have != want {
            return Err(Refusal::new("ORDER", format!("顺序须包含清单现有的 {} 项,每项一次。", have.len()))
                .at("itemIds")
                .into());
        }
        for (seq, id) in order.iter().enumerate() {
            duty_item::Entity::update_many()
                .col_expr(duty_item::Column::Seq, Expr::value(seq as i32 + 1))
                .filter(duty_item::Column::Id.eq(*id))
                .exec(&tx)
                .await?;
        }
        let list = self.touch_list(&tx, &list).await?;
        self.audit(
            &tx,
            Event {
                action: "REORDER",
                subject: "duty_list",
                id: Some(list_id),
                workstation: Some(list.workstation_id),
                detail: serde_json::json!({"items": order.len()}),
                reason: None,
            },
        )
        .await?;
        self.commit(tx).await?;
        Ok(list)
    }
}
