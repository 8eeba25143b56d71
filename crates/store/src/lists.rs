//! Annual duty lists and their items: reading, editing the draft, review.

use crate::desk::{Event, same_version};
use crate::entity::{approval, duty_item, duty_item_match, duty_list, need, need_match, workstation};
use crate::paging::slice;
use crate::{Desk, Error, ItemMatch, Page, Result, Slice};
use domain::{
    Action, AssignmentRole, ConvenerSeat, DutyForm, ListAction, ListStatus, MatchAction, MatchStatus,
    NeedAction, NeedStatus, Publicity, Refusal, Role, duty_list as rules, refusal,
};
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait,
    FromQueryResult, IntoActiveModel, JoinType, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Set,
};
use uuid::Uuid;

/// Which lists.
#[derive(Clone, Debug, Default)]
pub struct ListFilter {
    /// Year.
    pub year: i32,
    /// State.
    pub status: Option<ListStatus>,
    /// Code of the district.
    pub district: Option<String>,
}

/// An item with what decides how much of it the viewer may read.
#[derive(FromQueryResult)]
struct SeenItem {
    #[sea_orm(nested)]
    item: duty_item::Model,
    publicity: Publicity,
    workstation_id: Uuid,
}

/// What a convener changes on an item; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ItemChange {
    /// Title.
    pub title: Option<String>,
    /// Form.
    pub form: Option<DutyForm>,
    /// Quarter, 1 to 4.
    pub quarter: Option<i32>,
    /// Expected result.
    pub expected_result: Option<String>,
}

impl Desk {
    /// Published lists are public; drafts are for those whose right reaches them.
    fn lists_in_sight(&self) -> Condition {
        Condition::any()
            .add(duty_list::Column::Status.eq(ListStatus::Published))
            .add(self.in_sight(duty_list::Column::WorkstationId, None))
    }

    /// Lists by number.
    pub async fn duty_lists(&self, q: &ListFilter, page: &Page) -> Result<Slice<duty_list::Model>> {
        slice(self.store.db(), self.lists_where(q), duty_list::Column::Number, page).await
    }

    /// How many lists.
    pub async fn count_duty_lists(&self, q: &ListFilter) -> Result<u64> {
        Ok(self.lists_where(q).count(self.store.db()).await?)
    }

    fn lists_where(&self, q: &ListFilter) -> sea_orm::Select<duty_list::Entity> {
        let mut query = duty_list::Entity::find()
            .filter(duty_list::Column::Year.eq(q.year))
            .filter(self.lists_in_sight());
        if let Some(status) = q.status {
            query = query.filter(duty_list::Column::Status.eq(status));
        }
        if let Some(district) = &q.district {
            let stations = workstation::Entity::find()
                .select_only()
                .column(workstation::Column::Id)
                .filter(workstation::Column::District.eq(district.as_str()));
            query = query.filter(duty_list::Column::WorkstationId.in_subquery(stations.into_query()));
        }
        query
    }

    /// Signatures of lists, in the order in which they were given.
    pub async fn approvals_of(&self, lists: &[Uuid]) -> Result<Vec<approval::Model>> {
        Ok(approval::Entity::find()
            .filter(approval::Column::ListId.is_in(lists.iter().copied()))
            .order_by_asc(approval::Column::SignedAt)
            .order_by_asc(approval::Column::Id)
            .all(self.store.db())
            .await?)
    }

    /// Lists by id.
    pub async fn lists_by_id(&self, ids: &[Uuid]) -> Result<Vec<duty_list::Model>> {
        Ok(duty_list::Entity::find()
            .filter(duty_list::Column::Id.is_in(ids.iter().copied()))
            .filter(self.lists_in_sight())
            .all(self.store.db())
            .await?)
    }

    /// The lists of a year of these stations.
    pub async fn lists_of(&self, stations: &[Uuid], year: i32) -> Result<Vec<duty_list::Model>> {
        Ok(duty_list::Entity::find()
            .filter(duty_list::Column::Year.eq(year))
            .filter(duty_list::Column::WorkstationId.is_in(stations.iter().copied()))
            .filter(self.lists_in_sight())
            .all(self.store.db())
            .await?)
    }

    /// A list by id.
    pub async fn duty_list(&self, id: Uuid) -> Result<duty_list::Model> {
        duty_list::Entity::find_by_id(id)
            .filter(self.lists_in_sight())
            .one(self.store.db())
            .await?
            .ok_or(Error::NotFound("清单"))
    }

    /// Items of lists that the viewer has been given, in order; struck ones too.
    pub async fn items_of(&self, lists: &[Uuid]) -> Result<Vec<duty_item::Model>> {
        self.items_where(duty_item::Column::ListId.is_in(lists.iter().copied())).await
    }

    /// Items with what decides how much of them the viewer may read.
    async fn items_where(&self, which: SimpleExpr) -> Result<Vec<duty_item::Model>> {
        let rows = duty_item::Entity::find()
            .column_as(need::Column::Publicity, "publicity")
            .column_as(need::Column::WorkstationId, "workstation_id")
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
        if seen.publicity == Publicity::Internal && !self.may(Action::ReadLists, seen.workstation_id) {
            item.title = "不公开的项目".to_owned();
            item.expected_result = "按计划办结,由工作站答复".to_owned();
            item.removal_reason = item.removal_reason.map(|_| "不公开".to_owned());
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
            .filter(need_match::Column::Status.is_in([
                MatchStatus::Suggested,
                MatchStatus::Proposed,
                MatchStatus::Confirmed,
            ]))
            .order_by_asc(need_match::Column::Id)
            .into_model::<ItemMatch>()
            .all(self.store.db())
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
        Ok((item, list))
    }

    async fn list_for(&self, db: &DatabaseTransaction, id: Uuid, action: Action) -> Result<duty_list::Model> {
        let list = duty_list::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound("清单"))?;
        self.need(action, list.workstation_id, None)?;
        Ok(list)
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
        same_version(expected, item.version, differ.clone())?;
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
        }
        if let Some(result) = change.expected_result {
            row.expected_result = Set(refusal::text(&result, "预期成果", 200, "expectedResult")?);
        }
        row.version = Set(expected + 1);
        let item = row.update(&tx).await?;
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

    pub(crate) async fn touch_list(
        &self,
        tx: &DatabaseTransaction,
        list: &duty_list::Model,
    ) -> Result<duty_list::Model> {
        let mut row = list.clone().into_active_model();
        row.version = Set(list.version + 1);
        Ok(row.update(tx).await?)
    }

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
        let (action, role) = match seat {
            ConvenerSeat::First => (Action::ApproveList, AssignmentRole::FirstConvener),
            ConvenerSeat::Second => (Action::CosignList, AssignmentRole::SecondConvener),
        };
        let tx = self.store.begin().await?;
        let list = self.list_for(&tx, id, action).await?;
        list.status.apply(ListAction::Sign)?;
        same_version(expected, list.version, vec!["status", "approvals"])?;
        let Some(person) = self.viewer.person else {
            return Err(Refusal::new("NO_PERSON", "令牌没有对应的人员,不能签署;请使用本人令牌。").into());
        };
        if self.viewer.role == Role::ChiefConvener {
            use crate::entity::assignment;
            let held = assignment::Entity::find()
                .filter(assignment::Column::WorkstationId.eq(list.workstation_id))
                .filter(assignment::Column::Role.eq(role))
                .filter(assignment::Column::ToDate.is_null())
                .one(&tx)
                .await?;
            if held.is_some() {
                return Err(Refusal::new(
                    "SEAT_HELD",
                    format!("「{}」席位有人,应由其本人签署。", seat.label()),
                )
                .into());
            }
        } else if !self.holds(&tx, role, list.workstation_id).await? {
            return Err(
                Refusal::new("NOT_IN_SEAT", format!("您现在不是本站的{},不能代签。", role.label())).into()
            );
        }
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
                    mine.iter().filter(|m| m.status != MatchStatus::Confirmed).map(|m| m.resource_id),
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
