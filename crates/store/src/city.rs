//! The city as it is matched: read from the lists in a bounded number of statements.

use crate::entity::{
    assignment, duty_item, duty_list, member, need, need_match, pair_rule, requirement, resource,
    resource_category, sector, workstation,
};
use crate::policy::Terms;
use crate::reach::{could_come, of_year};
use crate::{Desk, Error, Result};
use chrono::{Datelike, NaiveDate};
use domain::matching::{self, City};
use domain::{
    AreaScope, AssignmentRole, ListStatus, MatchStatus, NeedStatus, PairRuleKind, PartnershipScope,
    ResourceKind, ResourceStatus, Urgency,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DerivePartialModel, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
    sea_query::{Expr, SimpleExpr},
};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use text::relevance::{Rarity, Words};
use uuid::Uuid;

/// The city as it is matched, with the ids behind the positions.
#[derive(PartialEq)]
pub(crate) struct Loaded {
    pub city: City,
    pub stations: Vec<workstation::Model>,
    pub resources: Vec<Offered>,
    pub members: Vec<Uuid>,
    pub needs: Vec<Planned>,
    /// Requirements of each planned need that are still to be covered.
    pub requirements: Vec<Vec<Asked>>,
    /// Open needs that wait for a person to confirm their class.
    pub uncategorised: Vec<Uuid>,
}

/// A need as far as it is planned: the lists are long, and every column of a row costs.
#[derive(PartialEq, DerivePartialModel)]
#[sea_orm(entity = "need::Entity")]
pub(crate) struct Planned {
    pub id: Uuid,
    pub number: String,
    pub workstation_id: Uuid,
    pub title: String,
    pub description: String,
    pub category: Option<String>,
    pub area: String,
    pub persons: i32,
    pub households: i32,
    pub shops: i32,
    pub urgency: Urgency,
    pub desired_by: Option<NaiveDate>,
}

/// A requirement as far as it is planned.
#[derive(PartialEq, DerivePartialModel)]
#[sea_orm(entity = "requirement::Entity")]
pub(crate) struct Asked {
    pub id: Uuid,
    pub need_id: Uuid,
    pub category: Option<String>,
    pub quantity: i32,
}

/// A resource as far as it is planned.
#[derive(PartialEq, DerivePartialModel)]
#[sea_orm(entity = "resource::Entity")]
pub(crate) struct Offered {
    pub id: Uuid,
    pub number: String,
    pub member_id: Uuid,
    pub workstation_id: Uuid,
    pub title: String,
    pub description: String,
    pub kind: ResourceKind,
    pub unit: String,
    pub area_scope: AreaScope,
    pub cross_district: bool,
    pub per_quarter: i32,
    pub per_year: i32,
    pub window_from: NaiveDate,
    pub window_to: NaiveDate,
    pub paid_to_owner: bool,
    pub conflict_note: Option<String>,
    pub status: ResourceStatus,
}

/// A match as far as it takes a place or leaves one out.
#[derive(DerivePartialModel)]
#[sea_orm(entity = "need_match::Entity")]
pub(crate) struct Taken {
    pub need_id: Uuid,
    pub requirement_id: Uuid,
    pub resource_id: Uuid,
    pub member_id: Uuid,
    pub workstation_id: Uuid,
    pub quarter: i32,
    pub status: MatchStatus,
}

/// What of a year is matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Basis {
    /// What is still open; what is reserved or was changed by people stays as it is.
    Open,
    /// One need whatever its state, with what the others leave; with `again` also by those who declined it.
    Need { need: Uuid, again: bool },
    /// The same need, with no resources but those that could come to it: who could be next. How rare words are is left to
    /// who asks.
    Next { need: Uuid },
    /// The whole year from nothing, as if nobody had decided anything but pins, bans and refusals.
    Afresh,
}

impl Desk {
    /// Loads everything that is matched under the policy in force, in order of the numbers. A bounded number of
    /// statements.
    pub(crate) async fn load_city<C: ConnectionTrait>(
        &self,
        db: &C,
        year: i32,
        only: Option<Uuid>,
    ) -> Result<Loaded> {
        let terms = self.terms_in_force(db).await?;
        self.load_on(db, year, only, Basis::Open, terms).await
    }

    /// The same on another basis or under other terms.
    pub(crate) async fn load_on<C: ConnectionTrait>(
        &self,
        db: &C,
        year: i32,
        only: Option<Uuid>,
        basis: Basis,
        terms: Terms,
    ) -> Result<Loaded> {
        let afresh = basis == Basis::Afresh;
        let again = matches!(basis, Basis::Need { again: true, .. });
        let next = matches!(basis, Basis::Next { .. });
        // Who could be next is asked at once, while a member waits: nothing is read that does not touch the answer.
        let only_for = |rows: SimpleExpr| if next { Condition::all().add(rows) } else { Condition::all() };
        let offered = || {
            resource::Entity::find()
                .filter(of_year(resource::Column::Year, year, next))
                .filter(resource::Column::Status.is_in(ResourceStatus::ON_OFFER))
        };
        let planned: &[NeedStatus] = if afresh {
            &[NeedStatus::Open, NeedStatus::Matched, NeedStatus::Listed]
        } else {
            &[NeedStatus::Open]
        };
        let mut open = need::Entity::find().filter(need::Column::Year.eq(year));
        open = match basis {
            Basis::Need { need, .. } | Basis::Next { need } => open.filter(need::Column::Id.eq(need)),
            _ => open.filter(need::Column::Status.is_in(planned.iter().copied())),
        };
        if let Some(station) = only {
            open = open.filter(need::Column::WorkstationId.eq(station));
        }
        // Of these needs alone, whatever other stations and years ask for.
        let of_open = match basis {
            Basis::Need { need, .. } | Basis::Next { need } => requirement::Column::NeedId.eq(need),
            _ => {
                let ids = open.clone().select_only().column(need::Column::Id);
                requirement::Column::NeedId.in_subquery(ids.into_query())
            }
        };
        let mut open = open.into_partial_model::<Planned>().all(db).await?;
        open.sort_unstable_by(|a, b| a.number.cmp(&b.number));
        let (needs, uncategorised): (Vec<_>, Vec<_>) = open.into_iter().partition(|n| n.category.is_some());
        let mut needed = group(
            requirement::Entity::find()
                .filter(requirement::Column::Mandatory.eq(true))
                .filter(of_open)
                .order_by_asc(requirement::Column::Seq)
                .into_partial_model::<Asked>()
                .all(db)
                .await?
                .into_iter()
                .map(|q| (q.need_id, q)),
        );

        let partnerships = self.partnerships_in_force(db).await?;
        // In order of the numbers, here and below: sorted here, no database copies all their text for it.
        let mut offers = offered();
        if next {
            let asked = |n: &Planned| needed.get(&n.id).map_or(&[][..], Vec::as_slice);
            offers = offers.filter(match needs.first() {
                Some(n) => could_come(n, asked(n), &partnerships),
                None => Condition::all().add(Expr::value(false)),
            });
        }
        let mut resources = offers.into_partial_model::<Offered>().all(db).await?;
        resources.sort_unstable_by(|a, b| a.number.cmp(&b.number));
        let mut stations = workstation::Entity::find();
        if next {
            let touched =
                needs.iter().map(|n| n.workstation_id).chain(resources.iter().map(|r| r.workstation_id));
            stations = stations.filter(workstation::Column::Id.is_in(touched.collect::<BTreeSet<Uuid>>()));
        }
        let stations = stations.order_by_asc(workstation::Column::Code).all(db).await?;
        let station_at: HashMap<Uuid, u32> =
            stations.iter().enumerate().map(|(i, s)| (s.id, i as u32)).collect();
        let mut partners: Vec<Vec<matching::Partner>> = vec![Vec::new(); stations.len()];
        for p in &partnerships {
            let (Some(a), Some(b)) = (station_at.get(&p.workstation_id), station_at.get(&p.partner_id))
            else {
                continue;
            };
            let classes: Vec<String> = crate::partnership::classes(p).map(str::to_owned).collect();
            let mut opens = |from: u32, to: u32| {
                partners[from as usize].push(matching::Partner { station: to, classes: classes.clone() });
            };
            if p.scope != PartnershipScope::Takes {
                opens(*a, *b);
            }
            if p.scope != PartnershipScope::Gives {
                opens(*b, *a);
            }
        }
        let resource_at: HashMap<Uuid, u32> =
            resources.iter().enumerate().map(|(i, r)| (r.id, i as u32)).collect();
        let owners: BTreeSet<Uuid> = resources.iter().map(|r| r.member_id).collect();
        let members = member::Entity::find()
            .filter(only_for(member::Column::Id.is_in(owners)))
            .order_by_asc(member::Column::Number)
            .all(db)
            .await?;
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
                .filter(only_for(assignment::Column::PersonId.is_in(member_at.keys().copied())))
                .all(db)
                .await?
                .into_iter()
                .filter_map(|a| Some((a.person_id, *station_at.get(&a.workstation_id?)?))),
        );

        let classes = group(
            resource_category::Entity::find()
                .filter(only_for(resource_category::Column::ResourceId.is_in(resource_at.keys().copied())))
                .order_by_asc(resource_category::Column::Category)
                .all(db)
                .await?
                .into_iter()
                .map(|c| (c.resource_id, c.category)),
        );

        // What is reserved, and what people have touched in a draft, stays as it is.
        let mut taken = need_match::Entity::find()
            .filter(of_year(need_match::Column::Year, year, next))
            .filter(need_match::Column::Status.is_not_in([MatchStatus::Superseded]));
        if let Basis::Next { need } = basis {
            let theirs = need_match::Column::MemberId.is_in(members.iter().map(|m| m.id));
            taken = taken.filter(Condition::any().add(need_match::Column::NeedId.eq(need)).add(theirs));
        }
        let matches = taken.into_partial_model::<Taken>().all(db).await?;
        // What else its members offer takes no place here and is not read, but it is on their load.
        let unread = matches.iter().map(|m| m.resource_id).filter(|r| next && !resource_at.contains_key(r));
        let unread: BTreeSet<Uuid> = unread.collect();
        let elsewhere: HashSet<Uuid> = if unread.is_empty() {
            HashSet::new()
        } else {
            let ids = offered().select_only().column(resource::Column::Id);
            let ids = ids.filter(resource::Column::Id.is_in(unread)).into_tuple::<Uuid>().all(db).await?;
            ids.into_iter().collect()
        };
        let suggested = matches.iter().filter(|m| m.status == MatchStatus::Suggested).map(|m| m.need_id);
        let touched: HashSet<Uuid> = duty_item::Entity::find()
            .select_only()
            .column(duty_item::Column::NeedId)
            .filter(duty_item::Column::JointOf.is_null())
            .filter(duty_item::Column::Version.gt(1))
            .filter(duty_item::Column::Removed.eq(false))
            .filter(only_for(duty_item::Column::NeedId.is_in(suggested)))
            .filter(
                duty_item::Column::ListId.in_subquery(QueryTrait::into_query(
                    duty_list::Entity::find()
                        .select_only()
                        .column(duty_list::Column::Id)
                        .filter(duty_list::Column::Year.eq(year)),
                )),
            )
            .into_tuple::<Uuid>()
            .all(db)
            .await?
            .into_iter()
            .collect();
        let mut room: Vec<u32> = stations.iter().map(|s| terms.lines(s.list_limit)).collect();
        // A list that is no draft takes nothing more; who comes next takes the place of who went.
        if !afresh && !next {
            let fixed = duty_list::Entity::find()
                .select_only()
                .column(duty_list::Column::WorkstationId)
                .filter(duty_list::Column::Year.eq(year))
                .filter(duty_list::Column::Status.ne(ListStatus::Draft))
                .into_tuple::<Uuid>()
                .all(db)
                .await?;
            for s in fixed.iter().filter_map(|l| station_at.get(l)) {
                room[*s as usize] = 0;
            }
        }
        let mut excluded: HashMap<Uuid, Vec<u32>> = HashMap::new();
        let mut pinned: HashMap<Uuid, Vec<u32>> = HashMap::new();
        let mut kept: HashSet<Uuid> = HashSet::new();
        let mut met: HashMap<Uuid, Vec<u32>> = HashMap::new();
        let mut used: HashMap<u32, [u32; 4]> = HashMap::new();
        let mut load = vec![0u32; members.len()];
        for m in &matches {
            let at = resource_at.get(&m.resource_id);
            if at.is_none() && !elsewhere.contains(&m.resource_id) {
                continue;
            }
            let held =
                m.status.reserves() || (m.status == MatchStatus::Suggested && touched.contains(&m.need_id));
            if held && !afresh {
                if let Some(r) = at {
                    used.entry(*r).or_default()[(m.quarter.clamp(1, 4) - 1) as usize] += 1;
                }
                let by = met.entry(m.requirement_id).or_default();
                if let Some(at) = member_at.get(&m.member_id) {
                    load[*at as usize] += 1;
                    by.push(*at);
                }
                if kept.insert(m.need_id)
                    && let Some(s) = station_at.get(&m.workstation_id)
                {
                    room[*s as usize] = room[*s as usize].saturating_sub(1);
                }
            } else if !again
                && matches!(m.status, MatchStatus::Declined | MatchStatus::Lapsed | MatchStatus::Dismissed)
            {
                excluded.entry(m.need_id).or_default().extend(at);
            }
        }
        let mut rules = pair_rule::Entity::find().filter(pair_rule::Column::Year.eq(year));
        if let Basis::Need { need, .. } | Basis::Next { need } = basis {
            rules = rules.filter(pair_rule::Column::NeedId.eq(need));
        }
        for p in rules.all(db).await? {
            let Some(r) = resource_at.get(&p.resource_id) else { continue };
            match p.kind {
                PairRuleKind::Ban => excluded.entry(p.need_id).or_default().push(*r),
                PairRuleKind::Pin => pinned.entry(p.need_id).or_default().push(*r),
            }
        }

        let from = if afresh { 1 } else { quarter_of(self.today(), year).clamp(1, 4) };
        let sorted = |mut v: Vec<u32>| {
            v.sort_unstable();
            v.dedup();
            v
        };
        let mut city = City { weights: terms.weights.clone(), ..City::default() };
        for (i, s) in stations.iter().enumerate() {
            city.stations.push(matching::Station {
                district: s.district.clone(),
                list_limit: room[i],
                partners: {
                    let mut open = std::mem::take(&mut partners[i]);
                    open.sort_unstable();
                    open
                },
            });
        }
        for (i, m) in members.iter().enumerate() {
            city.members.push(matching::Member {
                name: m.name.clone(),
                status: m.status,
                yearly_limit: terms.units(m.yearly_limit),
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
                words: Words::new(&r.title, &r.description),
            });
        }
        city.rarity = match basis {
            // It is asked of all that is offered, whoever is looked at.
            Basis::Next { .. } => Arc::default(),
            _ => Arc::new(Rarity::new(city.resources.iter().map(|r| &r.words))),
        };
        let mut planned = Vec::with_capacity(needs.len());
        let mut requirements = Vec::with_capacity(needs.len());
        for n in needs {
            let asked: Vec<(Asked, u32)> = needed
                .remove(&n.id)
                .unwrap_or_default()
                .into_iter()
                .filter_map(|q| {
                    let left = q.quantity - met.get(&q.id).map_or(0, Vec::len) as i32;
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
                        met_by: sorted(met.remove(&q.id).unwrap_or_default()),
                    })
                    .collect(),
                excluded: sorted(excluded.remove(&n.id).unwrap_or_default()),
                pinned: sorted(pinned.remove(&n.id).unwrap_or_default()),
                words: Words::new(&n.title, &n.description),
            });
            requirements.push(asked.into_iter().map(|(q, _)| q).collect());
            planned.push(n);
        }
        Ok(Loaded {
            city,
            stations,
            resources,
            members: members.iter().map(|m| m.id).collect(),
            needs: planned,
            requirements,
            uncategorised: uncategorised.into_iter().map(|n| n.id).collect(),
        })
    }
}

/// The quarter of a day in `year`: 0 before the year, 5 after it.
pub(crate) fn quarter_of(day: NaiveDate, year: i32) -> u8 {
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
