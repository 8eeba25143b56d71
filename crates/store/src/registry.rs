//! Areas, sectors, categories, stations, members: what everybody may see.

use crate::entity::{area, assignment, category, member, person, sector, workstation};
use crate::{Desk, Result};
use domain::{AreaLevel, AssignmentRole, MemberLevel, MemberStatus, WorkstationKind};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

/// A page asked for: after a key, so many rows.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Key of the row before the page.
    pub after: Option<String>,
    /// Rows at most.
    pub first: u64,
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
}

impl Desk {
    /// Stations by code, one row more than asked for where there are more.
    pub async fn workstations(
        &self,
        filter: &WorkstationFilter,
        page: &Page,
    ) -> Result<Vec<workstation::Model>> {
        let mut query = filtered(filter).order_by_asc(workstation::Column::Code).limit(page.first + 1);
        if let Some(after) = &page.after {
            query = query.filter(workstation::Column::Code.gt(after.as_str()));
        }
        Ok(query.all(self.store.db()).await?)
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

    /// Areas below `parent`, or of a level, by code.
    pub async fn areas(
        &self,
        parent: Option<&str>,
        level: Option<AreaLevel>,
        page: &Page,
    ) -> Result<Vec<area::Model>> {
        let mut query = area::Entity::find().order_by_asc(area::Column::Code).limit(page.first + 1);
        if let Some(parent) = parent {
            query = query.filter(area::Column::Parent.eq(parent));
        }
        if let Some(level) = level {
            query = query.filter(area::Column::Level.eq(level));
        }
        if let Some(after) = &page.after {
            query = query.filter(area::Column::Code.gt(after.as_str()));
        }
        Ok(query.all(self.store.db()).await?)
    }

    /// Areas by code.
    pub async fn areas_by_code(&self, codes: &[String]) -> Result<Vec<area::Model>> {
        Ok(area::Entity::find().filter(area::Column::Code.is_in(codes)).all(self.store.db()).await?)
    }

    /// All sectors, by code.
    pub async fn sectors(&self) -> Result<Vec<sector::Model>> {
        Ok(sector::Entity::find().order_by_asc(sector::Column::Code).all(self.store.db()).await?)
    }

    /// All classes of requests, by code.
    pub async fn categories(&self) -> Result<Vec<category::Model>> {
        Ok(category::Entity::find().order_by_asc(category::Column::Code).all(self.store.db()).await?)
    }

    /// Classes by code.
    pub async fn categories_by_code(&self, codes: &[String]) -> Result<Vec<category::Model>> {
        Ok(category::Entity::find().filter(category::Column::Code.is_in(codes)).all(self.store.db()).await?)
    }

    /// Members by number.
    pub async fn members(
        &self,
        level: Option<MemberLevel>,
        sector: Option<&str>,
        page: &Page,
    ) -> Result<Vec<member::Model>> {
        let mut query =
            members_where(level, sector).order_by_asc(member::Column::Number).limit(page.first + 1);
        if let Some(after) = &page.after {
            query = query.filter(member::Column::Number.gt(after.as_str()));
        }
        Ok(query.all(self.store.db()).await?)
    }

    /// How many members.
    pub async fn count_members(&self, level: Option<MemberLevel>, sector: Option<&str>) -> Result<u64> {
        Ok(members_where(level, sector).count(self.store.db()).await?)
    }

    /// Members by id.
    pub async fn members_by_id(&self, ids: &[Uuid]) -> Result<Vec<member::Model>> {
        Ok(member::Entity::find()
            .filter(member::Column::Id.is_in(ids.iter().copied()))
            .all(self.store.db())
            .await?)
    }

    /// The names in a station's seats today.
    pub async fn seats(&self, station: Uuid) -> Result<Vec<(AssignmentRole, Uuid, String)>> {
        let rows = assignment::Entity::find()
            .filter(assignment::Column::WorkstationId.eq(station))
            .filter(assignment::Column::Role.ne(AssignmentRole::ResidentMember))
            .filter(assignment::Column::ToDate.is_null())
            .order_by_asc(assignment::Column::Role)
            .all(self.store.db())
            .await?;
        let people = person::Entity::find()
            .filter(person::Column::Id.is_in(rows.iter().map(|a| a.person_id)))
            .all(self.store.db())
            .await?;
        let name = |id: Uuid| people.iter().find(|p| p.id == id).map(|p| p.name.clone());
        Ok(rows.into_iter().filter_map(|a| Some((a.role, a.person_id, name(a.person_id)?))).collect())
    }

    /// Name of a person.
    pub async fn person_name(&self, id: Uuid) -> Result<Option<String>> {
        Ok(person::Entity::find_by_id(id).one(self.store.db()).await?.map(|p| p.name))
    }
}

fn filtered(filter: &WorkstationFilter) -> Select<workstation::Entity> {
    let mut query = workstation::Entity::find().filter(workstation::Column::ClosedOn.is_null());
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

fn members_where(level: Option<MemberLevel>, sector: Option<&str>) -> Select<member::Entity> {
    let mut query = member::Entity::find().filter(member::Column::Status.ne(MemberStatus::Left));
    if let Some(level) = level {
        query = query.filter(member::Column::Level.eq(level));
    }
    if let Some(sector) = sector {
        query = query.filter(member::Column::Sector.eq(sector));
    }
    query
}
