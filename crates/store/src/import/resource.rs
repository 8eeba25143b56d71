//! Resources, by external number at their station.

use super::{Numbers, References, Report, RowError, insert_all, repeated, unknown};
use crate::entity::{partner_organization as organization, resource, resource_category};
use crate::{Desk, Result};
use chrono::NaiveDate;
use domain::{AreaScope, Cost, DeliveryFormat, ResourceKind, ResourceStatus};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// A resource.
#[derive(Clone, Debug)]
pub struct NewResource {
    /// Row of the file.
    pub row: usize,
    /// Member number of the owner.
    pub member: String,
    /// Name of the partner organisation whose it is; the member answers for it then.
    pub partner: Option<String>,
    /// Home station code.
    pub station: String,
    /// Number in its source.
    pub external_no: Option<String>,
    /// Title.
    pub title: String,
    /// Text.
    pub description: String,
    /// Kind.
    pub kind: ResourceKind,
    /// Classes, by code or name.
    pub categories: Vec<String>,
    /// How far it goes.
    pub scope: AreaScope,
    /// Goes everywhere.
    pub cross_district: bool,
    /// How help is given.
    pub formats: DeliveryFormat,
    /// Unit.
    pub unit: String,
    /// Units a quarter.
    pub per_quarter: i32,
    /// Units a year.
    pub per_year: i32,
    /// First day.
    pub window_from: NaiveDate,
    /// Last day.
    pub window_to: NaiveDate,
    /// Who pays.
    pub cost: Cost,
    /// State.
    pub status: ResourceStatus,
}

impl Desk {
    /// Resources, by external number at their station; without one every row is new.
    pub async fn import_resources(&self, year: i32, rows: Vec<NewResource>, dry_run: bool) -> Result<Report> {
        self.whole("resources", dry_run, async |tx, report| {
            self.open_year(tx, year).await?;
            let refs = References::load(tx).await?;
            let old: HashMap<(Uuid, String), resource::Model> = resource::Entity::find()
                .filter(resource::Column::Year.eq(year))
                .filter(resource::Column::ExternalNo.is_not_null())
                .all(tx)
                .await?
                .into_iter()
                .filter_map(|n| Some(((n.workstation_id, n.external_no.clone()?), n)))
                .collect();
            let organizations: HashMap<(Uuid, String), organization::Model> = organization::Entity::find()
                .all(tx)
                .await?
                .into_iter()
                .map(|o| ((o.workstation_id, o.name.clone()), o))
                .collect();
            let mut next = Numbers::new(&rows, |r| &r.station, year, 'R', tx).await?;
            let (mut resources, mut classes) = (vec![], vec![]);
            let mut keys: BTreeSet<(String, String)> = BTreeSet::new();
            for r in rows {
                if let Some(n) = &r.external_no
                    && !keys.insert((r.station.clone(), n.clone()))
                {
                    report.errors.push(repeated(r.row, "外部编号", n));
                }
                let station = refs.station(r.row, &r.station, year).map_err(|e| report.errors.push(e)).ok();
                let owner = refs.members.get(&r.member);
                if owner.is_none() {
                    report.errors.push(unknown(r.row, "委员编号", &r.member, "委员编号", "请先导入委员"));
                }
                for c in &r.categories {
                    if !refs.classes.contains_key(c) {
                        report.errors.push(unknown(
                            r.row,
                            "类别",
                            c,
                            "类别",
                            "应为类别表中的代码或唯一的名称",
                        ));
                    }
                }
                let o = r.external_no.clone().zip(station).and_then(|(n, s)| old.get(&(s.id, n)));
                // A table without the column leaves it the organisation's.
                let partner = match &r.partner {
                    Some(name) => station.and_then(|s| organizations.get(&(s.id, name.clone()))),
                    None => o
                        .and_then(|o| o.partner_organization_id)
                        .and_then(|id| organizations.values().find(|p| p.id == id)),
                };
                match partner {
                    None if r.partner.is_some() && station.is_some() => report.errors.push(unknown(
                        r.row,
                        "共建单位",
                        r.partner.as_deref().unwrap_or(""),
                        "共建单位",
                        "请先导入该站的共建单位",
                    )),
                    // What was withdrawn, as with an agreement that ended, is read again as it is.
                    Some(p)
                        if !p.covers(r.window_from, r.window_to)
                            && o.is_none_or(|o| o.status != ResourceStatus::Withdrawn) =>
                    {
                        report.errors.push(RowError {
                            row: r.row,
                            column: "结束日",
                            value: r.window_to.to_string(),
                            expected: format!("超出与{}的协议期限,或协议已终止", p.name),
                        })
                    }
                    _ => {}
                }
                if let Err(refusal) = domain::resource::check_capacity(r.per_quarter, r.per_year) {
                    report.errors.push(RowError {
                        row: r.row,
                        column: "全年次数",
                        value: r.per_year.to_string(),
                        expected: refusal.message,
                    });
                }
                let (Some(station), Some(owner)) = (station, owner) else { continue };
                if !report.errors.is_empty() {
                    continue;
                }
                let row = resource::Model {
                    id: o.map_or_else(|| self.id(), |o| o.id),
                    number: o.map_or_else(|| next.take(&r.station), |o| o.number.clone()),
                    year,
                    member_id: *owner,
                    partner_organization_id: partner.map(|p| p.id),
                    workstation_id: station.id,
                    external_no: r.external_no,
                    title: r.title,
                    description: r.description,
                    kind: r.kind,
                    area_scope: r.scope,
                    cross_district: r.cross_district,
                    formats: r.formats,
                    unit: r.unit,
                    per_quarter: r.per_quarter,
                    per_year: r.per_year,
                    window_from: r.window_from,
                    window_to: r.window_to,
                    cost: r.cost,
                    paid_to_owner: o.is_some_and(|o| o.paid_to_owner),
                    conflict_note: o.and_then(|o| o.conflict_note.clone()),
                    status: o.map_or(r.status, |o| o.status),
                    status_reason: o.and_then(|o| o.status_reason.clone()),
                    renewed_from: o.and_then(|o| o.renewed_from),
                    version: o.map_or(1, |o| o.version),
                };
                match o {
                    Some(o) if *o == row => report.unchanged += 1,
                    Some(o) => {
                        let version = o.version + 1;
                        resource::Model { version, ..row }.into_active_model().reset_all().update(tx).await?;
                        report.updated += 1;
                    }
                    None => {
                        let codes: BTreeSet<String> =
                            r.categories.iter().filter_map(|c| refs.classes.get(c).cloned()).collect();
                        classes.extend(codes.into_iter().map(|category| {
                            resource_category::Model { resource_id: row.id, category }.into_active_model()
                        }));
                        resources.push(row.into_active_model());
                    }
                }
            }
            report.created = resources.len();
            if !report.errors.is_empty() {
                return Ok(());
            }
            next.write(tx).await?;
            insert_all(tx, resources).await?;
            insert_all(tx, classes).await
        })
        .await
    }
}
