//! Why a plan is as it is, and what would be otherwise.

use super::loaders::{NeedById, ResourceById, load};
use super::member::Member;
use super::need::Need;
use super::node::{kind, uuid};
use super::policy::ScoreWeightInput;
use super::resource::Resource;
use super::workstation::Workstation;
use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result};
use domain::Refusal;
use store::Change;
use uuid::Uuid;

/// What a change does to the plan.
pub(super) struct PlanEffect(pub store::Effect);

/// What a change does to the plan.
#[Object]
impl PlanEffect {
    /// Needs served more, or fewer below zero.
    async fn served(&self) -> i64 {
        self.0.served
    }
    /// Urgent and pinned needs served more, or fewer below zero.
    async fn urgent(&self) -> i64 {
        self.0.urgent
    }
    /// Points of the score more, or fewer below zero.
    async fn score(&self) -> i64 {
        self.0.score
    }
    /// How many needs are served elsewhere, newly, or no more, those that the viewer may not see among them.
    async fn count(&self) -> i32 {
        self.0.moved.len() as i32
    }
    /// Which they are, as far as the viewer may see them, by number.
    #[graphql(complexity = "first.max(0) as usize * child_complexity")]
    async fn moves(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 500 at most.", default = 50)] first: i32,
    ) -> Result<Vec<PlanMove>> {
        let moves = self.0.moved.iter().take(first.clamp(0, 500) as usize).map(async |moved| {
            Ok::<_, async_graphql::Error>((load(ctx, NeedById(moved.need)).await?, moved))
        });
        let loaded = futures_util::future::try_join_all(moves).await?;
        Ok(loaded
            .into_iter()
            .filter_map(|(need, moved)| {
                Some(PlanMove { need: need?, before: moved.before, after: moved.after })
            })
            .collect())
    }
}

/// A need that is served otherwise.
pub(super) struct PlanMove {
    need: store::row::Need,
    before: Option<(Option<Uuid>, i32)>,
    after: Option<(Option<Uuid>, i32)>,
}

/// Where a need is served.
pub(super) struct PlanSeat(Option<Uuid>, i32);

/// Where a need is served.
#[Object]
impl PlanSeat {
    /// The resource; null where the viewer may not see it, or where it does not exist yet.
    async fn resource(&self, ctx: &Context<'_>) -> Result<Option<Resource>> {
        let Some(resource) = self.0 else { return Ok(None) };
        Ok(load(ctx, ResourceById(resource)).await?.map(Resource))
    }
    /// Quarter, 1 to 4.
    async fn quarter(&self) -> i32 {
        self.1
    }
}

/// A need that is served otherwise.
#[Object]
impl PlanMove {
    /// The need.
    async fn need(&self) -> Need {
        Need(self.need.clone())
    }
    /// Where the plan serves it; null where it does not.
    async fn before(&self) -> Option<PlanSeat> {
        self.before.map(|(r, q)| PlanSeat(r, q))
    }
    /// Where it would be served; null where it would not.
    async fn after(&self) -> Option<PlanSeat> {
        self.after.map(|(r, q)| PlanSeat(r, q))
    }
}

/// Why the standing plan did not choose a resource for a need.
pub(super) struct WhyNot(pub store::WhyNot);

/// Why the standing plan did not choose a resource for a need.
#[Object]
impl WhyNot {
    /// `CHOSEN`, the code of the rule that refuses, `DEARER` where it is possible but not the best, `CHANGED` where
    /// it would be possible now, `NO_PLAN` or `NOT_PLANNED`.
    async fn code(&self) -> &str {
        &self.0.code
    }
    /// In words, with what to do instead.
    async fn message(&self) -> &str {
        &self.0.message
    }
    /// Quarter in which it is or would be, 1 to 4.
    async fn quarter(&self) -> Option<i32> {
        self.0.quarter
    }
    /// Points that the pair lacks at the plan's prices.
    async fn lacks(&self) -> Option<i64> {
        self.0.lacks
    }
    /// The plan with the pair pinned: who would lose what.
    async fn with(&self) -> Option<PlanEffect> {
        self.0.with.clone().map(PlanEffect)
    }
}

/// A change that would serve a need.
pub(super) struct Remedy(pub store::Remedy);

/// A change that would serve a need.
#[Object]
impl Remedy {
    /// `MORE_UNITS`, `MORE_LINES`, `LINE_FOR` (one line, given to this need), `LINE_AND_UNIT` (and one unit more) or
    /// `ALLOW`.
    async fn code(&self) -> &str {
        self.0.code
    }
    /// In words.
    async fn message(&self) -> &str {
        &self.0.message
    }
    /// The resource that it is about.
    async fn resource(&self, ctx: &Context<'_>) -> Result<Option<Resource>> {
        let Some(resource) = self.0.resource else { return Ok(None) };
        Ok(load(ctx, ResourceById(resource)).await?.map(Resource))
    }
    /// Quarter, 1 to 4.
    async fn quarter(&self) -> Option<i32> {
        self.0.quarter
    }
    /// The plan with it.
    async fn with(&self) -> PlanEffect {
        PlanEffect(self.0.with.clone())
    }
}

/// What one more unit of a resource brings.
pub(super) struct UnitDemand(pub store::UnitDemand);

/// What one more unit of a resource brings.
#[Object]
impl UnitDemand {
    /// Quarter, 1 to 4.
    async fn quarter(&self) -> i32 {
        self.0.quarter
    }
    /// Units that the plan uses.
    async fn used(&self) -> i32 {
        self.0.used
    }
    /// Units there are; what is not used is idle.
    async fn units(&self) -> i32 {
        self.0.units
    }
    /// The plan with one unit more.
    async fn with(&self) -> PlanEffect {
        PlanEffect(self.0.with.clone())
    }
}

/// How evenly a plan loads members and stations.
pub(super) struct Fairness(pub store::Fairness);

/// How evenly a plan loads members and stations.
#[Object]
impl Fairness {
    /// Gini coefficient in permille, of the members who could take something: 0 where all have the same.
    async fn gini(&self) -> i32 {
        self.0.gini
    }
    /// Members who could take something.
    async fn members(&self) -> i32 {
        self.0.members
    }
    /// Those of them who have nothing.
    async fn idle(&self) -> i32 {
        self.0.idle
    }
    /// The most loaded, the largest first.
    async fn largest(&self) -> Vec<MemberLoad> {
        self.0.largest.iter().cloned().map(MemberLoad).collect()
    }
    /// The stations whose members carry most of what they could, the fullest first.
    async fn fullest(&self) -> Vec<StationLoad> {
        self.0.fullest.iter().cloned().map(StationLoad).collect()
    }
}

/// What a station carries.
pub(super) struct StationLoad(store::StationLoad);

/// What a station carries.
#[Object]
impl StationLoad {
    /// The station.
    async fn workstation(&self) -> Workstation {
        Workstation(self.0.workstation.clone())
    }
    /// Lines that the plan uses of its list.
    async fn lines(&self) -> i32 {
        self.0.lines
    }
    /// Lines that its list may have.
    async fn limit(&self) -> i32 {
        self.0.limit
    }
    /// Units that its resident members carry in the plan, for whichever station; who resides at several counts at each.
    async fn load(&self) -> i32 {
        self.0.load
    }
    /// Units that they could take.
    async fn capacity(&self) -> i32 {
        self.0.capacity
    }
}

/// What a member carries.
pub(super) struct MemberLoad(store::Load);

/// What a member carries.
#[Object]
impl MemberLoad {
    /// The member.
    async fn member(&self) -> Member {
        Member(self.0.member.clone())
    }
    /// Units in the plan.
    async fn load(&self) -> i32 {
        self.0.load
    }
    /// Units the member could take.
    async fn capacity(&self) -> i32 {
        self.0.capacity
    }
    /// The plan in which the member carries one unit less, solved: what it would cost to relieve the member, in needs and
    /// points. Null where there is nothing to take off.
    #[graphql(complexity = "5_000 + child_complexity")]
    async fn lighter(&self) -> Option<PlanEffect> {
        self.0.lighter.clone().map(PlanEffect)
    }
}

/// A need and a resource.
#[derive(InputObject)]
pub(super) struct PairInput {
    /// The need.
    need_id: ID,
    /// The resource.
    resource_id: ID,
}

/// More units of a resource.
#[derive(InputObject)]
pub(super) struct MoreUnitsInput {
    /// The resource.
    resource_id: ID,
    /// Quarter, 1 to 4.
    quarter: i32,
    /// How many more, 1 to 1000.
    more: i32,
}

/// Units of a resource in the year.
#[derive(InputObject)]
pub(super) struct YearUnitsInput {
    /// The resource.
    resource_id: ID,
    /// How many in all, 0 to 1000.
    units: i32,
}

/// More lines of a list.
#[derive(InputObject)]
pub(super) struct MoreLinesInput {
    /// The station.
    workstation_id: ID,
    /// How many more, 1 to 1000.
    more: i32,
}

/// Other points of parts of the score.
#[derive(InputObject)]
pub(super) struct WeightsInput {
    /// Those that change.
    weights: Vec<ScoreWeightInput>,
}

/// A resource that does not exist yet.
#[derive(InputObject)]
pub(super) struct NewResourceInput {
    /// Home station.
    workstation_id: ID,
    /// Class.
    category: String,
    /// Units a year, 1 to 1000.
    units: i32,
}

/// One change.
#[derive(OneofObject)]
pub(super) enum PlanChangeInput {
    /// The need is served by the resource.
    Pin(PairInput),
    /// The need is not served by the resource.
    Ban(PairInput),
    /// The need is withdrawn.
    WithdrawNeedId(ID),
    /// A resource has more units in a quarter, and in the year, and its member can take them.
    MoreUnits(MoreUnitsInput),
    /// A resource has so many units in the year.
    YearUnits(YearUnitsInput),
    /// A station's list is longer.
    MoreLines(MoreLinesInput),
    /// Parts of the score are worth other points.
    Weights(WeightsInput),
    /// A resource more, with an owner of its own, for the district of its home station.
    NewResource(NewResourceInput),
}

/// Changes of a what-if at most.
const MOST: usize = 50;

/// The changes as the desk knows them.
pub(super) fn changes_of(changes: Vec<PlanChangeInput>) -> store::Result<Vec<Change>> {
    if changes.is_empty() || changes.len() > MOST {
        let words = format!("共 {} 项变更,应有 1 至 {MOST} 项。", changes.len());
        return Err(Refusal::new("CHANGES", words).at("changes").into());
    }
    let within = |value: i32, from: i32, to: i32, what: &str| -> store::Result<u32> {
        if (from..=to).contains(&value) {
            return Ok(value as u32);
        }
        let words = format!("{what}为 {value},应在 {from} 至 {to} 之间。");
        Err(Refusal::new("RANGE", words).at("changes").into())
    };
    let need = |id: &ID| uuid(kind::NEED, id, "changes");
    let resource = |id: &ID| uuid(kind::RESOURCE, id, "changes");
    changes
        .iter()
        .map(|change| {
            Ok(match change {
                PlanChangeInput::Pin(p) => Change::Pin(need(&p.need_id)?, resource(&p.resource_id)?),
                PlanChangeInput::Ban(p) => Change::Ban(need(&p.need_id)?, resource(&p.resource_id)?),
                PlanChangeInput::WithdrawNeedId(n) => Change::Withdraw(need(n)?),
                PlanChangeInput::MoreUnits(m) => Change::MoreUnits(
                    resource(&m.resource_id)?,
                    within(m.quarter, 1, 4, "季度")? as u8,
                    within(m.more, 1, 1000, "增加的次数")?,
                ),
                PlanChangeInput::YearUnits(y) => {
                    Change::YearUnits(resource(&y.resource_id)?, within(y.units, 0, 1000, "全年次数")?)
                }
                PlanChangeInput::MoreLines(m) => Change::MoreLines(
                    uuid(kind::STATION, &m.workstation_id, "changes")?,
                    within(m.more, 1, 1000, "增加的项数")?,
                ),
                PlanChangeInput::Weights(w) => {
                    Change::Weights(w.weights.iter().map(|w| (w.code.clone(), w.points)).collect())
                }
                PlanChangeInput::NewResource(r) => Change::NewResource {
                    station: uuid(kind::STATION, &r.workstation_id, "changes")?,
                    category: r.category.clone(),
                    units: within(r.units, 1, 1000, "全年次数")?,
                },
            })
        })
        .collect()
}
