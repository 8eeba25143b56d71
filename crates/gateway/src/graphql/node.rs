//! Global ids: `kind:key`, made and read here alone.

use super::area::Area;
use super::category::Category;
use super::duty_item::DutyItem;
use super::duty_list::DutyList;
use super::job::PlanJob;
use super::loaders::{
    AreaByCode, ItemById, ListById, MatchById, MemberById, NeedById, OrderById, ResourceById, StationById,
    category, load, sector,
};
use super::matched::Match;
use super::member::Member;
use super::need::Need;
use super::order::Order;
use super::resource::Resource;
use super::sector::Sector;
use super::workstation::Workstation;
use async_graphql::{Context, Error, ID, Interface, Object, Result};
use domain::Refusal;
use uuid::Uuid;

/// Kinds of nodes, as they stand in ids.
pub(super) mod kind {
    pub const AMENDMENT: &str = "amendment";
    pub const ANSWER: &str = "answer";
    pub const AREA: &str = "area";
    pub const CATEGORY: &str = "category";
    pub const CHANGE: &str = "change";
    pub const CLUE: &str = "clue";
    pub const CONSTITUENT: &str = "constituent";
    pub const CONSULTATION: &str = "consultation";
    pub const CUT: &str = "cut";
    pub const EVIDENCE: &str = "evidence";
    pub const FOLLOW_UP: &str = "followUp";
    pub const ITEM: &str = "item";
    pub const JOB: &str = "job";
    pub const JOINT: &str = "joint";
    pub const LINK: &str = "link";
    pub const LIST: &str = "list";
    pub const MATCH: &str = "match";
    pub const MEDIATION: &str = "mediation";
    pub const DUTY_RECORD: &str = "record";
    pub const MEMBER: &str = "member";
    pub const NEED: &str = "need";
    pub const ORDER: &str = "order";
    pub const ORGANIZATION: &str = "organization";
    pub const PARTNERSHIP: &str = "partnership";
    pub const PROPOSAL: &str = "proposal";
    pub const RESOURCE: &str = "resource";
    pub const SCENARIO: &str = "scenario";
    pub const SECTOR: &str = "sector";
    pub const STATION: &str = "workstation";
    pub const TASK: &str = "task";
    pub const TOPIC: &str = "topic";
    pub const WEBHOOK: &str = "webhook";
}

/// The global id of a node.
pub(super) fn id(kind: &str, key: impl std::fmt::Display) -> ID {
    ID(format!("{kind}:{key}"))
}

/// The key in a global id of the kind expected.
pub(super) fn uuid(kind: &str, id: &ID, path: &'static str) -> store::Result<Uuid> {
    let wrong = || {
        Refusal::new("ID", format!("「{}」不是 {kind} 的编号,应为如 {kind}:0198… 的形式。", id.as_str()))
            .at(path)
    };
    let (found, key) = id.split_once(':').ok_or_else(wrong)?;
    if found != kind {
        return Err(wrong().into());
    }
    Ok(Uuid::parse_str(key).map_err(|_| wrong())?)
}

/// The same for an id that may be left out.
pub(super) fn uuid_opt(kind: &str, id: Option<&ID>, path: &'static str) -> store::Result<Option<Uuid>> {
    id.map(|i| uuid(kind, i, path)).transpose()
}

/// Anything that has a global id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Global id."))]
pub(super) enum Node {
    Area(Area),
    Category(Category),
    DutyItem(DutyItem),
    DutyList(DutyList),
    Match(Match),
    Member(Member),
    Need(Need),
    Order(Order),
    PlanJob(PlanJob),
    Resource(Resource),
    Sector(Sector),
    Workstation(Workstation),
}

async fn node(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>> {
    let Some((found, key)) = id.split_once(':') else { return Ok(None) };
    let by_code = key.to_owned();
    match found {
        kind::AREA => return Ok(load(ctx, AreaByCode(by_code)).await?.map(|r| Node::Area(Area(r)))),
        kind::CATEGORY => {
            return Ok(category(ctx, key).await?.map(|r| Node::Category(Category(r))));
        }
        kind::SECTOR => return Ok(sector(ctx, key).await?.map(|r| Node::Sector(Sector(r)))),
        _ => {}
    }
    let Ok(key) = Uuid::parse_str(key) else { return Ok(None) };
    Ok(match found {
        kind::ITEM => load(ctx, ItemById(key)).await?.map(|r| Node::DutyItem(DutyItem::from(r))),
        kind::LIST => load(ctx, ListById(key)).await?.map(|r| Node::DutyList(DutyList(r))),
        kind::MATCH => load(ctx, MatchById(key)).await?.map(|r| Node::Match(Match(r))),
        kind::MEMBER => load(ctx, MemberById(key)).await?.map(|r| Node::Member(Member(r))),
        kind::NEED => load(ctx, NeedById(key)).await?.map(|r| Node::Need(Need(r))),
        kind::ORDER => load(ctx, OrderById(key)).await?.map(|r| Node::Order(Order(r))),
        kind::RESOURCE => load(ctx, ResourceById(key)).await?.map(|r| Node::Resource(Resource(r))),
        kind::STATION => load(ctx, StationById(key)).await?.map(|r| Node::Workstation(Workstation(r))),
        kind::JOB => super::job::find(ctx, key).await?.map(Node::PlanJob),
        _ => None,
    })
}

/// Nodes at most that one field looks up.
const NODES: usize = 100;

#[derive(Default)]
pub(super) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The node with a global id; null where there is none, or none for this viewer.
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "Global id.")] id: ID) -> Result<Option<Node>> {
        node(ctx, &id).await
    }

    /// The nodes with these global ids, in their order; null where there is none.
    #[graphql(complexity = "ids.len() * child_complexity")]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids, 100 at most.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > NODES {
            return Err(Error::new(format!("一次查询 {} 个编号,最多 {NODES} 个,请分几次查询。", ids.len())));
        }
        futures_util::future::try_join_all(ids.iter().map(|id| node(ctx, id))).await
    }
}
