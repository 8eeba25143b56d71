//! The columns of each kind of table: their headers, and what belongs into them.

use super::columns::Column;
use domain::{
    AreaLevel, AreaScope, Cost, DayKind, DeliveryFormat, HotlineField, MemberLevel, MemberStatus, NeedSource,
    NeedStatus, OrganizationKind, PlanPart, Publicity, ResourceKind, ResourceStatus, ResultClass, Urgency,
    WorkstationKind,
};

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

pub const AREAS: &[Column] = &[
    column("代码", &["code", "区划代码"], true, "4、6、9 或 12 位数字", free),
    column("名称", &["name"], true, "区划名称", free),
    column("级别", &["level"], false, "不填则按代码位数", labels!(AreaLevel)),
    column("类别", &["kind"], false, "如 街道、镇、居委会", free),
    column("上级代码", &["parent"], false, "不填则按代码前段", free),
    column("生效日期", &["valid_from"], false, "代码开始使用的日期", free),
    column("失效日期", &["valid_to"], false, "代码停用的日期;停用的代码不再使用", free),
    column("替代代码", &["replaced_by"], false, "停用后由哪个代码代替", free),
];

pub const CATEGORIES: &[Column] = &[
    column("代码", &["code"], true, "每级两位:01、0103、010307", free),
    column("名称", &["name"], true, "类别名称", free),
    column("标准", &["standard"], false, "所出的标准,如 DB1501/T 0032", free),
    column("关键词", &["keywords"], false, "用顿号分开;标题里有的,系统建议这一类", free),
];

pub const WORKSTATIONS: &[Column] = &[
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
    column(
        "第一召集人",
        &["first_convener"],
        false,
        "姓名,或 姓名(委员编号);换人即换届,空缺填「空缺」,不填则不变",
        free,
    ),
    column(
        "第二召集人",
        &["second_convener"],
        false,
        "姓名,或 姓名(委员编号);换人即换届,空缺填「空缺」,不填则不变",
        free,
    ),
    column(
        "站长",
        &["station_head"],
        false,
        "姓名,或 姓名(委员编号);换人即换届,空缺填「空缺」,不填则不变",
        free,
    ),
    column(
        "工作人员",
        &["clerk"],
        false,
        "姓名,或 姓名(委员编号);换人即换届,空缺填「空缺」,不填则不变",
        free,
    ),
];

pub const MEMBERS: &[Column] = &[
    column("委员编号", &["number", "member_no"], true, "如 W-0001", free),
    column("姓名", &["name"], true, "", free),
    column("级别", &["level"], true, "多级用顿号分开", labels!(MemberLevel)),
    column("界别", &["sector"], true, "界别名称", free),
    column("公开职务", &["position"], false, "", free),
    column("工作单位", &["work_unit"], false, "", free),
    column("全年上限", &["yearly_limit"], false, "一年最多承接几项,不填为 4", free),
    column("入站", &["stations", "workstations"], true, "工作站编号,多个用顿号分开", free),
    column("状态", &["status"], false, "不填则不变,新委员为在任", labels!(MemberStatus)),
];

pub const NEEDS: &[Column] = &[
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
    column(
        "必要条件",
        &["requirements"],
        false,
        "名称*数量@类别代码,多项用分号分开;每份由不同委员承担",
        free,
    ),
    column("联系人", &["contact", "contact_name"], false, "存入保险库,不公开", free),
    column("联系电话", &["phone", "contact_phone"], false, "存入保险库,不公开", free),
];

pub fn need_states() -> Vec<String> {
    [NeedStatus::Draft, NeedStatus::Submitted, NeedStatus::Open]
        .iter()
        .map(|s| s.label().to_owned())
        .collect()
}

pub fn resource_states() -> Vec<String> {
    use ResourceStatus as S;
    [S::Draft, S::Submitted, S::Available, S::Suspended].iter().map(|s| s.label().to_owned()).collect()
}

pub const RESOURCES: &[Column] = &[
    column("委员编号", &["member", "member_no"], true, "如 W-0001", free),
    column("共建单位", &["partner"], false, "资源属于该站的哪个共建单位;委员为其负责", free),
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

pub const CALENDAR: &[Column] = &[
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

pub const HOTLINE_TERMS: &[Column] = &[
    column("列", &["field"], true, "热线表中的列", labels!(HotlineField)),
    column("用语", &["word"], true, "热线的写法;同一含义的第一个用于写回", free),
    column("含义", &["meaning"], true, "本系统的代码", free),
];

pub const PROPOSALS: &[Column] = &[
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

pub const PLAN_TASKS: &[Column] = &[
    column("代码", &["code"], true, "如 N-03", free),
    column("类别", &["part"], true, "1+4+N 的哪一部分", labels!(PlanPart)),
    column("名称", &["name"], true, "", free),
];

pub const LINKS: &[Column] = &[
    column("委员编号", &["member"], true, "如 W-0001", free),
    column("工作站编号", &["station"], true, "如 XC-015", free),
    column("代称", &["alias"], true, "如 商户甲;不写姓名电话", free),
    column("界别", &["sector"], true, "界别名称", free),
    column("姓名", &["name"], false, "存入保险库,不公开", free),
    column("电话", &["phone"], false, "存入保险库,不公开", free),
    column("起始日", &["from"], true, "开始联系的日期", free),
];

pub const ORGANIZATIONS: &[Column] = &[
    column("工作站编号", &["station"], true, "如 XC-015", free),
    column("单位名称", &["name"], true, "同一站内不重复;再次导入时凭它更新", free),
    column("单位类型", &["kind"], true, "", labels!(OrganizationKind)),
    column("联系委员编号", &["member"], true, "对该单位的资源负责、承接其单的委员,如 W-0001", free),
    column("协议编号", &["agreement_no"], true, "", free),
    column("起始日", &["from"], true, "协议的第一天", free),
    column("终止日", &["to"], false, "协议最后一天的次日;不填为长期", free),
];

fn result_classes() -> Vec<String> {
    ResultClass::ALL.iter().map(|c| c.code().to_owned()).collect()
}
