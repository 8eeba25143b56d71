//! The audit trail.

use super::desk;
use super::error::Outside;
use super::loaders::{PersonName, load};
use super::page::{Arguments, Counted, DEFAULT, Nodes, nodes, page};
use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use domain::{Refusal, Role};
use store::{AuditFilter, row};
use uuid::Uuid;

/// An event of the audit trail: who did what to what, when and why. Never changed.
pub(super) struct AuditEvent(row::AuditEvent);

/// An event of the audit trail: who did what to what, when and why. Never changed.
#[Object]
impl AuditEvent {
    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }
    /// In which role.
    async fn role(&self) -> Role {
        self.0.role
    }
    /// Who.
    async fn actor(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        match self.0.actor {
            Some(person) => load(ctx, PersonName(person)).await,
            None => Ok(None),
        }
    }
    /// What was done.
    async fn action(&self) -> &str {
        &self.0.action
    }
    /// To what kind of thing.
    async fn subject(&self) -> &str {
        &self.0.subject
    }
    /// What changed, as JSON; without personal data.
    async fn detail(&self) -> &str {
        &self.0.detail
    }
    /// Why, where a reason was given.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
}

/// Which events.
#[derive(InputObject, Default)]
pub(super) struct AuditFilterInput {
    /// Global id of what it was done to.
    subject_id: Option<ID>,
    /// What was done.
    action: Option<String>,
}

#[derive(Default)]
pub(super) struct AuditQuery;

#[Object]
impl AuditQuery {
    /// The audit trail that the viewer may read, the newest first.
    #[graphql(complexity = "first.or(last).unwrap_or(DEFAULT).max(0) as usize * child_complexity")]
    async fn audit_trail(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.", default)] filter: AuditFilterInput,
        #[graphql(desc = "Rows from the beginning, 500 at most [20].")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 500 at most.")] last: Option<i32>,
        #[graphql(desc = "Cursor of the row behind the page.")] before: Option<String>,
    ) -> Result<Nodes<AuditEvent>> {
        let subject = match &filter.subject_id {
            None => None,
            Some(id) => {
                let key = id.split_once(':').and_then(|(_, key)| Uuid::parse_str(key).ok());
                let wrong =
                    || Refusal::new("ID", "subjectId 应为需求、资源、匹配或清单的全局编号。").at("subjectId");
                Some(key.ok_or_else(wrong).map_err(store::Error::from).out(ctx)?)
            }
        };
        let f = AuditFilter { subject, action: filter.action };
        let page = page(Arguments { first, after, last, before }, true)?;
        let slice = desk(ctx).audit_trail(&f, &page).await.out(ctx)?;
        Ok(nodes(slice, Counted::Audit(f), AuditEvent))
    }
}
