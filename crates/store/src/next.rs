//! The next best candidate when a member declines: by the standing plan's prices, without touching another item.

use crate::candidate::best_quarter;
use crate::city::{Basis, Offered, Taken, quarter_of};
use crate::entity::{duty_item, duty_item_match, duty_list, member, need, need_match, pair_rule, resource};
use crate::kept::Kept;
use crate::reach::of_year;
use crate::{Desk, Error, Result};
use chrono::NaiveDate;
use domain::matching::candidates::Index;
use domain::matching::score;
use domain::{ListStatus, MatchStatus, MemberStatus, PairRuleKind, ProposedBy, ResourceStatus};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect, QueryTrait, Set,
};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use text::relevance::Rarity;
use uuid::Uuid;

/// Candidates at most that are looked at: who is behind is no better than nobody.
const LOOKED_AT: usize = 50;

impl Desk {
    /// Reads what is held in memory for the next best of a year, so that the first member to decline need not wait for it.
    ///
    /// # Errors
    /// A fault of the database.
    pub async fn recall(&self, year: i32) -> Result<()> {
        self.kept_plan(self.store.db(), year).await?;
        self.rarity(self.store.db(), year).await?;
        Ok(())
    }

    /// Suggests the next best candidate for the requirement of a match that has ended. Writes a suggestion where there
    /// is one; a convener dispatches it, or not. Who has changed resources in the same transaction brings the rarity of
    /// words `counted` there.
    pub(crate) async fn suggest_next(
        &self,
        tx: &DatabaseTransaction,
        gone: &need_match::Model,
        counted: Option<&Arc<Rarity>>,
    ) -> Result<Option<Uuid>> {
        let kept = self.kept_plan(tx, gone.year).await?;
        let mut ranked = kept.as_ref().map_or(Vec::new(), |(_, kept)| kept.by_price(gone.requirement_id));
        ranked.truncate(LOOKED_AT);
        // Who said no this year, by whatever means, is not asked again; who has been asked already neither.
        let history = need_match::Entity::find()
            .filter(need_match::Column::NeedId.eq(gone.need_id))
            .filter(need_match::Column::Status.ne(MatchStatus::Superseded))
            .all(tx)
            .await?;
        let banned = pair_rule::Entity::find()
            .filter(pair_rule::Column::NeedId.eq(gone.need_id))
            .filter(pair_rule::Column::Kind.eq(PairRuleKind::Ban))
            .all(tx)
            .await?;
        ranked.retain(|c| {
            !history.iter().any(|m| m.resource_id == c.resource)
                && !banned.iter().any(|b| b.resource_id == c.resource)
        });
        // Units of one requirement are of distinct members.
        let beside: Vec<Uuid> = history
            .iter()
            .filter(|m| m.requirement_id == gone.requirement_id && m.id != gone.id)
            .filter(|m| m.status.reserves() || m.status == MatchStatus::Suggested)
            .map(|m| m.member_id)
            .collect();
        let best = self.best_by_price(tx, gone, &ranked, &beside).await?;
        let plan_id = best.and(kept).map(|(id, _)| id);
        let best = match best {
            Some(best) => Some(best),
            // The plan has nobody left, or was made without the need: the lists as they are now.
            None => self.best_now(tx, gone, counted, &history, &beside).await?,
        };
        let Some(Best { resource, owner, points, quarter }) = best else { return Ok(None) };
        let row = need_match::Model {
            id: self.id(),
            year: gone.year,
            plan_id,
            need_id: gone.need_id,
            requirement_id: gone.requirement_id,
            resource_id: resource,
            member_id: owner,
            workstation_id: gone.workstation_id,
            quarter,
            score: points,
            parts: "[]".to_owned(),
            alternative: None,
            alternative_points: None,
            rank: None,
            candidates: Some(ranked.len() as i32),
            proposed_by: ProposedBy::System,
            status: MatchStatus::Suggested,
            reason: None,
            version: 1,
        };
        let id = row.id;
        need_match::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx).await?;
        Ok(Some(id))
    }

    /// What is suggested instead of a match that was declined takes its place on the draft that it stood on. A list in
    /// review has been signed as it is, a published one changes by an amendment alone.
    pub(crate) async fn take_place(
        &self,
        tx: &DatabaseTransaction,
        gone: &need_match::Model,
        next: Uuid,
    ) -> Result<()> {
        let drafts = duty_list::Entity::find()
            .select_only()
            .column(duty_list::Column::Id)
            .filter(duty_list::Column::WorkstationId.eq(gone.workstation_id))
            .filter(duty_list::Column::Status.eq(ListStatus::Draft));
        let carried = duty_item_match::Entity::find()
            .select_only()
            .column(duty_item_match::Column::ItemId)
            .filter(duty_item_match::Column::MatchId.eq(gone.id));
        let item = duty_item::Entity::find()
            .filter(duty_item::Column::Id.in_subquery(carried.into_query()))
            .filter(duty_item::Column::ListId.in_subquery(drafts.into_query()))
            .filter(duty_item::Column::Removed.eq(false))
            .one(tx)
            .await?;
        let Some(item) = item else { return Ok(()) };
        let matched = need_match::Entity::find_by_id(next).one(tx).await?.ok_or(Error::NotFound("匹配"))?;
        let others = self.carried_by(tx, &[item.id]).await?;
        duty_item_match::Model { item_id: item.id, match_id: next }.into_active_model().insert(tx).await?;
        // The item goes where its only match goes; several keep the quarter that they have.
        let item = if others.is_empty() && item.quarter != matched.quarter {
            let version = item.version + 1;
            let mut row = item.into_active_model();
            row.quarter = Set(matched.quarter);
            row.version = Set(version);
            row.update(tx).await?
        } else {
            item
        };
        self.mirror(tx, &item).await
    }

    /// The first of the candidates at the plan's prices that still has room.
    async fn best_by_price(
        &self,
        tx: &DatabaseTransaction,
        gone: &need_match::Model,
        ranked: &[Priced],
        beside: &[Uuid],
    ) -> Result<Option<Best>> {
        if ranked.is_empty() {
            return Ok(None);
        }
        let desired_by = need::Entity::find_by_id(gone.need_id)
            .select_only()
            .column(need::Column::DesiredBy)
            .into_tuple::<Option<NaiveDate>>()
            .one(tx)
            .await?
            .ok_or(Error::NotFound("需求"))?;
        let looked_at: BTreeSet<Uuid> = ranked.iter().map(|c| c.resource).collect();
        let resources: HashMap<Uuid, Offered> = resource::Entity::find()
            .filter(resource::Column::Id.is_in(looked_at))
            .filter(resource::Column::Status.eq(ResourceStatus::Available))
            .into_partial_model::<Offered>()
            .all(tx)
            .await?
            .into_iter()
            .map(|r| (r.id, r))
            .collect();
        let members: HashMap<Uuid, member::Model> = member::Entity::find()
            .filter(member::Column::Id.is_in(resources.values().map(|r| r.member_id)))
            .filter(member::Column::Status.eq(MemberStatus::Active))
            .all(tx)
            .await?
            .into_iter()
            .map(|m| (m.id, m))
            .collect();
        let held = need_match::Entity::find()
            .filter(of_year(need_match::Column::Year, gone.year, true))
            .filter(need_match::Column::MemberId.is_in(members.keys().copied()))
            .filter(need_match::Column::Status.is_in(MatchStatus::HOLDING))
            .into_partial_model::<Taken>()
            .all(tx)
            .await?;
        // The plan keeps of a resource the quarters that it could need; what has passed since moves to now.
        let now = i32::from(quarter_of(self.today(), gone.year).clamp(1, 4));
        let until = desired_by.map_or(4, |d| i32::from(quarter_of(d, gone.year).min(4)));
        Ok(ranked.iter().find_map(|c| {
            let r = resources.get(&c.resource).filter(|r| !beside.contains(&r.member_id))?;
            let m = members.get(&r.member_id)?;
            let quarter = c.quarter.max(now);
            let open = quarter <= until && quarter <= i32::from(quarter_of(r.window_to, gone.year).min(4));
            let count = |of: &dyn Fn(&Taken) -> bool| held.iter().filter(|h| of(h)).count() as i32;
            let room = count(&|h| h.resource_id == r.id && h.quarter == quarter) < r.per_quarter
                && count(&|h| h.resource_id == r.id) < r.per_year
                && count(&|h| h.member_id == m.id) < m.yearly_limit;
            (open && room).then_some(Best { resource: r.id, owner: m.id, points: c.points, quarter })
        }))
    }

    /// The resource that is worth most for a requirement as things are now, ties by number; whoever was asked already is
    /// left out, and who meets another unit of it.
    async fn best_now(
        &self,
        tx: &DatabaseTransaction,
        gone: &need_match::Model,
        counted: Option<&Arc<Rarity>>,
        history: &[need_match::Model],
        beside: &[Uuid],
    ) -> Result<Option<Best>> {
        let terms = self.terms_in_force(tx).await?;
        let basis = Basis::Next { need: gone.need_id };
        let mut loaded = self.load_on(tx, gone.year, None, basis, terms).await?;
        if loaded.resources.is_empty() {
            return Ok(None);
        }
        loaded.city.rarity = match counted {
            Some(rarity) => rarity.clone(),
            None => self.rarity(tx, gone.year).await?,
        };
        let (Some(need), Some(asked)) = (loaded.city.needs.first(), loaded.requirements.first()) else {
            return Ok(None);
        };
        let Some(at) = asked.iter().position(|q| q.id == gone.requirement_id) else { return Ok(None) };
        let (city, requirement) = (&loaded.city, &need.requirements[at]);
        let candidates = Index::new(city).candidates(city, need, requirement);
        let best = candidates
            .into_iter()
            .filter(|r| {
                let r = &loaded.resources[*r as usize];
                !history.iter().any(|m| m.resource_id == r.id) && !beside.contains(&r.member_id)
            })
            .filter(|r| {
                let m = &city.members[city.resources[*r as usize].member as usize];
                m.load < m.yearly_limit
            })
            .filter_map(|r| {
                let quarter = best_quarter(city, need, requirement, r)?;
                Some((score::total(city, need, requirement, r, quarter), std::cmp::Reverse(r), quarter))
            })
            .max();
        Ok(best.map(|(points, r, quarter)| {
            let r = &loaded.resources[r.0 as usize];
            Best { resource: r.id, owner: r.member_id, points, quarter: i32::from(quarter) }
        }))
    }
}

/// Who is suggested next.
#[derive(Clone, Copy)]
struct Best {
    resource: Uuid,
    owner: Uuid,
    points: i64,
    quarter: i32,
}

/// A candidate at the plan's prices.
#[derive(Clone, Debug)]
pub(crate) struct Priced {
    pub resource: Uuid,
    pub quarter: i32,
    pub points: i64,
    /// What it lacks at the plan's prices.
    lacks: i64,
}

impl Kept {
    /// The pairs of a requirement that the plan had, the cheapest at its prices first, ties by number. Several units of it
    /// have the same ones.
    fn by_price(&self, requirement: Uuid) -> Vec<Priced> {
        let units = self.requirements.iter().enumerate().filter(|(_, q)| **q == requirement);
        let mut found = Vec::new();
        for (unit, _) in units {
            for (lacks, pair) in self.instance.lacking(&self.solution.prices, unit) {
                let pair = pair as usize;
                let (r, quarter) = self.layout.places[self.instance.place_of(pair)];
                found.push((
                    r,
                    Priced {
                        resource: self.resources[r as usize],
                        quarter: i32::from(quarter),
                        points: self.instance.score_of(pair),
                        lacks,
                    },
                ));
            }
        }
        found.sort_by_key(|(r, c)| (c.lacks, *r, c.quarter));
        found.dedup_by_key(|(r, c)| (*r, c.quarter));
        found.into_iter().map(|(_, c)| c).collect()
    }
}
