//! Annual duty lists: reading.

use crate::entity::{approval, duty_list, workstation};
use crate::paging::slice;
use crate::{Desk, Error, Page, Result, Slice};
use domain::{Action, ListStatus};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, DatabaseTransaction, EntityTrait, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Set,
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

impl Desk {
    /// Published lists are public; drafts are for those whose right reaches them.
    pub(crate) fn lists_in_sight(&self) -> Condition {
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

    /// Years of which lists are published, the newest first. Public.
    pub async fn published_years(&self) -> Result<Vec<i32>> {
        let years = duty_list::Entity::find()
            .select_only()
            .column(duty_list::Column::Year)
            .distinct()
            .filter(duty_list::Column::Status.eq(ListStatus::Published))
            .order_by_desc(duty_list::Column::Year);
        Ok(years.into_tuple().all(self.store.db()).await?)
    }

    /// How many lists of a year are published in each district, by code of the district. Public.
    pub async fn published_districts(&self, year: i32) -> Result<Vec<(String, i64)>> {
        let published = duty_list::Entity::find()
            .select_only()
            .column(duty_list::Column::WorkstationId)
            .filter(duty_list::Column::Year.eq(year))
            .filter(duty_list::Column::Status.eq(ListStatus::Published));
        let counted = workstation::Entity::find()
            .select_only()
            .column(workstation::Column::District)
            .column_as(workstation::Column::Id.count(), "lists")
            .filter(workstation::Column::Id.in_subquery(published.into_query()))
            .group_by(workstation::Column::District)
            .order_by_asc(workstation::Column::District);
        Ok(counted.into_tuple().all(self.store.db()).await?)
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

    pub(crate) async fn list_for(
        &self,
        db: &DatabaseTransaction,
        id: Uuid,
        action: Action,
    ) -> Result<duty_list::Model> {
        let list = duty_list::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound("清单"))?;
        self.need(action, list.workstation_id, None)?;
        self.open_year(db, list.year).await?;
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
}
