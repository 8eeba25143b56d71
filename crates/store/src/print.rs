//! A published list as it is printed (domain.md §12), in its two editions: the same words on paper, in a spreadsheet and
//! on a page.

use crate::snapshot::{SnapshotItem, SnapshotList};
use domain::number::quarter;

/// Who will read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edition {
    /// The office: with numbers and sources.
    Internal,
    /// Everybody: neither numbers nor sources, and nothing of a need that is not public (domain.md §11).
    Public,
}

/// The columns of a printed list, in their order.
pub const COLUMNS: [&str; 12] = [
    "序号",
    "项目名称",
    "群众需求(编号、来源)",
    "受益范围",
    "履职方式",
    "承接委员(级别·界别)",
    "委员资源(编号)",
    "共建/协办单位",
    "计划时间",
    "预期成果",
    "进展",
    "备注",
];

/// A list in the words of an edition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Print {
    /// Station, and what this is.
    pub title: [String; 2],
    /// Number and seats; day and counts.
    pub facts: [String; 2],
    /// The items.
    pub rows: Vec<PrintRow>,
    /// Who signs.
    pub signatures: &'static str,
    /// 附一: needs without resource, why, and where they go.
    pub unserved: Vec<[String; 3]>,
    /// 附二: resources that neighbours may ask for, how much is free, and whom they may serve.
    pub shareable: Vec<[String; 3]>,
    /// 附三: amendments, and why.
    pub amendments: Vec<[String; 2]>,
}

/// An item in the words of an edition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrintRow {
    /// A cell each of [`COLUMNS`].
    pub cells: [String; 12],
    /// Whether an amendment has struck it.
    pub struck: bool,
}

/// 附一.
pub const UNSERVED: &str = "附一 暂无资源的需求及去向";
/// 附二.
pub const SHAREABLE: &str = "附二 可供共享的资源";
/// 附三.
pub const AMENDMENTS: &str = "附三 修订记录";

impl SnapshotList {
    /// The list in the words of an edition.
    pub fn print(&self, edition: Edition) -> Print {
        let public = edition == Edition::Public;
        let struck = self.items.iter().filter(|i| i.removal_reason.is_some()).count();
        let standing = || self.items.iter().filter(|i| i.removal_reason.is_none());
        let named = |number: &str, title: &str| {
            if public { title.to_owned() } else { format!("{number} {title}") }
        };
        Print {
            title: [
                self.station_name.clone(),
                format!(
                    "{} 年度履职清单(第 {} 版,{})",
                    self.year,
                    self.edition,
                    if public { "公开版" } else { "内部版" }
                ),
            ],
            facts: [
                format!(
                    "编号 {}  第一召集人 {}  第二召集人 {}  站长 {}  总召集人 {}  入站委员 自治区{} 市{} 区{}",
                    self.number,
                    self.first_convener,
                    self.second_convener,
                    self.station_head,
                    self.chief_convener,
                    self.members_region,
                    self.members_city,
                    self.members_district
                ),
                format!(
                    "发布 {}  共 {} 项(结转 {},联办 {},撤销 {struck})",
                    self.published_on,
                    self.items.len() - struck,
                    standing().filter(|i| i.carried).count(),
                    standing().filter(|i| !i.joint.is_empty()).count(),
                ),
            ],
            rows: self
                .items
                .iter()
                .map(|i| PrintRow { cells: i.cells(edition), struck: i.removal_reason.is_some() })
                .collect(),
            signatures: "审核:第一召集人(签)        第二召集人(签)        总召集人(签)        盖章        监督电话",
            unserved: self
                .unserved
                .iter()
                .filter(|u| !public || u.public)
                .map(|u| [named(&u.number, &u.title), u.reason.clone(), u.remedy.clone()])
                .collect(),
            shareable: self
                .shareable
                .iter()
                .map(|r| [named(&r.number, &r.title), format!("余 {} {}", r.free, r.unit), r.scope.clone()])
                .collect(),
            amendments: self
                .amendments
                .iter()
                .map(|a| {
                    let what = format!("第 {} 版  {}  {} 处", a.edition, a.published_on, a.changes);
                    [what, a.reason.clone()]
                })
                .collect(),
        }
    }
}

impl SnapshotItem {
    fn cells(&self, edition: Edition) -> [String; 12] {
        let public = edition == Edition::Public;
        let hidden = public && !self.public;
        let shown = |text: &str| if hidden { String::new() } else { text.to_owned() };
        let need = match (public, hidden) {
            (false, _) => format!("{} {}", self.need_number, self.need_source),
            (true, false) => self.need_title.clone(),
            (true, true) => "不公开".to_owned(),
        };
        let members: Vec<String> =
            self.members.iter().map(|m| format!("{}({}·{})", m.name, m.level, m.sector)).collect();
        let resources: Vec<String> = self
            .resources
            .iter()
            .map(|r| if public { r.title.clone() } else { format!("{} {}", r.number, r.title) })
            .collect();
        [
            self.seq.to_string(),
            if hidden { self.category.clone() } else { self.title.clone() },
            need,
            shown(&self.beneficiaries),
            self.form.clone(),
            members.join("、"),
            resources.join("、"),
            shown(&self.partners.join("、")),
            quarter(self.quarter).to_owned(),
            shown(&self.expected_result),
            self.progress.clone(),
            self.remarks(),
        ]
    }

    /// 备注: whether it goes on from the year before, is carried together, was struck.
    fn remarks(&self) -> String {
        let carried = self.carried.then(|| "结转".to_owned());
        let joint = Some(self.joint.clone()).filter(|j| !j.is_empty());
        let struck = self.removal_reason.as_ref().map(|r| format!("撤销:{r}"));
        [carried, joint, struck].into_iter().flatten().collect::<Vec<_>>().join(";")
    }
}
