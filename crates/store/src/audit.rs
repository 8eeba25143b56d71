//! The audit trail, read.

use crate::entity::audit_event;
use crate::paging::slice;
use crate::{Desk, Page, Result, Slice};
use domain::{Action, Reach};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Select};
use uuid::Uuid;

/// Which events of the audit trail.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// What it was done to.
    pub subject: Option<Uuid>,
    /// What was done.
    pub action: Option<String>,
}

impl Desk {
    fn audit_where(&self, f: &AuditFilter) -> Select<audit_event::Entity> {
        let mut q = audit_event::Entity::find();
        match self.reach(Action::ReadAudit) {
            Reach::City => {}
            Reach::Stations => {
                q = q.filter(audit_event::Column::WorkstationId.is_in(self.viewer.stations.iter().copied()))
            }
            Reach::Own | Reach::Nothing => q = q.filter(audit_event::Column::Action.eq("")),
        }
        if let Some(s) = f.subject {
            q = q.filter(audit_event::Column::SubjectId.eq(s));
        }
        if let Some(action) = &f.action {
            q = q.filter(audit_event::Column::Action.eq(action.as_str()));
        }
        q
    }

    /// The audit trail that the viewer may read, in order of time.
    pub async fn audit_trail(&self, f: &AuditFilter, page: &Page) -> Result<Slice<audit_event::Model>> {
        slice(self.store.db(), self.audit_where(f), audit_event::Column::Id, page).await
    }

    /// How many events.
    pub async fn count_audit(&self, f: &AuditFilter) -> Result<u64> {
        Ok(self.audit_where(f).count(self.store.db()).await?)
    }
}
