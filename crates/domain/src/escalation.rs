//! What happens to needs for which nobody has a resource: the ladder, and proposal clues (domain.md §3.4, §10).

use crate::Refusal;
use crate::codes::codes;
use text::private;

codes! {
    /// The ladder, in its order.
    LadderStep {
        /// 片区: neighbours in the cluster.
        Cluster = "CLUSTER", "片区协调";
        /// 旗县区 pool.
        District = "DISTRICT", "旗县区统筹";
        /// 共建单位.
        Partners = "PARTNERS", "共建单位";
        /// 转办 to who is in charge.
        Referral = "REFERRAL", "转办";
        /// 提案线索.
        Clue = "CLUE", "提案线索";
    }
}

codes! {
    /// Who is in charge; the six bodies of the 1+6 scheme among them.
    ReferralTarget {
        /// 主管部门.
        Department = "DEPARTMENT", "主管部门";
        /// 接诉即办指挥调度中心 (12345).
        Hotline = "HOTLINE_12345", "接诉即办指挥调度中心";
        /// 信访局.
        Petition = "PETITION", "信访局";
        /// 法院.
        Court = "COURT", "法院";
        /// 检察院.
        Procuratorate = "PROCURATORATE", "检察院";
        /// 司法局.
        Justice = "JUSTICE", "司法局";
        /// 纪委监委.
        Discipline = "DISCIPLINE", "纪委监委";
        /// 公安.
        Police = "POLICE", "公安";
    }
}

codes! {
    /// What was answered on a step of the ladder.
    LadderAnswer {
        /// 有资源: the need goes back to the board.
        Found = "FOUND", "有资源";
        /// 办理答复: whoever is in charge has dealt with it.
        Handled = "HANDLED", "已办理答复";
        /// 无资源: the next step.
        NotFound = "NOT_FOUND", "无资源";
    }
}

codes! {
    /// Where a proposal clue stands.
    ClueStatus {
        /// 已提交.
        Submitted = "SUBMITTED", "已提交";
        /// 未采用.
        NotAdopted = "NOT_ADOPTED", "未采用";
        /// 已立案 as a proposal.
        Filed = "FILED", "已立案";
        /// 不予立案.
        NotFiled = "NOT_FILED", "不予立案";
        /// 已办复, with a result class.
        Replied = "REPLIED", "已办复";
    }
}

codes! {
    /// How a proposal was answered (domain.md §3.4).
    ResultClass {
        /// 已解决或基本解决.
        A = "A", "已解决或基本解决";
        /// 正在解决.
        B = "B", "正在解决";
        /// 列入计划.
        C = "C", "列入计划逐步解决";
        /// 留作参考.
        D = "D", "暂不能解决,留作参考";
    }
}

codes! {
    /// How a proposal is followed up (四督; domain.md §3.4).
    FollowUpKind {
        /// 党政领导全员督办.
        Leaders = "LEADERS", "党政领导督办";
        /// 主席会议集体督办.
        Chair = "CHAIR", "主席会议督办";
        /// 热点难点归类督办.
        Topic = "TOPIC", "归类督办";
        /// 办理效果跟踪督办.
        Effect = "EFFECT", "效果跟踪督办";
    }
}

impl ClueStatus {
    /// Whether a clue may go on to `to`.
    ///
    /// # Errors
    /// `CLUE_STATE`.
    pub fn go(self, to: ClueStatus) -> Result<ClueStatus, Refusal> {
        use ClueStatus as S;
        match (self, to) {
            (S::Submitted, S::NotAdopted | S::Filed | S::NotFiled) | (S::Filed, S::Replied) => Ok(to),
            _ => Err(Refusal::new(
                "CLUE_STATE",
                format!(
                    "该线索现在是「{}」,不能改为「{}」;提交后可立案、不立案或不采用,立案后可办复。",
                    self.label(),
                    to.label()
                ),
            )),
        }
    }
}

/// The step that comes after those that were taken: never back down, and none twice.
///
/// # Errors
/// `LADDER` with the step that may be next.
pub fn check_step(taken: &[(LadderStep, bool)], step: LadderStep) -> Result<(), Refusal> {
    if let Some((open, _)) = taken.iter().find(|(_, answered)| !answered) {
        let words = format!("「{}」还没有答复,请先登记答复,再进入下一步。", open.label());
        return Err(Refusal::new("LADDER", words).at("step"));
    }
    match taken.iter().map(|t| t.0).max() {
        Some(last) if step <= last && step != LadderStep::Referral => {
            let words = format!("「{}」已经走过「{}」,请进入其后的一步。", step.label(), last.label());
            Err(Refusal::new("LADDER", words).at("step"))
        }
        _ => Ok(()),
    }
}

/// Characters of a clue at most.
pub const CLUE_LENGTH: usize = 500;

/// What no clue may be about, with what to do instead (P5 in domain.md).
const EXCLUDED: &[(&[&str], &str)] = &[
    (&["诉讼", "起诉", "判决", "仲裁", "法院", "执行款"], "涉及诉讼的事项请转法院或司法局"),
    (&["信访", "上访"], "信访事项请转信访局"),
    (&["举报", "贪污", "受贿"], "举报事项请转纪委监委"),
    (&["离婚", "遗产", "家庭纠纷", "债务纠纷", "邻里纠纷"], "个人与民事纠纷请转调解或司法局"),
    (&["机密", "秘密文件", "涉密"], "涉密事项不能作为线索"),
];

/// Everything that speaks against a clue's text.
pub fn clue_faults(text: &str) -> Vec<Refusal> {
    let mut faults = Vec::new();
    let text = text.trim();
    let length = text.chars().count();
    if length < 20 {
        faults
            .push(Refusal::new("CLUE_SHORT", format!("线索有 {length} 字,请至少写 20 字,说明问题与建议。")));
    }
    if length > CLUE_LENGTH {
        faults.push(Refusal::new("CLUE_LONG", format!("线索有 {length} 字,最多 {CLUE_LENGTH} 字,请精简。")));
    }
    if !private::find(text).is_empty() {
        faults.push(Refusal::new(
            "CLUE_PERSONAL",
            "线索中有电话、证件号或姓名等个人信息,请删去;联系方式由工作站保管。",
        ));
    }
    for (words, instead) in EXCLUDED {
        if let Some(word) = words.iter().find(|w| text.contains(**w)) {
            faults.push(Refusal::new("CLUE_EXCLUDED", format!("线索提到「{word}」:{instead}。")));
        }
    }
    let enumerated = [("一、", "二、"), ("1.", "2."), ("1、", "2、"), ("(一)", "(二)")];
    if enumerated.iter().any(|(a, b)| text.contains(a) && text.contains(b)) {
        faults.push(Refusal::new("CLUE_SEVERAL", "一条线索只写一件事,请分开提交。"));
    }
    faults.into_iter().map(|f| f.at("text")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clue_is_one_matter_of_everybody_without_names() {
        let codes = |t: &str| clue_faults(t).iter().map(|f| f.code).collect::<Vec<_>>();
        let good = "老旧小区楼道照明普遍损坏,建议由住建部门统一纳入改造计划,分年度更换节能灯具。";
        assert!(codes(good).is_empty());
        assert_eq!(codes("太短"), ["CLUE_SHORT"]);
        assert_eq!(codes(&good.repeat(20)), ["CLUE_LONG"]);
        assert_eq!(codes(&format!("{good}电话13800001234")), ["CLUE_PERSONAL"]);
        assert_eq!(codes(&format!("{good}已向法院起诉。")), ["CLUE_EXCLUDED"]);
        assert_eq!(codes(&format!("一、{good}二、增设车位。")), ["CLUE_SEVERAL"]);
    }

    #[test]
    fn the_ladder_goes_up() {
        use LadderStep as S;
        assert!(check_step(&[], S::Cluster).is_ok());
        assert!(check_step(&[(S::Cluster, true)], S::District).is_ok());
        assert_eq!(check_step(&[(S::Cluster, false)], S::District).unwrap_err().code, "LADDER");
        assert_eq!(check_step(&[(S::District, true)], S::Cluster).unwrap_err().code, "LADDER");
        assert!(check_step(&[(S::Referral, true)], S::Referral).is_ok(), "to another body");
    }

    #[test]
    fn clues_walk_their_whole_table() {
        let all = ClueStatus::ALL.iter().flat_map(|a| ClueStatus::ALL.iter().map(|b| a.go(*b)));
        assert_eq!(all.filter(Result::is_ok).count(), 4);
    }
}
