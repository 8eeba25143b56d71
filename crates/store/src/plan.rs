//! Plans that stand, and the needs that they leave out.

use crate::entity::{duty_list, need, plan, plan_reason};
use crate::paging::slice;
use crate::{Desk, Page, Result, Slice};
use chrono::{DateTime, Utc};
use domain::matching::explain::ReasonCode;
use domain::{Action, ListStatus, Reach};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

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

/// Which needs the plan left out.
#[derive(Clone, Debug, Default)]
pub struct UnservedFilter {
    /// Reason.
    pub code: Option<ReasonCode>,
    /// Station.
    pub workstation: Option<Uuid>,
}

impl Desk {
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

/// The standing plan of a year, by its id alone.
pub(crate) async fn standing_id<C: ConnectionTrait>(db: &C, year: i32) -> Result<Option<Uuid>> {
    Ok(plan::Entity::find()
        .select_only()
        .column(plan::Column::Id)
        .filter(plan::Column::Year.eq(year))
        .filter(plan::Column::Standing.eq(true))
        .into_tuple::<Uuid>()
        .one(db)
        .await?)
}
