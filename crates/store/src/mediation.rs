//! Mediation at its source (诉源治理): who mediates are resources, cases and successes are counts alone.

use crate::desk::{Event, same_version};
use crate::entity::{mediation_count, resource, workstation};
use crate::{Desk, Result};
use chrono::Datelike;
use domain::{Action, Reach, Refusal, ResourceKind, ResourceStatus};
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};
use uuid::Uuid;

/// A station's counts of a year.
#[derive(Clone, Debug, FromQueryResult)]
pub struct MediationLine {
    /// Station.
    pub workstation_id: Uuid,
    /// Cases taken.
    pub cases: i64,
    /// Cases settled.
    pub successes: i64,
}

/// Mediation of a year.
#[derive(Clone, Debug, Default)]
pub struct Mediation {
    /// Members with a resource of mediation that is available.
    pub mediators: i64,
    /// Stations that have reported, by id.
    pub stations: Vec<MediationLine>,
}

impl Mediation {
    /// Cases taken.
    pub fn cases(&self) -> i64 {
        self.stations.iter().map(|s| s.cases).sum()
    }
    /// Cases settled.
    pub fn successes(&self) -> i64 {
        self.stations.iter().map(|s| s.successes).sum()
    }
}

impl Desk {
    /// Stations whose figures the viewer may see, all or of a district.
    pub(crate) fn figured(&self, district: Option<&str>) -> Result<SelectStatement> {
        if self.reach(Action::ReadDashboard) == Reach::Nothing {
            return Err(self.not_allowed(Action::ReadDashboard).into());
        }
        let mut q = workstation::Entity::find()
            .select_only()
            .column(workstation::Column::Id)
            .filter(self.in_sight(workstation::Column::Id, None));
        if let Some(district) = district {
            q = q.filter(workstation::Column::District.eq(district));
        }
        Ok(q.into_query())
    }

    /// Mediators, cases and successes of a year. Two statements.
    pub async fn mediation(&self, year: i32, district: Option<&str>) -> Result<Mediation> {
        use mediation_count::Column as C;
        let db = self.store.db();
        let mediators: Option<i64> = resource::Entity::find()
            .select_only()
            .column_as(Expr::col(resource::Column::MemberId).count_distinct(), "n")
            .filter(resource::Column::Year.eq(year))
            .filter(resource::Column::Kind.eq(ResourceKind::Mediation))
            .filter(resource::Column::Status.eq(ResourceStatus::Available))
            .filter(resource::Column::WorkstationId.in_subquery(self.figured(district)?))
            .into_tuple()
            .one(db)
            .await?;
        let stations = mediation_count::Entity::find()
            .select_only()
            .column(C::WorkstationId)
            .column_as(C::Cases.sum(), "cases")
            .column_as(C::Successes.sum(), "successes")
            .filter(C::Year.eq(year))
            .filter(C::WorkstationId.in_subquery(self.figured(district)?))
            .group_by(C::WorkstationId)
            .order_by_asc(C::WorkstationId)
            .into_model()
            .all(db)
            .await?;
        Ok(Mediation { mediators: mediators.unwrap_or(0), stations })
    }

    /// Months of a station, in order.
    pub async fn mediation_months(&self, year: i32, station: Uuid) -> Result<Vec<mediation_count::Model>> {
        use mediation_count::Column as C;
        Ok(mediation_count::Entity::find()
            .filter(C::Year.eq(year))
            .filter(C::WorkstationId.eq(station))
            .filter(C::WorkstationId.in_subquery(self.figured(None)?))
            .order_by_asc(C::Month)
            .all(self.store.db())
            .await?)
    }

    /// Reports a month's counts, or corrects them. `expected` is 0 for a month that has none yet.
    pub async fn report_mediation(
        &self,
        station: Uuid,
        year: i32,
        month: i32,
        expected: i32,
        cases: i32,
        successes: i32,
    ) -> Result<mediation_count::Model> {
        let tx = self.store.begin().await?;
        self.need(Action::WriteResource, station, None)?;
        self.open_year(&tx, year).await?;
        let wrong = |code, words: String, at| Refusal::new(code, words).at(at);
        let today = self.today();
        if !(1..=12).contains(&month) || (year, month) > (today.year(), today.month() as i32) {
            let words = format!("{year} 年 {month} 月不是已开始的月份,请核对。");
            return Err(wrong("MONTH", words, "month").into());
        }
        if !(0..=100_000).contains(&cases) {
            return Err(wrong("AMOUNT", format!("案件数为 {cases},应为 0 至 100000。"), "cases").into());
        }
        if !(0..=cases).contains(&successes) {
            let words = format!("调解成功 {successes} 件,应为 0 至案件数 {cases}。");
            return Err(wrong("AMOUNT", words, "successes").into());
        }
        let old = mediation_count::Entity::find()
            .filter(mediation_count::Column::WorkstationId.eq(station))
            .filter(mediation_count::Column::Year.eq(year))
            .filter(mediation_count::Column::Month.eq(month))
            .one(&tx)
            .await?;
        same_version(expected, old.as_ref().map_or(0, |o| o.version), vec!["cases", "successes"])?;
        let row = mediation_count::Model {
            id: old.as_ref().map_or_else(|| self.id(), |o| o.id),
            workstation_id: station,
            year,
            month,
            cases,
            successes,
            reported_on: today,
            version: expected + 1,
        };
        let fresh = row.clone().into_active_model().reset_all();
        let row = if old.is_some() { fresh.update(&tx).await? } else { fresh.insert(&tx).await? };
        let before = old.map(|o| (o.cases, o.successes));
        let event = Event {
            action: "REPORT_MEDIATION",
            subject: "mediation",
            id: Some(row.id),
            workstation: Some(station),
            detail: serde_json::json!({"year": year, "month": month, "cases": cases, "successes": successes, "was": before}),
            reason: None,
        };
        self.audit(&tx, event).await?;
        self.commit(tx).await?;
        Ok(row)
    }
}
