//! The schema: one file per noun, with its object, inputs, queries and mutations together.

mod amendment;
mod area;
mod audit;
mod candidate;
mod capacity_cut;
mod category;
mod constituent;
mod consultation;
mod dashboard;
mod drive;
mod duty_item;
mod duty_list;
mod error;
mod escalation;
mod evidence;
mod explain;
mod hotline;
mod job;
mod joint;
mod ledger;
mod limits;
mod loaders;
mod matched;
mod measure;
mod mediation;
mod member;
mod need;
mod need_mutation;
mod node;
mod order;
mod order_mutation;
mod page;
mod partner_organization;
mod partnership;
mod payload;
mod plan;
mod policy;
mod proposal;
mod reading;
mod resource;
mod scenario;
mod score;
mod sector;
mod selected;
mod task;
mod topic;
mod viewer;
mod webhook;
mod workstation;
mod year;

pub(crate) use drive::{Queue, drive};
pub(crate) use error::{RequestId, refusal_of};
pub(crate) use job::Planner;
pub(crate) use limits::check_document;
pub(crate) use loaders::{Loaders, Tables, loaders};
pub(crate) use selected::select;

use async_graphql::{EmptySubscription, MergedObject};
use std::sync::Arc;
use store::Desk;

/// Everything that can be asked.
#[derive(MergedObject, Default)]
pub struct Query(
    area::AreaQuery,
    audit::AuditQuery,
    candidate::CandidateQuery,
    capacity_cut::CapacityCutQuery,
    category::CategoryQuery,
    constituent::ConstituentQuery,
    consultation::ConsultationQuery,
    dashboard::DashboardQuery,
    duty_list::DutyListQuery,
    escalation::EscalationQuery,
    job::JobQuery,
    joint::JointQuery,
    ledger::LedgerQuery,
    matched::MatchQuery,
    measure::MeasureQuery,
    mediation::MediationQuery,
    member::MemberQuery,
    need::NeedQuery,
    node::NodeQuery,
    order::OrderQuery,
    partner_organization::PartnerOrganizationQuery,
    partnership::PartnershipQuery,
    plan::PlanQuery,
    policy::PolicyQuery,
    proposal::ProposalQuery,
    reading::ReadingQuery,
    resource::ResourceQuery,
    scenario::ScenarioQuery,
    sector::SectorQuery,
    task::TaskQuery,
    topic::TopicQuery,
    viewer::ViewerQuery,
    webhook::WebhookQuery,
    workstation::WorkstationQuery,
    year::YearQuery,
);

/// Everything that can be changed. Each field takes one input and answers with the changed node or with errors.
#[derive(MergedObject, Default)]
pub struct Mutation(
    amendment::AmendmentMutation,
    capacity_cut::CapacityCutMutation,
    constituent::ConstituentMutation,
    consultation::ConsultationMutation,
    duty_item::DutyItemMutation,
    duty_list::DutyListMutation,
    escalation::EscalationMutation,
    evidence::EvidenceMutation,
    job::JobMutation,
    joint::JointMutation,
    matched::MatchMutation,
    ledger::LedgerMutation,
    mediation::MediationMutation,
    member::MemberMutation,
    need_mutation::NeedMutation,
    order_mutation::OrderMutation,
    partner_organization::PartnerOrganizationMutation,
    partnership::PartnershipMutation,
    policy::PolicyMutation,
    proposal::ProposalMutation,
    resource::ResourceMutation,
    scenario::ScenarioMutation,
    task::TaskMutation,
    topic::TopicMutation,
    webhook::WebhookMutation,
    workstation::WorkstationMutation,
    year::YearMutation,
);

/// The schema type.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// Levels of a query at most.
const DEPTH: usize = 16;
/// Fields of a query at most, those of a list counted once for each row that was asked for.
const COMPLEXITY: usize = 600_000;
/// Directives on a field at most.
const DIRECTIVES: usize = 4;
/// Levels that the parser goes down.
const RECURSION: usize = 32;

/// The schema with its limits.
pub fn schema() -> Schema {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .limit_depth(DEPTH)
        .limit_complexity(COMPLEXITY)
        .limit_directives(DIRECTIVES)
        .limit_recursive_depth(RECURSION)
        .disable_suggestions()
        .finish()
}

/// The schema in the schema definition language, sorted.
pub fn sdl() -> String {
    let options =
        async_graphql::SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items();
    let mut text = schema().sdl_with_options(options);
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// The desk of the request.
fn desk<'a>(ctx: &async_graphql::Context<'a>) -> &'a Arc<Desk> {
    ctx.data_unchecked::<Arc<Desk>>()
}
