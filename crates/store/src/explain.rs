//! Why a plan is as it is, and what would be otherwise: asked of the standing plan as it was made.
//!
//! A plan keeps its instance, its proof and what their positions mean, so that it can be explained after its lists
//! are published as well. Every answer is a solve (`domain::matching::whatif`), never an estimate.

use crate::city::{Loaded, quarter_of};
use crate::entity::{need, plan, resource};
use crate::kept::Kept;
use crate::{Desk, Error, Result, compute};
use domain::matching::candidates;
use domain::matching::score;
use domain::matching::whatif::{Board, Comparison, PairAnswer, Wish};
use domain::{Action, Refusal};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// A change that somebody could make, by ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// The need is served by the resource.
    Pin(Uuid, Uuid),
    /// The need is not served by the resource.
    Ban(Uuid, Uuid),
    /// The need is withdrawn.
    Withdraw(Uuid),
    /// So many units more of a resource in a quarter.
    MoreUnits(Uuid, u8, u32),
    /// So many units in the year of a resource.
    YearUnits(Uuid, u32),
    /// So many lines more on a station's list.
    MoreLines(Uuid, u32),
    /// Points of parts of the score by code; what is left out stays.
    Weights(Vec<(String, i64)>),
    /// A resource more with an owner of its own, for the district of its home station.
    NewResource {
        /// Home station.
        station: Uuid,
        /// Class.
        category: String,
        /// Units a year, and a quarter.
        units: u32,
    },
}

/// A need that a change touches.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The need.
    pub need: Uuid,
    /// Resource and quarter before.
    pub before: Option<(Option<Uuid>, i32)>,
    /// Resource and quarter after; a resource that does not exist yet has no id.
    pub after: Option<(Option<Uuid>, i32)>,
}

/// What a change does to the plan.
#[derive(Clone, Debug)]
pub struct Effect {
    /// Needs served more, or fewer below zero.
    pub served: i64,
    /// Urgent and pinned needs served more.
    pub urgent: i64,
    /// Points more.
    pub score: i64,
    /// What differs.
    pub moved: Vec<Moved>,
}

/// Why the plan did not choose a pair.
#[derive(Clone, Debug)]
pub struct WhyNot {
    /// Code: `CHOSEN`, a rule's, `DEARER`, `CHANGED`, `NO_PLAN` or `NOT_PLANNED`.
    pub code: String,
    /// In words, with what to do instead.
    pub message: String,
    /// Quarter in which it would be.
    pub quarter: Option<i32>,
    /// Points that it lacks at the plan's prices.
    pub lacks: Option<i64>,
    /// The plan with the pair.
    pub with: Option<Effect>,
}

/// The smallest change that would serve a need.
#[derive(Clone, Debug)]
pub struct Remedy {
    /// Code: `MORE_UNITS`, `MORE_LINES`, `LINE_FOR`, `LINE_AND_UNIT` or `ALLOW`.
    pub code: &'static str,
    /// In words.
    pub message: String,
    /// The resource that it is about.
    pub resource: Option<Uuid>,
    /// Quarter.
    pub quarter: Option<i32>,
    /// What it does.
    pub with: Effect,
}

/// What one more unit of a resource in a quarter brings.
#[derive(Clone, Debug)]
pub struct UnitDemand {
    /// Quarter, 1 to 4.
    pub quarter: i32,
    /// Units that the plan uses.
    pub used: i32,
    /// Units there are.
    pub units: i32,
    /// What one more does.
    pub with: Effect,
}

/// A plan that can be asked.
pub(crate) struct Asked {
    pub(crate) board: Arc<Board>,
    needs: Vec<Uuid>,
    need_at: HashMap<Uuid, u32>,
    resources: Vec<Uuid>,
    resource_at: HashMap<Uuid, u32>,
    pub(crate) members: Vec<Uuid>,
    pub(crate) stations: Vec<Uuid>,
}

fn positions(ids: &[Uuid]) -> HashMap<Uuid, u32> {
    ids.iter().zip(0..).map(|(id, k)| (*id, k)).collect()
}

impl Asked {
    fn new(kept: &Kept) -> Asked {
        Asked {
            board: Arc::new(Board::new(kept.instance.clone(), kept.solution.clone(), kept.layout.clone())),
            need_at: positions(&kept.needs),
            resource_at: positions(&kept.resources),
            needs: kept.needs.clone(),
            resources: kept.resources.clone(),
            members: kept.members.clone(),
            stations: kept.stations.clone(),
        }
    }

    /// Asks the plan: most questions are answered by a solve.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Board) -> T + Send + 'static,
    ) -> Result<T> {
        let board = self.board.clone();
        compute(move || question(&board)).await
    }

    pub(crate) fn effect(&self, c: Comparison) -> Effect {
        let seat =
            |s: Option<(u32, u8)>| s.map(|(r, q)| (self.resources.get(r as usize).copied(), i32::from(q)));
        let moved = c
            .differences
            .into_iter()
            .map(|d| Moved {
                need: self.needs[d.need as usize],
                before: seat(d.before),
                after: seat(d.after),
            })
            .collect();
        Effect { served: c.served, urgent: c.urgent, score: c.score, moved }
    }
}

/// A comparison of two plans of a loaded city by ids; a resource that does not exist yet has none.
pub(crate) fn effect_of(c: &Comparison, loaded: &Loaded) -> Effect {
    let seat = |s: Option<(u32, u8)>| {
        let (r, q) = s?;
        Some((loaded.resources.get(r as usize).map(|r| r.id), i32::from(q)))
    };
    let moved = c
        .differences
        .iter()
        .map(|d| Moved {
            need: loaded.needs[d.need as usize].id,
            before: seat(d.before),
            after: seat(d.after),
        })
        .collect();
    Effect { served: c.served, urgent: c.urgent, score: c.score, moved }
}

/// What a change costs, in words.
fn price(with: &Effect) -> String {
    let losers = with.moved.iter().filter(|d| d.before.is_some() && d.after.is_none()).count();
    let winners = with.moved.iter().filter(|d| d.before.is_none() && d.after.is_some()).count();
    match losers {
        0 => format!("总分变化 {} 分,没有需求因此落选", with.score),
        n => format!("{n} 件已列需求落选、{winners} 件(含本件)列入,总分变化 {} 分", with.score),
    }
}

impl Desk {
    /// The standing plan of a year as it is kept; read once, and then held while it stands.
    pub(crate) async fn kept_plan<C: ConnectionTrait>(
        &self,
        db: &C,
        year: i32,
    ) -> Result<Option<(Uuid, Arc<Kept>)>> {
        let Some(id) = crate::plan::standing_id(db, year).await? else { return Ok(None) };
        if let Some(kept) = self.store.plan_held(id) {
            return Ok(Some((id, kept)));
        }
        let Some(row) = plan::Entity::find_by_id(id).one(db).await? else { return Ok(None) };
        let kept = Arc::new(compute(move || Kept::read(&row.proof)).await??);
        self.store.hold_plan(id, kept.clone());
        Ok(Some((id, kept)))
    }

    /// The standing plan of a year, ready for questions.
    pub(crate) async fn asked(&self, year: i32) -> Result<Option<Arc<Asked>>> {
        let Some((_, kept)) = self.kept_plan(self.store.db(), year).await? else { return Ok(None) };
        if let Some(asked) = kept.asked.get() {
            return Ok(Some(asked.clone()));
        }
        let ready = move || kept.asked.get_or_init(|| Arc::new(Asked::new(&kept))).clone();
        Ok(Some(compute(ready).await?))
    }

    async fn asked_need(&self, id: Uuid) -> Result<need::Model> {
        let row = need::Entity::find_by_id(id).one(self.store.db()).await?.ok_or(Error::NotFound("需求"))?;
        self.need(Action::ReadLists, row.workstation_id, None)?;
        Ok(row)
    }

    /// Why the standing plan did not choose a resource for a need: the first rule that refuses the pair, or what it
    /// would cost, solved with the pair pinned.
    pub async fn why_not(&self, need_id: Uuid, resource_id: Uuid) -> Result<WhyNot> {
        let row = self.asked_need(need_id).await?;
        let r = self.resource_row(self.store.db(), resource_id).await?;
        let plain = |code: &str, message: String| WhyNot {
            code: code.to_owned(),
            message,
            quarter: None,
            lacks: None,
            with: None,
        };
        let Some(asked) = self.asked(row.year).await? else {
            return Ok(plain("NO_PLAN", format!("{} 年还没有方案,请先匹配。", row.year)));
        };
        let (need, resource) = (asked.need_at.get(&need_id), asked.resource_at.get(&resource_id));
        let answer = match (need.copied(), resource.copied()) {
            (Some(n), Some(r)) => asked.ask(move |board| board.pair(n, r)).await?,
            _ => PairAnswer::NoCandidate,
        };
        Ok(match answer {
            PairAnswer::Chosen((_, quarter)) => WhyNot {
                quarter: Some(i32::from(quarter)),
                ..plain("CHOSEN", format!("方案已由资源 {} 在第 {quarter} 季度承接该需求。", r.number))
            },
            // From where the plan stands there is no place, whoever makes way: the whole year decides.
            PairAnswer::Blocked(_) => {
                let with = match self.rival(row.year, &[Change::Pin(need_id, resource_id)]).await {
                    Ok(with) => with,
                    Err(Error::Refused(_)) => {
                        let no = self.refusal_now(&row, resource_id).await?;
                        let no =
                            no.unwrap_or_else(|| Refusal::new("CHANGED", "作出方案后情况有变,请重新匹配。"));
                        return Ok(plain(no.code, no.message));
                    }
                    Err(e) => return Err(e),
                };
                let price = price(&with);
                let words = format!(
                    "可行,但不是最优:在现有方案上腾不出位置;若指定资源 {} 并重排全年,{price}。",
                    r.number
                );
                WhyNot { with: Some(with), ..plain("DEARER", words) }
            }
            PairAnswer::NoCandidate => match self.refusal_now(&row, resource_id).await? {
                Some(no) => plain(no.code, no.message),
                None => plain(
                    "CHANGED",
                    "作出方案时这一对不可行,现在没有规则反对;请重新匹配,或由召集人直接提出。".to_owned(),
                ),
            },
            PairAnswer::Possible { seat: (_, quarter), lacks, with } => {
                let with = asked.effect(with);
                let price = price(&with);
                WhyNot {
                    quarter: Some(i32::from(quarter)),
                    lacks: Some(lacks),
                    with: Some(with),
                    ..plain(
                        "DEARER",
                        format!(
                            "可行,但不是最优:若指定资源 {} 在第 {quarter} 季度承接,{price};召集人可以指定后重新匹配。",
                            r.number
                        ),
                    )
                }
            }
        })
    }

    /// The first rule that refuses a pair as things are now.
    async fn refusal_now(&self, row: &need::Model, resource_id: Uuid) -> Result<Option<Refusal>> {
        let loaded = self.load_city(self.store.db(), row.year, None).await?;
        let at = loaded.resources.iter().position(|r| r.id == resource_id);
        let (Some(n), Some(r)) = (loaded.needs.iter().position(|n| n.id == row.id), at) else {
            let words = format!("需求 {} 或该资源现在不参加匹配(已承接、已关闭或类别待确认)。", row.number);
            return Ok(Some(Refusal::new("NOT_PLANNED", words)));
        };
        let need = &loaded.city.needs[n];
        let nos: Vec<Option<Refusal>> =
            need.requirements.iter().map(|q| candidates::first_no(&loaded.city, need, q, r as u32)).collect();
        Ok(if nos.iter().any(Option::is_none) { None } else { nos.into_iter().flatten().next() })
    }

    /// The smallest changes that would serve a need without another losing its place, each solved.
    pub async fn cheapest_changes(&self, need_id: Uuid) -> Result<Vec<Remedy>> {
        let row = self.asked_need(need_id).await?;
        let Some(asked) = self.asked(row.year).await? else { return Ok(Vec::new()) };
        let Some(n) = asked.need_at.get(&need_id).copied() else { return Ok(Vec::new()) };
        let allowed = self.could_be_allowed(&row, &asked).await?;
        let pairs: Vec<(u32, u8, u32)> = allowed.iter().map(|a| a.0).collect();
        let running = quarter_of(self.today(), row.year).clamp(1, 4);
        let remedies = asked.ask(move |board| board.remedies(n, &pairs, running)).await?;
        let ids: Vec<Uuid> = remedies
            .iter()
            .flat_map(|r| &r.wishes)
            .filter_map(|wish| match *wish {
                Wish::MoreUnits(r, ..) | Wish::Allow(_, r, ..) | Wish::Seat(_, (r, _)) => {
                    Some(asked.resources[r as usize])
                }
                _ => None,
            })
            .collect();
        let numbers: HashMap<Uuid, String> = resource::Entity::find()
            .filter(resource::Column::Id.is_in(ids))
            .all(self.store.db())
            .await?
            .into_iter()
            .map(|r| (r.id, r.number))
            .collect();
        let number = |r: u32| numbers.get(&asked.resources[r as usize]).cloned().unwrap_or_default();
        Ok(remedies
            .into_iter()
            .map(|r| {
                let (code, message, resource, quarter) = match *r.wishes {
                    [Wish::MoreUnits(res, q, _)] => (
                        "MORE_UNITS",
                        format!("资源 {} 在第 {q} 季度增加 1 次(全年与委员上限随之增加)。", number(res)),
                        Some(res),
                        Some(q),
                    ),
                    [Wish::MoreLines(_, more)] => {
                        ("MORE_LINES", format!("本站清单上限增加 {more} 项。"), None, None)
                    }
                    [Wish::MoreLines(_, more), ref unit @ .., Wish::Seat(_, (res, quarter))] => {
                        let (code, unit) = match unit {
                            [] => ("LINE_FOR", ""),
                            _ => ("LINE_AND_UNIT", "增加 1 次(全年与委员上限随之增加)并"),
                        };
                        let message = format!(
                            "本站清单上限增加 {more} 项,指定给本件:资源 {} 在第 {quarter} 季度{unit}承接。",
                            number(res)
                        );
                        (code, message, Some(res), Some(quarter))
                    }
                    [Wish::Allow(_, res, q, _)] => {
                        let how = allowed.iter().find(|a| a.0.0 == res && a.0.1 == q).map_or("", |a| a.1);
                        (
                            "ALLOW",
                            format!("{how}:资源 {} 在第 {q} 季度承接。", number(res)),
                            Some(res),
                            Some(q),
                        )
                    }
                    _ => ("CHANGE", String::new(), None, None),
                };
                Remedy {
                    code,
                    message,
                    resource: resource.map(|r| asked.resources[r as usize]),
                    quarter: quarter.map(i32::from),
                    with: asked.effect(r.with),
                }
            })
            .collect())
    }

    /// Pairs that only reach or time speaks against, with quarter and points, and what would allow them.
    async fn could_be_allowed(
        &self,
        row: &need::Model,
        asked: &Asked,
    ) -> Result<Vec<((u32, u8, u32), &'static str)>> {
        let loaded = self.load_city(self.store.db(), row.year, None).await?;
        let city = &loaded.city;
        let Some(n) = loaded.needs.iter().position(|n| n.id == row.id) else { return Ok(Vec::new()) };
        let need = &city.needs[n];
        let [requirement] = need.requirements.as_slice() else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for (k, r) in city.resources.iter().enumerate() {
            let Some(no) = candidates::first_no(city, need, requirement, k as u32) else { continue };
            let (how, quarter) = match no.code {
                "OUT_OF_REACH" => {
                    let free = candidates::quarters(need, r).find(|q| r.free[usize::from(*q) - 1] > 0);
                    ("与该资源所属站签订联建协议,或请委员放宽服务范围", free)
                }
                "OUTLIVED_WINDOW" => {
                    let after = (need.until.saturating_add(1)..=4).find(|q| r.free[usize::from(*q) - 1] > 0);
                    ("与居民商量推后期限", after.filter(|q| (r.window.0..=r.window.1).contains(q)))
                }
                _ => continue,
            };
            let (Some(quarter), Some(at)) = (quarter, asked.resource_at.get(&loaded.resources[k].id)) else {
                continue;
            };
            let points = score::total(city, need, requirement, k as u32, quarter).max(0) as u32;
            found.push(((*at, quarter, points), how));
        }
        found.sort_by_key(|((at, _, points), _)| (std::cmp::Reverse(*points), *at));
        Ok(found)
    }

    /// What one more unit of a resource would bring, quarter by quarter.
    pub async fn resource_demand(&self, resource_id: Uuid) -> Result<Vec<UnitDemand>> {
        let row = self.resource_row(self.store.db(), resource_id).await?;
        self.need(Action::ReadLists, row.workstation_id, Some(row.member_id))?;
        let Some(asked) = self.asked(row.year).await? else { return Ok(Vec::new()) };
        let Some(at) = asked.resource_at.get(&resource_id).copied() else { return Ok(Vec::new()) };
        Ok(asked
            .ask(move |board| board.demand(at))
            .await?
            .into_iter()
            .map(|d| UnitDemand {
                quarter: i32::from(d.quarter),
                used: d.used as i32,
                units: d.units as i32,
                with: asked.effect(d.with),
            })
            .collect())
    }

    /// The standing plan after some changes, kept apart from it: nothing is written.
    ///
    /// Where the plan has to be made anew for it (weights, new resources), the year is planned from nothing twice,
    /// with the changes and without.
    pub async fn what_if(&self, year: i32, changes: &[Change]) -> Result<Effect> {
        self.need_city(Action::ReadLists)?;
        let anew = |c: &Change| matches!(c, Change::Weights(_) | Change::NewResource { .. });
        if changes.iter().any(anew) {
            return self.rival(year, changes).await;
        }
        let asked = self.asked(year).await?.ok_or(Error::NotFound("方案"))?;
        let mut wishes = Vec::new();
        for (k, change) in changes.iter().enumerate() {
            let absent = |what: &str| {
                let words = format!("第 {} 项变更里的{what}不在这份方案里,请核对。", k + 1);
                Error::from(Refusal::new("NOT_IN_PLAN", words))
            };
            let need = |id: &Uuid| asked.need_at.get(id).copied().ok_or_else(|| absent("需求"));
            let resource = |id: &Uuid| asked.resource_at.get(id).copied().ok_or_else(|| absent("资源"));
            let station = |id: &Uuid| {
                let at = asked.stations.iter().position(|s| s == id);
                at.map(|s| s as u32).ok_or_else(|| absent("工作站"))
            };
            wishes.push(match change {
                Change::Pin(n, r) => Wish::Pin(need(n)?, resource(r)?),
                Change::Ban(n, r) => Wish::Ban(need(n)?, resource(r)?),
                Change::Withdraw(n) => Wish::Withdraw(need(n)?),
                Change::MoreUnits(r, q, more) => Wish::MoreUnits(resource(r)?, *q, *more),
                Change::YearUnits(r, units) => Wish::YearUnits(resource(r)?, *units),
                Change::MoreLines(s, more) => Wish::MoreLines(station(s)?, *more),
                Change::Weights(_) | Change::NewResource { .. } => continue,
            });
        }
        match asked.ask(move |board| board.scenario(&wishes)).await? {
            Some(with) => Ok(asked.effect(with)),
            // A pair that was no candidate: the whole year decides.
            None => self.rival(year, changes).await,
        }
    }
}
