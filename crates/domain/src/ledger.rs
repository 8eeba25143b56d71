//! The duty ledger (履职记录): facts, one a member and event; points come later, from rules (domain.md §14).

use crate::Refusal;
use crate::codes::codes;

/// Whether an event stands whose last entry has this turn: odd ones enter it, even ones take it back.
pub const fn stands(turn: i32) -> bool {
    turn % 2 == 1
}

/// An entry is taken back, or entered again, once, and only by its last turn.
///
/// # Errors
/// `ENTRY` says which entry stands and what to do instead.
pub fn check_turn(turn: i32, last: i32, reverse: bool) -> Result<(), Refusal> {
    let words = match (turn == last, stands(turn) == reverse) {
        (true, true) => return Ok(()),
        (true, false) if reverse => "这一条是冲销,不能再冲销;要恢复原记录,请用恢复。",
        (true, false) => "这一条没有被冲销,不必恢复。",
        (false, _) if stands(last) => "这一条之后已有更正,现在该事项有效;请按最新一条办理。",
        (false, _) => "这一条已被冲销;如冲销有误,请恢复冲销的那一条。",
    };
    Err(Refusal::new("ENTRY", words))
}

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
