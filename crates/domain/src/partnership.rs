//! 联建共建 between stations and with organisations, and items that two stations carry together (联办; domain.md §10).

use crate::Refusal;
use crate::codes::codes;

codes! {
    /// Whose resources a partnership opens to whose needs. The first station is the one that proposed it.
    PartnershipScope {
        /// 双向.
        Both = "BOTH", "双向共享";
        /// 支援: the first station's resources serve the second's needs.
        Gives = "GIVES", "支援对方";
        /// 受援: the second station's resources serve the first's needs.
        Takes = "TAKES", "由对方支援";
    }
}

codes! {
    /// Where a partnership stands.
    PartnershipStatus {
        /// 待对方同意.
        Proposed = "PROPOSED", "待对方同意";
        /// 已建立: both conveners agree, or the office has entered it.
        Agreed = "AGREED", "已建立";
        /// 未同意.
        Refused = "REFUSED", "未同意";
        /// 已终止.
        Ended = "ENDED", "已终止";
    }
}

codes! {
    /// What a partner organisation is.
    OrganizationKind {
        /// 企业.
        Enterprise = "ENTERPRISE", "企业";
        /// 高校院校.
        School = "SCHOOL", "高校院校";
        /// 医疗卫生机构.
        Medical = "MEDICAL", "医疗卫生机构";
        /// 金融机构.
        Finance = "FINANCE", "金融机构";
        /// 社会组织.
        Social = "SOCIAL", "社会组织";
        /// 机关事业单位.
        Public = "PUBLIC", "机关事业单位";
        /// 其他.
        Other = "OTHER", "其他";
    }
}

codes! {
    /// Where the agreement with a partner organisation stands.
    OrganizationStatus {
        /// 共建中.
        Agreed = "AGREED", "共建中";
        /// 已终止: its resources are withdrawn.
        Ended = "ENDED", "已终止";
    }
}

codes! {
    /// Where the proposal stands that another station carries an item too.
    JointStatus {
        /// 待对方同意.
        Proposed = "PROPOSED", "待对方同意";
        /// 已联办: on both lists.
        Agreed = "AGREED", "已联办";
        /// 未同意.
        Refused = "REFUSED", "未同意";
        /// 已撤回 by the station that proposed it, or struck from the other's list.
        Withdrawn = "WITHDRAWN", "已撤回";
    }
}

impl PartnershipStatus {
    /// The state that follows, where it may.
    ///
    /// # Errors
    /// `PARTNERSHIP_STATE`.
    pub fn go(self, to: PartnershipStatus) -> Result<PartnershipStatus, Refusal> {
        use PartnershipStatus as S;
        match (self, to) {
            (S::Proposed, S::Agreed | S::Refused) | (S::Proposed | S::Agreed, S::Ended) => Ok(to),
            _ => Err(Refusal::new(
                "PARTNERSHIP_STATE",
                format!(
                    "该共建现在是「{}」,不能改为「{}」;如需继续,请重新提出共建。",
                    self.label(),
                    to.label()
                ),
            )),
        }
    }
}

impl JointStatus {
    /// The state that follows, where it may.
    ///
    /// # Errors
    /// `JOINT_STATE`.
    pub fn go(self, to: JointStatus) -> Result<JointStatus, Refusal> {
        use JointStatus as S;
        match (self, to) {
            (S::Proposed, S::Agreed | S::Refused) | (S::Proposed | S::Agreed, S::Withdrawn) => Ok(to),
            _ => Err(Refusal::new(
                "JOINT_STATE",
                format!(
                    "该联办现在是「{}」,不能改为「{}」;如需继续,请牵头站重新提出。",
                    self.label(),
                    to.label()
                ),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_a_partnership_and_of_a_joint_item_is_decided() {
        let partnerships = PartnershipStatus::ALL;
        let ways = partnerships.iter().flat_map(|a| partnerships.iter().map(|b| a.go(*b)));
        assert_eq!(ways.filter(Result::is_ok).count(), 4);
        let joint = JointStatus::ALL;
        let ways = joint.iter().flat_map(|a| joint.iter().map(|b| a.go(*b)));
        assert_eq!(ways.filter(Result::is_ok).count(), 4);
    }
}
