//! Proposals (提案) as far as stations touch them, their follow-ups (协商督办), and how clues turn into them.

use super::desk;
use super::error::Outside;
use super::escalation::Clue;
use super::loaders::{ClueById, FollowUpsOf, StationById, load};
use super::node::{id, kind, uuid};
use super::payload::{Payload, payload};
use super::workstation::Workstation;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::NaiveDate;
use domain::{ClueStatus, FollowUpKind, ResultClass};
use store::{FollowUpInput, row};

/// A proposal (提案).
pub(super) struct Proposal(row::Proposal);

/// A proposal (提案).
#[Object]
impl Proposal {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::PROPOSAL, self.0.id)
    }
    /// Number.
    async fn number(&self) -> &str {
        &self.0.number
    }
    /// What it is about (案由).
    async fn title(&self) -> &str {
        &self.0.title
    }
    /// Who proposed it.
    async fn proposer(&self) -> &str {
        &self.0.proposer
    }
    /// Whether it was admitted (立案).
    async fn filed(&self) -> bool {
        self.0.filed
    }
    /// Why it was not admitted.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }
    /// Who handles it (承办单位).
    async fn handling_unit(&self) -> Option<&str> {
        self.0.handling_unit.as_deref()
    }
    /// How it was answered; null while it is not.
    async fn result_class(&self) -> Option<ResultClass> {
        self.0.result_class
    }
    /// Day of the reply.
    async fn replied_on(&self) -> Option<NaiveDate> {
        self.0.replied_on
    }
    /// The reply.
    async fn reply(&self) -> Option<&str> {
        self.0.reply.as_deref()
    }
    /// The clue that it grew from.
    async fn clue(&self, ctx: &Context<'_>) -> Result<Option<Clue>> {
        let Some(clue) = self.0.clue_id else { return Ok(None) };
        Ok(load(ctx, ClueById(clue)).await?.map(Clue))
    }
    /// Its follow-ups, the oldest first.
    #[graphql(complexity = "3 * child_complexity")]
    async fn follow_ups(&self, ctx: &Context<'_>) -> Result<Vec<FollowUp>> {
        let rows = load(ctx, FollowUpsOf(self.0.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(FollowUp).collect())
    }
}

/// A consultative follow-up of a proposal (协商督办).
pub(super) struct FollowUp(row::FollowUp);

/// A consultative follow-up of a proposal (协商督办).
#[Object]
impl FollowUp {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::FOLLOW_UP, self.0.id)
    }
    /// Which of the four (四督).
    async fn kind(&self) -> FollowUpKind {
        self.0.kind
    }
    /// Day.
    async fn held_on(&self) -> NaiveDate {
        self.0.held_on
    }
    /// Place.
    async fn place(&self) -> &str {
        &self.0.place
    }
    /// Who came.
    async fn attendees(&self) -> Vec<&str> {
        self.0.attendees.lines().collect()
    }
    /// What came out.
    async fn conclusion(&self) -> &str {
        &self.0.conclusion
    }
    /// The station where it was held.
    async fn workstation(&self, ctx: &Context<'_>) -> Result<Option<Workstation>> {
        Ok(load(ctx, StationById(self.0.workstation_id)).await?.map(Workstation))
    }
}

/// Clues that stand somewhere.
#[derive(SimpleObject)]
pub(super) struct CluesByStatus {
    /// Where.
    status: ClueStatus,
    /// How many.
    count: i64,
}

/// Proposals that were answered in a way.
#[derive(SimpleObject)]
pub(super) struct ProposalsByClass {
    /// How; null: not answered yet.
    result_class: Option<ResultClass>,
    /// How many.
    count: i64,
}

/// How the clues of a year turned into proposals. `clues` and `proposals` have the rows.
#[derive(SimpleObject)]
pub(super) struct Conversion {
    /// What is counted.
    definition: &'static str,
    /// Clues that were handed in: the n of the figure.
    handed_in: i64,
    /// Those that became proposals.
    filed: i64,
    /// Thousandths, rounded down; null where there is nothing to divide.
    permille: Option<i64>,
    /// Clues by where they stand.
    clues: Vec<CluesByStatus>,
    /// The proposals that grew from them, by how they were answered.
    answered: Vec<ProposalsByClass>,
    /// Follow-ups (协商督办) that were held.
    follow_ups: i64,
}

#[derive(Default)]
pub(super) struct ProposalQuery;

#[Object]
impl ProposalQuery {
    /// Proposals of a year, by number: those that grew from clues of the viewer's stations, all for who sees the city.
    #[graphql(complexity = "200 * child_complexity")]
    async fn proposals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Year.")] year: i32,
    ) -> Result<Vec<Proposal>> {
        Ok(desk(ctx).proposals(year).await.out(ctx)?.into_iter().map(Proposal).collect())
    }

    /// How the clues of a year turned into proposals, where the viewer sees figures.
    async fn conversion(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Year.")] year: i32,
        #[graphql(desc = "Code of a district [everything that the viewer sees].")] district: Option<String>,
    ) -> Result<Conversion> {
        let found = desk(ctx).conversion(year, district.as_deref()).await.out(ctx)?;
        let (n, filed) = (found.handed_in(), found.filed());
        Ok(Conversion {
            definition: "已立案的线索 ÷ 当年提交的线索;已立案的含已办复的",
            handed_in: n,
            filed,
            permille: (n > 0).then(|| filed * 1000 / n),
            clues: found.clues.into_iter().map(|(status, count)| CluesByStatus { status, count }).collect(),
            answered: found
                .answered
                .into_iter()
                .map(|(result_class, count)| ProposalsByClass { result_class, count })
                .collect(),
            follow_ups: found.follow_ups,
        })
    }
}

/// A follow-up to be recorded.
#[derive(InputObject)]
pub(super) struct RecordFollowUpInput {
    /// Number of the proposal.
    proposal_number: String,
    /// The station where it was held.
    workstation_id: ID,
    /// Which of the four (四督).
    kind: FollowUpKind,
    /// Day.
    held_on: NaiveDate,
    /// Place.
    place: String,
    /// Who came.
    attendees: Vec<String>,
    /// What came out.
    conclusion: String,
}

#[derive(Default)]
pub(super) struct ProposalMutation;

#[Object]
impl ProposalMutation {
    /// Records a consultative follow-up (协商督办) of a proposal that was admitted.
    async fn record_follow_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What.")] input: RecordFollowUpInput,
    ) -> Result<Payload<FollowUp>> {
        let answer = async {
            let held = FollowUpInput {
                proposal: input.proposal_number,
                station: uuid(kind::STATION, &input.workstation_id, "workstationId")?,
                kind: input.kind,
                held_on: input.held_on,
                place: input.place,
                attendees: input.attendees,
                conclusion: input.conclusion,
            };
            desk(ctx).record_follow_up(&held).await
        };
        payload(ctx, answer.await, FollowUp)
    }
}
