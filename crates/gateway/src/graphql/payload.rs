//! What every mutation answers: the node, or why not.

use super::amendment::Amendment;
use super::capacity_cut::CapacityCut;
use super::constituent::ConstituentLink;
use super::consultation::Consultation;
use super::duty_item::DutyItem;
use super::duty_list::DutyList;
use super::error::outside;
use super::escalation::Clue;
use super::evidence::Evidence;
use super::job::PlanJob;
use super::joint::JointOffer;
use super::ledger::DutyRecord;
use super::matched::Match;
use super::mediation::MediationMonth;
use super::member::Member;
use super::need::Need;
use super::need_mutation::Contact;
use super::order::Order;
use super::partner_organization::PartnerOrganization;
use super::partnership::Partnership;
use super::policy::PlanPolicy;
use super::proposal::FollowUp;
use super::resource::Resource;
use super::scenario::Scenario;
use super::topic::Topic;
use super::webhook::Webhook;
use super::webhook::WebhookSecret;
use super::workstation::Workstation;
use super::year::{DutyYear, Renewal, YearEnd};
use async_graphql::{Context, OutputType, Result, SimpleObject};

/// Why a mutation was refused.
#[derive(SimpleObject, Clone, Debug)]
pub(super) struct UserError {
    /// Stable, for programs: `NOT_ALLOWED`, `CONFLICT`, `NEED_STATE`, …
    code: String,
    /// What, why and what to do instead, in Chinese.
    message: String,
    /// The input fields at fault; in a conflict the fields that differ.
    path: Vec<String>,
}

/// The answer of a mutation: the node, or errors. Where there are errors, nothing was changed.
#[derive(SimpleObject)]
#[graphql(concrete(name = "AmendmentPayload", params(Amendment)))]
#[graphql(concrete(name = "CluePayload", params(Clue)))]
#[graphql(concrete(name = "ConsultationPayload", params(Consultation)))]
#[graphql(concrete(name = "ContactPayload", params(Contact)))]
#[graphql(concrete(name = "DutyItemPayload", params(DutyItem)))]
#[graphql(concrete(name = "DutyListPayload", params(DutyList)))]
#[graphql(concrete(name = "JointOfferPayload", params(JointOffer)))]
#[graphql(concrete(name = "MatchPayload", params(Match)))]
#[graphql(concrete(name = "MemberPayload", params(Member)))]
#[graphql(concrete(name = "NeedPayload", params(Need)))]
#[graphql(concrete(name = "OrderPayload", params(Order)))]
#[graphql(concrete(name = "PartnerOrganizationPayload", params(PartnerOrganization)))]
#[graphql(concrete(name = "PartnershipPayload", params(Partnership)))]
#[graphql(concrete(name = "PlanJobPayload", params(PlanJob)))]
#[graphql(concrete(name = "PlanPolicyPayload", params(PlanPolicy)))]
#[graphql(concrete(name = "RenewalPayload", params(Renewal)))]
#[graphql(concrete(name = "ResourcePayload", params(Resource)))]
#[graphql(concrete(name = "ScenarioPayload", params(Scenario)))]
#[graphql(concrete(name = "YearEndPayload", params(YearEnd)))]
#[graphql(concrete(name = "WebhookPayload", params(Webhook)))]
#[graphql(concrete(name = "WorkstationPayload", params(Workstation)))]
#[graphql(concrete(name = "WebhookSecretPayload", params(WebhookSecret)))]
#[graphql(concrete(name = "EvidencePayload", params(Evidence)))]
#[graphql(concrete(name = "FollowUpPayload", params(FollowUp)))]
#[graphql(concrete(name = "TopicPayload", params(Topic)))]
#[graphql(concrete(name = "MediationMonthPayload", params(MediationMonth)))]
#[graphql(concrete(name = "ConstituentLinkPayload", params(ConstituentLink)))]
#[graphql(concrete(name = "CapacityCutPayload", params(CapacityCut)))]
#[graphql(concrete(name = "DutyYearPayload", params(DutyYear)))]
#[graphql(concrete(name = "DutyRecordPayload", params(DutyRecord)))]
pub(super) struct Payload<T: OutputType> {
    /// What was changed, as it is now.
    node: Option<T>,
    /// Why nothing was changed; empty where it was.
    errors: Vec<UserError>,
}

/// The desk's answer as a payload. A fault is a GraphQL error.
pub(super) fn payload<R, T: OutputType>(
    ctx: &Context<'_>,
    answer: store::Result<R>,
    wrap: impl FnOnce(R) -> T,
) -> Result<Payload<T>> {
    let errors = match answer {
        Ok(row) => return Ok(Payload { node: Some(wrap(row)), errors: Vec::new() }),
        Err(store::Error::Refused(why)) => why
            .into_iter()
            .map(|r| UserError {
                code: r.code.to_owned(),
                message: r.message,
                path: r.path.map(|p| vec!["input".to_owned(), p.to_owned()]).unwrap_or_default(),
            })
            .collect(),
        Err(e @ store::Error::NotFound(_)) => {
            vec![UserError { code: "NOT_FOUND".to_owned(), message: e.to_string(), path: Vec::new() }]
        }
        Err(store::Error::Conflict(fields)) => {
            let message = store::Error::Conflict(fields.clone()).to_string();
            vec![UserError { code: "CONFLICT".to_owned(), message, path: fields }]
        }
        Err(e @ store::Error::Fault(_)) => return Err(outside(ctx, &e)),
    };
    Ok(Payload { node: None, errors })
}
