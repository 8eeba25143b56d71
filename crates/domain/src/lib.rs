//! What the lists are and how they match: pure rules, no I/O, no clock, no random.
//!
//! One file per noun; [`matching`] is the other half. States are enums with one table each, rules that are checked
//! together stand in one list, and whatever says no is a [`Refusal`] that says what to do instead.

pub mod access;
pub use assignment::{Instance, Limits, Objective, Phase, Solution, Verdict, Watch, verify};
pub mod area;
pub mod category;
mod codes;
pub mod duty_list;
pub mod job;
pub mod matching;
pub mod member;
pub mod need;
pub mod number;
pub mod policy;
pub use text::private as privacy;
pub mod refusal;
pub mod resource;
pub mod workstation;

pub use access::{Action, Reach, Role};
pub use area::AreaLevel;
pub use duty_list::{
    DeclineReason, DutyForm, Edition, ListAction, ListStatus, MatchAction, MatchStatus, PairRuleKind,
    ProposedBy,
};
pub use job::JobStatus;
pub use matching::explain::ReasonCode;
pub use member::{MemberLevel, MemberStatus};
pub use need::{NeedAction, NeedSource, NeedStatus, Publicity, Urgency};
pub use policy::{PolicyStatus, ScenarioStatus};
pub use refusal::Refusal;
pub use resource::{AreaScope, Cost, DeliveryFormat, ResourceAction, ResourceKind, ResourceStatus};
pub use workstation::{AssignmentRole, ConvenerSeat, WorkstationKind};
