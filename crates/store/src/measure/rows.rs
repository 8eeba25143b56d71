//! Which rows are measured: of each table those of the scope, and the part of them that counts.

use super::MeasureScope;
use crate::entity::{duty_item, duty_list, need, need_match, offer, resource, work_order, workstation};
use crate::{Desk, Result};
use domain::{
    Action, MatchStatus, MeasureKind, MeasurePart, MeasureRows, NeedStatus, OfferAnswer, OrderStatus, Rating,
    Reach, ResourceStatus, Role, Solved,
};
use sea_orm::sea_query::{Expr, ExprTrait, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

/// No row at all.
fn nothing() -> Condition {
    Condition::all().add(Expr::value(1).eq(0))
}

/// Needs that a convener has marked: they are kept out of the rates (domain.md §10).
fn marked() -> SelectStatement {
    let marked = need::Entity::find().select_only().column(need::Column::Id);
    marked.filter(need::Column::Mark.is_not_null()).into_query()
}

/// A table whose rows are measured.
pub(super) trait Rows: EntityTrait {
    const WHAT: MeasureRows;
    /// The column that they are listed by.
    fn listed_by() -> Self::Column;
    fn station() -> Self::Column;
    /// The member whose they are; `None`: they are a station's.
    fn member() -> Option<Self::Column>;
    /// The need of which several may be, and which is one 件.
    fn need() -> Option<Self::Column> {
        None
    }
    /// The rows of the scope from which each part is taken.
    fn in_scope(desk: &Desk, s: &MeasureScope) -> Result<Select<Self>>;
    /// Which of them a part holds. The numerator is a part of the denominator.
    fn part(kind: MeasureKind, part: MeasurePart) -> Condition;
}

impl Rows for offer::Entity {
    const WHAT: MeasureRows = MeasureRows::Offers;
    fn listed_by() -> offer::Column {
        offer::Column::Id
    }
    fn station() -> offer::Column {
        offer::Column::WorkstationId
    }
    fn member() -> Option<offer::Column> {
        Some(offer::Column::MemberId)
    }
    /// Offers that are due: answered, or past their last day, and not taken back.
    fn in_scope(desk: &Desk, s: &MeasureScope) -> Result<Select<Self>> {
        use offer::Column as C;
        let (from, to) = s.period()?;
        let due = Condition::any().add(C::AnsweredOn.is_not_null()).add(C::AnswerBy.lt(desk.today()));
        let kept = Condition::any().add(C::Answer.is_null()).add(C::Answer.ne(OfferAnswer::TakenBack));
        Ok(desk
            .within::<Self>(s)?
            .filter(C::Year.eq(s.year))
            .filter(C::AnswerBy.gte(from).and(C::AnswerBy.lt(to)))
            .filter(due)
            .filter(kept))
    }
    fn part(_: MeasureKind, part: MeasurePart) -> Condition {
        use offer::Column as C;
        match part {
            MeasurePart::Denominator => Condition::all(),
            MeasurePart::Numerator => Condition::all()
                .add(C::Answer.is_in([OfferAnswer::Accepted, OfferAnswer::Declined]))
                .add(Expr::col((Self, C::AnsweredOn)).lte(Expr::col((Self, C::AnswerBy)))),
            MeasurePart::Beside => nothing(),
        }
    }
}

impl Rows for work_order::Entity {
    const WHAT: MeasureRows = MeasureRows::Orders;
    fn listed_by() -> work_order::Column {
        work_order::Column::Number
    }
    fn station() -> work_order::Column {
        work_order::Column::WorkstationId
    }
    fn member() -> Option<work_order::Column> {
        Some(work_order::Column::LeadId)
    }
    fn need() -> Option<work_order::Column> {
        Some(work_order::Column::NeedId)
    }
    /// Orders that were closed; for rates none whose need a convener has marked.
    fn in_scope(desk: &Desk, s: &MeasureScope) -> Result<Select<Self>> {
        use work_order::Column as C;
        let (from, to) = s.period()?;
        Ok(desk
            .within::<Self>(s)?
            .filter(C::Year.eq(s.year))
            .filter(C::Status.eq(OrderStatus::Closed))
            .filter(C::ClosedOn.gte(from).and(C::ClosedOn.lt(to))))
    }
    fn part(kind: MeasureKind, part: MeasurePart) -> Condition {
        use {MeasureKind as K, MeasurePart as P, work_order::Column as C};
        let rated = if kind.counts() {
            Condition::all()
        } else {
            Condition::all().add(C::NeedId.not_in_subquery(marked()))
        };
        let could = match kind {
            K::SatisfactionRate => {
                rated.clone().add(C::Rating.is_not_null()).add(C::Rating.ne(Rating::NotRated))
            }
            K::OnTimeRate => rated.clone().add(C::DueBy.is_not_null()),
            _ => rated.clone(),
        };
        match (part, kind) {
            (P::Denominator, _) => could,
            (P::Numerator, K::ResolutionRate) => could.add(C::Solved.eq(Solved::Yes)),
            (P::Numerator, K::SatisfactionRate) => {
                could.add(C::Rating.is_in([Rating::Satisfied, Rating::Basically]))
            }
            (P::Numerator, K::OnTimeRate) => {
                could.add(Expr::col((Self, C::ResolvedOn)).lte(Expr::col((Self, C::DueBy))))
            }
            (P::Numerator, K::ReopenRate) => could.add(C::ReopenCount.gt(0)),
            (P::Numerator, _) => could,
            (P::Beside, K::ResolutionRate) => rated.add(C::Solved.eq(Solved::Partly)),
            (P::Beside, K::SatisfactionRate) => {
                rated.add(C::Rating.is_null().or(C::Rating.eq(Rating::NotRated)))
            }
            (P::Beside, K::OnTimeRate) => rated.add(C::DueBy.is_null()),
            (P::Beside, _) => nothing(),
        }
    }
}

impl Rows for need::Entity {
    const WHAT: MeasureRows = MeasureRows::Needs;
    fn listed_by() -> need::Column {
        need::Column::Number
    }
    fn station() -> need::Column {
        need::Column::WorkstationId
    }
    fn member() -> Option<need::Column> {
        None
    }
    /// Needs that were verified and bear no mark.
    fn in_scope(desk: &Desk, s: &MeasureScope) -> Result<Select<Self>> {
        use {NeedStatus as S, need::Column as C};
        let (from, to) = s.period()?;
        let q = desk
            .within::<Self>(s)?
            .filter(C::Year.eq(s.year))
            .filter(C::VerifiedOn.is_not_null())
            .filter(C::Status.is_not_in([S::Referred, S::Merged, S::Withdrawn]))
            .filter(C::Mark.is_null());
        // What was collected in the year before belongs to the year whose list it may stand on.
        Ok(match s.month {
            Some(_) => q.filter(C::CollectedOn.gte(from).and(C::CollectedOn.lt(to))),
            None => q,
        })
    }
    fn part(_: MeasureKind, part: MeasurePart) -> Condition {
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
}

impl Rows for duty_item::Entity {
    const WHAT: MeasureRows = MeasureRows::Items;
    fn listed_by() -> duty_item::Column {
        duty_item::Column::Id
    }
    fn station() -> duty_item::Column {
        duty_item::Column::WorkstationId
    }
    fn member() -> Option<duty_item::Column> {
        None
    }
    fn need() -> Option<duty_item::Column> {
        Some(duty_item::Column::NeedId)
    }
    /// Items of published lists whose need was closed. A joint item stands on the list of each of its stations.
    fn in_scope(desk: &Desk, s: &MeasureScope) -> Result<Select<Self>> {
        use {duty_item::Column as C, work_order::Column as O};
        let (from, to) = s.period()?;
        let lists = duty_list::Entity::find()
            .select_only()
            .column(duty_list::Column::Id)
            .filter(duty_list::Column::Year.eq(s.year))
            .filter(duty_list::Column::Edition.gt(0));
        let closed = work_order::Entity::find()
            .select_only()
            .column(O::NeedId)
            .filter(O::Year.eq(s.year))
            .filter(O::Status.eq(OrderStatus::Closed))
            .filter(O::ClosedOn.gte(from).and(O::ClosedOn.lt(to)));
        Ok(desk
            .within::<Self>(s)?
            .filter(C::Removed.eq(false))
            .filter(C::ListId.in_subquery(lists.into_query()))
            .filter(C::NeedId.in_subquery(closed.into_query())))
    }
    fn part(_: MeasureKind, part: MeasurePart) -> Condition {
        match part {
            MeasurePart::Denominator | MeasurePart::Numerator => Condition::all(),
            MeasurePart::Beside => nothing(),
        }
    }
}

impl Rows for resource::Entity {
    const WHAT: MeasureRows = MeasureRows::Resources;
    fn listed_by() -> resource::Column {
        resource::Column::Number
    }
    fn station() -> resource::Column {
        resource::Column::WorkstationId
    }
    fn member() -> Option<resource::Column> {
        Some(resource::Column::MemberId)
    }
    /// Resources that are available now.
    fn in_scope(desk: &Desk, s: &MeasureScope) -> Result<Select<Self>> {
        use resource::Column as C;
        s.period()?;
        Ok(desk.within::<Self>(s)?.filter(C::Year.eq(s.year)).filter(C::Status.eq(ResourceStatus::Available)))
    }
    fn part(_: MeasureKind, part: MeasurePart) -> Condition {
        use {MatchStatus as S, need_match::Column as C};
        let offered = need_match::Entity::find()
            .select_only()
            .column(C::ResourceId)
            .filter(C::Status.is_not_in([S::Suggested, S::Dismissed, S::Superseded]));
        match part {
            MeasurePart::Denominator => Condition::all(),
            MeasurePart::Numerator => {
                Condition::all().add(resource::Column::Id.not_in_subquery(offered.into_query()))
            }
            MeasurePart::Beside => nothing(),
        }
    }
}

impl Desk {
    /// The part of the city that may be measured: stations, and the one member where a member asks.
    pub(super) fn measured(&self, s: &MeasureScope) -> Result<(Option<SelectStatement>, Option<Uuid>)> {
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
    fn within<E: Rows>(&self, s: &MeasureScope) -> Result<Select<E>> {
        let (stations, who) = self.measured(s)?;
        let mut q = E::find();
        if let Some(stations) = stations {
            q = q.filter(E::station().in_subquery(stations));
        }
        match (who, E::member()) {
            (Some(who), Some(column)) => q = q.filter(column.eq(who)),
            (Some(_), None) => q = q.filter(nothing()),
            (None, _) => {}
        }
        Ok(q)
    }
}
