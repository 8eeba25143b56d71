//! What is done with orders (单): from 开单 to 回访.

use super::desk;
use super::node::{kind, uuid};
use super::order::Order;
use super::payload::{Payload, payload};
use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::NaiveDate;
use domain::{DeclineReason, DutyForm, FeedbackBy, Measure, Rating, Refusal, Solved};
use store::{FeedbackInput, Lead, OutcomeInput};

/// An order to be opened.
#[derive(InputObject)]
pub(super) struct IssueOrderInput {
    /// The need: on a list, covered, or to be covered by the one resource that is asked.
    need_id: ID,
    /// Form for a need that is on no list [微服务].
    form: Option<DutyForm>,
    /// Day by which it is to be resolved.
    due_by: Option<NaiveDate>,
}

/// To whom an order is offered: by a match, or by a resource in a quarter.
#[derive(InputObject)]
pub(super) struct DispatchOrderInput {
    /// The order.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// A match of the need: one that is confirmed, or a suggestion.
    match_id: Option<ID>,
    /// A resource, where there is no match yet.
    resource_id: Option<ID>,
    /// Quarter for the resource, 1 to 4.
    quarter: Option<i32>,
    /// Why a pair that was declined or lapsed this year is asked again all the same.
    again: Option<String>,
}

/// An order and the version that was read.
#[derive(InputObject)]
pub(super) struct OrderStepInput {
    /// The order.
    id: ID,
    /// Version that was read.
    expected_version: i32,
}

/// An order, the version that was read, and why.
#[derive(InputObject)]
pub(super) struct OrderReasonInput {
    /// The order.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Why.
    reason: String,
}

/// A member's no.
#[derive(InputObject)]
pub(super) struct DeclineOrderInput {
    /// The order.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Why, from the list.
    reason: DeclineReason,
    /// Why, in own words; required for 其他.
    #[graphql(default)]
    note: String,
}

/// The convener's answer to a member who wants to give an order back.
#[derive(InputObject)]
pub(super) struct AnswerReturnInput {
    /// The order.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Whether the convener agrees.
    allow: bool,
    /// Why.
    reason: String,
}

/// What is to be done.
#[derive(InputObject)]
pub(super) struct PlanOrderInput {
    /// The order.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// What is to be done.
    plan: String,
    /// By when.
    due_by: Option<NaiveDate>,
}

/// A counted part of an outcome.
#[derive(InputObject)]
pub(super) struct QuantityInput {
    /// What is counted.
    measure: Measure,
    /// How many before.
    before: Option<i32>,
    /// How many, not below zero.
    amount: i32,
    /// Unit, such as 户, 人, 平方米.
    unit: String,
}

/// What came out of an order.
#[derive(InputObject)]
pub(super) struct ResolveOrderInput {
    /// The order.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Day, not before 接单 and not in the future.
    resolved_on: NaiveDate,
    /// In words.
    outcome: String,
    /// What shows it.
    evidence: String,
    /// Counted.
    #[graphql(default)]
    quantities: Vec<QuantityInput>,
}

/// The requester's word, or a try to get it.
#[derive(InputObject)]
pub(super) struct RateOrderInput {
    /// The order.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Who gives it.
    by: FeedbackBy,
    /// How: 电话, 上门, …
    channel: String,
    /// The word; `NOT_RATED` where nobody was reached.
    rating: Rating,
    /// Whether it is solved; required where there is a word.
    solved: Option<Solved>,
    /// In words; required where the requester is not satisfied.
    words: Option<String>,
}

/// The members who help with an order.
#[derive(InputObject)]
pub(super) struct NameCoMembersInput {
    /// The order.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// All of them, ten at most; empty: nobody.
    member_ids: Vec<ID>,
}

#[derive(Default)]
pub(super) struct OrderMutation;

#[Object]
impl OrderMutation {
    /// Opens an order for a need (开单). A need has one live order.
    async fn issue_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For what.")] input: IssueOrderInput,
    ) -> Result<Payload<Order>> {
        let answer = async {
            let need = uuid(kind::NEED, &input.need_id, "needId")?;
            desk(ctx).issue_order(need, input.form, input.due_by).await
        };
        payload(ctx, answer.await, Order)
    }

    /// Offers an order to a member (派单). The answer is due within five working days, or as many as the office says.
    async fn dispatch_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To whom.")] input: DispatchOrderInput,
    ) -> Result<Payload<Order>> {
        let answer = async {
            let id = uuid(kind::ORDER, &input.id, "id")?;
            let lead = match (&input.match_id, &input.resource_id) {
                (Some(m), None) => Lead::Match(uuid(kind::MATCH, m, "matchId")?),
                (None, Some(r)) => Lead::Resource {
                    resource: uuid(kind::RESOURCE, r, "resourceId")?,
                    quarter: input.quarter.unwrap_or(0),
                    again: input.again,
                },
                _ => {
                    let words = "请给出匹配或资源之一:matchId,或 resourceId 与 quarter。";
                    return Err(Refusal::new("LEAD", words).at("matchId").into());
                }
            };
            desk(ctx).dispatch_order(id, input.expected_version, lead).await
        };
        payload(ctx, answer.await, Order)
    }

    /// Names the members who help with the order (协办委员), in place of those who were named before; who has a confirmed
    /// match of his own stays. It is in their ledgers as 协办 when it is closed.
    async fn name_co_members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] input: NameCoMembersInput,
    ) -> Result<Payload<Order>> {
        let answer = async {
            let id = uuid(kind::ORDER, &input.id, "id")?;
            let members: Vec<_> = input
                .member_ids
                .iter()
                .map(|m| uuid(kind::MEMBER, m, "memberIds"))
                .collect::<store::Result<_>>()?;
            desk(ctx).name_co_members(id, input.expected_version, &members).await
        };
        payload(ctx, answer.await, Order)
    }

    /// The member takes the order (接单), or a clerk records it.
    async fn accept_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: OrderStepInput,
    ) -> Result<Payload<Order>> {
        let answer = async {
            desk(ctx).accept_order(uuid(kind::ORDER, &input.id, "id")?, input.expected_version).await
        };
        payload(ctx, answer.await, Order)
    }

    /// The member declines the order (退单): capacity is free again, and the next best candidate is suggested.
    async fn decline_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: DeclineOrderInput,
    ) -> Result<Payload<Order>> {
        let answer = async {
            let id = uuid(kind::ORDER, &input.id, "id")?;
            desk(ctx).decline_order(id, input.expected_version, input.reason, &input.note).await
        };
        payload(ctx, answer.await, Order)
    }

    /// The member asks to give an accepted order back; the convener decides with `answerReturn`.
    async fn ask_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: OrderReasonInput,
    ) -> Result<Payload<Order>> {
        let answer = async {
            let id = uuid(kind::ORDER, &input.id, "id")?;
            desk(ctx).ask_return(id, input.expected_version, &input.reason).await
        };
        payload(ctx, answer.await, Order)
    }

    /// The convener agrees that an order is given back, or not.
    async fn answer_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and what.")] input: AnswerReturnInput,
    ) -> Result<Payload<Order>> {
        let answer = async {
            let id = uuid(kind::ORDER, &input.id, "id")?;
            desk(ctx).answer_return(id, input.expected_version, input.allow, &input.reason).await
        };
        payload(ctx, answer.await, Order)
    }

    /// Takes an order from its member for another (改派); dispatch it anew afterwards.
    async fn reassign_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: OrderReasonInput,
    ) -> Result<Payload<Order>> {
        let answer = async {
            let id = uuid(kind::ORDER, &input.id, "id")?;
            desk(ctx).reassign_order(id, input.expected_version, &input.reason).await
        };
        payload(ctx, answer.await, Order)
    }

    /// Says that a pure service needs no consultation, and why.
    async fn waive_consultation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: OrderReasonInput,
    ) -> Result<Payload<Order>> {
        let answer = async {
            let id = uuid(kind::ORDER, &input.id, "id")?;
            desk(ctx).waive_consultation(id, input.expected_version, &input.reason).await
        };
        payload(ctx, answer.await, Order)
    }

    /// Writes down what is to be done, and by when (形成方案).
    async fn plan_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What.")] input: PlanOrderInput,
    ) -> Result<Payload<Order>> {
        let answer = async {
            let id = uuid(kind::ORDER, &input.id, "id")?;
            desk(ctx).plan_order(id, input.expected_version, &input.plan, input.due_by).await
        };
        payload(ctx, answer.await, Order)
    }

    /// The work begins (办理).
    async fn start_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: OrderStepInput,
    ) -> Result<Payload<Order>> {
        let answer = async {
            desk(ctx).start_order(uuid(kind::ORDER, &input.id, "id")?, input.expected_version).await
        };
        payload(ctx, answer.await, Order)
    }

    /// Rests an order that waits on season, permit or works (暂停); the days do not count.
    async fn suspend_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: OrderReasonInput,
    ) -> Result<Payload<Order>> {
        let answer = async {
            let id = uuid(kind::ORDER, &input.id, "id")?;
            desk(ctx).suspend_order(id, input.expected_version, &input.reason).await
        };
        payload(ctx, answer.await, Order)
    }

    /// Takes it up again (恢复); its deadline moves by the working days that it rested.
    async fn resume_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: OrderStepInput,
    ) -> Result<Payload<Order>> {
        let answer = async {
            desk(ctx).resume_order(uuid(kind::ORDER, &input.id, "id")?, input.expected_version).await
        };
        payload(ctx, answer.await, Order)
    }

    /// Solves an order with what came out of it (解单); the requester is asked afterwards.
    async fn resolve_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What came out.")] input: ResolveOrderInput,
    ) -> Result<Payload<Order>> {
        let answer = async {
            let id = uuid(kind::ORDER, &input.id, "id")?;
            let quantity = |q: QuantityInput| (q.measure, q.before, q.amount, q.unit);
            let outcome = OutcomeInput {
                resolved_on: input.resolved_on,
                outcome: input.outcome,
                evidence: input.evidence,
                quantities: input.quantities.into_iter().map(quantity).collect(),
            };
            desk(ctx).resolve_order(id, input.expected_version, &outcome).await
        };
        payload(ctx, answer.await, Order)
    }

    /// Records the requester's word, or a try to get it (回访). Never by somebody who did the work.
    async fn rate_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was said.")] input: RateOrderInput,
    ) -> Result<Payload<Order>> {
        let answer = async {
            let id = uuid(kind::ORDER, &input.id, "id")?;
            let said = FeedbackInput {
                given_by: input.by,
                channel: input.channel,
                rating: input.rating,
                solved: input.solved,
                words: input.words,
            };
            desk(ctx).rate_order(id, input.expected_version, &said).await
        };
        payload(ctx, answer.await, Order)
    }

    /// Cancels an order (取消): final.
    async fn cancel_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: OrderReasonInput,
    ) -> Result<Payload<Order>> {
        let answer = async {
            let id = uuid(kind::ORDER, &input.id, "id")?;
            desk(ctx).cancel_order(id, input.expected_version, &input.reason).await
        };
        payload(ctx, answer.await, Order)
    }
}
