//! Proposals as far as stations touch them: follow-ups (协商督办), and how clues turn into proposals.

use crate::desk::Event;
use crate::entity::{clue, follow_up, proposal};
use crate::{Desk, Result};
use chrono::NaiveDate;
use domain::{Action, ClueStatus, FollowUpKind, Reach, Refusal, ResultClass, order, refusal};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};
use uuid::Uuid;

/// A follow-up as it is recorded.
#[derive(Clone, Debug)]
pub struct FollowUpInput {
    /// The proposal's number.
    pub proposal: String,
    /// The station where it was held.
    pub station: Uuid,
    /// Which of the four.
    pub kind: FollowUpKind,
    /// Day.
    pub held_on: NaiveDate,
    /// Place.
    pub place: String,
    /// Who came.
    pub attendees: Vec<String>,
    /// What came out.
    pub conclusion: String,
}

/// How the clues of a year turned into proposals.
#[derive(Clone, Debug, Default)]
pub struct Conversion {
    /// Clues that were handed in, by where they stand.
    pub clues: Vec<(ClueStatus, i64)>,
    /// Proposals that grew from clues, by the class of their answer; none: not answered yet.
    pub answered: Vec<(Option<ResultClass>, i64)>,
    /// Follow-ups that were held.
    pub follow_ups: i64,
}

impl Conversion {
    /// Clues in all.
    pub fn handed_in(&self) -> i64 {
        self.clues.iter().map(|c| c.1).sum()
    }
    /// Those that became proposals.
    pub fn filed(&self) -> i64 {
        let filed = [ClueStatus::Filed, ClueStatus::Replied];
        self.clues.iter().filter(|c| filed.contains(&c.0)).map(|c| c.1).sum()
    }
}

#[derive(FromQueryResult)]
struct ByStatus {
    status: ClueStatus,
    n: i64,
}

#[derive(FromQueryResult)]
struct ByClass {
    result_class: Option<ResultClass>,
    n: i64,
}

impl Desk {
    /// Proposals of a year, by number: those of clues in sight; all of them for those who see the city.
    pub async fn proposals(&self, year: i32) -> Result<Vec<proposal::Model>> {
        use proposal::Column as C;
        let mut q = proposal::Entity::find().filter(C::Year.eq(year));
        if self.reach(Action::ReadLists) != Reach::City {
            let clues = clue::Entity::find()
                .select_only()
                .column(clue::Column::Id)
                .filter(self.in_sight(clue::Column::WorkstationId, None));
            q = q.filter(C::ClueId.in_subquery(clues.into_query()));
        }
        Ok(q.order_by_asc(C::Number).all(self.store.db()).await?)
    }

    /// Clues by id, in sight.
    pub async fn clues_by_id(&self, ids: &[Uuid]) -> Result<Vec<clue::Model>> {
        Ok(clue::Entity::find()
            .filter(clue::Column::Id.is_in(ids.iter().copied()))
            .filter(self.in_sight(clue::Column::WorkstationId, None))
            .all(self.store.db())
            .await?)
    }

    /// Follow-ups of proposals, the oldest first. The proposals are in sight already.
    pub async fn follow_ups_of(&self, proposals: &[Uuid]) -> Result<Vec<follow_up::Model>> {
        Ok(follow_up::Entity::find()
            .filter(follow_up::Column::ProposalId.is_in(proposals.iter().copied()))
            .order_by_asc(follow_up::Column::HeldOn)
            .order_by_asc(follow_up::Column::Id)
            .all(self.store.db())
            .await?)
    }

    /// Records a follow-up of a proposal that was admitted, held at a station.
    pub async fn record_follow_up(&self, input: &FollowUpInput) -> Result<follow_up::Model> {
        let tx = self.store.begin().await?;
        self.need(Action::DecideNeed, input.station, None)?;
        let found = proposal::Entity::find()
            .filter(proposal::Column::Number.eq(input.proposal.trim()))
            .one(&tx)
            .await?;
        let Some(p) = found else {
            let words = format!("没有编号为「{}」的提案,请先由市政协导入提案。", input.proposal.trim());
            return Err(Refusal::new("PROPOSAL", words).at("proposalNumber").into());
        };
        self.open_year(&tx, p.year).await?;
        if !p.filed {
            let words = format!("提案 {} 未立案,不能督办。", p.number);
            return Err(Refusal::new("PROPOSAL", words).at("proposalNumber").into());
        }
        let from = NaiveDate::from_ymd_opt(p.year, 1, 1).unwrap_or(input.held_on);
        order::check_day(input.held_on, from, self.today(), "督办日期", "heldOn")?;
        let mut attendees = Vec::new();
        for line in &input.attendees {
            attendees.push(refusal::text(&line.replace('\n', " "), "参加人", 200, "attendees")?);
        }
        let row = follow_up::Model {
            id: self.id(),
            proposal_id: p.id,
            year: p.year,
            workstation_id: input.station,
            kind: input.kind,
            held_on: input.held_on,
            place: refusal::text(&input.place, "地点", 100, "place")?,
            attendees: attendees.join("\n"),
            conclusion: refusal::text(&input.conclusion, "结论", 1000, "conclusion")?,
        };
        let row = row.into_active_model().insert(&tx).await?;
        let event = Event {
            action: "RECORD_FOLLOW_UP",
            subject: "follow_up",
            id: Some(row.id),
            workstation: Some(row.workstation_id),
            detail: serde_json::json!({"number": p.number, "kind": row.kind.code(), "heldOn": row.held_on}),
            reason: None,
        };
        self.audit(&tx, event).await?;
        self.commit(tx).await?;
        Ok(row)
    }

    /// How the clues of a year turned into proposals, in the city or in a district. Three statements.
    pub async fn conversion(&self, year: i32, district: Option<&str>) -> Result<Conversion> {
        let db = self.store.db();
        let clues = clue::Entity::find()
            .filter(clue::Column::Year.eq(year))
            .filter(clue::Column::WorkstationId.in_subquery(self.figured(district)?));
        let grown = proposal::Entity::find().filter(proposal::Column::Filed.eq(true)).filter(
            proposal::Column::ClueId
                .in_subquery(clues.clone().select_only().column(clue::Column::Id).into_query()),
        );
        let by_status: Vec<ByStatus> = clues
            .select_only()
            .column(clue::Column::Status)
            .column_as(clue::Column::Id.count(), "n")
            .group_by(clue::Column::Status)
            .into_model()
            .all(db)
            .await?;
        let by_class: Vec<ByClass> = grown
            .select_only()
            .column(proposal::Column::ResultClass)
            .column_as(proposal::Column::Id.count(), "n")
            .group_by(proposal::Column::ResultClass)
            .into_model()
            .all(db)
            .await?;
        let held: Option<i64> = follow_up::Entity::find()
            .select_only()
            .column_as(follow_up::Column::Id.count(), "n")
            .filter(follow_up::Column::Year.eq(year))
            .filter(follow_up::Column::WorkstationId.in_subquery(self.figured(district)?))
            .into_tuple()
            .one(db)
            .await?;
        let mut clues: Vec<(ClueStatus, i64)> = by_status.into_iter().map(|c| (c.status, c.n)).collect();
        clues.sort_unstable();
        let mut answered: Vec<(Option<ResultClass>, i64)> =
            by_class.into_iter().map(|c| (c.result_class, c.n)).collect();
        answered.sort_unstable();
        Ok(Conversion { clues, answered, follow_ups: held.unwrap_or(0) })
    }
}
