//! Classes of requests.

use super::desk;
use super::error::Outside;
use super::loaders::category;
use super::node::{id, kind};
use super::page::{Arguments, Counted, DEFAULT, Nodes, nodes, page};
use async_graphql::{Context, ID, InputObject, Object, Result};
use store::{CategoryFilter, row};

/// A class of requests (诉求类别), of a replaceable table of three levels.
pub(super) struct Category(pub row::Category);

/// A class of requests (诉求类别), of a replaceable table of three levels.
#[Object]
impl Category {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::CATEGORY, &self.0.code)
    }
    /// Code, two digits a level.
    async fn code(&self) -> &str {
        &self.0.code
    }
    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Level, from 1.
    async fn level(&self) -> i32 {
        self.0.level
    }
    /// The table that it comes from.
    async fn standard(&self) -> &str {
        &self.0.standard
    }
    /// The class above.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Category>> {
        let Some(parent) = self.0.parent.clone() else { return Ok(None) };
        Ok(category(ctx, &parent).await?.map(Category))
    }
}

/// Which classes.
#[derive(InputObject, Default)]
pub(super) struct CategoryFilterInput {
    /// Code of the class above.
    parent: Option<String>,
    /// Level, from 1.
    level: Option<i32>,
    /// Part of the name.
    text: Option<String>,
}

#[derive(Default)]
pub(super) struct CategoryQuery;

#[Object]
impl CategoryQuery {
    /// Classes by code.
    #[graphql(complexity = "first.or(last).unwrap_or(DEFAULT).max(0) as usize * child_complexity")]
    async fn categories(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.", default)] filter: CategoryFilterInput,
        #[graphql(desc = "Rows from the beginning, 500 at most [20].")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 500 at most.")] last: Option<i32>,
        #[graphql(desc = "Cursor of the row behind the page.")] before: Option<String>,
    ) -> Result<Nodes<Category>> {
        let f = CategoryFilter { parent: filter.parent, level: filter.level, text: filter.text };
        let page = page(Arguments { first, after, last, before }, false)?;
        let slice = desk(ctx).category_page(&f, &page).await.out(ctx)?;
        Ok(nodes(slice, Counted::Categories(f), Category))
    }
}
