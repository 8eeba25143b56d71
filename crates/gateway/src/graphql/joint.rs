//! 联办: items that two stations carry together.

use super::desk;
use super::duty_item::DutyItem;
use super::error::Outside;
use super::loaders::{ItemById, NeedById, StationById, load};
use super::need::Need;
use super::node::{id, kind, uuid, uuid_opt};
use super::payload::{Payload, payload};
use super::workstation::Workstation;
use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::NaiveDate;
use domain::JointStatus;
use store::row;

/// The proposal that another station carries an item too (联办).
pub(super) struct JointOffer(pub row::JointOffer);

/// The proposal that another station carries an item too (联办).
#[Object]
impl JointOffer {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::JOINT, self.0.id)
    }
    /// The item of the station in the lead; null for those who may not see its list yet.
    async fn item(&self, ctx: &Context<'_>) -> Result<Option<DutyItem>> {
        Ok(load(ctx, ItemById(self.0.item_id)).await?.map(DutyItem::from))
    }
    /// Its need, without personal data for the station that is asked.
    async fn need(&self, ctx: &Context<'_>) -> Result<Option<Need>> {
        Ok(load(ctx, NeedById(self.0.need_id)).await?.map(Need))
    }
    /// The station in the lead (牵头).
    async fn lead(&self, ctx: &Context<'_>) -> Result<Option<Workstation>> {
        Ok(load(ctx, StationById(self.0.from_id)).await?.map(Workstation))
    }
    /// The station that is asked.
    async fn workstation(&self, ctx: &Context<'_>) -> Result<Option<Workstation>> {
        Ok(load(ctx, StationById(self.0.workstation_id)).await?.map(Workstation))
    }
    /// Where it stands.
    async fn status(&self) -> JointStatus {
        self.0.status
    }
    /// Why it was refused or withdrawn.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
    /// Day on which it was asked.
    async fn offered_on(&self) -> NaiveDate {
        self.0.offered_on
    }
    /// Day of the answer.
    async fn answered_on(&self) -> Option<NaiveDate> {
        self.0.answered_on
    }
    /// Version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

#[derive(Default)]
pub(super) struct JointQuery;

#[Object]
impl JointQuery {
    /// Proposals of joint items (联办) from and to the stations that the viewer may see, the oldest first.
    #[graphql(complexity = "50 * child_complexity")]
    async fn joint_offers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Year.")] year: i32,
        #[graphql(desc = "One station's alone.")] workstation_id: Option<ID>,
        #[graphql(desc = "State.")] status: Option<JointStatus>,
    ) -> Result<Vec<JointOffer>> {
        let station = uuid_opt(kind::STATION, workstation_id.as_ref(), "workstationId").out(ctx)?;
        let rows = desk(ctx).joint_offers(year, station, status).await.out(ctx)?;
        Ok(rows.into_iter().map(JointOffer).collect())
    }
}

/// A joint item to be proposed.
#[derive(InputObject)]
pub(super) struct ProposeJointItemInput {
    /// The item of the own draft or published list.
    item_id: ID,
    /// Version of the item that was read.
    expected_version: i32,
    /// The station that is asked.
    workstation_id: ID,
}

/// The answer to a joint item that was proposed.
#[derive(InputObject)]
pub(super) struct AnswerJointItemInput {
    /// The proposal.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Whether the own station carries it too.
    agree: bool,
    /// Why not.
    reason: Option<String>,
}

/// A joint item that nobody has answered yet, to be taken back.
#[derive(InputObject)]
pub(super) struct WithdrawJointItemInput {
    /// The proposal.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Why.
    reason: String,
}

#[derive(Default)]
pub(super) struct JointMutation;

#[Object]
impl JointMutation {
    /// Asks another station to carry an item of the own list too (联办): one of the cluster, a partner, or the home of a
    /// resource of the item.
    async fn propose_joint_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and whom.")] input: ProposeJointItemInput,
    ) -> Result<Payload<JointOffer>> {
        let answer = async {
            let item = uuid(kind::ITEM, &input.item_id, "itemId")?;
            let station = uuid(kind::STATION, &input.workstation_id, "workstationId")?;
            desk(ctx).propose_joint(item, input.expected_version, station).await
        };
        payload(ctx, answer.await, JointOffer)
    }

    /// Agrees to carry an item too, which puts it on the own draft; or does not, and says why. A published list takes it
    /// up by an amendment.
    async fn answer_joint_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The answer.")] input: AnswerJointItemInput,
    ) -> Result<Payload<JointOffer>> {
        let answer = async {
            let id = uuid(kind::JOINT, &input.id, "id")?;
            desk(ctx).answer_joint(id, input.expected_version, input.agree, input.reason.as_deref()).await
        };
        payload(ctx, answer.await, JointOffer)
    }

    /// Takes back what the own station has asked and nobody has answered yet.
    async fn withdraw_joint_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: WithdrawJointItemInput,
    ) -> Result<Payload<JointOffer>> {
        let answer = async {
            let id = uuid(kind::JOINT, &input.id, "id")?;
            desk(ctx).withdraw_joint(id, input.expected_version, &input.reason).await
        };
        payload(ctx, answer.await, JointOffer)
    }
}
