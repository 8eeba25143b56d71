//! Webhooks: who is told of changes over HTTP.

use super::desk;
use super::error::Outside;
use super::loaders::{StationById, load};
use super::node::{id, kind, uuid, uuid_opt};
use super::payload::{Payload, payload};
use super::workstation::Workstation;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use base64::Engine;
use chrono::{DateTime, Utc};
use store::{NewWebhook, row};

/// Whoever is told of changes over HTTP, signed after the Standard Webhooks specification.
#[derive(Clone)]
pub(super) struct Webhook(pub row::Webhook);

/// What a webhook was told, or is to be told.
pub(super) struct Delivery(row::Outgoing);

/// Whoever is told of changes over HTTP, signed after the Standard Webhooks specification.
#[Object]
impl Webhook {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::WEBHOOK, self.0.id)
    }
    /// Address.
    async fn url(&self) -> &str {
        &self.0.url
    }
    /// Beginnings of the names of events that it hears; empty: all.
    async fn events(&self) -> Vec<&str> {
        self.0.events.split(',').filter(|e| !e.is_empty()).collect()
    }
    /// The one station whose events it hears; null: the whole city's.
    async fn workstation(&self, ctx: &Context<'_>) -> Result<Option<Workstation>> {
        let Some(station) = self.0.workstation_id else { return Ok(None) };
        Ok(load(ctx, StationById(station)).await?.map(Workstation))
    }
    /// When it was made.
    async fn made_at(&self) -> DateTime<Utc> {
        self.0.made_at
    }
    /// When it was ended; null while it is told.
    async fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.0.ended_at
    }
    /// Version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// What it was told and is to be told, the newest first.
    #[graphql(complexity = "200 + first as usize * child_complexity")]
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those alone that have failed for good.", default)] failed: bool,
        #[graphql(desc = "How many, 100 at most.", default = 20, validator(maximum = 100))] first: u32,
    ) -> Result<Vec<Delivery>> {
        let rows = desk(ctx).deliveries(self.0.id, failed, u64::from(first)).await.out(ctx)?;
        Ok(rows.into_iter().map(Delivery).collect())
    }
}

/// What a webhook was told, or is to be told.
#[Object]
impl Delivery {
    /// Its `webhook-id`: the same at every try.
    async fn message_id(&self) -> String {
        crate::deliver::message_id(self.0.id)
    }
    /// Name of the event, such as `order.accept`.
    async fn event(&self) -> &str {
        &self.0.event
    }
    /// When it happened.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }
    /// How often it was tried.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }
    /// When it is tried next; null at its end.
    async fn next_at(&self) -> Option<DateTime<Utc>> {
        self.0.next_at
    }
    /// When it arrived.
    async fn delivered_at(&self) -> Option<DateTime<Utc>> {
        self.0.delivered_at
    }
    /// What went wrong last.
    async fn last_error(&self) -> Option<&str> {
        self.0.last_error.as_deref()
    }
}

#[derive(Default)]
pub(super) struct WebhookQuery;

#[Object]
impl WebhookQuery {
    /// Webhooks, the oldest first; for who administers the city.
    #[graphql(complexity = "20 * child_complexity")]
    async fn webhooks(&self, ctx: &Context<'_>) -> Result<Vec<Webhook>> {
        Ok(desk(ctx).webhooks().await.out(ctx)?.into_iter().map(Webhook).collect())
    }
}

/// A webhook with its secret, which is told this once.
#[derive(SimpleObject)]
pub(super) struct WebhookSecret {
    /// The webhook.
    webhook: Webhook,
    /// What it checks signatures with: `whsec_` and base64. Nobody can read it again.
    secret: String,
}

/// A webhook to be made.
#[derive(InputObject)]
pub(super) struct MakeWebhookInput {
    /// Address: https, or http on the same machine.
    url: String,
    /// Beginnings of the names of events that it hears, such as `order.` or `need.submit` [all].
    #[graphql(default)]
    events: Vec<String>,
    /// The one station whose events it hears [the whole city].
    workstation_id: Option<ID>,
}

/// A webhook to be ended.
#[derive(InputObject)]
pub(super) struct EndWebhookInput {
    /// The webhook.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Why.
    reason: String,
}

/// A webhook whose failed deliveries are sent again.
#[derive(InputObject)]
pub(super) struct ResendDeliveriesInput {
    /// The webhook.
    id: ID,
    /// Version that was read.
    expected_version: i32,
}

/// Bytes of a secret: the specification asks for 24 to 64.
const SECRET: usize = 32;

#[derive(Default)]
pub(super) struct WebhookMutation;

#[Object]
impl WebhookMutation {
    /// Makes a webhook; its secret is in the answer and nowhere else.
    async fn make_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where, and what it hears.")] input: MakeWebhookInput,
    ) -> Result<Payload<WebhookSecret>> {
        let mut secret = [0u8; SECRET];
        let answer = async {
            getrandom::fill(&mut secret).map_err(|e| store::Error::Fault(format!("random: {e}")))?;
            let station = uuid_opt(kind::STATION, input.workstation_id.as_ref(), "workstationId")?;
            let new = NewWebhook { url: input.url, events: input.events, workstation: station };
            desk(ctx).make_webhook(&new, &secret).await
        };
        let answer = answer.await;
        payload(ctx, answer, |row| WebhookSecret {
            webhook: Webhook(row),
            secret: format!("whsec_{}", base64::engine::general_purpose::STANDARD.encode(secret)),
        })
    }

    /// Ends a webhook: it is told nothing more.
    async fn end_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: EndWebhookInput,
    ) -> Result<Payload<Webhook>> {
        let answer = async {
            let id = uuid(kind::WEBHOOK, &input.id, "id")?;
            desk(ctx).end_webhook(id, input.expected_version, &input.reason).await
        };
        payload(ctx, answer.await, Webhook)
    }

    /// Sends what has failed for good once more, under its old ids.
    async fn resend_deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose.")] input: ResendDeliveriesInput,
    ) -> Result<Payload<Webhook>> {
        let answer = async {
            let id = uuid(kind::WEBHOOK, &input.id, "id")?;
            desk(ctx).resend(id, input.expected_version).await
        };
        payload(ctx, answer.await, Webhook)
    }
}
