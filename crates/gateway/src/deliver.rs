//! Sends what stands in the outbox, as long as it is served: signed after the Standard Webhooks specification, again and
//! again until it arrives or the store gives up.

use crate::Clock;
use std::time::Duration;
use store::{Delivery, Store, Viewer};
use uuid::Uuid;

/// How often the outbox is looked at.
const TURN: Duration = Duration::from_secs(1);
/// Deliveries at once.
const MOST: u64 = 8;
/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// The id of a message as its receiver sees it.
pub(crate) fn message_id(id: Uuid) -> String {
    format!("msg_{}", id.simple())
}

/// Sends what is due, turn by turn.
pub(crate) async fn deliver(store: Store, clock: Clock) {
    let mut turn = tokio::time::interval(TURN);
    loop {
        turn.tick().await;
        let due = match store.on_behalf_of(Viewer::command(), clock()).due_deliveries(MOST).await {
            Ok(due) => due,
            Err(error) => {
                tracing::error!(%error, "the outbox cannot be read");
                continue;
            }
        };
        let at = clock().timestamp();
        let sent = due.into_iter().map(|d| {
            let id = d.id;
            let sending = tokio::task::spawn_blocking(move || send(&d, at));
            async move { (id, sending.await.unwrap_or_else(|e| Err(format!("cut short: {e}")))) }
        });
        for (id, outcome) in futures_util::future::join_all(sent).await {
            if let Err(why) = &outcome {
                tracing::warn!(message = message_id(id), why, "not delivered");
            }
            let desk = store.on_behalf_of(Viewer::command(), clock());
            if let Err(error) = desk.delivered(id, outcome.err().as_deref()).await {
                // It is due again when its lease is over.
                tracing::error!(%error, "a delivery cannot be written down");
            }
        }
    }
}

/// Sends one message; the address is never in what is said of it.
fn send(d: &Delivery, at: i64) -> Result<(), String> {
    let id = message_id(d.id);
    let signer = standardwebhooks::Webhook::from_bytes(d.secret.clone()).map_err(|e| e.to_string())?;
    let signature = signer.sign(&id, at, d.body.as_bytes()).map_err(|e| e.to_string())?;
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        // A receiver elsewhere is not the one that was entered.
        .max_redirects(0)
        .http_status_as_error(false)
        .build()
        .into();
    let answer = agent
        .post(&d.url)
        .header("content-type", "application/json")
        .header("webhook-id", &id)
        .header("webhook-timestamp", at.to_string())
        .header("webhook-signature", signature)
        .send(&d.body);
    match answer {
        Ok(a) if a.status().is_success() => Ok(()),
        Ok(a) => Err(format!("status {}", a.status().as_u16())),
        Err(ureq::Error::Timeout(_)) => Err("no answer in time".to_owned()),
        Err(_) => Err("not reached".to_owned()),
    }
}
