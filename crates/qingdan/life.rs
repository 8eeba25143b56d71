//! The demo city lives: from the published lists to orders in all states, sessions, outcomes and the requesters' words.
//!
//! Every step is taken by the person whose it is, through the same desk as everybody's, on a day of the year; the same
//! city lives the same year on every machine.

use crate::stages;
use anyhow::Context;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use domain::{
    AssignmentRole, DeclineReason, DutyForm, FeedbackBy, ListStatus, Measure, OrderStatus, Rating, Role,
    Solved,
};
use indicatif::ProgressBar;
use std::collections::HashMap;
use store::{Desk, FeedbackInput, Lead, ListFilter, OutcomeInput, Page, SessionInput, Store, Viewer, row};
use uuid::Uuid;

/// Days between the steps of an order.
const STEP: i64 = 3;
/// Day of the year on which the first orders are opened.
const FIRST: i64 = 45;
/// Day of the year on which what is at all other stages begins.
const AUTUMN: i64 = 262;
/// Day of the year until which what is at work is promised.
const LAST: i64 = 353;

/// What the year came to.
#[derive(Default)]
pub struct Lived {
    /// Orders that were closed (件次).
    pub closed: usize,
    /// Orders that are open.
    pub open: usize,
    /// Sessions.
    pub sessions: usize,
}

/// One station's people.
pub struct Station<'a> {
    store: &'a Store,
    /// The station.
    pub id: Uuid,
    convener: Option<Uuid>,
    second: Option<Uuid>,
    clerk: Option<Uuid>,
    name: String,
    start: DateTime<Utc>,
}

impl<'a> Station<'a> {
    /// The station of a list, with who sits in its seats.
    pub async fn new(
        store: &'a Store,
        desk: &Desk,
        list: &row::DutyList,
        start: DateTime<Utc>,
    ) -> anyhow::Result<Station<'a>> {
        let seats = desk.seats(&[list.workstation_id]).await?;
        let seat = |role: AssignmentRole| seats.iter().find(|s| s.role == role).map(|s| s.person);
        Ok(Station {
            store,
            id: list.workstation_id,
            convener: seat(AssignmentRole::FirstConvener),
            second: seat(AssignmentRole::SecondConvener),
            clerk: seat(AssignmentRole::Clerk),
            name: list.title.clone(),
            start,
        })
    }

    fn desk(&self, role: Role, person: Option<Uuid>, day: i64) -> Desk {
        let stations = if role == Role::Member { Vec::new() } else { vec![self.id] };
        self.store.on_behalf_of(Viewer { role, person, stations }, self.start + Duration::days(day))
    }

    /// The first convener, on a day of the year.
    pub fn convener(&self, day: i64) -> Desk {
        self.desk(Role::FirstConvener, self.convener, day)
    }

    /// The second convener, on a day of the year.
    pub fn second(&self, day: i64) -> Desk {
        self.desk(Role::SecondConvener, self.second, day)
    }

    /// A member who leads an order, on a day of the year.
    pub fn member(&self, person: Option<Uuid>, day: i64) -> Desk {
        self.desk(Role::Member, person, day)
    }

    /// The clerk, on a day of the year.
    pub fn clerk(&self, day: i64) -> Desk {
        self.desk(Role::Clerk, self.clerk, day)
    }

    /// A day of the year.
    pub fn day(&self, day: i64) -> NaiveDate {
        self.convener(day).today()
    }
}

/// The first morning of a year.
pub fn new_year(year: i32) -> anyhow::Result<DateTime<Utc>> {
    let day = NaiveDate::from_ymd_opt(year, 1, 1).and_then(|d| d.and_hms_opt(1, 0, 0));
    Ok(day.context("年份不可用")?.and_utc())
}

/// Every published list of a year.
pub async fn published(desk: &Desk, year: i32) -> anyhow::Result<Vec<row::DutyList>> {
    let filter = ListFilter { year, status: Some(ListStatus::Published), district: None };
    let mut lists = Vec::new();
    let mut page = Page::first(500);
    loop {
        let slice = desk.duty_lists(&filter, &page).await?;
        let more = slice.next;
        page.after = slice.rows.last().map(|r| r.0.clone());
        lists.extend(slice.rows.into_iter().map(|r| r.1));
        if !more {
            break;
        }
    }
    Ok(lists)
}

/// Lives the year of every published list.
pub async fn live(
    store: &Store,
    desk: &Desk,
    lists: &[row::DutyList],
    year: i32,
    bar: &ProgressBar,
) -> anyhow::Result<Lived> {
    let start = new_year(year)?;
    bar.set_position(0);
    bar.set_length(lists.len() as u64);
    let mut lived = Lived::default();
    for (n, list) in lists.iter().enumerate() {
        bar.inc(1);
        let station = Station::new(store, desk, list, start).await?;
        let items = desk.items_of(&[list.id]).await?;
        let carried = desk.matches_of_items(&items.iter().map(|i| i.id).collect::<Vec<_>>()).await?;
        let mut leads: HashMap<Uuid, Uuid> = HashMap::new();
        for m in &carried {
            leads.entry(m.item_id).or_insert(m.matched.id);
        }
        for (k, item) in items.iter().filter(|i| !i.removed).enumerate() {
            let Some(lead) = leads.get(&item.id) else { continue };
            // Two or three of a list are done by autumn (713 in 259 stations), one each is at work or waits to
            // be offered, some were declined; the rest has its turn later.
            let done = if n % 4 < 3 { 3 } else { 2 };
            let day = FIRST + (n % 30) as i64 + 40 * k as i64;
            match k {
                k if k < done => {
                    lived.sessions += finish(&station, item, *lead, day, n + k).await?;
                    lived.closed += 1;
                }
                k if k == done => {
                    let o = accepted(&station, item, *lead, day, None).await?;
                    // Most have until shortly before the year's end; a few are late by then.
                    let due = if n.is_multiple_of(10) { day + 8 * STEP } else { LAST };
                    station
                        .convener(day + 3 * STEP)
                        .plan_order(o.id, o.version, "按清单安排办理", Some(station.day(due)))
                        .await?;
                    lived.open += 1;
                }
                // Opened, not offered yet: an offer of spring would have lapsed by now.
                k if k == done + 1 => {
                    station.convener(day).issue_order(item.need_id, None, None).await?;
                    lived.open += 1;
                }
                k if k == done + 2 && n.is_multiple_of(5) => {
                    let o = offered(&station, item, *lead, day, None).await?;
                    let member = station.member(o.lead_id, day + STEP);
                    member.decline_order(o.id, o.version, DeclineReason::Time, "").await?;
                    lived.open += 1;
                }
                k if k == done + 2 => {
                    let stage = stages::ORDERS[n % stages::ORDERS.len()];
                    let open = stages::order(&station, item, *lead, AUTUMN + (n % 10) as i64, stage).await?;
                    lived.open += usize::from(open);
                }
                _ => break,
            }
        }
        if n % 23 == 8
            && let Some(last) = carried.last()
        {
            stages::cut(&station, desk, &last.matched).await?;
        }
        stages::needs(&station, desk, year, n).await?;
    }
    Ok(lived)
}

/// 开单, 派单; with the day by which it has to be done, where it is known already.
pub async fn offered(
    s: &Station<'_>,
    item: &row::DutyItem,
    lead: Uuid,
    day: i64,
    due: Option<NaiveDate>,
) -> anyhow::Result<row::Order> {
    let convener = s.convener(day);
    let o = convener.issue_order(item.need_id, None, due).await.with_context(|| item.title.clone())?;
    Ok(convener.dispatch_order(o.id, o.version, Lead::Match(lead)).await?)
}

/// 接单.
pub async fn accepted(
    s: &Station<'_>,
    item: &row::DutyItem,
    lead: Uuid,
    day: i64,
    due: Option<NaiveDate>,
) -> anyhow::Result<row::Order> {
    let o = offered(s, item, lead, day, due).await?;
    Ok(s.member(o.lead_id, day + STEP).accept_order(o.id, o.version).await?)
}

/// From 开单 to 回访; gives how many sessions it took.
async fn finish(
    s: &Station<'_>,
    item: &row::DutyItem,
    lead: Uuid,
    day: i64,
    turn: usize,
) -> anyhow::Result<usize> {
    // One in twelve is promised sooner than it is done.
    let due = s.day(day + if turn % 12 == 5 { 3 } else { 5 } * STEP);
    let mut o = accepted(s, item, lead, day, Some(due)).await?;
    let sessions = usize::from(o.form == DutyForm::Consultation);
    o = agreed(s, item, o, day + 2 * STEP, turn).await?;
    let ratings: &[Rating] = match turn % 40 {
        7 => &[Rating::Dissatisfied, Rating::Satisfied],
        // Nobody answers the telephone, three times.
        23 => &[Rating::NotRated; 3],
        n if n.is_multiple_of(9) => &[Rating::Basically],
        _ => &[Rating::Satisfied],
    };
    for (again, rating) in (0i64..).zip(ratings) {
        let at = day + (4 + 2 * again) * STEP;
        if o.status != OrderStatus::Resolved {
            o = resolved(s, item, &o, at, turn).await?;
        }
        let satisfied = *rating != Rating::Dissatisfied;
        let said = FeedbackInput {
            given_by: FeedbackBy::Requester,
            channel: "电话".to_owned(),
            rating: *rating,
            solved: Some(if satisfied { Solved::Yes } else { Solved::Partly }),
            words: (!satisfied).then(|| "还有一处没有处理".to_owned()),
        };
        o = s.clerk(at + STEP).rate_order(o.id, o.version, &said).await?;
    }
    Ok(sessions)
}

/// Whatever has to be agreed before an order is carried out: a session, or the convener's word that none is needed.
pub async fn agreed(
    s: &Station<'_>,
    item: &row::DutyItem,
    o: row::Order,
    day: i64,
    turn: usize,
) -> anyhow::Result<row::Order> {
    if o.form == DutyForm::Consultation {
        consulted(s, item, &o, day, turn).await?;
        return Ok(row::Order { version: o.version + 1, ..o });
    }
    Ok(s.convener(day).waive_consultation(o.id, o.version, "单项服务,无需协商").await?)
}

/// 协商.
pub async fn consulted(
    s: &Station<'_>,
    item: &row::DutyItem,
    o: &row::Order,
    day: i64,
    turn: usize,
) -> anyhow::Result<row::Consultation> {
    let session = SessionInput {
        orders: vec![(o.id, o.version)],
        held_on: s.day(day),
        place: "居民议事室".to_owned(),
        brand: Some(if turn.is_multiple_of(2) { "青城议事厅" } else { "小马扎议事堂" }.to_owned()),
        form: DutyForm::Consultation,
        host: "召集人".to_owned(),
        attendees: vec!["居民代表".to_owned(), "承接委员".to_owned(), "有关部门".to_owned()],
        options: vec!["立即办理".to_owned(), "列入计划".to_owned()],
        conclusion: format!("一致同意办理:{}", item.expected_result),
        next_step: Some("委员牵头落实,站内跟进".to_owned()),
        minutes: Some(format!("{}协商记录。", s.name)),
    };
    Ok(s.convener(day).record_consultation(&session).await?)
}

/// 解单.
pub async fn resolved(
    s: &Station<'_>,
    item: &row::DutyItem,
    o: &row::Order,
    day: i64,
    turn: usize,
) -> anyhow::Result<row::Order> {
    let outcome = OutcomeInput {
        resolved_on: s.day(day),
        outcome: item.expected_result.clone(),
        evidence: "现场记录,由站内存档".to_owned(),
        quantities: vec![(Measure::Households, None, 1 + (turn % 60) as i32, "户".to_owned())],
    };
    Ok(s.member(o.lead_id, day).resolve_order(o.id, o.version, &outcome).await?)
}
