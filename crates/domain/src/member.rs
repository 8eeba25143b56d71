//! CPPCC members (政协委员).

use crate::Refusal;
use crate::codes::codes;

codes! {
    /// The committee that a member sits on. One person may hold several appointments and is counted once.
    MemberLevel {
        /// 自治区政协委员.
        Region = "REGION", "自治区";
        /// 市政协委员.
        City = "CITY", "市";
        /// 旗县区政协委员.
        District = "DISTRICT", "旗县区";
    }
}

codes! {
    /// Whether a member can be asked.
    MemberStatus {
        /// In office.
        Active = "ACTIVE", "在任";
        /// Away for a time.
        OnLeave = "ON_LEAVE", "请假";
        /// No longer a member.
        Left = "LEFT", "离任";
    }
}

codes! {
    /// What happens to a member's office.
    MemberAction {
        /// 请假: away for a time; nothing new is offered.
        TakeLeave = "TAKE_LEAVE", "请假";
        /// 销假, or appointed again: can be asked.
        Return = "RETURN", "销假";
        /// 离任: no longer a member. Orders, ledger and lists keep the name.
        Leave = "LEAVE", "离任";
    }
}

impl MemberStatus {
    /// The state after `action`, or why it cannot be done from here (domain.md §10, "member leaves or goes on leave").
    ///
    /// # Errors
    /// `MEMBER_STATE`: the action does not fit the state.
    pub fn apply(self, action: MemberAction) -> Result<MemberStatus, Refusal> {
        use {MemberAction as A, MemberStatus as S};
        match (self, action) {
            (S::Active, A::TakeLeave) => Ok(S::OnLeave),
            (S::OnLeave | S::Left, A::Return) => Ok(S::Active),
            (S::Active | S::OnLeave, A::Leave) => Ok(S::Left),
            (state, _) => {
                let way_out = match state {
                    S::Active => "该委员在任,可以请假或离任。",
                    S::OnLeave => "该委员已在请假,可以销假或离任。",
                    S::Left => "该委员已离任,重新任职请销假恢复。",
                };
                let words = format!("委员现在是「{}」,不能「{}」。{way_out}", state.label(), action.label());
                Err(Refusal::new("MEMBER_STATE", words))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_and_action_is_decided() {
        let mut table = String::new();
        for state in MemberStatus::ALL {
            for action in MemberAction::ALL {
                let to = state.apply(*action).map_or_else(|r| r.code, MemberStatus::code);
                table += &format!("{} {} {to}\n", state.code(), action.code());
            }
        }
        let expected = "ACTIVE TAKE_LEAVE ON_LEAVE\nACTIVE RETURN MEMBER_STATE\nACTIVE LEAVE LEFT\n\
                        ON_LEAVE TAKE_LEAVE MEMBER_STATE\nON_LEAVE RETURN ACTIVE\nON_LEAVE LEAVE LEFT\n\
                        LEFT TAKE_LEAVE MEMBER_STATE\nLEFT RETURN ACTIVE\nLEFT LEAVE MEMBER_STATE\n";
        assert_eq!(table, expected);
    }
}
