//! Sectors of the CPPCC.

use super::desk;
use super::error::Outside;
use super::node::{id, kind};
use async_graphql::{Context, ID, Object, Result};
use store::row;

/// A sector (界别): a standing grouping of members.
pub(super) struct Sector(pub row::Sector);

/// A sector (界别): a standing grouping of members.
#[Object]
impl Sector {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::SECTOR, &self.0.code)
    }
    /// Code.
    async fn code(&self) -> &str {
        &self.0.code
    }
    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }
}

#[derive(Default)]
pub(super) struct SectorQuery;

#[Object]
impl SectorQuery {
    /// All sectors, by code: a few dozen.
    #[graphql(complexity = "40 * child_complexity")]
    async fn sectors(&self, ctx: &Context<'_>) -> Result<Vec<Sector>> {
        Ok(desk(ctx).sectors().await.out(ctx)?.into_iter().map(Sector).collect())
    }
}
