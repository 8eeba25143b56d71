//! What the lists are and how they match: pure rules, no I/O, no clock, no random.
//!
//! One file per noun; [`matching`] is the other half. States are enums with one table each, rules that are checked
//! together stand in one list, and whatever says no is a [`Refusal`] that says what to do instead.

pub mod access;
pub mod amendment;
pub use assignment::{Instance, Limits, Objective, Phase, Solution, Verdict, Watch, solve_watched, verify};
pub mod area;
pub mod calendar;
pub mod category;
mod codes;
pub mod duplicate;
pub mod duty_list;
pub mod escalation;
pub mod evidence;
pub mod hotline;
pub mod inbox;
pub mod job;
pub mod ledger;
pub mod matching;
pub mod measure;
pub mod member;
pub mod need;
pub mod number;
pub mod order;
pub mod partnership;
pub mod policy;
pub use text::private as privacy;
pub mod refusal;
pub mod resource;
pub mod setting;
pub mod task;
pub mod workstation;
pub mod year;

pub use access::{Action, Reach, Role};
pub use amendment::{AmendmentAction, AmendmentStatus, ChangeKind};
pub use area::AreaLevel;
pub use calendar::{Calendar, DayKind};
pub use duty_list::{
    DeclineReason, DutyForm, Edition, ListAction, ListStatus, MatchAction, MatchStatus, PairRuleKind,
    ProposedBy,
};
pub use escalation::{ClueStatus, FollowUpKind, LadderAnswer, LadderStep, ReferralTarget, ResultClass};
pub use evidence::{EvidenceMoment, FileKind};
pub use hotline::{HotlineField, HotlineNature, HotlineState, HotlineTaking, HotlineTerm, HotlineTerms};
pub use inbox::InboxKind;
pub use job::JobStatus;
pub use ledger::{DutyKind, DutyRole, OfferAnswer};
pub use matching::explain::ReasonCode;
pub use measure::{BoardBy, Figure, MeasureKind, MeasurePart, MeasureRows};
pub use member::{MemberAction, MemberLevel, MemberStatus};
pub use need::{NeedAction, NeedMark, NeedSource, NeedStatus, Publicity, Urgency};
pub use order::{CoSource, FeedbackBy, Measure, OrderAction, OrderStatus, OverdueStep, Rating, Solved};
pub use partnership::{
    JointStatus, OrganizationKind, OrganizationStatus, PartnershipScope, PartnershipStatus,
};
pub use policy::{PolicyStatus, ScenarioStatus};
pub use refusal::Refusal;
pub use resource::CutStatus;
pub use resource::{AreaScope, Cost, DeliveryFormat, ResourceAction, ResourceKind, ResourceStatus};
pub use setting::OfficeSetting;
pub use task::PlanPart;
pub use workstation::{AssignmentRole, ConvenerSeat, WorkstationKind};
pub use year::YearStatus;
