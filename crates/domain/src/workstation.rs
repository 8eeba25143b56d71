//! Member workstations (委员工作站/室), their seats and the people in them.

use crate::codes::codes;

codes! {
    /// Kind of a workstation; both are counted among a city's workstations.
    WorkstationKind {
        /// 委员工作站: serves an area.
        Station = "STATION", "站";
        /// 委员工作室: of a sector, a profession, a person or a partner institution.
        Studio = "STUDIO", "室";
    }
}

codes! {
    /// What a person is to a station, a cluster, a district or the city, for a period.
    AssignmentRole {
        /// 站长.
        StationHead = "STATION_HEAD", "站长";
        /// 第一召集人: approves a list.
        FirstConvener = "FIRST_CONVENER", "第一召集人";
        /// 第二召集人: co-signs it.
        SecondConvener = "SECOND_CONVENER", "第二召集人";
        /// Community worker who keeps the lists.
        Clerk = "CLERK", "工作人员";
        /// 总召集人 of a cluster.
        ChiefConvener = "CHIEF_CONVENER", "总召集人";
        /// 旗县区政协 officer.
        DistrictOfficer = "DISTRICT_OFFICER", "旗县区政协工作人员";
        /// 市政协 officer.
        CityOfficer = "CITY_OFFICER", "市政协工作人员";
        /// 入站委员: a member who serves at the station.
        ResidentMember = "RESIDENT_MEMBER", "入站委员";
    }
}

codes! {
    /// One of the two seats that publish a list (双召集人制).
    ConvenerSeat {
        /// Approves.
        First = "FIRST", "第一召集人";
        /// Co-signs.
        Second = "SECOND", "第二召集人";
    }
}
