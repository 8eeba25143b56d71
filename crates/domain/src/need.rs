//! Needs (群众需求): what people ask for, and how far a need has come.

use crate::Refusal;
use crate::codes::codes;

codes! {
    /// Where a need stands (domain.md §8). Orders and what follows come later.
    NeedStatus {
        /// 草稿.
        Draft = "DRAFT", "草稿";
        /// 待核实.
        Submitted = "SUBMITTED", "待核实";
        /// 待匹配: verified by a convener.
        Open = "OPEN", "待匹配";
        /// 有需求有资源: every mandatory requirement is covered by a confirmed match.
        Matched = "MATCHED", "有需求有资源";
        /// On a published list.
        Listed = "LISTED", "已入清单";
        /// 不予受理, with a reason.
        Refused = "REFUSED", "不予受理";
        /// 转办, with a target.
        Referred = "REFERRED", "已转办";
        /// 并单: follows its head.
        Merged = "MERGED", "已并单";
        /// Taken back by the requester.
        Withdrawn = "WITHDRAWN", "已撤回";
    }
}

codes! {
    /// What can be done to a need.
    NeedAction {
        /// 提交.
        Submit = "SUBMIT", "提交";
        /// 核实入单.
        Verify = "VERIFY", "核实入单";
        /// 不予受理.
        Refuse = "REFUSE", "不予受理";
        /// 转办.
        Refer = "REFER", "转办";
        /// 并单.
        Merge = "MERGE", "并单";
        /// 撤销并单: the need stands on its own again.
        Split = "SPLIT", "撤销并单";
        /// Every mandatory requirement is covered.
        Cover = "COVER", "匹配齐备";
        /// Cover is lost: a match was declined or taken back.
        Uncover = "UNCOVER", "匹配不足";
        /// Its list was published.
        List = "LIST", "列入清单";
        /// 撤回.
        Withdraw = "WITHDRAW", "撤回";
    }
}

codes! {
    /// How much a need presses.
    Urgency {
        /// In its turn.
        Normal = "NORMAL", "一般";
        /// Before all ordinary needs.
        Urgent = "URGENT", "紧急";
    }
}

codes! {
    /// Whether the requester agrees that the need be shown (domain.md §11).
    Publicity {
        /// May be shown on the public edition, without personal data.
        Consented = "CONSENTED", "同意公开";
        /// For the station only.
        Internal = "INTERNAL", "不公开";
    }
}

codes! {
    /// How a need reached the station (domain.md §7).
    NeedSource {
        /// 群众来访.
        Visit = "VISIT", "群众来访";
        /// 委员走访.
        MemberVisit = "MEMBER_VISIT", "委员走访";
        /// 议事会.
        Council = "COUNCIL", "议事会";
        /// 问卷.
        Questionnaire = "QUESTIONNAIRE", "问卷";
        /// 意见箱.
        OpinionBox = "OPINION_BOX", "意见箱";
        /// 界别群众联系.
        Constituent = "CONSTITUENT", "界别群众联系";
        /// 网格员.
        GridWorker = "GRID_WORKER", "网格员";
        /// 12345 接诉即办.
        Hotline = "HOTLINE_12345", "12345";
        /// 共建单位.
        Partner = "PARTNER", "共建单位";
        /// 企业.
        Enterprise = "ENTERPRISE", "企业";
        /// 上级交办.
        Superior = "SUPERIOR", "上级交办";
    }
}

impl NeedStatus {
    /// The state after `action`, or why it cannot be done from here. The whole table is walked by a test.
    ///
    /// # Errors
    /// `NEED_STATE`: the action does not fit the state; the message says which states it fits.
    pub fn apply(self, action: NeedAction) -> Result<NeedStatus, Refusal> {
        use {NeedAction as A, NeedStatus as S};
        match (self, action) {
            (S::Draft, A::Submit) => Ok(S::Submitted),
            (S::Submitted, A::Verify) => Ok(S::Open),
            (S::Submitted, A::Refuse) => Ok(S::Refused),
            (S::Submitted | S::Open, A::Refer) => Ok(S::Referred),
            (S::Submitted | S::Open, A::Merge) => Ok(S::Merged),
            (S::Merged, A::Split) => Ok(S::Open),
            (S::Open, A::Cover) => Ok(S::Matched),
            (S::Matched, A::Uncover) => Ok(S::Open),
            (S::Matched, A::List) => Ok(S::Listed),
            (S::Draft | S::Submitted | S::Open | S::Matched, A::Withdraw) => Ok(S::Withdrawn),
            _ => {
                let from: Vec<&str> = S::ALL.iter().filter(|s| s.allows(action)).map(|s| s.label()).collect();
                Err(Refusal::new(
                    "NEED_STATE",
                    format!(
                        "需求现在是「{}」,不能「{}」;只有「{}」的需求可以。",
                        self.label(),
                        action.label(),
                        from.join("」「")
                    ),
                ))
            }
        }
    }

    fn allows(self, action: NeedAction) -> bool {
        // Kept apart from `apply`, whose error text calls it.
        use {NeedAction as A, NeedStatus as S};
        match action {
            A::Submit => self == S::Draft,
            A::Verify | A::Refuse => self == S::Submitted,
            A::Refer | A::Merge => matches!(self, S::Submitted | S::Open),
            A::Split => self == S::Merged,
            A::Cover => self == S::Open,
            A::Uncover | A::List => self == S::Matched,
            A::Withdraw => matches!(self, S::Draft | S::Submitted | S::Open | S::Matched),
        }
    }

    /// Whether text and figures may still be edited.
    ///
    /// # Errors
    /// `NEED_STATE` once the need is on a list or at an end.
    pub fn editable(self) -> Result<(), Refusal> {
        match self {
            NeedStatus::Draft | NeedStatus::Submitted | NeedStatus::Open => Ok(()),
            _ => Err(Refusal::new(
                "NEED_STATE",
                format!("需求现在是「{}」,内容不能再改;如需变更,请先撤下匹配或在清单中修订。", self.label()),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_and_action_is_decided_and_the_refusal_names_the_way() {
        for state in NeedStatus::ALL {
            for action in NeedAction::ALL {
                match state.apply(*action) {
                    Ok(next) => assert!(state.allows(*action) && next != *state, "{state:?} {action:?}"),
                    Err(r) => {
                        assert!(!state.allows(*action), "{state:?} {action:?}");
                        assert!(r.message.contains(action.label()) && r.code == "NEED_STATE");
                    }
                }
            }
        }
    }

    #[test]
    fn an_end_is_an_end() {
        for end in [NeedStatus::Refused, NeedStatus::Referred, NeedStatus::Withdrawn, NeedStatus::Listed] {
            assert!(NeedAction::ALL.iter().all(|a| end.apply(*a).is_err()));
        }
    }
}
