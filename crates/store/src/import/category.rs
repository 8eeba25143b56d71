//! Classes of requests, by code.

use super::{Report, insert_all, repeated};
use crate::entity::category;
use crate::{Desk, Result};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use std::collections::{BTreeSet, HashMap};

/// A class of requests.
#[derive(Clone, Debug)]
pub struct NewCategory {
    /// Row of the file.
    pub row: usize,
    /// Code, two digits a level.
    pub code: String,
    /// Name.
    pub name: String,
    /// The table it comes from.
    pub standard: String,
    /// Words, comma-separated.
    pub keywords: String,
}

impl Desk {
    /// Classes of requests, by code.
    pub async fn import_categories(&self, rows: Vec<NewCategory>, dry_run: bool) -> Result<Report> {
        self.whole("categories", dry_run, async |tx, report| {
            let old: HashMap<String, category::Model> =
                category::Entity::find().all(tx).await?.into_iter().map(|a| (a.code.clone(), a)).collect();
            let mut new = Vec::new();
            let mut codes: BTreeSet<String> = BTreeSet::new();
            for r in rows {
                if !codes.insert(r.code.clone()) {
                    report.errors.push(repeated(r.row, "代码", &r.code));
                    continue;
                }
                let level = domain::category::level(&r.code) as i32;
                let parent = (level > 1).then(|| r.code[..r.code.len() - 2].to_owned());
                let row = category::Model {
                    code: r.code,
                    name: r.name,
                    level,
                    parent,
                    standard: r.standard,
                    keywords: r.keywords,
                };
                match old.get(&row.code) {
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
