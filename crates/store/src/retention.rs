//! Erasing what is personal when its time is over (domain.md §11). Lists, hashes, counts and the ledger never held it.

use crate::desk::Event;
use crate::entity::{evidence, need, vault_access, vault_contact, work_order};
use crate::{Desk, Error, Result};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use domain::{Action, FileKind, NeedStatus, OfficeSetting, setting};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// What was erased, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Numbers of needs whose requesters' contacts were.
    pub contacts: Vec<String>,
    /// Pictures.
    pub pictures: usize,
    /// Readings of contacts, out of their log.
    pub readings: u64,
}

const REASON: &str = "保存期满";

impl Desk {
    /// Erases what is over on a day: contacts 12 months after their need was closed, pictures 24 months after their order
    /// was, readings after 36 months, or what the office has set. With `dry_run` it says what would be. Each need and
    /// each picture is a transaction of its own, so that a stop in between loses nothing.
    pub async fn erase_expired(&self, on: NaiveDate, dry_run: bool) -> Result<Erased> {
        self.need_city(Action::Administer)?;
        let db = self.store.db();
        let until = async |kept| -> Result<NaiveDate> {
            Ok(setting::over_until(on, self.office_setting(kept).await?))
        };
        let mut erased = Erased::default();
        // A chain of years is erased at once, whichever of its needs is met first.
        let mut done: BTreeSet<Uuid> = BTreeSet::new();
        for n in self.contacts_over(until(OfficeSetting::ContactMonths).await?).await? {
            if !done.contains(&n.id) {
                if !dry_run {
                    match self.erase_chain(n.id, REASON).await {
                        Ok(chain) => done.extend(chain),
                        // Somebody has erased it in the meantime.
                        Err(Error::Refused(_)) => continue,
                        Err(e) => return Err(e),
                    }
                }
                erased.contacts.push(n.number);
            }
        }
        for e in self.pictures_over(until(OfficeSetting::PictureMonths).await?).await? {
            if !dry_run {
                let tx = self.store.begin().await?;
                self.take_away(&tx, e, REASON.to_owned()).await?;
                self.commit(tx).await?;
            }
            erased.pictures += 1;
        }
        let begin: DateTime<Utc> =
            until(OfficeSetting::ReadingMonths).await?.and_time(NaiveTime::MIN).and_utc();
        let old = vault_access::Column::At.lt(begin);
        if dry_run {
            erased.readings = vault_access::Entity::find().filter(old).count(db).await?;
            return Ok(erased);
        }
        let tx = self.store.begin().await?;
        let gone = vault_access::Entity::delete_many().filter(old).exec(&tx).await?;
        erased.readings = gone.rows_affected;
        if erased.readings > 0 {
            let event = Event {
                action: "ERASE_READINGS",
                subject: "vault",
                id: None,
                workstation: None,
                detail: serde_json::json!({"readings": erased.readings}),
                reason: Some(REASON.to_owned()),
            };
            self.audit(&tx, event).await?;
            self.commit(tx).await?;
        }
        Ok(erased)
    }

    /// Needs with a contact that were over on a day or before, by number. A merged need is over with its head, and what
    /// went on in a later year with what came of it there; what ended without an order was over with its year.
    async fn contacts_over(&self, until: NaiveDate) -> Result<Vec<need::Model>> {
        const ENDED: &[NeedStatus] = &[
            NeedStatus::Closed,
            NeedStatus::Refused,
            NeedStatus::Referred,
            NeedStatus::Withdrawn,
            NeedStatus::Merged,
        ];
        let db = self.store.db();
        let kept = vault_contact::Entity::find()
            .select_only()
            .column(vault_contact::Column::NeedId)
            .filter(vault_contact::Column::Sealed.ne(Vec::<u8>::new()))
            .into_query();
        let needs = need::Entity::find()
            .filter(need::Column::Id.in_subquery(kept.clone()))
            .filter(need::Column::Status.is_in(ENDED.iter().copied()))
            .order_by_asc(need::Column::Number)
            .all(db)
            .await?;
        let mut heads: HashMap<Uuid, need::Model> = HashMap::new();
        let mut on: HashMap<Uuid, Uuid> = HashMap::new();
        let mut next = need::Entity::find()
            .filter(need::Column::Id.is_in(needs.iter().filter_map(|n| n.merged_into)))
            .all(db)
            .await?;
        // A head that was carried over is over with what it became: a year a round.
        while !next.is_empty() {
            let ids: Vec<Uuid> = next.iter().map(|n| n.id).collect();
            on.extend(next.iter().filter_map(|n| Some((n.carried_from?, n.id))));
            heads.extend(next.into_iter().map(|n| (n.id, n)));
            next = need::Entity::find()
                .filter(need::Column::CarriedFrom.is_in(ids))
                .all(db)
                .await?
                .into_iter()
                .filter(|n| !heads.contains_key(&n.id))
                .collect();
        }
        let last = |mut id: Uuid| {
            while let Some(later) = on.get(&id) {
                id = *later;
            }
            heads.get(&id)
        };
        let closed: HashMap<Uuid, Option<NaiveDate>> = work_order::Entity::find()
            .select_only()
            .column(work_order::Column::NeedId)
            .column_as(work_order::Column::ClosedOn.max(), "closed_on")
            // A year's contacts are more than a statement takes as numbers; heads of merged needs are few.
            .filter(
                Condition::any()
                    .add(work_order::Column::NeedId.in_subquery(kept))
                    .add(work_order::Column::NeedId.is_in(heads.keys().copied())),
            )
            .group_by(work_order::Column::NeedId)
            .into_tuple::<(Uuid, Option<NaiveDate>)>()
            .all(db)
            .await?
            .into_iter()
            .collect();
        let over = |n: &need::Model| {
            let ended = closed.get(&n.id).copied().flatten().filter(|_| n.status == NeedStatus::Closed);
            let year = NaiveDate::from_ymd_opt(n.year, 12, 31).unwrap_or(NaiveDate::MAX);
            ENDED.contains(&n.status) && ended.unwrap_or(year) <= until
        };
        let ready = |n: &need::Model| match (n.status, n.merged_into.and_then(last)) {
            (NeedStatus::Merged, Some(head)) => over(head),
            _ => over(n),
        };
        Ok(needs.into_iter().filter(ready).collect())
    }

    /// Pictures of orders that were closed on a day or before.
    async fn pictures_over(&self, until: NaiveDate) -> Result<Vec<evidence::Model>> {
        let orders = work_order::Entity::find()
            .select_only()
            .column(work_order::Column::Id)
            .filter(work_order::Column::ClosedOn.lte(until));
        Ok(evidence::Entity::find()
            .filter(evidence::Column::Removed.is_null())
            .filter(evidence::Column::Kind.is_in([FileKind::Jpeg, FileKind::Png, FileKind::Webp]))
            .filter(evidence::Column::OrderId.in_subquery(orders.into_query()))
            .order_by_asc(evidence::Column::Id)
            .all(self.store.db())
            .await?)
    }
}
