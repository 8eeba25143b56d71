//! Whole tables at once: all or nothing, with a report by row and column.
//!
//! The rows come typed; what they refer to is looked up here. The natural key (code, member number, external
//! number at a station) decides between created, updated and unchanged, so the same file twice changes nothing.

use crate::desk::Event;
use crate::entity::{
    appointment, area, assignment, category, cluster, counter, member, need, partnership, person,
    requirement, resource, resource_category, sector, workstation,
};
use crate::{Desk, Error, Result};
use chrono::NaiveDate;
use domain::{
    Action, AreaLevel, AreaScope, AssignmentRole, Cost, DeliveryFormat, MemberLevel, MemberStatus,
    NeedSource, NeedStatus, Publicity, Refusal, ResourceKind, ResourceStatus, Urgency, WorkstationKind,
    area as areas, number, privacy,
};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel,
    QueryFilter, Set,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

/// A row that cannot be taken, by row and column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// Row of the file, from 1.
    pub row: usize,
    /// Header of the column.
    pub column: &'static str,
    /// What stands there.
    pub value: String,
    /// What was expected.
    pub expected: String,
}

impl std::fmt::Display for RowError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "第 {} 行「{}」:「{}」{}", self.row, self.column, self.value, self.expected)
    }
}

/// What an import did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// New rows.
    pub created: usize,
    /// Rows that differ from what was there.
    pub updated: usize,
    /// Rows that were there already.
    pub unchanged: usize,
    /// Needs that may repeat another: row and number of the other.
    pub duplicates: Vec<(usize, String)>,
    /// Needs with a class proposed from the keywords, to be confirmed.
    pub proposed_categories: usize,
    /// Rows whose text contains personal data, which is kept out of everything public.
    pub personal_data: Vec<usize>,
    /// Every error; where there is one, nothing is written.
    pub errors: Vec<RowError>,
}

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
}

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

/// What a need takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRequirement {
    /// Words.
    pub label: String,
    /// Class; none: the need's.
    pub category: Option<String>,
    /// Units.
    pub quantity: i32,
}

/// A need.
#[derive(Clone, Debug)]
pub struct NewNeed {
    /// Row of the file.
    pub row: usize,
    /// Station code.
    pub station: String,
    /// Number at its source.
    pub external_no: Option<String>,
    /// Title.
    pub title: String,
    /// Text.
    pub description: String,
    /// Class, by code or name.
    pub category: Option<String>,
    /// How it came.
    pub source: NeedSource,
    /// Day it came in.
    pub collected_on: NaiveDate,
    /// Area; none: the station's.
    pub area: Option<String>,
    /// Place.
    pub place: Option<String>,
    /// Persons.
    pub persons: i32,
    /// Households.
    pub households: i32,
    /// Shops.
    pub shops: i32,
    /// Urgency.
    pub urgency: Urgency,
    /// Deadline.
    pub desired_by: Option<NaiveDate>,
    /// Whether it may be shown.
    pub publicity: Publicity,
    /// State: draft, submitted, or open where the station has verified it.
    pub status: NeedStatus,
    /// What it takes; empty: one unit of its class.
    pub requirements: Vec<NewRequirement>,
    /// Requester's name.
    pub contact_name: Option<String>,
    /// Requester's telephone.
    pub contact_phone: Option<String>,
}

/// A resource.
#[derive(Clone, Debug)]
pub struct NewResource {
    /// Row of the file.
    pub row: usize,
    /// Member number of the owner.
    pub member: String,
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

const CHUNK: usize = 900;

/// Inserts rows in as few statements as the databases' limit on values allows.
pub(crate) async fn insert_all<A, C>(db: &C, rows: Vec<A>) -> Result<()>
where
    C: ConnectionTrait,
    A: ActiveModelTrait + Send,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk: Vec<A> = rows.by_ref().take(CHUNK).collect();
        A::Entity::insert_many(chunk).exec_without_returning(db).await?;
    }
    Ok(())
}

/// What rows refer to.
struct References {
    stations: HashMap<String, workstation::Model>,
    members: HashMap<String, Uuid>,
    areas: BTreeSet<String>,
    classes: HashMap<String, String>,
    keywords: Vec<domain::category::Keywords>,
}

impl References {
    async fn load(tx: &DatabaseTransaction) -> Result<References> {
        let categories = category::Entity::find().all(tx).await?;
        let mut classes: HashMap<String, String> = HashMap::new();
        // A name that several classes bear names none of them.
        let mut names: BTreeMap<&str, usize> = BTreeMap::new();
        for c in &categories {
            *names.entry(&c.name).or_default() += 1;
        }
        for c in &categories {
            classes.insert(c.code.clone(), c.code.clone());
            if names.get(c.name.as_str()) == Some(&1) {
                classes.insert(c.name.clone(), c.code.clone());
            }
        }
        let keywords = categories
            .iter()
            .filter(|c| !c.keywords.is_empty())
            .map(|c| domain::category::Keywords {
                code: c.code.clone(),
                words: c.keywords.split(',').map(str::to_owned).collect(),
            })
            .collect();
        Ok(References {
            stations: workstation::Entity::find()
                .all(tx)
                .await?
                .into_iter()
                .map(|w| (w.code.clone(), w))
                .collect(),
            members: member::Entity::find().all(tx).await?.into_iter().map(|m| (m.number, m.id)).collect(),
            areas: area::Entity::find().all(tx).await?.into_iter().map(|a| a.code).collect(),
            classes,
            keywords,
        })
    }
}

fn repeated(row: usize, column: &'static str, value: &str) -> RowError {
    RowError {
        row, column, value: value.to_owned(), expected: "在文件中重复,每个只能有一行".into()
    }
}

fn unknown(row: usize, column: &'static str, value: &str, what: &str, how: &str) -> RowError {
    RowError { row, column, value: value.to_owned(), expected: format!("不是已有的{what},{how}") }
}

impl Desk {
    /// Runs an import in one transaction: rolled back on a dry run or on any error.
    async fn whole<F>(&self, kind: &str, dry_run: bool, work: F) -> Result<Report>
    where
        F: AsyncFnOnce(&DatabaseTransaction, &mut Report) -> Result<()>,
    {
        self.need_city(Action::Administer)?;
        let tx = self.store.begin().await?;
        let mut report = Report::default();
        work(&tx, &mut report).await?;
        if dry_run || !report.errors.is_empty() {
            tx.rollback().await?;
            return Ok(report);
        }
        if report.created + report.updated > 0 {
            let detail =
                serde_json::json!({"kind": kind, "created": report.created, "updated": report.updated});
            self.audit(
                &tx,
                Event {
                    action: "IMPORT",
                    subject: "import",
                    id: None,
                    workstation: None,
                    detail,
                    reason: None,
                },
            )
            .await?;
        }
        self.commit(tx).await?;
        Ok(report)
    }

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
                    Some(a) if a.name == r.name && a.level == r.level && a.kind == r.kind => {
                        report.unchanged += 1
                    }
                    Some(a) => {
                        let mut a = a.clone().into_active_model();
                        a.name = Set(r.name);
                        a.level = Set(r.level);
                        a.kind = Set(r.kind);
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
                            valid_from: None,
                            valid_to: None,
                            replaced_by: None,
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

    fn seat(
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
            let (mut members, mut persons, mut mandates, mut seats) = (vec![], vec![], vec![], vec![]);
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
                    status: o.map_or(MemberStatus::Active, |o| o.status),
                    yearly_limit: r.yearly_limit,
                    version: o.map_or(1, |o| o.version),
                };
                match o {
                    Some(o) if *o == row => report.unchanged += 1,
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
                        let mut levels = r.levels;
                        levels.sort_unstable();
                        levels.dedup();
                        for level in levels {
                            mandates.push(appointment::Model { member_id: id, level }.into_active_model());
                        }
                        for station in at {
                            seats.push(self.seat(
                                id,
                                AssignmentRole::ResidentMember,
                                Some(station),
                                None,
                                None,
                            ));
                        }
                    }
                }
            }
            report.created = members.len();
            insert_all(tx, persons).await?;
            insert_all(tx, members).await?;
            insert_all(tx, mandates).await?;
            insert_all(tx, seats).await
        })
        .await
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

    /// Needs, by external number at their station; without one every row is new. With `confirm_proposed` the classes
    /// that the keywords propose are taken as confirmed by whoever imports.
    pub async fn import_needs(
        &self,
        year: i32,
        rows: Vec<NewNeed>,
        dry_run: bool,
        confirm_proposed: bool,
    ) -> Result<Report> {
        self.whole("needs", dry_run, async |tx, report| {
            let refs = References::load(tx).await?;
            let old: HashMap<(Uuid, String), need::Model> = need::Entity::find()
                .filter(need::Column::Year.eq(year))
                .filter(need::Column::ExternalNo.is_not_null())
                .all(tx)
                .await?
                .into_iter()
                .filter_map(|n| Some(((n.workstation_id, n.external_no.clone()?), n)))
                .collect();
            let mut next = Numbers::new(&rows, |r| &r.station, year, 'N', tx).await?;
            let mut seen: HashMap<(Uuid, String), String> = HashMap::new();
            let mut keys: BTreeSet<(Uuid, String)> = BTreeSet::new();
            let (mut needs, mut requirements, mut contacts) = (vec![], vec![], vec![]);
            for r in rows {
                let Some(station) = refs.stations.get(&r.station) else {
                    report.errors.push(unknown(
                        r.row,
                        "工作站编号",
                        &r.station,
                        "工作站编号",
                        "应为如 XC-015 的编号",
                    ));
                    continue;
                };
                let area = r.area.unwrap_or_else(|| station.area.clone());
                if !refs.areas.contains(&area) {
                    report.errors.push(unknown(
                        r.row,
                        "区划代码",
                        &area,
                        "区划代码",
                        "应为 6、9 或 12 位且在区划表中",
                    ));
                }
                let class = match r.category.as_deref().map(|c| (c, refs.classes.get(c))) {
                    None => None,
                    Some((_, Some(code))) => Some(code.clone()),
                    Some((c, None)) => {
                        report.errors.push(unknown(
                            r.row,
                            "类别",
                            c,
                            "类别",
                            "应为类别表中的代码或唯一的名称",
                        ));
                        None
                    }
                };
                for q in r.requirements.iter().filter_map(|q| q.category.as_deref()) {
                    if !refs.classes.contains_key(q) {
                        report.errors.push(unknown(
                            r.row,
                            "必要条件",
                            q,
                            "类别",
                            "应为类别表中的代码或唯一的名称",
                        ));
                    }
                }
                let key = r.external_no.clone().map(|n| (station.id, n));
                if let Some(k) = &key
                    && !keys.insert(k.clone())
                {
                    report.errors.push(RowError {
                        row: r.row,
                        column: "外部编号",
                        value: k.1.clone(),
                        expected: "在文件中重复,同一站的外部编号应各不相同".into(),
                    });
                }
                if !report.errors.is_empty() {
                    continue;
                }
                let o = key.as_ref().and_then(|k| old.get(k));
                let proposed = if class.is_none() {
                    domain::category::propose(&refs.keywords, &r.title, &r.description).map(str::to_owned)
                } else {
                    None
                };
                let personal =
                    !privacy::find(&r.title).is_empty() || !privacy::find(&r.description).is_empty();
                if personal {
                    report.personal_data.push(r.row);
                }
                let number = o.map_or_else(|| next.take(&r.station), |o| o.number.clone());
                let normal: String = r.title.chars().filter(|c| c.is_alphanumeric()).collect();
                let duplicate_of = match seen.get(&(station.id, normal.clone())) {
                    Some(first) => Some(first.clone()),
                    None => {
                        seen.insert((station.id, normal), number.clone());
                        None
                    }
                };
                if let Some(first) = &duplicate_of {
                    report.duplicates.push((r.row, first.clone()));
                }
                report.proposed_categories += usize::from(proposed.is_some());
                let class = class.or_else(|| proposed.clone().filter(|_| confirm_proposed));
                let row = need::Model {
                    id: o.map_or_else(|| self.id(), |o| o.id),
                    number,
                    year,
                    workstation_id: station.id,
                    title: r.title,
                    description: r.description,
                    category: class.or_else(|| o.and_then(|o| o.category.clone())),
                    proposed_category: proposed,
                    source: r.source,
                    external_no: r.external_no,
                    collected_on: r.collected_on,
                    area,
                    place: r.place,
                    persons: r.persons,
                    households: r.households,
                    shops: r.shops,
                    urgency: r.urgency,
                    desired_by: r.desired_by,
                    publicity: r.publicity,
                    status: o.map_or(r.status, |o| o.status),
                    status_reason: o.and_then(|o| o.status_reason.clone()),
                    merged_into: o.and_then(|o| o.merged_into),
                    duplicate_of,
                    personal_data: personal,
                    version: o.map_or(1, |o| o.version),
                };
                match o {
                    Some(o) if *o == row => report.unchanged += 1,
                    Some(o) => match o.status.editable() {
                        Ok(()) => {
                            let version = o.version + 1;
                            need::Model { version, ..row }.into_active_model().reset_all().update(tx).await?;
                            report.updated += 1;
                        }
                        Err(refusal) => report.errors.push(RowError {
                            row: r.row,
                            column: "外部编号",
                            value: o.number.clone(),
                            expected: refusal.message,
                        }),
                    },
                    None => {
                        for (seq, q) in self.requirements(&row, r.requirements, &refs).into_iter().enumerate()
                        {
                            requirements
                                .push(requirement::Model { seq: seq as i32 + 1, ..q }.into_active_model());
                        }
                        if r.contact_name.is_some() || r.contact_phone.is_some() {
                            contacts.push((
                                row.id,
                                r.contact_name.unwrap_or_default(),
                                r.contact_phone.unwrap_or_default(),
                            ));
                        }
                        needs.push(row.into_active_model());
                    }
                }
            }
            report.created = needs.len();
            if !report.errors.is_empty() {
                return Ok(());
            }
            next.write(tx).await?;
            insert_all(tx, needs).await?;
            insert_all(tx, requirements).await?;
            self.seal_contacts(tx, contacts).await
        })
        .await
    }

    fn requirements(
        &self,
        need: &need::Model,
        rows: Vec<NewRequirement>,
        refs: &References,
    ) -> Vec<requirement::Model> {
        let mut rows = rows;
        if rows.is_empty() {
            rows.push(NewRequirement { label: need.title.clone(), category: None, quantity: 1 });
        }
        rows.into_iter()
            .map(|q| requirement::Model {
                id: self.id(),
                need_id: need.id,
                seq: 0,
                label: q.label,
                category: q.category.and_then(|c| refs.classes.get(&c).cloned()),
                quantity: q.quantity,
                mandatory: true,
            })
            .collect()
    }

    /// Resources, by external number at their station; without one every row is new.
    pub async fn import_resources(&self, year: i32, rows: Vec<NewResource>, dry_run: bool) -> Result<Report> {
        self.whole("resources", dry_run, async |tx, report| {
            let refs = References::load(tx).await?;
            let old: HashMap<(Uuid, String), resource::Model> = resource::Entity::find()
                .filter(resource::Column::Year.eq(year))
                .filter(resource::Column::ExternalNo.is_not_null())
                .all(tx)
                .await?
                .into_iter()
                .filter_map(|n| Some(((n.workstation_id, n.external_no.clone()?), n)))
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
                let station = refs.stations.get(&r.station);
                let owner = refs.members.get(&r.member);
                if station.is_none() {
                    report.errors.push(unknown(
                        r.row,
                        "工作站编号",
                        &r.station,
                        "工作站编号",
                        "应为如 XC-015 的编号",
                    ));
                }
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
                let o = r.external_no.clone().and_then(|n| old.get(&(station.id, n)));
                let row = resource::Model {
                    id: o.map_or_else(|| self.id(), |o| o.id),
                    number: o.map_or_else(|| next.take(&r.station), |o| o.number.clone()),
                    year,
                    member_id: *owner,
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

/// Running numbers of several stations: read at once, written at once, and no number is lost.
struct Numbers {
    /// The last number of each station, and whether it has moved.
    last: HashMap<String, (i64, bool)>,
    year: i32,
    kind: char,
}

impl Numbers {
    async fn new<R>(
        rows: &[R],
        station: impl Fn(&R) -> &String,
        year: i32,
        kind: char,
        tx: &DatabaseTransaction,
    ) -> Result<Numbers> {
        let codes: BTreeSet<&String> = rows.iter().map(station).collect();
        let scopes = codes.iter().map(|c| format!("{c}-{year}-{kind}"));
        let known: HashMap<String, i64> = counter::Entity::find()
            .filter(counter::Column::Scope.is_in(scopes))
            .all(tx)
            .await?
            .into_iter()
            .map(|c| (c.scope, c.last))
            .collect();
        let last = |c: &&String| known.get(&format!("{c}-{year}-{kind}")).copied().unwrap_or(0);
        Ok(Numbers { last: codes.iter().map(|c| ((*c).clone(), (last(c), false))).collect(), year, kind })
    }

    fn take(&mut self, station: &str) -> String {
        let last = self.last.entry(station.to_owned()).or_insert((0, false));
        *last = (last.0 + 1, true);
        number::item(station, self.year, self.kind, last.0)
    }

    async fn write(self, tx: &DatabaseTransaction) -> Result<()> {
        let rows: Vec<counter::ActiveModel> = self
            .last
            .into_iter()
            .filter(|(_, (_, moved))| *moved)
            .map(|(code, (last, _))| {
                counter::Model { scope: format!("{code}-{}-{}", self.year, self.kind), last }
                    .into_active_model()
            })
            .collect();
        if rows.is_empty() {
            return Ok(());
        }
        counter::Entity::insert_many(rows)
            .on_conflict(
                OnConflict::column(counter::Column::Scope).update_column(counter::Column::Last).to_owned(),
            )
            .exec_without_returning(tx)
            .await?;
        Ok(())
    }
}

impl Report {
    /// Refuses where there are errors.
    ///
    /// # Errors
    /// Every error by row and column.
    pub fn into_result(self) -> Result<Report> {
        if self.errors.is_empty() {
            return Ok(self);
        }
        Err(Error::Refused(self.errors.iter().map(|e| Refusal::new("ROW", e.to_string())).collect()))
    }
}
