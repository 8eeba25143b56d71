//! Needs as they are read: which are in sight, and what of them.

use crate::entity::{constituent_link, duty_item, duty_list, joint_offer, need, need_match, requirement};
use crate::paging::slice;
use crate::{Desk, Page, Result, Slice};
use domain::{
    Action, JointStatus, ListStatus, MatchStatus, NeedSource, NeedStatus, Publicity, Reach, Urgency, privacy,
};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait, Select,
};
use std::collections::HashSet;
use uuid::Uuid;

/// Which needs.
#[derive(Clone, Debug, Default)]
pub struct NeedFilter {
    /// Year.
    pub year: i32,
    /// State.
    pub status: Option<NeedStatus>,
    /// Station.
    pub workstation: Option<Uuid>,
    /// Class or one above it.
    pub category: Option<String>,
    /// How they came.
    pub source: Option<NeedSource>,
    /// Only those that came through a link with a constituent.
    pub constituent_link: Option<Uuid>,
    /// Only those whose requesters are to be told of an end in the year; they may be of an earlier one.
    pub to_tell: bool,
    /// Only those that were carried over twice or more: the district looks at them.
    pub carried_again: bool,
    /// Only those that a convener has marked: they are out of the rates.
    pub marked: bool,
    /// Urgency.
    pub urgency: Option<Urgency>,
    /// Part of the title or number.
    pub text: Option<String>,
}

/// What needs are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NeedOrder {
    /// Number.
    #[default]
    Number,
    /// Day they came in.
    CollectedOn,
    /// Title.
    Title,
}

impl Desk {
    /// A need is in sight of its station and those above, of a member to whom it is offered, and of everybody once it
    /// is on a published list.
    fn needs_in_sight(&self) -> Condition {
        let published = duty_list::Entity::find()
            .select_only()
            .column(duty_list::Column::Id)
            .filter(duty_list::Column::Status.eq(ListStatus::Published));
        let listed = duty_item::Entity::find()
            .select_only()
            .column(duty_item::Column::NeedId)
            .filter(duty_item::Column::ListId.in_subquery(published.into_query()));
        let any = Condition::any()
            .add(self.in_sight(need::Column::WorkstationId, None))
            .add(need::Column::Id.in_subquery(listed.into_query()));
        match self.reach(Action::ReadLists) {
            Reach::Own => any.add(need::Column::Id.in_subquery(self.offered().into_query())),
            Reach::Stations => any.add(need::Column::Id.in_subquery(self.offered_jointly().into_query())),
            _ => any,
        }
    }

    /// Needs that the viewer's person has been asked for.
    fn offered(&self) -> Select<need_match::Entity> {
        need_match::Entity::find()
            .select_only()
            .column(need_match::Column::NeedId)
            .filter(need_match::Column::MemberId.eq(self.viewer.person))
            .filter(need_match::Column::Status.is_in(MatchStatus::HOLDING))
    }

    /// Needs that another station has asked the viewer's to carry with it.
    fn offered_jointly(&self) -> Select<joint_offer::Entity> {
        joint_offer::Entity::find()
            .select_only()
            .column(joint_offer::Column::NeedId)
            .filter(joint_offer::Column::WorkstationId.is_in(self.viewer.stations.iter().copied()))
            .filter(joint_offer::Column::Status.is_in([JointStatus::Proposed, JointStatus::Agreed]))
    }

    /// Takes from needs what the viewer may not read.
    pub(crate) async fn narrow_all(&self, rows: Vec<need::Model>) -> Result<Vec<need::Model>> {
        let ids: Vec<Uuid> = rows.iter().map(|n| n.id).collect();
        let foreign = |n: &need::Model| !self.may(Action::ReadLists, n.workstation_id);
        let offered: HashSet<Uuid> = match self.reach(Action::ReadLists) {
            Reach::Own => {
                let mine = self.offered().filter(need_match::Column::NeedId.is_in(ids));
                mine.into_tuple::<Uuid>().all(self.store.db()).await?.into_iter().collect()
            }
            Reach::Stations if rows.iter().any(foreign) => {
                let asked = self.offered_jointly().filter(joint_offer::Column::NeedId.is_in(ids));
                let asked: Vec<Uuid> = asked.into_tuple().all(self.store.db()).await?;
                let of_others = |id: &Uuid| rows.iter().any(|n| n.id == *id && foreign(n));
                asked.into_iter().filter(of_others).collect()
            }
            _ => HashSet::new(),
        };
        // Who is asked for help knows what for; where exactly and who, the station says.
        let seen = |n: need::Model| {
            if offered.contains(&n.id) {
                need::Model { place: None, mark: None, mark_note: None, ..de_identified(n) }
            } else {
                self.narrow(n)
            }
        };
        Ok(rows.into_iter().map(seen).collect())
    }

    /// Takes from a need what the viewer may not read: the place, the text as it came in, and everything of a need
    /// that is not public (domain.md §11).
    pub(crate) fn narrow(&self, mut n: need::Model) -> need::Model {
        let own = match self.reach(Action::ReadLists) {
            Reach::City => return de_identified(n),
            Reach::Stations => self.viewer.stations.binary_search(&n.workstation_id).is_ok(),
            Reach::Own | Reach::Nothing => false,
        };
        if own && self.reach(Action::WriteNeed) != Reach::Nothing {
            return n;
        }
        if own {
            return de_identified(n);
        }
        n.place = None;
        n.constituent_link_id = None;
        n.external_no = None;
        n.status_reason = None;
        n.mark = None;
        n.mark_note = None;
        if n.publicity == Publicity::Internal {
            n.title = "不公开的需求".to_owned();
            n.description = String::new();
        }
        n.description = String::new();
        n.title = privacy::mask(&n.title);
        n
    }

    fn needs_where(&self, f: &NeedFilter) -> Select<need::Entity> {
        let mut q = need::Entity::find().filter(self.needs_in_sight());
        q = if f.to_tell {
            q.filter(crate::topic::to_tell(f.year))
        } else {
            q.filter(need::Column::Year.eq(f.year))
        };
        if let Some(status) = f.status {
            q = q.filter(need::Column::Status.eq(status));
        }
        if let Some(station) = f.workstation {
            q = q.filter(need::Column::WorkstationId.eq(station));
        }
        if let Some(category) = &f.category {
            q = q.filter(need::Column::Category.starts_with(category));
        }
        // Who has told a need is known to those alone who see the link.
        if let Some(link) = f.constituent_link {
            let seen = self.links_in_sight().select_only().column(constituent_link::Column::Id);
            let link = seen.filter(constituent_link::Column::Id.eq(link));
            q = q
                .filter(need::Column::ConstituentLinkId.in_subquery(link.into_query()))
                .filter(self.in_sight(need::Column::WorkstationId, None));
        }
        if f.carried_again {
            q = q.filter(carried_again());
        }
        if f.marked {
            // A mark is known to the station and those above.
            q = q
                .filter(need::Column::Mark.is_not_null())
                .filter(self.in_sight(need::Column::WorkstationId, None));
        }
        if let Some(source) = f.source {
            q = q.filter(need::Column::Source.eq(source));
        }
        if let Some(urgency) = f.urgency {
            q = q.filter(need::Column::Urgency.eq(urgency));
        }
        if let Some(text) = &f.text {
            q = q.filter(need::Column::Title.contains(text).or(need::Column::Number.contains(text)));
        }
        q
    }

    /// Needs in the order asked for.
    pub async fn needs(&self, f: &NeedFilter, by: NeedOrder, page: &Page) -> Result<Slice<need::Model>> {
        let by = match by {
            NeedOrder::Number => need::Column::Number,
            NeedOrder::CollectedOn => need::Column::CollectedOn,
            NeedOrder::Title => need::Column::Title,
        };
        self.narrow_slice(slice(self.store.db(), self.needs_where(f), by, page).await?).await
    }

    /// A page of needs, each as far as the viewer may read it.
    pub(crate) async fn narrow_slice(&self, page: Slice<need::Model>) -> Result<Slice<need::Model>> {
        let (cursors, rows): (Vec<String>, Vec<need::Model>) = page.rows.into_iter().unzip();
        let rows = cursors.into_iter().zip(self.narrow_all(rows).await?).collect();
        Ok(Slice { rows, next: page.next, previous: page.previous })
    }

    /// How many needs.
    pub async fn count_needs(&self, f: &NeedFilter) -> Result<u64> {
        Ok(self.needs_where(f).count(self.store.db()).await?)
    }

    /// Needs by id.
    pub async fn needs_by_id(&self, ids: &[Uuid]) -> Result<Vec<need::Model>> {
        let rows = need::Entity::find()
            .filter(need::Column::Id.is_in(ids.iter().copied()))
            .filter(self.needs_in_sight())
            .all(self.store.db())
            .await?;
        self.narrow_all(rows).await
    }

    /// What needs take, in order.
    pub async fn requirements_of(&self, needs: &[Uuid]) -> Result<Vec<requirement::Model>> {
        self.requirements_in(self.store.db(), needs).await
    }

    /// A need by number.
    pub async fn need_by_number(&self, number: &str) -> Result<Option<need::Model>> {
        let found = need::Entity::find()
            .filter(need::Column::Number.eq(number))
            .filter(self.needs_in_sight())
            .one(self.store.db())
            .await?;
        Ok(self.narrow_all(found.into_iter().collect()).await?.pop())
    }
}

/// Needs that were carried over twice or more (domain.md §10).
pub(crate) fn carried_again() -> sea_orm::sea_query::SimpleExpr {
    need::Column::CarriedTimes.gte(2)
}

fn de_identified(mut n: need::Model) -> need::Model {
    n.constituent_link_id = None;
    n.title = privacy::mask(&n.title);
    n.description = privacy::mask(&n.description);
    n.mark_note = n.mark_note.as_deref().map(privacy::mask);
    n
}
