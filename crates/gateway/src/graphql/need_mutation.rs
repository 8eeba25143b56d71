//! What is done with needs: registered, decided, merged, their contacts read and erased.

use super::desk;
use super::need::Need;
use super::node::{kind, uuid, uuid_opt};
use super::payload::{Payload, payload};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::NaiveDate;
use domain::{NeedAction, NeedMark, NeedSource, Publicity, Urgency};
use store::{NeedInput, NeedStep, NewRequirement};

/// A requester's contact, from the vault. Each reading is logged.
#[derive(SimpleObject)]
pub(super) struct Contact {
    /// Name.
    pub(super) name: String,
    /// Telephone.
    pub(super) phone: String,
}

/// One thing that a need takes.
#[derive(InputObject)]
struct RequirementInput {
    /// Words.
    label: String,
    /// Code of the class; the need's where it is left out.
    category: Option<String>,
    /// Units, 1 to 20, each from another member.
    #[graphql(default = 1)]
    quantity: i32,
}

/// A requester's contact, for the vault.
#[derive(InputObject)]
struct ContactInput {
    /// Name.
    name: String,
    /// Telephone.
    phone: String,
}

/// What a person writes of a need.
#[derive(InputObject)]
struct NeedFields {
    /// Title, 100 characters at most.
    title: String,
    /// Text, 5000 characters at most. No telephones: they belong into `contact`.
    description: String,
    /// Code of the class; needed before the need is verified.
    category: Option<String>,
    /// How it came.
    source: NeedSource,
    /// Area code; the station's where it is left out.
    area: Option<String>,
    /// Where exactly.
    place: Option<String>,
    /// Persons whom it concerns.
    #[graphql(default)]
    persons: i32,
    /// Households whom it concerns.
    #[graphql(default)]
    households: i32,
    /// Shops whom it concerns.
    #[graphql(default)]
    shops: i32,
    /// How much it presses.
    #[graphql(default_with = "Urgency::Normal")]
    urgency: Urgency,
    /// Day until which it still helps.
    desired_by: Option<NaiveDate>,
    /// Whether it may be shown.
    #[graphql(default_with = "Publicity::Internal")]
    publicity: Publicity,
    /// What it takes, 8 at most; one unit of its class where it is left out.
    requirements: Option<Vec<RequirementInput>>,
    /// The requester, for the vault; at registration only.
    contact: Option<ContactInput>,
    /// The link with a constituent through which it came, where that is the source.
    constituent_link_id: Option<ID>,
}

impl NeedFields {
    fn read(self) -> store::Result<NeedInput> {
        let f = self;
        Ok(NeedInput {
            constituent_link: uuid_opt(kind::LINK, f.constituent_link_id.as_ref(), "constituentLinkId")?,
            title: f.title,
            description: f.description,
            category: f.category,
            source: f.source,
            area: f.area,
            place: f.place,
            persons: f.persons,
            households: f.households,
            shops: f.shops,
            urgency: f.urgency,
            desired_by: f.desired_by,
            publicity: f.publicity,
            requirements: f.requirements.map(|rs| {
                rs.into_iter()
                    .map(|r| NewRequirement { label: r.label, category: r.category, quantity: r.quantity })
                    .collect()
            }),
            contact: f.contact.map(|c| (c.name, c.phone)),
        })
    }
}

/// A new need.
#[derive(InputObject)]
pub(super) struct RegisterNeedInput {
    /// Owning station.
    workstation_id: ID,
    /// Year.
    year: i32,
    /// What it says.
    need: NeedFields,
}

/// A change of a need: everything as it shall be.
#[derive(InputObject)]
pub(super) struct EditNeedInput {
    /// The need.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// What it shall say.
    need: NeedFields,
}

/// A need and the version that was read.
#[derive(InputObject)]
pub(super) struct NeedStepInput {
    /// The need.
    id: ID,
    /// Version that was read.
    expected_version: i32,
}

/// A need that is verified, and the version that was read.
#[derive(InputObject)]
pub(super) struct VerifyNeedInput {
    /// The need.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Code of its class, to confirm what is proposed or to correct it; what it has where this is left out.
    category: Option<String>,
}

/// A need, the version that was read, and why.
#[derive(InputObject)]
pub(super) struct NeedReasonInput {
    /// The need.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Why; the requester is told.
    reason: String,
}

/// A mark on a need.
#[derive(InputObject)]
pub(super) struct MarkNeedInput {
    /// The need.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// The mark; none takes away the one that it has.
    mark: Option<NeedMark>,
    /// Why, 200 characters at most.
    note: String,
}

/// A need that shall follow another.
#[derive(InputObject)]
pub(super) struct MergeNeedInput {
    /// The need.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// The need that it shall follow.
    head_id: ID,
    /// Why.
    reason: String,
}

/// A reading of a contact.
#[derive(InputObject)]
pub(super) struct ReadContactInput {
    /// The need.
    need_id: ID,
    /// What for; it is logged.
    purpose: String,
}

async fn step(
    ctx: &Context<'_>,
    id: &ID,
    expected: i32,
    action: NeedAction,
    given: NeedStep<'_>,
) -> Result<Payload<Need>> {
    let answer = async { desk(ctx).move_need(uuid(kind::NEED, id, "id")?, expected, action, given).await };
    payload(ctx, answer.await, Need)
}

fn because(reason: &str) -> NeedStep<'_> {
    NeedStep { reason: Some(reason), ..NeedStep::default() }
}

#[derive(Default)]
pub(super) struct NeedMutation;

#[Object]
impl NeedMutation {
    /// Registers a need as a draft (登记).
    async fn register_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The need.")] input: RegisterNeedInput,
    ) -> Result<Payload<Need>> {
        let answer = async {
            let station = uuid(kind::STATION, &input.workstation_id, "workstationId")?;
            desk(ctx).register_need(station, input.year, input.need.read()?).await
        };
        payload(ctx, answer.await, Need)
    }

    /// Edits a need that is not yet matched.
    async fn edit_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: EditNeedInput,
    ) -> Result<Payload<Need>> {
        let answer = async {
            let need = uuid(kind::NEED, &input.id, "id")?;
            desk(ctx).edit_need(need, input.expected_version, input.need.read()?).await
        };
        payload(ctx, answer.await, Need)
    }

    /// Submits a draft (提交).
    async fn submit_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: NeedStepInput,
    ) -> Result<Payload<Need>> {
        step(ctx, &input.id, input.expected_version, NeedAction::Submit, NeedStep::default()).await
    }

    /// Verifies a submitted need (核实入单), with the class that it has or is given: it takes part in the next plan.
    async fn verify_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: VerifyNeedInput,
    ) -> Result<Payload<Need>> {
        let given = NeedStep { category: input.category.as_deref(), ..NeedStep::default() };
        step(ctx, &input.id, input.expected_version, NeedAction::Verify, given).await
    }

    /// Refuses a submitted need (不予受理).
    async fn refuse_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: NeedReasonInput,
    ) -> Result<Payload<Need>> {
        step(ctx, &input.id, input.expected_version, NeedAction::Refuse, because(&input.reason)).await
    }

    /// Refers a need elsewhere (转办); the reason names where.
    async fn refer_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, where and why.")] input: NeedReasonInput,
    ) -> Result<Payload<Need>> {
        step(ctx, &input.id, input.expected_version, NeedAction::Refer, because(&input.reason)).await
    }

    /// Takes a need back (撤回), at the requester's wish.
    async fn withdraw_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: NeedReasonInput,
    ) -> Result<Payload<Need>> {
        step(ctx, &input.id, input.expected_version, NeedAction::Withdraw, because(&input.reason)).await
    }

    /// Marks a need as brought in bad faith or again and again, or takes the mark away: it stays and is handled, but is
    /// kept out of the rates.
    async fn mark_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, how and why.")] input: MarkNeedInput,
    ) -> Result<Payload<Need>> {
        let answer = async {
            let id = uuid(kind::NEED, &input.id, "id")?;
            desk(ctx).mark_need(id, input.expected_version, input.mark, &input.note).await
        };
        payload(ctx, answer.await, Need)
    }

    /// Merges a need into another (并单). Every requester is kept.
    async fn merge_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, into which and why.")] input: MergeNeedInput,
    ) -> Result<Payload<Need>> {
        let answer = async {
            let need = uuid(kind::NEED, &input.id, "id")?;
            let head = uuid(kind::NEED, &input.head_id, "headId")?;
            desk(ctx)
                .move_need(
                    need,
                    input.expected_version,
                    NeedAction::Merge,
                    NeedStep { reason: Some(&input.reason), head: Some(head), category: None },
                )
                .await
        };
        payload(ctx, answer.await, Need)
    }

    /// Lets a merged need stand on its own again (撤销并单).
    async fn split_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: NeedStepInput,
    ) -> Result<Payload<Need>> {
        step(ctx, &input.id, input.expected_version, NeedAction::Split, NeedStep::default()).await
    }

    /// Erases the requester's contact from the vault for good, in every year that the need was carried over, and masks
    /// what its text says of persons. Lists, their hashes and all counts stay as they are, and so does the log of who read it.
    async fn erase_contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: NeedReasonInput,
    ) -> Result<Payload<Need>> {
        let answer = async {
            let id = uuid(kind::NEED, &input.id, "id")?;
            desk(ctx).erase_contact(id, input.expected_version, &input.reason).await
        };
        payload(ctx, answer.await, Need)
    }

    /// Reads the requester's contact from the vault. Each reading is logged with its purpose.
    async fn read_contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and what for.")] input: ReadContactInput,
    ) -> Result<Payload<Contact>> {
        let answer = async {
            desk(ctx).read_contact(uuid(kind::NEED, &input.need_id, "needId")?, &input.purpose).await
        };
        payload(ctx, answer.await, |(name, phone)| Contact { name, phone })
    }
}
