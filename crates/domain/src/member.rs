//! CPPCC members (政协委员).

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
