//! Matches: suggestions, offers, answers; capacity is reserved at the offer.

use crate::desk::{Event, same_version};
use crate::entity::{member, need, need_match, pair_rule, plan_reason, requirement, resource};
use crate::paging::slice;
use crate::{Desk, Error, Page, Result, Slice};
use domain::matching::{self, candidates, score};
use domain::{
    Action, DeclineReason, MatchAction, MatchStatus, PairRuleKind, ProposedBy, Refusal, Urgency, refusal,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult,
    IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select, Set,
};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Which matches.
#[derive(Clone, Debug, Default)]
pub struct MatchFilter {
    /// Year.
    pub year: i32,
    /// State.
    pub status: Option<MatchStatus>,
    /// Station of the need.
    pub workstation: Option<Uuid>,
    /// Owner of the resource.
    pub member: Option<Uuid>,
    /// Need.
    pub need: Option<Uuid>,
    /// Resource.
    pub resource: Option<Uuid>,
}

/// A match with the item that it carries.
#[derive(Clone, Debug, FromQueryResult)]
pub struct ItemMatch {
    /// The item.
    pub item_id: Uuid,
    /// The match.
    #[sea_orm(nested)]
    pub matched: need_match::Model,
}

/// A need that is only being typed.
#[derive(Clone, Copy, Debug)]
pub struct TypedNeed<'a> {
    /// Station code.
    pub station: &'a str,
    /// Year.
    pub year: i32,
    /// Title.
    pub title: &'a str,
    /// Text.
    pub text: &'a str,
    /// Class; none: proposed from the keywords.
    pub category: Option<&'a str>,
    /// Area; none: the station's.
    pub area: Option<&'a str>,
}

/// A resource that could serve a need, or why it cannot.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The resource.
    pub resource: resource::Model,
    /// Best quarter, 1 to 4; 0 where it cannot serve.
    pub quarter: i32,
    /// Points.
    pub score: i64,
    /// Parts of the score.
    pub parts: Vec<score::Part>,
    /// The first rule that says no.
    pub refusal: Option<Refusal>,
}

/// A need that a resource could serve, or why it cannot.
#[derive(Clone, Debug)]
pub struct NeedCandidate {
    /// The need, as the viewer may see it.
    pub need: need::Model,
    /// Best quarter, 1 to 4; 0 where it cannot be served.
    pub quarter: i32,
    /// Points.
    pub score: i64,
    /// Parts of the score.
    pub parts: Vec<score::Part>,
    /// The first rule that says no.
    pub refusal: Option<Refusal>,
}

impl Desk {
    /// The live matches of needs.
    pub async fn matches_of_needs(&self, needs: &[Uuid]) -> Result<Vec<need_match::Model>> {
        Ok(need_match::Entity::find()
            .filter(need_match::Column::NeedId.is_in(needs.iter().copied()))
            .filter(need_match::Column::Status.ne(MatchStatus::Superseded))
            .filter(self.in_sight(need_match::Column::WorkstationId, self.own_match()))
            .order_by_asc(need_match::Column::Id)
            .all(self.store.db())
            .await?)
    }

    /// Matches of a year; a member sees those with own resources.
    pub async fn matches(&self, f: &MatchFilter, page: &Page) -> Result<Slice<need_match::Model>> {
        slice(self.store.db(), self.matches_where(f), need_match::Column::Id, page).await
    }

    /// How many matches.
    pub async fn count_matches(&self, f: &MatchFilter) -> Result<u64> {
        Ok(self.matches_where(f).count(self.store.db()).await?)
    }

    fn matches_where(&self, f: &MatchFilter) -> Select<need_match::Entity> {
        let mut query = need_match::Entity::find()
            .filter(need_match::Column::Year.eq(f.year))
            .filter(self.in_sight(need_match::Column::WorkstationId, self.own_match()));
        if let Some(status) = f.status {
            query = query.filter(need_match::Column::Status.eq(status));
        }
        if let Some(station) = f.workstation {
            query = query.filter(need_match::Column::WorkstationId.eq(station));
        }
        if let Some(member) = f.member {
            query = query.filter(need_match::Column::MemberId.eq(member));
        }
        if let Some(need) = f.need {
            query = query.filter(need_match::Column::NeedId.eq(need));
        }
        if let Some(resource) = f.resource {
            query = query.filter(need_match::Column::ResourceId.eq(resource));
        }
        query
    }

    /// Matches by id.
    pub async fn matches_by_id(&self, ids: &[Uuid]) -> Result<Vec<need_match::Model>> {
        Ok(need_match::Entity::find()
            .filter(need_match::Column::Id.is_in(ids.iter().copied()))
            .filter(self.in_sight(need_match::Column::WorkstationId, self.own_match()))
            .all(self.store.db())
            .await?)
    }

    fn own_match(&self) -> Option<sea_orm::sea_query::SimpleExpr> {
        self.viewer.person.map(|p| need_match::Column::MemberId.eq(p))
    }

    /// Why the standing plan left needs out.
    pub async fn reasons_of(&self, needs: &[Uuid]) -> Result<Vec<plan_reason::Model>> {
        use crate::entity::plan;
        let standing = sea_orm::QueryTrait::into_query(
            plan::Entity::find()
                .select_only()
                .column(plan::Column::Id)
                .filter(plan::Column::Standing.eq(true)),
        );
        Ok(plan_reason::Entity::find()
            .filter(plan_reason::Column::NeedId.is_in(needs.iter().copied()))
            .filter(plan_reason::Column::PlanId.in_subquery(standing))
            .all(self.store.db())
            .await?)
    }

    /// The match and the right to do `action` to it.
    async fn match_for(
        &self,
        tx: &DatabaseTransaction,
        id: Uuid,
        right: Action,
        expected: i32,
    ) -> Result<need_match::Model> {
        let m = need_match::Entity::find_by_id(id).one(tx).await?.ok_or(Error::NotFound("匹配"))?;
        self.need(right, m.workstation_id, Some(m.member_id))?;
        same_version(expected, m.version, vec!["status"])?;
        Ok(m)
    }

    /// Moves a match: propose, confirm, dismiss or decline. The reason is required where it ends.
    pub async fn move_match(
        &self,
        id: Uuid,
        expected: i32,
        action: MatchAction,
        reason: Option<(DeclineReason, String)>,
    ) -> Result<need_match::Model> {
        let right = match action {
            MatchAction::Confirm | MatchAction::Decline => Action::AnswerMatch,
            _ => Action::DecideMatch,
        };
        let tx = self.store.begin().await?;
        let m = self.match_for(&tx, id, right, expected).await?;
        let next = m.status.apply(action)?;
        let reason = match (action, reason) {
            (MatchAction::Decline, Some((code, text))) => Some(format!("{}:{}", code.label(), text.trim())),
            (MatchAction::Dismiss, Some((_, text))) => Some(refusal::text(&text, "原因", 200, "reason")?),
            (MatchAction::Decline | MatchAction::Dismiss, None) => {
                return Err(Refusal::new("REASON", "请说明原因。").at("reason").into());
            }
            _ => None,
        };
        if action == MatchAction::Propose {
            self.check_room(&tx, std::slice::from_ref(&m)).await?;
        }
        if action == MatchAction::Decline {
            self.not_published(&tx, m.need_id).await?;
        }
        let before = m.status;
        let mut row = m.into_active_model();
        row.status = Set(next);
        row.version = Set(expected + 1);
        row.reason = Set(reason.clone());
        let m = row.update(&tx).await?;
        self.cover(&tx, &[m.need_id]).await?;
        let detail = serde_json::json!({"before": before.code(), "after": next.code()});
        self.audit(
            &tx,
            Event {
                action: action.code(),
                subject: "match",
                id: Some(id),
                workstation: Some(m.workstation_id),
                detail,
                reason,
            },
        )
        .await?;
        self.commit(tx).await?;
        Ok(m)
    }

    async fn not_published(&self, tx: &DatabaseTransaction, need_id: Uuid) -> Result<()> {
        let need = need::Entity::find_by_id(need_id).one(tx).await?.ok_or(Error::NotFound("需求"))?;
        if need.status == domain::NeedStatus::Listed {
            return Err(Refusal::new(
                "PUBLISHED",
                "该匹配已在发布的清单上,不能直接谢绝;请联系召集人修订清单。",
            )
            .into());
        }
        Ok(())
    }

    /// A convener joins a need and a resource by hand: the hard filters are asked, capacity is reserved.
    pub async fn propose_match(
        &self,
        need_id: Uuid,
        resource_id: Uuid,
        quarter: i32,
    ) -> Result<need_match::Model> {
        let tx = self.store.begin().await?;
        let need = need::Entity::find_by_id(need_id).one(&tx).await?.ok_or(Error::NotFound("需求"))?;
        self.need(Action::DecideMatch, need.workstation_id, None)?;
        let loaded = self.load_city(&tx, need.year, Some(need.workstation_id)).await?;
        let at = loaded.needs.iter().position(|n| n.id == need_id).ok_or_else(|| {
            Refusal::new(
                "NEED_STATE",
                format!(
                    "需求 {} 现在是「{}」,或类别未确认,或已匹配齐备,不能再匹配。",
                    need.number,
                    need.status.label()
                ),
            )
        })?;
        let r = loaded.resources.iter().position(|r| r.id == resource_id).ok_or(Error::NotFound("资源"))?;
        let (city, n) = (&loaded.city, &loaded.city.needs[at]);
        let mut refused = None;
        for (i, q) in n.requirements.iter().enumerate() {
            match candidates::first_no(city, n, q, r as u32) {
                Some(no) => refused = refused.or(Some(no)),
                None if !candidates::quarters(n, &city.resources[r])
                    .contains(&(quarter.clamp(0, 9) as u8)) =>
                {
                    refused = Some(
                        Refusal::new(
                            "QUARTER",
                            format!("第 {quarter} 季度不在资源时段与需求期限之内,请另选季度。"),
                        )
                        .at("quarter"),
                    );
                }
                None => {
                    let m = need_match::Model {
                        id: self.id(),
                        year: need.year,
                        plan_id: None,
                        need_id,
                        requirement_id: loaded.requirements[at][i].id,
                        resource_id,
                        member_id: loaded.resources[r].member_id,
                        workstation_id: need.workstation_id,
                        quarter,
                        score: score::total(city, n, q, r as u32, quarter as u8),
                        parts: serde_json::to_string(&score::parts(city, n, q, r as u32, quarter as u8))?,
                        alternative: None,
                        alternative_points: None,
                        proposed_by: ProposedBy::Person,
                        status: MatchStatus::Proposed,
                        reason: None,
                        version: 1,
                    };
                    self.check_room(&tx, std::slice::from_ref(&m)).await?;
                    let m = m.into_active_model().reset_all().insert(&tx).await?;
                    let detail =
                        serde_json::json!({"need": need.number, "resource": loaded.resources[r].number});
                    self.audit(
                        &tx,
                        Event {
                            action: "PROPOSE",
                            subject: "match",
                            id: Some(m.id),
                            workstation: Some(m.workstation_id),
                            detail,
                            reason: None,
                        },
                    )
                    .await?;
                    self.commit(tx).await?;
                    return Ok(m);
                }
            }
        }
        Err(refused.unwrap_or_else(|| Refusal::new("NEED_STATE", "该需求没有待匹配的条件。")).into())
    }

    /// Capacity at every level, with these matches added; over-booking names who has the place (rule 4).
    pub(crate) async fn check_room<C: ConnectionTrait>(
        &self,
        db: &C,
        new: &[need_match::Model],
    ) -> Result<()> {
        if new.is_empty() {
            return Ok(());
        }
        let resource_ids: BTreeSet<Uuid> = new.iter().map(|m| m.resource_id).collect();
        let member_ids: BTreeSet<Uuid> = new.iter().map(|m| m.member_id).collect();
        let ids: BTreeSet<Uuid> = new.iter().map(|m| m.id).collect();
        let held: Vec<need_match::Model> = need_match::Entity::find()
            .filter(need_match::Column::Year.eq(new[0].year))
            .filter(need_match::Column::MemberId.is_in(member_ids.iter().copied()))
            .filter(need_match::Column::Status.is_in([MatchStatus::Proposed, MatchStatus::Confirmed]))
            .order_by_asc(need_match::Column::Id)
            .all(db)
            .await?
            .into_iter()
            .filter(|m| !ids.contains(&m.id))
            .collect();
        let resources =
            resource::Entity::find().filter(resource::Column::Id.is_in(resource_ids)).all(db).await?;
        let members = member::Entity::find().filter(member::Column::Id.is_in(member_ids)).all(db).await?;
        let mut faults: Vec<(String, Vec<Uuid>)> = Vec::new();
        let mut check = |what: String, cap: i32, of: &dyn Fn(&need_match::Model) -> bool| {
            let mine = new.iter().filter(|m| of(m)).count();
            let others: Vec<Uuid> = held.iter().filter(|m| of(m)).map(|m| m.need_id).collect();
            if mine > 0 && mine + others.len() > cap.max(0) as usize {
                faults.push((format!("{what}最多 {cap} 次"), others));
            }
        };
        for r in &resources {
            for quarter in 1..=4 {
                let what = format!("资源 {} 在{}", r.number, domain::number::quarter(quarter));
                check(what, r.per_quarter, &|m| m.resource_id == r.id && m.quarter == quarter);
            }
            check(format!("资源 {} 全年", r.number), r.per_year, &|m| m.resource_id == r.id);
        }
        for owner in &members {
            check(format!("委员{}全年", owner.name), owner.yearly_limit, &|m| m.member_id == owner.id);
        }
        if faults.is_empty() {
            return Ok(());
        }
        let ids: BTreeSet<Uuid> = faults.iter().flat_map(|f| f.1.iter().copied()).collect();
        let numbers: BTreeMap<Uuid, String> = need::Entity::find()
            .filter(need::Column::Id.is_in(ids))
            .all(db)
            .await?
            .into_iter()
            .map(|n| (n.id, n.number))
            .collect();
        Err(Error::Refused(
            faults
                .into_iter()
                .map(|(what, by)| {
                    let by: Vec<&str> =
                        by.iter().filter_map(|n| numbers.get(n)).map(String::as_str).collect();
                    Refusal::new(
                        "OVERBOOKED",
                        format!("{what},已由 {} 预留;请另选季度或资源,或先释放其中一项。", by.join("、")),
                    )
                })
                .collect(),
        ))
    }

    /// Pins or bans a pair for the next plan.
    pub async fn rule_pair(
        &self,
        need_id: Uuid,
        resource_id: Uuid,
        kind: PairRuleKind,
        reason: &str,
    ) -> Result<need::Model> {
        let reason = refusal::text(reason, "原因", 200, "reason")?;
        let tx = self.store.begin().await?;
        let need = need::Entity::find_by_id(need_id).one(&tx).await?.ok_or(Error::NotFound("需求"))?;
        self.need(Action::DecideMatch, need.workstation_id, None)?;
        let resource = self.resource_row(&tx, resource_id).await?;
        pair_rule::Entity::delete_many()
            .filter(pair_rule::Column::NeedId.eq(need_id))
            .filter(pair_rule::Column::ResourceId.eq(resource_id))
            .exec(&tx)
            .await?;
        pair_rule::Model {
            id: self.id(),
            year: need.year,
            need_id,
            resource_id,
            kind,
            reason: reason.clone(),
        }
        .into_active_model()
        .insert(&tx)
        .await?;
        let detail = serde_json::json!({"need": need.number, "resource": resource.number});
        self.audit(
            &tx,
            Event {
                action: kind.code(),
                subject: "need",
                id: Some(need_id),
                workstation: Some(need.workstation_id),
                detail,
                reason: Some(reason),
            },
        )
        .await?;
        self.commit(tx).await?;
        Ok(need)
    }

    /// What could serve a need that is only being typed: text, area, station. The class is proposed where none is
    /// given. Best first; with `refused` also what cannot, each with the first rule that says no.
    pub async fn candidates_for_text(
        &self,
        typed: &TypedNeed<'_>,
        refused: bool,
        first: usize,
    ) -> Result<Vec<Candidate>> {
        let TypedNeed { station: station_code, year, title, text, category, area } = *typed;
        let station = self.workstation_by_code(station_code).await?.ok_or(Error::NotFound("工作站"))?;
        self.need(Action::ReadLists, station.id, None)?;
        let loaded = self.load_city(self.store.db(), year, Some(station.id)).await?;
        let classes = self.categories().await?;
        let class = match category {
            Some(c) => c.to_owned(),
            None => {
                let table: Vec<domain::category::Keywords> = classes
                    .into_iter()
                    .filter(|c| !c.keywords.is_empty())
                    .map(|c| domain::category::Keywords {
                        code: c.code,
                        words: c.keywords.split(',').map(str::to_owned).collect(),
                    })
                    .collect();
                match domain::category::propose(&table, title, text) {
                    Some(c) => c.to_owned(),
                    None => return Ok(Vec::new()),
                }
            }
        };
        let at = loaded.stations.iter().position(|s| s.id == station.id).ok_or(Error::NotFound("工作站"))?;
        let need = matching::Need {
            number: String::new(),
            station: at as u32,
            area: area.unwrap_or(&station.area).to_owned(),
            urgency: Urgency::Normal,
            from: 1,
            until: 4,
            requirements: vec![matching::Requirement { category: class, quantity: 1 }],
            excluded: Vec::new(),
            pinned: Vec::new(),
        };
        Ok(ranked(&loaded, &need, refused, first))
    }

    /// Open needs that a resource could serve, best first; with `refused` also those of its classes that it cannot.
    pub async fn candidates_for_resource(
        &self,
        resource_id: Uuid,
        refused: bool,
        first: usize,
    ) -> Result<Vec<NeedCandidate>> {
        let row = self.resource_row(self.store.db(), resource_id).await?;
        self.need(Action::ReadLists, row.workstation_id, Some(row.member_id))?;
        let loaded = self.load_city(self.store.db(), row.year, None).await?;
        let Some(at) = loaded.resources.iter().position(|r| r.id == resource_id) else {
            return Ok(Vec::new());
        };
        let (city, resource) = (&loaded.city, &loaded.city.resources[at]);
        let mut found = Vec::new();
        for (i, need) in city.needs.iter().enumerate() {
            let Some(q) = need.requirements.iter().find(|q| candidates::distance(q, resource).is_some())
            else {
                continue;
            };
            let refusal = candidates::first_no(city, need, q, at as u32);
            if refusal.is_some() && !refused {
                continue;
            }
            let quarter = best_quarter(city, need, q, at as u32);
            found.push((
                i,
                quarter,
                quarter.map_or(0, |k| score::total(city, need, q, at as u32, k)),
                refusal,
            ));
        }
        found.sort_by_key(|(i, _, points, refusal)| (refusal.is_some(), std::cmp::Reverse(*points), *i));
        found.truncate(first);
        let seen = self.needs_by_id(&found.iter().map(|f| loaded.needs[f.0].id).collect::<Vec<_>>()).await?;
        let seen: std::collections::HashMap<Uuid, need::Model> =
            seen.into_iter().map(|n| (n.id, n)).collect();
        // Other stations see of a need that is not theirs only what is published or offered to them.
        Ok(found
            .into_iter()
            .filter_map(|(i, quarter, points, refusal)| {
                let n = &city.needs[i];
                let q = n.requirements.iter().find(|q| candidates::distance(q, resource).is_some())?;
                Some(NeedCandidate {
                    need: seen.get(&loaded.needs[i].id)?.clone(),
                    quarter: quarter.filter(|_| refusal.is_none()).map_or(0, i32::from),
                    score: if refusal.is_none() { points } else { 0 },
                    parts: match (quarter, &refusal) {
                        (Some(k), None) => score::parts(city, n, q, at as u32, k),
                        _ => Vec::new(),
                    },
                    refusal,
                })
            })
            .collect())
    }

    /// Pins and bans of needs.
    pub async fn pair_rules_of(&self, needs: &[Uuid]) -> Result<Vec<pair_rule::Model>> {
        let visible = need::Entity::find()
            .select_only()
            .column(need::Column::Id)
            .filter(self.in_sight(need::Column::WorkstationId, None))
            .filter(need::Column::Id.is_in(needs.iter().copied()));
        Ok(pair_rule::Entity::find()
            .filter(pair_rule::Column::NeedId.in_subquery(sea_orm::QueryTrait::into_query(visible)))
            .order_by_asc(pair_rule::Column::Id)
            .all(self.store.db())
            .await?)
    }

    /// Takes a pin or a ban back.
    pub async fn unrule_pair(&self, need_id: Uuid, resource_id: Uuid) -> Result<need::Model> {
        let tx = self.store.begin().await?;
        let need = need::Entity::find_by_id(need_id).one(&tx).await?.ok_or(Error::NotFound("需求"))?;
        self.need(Action::DecideMatch, need.workstation_id, None)?;
        let gone = pair_rule::Entity::delete_many()
            .filter(pair_rule::Column::NeedId.eq(need_id))
            .filter(pair_rule::Column::ResourceId.eq(resource_id))
            .exec(&tx)
            .await?;
        if gone.rows_affected == 0 {
            return Err(Error::NotFound("指定或排除"));
        }
        self.audit(
            &tx,
            Event {
                action: "UNRULE",
                subject: "need",
                id: Some(need_id),
                workstation: Some(need.workstation_id),
                detail: serde_json::json!({"need": need.number}),
                reason: None,
            },
        )
        .await?;
        self.commit(tx).await?;
        Ok(self.narrow(need))
    }

    /// What could serve a need.
    pub async fn candidates_for_need(
        &self,
        need_id: Uuid,
        refused: bool,
        first: usize,
    ) -> Result<Vec<Candidate>> {
        let row =
            need::Entity::find_by_id(need_id).one(self.store.db()).await?.ok_or(Error::NotFound("需求"))?;
        self.need(Action::ReadLists, row.workstation_id, None)?;
        let loaded = self.load_city(self.store.db(), row.year, Some(row.workstation_id)).await?;
        match loaded.needs.iter().position(|n| n.id == need_id) {
            Some(at) => Ok(ranked(&loaded, &loaded.city.needs[at], refused, first)),
            None => Ok(Vec::new()),
        }
    }

    /// Requirements of needs, in order.
    pub(crate) async fn requirements_in<C: ConnectionTrait>(
        &self,
        db: &C,
        needs: &[Uuid],
    ) -> Result<Vec<requirement::Model>> {
        Ok(requirement::Entity::find()
            .filter(requirement::Column::NeedId.is_in(needs.iter().copied()))
            .order_by_asc(requirement::Column::Seq)
            .all(db)
            .await?)
    }
}

/// The quarter in which a pair is worth most, the earlier of equals.
fn best_quarter(
    city: &matching::City,
    need: &matching::Need,
    requirement: &matching::Requirement,
    resource: u32,
) -> Option<u8> {
    let r = &city.resources[resource as usize];
    candidates::quarters(need, r)
        .filter(|k| r.free[*k as usize - 1] > 0)
        .max_by_key(|k| (score::total(city, need, requirement, resource, *k), std::cmp::Reverse(*k)))
}

/// Candidates of a need, best first, ties by number.
fn ranked(
    loaded: &crate::planning::Loaded,
    need: &matching::Need,
    refused: bool,
    first: usize,
) -> Vec<Candidate> {
    let city = &loaded.city;
    let index = candidates::Index::new(city);
    let mut found = Vec::new();
    for q in &need.requirements {
        for r in index.near(city, need, q) {
            let resource = loaded.resources[r as usize].clone();
            let no = candidates::first_no(city, need, q, r);
            let best = best_quarter(city, need, q, r);
            match (no, best) {
                (None, Some(k)) => found.push(Candidate {
                    resource,
                    quarter: i32::from(k),
                    score: score::total(city, need, q, r, k),
                    parts: score::parts(city, need, q, r, k),
                    refusal: None,
                }),
                (Some(no), _) if refused => {
                    found.push(Candidate {
                        resource,
                        quarter: 0,
                        score: 0,
                        parts: Vec::new(),
                        refusal: Some(no),
                    });
                }
                _ => {}
            }
        }
    }
    found.sort_by(|a, b| {
        (a.refusal.is_some(), std::cmp::Reverse(a.score), &a.resource.number).cmp(&(
            b.refusal.is_some(),
            std::cmp::Reverse(b.score),
            &b.resource.number,
        ))
    });
    found.truncate(first);
    found
}
