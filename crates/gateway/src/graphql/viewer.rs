//! Who is asking.

use super::desk;
use super::loaders::{PersonName, load};
use async_graphql::{Context, Object, Result, SimpleObject};
use domain::{Action, Reach, Role, access};

/// Who is asking, and what the viewer may do.
pub(super) struct Viewer;

/// How far a right reaches.
#[derive(async_graphql::Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "Reach")]
pub(super) enum ReachOf {
    /// What belongs to the person.
    Own,
    /// The viewer's stations.
    Stations,
    /// The whole city.
    City,
}

/// A right of the viewer.
#[derive(SimpleObject)]
pub(super) struct Right {
    /// What may be done.
    action: Action,
    /// How far.
    reach: ReachOf,
}

/// Who is asking, and what the viewer may do.
#[Object]
impl Viewer {
    /// Role of the token; anonymous without one.
    async fn role(&self, ctx: &Context<'_>) -> Role {
        desk(ctx).viewer().role
    }
    /// Name of the person whom the token stands for.
    async fn name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        match desk(ctx).viewer().person {
            Some(person) => load(ctx, PersonName(person)).await,
            None => Ok(None),
        }
    }
    /// Number of stations in the scope; null where the scope is the city or nothing.
    async fn workstation_count(&self, ctx: &Context<'_>) -> Option<usize> {
        Some(desk(ctx).viewer().stations.len()).filter(|n| *n > 0)
    }
    /// Everything that the viewer may do.
    #[graphql(complexity = "20 * child_complexity")]
    async fn rights(&self, ctx: &Context<'_>) -> Vec<Right> {
        let role = desk(ctx).viewer().role;
        let right = |action: &Action| {
            let reach = match access::reach(role, *action) {
                Reach::Nothing => return None,
                Reach::Own => ReachOf::Own,
                Reach::Stations => ReachOf::Stations,
                Reach::City => ReachOf::City,
            };
            Some(Right { action: *action, reach })
        };
        Action::ALL.iter().filter_map(right).collect()
    }
}

#[derive(Default)]
pub(super) struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// Who is asking.
    async fn viewer(&self) -> Viewer {
        Viewer
    }
}
