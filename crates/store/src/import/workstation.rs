//! Stations with their seats, their partnerships, and officers of wider scopes.

use super::{References, Report, insert_all, repeated, unknown};
use crate::entity::{assignment, cluster, partnership, person, sector, workstation};
use crate::{Desk, Result};
use domain::{AssignmentRole, PartnershipScope, PartnershipStatus, WorkstationKind, area as areas};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// A seat of a new station.
#[derive(Clone, Debug)]
pub struct NewSeat {
    /// Role.
    pub role: AssignmentRole,
    /// Number of the person.
    pub person_number: String,
    /// Name of the person.
    pub person_name: String,
}

/// A station.
#[derive(Clone, Debug)]
pub struct NewWorkstation {
    /// Row of the file.
    pub row: usize,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: WorkstationKind,
    /// Area code.
    pub area: String,
    /// Cluster: code and name.
    pub cluster: Option<(String, String)>,
    /// Sector of a studio.
    pub sector: Option<String>,
    /// What a studio is for.
    pub speciality: Option<String>,
    /// Host.
    pub host_org: Option<String>,
    /// Where it meets.
    pub venue: Option<String>,
    /// How many items its list takes.
    pub list_limit: i32,
    /// Who sits in its seats.
    pub seats: Vec<NewSeat>,
}

/// A partnership.
#[derive(Clone, Debug)]
pub struct NewPartnership {
    /// One station's code.
    pub station: String,
    /// The other's.
    pub partner: String,
    /// Agreement.
    pub agreement_no: String,
}

impl Desk {
    /// Stations with their seats, by code.
    pub async fn import_workstations(&self, rows: Vec<NewWorkstation>, dry_run: bool) -> Result<Report> {
        self.whole("workstations", dry_run, async |tx, report| {
            let refs = References::load(tx).await?;
            let mut clusters: HashMap<String, Uuid> =
                cluster::Entity::find().all(tx).await?.into_iter().map(|c| (c.code, c.id)).collect();
            let mut people: HashMap<String, Uuid> =
                person::Entity::find().all(tx).await?.into_iter().map(|p| (p.number, p.id)).collect();
            let mut sectors: HashMap<String, String> = HashMap::new();
            for s in sector::Entity::find().all(tx).await? {
                sectors.insert(s.name, s.code.clone());
                sectors.insert(s.code.clone(), s.code);
            }
            let (mut stations, mut persons, mut seats, mut new_clusters) = (vec![], vec![], vec![], vec![]);
            let mut codes: BTreeSet<String> = BTreeSet::new();
            for mut r in rows {
                if !codes.insert(r.code.clone()) {
                    report.errors.push(repeated(r.row, "编号", &r.code));
                    continue;
                }
                if let Some(name) = &r.sector {
                    match sectors.get(name) {
                        Some(code) => r.sector = Some(code.clone()),
                        None => {
                            report.errors.push(unknown(r.row, "界别", name, "界别", "应为界别表中的名称"));
                            continue;
                        }
                    }
                }
                if !refs.areas.contains(&r.area) || r.area.len() < 6 {
                    report.errors.push(unknown(
                        r.row,
                        "区划代码",
                        &r.area,
                        "区划代码",
                        "应为 6、9 或 12 位且在区划表中",
                    ));
                    continue;
                }
                let district = areas::district_of(&r.area).to_owned();
                let cluster_id = r.cluster.map(|(code, name)| {
                    *clusters.entry(code.clone()).or_insert_with(|| {
                        let id = self.id();
                        new_clusters.push(
                            cluster::Model { id, code, name, district: district.clone() }.into_active_model(),
                        );
                        id
                    })
                });
                let old = refs.stations.get(&r.code);
                let row = workstation::Model {
                    id: old.map_or_else(|| self.id(), |o| o.id),
                    code: r.code,
                    name: r.name,
                    kind: r.kind,
                    area: r.area,
                    district,
                    cluster_id: cluster_id.or(old.and_then(|o| o.cluster_id)),
                    sector: r.sector,
                    speciality: r.speciality,
                    host_org: r.host_org,
                    venue: r.venue,
                    list_limit: r.list_limit,
                    closed_on: old.and_then(|o| o.closed_on),
                    version: old.map_or(1, |o| o.version),
                };
                for seat in if old.is_none() { r.seats } else { Vec::new() } {
                    let person_id = *people.entry(seat.person_number.clone()).or_insert_with(|| {
                        let id = self.id();
                        persons.push(
                            person::Model { id, number: seat.person_number, name: seat.person_name }
                                .into_active_model(),
                        );
                        id
                    });
                    seats.push(self.seat(person_id, seat.role, Some(row.id), None, None));
                }
                match old {
                    Some(o) if *o == row => report.unchanged += 1,
                    Some(o) => {
                        let version = o.version + 1;
                        workstation::Model { version, ..row }
                            .into_active_model()
                            .reset_all()
                            .update(tx)
                            .await?;
                        report.updated += 1;
                    }
                    None => stations.push(row.into_active_model()),
                }
            }
            report.created = stations.len();
            insert_all(tx, new_clusters).await?;
            insert_all(tx, stations).await?;
            insert_all(tx, persons).await?;
            insert_all(tx, seats).await
        })
        .await
    }

    pub(super) fn seat(
        &self,
        person_id: Uuid,
        role: AssignmentRole,
        workstation_id: Option<Uuid>,
        cluster_id: Option<Uuid>,
        district: Option<String>,
    ) -> assignment::ActiveModel {
        assignment::Model {
            id: self.id(),
            person_id,
            role,
            workstation_id,
            cluster_id,
            district,
            from_date: self.today(),
            to_date: None,
        }
        .into_active_model()
    }

    /// Partnerships of stations; those that are there stay.
    pub async fn import_partnerships(&self, rows: Vec<NewPartnership>) -> Result<Report> {
        self.whole("partnerships", false, async |tx, report| {
            let refs = References::load(tx).await?;
            let old: BTreeSet<String> =
                partnership::Entity::find().all(tx).await?.into_iter().map(|p| p.agreement_no).collect();
            let mut new = Vec::new();
            for r in rows.into_iter().filter(|r| !old.contains(&r.agreement_no)) {
                let (Some(a), Some(b)) = (refs.stations.get(&r.station), refs.stations.get(&r.partner))
                else {
                    continue;
                };
                new.push(
                    partnership::Model {
                        id: self.id(),
                        workstation_id: a.id,
                        partner_id: b.id,
                        agreement_no: r.agreement_no,
                        from_date: self.today(),
                        to_date: None,
                        scope: PartnershipScope::Both,
                        categories: String::new(),
                        status: PartnershipStatus::Agreed,
                        reason: None,
                        version: 1,
                    }
                    .into_active_model(),
                );
            }
            report.created = new.len();
            insert_all(tx, new).await
        })
        .await
    }

    /// Officers and clerks of wider scopes: name, number, role, district or cluster of a station.
    pub async fn import_officers(
        &self,
        rows: Vec<(NewSeat, Option<String>, Option<String>)>,
    ) -> Result<Report> {
        self.whole("officers", false, async |tx, report| {
            let clusters: HashMap<String, Uuid> =
                cluster::Entity::find().all(tx).await?.into_iter().map(|c| (c.code, c.id)).collect();
            let (mut persons, mut seats) = (vec![], vec![]);
            for (seat, district, cluster) in rows {
                let id = self.id();
                persons.push(
                    person::Model { id, number: seat.person_number, name: seat.person_name }
                        .into_active_model(),
                );
                let cluster = cluster.and_then(|c| clusters.get(&c).copied());
                seats.push(self.seat(id, seat.role, None, cluster, district));
            }
            report.created = persons.len();
            insert_all(tx, persons).await?;
            insert_all(tx, seats).await
        })
        .await
    }
}
