//! The plan of a year: loads the city, asks `domain`, writes the drafts. One transaction.

use crate::desk::Event;
use crate::entity::{
    assignment, duty_item, duty_item_match, duty_list, member, need, need_match, pair_rule, partnership,
    plan, plan_reason, requirement, resource, resource_category, score_weight, sector, workstation,
};
use crate::import::insert_all;
use crate::{Desk, Error, Result};
use chrono::{Datelike, NaiveDate};
use domain::matching::explain::{self, Reason, ReasonCode};
use domain::matching::plan::{Chosen, pose, solve};
use domain::matching::score::{Weights, parts};
use domain::matching::{self, City, candidates::Index};
use domain::{
    Action, AssignmentRole, Limits, ListStatus, MatchStatus, NeedStatus, PairRuleKind, ProposedBy,
    ResourceStatus, Urgency, duty_list as lists, number,
};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Set};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Instant;
use uuid::Uuid;

/// Seconds of each step.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seconds {
    /// Reading the lists.
    pub load: f64,
    /// Finding candidates and scoring them.
    pub candidates: f64,
    /// The optimum with its proof, and the check of the proof.
    pub solve: f64,
    /// Reasons, and writing all drafts.
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

/// The city as it is matched, with the ids behind the positions.
pub(crate) struct Loaded {
    pub city: City,
    pub stations: Vec<workstation::Model>,
    pub resources: Vec<resource::Model>,
    pub needs: Vec<need::Model>,
    /// Requirements of each planned need that are still to be covered.
    pub requirements: Vec<Vec<requirement::Model>>,
    /// Open needs that wait for a person to confirm their class.
    pub uncategorised: Vec<Uuid>,
}

/// The quarter of a day in `year`: 0 before the year, 5 after it.
fn quarter_of(day: NaiveDate, year: i32) -> u8 {
    match day.year().cmp(&year) {
        std::cmp::Ordering::Less => 0,
        std::cmp::Ordering::Greater => 5,
        std::cmp::Ordering::Equal => (day.month0() / 3) as u8 + 1,
    }
}

fn group<K: std::hash::Hash + Eq, V>(rows: impl IntoIterator<Item = (K, V)>) -> HashMap<K, Vec<V>> {
    let mut map: HashMap<K, Vec<V>> = HashMap::new();
    for (k, v) in rows {
        map.entry(k).or_default().push(v);
    }
    map
}

impl Desk {
    /// Loads everything that is matched, in order of the numbers. A bounded number of statements.
    pub(crate) async fn load_city<C: ConnectionTrait>(
        &self,
        db: &C,
        year: i32,
        only: Option<Uuid>,
    ) -> Result<Loaded> {
        let stations = workstation::Entity::find().order_by_asc(workstation::Column::Code).all(db).await?;
        let station_at: HashMap<Uuid, u32> =
            stations.iter().enumerate().map(|(i, s)| (s.id, i as u32)).collect();
        let mut partners: Vec<Vec<u32>> = vec![Vec::new(); stations.len()];
        for p in partnership::Entity::find().filter(partnership::Column::ToDate.is_null()).all(db).await? {
            if let (Some(a), Some(b)) = (station_at.get(&p.workstation_id), station_at.get(&p.partner_id)) {
                partners[*a as usize].push(*b);
                partners[*b as usize].push(*a);
            }
        }

        let members = member::Entity::find().order_by_asc(member::Column::Number).all(db).await?;
        let member_at: HashMap<Uuid, u32> =
            members.iter().enumerate().map(|(i, m)| (m.id, i as u32)).collect();
        let affinity: HashMap<String, Vec<String>> = sector::Entity::find()
            .all(db)
            .await?
            .into_iter()
            .map(|s| (s.code, s.affinity.split(',').filter(|a| !a.is_empty()).map(str::to_owned).collect()))
            .collect();
        let residence = group(
            assignment::Entity::find()
                .filter(assignment::Column::Role.eq(AssignmentRole::ResidentMember))
                .filter(assignment::Column::ToDate.is_null())
                .all(db)
                .await?
                .into_iter()
                .filter_map(|a| Some((a.person_id, *station_at.get(&a.workstation_id?)?))),
        );

        let resources = resource::Entity::find()
            .filter(resource::Column::Year.eq(year))
            .filter(resource::Column::Status.is_in([ResourceStatus::Available, ResourceStatus::Suspended]))
            .order_by_asc(resource::Column::Number)
            .all(db)
            .await?;
        let resource_at: HashMap<Uuid, u32> =
            resources.iter().enumerate().map(|(i, r)| (r.id, i as u32)).collect();
        let classes = group(
            resource_category::Entity::find()
                .order_by_asc(resource_category::Column::Category)
                .all(db)
                .await?
                .into_iter()
                .map(|c| (c.resource_id, c.category)),
        );

        let mut open = need::Entity::find()
            .filter(need::Column::Year.eq(year))
            .filter(need::Column::Status.eq(NeedStatus::Open))
            .order_by_asc(need::Column::Number);
        if let Some(station) = only {
            open = open.filter(need::Column::WorkstationId.eq(station));
        }
        let (needs, uncategorised): (Vec<_>, Vec<_>) =
            open.all(db).await?.into_iter().partition(|n| n.category.is_some());
        let mut needed = group(
            requirement::Entity::find()
                .filter(requirement::Column::Mandatory.eq(true))
                .order_by_asc(requirement::Column::Seq)
                .all(db)
                .await?
                .into_iter()
                .map(|q| (q.need_id, q)),
        );

        // What is reserved, and what people have touched in a draft, stays as it is.
        let matches = need_match::Entity::find()
            .filter(need_match::Column::Year.eq(year))
            .filter(need_match::Column::Status.is_not_in([MatchStatus::Superseded]))
            .all(db)
            .await?;
        let items: HashMap<Uuid, (i32, bool)> = duty_item::Entity::find()
            .filter(duty_item::Column::ListId.in_subquery(sea_orm::QueryTrait::into_query(
                sea_orm::QuerySelect::column(
                    sea_orm::QuerySelect::select_only(
                        duty_list::Entity::find().filter(duty_list::Column::Year.eq(year)),
                    ),
                    duty_list::Column::Id,
                ),
            )))
            .all(db)
            .await?
            .into_iter()
            .map(|i| (i.need_id, (i.version, i.removed)))
            .collect();
        let lists = duty_list::Entity::find().filter(duty_list::Column::Year.eq(year)).all(db).await?;
        let mut room: Vec<u32> = stations.iter().map(|s| s.list_limit.max(0) as u32).collect();
        for l in lists.iter().filter(|l| l.status != ListStatus::Draft) {
            if let Some(s) = station_at.get(&l.workstation_id) {
                room[*s as usize] = 0;
            }
        }
        let mut excluded: HashMap<Uuid, Vec<u32>> = HashMap::new();
        let mut pinned: HashMap<Uuid, Vec<u32>> = HashMap::new();
        let mut kept: HashSet<Uuid> = HashSet::new();
        let mut covered: HashMap<Uuid, i32> = HashMap::new();
        let mut used: HashMap<u32, [u32; 4]> = HashMap::new();
        let mut load = vec![0u32; members.len()];
        for m in &matches {
            let Some(r) = resource_at.get(&m.resource_id) else { continue };
            let touched = items.get(&m.need_id).is_some_and(|(version, removed)| *version > 1 && !removed);
            if m.status.reserves() || (m.status == MatchStatus::Suggested && touched) {
                used.entry(*r).or_default()[(m.quarter.clamp(1, 4) - 1) as usize] += 1;
                if let Some(at) = member_at.get(&m.member_id) {
                    load[*at as usize] += 1;
                }
                *covered.entry(m.requirement_id).or_default() += 1;
                if kept.insert(m.need_id)
                    && let Some(s) = station_at.get(&m.workstation_id)
                {
                    room[*s as usize] = room[*s as usize].saturating_sub(1);
                }
            } else if matches!(m.status, MatchStatus::Declined | MatchStatus::Dismissed) {
                excluded.entry(m.need_id).or_default().push(*r);
            }
        }
        for p in pair_rule::Entity::find().filter(pair_rule::Column::Year.eq(year)).all(db).await? {
            let Some(r) = resource_at.get(&p.resource_id) else { continue };
            match p.kind {
                PairRuleKind::Ban => excluded.entry(p.need_id).or_default().push(*r),
                PairRuleKind::Pin => pinned.entry(p.need_id).or_default().push(*r),
            }
        }

        let weights = self.weights(db).await?;
        let from = quarter_of(self.today(), year).clamp(1, 4);
        let sorted = |mut v: Vec<u32>| {
            v.sort_unstable();
            v.dedup();
            v
        };
        let mut city = City { weights, ..City::default() };
        for (i, s) in stations.iter().enumerate() {
            city.stations.push(matching::Station {
                district: s.district.clone(),
                list_limit: room[i],
                partners: sorted(std::mem::take(&mut partners[i])),
            });
        }
        for (i, m) in members.iter().enumerate() {
            city.members.push(matching::Member {
                name: m.name.clone(),
                status: m.status,
                yearly_limit: m.yearly_limit.max(0) as u32,
                load: load[i],
                affinity: affinity.get(&m.sector).cloned().unwrap_or_default(),
                stations: sorted(residence.get(&m.id).cloned().unwrap_or_default()),
            });
        }
        for (i, r) in resources.iter().enumerate() {
            let used = used.get(&(i as u32)).copied().unwrap_or_default();
            let per_quarter = r.per_quarter.max(0) as u32;
            let per_year = r.per_year.max(0) as u32;
            let (Some(member), Some(station)) =
                (member_at.get(&r.member_id), station_at.get(&r.workstation_id))
            else {
                return Err(Error::Fault("a resource without owner or home".into()));
            };
            city.resources.push(matching::Resource {
                number: r.number.clone(),
                member: *member,
                station: *station,
                status: r.status,
                categories: classes.get(&r.id).cloned().unwrap_or_default(),
                area: stations[*station as usize].area.clone(),
                scope: r.area_scope,
                cross_district: r.cross_district,
                free: used.map(|u| per_quarter.saturating_sub(u)),
                free_year: per_year.saturating_sub(used.iter().sum()),
                per_year,
                window: (quarter_of(r.window_from, year).max(1), quarter_of(r.window_to, year).min(4)),
                conflict: r.paid_to_owner && r.conflict_note.as_deref().unwrap_or("").is_empty(),
            });
        }
        let mut planned = Vec::with_capacity(needs.len());
        let mut requirements = Vec::with_capacity(needs.len());
        for n in needs {
            let asked: Vec<(requirement::Model, u32)> = needed
                .remove(&n.id)
                .unwrap_or_default()
                .into_iter()
                .filter_map(|q| {
                    let left = q.quantity - covered.get(&q.id).copied().unwrap_or(0);
                    (left > 0).then_some((q, left as u32))
                })
                .collect();
            let Some(station) = station_at.get(&n.workstation_id) else { continue };
            if asked.is_empty() {
                continue;
            }
            let class = n.category.clone().unwrap_or_default();
            city.needs.push(matching::Need {
                number: n.number.clone(),
                station: *station,
                area: n.area.clone(),
                urgency: n.urgency,
                from,
                until: n.desired_by.map_or(4, |d| quarter_of(d, year).min(4)),
                requirements: asked
                    .iter()
                    .map(|(q, left)| matching::Requirement {
                        category: q.category.clone().unwrap_or_else(|| class.clone()),
                        quantity: *left,
                    })
                    .collect(),
                excluded: sorted(excluded.remove(&n.id).unwrap_or_default()),
                pinned: sorted(pinned.remove(&n.id).unwrap_or_default()),
            });
            requirements.push(asked.into_iter().map(|(q, _)| q).collect());
            planned.push(n);
        }
        Ok(Loaded {
            city,
            stations,
            resources,
            needs: planned,
            requirements,
            uncategorised: uncategorised.into_iter().map(|n| n.id).collect(),
        })
    }

    /// The newest version of the weights.
    pub(crate) async fn weights<C: ConnectionTrait>(&self, db: &C) -> Result<Weights> {
        let rows = score_weight::Entity::find().order_by_desc(score_weight::Column::Version).all(db).await?;
        let Some(version) = rows.first().map(|r| r.version) else { return Ok(Weights::default()) };
        Ok(Weights::new(
            version,
            rows.into_iter().filter(|r| r.version == version).map(|r| (r.code, r.points)),
        ))
    }

    /// Plans the year for the whole city, or for one station with what the others leave, and writes the drafts.
    /// What is reserved or was changed by people stays. `progress` hears each step.
    pub async fn plan_year(
        &self,
        year: i32,
        only: Option<Uuid>,
        limits: &Limits,
        progress: &(dyn Fn(&str) + Sync),
    ) -> Result<PlanReport> {
        self.need_city(Action::PlanYear)?;
        let start = Instant::now();
        let tx = self.store.begin().await?;
        progress("读取清单");
        let loaded = self.load_city(&tx, year, only).await?;
        let city = &loaded.city;
        let mut seconds = Seconds { load: start.elapsed().as_secs_f64(), ..Seconds::default() };

        progress("查找候选");
        let start = Instant::now();
        let index = Index::new(city);
        let problem = pose(city, &index);
        seconds.candidates = start.elapsed().as_secs_f64();

        progress("求最优方案");
        let start = Instant::now();
        let plan = solve(&problem, limits);
        let verdict = domain::verify(&problem.instance, &plan.solution)
            .map_err(|v| Error::Fault(format!("the plan is wrong: {v}")))?;
        seconds.solve = start.elapsed().as_secs_f64();

        progress("写入草稿");
        let start = Instant::now();
        let reasons = explain::reasons(city, &index, &plan.chosen);
        let plan_id = self.id();
        self.clear_suggestions(&tx, year, only).await?;
        let proof = postcard::to_stdvec(&(&problem.instance, &plan.solution))
            .map_err(|e| Error::Fault(e.to_string()))?;
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
        self.commit(tx).await?;
        Ok(PlanReport { seconds: Seconds { write: start.elapsed().as_secs_f64(), ..seconds }, ..report })
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
              AND m.status IN ('PROPOSED', 'CONFIRMED'))"
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

    /// Writes the first version of the weights where there is none.
    pub async fn first_weights(&self) -> Result<()> {
        self.need_city(Action::Administer)?;
        if score_weight::Entity::find().one(self.store.db()).await?.is_some() {
            return Ok(());
        }
        let rows = matching::score::FIRST_WEIGHTS
            .iter()
            .map(|(code, points)| score_weight::ActiveModel {
                version: Set(1),
                code: Set((*code).to_owned()),
                points: Set(*points),
            })
            .collect();
        insert_all(self.store.db(), rows).await
    }
}
