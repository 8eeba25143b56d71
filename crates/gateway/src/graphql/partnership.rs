//! 联建共建 between stations.

use super::desk;
use super::error::Outside;
use super::loaders::{StationById, load};
use super::node::{id, kind, uuid, uuid_opt};
use super::payload::{Payload, payload};
use super::workstation::Workstation;
use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::NaiveDate;
use domain::{PartnershipScope, PartnershipStatus};
use store::{NewPartner, row};

/// 联建共建: two stations that open their resources to each other's needs.
pub(super) struct Partnership(pub row::Partnership);

/// 联建共建: two stations that open their resources to each other's needs.
#[Object]
impl Partnership {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::PARTNERSHIP, self.0.id)
    }
    /// The station that proposed it.
    async fn workstation(&self, ctx: &Context<'_>) -> Result<Option<Workstation>> {
        Ok(load(ctx, StationById(self.0.workstation_id)).await?.map(Workstation))
    }
    /// The other.
    async fn partner(&self, ctx: &Context<'_>) -> Result<Option<Workstation>> {
        Ok(load(ctx, StationById(self.0.partner_id)).await?.map(Workstation))
    }
    /// Whose resources it opens to whose needs, seen from the station that proposed it.
    async fn scope(&self) -> PartnershipScope {
        self.0.scope
    }
    /// Codes of the classes that it is for, with those below them; empty: all.
    async fn categories(&self) -> Vec<&str> {
        self.0.categories.split(',').filter(|c| !c.is_empty()).collect()
    }
    /// Number of the agreement.
    async fn agreement_no(&self) -> &str {
        &self.0.agreement_no
    }
    /// First day.
    async fn from(&self) -> NaiveDate {
        self.0.from_date
    }
    /// Day after the last; null: until it is ended.
    async fn to(&self) -> Option<NaiveDate> {
        self.0.to_date
    }
    /// Where it stands.
    async fn status(&self) -> PartnershipStatus {
        self.0.status
    }
    /// Why it was refused or ended.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
    /// Version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

#[derive(Default)]
pub(super) struct PartnershipQuery;

#[Object]
impl PartnershipQuery {
    /// Partnerships of the stations that the viewer may see, the oldest first.
    #[graphql(complexity = "50 * child_complexity")]
    async fn partnerships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "One station's alone.")] workstation_id: Option<ID>,
    ) -> Result<Vec<Partnership>> {
        let station = uuid_opt(kind::STATION, workstation_id.as_ref(), "workstationId").out(ctx)?;
        Ok(desk(ctx).partnerships(station).await.out(ctx)?.into_iter().map(Partnership).collect())
    }
}

/// A partnership to be proposed.
#[derive(InputObject)]
pub(super) struct ProposePartnershipInput {
    /// The own station.
    workstation_id: ID,
    /// The other.
    partner_id: ID,
    /// Whose resources it opens to whose needs.
    scope: PartnershipScope,
    /// Codes of the classes that it is for [all].
    #[graphql(default)]
    categories: Vec<String>,
    /// Number of the agreement.
    agreement_no: String,
    /// First day.
    from: NaiveDate,
    /// Day after the last [until it is ended].
    to: Option<NaiveDate>,
}

/// The answer to a partnership that was proposed.
#[derive(InputObject)]
pub(super) struct AnswerPartnershipInput {
    /// The partnership.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Whether the own station agrees.
    agree: bool,
    /// Why not.
    reason: Option<String>,
}

/// A partnership to be ended.
#[derive(InputObject)]
pub(super) struct EndPartnershipInput {
    /// The partnership.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Why; what is on lists already stays there.
    reason: String,
}

#[derive(Default)]
pub(super) struct PartnershipMutation;

#[Object]
impl PartnershipMutation {
    /// Proposes a partnership (联建共建) to another station; it holds when that station's convener agrees.
    async fn propose_partnership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What.")] input: ProposePartnershipInput,
    ) -> Result<Payload<Partnership>> {
        let answer = async {
            let new = NewPartner {
                station: uuid(kind::STATION, &input.workstation_id, "workstationId")?,
                partner: uuid(kind::STATION, &input.partner_id, "partnerId")?,
                scope: input.scope,
                categories: input.categories,
                agreement_no: input.agreement_no,
                from: input.from,
                to: input.to,
            };
            desk(ctx).propose_partnership(&new).await
        };
        payload(ctx, answer.await, Partnership)
    }

    /// Agrees to a partnership that another station has proposed, or not and says why.
    async fn answer_partnership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The answer.")] input: AnswerPartnershipInput,
    ) -> Result<Payload<Partnership>> {
        let answer = async {
            let id = uuid(kind::PARTNERSHIP, &input.id, "id")?;
            let to = if input.agree { PartnershipStatus::Agreed } else { PartnershipStatus::Refused };
            desk(ctx).move_partnership(id, input.expected_version, to, input.reason.as_deref()).await
        };
        payload(ctx, answer.await, Partnership)
    }

    /// Ends a partnership from today on; either station may.
    async fn end_partnership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: EndPartnershipInput,
    ) -> Result<Payload<Partnership>> {
        let answer = async {
            let id = uuid(kind::PARTNERSHIP, &input.id, "id")?;
            let to = PartnershipStatus::Ended;
            desk(ctx).move_partnership(id, input.expected_version, to, Some(&input.reason)).await
        };
        payload(ctx, answer.await, Partnership)
    }
}
