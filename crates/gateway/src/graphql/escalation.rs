//! Needs without resource: the ladder, and proposal clues (提案线索).

use super::desk;
use super::error::Outside;
use super::loaders::{NeedById, PersonName, load};
use super::need::Need;
use super::node::{id, kind, uuid};
use super::payload::{Payload, payload};
use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::NaiveDate;
use domain::{ClueStatus, LadderAnswer, LadderStep, ReferralTarget, ResultClass};
use store::{ClueNews, row};

/// A step of the ladder of a need without resource.
pub(super) struct EscalationStep(pub row::LadderStep);

/// A step of the ladder of a need without resource.
#[Object]
impl EscalationStep {
    /// Which.
    async fn step(&self) -> LadderStep {
        self.0.step
    }
    /// Who is in charge, of a referral.
    async fn target(&self) -> Option<ReferralTarget> {
        self.0.target
    }
    /// Name of the unit.
    async fn unit(&self) -> Option<&str> {
        self.0.unit.as_deref()
    }
    /// Day.
    async fn asked_on(&self) -> NaiveDate {
        self.0.asked_on
    }
    /// Day of the answer.
    async fn answered_on(&self) -> Option<NaiveDate> {
        self.0.answered_on
    }
    /// The answer; null while it is waited for.
    async fn answer(&self) -> Option<LadderAnswer> {
        self.0.answer
    }
    /// What the requester is told.
    async fn words(&self) -> Option<&str> {
        self.0.words.as_deref()
    }
}

/// A proposal clue (提案线索).
pub(super) struct Clue(pub row::Clue);

/// A proposal clue (提案线索).
#[Object]
impl Clue {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::CLUE, self.0.id)
    }
    /// Number, such as `XC-015-2026-C-0003`.
    async fn number(&self) -> &str {
        &self.0.number
    }
    /// The need that it grew from.
    async fn need(&self, ctx: &Context<'_>) -> Result<Option<Need>> {
        Ok(load(ctx, NeedById(self.0.need_id)).await?.map(Need))
    }
    /// Who gave it.
    async fn giver(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        load(ctx, PersonName(self.0.person_id)).await
    }
    /// Text.
    async fn text(&self) -> &str {
        &self.0.body
    }
    /// Where it stands.
    async fn status(&self) -> ClueStatus {
        self.0.status
    }
    /// Day on which it was handed in.
    async fn submitted_on(&self) -> NaiveDate {
        self.0.submitted_on
    }
    /// Number of the proposal that it became.
    async fn proposal_number(&self) -> Option<&str> {
        self.0.proposal_number.as_deref()
    }
    /// How the proposal was answered.
    async fn result_class(&self) -> Option<ResultClass> {
        self.0.result_class
    }
    /// The reply.
    async fn reply(&self) -> Option<&str> {
        self.0.reply.as_deref()
    }
    /// Why it was not adopted or not filed.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
    /// Version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

#[derive(Default)]
pub(super) struct EscalationQuery;

#[Object]
impl EscalationQuery {
    /// Proposal clues of a year that the viewer may see, by number.
    #[graphql(complexity = "200 * child_complexity")]
    async fn clues(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Year.")] year: i32,
        #[graphql(desc = "State.")] status: Option<ClueStatus>,
    ) -> Result<Vec<Clue>> {
        Ok(desk(ctx).clues(year, status).await.out(ctx)?.into_iter().map(Clue).collect())
    }
}

/// A step of the ladder to be taken.
#[derive(InputObject)]
pub(super) struct EscalateNeedInput {
    /// The need.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Which step; the ladder goes up: 片区, 旗县区, 共建单位, 转办.
    step: LadderStep,
    /// Who is in charge; required for a referral.
    target: Option<ReferralTarget>,
    /// Name of the unit.
    unit: Option<String>,
}

/// The answer to the step that is open.
#[derive(InputObject)]
pub(super) struct AnswerStepInput {
    /// The need.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// The answer.
    answer: LadderAnswer,
    /// What the requester is told.
    words: String,
}

/// A clue to be handed in.
#[derive(InputObject)]
pub(super) struct SubmitClueInput {
    /// The need.
    id: ID,
    /// Version of the need that was read.
    expected_version: i32,
    /// One matter, 20 to 500 characters, nothing personal.
    text: String,
}

/// What became of a clue.
#[derive(InputObject)]
pub(super) struct FollowClueInput {
    /// The clue.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Where it stands now.
    status: ClueStatus,
    /// Number of the proposal; required where it was filed.
    proposal_number: Option<String>,
    /// How it was answered; required with the reply.
    result_class: Option<ResultClass>,
    /// The reply.
    reply: Option<String>,
    /// Why it was not adopted or not filed.
    reason: Option<String>,
}

#[derive(Default)]
pub(super) struct EscalationMutation;

#[Object]
impl EscalationMutation {
    /// Takes a step of the ladder for a need that nobody has a resource for (提级).
    async fn escalate_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which step.")] input: EscalateNeedInput,
    ) -> Result<Payload<Need>> {
        let answer = async {
            let id = uuid(kind::NEED, &input.id, "id")?;
            let unit = input.unit.as_deref();
            desk(ctx).escalate(id, input.expected_version, input.step, input.target, unit).await
        };
        payload(ctx, answer.await, Need)
    }

    /// Records the answer to the step that is open, with what the requester is told.
    async fn answer_step(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was answered.")] input: AnswerStepInput,
    ) -> Result<Payload<Need>> {
        let answer = async {
            let id = uuid(kind::NEED, &input.id, "id")?;
            desk(ctx).answer_step(id, input.expected_version, input.answer, &input.words).await
        };
        payload(ctx, answer.await, Need)
    }

    /// Hands in a proposal clue that grows from a need. Its text is checked; every fault is said at once.
    async fn submit_clue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What.")] input: SubmitClueInput,
    ) -> Result<Payload<Clue>> {
        let answer = async {
            let id = uuid(kind::NEED, &input.id, "id")?;
            desk(ctx).submit_clue(id, input.expected_version, &input.text).await
        };
        payload(ctx, answer.await, Clue)
    }

    /// Records what became of a clue: filed with its number, answered with its class, or not. A reply closes the need.
    async fn follow_clue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What became of it.")] input: FollowClueInput,
    ) -> Result<Payload<Clue>> {
        let answer = async {
            let id = uuid(kind::CLUE, &input.id, "id")?;
            let news = ClueNews {
                status: input.status,
                proposal_number: input.proposal_number,
                result_class: input.result_class,
                reply: input.reply,
                reason: input.reason,
            };
            desk(ctx).follow_clue(id, input.expected_version, &news).await
        };
        payload(ctx, answer.await, Clue)
    }
}
