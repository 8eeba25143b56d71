//! The end of a station (domain.md §10): closed, or merged into another that takes its place. Its lists keep the names of
//! their day; what it leaves open goes on at its successor when the year is closed.

use crate::desk::{Event, same_version};
use crate::entity::{
    assignment, constituent, constituent_link, need, partner_organization, partnership, resource, work_order,
    workstation,
};
use crate::import::insert_all;
use crate::{Desk, Error, Result};
use chrono::Datelike;
use domain::{
    Action, AssignmentRole, NeedStatus, OrderStatus, OrganizationStatus, PartnershipStatus, Refusal,
    ResourceStatus, refusal,
};
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, Set,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// Needs that are not at their end.
const OPEN: &[NeedStatus] = &[
    NeedStatus::Draft,
    NeedStatus::Submitted,
    NeedStatus::Open,
    NeedStatus::Matched,
    NeedStatus::Listed,
    NeedStatus::InProgress,
    NeedStatus::Resolved,
    NeedStatus::Unresourced,
    NeedStatus::Escalated,
];

/// Resources that are offered, or may be.
const OFFERED: &[ResourceStatus] =
    &[ResourceStatus::Draft, ResourceStatus::Submitted, ResourceStatus::Available, ResourceStatus::Suspended];

impl workstation::Model {
    /// Whether it takes needs and resources of a year.
    pub(crate) fn takes(&self, year: i32) -> bool {
        self.closed_on.is_none() && self.last_year.is_none_or(|last| year <= last)
    }
}

impl Desk {
    /// A station that takes needs and resources of a year.
    pub(crate) async fn taking_station<C: ConnectionTrait>(
        &self,
        db: &C,
        id: Uuid,
        year: i32,
    ) -> Result<workstation::Model> {
        let w = self.station(db, id).await?;
        if w.takes(year) {
            return Ok(w);
        }
        let heir = match w.replaced_by {
            Some(heir) => format!("请在接续的{}登记", self.station(db, heir).await?.name),
            None => "请在其他工作站登记".to_owned(),
        };
        let words = format!("{}不再受理 {year} 年的需求和资源,{heir}。", w.name);
        Err(Refusal::new("WORKSTATION_CLOSED", words).at("workstationId").into())
    }

    /// Ends a station. One at which nothing is open is closed at once; another works until the year is closed, takes
    /// nothing for later years, and leaves what is open to its successor then.
    ///
    /// # Errors
    /// `WORKSTATION_BUSY` where something is open and nobody takes its place; `SUCCESSOR` where that station cannot.
    pub async fn close_workstation(
        &self,
        id: Uuid,
        expected: i32,
        successor: Option<Uuid>,
        reason: &str,
    ) -> Result<workstation::Model> {
        self.need_city(Action::Administer)?;
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let w = self.station(&tx, id).await?;
        same_version(expected, w.version, vec!["closedOn", "successor"])?;
        if w.closed_on.is_some() || w.last_year.is_some() {
            let words = format!("{}已停止办公或已定于年终停止,如需更改请先恢复。", w.name);
            return Err(Refusal::new("WORKSTATION_CLOSED", words).into());
        }
        let year = self.today().year();
        let heir = match successor {
            Some(heir) => Some(self.station(&tx, heir).await?),
            None => None,
        };
        if let Some(heir) = heir.as_ref().filter(|h| h.id == id || !h.takes(year + 1)) {
            let words = format!("{}不能接续,请选择另一个在办公的工作站。", heir.name);
            return Err(Refusal::new("SUCCESSOR", words).at("successorId").into());
        }
        let mut open = self.still_open(&tx, id, year).await?;
        let awaited = workstation::Entity::find()
            .filter(workstation::Column::ReplacedBy.eq(id))
            .filter(workstation::Column::ClosedOn.is_null())
            .order_by_asc(workstation::Column::Code)
            .one(&tx)
            .await?;
        if let Some(other) = awaited {
            let words = format!("{}将由该站接续,请指定接续的工作站,或先恢复它。", other.name);
            open.push(Refusal::new("WORKSTATION_BUSY", words));
        }
        if heir.is_none() && !open.is_empty() {
            return Err(Error::Refused(open));
        }
        // What has been entered for later years would be at no station then.
        self.nothing_later(&tx, &w, year).await?;
        let at_once = open.is_empty();
        let mut row = w.into_active_model();
        row.last_year = Set(Some(year));
        row.replaced_by = Set(heir.as_ref().map(|h| h.id));
        row.version = Set(expected + 1);
        let mut w = row.update(&tx).await?;
        let detail = serde_json::json!({
            "code": w.code, "successor": heir.as_ref().map(|h| &h.code), "lastYear": year, "atOnce": at_once,
        });
        self.audit_station(&tx, "CLOSE", id, detail, Some(reason)).await?;
        if at_once {
            let heir = w.replaced_by;
            w = self.end_station(&tx, w, heir).await?;
        }
        self.commit(tx).await?;
        Ok(w)
    }

    /// Lets a station that was closed, or is to be, work again. What has gone over to its successor stays there.
    pub async fn reopen_workstation(
        &self,
        id: Uuid,
        expected: i32,
        reason: &str,
    ) -> Result<workstation::Model> {
        self.need_city(Action::Administer)?;
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let w = self.station(&tx, id).await?;
        same_version(expected, w.version, vec!["closedOn", "successor"])?;
        if w.closed_on.is_none() && w.last_year.is_none() {
            let words = format!("{}在正常办公,无须恢复。", w.name);
            return Err(Refusal::new("WORKSTATION_OPEN", words).into());
        }
        let mut row = w.into_active_model();
        row.closed_on = Set(None);
        row.last_year = Set(None);
        row.replaced_by = Set(None);
        row.version = Set(expected + 1);
        let w = row.update(&tx).await?;
        self.audit_station(&tx, "REOPEN", id, serde_json::json!({"code": w.code}), Some(reason)).await?;
        self.commit(tx).await?;
        Ok(w)
    }

    async fn audit_station(
        &self,
        tx: &DatabaseTransaction,
        action: &str,
        id: Uuid,
        detail: serde_json::Value,
        reason: Option<String>,
    ) -> Result<()> {
        let subject = "workstation";
        let event = Event { action, subject, id: Some(id), workstation: Some(id), detail, reason };
        self.audit(tx, event).await
    }

    /// What is open at a station in a year or before, each with what to do about it.
    async fn still_open(&self, tx: &DatabaseTransaction, id: Uuid, year: i32) -> Result<Vec<Refusal>> {
        use {need::Column as N, resource::Column as R, work_order::Column as O};
        let orders = work_order::Entity::find()
            .filter(O::WorkstationId.eq(id))
            .filter(O::Status.is_in(OrderStatus::all_live()))
            .count(tx)
            .await?;
        let (needs, resources) = self.unfinished(tx, id, N::Year.lte(year), R::Year.eq(year)).await?;
        let mut open = Vec::new();
        for (count, words) in [
            (orders, "单未办结,请先办结或取消,或指定接续的工作站"),
            (needs, "项需求未到终结,请先办结、转办或撤回,或指定接续的工作站"),
            (resources, "项资源仍在提供,请先撤回,或指定接续的工作站"),
        ] {
            if count > 0 {
                open.push(Refusal::new("WORKSTATION_BUSY", format!("该站还有 {count} {words}。")));
            }
        }
        Ok(open)
    }

    /// How many needs of a station are not at their end, and how many resources are offered, of some years each.
    async fn unfinished(
        &self,
        tx: &DatabaseTransaction,
        id: Uuid,
        of_needs: SimpleExpr,
        of_resources: SimpleExpr,
    ) -> Result<(u64, u64)> {
        let needs = need::Entity::find()
            .filter(need::Column::WorkstationId.eq(id))
            .filter(of_needs)
            .filter(need::Column::Status.is_in(OPEN.iter().copied()));
        let resources = resource::Entity::find()
            .filter(resource::Column::WorkstationId.eq(id))
            .filter(of_resources)
            .filter(resource::Column::Status.is_in(OFFERED.iter().copied()));
        Ok((needs.count(tx).await?, resources.count(tx).await?))
    }

    /// A station that ends has nothing of the years after.
    async fn nothing_later(&self, tx: &DatabaseTransaction, w: &workstation::Model, year: i32) -> Result<()> {
        let (of_needs, of_resources) = (need::Column::Year.gt(year), resource::Column::Year.gt(year));
        let (needs, resources) = self.unfinished(tx, w.id, of_needs, of_resources).await?;
        if needs + resources == 0 {
            return Ok(());
        }
        let words = format!(
            "{}已登记 {year} 年以后的需求 {needs} 项、资源 {resources} 项,请先撤回,再停止办公。",
            w.name
        );
        Err(Refusal::new("WORKSTATION_BUSY", words).into())
    }

    /// Where the needs and resources of each station that ends with a year, or has ended, go on: at one that does not end
    /// itself.
    pub(crate) async fn successors<C: ConnectionTrait>(
        &self,
        db: &C,
        year: i32,
    ) -> Result<HashMap<Uuid, Uuid>> {
        let next: HashMap<Uuid, Uuid> = workstation::Entity::find()
            .filter(workstation::Column::LastYear.lte(year))
            .filter(workstation::Column::ReplacedBy.is_not_null())
            .all(db)
            .await?
            .into_iter()
            .filter_map(|w| Some((w.id, w.replaced_by?)))
            .collect();
        // Nobody takes a place who was ending already: the way comes to its end.
        let last = |mut id: Uuid| {
            while let Some(heir) = next.get(&id) {
                id = *heir;
            }
            id
        };
        Ok(next.iter().map(|(id, heir)| (*id, last(*heir))).collect())
    }

    /// Closes the stations whose last year a year is. Gives how many.
    pub(crate) async fn end_stations(&self, tx: &DatabaseTransaction, year: i32) -> Result<usize> {
        let ending = workstation::Entity::find()
            .filter(workstation::Column::LastYear.lte(year))
            .filter(workstation::Column::ClosedOn.is_null())
            .order_by_asc(workstation::Column::Code)
            .all(tx)
            .await?;
        let heirs = self.successors(tx, year).await?;
        let count = ending.len();
        for w in ending {
            let detail = serde_json::json!({"code": w.code, "lastYear": year});
            self.audit_station(tx, "END", w.id, detail, None).await?;
            let heir = heirs.get(&w.id).copied();
            self.end_station(tx, w, heir).await?;
        }
        Ok(count)
    }

    /// The station is closed from today on: its seats end, its agreements too; its members and its constituents go to
    /// its successor, where there is one.
    async fn end_station(
        &self,
        tx: &DatabaseTransaction,
        w: workstation::Model,
        heir: Option<Uuid>,
    ) -> Result<workstation::Model> {
        let (id, today) = (w.id, self.today());
        if let Some(heir) = heir {
            self.pass_residents(tx, id, heir).await?;
            constituent::Entity::update_many()
                .col_expr(constituent::Column::WorkstationId, Expr::value(heir))
                .filter(constituent::Column::WorkstationId.eq(id))
                .exec(tx)
                .await?;
            constituent_link::Entity::update_many()
                .col_expr(constituent_link::Column::WorkstationId, Expr::value(heir))
                .filter(constituent_link::Column::WorkstationId.eq(id))
                .exec(tx)
                .await?;
            // Whoever took the place of another is followed by the own successor.
            workstation::Entity::update_many()
                .col_expr(workstation::Column::ReplacedBy, Expr::value(heir))
                .filter(workstation::Column::ReplacedBy.eq(id))
                .exec(tx)
                .await?;
        }
        assignment::Entity::update_many()
            .col_expr(assignment::Column::ToDate, Expr::value(today))
            .filter(assignment::Column::WorkstationId.eq(id))
            .filter(assignment::Column::ToDate.is_null())
            .exec(tx)
            .await?;
        let why = format!("{}停止办公", w.name);
        use partnership::Column as P;
        partnership::Entity::update_many()
            .col_expr(P::Status, Expr::value(PartnershipStatus::Ended.code()))
            .col_expr(P::Reason, Expr::value(why.clone()))
            .col_expr(P::Version, Expr::col(P::Version).add(1))
            .filter(P::WorkstationId.eq(id).or(P::PartnerId.eq(id)))
            .filter(P::Status.is_in([PartnershipStatus::Proposed, PartnershipStatus::Agreed]))
            .exec(tx)
            .await?;
        use partner_organization::Column as O;
        let mut organizations = partner_organization::Entity::update_many()
            .col_expr(O::Version, Expr::col(O::Version).add(1))
            .filter(O::WorkstationId.eq(id))
            .filter(O::Status.eq(OrganizationStatus::Agreed));
        organizations = match heir {
            Some(heir) => organizations.col_expr(O::WorkstationId, Expr::value(heir)),
            None => organizations
                .col_expr(O::Status, Expr::value(OrganizationStatus::Ended.code()))
                .col_expr(O::Reason, Expr::value(why)),
        };
        organizations.exec(tx).await?;
        let version = w.version + 1;
        let mut row = w.into_active_model();
        row.closed_on = Set(Some(today));
        row.replaced_by = Set(heir);
        row.version = Set(version);
        Ok(row.update(tx).await?)
    }

    /// Members who serve at a station serve at another from today on.
    async fn pass_residents(&self, tx: &DatabaseTransaction, from: Uuid, to: Uuid) -> Result<()> {
        let residents = async |station: Uuid| {
            assignment::Entity::find()
                .filter(assignment::Column::WorkstationId.eq(station))
                .filter(assignment::Column::Role.eq(AssignmentRole::ResidentMember))
                .filter(assignment::Column::ToDate.is_null())
                .order_by_asc(assignment::Column::Id)
                .all(tx)
                .await
        };
        let there: BTreeSet<Uuid> = residents(to).await?.into_iter().map(|a| a.person_id).collect();
        let mut new = BTreeMap::new();
        for a in residents(from).await?.into_iter().filter(|a| !there.contains(&a.person_id)) {
            new.entry(a.person_id).or_insert_with(|| {
                let (id, workstation_id) = (self.id(), Some(to));
                assignment::Model { id, workstation_id, from_date: self.today(), ..a.clone() }
                    .into_active_model()
            });
        }
        insert_all(tx, new.into_values().collect()).await
    }
}
