//! What could come to a need, as far as it can be asked of the database.

use crate::city::{Asked, Planned};
use crate::entity::{partnership, resource, resource_category, workstation};
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, IntoSimpleExpr, QueryFilter, QuerySelect, QueryTrait,
};
use std::collections::BTreeSet;

/// Whether a row is of a year. With `by_ids`, where a few are asked for by their ids as well, SQLite is kept from the index
/// by year: it would rather read the whole year. (`ANALYZE` is no way out: with it, it reads all matches for each item of
/// a list.)
pub(crate) fn of_year(column: impl ColumnTrait, year: i32, by_ids: bool) -> SimpleExpr {
    let column = column.into_simple_expr();
    if by_ids { column.add(0).eq(year) } else { column.eq(year) }
}

/// Resources that could come to a need: of the classes that it asks for, of those above and below them, and with a home
/// from where they come. What is refused for another reason is left to the rules.
pub(crate) fn could_come(need: &Planned, asked: &[Asked], partnerships: &[partnership::Model]) -> Condition {
    let classes: BTreeSet<&String> =
        asked.iter().filter_map(|q| q.category.as_ref()).chain(&need.category).collect();
    let mut any = Condition::any();
    for class in classes {
        // A class is the beginning of those below it: said as a range, because an index knows ranges.
        let from = resource_category::Column::Category.gte(class);
        any = any.add(from.and(resource_category::Column::Category.lt(format!("{class}{}", char::MAX))));
        for above in (2..class.len()).step_by(2).filter_map(|l| class.get(..l)) {
            any = any.add(resource_category::Column::Category.eq(above));
        }
    }
    let fitting = resource_category::Entity::find()
        .select_only()
        .column(resource_category::Column::ResourceId)
        .filter(any);
    let own = need.workstation_id;
    let district = workstation::Entity::find_by_id(own).select_only().column(workstation::Column::District);
    let near = workstation::Entity::find()
        .select_only()
        .column(workstation::Column::Id)
        .filter(workstation::Column::District.in_subquery(district.into_query()));
    let partners = partnerships.iter().filter_map(|p| {
        (p.workstation_id == own)
            .then_some(p.partner_id)
            .or((p.partner_id == own).then_some(p.workstation_id))
    });
    let reach = Condition::any()
        .add(resource::Column::CrossDistrict.eq(true))
        .add(resource::Column::WorkstationId.is_in(partners))
        .add(resource::Column::WorkstationId.in_subquery(near.into_query()));
    Condition::all().add(resource::Column::Id.in_subquery(fitting.into_query())).add(reach)
}
