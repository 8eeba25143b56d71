//! Candidates: what could serve, what could be served, and why not.

use super::desk;
use super::error::{Outside, refusal_of};
use super::need::Need;
use super::node::{kind, uuid};
use super::resource::Resource;
use super::score::Score;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::Refusal;
use domain::matching::score::Part;
use store::TypedNeed;

/// The first rule that says no to a pair.
#[derive(SimpleObject)]
struct RuleRefusal {
    /// Code of the rule.
    code: String,
    /// Why, and what to do instead.
    message: String,
}

/// A resource that could serve a need, or why it cannot.
#[derive(SimpleObject)]
pub(super) struct ResourceCandidate {
    /// The resource.
    resource: Resource,
    /// The best quarter, 1 to 4; null where it cannot serve.
    quarter: Option<i32>,
    /// Why it is good; null where it cannot serve.
    score: Option<Score>,
    /// Why it cannot serve.
    refusal: Option<RuleRefusal>,
}

/// A need that a resource could serve, or why it cannot.
#[derive(SimpleObject)]
pub(super) struct NeedCandidate {
    /// The need.
    need: Need,
    /// The best quarter, 1 to 4; null where it cannot be served.
    quarter: Option<i32>,
    /// Why it is good; null where it cannot be served.
    score: Option<Score>,
    /// Why it cannot be served.
    refusal: Option<RuleRefusal>,
}

/// A need that is only being typed.
#[derive(InputObject)]
pub(super) struct TypedNeedInput {
    /// Code of the station.
    workstation: String,
    /// Year.
    year: i32,
    /// Title.
    title: String,
    /// Text.
    #[graphql(default)]
    text: String,
    /// Code of the class; where it is left out, candidates are of the one that the words propose.
    category: Option<String>,
    /// Area code; the station's where it is left out.
    area: Option<String>,
}

impl TypedNeedInput {
    pub(super) fn typed(&self) -> TypedNeed<'_> {
        TypedNeed {
            station: &self.workstation,
            year: self.year,
            title: &self.title,
            text: &self.text,
            category: self.category.as_deref(),
            area: self.area.as_deref(),
        }
    }
}

fn score(total: i64, parts: Vec<Part>, refused: bool) -> Option<Score> {
    (!refused).then_some(Score { total, parts })
}

fn refusal(r: Option<Refusal>) -> Option<RuleRefusal> {
    r.map(|r| RuleRefusal { code: r.code.to_owned(), message: r.message })
}

fn resources(found: Vec<store::Candidate>) -> Vec<ResourceCandidate> {
    found
        .into_iter()
        .map(|c| ResourceCandidate {
            resource: Resource(c.resource),
            quarter: Some(c.quarter).filter(|q| *q > 0),
            score: score(c.score, c.parts, c.refusal.is_some()),
            refusal: refusal(c.refusal),
        })
        .collect()
}

/// Candidates at most.
const MOST: i32 = 100;

fn size(first: i32) -> Result<usize> {
    if (1..=MOST).contains(&first) {
        return Ok(first as usize);
    }
    let words = format!("候选数为 {first},应在 1 至 {MOST} 之间,请改正 first。");
    Err(refusal_of(&Refusal::new("PAGE", words)))
}

#[derive(Default)]
pub(super) struct CandidateQuery;

#[Object]
impl CandidateQuery {
    /// Resources that could serve a need that waits, is listed or at work, as proposing and dispatching by hand would judge
    /// it, the best first; none where all that it asks for is met.
    #[graphql(complexity = "first.max(0) as usize * child_complexity")]
    async fn candidates_for_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The need.")] need_id: ID,
        #[graphql(desc = "Also those that cannot, each with the first rule that says no.", default)]
        include_refused: bool,
        #[graphql(desc = "How many, 100 at most.", default = 10)] first: i32,
    ) -> Result<Vec<ResourceCandidate>> {
        let size = size(first)?;
        let need = uuid(kind::NEED, &need_id, "needId").out(ctx)?;
        Ok(resources(desk(ctx).candidates_for_need(need, include_refused, size).await.out(ctx)?))
    }

    /// Resources that could serve a need that is only being typed, the best first. Refused (`UNCATEGORISED`) where no class is
    /// given and the words do not tell it.
    #[graphql(complexity = "first.max(0) as usize * child_complexity")]
    async fn candidates_for_text(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is typed so far.")] input: TypedNeedInput,
        #[graphql(desc = "Also those that cannot, each with the first rule that says no.", default)]
        include_refused: bool,
        #[graphql(desc = "How many, 100 at most.", default = 10)] first: i32,
    ) -> Result<Vec<ResourceCandidate>> {
        let size = size(first)?;
        let found = desk(ctx).candidates_for_text(&input.typed(), include_refused, size).await;
        Ok(resources(found.out(ctx)?))
    }

    /// Open needs that a resource could serve, the best first.
    #[graphql(complexity = "first.max(0) as usize * child_complexity")]
    async fn candidates_for_resource(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The resource.")] resource_id: ID,
        #[graphql(desc = "Also those that it cannot, each with the first rule that says no.", default)]
        include_refused: bool,
        #[graphql(desc = "How many, 100 at most.", default = 10)] first: i32,
    ) -> Result<Vec<NeedCandidate>> {
        let size = size(first)?;
        let resource = uuid(kind::RESOURCE, &resource_id, "resourceId").out(ctx)?;
        let found = desk(ctx).candidates_for_resource(resource, include_refused, size).await.out(ctx)?;
        Ok(found
            .into_iter()
            .map(|c| NeedCandidate {
                need: Need(c.need),
                quarter: Some(c.quarter).filter(|q| *q > 0),
                score: score(c.score, c.parts, c.refusal.is_some()),
                refusal: refusal(c.refusal),
            })
            .collect())
    }
}
