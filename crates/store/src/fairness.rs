//! How evenly the standing plan loads members and stations, and what it would cost to relieve somebody.

use crate::entity::{assignment, member, workstation};
use crate::{Desk, Effect, Result};
use domain::matching::whatif::{Board, Comparison, gini};
use domain::{Action, AssignmentRole};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use std::cmp::Reverse;
use std::collections::HashMap;
use uuid::Uuid;

/// How much somebody carries.
#[derive(Clone, Debug)]
pub struct Load {
    /// The member.
    pub member: member::Model,
    /// Units in the plan.
    pub load: i32,
    /// Units the member could take.
    pub capacity: i32,
    /// The plan with a unit less for the member, where it was asked for and there is one to take off.
    pub lighter: Option<Effect>,
}

/// How much a station carries.
#[derive(Clone, Debug)]
pub struct StationLoad {
    /// The station.
    pub workstation: workstation::Model,
    /// Lines that the plan uses of its list.
    pub lines: i32,
    /// Lines that its list may have.
    pub limit: i32,
    /// Units that its resident members carry in the plan, wherever.
    pub load: i32,
    /// Units that they could take.
    pub capacity: i32,
}

/// How evenly the plan loads members and stations.
#[derive(Clone, Debug)]
pub struct Fairness {
    /// Gini coefficient in permille of the members who could take something.
    pub gini: i32,
    /// Members who could take something.
    pub members: i32,
    /// Those of them who have nothing.
    pub idle: i32,
    /// The most loaded, the largest first.
    pub largest: Vec<Load>,
    /// The stations whose members carry most of what they could, the fullest first.
    pub fullest: Vec<StationLoad>,
}

impl Desk {
    /// How evenly the standing plan loads members and stations, with those who carry most; with `lighter` also what the
    /// plan would be if each of these members carried a unit less, solved.
    pub async fn fairness(&self, year: i32, most: usize, lighter: bool) -> Result<Option<Fairness>> {
        self.need_city(Action::ReadLists)?;
        let db = self.store.db();
        let Some(asked) = self.asked(year).await? else { return Ok(None) };
        let all = asked.board.loads();
        let loads: Vec<(usize, u32, u32)> = all
            .iter()
            .enumerate()
            .filter(|(_, (_, cap))| *cap > 0)
            .map(|(m, (load, cap))| (m, *load, *cap))
            .collect();
        let mut order = loads.clone();
        order.sort_by_key(|(m, load, _)| (Reverse(*load), *m));
        order.truncate(most);
        let ids: Vec<Uuid> = order.iter().filter_map(|(m, ..)| asked.members.get(*m).copied()).collect();
        let rows: HashMap<Uuid, member::Model> = member::Entity::find()
            .filter(member::Column::Id.is_in(ids))
            .all(db)
            .await?
            .into_iter()
            .map(|m| (m.id, m))
            .collect();
        // A station's units are those of its residents; who resides at several counts at each.
        let resident: Vec<(Uuid, Option<Uuid>)> = assignment::Entity::find()
            .select_only()
            .columns([assignment::Column::PersonId, assignment::Column::WorkstationId])
            .filter(assignment::Column::Role.eq(AssignmentRole::ResidentMember))
            .filter(assignment::Column::ToDate.is_null())
            .into_tuple()
            .all(db)
            .await?;
        let position =
            |of: &[Uuid]| -> HashMap<Uuid, usize> { of.iter().enumerate().map(|(k, id)| (*id, k)).collect() };
        let (member_at, station_at) = (position(&asked.members), position(&asked.stations));
        let mut carried = vec![(0u32, 0u32); asked.stations.len()];
        for (person, station) in resident {
            let at = member_at.get(&person).and_then(|m| all.get(*m));
            let Some(((load, cap), s)) = at.zip(station.and_then(|s| station_at.get(&s))) else { continue };
            carried[*s].0 += load;
            carried[*s].1 += cap;
        }
        // Whole numbers decide: a share of permille, then who carries more, then the order of the plan.
        let mut fullest: Vec<usize> = (0..carried.len()).filter(|s| carried[*s].1 > 0).collect();
        fullest.sort_by_key(|s| {
            let (load, cap) = carried[*s];
            (Reverse(u64::from(load) * 1000 / u64::from(cap)), Reverse(load), *s)
        });
        fullest.truncate(most);
        let ids: Vec<Uuid> = fullest.iter().map(|s| asked.stations[*s]).collect();
        let stations: HashMap<Uuid, workstation::Model> = workstation::Entity::find()
            .filter(workstation::Column::Id.is_in(ids))
            .all(db)
            .await?
            .into_iter()
            .map(|w| (w.id, w))
            .collect();
        let lines = asked.board.lines(asked.stations.len());
        let relieved: Vec<Option<Comparison>> = if lighter {
            let carrying: Vec<(u32, u32)> = order.iter().map(|(m, load, _)| (*m as u32, *load)).collect();
            let less = |board: &Board, (m, load): (u32, u32)| board.at_most(m, load.checked_sub(1)?);
            asked.ask(move |board| carrying.into_iter().map(|c| less(board, c)).collect()).await?
        } else {
            vec![None; order.len()]
        };
        Ok(Some(Fairness {
            gini: gini(&loads.iter().map(|l| l.1).collect::<Vec<_>>()) as i32,
            members: loads.len() as i32,
            idle: loads.iter().filter(|l| l.1 == 0).count() as i32,
            largest: order
                .into_iter()
                .zip(relieved)
                .filter_map(|((m, load, cap), lighter)| {
                    let member = rows.get(asked.members.get(m)?)?.clone();
                    let lighter = lighter.map(|c| asked.effect(c));
                    Some(Load { member, load: load as i32, capacity: cap as i32, lighter })
                })
                .collect(),
            fullest: fullest
                .into_iter()
                .filter_map(|s| {
                    Some(StationLoad {
                        workstation: stations.get(&asked.stations[s])?.clone(),
                        lines: lines[s].0 as i32,
                        limit: lines[s].1 as i32,
                        load: carried[s].0 as i32,
                        capacity: carried[s].1 as i32,
                    })
                })
                .collect(),
        }))
    }
}
