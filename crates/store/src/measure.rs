//! Measures by SQL. One condition says which rows count; the figure, the board and the list of rows all use it, so
//! that what is shown behind a figure is what was counted.

mod rows;

use crate::entity::{area, duty_item, need, offer, resource, work_order, workstation};
use crate::paging::{Page, Slice, slice};
use crate::{Desk, Result};
use chrono::NaiveDate;
use domain::measure::ranks;
use domain::{AreaLevel, BoardBy, Figure, MeasureKind, MeasurePart, MeasureRows, Refusal};
use rows::Rows;
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Func, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QuerySelect,
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// What is measured: a year or a month of it, in a part of the city.
#[derive(Clone, Debug, Default)]
pub struct MeasureScope {
    /// Year.
    pub year: i32,
    /// Month, 1 to 12; the whole year without it.
    pub month: Option<u32>,
    /// Code of a district.
    pub district: Option<String>,
    /// Code of a station.
    pub station: Option<String>,
    /// One member: what was offered to and led by them.
    pub member: Option<Uuid>,
}

impl MeasureScope {
    /// The period, half-open.
    ///
    /// # Errors
    /// `MONTH`, or the year's own refusal.
    pub fn period(&self) -> Result<(NaiveDate, NaiveDate)> {
        domain::area::check_year(self.year)?;
        let wrong = || Refusal::new("MONTH", "月份应在 1 至 12 之间。").at("month");
        let day = |y, m| NaiveDate::from_ymd_opt(y, m, 1).ok_or_else(wrong);
        Ok(match self.month {
            None => (day(self.year, 1)?, day(self.year + 1, 1)?),
            Some(12) => (day(self.year, 12)?, day(self.year + 1, 1)?),
            Some(m) => (day(self.year, m)?, day(self.year, m + 1)?),
        })
    }
}

/// A figure with what stands beside it.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Which measure.
    pub kind: MeasureKind,
    /// What counts of what could.
    pub figure: Figure,
    /// What is shown beside it.
    pub beside: i64,
    /// Different needs among what counts (件), where the rows are orders.
    pub needs: Option<i64>,
}

/// A line of a board.
#[derive(Clone, Debug)]
pub struct BoardRow {
    /// Code of the station or district.
    pub code: Option<String>,
    /// Id of the station or member.
    pub id: Option<Uuid>,
    /// Its figure.
    pub figure: Figure,
    /// Its rank; none below five rows.
    pub rank: Option<u32>,
}

#[derive(FromQueryResult)]
struct Sums {
    top: Option<i64>,
    could: Option<i64>,
    beside: Option<i64>,
    needs: Option<i64>,
}

#[derive(FromQueryResult)]
struct Line {
    id: Option<Uuid>,
    top: Option<i64>,
    n: i64,
}

/// How many rows a condition holds for.
fn sum(c: Condition) -> SimpleExpr {
    let one: SimpleExpr = CaseStatement::new().case(c, 1).finally(0).into();
    Func::sum(one).into()
}

impl Desk {
    /// All measures of a scope that apply to it: a statement each.
    pub async fn measures(&self, s: &MeasureScope) -> Result<Vec<Measured>> {
        let of_member = self.measured(s)?.1.is_some();
        let mut found = Vec::new();
        for kind in MeasureKind::ALL.iter().filter(|k| k.applies(s.month.is_some(), of_member)) {
            found.push(match kind.rows() {
                MeasureRows::Offers => self.measure::<offer::Entity>(s, *kind).await?,
                MeasureRows::Orders => self.measure::<work_order::Entity>(s, *kind).await?,
                MeasureRows::Needs => self.measure::<need::Entity>(s, *kind).await?,
                MeasureRows::Items => self.measure::<duty_item::Entity>(s, *kind).await?,
                MeasureRows::Resources => self.measure::<resource::Entity>(s, *kind).await?,
            });
        }
        Ok(found)
    }

    async fn measure<E: Rows>(&self, s: &MeasureScope, kind: MeasureKind) -> Result<Measured> {
        let part = |p| sum(E::part(kind, p));
        let needs: SimpleExpr = match E::need() {
            Some(need) => {
                let counts = E::part(kind, MeasurePart::Numerator);
                let need: SimpleExpr =
                    CaseStatement::new().case(counts, Expr::col((E::default(), need))).into();
                Func::count_distinct(need).into()
            }
            None => Expr::value(Option::<i64>::None).cast_as("bigint"),
        };
        let found: Option<Sums> = E::in_scope(self, s)?
            .select_only()
            .column_as(part(MeasurePart::Numerator), "top")
            .column_as(part(MeasurePart::Denominator), "could")
            .column_as(part(MeasurePart::Beside), "beside")
            .column_as(needs, "needs")
            .into_model()
            .one(self.store.db())
            .await?;
        let f = found.unwrap_or(Sums { top: None, could: None, beside: None, needs: None });
        Ok(Measured {
            kind,
            figure: Figure { numerator: f.top.unwrap_or(0), denominator: f.could.unwrap_or(0) },
            beside: f.beside.unwrap_or(0),
            needs: f.needs,
        })
    }

    /// A measure by station, district or member, with ranks: one statement, and two for stations and districts. Stations and
    /// members with no row at all have no line, and a measure that does not apply has none. Sorted by code, members by
    /// id.
    pub async fn board(&self, s: &MeasureScope, kind: MeasureKind, by: BoardBy) -> Result<Vec<BoardRow>> {
        let by_member = by == BoardBy::Member;
        let of_member = self.measured(s)?.1.is_some();
        if !kind.applies(s.month.is_some(), by_member || of_member) {
            return Ok(Vec::new());
        }
        let found = match kind.rows() {
            MeasureRows::Offers => self.lines::<offer::Entity>(s, kind, by_member).await?,
            MeasureRows::Orders => self.lines::<work_order::Entity>(s, kind, by_member).await?,
            MeasureRows::Needs => self.lines::<need::Entity>(s, kind, by_member).await?,
            MeasureRows::Items => self.lines::<duty_item::Entity>(s, kind, by_member).await?,
            MeasureRows::Resources => self.lines::<resource::Entity>(s, kind, by_member).await?,
        };
        let figure = |l: &Line| Figure { numerator: l.top.unwrap_or(0), denominator: l.n };
        let mut rows: Vec<BoardRow> = if by_member {
            let members = found.iter().filter(|l| l.id.is_some());
            members.map(|l| BoardRow { code: None, id: l.id, figure: figure(l), rank: None }).collect()
        } else {
            let stations: HashMap<Uuid, workstation::Model> = workstation::Entity::find()
                .all(self.store.db())
                .await?
                .into_iter()
                .map(|w| (w.id, w))
                .collect();
            // What a station did that has been closed counts for the one that took its place.
            let now = |id: Uuid| {
                let w = stations.get(&id)?;
                w.replaced_by.filter(|_| w.closed_on.is_some()).map_or(Some(w), |heir| stations.get(&heir))
            };
            // So does a district whose code has changed.
            let renamed: HashMap<String, String> = area::Entity::find()
                .filter(area::Column::Level.eq(AreaLevel::District))
                .filter(area::Column::ReplacedBy.is_not_null())
                .all(self.store.db())
                .await?
                .into_iter()
                .filter_map(|a| Some((a.code, a.replaced_by?)))
                .collect();
            let mut lines: BTreeMap<&str, BoardRow> = BTreeMap::new();
            for l in &found {
                let Some(w) = l.id.and_then(now) else { continue };
                let (key, id) = match by {
                    BoardBy::District => (renamed.get(&w.district).unwrap_or(&w.district), None),
                    _ => (&w.code, Some(w.id)),
                };
                let none = Figure { numerator: 0, denominator: 0 };
                let line = lines.entry(key).or_insert_with(|| BoardRow {
                    code: Some(key.clone()),
                    id,
                    figure: none,
                    rank: None,
                });
                line.figure.numerator += figure(l).numerator;
                line.figure.denominator += figure(l).denominator;
            }
            lines.into_values().collect()
        };
        rows.sort_by(|a, b| (&a.code, a.id).cmp(&(&b.code, b.id)));
        let figures: Vec<Figure> = rows.iter().map(|r| r.figure).collect();
        for (row, rank) in rows.iter_mut().zip(ranks(kind, &figures)) {
            row.rank = rank;
        }
        Ok(rows)
    }

    async fn lines<E: Rows>(
        &self,
        s: &MeasureScope,
        kind: MeasureKind,
        by_member: bool,
    ) -> Result<Vec<Line>> {
        let key = if by_member { E::member() } else { Some(E::station()) };
        let Some(key) = key else { return Ok(Vec::new()) };
        Ok(E::in_scope(self, s)?
            .filter(E::part(kind, MeasurePart::Denominator))
            .select_only()
            .column_as(sum(E::part(kind, MeasurePart::Numerator)), "top")
            .column_as(Expr::value(1).count(), "n")
            .column_as(key, "id")
            .group_by(key)
            .into_model()
            .all(self.store.db())
            .await?)
    }

    /// How many rows a part of a figure has.
    pub async fn count_measured(
        &self,
        s: &MeasureScope,
        kind: MeasureKind,
        part: MeasurePart,
    ) -> Result<u64> {
        match kind.rows() {
            MeasureRows::Offers => self.count_rows::<offer::Entity>(s, kind, part).await,
            MeasureRows::Orders => self.count_rows::<work_order::Entity>(s, kind, part).await,
            MeasureRows::Needs => self.count_rows::<need::Entity>(s, kind, part).await,
            MeasureRows::Items => self.count_rows::<duty_item::Entity>(s, kind, part).await,
            MeasureRows::Resources => self.count_rows::<resource::Entity>(s, kind, part).await,
        }
    }

    async fn count_rows<E>(&self, s: &MeasureScope, kind: MeasureKind, part: MeasurePart) -> Result<u64>
    where
        E: Rows,
        E::Model: Sync,
    {
        Ok(E::in_scope(self, s)?.filter(E::part(kind, part)).count(self.store.db()).await?)
    }

    /// The rows behind a figure, as they are stored; none where its rows are something else.
    async fn rows<E: Rows>(
        &self,
        s: &MeasureScope,
        kind: MeasureKind,
        part: MeasurePart,
        page: &Page,
    ) -> Result<Slice<E::Model>> {
        if kind.rows() != E::WHAT {
            return Ok(Slice { rows: Vec::new(), next: false, previous: false });
        }
        let q = E::in_scope(self, s)?.filter(E::part(kind, part));
        slice(self.store.db(), q, E::listed_by(), page).await
    }

    /// The offers behind a figure, the oldest first.
    pub async fn measured_offers(
        &self,
        s: &MeasureScope,
        kind: MeasureKind,
        part: MeasurePart,
        page: &Page,
    ) -> Result<Slice<offer::Model>> {
        self.rows::<offer::Entity>(s, kind, part, page).await
    }

    /// The orders behind a figure, by number.
    pub async fn measured_orders(
        &self,
        s: &MeasureScope,
        kind: MeasureKind,
        part: MeasurePart,
        page: &Page,
    ) -> Result<Slice<work_order::Model>> {
        self.rows::<work_order::Entity>(s, kind, part, page).await
    }

    /// The items behind a figure, each as far as the viewer may read it.
    pub async fn measured_items(
        &self,
        s: &MeasureScope,
        kind: MeasureKind,
        part: MeasurePart,
        page: &Page,
    ) -> Result<Slice<duty_item::Model>> {
        let found = self.rows::<duty_item::Entity>(s, kind, part, page).await?;
        let ids: Vec<Uuid> = found.rows.iter().map(|r| r.1.id).collect();
        let mut seen: HashMap<Uuid, duty_item::Model> =
            self.items_by_id(&ids).await?.into_iter().map(|i| (i.id, i)).collect();
        let rows = found.rows.into_iter().filter_map(|(c, i)| Some((c, seen.remove(&i.id)?))).collect();
        Ok(Slice { rows, next: found.next, previous: found.previous })
    }

    /// The needs behind a figure, by number, each as far as the viewer may read it.
    pub async fn measured_needs(
        &self,
        s: &MeasureScope,
        kind: MeasureKind,
        part: MeasurePart,
        page: &Page,
    ) -> Result<Slice<need::Model>> {
        self.narrow_slice(self.rows::<need::Entity>(s, kind, part, page).await?).await
    }

    /// The resources behind a figure, by number.
    pub async fn measured_resources(
        &self,
        s: &MeasureScope,
        kind: MeasureKind,
        part: MeasurePart,
        page: &Page,
    ) -> Result<Slice<resource::Model>> {
        self.rows::<resource::Entity>(s, kind, part, page).await
    }
}
