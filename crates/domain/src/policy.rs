//! The policy under which a year is planned: weights, limits and fairness, in versions; and scenarios, which are
//! changes thought through before anybody makes them.

use crate::Refusal;
use crate::codes::codes;

codes! {
    /// Where a version of the policy stands.
    PolicyStatus {
        /// 草案: nobody plans under it.
        Draft = "DRAFT", "草案";
        /// 执行中: the next plan is made under it.
        InForce = "IN_FORCE", "执行中";
        /// 已停用: another version took its place.
        Retired = "RETIRED", "已停用";
    }
}

codes! {
    /// Where a scenario stands.
    ScenarioStatus {
        /// 推演: kept apart from the plan.
        Draft = "DRAFT", "推演";
        /// 已采用: its changes were made.
        Adopted = "ADOPTED", "已采用";
        /// 已放弃.
        Dropped = "DROPPED", "已放弃";
    }
}

impl PolicyStatus {
    /// Only a draft, or a version that was in force before, comes into force.
    ///
    /// # Errors
    /// `POLICY_STATE` where it is in force already.
    pub fn put_in_force(self) -> Result<PolicyStatus, Refusal> {
        match self {
            PolicyStatus::Draft | PolicyStatus::Retired => Ok(PolicyStatus::InForce),
            PolicyStatus::InForce => {
                Err(Refusal::new("POLICY_STATE", "这一版已在执行,无需再次启用;要改动请另拟新版。"))
            }
        }
    }
}

impl ScenarioStatus {
    /// A scenario is adopted or dropped once.
    ///
    /// # Errors
    /// `SCENARIO_STATE` where it has been.
    pub fn end(self, adopted: bool) -> Result<ScenarioStatus, Refusal> {
        match (self, adopted) {
            (ScenarioStatus::Draft, true) => Ok(ScenarioStatus::Adopted),
            (ScenarioStatus::Draft, false) => Ok(ScenarioStatus::Dropped),
            _ => Err(Refusal::new(
                "SCENARIO_STATE",
                format!("该推演已是「{}」,不能再改;需要时请新建一份。", self.label()),
            )),
        }
    }
}

/// Points of a part of the score at most.
pub const MOST_POINTS: i64 = 1000;

/// Checks points and limits of a policy.
///
/// # Errors
/// `POINTS` or `RANGE`, with the field.
pub fn check(
    points: &[(String, i64)],
    member_limit: Option<i32>,
    list_limit: Option<i32>,
) -> Result<(), Refusal> {
    for (code, value) in points {
        if !crate::matching::score::FIRST_WEIGHTS.iter().any(|(c, _)| c == code) {
            let known: Vec<&str> = crate::matching::score::FIRST_WEIGHTS.iter().map(|w| w.0).collect();
            let words = format!("没有「{code}」这一评分项,应为 {} 之一。", known.join("、"));
            return Err(Refusal::new("POINTS", words).at("weights"));
        }
        if !(0..=MOST_POINTS).contains(value) {
            let words = format!("评分项 {code} 的分值为 {value},应在 0 至 {MOST_POINTS} 之间。");
            return Err(Refusal::new("POINTS", words).at("weights"));
        }
    }
    for (value, what, path) in
        [(member_limit, "委员全年上限", "memberLimit"), (list_limit, "清单项数上限", "listLimit")]
    {
        if value.is_some_and(|v| !(1..=1000).contains(&v)) {
            return Err(Refusal::new("RANGE", format!("{what}应在 1 至 1000 之间。")).at(path));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_and_limits_are_checked_by_field() {
        let ok = [("WORDS".to_owned(), 8)];
        assert!(check(&ok, Some(3), None).is_ok());
        assert_eq!(check(&[("WORD".to_owned(), 8)], None, None).unwrap_err().path, Some("weights"));
        assert_eq!(check(&[("WORDS".to_owned(), -1)], None, None).unwrap_err().code, "POINTS");
        assert_eq!(check(&ok, Some(0), None).unwrap_err().path, Some("memberLimit"));
        assert_eq!(check(&ok, None, Some(1001)).unwrap_err().path, Some("listLimit"));
    }

    #[test]
    fn a_scenario_ends_once_and_one_version_is_in_force() {
        for s in [ScenarioStatus::Adopted, ScenarioStatus::Dropped] {
            assert!(s.end(true).is_err() && s.end(false).is_err());
        }
        assert!(PolicyStatus::InForce.put_in_force().is_err());
        assert!(matches!(PolicyStatus::Retired.put_in_force(), Ok(PolicyStatus::InForce)));
    }
}
