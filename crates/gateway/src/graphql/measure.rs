//! Measures (三率 and the others): figures, the rows behind them, boards.

use super::desk;
use super::duty_item::DutyItem;
use super::error::Outside;
use super::loaders::{MemberById, StationById, load};
use super::member::Member;
use super::need::Need;
use super::node::{kind, uuid_opt};
use super::order::{Offer, Order};
use super::page::{Arguments, Counted, DEFAULT, Nodes, nodes, page};
use super::resource::Resource;
use super::workstation::Workstation;
use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{BoardBy, MeasureKind, MeasurePart, MeasureRows};
use store::MeasureScope;

/// What is measured.
#[derive(InputObject)]
pub(super) struct MeasureScopeInput {
    /// Year.
    year: i32,
    /// Month, 1 to 12 [the whole year].
    month: Option<u32>,
    /// Code of a district, 6 digits.
    district: Option<String>,
    /// Code of a station.
    workstation: Option<String>,
    /// One member. A member who asks sees the own figures alone.
    member_id: Option<ID>,
}

/// A figure with its definition, what it is made of, and the rows behind it.
pub(super) struct MeasureFigure {
    found: store::Measured,
    scope: MeasureScope,
}

impl MeasureFigure {
    /// How many rows a connection has: none where the figure's are something else.
    fn counted(&self, rows: MeasureRows, part: MeasurePart) -> Counted {
        if self.found.kind.rows() == rows {
            Counted::Measured(self.scope.clone(), self.found.kind, part)
        } else {
            Counted::Known(0)
        }
    }
}

/// A figure with its definition, what it is made of, and the rows behind it.
#[Object]
impl MeasureFigure {
    /// Which.
    async fn kind(&self) -> MeasureKind {
        self.found.kind
    }
    /// Its name in Chinese.
    async fn label(&self) -> &'static str {
        self.found.kind.label()
    }
    /// What is divided by what.
    async fn definition(&self) -> &'static str {
        self.found.kind.definition()
    }
    /// What its rows are, and whether they are 件 or 件次.
    async fn rows(&self) -> MeasureRows {
        self.found.kind.rows()
    }
    /// What counts.
    async fn numerator(&self) -> i64 {
        self.found.figure.numerator
    }
    /// What could count: the n of the figure. Null for a plain count.
    async fn denominator(&self) -> Option<i64> {
        (!self.found.kind.counts()).then_some(self.found.figure.denominator)
    }
    /// Thousandths, rounded down. Null for a plain count, and where there is nothing to divide.
    async fn permille(&self) -> Option<i64> {
        self.found.figure.permille().filter(|_| !self.found.kind.counts())
    }
    /// What is shown beside it: partly solved, not rated, without a deadline.
    async fn beside(&self) -> i64 {
        self.found.beside
    }
    /// Different needs among what counts (件), where the rows are orders or items (件次).
    async fn distinct_needs(&self) -> Option<i64> {
        self.found.needs
    }
    /// First day of the period.
    async fn from(&self, ctx: &Context<'_>) -> Result<NaiveDate> {
        Ok(self.scope.period().out(ctx)?.0)
    }
    /// The day after its last.
    async fn to(&self, ctx: &Context<'_>) -> Result<NaiveDate> {
        Ok(self.scope.period().out(ctx)?.1)
    }
    /// When it was counted.
    async fn as_of(&self, ctx: &Context<'_>) -> DateTime<Utc> {
        desk(ctx).at()
    }
    /// The orders behind it, by number; none where its rows are something else.
    #[graphql(complexity = "first.unwrap_or(DEFAULT).max(0) as usize * child_complexity")]
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.", default_with = "MeasurePart::Numerator")] part: MeasurePart,
        #[graphql(desc = "Rows from the beginning, 500 at most [20].")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
    ) -> Result<Nodes<Order>> {
        let page = page(Arguments { first, after, ..Arguments::default() }, false)?;
        let slice = desk(ctx).measured_orders(&self.scope, self.found.kind, part, &page).await.out(ctx)?;
        Ok(nodes(slice, self.counted(MeasureRows::Orders, part), Order))
    }
    /// The offers behind it, the oldest first; none where its rows are something else.
    #[graphql(complexity = "first.unwrap_or(DEFAULT).max(0) as usize * child_complexity")]
    async fn offers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.", default_with = "MeasurePart::Numerator")] part: MeasurePart,
        #[graphql(desc = "Rows from the beginning, 500 at most [20].")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
    ) -> Result<Nodes<Offer>> {
        let page = page(Arguments { first, after, ..Arguments::default() }, false)?;
        let slice = desk(ctx).measured_offers(&self.scope, self.found.kind, part, &page).await.out(ctx)?;
        Ok(nodes(slice, self.counted(MeasureRows::Offers, part), Offer))
    }
    /// The needs behind it, by number; none where its rows are something else.
    #[graphql(complexity = "first.unwrap_or(DEFAULT).max(0) as usize * child_complexity")]
    async fn needs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.", default_with = "MeasurePart::Numerator")] part: MeasurePart,
        #[graphql(desc = "Rows from the beginning, 500 at most [20].")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
    ) -> Result<Nodes<Need>> {
        let page = page(Arguments { first, after, ..Arguments::default() }, false)?;
        let slice = desk(ctx).measured_needs(&self.scope, self.found.kind, part, &page).await.out(ctx)?;
        Ok(nodes(slice, self.counted(MeasureRows::Needs, part), Need))
    }
    /// The items of lists behind it; none where its rows are something else.
    #[graphql(complexity = "first.unwrap_or(DEFAULT).max(0) as usize * child_complexity")]
    async fn items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.", default_with = "MeasurePart::Numerator")] part: MeasurePart,
        #[graphql(desc = "Rows from the beginning, 500 at most [20].")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
    ) -> Result<Nodes<DutyItem>> {
        let page = page(Arguments { first, after, ..Arguments::default() }, false)?;
        let slice = desk(ctx).measured_items(&self.scope, self.found.kind, part, &page).await.out(ctx)?;
        Ok(nodes(slice, self.counted(MeasureRows::Items, part), DutyItem::from))
    }
    /// The resources behind it, by number; none where its rows are something else.
    #[graphql(complexity = "first.unwrap_or(DEFAULT).max(0) as usize * child_complexity")]
    async fn resources(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them.", default_with = "MeasurePart::Numerator")] part: MeasurePart,
        #[graphql(desc = "Rows from the beginning, 500 at most [20].")] first: Option<i32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
    ) -> Result<Nodes<Resource>> {
        let page = page(Arguments { first, after, ..Arguments::default() }, false)?;
        let slice = desk(ctx).measured_resources(&self.scope, self.found.kind, part, &page).await.out(ctx)?;
        Ok(nodes(slice, self.counted(MeasureRows::Resources, part), Resource))
    }
}

/// A line of a board.
pub(super) struct BoardRow {
    row: store::BoardRow,
    by: BoardBy,
}

/// A line of a board.
#[Object]
impl BoardRow {
    /// Code of the station or district; null on a board of members.
    async fn code(&self) -> Option<&str> {
        self.row.code.as_deref()
    }
    /// The station, on a board of stations.
    async fn workstation(&self, ctx: &Context<'_>) -> Result<Option<Workstation>> {
        match (self.by, self.row.id) {
            (BoardBy::Station, Some(id)) => Ok(load(ctx, StationById(id)).await?.map(Workstation)),
            _ => Ok(None),
        }
    }
    /// The member, on a board of members.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<Member>> {
        match (self.by, self.row.id) {
            (BoardBy::Member, Some(id)) => Ok(load(ctx, MemberById(id)).await?.map(Member)),
            _ => Ok(None),
        }
    }
    /// What counts.
    async fn numerator(&self) -> i64 {
        self.row.figure.numerator
    }
    /// What could count: its n.
    async fn denominator(&self) -> i64 {
        self.row.figure.denominator
    }
    /// Thousandths, rounded down.
    async fn permille(&self) -> Option<i64> {
        self.row.figure.permille()
    }
    /// Rank, the best first: ties share it and the next is skipped. None with fewer than five rows.
    async fn rank(&self) -> Option<u32> {
        self.row.rank
    }
}

fn scope_of(ctx: &Context<'_>, input: MeasureScopeInput) -> Result<MeasureScope> {
    Ok(MeasureScope {
        year: input.year,
        month: input.month,
        district: input.district,
        station: input.workstation,
        member: uuid_opt(kind::MEMBER, input.member_id.as_ref(), "memberId").out(ctx)?,
    })
}

#[derive(Default)]
pub(super) struct MeasureQuery;

#[Object]
impl MeasureQuery {
    /// The measures of a year or month, for the city, a district, a station or a member. Those that do not apply are
    /// left out: needs of a member, idle resources of a month.
    #[graphql(complexity = "20 * child_complexity")]
    async fn measures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is measured.")] scope: MeasureScopeInput,
    ) -> Result<Vec<MeasureFigure>> {
        let scope = scope_of(ctx, scope)?;
        let found = desk(ctx).measures(&scope).await.out(ctx)?;
        Ok(found.into_iter().map(|found| MeasureFigure { found, scope: scope.clone() }).collect())
    }

    /// A measure line by line, with ranks. What has no row at all has no line, nor has a measure that does not apply.
    #[graphql(complexity = "300 * child_complexity")]
    async fn board(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is measured.")] scope: MeasureScopeInput,
        #[graphql(desc = "Which measure.")] kind: MeasureKind,
        #[graphql(desc = "What the lines are.")] by: BoardBy,
    ) -> Result<Vec<BoardRow>> {
        let scope = scope_of(ctx, scope)?;
        let rows = desk(ctx).board(&scope, kind, by).await.out(ctx)?;
        Ok(rows.into_iter().map(|row| BoardRow { row, by }).collect())
    }
}
