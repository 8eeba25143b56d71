//! Scenarios: changes that are thought through, kept apart from the standing plan, and adopted or dropped.

use crate::city::{Basis, Loaded};
use crate::desk::{Event, same_version};
use crate::entity::{need, pair_rule, resource, scenario, workstation};
use crate::explain::{Change, Effect, effect_of};
use crate::{Desk, Error, Result, compute};
use domain::matching::City;
use domain::matching::rival;
use domain::matching::score::Weights;
use domain::{Action, Limits, PairRuleKind, Refusal, ScenarioStatus, policy, refusal};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, Set,
};
use uuid::Uuid;

/// A class in which one resource more would help a district.
#[derive(Clone, Debug)]
pub struct Shortage {
    /// Code of the class, level 1.
    pub category: String,
    /// Requirements of the class whose needs the plan leaves out.
    pub unserved: u32,
    /// The plan with one resource more.
    pub with: Effect,
}

impl Desk {
    /// Scenarios of a year, the newest first.
    pub async fn scenarios(&self, year: i32) -> Result<Vec<scenario::Model>> {
        self.need_city(Action::ReadLists)?;
        Ok(scenario::Entity::find()
            .filter(scenario::Column::Year.eq(year))
            .order_by_desc(scenario::Column::Id)
            .all(self.store.db())
            .await?)
    }

    /// Keeps a scenario. Its changes are tried first: what cannot be is refused.
    pub async fn create_scenario(
        &self,
        year: i32,
        name: &str,
        changes: &[Change],
    ) -> Result<scenario::Model> {
        self.need_city(Action::PlanYear)?;
        let name = refusal::text(name, "名称", 60, "name")?;
        let tx = self.store.begin().await?;
        let terms = self.terms_in_force(&tx).await?;
        let mut loaded = self.load_on(&tx, year, None, Basis::Afresh, terms).await?;
        apply(&mut loaded, changes)?;
        let row = scenario::Model {
            id: self.id(),
            year,
            name,
            changes: serde_json::to_string(changes)?,
            status: ScenarioStatus::Draft,
            person_id: self.viewer.person,
            made_at: self.at,
            version: 1,
        };
        let row = row.into_active_model().insert(&tx).await?;
        self.audit_scenario(&tx, "CREATE_SCENARIO", &row, None).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    async fn audit_scenario(
        &self,
        tx: &DatabaseTransaction,
        action: &str,
        row: &scenario::Model,
        reason: Option<String>,
    ) -> Result<()> {
        let detail = serde_json::json!({"year": row.year, "name": row.name});
        let event =
            Event { action, subject: "scenario", id: Some(row.id), workstation: None, detail, reason };
        self.audit(tx, event).await
    }

    /// The year planned from nothing with some changes, against the same without them. Nothing is written.
    pub async fn compare_afresh(&self, year: i32, changes: &[Change]) -> Result<Effect> {
        self.need_city(Action::ReadLists)?;
        self.rival(year, changes).await
    }

    pub(crate) async fn rival(&self, year: i32, changes: &[Change]) -> Result<Effect> {
        let db = self.store.db();
        let terms = self.terms_in_force(db).await?;
        let mut loaded = self.load_on(db, year, None, Basis::Afresh, terms).await?;
        let before = loaded.city.clone();
        apply(&mut loaded, changes)?;
        compute(move || {
            let c = rival::compare(&before, &loaded.city, &Limits::default())?;
            Ok(effect_of(&c, &loaded))
        })
        .await?
    }

    /// What a scenario would do.
    pub async fn scenario_effect(&self, row: &scenario::Model) -> Result<Effect> {
        let changes: Vec<Change> = serde_json::from_str(&row.changes)?;
        self.compare_afresh(row.year, &changes).await
    }

    /// Makes the changes of a scenario: pins, bans, longer lists and weights. Units and resources belong to their
    /// owners and needs to their requesters, who have to make those changes first; a refusal names them.
    pub async fn adopt_scenario(&self, id: Uuid, expected: i32, reason: &str) -> Result<scenario::Model> {
        self.need_city(Action::PlanYear)?;
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let row = scenario::Entity::find_by_id(id).one(&tx).await?.ok_or(Error::NotFound("推演"))?;
        let next = row.status.end(true)?;
        same_version(expected, row.version, vec!["status"])?;
        let changes: Vec<Change> = serde_json::from_str(&row.changes)?;
        let mut open = Vec::new();
        for change in &changes {
            open.extend(self.adopt_change(&tx, &row, change).await?);
        }
        if !open.is_empty() {
            return Err(Error::Refused(open));
        }
        let mut row = row.into_active_model();
        row.status = Set(next);
        row.version = Set(expected + 1);
        let row = row.update(&tx).await?;
        self.audit_scenario(&tx, "ADOPT_SCENARIO", &row, Some(reason)).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// Makes one change; gives what others have to do first.
    async fn adopt_change(
        &self,
        tx: &DatabaseTransaction,
        row: &scenario::Model,
        change: &Change,
    ) -> Result<Option<Refusal>> {
        let theirs = |words: String| Ok(Some(Refusal::new("NOT_OURS", words)));
        let units = async |id: &Uuid| -> Result<resource::Model> { self.resource_row(tx, *id).await };
        match change {
            Change::Pin(need_id, resource_id) | Change::Ban(need_id, resource_id) => {
                let kind =
                    if matches!(change, Change::Pin(..)) { PairRuleKind::Pin } else { PairRuleKind::Ban };
                pair_rule::Entity::delete_many()
                    .filter(pair_rule::Column::NeedId.eq(*need_id))
                    .filter(pair_rule::Column::ResourceId.eq(*resource_id))
                    .exec(tx)
                    .await?;
                let rule = pair_rule::Model {
                    id: self.id(),
                    year: row.year,
                    need_id: *need_id,
                    resource_id: *resource_id,
                    kind,
                    reason: format!("采用推演「{}」", row.name),
                };
                rule.into_active_model().insert(tx).await?;
                Ok(None)
            }
            Change::MoreLines(id, more) => {
                let station = self.station(tx, *id).await?;
                let (limit, version) = (station.list_limit + *more as i32, station.version + 1);
                let mut station: workstation::ActiveModel = station.into_active_model();
                station.list_limit = Set(limit);
                station.version = Set(version);
                station.update(tx).await?;
                Ok(None)
            }
            Change::Weights(weights) => {
                self.adopt_weights(tx, weights, &format!("采用推演「{}」", row.name)).await?;
                Ok(None)
            }
            Change::Withdraw(id) => {
                let n = need::Entity::find_by_id(*id).one(tx).await?.ok_or(Error::NotFound("需求"))?;
                if n.status == domain::NeedStatus::Withdrawn {
                    return Ok(None);
                }
                theirs(format!("需求 {} 的撤回由其工作站办理,请先由工作站撤回,再采用推演。", n.number))
            }
            Change::MoreUnits(id, ..) => {
                let r = units(id).await?;
                theirs(format!(
                    "资源 {} 的次数由其委员决定,请先由其修改;推演里请去掉这一项再采用。",
                    r.number
                ))
            }
            Change::YearUnits(id, n) => {
                let r = units(id).await?;
                if i64::from(r.per_year) == i64::from(*n) {
                    return Ok(None);
                }
                theirs(format!("资源 {} 的全年次数由其委员决定,请先由其改为 {n} 次,再采用推演。", r.number))
            }
            Change::NewResource { category, .. } => {
                theirs(format!("类别 {category} 的新资源须由委员登记并经核实;登记后请去掉这一项再采用推演。"))
            }
        }
    }

    /// Puts a scenario away.
    pub async fn drop_scenario(&self, id: Uuid, expected: i32, reason: &str) -> Result<scenario::Model> {
        self.need_city(Action::PlanYear)?;
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let row = scenario::Entity::find_by_id(id).one(&tx).await?.ok_or(Error::NotFound("推演"))?;
        let next = row.status.end(false)?;
        same_version(expected, row.version, vec!["status"])?;
        let mut row = row.into_active_model();
        row.status = Set(next);
        row.version = Set(expected + 1);
        let row = row.update(&tx).await?;
        self.audit_scenario(&tx, "DROP_SCENARIO", &row, Some(reason)).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// Classes in which one resource more would bring a district most, the most useful first, each solved.
    pub async fn shortages(&self, year: i32, district: &str, most: usize) -> Result<Vec<Shortage>> {
        let station = workstation::Entity::find()
            .filter(workstation::Column::District.eq(district))
            .one(self.store.db())
            .await?
            .ok_or(Error::NotFound("旗县区"))?;
        self.need(Action::ReadDashboard, station.id, None)?;
        let db = self.store.db();
        let terms = self.terms_in_force(db).await?;
        let loaded = self.load_on(db, year, None, Basis::Afresh, terms).await?;
        let district = district.to_owned();
        compute(move || {
            let found = rival::shortages(&loaded.city, &district, &Limits::default(), most)?;
            let seen = |s: rival::Shortage| Shortage {
                with: effect_of(&s.with, &loaded),
                category: s.class,
                unserved: s.unserved,
            };
            Ok(found.into_iter().map(seen).collect())
        })
        .await?
    }
}

/// Makes changes in a city that was loaded; what cannot be is refused.
fn apply(loaded: &mut Loaded, changes: &[Change]) -> Result<()> {
    for (k, change) in changes.iter().enumerate() {
        let absent = |what: &str| {
            let words = format!("第 {} 项变更里的{what}不在 {what}清单里,或现在不参加匹配,请核对。", k + 1);
            Error::from(Refusal::new("NOT_IN_PLAN", words).at("changes"))
        };
        let need = |id: &Uuid| {
            let at = loaded.needs.iter().position(|n| n.id == *id);
            at.map(|n| n as u32).ok_or_else(|| absent("需求"))
        };
        let resource = |id: &Uuid| {
            let at = loaded.resources.iter().position(|r| r.id == *id);
            at.ok_or_else(|| absent("资源"))
        };
        let station = |id: &Uuid| {
            let at = loaded.stations.iter().position(|s| s.id == *id);
            at.ok_or_else(|| absent("工作站"))
        };
        match change {
            Change::Pin(n, r) => {
                let (n, r) = (need(n)?, resource(r)?);
                if !loaded.city.pin(n, r as u32) {
                    let words = format!("第 {} 项变更里的一对不可行,请查看该资源为何不能承接。", k + 1);
                    return Err(Refusal::new("NOT_POSSIBLE", words).at("changes").into());
                }
            }
            Change::Ban(n, r) => {
                let (n, r) = (need(n)?, resource(r)?);
                loaded.city.ban(n, r as u32);
            }
            // A need whose time is over before it begins has no candidate.
            Change::Withdraw(n) => {
                let n = need(n)? as usize;
                loaded.city.needs[n].until = 0;
            }
            Change::MoreUnits(r, quarter, more) => {
                let r = resource(r)?;
                more_units(&mut loaded.city, r, usize::from(*quarter).clamp(1, 4) - 1, *more);
            }
            Change::YearUnits(r, units) => {
                let r = resource(r)?;
                let resource = &mut loaded.city.resources[r];
                (resource.free_year, resource.per_year) = (*units, *units);
            }
            Change::MoreLines(s, more) => {
                let s = station(s)?;
                loaded.city.stations[s].list_limit += more;
            }
            Change::Weights(weights) => {
                policy::check(weights, None, None)?;
                let old = &loaded.city.weights;
                let points = |c: &str, p: i64| weights.iter().rev().find(|w| w.0 == c).map_or(p, |w| w.1);
                let rows: Vec<(String, i64)> =
                    old.rows().map(|(c, p)| (c.to_owned(), points(c, p))).collect();
                loaded.city.weights = Weights::new(old.version, rows);
            }
            Change::NewResource { station: s, category, units } => {
                let s = station(s)?;
                loaded.city.add_resource(s as u32, category, *units);
            }
        }
    }
    Ok(())
}

fn more_units(city: &mut City, resource: usize, quarter: usize, more: u32) {
    let r = &mut city.resources[resource];
    r.free[quarter] += more;
    r.free_year += more;
    r.per_year += more;
    city.members[r.member as usize].yearly_limit += more;
}
