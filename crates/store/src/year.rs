//! The year's end: every open item goes to a result or into the next year, and then nothing changes any more.

use crate::desk::Event;
use crate::entity::{
    amendment, duty_list, duty_year, hotline_order, need, requirement, resource, resource_category,
    vault_contact, work_order, workstation,
};
use crate::import::insert_all;
use crate::{Desk, Error, Result};
use chrono::{Datelike, Months};
use domain::{
    Action, AmendmentStatus, NeedAction, NeedStatus, OrderAction, OrderStatus, Refusal, ResourceStatus,
    YearStatus, number, refusal,
};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// Numbers that a refusal names at most.
const NAMED: usize = 10;

/// What the closing of a year came to.
#[derive(Clone, Debug)]
pub struct YearEnd {
    /// The year.
    pub row: duty_year::Model,
    /// Needs that go on in the next year.
    pub carried: usize,
    /// Those of them that were carried over before: the district looks at them.
    pub again: usize,
    /// Orders that ended with the year.
    pub orders: usize,
}

impl Desk {
    /// Where a year stands; one that nobody has closed is open.
    pub async fn duty_year(&self, year: i32) -> Result<YearStatus> {
        let row = duty_year::Entity::find_by_id(year).one(self.store.db()).await?;
        let to_come = if year > self.today().year() { YearStatus::NotOpen } else { YearStatus::Open };
        Ok(row.map_or(to_come, |r| r.status))
    }

    /// Opens a year to come: from now on its needs, resources and lists may be entered.
    pub async fn begin_year(&self, year: i32, reason: &str) -> Result<duty_year::Model> {
        self.need_city(Action::CloseYear)?;
        domain::area::check_year(year)?;
        let reason = refusal::text(reason, "说明", 200, "reason")?;
        let tx = self.store.begin().await?;
        if let Some(row) = duty_year::Entity::find_by_id(year).one(&tx).await? {
            let words = format!("{year} 年现在是「{}」,无需开启。", row.status.label());
            return Err(Refusal::new("YEAR_STATE", words).at("year").into());
        }
        let row = self.put_open(&tx, year).await?;
        let event = Event {
            action: "OPEN_YEAR",
            subject: "duty_year",
            id: None,
            workstation: None,
            detail: serde_json::json!({"year": year}),
            reason: Some(reason),
        };
        self.audit(&tx, event).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    async fn put_open(&self, tx: &DatabaseTransaction, year: i32) -> Result<duty_year::Model> {
        let row = duty_year::Model {
            year,
            status: YearStatus::Open,
            opened_at: Some(self.at),
            closed_at: None,
            version: 1,
        };
        Ok(row.into_active_model().insert(tx).await?)
    }

    /// Closes a year (年终结转): orders that wait for the requester's word and amendments that are not published have
    /// to come to their end first; every other open order ends, and its need goes on in the next year, with a new
    /// number, its requirements and its requester's contact. Afterwards the year can only be read.
    pub async fn close_year(&self, year: i32, reason: &str) -> Result<YearEnd> {
        self.need_city(Action::CloseYear)?;
        domain::area::check_year(year)?;
        let reason = refusal::text(reason, "说明", 200, "reason")?;
        let tx = self.store.begin().await?;
        self.open_year(&tx, year).await?;
        if year > self.today().year() {
            let words = format!("{year} 年还没有开始,不能结转。");
            return Err(Refusal::new("YEAR_NOT_BEGUN", words).at("year").into());
        }
        self.nothing_pending(&tx, year).await?;
        let orders = work_order::Entity::find()
            .filter(work_order::Column::Year.eq(year))
            .filter(work_order::Column::Status.is_in(OrderStatus::all_live()))
            .order_by_asc(work_order::Column::Number)
            .all(&tx)
            .await?;
        let ended = orders.len();
        for o in orders {
            let step = (OrderAction::CarryOver, o.status.apply(OrderAction::CarryOver)?);
            self.end_order(&tx, o, step, format!("{year} 年结转")).await?;
        }
        let (carried, again) = self.carry_needs(&tx, year).await?;
        let stations = self.end_stations(&tx, year).await?;
        // What goes on needs a year to go on in.
        if duty_year::Entity::find_by_id(year + 1).one(&tx).await?.is_none() {
            self.put_open(&tx, year + 1).await?;
        }
        let opened = duty_year::Entity::find_by_id(year).one(&tx).await?;
        let row = duty_year::Model {
            year,
            status: YearStatus::Closed,
            opened_at: opened.as_ref().and_then(|o| o.opened_at),
            closed_at: Some(self.at),
            version: opened.as_ref().map_or(1, |o| o.version + 1),
        };
        duty_year::Entity::delete_by_id(year).exec(&tx).await?;
        let row = row.into_active_model().insert(&tx).await?;
        let event = Event {
            action: "CLOSE_YEAR",
            subject: "duty_year",
            id: None,
            workstation: None,
            detail: serde_json::json!({"year": year, "carried": carried, "again": again, "orders": ended, "stations": stations}),
            reason: Some(reason),
        };
        self.audit(&tx, event).await?;
        self.commit(tx).await?;
        Ok(YearEnd { row, carried, again, orders: ended })
    }

    /// What has to come to its end before the year does.
    async fn nothing_pending(&self, tx: &DatabaseTransaction, year: i32) -> Result<()> {
        let unrated: Vec<String> = work_order::Entity::find()
            .filter(work_order::Column::Year.eq(year))
            .filter(work_order::Column::Status.eq(OrderStatus::Resolved))
            .order_by_asc(work_order::Column::Number)
            .all(tx)
            .await?
            .into_iter()
            .map(|o| o.number)
            .collect();
        let lists = duty_list::Entity::find()
            .select_only()
            .column(duty_list::Column::Id)
            .filter(duty_list::Column::Year.eq(year));
        let drafted: Vec<Uuid> = amendment::Entity::find()
            .filter(amendment::Column::ListId.in_subquery(lists.into_query()))
            .filter(amendment::Column::Status.is_in([AmendmentStatus::Draft, AmendmentStatus::InReview]))
            .all(tx)
            .await?
            .into_iter()
            .map(|a| a.list_id)
            .collect();
        let amended: Vec<String> = duty_list::Entity::find()
            .filter(duty_list::Column::Id.is_in(drafted))
            .order_by_asc(duty_list::Column::Number)
            .all(tx)
            .await?
            .into_iter()
            .map(|l| l.number)
            .collect();
        let mut faults = Vec::new();
        let mut say = |code, numbers: &[String], words: &str| {
            if !numbers.is_empty() {
                let named = numbers[..numbers.len().min(NAMED)].join("、");
                let words = format!("{named} 等共 {} {words}", numbers.len());
                faults.push(Refusal::new(code, words));
            }
        };
        say("AWAITING_RATING", &unrated, "单已解单未回访,请先回访(联系不上的记录三次),再结转。");
        say("AMENDMENT_OPEN", &amended, "份清单有未发布的修订,请先发布或撤销,再结转。");
        if faults.is_empty() { Ok(()) } else { Err(Error::Refused(faults)) }
    }

    /// Open needs go on in the next year. Gives how many, and how many of them not for the first time.
    async fn carry_needs(&self, tx: &DatabaseTransaction, year: i32) -> Result<(usize, usize)> {
        use NeedStatus as S;
        let open = [
            S::Draft,
            S::Submitted,
            S::Open,
            S::Matched,
            S::Listed,
            S::InProgress,
            S::Unresourced,
            S::Escalated,
        ];
        let rows = need::Entity::find()
            .filter(need::Column::Year.eq(year))
            .filter(need::Column::Status.is_in(open))
            .order_by_asc(need::Column::Number)
            .all(tx)
            .await?;
        let ids: Vec<Uuid> = rows.iter().map(|n| n.id).collect();
        let codes: HashMap<Uuid, String> =
            workstation::Entity::find().all(tx).await?.into_iter().map(|s| (s.id, s.code)).collect();
        let heirs = self.successors(tx, year).await?;
        let home = |n: &need::Model| heirs.get(&n.workstation_id).copied().unwrap_or(n.workstation_id);
        // A number at a source is one need of a station: where two come together, or it was entered anew, the later one
        // goes on without.
        let mut sources: HashSet<(Uuid, String)> = need::Entity::find()
            .select_only()
            .columns([need::Column::WorkstationId, need::Column::ExternalNo])
            .filter(need::Column::Year.eq(year + 1))
            .filter(need::Column::ExternalNo.is_not_null())
            .into_tuple()
            .all(tx)
            .await?
            .into_iter()
            .collect();
        let mut old: HashMap<Uuid, Vec<requirement::Model>> = HashMap::new();
        for q in self.requirements_in(tx, &ids).await? {
            old.entry(q.need_id).or_default().push(q);
        }
        let contacts: HashMap<Uuid, vault_contact::Model> = vault_contact::Entity::find()
            .filter(vault_contact::Column::NeedId.is_in(ids.iter().copied()))
            .all(tx)
            .await?
            .into_iter()
            .map(|c| (c.need_id, c))
            .collect();
        let mut at_station: BTreeMap<&str, i64> = BTreeMap::new();
        for n in &rows {
            *at_station.entry(codes[&home(n)].as_str()).or_default() += 1;
        }
        let mut next: HashMap<String, i64> = HashMap::new();
        for (code, count) in &at_station {
            let scope = format!("{code}-{}-N", year + 1);
            next.insert((*code).to_owned(), self.next_numbers(tx, &scope, *count).await?);
        }
        let (mut needs, mut requirements, mut sealed) = (Vec::new(), Vec::new(), Vec::new());
        let mut again = 0;
        for n in &rows {
            n.status.apply(NeedAction::CarryOver)?;
            let workstation_id = home(n);
            let code = &codes[&workstation_id];
            let external_no = n.external_no.clone().filter(|x| sources.insert((workstation_id, x.clone())));
            let running =
                next.get_mut(code).ok_or_else(|| Error::Fault("a station without numbers".into()))?;
            let id = self.id();
            let status = if matches!(n.status, S::Draft | S::Submitted) { n.status } else { S::Open };
            let times = n.carried_times.unwrap_or(0) + 1;
            again += usize::from(times > 1);
            needs.push(
                need::Model {
                    id,
                    number: number::item(code, year + 1, 'N', *running),
                    year: year + 1,
                    workstation_id,
                    external_no,
                    status,
                    status_reason: Some(format!("由 {} 结转", n.number)),
                    // A deadline that has passed was a promise of the old year.
                    desired_by: n.desired_by.filter(|d| d.year() > year),
                    duplicate_of: None,
                    carried_from: Some(n.id),
                    carried_times: Some(times),
                    version: 1,
                    ..n.clone()
                }
                .into_active_model(),
            );
            *running += 1;
            for q in old.remove(&n.id).unwrap_or_default() {
                requirements.push(requirement::Model { id: self.id(), need_id: id, ..q }.into_active_model());
            }
            // What was erased does not go on.
            if let Some(c) = contacts.get(&n.id).filter(|c| !c.sealed.is_empty()) {
                let clear = self.unseal(n.id.as_bytes(), &c.sealed)?;
                let sealed_anew = self.seal(id.as_bytes(), &clear)?;
                let row = vault_contact::Model { id: self.id(), need_id: id, sealed: sealed_anew };
                sealed.push(row.into_active_model());
            }
        }
        insert_all(tx, needs).await?;
        insert_all(tx, requirements).await?;
        insert_all(tx, sealed).await?;
        // An order of the hotline goes on with its need: it is the new one that answers it.
        let went_on = |column: need::Column| {
            need::Entity::find()
                .select_only()
                .column(column)
                .filter(need::Column::Year.eq(year + 1))
                .filter(need::Column::CarriedFrom.is_not_null())
        };
        let at = (hotline_order::Entity, hotline_order::Column::NeedId);
        let new = went_on(need::Column::Id)
            .filter(Expr::col((need::Entity, need::Column::CarriedFrom)).equals(at))
            .into_query();
        hotline_order::Entity::update_many()
            .col_expr(hotline_order::Column::NeedId, Expr::SubQuery(None, Box::new(new.into())))
            .filter(
                hotline_order::Column::NeedId.in_subquery(went_on(need::Column::CarriedFrom).into_query()),
            )
            .exec(tx)
            .await?;
        // So do the needs that were merged into it: their requesters are told when it comes to its end.
        let later = Alias::new("later");
        let head = Query::select()
            .column((later.clone(), need::Column::Id))
            .from_as(need::Entity, later.clone())
            .and_where(Expr::col((later.clone(), need::Column::Year)).eq(year + 1))
            .and_where(
                Expr::col((later, need::Column::CarriedFrom))
                    .equals((need::Entity, need::Column::MergedInto)),
            )
            .to_owned();
        need::Entity::update_many()
            .col_expr(need::Column::MergedInto, Expr::SubQuery(None, Box::new(head.into())))
            .filter(need::Column::MergedInto.in_subquery(went_on(need::Column::CarriedFrom).into_query()))
            .exec(tx)
            .await?;
        need::Entity::update_many()
            .col_expr(need::Column::Status, Expr::value(S::CarriedOver.code()))
            .col_expr(need::Column::Version, Expr::col(need::Column::Version).add(1))
            .filter(need::Column::Year.eq(year))
            .filter(need::Column::Status.is_in(open))
            .exec(tx)
            .await?;
        Ok((rows.len(), again))
    }

    /// Renews resources for the next year (续认), all of a year that are available and the viewer may write, or those
    /// that are named: each with a new number and its window a year later. One that was renewed stays as it is.
    pub async fn renew_resources(&self, year: i32, only: &[Uuid]) -> Result<Vec<resource::Model>> {
        if self.reach(Action::WriteResource) == domain::Reach::Nothing {
            return Err(self.not_allowed(Action::WriteResource).into());
        }
        domain::area::check_year(year)?;
        let tx = self.store.begin().await?;
        self.open_year(&tx, year + 1).await?;
        let mut q = resource::Entity::find()
            .filter(resource::Column::Year.eq(year))
            .filter(resource::Column::Status.eq(ResourceStatus::Available))
            .order_by_asc(resource::Column::Number);
        if !only.is_empty() {
            q = q.filter(resource::Column::Id.is_in(only.iter().copied()));
        }
        let done = renewed(&tx, year + 1).await?;
        let later = |d: chrono::NaiveDate| d.checked_add_months(Months::new(12)).unwrap_or(d);
        let offered = q.all(&tx).await?;
        // What a partner organisation offers ends with its agreement.
        let organizations = self.organizations_of(&tx, offered.iter()).await?;
        let agreed = |r: &resource::Model| {
            r.partner_organization_id.is_none_or(|id| {
                organizations.get(&id).is_some_and(|o| o.covers(later(r.window_from), later(r.window_to)))
            })
        };
        let rows: Vec<resource::Model> = offered
            .into_iter()
            .filter(|r| {
                self.need(Action::WriteResource, r.workstation_id, Some(r.member_id)).is_ok()
                    && !done.contains(&r.id)
                    && agreed(r)
            })
            .collect();
        if rows.is_empty() {
            let words =
                format!("没有可以续认的资源:{year} 年可用且尚未续认、协议期内、并由您登记的资源为零。");
            return Err(Refusal::new("NOTHING_TO_RENEW", words).into());
        }
        let mut classes: HashMap<Uuid, Vec<String>> = HashMap::new();
        for c in resource_category::Entity::find()
            .filter(resource_category::Column::ResourceId.is_in(rows.iter().map(|r| r.id)))
            .all(&tx)
            .await?
        {
            classes.entry(c.resource_id).or_default().push(c.category);
        }
        let codes: HashMap<Uuid, String> =
            workstation::Entity::find().all(&tx).await?.into_iter().map(|s| (s.id, s.code)).collect();
        let heirs = self.successors(&tx, year).await?;
        let (mut new, mut joins) = (Vec::new(), Vec::new());
        for r in rows {
            let workstation_id = heirs.get(&r.workstation_id).copied().unwrap_or(r.workstation_id);
            let code = &codes[&workstation_id];
            let running = self.next_numbers(&tx, &format!("{code}-{}-R", year + 1), 1).await?;
            let id = self.id();
            let row = resource::Model {
                id,
                number: number::item(code, year + 1, 'R', running),
                year: year + 1,
                workstation_id,
                window_from: later(r.window_from),
                window_to: later(r.window_to),
                renewed_from: Some(r.id),
                version: 1,
                ..r.clone()
            };
            for category in classes.remove(&r.id).unwrap_or_default() {
                joins.push(resource_category::Model { resource_id: id, category }.into_active_model());
            }
            let event = Event {
                action: "RENEW",
                subject: "resource",
                id: Some(id),
                workstation: Some(row.workstation_id),
                detail: serde_json::json!({"from": r.number, "number": row.number}),
                reason: None,
            };
            self.audit(&tx, event).await?;
            new.push(row);
        }
        insert_all(&tx, new.iter().cloned().map(IntoActiveModel::into_active_model).collect()).await?;
        insert_all(&tx, joins).await?;
        self.commit(tx).await?;
        Ok(new)
    }
}

/// Resources that have been renewed into a year.
async fn renewed<C: ConnectionTrait>(db: &C, year: i32) -> Result<HashSet<Uuid>> {
    let rows = resource::Entity::find()
        .select_only()
        .column(resource::Column::RenewedFrom)
        .filter(resource::Column::Year.eq(year))
        .filter(resource::Column::RenewedFrom.is_not_null())
        .into_tuple::<Option<Uuid>>()
        .all(db)
        .await?;
    Ok(rows.into_iter().flatten().collect())
}
