//! What the walk does, and on what.

use domain::{
    DeclineReason, DutyForm, FeedbackBy, MatchStatus, NeedStatus, OfferAnswer, OrderAction, OrderStatus,
    Rating, Solved,
};
use store::{Desk, FeedbackInput, Lead, OutcomeInput, SessionInput};
use uuid::Uuid;

/// The rows that are acted on.
pub struct Ids {
    pub need: Uuid,
    pub head: Uuid,
    pub order: Uuid,
    pub matched: Uuid,
    pub resource: Uuid,
    pub list: Uuid,
}

/// Does something to the order.
pub async fn on_order(d: &Desk, i: &Ids, action: OrderAction, v: i32) -> store::Result<()> {
    use OrderAction as A;
    let (id, why) = (i.order, "按实际情况");
    let day = d.today();
    match action {
        A::Dispatch => d.dispatch_order(id, v, Lead::Match(i.matched)).await,
        A::Accept => d.accept_order(id, v).await,
        A::Decline => d.decline_order(id, v, DeclineReason::Time, "").await,
        A::AskReturn => d.ask_return(id, v, why).await,
        A::AllowReturn => d.answer_return(id, v, true, why).await,
        A::RefuseReturn => d.answer_return(id, v, false, why).await,
        A::Reassign => d.reassign_order(id, v, why).await,
        A::Assist => d.name_co_members(id, v, &[]).await,
        A::Consult => {
            let session = SessionInput {
                orders: vec![(id, v)],
                held_on: day,
                place: "议事厅".into(),
                brand: None,
                form: DutyForm::Consultation,
                host: "召集人".into(),
                attendees: vec!["居民代表".into()],
                options: vec!["甲".into()],
                conclusion: "采用甲".into(),
                next_step: None,
                minutes: Some("记录".into()),
            };
            return d.record_consultation(&session).await.map(drop);
        }
        A::Waive => d.waive_consultation(id, v, why).await,
        A::Plan => d.plan_order(id, v, "分两步", None).await,
        A::Start => d.start_order(id, v).await,
        A::Suspend => d.suspend_order(id, v, why).await,
        A::Resume => d.resume_order(id, v).await,
        A::Resolve => {
            let quantities = Vec::new();
            let (outcome, evidence) = ("已办".into(), "记录".into());
            d.resolve_order(id, v, &OutcomeInput { resolved_on: day, outcome, evidence, quantities }).await
        }
        A::Rate => {
            let word = FeedbackInput {
                given_by: FeedbackBy::Requester,
                channel: "电话".into(),
                rating: Rating::Satisfied,
                solved: Some(Solved::Yes),
                words: None,
            };
            d.rate_order(id, v, &word).await
        }
        A::Cancel => d.cancel_order(id, v, why).await,
        // Done by the clock and at the year's end.
        A::Lapse | A::CarryOver => return Ok(()),
    }
    .map(drop)
}

/// What an order's state means for its need and its match.
pub fn order_state(state: OrderStatus) -> Vec<String> {
    use {MatchStatus as M, NeedStatus as N, OrderStatus as S};
    let (need, matched) = match state {
        S::Issued => (N::Open, M::Suggested),
        S::Dispatched => (N::Open, M::Proposed),
        S::Declined => (N::Open, M::Declined),
        S::TimedOut => (N::Open, M::Lapsed),
        S::Returned | S::Cancelled => (N::Open, M::Released),
        S::Resolved => (N::Resolved, M::Used),
        S::Closed => (N::Closed, M::Used),
        S::CarriedOver => (N::CarriedOver, M::Released),
        _ => (N::InProgress, M::Confirmed),
    };
    let mut set = vec![
        format!("UPDATE work_order SET status = '{}'", state.code()),
        // A service that the convener has freed of consultation; the return was asked for.
        "UPDATE work_order SET waived = '服务', return_asked = '出差'".to_owned(),
        format!("UPDATE need SET status = '{}' WHERE id = (SELECT need_id FROM work_order)", need.code()),
        format!(
            "UPDATE need_match SET status = '{}' WHERE id = (SELECT match_id FROM work_order)",
            matched.code()
        ),
    ];
    if matches!(state, S::Issued | S::Declined | S::TimedOut | S::Returned) {
        set.push("UPDATE work_order SET match_id = NULL, lead_id = NULL".to_owned());
    }
    set
}

/// What is done with a list.
#[derive(Clone, Copy)]
pub enum OnList {
    Submit,
    Return,
    Approve,
    Cosign,
    Publish,
}

pub const LIST: &[OnList] =
    &[OnList::Submit, OnList::Return, OnList::Approve, OnList::Cosign, OnList::Publish];

impl OnList {
    pub fn code(self) -> &'static str {
        match self {
            OnList::Submit => "SUBMIT",
            OnList::Return => "RETURN",
            OnList::Approve => "APPROVE",
            OnList::Cosign => "COSIGN",
            OnList::Publish => "PUBLISH",
        }
    }
}

/// An id of what is put into the database by hand.
pub const ONE: &str = "x'00000000000000000000000000000001'";

/// Yes and no.
pub const ANSWERS: &[OfferAnswer] = &[OfferAnswer::Accepted, OfferAnswer::Declined];

/// What is done with a partner organisation.
#[derive(Clone, Copy)]
pub enum OnOrganization {
    Edit,
    End,
}

pub const ORGANIZATION: &[OnOrganization] = &[OnOrganization::Edit, OnOrganization::End];

impl OnOrganization {
    pub fn code(self) -> &'static str {
        match self {
            OnOrganization::Edit => "EDIT",
            OnOrganization::End => "END",
        }
    }
}

/// What is done with an amendment.
#[derive(Clone, Copy)]
pub enum OnAmendment {
    Submit,
    Return,
    Drop,
    Approve,
    Cosign,
    Publish,
}

pub const AMENDMENT: &[OnAmendment] = &[
    OnAmendment::Submit,
    OnAmendment::Return,
    OnAmendment::Drop,
    OnAmendment::Approve,
    OnAmendment::Cosign,
    OnAmendment::Publish,
];

impl OnAmendment {
    pub fn code(self) -> &'static str {
        match self {
            OnAmendment::Submit => "SUBMIT",
            OnAmendment::Return => "RETURN",
            OnAmendment::Drop => "DROP",
            OnAmendment::Approve => "APPROVE",
            OnAmendment::Cosign => "COSIGN",
            OnAmendment::Publish => "PUBLISH",
        }
    }
}

/// Where a station stands.
#[derive(Clone, Copy)]
pub enum Station {
    Works,
    Ends,
    Closed,
}

pub const STATIONS: &[Station] = &[Station::Works, Station::Ends, Station::Closed];

impl Station {
    pub fn code(self) -> &'static str {
        match self {
            Station::Works => "WORKS",
            Station::Ends => "ENDS",
            Station::Closed => "CLOSED",
        }
    }

    /// What makes it so.
    pub fn set(self) -> Vec<String> {
        let columns = match self {
            Station::Works => return Vec::new(),
            Station::Ends => "last_year = 2026",
            Station::Closed => "last_year = 2026, closed_on = '2026-11-30'",
        };
        vec![format!("UPDATE workstation SET {columns} WHERE code = 'XC-001'")]
    }
}

/// What is done with a station.
#[derive(Clone, Copy)]
pub enum OnStation {
    Close,
    Reopen,
}

pub const ON_STATION: &[OnStation] = &[OnStation::Close, OnStation::Reopen];

impl OnStation {
    pub fn code(self) -> &'static str {
        match self {
            OnStation::Close => "CLOSE",
            OnStation::Reopen => "REOPEN",
        }
    }
}
