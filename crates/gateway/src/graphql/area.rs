//! Administrative areas.

use super::desk;
use super::error::Outside;
use super::loaders::{AreaByCode, load};
use super::node::{id, kind};
use super::page::{Arguments, Counted, DEFAULT, Nodes, nodes, page};
use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::AreaLevel;
use store::{AreaFilter, row};

/// An administrative area (区划), by its statistical code.
pub(super) struct Area(pub row::Area);

/// An administrative area (区划), by its statistical code.
#[Object]
impl Area {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::AREA, &self.0.code)
    }
    /// Code: 4 digits for the city, 6, 9 and 12 for the levels below.
    async fn code(&self) -> &str {
        &self.0.code
    }
    /// Name. Names repeat; codes do not.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Level.
    async fn level(&self) -> AreaLevel {
        self.0.level
    }
    /// Kind in the statistical table, such as `RESIDENTS_COMMITTEE`.
    async fn kind(&self) -> &str {
        &self.0.kind
    }
    /// The area above.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Area>> {
        let Some(parent) = self.0.parent.clone() else { return Ok(None) };
        Ok(load(ctx, AreaByCode(parent)).await?.map(Area))
    }
    /// First day on which the code is valid, where it is known.
    async fn valid_from(&self) -> Option<chrono::NaiveDate> {
        self.0.valid_from
    }
    /// First day on which the code is no longer valid; null while it is.
    async fn valid_to(&self) -> Option<chrono::NaiveDate> {
        self.0.valid_to
    }
    /// The area that took its place.
    async fn replaced_by(&self, ctx: &Context<'_>) -> Result<Option<Area>> {
        let Some(code) = self.0.replaced_by.clone() else { return Ok(None) };
        Ok(load(ctx, AreaByCode(code)).await?.map(Area))
    }
}

/// Which areas.
#[derive(InputObject, Default)]
pub(super) struct AreaFilterInput {
    /// Code of the area above.
    parent: Option<String>,
    /// Level.
    level: Option<AreaLevel>,
    /// Part of the name, or the beginning of the code.
    text: Option<String>,
}

#[derive(Default)]
pub(super) struct AreaQuery;

#[Object]
impl AreaQuery {
    /// An area by code.
    async fn area(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Code, 4 to 12 digits.")] code: String,
    ) -> Result<Option<Area>> {
        Ok(load(ctx, AreaByCode(code)).await?.map(Area))
    }

    /// Areas by code.
    #[graphql(complexity = "first.or(last).unwrap_or(DEFAULT).max(0) as usize * child_complexity")]
    async fn areas(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.", default)] filter: AreaFilterInput,
        #[graphql(desc = "Rows from the beginning, 500 at most [20].")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 500 at most.")] last: Option<i32>,
        #[graphql(desc = "Cursor of the row behind the page.")] before: Option<String>,
    ) -> Result<Nodes<Area>> {
        let f = AreaFilter { parent: filter.parent, level: filter.level, text: filter.text };
        let page = page(Arguments { first, after, last, before }, false)?;
        let slice = desk(ctx).areas(&f, &page).await.out(ctx)?;
        Ok(nodes(slice, Counted::Areas(f), Area))
    }
}
