//! Consultation sessions (协商).

use super::desk;
use super::error::Outside;
use super::node::{id, kind, uuid, uuid_opt};
use super::page::{Arguments, Counted, DEFAULT, Nodes, nodes, page};
use super::payload::{Payload, payload};
use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::NaiveDate;
use domain::DutyForm;
use store::{SessionInput, row};

/// A consultation session (协商).
pub(super) struct Consultation(pub row::Consultation);

/// A consultation session (协商).
#[Object]
impl Consultation {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::CONSULTATION, self.0.id)
    }
    /// Day.
    async fn held_on(&self) -> NaiveDate {
        self.0.held_on
    }
    /// Place.
    async fn place(&self) -> &str {
        &self.0.place
    }
    /// Name of the series, such as 青城议事厅.
    async fn brand(&self) -> Option<&str> {
        self.0.brand.as_deref()
    }
    /// Form (四微).
    async fn form(&self) -> DutyForm {
        self.0.form
    }
    /// Who led it.
    async fn host(&self) -> &str {
        &self.0.host
    }
    /// Who came.
    async fn attendees(&self) -> Vec<&str> {
        self.0.attendees.lines().collect()
    }
    /// Options considered.
    async fn options(&self) -> Vec<&str> {
        self.0.options.lines().collect()
    }
    /// Conclusion.
    async fn conclusion(&self) -> &str {
        &self.0.conclusion
    }
    /// Next step.
    async fn next_step(&self) -> Option<&str> {
        self.0.next_step.as_deref()
    }
    /// Minutes.
    async fn minutes(&self) -> Option<&str> {
        self.0.minutes.as_deref()
    }
}

#[derive(Default)]
pub(super) struct ConsultationQuery;

#[Object]
impl ConsultationQuery {
    /// Sessions of a year that the viewer may see, by day.
    #[graphql(complexity = "first.or(last).unwrap_or(DEFAULT).max(0) as usize * child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn consultations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Year.")] year: i32,
        #[graphql(desc = "Station.")] workstation_id: Option<ID>,
        #[graphql(desc = "The newest first.", default)] descending: bool,
        #[graphql(desc = "Rows from the beginning, 500 at most [20].")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 500 at most.")] last: Option<i32>,
        #[graphql(desc = "Cursor of the row behind the page.")] before: Option<String>,
    ) -> Result<Nodes<Consultation>> {
        let station = uuid_opt(kind::STATION, workstation_id.as_ref(), "workstationId").out(ctx)?;
        let page = page(Arguments { first, after, last, before }, descending)?;
        let slice = desk(ctx).consultations(year, station, &page).await.out(ctx)?;
        Ok(nodes(slice, Counted::Consultations(year, station), Consultation))
    }
}

/// An order that a session was about, and the version that was read.
#[derive(InputObject)]
pub(super) struct ConsultedOrderInput {
    /// The order.
    id: ID,
    /// Version that was read.
    expected_version: i32,
}

/// A session as it was held.
#[derive(InputObject)]
pub(super) struct RecordConsultationInput {
    /// Orders of one station that it was about.
    orders: Vec<ConsultedOrderInput>,
    /// Day: not before the orders, not in the future.
    held_on: NaiveDate,
    /// Place.
    place: String,
    /// Name of the series, such as 青城议事厅 or 小马扎议事堂.
    brand: Option<String>,
    /// Form (四微).
    form: DutyForm,
    /// Who led it.
    host: String,
    /// Who came.
    #[graphql(default)]
    attendees: Vec<String>,
    /// Options considered.
    #[graphql(default)]
    options: Vec<String>,
    /// Conclusion.
    conclusion: String,
    /// Next step.
    next_step: Option<String>,
    /// Minutes.
    minutes: Option<String>,
}

#[derive(Default)]
pub(super) struct ConsultationMutation;

#[Object]
impl ConsultationMutation {
    /// Records a session on one order or several (协商); several may follow each other.
    async fn record_consultation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What happened.")] input: RecordConsultationInput,
    ) -> Result<Payload<Consultation>> {
        let answer = async {
            let mut orders = Vec::new();
            for o in &input.orders {
                orders.push((uuid(kind::ORDER, &o.id, "orders")?, o.expected_version));
            }
            let session = SessionInput {
                orders,
                held_on: input.held_on,
                place: input.place,
                brand: input.brand,
                form: input.form,
                host: input.host,
                attendees: input.attendees,
                options: input.options,
                conclusion: input.conclusion,
                next_step: input.next_step,
                minutes: input.minutes,
            };
            desk(ctx).record_consultation(&session).await
        };
        payload(ctx, answer.await, Consultation)
    }
}
