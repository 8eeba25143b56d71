//! The standing plan of a year, with its proof's figures and its reasons.

use super::desk;
use super::error::Outside;
use super::explain::{Fairness, PlanChangeInput, PlanEffect, changes_of};
use super::need::Need;
use super::node::{kind, uuid_opt};
use super::page::{Arguments, Counted, DEFAULT, Nodes, nodes, page};
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::ReasonCode;
use store::{UnservedFilter, row};

/// The standing plan of a year.
pub(super) struct Plan(row::Plan);

impl From<row::Plan> for Plan {
    fn from(row: row::Plan) -> Plan {
        Plan(row)
    }
}

/// What was proved of a plan.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum Certificate {
    /// No better plan exists.
    Optimal,
    /// No plan exceeds the bound; the plan may fall short of it.
    Gap,
}

/// The levels of the objective, highest first.
#[derive(SimpleObject)]
pub(super) struct Objective {
    /// Pinned needs served.
    pinned_served: i64,
    /// Urgent needs served.
    urgent_served: i64,
    /// Needs served.
    served: i64,
    /// Sum of the scores.
    score: i64,
    /// Sum of the members' squared loads: the less, the evener.
    evenness: i64,
}

fn objective(stored: &str) -> Objective {
    let o: domain::Objective = serde_json::from_str(stored).unwrap_or_default();
    Objective {
        pinned_served: o.pinned_served,
        urgent_served: o.urgent_served,
        served: o.served,
        score: o.score,
        evenness: o.evenness,
    }
}

/// Which needs that the plan leaves out.
#[derive(InputObject, Default)]
pub(super) struct UnservedFilterInput {
    /// Why.
    code: Option<ReasonCode>,
    /// Station.
    workstation_id: Option<ID>,
}

/// The standing plan of a year.
#[Object]
impl Plan {
    /// Year.
    async fn year(&self) -> i32 {
        self.0.year
    }
    /// When it was made.
    async fn made_at(&self) -> DateTime<Utc> {
        self.0.made_at
    }
    /// What the independent check proved.
    async fn certificate(&self) -> Certificate {
        if self.0.certificate == "optimal" { Certificate::Optimal } else { Certificate::Gap }
    }
    /// What the plan reaches.
    async fn objective(&self) -> Objective {
        objective(&self.0.objective)
    }
    /// What no plan can exceed.
    async fn bound(&self) -> Objective {
        objective(&self.0.bound)
    }
    /// Possible pairs of need and resource that were weighed.
    async fn candidate_pairs(&self) -> i64 {
        self.0.candidate_pairs
    }
    /// Version of the weights of the score.
    async fn weights_version(&self) -> i32 {
        self.0.weights_version
    }
    /// What the plan would be after some changes, kept apart from it: nothing is written. Where the plan has to be made
    /// anew (weights, new resources, needs of several requirements), the year is planned from nothing twice, with the
    /// changes and without. To keep it, `createScenario`.
    #[graphql(complexity = "20_000 + child_complexity")]
    async fn what_if(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes, 50 at most, made one after the other.")] changes: Vec<PlanChangeInput>,
    ) -> Result<PlanEffect> {
        let changes = changes_of(changes).out(ctx)?;
        Ok(PlanEffect(desk(ctx).what_if(self.0.year, &changes).await.out(ctx)?))
    }
    /// How evenly it loads members and stations. Evenness decides only among plans of the same score, so that it costs no
    /// point; what more of it would cost, `lighter` says.
    #[graphql(complexity = "1_000 + first.max(0) as usize * child_complexity")]
    async fn fairness(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many of the most loaded, 100 at most.", default = 10)] first: i32,
    ) -> Result<Option<Fairness>> {
        let most = first.clamp(0, 100) as usize;
        let lighter = ctx.look_ahead().field("largest").field("lighter").exists();
        Ok(desk(ctx).fairness(self.0.year, most, lighter).await.out(ctx)?.map(Fairness))
    }
    /// Needs that it leaves out, each with its reason in `unservedReason`, by number.
    #[graphql(complexity = "first.or(last).unwrap_or(DEFAULT).max(0) as usize * child_complexity")]
    async fn unserved(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.", default)] filter: UnservedFilterInput,
        #[graphql(desc = "Rows from the beginning, 500 at most [20].")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 500 at most.")] last: Option<i32>,
        #[graphql(desc = "Cursor of the row behind the page.")] before: Option<String>,
    ) -> Result<Nodes<Need>> {
        let f = UnservedFilter {
            code: filter.code,
            workstation: uuid_opt(kind::STATION, filter.workstation_id.as_ref(), "workstationId").out(ctx)?,
        };
        let page = page(Arguments { first, after, last, before }, false)?;
        let slice = desk(ctx).unserved(self.0.id, &f, &page).await.out(ctx)?;
        Ok(nodes(slice, Counted::Unserved(self.0.id, f), Need))
    }
}

#[derive(Default)]
pub(super) struct PlanQuery;

#[Object]
impl PlanQuery {
    /// The standing plan of a year; null where there is none, or none for this viewer.
    async fn plan(&self, ctx: &Context<'_>, #[graphql(desc = "Year.")] year: i32) -> Result<Option<Plan>> {
        Ok(desk(ctx).standing_plan(year).await.out(ctx)?.map(Plan))
    }
}
