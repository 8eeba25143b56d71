//! The kinds of tables: their columns, and how a row of each is read.

use super::cell::{count, day, several, telephone, yes};
use super::columns::{Column, Row, Table};
use chrono::NaiveDate;
use clap::ValueEnum;
use domain::{
    AreaLevel, AreaScope, AssignmentRole, Cost, DayKind, DeliveryFormat, HotlineField, HotlineTerm,
    MemberLevel, NeedSource, NeedStatus, PlanPart, Publicity, ResourceKind, ResourceStatus, ResultClass,
    Urgency, WorkstationKind, area,
};
use store::{
    Desk, NewArea, NewCategory, NewDay, NewHotlineOrder, NewHotlineTerm, NewMember, NewNeed, NewProposal,
    NewRequirement, NewResource, NewSeat, NewTask, NewWorkstation, Report, RowError,
};

/// What the rows of a file are.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Administrative areas.
    Areas,
    /// Classes of requests.
    Categories,
    /// Member workstations and studios.
    Workstations,
    /// Members.
    Members,
    /// Community needs.
    Needs,
    /// Member resources.
    Resources,
    /// Holidays on weekdays and working days on weekends. The years of the file take the place of what was known.
    Calendar,
    /// Orders of the hotline 12345, with the hotline's own columns.
    Hotline,
    /// The hotline's words and what they mean here. The columns of the file take the place of what was known of them.
    HotlineTerms,
    /// Proposals, with the clues that they grew from.
    Proposals,
    /// Tasks of the year's plan (1+4+N), with which items of lists are tagged.
    PlanTasks,
}

/// Rows that were read.
pub enum Rows {
    Areas(Vec<NewArea>),
    Categories(Vec<NewCategory>),
    Workstations(Vec<NewWorkstation>),
    Members(Vec<NewMember>),
    Needs(Vec<NewNeed>),
    Resources(Vec<NewResource>),
    Calendar(Vec<NewDay>),
    Hotline(Vec<NewHotlineOrder>),
    HotlineTerms(Vec<NewHotlineTerm>),
    Proposals(Vec<NewProposal>),
    PlanTasks(Vec<NewTask>),
}

/// Rows that were read, and what was wrong with the others.
pub struct Parsed {
    pub rows: Rows,
    pub errors: Vec<RowError>,
}

impl Rows {
    /// Writes them, or says what would be written.
    pub async fn import(
        self,
        desk: &Desk,
        year: i32,
        dry_run: bool,
        confirm_proposed: bool,
    ) -> store::Result<Report> {
        match self {
            Rows::Areas(rows) => desk.import_areas(rows, dry_run).await,
            Rows::Categories(rows) => desk.import_categories(rows, dry_run).await,
            Rows::Workstations(rows) => desk.import_workstations(rows, dry_run).await,
            Rows::Members(rows) => desk.import_members(rows, dry_run).await,
            Rows::Needs(rows) => desk.import_needs(year, rows, dry_run, confirm_proposed).await,
            Rows::Resources(rows) => desk.import_resources(year, rows, dry_run).await,
            Rows::Calendar(rows) => desk.import_calendar(rows, dry_run).await,
            Rows::Hotline(rows) => desk.import_hotline(year, rows, dry_run, confirm_proposed).await,
            Rows::HotlineTerms(rows) => desk.import_hotline_terms(rows, dry_run).await,
            Rows::Proposals(rows) => desk.import_proposals(year, rows, dry_run).await,
            Rows::PlanTasks(rows) => desk.import_tasks(year, rows, dry_run).await,
        }
    }
}

macro_rules! labels {
    ($kind:ident) => {
        || $kind::ALL.iter().map(|v| v.label().to_owned()).collect()
    };
}

fn free() -> Vec<String> {
    Vec::new()
}

fn yes_no() -> Vec<String> {
    vec!["是".to_owned(), "否".to_owned()]
}

const fn column(
    name: &'static str,
    others: &'static [&'static str],
    required: bool,
    hint: &'static str,
    values: fn() -> Vec<String>,
) -> Column {
    Column { name, others, required, hint, values }
}

const AREAS: &[Column] = &[
    column("代码", &["code", "区划代码"], true, "4、6、9 或 12 位数字", free),
    column("名称", &["name"], true, "区划名称", free),
    column("级别", &["level"], false, "不填则按代码位数", labels!(AreaLevel)),
    column("类别", &["kind"], false, "如 街道、镇、居委会", free),
    column("上级代码", &["parent"], false, "不填则按代码前段", free),
    column("生效日期", &["valid_from"], false, "代码开始使用的日期", free),
    column("失效日期", &["valid_to"], false, "代码停用的日期;停用的代码不再使用", free),
    column("替代代码", &["replaced_by"], false, "停用后由哪个代码代替", free),
];

const CATEGORIES: &[Column] = &[
    column("代码", &["code"], true, "每级两位:01、0103、010307", free),
    column("名称", &["name"], true, "类别名称", free),
    column("标准", &["standard"], false, "所出的标准,如 DB1501/T 0032", free),
    column("关键词", &["keywords"], false, "用顿号分开,供系统建议类别", free),
];

const WORKSTATIONS: &[Column] = &[
    column("编号", &["code", "工作站编号"], true, "如 XC-015", free),
    column("名称", &["name"], true, "全称", free),
    column("类型", &["kind"], true, "站或室", labels!(WorkstationKind)),
    column("区划代码", &["area", "area_code"], true, "6、9 或 12 位", free),
    column("片区编号", &["cluster"], false, "如 XC-P1", free),
    column("片区名称", &["cluster_name"], false, "不填则同编号", free),
    column("界别", &["sector"], false, "工作室所属界别的名称", free),
    column("专长", &["speciality"], false, "工作室的专长", free),
    column("承办单位", &["host", "host_org"], false, "", free),
    column("地点", &["venue"], false, "议事地点", free),
    column("清单上限", &["list_limit"], false, "清单最多几项,不填为 12", free),
    column("第一召集人", &["first_convener"], false, "姓名", free),
    column("第二召集人", &["second_convener"], false, "姓名", free),
    column("站长", &["station_head"], false, "姓名", free),
    column("工作人员", &["clerk"], false, "姓名", free),
];

const MEMBERS: &[Column] = &[
    column("委员编号", &["number", "member_no"], true, "如 W-0001", free),
    column("姓名", &["name"], true, "", free),
    column("级别", &["level"], true, "多级用顿号分开", labels!(MemberLevel)),
    column("界别", &["sector"], true, "界别名称", free),
    column("公开职务", &["position"], false, "", free),
    column("工作单位", &["work_unit"], false, "", free),
    column("全年上限", &["yearly_limit"], false, "一年最多承接几项,不填为 4", free),
    column("入站", &["stations", "workstations"], true, "工作站编号,多个用顿号分开", free),
];

const NEEDS: &[Column] = &[
    column("工作站编号", &["station", "workstation"], false, "如 XC-015;不填须用 --station", free),
    column("外部编号", &["external_no", "id"], false, "同一站内不重复;再次导入时凭它更新", free),
    column("年度", &["year"], false, "须与导入的年度一致", free),
    column("标题", &["title"], true, "最多 200 字", free),
    column("内容", &["description", "text"], true, "不要写电话和姓名", free),
    column("类别", &["category"], false, "类别代码或唯一的名称;不填则系统建议", free),
    column("来源", &["source"], false, "不填为群众来访", labels!(NeedSource)),
    column("收集日期", &["collected_on", "date"], true, "如 2026-03-01", free),
    column("区划代码", &["area"], false, "不填则用工作站的", free),
    column("地点", &["place"], false, "具体位置", free),
    column("人数", &["persons"], false, "受益人数", free),
    column("户数", &["households"], false, "受益户数", free),
    column("商户数", &["shops"], false, "受益商户数", free),
    column("紧急程度", &["urgency"], false, "不填为一般", labels!(Urgency)),
    column("期限", &["desired_by"], false, "过后即无用的日期", free),
    column("公开", &["publicity"], false, "不填为不公开", labels!(Publicity)),
    column("状态", &["status"], false, "不填为待核实;待匹配表示已核实", need_states),
    column("必要条件", &["requirements"], false, "名称*数量@类别代码,多项用分号分开", free),
    column("联系人", &["contact", "contact_name"], false, "存入保险库,不公开", free),
    column("联系电话", &["phone", "contact_phone"], false, "存入保险库,不公开", free),
];

fn need_states() -> Vec<String> {
    [NeedStatus::Draft, NeedStatus::Submitted, NeedStatus::Open]
        .iter()
        .map(|s| s.label().to_owned())
        .collect()
}

fn resource_states() -> Vec<String> {
    use ResourceStatus as S;
    [S::Draft, S::Submitted, S::Available, S::Suspended].iter().map(|s| s.label().to_owned()).collect()
}

const RESOURCES: &[Column] = &[
    column("委员编号", &["member", "member_no"], true, "如 W-0001", free),
    column("工作站编号", &["station", "workstation"], false, "所属站;不填须用 --station", free),
    column("外部编号", &["external_no", "id"], false, "同一站内不重复;再次导入时凭它更新", free),
    column("年度", &["year"], false, "须与导入的年度一致", free),
    column("资源名称", &["title", "标题"], true, "最多 200 字", free),
    column("说明", &["description"], true, "", free),
    column("种类", &["kind"], true, "", labels!(ResourceKind)),
    column("类别", &["category", "categories"], true, "类别代码或唯一的名称,多个用顿号分开", free),
    column("服务范围", &["scope"], false, "不填为本站", labels!(AreaScope)),
    column("全市", &["cross_district"], false, "是否可跨旗县区,不填为否", yes_no),
    column("方式", &["formats"], false, "不填为现场", labels!(DeliveryFormat)),
    column("单位", &["unit"], false, "如 场、次,不填为次", free),
    column("每季次数", &["per_quarter"], true, "不超过全年次数", free),
    column("全年次数", &["per_year"], true, "1 至 1000", free),
    column("开始日", &["window_from", "from"], false, "不填为年初", free),
    column("结束日", &["window_to", "to"], false, "不填为年末", free),
    column("费用", &["cost"], false, "不填为免费", labels!(Cost)),
    column("状态", &["status"], false, "不填为待核实;可用表示已核实", resource_states),
];

const CALENDAR: &[Column] = &[
    column("日期", &["date", "day"], true, "与平常周末不同的日子", free),
    column("类型", &["kind"], true, "放假(平日不上班)或调休上班(周末上班)", labels!(DayKind)),
    column("名称", &["name"], true, "如 国庆节", free),
];

/// The columns of the hotline's sheet (domain.md §3.3), which `export hotline` writes in the same order.
pub const HOTLINE: &[Column] = &[
    column("工单编号", &["number", "工单号"], true, "热线的编号,再次导入时凭它认出", free),
    column("工单类型", &["kind"], true, "热线用语表中的词,如 诉求、求助、建议", free),
    column("问题分类", &["class"], false, "一级->二级->三级", free),
    column("标签", &["labels"], false, "", free),
    column("标题", &["title"], true, "最多 200 字", free),
    column("主要内容", &["text", "内容"], true, "不要写电话和姓名", free),
    column("工单状态", &["state"], true, "热线用语表中的词,如 已转派、办理中", free),
    column("来电人", &["caller"], false, "存入保险库,不公开,不写回", free),
    column("来电人电话", &["phone"], false, "存入保险库,不公开,不写回", free),
    column("来电时间", &["called_on"], false, "不填为导入当日", free),
    column("被反映区", &["district"], false, "旗县区名称", free),
    column("街乡镇", &["township", "被反映街乡镇"], false, "名称", free),
    column("村/社区", &["village", "社区"], false, "名称;据此找到工作站", free),
    column("小区点位", &["place"], false, "具体位置", free),
    column("处理受理方式", &["channel"], false, "", free),
    column("办理结果", &["result"], false, "由本系统写回", free),
    column("回复内容", &["reply"], false, "由本系统写回", free),
    column("办结时间", &["finished_on"], false, "由本系统写回", free),
    column("企业名称", &["enterprise"], false, "", free),
    column("是否解决", &["solved"], false, "由本系统写回", free),
    column("是否满意", &["satisfied"], false, "由本系统写回", free),
    column("工单性质", &["nature"], false, "热线用语表中的词,如 主办、协办", free),
    column("工作站编号", &["station"], false, "按地点找不到唯一的工作站时填写", free),
];

const HOTLINE_TERMS: &[Column] = &[
    column("列", &["field"], true, "热线表中的列", labels!(HotlineField)),
    column("用语", &["word"], true, "热线的写法;同一含义的第一个用于写回", free),
    column("含义", &["meaning"], true, "本系统的代码", free),
];

const PROPOSALS: &[Column] = &[
    column("提案编号", &["number"], true, "再次导入时凭它更新", free),
    column("年度", &["year"], false, "须与导入的年度一致", free),
    column("案由", &["title"], true, "最多 200 字", free),
    column("提案者", &["proposer"], true, "第一提案人、党派、界别或专委会", free),
    column("立案", &["filed"], true, "是否立案", yes_no),
    column("不予立案原因", &["reason"], false, "未立案的填写", free),
    column("承办单位", &["handling_unit"], false, "", free),
    column(
        "办理结果",
        &["result_class"],
        false,
        "A 已解决或基本解决,B 正在解决,C 列入计划,D 留作参考",
        result_classes,
    ),
    column("办复日期", &["replied_on"], false, "", free),
    column("办复内容", &["reply"], false, "已办复的填写", free),
    column("线索编号", &["clue"], false, "由线索而来的填写,如 XC-015-2026-C-0003", free),
];

const PLAN_TASKS: &[Column] = &[
    column("代码", &["code"], true, "如 N-03", free),
    column("类别", &["part"], true, "1+4+N 的哪一部分", labels!(PlanPart)),
    column("名称", &["name"], true, "", free),
];

fn result_classes() -> Vec<String> {
    ResultClass::ALL.iter().map(|c| c.code().to_owned()).collect()
}

impl Kind {
    /// The columns of its files.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Kind::Areas => AREAS,
            Kind::Categories => CATEGORIES,
            Kind::Workstations => WORKSTATIONS,
            Kind::Members => MEMBERS,
            Kind::Needs => NEEDS,
            Kind::Resources => RESOURCES,
            Kind::Calendar => CALENDAR,
            Kind::Hotline => HOTLINE,
            Kind::HotlineTerms => HOTLINE_TERMS,
            Kind::Proposals => PROPOSALS,
            Kind::PlanTasks => PLAN_TASKS,
        }
    }

    /// Its name, for titles.
    pub fn title(self) -> &'static str {
        match self {
            Kind::Areas => "行政区划",
            Kind::Categories => "诉求类别",
            Kind::Workstations => "委员工作站(室)",
            Kind::Members => "委员",
            Kind::Needs => "群众需求清单",
            Kind::Resources => "委员资源清单",
            Kind::Calendar => "工作日调整",
            Kind::Hotline => "12345 工单",
            Kind::HotlineTerms => "12345 用语",
            Kind::Proposals => "提案",
            Kind::PlanTasks => "年度计划任务",
        }
    }
}

/// Reads every row.
pub fn parse(kind: Kind, table: &Table<'_>, year: i32, station: Option<&str>) -> Parsed {
    match kind {
        Kind::Areas => each(table, area_row, Rows::Areas),
        Kind::Categories => each(table, category_row, Rows::Categories),
        Kind::Workstations => each(table, workstation_row, Rows::Workstations),
        Kind::Members => each(table, member_row, Rows::Members),
        Kind::Needs => each(table, |r| need_row(r, year, station), Rows::Needs),
        Kind::Resources => each(table, |r| resource_row(r, year, station), Rows::Resources),
        Kind::Calendar => each(table, calendar_row, Rows::Calendar),
        Kind::Hotline => each(table, |r| hotline_row(r, station), Rows::Hotline),
        Kind::HotlineTerms => each(table, hotline_term_row, Rows::HotlineTerms),
        Kind::Proposals => each(table, |r| proposal_row(r, year), Rows::Proposals),
        Kind::PlanTasks => each(table, plan_task_row, Rows::PlanTasks),
    }
}

fn each<T>(table: &Table<'_>, read: impl Fn(&mut Row<'_>) -> T, wrap: fn(Vec<T>) -> Rows) -> Parsed {
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    for mut row in table.rows() {
        let value = read(&mut row);
        if row.errors.is_empty() {
            rows.push(value);
        } else {
            errors.append(&mut row.errors);
        }
    }
    Parsed { rows: wrap(rows), errors }
}

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

fn calendar_row(r: &mut Row<'_>) -> NewDay {
    r.needed("日期", 30);
    r.needed("类型", 10);
    NewDay {
        row: r.number,
        day: r.read("日期", day).unwrap_or_default(),
        kind: coded!(r, "类型", DayKind).unwrap_or(DayKind::Rest),
        name: r.needed("名称", 50),
    }
}

fn plan_task_row(r: &mut Row<'_>) -> NewTask {
    r.needed("类别", 20);
    NewTask {
        row: r.number,
        code: r.needed("代码", 20),
        part: coded!(r, "类别", PlanPart).unwrap_or(PlanPart::Task),
        name: r.needed("名称", 100),
    }
}

fn proposal_row(r: &mut Row<'_>, year: i32) -> NewProposal {
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

fn hotline_term_row(r: &mut Row<'_>) -> NewHotlineTerm {
    r.needed("列", 10);
    let field = coded!(r, "列", HotlineField).unwrap_or(HotlineField::Kind);
    let term = HotlineTerm { field, word: r.needed("用语", 30), meaning: r.needed("含义", 30) };
    NewHotlineTerm { row: r.number, term }
}

fn hotline_row(r: &mut Row<'_>, station: Option<&str>) -> NewHotlineOrder {
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

fn area_row(r: &mut Row<'_>) -> NewArea {
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

fn category_row(r: &mut Row<'_>) -> NewCategory {
    r.needed("代码", 6);
    NewCategory {
        row: r.number,
        code: r.read("代码", |t| digits(t, &[2, 4, 6], "类别代码,应为 2、4 或 6 位数字")).unwrap_or_default(),
        name: r.needed("名称", 100),
        standard: r.text("标准").unwrap_or_else(|| "导入".to_owned()),
        keywords: r.text("关键词").map(|k| several(&k).join(",")).unwrap_or_default(),
    }
}

fn workstation_row(r: &mut Row<'_>) -> NewWorkstation {
    r.needed("类型", 10);
    r.needed("区划代码", 12);
    let code = r.needed("编号", 20);
    let mut seats = Vec::new();
    for (k, (column, role)) in [
        ("第一召集人", AssignmentRole::FirstConvener),
        ("第二召集人", AssignmentRole::SecondConvener),
        ("站长", AssignmentRole::StationHead),
        ("工作人员", AssignmentRole::Clerk),
    ]
    .into_iter()
    .enumerate()
    {
        if let Some(name) = r.text(column) {
            seats.push(NewSeat { role, person_number: format!("P-{code}-{}", k + 1), person_name: name });
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

fn member_row(r: &mut Row<'_>) -> NewMember {
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

fn need_row(r: &mut Row<'_>, year: i32, station: Option<&str>) -> NewNeed {
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

fn resource_row(r: &mut Row<'_>, year: i32, station: Option<&str>) -> NewResource {
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
