//! Needs (群众需求): what people ask for, and how far a need has come.

use crate::Refusal;
use crate::codes::codes;

codes! {
    /// Where a need stands (domain.md §8).
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
        /// 办理中: a member has accepted its order.
        InProgress = "IN_PROGRESS", "办理中";
        /// 已解决待评价.
        Resolved = "RESOLVED", "已解决待评价";
        /// 办结.
        Closed = "CLOSED", "已办结";
        /// 已结转 to the next year.
        CarriedOver = "CARRIED_OVER", "已结转";
        /// 无资源待提级: the convener has found nobody.
        Unresourced = "UNRESOURCED", "无资源";
        /// 提级中: somebody on the ladder is asked.
        Escalated = "ESCALATED", "提级中";
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
        /// 接单: a member has accepted its order.
        Start = "START", "接单";
        /// 退回: its order has no member any more, and it is on no list.
        Release = "RELEASE", "退回待匹配";
        /// 退回: its order has no member any more, but it is on a list.
        Relist = "RELIST", "退回清单";
        /// 解单.
        Resolve = "RESOLVE", "解单";
        /// 重办: the requester is not satisfied.
        Reopen = "REOPEN", "重办";
        /// 办结.
        Close = "CLOSE", "办结";
        /// 移出清单: struck off by an amendment.
        Unlist = "UNLIST", "移出清单";
        /// 无资源: the convener says so.
        DeclareUnresourced = "DECLARE_UNRESOURCED", "确认无资源";
        /// 提级: somebody on the ladder is asked.
        Escalate = "ESCALATE", "提级";
        /// 有资源: back to the board.
        Resource = "RESOURCE", "找到资源";
        /// 答复办结: whoever is in charge has answered.
        Answer = "ANSWER", "答复办结";
        /// 结转.
        CarryOver = "CARRY_OVER", "结转";
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
    /// What a convener says of a need that is kept out of the rates (domain.md §10). It stays, and is handled like others.
    NeedMark {
        /// Brought in bad faith.
        BadFaith = "BAD_FAITH", "恶意诉求";
        /// Brought again and again though it was answered.
        Repeated = "REPEATED", "重复诉求";
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
    /// The states of a need that somebody still has in hand.
    pub const IN_HAND: [NeedStatus; 7] = [
        NeedStatus::Submitted,
        NeedStatus::Open,
        NeedStatus::Matched,
        NeedStatus::Listed,
        NeedStatus::InProgress,
        NeedStatus::Unresourced,
        NeedStatus::Escalated,
    ];

    /// The state after `action`, or why it cannot be done from here. The whole table is walked by a test.
    ///
    /// # Errors
    /// `NEED_STATE`: the action does not fit the state; the message says which states it fits.
    pub fn apply(self, action: NeedAction) -> Result<NeedStatus, Refusal> {
        self.next(action).ok_or_else(|| {
            let from: Vec<&str> =
                NeedStatus::ALL.iter().filter(|s| s.next(action).is_some()).map(|s| s.label()).collect();
            let words = format!(
                "需求现在是「{}」,不能「{}」;只有「{}」的需求可以。",
                self.label(),
                action.label(),
                from.join("」「")
            );
            Refusal::new("NEED_STATE", words)
        })
    }

    fn next(self, action: NeedAction) -> Option<NeedStatus> {
        use {NeedAction as A, NeedStatus as S};
        Some(match (self, action) {
            (S::Draft, A::Submit) => S::Submitted,
            (S::Submitted, A::Verify) => S::Open,
            (S::Submitted, A::Refuse) => S::Refused,
            (S::Submitted | S::Open, A::Refer) => S::Referred,
            (S::Submitted | S::Open, A::Merge) => S::Merged,
            (S::Merged, A::Split) => S::Open,
            (S::Open, A::Cover) => S::Matched,
            (S::Matched, A::Uncover) => S::Open,
            (S::Matched, A::List) => S::Listed,
            (S::Open | S::Matched | S::Listed, A::Start) => S::InProgress,
            (S::InProgress, A::Release) => S::Open,
            (S::InProgress, A::Relist) => S::Listed,
            (S::InProgress, A::Resolve) => S::Resolved,
            (S::Resolved, A::Reopen) => S::InProgress,
            (S::Resolved, A::Close) => S::Closed,
            (S::Listed, A::Unlist) => S::Open,
            (S::Open, A::DeclareUnresourced) => S::Unresourced,
            (S::Unresourced, A::Escalate) => S::Escalated,
            (S::Unresourced | S::Escalated, A::Resource) => S::Open,
            (S::Escalated, A::Answer) => S::Closed,
            (
                S::Draft
                | S::Submitted
                | S::Open
                | S::Matched
                | S::Listed
                | S::InProgress
                | S::Unresourced
                | S::Escalated,
                A::CarryOver,
            ) => S::CarriedOver,
            (S::Draft | S::Submitted | S::Open | S::Matched | S::Unresourced | S::Escalated, A::Withdraw) => {
                S::Withdrawn
            }
            _ => return None,
        })
    }

    /// Whether a resource may still be found for the need by hand; what is on a list or at work has its order.
    ///
    /// # Errors
    /// `NEED_STATE`.
    pub fn matchable(self, number: &str) -> Result<(), Refusal> {
        match self {
            NeedStatus::Open => Ok(()),
            _ => Err(Refusal::new(
                "NEED_STATE",
                format!(
                    "需求 {number} 现在是「{}」,或已匹配齐备,不能再匹配;已入清单的请在其单上改派。",
                    self.label()
                ),
            )),
        }
    }

    /// Whether somebody could still serve it: it waits, is on a list, or has an order, which may be offered to another.
    pub fn may_be_served(self) -> bool {
        matches!(self, NeedStatus::Open | NeedStatus::Matched | NeedStatus::Listed | NeedStatus::InProgress)
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
        let mut ways = 0;
        for state in NeedStatus::ALL {
            for action in NeedAction::ALL {
                match state.apply(*action) {
                    Ok(next) => {
                        ways += 1;
                        assert!(next != *state, "{state:?} {action:?}");
                    }
                    Err(r) => assert!(r.message.contains(action.label()) && r.code == "NEED_STATE"),
                }
            }
        }
        assert_eq!(ways, 39);
    }

    #[test]
    fn an_end_is_an_end() {
        use NeedStatus as S;
        for end in [S::Refused, S::Referred, S::Withdrawn, S::Closed, S::CarriedOver] {
            assert!(NeedAction::ALL.iter().all(|a| end.apply(*a).is_err()));
        }
    }
}
