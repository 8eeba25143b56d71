//! The hotline 12345: its words, and what goes back to it.

use crate::entity::{hotline_order, hotline_term, ladder_step, need, work_order, workstation};
use crate::{Desk, Result};
use chrono::NaiveDate;
use domain::{
    HotlineField, HotlineTerm, HotlineTerms, NeedStatus, OrderStatus, Rating, Solved, hotline, privacy,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::HashMap;
use uuid::Uuid;

/// What the hotline is told of one of its orders, in its own words and columns. Who called stays in the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HotlineReply {
    /// As it came.
    pub order: hotline_order::Model,
    /// The need's title, masked.
    pub title: String,
    /// The need's text, masked.
    pub text: String,
    /// The place, as far as it may be told.
    pub place: Option<String>,
    /// 工单状态.
    pub state: String,
    /// 办理结果; empty while it is worked on.
    pub result: String,
    /// 回复内容.
    pub reply: String,
    /// 办结时间.
    pub finished_on: Option<NaiveDate>,
    /// 是否解决; empty where nobody has said so.
    pub solved: String,
    /// 是否满意; empty where nobody was asked.
    pub satisfied: String,
    /// 工作站编号.
    pub station: String,
}

/// The end of a need: what was said, when, and the requester's word.
#[derive(Clone, Default)]
struct End {
    words: String,
    on: Option<NaiveDate>,
    solved: Option<Solved>,
    rating: Option<Rating>,
}

impl Desk {
    /// The hotline's words: the office's table, or the one built in.
    pub(crate) async fn hotline_terms<C: ConnectionTrait>(&self, db: &C) -> Result<HotlineTerms> {
        let rows = hotline_term::Entity::find().order_by_asc(hotline_term::Column::Seq).all(db).await?;
        if rows.is_empty() {
            return Ok(HotlineTerms(hotline::built_in()));
        }
        let term = |t: hotline_term::Model| HotlineTerm { field: t.field, word: t.word, meaning: t.meaning };
        Ok(HotlineTerms(rows.into_iter().map(term).collect()))
    }

    /// What the hotline is told of needs, for those of them that came from it and that the viewer may see unpublished.
    pub async fn hotline_of(&self, needs: &[Uuid]) -> Result<Vec<HotlineReply>> {
        let needs = need::Entity::find().filter(need::Column::Id.is_in(needs.iter().copied()));
        self.hotline_replies(needs).await
    }

    /// The same for a year, of one station or all, by the hotline's number.
    pub async fn hotline_year(&self, year: i32, station: Option<Uuid>) -> Result<Vec<HotlineReply>> {
        let mut needs = need::Entity::find().filter(need::Column::Year.eq(year));
        if let Some(station) = station {
            needs = needs.filter(need::Column::WorkstationId.eq(station));
        }
        self.hotline_replies(needs).await
    }

    async fn hotline_replies(&self, needs: sea_orm::Select<need::Entity>) -> Result<Vec<HotlineReply>> {
        let db = self.store.db();
        let found = needs
            .filter(need::Column::Source.eq(domain::NeedSource::Hotline))
            .filter(self.in_sight(need::Column::WorkstationId, None))
            .find_also_linked(need::ToHotline)
            .all(db)
            .await?;
        let rows: Vec<(need::Model, hotline_order::Model)> =
            found.into_iter().filter_map(|(n, o)| Some((n, o?))).collect();
        // A merged need is answered with its head.
        let ends = self.ends_of(rows.iter().map(|(n, _)| n.merged_into.unwrap_or(n.id)).collect()).await?;
        let terms = self.hotline_terms(db).await?;
        let stations: HashMap<Uuid, String> =
            workstation::Entity::find().all(db).await?.into_iter().map(|w| (w.id, w.code)).collect();
        let mut replies: Vec<HotlineReply> = rows
            .into_iter()
            .map(|(n, order)| {
                let end = ends.get(&n.merged_into.unwrap_or(n.id)).cloned().unwrap_or_default();
                let n = self.narrow(n);
                let state = hotline::state_of(n.status);
                let answered = state == domain::HotlineState::Answered;
                let word = |field, code: Option<&str>| code.map_or("", |c| terms.word(field, c)).to_owned();
                let own_words = || n.status_reason.clone().unwrap_or_default();
                let reply = match n.status {
                    NeedStatus::Refused | NeedStatus::Referred | NeedStatus::Withdrawn => own_words(),
                    _ if end.words.is_empty() => own_words(),
                    _ => end.words,
                };
                HotlineReply {
                    title: privacy::mask(&n.title),
                    text: privacy::mask(&n.description),
                    place: n.place.as_deref().map(privacy::mask),
                    state: word(HotlineField::State, Some(state.code())),
                    result: word(HotlineField::Result, answered.then_some(n.status.code())),
                    reply: if answered { privacy::mask(&reply) } else { String::new() },
                    finished_on: end.on.filter(|_| answered),
                    solved: word(HotlineField::Solved, end.solved.map(Solved::code)),
                    satisfied: word(HotlineField::Satisfied, end.rating.map(Rating::code)),
                    station: stations.get(&n.workstation_id).cloned().unwrap_or_default(),
                    order,
                }
            })
            .collect();
        replies.sort_by(|a, b| a.order.number.cmp(&b.order.number));
        Ok(replies)
    }

    /// How needs ended: by their last order, or by the last answer on the ladder.
    async fn ends_of(&self, needs: Vec<Uuid>) -> Result<HashMap<Uuid, End>> {
        let db = self.store.db();
        let mut ends: HashMap<Uuid, End> = HashMap::new();
        let steps = ladder_step::Entity::find()
            .filter(ladder_step::Column::NeedId.is_in(needs.iter().copied()))
            .order_by_asc(ladder_step::Column::Id)
            .all(db)
            .await?;
        for s in steps {
            let end = End { words: s.words.unwrap_or_default(), on: s.answered_on, ..End::default() };
            ends.insert(s.need_id, end);
        }
        let orders = work_order::Entity::find()
            .filter(work_order::Column::NeedId.is_in(needs))
            .filter(work_order::Column::Status.is_in([OrderStatus::Resolved, OrderStatus::Closed]))
            .order_by_asc(work_order::Column::Id)
            .all(db)
            .await?;
        for o in orders {
            let on = o.closed_on.or(o.resolved_on);
            let words = o.outcome.unwrap_or_default();
            ends.insert(o.need_id, End { words, on, solved: o.solved, rating: o.rating });
        }
        Ok(ends)
    }
}
