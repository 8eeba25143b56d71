//! Orders (单): how a need is carried out, from 开单 to 回访 (domain.md §8, §9).

use crate::codes::codes;
use crate::{DutyForm, Refusal};
use chrono::NaiveDate;

codes! {
    /// Where an order stands.
    OrderStatus {
        /// 已开单: opened, nobody has been asked yet.
        Issued = "ISSUED", "已开单";
        /// 已派单: offered to a member, who has not answered.
        Dispatched = "DISPATCHED", "待接单";
        /// 已退单: declined before acceptance; waits for another member.
        Declined = "DECLINED", "已退单";
        /// 逾期未接: no answer in time; waits for another member.
        TimedOut = "TIMED_OUT", "逾期未接";
        /// 已接单.
        Accepted = "ACCEPTED", "已接单";
        /// 协商中: at least one session was held.
        Consulting = "CONSULTING", "协商中";
        /// 已形成方案.
        Planned = "PLANNED", "已形成方案";
        /// 办理中.
        Executing = "EXECUTING", "办理中";
        /// 已暂停: waits on season, permit or works.
        Suspended = "SUSPENDED", "已暂停";
        /// 退回: given back after acceptance with the convener's consent; waits for another member.
        Returned = "RETURNED", "已退回";
        /// 已解单: waits for the requester's word.
        Resolved = "RESOLVED", "已解单待回访";
        /// 已办结.
        Closed = "CLOSED", "已办结";
        /// 已取消.
        Cancelled = "CANCELLED", "已取消";
        /// 已结转 to the next year.
        CarriedOver = "CARRIED_OVER", "已结转";
    }
}

codes! {
    /// What can be done to an order.
    OrderAction {
        /// 派单: offer it to a member.
        Dispatch = "DISPATCH", "派单";
        /// 接单.
        Accept = "ACCEPT", "接单";
        /// 退单 before acceptance, with a reason.
        Decline = "DECLINE", "退单";
        /// 逾期: nobody answered in time.
        Lapse = "LAPSE", "逾期";
        /// 申请退回 after acceptance.
        AskReturn = "ASK_RETURN", "申请退回";
        /// 同意退回.
        AllowReturn = "ALLOW_RETURN", "同意退回";
        /// 不同意退回.
        RefuseReturn = "REFUSE_RETURN", "不同意退回";
        /// 改派: taken from its member for another.
        Reassign = "REASSIGN", "改派";
        /// 确定协办委员: who helps the lead.
        Assist = "ASSIST", "确定协办委员";
        /// 协商: a session was held.
        Consult = "CONSULT", "协商";
        /// 免协商: a pure service needs none.
        Waive = "WAIVE", "免于协商";
        /// 形成方案.
        Plan = "PLAN", "形成方案";
        /// 开始办理.
        Start = "START", "开始办理";
        /// 暂停.
        Suspend = "SUSPEND", "暂停";
        /// 恢复.
        Resume = "RESUME", "恢复";
        /// 解单, with an outcome.
        Resolve = "RESOLVE", "解单";
        /// 回访评价.
        Rate = "RATE", "回访评价";
        /// 取消.
        Cancel = "CANCEL", "取消";
        /// 结转.
        CarryOver = "CARRY_OVER", "结转";
    }
}

codes! {
    /// How a member came to help with an order.
    CoSource {
        /// By a match with the need that was confirmed too.
        Match = "MATCH", "匹配";
        /// Named by the convener.
        Named = "NAMED", "召集人确定";
    }
}

/// Co-members at most that a convener names for an order.
pub const CO_MEMBERS: usize = 10;

codes! {
    /// What the requester says (满意度).
    Rating {
        /// 满意.
        Satisfied = "SATISFIED", "满意";
        /// 基本满意.
        Basically = "BASICALLY_SATISFIED", "基本满意";
        /// 不满意: reopens.
        Dissatisfied = "DISSATISFIED", "不满意";
        /// 未评价: not reached.
        NotRated = "NOT_RATED", "未评价";
    }
}

codes! {
    /// Whether it is solved, by the requester's word.
    Solved {
        /// 解决.
        Yes = "YES", "解决";
        /// 部分解决.
        Partly = "PARTLY", "部分解决";
        /// 未解决.
        No = "NO", "未解决";
    }
}

codes! {
    /// Who gives feedback.
    FeedbackBy {
        /// 诉求人.
        Requester = "REQUESTER", "诉求人";
        /// 居民代表.
        CommunityRep = "COMMUNITY_REP", "居民代表";
        /// 工作人员 who asked the requester.
        Clerk = "CLERK", "工作人员代录";
    }
}

codes! {
    /// What an outcome is counted in (domain.md §2).
    Measure {
        /// 面积, square metres.
        Area = "AREA", "面积";
        /// 长度, metres.
        Length = "LENGTH", "长度";
        /// 设备.
        Devices = "DEVICES", "设备";
        /// 户.
        Households = "HOUSEHOLDS", "户";
        /// 人.
        Persons = "PERSONS", "人";
        /// 商户.
        Shops = "SHOPS", "商户";
        /// 场次.
        Sessions = "SESSIONS", "场次";
    }
}

impl OrderStatus {
    /// The state after `action`. `Resume` goes back to where the order was suspended, and `Rate` depends on the word
    /// that was given: [`after_rating`].
    ///
    /// # Errors
    /// `ORDER_STATE`: the action does not fit the state; the message says which states it fits.
    pub fn apply(self, action: OrderAction) -> Result<OrderStatus, Refusal> {
        self.next(action).ok_or_else(|| {
            let from: Vec<&str> =
                OrderStatus::ALL.iter().filter(|s| s.next(action).is_some()).map(|s| s.label()).collect();
            let words = format!(
                "该单现在是「{}」,不能「{}」;只有「{}」的单可以。",
                self.label(),
                action.label(),
                from.join("」「")
            );
            Refusal::new("ORDER_STATE", words)
        })
    }

    fn next(self, action: OrderAction) -> Option<OrderStatus> {
        use {OrderAction as A, OrderStatus as S};
        Some(match (self, action) {
            (S::Issued | S::Declined | S::TimedOut | S::Returned, A::Dispatch) => S::Dispatched,
            (S::Dispatched, A::Accept) => S::Accepted,
            (S::Dispatched, A::Decline) => S::Declined,
            (S::Dispatched, A::Lapse) => S::TimedOut,
            (s, A::AskReturn | A::RefuseReturn) if s.carried() => s,
            (s, A::AllowReturn) if s.carried() => S::Returned,
            (s, A::Reassign) if s.carried() || s == S::Dispatched || s == S::Suspended => S::Returned,
            (s, A::Assist) if s.live() && s != S::Resolved => s,
            (S::Accepted, A::Consult) => S::Consulting,
            (s, A::Consult) if s.carried() => s,
            (s, A::Waive) if s.carried() => s,
            (S::Accepted | S::Consulting | S::Planned, A::Plan) => S::Planned,
            (S::Accepted | S::Consulting | S::Planned, A::Start) => S::Executing,
            (s, A::Suspend) if s.carried() => S::Suspended,
            (S::Suspended, A::Resume) => S::Executing,
            (s, A::Resolve) if s.carried() => S::Resolved,
            (S::Resolved, A::Rate) => S::Closed,
            (s, A::Cancel) if s.live() && s != S::Resolved => S::Cancelled,
            (s, A::CarryOver) if s.live() && s != S::Resolved => S::CarriedOver,
            _ => return None,
        })
    }

    /// Accepted and not yet resolved: a member is at work on it.
    pub fn carried(self) -> bool {
        use OrderStatus as S;
        matches!(self, S::Accepted | S::Consulting | S::Planned | S::Executing)
    }

    /// Whether it still stands between a need and its end. One live order a need (rule 1).
    pub fn live(self) -> bool {
        use OrderStatus as S;
        !matches!(self, S::Closed | S::Cancelled | S::CarriedOver)
    }

    /// Every state that is live.
    pub fn all_live() -> impl Iterator<Item = OrderStatus> {
        OrderStatus::ALL.iter().copied().filter(|s| s.live())
    }
}

/// How often somebody tries to reach the requester before the order is closed unrated (domain.md §10).
pub const TRIES: i32 = 3;

/// How often an order may be reopened before the district looks at it (domain.md §8).
pub const REOPENED_TOO_OFTEN: i32 = 3;

codes! {
    /// Who sees to an order that is overdue: one step up the longer it lasts (after the four kinds of 督办).
    OverdueStep {
        /// The member who leads it is reminded.
        Member = "MEMBER", "提醒承接委员";
        /// The station's conveners see to it.
        Station = "STATION", "召集人督办";
        /// The chief convener of the cluster sees to it.
        Cluster = "CLUSTER", "总召集人督办";
        /// The district sees to it.
        District = "DISTRICT", "旗县区督办";
    }
}

impl OverdueStep {
    /// Working days past the last day from which on the step is taken.
    pub const fn from_days(self) -> u32 {
        match self {
            OverdueStep::Member => 1,
            OverdueStep::Station => 3,
            OverdueStep::Cluster => 10,
            OverdueStep::District => 20,
        }
    }

    /// The step for so many working days past the last day; `None` where it is not past.
    pub fn of(days_past: i32) -> Option<OverdueStep> {
        OverdueStep::ALL.iter().copied().rev().find(|s| days_past >= s.from_days() as i32)
    }
}

/// Where an order goes after the requester's word, or after a try to get it; `None`: it stays resolved, to be tried
/// again. `tries` counts this one.
pub fn after_rating(rating: Rating, tries: i32) -> Option<OrderStatus> {
    match rating {
        Rating::Satisfied | Rating::Basically => Some(OrderStatus::Closed),
        Rating::Dissatisfied => Some(OrderStatus::Executing),
        Rating::NotRated => (tries >= TRIES).then_some(OrderStatus::Closed),
    }
}

/// Whether an order may be resolved as far as consultation goes: 微协商 takes a session with minutes, every other form
/// a session or the convener's word that none is needed (domain.md §8).
///
/// # Errors
/// `NO_MINUTES` or `NO_CONSULTATION`.
pub fn check_consulted(
    form: DutyForm,
    sessions: usize,
    with_minutes: usize,
    waived: bool,
) -> Result<(), Refusal> {
    if form == DutyForm::Consultation && with_minutes == 0 {
        return Err(Refusal::new(
            "NO_MINUTES",
            "「微协商」须至少有一次协商并有会议记录才能解单,请先登记协商。",
        ));
    }
    if sessions == 0 && !waived && form != DutyForm::Consultation {
        return Err(Refusal::new(
            "NO_CONSULTATION",
            "还没有协商;请登记一次协商,或由召集人注明该服务免于协商。",
        ));
    }
    Ok(())
}

/// A day of an order or a session: not before `from`, and not in the future.
///
/// # Errors
/// `DATE` with the field.
pub fn check_day(
    day: NaiveDate,
    from: NaiveDate,
    today: NaiveDate,
    what: &str,
    path: &'static str,
) -> Result<(), Refusal> {
    if day < from {
        let words = format!("{what}为 {day},早于 {from};请核对日期。");
        return Err(Refusal::new("DATE", words).at(path));
    }
    if day > today {
        return Err(Refusal::new("DATE", format!("{what}为 {day},还没有到;请在发生之后登记。")).at(path));
    }
    Ok(())
}

/// The amount of an outcome.
///
/// # Errors
/// `AMOUNT` or `UNIT` with the field.
pub fn check_quantity(measure: Measure, before: Option<i32>, amount: i32, unit: &str) -> Result<(), Refusal> {
    const MOST: i32 = 100_000_000;
    for n in before.into_iter().chain([amount]) {
        if !(0..=MOST).contains(&n) {
            let words = format!("「{}」的数量为 {n},应在 0 至 {MOST} 之间。", measure.label());
            return Err(Refusal::new("AMOUNT", words).at("quantities"));
        }
    }
    if unit.trim().is_empty() || unit.chars().count() > 10 {
        let words = format!("「{}」没有计量单位,请填写,如 户、人、平方米、盏。", measure.label());
        return Err(Refusal::new("UNIT", words).at("quantities"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_and_action_is_decided() {
        let mut table = String::new();
        for state in OrderStatus::ALL {
            let ways: Vec<String> = OrderAction::ALL
                .iter()
                .filter_map(|a| Some(format!("{}>{}", a.code(), state.apply(*a).ok()?.code())))
                .collect();
            table += format!("{}: {}", state.code(), ways.join(" ")).trim_end();
            table.push('\n');
        }
        let expected = include_str!("order_table.txt");
        assert_eq!(table, expected);
    }

    #[test]
    fn an_end_is_an_end_and_refusals_name_the_way() {
        for end in [OrderStatus::Closed, OrderStatus::Cancelled, OrderStatus::CarriedOver] {
            assert!(!end.live() && OrderAction::ALL.iter().all(|a| end.apply(*a).is_err()));
        }
        let no = OrderStatus::Issued.apply(OrderAction::Accept).unwrap_err();
        assert!(no.message.contains("待接单") && no.code == "ORDER_STATE");
    }

    #[test]
    fn the_word_decides() {
        assert_eq!(after_rating(Rating::Satisfied, 1), Some(OrderStatus::Closed));
        assert_eq!(after_rating(Rating::Dissatisfied, 1), Some(OrderStatus::Executing));
        assert_eq!(after_rating(Rating::NotRated, 2), None);
        assert_eq!(after_rating(Rating::NotRated, 3), Some(OrderStatus::Closed));
    }

    #[test]
    fn consultation_takes_minutes_and_a_service_may_do_without() {
        assert_eq!(check_consulted(DutyForm::Consultation, 2, 0, true).unwrap_err().code, "NO_MINUTES");
        assert!(check_consulted(DutyForm::Consultation, 1, 1, false).is_ok());
        assert_eq!(check_consulted(DutyForm::Service, 0, 0, false).unwrap_err().code, "NO_CONSULTATION");
        assert!(check_consulted(DutyForm::Service, 0, 0, true).is_ok());
    }

    #[test]
    fn amounts_have_a_unit_and_are_not_below_zero() {
        assert!(check_quantity(Measure::Area, Some(0), 2000, "平方米").is_ok());
        assert_eq!(check_quantity(Measure::Households, None, -3, "户").unwrap_err().code, "AMOUNT");
        assert_eq!(check_quantity(Measure::Households, None, 3, " ").unwrap_err().code, "UNIT");
    }

    #[test]
    fn what_is_overdue_comes_up_step_by_step() {
        use OverdueStep as S;
        let at = [-3, 0, 1, 2, 3, 9, 10, 19, 20, 200].map(OverdueStep::of);
        let (m, s, c, d) = (Some(S::Member), Some(S::Station), Some(S::Cluster), Some(S::District));
        assert_eq!(at, [None, None, m, m, s, s, c, c, d, d]);
    }
}
