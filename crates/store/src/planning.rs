//! The plan of a year: loads the city, asks `domain`, writes the drafts.
//!
//! A province is searched for many seconds, in which others go on working; only what was found is written in a
//! transaction, which begins by looking whether the lists still say what was planned.

use crate::city::Loaded;
use crate::desk::Event;
use crate::entity::{duty_item, duty_item_match, duty_list, need_match, plan, plan_reason};
use crate::import::insert_all;
use crate::kept::Kept;
use crate::{Desk, Error, Result, compute};
use domain::matching::candidates::Index;
use domain::matching::explain::{self, Reason, ReasonCode};
use domain::matching::plan::{Chosen, Plan, Problem, pose};
use domain::matching::score::parts;
use domain::{
    Action, Limits, ListStatus, MatchStatus, Phase, ProposedBy, Refusal, Urgency, Verdict, Watch,
    duty_list as lists, number, solve_watched,
};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;
use uuid::Uuid;

/// Hears each step with how much of all is done, in percent, and says whether to go on.
pub type Progress = Arc<dyn Fn(&str, u8) -> bool + Send + Sync>;

/// How often a plan is found while others go on working, before nobody may write until it is found.
const APART: u32 = 2;

/// Code of what a plan that was stopped ends with.
pub(crate) const CANCELLED: &str = "CANCELLED";

fn stopped() -> Error {
    Refusal::new(CANCELLED, "匹配已按要求取消,原方案与草稿保持不变;需要时请重新匹配。").into()
}

/// Seconds of each step.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seconds {
    /// Reading the lists.
    pub load: f64,
    /// Finding candidates and scoring them.
    pub candidates: f64,
    /// The optimum with its proof.
    pub solve: f64,
    /// The check of the proof.
    pub verify: f64,
    /// What was second best, reasons, and writing all drafts.
    pub write: f64,
}

/// What a plan came to.
#[derive(Clone, Debug, Default)]
pub struct PlanReport {
    /// The plan's id.
    pub plan: Uuid,
    /// Needs that were planned for.
    pub needs: usize,
    /// Resources that could be planned.
    pub resources: usize,
    /// Possible pairs.
    pub candidate_pairs: u64,
    /// Suggested matches.
    pub suggested: usize,
    /// Items in the drafts.
    pub items: usize,
    /// Needs left out, by reason.
    pub unmatched: BTreeMap<&'static str, usize>,
    /// What the plan reaches.
    pub objective: domain::Objective,
    /// What no plan can exceed.
    pub bound: domain::Objective,
    /// Whether the independent check proved that no better plan exists.
    pub optimal: bool,
    /// Seconds of each step.
    pub seconds: Seconds,
}

/// A plan of a city as it was loaded, checked.
struct Found {
    loaded: Loaded,
    problem: Problem,
    plan: Plan,
    verdict: Verdict,
    reasons: Vec<Reason>,
    seconds: Seconds,
}

fn go_on(progress: &Progress, step: &str, percent: u8) -> Result<()> {
    if progress(step, percent) { Ok(()) } else { Err(stopped()) }
}

/// The best plan of a city, with its proof checked and the reasons of who is left out.
async fn find(loaded: Loaded, limits: &Limits, progress: &Progress) -> Result<Found> {
    let (limits, progress) = (*limits, progress.clone());
    let work = move || {
        let mut seconds = Seconds::default();
        go_on(&progress, "查找候选", 15)?;
        let start = Instant::now();
        let index = Index::new(&loaded.city);
        let problem = pose(&loaded.city, &index)?;
        seconds.candidates = start.elapsed().as_secs_f64();

        go_on(&progress, "求最优方案", 25)?;
        let start = Instant::now();
        let tell = |phase: Phase, percent: u8| {
            let (step, from, to) = match phase {
                Phase::Flow => ("求最优方案", 25, 35),
                Phase::Relax => ("求最优方案:上界", 35, 50),
                Phase::Search => ("求最优方案:多条件需求", 50, 65),
                Phase::Prove => ("求最优方案:证明", 65, 75),
            };
            progress(step, (from + u16::from(percent) * (to - from) / 100) as u8)
        };
        let solution = solve_watched(&problem.instance, &limits, &Watch::new(&tell));
        seconds.solve = start.elapsed().as_secs_f64();
        go_on(&progress, "验证方案", 75)?;
        let start = Instant::now();
        let verdict = domain::verify(&problem.instance, &solution)
            .map_err(|v| Error::Fault(format!("the plan is wrong: {v}")))?;
        seconds.verify = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let plan = Plan::of(&problem, solution);
        let reasons = explain::reasons(&loaded.city, &index, &plan.chosen);
        seconds.write = start.elapsed().as_secs_f64();
        Ok(Found { loaded, problem, plan, verdict, reasons, seconds })
    };
    compute(work).await?
}

impl Desk {
    /// Plans the year for the whole city, or for one station with what the others leave, and writes the drafts.
    /// What is reserved or was changed by people stays. Stopped by `progress`, nothing has changed.
    pub async fn plan_year(
        &self,
        year: i32,
        only: Option<Uuid>,
        limits: &Limits,
        progress: &Progress,
    ) -> Result<PlanReport> {
        self.need_city(Action::PlanYear)?;
        let db = self.store.db();
        self.open_year(db, year).await?;
        let go_on = |step: &str, percent: u8| go_on(progress, step, percent);
        go_on("读取清单", 0)?;
        let start = Instant::now();
        let mut seen = self.change_mark().await?;
        let mut loaded = self.load_city(db, year, only).await?;
        let load = start.elapsed().as_secs_f64();
        let mut apart = 1;
        let (tx, found) = loop {
            let found = find(loaded, limits, progress).await?;
            let tx = self.store.begin().await?;
            self.open_year(&tx, year).await?;
            let mark = self.mark_on(&tx).await?;
            if mark == seen {
                break (tx, found);
            }
            let now = self.load_city(&tx, year, only).await?;
            if now == found.loaded {
                break (tx, found);
            }
            go_on("清单已变,重新匹配", 15)?;
            if apart == APART {
                // This time nothing can change before it is written.
                break (tx, find(now, limits, progress).await?);
            }
            apart += 1;
            (seen, loaded) = (mark, now);
            tx.rollback().await?;
        };
        let Found { loaded, problem, plan, verdict, reasons, seconds } = found;
        let seconds = Seconds { load, ..seconds };
        let city = &loaded.city;

        go_on("写入草稿", 80)?;
        let start = Instant::now();
        let plan_id = self.id();
        self.clear_suggestions(&tx, year, only).await?;
        let proof = Kept::bytes(&problem, &plan.solution, &loaded)?;
        let row = plan::Model {
            id: plan_id,
            year,
            made_at: self.at,
            standing: true,
            certificate: if verdict.optimal { "optimal" } else { "gap" }.to_owned(),
            objective: serde_json::to_string(&verdict.objective)?,
            bound: serde_json::to_string(&verdict.bound)?,
            candidate_pairs: problem.candidate_pairs as i64,
            weights_version: city.weights.version,
            proof,
        };
        insert_all(&tx, vec![row.into_active_model()]).await?;
        let items = self.write_drafts(&tx, year, plan_id, &loaded, &plan.chosen).await?;
        let unmatched = self.write_reasons(&tx, plan_id, &loaded, reasons).await?;
        let report = PlanReport {
            plan: plan_id,
            needs: city.needs.len(),
            resources: city.resources.len(),
            candidate_pairs: problem.candidate_pairs,
            suggested: plan.chosen.len(),
            items,
            unmatched,
            objective: verdict.objective,
            bound: verdict.bound,
            optimal: verdict.optimal,
            seconds,
        };
        let detail = serde_json::json!({"year": year, "suggested": report.suggested, "items": items, "optimal": report.optimal});
        self.audit(
            &tx,
            Event {
                action: "PLAN",
                subject: "plan",
                id: Some(plan_id),
                workstation: only,
                detail,
                reason: None,
            },
        )
        .await?;
        // The last moment at which nothing has changed yet.
        go_on("写入草稿", 98)?;
        self.commit(tx).await?;
        let write = seconds.write + start.elapsed().as_secs_f64();
        Ok(PlanReport { seconds: Seconds { write, ..seconds }, ..report })
    }

    /// Takes back the suggestions that nobody has touched, with the draft items made of them.
    async fn clear_suggestions<C: ConnectionTrait>(
        &self,
        db: &C,
        year: i32,
        only: Option<Uuid>,
    ) -> Result<()> {
        let station = only.map_or(String::new(), |_| " AND workstation_id = $2".to_owned());
        let mut values: Vec<sea_orm::Value> = vec![year.into()];
        values.extend(only.map(sea_orm::Value::from));
        let run = async |sql: String| -> Result<()> {
            let backend = db.get_database_backend();
            db.execute_raw(sea_orm::Statement::from_sql_and_values(backend, sql, values.clone())).await?;
            Ok(())
        };
        let untouched = format!(
            "SELECT i.id FROM duty_item i JOIN duty_list l ON l.id = i.list_id \
             WHERE l.year = $1 AND l.status = 'DRAFT' AND i.version = 1{station} AND NOT EXISTS \
             (SELECT 1 FROM duty_item_match x JOIN need_match m ON m.id = x.match_id WHERE x.item_id = i.id \
              AND m.status IN ('PROPOSED', 'CONFIRMED', 'USED'))"
        );
        run(format!(
            "UPDATE need_match SET status = 'SUPERSEDED', version = version + 1 WHERE year = $1{station} AND status = 'SUGGESTED' \
             AND id IN (SELECT match_id FROM duty_item_match WHERE item_id IN ({}))",
            untouched.replace("workstation_id", "l.workstation_id")
        ))
        .await?;
        let untouched = untouched.replace("workstation_id", "l.workstation_id");
        run(format!("DELETE FROM duty_item_match WHERE item_id IN ({untouched})")).await?;
        run(format!("DELETE FROM duty_item WHERE id IN ({untouched})")).await?;
        plan::Entity::update_many()
            .col_expr(plan::Column::Standing, Expr::value(false))
            .filter(plan::Column::Year.eq(year))
            .exec(db)
            .await?;
        Ok(())
    }

    async fn write_drafts<C: ConnectionTrait>(
        &self,
        db: &C,
        year: i32,
        plan_id: Uuid,
        loaded: &Loaded,
        chosen: &[Chosen],
    ) -> Result<usize> {
        let city = &loaded.city;
        let old: HashMap<Uuid, duty_list::Model> = duty_list::Entity::find()
            .filter(duty_list::Column::Year.eq(year))
            .all(db)
            .await?
            .into_iter()
            .map(|l| (l.workstation_id, l))
            .collect();
        let mut last_seq: HashMap<Uuid, i32> = HashMap::new();
        for i in duty_item::Entity::find().all(db).await? {
            let last = last_seq.entry(i.list_id).or_default();
            *last = i.seq.max(*last);
        }
        let mut new_lists = Vec::new();
        let list_of: Vec<(Uuid, bool)> = loaded
            .stations
            .iter()
            .map(|s| match old.get(&s.id) {
                Some(l) => (l.id, l.status == ListStatus::Draft),
                // Nothing is put on the list of a station that has ended.
                None if !s.takes(year) => (Uuid::nil(), false),
                None => {
                    let id = self.id();
                    new_lists.push(
                        duty_list::Model {
                            id,
                            workstation_id: s.id,
                            year,
                            number: number::list(&s.code, year),
                            title: format!("{}{year}年度履职清单", s.name),
                            status: ListStatus::Draft,
                            edition: 0,
                            version: 1,
                            published_at: None,
                        }
                        .into_active_model(),
                    );
                    (id, true)
                }
            })
            .collect();

        let mut by_need: BTreeMap<u32, Vec<&Chosen>> = BTreeMap::new();
        for c in chosen {
            by_need.entry(c.need).or_default().push(c);
        }
        let mut order: Vec<(u32, bool, u8, u32)> = by_need
            .iter()
            .map(|(n, cs)| {
                let need = &city.needs[*n as usize];
                (
                    need.station,
                    need.urgency != Urgency::Urgent,
                    cs.iter().map(|c| c.quarter).max().unwrap_or(1),
                    *n,
                )
            })
            .collect();
        order.sort_unstable();
        let (mut matches, mut items, mut joins) = (vec![], vec![], vec![]);
        for (station, _, quarter, n) in order {
            let (list_id, draft) = list_of[station as usize];
            let chosen = &by_need[&n];
            let need = &loaded.needs[n as usize];
            let first = &loaded.resources[chosen[0].resource as usize];
            let item_id = self.id();
            let seq = last_seq.entry(list_id).or_default();
            *seq += 1;
            let beneficiaries = number::beneficiaries(need.households, need.persons, need.shops, true);
            if draft {
                items.push(
                    duty_item::Model {
                        id: item_id,
                        list_id,
                        seq: *seq,
                        need_id: need.id,
                        title: domain::privacy::mask(&need.title),
                        form: lists::draft_form(first.kind, need.urgency == Urgency::Urgent),
                        quarter: i32::from(quarter),
                        expected_result: lists::draft_result(
                            first.kind,
                            chosen.len(),
                            &first.unit,
                            &beneficiaries,
                        ),
                        removed: false,
                        removal_reason: None,
                        workstation_id: Some(need.workstation_id),
                        joint_of: None,
                        partners: String::new(),
                        version: 1,
                    }
                    .into_active_model(),
                );
            }
            for c in chosen {
                let r = &loaded.resources[c.resource as usize];
                let n = &city.needs[c.need as usize];
                let q = &n.requirements[c.requirement as usize];
                let id = self.id();
                matches.push(
                    need_match::Model {
                        id,
                        year,
                        plan_id: Some(plan_id),
                        need_id: need.id,
                        requirement_id: loaded.requirements[c.need as usize][c.requirement as usize].id,
                        resource_id: r.id,
                        member_id: r.member_id,
                        workstation_id: need.workstation_id,
                        quarter: i32::from(c.quarter),
                        score: c.score,
                        parts: serde_json::to_string(&parts(city, n, q, c.resource, c.quarter))?,
                        alternative: c.alternative.map(|(r, _)| loaded.resources[r as usize].number.clone()),
                        alternative_points: c.alternative.map(|(_, ahead)| ahead),
                        rank: Some(c.rank as i32),
                        candidates: Some(c.candidates as i32),
                        proposed_by: ProposedBy::System,
                        status: MatchStatus::Suggested,
                        reason: None,
                        version: 1,
                    }
                    .into_active_model(),
                );
                if draft {
                    joins.push(duty_item_match::Model { item_id, match_id: id }.into_active_model());
                }
            }
        }
        let count = items.len();
        insert_all(db, new_lists).await?;
        insert_all(db, matches).await?;
        insert_all(db, items).await?;
        insert_all(db, joins).await?;
        Ok(count)
    }

    async fn write_reasons<C: ConnectionTrait>(
        &self,
        db: &C,
        plan_id: Uuid,
        loaded: &Loaded,
        reasons: Vec<Reason>,
    ) -> Result<BTreeMap<&'static str, usize>> {
        let mut unmatched = BTreeMap::new();
        let mut rows = Vec::with_capacity(reasons.len() + loaded.uncategorised.len());
        for r in reasons {
            *unmatched.entry(r.code.code()).or_default() += 1;
            let need_id = loaded.needs[r.need as usize].id;
            rows.push(
                plan_reason::Model { plan_id, need_id, code: r.code, text: r.text, remedy: r.remedy }
                    .into_active_model(),
            );
        }
        for need_id in &loaded.uncategorised {
            *unmatched.entry(ReasonCode::Uncategorised.code()).or_default() += 1;
            rows.push(
                plan_reason::Model {
                    plan_id,
                    need_id: *need_id,
                    code: ReasonCode::Uncategorised,
                    text: "类别只是系统建议,尚未由人确认,不参加匹配。".to_owned(),
                    remedy: "请工作人员确认或改正类别,再重新匹配。".to_owned(),
                }
                .into_active_model(),
            );
        }
        insert_all(db, rows).await?;
        Ok(unmatched)
    }
}
