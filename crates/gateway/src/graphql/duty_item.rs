//! Items of annual duty lists.

use super::desk;
use super::error::Outside;
use super::loaders::{
    Carried, CarriedBy, ItemById, ListById, Loaders, MatchesOfNeed, ShortItemsOf, TasksOf, load,
};
use super::matched::Match;
use super::member::Member;
use super::need::Need;
use super::node::{id, kind, uuid};
use super::page::{Counted, Nodes, nodes};
use super::payload::{Payload, payload};
use super::resource::Resource;
use super::score::Score;
use super::task::PlanTask;
use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::DutyForm;
use std::collections::HashMap;
use std::sync::Arc;
use store::{ItemChange, Page, Slice, row};

/// One line of an annual duty list (履职项目).
pub(super) struct DutyItem {
    item: row::DutyItem,
    /// Number of its list, where it came with it; empty otherwise.
    list: String,
    /// What carries it, where it came with it.
    carried: Option<Arc<Carried>>,
}

impl From<row::DutyItem> for DutyItem {
    fn from(item: row::DutyItem) -> DutyItem {
        DutyItem { item, list: String::new(), carried: None }
    }
}

/// The page of a list's items, with what carries them where the query asks for it. The cursor is the item's place.
pub(super) async fn cut(
    ctx: &Context<'_>,
    list: &row::DutyList,
    rows: Vec<row::DutyItem>,
    page: &Page,
) -> Result<Nodes<DutyItem>> {
    let place = |c: &Option<String>| c.as_ref().and_then(|c| c.parse::<i32>().ok());
    let total = rows.len() as u64;
    let mut rows: Vec<(String, row::DutyItem)> = rows
        .into_iter()
        .filter(|i| place(&page.after).is_none_or(|a| i.seq > a))
        .filter(|i| place(&page.before).is_none_or(|b| i.seq < b))
        .map(|i| (i.seq.to_string(), i))
        .collect();
    let over = rows.len().saturating_sub(page.size as usize);
    if page.backward {
        rows.drain(..over);
    } else {
        rows.truncate(page.size as usize);
    }
    let (next, previous) =
        if page.backward { (page.before.is_some(), over > 0) } else { (over > 0, page.after.is_some()) };
    let ahead = ctx.look_ahead();
    let asked = [ahead.field("nodes"), ahead.field("edges").field("node")]
        .iter()
        .any(|at| ["need", "members", "resources", "score"].iter().any(|f| at.field(f).exists()));
    let mut carried: HashMap<CarriedBy, Arc<Carried>> = HashMap::new();
    if asked {
        let keys: Vec<CarriedBy> = rows.iter().map(|(_, i)| CarriedBy(i.id, i.need_id)).collect();
        carried = ctx.data_unchecked::<Loaders>().load_many(keys).await.out(ctx)?;
    }
    let number = list.number.clone();
    Ok(nodes(Slice { rows, next, previous }, Counted::Known(total), move |item| DutyItem {
        carried: carried.get(&CarriedBy(item.id, item.need_id)).cloned(),
        item,
        list: number.clone(),
    }))
}

impl DutyItem {
    async fn carried(&self, ctx: &Context<'_>) -> Result<Arc<Carried>> {
        if let Some(carried) = &self.carried {
            return Ok(carried.clone());
        }
        Ok(load(ctx, CarriedBy(self.item.id, self.item.need_id)).await?.unwrap_or_default())
    }
}

/// One line of an annual duty list (履职项目).
#[Object]
impl DutyItem {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::ITEM, self.item.id)
    }
    /// Number: that of the list and the place on it, such as `XC-015〔2026〕-3`.
    async fn number(&self, ctx: &Context<'_>) -> Result<String> {
        if !self.list.is_empty() {
            return Ok(format!("{}-{}", self.list, self.item.seq));
        }
        let list = load(ctx, ListById(self.item.list_id)).await?;
        Ok(format!("{}-{}", list.map_or(String::new(), |l| l.number), self.item.seq))
    }
    /// Place on the list, from 1.
    async fn seq(&self) -> i32 {
        self.item.seq
    }
    /// Title.
    async fn title(&self) -> &str {
        &self.item.title
    }
    /// Form (四微).
    async fn form(&self) -> DutyForm {
        self.item.form
    }
    /// Quarter, 1 to 4.
    async fn quarter(&self) -> i32 {
        self.item.quarter
    }
    /// Expected result.
    async fn expected_result(&self) -> &str {
        &self.item.expected_result
    }
    /// Units that carry it too (共建/协办单位).
    async fn partners(&self) -> Vec<&str> {
        self.item.partners.lines().collect()
    }
    /// Whether it was struck.
    async fn removed(&self) -> bool {
        self.item.removed
    }
    /// Whether its resource has gone (资源变更): it needs a substitute, or an amendment that strikes it off.
    async fn resource_gone(&self, ctx: &Context<'_>) -> Result<bool> {
        let short = load(ctx, ShortItemsOf(self.item.list_id)).await?.unwrap_or_default();
        Ok(short.contains(&self.item.id))
    }
    /// The item of the station in the lead, where this station carries it too (联办); null for the lead's own.
    async fn joint_of(&self, ctx: &Context<'_>) -> Result<Option<DutyItem>> {
        let Some(lead) = self.item.joint_of else { return Ok(None) };
        Ok(load(ctx, ItemById(lead)).await?.map(DutyItem::from))
    }
    /// Tasks of the year's plan (1+4+N) that it serves, by code.
    #[graphql(complexity = "2 * child_complexity")]
    async fn tasks(&self, ctx: &Context<'_>) -> Result<Vec<PlanTask>> {
        Ok(load(ctx, TasksOf(self.item.id)).await?.unwrap_or_default().into_iter().map(PlanTask).collect())
    }
    /// Whether this station carries it for another that is in the lead (联办).
    async fn joint(&self) -> bool {
        self.item.joint_of.is_some()
    }
    /// Why it was struck.
    async fn removal_reason(&self) -> Option<&str> {
        self.item.removal_reason.as_deref()
    }
    /// Version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.item.version
    }
    /// The item's first need.
    async fn need(&self, ctx: &Context<'_>) -> Result<Option<Need>> {
        Ok(self.carried(ctx).await?.need.clone().map(Need))
    }
    /// Members who take it, each once.
    #[graphql(complexity = "2 * child_complexity")]
    async fn members(&self, ctx: &Context<'_>) -> Result<Vec<Member>> {
        Ok(self.carried(ctx).await?.members.iter().cloned().map(Member).collect())
    }
    /// Resources that carry it, each once.
    #[graphql(complexity = "2 * child_complexity")]
    async fn resources(&self, ctx: &Context<'_>) -> Result<Vec<Resource>> {
        Ok(self.carried(ctx).await?.resources.iter().cloned().map(Resource).collect())
    }
    /// Why these resources: the scores of the item's matches together.
    async fn score(&self, ctx: &Context<'_>) -> Result<Score> {
        let carried = self.carried(ctx).await?;
        let total = carried.matches.iter().map(|m| m.score).sum();
        Ok(Score::stored(total, carried.matches.iter().map(|m| m.parts.as_str())))
    }
    /// The item's matches, for those who may see them.
    #[graphql(complexity = "2 * child_complexity")]
    async fn matches(&self, ctx: &Context<'_>) -> Result<Vec<Match>> {
        let carried = self.carried(ctx).await?;
        let visible = load(ctx, MatchesOfNeed(self.item.need_id)).await?.unwrap_or_default();
        Ok(visible.into_iter().filter(|m| carried.matches.iter().any(|c| c.id == m.id)).map(Match).collect())
    }
}

/// A change of an item; what is left out stays.
#[derive(InputObject)]
pub(super) struct EditItemInput {
    /// The item.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Title.
    title: Option<String>,
    /// Form (四微).
    form: Option<DutyForm>,
    /// Quarter, 1 to 4.
    quarter: Option<i32>,
    /// Expected result.
    expected_result: Option<String>,
    /// Units that carry it too (共建/协办单位), 5 at most; none where the list is empty.
    partners: Option<Vec<String>>,
}

/// An item to be struck.
#[derive(InputObject)]
pub(super) struct RemoveItemInput {
    /// The item.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Why; it stays on the list beside the struck item.
    reason: String,
}

/// A need to be put on a draft.
#[derive(InputObject)]
pub(super) struct AddItemInput {
    /// The list.
    list_id: ID,
    /// Version of the list that was read.
    expected_version: i32,
    /// The need; it must have a match.
    need_id: ID,
}

#[derive(Default)]
pub(super) struct DutyItemMutation;

#[Object]
impl DutyItemMutation {
    /// Puts a need of the station on its draft, carried by its matches.
    async fn add_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which need, on which list.")] input: AddItemInput,
    ) -> Result<Payload<DutyItem>> {
        let answer = async {
            let list = uuid(kind::LIST, &input.list_id, "listId")?;
            let need = uuid(kind::NEED, &input.need_id, "needId")?;
            desk(ctx).add_item(list, input.expected_version, need).await
        };
        payload(ctx, answer.await, DutyItem::from)
    }

    /// Changes an item of a draft.
    async fn edit_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: EditItemInput,
    ) -> Result<Payload<DutyItem>> {
        let answer = async {
            let item = uuid(kind::ITEM, &input.id, "id")?;
            let change = ItemChange {
                title: input.title,
                form: input.form,
                quarter: input.quarter,
                expected_result: input.expected_result,
                partners: input.partners,
            };
            desk(ctx).edit_item(item, input.expected_version, change).await
        };
        payload(ctx, answer.await, DutyItem::from)
    }

    /// Strikes an item of a draft; it stays, with the reason, and its open matches are given back.
    async fn remove_item(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: RemoveItemInput,
    ) -> Result<Payload<DutyItem>> {
        let answer = async {
            let item = uuid(kind::ITEM, &input.id, "id")?;
            desk(ctx).remove_item(item, input.expected_version, &input.reason).await
        };
        payload(ctx, answer.await, DutyItem::from)
    }
}
