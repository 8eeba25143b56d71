//! Why a need is not served, and what would change it.

use super::candidates::{Index, first_no, quarters};
use super::plan::Chosen;
use super::{City, Need};
use crate::codes::codes;
use std::collections::{BTreeMap, BTreeSet};

codes! {
    /// Why the plan leaves a need out.
    ReasonCode {
        /// No resource of the class anywhere.
        NoCategory = "NO_CATEGORY", "没有该类资源";
        /// There are some, none comes here.
        OutOfReach = "OUT_OF_REACH", "范围内没有资源";
        /// Windows and deadlines do not meet.
        OutlivedWindow = "OUTLIVED_WINDOW", "时间不符";
        /// Excluded, declined, or the owner cannot be asked.
        Excluded = "EXCLUDED", "已排除或不可用";
        /// Others have the capacity.
        CapacityFull = "CAPACITY_FULL", "资源已排满";
        /// A requirement takes more members than could meet it.
        TooFewMembers = "TOO_FEW_MEMBERS", "委员人数不足";
        /// Some of its requirements could be met, not all.
        Partly = "PARTLY", "条件只满足一部分";
        /// The station's list is full.
        ListFull = "LIST_FULL", "本站清单已满";
        /// A person has to confirm the class first.
        Uncategorised = "UNCATEGORISED", "类别待确认";
    }
}

/// A reason with its words and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Position of the need.
    pub need: u32,
    /// Code.
    pub code: ReasonCode,
    /// What and why.
    pub text: String,
    /// What would change it.
    pub remedy: String,
}

/// The reason of every need that the plan left out, in order of the needs.
pub fn reasons(city: &City, index: &Index, chosen: &[Chosen]) -> Vec<Reason> {
    let mut served = vec![false; city.needs.len()];
    let mut listed = vec![0u32; city.stations.len()];
    let mut takers: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut load = vec![0u32; city.members.len()];
    for c in chosen {
        if !std::mem::replace(&mut served[c.need as usize], true) {
            listed[city.needs[c.need as usize].station as usize] += 1;
        }
        takers.entry(c.resource).or_default().push(c.need);
        load[city.resources[c.resource as usize].member as usize] += 1;
    }
    let full = |station: u32| listed[station as usize] >= city.stations[station as usize].list_limit;
    (0..city.needs.len())
        .filter(|n| !served[*n])
        .map(|n| {
            let need = &city.needs[n];
            let (code, text, remedy) = reason(city, index, need, &takers, &load, full(need.station));
            Reason { need: n as u32, code, text, remedy }
        })
        .collect()
}

/// Asks the requirements in turn; the first that has no candidate is the reason.
fn reason(
    city: &City,
    index: &Index,
    need: &Need,
    takers: &BTreeMap<u32, Vec<u32>>,
    load: &[u32],
    list_full: bool,
) -> (ReasonCode, String, String) {
    let mut possible = Vec::new();
    for (i, q) in need.requirements.iter().enumerate() {
        let near = index.near(city, need, q);
        let found: Vec<u32> =
            near.iter().copied().filter(|r| first_no(city, need, q, *r).is_none()).collect();
        if !found.is_empty() {
            let owners: BTreeSet<u32> = found.iter().map(|r| city.resources[*r as usize].member).collect();
            if owners.len() < q.quantity as usize {
                return (
                    ReasonCode::TooFewMembers,
                    format!(
                        "第 {} 项必要条件(类别 {})须由 {} 位不同委员承担,现有 {} 位委员有可用资源。",
                        i + 1,
                        q.category,
                        q.quantity,
                        owners.len()
                    ),
                    "请更多委员提供该类资源,或减少该项数量,或另列一项条件。".to_owned(),
                );
            }
            possible.push(found);
            continue;
        }
        let others_met = need.requirements.len() > 1
            && (i > 0
                || need.requirements.iter().skip(1).any(|o| !index.candidates(city, need, o).is_empty()));
        if others_met {
            return (
                ReasonCode::Partly,
                format!(
                    "{} 项必要条件中,第 {} 项(类别 {})没有可用资源。",
                    need.requirements.len(),
                    i + 1,
                    q.category
                ),
                "补充该项资源,或将该项拆为单独的需求。".to_owned(),
            );
        }
        if !index.knows(&q.category) {
            return (
                ReasonCode::NoCategory,
                format!("全市没有类别 {} 的委员资源。", q.category),
                "向该界别委员征集资源,或转有关部门、12345,或整理为提案线索。".to_owned(),
            );
        }
        if near.is_empty() {
            return (
                ReasonCode::OutOfReach,
                format!("全市有类别 {} 的资源,但都不服务本站。", q.category),
                "请委员放宽服务范围,或与其所属站签订联建协议。".to_owned(),
            );
        }
        let whys: Vec<&str> =
            near.iter().filter_map(|r| first_no(city, need, q, *r)).map(|r| r.code).collect();
        if whys.contains(&"OUTLIVED_WINDOW") {
            return (
                ReasonCode::OutlivedWindow,
                format!("{} 项资源的可用时段都与需求的期限不重合。", near.len()),
                "与居民商量推后期限,或请委员调整时段。".to_owned(),
            );
        }
        if whys.contains(&"CAPACITY_FULL") {
            return (
                ReasonCode::CapacityFull,
                format!("{} 项资源的次数都已预留。", near.len()),
                "请委员增加次数,或等有人谢绝后再匹配。".to_owned(),
            );
        }
        if whys.contains(&"SAME_MEMBER") {
            return (
                ReasonCode::TooFewMembers,
                format!(
                    "第 {} 项必要条件(类别 {})还须由另外的委员承担,现有资源都属已承担的委员。",
                    i + 1,
                    q.category
                ),
                "请更多委员提供该类资源,或减少该项数量,或另列一项条件。".to_owned(),
            );
        }
        return (
            ReasonCode::Excluded,
            format!("{} 项资源都已暂停、被排除或委员已谢绝。", near.len()),
            "召集人可取消排除,或请其他委员提供资源。".to_owned(),
        );
    }
    if list_full {
        let limit = city.stations[need.station as usize].list_limit;
        return (
            ReasonCode::ListFull,
            format!("本站清单上限 {limit} 项,已由更紧急或得分更高的需求占满。"),
            "提高本站清单上限,或在清单草稿中用它替换一项,或指定其进入下次匹配。".to_owned(),
        );
    }
    let (who, what) = holders(city, need, &possible, takers, load);
    if need.requirements.len() > 1 || need.requirements.iter().any(|q| q.quantity > 1) {
        return (
            ReasonCode::Partly,
            format!("必要条件不能同时满足:{what}"),
            format!("请{who}等委员增加次数,或将需求拆开。"),
        );
    }
    (ReasonCode::CapacityFull, what, format!("请{who}等委员增加次数,或放宽期限,或指定其进入下次匹配。"))
}

/// Who has the capacity: the owners, and the needs that took it.
fn holders(
    city: &City,
    need: &Need,
    possible: &[Vec<u32>],
    takers: &BTreeMap<u32, Vec<u32>>,
    load: &[u32],
) -> (String, String) {
    let mut names: Vec<String> = Vec::new();
    let mut words: Vec<String> = Vec::new();
    for r in possible.iter().flatten().take(3) {
        let resource = &city.resources[*r as usize];
        let member = &city.members[resource.member as usize];
        let left = member.yearly_limit.saturating_sub(member.load);
        if !names.contains(&member.name) {
            names.push(member.name.clone());
        }
        let taken = takers.get(r).map_or(&[][..], Vec::as_slice);
        words.push(if taken.is_empty() && load[resource.member as usize] >= left {
            format!("委员{}全年 {left} 次已排满", member.name)
        } else {
            let by: Vec<&str> =
                taken.iter().take(3).map(|n| city.needs[*n as usize].number.as_str()).collect();
            let span = quarters(need, resource);
            format!(
                "资源 {} 在 {} 至 {} 季度由 {} 占用",
                resource.number,
                span.start(),
                span.end(),
                by.join("、")
            )
        });
    }
    let more = possible.iter().map(Vec::len).sum::<usize>().saturating_sub(words.len());
    let tail = if more > 0 { format!(",另有 {more} 项资源同样排满") } else { String::new() };
    (names.join("、"), format!("{}{tail}。", words.join(";")))
}
