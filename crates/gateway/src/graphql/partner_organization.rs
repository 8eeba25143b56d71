//! 共建单位: organisations with which a station has an agreement.

use super::desk;
use super::error::Outside;
use super::loaders::{MemberById, StationById, load};
use super::member::Member;
use super::node::{id, kind, uuid, uuid_opt};
use super::page::{Arguments, Counted, DEFAULT, Nodes, nodes, page};
use super::payload::{Payload, payload};
use super::workstation::Workstation;
use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::NaiveDate;
use domain::{OrganizationKind, OrganizationStatus};
use store::{OrganizationFilter, OrganizationInput, row};

/// 共建单位: an organisation with which a station has an agreement; a member answers for what it offers.
pub(super) struct PartnerOrganization(pub row::PartnerOrganization);

/// 共建单位: an organisation with which a station has an agreement; a member answers for what it offers.
#[Object]
impl PartnerOrganization {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::ORGANIZATION, self.0.id)
    }
    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// What it is.
    async fn kind(&self) -> OrganizationKind {
        self.0.kind
    }
    /// The station.
    async fn workstation(&self, ctx: &Context<'_>) -> Result<Option<Workstation>> {
        Ok(load(ctx, StationById(self.0.workstation_id)).await?.map(Workstation))
    }
    /// 联系委员: the member who answers for what it offers and leads its orders.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<Member>> {
        Ok(load(ctx, MemberById(self.0.member_id)).await?.map(Member))
    }
    /// Number of the agreement; empty for those whose it is not.
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
    /// Where the agreement stands.
    async fn status(&self) -> OrganizationStatus {
        self.0.status
    }
    /// Why it was ended.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
    /// Version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// Which partner organisations.
#[derive(InputObject, Default)]
pub(super) struct PartnerOrganizationFilterInput {
    /// One station's alone.
    workstation_id: Option<ID>,
    /// Those for which a member answers.
    member_id: Option<ID>,
    /// Where the agreement stands.
    status: Option<OrganizationStatus>,
    /// Part of the name.
    text: Option<String>,
}

#[derive(Default)]
pub(super) struct PartnerOrganizationQuery;

#[Object]
impl PartnerOrganizationQuery {
    /// Partner organisations of the stations that the viewer may see, by name; a member sees those that he answers for.
    #[graphql(complexity = "first.or(last).unwrap_or(DEFAULT).max(0) as usize * child_complexity")]
    async fn partner_organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which [all].")] filter: Option<PartnerOrganizationFilterInput>,
        #[graphql(desc = "Rows from the beginning, 500 at most [20].")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 500 at most.")] last: Option<i32>,
        #[graphql(desc = "Cursor of the row behind the page.")] before: Option<String>,
    ) -> Result<Nodes<PartnerOrganization>> {
        let filter = filter.unwrap_or_default();
        let f = OrganizationFilter {
            workstation: uuid_opt(kind::STATION, filter.workstation_id.as_ref(), "workstationId").out(ctx)?,
            member: uuid_opt(kind::MEMBER, filter.member_id.as_ref(), "memberId").out(ctx)?,
            status: filter.status,
            text: filter.text,
        };
        let page = page(Arguments { first, after, last, before }, false)?;
        let slice = desk(ctx).partner_organizations(&f, &page).await.out(ctx)?;
        Ok(nodes(slice, Counted::Organizations(f), PartnerOrganization))
    }
}

/// What a person writes of a partner organisation.
#[derive(InputObject)]
pub(super) struct PartnerOrganizationFields {
    /// Name, 100 characters at most, once a station.
    name: String,
    /// What it is.
    kind: OrganizationKind,
    /// The member who answers for what it offers.
    member_id: ID,
    /// Number of the agreement.
    agreement_no: String,
    /// First day.
    from: NaiveDate,
    /// Day after the last [until it is ended].
    to: Option<NaiveDate>,
}

impl PartnerOrganizationFields {
    fn read(self) -> store::Result<OrganizationInput> {
        Ok(OrganizationInput {
            name: self.name,
            kind: self.kind,
            member: uuid(kind::MEMBER, &self.member_id, "memberId")?,
            agreement_no: self.agreement_no,
            from: self.from,
            to: self.to,
        })
    }
}

/// A new partner organisation.
#[derive(InputObject)]
pub(super) struct RegisterPartnerOrganizationInput {
    /// The station.
    workstation_id: ID,
    /// What it says.
    organization: PartnerOrganizationFields,
}

/// A change of a partner organisation: everything as it shall be.
#[derive(InputObject)]
pub(super) struct EditPartnerOrganizationInput {
    /// The organisation.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// What it shall say.
    organization: PartnerOrganizationFields,
}

/// A partner organisation whose agreement ends.
#[derive(InputObject)]
pub(super) struct EndPartnerOrganizationInput {
    /// The organisation.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Why.
    reason: String,
}

#[derive(Default)]
pub(super) struct PartnerOrganizationMutation;

#[Object]
impl PartnerOrganizationMutation {
    /// Enters an organisation with which a station has an agreement (共建单位).
    async fn register_partner_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organisation.")] input: RegisterPartnerOrganizationInput,
    ) -> Result<Payload<PartnerOrganization>> {
        let answer = async {
            let station = uuid(kind::STATION, &input.workstation_id, "workstationId")?;
            desk(ctx).register_partner_organization(station, input.organization.read()?).await
        };
        payload(ctx, answer.await, PartnerOrganization)
    }

    /// Edits a partner organisation. With another member, its resources that nobody waits for follow him.
    async fn edit_partner_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: EditPartnerOrganizationInput,
    ) -> Result<Payload<PartnerOrganization>> {
        let answer = async {
            let id = uuid(kind::ORGANIZATION, &input.id, "id")?;
            let new = input.organization.read()?;
            desk(ctx).edit_partner_organization(id, input.expected_version, new).await
        };
        payload(ctx, answer.await, PartnerOrganization)
    }

    /// Ends the agreement with a partner organisation for good: what it offers is withdrawn, and what is reserved of it
    /// given back; orders at work come first.
    async fn end_partner_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: EndPartnerOrganizationInput,
    ) -> Result<Payload<PartnerOrganization>> {
        let answer = async {
            let id = uuid(kind::ORGANIZATION, &input.id, "id")?;
            desk(ctx).end_partner_organization(id, input.expected_version, &input.reason).await
        };
        payload(ctx, answer.await, PartnerOrganization)
    }
}
