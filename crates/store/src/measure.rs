//! Measures by SQL. One condition says which rows count; the figure, the board and the list of rows all use it, so
//! that what is shown behind a figure is what was counted.

use crate::entity::{duty_item, need, need_match, offer, resource, work_order, workstation};
use crate::paging::{Page, Slice, slice};
use crate::{Desk, Result};
use chrono::NaiveDate;
use domain::measure::ranks;
use domain::{
    Action, Figure, MatchStatus, MeasureKind, MeasurePart, MeasureRows, NeedStatus, OfferAnswer, OrderStatus,
    Rating, Reach, Refusal, ResourceStatus, Role, Solved,
};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Func, SelectStatement, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QuerySelect,
    QueryTrait, Select,
};
use std::collections::HashMap;
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

/// What the lines of a board are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoardBy {
    /// A line a station.
    Station,
    /// A line a district.
    District,
    /// A line a member.
    Member,
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
    all: i64,
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

/// No row at all.
fn nothing() -> Condition {
    Condition::all().add(Expr::value(1).eq(0))
}

fn offer_part(part: MeasurePart) -> Condition {
    use offer::Column as C;
    match part {
        MeasurePart::Denominator => Condition::all(),
        MeasurePart::Numerator => Condition::all()
            .add(C::Answer.is_in([OfferAnswer::Accepted, OfferAnswer::Declined]))
            .add(Expr::col((offer::Entity, C::AnsweredOn)).lte(Expr::col((offer::Entity, C::AnswerBy)))),
        MeasurePart::Beside => nothing(),
    }
}

fn order_part(kind: MeasureKind, part: MeasurePart) -> Condition {
    use {MeasureKind as K, MeasurePart as P, work_order::Column as C};
    let all = Condition::all();
    match (kind, part) {
        (K::ResolutionRate, P::Numerator) => all.add(C::Solved.eq(Solved::Yes)),
        (K::ResolutionRate, P::Beside) => all.add(C::Solved.eq(Solved::Partly)),
        (K::SatisfactionRate, P::Numerator) => {
            all.add(C::Rating.is_in([Rating::Satisfied, Rating::Basically]))
        }
        (K::SatisfactionRate, P::Denominator) => {
            all.add(C::Rating.is_not_null()).add(C::Rating.ne(Rating::NotRated))
        }
        (K::SatisfactionRate, P::Beside) => {
            Condition::any().add(C::Rating.is_null()).add(C::Rating.eq(Rating::NotRated))
        }
        (K::OnTimeRate, P::Numerator) => all.add(
            Expr::col((work_order::Entity, C::ResolvedOn)).lte(Expr::col((work_order::Entity, C::DueBy))),
        ),
        (K::OnTimeRate, P::Denominator) => all.add(C::DueBy.is_not_null()),
        (K::OnTimeRate, P::Beside) => all.add(C::DueBy.is_null()),
        (K::ReopenRate, P::Numerator) => all.add(C::ReopenCount.gt(0)),
        (_, P::Beside) => nothing(),
        _ => all,
    }
}

fn need_part(part: MeasurePart) -> Condition {
    let listed = duty_item::Entity::find()
        .select_only()
        .column(duty_item::Column::NeedId)
        .filter(duty_item::Column::Removed.eq(false));
    match part {
        MeasurePart::Denominator => Condition::all(),
        MeasurePart::Numerator => Condition::all().add(need::Column::Id.in_subquery(listed.into_query())),
        MeasurePart::Beside => nothing(),
    }
}

fn resource_part(part: MeasurePart) -> Condition {
    let offered = need_match::Entity::find().select_only().column(need_match::Column::ResourceId).filter(
        need_match::Column::Status.is_not_in([
            MatchStatus::Suggested,
            MatchStatus::Dismissed,
            MatchStatus::Superseded,
        ]),
    );
    match part {
        MeasurePart::Denominator => Condition::all(),
        MeasurePart::Numerator => {
            Condition::all().add(resource::Column::Id.not_in_subquery(offered.into_query()))
        }
        MeasurePart::Beside => nothing(),
    }
}

impl Desk {
    /// The part of the city that may be measured: stations, and the one member where a member asks.
    fn measured(&self, s: &MeasureScope) -> Result<(Option<SelectStatement>, Option<Uuid>)> {
        if self.viewer.role == Role::Member
            && let Some(own) = self.viewer.person
            && s.member.is_none_or(|m| m == own)
        {
            return Ok((None, Some(own)));
        }
        let whole = s.district.is_none() && s.station.is_none();
        if whole && self.reach(Action::ReadDashboard) == Reach::City {
            return Ok((None, s.member));
        }
        let stations = self.counted(s.district.as_deref(), s.station.as_deref())?;
        Ok((Some(stations.select_only().column(workstation::Column::Id).into_query()), s.member))
    }

    /// The rows of a table in the scope.
    fn within<E: EntityTrait>(
        &self,
        s: &MeasureScope,
        station: E::Column,
        member: Option<E::Column>,
    ) -> Result<Select<E>> {
        let (stations, who) = self.measured(s)?;
        let mut q = E::find();
        if let Some(stations) = stations {
            q = q.filter(station.in_subquery(stations));
        }
        match (who, member) {
            (Some(who), Some(column)) => q = q.filter(column.eq(who)),
            // Needs are a station's, not a member's.
            (Some(_), None) => q = q.filter(nothing()),
            (None, _) => {}
        }
        Ok(q)
    }

    fn offers_measured(&self, s: &MeasureScope) -> Result<Select<offer::Entity>> {
        use offer::Column as C;
        let (from, to) = s.period()?;
        let due = Condition::any().add(C::AnsweredOn.is_not_null()).add(C::AnswerBy.lt(self.today()));
        let kept = Condition::any().add(C::Answer.is_null()).add(C::Answer.ne(OfferAnswer::TakenBack));
        Ok(self
            .within::<offer::Entity>(s, C::WorkstationId, Some(C::MemberId))?
            .filter(C::Year.eq(s.year))
            .filter(C::AnswerBy.gte(from).and(C::AnswerBy.lt(to)))
            .filter(due)
            .filter(kept))
    }

    fn orders_measured(&self, s: &MeasureScope) -> Result<Select<work_order::Entity>> {
        use work_order::Column as C;
        let (from, to) = s.period()?;
        Ok(self
            .within::<work_order::Entity>(s, C::WorkstationId, Some(C::LeadId))?
            .filter(C::Year.eq(s.year))
            .filter(C::Status.eq(OrderStatus::Closed))
            .filter(C::ClosedOn.gte(from).and(C::ClosedOn.lt(to))))
    }

    fn needs_measured(&self, s: &MeasureScope) -> Result<Select<need::Entity>> {
        use {NeedStatus as S, need::Column as C};
        let (from, to) = s.period()?;
        let q = self.within::<need::Entity>(s, C::WorkstationId, None)?.filter(C::Year.eq(s.year)).filter(
            C::Status.is_not_in([S::Draft, S::Submitted, S::Refused, S::Referred, S::Merged, S::Withdrawn]),
        );
        // What was collected in the year before belongs to the year whose list it may stand on.
        Ok(match s.month {
            Some(_) => q.filter(C::CollectedOn.gte(from).and(C::CollectedOn.lt(to))),
            None => q,
        })
    }

    fn resources_measured(&self, s: &MeasureScope) -> Result<Select<resource::Entity>> {
        use resource::Column as C;
        s.period()?;
        Ok(self
            .within::<resource::Entity>(s, C::WorkstationId, Some(C::MemberId))?
            .filter(C::Year.eq(s.year))
            .filter(C::Status.eq(ResourceStatus::Available)))
    }

    /// All measures of a scope: a statement each. Those that do not apply (needs of a member, idle resources of a
    /// month) are left out.
    pub async fn measures(&self, s: &MeasureScope) -> Result<Vec<Measured>> {
        let mut found = Vec::new();
        for kind in MeasureKind::ALL {
            let left_out = match kind.rows() {
                MeasureRows::Needs => self.measured(s)?.1.is_some(),
                MeasureRows::Resources => s.month.is_some(),
                _ => false,
            };
            if !left_out {
                found.push(self.measure(s, *kind).await?);
            }
        }
        Ok(found)
    }

    async fn measure(&self, s: &MeasureScope, kind: MeasureKind) -> Result<Measured> {
        use MeasurePart::{Beside, Denominator, Numerator};
        let sums = |top: Condition, all: Condition, beside: Condition| [sum(top), sum(all), sum(beside)];
        fn read<E: EntityTrait>(q: Select<E>, [top, all, beside]: [SimpleExpr; 3]) -> Select<E> {
            let all: SimpleExpr = Func::coalesce([all, Expr::value(0)]).into();
            q.select_only()
                .column_as(top, "top")
                .column_as(all.cast_as("bigint"), "all")
                .column_as(beside, "beside")
        }
        let none = || Expr::value(Option::<i64>::None).cast_as("bigint");
        let db = self.store.db();
        let found: Option<Sums> = match kind.rows() {
            MeasureRows::Offers => {
                let parts = sums(offer_part(Numerator), offer_part(Denominator), offer_part(Beside));
                read(self.offers_measured(s)?, parts).column_as(none(), "needs").into_model().one(db).await?
            }
            MeasureRows::Orders => {
                let top = all_of(order_part(kind, Denominator), order_part(kind, Numerator));
                let parts = sums(top.clone(), order_part(kind, Denominator), order_part(kind, Beside));
                let need: SimpleExpr = CaseStatement::new()
                    .case(top, Expr::col((work_order::Entity, work_order::Column::NeedId)))
                    .into();
                let needs = Func::count_distinct(need);
                read(self.orders_measured(s)?, parts)
                    .column_as(SimpleExpr::from(needs), "needs")
                    .into_model()
                    .one(db)
                    .await?
            }
            MeasureRows::Needs => {
                let parts = sums(need_part(Numerator), need_part(Denominator), need_part(Beside));
                read(self.needs_measured(s)?, parts).column_as(none(), "needs").into_model().one(db).await?
            }
            MeasureRows::Resources => {
                let parts = sums(resource_part(Numerator), resource_part(Denominator), resource_part(Beside));
                read(self.resources_measured(s)?, parts)
                    .column_as(none(), "needs")
                    .into_model()
                    .one(db)
                    .await?
            }
        };
        let f = found.unwrap_or(Sums { top: None, all: 0, beside: None, needs: None });
        Ok(Measured {
            kind,
            figure: Figure { numerator: f.top.unwrap_or(0), denominator: f.all },
            beside: f.beside.unwrap_or(0),
            needs: f.needs,
        })
    }

    /// A measure by station, district or member, with ranks: one statement, and one for the stations. Stations and
    /// members with no row at all have no line. Sorted by code, members by id.
    pub async fn board(&self, s: &MeasureScope, kind: MeasureKind, by: BoardBy) -> Result<Vec<BoardRow>> {
        use MeasurePart::{Denominator, Numerator};
        fn lines<E: EntityTrait>(
            q: Select<E>,
            by: Option<E::Column>,
            all: Condition,
            top: Condition,
        ) -> Select<E> {
            let q = q.filter(all).select_only().column_as(sum(top), "top");
            let q = q.column_as(Expr::value(1).count(), "n");
            match by {
                Some(by) => q.column_as(by, "id").group_by(by),
                None => q.column_as(Expr::value(Option::<Uuid>::None), "id").filter(nothing()),
            }
        }
        let member = by == BoardBy::Member;
        let db = self.store.db();
        let found: Vec<Line> = match kind.rows() {
            MeasureRows::Offers => {
                let key = if member { offer::Column::MemberId } else { offer::Column::WorkstationId };
                let q = self.offers_measured(s)?;
                lines(q, Some(key), offer_part(Denominator), offer_part(Numerator))
                    .into_model()
                    .all(db)
                    .await?
            }
            MeasureRows::Orders => {
                let key = if member { work_order::Column::LeadId } else { work_order::Column::WorkstationId };
                let q = self.orders_measured(s)?;
                let (all, top) = (order_part(kind, Denominator), order_part(kind, Numerator));
                lines(q, Some(key), all, top).into_model().all(db).await?
            }
            MeasureRows::Needs => {
                let key = (!member).then_some(need::Column::WorkstationId);
                let q = self.needs_measured(s)?;
                lines(q, key, need_part(Denominator), need_part(Numerator)).into_model().all(db).await?
            }
            MeasureRows::Resources => {
                let key = if member { resource::Column::MemberId } else { resource::Column::WorkstationId };
                let q = self.resources_measured(s)?;
                let (all, top) = (resource_part(Denominator), resource_part(Numerator));
                lines(q, Some(key), all, top).into_model().all(db).await?
            }
        };
        let mut rows: Vec<BoardRow> = Vec::new();
        let figure = |l: &Line| Figure { numerator: l.top.unwrap_or(0), denominator: l.n };
        if member {
            rows.extend(found.iter().filter(|l| l.id.is_some()).map(|l| BoardRow {
                code: None,
                id: l.id,
                figure: figure(l),
                rank: None,
            }));
        } else {
            let stations: Vec<(Uuid, String, String)> = workstation::Entity::find()
                .select_only()
                .column(workstation::Column::Id)
                .column(workstation::Column::Code)
                .column(workstation::Column::District)
                .into_tuple()
                .all(db)
                .await?;
            let place: HashMap<Uuid, (String, String)> =
                stations.into_iter().map(|(id, code, district)| (id, (code, district))).collect();
            let mut at: HashMap<String, usize> = HashMap::new();
            for l in &found {
                let Some((code, district)) = l.id.and_then(|id| place.get(&id)) else { continue };
                let district_line = by == BoardBy::District;
                let key = if district_line { district } else { code };
                let i = *at.entry(key.clone()).or_insert_with(|| {
                    let id = if district_line { None } else { l.id };
                    let figure = Figure { numerator: 0, denominator: 0 };
                    rows.push(BoardRow { code: Some(key.clone()), id, figure, rank: None });
                    rows.len() - 1
                });
                rows[i].figure.numerator += l.top.unwrap_or(0);
                rows[i].figure.denominator += l.n;
            }
        }
        rows.sort_by(|a, b| (&a.code, a.id).cmp(&(&b.code, b.id)));
        let figures: Vec<Figure> = rows.iter().map(|r| r.figure).collect();
        for (row, rank) in rows.iter_mut().zip(ranks(kind, &figures)) {
            row.rank = rank;
        }
        Ok(rows)
    }

    /// The offers behind a figure, the oldest first.
    pub async fn measured_offers(
        &self,
        s: &MeasureScope,
        kind: MeasureKind,
        part: MeasurePart,
        page: &Page,
    ) -> Result<(Slice<offer::Model>, u64)> {
        if kind.rows() != MeasureRows::Offers {
            return Ok(no_rows());
        }
        let q = self.offers_measured(s)?.filter(offer_part(part));
        let db = self.store.db();
        Ok((slice(db, q.clone(), offer::Column::Id, page).await?, q.count(db).await?))
    }

    /// The orders behind a figure, by number.
    pub async fn measured_orders(
        &self,
        s: &MeasureScope,
        kind: MeasureKind,
        part: MeasurePart,
        page: &Page,
    ) -> Result<(Slice<work_order::Model>, u64)> {
        if kind.rows() != MeasureRows::Orders {
            return Ok(no_rows());
        }
        let mut q = self.orders_measured(s)?.filter(order_part(kind, part));
        if part == MeasurePart::Numerator {
            q = q.filter(order_part(kind, MeasurePart::Denominator));
        }
        let db = self.store.db();
        Ok((slice(db, q.clone(), work_order::Column::Number, page).await?, q.count(db).await?))
    }

    /// The needs behind a figure, by number.
    pub async fn measured_needs(
        &self,
        s: &MeasureScope,
        kind: MeasureKind,
        part: MeasurePart,
        page: &Page,
    ) -> Result<(Slice<need::Model>, u64)> {
        if kind.rows() != MeasureRows::Needs {
            return Ok(no_rows());
        }
        let q = self.needs_measured(s)?.filter(need_part(part));
        let db = self.store.db();
        Ok((slice(db, q.clone(), need::Column::Number, page).await?, q.count(db).await?))
    }

    /// The resources behind a figure, by number.
    pub async fn measured_resources(
        &self,
        s: &MeasureScope,
        kind: MeasureKind,
        part: MeasurePart,
        page: &Page,
    ) -> Result<(Slice<resource::Model>, u64)> {
        if kind.rows() != MeasureRows::Resources {
            return Ok(no_rows());
        }
        let q = self.resources_measured(s)?.filter(resource_part(part));
        let db = self.store.db();
        Ok((slice(db, q.clone(), resource::Column::Number, page).await?, q.count(db).await?))
    }
}

/// Nothing, without asking.
fn no_rows<T>() -> (Slice<T>, u64) {
    (Slice { rows: Vec::new(), next: false, previous: false }, 0)
}

fn all_of(a: Condition, b: Condition) -> Condition {
    Condition::all().add(a).add(b)
}
