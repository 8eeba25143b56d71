//! Mediation at its source (诉源治理): counts alone.

use super::desk;
use super::error::Outside;
use super::loaders::{StationById, load};
use super::node::{id, kind, uuid};
use super::payload::{Payload, payload};
use super::workstation::Workstation;
use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::NaiveDate;
use store::row;

/// Mediation of a year. Cases are confidential: they are counts alone.
pub(super) struct Mediation(store::Mediation);

/// Mediation of a year. Cases are confidential: they are counts alone.
#[Object]
impl Mediation {
    /// Members with a resource of mediation that is available; `resources` of that kind are the rows.
    async fn mediators(&self) -> i64 {
        self.0.mediators
    }
    /// Cases taken.
    async fn cases(&self) -> i64 {
        self.0.cases()
    }
    /// Cases settled.
    async fn successes(&self) -> i64 {
        self.0.successes()
    }
    /// Settled of a thousand taken, rounded down; null where none was taken.
    async fn permille(&self) -> Option<i64> {
        let cases = self.0.cases();
        (cases > 0).then(|| self.0.successes() * 1000 / cases)
    }
    /// Stations that have reported.
    #[graphql(complexity = "50 * child_complexity")]
    async fn stations(&self) -> Vec<MediationLine> {
        self.0.stations.iter().cloned().map(MediationLine).collect()
    }
}

/// A station's mediation in a year.
pub(super) struct MediationLine(store::MediationLine);

/// A station's mediation in a year.
#[Object]
impl MediationLine {
    /// Station.
    async fn workstation(&self, ctx: &Context<'_>) -> Result<Option<Workstation>> {
        Ok(load(ctx, StationById(self.0.workstation_id)).await?.map(Workstation))
    }
    /// Cases taken.
    async fn cases(&self) -> i64 {
        self.0.cases
    }
    /// Cases settled.
    async fn successes(&self) -> i64 {
        self.0.successes
    }
}

/// A station's mediation in a month.
pub(super) struct MediationMonth(row::MediationCount);

/// A station's mediation in a month.
#[Object]
impl MediationMonth {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::MEDIATION, self.0.id)
    }
    /// Month, 1 to 12.
    async fn month(&self) -> i32 {
        self.0.month
    }
    /// Cases taken.
    async fn cases(&self) -> i32 {
        self.0.cases
    }
    /// Cases settled.
    async fn successes(&self) -> i32 {
        self.0.successes
    }
    /// Day of the report.
    async fn reported_on(&self) -> NaiveDate {
        self.0.reported_on
    }
    /// Version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

#[derive(Default)]
pub(super) struct MediationQuery;

#[Object]
impl MediationQuery {
    /// Mediators, cases and successes of a year, where the viewer sees figures.
    async fn mediation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Year.")] year: i32,
        #[graphql(desc = "Code of a district [everything that the viewer sees].")] district: Option<String>,
    ) -> Result<Mediation> {
        Ok(Mediation(desk(ctx).mediation(year, district.as_deref()).await.out(ctx)?))
    }

    /// A station's months, in order.
    #[graphql(complexity = "12 * child_complexity")]
    async fn mediation_months(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Year.")] year: i32,
        #[graphql(desc = "The station.")] workstation_id: ID,
    ) -> Result<Vec<MediationMonth>> {
        let station = uuid(kind::STATION, &workstation_id, "workstationId").out(ctx)?;
        let rows = desk(ctx).mediation_months(year, station).await.out(ctx)?;
        Ok(rows.into_iter().map(MediationMonth).collect())
    }
}

/// A month's counts.
#[derive(InputObject)]
pub(super) struct ReportMediationInput {
    /// The station.
    workstation_id: ID,
    /// Year.
    year: i32,
    /// Month, 1 to 12.
    month: i32,
    /// Version that was read; 0 for a month without a report.
    expected_version: i32,
    /// Cases taken.
    cases: i32,
    /// Cases settled.
    successes: i32,
}

#[derive(Default)]
pub(super) struct MediationMutation;

#[Object]
impl MediationMutation {
    /// Reports a month's mediation, or corrects it.
    async fn report_mediation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The counts.")] input: ReportMediationInput,
    ) -> Result<Payload<MediationMonth>> {
        let answer = async {
            let station = uuid(kind::STATION, &input.workstation_id, "workstationId")?;
            let (version, cases, successes) = (input.expected_version, input.cases, input.successes);
            desk(ctx).report_mediation(station, input.year, input.month, version, cases, successes).await
        };
        payload(ctx, answer.await, MediationMonth)
    }
}
