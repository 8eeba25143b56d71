//! Orders and needs at every stage of their lives, a few of each: what waits for somebody has something true to show.

use crate::life::{Station, accepted, agreed, consulted, offered, resolved};
use domain::{EvidenceMoment, NeedAction, NeedMark, NeedSource, NeedStatus, OrderStatus, Publicity, Urgency};
use store::{Desk, NeedFilter, NeedInput, NeedOrder, NeedStep, NewCut, Page, row};
use uuid::Uuid;

/// Stages that an order of every list but the few first is left at, in turn. Those that are closed, planned, issued and
/// declined are others.
pub const ORDERS: [OrderStatus; 9] = [
    OrderStatus::Dispatched,
    OrderStatus::TimedOut,
    OrderStatus::Accepted,
    OrderStatus::Consulting,
    OrderStatus::Executing,
    OrderStatus::Suspended,
    OrderStatus::Returned,
    OrderStatus::Resolved,
    OrderStatus::Cancelled,
];

/// Whether no item of the list of this number is short of a resource, as one is that was declined, lapsed or given back:
/// such a list waits for a substitute before it is amended.
pub fn whole(n: usize) -> bool {
    let left_at = ORDERS[n % ORDERS.len()];
    !n.is_multiple_of(5) && !matches!(left_at, OrderStatus::TimedOut | OrderStatus::Returned)
}

/// A drawn photo of a lamp.
const LAMP: &[u8] = include_bytes!("data/lamp.png");
const PNG: &str = "image/png";

/// The latest day of the year on which something begins here.
const OCTOBER: i64 = 275;

/// A day whose offers wait to the year's end.
const DECEMBER: i64 = 350;

/// Brings an order of an item to a stage. Says whether it is open then.
pub async fn order(
    s: &Station<'_>,
    item: &row::DutyItem,
    lead: Uuid,
    day: i64,
    stage: OrderStatus,
) -> anyhow::Result<bool> {
    let due = Some(s.day(day + 60));
    match stage {
        OrderStatus::Cancelled => {
            let o = s.convener(day).issue_order(item.need_id, None, due).await?;
            s.convener(day + 3).cancel_order(o.id, o.version, "居民已自行解决").await?;
            return Ok(false);
        }
        // An offer of autumn would have lapsed by the year's end.
        OrderStatus::Dispatched => drop(offered(s, item, lead, DECEMBER, None).await?),
        OrderStatus::TimedOut => {
            offered(s, item, lead, day, due).await?;
            let later = s.convener(day + 20);
            later.lapse_orders(later.today()).await?;
        }
        _ => {
            let o = accepted(s, item, lead, day, due).await?;
            let member = s.member(o.lead_id, day + 6);
            match stage {
                OrderStatus::Consulting => drop(consulted(s, item, &o, day + 6, 0).await?),
                OrderStatus::Executing => {
                    let o = member.start_order(o.id, o.version).await?;
                    member.add_evidence(o.id, EvidenceMoment::Before, PNG, LAMP).await?;
                }
                OrderStatus::Suspended => {
                    let o = member.start_order(o.id, o.version).await?;
                    s.convener(day + 9).suspend_order(o.id, o.version, "等待主管部门批准施工").await?;
                }
                OrderStatus::Returned => {
                    let o = member.ask_return(o.id, o.version, "工作调动,无法继续承接").await?;
                    s.convener(day + 9).answer_return(o.id, o.version, true, "另派委员").await?;
                }
                OrderStatus::Resolved => {
                    let o = agreed(s, item, o, day + 6, 0).await?;
                    let photo = member.add_evidence(o.id, EvidenceMoment::After, PNG, LAMP).await?;
                    s.convener(day + 9).approve_evidence(photo.id, photo.version).await?;
                    resolved(s, item, &o, day + 12, 20).await?;
                }
                _ => {}
            }
        }
    }
    Ok(true)
}

/// An owner asks to offer less, at the expense of a need that nobody works on yet; the convener has not answered.
pub async fn cut(s: &Station<'_>, desk: &Desk, loser: &row::Match) -> anyhow::Result<()> {
    let found = desk.resources_by_id(&[loser.resource_id]).await?;
    // What is left of a quarter has to fit into what is left of the year.
    if let Some(r) = found.into_iter().find(|r| r.per_quarter < r.per_year) {
        let cut = NewCut {
            resource: r.id,
            per_quarter: r.per_quarter,
            per_year: r.per_year - 1,
            matches: vec![loser.id],
            reason: "本年工作任务增加".to_owned(),
        };
        s.member(Some(r.member_id), OCTOBER).propose_cut(&cut).await?;
    }
    Ok(())
}

/// Needs that came in during the year and are at their first stages, at some stations each.
pub async fn needs(s: &Station<'_>, desk: &Desk, year: i32, n: usize) -> anyhow::Result<()> {
    const WORDS: [(&str, &str); 4] = [
        ("单元门禁损坏", "门禁坏了多日,夜里谁都能进来,希望尽快修复。"),
        ("楼前积水无法通行", "下雨后楼前积水,老人孩子出行不便。"),
        ("希望增设休息座椅", "广场上缺少座椅,老人走累了没有地方歇。"),
        ("健身器材松动", "器材松动有安全隐患,请派人检查。"),
    ];
    let day = OCTOBER - (n % 20) as i64;
    let input = |k: usize| {
        let (title, text) = WORDS[(n + k) % WORDS.len()];
        NeedInput {
            title: title.to_owned(),
            description: text.to_owned(),
            category: Some("0102".to_owned()),
            source: [NeedSource::Visit, NeedSource::GridWorker, NeedSource::MemberVisit][n % 3],
            area: None,
            place: None,
            persons: 0,
            households: 12 + (n % 40) as i32,
            shops: 0,
            urgency: Urgency::Normal,
            desired_by: None,
            publicity: Publicity::Consented,
            requirements: None,
            contact: None,
            constituent_link: None,
        }
    };
    let clerk = s.clerk(day);
    let submitted = async |k: usize| -> anyhow::Result<row::Need> {
        let need = clerk.register_need(s.id, year, input(k)).await?;
        Ok(clerk.move_need(need.id, need.version, NeedAction::Submit, NeedStep::default()).await?)
    };
    if n.is_multiple_of(7) {
        submitted(0).await?;
    }
    if n.is_multiple_of(11) {
        clerk.register_need(s.id, year, input(1)).await?;
    }
    let convener = s.convener(day + 1);
    for (every, action, reason) in [
        (13, NeedAction::Refuse, "属于物业合同纠纷,已告知居民通过司法途径解决"),
        (19, NeedAction::Refer, "已转街道城管部门处理"),
        (29, NeedAction::Withdraw, "居民撤回"),
    ] {
        if n.is_multiple_of(every) {
            let need = submitted(2).await?;
            let given = NeedStep { reason: Some(reason), ..NeedStep::default() };
            convener.move_need(need.id, need.version, action, given).await?;
        }
    }
    if n % 31 == 5 {
        let need = submitted(0).await?;
        let note = "同一问题已两次答复,仍反复提出";
        convener.mark_need(need.id, need.version, Some(NeedMark::Repeated), note).await?;
    }
    if n.is_multiple_of(17) {
        let filter = NeedFilter {
            year,
            status: Some(NeedStatus::Open),
            workstation: Some(s.id),
            ..NeedFilter::default()
        };
        let open = desk.needs(&filter, NeedOrder::Number, &Page::first(3)).await?.rows;
        if let Some((_, head)) = open.first() {
            let need = submitted(3).await?;
            let given =
                NeedStep { reason: Some("与首件是同一处问题"), head: Some(head.id), category: None };
            convener.move_need(need.id, need.version, NeedAction::Merge, given).await?;
        }
        // What several of a station ask for is a topic.
        let of: Vec<Uuid> = open.iter().skip(1).map(|(_, n)| n.id).collect();
        if of.len() > 1 {
            convener.make_topic(s.id, year, "居民反映集中的事项", &of).await?;
        }
    }
    Ok(())
}
