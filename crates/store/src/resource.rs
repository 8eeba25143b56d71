//! Resources: their life.

use crate::desk::{Event, same_version};
use crate::entity::{need_match, resource, resource_category, work_order};
use crate::import::insert_all;
use crate::{Desk, Error, Result};
use chrono::NaiveDate;
use domain::{
    Action, AreaScope, Cost, DeliveryFormat, MatchAction, MatchStatus, OrderStatus, Refusal, ResourceAction,
    ResourceKind, ResourceStatus, number, refusal, resource as rules,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, Set,
};
use uuid::Uuid;

/// Whose a resource is.
#[derive(Clone, Copy, Debug)]
pub enum Owner {
    /// A member's.
    Member(Uuid),
    /// A partner organisation's; this member answers for it, or the one who answers for the organisation.
    Partner(Uuid, Option<Uuid>),
}

/// What a person writes of a resource.
#[derive(Clone, Debug)]
pub struct ResourceInput {
    /// Title.
    pub title: String,
    /// Text.
    pub description: String,
    /// Kind.
    pub kind: ResourceKind,
    /// Codes of its classes.
    pub categories: Vec<String>,
    /// How far it goes.
    pub scope: AreaScope,
    /// Goes everywhere.
    pub cross_district: bool,
    /// How help is given.
    pub formats: DeliveryFormat,
    /// Unit.
    pub unit: String,
    /// Units a quarter.
    pub per_quarter: i32,
    /// Units a year.
    pub per_year: i32,
    /// First day.
    pub window_from: NaiveDate,
    /// Last day.
    pub window_to: NaiveDate,
    /// Who pays.
    pub cost: Cost,
    /// Whether the owner's own firm is paid.
    pub paid_to_owner: bool,
    /// Why that is right all the same; without it the resource is not matched.
    pub conflict_note: Option<String>,
}

impl Desk {
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

    async fn checked_resource(&self, mut input: ResourceInput) -> Result<ResourceInput> {
        input.title = refusal::text(&input.title, "资源名称", 100, "title")?;
        input.description = refusal::text(&input.description, "说明", 5000, "description")?;
        input.unit = refusal::text(&input.unit, "单位", 10, "unit")?;
        rules::check_capacity(input.per_quarter, input.per_year)?;
        if input.window_to < input.window_from {
            return Err(Refusal::new(
                "WINDOW",
                format!("可用时段止于 {},早于开始日 {},请改正。", input.window_to, input.window_from),
            )
            .at("windowTo")
            .into());
        }
        if input.categories.is_empty() {
            return Err(Refusal::new("CATEGORY", "请至少选择一个类别。").at("categories").into());
        }
        input.categories.sort();
        input.categories.dedup();
        let known = self.categories_by_code(&input.categories).await?;
        if let Some(c) = input.categories.iter().find(|c| !known.iter().any(|k| k.code == **c)) {
            return Err(Refusal::new("CATEGORY", format!("没有代码为 {c} 的类别,请从类别表中选择。"))
                .at("categories")
                .into());
        }
        Ok(input)
    }

    /// Registers a resource of a member, or of a partner organisation, as a draft at its home station.
    pub async fn register_resource(
        &self,
        owner: Owner,
        workstation_id: Uuid,
        year: i32,
        input: ResourceInput,
    ) -> Result<resource::Model> {
        domain::area::check_year(year)?;
        let input = self.checked_resource(input).await?;
        let tx = self.store.begin().await?;
        let (partner, member_id) = match owner {
            Owner::Member(member) => (None, member),
            Owner::Partner(id, member) => {
                let o = self.organization(&tx, id).await?;
                // Who may not write for it learns nothing of it.
                self.need(Action::WriteResource, o.workstation_id, Some(o.member_id))?;
                if o.workstation_id != workstation_id {
                    let words = format!("{}不是该站的共建单位,请在签协议的工作站登记其资源。", o.name);
                    return Err(Refusal::new("OWNER", words).at("workstationId").into());
                }
                o.check_window(input.window_from, input.window_to)?;
                (Some(id), member.unwrap_or(o.member_id))
            }
        };
        self.need(Action::WriteResource, workstation_id, Some(member_id))?;
        let station = self.taking_station(&tx, workstation_id, year).await?;
        self.member_row(&tx, member_id).await?;
        self.open_year(&tx, year).await?;
        let n = self.next_numbers(&tx, &format!("{}-{year}-R", station.code), 1).await?;
        let row = resource::Model {
            id: self.id(),
            number: number::item(&station.code, year, 'R', n),
            year,
            member_id,
            partner_organization_id: partner,
            workstation_id,
            external_no: None,
            title: input.title,
            description: input.description,
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
            paid_to_owner: input.paid_to_owner,
            conflict_note: input.conflict_note,
            status: ResourceStatus::Draft,
            status_reason: None,
            renewed_from: None,
            version: 1,
        };
        let row = row.into_active_model().reset_all().insert(&tx).await?;
        self.write_classes(&tx, row.id, input.categories).await?;
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
        self.commit(tx).await?;
        Ok(row)
    }

    async fn write_classes<C: ConnectionTrait>(
        &self,
        db: &C,
        resource_id: Uuid,
        classes: Vec<String>,
    ) -> Result<()> {
        let rows = classes
            .into_iter()
            .map(|category| resource_category::Model { resource_id, category }.into_active_model());
        insert_all(db, rows.collect()).await
    }

    /// Edits a resource. Capacity below what is reserved is refused, with the numbers of the needs that hold it.
    pub async fn edit_resource(
        &self,
        id: Uuid,
        expected: i32,
        input: ResourceInput,
    ) -> Result<resource::Model> {
        let input = self.checked_resource(input).await?;
        let tx = self.store.begin().await?;
        let old = self.resource_row(&tx, id).await?;
        self.need(Action::WriteResource, old.workstation_id, Some(old.member_id))?;
        self.open_year(&tx, old.year).await?;
        if old.status == ResourceStatus::Withdrawn {
            return Err(Refusal::new("RESOURCE_STATE", "资源已撤回,不能再改;请重新登记一项资源。").into());
        }
        let classes: Vec<String> = resource_category::Entity::find()
            .filter(resource_category::Column::ResourceId.eq(id))
            .order_by_asc(resource_category::Column::Category)
            .all(&tx)
            .await?
            .into_iter()
            .map(|c| c.category)
            .collect();
        let new = resource::Model {
            title: input.title,
            description: input.description,
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
            paid_to_owner: input.paid_to_owner,
            conflict_note: input.conflict_note,
            ..old.clone()
        };
        let differ: Vec<&'static str> = [
            ("title", new.title != old.title),
            ("description", new.description != old.description),
            ("kind", new.kind != old.kind),
            ("categories", input.categories != classes),
            ("scope", new.area_scope != old.area_scope),
            ("crossDistrict", new.cross_district != old.cross_district),
            ("formats", new.formats != old.formats),
            ("unit", new.unit != old.unit),
            ("perQuarter", new.per_quarter != old.per_quarter),
            ("perYear", new.per_year != old.per_year),
            ("windowFrom", new.window_from != old.window_from),
            ("windowTo", new.window_to != old.window_to),
            ("cost", new.cost != old.cost),
            ("paidToOwner", new.paid_to_owner != old.paid_to_owner),
            ("conflictNote", new.conflict_note != old.conflict_note),
        ]
        .into_iter()
        .filter_map(|(name, differs)| differs.then_some(name))
        .collect();
        same_version(expected, old.version, differ.clone())?;
        if let Some(partner) = old.partner_organization_id {
            let o = self.organization(&tx, partner).await?;
            o.check_window(new.window_from, new.window_to)?;
        }
        self.check_cut(&tx, &new, &[]).await?;
        let row = resource::Model { version: expected + 1, ..new }
            .into_active_model()
            .reset_all()
            .update(&tx)
            .await?;
        if input.categories != classes {
            resource_category::Entity::delete_many()
                .filter(resource_category::Column::ResourceId.eq(id))
                .exec(&tx)
                .await?;
            self.write_classes(&tx, id, input.categories).await?;
        }
        self.audit(
            &tx,
            Event {
                action: "EDIT",
                subject: "resource",
                id: Some(id),
                workstation: Some(old.workstation_id),
                detail: serde_json::json!({"number": row.number, "fields": differ}),
                reason: None,
            },
        )
        .await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// Gives back what is reserved of a resource that goes: orders at work come first, items of published lists show
    /// that their resource is gone, and the next best is suggested for each (domain.md §10).
    async fn release_all(&self, tx: &DatabaseTransaction, r: &resource::Model, reason: String) -> Result<()> {
        let held = need_match::Entity::find()
            .filter(need_match::Column::ResourceId.eq(r.id))
            .filter(need_match::Column::Status.is_in([MatchStatus::Proposed, MatchStatus::Confirmed]))
            .order_by_asc(need_match::Column::Id)
            .all(tx)
            .await?;
        let orders = work_order::Entity::find()
            .filter(work_order::Column::MatchId.is_in(held.iter().map(|m| m.id)))
            .filter(work_order::Column::Status.is_in(OrderStatus::all_live()))
            .order_by_asc(work_order::Column::Number)
            .all(tx)
            .await?;
        if !orders.is_empty() {
            let numbers: Vec<String> = orders.into_iter().map(|o| o.number).collect();
            let words =
                format!("该资源正承办单 {},请先解单、退回或由召集人改派,再撤回。", numbers.join("、"));
            return Err(Refusal::new("ORDER_LIVE", words).into());
        }
        self.release(tx, held, &format!("资源撤回:{reason}")).await
    }

    /// Takes matches away, and suggests the next best for each need.
    pub(crate) async fn release(
        &self,
        tx: &DatabaseTransaction,
        held: Vec<need_match::Model>,
        reason: &str,
    ) -> Result<()> {
        let needs: Vec<Uuid> = held.iter().map(|m| m.need_id).collect();
        let Some(year) = held.first().map(|m| m.year) else { return Ok(()) };
        let rarity = self.rarity_counted(tx, year).await?;
        for m in held {
            let to = m.status.apply(MatchAction::Release)?;
            let m = self.write_match(tx, m, to, Some(reason.to_owned())).await?;
            self.suggest_next(tx, &m, Some(&rarity)).await?;
        }
        self.cover(tx, &needs).await
    }

    /// Moves a resource along its life. What is reserved of one that is withdrawn is given back.
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
        self.open_year(&tx, r.year).await?;
        // What it may do is told before who was quicker.
        r.status.apply(action)?;
        same_version(expected, r.version, vec!["status"])?;
        let reason = match action {
            ResourceAction::Suspend | ResourceAction::Withdraw | ResourceAction::Return => {
                Some(refusal::text(reason.unwrap_or(""), "原因", 200, "reason")?)
            }
            _ => None,
        };
        let r = self.step_resource(&tx, r, action, reason).await?;
        self.commit(tx).await?;
        Ok(r)
    }

    /// Moves a resource in a transaction that others have begun.
    pub(crate) async fn step_resource(
        &self,
        tx: &DatabaseTransaction,
        r: resource::Model,
        action: ResourceAction,
        reason: Option<String>,
    ) -> Result<resource::Model> {
        let (before, next) = (r.status, r.status.apply(action)?);
        if action == ResourceAction::Withdraw {
            self.release_all(tx, &r, reason.clone().unwrap_or_default()).await?;
        }
        let version = r.version + 1;
        let mut row = r.into_active_model();
        row.status = Set(next);
        row.status_reason = Set(reason.clone());
        row.version = Set(version);
        let r = row.update(tx).await?;
        let detail = serde_json::json!({"number": r.number, "before": before.code(), "after": next.code()});
        self.audit(
            tx,
            Event {
                action: action.code(),
                subject: "resource",
                id: Some(r.id),
                workstation: Some(r.workstation_id),
                detail,
                reason,
            },
        )
        .await?;
        Ok(r)
    }
}
