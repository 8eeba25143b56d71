//! Areas, by code.

use super::{Report, insert_all, repeated, unknown};
use crate::entity::area;
use crate::{Desk, Result};
use chrono::NaiveDate;
use domain::AreaLevel;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};
use std::collections::{BTreeSet, HashMap};

/// An area.
#[derive(Clone, Debug)]
pub struct NewArea {
    /// Row of the file.
    pub row: usize,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Level.
    pub level: AreaLevel,
    /// Kind in the source.
    pub kind: String,
    /// Code of the level above.
    pub parent: Option<String>,
    /// First day of validity, where it is known.
    pub valid_from: Option<NaiveDate>,
    /// First day on which it is no longer valid.
    pub valid_to: Option<NaiveDate>,
    /// Code of the area that took its place.
    pub replaced_by: Option<String>,
}

impl Desk {
    /// Areas, by code.
    pub async fn import_areas(&self, rows: Vec<NewArea>, dry_run: bool) -> Result<Report> {
        self.whole("areas", dry_run, async |tx, report| {
            let old: HashMap<String, area::Model> =
                area::Entity::find().all(tx).await?.into_iter().map(|a| (a.code.clone(), a)).collect();
            let known: BTreeSet<&str> =
                old.keys().map(String::as_str).chain(rows.iter().map(|r| r.code.as_str())).collect();
            let mut codes: BTreeSet<&str> = BTreeSet::new();
            for r in &rows {
                if !codes.insert(&r.code) {
                    report.errors.push(repeated(r.row, "代码", &r.code));
                }
                if let Some(next) = r.replaced_by.as_deref().filter(|p| !known.contains(p)) {
                    report.errors.push(unknown(
                        r.row,
                        "替代代码",
                        next,
                        "区划代码",
                        "应为文件或系统中已有的代码",
                    ));
                }
                if let Some(p) = r.parent.as_deref().filter(|p| !known.contains(p)) {
                    report.errors.push(unknown(
                        r.row,
                        "上级代码",
                        p,
                        "区划代码",
                        "应为文件或系统中已有的代码",
                    ));
                }
            }
            let mut rows = rows;
            // A parent stands before its children.
            rows.sort_by(|a, b| (a.code.len(), &a.code).cmp(&(b.code.len(), &b.code)));
            let mut new = Vec::new();
            for r in rows.into_iter().filter(|_| report.errors.is_empty()) {
                match old.get(&r.code) {
                    Some(a)
                        if a.name == r.name
                            && a.level == r.level
                            && a.kind == r.kind
                            && a.valid_from == r.valid_from
                            && a.valid_to == r.valid_to
                            && a.replaced_by == r.replaced_by =>
                    {
                        report.unchanged += 1
                    }
                    Some(a) => {
                        let mut a = a.clone().into_active_model();
                        a.name = Set(r.name);
                        a.level = Set(r.level);
                        a.kind = Set(r.kind);
                        a.valid_from = Set(r.valid_from);
                        a.valid_to = Set(r.valid_to);
                        a.replaced_by = Set(r.replaced_by);
                        a.update(tx).await?;
                        report.updated += 1;
                    }
                    None => new.push(
                        area::Model {
                            code: r.code,
                            name: r.name,
                            level: r.level,
                            kind: r.kind,
                            parent: r.parent,
                            valid_from: r.valid_from,
                            valid_to: r.valid_to,
                            replaced_by: r.replaced_by,
                        }
                        .into_active_model(),
                    ),
                }
            }
            report.created = new.len();
            if !report.errors.is_empty() {
                return Ok(());
            }
            insert_all(tx, new).await
        })
        .await
    }
}
