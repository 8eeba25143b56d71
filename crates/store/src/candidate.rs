//! Candidates: what could serve a need or be served by a resource, and why not.

use crate::city::Basis;
use crate::entity::{need, resource};
use crate::{Desk, Error, Result};
use domain::matching::{self, candidates, score};
use domain::{Action, Refusal, Urgency};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::collections::HashMap;
use text::relevance::Words;
use uuid::Uuid;

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
    /// Class; none: proposed from the words.
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
    /// What could serve a need that is only being typed: text, area, station. The class is proposed where none is
    /// given; refused where the words do not tell it. Best first; with `refused` also what cannot, each with the first
    /// rule that says no.
    pub async fn candidates_for_text(
        &self,
        typed: &TypedNeed<'_>,
        refused: bool,
        first: usize,
    ) -> Result<Vec<Candidate>> {
        let TypedNeed { station: station_code, year, title, text, category, area } = *typed;
        let station = self.workstation_by_code(station_code).await?.ok_or(Error::NotFound("工作站"))?;
        self.need(Action::ReadLists, station.id, None)?;
        let class = match category {
            Some(c) => c.to_owned(),
            None => self.reader().await?.propose(title, text).ok_or_else(|| {
                Refusal::new("UNCATEGORISED", "从文字还看不出类别,请选择类别,或写得具体一些。").at("category")
            })?,
        };
        let loaded = self.load_city(self.store.db(), year, Some(station.id)).await?;
        let at = loaded.stations.iter().position(|s| s.id == station.id).ok_or(Error::NotFound("工作站"))?;
        let need = matching::Need {
            number: String::new(),
            station: at as u32,
            area: area.unwrap_or(&station.area).to_owned(),
            urgency: Urgency::Normal,
            from: 1,
            until: 4,
            requirements: vec![matching::Requirement { category: class, quantity: 1, met_by: Vec::new() }],
            excluded: Vec::new(),
            pinned: Vec::new(),
            words: Words::new(title, text),
        };
        self.ranked(&loaded, &need, refused, first).await
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
        let seen: HashMap<Uuid, need::Model> = seen.into_iter().map(|n| (n.id, n)).collect();
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

    /// What could serve a need that waits, is listed or at work, as proposing and dispatching by hand would judge it;
    /// nothing where all that it asks for is met.
    pub async fn candidates_for_need(
        &self,
        need_id: Uuid,
        refused: bool,
        first: usize,
    ) -> Result<Vec<Candidate>> {
        let row =
            need::Entity::find_by_id(need_id).one(self.store.db()).await?.ok_or(Error::NotFound("需求"))?;
        self.need(Action::ReadLists, row.workstation_id, None)?;
        if !row.status.may_be_served() {
            return Ok(Vec::new());
        }
        let terms = self.terms_in_force(self.store.db()).await?;
        let basis = Basis::Need { need: need_id, again: false };
        let loaded = self.load_on(self.store.db(), row.year, None, basis, terms).await?;
        match loaded.needs.iter().position(|n| n.id == need_id) {
            Some(at) => self.ranked(&loaded, &loaded.city.needs[at], refused, first).await,
            None => Ok(Vec::new()),
        }
    }

    /// Candidates of a need, best first, ties by number.
    async fn ranked(
        &self,
        loaded: &crate::city::Loaded,
        need: &matching::Need,
        refused: bool,
        first: usize,
    ) -> Result<Vec<Candidate>> {
        let city = &loaded.city;
        let index = candidates::Index::new(city);
        let mut found = Vec::new();
        for q in &need.requirements {
            for r in index.near(city, need, q) {
                match (candidates::first_no(city, need, q, r), best_quarter(city, need, q, r)) {
                    (None, Some(k)) => found.push((r, k, score::total(city, need, q, r, k), q, None)),
                    (Some(no), _) if refused => found.push((r, 0, 0, q, Some(no))),
                    _ => {}
                }
            }
        }
        // Positions are in order of the numbers.
        found.sort_by_key(|(r, _, points, _, no)| (no.is_some(), std::cmp::Reverse(*points), *r));
        found.truncate(first);
        let rows = resource::Entity::find()
            .filter(resource::Column::Id.is_in(found.iter().map(|f| loaded.resources[f.0 as usize].id)))
            .all(self.store.db())
            .await?;
        let rows: HashMap<Uuid, resource::Model> = rows.into_iter().map(|r| (r.id, r)).collect();
        Ok(found
            .into_iter()
            .filter_map(|(r, k, points, q, refusal)| {
                Some(Candidate {
                    resource: rows.get(&loaded.resources[r as usize].id)?.clone(),
                    quarter: i32::from(k),
                    score: points,
                    parts: match refusal {
                        None => score::parts(city, need, q, r, k),
                        Some(_) => Vec::new(),
                    },
                    refusal,
                })
            })
            .collect())
    }
}

/// The quarter in which a pair is worth most, the earlier of equals.
pub(crate) fn best_quarter(
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
