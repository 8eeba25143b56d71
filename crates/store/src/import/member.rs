//! Members with their mandates and stations, and the sectors that they belong to.

use super::{References, Report, insert_all, repeated, unknown};
use crate::entity::{appointment, assignment, member, person, sector};
use crate::{Desk, Result};
use domain::{AssignmentRole, MemberLevel, MemberStatus};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// A sector.
#[derive(Clone, Debug)]
pub struct NewSector {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Level-1 classes near it.
    pub affinity: String,
}

/// A member.
#[derive(Clone, Debug)]
pub struct NewMember {
    /// Row of the file.
    pub row: usize,
    /// Member number.
    pub number: String,
    /// Name.
    pub name: String,
    /// Mandates; the first is the highest.
    pub levels: Vec<MemberLevel>,
    /// Sector, by name or code.
    pub sector: String,
    /// Public position.
    pub position: Option<String>,
    /// Work unit.
    pub work_unit: Option<String>,
    /// Requirements a year.
    pub yearly_limit: i32,
    /// Station codes.
    pub stations: Vec<String>,
    /// Whether the member can be asked; as it was where it is not said.
    pub status: Option<MemberStatus>,
}

impl Desk {
    /// Sectors, by code. Those that are there stay.
    pub async fn import_sectors(&self, rows: Vec<NewSector>) -> Result<Report> {
        self.whole("sectors", false, async |tx, report| {
            let old: BTreeSet<String> =
                sector::Entity::find().all(tx).await?.into_iter().map(|s| s.code).collect();
            let new: Vec<_> = rows
                .into_iter()
                .filter(|r| !old.contains(&r.code))
                .map(|r| {
                    sector::Model { code: r.code, name: r.name, affinity: r.affinity }.into_active_model()
                })
                .collect();
            report.created = new.len();
            insert_all(tx, new).await
        })
        .await
    }

    /// Members with their mandates and stations, by member number.
    pub async fn import_members(&self, rows: Vec<NewMember>, dry_run: bool) -> Result<Report> {
        self.whole("members", dry_run, async |tx, report| {
            let refs = References::load(tx).await?;
            let old: HashMap<String, member::Model> =
                member::Entity::find().all(tx).await?.into_iter().map(|m| (m.number.clone(), m)).collect();
            let mut sectors: HashMap<String, String> = HashMap::new();
            for s in sector::Entity::find().all(tx).await? {
                sectors.insert(s.name, s.code.clone());
                sectors.insert(s.code.clone(), s.code);
            }
            let people: HashMap<String, Uuid> =
                person::Entity::find().all(tx).await?.into_iter().map(|p| (p.number, p.id)).collect();
            let mut held: HashMap<Uuid, BTreeSet<MemberLevel>> = HashMap::new();
            for a in appointment::Entity::find().all(tx).await? {
                held.entry(a.member_id).or_default().insert(a.level);
            }
            let mut homes: HashMap<Uuid, HashMap<Uuid, Uuid>> = HashMap::new();
            let residents = assignment::Entity::find()
                .filter(assignment::Column::Role.eq(AssignmentRole::ResidentMember))
                .filter(assignment::Column::ToDate.is_null());
            for a in residents.all(tx).await? {
                if let Some(station) = a.workstation_id {
                    homes.entry(a.person_id).or_default().insert(station, a.id);
                }
            }
            let (mut members, mut persons, mut mandates, mut seats) = (vec![], vec![], vec![], vec![]);
            let (mut appointed_anew, mut ended) = (vec![], vec![]);
            let mut numbers: BTreeSet<String> = BTreeSet::new();
            for r in rows {
                if !numbers.insert(r.number.clone()) {
                    report.errors.push(repeated(r.row, "委员编号", &r.number));
                    continue;
                }
                let Some(sector) = sectors.get(&r.sector).cloned() else {
                    report.errors.push(unknown(r.row, "界别", &r.sector, "界别", "应为界别表中的名称"));
                    continue;
                };
                let mut at = Vec::new();
                for s in &r.stations {
                    match refs.stations.get(s) {
                        Some(w) => at.push(w.id),
                        None => report.errors.push(unknown(
                            r.row,
                            "入站",
                            s,
                            "工作站编号",
                            "应为如 XC-015 的编号",
                        )),
                    }
                }
                let o = old.get(&r.number);
                let id =
                    o.map(|o| o.id).or_else(|| people.get(&r.number).copied()).unwrap_or_else(|| self.id());
                let Some(level) = r.levels.first().copied() else { continue };
                let row = member::Model {
                    id,
                    number: r.number.clone(),
                    name: r.name.clone(),
                    level,
                    sector,
                    position_public: r.position,
                    work_unit: r.work_unit,
                    status: r.status.or(o.map(|o| o.status)).unwrap_or(MemberStatus::Active),
                    yearly_limit: r.yearly_limit,
                    version: o.map_or(1, |o| o.version),
                };
                // Mandates and stations are as the table says; what is no longer there ends today.
                let levels: BTreeSet<MemberLevel> = r.levels.iter().copied().collect();
                let mut moved = false;
                if held.get(&id) != Some(&levels) {
                    moved = true;
                    appointed_anew.push(id);
                    let mandate = |level| appointment::Model { member_id: id, level }.into_active_model();
                    mandates.extend(levels.into_iter().map(mandate));
                }
                let now = homes.remove(&id).unwrap_or_default();
                for (station, seat) in &now {
                    if !at.contains(station) {
                        moved = true;
                        ended.push(*seat);
                    }
                }
                for station in at {
                    if !now.contains_key(&station) {
                        moved = true;
                        seats.push(self.seat(id, AssignmentRole::ResidentMember, Some(station), None, None));
                    }
                }
                match o {
                    Some(o) if *o == row && !moved => report.unchanged += 1,
                    Some(o) => {
                        let version = o.version + 1;
                        member::Model { version, ..row }.into_active_model().reset_all().update(tx).await?;
                        report.updated += 1;
                    }
                    None => {
                        if !people.contains_key(&r.number) {
                            persons.push(
                                person::Model { id, number: r.number, name: r.name }.into_active_model(),
                            );
                        }
                        members.push(row.into_active_model());
                    }
                }
            }
            appointment::Entity::delete_many()
                .filter(appointment::Column::MemberId.is_in(appointed_anew))
                .exec(tx)
                .await?;
            assignment::Entity::update_many()
                .col_expr(assignment::Column::ToDate, Expr::value(self.today()))
                .filter(assignment::Column::Id.is_in(ended))
                .exec(tx)
                .await?;
            report.created = members.len();
            insert_all(tx, persons).await?;
            insert_all(tx, members).await?;
            insert_all(tx, mandates).await?;
            insert_all(tx, seats).await
        })
        .await
    }
}
