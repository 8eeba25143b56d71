//! Figures of dashboards, the standing plan, the audit trail: counted by SQL.

use crate::entity::{
    audit_event, duty_item, duty_list, member, need, need_match, plan, plan_reason, resource, workstation,
};
use crate::paging::slice;
use crate::{Desk, Page, Result, Slice};
use chrono::{DateTime, Utc};
use domain::matching::explain::ReasonCode;
use domain::{Action, ListStatus, MatchStatus, NeedStatus, Reach, Refusal};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
};
use uuid::Uuid;

/// Figures of a scope in a year. Needs are counted 件, not 件次.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Stations.
    pub workstations: u64,
    /// Needs by state.
    pub needs: Vec<(NeedStatus, i64)>,
    /// Matches by state.
    pub matches: Vec<(MatchStatus, i64)>,
    /// Lists by state.
    pub lists: Vec<(ListStatus, i64)>,
    /// Needs that the standing plan left out, by reason code.
    pub unserved: Vec<(String, i64)>,
    /// Township-level areas without a station: code and name.
    pub uncovered: Vec<(String, String)>,
}

/// A plan, its proof apart.
#[derive(Clone, Debug, FromQueryResult)]
pub struct PlanHead {
    /// Id.
    pub id: Uuid,
    /// Year.
    pub year: i32,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// `optimal` or `gap`.
    pub certificate: String,
    /// What it reaches, as JSON.
    pub objective: String,
    /// What no plan can exceed, as JSON.
    pub bound: String,
    /// Possible pairs that were weighed.
    pub candidate_pairs: i64,
    /// Version of the weights.
    pub weights_version: i32,
}

/// Which events of the audit trail.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// What it was done to.
    pub subject: Option<Uuid>,
    /// What was done.
    pub action: Option<String>,
}

/// Which needs the plan left out.
#[derive(Clone, Debug, Default)]
pub struct UnservedFilter {
    /// Reason.
    pub code: Option<ReasonCode>,
    /// Station.
    pub workstation: Option<Uuid>,
}

/// Rows of each main table, for `demo`.
#[derive(Clone, Copy, Debug, Default)]
pub struct StationCount {
    /// Stations.
    pub workstations: u64,
    /// Members, each person once.
    pub members: u64,
    /// Needs of the year.
    pub needs: u64,
    /// Resources of the year.
    pub resources: u64,
    /// Published lists of the year.
    pub published_lists: u64,
    /// Items on lists of the year, struck ones apart.
    pub items: u64,
}

#[derive(FromQueryResult)]
struct Count<T: sea_orm::TryGetable> {
    code: T,
    n: i64,
}

impl Desk {
    /// Stations that the viewer may count, of a district or one station where asked.
    fn scope(&self, district: Option<&str>, station: Option<&str>) -> Result<Select<workstation::Entity>> {
        let mut q = workstation::Entity::find().filter(workstation::Column::ClosedOn.is_null());
        match self.reach(Action::ReadDashboard) {
            Reach::City => {}
            Reach::Stations => {
                q = q.filter(workstation::Column::Id.is_in(self.viewer.stations.iter().copied()))
            }
            Reach::Own | Reach::Nothing => {
                return Err(Refusal::new(
                    "NOT_ALLOWED",
                    format!("「{}」不能查看统计;请使用召集人或工作人员的令牌。", self.viewer.role.label()),
                )
                .into());
            }
        }
        if let Some(d) = district {
            q = q.filter(workstation::Column::District.eq(d));
        }
        if let Some(s) = station {
            q = q.filter(workstation::Column::Code.eq(s));
        }
        Ok(q)
    }

    /// Figures by SQL aggregates: a fixed number of statements.
    pub async fn figures(&self, year: i32, district: Option<&str>, station: Option<&str>) -> Result<Figures> {
        let scope = self.scope(district, station)?;
        let ids = || scope.clone().select_only().column(workstation::Column::Id).into_query();
        let db = self.store.db();
        let needs: Vec<Count<NeedStatus>> = need::Entity::find()
            .select_only()
            .column_as(need::Column::Status, "code")
            .column_as(need::Column::Id.count(), "n")
            .filter(need::Column::Year.eq(year))
            .filter(need::Column::WorkstationId.in_subquery(ids()))
            .group_by(need::Column::Status)
            .order_by_asc(need::Column::Status)
            .into_model()
            .all(db)
            .await?;
        let matches: Vec<Count<MatchStatus>> = need_match::Entity::find()
            .select_only()
            .column_as(need_match::Column::Status, "code")
            .column_as(need_match::Column::Id.count(), "n")
            .filter(need_match::Column::Year.eq(year))
            .filter(need_match::Column::WorkstationId.in_subquery(ids()))
            .group_by(need_match::Column::Status)
            .order_by_asc(need_match::Column::Status)
            .into_model()
            .all(db)
            .await?;
        let lists: Vec<Count<ListStatus>> = duty_list::Entity::find()
            .select_only()
            .column_as(duty_list::Column::Status, "code")
            .column_as(duty_list::Column::Id.count(), "n")
            .filter(duty_list::Column::Year.eq(year))
            .filter(duty_list::Column::WorkstationId.in_subquery(ids()))
            .group_by(duty_list::Column::Status)
            .order_by_asc(duty_list::Column::Status)
            .into_model()
            .all(db)
            .await?;
        let standing = plan::Entity::find()
            .select_only()
            .column(plan::Column::Id)
            .filter(plan::Column::Year.eq(year))
            .filter(plan::Column::Standing.eq(true));
        let in_scope = need::Entity::find()
            .select_only()
            .column(need::Column::Id)
            .filter(need::Column::WorkstationId.in_subquery(ids()));
        let unserved: Vec<Count<String>> = plan_reason::Entity::find()
            .select_only()
            .column_as(plan_reason::Column::Code, "code")
            .column_as(plan_reason::Column::NeedId.count(), "n")
            .filter(plan_reason::Column::PlanId.in_subquery(standing.into_query()))
            .filter(plan_reason::Column::NeedId.in_subquery(in_scope.into_query()))
            .group_by(plan_reason::Column::Code)
            .order_by_asc(plan_reason::Column::Code)
            .into_model()
            .all(db)
            .await?;
        Ok(Figures {
            workstations: scope.clone().count(db).await?,
            needs: needs.into_iter().map(|c| (c.code, c.n)).collect(),
            matches: matches.into_iter().map(|c| (c.code, c.n)).collect(),
            lists: lists.into_iter().map(|c| (c.code, c.n)).collect(),
            unserved: unserved.into_iter().map(|c| (c.code, c.n)).collect(),
            uncovered: if station.is_none() { self.uncovered(district).await? } else { Vec::new() },
        })
    }

    /// Township-level areas in which no station sits.
    async fn uncovered(&self, district: Option<&str>) -> Result<Vec<(String, String)>> {
        use crate::entity::area;
        let mut q = area::Entity::find()
            .filter(area::Column::Level.eq(domain::AreaLevel::Township))
            .order_by_asc(area::Column::Code);
        if let Some(d) = district {
            q = q.filter(area::Column::Parent.eq(d));
        }
        let seats: Vec<String> = workstation::Entity::find()
            .select_only()
            .column(workstation::Column::Area)
            .into_tuple()
            .all(self.store.db())
            .await?;
        let covered: std::collections::HashSet<&str> =
            seats.iter().map(|s| domain::area::township_of(s)).collect();
        let areas = q.all(self.store.db()).await?;
        Ok(areas
            .into_iter()
            .filter(|a| !covered.contains(a.code.as_str()))
            .map(|a| (a.code, a.name))
            .collect())
    }

    /// Plans that the viewer may see, their proofs apart.
    fn plans(&self) -> Option<Select<plan::Entity>> {
        if self.reach(Action::ReadLists) < Reach::Stations {
            return None;
        }
        use plan::Column as C;
        let heads = plan::Entity::find().select_only().columns([
            C::Id,
            C::Year,
            C::MadeAt,
            C::Certificate,
            C::Objective,
            C::Bound,
            C::CandidatePairs,
            C::WeightsVersion,
        ]);
        Some(heads)
    }

    /// The standing plan of a year.
    pub async fn standing_plan(&self, year: i32) -> Result<Option<PlanHead>> {
        let Some(plans) = self.plans() else { return Ok(None) };
        let standing = plans.filter(plan::Column::Year.eq(year)).filter(plan::Column::Standing.eq(true));
        Ok(standing.into_model().one(self.store.db()).await?)
    }

    /// A plan by id.
    pub async fn plan_by_id(&self, id: Uuid) -> Result<Option<PlanHead>> {
        let Some(plans) = self.plans() else { return Ok(None) };
        Ok(plans.filter(plan::Column::Id.eq(id)).into_model().one(self.store.db()).await?)
    }

    fn unserved_where(&self, plan: Uuid, f: &UnservedFilter) -> Select<need::Entity> {
        let mut reasons = plan_reason::Entity::find()
            .select_only()
            .column(plan_reason::Column::NeedId)
            .filter(plan_reason::Column::PlanId.eq(plan));
        if let Some(code) = f.code {
            reasons = reasons.filter(plan_reason::Column::Code.eq(code));
        }
        let mut q = need::Entity::find()
            .filter(need::Column::Id.in_subquery(reasons.into_query()))
            .filter(self.in_sight(need::Column::WorkstationId, None));
        if let Some(station) = f.workstation {
            q = q.filter(need::Column::WorkstationId.eq(station));
        }
        q
    }

    /// Needs that a plan left out and that the viewer may see, by number.
    pub async fn unserved(&self, plan: Uuid, f: &UnservedFilter, page: &Page) -> Result<Slice<need::Model>> {
        let found = slice(self.store.db(), self.unserved_where(plan, f), need::Column::Number, page).await?;
        let rows = found.rows.into_iter().map(|(c, n)| (c, self.narrow(n))).collect();
        Ok(Slice { rows, ..found })
    }

    /// How many needs a plan left out.
    pub async fn count_unserved(&self, plan: Uuid, f: &UnservedFilter) -> Result<u64> {
        Ok(self.unserved_where(plan, f).count(self.store.db()).await?)
    }

    fn audit_where(&self, f: &AuditFilter) -> Select<audit_event::Entity> {
        let mut q = audit_event::Entity::find();
        match self.reach(Action::ReadAudit) {
            Reach::City => {}
            Reach::Stations => {
                q = q.filter(audit_event::Column::WorkstationId.is_in(self.viewer.stations.iter().copied()))
            }
            Reach::Own | Reach::Nothing => q = q.filter(audit_event::Column::Action.eq("")),
        }
        if let Some(s) = f.subject {
            q = q.filter(audit_event::Column::SubjectId.eq(s));
        }
        if let Some(action) = &f.action {
            q = q.filter(audit_event::Column::Action.eq(action.as_str()));
        }
        q
    }

    /// The audit trail that the viewer may read, in order of time.
    pub async fn audit_trail(&self, f: &AuditFilter, page: &Page) -> Result<Slice<audit_event::Model>> {
        slice(self.store.db(), self.audit_where(f), audit_event::Column::Id, page).await
    }

    /// How many events.
    pub async fn count_audit(&self, f: &AuditFilter) -> Result<u64> {
        Ok(self.audit_where(f).count(self.store.db()).await?)
    }

    /// How many rows the main tables hold.
    pub async fn totals(&self, year: i32) -> Result<StationCount> {
        let db = self.store.db();
        let lists = duty_list::Entity::find().filter(duty_list::Column::Year.eq(year));
        let ids = lists.clone().select_only().column(duty_list::Column::Id).into_query();
        Ok(StationCount {
            workstations: workstation::Entity::find()
                .filter(workstation::Column::ClosedOn.is_null())
                .count(db)
                .await?,
            members: member::Entity::find().count(db).await?,
            needs: need::Entity::find().filter(need::Column::Year.eq(year)).count(db).await?,
            resources: resource::Entity::find().filter(resource::Column::Year.eq(year)).count(db).await?,
            published_lists: lists
                .filter(duty_list::Column::Status.eq(ListStatus::Published))
                .count(db)
                .await?,
            items: duty_item::Entity::find()
                .filter(duty_item::Column::Removed.eq(false))
                .filter(duty_item::Column::ListId.in_subquery(ids))
                .count(db)
                .await?,
        })
    }

    /// The first conveners, second conveners and lists of a year that are not published, for work on all of them.
    pub async fn open_lists(&self, year: i32) -> Result<Vec<duty_list::Model>> {
        Ok(duty_list::Entity::find()
            .filter(duty_list::Column::Year.eq(year))
            .filter(duty_list::Column::Status.ne(ListStatus::Published))
            .order_by_asc(duty_list::Column::Number)
            .all(self.store.db())
            .await?)
    }
}
