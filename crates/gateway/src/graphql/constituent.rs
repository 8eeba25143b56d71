//! 委员联系界别群众: links of members with constituents.

use super::desk;
use super::error::Outside;
use super::loaders::{ConstituentById, MemberById, load, sector};
use super::member::Member;
use super::need_mutation::Contact;
use super::node::{id, kind, uuid, uuid_opt};
use super::payload::{Payload, payload};
use super::sector::Sector;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::NaiveDate;
use store::{NewConstituent, row};

/// A person of a sector with whom members keep contact (界别群众), under an alias.
pub(super) struct Constituent(row::Constituent);

/// A person of a sector with whom members keep contact (界别群众), under an alias.
#[Object]
impl Constituent {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::CONSTITUENT, self.0.id)
    }
    /// Alias; name and telephone are in the vault.
    async fn alias(&self) -> &str {
        &self.0.alias
    }
    /// Sector.
    async fn sector(&self, ctx: &Context<'_>) -> Result<Option<Sector>> {
        Ok(sector(ctx, &self.0.sector).await?.map(Sector))
    }
}

/// The standing link of a member with a constituent.
pub(super) struct ConstituentLink(pub row::ConstituentLink);

/// The standing link of a member with a constituent.
#[Object]
impl ConstituentLink {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::LINK, self.0.id)
    }
    /// The member.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<Member>> {
        Ok(load(ctx, MemberById(self.0.member_id)).await?.map(Member))
    }
    /// The constituent.
    async fn constituent(&self, ctx: &Context<'_>) -> Result<Option<Constituent>> {
        Ok(load(ctx, ConstituentById(self.0.constituent_id)).await?.map(Constituent))
    }
    /// First day.
    async fn from(&self) -> NaiveDate {
        self.0.from_date
    }
    /// Day after the last; null while it stands.
    async fn to(&self) -> Option<NaiveDate> {
        self.0.to_date
    }
    /// When they last spoke.
    async fn last_contact_on(&self) -> Option<NaiveDate> {
        self.0.last_contact_on
    }
    /// How often they spoke.
    async fn contacts(&self) -> i32 {
        self.0.contacts
    }
    /// Why it ended.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
    /// Version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// How many are linked today.
#[derive(SimpleObject)]
pub(super) struct Linked {
    /// Members who keep contact.
    members: i64,
    /// Constituents whom they keep contact with.
    constituents: i64,
}

#[derive(Default)]
pub(super) struct ConstituentQuery;

#[Object]
impl ConstituentQuery {
    /// Links (委员联系界别群众) that the viewer may see, the oldest first: a member the own, a station its own.
    #[graphql(complexity = "100 * child_complexity")]
    async fn constituent_links(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "One member's alone.")] member_id: Option<ID>,
        #[graphql(desc = "Those that stand today alone.", default = true)] open: bool,
    ) -> Result<Vec<ConstituentLink>> {
        let member = uuid_opt(kind::MEMBER, member_id.as_ref(), "memberId").out(ctx)?;
        let rows = desk(ctx).links(member, open).await.out(ctx)?;
        Ok(rows.into_iter().map(ConstituentLink).collect())
    }

    /// How many members and constituents are linked today, where the viewer sees figures.
    async fn linked(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Code of a district [everything that the viewer sees].")] district: Option<String>,
    ) -> Result<Linked> {
        let (members, constituents) = desk(ctx).linked(district.as_deref()).await.out(ctx)?;
        Ok(Linked { members, constituents })
    }
}

/// A constituent to be entered.
#[derive(InputObject)]
pub(super) struct AddConstituentInput {
    /// The station that keeps the contact.
    workstation_id: ID,
    /// The member who keeps contact.
    member_id: ID,
    /// Alias: never the name.
    alias: String,
    /// Code of the sector.
    sector: String,
    /// Code of the area.
    area: Option<String>,
    /// Name, for the vault.
    name: Option<String>,
    /// Telephone, for the vault.
    phone: Option<String>,
    /// Since when.
    from: NaiveDate,
}

/// A link that goes to another member.
#[derive(InputObject)]
pub(super) struct PassLinkInput {
    /// The link.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// The other member.
    member_id: ID,
    /// Why.
    reason: String,
}

/// That they spoke.
#[derive(InputObject)]
pub(super) struct RecordContactInput {
    /// The link.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Day.
    on: NaiveDate,
}

/// A link to be ended.
#[derive(InputObject)]
pub(super) struct EndLinkInput {
    /// The link.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Why.
    reason: String,
}

/// A contact to be read.
#[derive(InputObject)]
pub(super) struct ReadConstituentInput {
    /// The link.
    id: ID,
    /// What for; it is logged.
    purpose: String,
}

#[derive(Default)]
pub(super) struct ConstituentMutation;

#[Object]
impl ConstituentMutation {
    /// Enters a constituent (界别群众) with the member who keeps contact.
    async fn add_constituent(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom.")] input: AddConstituentInput,
    ) -> Result<Payload<ConstituentLink>> {
        let answer = async {
            let contact = (input.name.is_some() || input.phone.is_some())
                .then(|| (input.name.unwrap_or_default(), input.phone.unwrap_or_default()));
            let new = NewConstituent {
                station: uuid(kind::STATION, &input.workstation_id, "workstationId")?,
                member: uuid(kind::MEMBER, &input.member_id, "memberId")?,
                alias: input.alias,
                sector: input.sector,
                area: input.area,
                contact,
                from: input.from,
            };
            desk(ctx).add_constituent(&new).await
        };
        payload(ctx, answer.await, ConstituentLink)
    }

    /// Gives a constituent to another member; the station does.
    async fn pass_link(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "To whom and why.")] input: PassLinkInput,
    ) -> Result<Payload<ConstituentLink>> {
        let answer = async {
            let id = uuid(kind::LINK, &input.id, "id")?;
            let member = uuid(kind::MEMBER, &input.member_id, "memberId")?;
            desk(ctx).pass_link(id, input.expected_version, member, &input.reason).await
        };
        payload(ctx, answer.await, ConstituentLink)
    }

    /// Records that a member and a constituent spoke.
    async fn record_contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "When.")] input: RecordContactInput,
    ) -> Result<Payload<ConstituentLink>> {
        let answer = async {
            let id = uuid(kind::LINK, &input.id, "id")?;
            desk(ctx).record_contact(id, input.expected_version, input.on).await
        };
        payload(ctx, answer.await, ConstituentLink)
    }

    /// Ends a link.
    async fn end_link(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: EndLinkInput,
    ) -> Result<Payload<ConstituentLink>> {
        let answer = async {
            let id = uuid(kind::LINK, &input.id, "id")?;
            desk(ctx).end_link(id, input.expected_version, &input.reason).await
        };
        payload(ctx, answer.await, ConstituentLink)
    }

    /// Reads a constituent's name and telephone; each reading is logged with its purpose.
    async fn read_constituent(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose and what for.")] input: ReadConstituentInput,
    ) -> Result<Payload<Contact>> {
        let answer = async {
            let id = uuid(kind::LINK, &input.id, "id")?;
            desk(ctx).read_constituent(id, &input.purpose).await
        };
        payload(ctx, answer.await, |(name, phone)| Contact { name, phone })
    }
}
