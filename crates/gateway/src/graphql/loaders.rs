//! What belongs to a node is loaded for all nodes at once: one statement a noun and level, however many rows.

use super::drive::Queue;
use super::error::Outside;
use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, Loader};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;
use store::{Desk, Seat, row};
use tokio::sync::OnceCell;
use uuid::Uuid;

/// More keys than one statement may bear; further ones go into a second.
const BATCH: usize = 30_000;

/// Loads by key from the request's desk.
pub(crate) struct Batches(Arc<Desk>);

/// The loaders of a request.
pub(crate) type Loaders = DataLoader<Batches>;

/// Loaders whose work waits in the queue until the level is complete.
pub(crate) fn loaders(desk: Arc<Desk>, queue: &Queue) -> Loaders {
    let queue = queue.clone();
    DataLoader::new(Batches(desk), move |work| queue.push(work)).max_batch_size(BATCH).delay(Duration::ZERO)
}

/// What is behind a key, loaded together with what others ask for.
pub(super) async fn load<K>(
    ctx: &Context<'_>,
    key: K,
) -> Result<Option<<Batches as Loader<K>>::Value>, async_graphql::Error>
where
    K: Send + Sync + Hash + Eq + Clone + 'static,
    Batches: Loader<K, Error = Arc<store::Error>>,
{
    ctx.data_unchecked::<Loaders>().load_one(key).await.out(ctx)
}

/// One key, one value.
macro_rules! one {
    ($($key:ident($inner:ty) => $value:ty, $call:ident, |$row:ident| $found:expr, $out:expr;)+) => {$(
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub(super) struct $key(pub $inner);

        impl Loader<$key> for Batches {
            type Value = $value;
            type Error = Arc<store::Error>;
            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, $value>, Self::Error> {
                let keys: Vec<$inner> = keys.iter().map(|k| k.0.clone()).collect();
                let rows = self.0.$call(&keys).await?;
                Ok(rows.into_iter().map(|$row| ($key($found), $out)).collect())
            }
        }
    )+};
}

/// One key, several values in the order in which they come.
macro_rules! many {
    ($($key:ident => $value:ty, |$desk:ident, $ids:ident| $rows:expr, |$row:ident| $found:expr, $out:expr;)+) => {$(
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(super) struct $key(pub Uuid);

        impl Loader<$key> for Batches {
            type Value = Vec<$value>;
            type Error = Arc<store::Error>;
            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, Vec<$value>>, Self::Error> {
                let $ids: Vec<Uuid> = keys.iter().map(|k| k.0).collect();
                let $desk = &self.0;
                let mut found: HashMap<$key, Vec<$value>> = HashMap::with_capacity(keys.len());
                for $row in $rows.await? {
                    found.entry($key($found)).or_default().push($out);
                }
                Ok(found)
            }
        }
    )+};
}

one! {
    StationById(Uuid) => row::Workstation, workstations_by_id, |r| r.id, r;
    MemberById(Uuid) => row::Member, members_by_id, |r| r.id, r;
    NeedById(Uuid) => row::Need, needs_by_id, |r| r.id, r;
    OrderById(Uuid) => row::Order, orders_by_id, |r| r.id, r;
    OrganizationById(Uuid) => row::PartnerOrganization, partner_organizations_by_id, |r| r.id, r;
    ResourceById(Uuid) => row::Resource, resources_by_id, |r| r.id, r;
    ItemById(Uuid) => row::DutyItem, items_by_id, |r| r.id, r;
    ListById(Uuid) => row::DutyList, lists_by_id, |r| r.id, r;
    MatchById(Uuid) => row::Match, matches_by_id, |r| r.id, r;
    AreaByCode(String) => row::Area, areas_by_code, |r| r.code.clone(), r;
    PersonName(Uuid) => String, people, |r| r.0, r.1;
    HotlineOf(Uuid) => store::HotlineReply, hotline_of, |r| r.order.need_id, r;
    ClueById(Uuid) => row::Clue, clues_by_id, |r| r.id, r;
    ConstituentById(Uuid) => row::Constituent, constituents_by_id, |r| r.id, r;
    LinkById(Uuid) => row::ConstituentLink, links_by_id, |r| r.id, r;
    ReasonOf(Uuid) => row::PlanReason, reasons_of, |r| r.need_id, r;
}

many! {
    AnswersOf => row::RequesterAnswer, |desk, ids| desk.answers_of(&ids), |r| r.need_id, r;
    FollowUpsOf => row::FollowUp, |desk, ids| desk.follow_ups_of(&ids), |r| r.proposal_id, r;
    NeedsOfTopic => row::Need, |desk, ids| desk.needs_of_topics(&ids), |r| r.0, r.1;
    TasksOf => row::PlanTask, |desk, ids| desk.tasks_of(&ids), |r| r.0, r.1;
    MatchesOfCut => row::Match, |desk, ids| desk.matches_of_cuts(&ids), |r| r.0, r.1;
    ItemsOf => row::DutyItem, |desk, ids| desk.items_of(&ids), |r| r.list_id, r;
    RequirementsOf => row::Requirement, |desk, ids| desk.requirements_of(&ids), |r| r.need_id, r;
    MatchesOfNeed => row::Match, |desk, ids| desk.matches_of_needs(&ids), |r| r.need_id, r;
    SeatsOf => Seat, |desk, ids| desk.seats(&ids), |r| r.station, r;
    ResidentsOf => Uuid, |desk, ids| desk.residents_of(&ids), |r| r.0, r.1;
    StationsOfMember => Uuid, |desk, ids| desk.residences_of(&ids), |r| r.1, r.0;
    ApprovalsOf => row::Approval, |desk, ids| desk.approvals_of(&ids), |r| r.list_id, r;
    SnapshotsOf => row::SnapshotHead, |desk, ids| desk.snapshot_heads(&ids), |r| r.list_id, r;
    ClassesOf => String, |desk, ids| desk.classes_of_resources(&ids), |r| r.0, r.1;
    ReservedOf => (i32, i64), |desk, ids| desk.reserved_of(&ids), |r| r.0, (r.1, r.2);
    LadderOf => row::LadderStep, |desk, ids| desk.ladder_of(&ids), |r| r.need_id, r;
    OrdersOfNeed => row::Order, |desk, ids| desk.orders_of_needs(&ids), |r| r.need_id, r;
    OffersOf => row::Offer, |desk, ids| desk.offers_of(&ids), |r| r.order_id, r;
    CoMembersOf => Uuid, |desk, ids| desk.co_members(&ids), |r| r.0, r.1;
    ConsultationsOf => row::Consultation, |desk, ids| desk.consultations_of(&ids), |r| r.0, r.1;
    EvidenceOf => row::Evidence, |desk, ids| desk.evidence_of(&ids), |r| r.order_id, r;
    FeedbackOf => row::Feedback, |desk, ids| desk.feedback_of(&ids), |r| r.order_id, r;
    QuantitiesOf => row::OutcomeQuantity, |desk, ids| desk.quantities_of(&ids), |r| r.order_id, r;
    AmendmentsOf => row::Amendment, |desk, ids| desk.amendments_of(&ids), |r| r.list_id, r;
    AmendmentChangesOf => row::AmendmentChange, |desk, ids| desk.changes_of(&ids), |r| r.amendment_id, r;
    AmendmentSignaturesOf => row::AmendmentApproval, |desk, ids| desk.amendment_signatures(&ids), |r| r.amendment_id, r;
    ShortItemsOf => Uuid, |desk, ids| desk.items_short(&ids), |r| r.0, r.1;
    PairRulesOf => row::PairRule, |desk, ids| desk.pair_rules_of(&ids), |r| r.need_id, r;
}

/// The list of a station in a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ListOf(pub Uuid, pub i32);

impl Loader<ListOf> for Batches {
    type Value = row::DutyList;
    type Error = Arc<store::Error>;
    async fn load(&self, keys: &[ListOf]) -> Result<HashMap<ListOf, row::DutyList>, Self::Error> {
        let mut by_year: HashMap<i32, Vec<Uuid>> = HashMap::new();
        for k in keys {
            by_year.entry(k.1).or_default().push(k.0);
        }
        let mut found = HashMap::new();
        // One statement a year that was asked for.
        for (year, stations) in by_year {
            for l in self.0.lists_of(&stations, year).await? {
                found.insert(ListOf(l.workstation_id, l.year), l);
            }
        }
        Ok(found)
    }
}

/// What carries an item: its need, matches, members and resources, each once and by number.
#[derive(Default)]
pub(super) struct Carried {
    pub need: Option<row::Need>,
    pub matches: Vec<row::Match>,
    pub members: Vec<row::Member>,
    pub resources: Vec<row::Resource>,
}

/// What carries an item, by the item and its need. Four statements for all of them together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct CarriedBy(pub Uuid, pub Uuid);

impl Loader<CarriedBy> for Batches {
    type Value = Arc<Carried>;
    type Error = Arc<store::Error>;
    async fn load(&self, keys: &[CarriedBy]) -> Result<HashMap<CarriedBy, Arc<Carried>>, Self::Error> {
        let desk = &self.0;
        let items: Vec<Uuid> = keys.iter().map(|k| k.0).collect();
        let needs: Vec<Uuid> = keys.iter().map(|k| k.1).collect();
        let (one, other) = (desk.clone(), desk.clone());
        let (needs, matches) = futures_util::try_join!(
            store::aside(async move { one.needs_by_id(&needs).await }),
            store::aside(async move { other.matches_of_items(&items).await })
        )?;
        let distinct = |of: fn(&row::Match) -> Uuid| {
            let mut ids: Vec<Uuid> = matches.iter().map(|m| of(&m.matched)).collect();
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        let (members, resources) = (distinct(|m| m.member_id), distinct(|m| m.resource_id));
        let (one, other) = (desk.clone(), desk.clone());
        let (members, resources) = futures_util::try_join!(
            store::aside(async move { one.members_by_id(&members).await }),
            store::aside(async move { other.resources_by_id(&resources).await })
        )?;
        let needs: HashMap<Uuid, row::Need> = needs.into_iter().map(|n| (n.id, n)).collect();
        let members: HashMap<Uuid, row::Member> = members.into_iter().map(|m| (m.id, m)).collect();
        let resources: HashMap<Uuid, row::Resource> = resources.into_iter().map(|r| (r.id, r)).collect();
        let mut of_item: HashMap<Uuid, Vec<row::Match>> = HashMap::with_capacity(keys.len());
        for m in matches {
            of_item.entry(m.item_id).or_default().push(m.matched);
        }
        let carried = |key: &CarriedBy| {
            let matches = of_item.remove(&key.0).unwrap_or_default();
            let mut m: Vec<row::Member> =
                matches.iter().filter_map(|m| members.get(&m.member_id)).cloned().collect();
            m.sort_by(|a, b| a.number.cmp(&b.number));
            m.dedup_by(|a, b| a.id == b.id);
            let mut r: Vec<row::Resource> =
                matches.iter().filter_map(|m| resources.get(&m.resource_id)).cloned().collect();
            r.sort_by(|a, b| a.number.cmp(&b.number));
            r.dedup_by(|a, b| a.id == b.id);
            let carried = Carried { need: needs.get(&key.1).cloned(), matches, members: m, resources: r };
            (*key, Arc::new(carried))
        };
        Ok(keys.iter().map(carried).collect())
    }
}

/// The code tables of a request, each read whole at most once: a few hundred rows that every other row refers to.
#[derive(Default)]
pub(crate) struct Tables {
    sectors: OnceCell<HashMap<String, row::Sector>>,
    categories: OnceCell<HashMap<String, row::Category>>,
    calendar: OnceCell<domain::Calendar>,
}

/// A sector by code.
pub(super) async fn sector(
    ctx: &Context<'_>,
    code: &str,
) -> Result<Option<row::Sector>, async_graphql::Error> {
    let read = || async {
        let rows = super::desk(ctx).sectors().await?;
        Ok::<_, store::Error>(rows.into_iter().map(|s| (s.code.clone(), s)).collect())
    };
    let table = ctx.data_unchecked::<Arc<Tables>>().sectors.get_or_try_init(read).await.out(ctx)?;
    Ok(table.get(code).cloned())
}

/// The working days.
pub(super) async fn calendar<'a>(ctx: &Context<'a>) -> Result<&'a domain::Calendar, async_graphql::Error> {
    let read = || async { super::desk(ctx).working_days().await };
    ctx.data_unchecked::<Arc<Tables>>().calendar.get_or_try_init(read).await.out(ctx)
}

/// A class of requests by code.
pub(super) async fn category(
    ctx: &Context<'_>,
    code: &str,
) -> Result<Option<row::Category>, async_graphql::Error> {
    let read = || async {
        let rows = super::desk(ctx).categories().await?;
        Ok::<_, store::Error>(rows.into_iter().map(|c| (c.code.clone(), c)).collect())
    };
    let table = ctx.data_unchecked::<Arc<Tables>>().categories.get_or_try_init(read).await.out(ctx)?;
    Ok(table.get(code).cloned())
}
