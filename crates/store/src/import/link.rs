//! Links of members with constituents, by station and alias.

use super::{References, Report, RowError, insert_all, repeated, unknown};
use crate::entity::{assignment, constituent, constituent_link, sector};
use crate::{Desk, Result};
use chrono::{Datelike, NaiveDate};
use domain::{AssignmentRole, privacy};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// A constituent with the member who keeps contact.
#[derive(Clone, Debug)]
pub struct NewLink {
    /// Row of the file.
    pub row: usize,
    /// Member number.
    pub member: String,
    /// Station code.
    pub station: String,
    /// Alias: never the name.
    pub alias: String,
    /// Sector, by name or code.
    pub sector: String,
    /// Name, for the vault.
    pub name: Option<String>,
    /// Telephone, for the vault.
    pub phone: Option<String>,
    /// Since when.
    pub from: NaiveDate,
}

impl Desk {
    /// Constituents with the members who keep contact, by station and alias; those that are there stay.
    pub async fn import_links(&self, rows: Vec<NewLink>, dry_run: bool) -> Result<Report> {
        self.whole("links", dry_run, async |tx, report| {
            let refs = References::load(tx).await?;
            let mut sectors: HashMap<String, String> = HashMap::new();
            for s in sector::Entity::find().all(tx).await? {
                sectors.insert(s.name, s.code.clone());
                sectors.insert(s.code.clone(), s.code);
            }
            let known: BTreeSet<(Uuid, String)> = constituent::Entity::find()
                .all(tx)
                .await?
                .into_iter()
                .map(|c| (c.workstation_id, c.alias))
                .collect();
            let serving: BTreeSet<(Uuid, Uuid)> = assignment::Entity::find()
                .filter(assignment::Column::Role.eq(AssignmentRole::ResidentMember))
                .filter(assignment::Column::ToDate.is_null())
                .all(tx)
                .await?
                .into_iter()
                .filter_map(|a| Some((a.person_id, a.workstation_id?)))
                .collect();
            let mut seen: BTreeSet<(Uuid, String)> = BTreeSet::new();
            let (mut people, mut links) = (Vec::new(), Vec::new());
            for r in rows {
                let station = match refs.station(r.row, &r.station, self.today().year()) {
                    Ok(station) => station,
                    Err(e) => {
                        report.errors.push(e);
                        continue;
                    }
                };
                let Some(member) = refs.members.get(&r.member) else {
                    report.errors.push(unknown(
                        r.row,
                        "委员编号",
                        &r.member,
                        "委员编号",
                        "应为如 W-0001 的编号",
                    ));
                    continue;
                };
                if !serving.contains(&(*member, station.id)) {
                    report.errors.push(RowError {
                        row: r.row,
                        column: "工作站编号",
                        value: r.station,
                        expected: format!("不是委员 {} 入站的工作站,请核对", r.member),
                    });
                    continue;
                }
                let Some(sector) = sectors.get(&r.sector) else {
                    report.errors.push(unknown(r.row, "界别", &r.sector, "界别", "应为界别表中的名称"));
                    continue;
                };
                if !privacy::find(&r.alias).is_empty() {
                    report.errors.push(RowError {
                        row: r.row,
                        column: "代称",
                        value: privacy::mask(&r.alias),
                        expected: "含有电话、证件号或姓名,应为如「商户甲」的代称".to_owned(),
                    });
                    continue;
                }
                let key = (station.id, r.alias.clone());
                if !seen.insert(key.clone()) {
                    report.errors.push(repeated(r.row, "代称", &r.alias));
                    continue;
                }
                if known.contains(&key) {
                    report.unchanged += 1;
                    continue;
                }
                let id = self.id();
                let contact = (r.name.unwrap_or_default(), r.phone.unwrap_or_default());
                let sealed = if contact.0.is_empty() && contact.1.is_empty() {
                    None
                } else {
                    Some(self.seal(id.as_bytes(), &serde_json::to_vec(&contact)?)?)
                };
                people.push(
                    constituent::Model {
                        id,
                        workstation_id: station.id,
                        alias: r.alias,
                        sector: sector.clone(),
                        area: None,
                        sealed,
                        version: 1,
                    }
                    .into_active_model(),
                );
                links.push(
                    constituent_link::Model {
                        id: self.id(),
                        member_id: *member,
                        constituent_id: id,
                        workstation_id: station.id,
                        from_date: r.from,
                        to_date: None,
                        last_contact_on: None,
                        contacts: 0,
                        reason: None,
                        version: 1,
                    }
                    .into_active_model(),
                );
            }
            report.created = people.len();
            if !report.errors.is_empty() {
                return Ok(());
            }
            insert_all(tx, people).await?;
            insert_all(tx, links).await
        })
        .await
    }
}
