//! Webhooks: who is told of changes, and the outbox from which they are told. A line of the outbox is written in the
//! transaction of its change, so that none is lost; it keeps its id however often it is sent, so that a receiver that
//! checks ids takes it once (Standard Webhooks).

use crate::desk::{Event, same_version};
use crate::entity::{outbox, webhook};
use crate::{Desk, Error, Result};
use chrono::{DateTime, Duration, Utc};
use domain::{Action, Reach, Refusal};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, Set,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Seconds from each try to the next, after the specification's proposal; after the last a delivery has failed and waits
/// for a person.
const RETRIES: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// Seconds within which whoever has taken a delivery says what became of it; otherwise it is sent again.
const LEASE: i64 = 60;
/// What of an event's detail goes out: numbers and states, no words.
const TOLD: &[&str] = &["number", "need", "before", "after", "status", "edition", "sha256", "year", "kind"];

/// A webhook as it is made.
#[derive(Clone, Debug)]
pub struct NewWebhook {
    /// Address: https, or http on this machine.
    pub url: String,
    /// Beginnings of the names of events that it hears, such as `order.`; empty: all.
    pub events: Vec<String>,
    /// The one station whose events it hears; none: the city's.
    pub workstation: Option<Uuid>,
}

/// What is to be sent now.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Id: the same at every try.
    pub id: Uuid,
    /// Where to.
    pub url: String,
    /// The secret that it is signed with.
    pub secret: Vec<u8>,
    /// JSON.
    pub body: String,
}

/// Whether a webhook may be told at an address: encrypted, or on the same machine; no password in it.
fn check_url(url: &str) -> Result<String> {
    let wrong = |words: &str| Refusal::new("URL", words).at("url");
    let url = url.trim();
    let secure = url.strip_prefix("https://");
    let plain = url.strip_prefix("http://");
    let Some(rest) = secure.or(plain) else {
        return Err(wrong("地址应以 https:// 开头。").into());
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or("");
    if host.is_empty() || host.contains('@') || url.len() > 500 || url.chars().any(char::is_whitespace) {
        return Err(wrong("地址不完整、过长,或含有用户名、密码、空白,请核对。").into());
    }
    let local = ["localhost", "127.0.0.1", "[::1]"];
    let name = host.rsplit_once(':').filter(|(_, p)| p.chars().all(|c| c.is_ascii_digit()));
    if secure.is_none() && !local.contains(&name.map_or(host, |(n, _)| n)) {
        return Err(wrong("发往其他机器须加密,地址应以 https:// 开头。").into());
    }
    Ok(url.to_owned())
}

impl Desk {
    /// Writes an event into the outbox of everybody who hears it, in the transaction of its change.
    pub(crate) async fn tell<C: ConnectionTrait>(&self, db: &C, e: &Event<'_>) -> Result<()> {
        let hooks = webhook::Entity::find().filter(webhook::Column::EndedAt.is_null()).all(db).await?;
        let name = format!("{}.{}", e.subject, e.action.to_lowercase());
        let hears = |h: &webhook::Model| {
            let mut wanted = h.events.split(',').filter(|w| !w.is_empty()).peekable();
            let named = wanted.peek().is_none() || wanted.any(|w| name.starts_with(w));
            named && (h.workstation_id.is_none() || h.workstation_id == e.workstation)
        };
        let mut told = serde_json::Map::new();
        for key in TOLD {
            if let Some(value) = e.detail.get(*key).filter(|v| v.is_string() || v.is_number()) {
                told.insert((*key).to_owned(), value.clone());
            }
        }
        for h in hooks.iter().filter(|h| hears(h)) {
            let body = serde_json::json!({
                "type": name, "timestamp": self.at,
                "data": {"subject": e.subject, "id": e.id, "workstationId": e.workstation, "detail": told},
            });
            let row = outbox::Model {
                id: self.id(),
                webhook_id: h.id,
                event: name.clone(),
                body: body.to_string(),
                at: self.at,
                attempts: 0,
                next_at: Some(self.at),
                delivered_at: None,
                last_error: None,
            };
            row.into_active_model().insert(db).await?;
        }
        Ok(())
    }

    /// Webhooks, the oldest first; nobody's but who administers.
    pub async fn webhooks(&self) -> Result<Vec<webhook::Model>> {
        if self.reach(Action::Administer) != Reach::City {
            return Ok(Vec::new());
        }
        Ok(webhook::Entity::find().order_by_asc(webhook::Column::Id).all(self.store.db()).await?)
    }

    /// The newest deliveries of a webhook; those that failed alone where asked for.
    pub async fn deliveries(&self, id: Uuid, failed: bool, first: u64) -> Result<Vec<outbox::Model>> {
        if self.reach(Action::Administer) != Reach::City {
            return Ok(Vec::new());
        }
        use outbox::Column as C;
        let mut q = outbox::Entity::find().filter(C::WebhookId.eq(id));
        if failed {
            q = q.filter(C::NextAt.is_null()).filter(C::DeliveredAt.is_null());
        }
        Ok(q.order_by_desc(C::Id).limit(Ord::min(first, 100)).all(self.store.db()).await?)
    }

    async fn audit_webhook<C: ConnectionTrait>(
        &self,
        db: &C,
        action: &str,
        id: Uuid,
        reason: Option<String>,
    ) -> Result<()> {
        let event = Event {
            action,
            subject: "webhook",
            id: Some(id),
            workstation: None,
            detail: serde_json::json!({}),
            reason,
        };
        self.audit(db, event).await
    }

    /// Makes a webhook. `secret` is told once and kept sealed.
    pub async fn make_webhook(&self, new: &NewWebhook, secret: &[u8]) -> Result<webhook::Model> {
        self.need_city(Action::Administer)?;
        let url = check_url(&new.url)?;
        let events: Vec<&str> = new.events.iter().map(|e| e.trim()).collect();
        let plain =
            |e: &&str| !e.is_empty() && e.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '.' | '_'));
        if let Some(wrong) = events.iter().find(|e| !plain(e)) {
            let words = format!("事件「{wrong}」不对,应为如 order. 或 order.accept 的小写名称。");
            return Err(Refusal::new("EVENT", words).at("events").into());
        }
        let tx = self.store.begin().await?;
        if let Some(station) = new.workstation {
            self.station(&tx, station).await?;
        }
        let id = self.id();
        let row = webhook::Model {
            id,
            url,
            events: events.join(","),
            workstation_id: new.workstation,
            sealed: self.seal(id.as_bytes(), secret)?,
            made_at: self.at,
            ended_at: None,
            version: 1,
        };
        // It hears what comes after it.
        self.audit_webhook(&tx, "MAKE", id, None).await?;
        let row = row.into_active_model().insert(&tx).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// Ends a webhook: it is told nothing more, not even what waits.
    pub async fn end_webhook(&self, id: Uuid, expected: i32, reason: &str) -> Result<webhook::Model> {
        self.need_city(Action::Administer)?;
        let reason = domain::refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let row = webhook::Entity::find_by_id(id).one(&tx).await?.ok_or(Error::NotFound("webhook"))?;
        same_version(expected, row.version, vec!["endedAt"])?;
        let mut row = row.into_active_model();
        row.ended_at = Set(Some(self.at));
        row.version = Set(expected + 1);
        let row = row.update(&tx).await?;
        outbox::Entity::update_many()
            .col_expr(outbox::Column::NextAt, Expr::value(None::<DateTime<Utc>>))
            .filter(outbox::Column::WebhookId.eq(id))
            .filter(outbox::Column::NextAt.is_not_null())
            .exec(&tx)
            .await?;
        self.audit_webhook(&tx, "END", id, Some(reason)).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// Puts what has failed on its way again, under its old ids.
    pub async fn resend(&self, id: Uuid, expected: i32) -> Result<webhook::Model> {
        self.need_city(Action::Administer)?;
        let tx = self.store.begin().await?;
        let row = webhook::Entity::find_by_id(id).one(&tx).await?.ok_or(Error::NotFound("webhook"))?;
        same_version(expected, row.version, vec!["version"])?;
        if row.ended_at.is_some() {
            return Err(Refusal::new("WEBHOOK_ENDED", "该 webhook 已停用,请新建一个。").into());
        }
        outbox::Entity::update_many()
            .col_expr(outbox::Column::NextAt, Expr::value(self.at))
            .col_expr(outbox::Column::Attempts, Expr::value(0))
            .filter(outbox::Column::WebhookId.eq(id))
            .filter(outbox::Column::NextAt.is_null())
            .filter(outbox::Column::DeliveredAt.is_null())
            .exec(&tx)
            .await?;
        self.audit_webhook(&tx, "RESEND", id, None).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// Takes what is to be sent now, the oldest first. What is taken and not heard of again is due once more.
    pub async fn due_deliveries(&self, most: u64) -> Result<Vec<Delivery>> {
        use outbox::Column as C;
        self.need_city(Action::Administer)?;
        let due = || outbox::Entity::find().filter(C::NextAt.lte(self.at));
        if due().limit(1).one(self.store.db()).await?.is_none() {
            return Ok(Vec::new());
        }
        let tx = self.store.begin().await?;
        let rows = due().order_by_asc(C::NextAt).order_by_asc(C::Id).limit(most).all(&tx).await?;
        let hooks: HashMap<Uuid, webhook::Model> = webhook::Entity::find()
            .filter(webhook::Column::Id.is_in(rows.iter().map(|r| r.webhook_id)))
            .all(&tx)
            .await?
            .into_iter()
            .map(|h| (h.id, h))
            .collect();
        outbox::Entity::update_many()
            .col_expr(C::NextAt, Expr::value(self.at + Duration::seconds(LEASE)))
            .col_expr(C::Attempts, Expr::col(C::Attempts).add(1))
            .filter(C::Id.is_in(rows.iter().map(|r| r.id)))
            .exec(&tx)
            .await?;
        // Nothing that anybody reads has changed: the mark stays where it is.
        tx.commit().await?;
        let mut taken = Vec::with_capacity(rows.len());
        for r in rows {
            let Some(h) = hooks.get(&r.webhook_id) else { continue };
            let secret = self.unseal(h.id.as_bytes(), &h.sealed)?;
            taken.push(Delivery { id: r.id, url: h.url.clone(), secret, body: r.body });
        }
        Ok(taken)
    }

    /// Writes down what became of a delivery: arrived, or why not and when it is tried next.
    pub async fn delivered(&self, id: Uuid, error: Option<&str>) -> Result<()> {
        self.need_city(Action::Administer)?;
        let tx = self.store.begin().await?;
        let row = outbox::Entity::find_by_id(id).one(&tx).await?.ok_or(Error::NotFound("投递"))?;
        // Ended in the meantime.
        let open = row.next_at.is_some();
        let wait = RETRIES.get(Ord::max(row.attempts, 1) as usize - 1).filter(|_| open);
        let mut row = row.into_active_model();
        match error {
            None => {
                row.delivered_at = Set(Some(self.at));
                row.next_at = Set(None);
                row.last_error = Set(None);
            }
            Some(why) => {
                row.next_at = Set(wait.map(|s| self.at + Duration::seconds(*s)));
                row.last_error = Set(Some(why.chars().take(200).collect()));
            }
        }
        row.update(&tx).await?;
        Ok(tx.commit().await?)
    }
}

#[cfg(test)]
mod tests {
    use super::check_url;

    #[test]
    fn nothing_leaves_the_machine_in_the_clear() {
        for good in
            ["https://example.org/hook", "http://127.0.0.1:9000/x", "http://localhost/x", "http://[::1]:80/"]
        {
            assert!(check_url(good).is_ok(), "{good}");
        }
        for bad in [
            "http://example.org/",
            "ftp://x/",
            "https://",
            "https://a:b@example.org/",
            "http://localhost.example.org/",
            "https://a b/",
        ] {
            assert!(check_url(bad).is_err(), "{bad}");
        }
    }
}
