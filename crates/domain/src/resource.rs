//! Resources (委员资源): what a member offers.

use crate::Refusal;
use crate::codes::codes;

codes! {
    /// Where a resource stands (domain.md §8). Used up is derived from its capacity, not a state.
    ResourceStatus {
        /// 草稿.
        Draft = "DRAFT", "草稿";
        /// 待核实 by a convener of the home station.
        Submitted = "SUBMITTED", "待核实";
        /// 可用.
        Available = "AVAILABLE", "可用";
        /// 暂停 by its owner.
        Suspended = "SUSPENDED", "暂停";
        /// 撤回: final.
        Withdrawn = "WITHDRAWN", "已撤回";
    }
}

codes! {
    /// What can be done to a resource.
    ResourceAction {
        /// 提交.
        Submit = "SUBMIT", "提交";
        /// 核实.
        Verify = "VERIFY", "核实";
        /// 退回修改.
        Return = "RETURN", "退回修改";
        /// 暂停.
        Suspend = "SUSPEND", "暂停";
        /// 恢复.
        Resume = "RESUME", "恢复";
        /// 撤回.
        Withdraw = "WITHDRAW", "撤回";
    }
}

codes! {
    /// Where a cut of a capacity below what is reserved stands: the owner says which matches lose, the convener agrees
    /// (domain.md §10).
    CutStatus {
        /// 待召集人同意.
        Proposed = "PROPOSED", "待召集人同意";
        /// 已执行.
        Agreed = "AGREED", "已执行";
        /// 未同意.
        Refused = "REFUSED", "未同意";
    }
}

codes! {
    /// What sort of help it is (domain.md §7).
    ResourceKind {
        /// 专业服务: law, medicine, psychology, education, farming, planning.
        Professional = "PROFESSIONAL", "专业服务";
        /// 调解.
        Mediation = "MEDIATION", "调解";
        /// 培训讲座.
        Training = "TRAINING", "培训讲座";
        /// 就业岗位.
        Jobs = "JOBS", "就业岗位";
        /// 场地设施.
        Venue = "VENUE", "场地设施";
        /// 资金物资.
        Funds = "FUNDS", "资金物资";
        /// 技术.
        Technology = "TECHNOLOGY", "技术";
        /// 信息渠道.
        Information = "INFORMATION", "信息渠道";
        /// 文化活动.
        Culture = "CULTURE", "文化活动";
        /// 志愿队伍.
        Volunteers = "VOLUNTEERS", "志愿队伍";
        /// 协调沟通: a voice towards a department.
        Coordination = "COORDINATION", "协调沟通";
    }
}

codes! {
    /// How far from its home station a resource goes, unless a partnership or its cross-district flag carry it on.
    AreaScope {
        /// The home station's own needs.
        Station = "STATION", "本站";
        /// Stations of the same district.
        District = "DISTRICT", "本旗县区";
    }
}

codes! {
    /// How help is given.
    DeliveryFormat {
        /// 现场.
        OnSite = "ON_SITE", "现场";
        /// 线上.
        Online = "ONLINE", "线上";
        /// 现场和线上均可.
        Both = "BOTH", "现场和线上";
    }
}

codes! {
    /// Who pays.
    Cost {
        /// 免费.
        Free = "FREE", "免费";
        /// 成本分担.
        Shared = "COST_SHARED", "成本分担";
    }
}

impl ResourceStatus {
    /// States in which a resource is on offer, though perhaps not today.
    pub const ON_OFFER: [ResourceStatus; 2] = [ResourceStatus::Available, ResourceStatus::Suspended];

    /// The state after `action`, or why it cannot be done from here.
    ///
    /// # Errors
    /// `RESOURCE_STATE`: the action does not fit the state.
    pub fn apply(self, action: ResourceAction) -> Result<ResourceStatus, Refusal> {
        use {ResourceAction as A, ResourceStatus as S};
        match (self, action) {
            (S::Draft, A::Submit) => Ok(S::Submitted),
            (S::Submitted, A::Verify) => Ok(S::Available),
            (S::Submitted, A::Return) => Ok(S::Draft),
            (S::Available, A::Suspend) => Ok(S::Suspended),
            (S::Suspended, A::Resume) => Ok(S::Available),
            (S::Draft | S::Submitted | S::Available | S::Suspended, A::Withdraw) => Ok(S::Withdrawn),
            _ => Err(Refusal::new(
                "RESOURCE_STATE",
                format!("资源现在是「{}」,不能「{}」。{}", self.label(), action.label(), self.way_out()),
            )),
        }
    }

    fn way_out(self) -> &'static str {
        match self {
            ResourceStatus::Draft => "请先提交。",
            ResourceStatus::Submitted => "请等所属站召集人核实。",
            ResourceStatus::Available => "可以暂停或撤回。",
            ResourceStatus::Suspended => "可以恢复或撤回。",
            ResourceStatus::Withdrawn => "撤回不可恢复,请重新登记一项资源。",
        }
    }
}

/// Checks the capacities: at least one unit a year, no quarter more than the year.
///
/// # Errors
/// `CAPACITY` with the field.
pub fn check_capacity(per_quarter: i32, per_year: i32) -> Result<(), Refusal> {
    if !(1..=1000).contains(&per_year) {
        return Err(Refusal::new("CAPACITY", format!("全年可提供次数为 {per_year},应在 1 至 1000 之间。"))
            .at("perYear"));
    }
    if !(1..=per_year).contains(&per_quarter) {
        return Err(Refusal::new(
            "CAPACITY",
            format!("每季度次数为 {per_quarter},应在 1 至全年次数 {per_year} 之间。"),
        )
        .at("perQuarter"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_and_action_is_decided() {
        let mut table = String::new();
        for state in ResourceStatus::ALL {
            for action in ResourceAction::ALL {
                if let Ok(next) = state.apply(*action) {
                    table += &format!("{} {} {}\n", state.code(), action.code(), next.code());
                }
            }
        }
        assert_eq!(
            table,
            "DRAFT SUBMIT SUBMITTED\nDRAFT WITHDRAW WITHDRAWN\nSUBMITTED VERIFY AVAILABLE\nSUBMITTED RETURN DRAFT\n\
             SUBMITTED WITHDRAW WITHDRAWN\nAVAILABLE SUSPEND SUSPENDED\nAVAILABLE WITHDRAW WITHDRAWN\n\
             SUSPENDED RESUME AVAILABLE\nSUSPENDED WITHDRAW WITHDRAWN\n"
        );
    }
}
