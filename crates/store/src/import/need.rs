//! Needs, by external number at their station.

use super::{Numbers, References, Report, RowError, insert_all, unknown};
use crate::entity::{need, requirement};
use crate::reading::told;
use crate::{Desk, Result};
use chrono::NaiveDate;
use domain::duplicate::{Beside, Told};
use domain::{NeedSource, NeedStatus, Publicity, Urgency, privacy};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use std::collections::{BTreeSet, HashMap};
use text::near::Index;
use uuid::Uuid;

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
    /// Why it is at an end already.
    pub status_reason: Option<String>,
    /// What it takes; empty: one unit of its class.
    pub requirements: Vec<NewRequirement>,
    /// Requester's name.
    pub contact_name: Option<String>,
    /// Requester's telephone.
    pub contact_phone: Option<String>,
}

/// What has been said, station by station: by the needs of the year, and by the rows of a file so far.
#[derive(Default)]
struct Said {
    of: HashMap<Uuid, SaidThere>,
}

/// What has been said at a station.
#[derive(Default)]
struct SaidThere {
    index: Index,
    needs: Vec<SaidNeed>,
    /// Those of each title and area, by their place in `needs`.
    titles: HashMap<(String, String), Vec<usize>>,
}

/// A need that says something.
struct SaidNeed {
    number: String,
    area: String,
    category: Option<String>,
    on: NaiveDate,
}

impl SaidNeed {
    fn told(&self) -> Told<'_> {
        Told { area: &self.area, category: self.category.as_deref(), on: self.on }
    }
}

impl Said {
    fn add(&mut self, need: &need::Model) {
        let there = self.of.entry(need.workstation_id).or_default();
        let at = there.index.add(&need.title, &need.description) as usize;
        there.titles.entry((plain(&need.title), need.area.clone())).or_default().push(at);
        there.needs.push(SaidNeed {
            number: need.number.clone(),
            area: need.area.clone(),
            category: need.category.clone(),
            on: need.collected_on,
        });
    }

    /// The number of an earlier need of the station that is the same: under the same title, or in the same words.
    fn earlier(&self, need: &need::Model) -> Option<String> {
        let there = self.of.get(&need.workstation_id)?;
        let beside = |other: &SaidNeed| Beside::of(&told(need), &other.told());
        // Numbers of one station and year: a longer one is later.
        let earlier =
            |other: &SaidNeed| (other.number.len(), &other.number) < (need.number.len(), &need.number);
        let titled = there.titles.get(&(plain(&need.title), need.area.clone())).into_iter().flatten();
        let mut titled = titled.map(|at| &there.needs[*at]);
        if let Some(first) = titled.find(|o| earlier(o) && beside(o).may_be_one()) {
            return Some(first.number.clone());
        }
        let copies = there.index.copies(&need.title, &need.description).into_iter();
        copies
            .map(|n| (&there.needs[n.number as usize], n))
            .find(|(other, n)| earlier(other) && beside(other).is_copy(n))
            .map(|(other, _)| other.number.clone())
    }
}

/// Whether nothing has changed by which needs are found to be the same.
fn says_the_same(a: &need::Model, b: &need::Model) -> bool {
    a.title == b.title && a.description == b.description && told(a) == told(b)
}

/// A title without punctuation and blanks.
fn plain(title: &str) -> String {
    title.chars().filter(|c| c.is_alphanumeric()).collect()
}

impl Desk {
    /// Needs, by external number at their station; without one every row is new. With `confirm_proposed` the classes
    /// that are proposed are taken as confirmed by whoever imports.
    pub async fn import_needs(
        &self,
        year: i32,
        rows: Vec<NewNeed>,
        dry_run: bool,
        confirm_proposed: bool,
    ) -> Result<Report> {
        self.whole("needs", dry_run, async |tx, report| {
            self.take_needs(tx, report, year, rows, confirm_proposed).await
        })
        .await
    }

    /// The same within an import that does more.
    pub(super) async fn take_needs(
        &self,
        tx: &DatabaseTransaction,
        report: &mut Report,
        year: i32,
        rows: Vec<NewNeed>,
        confirm_proposed: bool,
    ) -> Result<()> {
        self.open_year(tx, year).await?;
        let refs = References::load(tx).await?;
        let reader = self.store.reader(&refs.categories);
        // What is known at the stations of the file: to be updated by its external number, or said again.
        let stations: BTreeSet<Uuid> =
            rows.iter().filter_map(|r| Some(refs.stations.get(&r.station)?.id)).collect();
        let known = need::Entity::find()
            .filter(need::Column::Year.eq(year))
            .filter(need::Column::WorkstationId.is_in(stations))
            .order_by_asc(need::Column::Number)
            .all(tx)
            .await?;
        let mut said = Said::default();
        known.iter().filter(|n| n.duplicate_of.is_none()).for_each(|n| said.add(n));
        let old: HashMap<(Uuid, String), need::Model> =
            known.into_iter().filter_map(|n| Some(((n.workstation_id, n.external_no.clone()?), n))).collect();
        let mut next = Numbers::new(&rows, |r| &r.station, year, 'N', tx).await?;
        let mut keys: BTreeSet<(Uuid, String)> = BTreeSet::new();
        let (mut needs, mut requirements, mut contacts) = (vec![], vec![], vec![]);
        for r in rows {
            let station = match refs.station(r.row, &r.station, year) {
                Ok(station) => station,
                Err(e) => {
                    report.errors.push(e);
                    continue;
                }
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
                    report.errors.push(unknown(r.row, "类别", c, "类别", "应为类别表中的代码或唯一的名称"));
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
            let proposed = if class.is_none() { reader.propose(&r.title, &r.description) } else { None };
            let personal = !privacy::find(&r.title).is_empty() || !privacy::find(&r.description).is_empty();
            if personal {
                report.personal_data.push(r.row);
            }
            let number = o.map_or_else(|| next.take(&r.station), |o| o.number.clone());
            report.proposed_categories += usize::from(proposed.is_some());
            let class = class.or_else(|| proposed.clone().filter(|_| confirm_proposed));
            let mut row = need::Model {
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
                verified_on: match o {
                    Some(o) => o.verified_on,
                    None => (r.status == NeedStatus::Open).then(|| self.today()),
                },
                area,
                place: r.place,
                persons: r.persons,
                households: r.households,
                shops: r.shops,
                urgency: r.urgency,
                desired_by: r.desired_by,
                publicity: r.publicity,
                status: o.map_or(r.status, |o| o.status),
                status_reason: o.map_or(r.status_reason, |o| o.status_reason.clone()),
                merged_into: o.and_then(|o| o.merged_into),
                duplicate_of: o.and_then(|o| o.duplicate_of.clone()),
                personal_data: personal,
                carried_from: o.and_then(|o| o.carried_from),
                carried_times: o.and_then(|o| o.carried_times),
                constituent_link_id: o.and_then(|o| o.constituent_link_id),
                mark: o.and_then(|o| o.mark),
                mark_note: o.and_then(|o| o.mark_note.clone()),
                version: o.map_or(1, |o| o.version),
            };
            if o.is_none_or(|o| !says_the_same(o, &row)) {
                row.duplicate_of = said.earlier(&row);
                if row.duplicate_of.is_none() {
                    said.add(&row);
                }
            }
            if let Some(first) = &row.duplicate_of {
                report.duplicates.push((r.row, first.clone()));
            }
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
                    for (seq, q) in self.requirements(&row, r.requirements, &refs).into_iter().enumerate() {
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
}
