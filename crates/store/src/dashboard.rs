//! Figures of dashboards, counted by SQL.

use crate::entity::{
    area, duty_item, duty_list, member, need, need_match, plan, plan_reason, resource, workstation,
};
use crate::{Desk, Result};
use domain::{Action, ListStatus, MatchStatus, NeedStatus, Reach, Refusal};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
};

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
    /// Open stations that the viewer may count, of a district or one station where asked.
    fn scope(&self, district: Option<&str>, station: Option<&str>) -> Result<Select<workstation::Entity>> {
        Ok(self.counted(district, station)?.filter(workstation::Column::ClosedOn.is_null()))
    }

    /// The same with those that have been closed: what they did stays done, and counts for whoever took their place.
    pub(crate) fn counted(
        &self,
        district: Option<&str>,
        station: Option<&str>,
    ) -> Result<Select<workstation::Entity>> {
        use workstation::Column as C;
        let mut q = workstation::Entity::find();
        match self.reach(Action::ReadDashboard) {
            Reach::City => {}
            Reach::Stations => {
                let own = self.viewer.stations.iter().copied();
                q = q.filter(
                    C::Id.is_in(own.clone()).or(C::ReplacedBy.is_in(own).and(C::ClosedOn.is_not_null())),
                )
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
            // A district whose code has changed goes on under the new one (domain.md §10).
            let before = area::Entity::find().select_only().column(area::Column::Code);
            let before = before.filter(area::Column::ReplacedBy.eq(d)).into_query();
            q = q.filter(C::District.eq(d).or(C::District.in_subquery(before)));
        }
        if let Some(s) = station {
            let it = workstation::Entity::find().select_only().column(C::Id).filter(C::Code.eq(s));
            let before = C::ReplacedBy.in_subquery(it.into_query()).and(C::ClosedOn.is_not_null());
            q = q.filter(C::Code.eq(s).or(before));
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

    /// Township-level areas of today in which no open station sits.
    async fn uncovered(&self, district: Option<&str>) -> Result<Vec<(String, String)>> {
        let mut q = area::Entity::find()
            .filter(area::Column::Level.eq(domain::AreaLevel::Township))
            .filter(area::Column::ReplacedBy.is_null())
            .order_by_asc(area::Column::Code);
        if let Some(d) = district {
            q = q.filter(area::Column::Parent.eq(d));
        }
        let seats: Vec<String> = workstation::Entity::find()
            .select_only()
            .column(workstation::Column::Area)
            .filter(workstation::Column::ClosedOn.is_null())
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
}
