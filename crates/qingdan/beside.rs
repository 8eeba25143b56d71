//! What else goes on in the demo city's year: what was carried over from the year before, clues that become proposals,
//! follow-ups, mediation, links with constituents, amendments. The totals of the whole city are near those of the article
//! on Hohhot's year 2023 (87 clues, 34 follow-ups, 1,367 cases of which 757 settled, 316 members with 700 constituents);
//! a smaller city has its share.

use crate::life::{Station, new_year};
use crate::stages;
use anyhow::Context;
use chrono::{DateTime, NaiveDate, Utc};
use domain::escalation::clue_faults;
use domain::{
    ConvenerSeat, FollowUpKind, LadderAnswer, LadderStep, NeedStatus, OrganizationKind, PlanPart, ResultClass,
};
use std::collections::{BTreeSet, HashMap};
use store::{
    Change, Desk, FollowUpInput, ItemChange, ListChange, NeedFilter, NeedOrder, NewHotlineOrder, NewLink,
    NewMember, NewNeed, NewOrganization, NewProposal, NewResource, NewSector, NewTask, Page, Store, Viewer,
    row,
};
use uuid::Uuid;

/// Stations of the city that the totals are those of.
const WHOLE: usize = 259;
/// Days of the year on which things happen.
const SPRING: i64 = 60;
const SUMMER: i64 = 190;
const AUTUMN: i64 = 270;
/// By then ten months have been counted.
const NOVEMBER: i64 = 306;
const MONTHS: usize = 10;

/// What the year came to beside its orders.
#[derive(Default)]
pub struct Beside {
    /// Needs that were carried over from the year before.
    pub carried: usize,
    /// Clues that became proposals.
    pub proposals: usize,
    /// Follow-ups.
    pub follow_ups: usize,
    /// Links with constituents.
    pub links: usize,
    /// Amendments that were published.
    pub amendments: usize,
}

fn share(total: usize, stations: usize) -> usize {
    (total * stations).div_ceil(WHOLE)
}

/// The year before: a need of every fifth station that was not finished goes on into this year. Some were referred.
pub async fn year_before(desk: &Desk, needs: &[NewNeed], year: i32) -> anyhow::Result<usize> {
    let mut old: Vec<NewNeed> = Vec::new();
    let mut stations: BTreeSet<&str> = BTreeSet::new();
    for n in needs {
        if stations.insert(&n.station) && stations.len().is_multiple_of(5) {
            let at = old.len();
            let referred = at % 4 == 3;
            old.push(NewNeed {
                row: at + 2,
                external_no: Some(format!("SN-{:05}", at + 1)),
                title: format!("上年未了:{}", n.title),
                collected_on: NaiveDate::from_ymd_opt(year - 1, 5, 10).context("年份不可用")?,
                desired_by: None,
                status: if referred { NeedStatus::Referred } else { NeedStatus::Open },
                status_reason: referred.then(|| "已转主管部门办理。".to_owned()),
                contact_name: None,
                contact_phone: None,
                ..n.clone()
            });
        }
    }
    if old.is_empty() {
        return Ok(0);
    }
    desk.import_needs(year - 1, old, false, false).await?.into_result()?;
    Ok(desk.close_year(year - 1, "年终结转").await?.carried)
}

/// Members with the constituents whom they keep contact with.
pub fn links(members: &[NewMember], sectors: &[NewSector], stations: usize, year: i32) -> Vec<NewLink> {
    let from = NaiveDate::from_ymd_opt(year, 1, 10).unwrap_or_default();
    let mut rows: Vec<NewLink> = Vec::new();
    for (i, m) in members.iter().take(share(316, stations)).enumerate() {
        let Some(station) = m.stations.first() else { continue };
        let many = if i.is_multiple_of(4) { 3 } else { 2 };
        for k in 0..many {
            let n = rows.len() + 1;
            let sector = &sectors[(i + k) % sectors.len()];
            rows.push(NewLink {
                row: n + 1,
                member: m.number.clone(),
                station: station.clone(),
                alias: format!("{}界群众{n:03}", sector.name),
                sector: sector.code.clone(),
                name: None,
                phone: None,
                from,
            });
        }
    }
    rows
}

/// One resource in so many belongs to a partner organisation.
const OFFERED: usize = 40;

/// Partner organisations of stations, to which some of the resources belong; their members answer for them.
pub fn organizations(resources: &mut [NewResource], year: i32) -> Vec<NewOrganization> {
    const UNITS: [(OrganizationKind, &str); 5] = [
        (OrganizationKind::Medical, "示例社区医院"),
        (OrganizationKind::Enterprise, "示例物业公司"),
        (OrganizationKind::School, "示例职业学院"),
        (OrganizationKind::Finance, "示例银行支行"),
        (OrganizationKind::Social, "示例志愿者协会"),
    ];
    let from = NaiveDate::from_ymd_opt(year - 1, 6, 1).unwrap_or_default();
    let offered = resources.iter_mut().skip(OFFERED / 2).step_by(OFFERED).enumerate();
    offered
        .map(|(i, r)| {
            let (kind, name) = UNITS[i % UNITS.len()];
            let name = format!("{name}{:02}", i + 1);
            r.partner = Some(name.clone());
            NewOrganization {
                row: i + 2,
                station: r.station.clone(),
                name,
                kind,
                member: r.member.clone(),
                agreement_no: format!("共建协议-{year}-{:03}", i + 1),
                from,
                to: None,
            }
        })
        .collect()
}

/// What goes on between spring and winter.
pub async fn live(
    store: &Store,
    desk: &Desk,
    lists: &[row::DutyList],
    year: i32,
    count: usize,
    bar: &indicatif::ProgressBar,
) -> anyhow::Result<Beside> {
    let start = new_year(year)?;
    let mut beside = Beside::default();
    let mut stations: HashMap<Uuid, Station<'_>> = HashMap::new();
    for list in lists {
        stations.insert(list.workstation_id, Station::new(store, desk, list, start).await?);
    }
    bar.set_position(0);
    bar.set_length(5);
    let clues = clues(desk, &stations, year, share(87 + 9, count)).await?;
    bar.inc(1);
    proposals(store, start, &stations, clues, year, count, &mut beside).await?;
    bar.inc(1);
    // One studio mediates at the source, and counts.
    if let Some(first) = lists.first().and_then(|l| stations.get(&l.workstation_id)) {
        let (cases, settled) = (share(1_367, count), share(757, count));
        let part =
            |total: usize, month: usize| (total * month / MONTHS - total * (month - 1) / MONTHS) as i32;
        for month in 1..=MONTHS {
            let (taken, done) = (part(cases, month), part(settled, month));
            first
                .clerk(NOVEMBER)
                .report_mediation(first.id, year, month as i32, 0, taken, done.min(taken))
                .await?;
        }
    }
    bar.inc(1);
    for (n, list) in lists.iter().enumerate().skip(2).step_by(45) {
        if !stages::whole(n) {
            continue;
        }
        let Some(station) = stations.get(&list.workstation_id) else { continue };
        beside.amendments += usize::from(amended(desk, station, list).await?);
    }
    bar.inc(1);
    plan_tasks(desk, &stations, lists, year).await?;
    scenario(desk, lists, year).await?;
    hotline(store, lists, &stations, desk, year).await?;
    beside.amendments += joint(desk, &stations, lists).await?;
    bar.inc(1);
    Ok(beside)
}

/// Needs that nobody has a resource for become clues, evenly over the city.
async fn clues(
    desk: &Desk,
    stations: &HashMap<Uuid, Station<'_>>,
    year: i32,
    wanted: usize,
) -> anyhow::Result<Vec<(Uuid, row::Clue)>> {
    let filter = NeedFilter { year, status: Some(NeedStatus::Open), ..NeedFilter::default() };
    let mut open = Vec::new();
    let mut page = Page::first(500);
    loop {
        let slice = desk.needs(&filter, NeedOrder::Number, &page).await?;
        page.after = slice.rows.last().map(|r| r.0.clone());
        let more = slice.next;
        open.extend(slice.rows.into_iter().map(|r| r.1));
        if !more {
            break;
        }
    }
    let text = |n: &row::Need| {
        format!(
            "关于「{}」:居民多次反映,工作站和片区都没有对应的委员资源。建议有关部门列入年度计划,明确责任单位和完成时限,并向居民公布进度。",
            n.title
        )
    };
    let fit: Vec<&row::Need> = open
        .iter()
        .filter(|n| stations.contains_key(&n.workstation_id) && clue_faults(&text(n)).is_empty())
        .collect();
    let every = (fit.len() / wanted.max(1)).max(1);
    let mut found = Vec::new();
    for n in fit.into_iter().step_by(every).take(wanted) {
        let convener = stations[&n.workstation_id].convener(SPRING);
        let up = convener.escalate(n.id, n.version, LadderStep::Cluster, None, None).await?;
        let words = "片区各站暂无对应资源,将作为提案线索反映。";
        let up = convener.answer_step(n.id, up.version, LadderAnswer::NotFound, words).await?;
        let clue = convener.submit_clue(n.id, up.version, &text(n)).await?;
        found.push((n.workstation_id, clue));
    }
    Ok(found)
}

/// All but a few clues are admitted as proposals; half of those were answered by autumn.
async fn proposals(
    store: &Store,
    start: DateTime<Utc>,
    stations: &HashMap<Uuid, Station<'_>>,
    clues: Vec<(Uuid, row::Clue)>,
    year: i32,
    count: usize,
    beside: &mut Beside,
) -> anyhow::Result<()> {
    let filed = share(87, count).min(clues.len());
    let number = |i: usize| format!("T{year}-{:03}", i + 1);
    let row = |(i, (_, clue)): (usize, &(Uuid, row::Clue))| {
        let admitted = i < filed;
        let answered = admitted && i % 2 == 0;
        let class = [ResultClass::A, ResultClass::B, ResultClass::C][i / 2 % 3];
        NewProposal {
            row: i + 2,
            number: number(i),
            title: clue.body.chars().skip(2).take_while(|c| *c != ':').collect(),
            proposer: "界别委员".to_owned(),
            filed: admitted,
            reason: (!admitted).then(|| "与已立案的提案内容相同".to_owned()),
            handling_unit: admitted.then(|| "有关主管部门".to_owned()),
            result_class: answered.then_some(class),
            replied_on: answered.then(|| (start + chrono::Duration::days(AUTUMN)).date_naive()),
            reply: answered.then(|| format!("办理结果:{}。", class.label())),
            clue: Some(clue.number.clone()),
        }
    };
    let rows: Vec<NewProposal> = clues.iter().enumerate().map(row).collect();
    let officer = store.on_behalf_of(Viewer::command(), start + chrono::Duration::days(AUTUMN));
    officer.import_proposals(year, rows, false).await?.into_result()?;
    beside.proposals = filed;
    for (i, (station, _)) in clues.iter().enumerate().take(share(34, count).min(filed)) {
        let station = &stations[station];
        let held = FollowUpInput {
            proposal: number(i),
            station: station.id,
            kind: FollowUpKind::ALL[i % FollowUpKind::ALL.len()],
            held_on: station.day(SUMMER),
            place: "委员工作室".to_owned(),
            attendees: vec!["提案者".to_owned(), "承办单位".to_owned(), "居民代表".to_owned()],
            conclusion: "承办单位说明进展,按期推进。".to_owned(),
        };
        station.convener(SUMMER + 1).record_follow_up(&held).await?;
        beside.follow_ups += 1;
    }
    Ok(())
}

/// Amends the last item of a list, where there is one that nobody works on yet.
async fn amended(desk: &Desk, station: &Station<'_>, list: &row::DutyList) -> anyhow::Result<bool> {
    let items = desk.items_of(&[list.id]).await?;
    let Some(item) = items.iter().rev().find(|i| !i.removed) else { return Ok(false) };
    let expected = format!("{},并公示结果", item.expected_result.trim_end_matches('。'));
    let change = ItemChange { expected_result: Some(expected), ..ItemChange::default() };
    amend(station, list.id, SUMMER, "年中复核", &ListChange::Edit(item.id, change), "居民要求公示").await?;
    Ok(true)
}

/// Takes an amendment with one change from its draft to its publication.
async fn amend(
    station: &Station<'_>,
    list: Uuid,
    day: i64,
    why: &str,
    change: &ListChange,
    reason: &str,
) -> anyhow::Result<()> {
    let convener = station.convener(day);
    let a = convener.draft_amendment(list, why).await?;
    let a = convener.amend(a.id, a.version, change, reason).await?;
    let a = convener.submit_amendment(a.id, a.version).await?;
    let a = convener.sign_amendment(a.id, a.version, ConvenerSeat::First).await?;
    let second = station.second(day + 2);
    let a = second.sign_amendment(a.id, a.version, ConvenerSeat::Second).await?;
    second.publish_amendment(a.id, a.version).await?;
    Ok(())
}

/// Items that a station of the same cluster is asked to carry too; every other one stands on its list as well, by an
/// amendment. Gives how many of these there are.
async fn joint(
    desk: &Desk,
    stations: &HashMap<Uuid, Station<'_>>,
    lists: &[row::DutyList],
) -> anyhow::Result<usize> {
    let ids: Vec<Uuid> = lists.iter().map(|l| l.workstation_id).collect();
    let clusters: HashMap<Uuid, Option<Uuid>> =
        desk.workstations_by_id(&ids).await?.into_iter().map(|w| (w.id, w.cluster_id)).collect();
    let mut agreed = 0;
    for (k, list) in lists.iter().skip(3).step_by(30).enumerate() {
        let own = list.workstation_id;
        let mut near = lists.iter().enumerate().filter(|(n, l)| {
            let other = l.workstation_id;
            other != own && clusters.get(&other) == clusters.get(&own) && stages::whole(*n)
        });
        let Some((_, theirs)) = near.next() else { continue };
        let (Some(station), Some(neighbour)) = (stations.get(&own), stations.get(&theirs.workstation_id))
        else {
            continue;
        };
        let items = desk.items_of(&[list.id]).await?;
        let Some(item) = items.iter().rev().find(|i| !i.removed && i.joint_of.is_none()) else { continue };
        let offer = station.convener(AUTUMN).propose_joint(item.id, item.version, neighbour.id).await?;
        if k.is_multiple_of(2) {
            let (why, reason) = ("邻站邀请联办", "两站居民共同受益");
            amend(neighbour, theirs.id, AUTUMN + 2, why, &ListChange::Join(offer.id), reason).await?;
            agreed += 1;
        }
    }
    Ok(agreed)
}

/// The year's plan (1+4+N), with items of published lists that serve it.
async fn plan_tasks(
    desk: &Desk,
    stations: &HashMap<Uuid, Station<'_>>,
    lists: &[row::DutyList],
    year: i32,
) -> anyhow::Result<()> {
    const PLAN: [(&str, PlanPart, &str); 7] = [
        ("1", PlanPart::Main, "服务首府高质量发展"),
        ("4-1", PlanPart::Consultation, "基层协商议事"),
        ("4-2", PlanPart::Oversight, "民生实事民主监督"),
        ("4-3", PlanPart::Research, "社区治理专题调研"),
        ("4-4", PlanPart::Study, "委员读书学习"),
        ("N-1", PlanPart::Task, "老旧小区改造"),
        ("N-2", PlanPart::Task, "一老一小服务"),
    ];
    let rows = PLAN.iter().zip(2..).map(|((code, part, name), row)| NewTask {
        row,
        code: (*code).to_owned(),
        part: *part,
        name: (*name).to_owned(),
    });
    desk.import_tasks(year, rows.collect(), false).await?.into_result()?;
    // All but the last are served by somebody.
    for (n, list) in lists.iter().enumerate().step_by(4) {
        let Some(station) = stations.get(&list.workstation_id) else { continue };
        let items = desk.items_of(&[list.id]).await?;
        let Some(item) = items.iter().rev().find(|i| !i.removed) else { continue };
        let code = PLAN[n / 4 % (PLAN.len() - 1)].0.to_owned();
        station.convener(AUTUMN).tag_item(item.id, item.version, &[code]).await?;
    }
    Ok(())
}

/// A change that the city thinks about and has not made.
async fn scenario(desk: &Desk, lists: &[row::DutyList], year: i32) -> anyhow::Result<()> {
    let Some(list) = lists.first() else { return Ok(()) };
    desk.create_scenario(year, "首站清单增加两项", &[Change::MoreLines(list.workstation_id, 2)]).await?;
    Ok(())
}

/// Orders of the hotline that stations were sent in autumn, to be verified.
async fn hotline(
    store: &Store,
    lists: &[row::DutyList],
    stations: &HashMap<Uuid, Station<'_>>,
    desk: &Desk,
    year: i32,
) -> anyhow::Result<()> {
    let some: Vec<Uuid> = lists.iter().step_by(20).map(|l| l.workstation_id).collect();
    let codes = desk.workstations_by_id(&some).await?;
    let Some(day) = some.first().and_then(|s| stations.get(s)).map(|s| s.day(AUTUMN)) else { return Ok(()) };
    let rows = codes.iter().enumerate().map(|(i, w)| NewHotlineOrder {
        row: i + 2,
        number: format!("DH{year}{:06}", i + 1),
        kind: "诉求".to_owned(),
        class: vec!["城市管理".to_owned()],
        labels: None,
        title: "小区路灯不亮".to_owned(),
        text: "来电人反映小区内路灯长期不亮,影响夜间出行。".to_owned(),
        state: "已转派".to_owned(),
        caller: None,
        phone: None,
        called_on: Some(day),
        district: None,
        township: None,
        village: None,
        place: None,
        channel: None,
        enterprise: None,
        nature: None,
        station: Some(w.code.clone()),
    });
    let at = desk.at() + chrono::Duration::days(AUTUMN);
    let officer = store.on_behalf_of(Viewer::command(), at);
    officer.import_hotline(year, rows.collect(), false, false).await?.into_result().context("12345 工单")?;
    Ok(())
}
