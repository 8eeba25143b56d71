//! Tasks of the year's plan (1+4+N), by code.

use super::{Report, insert_all, repeated};
use crate::entity::plan_task;
use crate::{Desk, Result};
use domain::PlanPart;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use std::collections::{BTreeSet, HashMap};

/// A task of the plan.
#[derive(Clone, Debug)]
pub struct NewTask {
    /// Row of the file.
    pub row: usize,
    /// Code.
    pub code: String,
    /// Part of the plan.
    pub part: PlanPart,
    /// Name.
    pub name: String,
}

impl Desk {
    /// Tasks of a year, by code; those that the file does not name stay.
    pub async fn import_tasks(&self, year: i32, rows: Vec<NewTask>, dry_run: bool) -> Result<Report> {
        self.whole("plan-tasks", dry_run, async |tx, report| {
            self.open_year(tx, year).await?;
            let old: HashMap<String, plan_task::Model> = plan_task::Entity::find()
                .filter(plan_task::Column::Year.eq(year))
                .all(tx)
                .await?
                .into_iter()
                .map(|t| (t.code.clone(), t))
                .collect();
            let mut codes = BTreeSet::new();
            let mut new = Vec::new();
            for r in rows {
                if !codes.insert(r.code.clone()) {
                    report.errors.push(repeated(r.row, "代码", &r.code));
                    continue;
                }
                let before = old.get(&r.code);
                let id = before.map_or_else(|| self.id(), |o| o.id);
                let row = plan_task::Model { id, year, code: r.code, part: r.part, name: r.name };
                match before {
                    Some(o) if *o == row => report.unchanged += 1,
                    Some(_) => {
                        row.into_active_model().reset_all().update(tx).await?;
                        report.updated += 1;
                    }
                    None => new.push(row.into_active_model()),
                }
            }
            report.created = new.len();
            insert_all(tx, new).await
        })
        .await
    }
}
