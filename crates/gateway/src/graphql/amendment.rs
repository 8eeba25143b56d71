//! Amendments (修订): how a published list changes.

use super::desk;
use super::duty_item::DutyItem;
use super::loaders::{AmendmentChangesOf, AmendmentSignaturesOf, ItemById, NeedById, PersonName, load};
use super::need::Need;
use super::node::{id, kind, uuid};
use super::payload::{Payload, payload};
use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result};
use chrono::{DateTime, Utc};
use domain::{AmendmentStatus, ChangeKind, ConvenerSeat, DutyForm};
use store::{ItemChange, ListChange, row};

/// An amendment of a published list. The list stays as it is until both seats have signed.
pub(super) struct Amendment(pub row::Amendment);

/// One change within an amendment.
pub(super) struct AmendmentChange(row::AmendmentChange);

/// A signature under an amendment.
pub(super) struct AmendmentSignature(row::AmendmentApproval);

/// A signature under an amendment.
#[Object]
impl AmendmentSignature {
    /// The seat.
    async fn seat(&self) -> ConvenerSeat {
        self.0.seat
    }
    /// Who signed.
    async fn name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        load(ctx, PersonName(self.0.person_id)).await
    }
    /// When.
    async fn signed_at(&self) -> DateTime<Utc> {
        self.0.signed_at
    }
}

/// One change within an amendment.
#[Object]
impl AmendmentChange {
    /// Global id.
    async fn id(&self) -> ID {
        id(kind::CHANGE, self.0.id)
    }
    /// What kind.
    async fn kind(&self) -> ChangeKind {
        self.0.kind
    }
    /// The item that changes; null where a need is added.
    async fn item(&self, ctx: &Context<'_>) -> Result<Option<DutyItem>> {
        let Some(item) = self.0.item_id else { return Ok(None) };
        Ok(load(ctx, ItemById(item)).await?.map(DutyItem::from))
    }
    /// The need that is added.
    async fn need(&self, ctx: &Context<'_>) -> Result<Option<Need>> {
        let Some(need) = self.0.need_id else { return Ok(None) };
        Ok(load(ctx, NeedById(need)).await?.map(Need))
    }
    /// New values of the item as JSON: title, form, quarter, expected_result, partners.
    async fn detail(&self) -> &str {
        &self.0.detail
    }
    /// Why.
    async fn reason(&self) -> &str {
        &self.0.reason
    }
}

/// An amendment of a published list. The list stays as it is until both seats have signed.
#[Object]
impl Amendment {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::AMENDMENT, self.0.id)
    }
    /// Edition that it changes.
    async fn from_edition(&self) -> i32 {
        self.0.from_edition
    }
    /// Where it stands.
    async fn status(&self) -> AmendmentStatus {
        self.0.status
    }
    /// Why.
    async fn reason(&self) -> &str {
        &self.0.reason
    }
    /// When it was published.
    async fn published_at(&self) -> Option<DateTime<Utc>> {
        self.0.published_at
    }
    /// Its changes, in order.
    async fn changes(&self, ctx: &Context<'_>) -> Result<Vec<AmendmentChange>> {
        let rows = load(ctx, AmendmentChangesOf(self.0.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(AmendmentChange).collect())
    }
    /// Signatures.
    async fn signatures(&self, ctx: &Context<'_>) -> Result<Vec<AmendmentSignature>> {
        let rows = load(ctx, AmendmentSignaturesOf(self.0.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(AmendmentSignature).collect())
    }
    /// Version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// A published list to be amended.
#[derive(InputObject)]
pub(super) struct DraftAmendmentInput {
    /// The list.
    list_id: ID,
    /// Why.
    reason: String,
}

/// New values of an item.
#[derive(InputObject)]
pub(super) struct AmendItemInput {
    /// The item.
    item_id: ID,
    /// Title.
    title: Option<String>,
    /// Form.
    form: Option<DutyForm>,
    /// Quarter, 1 to 4.
    quarter: Option<i32>,
    /// Expected result.
    expected_result: Option<String>,
    /// Units that carry it too (共建/协办单位), 5 at most; none where the list is empty.
    partners: Option<Vec<String>>,
}

/// A confirmed match for an item whose resource has gone.
#[derive(InputObject)]
pub(super) struct SubstituteInput {
    /// The item.
    item_id: ID,
    /// A confirmed match of its need.
    match_id: ID,
}

/// One change of a published list.
#[derive(OneofObject)]
pub(super) enum ListChangeInput {
    /// A covered need comes on.
    AddNeedId(ID),
    /// An item is struck off.
    RemoveItemId(ID),
    /// An item changes.
    Edit(AmendItemInput),
    /// Another resource takes an item over.
    Substitute(SubstituteInput),
    /// The item of a joint offer (联办) to the own station comes on.
    JoinOfferId(ID),
}

/// A change for an amendment.
#[derive(InputObject)]
pub(super) struct AmendInput {
    /// The amendment.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// What changes.
    change: ListChangeInput,
    /// Why.
    reason: String,
}

/// A change to be taken out of an amendment.
#[derive(InputObject)]
pub(super) struct UnamendInput {
    /// The amendment.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// The change.
    change_id: ID,
}

/// An amendment and the version that was read.
#[derive(InputObject)]
pub(super) struct AmendmentStepInput {
    /// The amendment.
    id: ID,
    /// Version that was read.
    expected_version: i32,
}

/// An amendment, the version that was read, and why.
#[derive(InputObject)]
pub(super) struct AmendmentReasonInput {
    /// The amendment.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Why.
    reason: String,
}

fn change_of(change: &ListChangeInput) -> store::Result<ListChange> {
    let item = |id: &ID| uuid(kind::ITEM, id, "change");
    Ok(match change {
        ListChangeInput::AddNeedId(n) => ListChange::Add(uuid(kind::NEED, n, "change")?),
        ListChangeInput::RemoveItemId(i) => ListChange::Remove(item(i)?),
        ListChangeInput::Edit(e) => {
            let new = ItemChange {
                title: e.title.clone(),
                form: e.form,
                quarter: e.quarter,
                expected_result: e.expected_result.clone(),
                partners: e.partners.clone(),
            };
            ListChange::Edit(item(&e.item_id)?, new)
        }
        ListChangeInput::JoinOfferId(j) => ListChange::Join(uuid(kind::JOINT, j, "change")?),
        ListChangeInput::Substitute(s) => {
            ListChange::Substitute(item(&s.item_id)?, uuid(kind::MATCH, &s.match_id, "change")?)
        }
    })
}

#[derive(Default)]
pub(super) struct AmendmentMutation;

#[Object]
impl AmendmentMutation {
    /// Begins an amendment of a published list (修订).
    async fn draft_amendment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which list and why.")] input: DraftAmendmentInput,
    ) -> Result<Payload<Amendment>> {
        let answer = async {
            desk(ctx).draft_amendment(uuid(kind::LIST, &input.list_id, "listId")?, &input.reason).await
        };
        payload(ctx, answer.await, Amendment)
    }

    /// Adds a change to an amendment that is drafted.
    async fn amend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes and why.")] input: AmendInput,
    ) -> Result<Payload<Amendment>> {
        let answer = async {
            let id = uuid(kind::AMENDMENT, &input.id, "id")?;
            let change = change_of(&input.change)?;
            desk(ctx).amend(id, input.expected_version, &change, &input.reason).await
        };
        payload(ctx, answer.await, Amendment)
    }

    /// Takes a change out of an amendment that is drafted.
    async fn unamend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: UnamendInput,
    ) -> Result<Payload<Amendment>> {
        let answer = async {
            let id = uuid(kind::AMENDMENT, &input.id, "id")?;
            let change = uuid(kind::CHANGE, &input.change_id, "changeId")?;
            desk(ctx).unamend(id, input.expected_version, change).await
        };
        payload(ctx, answer.await, Amendment)
    }

    /// Sends an amendment to review.
    async fn submit_amendment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: AmendmentStepInput,
    ) -> Result<Payload<Amendment>> {
        let answer = async {
            let id = uuid(kind::AMENDMENT, &input.id, "id")?;
            desk(ctx).submit_amendment(id, input.expected_version).await
        };
        payload(ctx, answer.await, Amendment)
    }

    /// Returns an amendment to its conveners; signatures fall.
    async fn return_amendment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: AmendmentReasonInput,
    ) -> Result<Payload<Amendment>> {
        let answer = async {
            let id = uuid(kind::AMENDMENT, &input.id, "id")?;
            desk(ctx).return_amendment(id, input.expected_version, &input.reason).await
        };
        payload(ctx, answer.await, Amendment)
    }

    /// Signs an amendment in the first seat (审核).
    async fn approve_amendment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: AmendmentStepInput,
    ) -> Result<Payload<Amendment>> {
        let answer = async {
            let id = uuid(kind::AMENDMENT, &input.id, "id")?;
            desk(ctx).sign_amendment(id, input.expected_version, ConvenerSeat::First).await
        };
        payload(ctx, answer.await, Amendment)
    }

    /// Signs an amendment in the second seat (会签).
    async fn cosign_amendment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: AmendmentStepInput,
    ) -> Result<Payload<Amendment>> {
        let answer = async {
            let id = uuid(kind::AMENDMENT, &input.id, "id")?;
            desk(ctx).sign_amendment(id, input.expected_version, ConvenerSeat::Second).await
        };
        payload(ctx, answer.await, Amendment)
    }

    /// Publishes an amendment that both seats have signed: the list has a new edition.
    async fn publish_amendment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: AmendmentStepInput,
    ) -> Result<Payload<Amendment>> {
        let answer = async {
            let id = uuid(kind::AMENDMENT, &input.id, "id")?;
            desk(ctx).publish_amendment(id, input.expected_version).await
        };
        payload(ctx, answer.await, Amendment)
    }

    /// Drops an amendment: the list stays as it is.
    async fn drop_amendment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: AmendmentReasonInput,
    ) -> Result<Payload<Amendment>> {
        let answer = async {
            let id = uuid(kind::AMENDMENT, &input.id, "id")?;
            desk(ctx).drop_amendment(id, input.expected_version, &input.reason).await
        };
        payload(ctx, answer.await, Amendment)
    }
}
