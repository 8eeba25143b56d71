//! How a row of each kind of table is read.

use super::cell::{count, day, several, telephone, yes};
use super::columns::Row;
use super::headers::{need_states, resource_states};
use chrono::NaiveDate;
use domain::{
    AreaLevel, AreaScope, AssignmentRole, Cost, DayKind, DeliveryFormat, HotlineField, HotlineTerm,
    MemberLevel, MemberStatus, NeedSource, NeedStatus, OrganizationKind, PlanPart, Publicity, ResourceKind,
    ResourceStatus, ResultClass, Urgency, WorkstationKind, area,
};
use store::{
    NewArea, NewCategory, NewDay, NewHotlineOrder, NewHotlineTerm, NewLink, NewMember, NewNeed,
    NewOrganization, NewProposal, NewRequirement, NewResource, NewSeat, NewTask, NewWorkstation, Sitter,
};

/// A coded value, by code or label.
macro_rules! coded {
    ($row:ident, $column:literal, $kind:ident) => {
        $row.read($column, |t| {
            let known = || $kind::ALL.iter().map(|v| v.label()).collect::<Vec<_>>().join("、");
            $kind::parse(t).ok_or_else(|| format!("不在可选值之内,应为:{}", known()))
        })
    };
}

fn digits(text: &str, lengths: &[usize], what: &str) -> Result<String, String> {
    if text.chars().all(|c| c.is_ascii_digit()) && lengths.contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        Err(format!("不是{what}"))
    }
}

/// A day of the calendar.
pub fn calendar_row(r: &mut Row<'_>) -> NewDay {
    r.needed("日期", 30);
    r.needed("类型", 10);
    NewDay {
        row: r.number,
        day: r.read("日期", day).unwrap_or_default(),
        kind: coded!(r, "类型", DayKind).unwrap_or(DayKind::Rest),
        name: r.needed("名称", 50),
    }
}

/// A row of links.
pub fn link_row(r: &mut Row<'_>) -> NewLink {
    r.needed("起始日", 30);
    NewLink {
        row: r.number,
        member: r.needed("委员编号", 20),
        station: r.needed("工作站编号", 20),
        alias: r.needed("代称", 30),
        sector: r.needed("界别", 40),
        name: r.text("姓名"),
        phone: r.read("电话", telephone),
        from: r.read("起始日", day).unwrap_or_default(),
    }
}

/// A row of partner organisations.
pub fn organization_row(r: &mut Row<'_>) -> NewOrganization {
    r.needed("起始日", 30);
    r.needed("单位类型", 20);
    NewOrganization {
        row: r.number,
        station: r.needed("工作站编号", 20),
        name: r.needed("单位名称", 100),
        kind: coded!(r, "单位类型", OrganizationKind).unwrap_or(OrganizationKind::Other),
        member: r.needed("联系委员编号", 20),
        agreement_no: r.needed("协议编号", 50),
        from: r.read("起始日", day).unwrap_or_default(),
        to: r.read("终止日", day),
    }
}

/// A row of plan tasks.
pub fn plan_task_row(r: &mut Row<'_>) -> NewTask {
    r.needed("类别", 20);
    NewTask {
        row: r.number,
        code: r.needed("代码", 20),
        part: coded!(r, "类别", PlanPart).unwrap_or(PlanPart::Task),
        name: r.needed("名称", 100),
    }
}

/// A row of proposals.
pub fn proposal_row(r: &mut Row<'_>, year: i32) -> NewProposal {
    check_year(r, year);
    r.needed("立案", 10);
    NewProposal {
        row: r.number,
        number: r.needed("提案编号", 50),
        title: r.needed("案由", 200),
        proposer: r.needed("提案者", 100),
        filed: r.read("立案", yes).unwrap_or(false),
        reason: r.text("不予立案原因"),
        handling_unit: r.text("承办单位"),
        result_class: coded!(r, "办理结果", ResultClass),
        replied_on: r.read("办复日期", day),
        reply: r.text("办复内容"),
        clue: r.text("线索编号"),
    }
}

/// A row of hotline terms.
pub fn hotline_term_row(r: &mut Row<'_>) -> NewHotlineTerm {
    r.needed("列", 10);
    let field = coded!(r, "列", HotlineField).unwrap_or(HotlineField::Kind);
    let term = HotlineTerm { field, word: r.needed("用语", 30), meaning: r.needed("含义", 30) };
    NewHotlineTerm { row: r.number, term }
}

/// An order of the hotline.
pub fn hotline_row(r: &mut Row<'_>, station: Option<&str>) -> NewHotlineOrder {
    let class = r.text("问题分类").unwrap_or_default();
    let levels = class.split("->").flat_map(|p| p.split(['>', '/', '→'])).map(str::trim);
    NewHotlineOrder {
        row: r.number,
        number: r.needed("工单编号", 50),
        kind: r.needed("工单类型", 30),
        class: levels.filter(|l| !l.is_empty()).map(str::to_owned).collect(),
        labels: r.text("标签"),
        title: r.needed("标题", 200),
        text: r.needed("主要内容", 20_000),
        state: r.needed("工单状态", 30),
        caller: r.text("来电人"),
        phone: r.read("来电人电话", telephone),
        called_on: r.read("来电时间", day),
        district: r.text("被反映区"),
        township: r.text("街乡镇"),
        village: r.text("村/社区"),
        place: r.text("小区点位"),
        channel: r.text("处理受理方式"),
        enterprise: r.text("企业名称"),
        nature: r.text("工单性质"),
        station: r.text("工作站编号").or_else(|| station.map(str::to_owned)),
    }
}

/// A row of areas.
pub fn area_row(r: &mut Row<'_>) -> NewArea {
    let what = "区划代码,应为 4、6、9 或 12 位数字";
    r.needed("代码", 12);
    let code = r.read("代码", |t| digits(t, &[4, 6, 9, 12], what)).unwrap_or_default();
    let by_length = match code.len() {
        4 => AreaLevel::City,
        6 => AreaLevel::District,
        9 => AreaLevel::Township,
        _ => AreaLevel::Village,
    };
    NewArea {
        row: r.number,
        name: r.needed("名称", 100),
        level: coded!(r, "级别", AreaLevel).unwrap_or(by_length),
        kind: r.text("类别").unwrap_or_default(),
        parent: r
            .read("上级代码", |t| digits(t, &[4, 6, 9], what))
            .or_else(|| area::parent_of(&code).map(str::to_owned)),
        valid_from: r.read("生效日期", day),
        valid_to: r.read("失效日期", day),
        replaced_by: r.read("替代代码", |t| digits(t, &[4, 6, 9, 12], what)),
        code,
    }
}

/// A row of classes.
pub fn category_row(r: &mut Row<'_>) -> NewCategory {
    r.needed("代码", 6);
    NewCategory {
        row: r.number,
        code: r.read("代码", |t| digits(t, &[2, 4, 6], "类别代码,应为 2、4 或 6 位数字")).unwrap_or_default(),
        name: r.needed("名称", 100),
        standard: r.text("标准").unwrap_or_else(|| "导入".to_owned()),
        keywords: r.text("关键词").map(|k| several(&k).join(",")).unwrap_or_default(),
    }
}

/// Who sits in a seat: 「张三」, 「张三(W-0001)」 where the number says which, 「空缺」 where nobody does.
fn sitter(cell: &str) -> Sitter {
    if cell == "空缺" {
        return Sitter::Nobody;
    }
    let number = cell.split_once(['(', '\u{ff08}']).and_then(|(_, n)| n.strip_suffix([')', '\u{ff09}']));
    match number.map(str::trim).filter(|n| !n.is_empty()) {
        Some(number) => Sitter::Known(number.to_owned()),
        None => Sitter::Named(cell.to_owned()),
    }
}

/// A row of workstations.
pub fn workstation_row(r: &mut Row<'_>) -> NewWorkstation {
    r.needed("类型", 10);
    r.needed("区划代码", 12);
    let code = r.needed("编号", 20);
    let mut seats = Vec::new();
    for (column, role) in [
        ("第一召集人", AssignmentRole::FirstConvener),
        ("第二召集人", AssignmentRole::SecondConvener),
        ("站长", AssignmentRole::StationHead),
        ("工作人员", AssignmentRole::Clerk),
    ] {
        if let Some(name) = r.text(column) {
            seats.push(NewSeat { role, sitter: sitter(&name) });
        }
    }
    let cluster = r.text("片区编号");
    let cluster_name = r.text("片区名称");
    NewWorkstation {
        row: r.number,
        name: r.needed("名称", 100),
        kind: coded!(r, "类型", WorkstationKind).unwrap_or(WorkstationKind::Station),
        area: r.read("区划代码", |t| Ok(t.to_owned())).unwrap_or_default(),
        cluster: cluster.map(|c| (c.clone(), cluster_name.unwrap_or(c))),
        sector: r.text("界别"),
        speciality: r.text("专长"),
        host_org: r.text("承办单位"),
        venue: r.text("地点"),
        list_limit: r.read("清单上限", |t| count(t, 1, 500)).unwrap_or(12),
        seats,
        code,
    }
}

/// A row of members.
pub fn member_row(r: &mut Row<'_>) -> NewMember {
    r.needed("级别", 40);
    r.needed("入站", 200);
    let levels = r
        .read("级别", |t| {
            several(t)
                .iter()
                .map(|l| MemberLevel::parse(l).ok_or_else(|| "应为 自治区、市、旗县区".to_owned()))
                .collect::<Result<Vec<_>, _>>()
        })
        .unwrap_or_default();
    NewMember {
        row: r.number,
        number: r.needed("委员编号", 20),
        name: r.needed("姓名", 40),
        levels,
        sector: r.needed("界别", 40),
        position: r.text("公开职务"),
        work_unit: r.text("工作单位"),
        yearly_limit: r.read("全年上限", |t| count(t, 0, 365)).unwrap_or(4),
        stations: r.text("入站").map(|t| several(&t)).unwrap_or_default(),
        status: coded!(r, "状态", MemberStatus),
    }
}

fn station_of(r: &mut Row<'_>, station: Option<&str>) -> String {
    match r.text("工作站编号").or_else(|| station.map(str::to_owned)) {
        Some(code) => code,
        None => {
            r.wrong("工作站编号", "", "为空,应填写,或用 --station 指定");
            String::new()
        }
    }
}

fn check_year(r: &mut Row<'_>, year: i32) {
    r.read("年度", |t| match t.trim_end_matches('年').parse::<i32>() {
        Ok(y) if y == year => Ok(()),
        _ => Err(format!("不是导入的年度,应为 {year}")),
    });
}

/// `灯具*13@0102;安装`: name, units and class of each requirement.
fn requirements(text: &str) -> Result<Vec<NewRequirement>, String> {
    let rule = || "格式不对,应为 名称*数量@类别代码,多项用分号分开".to_owned();
    text.split([';', ';', '\n'])
        .map(str::trim)
        .filter(|p| !p.is_empty())
        .map(|part| {
            let (front, category) = match part.split_once('@') {
                Some((front, class)) => (front, Some(class.trim().to_owned())),
                None => (part, None),
            };
            let (label, quantity) = match front.split_once('*') {
                Some((label, n)) => (label, n.trim().parse::<i32>().map_err(|_| rule())?),
                None => (front, 1),
            };
            if label.trim().is_empty() || !(1..=20).contains(&quantity) {
                return Err(format!("{},数量为 1 至 20", rule()));
            }
            Ok(NewRequirement { label: label.trim().to_owned(), category, quantity })
        })
        .collect()
}

/// A row of needs.
pub fn need_row(r: &mut Row<'_>, year: i32, station: Option<&str>) -> NewNeed {
    check_year(r, year);
    r.needed("收集日期", 40);
    let states = need_states().join("、");
    NewNeed {
        row: r.number,
        station: station_of(r, station),
        external_no: r.text("外部编号"),
        title: r.needed("标题", 200),
        description: r.needed("内容", 20_000),
        category: r.text("类别"),
        source: coded!(r, "来源", NeedSource).unwrap_or(NeedSource::Visit),
        collected_on: r.read("收集日期", day).unwrap_or_default(),
        area: r.read("区划代码", |t| Ok(t.to_owned())),
        place: r.text("地点"),
        persons: r.read("人数", |t| count(t, 0, 1_000_000)).unwrap_or(0),
        households: r.read("户数", |t| count(t, 0, 1_000_000)).unwrap_or(0),
        shops: r.read("商户数", |t| count(t, 0, 1_000_000)).unwrap_or(0),
        urgency: coded!(r, "紧急程度", Urgency).unwrap_or(Urgency::Normal),
        desired_by: r.read("期限", day),
        publicity: coded!(r, "公开", Publicity).unwrap_or(Publicity::Internal),
        status: r
            .read("状态", |t| {
                NeedStatus::parse(t)
                    .filter(|s| matches!(s, NeedStatus::Draft | NeedStatus::Submitted | NeedStatus::Open))
                    .ok_or_else(|| format!("不能在导入时使用,应为:{states}"))
            })
            .unwrap_or(NeedStatus::Submitted),
        status_reason: None,
        requirements: r.read("必要条件", requirements).unwrap_or_default(),
        contact_name: r.text("联系人"),
        contact_phone: r.read("联系电话", telephone),
    }
}

/// A row of resources.
pub fn resource_row(r: &mut Row<'_>, year: i32, station: Option<&str>) -> NewResource {
    check_year(r, year);
    for column in ["种类", "每季次数", "全年次数", "类别"] {
        r.needed(column, 200);
    }
    let states = resource_states().join("、");
    let window_from = r.read("开始日", day).or(NaiveDate::from_ymd_opt(year, 1, 1)).unwrap_or_default();
    let window_to = r.read("结束日", day).or(NaiveDate::from_ymd_opt(year, 12, 31)).unwrap_or_default();
    if window_to < window_from {
        r.wrong("结束日", &window_to.to_string(), format!("早于开始日 {window_from}"));
    }
    NewResource {
        row: r.number,
        member: r.needed("委员编号", 20),
        partner: r.text("共建单位"),
        station: station_of(r, station),
        external_no: r.text("外部编号"),
        title: r.needed("资源名称", 200),
        description: r.needed("说明", 20_000),
        kind: coded!(r, "种类", ResourceKind).unwrap_or(ResourceKind::Professional),
        categories: r.text("类别").map(|t| several(&t)).unwrap_or_default(),
        scope: coded!(r, "服务范围", AreaScope).unwrap_or(AreaScope::Station),
        cross_district: r.read("全市", yes).unwrap_or(false),
        formats: coded!(r, "方式", DeliveryFormat).unwrap_or(DeliveryFormat::OnSite),
        unit: r.text("单位").unwrap_or_else(|| "次".to_owned()),
        per_quarter: r.read("每季次数", |t| count(t, 1, 1000)).unwrap_or(1),
        per_year: r.read("全年次数", |t| count(t, 1, 1000)).unwrap_or(1),
        window_from,
        window_to,
        cost: coded!(r, "费用", Cost).unwrap_or(Cost::Free),
        status: r
            .read("状态", |t| {
                use ResourceStatus as S;
                S::parse(t)
                    .filter(|s| matches!(s, S::Draft | S::Submitted | S::Available | S::Suspended))
                    .ok_or_else(|| format!("不能在导入时使用,应为:{states}"))
            })
            .unwrap_or(ResourceStatus::Submitted),
    }
}
