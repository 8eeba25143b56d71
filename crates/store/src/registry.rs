//! Areas, sectors, categories, stations, members: what everybody may see.

use crate::entity::{area, assignment, category, member, person, sector, workstation};
use crate::paging::slice;
use crate::{Desk, Page, Result, Slice};
use chrono::NaiveDate;
use domain::{AreaLevel, AssignmentRole, MemberLevel, MemberStatus, WorkstationKind};
use sea_orm::sea_query::{ExprTrait, SimpleExpr};
use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Which areas.
#[derive(Clone, Debug, Default)]
pub struct AreaFilter {
    /// Code of the area above.
    pub parent: Option<String>,
    /// Level.
    pub level: Option<AreaLevel>,
    /// Part of the name, or the beginning of the code.
    pub text: Option<String>,
}

/// Which classes.
#[derive(Clone, Debug, Default)]
pub struct CategoryFilter {
    /// Code of the class above.
    pub parent: Option<String>,
    /// Level, from 1.
    pub level: Option<i32>,
    /// Part of the name.
    pub text: Option<String>,
}

/// Which members.
#[derive(Clone, Debug, Default)]
pub struct MemberFilter {
    /// Highest level.
    pub level: Option<MemberLevel>,
    /// Code of the sector.
    pub sector: Option<String>,
    /// Station where they reside.
    pub workstation: Option<Uuid>,
    /// Part of the name or number.
    pub text: Option<String>,
}

/// What stations are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WorkstationOrder {
    /// Code.
    #[default]
    Code,
    /// Name.
    Name,
}

/// What members are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MemberOrder {
    /// Number.
    #[default]
    Number,
    /// Name.
    Name,
}

/// Who sits in a seat of a station.
#[derive(Clone, Debug)]
pub struct Seat {
    /// The station.
    pub station: Uuid,
    /// The seat.
    pub role: AssignmentRole,
    /// The person.
    pub person: Uuid,
    /// The person's name.
    pub name: String,
    /// Since when.
    pub since: NaiveDate,
}

/// Which stations.
#[derive(Clone, Debug, Default)]
pub struct WorkstationFilter {
    /// District code.
    pub district: Option<String>,
    /// Kind.
    pub kind: Option<WorkstationKind>,
    /// Part of the name or code.
    pub text: Option<String>,
    /// Those that have been closed instead of those that are open.
    pub closed: bool,
}

impl Desk {
    /// Stations by code or name.
    pub async fn workstations(
        &self,
        filter: &WorkstationFilter,
        by: WorkstationOrder,
        page: &Page,
    ) -> Result<Slice<workstation::Model>> {
        let by = match by {
            WorkstationOrder::Code => workstation::Column::Code,
            WorkstationOrder::Name => workstation::Column::Name,
        };
        slice(self.store.db(), filtered(filter), by, page).await
    }

    /// How many stations the filter finds.
    pub async fn count_workstations(&self, filter: &WorkstationFilter) -> Result<u64> {
        Ok(filtered(filter).count(self.store.db()).await?)
    }

    /// Stations by id.
    pub async fn workstations_by_id(&self, ids: &[Uuid]) -> Result<Vec<workstation::Model>> {
        let query = workstation::Entity::find().filter(workstation::Column::Id.is_in(ids.iter().copied()));
        Ok(query.all(self.store.db()).await?)
    }

    /// A station by code.
    pub async fn workstation_by_code(&self, code: &str) -> Result<Option<workstation::Model>> {
        Ok(workstation::Entity::find()
            .filter(workstation::Column::Code.eq(code))
            .one(self.store.db())
            .await?)
    }

    /// Areas by code.
    pub async fn areas(&self, filter: &AreaFilter, page: &Page) -> Result<Slice<area::Model>> {
        slice(self.store.db(), areas_where(filter), area::Column::Code, page).await
    }

    /// How many areas.
    pub async fn count_areas(&self, filter: &AreaFilter) -> Result<u64> {
        Ok(areas_where(filter).count(self.store.db()).await?)
    }

    /// Areas by code.
    pub async fn areas_by_code(&self, codes: &[String]) -> Result<Vec<area::Model>> {
        Ok(area::Entity::find().filter(area::Column::Code.is_in(codes)).all(self.store.db()).await?)
    }

    /// All sectors, by code.
    pub async fn sectors(&self) -> Result<Vec<sector::Model>> {
        Ok(sector::Entity::find().order_by_asc(sector::Column::Code).all(self.store.db()).await?)
    }

    /// Sectors by code.
    pub async fn sectors_by_code(&self, codes: &[String]) -> Result<Vec<sector::Model>> {
        Ok(sector::Entity::find().filter(sector::Column::Code.is_in(codes)).all(self.store.db()).await?)
    }

    /// All classes of requests, by code.
    pub async fn categories(&self) -> Result<Vec<category::Model>> {
        Ok(category::Entity::find().order_by_asc(category::Column::Code).all(self.store.db()).await?)
    }

    /// Classes by code, a page.
    pub async fn category_page(
        &self,
        filter: &CategoryFilter,
        page: &Page,
    ) -> Result<Slice<category::Model>> {
        slice(self.store.db(), categories_where(filter), category::Column::Code, page).await
    }

    /// How many classes.
    pub async fn count_categories(&self, filter: &CategoryFilter) -> Result<u64> {
        Ok(categories_where(filter).count(self.store.db()).await?)
    }

    /// Classes by code.
    pub async fn categories_by_code(&self, codes: &[String]) -> Result<Vec<category::Model>> {
        Ok(category::Entity::find().filter(category::Column::Code.is_in(codes)).all(self.store.db()).await?)
    }

    /// Members by number or name.
    pub async fn members(
        &self,
        filter: &MemberFilter,
        by: MemberOrder,
        page: &Page,
    ) -> Result<Slice<member::Model>> {
        let by = match by {
            MemberOrder::Number => member::Column::Number,
            MemberOrder::Name => member::Column::Name,
        };
        slice(self.store.db(), members_where(filter), by, page).await
    }

    /// How many members.
    pub async fn count_members(&self, filter: &MemberFilter) -> Result<u64> {
        Ok(members_where(filter).count(self.store.db()).await?)
    }

    /// Members by id.
    pub async fn members_by_id(&self, ids: &[Uuid]) -> Result<Vec<member::Model>> {
        Ok(member::Entity::find()
            .filter(member::Column::Id.is_in(ids.iter().copied()))
            .all(self.store.db())
            .await?)
    }

    /// Who sits in the seats of stations today; resident members apart.
    pub async fn seats(&self, stations: &[Uuid]) -> Result<Vec<Seat>> {
        let today = self.today();
        let rows = assignment::Entity::find()
            .filter(assignment::Column::WorkstationId.is_in(stations.iter().copied()))
            .filter(assignment::Column::Role.ne(AssignmentRole::ResidentMember))
            .filter(assignment::Column::ToDate.is_null().or(assignment::Column::ToDate.gt(today)))
            .order_by_asc(assignment::Column::Role)
            .order_by_asc(assignment::Column::Id)
            .all(self.store.db())
            .await?;
        let people: Vec<Uuid> = rows.iter().map(|a| a.person_id).collect();
        let names: HashMap<Uuid, String> = self.people(&people).await?.into_iter().collect();
        let seat = |a: assignment::Model| {
            let name = names.get(&a.person_id)?.clone();
            Some(Seat {
                station: a.workstation_id?,
                role: a.role,
                person: a.person_id,
                name,
                since: a.from_date,
            })
        };
        Ok(rows.into_iter().filter_map(seat).collect())
    }

    /// The members who reside at stations: (station, member).
    pub async fn residents_of(&self, stations: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>> {
        self.residences(assignment::Column::WorkstationId.is_in(stations.iter().copied())).await
    }

    /// The stations where members reside: (station, member).
    pub async fn residences_of(&self, members: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>> {
        self.residences(assignment::Column::PersonId.is_in(members.iter().copied())).await
    }

    async fn residences(&self, which: SimpleExpr) -> Result<Vec<(Uuid, Uuid)>> {
        let rows = assignment::Entity::find()
            .filter(assignment::Column::Role.eq(AssignmentRole::ResidentMember))
            .filter(assignment::Column::ToDate.is_null())
            .filter(which)
            .order_by_asc(assignment::Column::Id)
            .all(self.store.db())
            .await?;
        Ok(rows.into_iter().filter_map(|a| Some((a.workstation_id?, a.person_id))).collect())
    }

    /// Names of persons. Members and holders of seats are public (domain.md §11).
    pub async fn people(&self, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>> {
        let rows = person::Entity::find()
            .filter(person::Column::Id.is_in(ids.iter().copied()))
            .all(self.store.db())
            .await?;
        Ok(rows.into_iter().map(|p| (p.id, p.name)).collect())
    }

    /// A member by number.
    pub async fn member_by_number(&self, number: &str) -> Result<Option<member::Model>> {
        Ok(member::Entity::find().filter(member::Column::Number.eq(number)).one(self.store.db()).await?)
    }
}

fn areas_where(filter: &AreaFilter) -> Select<area::Entity> {
    let mut query = area::Entity::find();
    if let Some(parent) = &filter.parent {
        query = query.filter(area::Column::Parent.eq(parent.as_str()));
    }
    if let Some(level) = filter.level {
        query = query.filter(area::Column::Level.eq(level));
    }
    if let Some(text) = &filter.text {
        query = query.filter(area::Column::Name.contains(text).or(area::Column::Code.starts_with(text)));
    }
    query
}

fn categories_where(filter: &CategoryFilter) -> Select<category::Entity> {
    let mut query = category::Entity::find();
    if let Some(parent) = &filter.parent {
        query = query.filter(category::Column::Parent.eq(parent.as_str()));
    }
    if let Some(level) = filter.level {
        query = query.filter(category::Column::Level.eq(level));
    }
    if let Some(text) = &filter.text {
        query = query.filter(category::Column::Name.contains(text));
    }
    query
}

fn filtered(filter: &WorkstationFilter) -> Select<workstation::Entity> {
    let closed = workstation::Column::ClosedOn;
    let mut query = workstation::Entity::find().filter(if filter.closed {
        closed.is_not_null()
    } else {
        closed.is_null()
    });
    if let Some(district) = &filter.district {
        query = query.filter(workstation::Column::District.eq(district.as_str()));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(workstation::Column::Kind.eq(kind));
    }
    if let Some(text) = &filter.text {
        query = query
            .filter(workstation::Column::Name.contains(text).or(workstation::Column::Code.contains(text)));
    }
    query
}

fn members_where(filter: &MemberFilter) -> Select<member::Entity> {
    let mut query = member::Entity::find().filter(member::Column::Status.ne(MemberStatus::Left));
    if let Some(level) = filter.level {
        query = query.filter(member::Column::Level.eq(level));
    }
    if let Some(sector) = &filter.sector {
        query = query.filter(member::Column::Sector.eq(sector.as_str()));
    }
    if let Some(station) = filter.workstation {
        let residents = assignment::Entity::find()
            .select_only()
            .column(assignment::Column::PersonId)
            .filter(assignment::Column::WorkstationId.eq(station))
            .filter(assignment::Column::Role.eq(AssignmentRole::ResidentMember))
            .filter(assignment::Column::ToDate.is_null());
        query = query.filter(member::Column::Id.in_subquery(residents.into_query()));
    }
    if let Some(text) = &filter.text {
        query = query.filter(member::Column::Name.contains(text).or(member::Column::Number.contains(text)));
    }
    query
}
