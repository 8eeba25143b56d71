//! Topics (归并), and what requesters of merged needs are told.

use super::desk;
use super::error::Outside;
use super::loaders::{NeedsOfTopic, StationById, load};
use super::need::Need;
use super::node::{id, kind, uuid};
use super::payload::{Payload, payload};
use super::workstation::Workstation;
use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::NaiveDate;
use store::row;
use uuid::Uuid;

/// A topic to which needs of the same matter are brought together (归并); each stays what it is.
pub(super) struct Topic(pub row::Topic);

/// A topic to which needs of the same matter are brought together (归并); each stays what it is.
#[Object]
impl Topic {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::TOPIC, self.0.id)
    }
    /// Number, such as `XC-015-2026-T-0001`.
    async fn number(&self) -> &str {
        &self.0.number
    }
    /// What it is about.
    async fn title(&self) -> &str {
        &self.0.title
    }
    /// The station that leads it.
    async fn workstation(&self, ctx: &Context<'_>) -> Result<Option<Workstation>> {
        Ok(load(ctx, StationById(self.0.workstation_id)).await?.map(Workstation))
    }
    /// Its needs, by number; clues that grew from them are theirs.
    #[graphql(complexity = "20 * child_complexity")]
    async fn needs(&self, ctx: &Context<'_>) -> Result<Vec<Need>> {
        Ok(load(ctx, NeedsOfTopic(self.0.id)).await?.unwrap_or_default().into_iter().map(Need).collect())
    }
    /// Version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// What a requester was told at the end of a need.
pub(super) struct RequesterAnswer(pub row::RequesterAnswer);

/// What a requester was told at the end of a need.
#[Object]
impl RequesterAnswer {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::ANSWER, self.0.id)
    }
    /// Day.
    async fn told_on(&self) -> NaiveDate {
        self.0.told_on
    }
    /// How.
    async fn channel(&self) -> &str {
        &self.0.channel
    }
    /// What.
    async fn words(&self) -> &str {
        &self.0.words
    }
}

#[derive(Default)]
pub(super) struct TopicQuery;

#[Object]
impl TopicQuery {
    /// Topics (归并) of a year that the viewer may see, by number.
    #[graphql(complexity = "50 * child_complexity")]
    async fn topics(&self, ctx: &Context<'_>, #[graphql(desc = "Year.")] year: i32) -> Result<Vec<Topic>> {
        Ok(desk(ctx).topics(year).await.out(ctx)?.into_iter().map(Topic).collect())
    }
}

/// A topic to be made.
#[derive(InputObject)]
pub(super) struct MakeTopicInput {
    /// The station that leads it.
    workstation_id: ID,
    /// Year.
    year: i32,
    /// What it is about.
    title: String,
    /// Needs of the same matter, of one station or several that the viewer decides for.
    need_ids: Vec<ID>,
}

/// A topic to be changed.
#[derive(InputObject)]
pub(super) struct ChangeTopicInput {
    /// The topic.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Further needs.
    #[graphql(default)]
    add_ids: Vec<ID>,
    /// Needs that do not belong there.
    #[graphql(default)]
    remove_ids: Vec<ID>,
    /// Why they do not.
    reason: Option<String>,
}

/// What a requester was told.
#[derive(InputObject)]
pub(super) struct AnswerRequesterInput {
    /// The need.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// How: by telephone, at the door, …
    channel: String,
    /// What.
    words: String,
}

fn needs(ids: &[ID], path: &'static str) -> store::Result<Vec<Uuid>> {
    ids.iter().map(|n| uuid(kind::NEED, n, path)).collect()
}

#[derive(Default)]
pub(super) struct TopicMutation;

#[Object]
impl TopicMutation {
    /// Brings needs of the same matter together under a topic (归并). Each stays what it is, with its requester.
    async fn make_topic(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What, and which needs.")] input: MakeTopicInput,
    ) -> Result<Payload<Topic>> {
        let answer = async {
            let station = uuid(kind::STATION, &input.workstation_id, "workstationId")?;
            let needs = needs(&input.need_ids, "needIds")?;
            desk(ctx).make_topic(station, input.year, &input.title, &needs).await
        };
        payload(ctx, answer.await, Topic)
    }

    /// Brings further needs under a topic, or takes some away and says why.
    async fn change_topic(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: ChangeTopicInput,
    ) -> Result<Payload<Topic>> {
        let answer = async {
            let id = uuid(kind::TOPIC, &input.id, "id")?;
            let (add, remove) = (needs(&input.add_ids, "addIds")?, needs(&input.remove_ids, "removeIds")?);
            desk(ctx).change_topic(id, input.expected_version, &add, &remove, input.reason.as_deref()).await
        };
        payload(ctx, answer.await, Topic)
    }

    /// Records what the requester of a need was told at its end; each requester of merged needs gets an answer.
    async fn answer_requester(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was told.")] input: AnswerRequesterInput,
    ) -> Result<Payload<Need>> {
        let answer = async {
            let id = uuid(kind::NEED, &input.id, "id")?;
            desk(ctx).answer_requester(id, input.expected_version, &input.channel, &input.words).await
        };
        payload(ctx, answer.await, Need)
    }
}
