//! Annual duty lists.

use super::amendment::Amendment;
use super::duty_item::DutyItem;
use super::error::Outside;
use super::loaders::{AmendmentsOf, ApprovalsOf, ItemsOf, PersonName, SnapshotsOf, StationById, load};
use super::node::{id, kind, uuid};
use super::page::{Arguments, Counted, DEFAULT, Nodes, nodes, page};
use super::payload::{Payload, payload};
use super::workstation::Workstation;
use super::{desk, duty_item};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::{ConvenerSeat, ListStatus};
use store::{ListFilter, row};

/// An annual duty list (年度履职清单) of a station.
pub(super) struct DutyList(pub row::DutyList);

/// A signature.
pub(super) struct Approval(row::Approval);

/// A signature.
#[Object]
impl Approval {
    /// The seat that was signed for.
    async fn seat(&self) -> ConvenerSeat {
        self.0.seat
    }
    /// Who signed.
    async fn name(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        load(ctx, PersonName(self.0.person_id)).await
    }
    /// When.
    async fn signed_at(&self) -> DateTime<Utc> {
        self.0.signed_at
    }
}

/// What was published, frozen.
#[derive(SimpleObject)]
pub(super) struct Snapshot {
    /// Number of the edition, from 1.
    edition: i32,
    /// SHA-256 over the canonical JSON, hexadecimal.
    sha256: String,
    /// When.
    published_at: DateTime<Utc>,
}

/// An annual duty list (年度履职清单) of a station.
#[Object]
impl DutyList {
    /// Global id.
    pub(super) async fn id(&self) -> ID {
        id(kind::LIST, self.0.id)
    }
    /// Number, such as `XC-015〔2026〕`.
    async fn number(&self) -> &str {
        &self.0.number
    }
    /// Year.
    async fn year(&self) -> i32 {
        self.0.year
    }
    /// Title.
    async fn title(&self) -> &str {
        &self.0.title
    }
    /// Where it stands.
    async fn status(&self) -> ListStatus {
        self.0.status
    }
    /// Edition that is published; 0 before the first publication.
    async fn edition(&self) -> i32 {
        self.0.edition
    }
    /// Version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// When it was published.
    async fn published_at(&self) -> Option<DateTime<Utc>> {
        self.0.published_at
    }
    /// The station.
    async fn workstation(&self, ctx: &Context<'_>) -> Result<Option<Workstation>> {
        Ok(load(ctx, StationById(self.0.workstation_id)).await?.map(Workstation))
    }
    /// Signatures, in the order in which they were given.
    #[graphql(complexity = "2 * child_complexity")]
    async fn approvals(&self, ctx: &Context<'_>) -> Result<Vec<Approval>> {
        Ok(load(ctx, ApprovalsOf(self.0.id)).await?.unwrap_or_default().into_iter().map(Approval).collect())
    }
    /// Everything that was published, the oldest first.
    #[graphql(complexity = "2 * child_complexity")]
    async fn snapshots(&self, ctx: &Context<'_>) -> Result<Vec<Snapshot>> {
        let rows = load(ctx, SnapshotsOf(self.0.id)).await?.unwrap_or_default();
        Ok(rows
            .into_iter()
            .map(|s| Snapshot { edition: s.edition, sha256: s.sha256, published_at: s.published_at })
            .collect())
    }
    /// Its amendments, the oldest first, for those who see the station's drafts.
    async fn amendments(&self, ctx: &Context<'_>) -> Result<Vec<Amendment>> {
        Ok(load(ctx, AmendmentsOf(self.0.id)).await?.unwrap_or_default().into_iter().map(Amendment).collect())
    }
    /// Items in order; struck ones too.
    #[graphql(complexity = "first.or(last).unwrap_or(DEFAULT).max(0) as usize * child_complexity")]
    async fn items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows from the beginning, 500 at most [20].")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 500 at most.")] last: Option<i32>,
        #[graphql(desc = "Cursor of the row behind the page.")] before: Option<String>,
    ) -> Result<Nodes<DutyItem>> {
        let page = page(Arguments { first, after, last, before }, false)?;
        // A list has a few dozen items: they are loaded together for all lists, and cut here.
        let rows = load(ctx, ItemsOf(self.0.id)).await?.unwrap_or_default();
        duty_item::cut(ctx, &self.0, rows, &page).await
    }
}

/// Which lists.
#[derive(InputObject)]
pub(super) struct DutyListFilterInput {
    /// Year.
    year: i32,
    /// State.
    status: Option<ListStatus>,
    /// Code of the district, 6 digits.
    district: Option<String>,
}

#[derive(Default)]
pub(super) struct DutyListQuery;

#[Object]
impl DutyListQuery {
    /// The list of a station in a year; null where there is none that the viewer may see.
    async fn duty_list(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Code of the station.")] workstation: String,
        #[graphql(desc = "Year.")] year: i32,
    ) -> Result<Option<DutyList>> {
        let Some(station) = desk(ctx).workstation_by_code(&workstation).await.out(ctx)? else {
            return Ok(None);
        };
        let found = desk(ctx).lists_of(&[station.id], year).await.out(ctx)?;
        Ok(found.into_iter().next().map(DutyList))
    }

    /// Lists by number: the published ones, and those of the viewer's stations.
    #[graphql(complexity = "first.or(last).unwrap_or(DEFAULT).max(0) as usize * child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn duty_lists(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] filter: DutyListFilterInput,
        #[graphql(desc = "From the last number down.", default)] descending: bool,
        #[graphql(desc = "Rows from the beginning, 500 at most [20].")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 500 at most.")] last: Option<i32>,
        #[graphql(desc = "Cursor of the row behind the page.")] before: Option<String>,
    ) -> Result<Nodes<DutyList>> {
        let f = ListFilter { year: filter.year, status: filter.status, district: filter.district };
        let page = page(Arguments { first, after, last, before }, descending)?;
        let slice = desk(ctx).duty_lists(&f, &page).await.out(ctx)?;
        Ok(nodes(slice, Counted::Lists(f), DutyList))
    }
}

/// A list and the version that was read.
#[derive(InputObject)]
pub(super) struct DutyListStepInput {
    /// The list.
    id: ID,
    /// Version that was read.
    expected_version: i32,
}

/// A list, the version that was read, and why.
#[derive(InputObject)]
pub(super) struct ReturnDutyListInput {
    /// The list.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Why.
    reason: String,
}

/// A list whose matches are all moved on.
#[derive(InputObject)]
pub(super) struct DutyListMatchesInput {
    /// The list.
    id: ID,
}

/// A list's new order.
#[derive(InputObject)]
pub(super) struct ReorderItemsInput {
    /// The list.
    id: ID,
    /// Version that was read.
    expected_version: i32,
    /// Every item that is not struck, once, in its new order.
    item_ids: Vec<ID>,
}

#[derive(Default)]
pub(super) struct DutyListMutation;

#[Object]
impl DutyListMutation {
    /// Offers every suggestion of a draft to its owner at once.
    async fn propose_list_matches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: DutyListMatchesInput,
    ) -> Result<Payload<DutyList>> {
        let answer = async {
            let list = uuid(kind::LIST, &input.id, "id")?;
            desk(ctx).propose_list(list).await?;
            desk(ctx).duty_list(list).await
        };
        payload(ctx, answer.await, DutyList)
    }

    /// Records that the owners of everything offered on a draft have agreed.
    async fn confirm_list_matches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: DutyListMatchesInput,
    ) -> Result<Payload<DutyList>> {
        let answer = async {
            let list = uuid(kind::LIST, &input.id, "id")?;
            desk(ctx).confirm_list(list).await?;
            desk(ctx).duty_list(list).await
        };
        payload(ctx, answer.await, DutyList)
    }

    /// Puts the items of a draft in another order.
    async fn reorder_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and the order.")] input: ReorderItemsInput,
    ) -> Result<Payload<DutyList>> {
        let answer = async {
            let list = uuid(kind::LIST, &input.id, "id")?;
            let items: store::Result<Vec<_>> =
                input.item_ids.iter().map(|i| uuid(kind::ITEM, i, "itemIds")).collect();
            desk(ctx).reorder_items(list, input.expected_version, &items?).await
        };
        payload(ctx, answer.await, DutyList)
    }

    /// Sends a draft to review (送审). Everything that stands in the way is said at once.
    async fn submit_duty_list(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: DutyListStepInput,
    ) -> Result<Payload<DutyList>> {
        let answer =
            async { desk(ctx).submit_list(uuid(kind::LIST, &input.id, "id")?, input.expected_version).await };
        payload(ctx, answer.await, DutyList)
    }

    /// Returns a list in review to its conveners (退回修改): both signatures fall.
    async fn return_duty_list(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which and why.")] input: ReturnDutyListInput,
    ) -> Result<Payload<DutyList>> {
        let answer = async {
            let list = uuid(kind::LIST, &input.id, "id")?;
            desk(ctx).return_list(list, input.expected_version, &input.reason).await
        };
        payload(ctx, answer.await, DutyList)
    }

    /// The first convener approves (审核).
    async fn approve_duty_list(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: DutyListStepInput,
    ) -> Result<Payload<DutyList>> {
        let answer = async {
            let list = uuid(kind::LIST, &input.id, "id")?;
            desk(ctx).sign_list(list, input.expected_version, ConvenerSeat::First).await
        };
        payload(ctx, answer.await, DutyList)
    }

    /// The second convener co-signs (会签); never the person who approved.
    async fn cosign_duty_list(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: DutyListStepInput,
    ) -> Result<Payload<DutyList>> {
        let answer = async {
            let list = uuid(kind::LIST, &input.id, "id")?;
            desk(ctx).sign_list(list, input.expected_version, ConvenerSeat::Second).await
        };
        payload(ctx, answer.await, DutyList)
    }

    /// Publishes a list that both seats have signed (发布): a snapshot is frozen, with number and hash.
    async fn publish_duty_list(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: DutyListStepInput,
    ) -> Result<Payload<DutyList>> {
        let answer = async {
            desk(ctx).publish_list(uuid(kind::LIST, &input.id, "id")?, input.expected_version).await
        };
        payload(ctx, answer.await, DutyList)
    }
}
