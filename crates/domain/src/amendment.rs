//! Amendments (修订): how a published list changes (domain.md §8, §10). The list stays published as it is until both
//! seats have signed the amendment; then it has a new edition, and what was removed stays, struck through.

use crate::Refusal;
use crate::codes::codes;

codes! {
    /// Where an amendment stands.
    AmendmentStatus {
        /// 起草.
        Draft = "DRAFT", "起草";
        /// 审核中: waits for two signatures.
        InReview = "IN_REVIEW", "审核中";
        /// 已发布: the list has a new edition.
        Published = "PUBLISHED", "已发布";
        /// 已撤销.
        Dropped = "DROPPED", "已撤销";
    }
}

codes! {
    /// What can be done to an amendment.
    AmendmentAction {
        /// 修改.
        Edit = "EDIT", "修改";
        /// 送审.
        Submit = "SUBMIT", "送审";
        /// 退回修改: signatures fall.
        Return = "RETURN", "退回修改";
        /// 签署.
        Sign = "SIGN", "签署";
        /// 发布.
        Publish = "PUBLISH", "发布";
        /// 撤销.
        Drop = "DROP", "撤销";
    }
}

codes! {
    /// One change of a list.
    ChangeKind {
        /// 增加 a need that is covered.
        Add = "ADD", "增加";
        /// 撤销 an item, with its reason.
        Remove = "REMOVE", "撤销";
        /// 变更 title, form, quarter or expected result of an item.
        Edit = "EDIT", "变更";
        /// 更换资源: a confirmed match takes the place of one that is gone.
        Substitute = "SUBSTITUTE", "更换资源";
        /// 联办: an item of another station's list that was offered is carried too.
        Join = "JOIN", "联办";
    }
}

impl AmendmentStatus {
    /// The state after `action`.
    ///
    /// # Errors
    /// `AMENDMENT_STATE`: the action does not fit the state.
    pub fn apply(self, action: AmendmentAction) -> Result<AmendmentStatus, Refusal> {
        use {AmendmentAction as A, AmendmentStatus as S};
        match (self, action) {
            (S::Draft, A::Edit) => Ok(S::Draft),
            (S::Draft, A::Submit) => Ok(S::InReview),
            (S::InReview, A::Return) => Ok(S::Draft),
            (S::InReview, A::Sign) => Ok(S::InReview),
            (S::InReview, A::Publish) => Ok(S::Published),
            (S::Draft | S::InReview, A::Drop) => Ok(S::Dropped),
            _ => Err(Refusal::new(
                "AMENDMENT_STATE",
                format!(
                    "该修订现在是「{}」,不能「{}」。{}",
                    self.label(),
                    action.label(),
                    match self {
                        S::Draft => "请先送审。",
                        S::InReview => "审核中的修订须先退回,或由两位召集人签署后发布。",
                        S::Published | S::Dropped => "如需再改,请另起一份修订。",
                    }
                ),
            )),
        }
    }

    /// Whether it still may change its list.
    pub fn open(self) -> bool {
        matches!(self, AmendmentStatus::Draft | AmendmentStatus::InReview)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amendments_walk_their_whole_table() {
        let all = AmendmentStatus::ALL.iter().flat_map(|s| AmendmentAction::ALL.iter().map(|a| s.apply(*a)));
        assert_eq!(all.filter(Result::is_ok).count(), 7);
        for end in [AmendmentStatus::Published, AmendmentStatus::Dropped] {
            assert!(!end.open() && AmendmentAction::ALL.iter().all(|a| end.apply(*a).is_err()));
        }
    }
}
