//! Pages by key: where a page begins is a row, not a count, so that nothing is skipped or seen twice while others
//! write.

use crate::{Error, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::NaiveDate;
use domain::Refusal;
use sea_orm::sea_query::ColumnType;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, Iterable, ModelTrait, Order, PrimaryKeyToColumn,
    QueryFilter, QueryOrder, QuerySelect, Select, Value,
};

/// A page asked for.
#[derive(Clone, Debug)]
pub struct Page {
    /// Cursor of the row before the page.
    pub after: Option<String>,
    /// Cursor of the row behind the page.
    pub before: Option<String>,
    /// Rows at most.
    pub size: u64,
    /// From the end instead of the beginning.
    pub backward: bool,
    /// From the highest key down.
    pub descending: bool,
}

impl Page {
    /// The first rows.
    pub fn first(size: u64) -> Page {
        Page { after: None, before: None, size, backward: false, descending: false }
    }
}

/// A page found: rows with their cursors.
#[derive(Clone, Debug)]
pub struct Slice<T> {
    /// Cursor and row, in order.
    pub rows: Vec<(String, T)>,
    /// Whether there are rows behind.
    pub next: bool,
    /// Whether there are rows before.
    pub previous: bool,
}

fn written(value: Value) -> String {
    match value {
        Value::String(Some(s)) => s,
        Value::Uuid(Some(u)) => u.to_string(),
        Value::ChronoDate(Some(d)) => d.to_string(),
        Value::BigInt(Some(n)) => n.to_string(),
        Value::Int(Some(n)) => n.to_string(),
        _ => String::new(),
    }
}

fn read(column: &impl ColumnTrait, text: &str) -> Option<Value> {
    Some(match column.def().get_column_type() {
        ColumnType::Uuid => uuid::Uuid::parse_str(text).ok()?.into(),
        ColumnType::Date => text.parse::<NaiveDate>().ok()?.into(),
        ColumnType::BigInteger => text.parse::<i64>().ok()?.into(),
        ColumnType::Integer => text.parse::<i32>().ok()?.into(),
        _ => text.into(),
    })
}

fn cursor<M: ModelTrait>(
    row: &M,
    by: <M::Entity as EntityTrait>::Column,
    key: <M::Entity as EntityTrait>::Column,
) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}\u{1f}{}", written(row.get(by)), written(row.get(key))))
}

/// One page of a query, sorted by a column and, among equals, by the primary key.
pub(crate) async fn slice<E, C>(
    db: &C,
    select: Select<E>,
    by: E::Column,
    page: &Page,
) -> Result<Slice<E::Model>>
where
    E: EntityTrait,
    C: ConnectionTrait,
{
    let key = E::PrimaryKey::iter()
        .next()
        .map(PrimaryKeyToColumn::into_column)
        .ok_or_else(|| Error::Fault("a table without key".into()))?;
    let place = |text: &str, path: &'static str| -> Result<(Value, Value)> {
        let wrong = || Refusal::new("CURSOR", "游标无效,请使用上一页返回的 cursor。").at(path);
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong())?;
        let text = String::from_utf8(bytes).map_err(|_| wrong())?;
        let (a, b) = text.split_once('\u{1f}').filter(|_| !text.contains('\0')).ok_or_else(wrong)?;
        Ok((read(&by, a).ok_or_else(wrong)?, read(&key, b).ok_or_else(wrong)?))
    };
    let beyond = |(a, b): (Value, Value), up: bool| {
        let next = |c: E::Column, v: Value| if up { c.gt(v) } else { c.lt(v) };
        Condition::any().add(next(by, a.clone())).add(Condition::all().add(by.eq(a)).add(next(key, b)))
    };
    let mut select = select;
    if let Some(after) = &page.after {
        select = select.filter(beyond(place(after, "after")?, !page.descending));
    }
    if let Some(before) = &page.before {
        select = select.filter(beyond(place(before, "before")?, page.descending));
    }
    let order = if page.descending == page.backward { Order::Asc } else { Order::Desc };
    let mut rows =
        select.order_by(by, order.clone()).order_by(key, order).limit(page.size + 1).all(db).await?;
    let more = rows.len() as u64 > page.size;
    rows.truncate(page.size as usize);
    if page.backward {
        rows.reverse();
    }
    let rows = rows.into_iter().map(|r| (cursor(&r, by, key), r)).collect();
    let (next, previous) =
        if page.backward { (page.before.is_some(), more) } else { (more, page.after.is_some()) };
    Ok(Slice { rows, next, previous })
}
