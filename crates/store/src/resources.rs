//! Resources: reading and their life.

use crate::desk::{Event, same_version};
use crate::entity::{duty_item, duty_item_match, duty_list, need_match, resource, resource_category};
use crate::import::insert_all;
use crate::{Desk, Error, NewResource, Page, Result};
use domain::{
    Action, ListStatus, MatchStatus, Reach, Refusal, ResourceAction, ResourceKind, ResourceStatus, number,
    refusal, resource as rules,
};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, Set,
};
use uuid::Uuid;

/// Which resources.
#[derive(Clone, Debug, Default)]
pub struct ResourceFilter {
    /// Year.
    pub year: i32,
    /// State.
    pub status: Option<ResourceStatus>,
    /// Kind.
    pub kind: Option<ResourceKind>,
    /// Home station.
    pub workstation: Option<Uuid>,
    /// Part of the title or number.
    pub text: Option<String>,
}

impl Desk {
    fn resources_in_sight(&self) -> Condition {
        let published = duty_list::Entity::find()
            .select_only()
            .column(duty_list::Column::Id)
            .filter(duty_list::Column::Status.eq(ListStatus::Published));
        let items = duty_item::Entity::find()
            .select_only()
            .column(duty_item::Column::Id)
            .filter(duty_item::Column::ListId.in_subquery(published.into_query()));
        let joined = duty_item_match::Entity::find()
            .select_only()
            .column(duty_item_match::Column::MatchId)
            .filter(duty_item_match::Column::ItemId.in_subquery(items.into_query()));
        let listed = need_match::Entity::find()
            .select_only()
            .column(need_match::Column::ResourceId)
            .filter(need_match::Column::Id.in_subquery(joined.into_query()));
        let mut any = Condition::any().add(resource::Column::Id.in_subquery(listed.into_query()));
        match self.reach(Action::ReadLists) {
            Reach::City => any = any.add(resource::Column::Year.gt(0)),
            // What goes to other stations is offered to them.
            Reach::Stations => {
                any = any
                    .add(resource::Column::WorkstationId.is_in(self.viewer.stations.iter().copied()))
                    .add(resource::Column::Status.eq(ResourceStatus::Available));
            }
            Reach::Own => any = any.add(resource::Column::MemberId.eq(self.viewer.person)),
            Reach::Nothing => {}
        }
        any
    }

    fn resources_where(&self, f: &ResourceFilter) -> Select<resource::Entity> {
        let mut q = resource::Entity::find()
            .filter(resource::Column::Year.eq(f.year))
            .filter(self.resources_in_sight());
        if let Some(status) = f.status {
            q = q.filter(resource::Column::Status.eq(status));
        }
        if let Some(kind) = f.kind {
            q = q.filter(resource::Column::Kind.eq(kind));
        }
        if let Some(station) = f.workstation {
            q = q.filter(resource::Column::WorkstationId.eq(station));
        }
        if let Some(text) = &f.text {
            q = q.filter(resource::Column::Title.contains(text).or(resource::Column::Number.contains(text)));
        }
        q
    }

    /// Resources by number.
    pub async fn resources(&self, f: &ResourceFilter, page: &Page) -> Result<Vec<resource::Model>> {
        let mut q = self.resources_where(f).order_by_asc(resource::Column::Number).limit(page.first + 1);
        if let Some(after) = &page.after {
            q = q.filter(resource::Column::Number.gt(after.as_str()));
        }
        Ok(q.all(self.store.db()).await?)
    }

    /// How many resources.
    pub async fn count_resources(&self, f: &ResourceFilter) -> Result<u64> {
        Ok(self.resources_where(f).count(self.store.db()).await?)
    }

    /// Resources by id.
    pub async fn resources_by_id(&self, ids: &[Uuid]) -> Result<Vec<resource::Model>> {
        let q = resource::Entity::find().filter(resource::Column::Id.is_in(ids.iter().copied()));
        Ok(q.filter(self.resources_in_sight()).all(self.store.db()).await?)
    }

    pub(crate) async fn resource_row<C: ConnectionTrait>(&self, db: &C, id: Uuid) -> Result<resource::Model> {
        resource::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound("资源"))
    }

    pub(crate) async fn resource_numbers<C: ConnectionTrait>(
        &self,
        db: &C,
        ids: impl Iterator<Item = Uuid>,
    ) -> Result<Vec<String>> {
        let ids: Vec<Uuid> = ids.collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let q = resource::Entity::find()
            .filter(resource::Column::Id.is_in(ids))
            .order_by_asc(resource::Column::Number);
        Ok(q.all(db).await?.into_iter().map(|r| r.number).collect())
    }

    /// Registers a resource of a member as a draft at its home station.
    pub async fn register_resource(
        &self,
        member_id: Uuid,
        workstation_id: Uuid,
        year: i32,
        input: NewResource,
    ) -> Result<resource::Model> {
        self.need(Action::WriteResource, workstation_id, Some(member_id))?;
        let title = refusal::text(&input.title, "资源名称", 100, "title")?;
        let description = refusal::text(&input.description, "说明", 5000, "description")?;
        rules::check_capacity(input.per_quarter, input.per_year)?;
        if input.window_to < input.window_from {
            return Err(Refusal::new(
                "WINDOW",
                format!("可用时段止于 {},早于开始日 {}。", input.window_to, input.window_from),
            )
            .at("windowTo")
            .into());
        }
        if input.categories.is_empty() {
            return Err(Refusal::new("CATEGORY", "请至少选择一个类别。").at("categories").into());
        }
        let known = self.categories_by_code(&input.categories).await?;
        if let Some(c) = input.categories.iter().find(|c| !known.iter().any(|k| k.code == **c)) {
            return Err(Refusal::new("CATEGORY", format!("没有代码为 {c} 的类别,请从类别表中选择。"))
                .at("categories")
                .into());
        }
        let tx = self.store.begin().await?;
        let station = self.station(&tx, workstation_id).await?;
        self.member_row(&tx, member_id).await?;
        let n = self.next_numbers(&tx, &format!("{}-{year}-R", station.code), 1).await?;
        let row = resource::Model {
            id: self.id(),
            number: number::item(&station.code, year, 'R', n),
            year,
            member_id,
            workstation_id,
            external_no: None,
            title,
            description,
            kind: input.kind,
            area_scope: input.scope,
            cross_district: input.cross_district,
            formats: input.formats,
            unit: input.unit,
            per_quarter: input.per_quarter,
            per_year: input.per_year,
            window_from: input.window_from,
            window_to: input.window_to,
            cost: input.cost,
            paid_to_owner: false,
            conflict_note: None,
            status: ResourceStatus::Draft,
            status_reason: None,
            version: 1,
        };
        let row = row.into_active_model().reset_all().insert(&tx).await?;
        let mut classes = input.categories;
        classes.sort();
        classes.dedup();
        let classes = classes
            .into_iter()
            .map(|category| resource_category::Model { resource_id: row.id, category }.into_active_model())
            .collect();
        insert_all(&tx, classes).await?;
        self.audit(
            &tx,
            Event {
                action: "REGISTER",
                subject: "resource",
                id: Some(row.id),
                workstation: Some(workstation_id),
                detail: serde_json::json!({"number": row.number}),
                reason: None,
            },
        )
        .await?;
        tx.commit().await?;
        Ok(row)
    }

    /// Moves a resource along its life. What is reserved must be released before it is withdrawn.
    pub async fn move_resource(
        &self,
        id: Uuid,
        expected: i32,
        action: ResourceAction,
        reason: Option<&str>,
    ) -> Result<resource::Model> {
        let right = match action {
            ResourceAction::Verify | ResourceAction::Return => Action::DecideResource,
            _ => Action::WriteResource,
        };
        let tx = self.store.begin().await?;
        let r = self.resource_row(&tx, id).await?;
        self.need(right, r.workstation_id, Some(r.member_id))?;
        let next = r.status.apply(action)?;
        same_version(expected, r.version, vec!["status"])?;
        let reason = match action {
            ResourceAction::Suspend | ResourceAction::Withdraw | ResourceAction::Return => {
                Some(refusal::text(reason.unwrap_or(""), "原因", 200, "reason")?)
            }
            _ => None,
        };
        if action == ResourceAction::Withdraw {
            let held = need_match::Entity::find()
                .filter(need_match::Column::ResourceId.eq(id))
                .filter(need_match::Column::Status.is_in([MatchStatus::Proposed, MatchStatus::Confirmed]))
                .count(&tx)
                .await?;
            if held > 0 {
                return Err(Refusal::new(
                    "RESERVED",
                    format!("该资源已有 {held} 次预留或确认,请先谢绝或另行安排,再撤回。"),
                )
                .into());
            }
        }
        let before = r.status;
        let mut row = r.into_active_model();
        row.status = Set(next);
        row.status_reason = Set(reason.clone());
        row.version = Set(expected + 1);
        let r = row.update(&tx).await?;
        let detail = serde_json::json!({"number": r.number, "before": before.code(), "after": next.code()});
        self.audit(
            &tx,
            Event {
                action: action.code(),
                subject: "resource",
                id: Some(id),
                workstation: Some(r.workstation_id),
                detail,
                reason,
            },
        )
        .await?;
        tx.commit().await?;
        Ok(r)
    }
}
