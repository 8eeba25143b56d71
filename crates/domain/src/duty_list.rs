//! The annual duty list (年度履职清单): its states, its two signatures, its items.

use crate::codes::codes;
use crate::{ConvenerSeat, Refusal, ResourceKind, refusal};

codes! {
    /// Where an annual duty list stands.
    ListStatus {
        /// 草稿: conveners change it.
        Draft = "DRAFT", "草稿";
        /// 审核中: waits for two signatures.
        InReview = "IN_REVIEW", "审核中";
        /// 已发布: a snapshot is frozen.
        Published = "PUBLISHED", "已发布";
    }
}

codes! {
    /// What can be done to a list.
    ListAction {
        /// 送审.
        Submit = "SUBMIT", "送审";
        /// 退回修改: both signatures fall.
        Return = "RETURN", "退回修改";
        /// 签署: either seat.
        Sign = "SIGN", "签署";
        /// 发布.
        Publish = "PUBLISH", "发布";
        /// 修改草稿.
        Edit = "EDIT", "修改";
    }
}

codes! {
    /// The four micro forms of duty (四微).
    DutyForm {
        /// 微协商.
        Consultation = "MICRO_CONSULTATION", "微协商";
        /// 微监督.
        Oversight = "MICRO_OVERSIGHT", "微监督";
        /// 微服务.
        Service = "MICRO_SERVICE", "微服务";
        /// 微建议.
        Suggestion = "MICRO_SUGGESTION", "微建议";
    }
}

codes! {
    /// A need and a resource joined, from suggestion to the owner's word.
    MatchStatus {
        /// 建议: by the plan, or by hand.
        Suggested = "SUGGESTED", "建议";
        /// 已提出: offered to the owner, capacity reserved.
        Proposed = "PROPOSED", "已提出";
        /// 已确认 by the owner.
        Confirmed = "CONFIRMED", "已确认";
        /// 不采纳 by the convener.
        Dismissed = "DISMISSED", "不采纳";
        /// 谢绝 by the owner.
        Declined = "DECLINED", "谢绝";
        /// 逾期未答.
        Lapsed = "LAPSED", "逾期未答";
        /// 已用: its order was resolved, the unit is consumed.
        Used = "USED", "已用";
        /// 已释放: its order came to an end without it.
        Released = "RELEASED", "已释放";
        /// Replaced by a newer plan.
        Superseded = "SUPERSEDED", "已更新";
    }
}

codes! {
    /// What can be done to a match.
    MatchAction {
        /// 提出.
        Propose = "PROPOSE", "提出";
        /// 确认.
        Confirm = "CONFIRM", "确认";
        /// 不采纳.
        Dismiss = "DISMISS", "不采纳";
        /// 谢绝.
        Decline = "DECLINE", "谢绝";
        /// 逾期: no answer in time.
        Lapse = "LAPSE", "逾期";
        /// 用毕: its order was resolved.
        Use = "USE", "用毕";
        /// 重办: its order was reopened.
        Reopen = "REOPEN", "重办";
        /// 释放: its order was returned, reassigned or cancelled.
        Release = "RELEASE", "释放";
        /// 更新: a new plan takes its place.
        Supersede = "SUPERSEDE", "更新";
    }
}

codes! {
    /// Why a member declines (domain.md §9, rule 6).
    DeclineReason {
        /// 时间冲突.
        Time = "TIME", "时间冲突";
        /// 不属专业.
        Profession = "PROFESSION", "不属专业";
        /// 资源已用尽.
        UsedUp = "USED_UP", "资源已用尽";
        /// 回避.
        Conflict = "CONFLICT", "回避";
        /// 其他.
        Other = "OTHER", "其他";
    }
}

codes! {
    /// Who proposed a match.
    ProposedBy {
        /// The plan.
        System = "SYSTEM", "系统";
        /// A convener.
        Person = "PERSON", "人工";
    }
}

codes! {
    /// What a convener wants of a pair in the next plan.
    PairRuleKind {
        /// 指定: plan it before all others.
        Pin = "PIN", "指定";
        /// 排除: never plan it.
        Ban = "BAN", "排除";
    }
}

codes! {
    /// Who reads a printed list.
    Edition {
        /// 内部版: numbers and sources.
        Internal = "INTERNAL", "内部版";
        /// 公开版 (domain.md §11).
        Public = "PUBLIC", "公开版";
    }
}

impl ListStatus {
    /// The state after `action`. Signing keeps the state; who may sign is [`check_signature`].
    ///
    /// # Errors
    /// `LIST_STATE`: the action does not fit the state.
    pub fn apply(self, action: ListAction) -> Result<ListStatus, Refusal> {
        use {ListAction as A, ListStatus as S};
        match (self, action) {
            (S::Draft, A::Submit) => Ok(S::InReview),
            (S::Draft, A::Edit) => Ok(S::Draft),
            (S::InReview, A::Return) => Ok(S::Draft),
            (S::InReview, A::Sign) => Ok(S::InReview),
            (S::InReview, A::Publish) => Ok(S::Published),
            _ => Err(Refusal::new(
                "LIST_STATE",
                format!(
                    "清单现在是「{}」,不能「{}」。{}",
                    self.label(),
                    action.label(),
                    match self {
                        S::Draft => "请先送审。",
                        S::InReview => "如需修改,请先退回草稿。",
                        S::Published => "已发布的版本不再改变,变更走修订。",
                    }
                ),
            )),
        }
    }
}

impl MatchStatus {
    /// The state after `action`.
    ///
    /// # Errors
    /// `MATCH_STATE`: the action does not fit the state.
    pub fn apply(self, action: MatchAction) -> Result<MatchStatus, Refusal> {
        use {MatchAction as A, MatchStatus as S};
        match (self, action) {
            (S::Suggested, A::Propose) => Ok(S::Proposed),
            (S::Suggested | S::Proposed, A::Dismiss) => Ok(S::Dismissed),
            (S::Proposed, A::Confirm) => Ok(S::Confirmed),
            (S::Proposed | S::Confirmed, A::Decline) => Ok(S::Declined),
            (S::Proposed | S::Confirmed, A::Lapse) => Ok(S::Lapsed),
            (S::Confirmed, A::Use) => Ok(S::Used),
            (S::Used, A::Reopen) => Ok(S::Confirmed),
            (S::Proposed | S::Confirmed, A::Release) => Ok(S::Released),
            (S::Suggested, A::Supersede) => Ok(S::Superseded),
            _ => Err(Refusal::new(
                "MATCH_STATE",
                format!(
                    "该匹配现在是「{}」,不能「{}」。{}",
                    self.label(),
                    action.label(),
                    match self {
                        S::Suggested => "请先向委员提出。",
                        S::Proposed => "请等委员答复,或代录其答复。",
                        S::Confirmed => "已确认的匹配只能由委员谢绝。",
                        _ => "请另选资源。",
                    }
                ),
            )),
        }
    }

    /// Whether the match holds a unit of its resource's capacity (domain.md §9, rule 4).
    pub fn reserves(self) -> bool {
        MatchStatus::HOLDING.contains(&self)
    }

    /// The states that hold a unit: reserved, or consumed already.
    pub const HOLDING: [MatchStatus; 3] = [MatchStatus::Proposed, MatchStatus::Confirmed, MatchStatus::Used];
}

/// Whether a person may sign for a seat, given who has signed already (domain.md §9, rule 2).
///
/// # Errors
/// `ALREADY_SIGNED`, `FIRST_FIRST` or `FOUR_EYES`.
pub fn check_signature<P: PartialEq>(
    signed: &[(ConvenerSeat, P)],
    seat: ConvenerSeat,
    person: &P,
) -> Result<(), Refusal> {
    if signed.iter().any(|(s, _)| *s == seat) {
        return Err(Refusal::new(
            "ALREADY_SIGNED",
            format!("「{}」已经签署过这份清单,无需再签。", seat.label()),
        ));
    }
    if signed.iter().any(|(_, p)| p == person) {
        return Err(Refusal::new(
            "FOUR_EYES",
            "同一人不能签署两次:第一召集人审核、第二召集人会签须由两人完成,请由另一位召集人签署。",
        ));
    }
    if seat == ConvenerSeat::Second && signed.is_empty() {
        return Err(Refusal::new("FIRST_FIRST", "第一召集人尚未审核,请其先审核,再由第二召集人会签。"));
    }
    Ok(())
}

/// The form that a first draft gives an item, from what its resource is; conveners change it.
pub fn draft_form(kind: ResourceKind, urgent: bool) -> DutyForm {
    match kind {
        ResourceKind::Coordination if urgent => DutyForm::Oversight,
        ResourceKind::Coordination | ResourceKind::Mediation => DutyForm::Consultation,
        ResourceKind::Information => DutyForm::Suggestion,
        _ => DutyForm::Service,
    }
}

/// The expected result that a first draft gives an item; conveners change it.
pub fn draft_result(kind: ResourceKind, units: usize, unit: &str, beneficiaries: &str) -> String {
    let who = if beneficiaries.is_empty() { "有关居民".to_owned() } else { beneficiaries.to_owned() };
    match kind {
        ResourceKind::Coordination => format!("与有关部门协商{units}{unit},形成解决办法并答复{who}"),
        ResourceKind::Mediation => format!("调解{units}{unit},当事人签订协议,惠及{who}"),
        ResourceKind::Information => format!("提交意见建议{units}{unit},向{who}反馈结果"),
        ResourceKind::Jobs => format!("提供岗位对接{units}{unit},惠及{who}"),
        ResourceKind::Venue | ResourceKind::Funds | ResourceKind::Technology => {
            format!("落实{}{units}{unit},惠及{who}", kind.label())
        }
        _ => format!("开展{}{units}{unit},服务{who}", kind.label()),
    }
}

/// What stands in the way of publishing an item; every item of a list is asked (domain.md §9, rule 3).
pub fn item_faults(
    seq: i32,
    title: &str,
    expected: &str,
    needs: usize,
    unconfirmed: &[String],
    missing: &[String],
) -> Vec<Refusal> {
    let mut faults = Vec::new();
    if needs == 0 {
        faults.push(Refusal::new(
            "ITEM_WITHOUT_NEED",
            format!("第 {seq} 项「{title}」没有需求,请删除该项并说明原因。"),
        ));
    }
    if expected.trim().is_empty() {
        faults.push(Refusal::new(
            "ITEM_WITHOUT_RESULT",
            format!("第 {seq} 项「{title}」没有预期成果,请填写。"),
        ));
    }
    if !unconfirmed.is_empty() {
        faults.push(Refusal::new(
            "ITEM_UNCONFIRMED",
            format!(
                "第 {seq} 项「{title}」的资源 {} 尚未由委员确认,请等其确认或改用其他资源。",
                unconfirmed.join("、")
            ),
        ));
    }
    if !missing.is_empty() {
        faults.push(Refusal::new(
            "ITEM_PARTLY",
            format!(
                "第 {seq} 项「{title}」还缺「{}」,必要条件未齐不能入清单,请补充匹配或删除该项。",
                missing.join("」「")
            ),
        ));
    }
    faults
}

/// The units that carry an item too (共建/协办单位), a line each, as they are kept.
///
/// # Errors
/// `PARTNERS`: too many; `EMPTY`, `TOO_LONG` as of every text.
pub fn partners(names: &[String]) -> Result<String, Refusal> {
    /// Names that a printed column takes.
    const MOST: usize = 5;
    if names.len() > MOST {
        let words = format!("共建/协办单位有 {} 个,最多填 {MOST} 个。", names.len());
        return Err(Refusal::new("PARTNERS", words).at("partners"));
    }
    let mut kept: Vec<String> = Vec::new();
    for name in names {
        let name = refusal::text(&name.replace('\n', " "), "共建/协办单位", 50, "partners")?;
        if !kept.contains(&name) {
            kept.push(name);
        }
    }
    Ok(kept.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_person_never_signs_twice() {
        let first = [(ConvenerSeat::First, 7)];
        assert!(check_signature(&first, ConvenerSeat::Second, &8).is_ok());
        assert_eq!(check_signature(&first, ConvenerSeat::Second, &7).unwrap_err().code, "FOUR_EYES");
        assert_eq!(check_signature(&first, ConvenerSeat::First, &8).unwrap_err().code, "ALREADY_SIGNED");
        assert_eq!(check_signature(&[], ConvenerSeat::Second, &8).unwrap_err().code, "FIRST_FIRST");
    }

    #[test]
    fn lists_and_matches_walk_their_whole_table() {
        let lists = ListStatus::ALL.iter().flat_map(|s| ListAction::ALL.iter().map(|a| s.apply(*a)));
        assert_eq!(lists.filter(Result::is_ok).count(), 5);
        let matches = MatchStatus::ALL.iter().flat_map(|s| MatchAction::ALL.iter().map(|a| s.apply(*a)));
        assert_eq!(matches.filter(Result::is_ok).count(), 13);
    }

    #[test]
    fn an_item_that_is_only_partly_covered_names_what_is_missing() {
        let faults = item_faults(3, "路灯", "安装13盏", 1, &[], &["安装".into()]);
        assert_eq!(faults.len(), 1);
        assert!(faults[0].message.contains("「安装」"));
    }
}
