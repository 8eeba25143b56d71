//! What waits for a person.

use crate::codes::codes;

codes! {
    /// What waits.
    InboxKind {
        /// 待核实 needs.
        Verify = "VERIFY", "待核实需求";
        /// 待核实 resources.
        VerifyResource = "VERIFY_RESOURCE", "待核实资源";
        /// 待同意 cuts of capacities that are reserved.
        Cut = "CUT", "待同意减量";
        /// 待匹配 needs.
        Match = "MATCH", "待匹配需求";
        /// 待派 orders: opened, declined, lapsed or given back.
        Dispatch = "DISPATCH", "待派单";
        /// 待接 orders.
        Answer = "ANSWER", "待接单";
        /// 办理中 orders.
        AtWork = "AT_WORK", "办理中";
        /// 逾期 orders.
        Overdue = "OVERDUE", "已逾期";
        /// 待回访 orders.
        Rate = "RATE", "待回访";
        /// 待告知 requesters of merged needs whose head has come to its end.
        Tell = "TELL", "待告知诉求人";
        /// 待签 lists, for themselves or for an amendment.
        Sign = "SIGN", "待签署";
        /// 待答复联建共建 that another station has proposed.
        Partner = "PARTNER", "待答复共建";
        /// 待答复联办 items that another station has proposed.
        Joint = "JOINT", "待答复联办";
        /// 再次结转 needs, carried over twice or more and still open: for the district.
        CarriedAgain = "CARRIED_AGAIN", "再次结转";
        /// 多次重办 orders: for the district.
        Attention = "ATTENTION", "多次重办";
    }
}
