//! Stations with their seats, their partnerships, and officers of wider scopes.

use super::{References, Report, insert_all, repeated, unknown};
use crate::entity::{assignment, cluster, partnership, person, sector, token, workstation};
use crate::{Desk, Result};
use domain::{AssignmentRole, PartnershipScope, PartnershipStatus, Role, WorkstationKind, area as areas};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// A seat, and who sits in it.
#[derive(Clone, Debug)]
pub struct NewSeat {
    /// Role.
    pub role: AssignmentRole,
    /// Who.
    pub sitter: Sitter,
}

/// Who sits in a seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sitter {
    /// A person by name. Who has or had a seat of the station under that name is the same person.
    Named(String),
    /// The person with this number, such as a member's.
    Known(String),
    /// A person by number and name, entered where there is none of that number.
    Entered(String, String),
    /// Nobody: the seat is empty.
    Nobody,
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
            let mut seating = Seating::load(self, tx).await?;
            let mut sectors: HashMap<String, String> = HashMap::new();
            for s in sector::Entity::find().all(tx).await? {
                sectors.insert(s.name, s.code.clone());
                sectors.insert(s.code.clone(), s.code);
            }
            let (mut stations, mut new_clusters) = (vec![], vec![]);
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
                    last_year: old.and_then(|o| o.last_year),
                    replaced_by: old.and_then(|o| o.replaced_by),
                    version: old.map_or(1, |o| o.version),
                };
                let mut moved = false;
                for seat in r.seats {
                    match seating.sit(self, (row.id, &row.code), seat.role, seat.sitter) {
                        Ok(new) => moved |= new,
                        Err(number) => report.errors.push(unknown(
                            r.row,
                            seat.role.label(),
                            &number,
                            "人员编号",
                            "括号里应为已登记的委员或人员编号;只写姓名则按姓名登记",
                        )),
                    }
                }
                match old {
                    Some(o) if *o == row && moved => report.updated += 1,
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
            seating.write(self, tx).await
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
                let Sitter::Entered(number, name) = seat.sitter else { continue };
                let id = self.id();
                persons.push(person::Model { id, number, name }.into_active_model());
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

/// Who sits where, while a table of stations is read.
struct Seating {
    /// Persons by number: id and name.
    people: HashMap<String, (Uuid, String)>,
    /// Who has or had a seat of a station, by station and name.
    known: HashMap<(Uuid, String), Uuid>,
    /// Who sits now: the seat and the person.
    now: HashMap<(Uuid, AssignmentRole), (Uuid, Uuid)>,
    persons: Vec<person::ActiveModel>,
    begun: Vec<assignment::ActiveModel>,
    /// Seats that end, each with person, role and station.
    ended: Vec<(Uuid, Uuid, AssignmentRole, Uuid)>,
}

impl Seating {
    async fn load(desk: &Desk, tx: &DatabaseTransaction) -> Result<Seating> {
        let today = desk.today();
        let persons = person::Entity::find().all(tx).await?;
        let names: HashMap<Uuid, &str> = persons.iter().map(|p| (p.id, p.name.as_str())).collect();
        let (mut known, mut now) = (HashMap::new(), HashMap::new());
        let seats = assignment::Entity::find()
            .filter(assignment::Column::WorkstationId.is_not_null())
            .filter(assignment::Column::Role.ne(AssignmentRole::ResidentMember))
            .order_by_asc(assignment::Column::Id)
            .all(tx)
            .await?;
        for s in seats {
            let (Some(station), Some(name)) = (s.workstation_id, names.get(&s.person_id)) else { continue };
            known.insert((station, (*name).to_owned()), s.person_id);
            if s.to_date.is_none_or(|d| d > today) {
                now.insert((station, s.role), (s.id, s.person_id));
            }
        }
        let people = persons.iter().map(|p| (p.number.clone(), (p.id, p.name.clone()))).collect();
        Ok(Seating { people, known, now, persons: vec![], begun: vec![], ended: vec![] })
    }

    /// Seats somebody; whether that is somebody else than before. The error is a number that nobody has.
    fn sit(
        &mut self,
        desk: &Desk,
        (station, code): (Uuid, &str),
        role: AssignmentRole,
        sitter: Sitter,
    ) -> std::result::Result<bool, String> {
        let person = match sitter {
            Sitter::Nobody => None,
            Sitter::Known(number) => match self.people.get(&number) {
                Some((id, name)) => {
                    self.known.insert((station, name.clone()), *id);
                    Some(*id)
                }
                None => return Err(number),
            },
            Sitter::Entered(number, name) => Some(self.enter(desk, station, number, name)),
            Sitter::Named(name) => Some(match self.known.get(&(station, name.clone())) {
                Some(id) => *id,
                None => {
                    let free = (1..).map(|n| format!("P-{code}-{n}")).find(|n| !self.people.contains_key(n));
                    self.enter(desk, station, free.unwrap_or_default(), name)
                }
            }),
        };
        let sits = self.now.get(&(station, role)).copied();
        if sits.map(|s| s.1) == person {
            return Ok(false);
        }
        if let Some((seat, who)) = sits {
            self.now.remove(&(station, role));
            self.ended.push((seat, who, role, station));
        }
        if let Some(person) = person {
            self.begun.push(desk.seat(person, role, Some(station), None, None));
        }
        Ok(true)
    }

    fn enter(&mut self, desk: &Desk, station: Uuid, number: String, name: String) -> Uuid {
        let id = match self.people.get(&number) {
            Some((id, _)) => *id,
            None => {
                let id = desk.id();
                let row = person::Model { id, number: number.clone(), name: name.clone() };
                self.persons.push(row.into_active_model());
                self.people.insert(number, (id, name.clone()));
                id
            }
        };
        self.known.insert((station, name), id);
        id
    }

    /// Ends and begins seats. Whoever leaves a seat opens no door with its token any more.
    async fn write(self, desk: &Desk, tx: &DatabaseTransaction) -> Result<()> {
        insert_all(tx, self.persons).await?;
        assignment::Entity::update_many()
            .col_expr(assignment::Column::ToDate, Expr::value(desk.today()))
            .filter(assignment::Column::Id.is_in(self.ended.iter().map(|e| e.0)))
            .exec(tx)
            .await?;
        for (_, person, role, station) in self.ended {
            let Some(role) = Role::parse(role.code()) else { continue };
            token::Entity::update_many()
                .col_expr(token::Column::ExpiresAt, Expr::value(desk.at()))
                .filter(token::Column::PersonId.eq(person))
                .filter(token::Column::Role.eq(role))
                .filter(token::Column::WorkstationId.eq(station))
                .exec(tx)
                .await?;
        }
        insert_all(tx, self.begun).await
    }
}
