//! Who may do what: one pure table of role × action (domain.md §7, §9, §11), printed whole by a test.

use crate::codes::codes;

codes! {
    /// Who is asking.
    Role {
        /// Anybody: published lists, without personal data.
        Anonymous = "ANONYMOUS", "公众";
        /// A CPPCC member: own resources and offers.
        Member = "MEMBER", "委员";
        /// Types things in at a station.
        Clerk = "CLERK", "工作人员";
        /// Approves a station's list.
        FirstConvener = "FIRST_CONVENER", "第一召集人";
        /// Co-signs it.
        SecondConvener = "SECOND_CONVENER", "第二召集人";
        /// Heads a station.
        StationHead = "STATION_HEAD", "站长";
        /// Convener over a cluster of stations.
        ChiefConvener = "CHIEF_CONVENER", "总召集人";
        /// Sees and comments a district, returns drafts.
        DistrictOfficer = "DISTRICT_OFFICER", "旗县区政协工作人员";
        /// Plans the year, keeps tables.
        CityOfficer = "CITY_OFFICER", "市政协工作人员";
        /// Reads everything but personal data, changes nothing.
        Auditor = "AUDITOR", "审计";
    }
}

codes! {
    /// What may be asked for.
    Action {
        /// See needs, resources, matches and drafts that are not published.
        ReadLists = "READ_LISTS", "查看未公开的清单";
        /// See dashboards.
        ReadDashboard = "READ_DASHBOARD", "查看统计";
        /// See the audit trail.
        ReadAudit = "READ_AUDIT", "查看审计记录";
        /// Read a requester's contact, with a purpose.
        ReadContact = "READ_CONTACT", "查看联系方式";
        /// Register and edit needs, submit them.
        WriteNeed = "WRITE_NEED", "登记需求";
        /// Verify, refuse, refer, merge needs.
        DecideNeed = "DECIDE_NEED", "核实需求";
        /// Register and edit resources, suspend, withdraw.
        WriteResource = "WRITE_RESOURCE", "登记资源";
        /// Verify resources.
        DecideResource = "DECIDE_RESOURCE", "核实资源";
        /// Propose and dismiss matches, pin and ban.
        DecideMatch = "DECIDE_MATCH", "处理匹配";
        /// Confirm or decline a match, or record the owner's answer.
        AnswerMatch = "ANSWER_MATCH", "答复匹配";
        /// Change a draft list, submit it.
        EditList = "EDIT_LIST", "修改清单";
        /// Return a list in review.
        ReturnList = "RETURN_LIST", "退回清单";
        /// Sign in the first seat.
        ApproveList = "APPROVE_LIST", "审核清单";
        /// Sign in the second seat.
        CosignList = "COSIGN_LIST", "会签清单";
        /// Publish a list that both have signed.
        PublishList = "PUBLISH_LIST", "发布清单";
        /// Propose, agree to and end partnerships of the own station.
        Partner = "PARTNER", "联建共建";
        /// Keep contact with constituents: a member the own links.
        KeepLinks = "KEEP_LINKS", "联系界别群众";
        /// Issue orders, dispatch, reassign, suspend, cancel them, consent to a return.
        DecideOrder = "DECIDE_ORDER", "开单派单";
        /// Accept or decline an order, or record the member's answer.
        AnswerOrder = "ANSWER_ORDER", "答复派单";
        /// Record sessions, plans and outcomes of an order.
        CarryOrder = "CARRY_ORDER", "办理";
        /// Ask the requester afterwards and record the word.
        RateOrder = "RATE_ORDER", "回访评价";
        /// Open and close the year, carry over.
        CloseYear = "CLOSE_YEAR", "年度结转";
        /// Plan the year.
        PlanYear = "PLAN_YEAR", "全市匹配";
        /// Import tables, make tokens.
        Administer = "ADMINISTER", "管理基础数据";
    }
}

/// How far a right reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Not at all.
    Nothing,
    /// What belongs to the person: own resources, matches with them.
    Own,
    /// The stations of the viewer: one, a cluster's or a district's.
    Stations,
    /// The whole city.
    City,
}

/// The table. Everything that is not written here is [`Reach::Nothing`].
pub fn reach(role: Role, action: Action) -> Reach {
    use {Action as A, Reach as R, Role as P};
    match (role, action) {
        (P::Anonymous, _) => R::Nothing,
        (P::Auditor, A::ReadLists | A::ReadDashboard | A::ReadAudit) => R::City,
        (P::Auditor, _) => R::Nothing,
        (
            P::CityOfficer,
            A::ReadLists
            | A::ReadDashboard
            | A::ReadAudit
            | A::PlanYear
            | A::CloseYear
            | A::Administer
            | A::ReturnList
            | A::PublishList,
        ) => R::City,
        (P::CityOfficer, _) => R::Nothing,
        // Sees, comments, returns a draft; cannot edit a station's needs (rule 12).
        (P::DistrictOfficer, A::ReadLists | A::ReadDashboard | A::ReadAudit | A::ReturnList) => R::Stations,
        (P::DistrictOfficer, _) => R::Nothing,
        (
            P::Member,
            A::ReadLists | A::WriteResource | A::AnswerMatch | A::AnswerOrder | A::CarryOrder | A::KeepLinks,
        ) => R::Own,
        (P::Member, _) => R::Nothing,
        (
            P::Clerk,
            A::ReadLists
            | A::ReadDashboard
            | A::ReadContact
            | A::WriteNeed
            | A::WriteResource
            | A::AnswerMatch
            | A::AnswerOrder
            | A::CarryOrder
            | A::KeepLinks
            | A::RateOrder,
        ) => R::Stations,
        (P::Clerk, _) => R::Nothing,
        (
            P::FirstConvener | P::SecondConvener | P::StationHead | P::ChiefConvener,
            A::PlanYear | A::CloseYear | A::Administer,
        ) => R::Nothing,
        (P::FirstConvener, A::CosignList) | (P::SecondConvener, A::ApproveList) => R::Nothing,
        // The head sees to the work; the two seats publish (rule 2). A chief convener acts for an empty seat.
        (P::StationHead, A::ApproveList | A::CosignList | A::PublishList) => R::Nothing,
        (P::ChiefConvener, A::ReadContact) => R::Nothing,
        (P::FirstConvener | P::SecondConvener | P::StationHead | P::ChiefConvener, _) => R::Stations,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_table_is_as_printed() {
        let mut printed = String::new();
        for role in Role::ALL {
            printed += &format!("{:>16}", role.code());
            for action in Action::ALL {
                printed += match reach(*role, *action) {
                    Reach::Nothing => " .",
                    Reach::Own => " o",
                    Reach::Stations => " s",
                    Reach::City => " C",
                };
            }
            printed.push('\n');
        }
        // Columns in the order of `Action::ALL`.
        let expected = "       ANONYMOUS . . . . . . . . . . . . . . . . . . . . . . . .\n          MEMBER o . . . . . o . . o . . . . . . o . o o . . . .\n           CLERK s s . s s . s . . s . . . . . . s . s s s . . .\n  FIRST_CONVENER s s s s s s s s s s s s s . s s s s s s s . . .\n SECOND_CONVENER s s s s s s s s s s s s . s s s s s s s s . . .\n    STATION_HEAD s s s s s s s s s s s s . . . s s s s s s . . .\n  CHIEF_CONVENER s s s . s s s s s s s s s s s s s s s s s . . .\nDISTRICT_OFFICER s s s . . . . . . . . s . . . . . . . . . . . .\n    CITY_OFFICER C C C . . . . . . . . C . . C . . . . . . C C C\n         AUDITOR C C C . . . . . . . . . . . . . . . . . . . . .\n";
        assert_eq!(printed, expected);
    }

    #[test]
    fn no_officer_and_no_member_reads_a_telephone() {
        for role in [
            Role::Anonymous,
            Role::Member,
            Role::ChiefConvener,
            Role::DistrictOfficer,
            Role::CityOfficer,
            Role::Auditor,
        ] {
            assert_eq!(reach(role, Action::ReadContact), Reach::Nothing, "{role:?}");
        }
    }
}
