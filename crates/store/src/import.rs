//! Whole tables at once: all or nothing, with a report by row and column.
//!
//! The rows come typed; what they refer to is looked up here. The natural key (code, member number, external
//! number at a station) decides between created, updated and unchanged, so the same file twice changes nothing.

use crate::desk::Event;
use crate::entity;
use crate::{Desk, Error, Result};
use domain::{Action, Refusal, number};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

pub mod area;
pub mod calendar;
pub mod category;
pub mod hotline;
pub mod link;
pub mod member;
pub mod need;
pub mod organization;
pub mod proposal;
pub mod resource;
pub mod task;
pub mod workstation;

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
    /// Rows that were not taken, and why.
    pub skipped: Vec<(usize, String)>,
    /// Needs that may repeat another: row and number of the other.
    pub duplicates: Vec<(usize, String)>,
    /// Needs with a class proposed from the words, to be confirmed.
    pub proposed_categories: usize,
    /// Rows whose text contains personal data, which is kept out of everything public.
    pub personal_data: Vec<usize>,
    /// Every error; where there is one, nothing is written.
    pub errors: Vec<RowError>,
}

const CHUNK: usize = 900;

/// What rows refer to.
struct References {
    stations: HashMap<String, entity::workstation::Model>,
    members: HashMap<String, Uuid>,
    areas: BTreeSet<String>,
    classes: HashMap<String, String>,
    categories: Vec<entity::category::Model>,
}

impl References {
    async fn load(tx: &DatabaseTransaction) -> Result<References> {
        let by_code = entity::category::Entity::find().order_by_asc(entity::category::Column::Code);
        let categories = by_code.all(tx).await?;
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
        Ok(References {
            stations: entity::workstation::Entity::find()
                .all(tx)
                .await?
                .into_iter()
                .map(|w| (w.code.clone(), w))
                .collect(),
            members: entity::member::Entity::find()
                .all(tx)
                .await?
                .into_iter()
                .map(|m| (m.number, m.id))
                .collect(),
            areas: entity::area::Entity::find().all(tx).await?.into_iter().map(|a| a.code).collect(),
            classes,
            categories,
        })
    }

    /// The station of a row, which takes rows of a year.
    fn station(
        &self,
        row: usize,
        code: &str,
        year: i32,
    ) -> std::result::Result<&entity::workstation::Model, RowError> {
        let column = "工作站编号";
        let known = self
            .stations
            .get(code)
            .ok_or_else(|| unknown(row, column, code, column, "应为如 XC-015 的编号"))?;
        if known.takes(year) {
            return Ok(known);
        }
        let heir = known.replaced_by.and_then(|heir| self.stations.values().find(|w| w.id == heir));
        let how = heir.map_or("请改用其他工作站".to_owned(), |w| format!("由 {} 接续", w.code));
        let expected = format!("不再受理 {year} 年的登记,{how}");
        Err(RowError { row, column, value: code.to_owned(), expected })
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
        let known: HashMap<String, i64> = entity::counter::Entity::find()
            .filter(entity::counter::Column::Scope.is_in(scopes))
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
        let rows: Vec<entity::counter::ActiveModel> = self
            .last
            .into_iter()
            .filter(|(_, (_, moved))| *moved)
            .map(|(code, (last, _))| {
                entity::counter::Model { scope: format!("{code}-{}-{}", self.year, self.kind), last }
                    .into_active_model()
            })
            .collect();
        if rows.is_empty() {
            return Ok(());
        }
        entity::counter::Entity::insert_many(rows)
            .on_conflict(
                OnConflict::column(entity::counter::Column::Scope)
                    .update_column(entity::counter::Column::Last)
                    .to_owned(),
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

impl Desk {
    /// Runs an import in one transaction: rolled back on a dry run, on any error, and where nothing would change.
    pub(crate) async fn whole<F>(&self, kind: &str, dry_run: bool, work: F) -> Result<Report>
    where
        F: AsyncFnOnce(&DatabaseTransaction, &mut Report) -> Result<()>,
    {
        self.need_city(Action::Administer)?;
        let tx = self.store.begin().await?;
        let mut report = Report::default();
        work(&tx, &mut report).await?;
        if dry_run || !report.errors.is_empty() || report.created + report.updated == 0 {
            tx.rollback().await?;
            return Ok(report);
        }
        let detail = serde_json::json!({"kind": kind, "created": report.created, "updated": report.updated});
        self.audit(
            &tx,
            Event { action: "IMPORT", subject: "import", id: None, workstation: None, detail, reason: None },
        )
        .await?;
        self.commit(tx).await?;
        Ok(report)
    }
}

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

fn repeated(row: usize, column: &'static str, value: &str) -> RowError {
    RowError {
        row, column, value: value.to_owned(), expected: "在文件中重复,每个只能有一行".into()
    }
}

fn unknown(row: usize, column: &'static str, value: &str, what: &str, how: &str) -> RowError {
    RowError { row, column, value: value.to_owned(), expected: format!("不是已有的{what},{how}") }
}
