//! The only place where SQL is: queries, transactions, audit, vault.
//!
//! One door: [`Store::on_behalf_of`] gives a [`Desk`], which has the queries and commands that its viewer may ask
//! for; time and ids come with it. Rows leave already narrowed to what the viewer may see.

mod amendment;
mod amendment_change;
mod audit;
mod calendar;
mod candidate;
mod capacity_cut;
mod city;
mod co_member;
mod constituent;
mod dashboard;
mod desk;
mod duty_item;
mod duty_list;
mod entity;
mod error;
mod escalation;
mod evidence;
mod explain;
mod fairness;
mod freeze;
mod hotline;
mod import;
mod inbox;
mod jobs;
mod joint;
mod kept;
mod ledger;
mod matched;
mod measure;
mod mediation;
mod member;
mod need;
mod need_sight;
mod next;
mod once;
mod order;
mod order_offer;
mod order_work;
mod paging;
mod pair_rule;
mod partner_organization;
mod partnership;
mod picture;
mod plan;
mod planning;
mod policy;
pub mod print;
mod proposal;
mod publish;
mod rarity;
mod reach;
mod reading;
mod registry;
mod resource;
mod resource_sight;
mod retention;
mod review;
mod scenario;
mod setting;
mod snapshot;
mod task;
mod tokens;
mod topic;
mod vault;
mod verify;
mod webhook;
mod workstation;
mod year;

pub use amendment_change::ListChange;
pub use audit::AuditFilter;
pub use calendar::Deadline;
pub use candidate::{Candidate, NeedCandidate, TypedNeed};
pub use capacity_cut::NewCut;
pub use constituent::NewConstituent;
pub use dashboard::{Figures, StationCount};
pub use desk::{Desk, Viewer, day_of};
pub use duty_item::ItemChange;
pub use duty_list::ListFilter;
pub use error::{Error, Result};
pub use escalation::ClueNews;
pub use evidence::FILE;
pub use explain::{Change, Effect, Moved, Remedy, UnitDemand, WhyNot};
pub use fairness::{Fairness, Load, StationLoad};
pub use hotline::HotlineReply;
pub use import::area::NewArea;
pub use import::calendar::NewDay;
pub use import::category::NewCategory;
pub use import::hotline::{NewHotlineOrder, NewHotlineTerm};
pub use import::link::NewLink;
pub use import::member::{NewMember, NewSector};
pub use import::need::{NewNeed, NewRequirement};
pub use import::organization::NewOrganization;
pub use import::proposal::NewProposal;
pub use import::resource::NewResource;
pub use import::task::NewTask;
pub use import::workstation::{NewPartnership, NewSeat, NewWorkstation, Sitter};
pub use import::{Report, RowError};
pub use ledger::{DutyLine, DutyStatement, MemberSheet, MemberSheetLine};
pub use matched::{ItemMatch, MatchFilter};
pub use measure::{BoardRow, MeasureScope, Measured};
pub use mediation::{Mediation, MediationLine};
pub use need::{NeedInput, NeedStep};
pub use need_sight::{NeedFilter, NeedOrder};
pub use once::Once;
pub use order::OrderFilter;
pub use order_offer::Lead;
pub use order_work::{FeedbackInput, OutcomeInput, SessionInput};
pub use paging::{Page, Slice};
pub use partner_organization::{OrganizationFilter, OrganizationInput};
pub use partnership::NewPartner;
pub use plan::UnservedFilter;
pub use planning::{PlanReport, Progress, Seconds};
pub use policy::PolicyInput;
pub use proposal::{Conversion, FollowUpInput};
pub use reading::{ClassGuess, Reading, SimilarGroup, SimilarNeed};
pub use registry::{
    AreaFilter, CategoryFilter, MemberFilter, MemberOrder, Seat, WorkstationFilter, WorkstationOrder,
};
pub use resource::{Owner, ResourceInput};
pub use resource_sight::{ResourceFilter, ResourceOrder};
pub use retention::Erased;
pub use scenario::Shortage;
pub use snapshot::{Snapshot, SnapshotAmendment, SnapshotItem, SnapshotList, SnapshotShareable};
pub use task::TaskCoverage;
pub use tokens::TokenScope;
pub use webhook::{Delivery, NewWebhook};
pub use year::YearEnd;

/// The rows that leave the crate: plain data.
pub mod row {
    pub use crate::entity::amendment::Model as Amendment;
    pub use crate::entity::amendment_approval::Model as AmendmentApproval;
    pub use crate::entity::amendment_change::Model as AmendmentChange;
    pub use crate::entity::approval::Model as Approval;
    pub use crate::entity::area::Model as Area;
    pub use crate::entity::audit_event::Model as AuditEvent;
    pub use crate::entity::capacity_cut::Model as CapacityCut;
    pub use crate::entity::category::Model as Category;
    pub use crate::entity::clue::Model as Clue;
    pub use crate::entity::constituent::Model as Constituent;
    pub use crate::entity::constituent_link::Model as ConstituentLink;
    pub use crate::entity::consultation::Model as Consultation;
    pub use crate::entity::duty_item::Model as DutyItem;
    pub use crate::entity::duty_list::Model as DutyList;
    pub use crate::entity::duty_record::Model as DutyRecord;
    pub use crate::entity::duty_year::Model as DutyYear;
    pub use crate::entity::evidence::Model as Evidence;
    pub use crate::entity::feedback::Model as Feedback;
    pub use crate::entity::follow_up::Model as FollowUp;
    pub use crate::entity::hotline_order::Model as HotlineOrder;
    pub use crate::entity::job::Model as Job;
    pub use crate::entity::joint_offer::Model as JointOffer;
    pub use crate::entity::ladder_step::Model as LadderStep;
    pub use crate::entity::mediation_count::Model as MediationCount;
    pub use crate::entity::member::Model as Member;
    pub use crate::entity::need::Model as Need;
    pub use crate::entity::need_match::Model as Match;
    pub use crate::entity::offer::Model as Offer;
    pub use crate::entity::outbox::Model as Outgoing;
    pub use crate::entity::outcome_quantity::Model as OutcomeQuantity;
    pub use crate::entity::pair_rule::Model as PairRule;
    pub use crate::entity::partner_organization::Model as PartnerOrganization;
    pub use crate::entity::partnership::Model as Partnership;
    pub use crate::entity::plan_policy::Model as PlanPolicy;
    pub use crate::entity::plan_reason::Model as PlanReason;
    pub use crate::entity::plan_task::Model as PlanTask;
    pub use crate::entity::proposal::Model as Proposal;
    pub use crate::entity::requester_answer::Model as RequesterAnswer;
    pub use crate::entity::requirement::Model as Requirement;
    pub use crate::entity::resource::Model as Resource;
    pub use crate::entity::scenario::Model as Scenario;
    pub use crate::entity::sector::Model as Sector;
    pub use crate::entity::topic::Model as Topic;
    pub use crate::entity::webhook::Model as Webhook;
    pub use crate::entity::work_order::Model as Order;
    pub use crate::entity::workstation::Model as Workstation;
    pub use crate::plan::PlanHead as Plan;
    pub use crate::snapshot::SnapshotHead;
}

use chrono::{DateTime, Utc};
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use std::cell::Cell;
use std::sync::{Arc, Mutex, PoisonError};
use text::relevance::Rarity;
use uuid::Uuid;

tokio::task_local! {
    /// Statements that the current request has sent.
    static STATEMENTS: Arc<std::sync::atomic::AtomicU64>;
}

/// Runs a future and counts the statements that it sends into `counter`. Tasks that it spawns must be counted by
/// their own call.
pub async fn counted<F: Future>(counter: Arc<std::sync::atomic::AtomicU64>, future: F) -> F::Output {
    STATEMENTS.scope(counter, future).await
}

/// Runs a query beside the request, on another core where there is one; its statements count for the request.
///
/// # Errors
/// Those of the query, and a fault where it was cut short.
pub async fn aside<T, F>(query: F) -> Result<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    let counter = STATEMENTS.try_with(Arc::clone).unwrap_or_default();
    let task = tokio::spawn(counted(counter, query));
    task.await.map_err(|e| Error::Fault(format!("a query was cut short: {e}")))?
}

/// Runs what takes the processor for long on a thread of its own: others are answered meanwhile.
///
/// # Errors
/// A fault where it was cut short.
pub(crate) async fn compute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let task = tokio::task::spawn_blocking(work);
    task.await.map_err(|e| Error::Fault(format!("what was computed was cut short: {e}")))
}

/// The one writer's place on PostgreSQL, held until the transaction ends. The number is this program's own.
const WRITER: &str = "SELECT pg_advisory_xact_lock(7157105)";

/// The database behind its door.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    db: DatabaseConnection,
    key: [u8; 32],
    ids: Mutex<ChaCha12Rng>,
    /// The plan that was asked last, which takes longer to read than to ask.
    plan: Mutex<Option<(Uuid, Arc<kept::Kept>)>>,
    /// How rare words are among the offers that were counted last.
    rarity: Mutex<Option<(rarity::Stamp, Arc<Rarity>)>>,
    /// What reads messages.
    readers: Mutex<reading::Readers>,
    /// Whether the database is being made, and nobody looks on.
    made: bool,
}

impl Store {
    /// Opens a database by URL (`sqlite:file?mode=rwc` or `postgres://…`) with the vault's key and the seed of the
    /// stream that ids are made from.
    ///
    /// # Errors
    /// A fault when the database cannot be reached.
    pub async fn open(url: &str, key: [u8; 32], seed: [u8; 32]) -> Result<Store> {
        Store::connect(url, key, seed, false).await
    }

    /// The same for a database that is being made and is begun anew if that fails: SQLite need not wait for the disk at
    /// every commit, only keep their order. [`Store::close`] puts all of it on disk.
    ///
    /// # Errors
    /// A fault when the database cannot be reached.
    pub async fn open_to_make(url: &str, key: [u8; 32], seed: [u8; 32]) -> Result<Store> {
        Store::connect(url, key, seed, true).await
    }

    async fn connect(url: &str, key: [u8; 32], seed: [u8; 32], made: bool) -> Result<Store> {
        let mut options = ConnectOptions::new(url);
        options.sqlx_logging(false).max_connections(8).acquire_timeout(std::time::Duration::from_secs(10));
        if url.starts_with("sqlite") {
            // WAL for readers beside the writer, foreign keys, patience. A file does not go away: nobody asks for it.
            options.test_before_acquire(false).map_sqlx_sqlite_opts(move |o| {
                let o = o
                    .pragma("journal_mode", "WAL")
                    .pragma("cache_size", "-32000")
                    .pragma("temp_store", "MEMORY")
                    .foreign_keys(true)
                    .busy_timeout(std::time::Duration::from_secs(10))
                    // Rows that the database's thread reads ahead: fewer hand-overs between threads.
                    .row_buffer_size(1024);
                if made {
                    o.pragma("synchronous", "NORMAL").pragma("wal_autocheckpoint", "16000")
                } else {
                    o.pragma("synchronous", "FULL").pragma("mmap_size", "268435456")
                }
            });
            if made {
                options.max_connections(1);
            }
        }
        let mut db = Database::connect(options).await?;
        db.set_metric_callback(|_| {
            // Outside a request nobody counts.
            let _ = STATEMENTS.try_with(|n| n.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        });
        Ok(Store {
            inner: Arc::new(Inner {
                db,
                key,
                ids: Mutex::new(ChaCha12Rng::from_seed(seed)),
                plan: Mutex::default(),
                rarity: Mutex::default(),
                readers: Mutex::default(),
                made,
            }),
        })
    }

    pub(crate) fn is_made(&self) -> bool {
        self.inner.made
    }

    /// The one door: everything else is asked of the desk.
    pub fn on_behalf_of(&self, viewer: Viewer, at: DateTime<Utc>) -> Desk {
        Desk { store: self.clone(), viewer, at, sequence: Mutex::new(Cell::new(0)), once: Mutex::new(None) }
    }

    /// Whether the database answers and has been brought to `migration`, the newest that the program knows.
    pub async fn ready(&self, migration: &str) -> bool {
        let ask = Statement::from_sql_and_values(
            self.inner.db.get_database_backend(),
            "SELECT version FROM seaql_migrations ORDER BY version DESC LIMIT 1",
            [],
        );
        match self.inner.db.query_one_raw(ask).await {
            Ok(Some(row)) => row.try_get::<String>("", "version").is_ok_and(|v| v == migration),
            _ => false,
        }
    }

    /// Closes the database; what runs has finished.
    pub async fn close(self) {
        if let Some(inner) = Arc::into_inner(self.inner) {
            // Nothing is lost by a failure here: every commit is on disk already.
            let _ = inner.db.close().await;
        }
    }

    pub(crate) fn db(&self) -> &DatabaseConnection {
        &self.inner.db
    }

    pub(crate) fn plan_held(&self, id: Uuid) -> Option<Arc<kept::Kept>> {
        let held = self.inner.plan.lock().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().filter(|(of, _)| *of == id).map(|(_, kept)| kept.clone())
    }

    pub(crate) fn hold_plan(&self, id: Uuid, kept: Arc<kept::Kept>) {
        *self.inner.plan.lock().unwrap_or_else(PoisonError::into_inner) = Some((id, kept));
    }

    pub(crate) fn rarity_held(&self, of: rarity::Stamp) -> Option<Arc<Rarity>> {
        let held = self.inner.rarity.lock().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().filter(|(stamp, _)| *stamp == of).map(|(_, rarity)| rarity.clone())
    }

    pub(crate) fn hold_rarity(&self, of: rarity::Stamp, rarity: Arc<Rarity>) {
        *self.inner.rarity.lock().unwrap_or_else(PoisonError::into_inner) = Some((of, rarity));
    }

    pub(crate) fn key(&self) -> &[u8; 32] {
        &self.inner.key
    }

    /// A writing transaction. It takes the one writer's place at once, on either database: what it reads is what it
    /// changes, so that versions and capacities that were checked still hold when it commits.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let tx = self.inner.db.begin_with_options(options).await?;
        if tx.get_database_backend() == DbBackend::Postgres {
            tx.execute_unprepared(WRITER).await?;
        }
        Ok(tx)
    }

    /// An id: UUIDv7 of `at`, its rest from the seeded stream.
    pub(crate) fn id(&self, at: DateTime<Utc>, sequence: u16) -> Uuid {
        let mut bytes = [0u8; 10];
        self.inner.ids.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        // Twelve bits in order of making, the others random.
        bytes[0] = (sequence >> 8) as u8;
        bytes[1] = sequence as u8;
        uuid::Builder::from_unix_timestamp_millis(at.timestamp_millis().max(0) as u64, &bytes).into_uuid()
    }
}
