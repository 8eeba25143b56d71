//! Resources.

use super::category::Category;
use super::desk;
use super::error::Outside;
use super::explain::UnitDemand;
use super::loaders::{ClassesOf, MemberById, OrganizationById, ReservedOf, StationById, category, load};
use super::member::Member;
use super::node::{id, kind, uuid, uuid_opt};
use super::page::{Arguments, Counted, DEFAULT, Nodes, nodes, page};
use super::partner_organization::PartnerOrganization;
use super::payload::{Payload, payload};
use super::workstation::Workstation;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::NaiveDate;
use domain::{AreaScope, Cost, DeliveryFormat, Refusal, ResourceAction, ResourceKind, ResourceStatus};
use store::{Owner, ResourceFilter, ResourceInput, ResourceOrder, row};

/// A resource (委员资源): what a member offers.
pub(super) struct Resource(pub row::Resource);

/// Units of a quarter.
#[derive(SimpleObject)]
pub(super) struct QuarterLoad {
    /// Quarter, 1 to 4.
    quarter: i32,
    /// Units there are.
    capacity: i32,
    /// Units that are offered or confirmed.
    reserved: i64,
}

/// A resource (委员资源): what a member offers.
#[Object]
impl Resource {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::RESOURCE, self.0.id)
    }
    /// Number, such as `XC-015-2026-R-0017`.
    async fn number(&self) -> &str {
        &self.0.number
    }
    /// What one more unit of it would bring to the standing plan, quarter by quarter, each solved; and where it is
    /// idle.
    #[graphql(complexity = "10_000 + 4 * child_complexity")]
    async fn demand(&self, ctx: &Context<'_>) -> Result<Vec<UnitDemand>> {
        Ok(desk(ctx).resource_demand(self.0.id).await.out(ctx)?.into_iter().map(UnitDemand).collect())
    }
    /// Year.
    async fn year(&self) -> i32 {
        self.0.year
    }
    /// Title.
    async fn title(&self) -> &str {
        &self.0.title
    }
    /// Text.
    async fn description(&self) -> &str {
        &self.0.description
    }
    /// Kind.
    async fn kind(&self) -> ResourceKind {
        self.0.kind
    }
    /// Classes of needs that it serves.
    #[graphql(complexity = "3 * child_complexity")]
    async fn categories(&self, ctx: &Context<'_>) -> Result<Vec<Category>> {
        let codes = load(ctx, ClassesOf(self.0.id)).await?.unwrap_or_default();
        let mut rows = Vec::with_capacity(codes.len());
        for code in codes {
            rows.extend(category(ctx, &code).await?.map(Category));
        }
        Ok(rows)
    }
    /// The partner organisation (共建单位) whose it is; null where it is the member's own.
    async fn partner_organization(&self, ctx: &Context<'_>) -> Result<Option<PartnerOrganization>> {
        let Some(id) = self.0.partner_organization_id else { return Ok(None) };
        Ok(load(ctx, OrganizationById(id)).await?.map(PartnerOrganization))
    }
    /// Owner, or the member who answers for it where it is a partner organisation's.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<Member>> {
        Ok(load(ctx, MemberById(self.0.member_id)).await?.map(Member))
    }
    /// Home station.
    async fn workstation(&self, ctx: &Context<'_>) -> Result<Option<Workstation>> {
        Ok(load(ctx, StationById(self.0.workstation_id)).await?.map(Workstation))
    }
    /// How far it goes.
    async fn scope(&self) -> AreaScope {
        self.0.area_scope
    }
    /// Whether it goes everywhere in the city.
    async fn cross_district(&self) -> bool {
        self.0.cross_district
    }
    /// How help is given.
    async fn formats(&self) -> DeliveryFormat {
        self.0.formats
    }
    /// Unit.
    async fn unit(&self) -> &str {
        &self.0.unit
    }
    /// Units a quarter.
    async fn per_quarter(&self) -> i32 {
        self.0.per_quarter
    }
    /// Units a year.
    async fn per_year(&self) -> i32 {
        self.0.per_year
    }
    /// First day.
    async fn window_from(&self) -> NaiveDate {
        self.0.window_from
    }
    /// Last day.
    async fn window_to(&self) -> NaiveDate {
        self.0.window_to
    }
    /// Who pays.
    async fn cost(&self) -> Cost {
        self.0.cost
    }
    /// Whether the owner's own firm is paid.
    async fn paid_to_owner(&self) -> bool {
        self.0.paid_to_owner
    }
    /// Why that is right all the same.
    async fn conflict_note(&self) -> Option<&str> {
        self.0.conflict_note.as_deref()
    }
    /// Where it stands.
    async fn status(&self) -> ResourceStatus {
        self.0.status
    }
    /// Why it was returned, suspended or withdrawn.
    async fn status_reason(&self) -> Option<&str> {
        self.0.status_reason.as_deref()
    }
    /// Version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// What is reserved of it, quarter by quarter.
    #[graphql(complexity = "4 * child_complexity")]
    async fn load(&self, ctx: &Context<'_>) -> Result<Vec<QuarterLoad>> {
        let reserved = load(ctx, ReservedOf(self.0.id)).await?.unwrap_or_default();
        let of = |quarter: i32| reserved.iter().find(|(q, _)| *q == quarter).map_or(0, |r| r.1);
        Ok((1..=4)
            .map(|quarter| QuarterLoad { quarter, capacity: self.0.per_quarter, reserved: of(quarter) })
            .collect())
    }
}

/// Which resources.
#[derive(InputObject)]
pub(super) struct ResourceFilterInput {
    /// Year.
    year: i32,
    /// State.
    status: Option<ResourceStatus>,
    /// Kind.
    kind: Option<ResourceKind>,
    /// Home station.
    workstation_id: Option<ID>,
    /// Owner, or the member who answers for it.
    member_id: Option<ID>,
    /// The partner organisation whose they are.
    partner_organization_id: Option<ID>,
    /// Code of a class or of one above it.
    category: Option<String>,
    /// Part of the title or number.
    text: Option<String>,
}

/// What resources are sorted by.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub(super) enum ResourceSort {
    /// Number.
    Number,
    /// Title.
    Title,
    /// First day of the window.
    WindowFrom,
}

/// How resources are sorted.
#[derive(InputObject)]
pub(super) struct ResourceOrderInput {
    /// By what.
    by: ResourceSort,
    /// From the highest down.
    #[graphql(default)]
    descending: bool,
}

#[derive(Default)]
pub(super) struct ResourceQuery;

#[Object]
impl ResourceQuery {
    /// A resource by number.
    async fn resource(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Number.")] number: String,
    ) -> Result<Option<Resource>> {
        Ok(desk(ctx).resource_by_number(&number).await.out(ctx)?.map(Resource))
    }

    /// Resources that the viewer may see: those on published lists, the own, and what is offered to the stations.
    #[graphql(complexity = "first.or(last).unwrap_or(DEFAULT).max(0) as usize * child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn resources(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] filter: ResourceFilterInput,
        #[graphql(desc = "In which order [by number].")] order_by: Option<ResourceOrderInput>,
        #[graphql(desc = "Rows from the beginning, 500 at most [20].")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 500 at most.")] last: Option<i32>,
        #[graphql(desc = "Cursor of the row behind the page.")] before: Option<String>,
    ) -> Result<Nodes<Resource>> {
        let f = ResourceFilter {
            year: filter.year,
            status: filter.status,
            kind: filter.kind,
            workstation: uuid_opt(kind::STATION, filter.workstation_id.as_ref(), "workstationId").out(ctx)?,
            member: uuid_opt(kind::MEMBER, filter.member_id.as_ref(), "memberId").out(ctx)?,
            partner: uuid_opt(
                kind::ORGANIZATION,
                filter.partner_organization_id.as_ref(),
                "partnerOrganizationId",
            )
            .out(ctx)?,
            category: filter.category,
            text: filter.text,
        };
        let by = match order_by.as_ref().map(|o| o.by) {
            Some(ResourceSort::Title) => ResourceOrder::Title,
            Some(ResourceSort::WindowFrom) => ResourceOrder::WindowFrom,
            Some(ResourceSort::Number) | None => ResourceOrder::Number,
        };
        let page = page(Arguments { first, after, last, before }, order_by.is_some_and(|o| o.descending))?;
        let slice = desk(ctx).resources(&f, by, &page).await.out(ctx)?;
        Ok(nodes(slice, Counted::Resources(f), Resource))
    }
}

/// What a person writes of a resource.
#[derive(InputObject)]
struct ResourceFields {
    /// Title, 100 characters at most.
    title: String,
    /// Text, 5000 characters at most.
    description: String,
    /// Kind.
    kind: ResourceKind,
    /// Codes of the classes of needs that it serves, at least one.
    categories: Vec<String>,
    /// How far it goes.
    #[graphql(default_with = "AreaScope::Station")]
    scope: AreaScope,
    /// Whether it goes everywhere in the city.
    #[graphql(default)]
    cross_district: bool,
    /// How help is given.
    #[graphql(default_with = "DeliveryFormat::OnSite")]
    formats: DeliveryFormat,
    /// Unit, such as 场 or 次.
    unit: String,
    /// Units a quarter.
    per_quarter: i32,
    /// Units a year, 1 to 1000.
    per_year: i32,
    /// First day.
    window_from: NaiveDate,
    /// Last day.
    window_to: NaiveDate,
    /// Who pays.
    #[graphql(default_with = "Cost::Free")]
    cost: Cost,
    /// Whether the owner's own firm is paid.
    #[graphql(default)]
    paid_to_owner: bool,
    /// Why that is right all the same; without it such a resource is not matched.
    conflict_note: Option<String>,
}

impl From<ResourceFields> for ResourceInput {
    fn from(f: ResourceFields) -> ResourceInput {
        ResourceInput {
            title: f.title,
            description: f.description,
            kind: f.kind,
            categories: f.categories,
            scope: f.scope,
            cross_district: f.cross_district,
            formats: f.formats,
            unit: f.unit,
            per_quarter: f.per_quarter,
            per_year: f.per_year,
            window_from: f.window_from,
            window_to: f.window_to,
            cost: f.cost,
            paid_to_owner: f.paid_to_owner,
            conflict_note: f.conflict_note,
        }
    }
}

/// A new resource.
#[derive(InputObject)]
pub(super) struct RegisterResourceInput {
    /// Owner; with `partnerOrganizationId` the member who answers for it [the organisation's].
    member_id: Option<ID>,
    /// The partner organisation whose it is [the member's own].
    partner_organization_id: Option<ID>,
    /// Home station.
    workstation_id: ID,
    /// Year.
    year: i32,
    /// What it says.
    resource: ResourceFields,
}

/// A change of a resource: everything as it shall be.
#[derive(InputObject)]
pub(super) struct EditResourceInput {
    /// The resource.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// What it shall say.
    resource: ResourceFields,
}

/// A resource and the version that was read.
#[derive(InputObject)]
pub(super) struct ResourceStepInput {
    /// The resource.
    id: ID,
    /// Version that was read.
    expected_version: i32,
}

/// A resource, the version that was read, and why.
#[derive(InputObject)]
pub(super) struct ResourceReasonInput {
    /// The resource.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Why.
    reason: String,
}

async fn step(
    ctx: &Context<'_>,
    id: &ID,
    expected: i32,
    action: ResourceAction,
    reason: Option<&str>,
) -> Result<Payload<Resource>> {
    let answer =
        async { desk(ctx).move_resource(uuid(kind::RESOURCE, id, "id")?, expected, action, reason).await };
    payload(ctx, answer.await, Resource)
}

#[derive(Default)]
pub(super) struct ResourceMutation;

#[Object]
impl ResourceMutation {
    /// Registers a resource as a draft.
    async fn register_resource(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The resource.")] input: RegisterResourceInput,
    ) -> Result<Payload<Resource>> {
        let answer = async {
            let member = uuid_opt(kind::MEMBER, input.member_id.as_ref(), "memberId")?;
            let partner = input.partner_organization_id.as_ref();
            let owner = match (uuid_opt(kind::ORGANIZATION, partner, "partnerOrganizationId")?, member) {
                (Some(partner), member) => Owner::Partner(partner, member),
                (None, Some(member)) => Owner::Member(member),
                (None, None) => {
                    let words = "请写明资源属于哪位委员,或哪个共建单位。";
                    return Err(Refusal::new("EMPTY", words).at("memberId").into());
                }
            };
            let station = uuid(kind::STATION, &input.workstation_id, "workstationId")?;
            desk(ctx).register_resource(owner, station, input.year, input.resource.into()).await
        };
        payload(ctx, answer.await, Resource)
    }

    /// Edits a resource. Capacity cannot be cut below what is reserved.
    async fn edit_resource(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: EditResourceInput,
    ) -> Result<Payload<Resource>> {
        let answer = async {
            let resource = uuid(kind::RESOURCE, &input.id, "id")?;
            desk(ctx).edit_resource(resource, input.expected_version, input.resource.into()).await
        };
        payload(ctx, answer.await, Resource)
    }

    /// Submits a draft (提交).
    async fn submit_resource(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: ResourceStepInput,
    ) -> Result<Payload<Resource>> {
        step(ctx, &input.id, input.expected_version, ResourceAction::Submit, None).await
    }

    /// Verifies a submitted resource (核实): it takes part in the next plan.
    async fn verify_resource(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: ResourceStepInput,
    ) -> Result<Payload<Resource>> {
        step(ctx, &input.id, input.expected_version, ResourceAction::Verify, None).await
    }

    /// Returns a submitted resource to its owner (退回修改).
    async fn return_resource(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: ResourceReasonInput,
    ) -> Result<Payload<Resource>> {
        step(ctx, &input.id, input.expected_version, ResourceAction::Return, Some(&input.reason)).await
    }

    /// Suspends a resource (暂停); it can be resumed.
    async fn suspend_resource(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: ResourceReasonInput,
    ) -> Result<Payload<Resource>> {
        step(ctx, &input.id, input.expected_version, ResourceAction::Suspend, Some(&input.reason)).await
    }

    /// Resumes a suspended resource (恢复).
    async fn resume_resource(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: ResourceStepInput,
    ) -> Result<Payload<Resource>> {
        step(ctx, &input.id, input.expected_version, ResourceAction::Resume, None).await
    }

    /// Withdraws a resource for good (撤回). What is reserved is given back; items of published lists show that it has gone.
    async fn withdraw_resource(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: ResourceReasonInput,
    ) -> Result<Payload<Resource>> {
        step(ctx, &input.id, input.expected_version, ResourceAction::Withdraw, Some(&input.reason)).await
    }
}
