//! Figures of a station, a district or the city, counted by SQL.

use super::desk;
use super::error::Outside;
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use domain::{ListStatus, MatchStatus, NeedStatus, ReasonCode};

/// Figures of a scope in a year. Needs are counted 件, not 件次.
#[derive(SimpleObject)]
pub(super) struct Dashboard {
    /// Stations that are open.
    workstations: u64,
    /// Needs by state.
    needs: Vec<NeedCount>,
    /// Matches by state.
    matches: Vec<MatchCount>,
    /// Lists by state.
    duty_lists: Vec<DutyListCount>,
    /// Needs that the standing plan leaves out, by reason.
    unserved: Vec<ReasonCount>,
    /// Township-level areas in which no station sits; empty for one station.
    uncovered_areas: Vec<UncoveredArea>,
}

/// Needs in a state.
#[derive(SimpleObject)]
struct NeedCount {
    /// State.
    status: NeedStatus,
    /// How many.
    count: i64,
}

/// Matches in a state.
#[derive(SimpleObject)]
struct MatchCount {
    /// State.
    status: MatchStatus,
    /// How many.
    count: i64,
}

/// Lists in a state.
#[derive(SimpleObject)]
struct DutyListCount {
    /// State.
    status: ListStatus,
    /// How many.
    count: i64,
}

/// Needs left out for a reason.
#[derive(SimpleObject)]
struct ReasonCount {
    /// Reason.
    code: ReasonCode,
    /// How many.
    count: i64,
}

/// A township-level area without a station.
#[derive(SimpleObject)]
struct UncoveredArea {
    /// Code.
    code: String,
    /// Name.
    name: String,
}

/// Which part of the city; all of what the viewer may count where it is empty.
#[derive(InputObject, Default)]
struct DashboardScope {
    /// Code of a district, 6 digits.
    district: Option<String>,
    /// Code of a station.
    workstation: Option<String>,
}

#[derive(Default)]
pub(super) struct DashboardQuery;

#[Object]
impl DashboardQuery {
    /// Figures of a station, a district or the city.
    #[graphql(complexity = "20 * child_complexity")]
    async fn dashboard(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Year.")] year: i32,
        #[graphql(desc = "Which part of the city.", default)] scope: DashboardScope,
    ) -> Result<Dashboard> {
        let f = desk(ctx)
            .figures(year, scope.district.as_deref(), scope.workstation.as_deref())
            .await
            .out(ctx)?;
        Ok(Dashboard {
            workstations: f.workstations,
            needs: f.needs.into_iter().map(|(status, count)| NeedCount { status, count }).collect(),
            matches: f.matches.into_iter().map(|(status, count)| MatchCount { status, count }).collect(),
            duty_lists: f.lists.into_iter().map(|(status, count)| DutyListCount { status, count }).collect(),
            unserved: f
                .unserved
                .into_iter()
                .filter_map(|(code, count)| Some(ReasonCount { code: ReasonCode::parse(&code)?, count }))
                .collect(),
            uncovered_areas: f
                .uncovered
                .into_iter()
                .map(|(code, name)| UncoveredArea { code, name })
                .collect(),
        })
    }
}
