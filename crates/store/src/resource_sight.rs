//! Resources as they are read: which are in sight, and what of them.

use crate::entity::{duty_item, duty_item_match, duty_list, need_match, resource, resource_category};
use crate::paging::slice;
use crate::{Desk, Page, Result, Slice};
use domain::{Action, ListStatus, MatchStatus, Reach, ResourceKind, ResourceStatus};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select,
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
    /// Class or one above it.
    pub category: Option<String>,
    /// Owner, or the member who answers for it.
    pub member: Option<Uuid>,
    /// The partner organisation whose they are.
    pub partner: Option<Uuid>,
    /// Part of the title or number.
    pub text: Option<String>,
}

/// What resources are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResourceOrder {
    /// Number.
    #[default]
    Number,
    /// Title.
    Title,
    /// First day of the window.
    WindowFrom,
}

impl Desk {
    pub(crate) fn resources_in_sight(&self) -> Condition {
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
        if let Some(member) = f.member {
            q = q.filter(resource::Column::MemberId.eq(member));
        }
        if let Some(partner) = f.partner {
            q = q.filter(resource::Column::PartnerOrganizationId.eq(partner));
        }
        if let Some(category) = &f.category {
            let of = resource_category::Entity::find()
                .select_only()
                .column(resource_category::Column::ResourceId)
                .filter(resource_category::Column::Category.starts_with(category));
            q = q.filter(resource::Column::Id.in_subquery(of.into_query()));
        }
        if let Some(text) = &f.text {
            q = q.filter(resource::Column::Title.contains(text).or(resource::Column::Number.contains(text)));
        }
        q
    }

    /// Resources in the order asked for.
    pub async fn resources(
        &self,
        f: &ResourceFilter,
        by: ResourceOrder,
        page: &Page,
    ) -> Result<Slice<resource::Model>> {
        let by = match by {
            ResourceOrder::Number => resource::Column::Number,
            ResourceOrder::Title => resource::Column::Title,
            ResourceOrder::WindowFrom => resource::Column::WindowFrom,
        };
        slice(self.store.db(), self.resources_where(f), by, page).await
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

    /// A resource by number.
    pub async fn resource_by_number(&self, number: &str) -> Result<Option<resource::Model>> {
        Ok(resource::Entity::find()
            .filter(resource::Column::Number.eq(number))
            .filter(self.resources_in_sight())
            .one(self.store.db())
            .await?)
    }

    /// Classes of resources: (resource, class).
    pub async fn classes_of_resources(&self, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>> {
        let rows = resource_category::Entity::find()
            .filter(resource_category::Column::ResourceId.is_in(ids.iter().copied()))
            .order_by_asc(resource_category::Column::Category)
            .all(self.store.db())
            .await?;
        Ok(rows.into_iter().map(|c| (c.resource_id, c.category)).collect())
    }

    /// Units of resources that are reserved: (resource, quarter, units).
    pub async fn reserved_of(&self, ids: &[Uuid]) -> Result<Vec<(Uuid, i32, i64)>> {
        Ok(need_match::Entity::find()
            .select_only()
            .column(need_match::Column::ResourceId)
            .column(need_match::Column::Quarter)
            .column_as(need_match::Column::Id.count(), "n")
            .filter(need_match::Column::ResourceId.is_in(ids.iter().copied()))
            .filter(need_match::Column::Status.is_in(MatchStatus::HOLDING))
            .group_by(need_match::Column::ResourceId)
            .group_by(need_match::Column::Quarter)
            .into_tuple()
            .all(self.store.db())
            .await?)
    }
}
