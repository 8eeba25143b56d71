//! The desk: what one viewer may ask for, with the time and the ids that go with it.

use crate::entity::{assignment, audit_event, counter, member, once_key, workstation};
use crate::{Error, Result, Store};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{Action, Reach, Refusal, Role, access};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait,
    IntoActiveModel, QueryFilter, Set,
};
use std::cell::Cell;
use std::sync::Mutex;
use uuid::Uuid;

/// The counter that every change moves.
const CHANGES: &str = "changes";

/// Who is asking, found from a token.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Viewer {
    /// Role.
    pub role: Role,
    /// The person, where there is one.
    pub person: Option<Uuid>,
    /// The stations of the scope, sorted. Empty for the public, members, and the whole city.
    pub stations: Vec<Uuid>,
}

impl Viewer {
    /// Anybody.
    pub fn anonymous() -> Viewer {
        Viewer { role: Role::Anonymous, person: None, stations: Vec::new() }
    }
    /// Who has the database in hand: the command line.
    pub fn command() -> Viewer {
        Viewer { role: Role::CityOfficer, person: None, stations: Vec::new() }
    }
}

/// What one viewer may ask for, at one moment.
pub struct Desk {
    pub(crate) store: Store,
    pub(crate) viewer: Viewer,
    pub(crate) at: DateTime<Utc>,
    pub(crate) sequence: Mutex<Cell<u16>>,
    /// The request's idempotency key, to be remembered with the first change that it makes.
    pub(crate) once: Mutex<Option<String>>,
}

/// An event of the audit trail before it is written.
pub(crate) struct Event<'a> {
    pub action: &'a str,
    pub subject: &'a str,
    pub id: Option<Uuid>,
    pub workstation: Option<Uuid>,
    pub detail: serde_json::Value,
    pub reason: Option<String>,
}

impl Desk {
    /// Who is asking.
    pub fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// The moment of the request.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    /// Today in the city's time zone.
    pub fn today(&self) -> NaiveDate {
        day_of(self.at)
    }

    pub(crate) fn id(&self) -> Uuid {
        let sequence = self.sequence.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let n = sequence.get();
        sequence.set(n.wrapping_add(1));
        self.store.id(self.at, n)
    }

    /// Ends a transaction. The first one of a request with an idempotency key writes the key down with it, so that
    /// what was done once is not done again, whatever happens to the answer.
    pub(crate) async fn commit(&self, tx: DatabaseTransaction) -> Result<()> {
        let once = self.once.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(key) = once {
            once_key::Model { key, response: None, at: self.at }.into_active_model().insert(&tx).await?;
        }
        advance(&tx, CHANGES, 1).await?;
        Ok(tx.commit().await?)
    }

    /// A number that is another one after every change.
    pub async fn change_mark(&self) -> Result<i64> {
        self.mark_on(self.store.db()).await
    }

    /// The same inside a transaction.
    pub(crate) async fn mark_on<C: ConnectionTrait>(&self, db: &C) -> Result<i64> {
        Ok(counter::Entity::find_by_id(CHANGES).one(db).await?.map_or(0, |c| c.last))
    }

    /// How far a right of the viewer reaches.
    pub fn reach(&self, action: Action) -> Reach {
        access::reach(self.viewer.role, action)
    }

    /// Whether a right of the viewer reaches a station.
    pub fn may(&self, action: Action, station: Uuid) -> bool {
        match self.reach(action) {
            Reach::Nothing | Reach::Own => false,
            Reach::Stations => self.viewer.stations.binary_search(&station).is_ok(),
            Reach::City => true,
        }
    }

    /// The right must reach the station, or belong to the person. What is out of sight is not found; what is in
    /// sight but not the viewer's to do is refused with its reason.
    pub(crate) fn need(&self, action: Action, station: Uuid, owner: Option<Uuid>) -> Result<()> {
        let covers = |reach: Reach| match reach {
            Reach::Nothing => false,
            Reach::Own => owner.is_some() && owner == self.viewer.person,
            Reach::Stations => self.viewer.stations.binary_search(&station).is_ok(),
            Reach::City => true,
        };
        if covers(self.reach(action)) {
            Ok(())
        } else if covers(self.reach(Action::ReadLists)) {
            Err(self.not_allowed(action).into())
        } else {
            Err(Error::NotFound("记录"))
        }
    }

    /// The right must reach the whole city.
    pub(crate) fn need_city(&self, action: Action) -> Result<()> {
        if self.reach(action) == Reach::City { Ok(()) } else { Err(self.not_allowed(action).into()) }
    }

    pub(crate) fn not_allowed(&self, action: Action) -> Refusal {
        let who: Vec<&str> = Role::ALL
            .iter()
            .filter(|r| access::reach(**r, action) != Reach::Nothing)
            .map(|r| r.label())
            .collect();
        Refusal::new(
            "NOT_ALLOWED",
            format!("「{}」不能「{}」;请联系{}。", self.viewer.role.label(), action.label(), who.join("、")),
        )
    }

    /// Rows that the viewer may see unpublished, by their station and owner columns.
    pub(crate) fn in_sight(&self, station: impl ColumnTrait, owner: Option<SimpleExpr>) -> Condition {
        match self.reach(Action::ReadLists) {
            Reach::City => Condition::all(),
            Reach::Stations => Condition::all().add(station.is_in(self.viewer.stations.iter().copied())),
            Reach::Own => match owner {
                Some(owner) => Condition::all().add(owner),
                None => Condition::all().add(Expr::value(1).eq(0)),
            },
            Reach::Nothing => Condition::all().add(Expr::value(1).eq(0)),
        }
    }

    /// Writes an event of the audit trail, in the transaction of the change that it tells of.
    pub(crate) async fn audit<C: ConnectionTrait>(&self, db: &C, e: Event<'_>) -> Result<()> {
        // Nobody hears of a city that is being made.
        if !self.store.is_made() {
            self.tell(db, &e).await?;
        }
        let event = audit_event::ActiveModel {
            id: Set(self.id()),
            at: Set(self.at),
            actor: Set(self.viewer.person),
            role: Set(self.viewer.role),
            action: Set(e.action.to_owned()),
            subject: Set(e.subject.to_owned()),
            subject_id: Set(e.id),
            workstation_id: Set(e.workstation),
            detail: Set(e.detail.to_string()),
            reason: Set(e.reason),
        };
        audit_event::Entity::insert(event).exec_without_returning(db).await?;
        Ok(())
    }

    /// The next `count` running numbers of a scope; the first of them is returned.
    pub(crate) async fn next_numbers<C: ConnectionTrait>(
        &self,
        db: &C,
        scope: &str,
        count: i64,
    ) -> Result<i64> {
        Ok(advance(db, scope, count).await?.last - count + 1)
    }

    pub(crate) async fn station<C: ConnectionTrait>(&self, db: &C, id: Uuid) -> Result<workstation::Model> {
        workstation::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound("工作站"))
    }

    pub(crate) async fn member_row<C: ConnectionTrait>(&self, db: &C, id: Uuid) -> Result<member::Model> {
        member::Entity::find_by_id(id).one(db).await?.ok_or(Error::NotFound("委员"))
    }

    /// Whether the viewer's person holds the role at the station today.
    pub(crate) async fn holds<C: ConnectionTrait>(
        &self,
        db: &C,
        role: domain::AssignmentRole,
        station: Uuid,
    ) -> Result<bool> {
        let Some(person) = self.viewer.person else { return Ok(false) };
        Ok(assignment::Entity::find()
            .filter(assignment::Column::PersonId.eq(person))
            .filter(assignment::Column::Role.eq(role))
            .filter(assignment::Column::WorkstationId.eq(station))
            .filter(assignment::Column::FromDate.lte(self.today()))
            .filter(assignment::Column::ToDate.is_null().or(assignment::Column::ToDate.gt(self.today())))
            .one(db)
            .await?
            .is_some())
    }
}

/// Moves a counter on, and gives it as it is then.
async fn advance<C: ConnectionTrait>(db: &C, scope: &str, by: i64) -> Result<counter::Model> {
    let last = Expr::col((counter::Entity, counter::Column::Last)).add(by);
    let moved = OnConflict::column(counter::Column::Scope).value(counter::Column::Last, last).to_owned();
    let row = counter::ActiveModel { scope: Set(scope.to_owned()), last: Set(by) };
    Ok(counter::Entity::insert(row).on_conflict(moved).exec_with_returning(db).await?)
}

/// The day of a moment in the city's time zone.
pub fn day_of(at: DateTime<Utc>) -> NaiveDate {
    (at + chrono::Duration::hours(8)).date_naive()
}

/// The row's version must be the one that was read; otherwise the fields that differ are named.
pub(crate) fn same_version(expected: i32, found: i32, differ: Vec<&str>) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    let mut fields: Vec<String> = differ.into_iter().map(str::to_owned).collect();
    if fields.is_empty() {
        fields.push("version".to_owned());
    }
    Err(Error::Conflict(fields))
}
