//! The demo city: deterministic, believable, of nobody in particular.
//!
//! Areas and classes are real; everything else is drawn from a seeded stream and from texts written for this
//! project. Names carry the word 示例, telephone numbers begin with 10, which no operator has in service.

use crate::tables::{THEMES, areas, categories, sectors};
use chrono::NaiveDate;
use domain::{
    AreaLevel, AreaScope, AssignmentRole, Cost, DeliveryFormat, MemberLevel, NeedSource, NeedStatus,
    Publicity, ResourceKind, ResourceStatus, Urgency, WorkstationKind,
};
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::BTreeMap;
use store::{
    NewArea, NewCategory, NewMember, NewNeed, NewPartnership, NewRequirement, NewResource, NewSeat,
    NewSector, NewWorkstation, Sitter,
};

const SURNAMES: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "马", "朱", "胡", "郭", "何",
    "林", "高", "罗",
];
const GIVEN: &[&str] = &["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸"];
const LETTERS: &[(&str, &str)] = &[
    ("150102", "XC"),
    ("150103", "HM"),
    ("150104", "YQ"),
    ("150105", "SH"),
    ("150121", "TZ"),
    ("150122", "TK"),
    ("150123", "HL"),
    ("150124", "QS"),
    ("150125", "WC"),
    ("150172", "KF"),
];
/// Everything that a demo city is made of.
pub struct DemoCity {
    /// All areas.
    pub areas: Vec<NewArea>,
    /// All classes.
    pub categories: Vec<NewCategory>,
    /// Sectors.
    pub sectors: Vec<NewSector>,
    /// Stations.
    pub workstations: Vec<NewWorkstation>,
    /// Members.
    pub members: Vec<NewMember>,
    /// Partnerships.
    pub partnerships: Vec<NewPartnership>,
    /// Officers: seat, district, cluster.
    pub officers: Vec<(NewSeat, Option<String>, Option<String>)>,
    /// Needs.
    pub needs: Vec<NewNeed>,
    /// Resources.
    pub resources: Vec<NewResource>,
}

struct Theme {
    class: String,
    level1: String,
    rural: bool,
    kind: ResourceKind,
    unit: String,
    resources: Vec<String>,
    needs: Vec<String>,
}

struct Draw(ChaCha12Rng);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        (self.0.next_u64() % n.max(1) as u64) as usize
    }
    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
    fn percent(&mut self, p: usize) -> bool {
        self.below(100) < p
    }
    fn name(&mut self) -> String {
        format!("{}示例{}", self.of(SURNAMES), self.of(GIVEN))
    }
}

fn themes(categories: &[NewCategory]) -> anyhow::Result<Vec<Theme>> {
    let top: BTreeMap<&str, &str> =
        categories.iter().filter(|c| c.code.len() == 2).map(|c| (c.name.as_str(), c.code.as_str())).collect();
    let mut themes = Vec::new();
    for r in csv::Reader::from_reader(THEMES.as_bytes()).records() {
        let r = r?;
        let level1 = top.get(&r[0]).ok_or_else(|| anyhow::anyhow!("没有类别 {}", &r[0]))?;
        let class = categories
            .iter()
            .find(|c| c.code.len() == 4 && c.code.starts_with(level1) && c.name == r[1])
            .ok_or_else(|| anyhow::anyhow!("没有类别 {}", &r[1]))?;
        themes.push(Theme {
            class: class.code.clone(),
            level1: (*level1).to_owned(),
            rural: &r[0] == "农村农业",
            kind: ResourceKind::parse(&r[2]).ok_or_else(|| anyhow::anyhow!("没有资源种类 {}", &r[2]))?,
            unit: r[3].to_owned(),
            resources: r[4].split('|').map(str::to_owned).collect(),
            needs: r[5].split('|').map(str::to_owned).collect(),
        });
    }
    Ok(themes)
}

/// Draws a city of `count` stations for `year`. The same arguments give the same city.
pub fn draw(count: usize, year: i32) -> anyhow::Result<DemoCity> {
    let mut d = Draw(ChaCha12Rng::seed_from_u64(0x71_69_6e_67 + year as u64));
    let areas = areas()?;
    let categories = categories()?;
    let themes = themes(&categories)?;
    let sectors = sectors(&categories);
    let workstations = stations(&mut d, &areas, count, &sectors);
    let members = members(&mut d, &workstations, &sectors);
    let partnerships = (0..count / 8)
        .map(|i| NewPartnership {
            station: d.of(&workstations).code.clone(),
            partner: d.of(&workstations).code.clone(),
            agreement_no: format!("联建-{year}-{:03}", i + 1),
        })
        .filter(|p| p.station != p.partner)
        .collect();
    let mut officers = Vec::new();
    let mut seat = |role, district: Option<String>, cluster: Option<String>, name: String| {
        let n = officers.len() + 1;
        officers.push((
            NewSeat { role, sitter: Sitter::Entered(format!("G-{n:04}"), name) },
            district,
            cluster,
        ));
    };
    seat(AssignmentRole::CityOfficer, None, None, d.name());
    for (code, _) in LETTERS {
        seat(AssignmentRole::DistrictOfficer, Some((*code).into()), None, d.name());
    }
    let clusters: std::collections::BTreeSet<String> =
        workstations.iter().filter_map(|w| w.cluster.as_ref().map(|c| c.0.clone())).collect();
    for c in clusters {
        seat(AssignmentRole::ChiefConvener, None, Some(c), d.name());
    }
    let resources = resources(&mut d, &workstations, &members, &themes, year)?;
    let needs = needs(&mut d, &workstations, &areas, &themes, &categories, year)?;
    Ok(DemoCity {
        areas,
        categories,
        sectors,
        workstations,
        members,
        partnerships,
        officers,
        needs,
        resources,
    })
}

fn stations(d: &mut Draw, areas: &[NewArea], count: usize, sectors: &[NewSector]) -> Vec<NewWorkstation> {
    let townships: Vec<&NewArea> = areas.iter().filter(|a| a.level == AreaLevel::Township).collect();
    let name = |code: &str| areas.iter().find(|a| a.code == code).map_or("", |a| a.name.as_str());
    let mut running: BTreeMap<&str, usize> = BTreeMap::new();
    let mut rows = Vec::new();
    for i in 0..count {
        let township = townships[i % townships.len()];
        let villages: Vec<&NewArea> =
            areas.iter().filter(|a| a.parent.as_deref() == Some(&township.code)).collect();
        let area = if villages.is_empty() { township } else { d.of(&villages) };
        let district = domain::area::district_of(&township.code);
        let letters = LETTERS.iter().find(|l| l.0 == district).map_or("QT", |l| l.1);
        let n = running.entry(letters).or_default();
        *n += 1;
        let n = *n;
        let code = format!("{letters}-{n:03}");
        let studio = i % 5 == 4;
        let (kind, title, sector) = if studio {
            let s = d.of(sectors);
            (
                WorkstationKind::Studio,
                format!("{}{}{}界别委员工作室", name(district), township.name, s.name),
                Some(s.code.clone()),
            )
        } else {
            (
                WorkstationKind::Station,
                format!("{}{}{}政协委员工作站", name(district), township.name, area.name),
                None,
            )
        };
        let mut seats = Vec::new();
        for (k, role) in [
            AssignmentRole::FirstConvener,
            AssignmentRole::SecondConvener,
            AssignmentRole::StationHead,
            AssignmentRole::Clerk,
        ]
        .into_iter()
        .enumerate()
        {
            let sitter = Sitter::Entered(format!("P-{code}-{}", k + 1), d.name());
            seats.push(NewSeat { role, sitter });
        }
        rows.push(NewWorkstation {
            row: i + 2,
            cluster: Some((
                format!("{letters}-P{}", n / 8 + 1),
                format!("{}第{}片区", name(district), n / 8 + 1),
            )),
            code,
            name: title,
            kind,
            area: area.code.clone(),
            sector,
            speciality: studio.then(|| "本界别专业服务".to_owned()),
            host_org: Some(format!("{}党群服务中心", township.name)),
            venue: Some("一楼议事厅".into()),
            list_limit: 8 + d.below(8) as i32,
            seats,
        });
    }
    rows
}

fn members(d: &mut Draw, stations: &[NewWorkstation], sectors: &[NewSector]) -> Vec<NewMember> {
    (0..stations.len() * 4)
        .map(|i| {
            let level = match i % 20 {
                0 => MemberLevel::Region,
                1..=6 => MemberLevel::City,
                _ => MemberLevel::District,
            };
            let mut levels = vec![level];
            if level != MemberLevel::District && d.percent(10) {
                levels.push(MemberLevel::District);
            }
            let mut at = vec![stations[i % stations.len()].code.clone()];
            if d.percent(12) {
                let other = d.of(stations).code.clone();
                if !at.contains(&other) {
                    at.push(other);
                }
            }
            let sector = d.of(sectors);
            NewMember {
                row: i + 2,
                number: format!("W-{:04}", i + 1),
                name: d.name(),
                levels,
                sector: sector.code.clone(),
                position: Some(format!("{}界别委员", sector.name)),
                work_unit: Some(format!("示例单位{:03}", d.below(300))),
                yearly_limit: 3 + d.below(4) as i32,
                stations: at,
                status: None,
            }
        })
        .collect()
}

fn day(year: i32, ordinal: usize) -> anyhow::Result<NaiveDate> {
    NaiveDate::from_yo_opt(year, ordinal as u32 % 365 + 1)
        .ok_or_else(|| anyhow::anyhow!("{year} 不是可用的年份"))
}

fn resources(
    d: &mut Draw,
    stations: &[NewWorkstation],
    members: &[NewMember],
    themes: &[Theme],
    year: i32,
) -> anyhow::Result<Vec<NewResource>> {
    let mut rows = Vec::new();
    for i in 0..stations.len() * 12 {
        let m = &members[i % members.len()];
        let home = d.of(&m.stations).clone();
        let theme = d.of(themes);
        let per_year = 1 + d.below(4) as i32;
        let (from, to) = match d.below(6) {
            0 => (day(year, 90)?, day(year, 270)?),
            1 => (day(year, 0)?, day(year, 180)?),
            _ => (day(year, 0)?, day(year, 364)?),
        };
        let title = d.of(&theme.resources).clone();
        rows.push(NewResource {
            row: i + 2,
            member: m.number.clone(),
            partner: None,
            station: home,
            external_no: Some(format!("ZY-{:05}", i + 1)),
            description: format!("{title},每次约两小时,可提前一周预约。"),
            title,
            kind: theme.kind,
            categories: if d.percent(10) { vec![theme.level1.clone()] } else { vec![theme.class.clone()] },
            scope: if d.percent(70) { AreaScope::Station } else { AreaScope::District },
            cross_district: d.percent(3),
            formats: *d.of(DeliveryFormat::ALL),
            unit: theme.unit.clone(),
            per_quarter: 1 + d.below(2).min(per_year as usize - 1) as i32,
            per_year,
            window_from: from,
            window_to: to,
            cost: if d.percent(85) { Cost::Free } else { Cost::Shared },
            status: if d.percent(3) { ResourceStatus::Suspended } else { ResourceStatus::Available },
        });
    }
    Ok(rows)
}

fn needs(
    d: &mut Draw,
    stations: &[NewWorkstation],
    areas: &[NewArea],
    themes: &[Theme],
    categories: &[NewCategory],
    year: i32,
) -> anyhow::Result<Vec<NewNeed>> {
    const WISHES: &[&str] =
        &["希望把机场搬到村口", "想让全村每户发一辆车", "希望冬天不要下雪", "请给我家孩子直接安排公务员"];
    const TOLD_BY: &[&str] = &[
        "居民来站里说",
        "网格员走访时记下",
        "议事会上有人提出",
        "楼长转来",
        "问卷里多次写到",
        "意见箱里的一封信说",
        "几位老人一起来说",
        "开店的居民反映",
        "委员走访时听到",
    ];
    const HOW_LONG: &[&str] = &[
        "已有两个多月,",
        "从去年入冬就这样,",
        "每逢周末更明显,",
        "以前说过一次没有下文,",
        "最近又发生了,",
        "天一黑就不方便,",
        "一到换季就犯难,",
        "",
    ];
    const WHOM: &[&str] = &[
        "老人和孩子受影响最大。",
        "同楼的几家都有同样的想法。",
        "大家愿意一起出力。",
        "附近几个单元都盼着解决。",
        "家里没有人能帮忙。",
        "社区能提供场地。",
        "",
    ];
    const HOPED: &[&str] = &[
        "希望工作站帮忙联系。",
        "盼着有懂行的委员来看看。",
        "想听听该找哪个部门。",
        "如果能办,周末上午最方便。",
        "希望先来人看一看再定。",
        "办不了也请给个回话。",
    ];
    const HARDSHIP: &[&str] = &["(困难家庭)", "(独居老人)", "(残疾人家庭)"];
    let mut rows: Vec<NewNeed> = Vec::new();
    let helpers: Vec<&Theme> = themes
        .iter()
        .filter(|t| {
            use ResourceKind as K;
            !t.rural && matches!(t.kind, K::Volunteers | K::Venue | K::Coordination | K::Information)
        })
        .collect();
    for i in 0..stations.len() * 32 {
        let s = &stations[i % stations.len()];
        let rural = areas.iter().any(|a| a.code == s.area && a.kind.contains("VILLAGERS"));
        let theme = loop {
            let t = d.of(themes);
            if rural || !t.rural || d.percent(10) {
                break t;
            }
        };
        let what = d.of(&theme.needs).clone();
        let near: Vec<&NewArea> = areas
            .iter()
            .filter(|a| a.parent == Some(domain::area::township_of(&s.area).to_owned()))
            .collect();
        let area = if near.is_empty() || d.percent(60) { s.area.clone() } else { d.of(&near).code.clone() };
        let place = areas.iter().find(|a| a.code == area).map_or("", |a| a.name.as_str());
        let impossible = d.percent(1);
        let mut title = if impossible { (*d.of(WISHES)).to_owned() } else { format!("{place}:{what}") };
        if d.percent(6) {
            title += *d.of::<&str>(HARDSHIP);
        }
        let mut row = NewNeed {
            row: i + 2,
            station: s.code.clone(),
            external_no: Some(format!("XQ-{:05}", i + 1)),
            description: format!("{}:{what}。{}{}{}", d.of(TOLD_BY), d.of(HOW_LONG), d.of(WHOM), d.of(HOPED)),
            title,
            category: if impossible || d.percent(1) {
                None
            } else if d.percent(12) {
                Some(
                    categories
                        .iter()
                        .find(|c| c.code.len() == 6 && c.code.starts_with(&theme.class))
                        .map_or(theme.class.clone(), |c| c.code.clone()),
                )
            } else {
                Some(theme.class.clone())
            },
            source: *d.of(NeedSource::ALL),
            collected_on: day(year - 1, 200 + d.below(160))?,
            area: Some(area),
            place: d.percent(30).then(|| format!("{}号楼", 1 + d.below(30))),
            persons: d.below(200) as i32 + 1,
            households: d.below(80) as i32,
            shops: if d.percent(8) { d.below(20) as i32 } else { 0 },
            urgency: if d.percent(7) { Urgency::Urgent } else { Urgency::Normal },
            desired_by: if d.percent(35) {
                Some(day(year, d.below(365))?)
            } else if d.percent(1) {
                Some(day(year - 1, 350)?)
            } else {
                None
            },
            publicity: if d.percent(90) { Publicity::Consented } else { Publicity::Internal },
            status: NeedStatus::Open,
            status_reason: None,
            requirements: Vec::new(),
            contact_name: None,
            contact_phone: None,
        };
        if d.percent(5) {
            // What goes with most needs: a room, helping hands, a word with the office in charge.
            let second = *d.of(&helpers);
            row.requirements = vec![
                NewRequirement { label: what.clone(), category: None, quantity: 1 },
                NewRequirement {
                    label: second.resources[0].clone(),
                    category: Some(second.class.clone()),
                    quantity: 1,
                },
            ];
        } else if d.percent(2) {
            row.requirements = vec![NewRequirement { label: what, category: None, quantity: 2 }];
        }
        if d.percent(15) {
            row.contact_name = Some(d.name());
            row.contact_phone = Some(format!("10{:09}", d.below(1_000_000_000)));
        }
        // Some write twice.
        if d.percent(2)
            && let Some(first) = rows.iter().rev().find(|r| r.station == s.code)
        {
            row.title = first.title.clone();
            row.category = first.category.clone();
        }
        rows.push(row);
    }
    Ok(rows)
}
