//! How evenly the standing plan loads members.

use crate::entity::member;
use crate::{Desk, Result};
use domain::Action;
use domain::matching::whatif::gini;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
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
}

/// How evenly the plan loads members.
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
}

impl Desk {
    /// How evenly the standing plan loads members, with those who carry most.
    pub async fn fairness(&self, year: i32, most: usize) -> Result<Option<Fairness>> {
        self.need_city(Action::ReadLists)?;
        let Some(asked) = self.asked(year).await? else { return Ok(None) };
        let loads: Vec<(usize, u32, u32)> = asked
            .board
            .loads()
            .into_iter()
            .enumerate()
            .filter(|(_, (_, cap))| *cap > 0)
            .map(|(m, (load, cap))| (m, load, cap))
            .collect();
        let mut order = loads.clone();
        order.sort_by_key(|(m, load, _)| (std::cmp::Reverse(*load), *m));
        order.truncate(most);
        let ids: Vec<Uuid> = order.iter().filter_map(|(m, ..)| asked.members.get(*m).copied()).collect();
        let rows: HashMap<Uuid, member::Model> = member::Entity::find()
            .filter(member::Column::Id.is_in(ids))
            .all(self.store.db())
            .await?
            .into_iter()
            .map(|m| (m.id, m))
            .collect();
        Ok(Some(Fairness {
            gini: gini(&loads.iter().map(|l| l.1).collect::<Vec<_>>()) as i32,
            members: loads.len() as i32,
            idle: loads.iter().filter(|l| l.1 == 0).count() as i32,
            largest: order
                .into_iter()
                .filter_map(|(m, load, cap)| {
                    let member = rows.get(asked.members.get(m)?)?.clone();
                    Some(Load { member, load: load as i32, capacity: cap as i32 })
                })
                .collect(),
        }))
    }
}
