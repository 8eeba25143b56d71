//! Relay connections over the store's pages.

use super::desk;
use super::error::{Outside, refusal_of};
use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{Context, Object, OutputType, Result};
use domain::{MeasureKind, MeasurePart, Refusal};
use store::{
    AreaFilter, AuditFilter, CategoryFilter, ListFilter, MatchFilter, MeasureScope, MemberFilter, NeedFilter,
    OrderFilter, OrganizationFilter, Page, ResourceFilter, Slice, UnservedFilter, WorkstationFilter,
};
use uuid::Uuid;

/// Rows of a page where the query does not say.
pub(super) const DEFAULT: i32 = 20;
/// Rows of a page at most.
const MOST: i32 = 500;

/// Which part of a connection is wanted. Forward with `first` and `after`, backward with `last` and `before`.
#[derive(Clone, Debug, Default)]
pub(super) struct Arguments {
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
}

/// The arguments of a connection as the store's page.
pub(super) fn page(a: Arguments, descending: bool) -> Result<Page> {
    if a.first.is_some() && a.last.is_some() {
        let words = "first 与 last 不能同时使用,请只用其中一个。";
        return Err(refusal_of(&Refusal::new("PAGE", words)));
    }
    let size = a.first.or(a.last).unwrap_or(DEFAULT);
    if !(0..=MOST).contains(&size) {
        let words = format!("一页 {size} 行,应在 0 至 {MOST} 之间,请改小 first 或 last。");
        return Err(refusal_of(&Refusal::new("PAGE", words)));
    }
    Ok(Page { after: a.after, before: a.before, size: size as u64, backward: a.last.is_some(), descending })
}

/// What a connection counts when it is asked to.
pub(super) enum Counted {
    Areas(AreaFilter),
    Audit(AuditFilter),
    Categories(CategoryFilter),
    Consultations(i32, Option<Uuid>),
    Lists(ListFilter),
    Matches(MatchFilter),
    Measured(MeasureScope, MeasureKind, MeasurePart),
    Members(MemberFilter),
    Needs(NeedFilter),
    Orders(OrderFilter),
    Organizations(OrganizationFilter),
    Resources(ResourceFilter),
    Unserved(Uuid, UnservedFilter),
    Workstations(WorkstationFilter),
    Known(u64),
}

#[Object]
impl Counted {
    /// Rows in all, whatever the page.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let desk = desk(ctx);
        match self {
            Counted::Areas(f) => desk.count_areas(f).await,
            Counted::Audit(f) => desk.count_audit(f).await,
            Counted::Categories(f) => desk.count_categories(f).await,
            Counted::Consultations(year, station) => desk.count_consultations(*year, *station).await,
            Counted::Lists(f) => desk.count_duty_lists(f).await,
            Counted::Matches(f) => desk.count_matches(f).await,
            Counted::Measured(s, kind, part) => desk.count_measured(s, *kind, *part).await,
            Counted::Members(f) => desk.count_members(f).await,
            Counted::Needs(f) => desk.count_needs(f).await,
            Counted::Orders(f) => desk.count_orders(f).await,
            Counted::Organizations(f) => desk.count_partner_organizations(f).await,
            Counted::Resources(f) => desk.count_resources(f).await,
            Counted::Unserved(plan, f) => desk.count_unserved(*plan, f).await,
            Counted::Workstations(f) => desk.count_workstations(f).await,
            Counted::Known(n) => Ok(*n),
        }
        .out(ctx)
    }
}

/// A connection of nodes.
pub(super) type Nodes<T> = Connection<String, T, Counted, EmptyFields>;

/// A slice of the store as a connection.
pub(super) fn nodes<R, T: OutputType>(slice: Slice<R>, counted: Counted, wrap: impl Fn(R) -> T) -> Nodes<T> {
    let mut connection = Connection::with_additional_fields(slice.previous, slice.next, counted);
    connection.edges.extend(slice.rows.into_iter().map(|(cursor, row)| Edge::new(cursor, wrap(row))));
    connection
}
