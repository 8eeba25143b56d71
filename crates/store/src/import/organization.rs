//! Partner organisations, by name at their station.

use super::{References, Report, RowError, insert_all, repeated, unknown};
use crate::entity::partner_organization as organization;
use crate::{Desk, Error, Result};
use chrono::{Datelike, NaiveDate};
use domain::{OrganizationKind, OrganizationStatus};
use sea_orm::{EntityTrait, IntoActiveModel};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// A partner organisation.
#[derive(Clone, Debug)]
pub struct NewOrganization {
    /// Row of the file.
    pub row: usize,
    /// Station code.
    pub station: String,
    /// Name.
    pub name: String,
    /// What it is.
    pub kind: OrganizationKind,
    /// Number of the member who answers for what it offers.
    pub member: String,
    /// Number of the agreement.
    pub agreement_no: String,
    /// First day.
    pub from: NaiveDate,
    /// Day after the last.
    pub to: Option<NaiveDate>,
}

impl Desk {
    /// Partner organisations, by name at their station. One whose agreement was ended stays as it is.
    pub async fn import_organizations(&self, rows: Vec<NewOrganization>, dry_run: bool) -> Result<Report> {
        self.whole("organizations", dry_run, async |tx, report| {
            let refs = References::load(tx).await?;
            let old: HashMap<(Uuid, String), organization::Model> = organization::Entity::find()
                .all(tx)
                .await?
                .into_iter()
                .map(|o| ((o.workstation_id, o.name.clone()), o))
                .collect();
            let mut seen: BTreeSet<(Uuid, String)> = BTreeSet::new();
            let (mut new, mut changed) = (Vec::new(), Vec::new());
            for r in rows {
                let station = match refs.station(r.row, &r.station, self.today().year()) {
                    Ok(station) => station,
                    Err(e) => {
                        report.errors.push(e);
                        continue;
                    }
                };
                let Some(member) = refs.members.get(&r.member) else {
                    let words = "应为如 W-0001 的编号";
                    report.errors.push(unknown(r.row, "联系委员编号", &r.member, "委员编号", words));
                    continue;
                };
                if let Some(to) = r.to.filter(|to| *to <= r.from) {
                    report.errors.push(RowError {
                        row: r.row,
                        column: "终止日",
                        value: to.to_string(),
                        expected: format!("不晚于起始日 {}", r.from),
                    });
                    continue;
                }
                let key = (station.id, r.name.clone());
                if !seen.insert(key.clone()) {
                    report.errors.push(repeated(r.row, "单位名称", &r.name));
                    continue;
                }
                let o = old.get(&key);
                let row = organization::Model {
                    id: o.map_or_else(|| self.id(), |o| o.id),
                    workstation_id: station.id,
                    name: r.name,
                    kind: r.kind,
                    member_id: *member,
                    agreement_no: r.agreement_no,
                    from_date: r.from,
                    to_date: r.to,
                    status: OrganizationStatus::Agreed,
                    reason: None,
                    version: o.map_or(1, |o| o.version),
                };
                match o {
                    Some(o) if o.status == OrganizationStatus::Ended => {
                        report.skipped.push((r.row, "共建已终止,不再改动".to_owned()));
                    }
                    Some(o) if *o == row => report.unchanged += 1,
                    Some(o) => changed.push((r.row, o, row)),
                    None => new.push(row.into_active_model()),
                }
            }
            report.created = new.len();
            report.updated = changed.len();
            for (row, old, new) in changed {
                match self.rewrite_organization(tx, old, new).await {
                    Err(Error::Refused(refusals)) => {
                        report.errors.extend(refusals.into_iter().map(|refusal| RowError {
                            row,
                            column: "终止日",
                            value: old.name.clone(),
                            expected: refusal.message,
                        }));
                    }
                    written => drop(written?),
                }
            }
            if !report.errors.is_empty() {
                return Ok(());
            }
            insert_all(tx, new).await
        })
        .await
    }
}
