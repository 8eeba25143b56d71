//! The duty ledger (履职记录): facts, one a member and event; points come later, from rules (domain.md §14).

use crate::codes::codes;

codes! {
    /// What a member did.
    DutyKind {
        /// 办结: an order that was finished and rated.
        OrderClosed = "ORDER_CLOSED", "办结";
        /// 参加协商.
        Session = "SESSION", "参加协商";
    }
}

codes! {
    /// In which part.
    DutyRole {
        /// 主办.
        Lead = "LEAD", "主办";
        /// 协办.
        Co = "CO", "协办";
    }
}

codes! {
    /// What a member answered to an offered order.
    OfferAnswer {
        /// 接单.
        Accepted = "ACCEPTED", "接单";
        /// 退单.
        Declined = "DECLINED", "退单";
        /// 逾期未答: counts against the response rate.
        Lapsed = "LAPSED", "逾期未答";
        /// 撤销: the station took the offer back before there was an answer.
        TakenBack = "TAKEN_BACK", "撤销派单";
    }
}
