//! Measures (domain.md §13): each with its definition, what it counts, and how it is ranked.

use crate::codes::codes;
use std::cmp::Ordering;

codes! {
    /// A measure.
    MeasureKind {
        /// 实事 done: a count, without a denominator.
        Done = "DONE", "办成实事";
        /// 清单实事 done: items of lists whose need was closed; a joint item counts for each of its stations.
        ItemsDone = "ITEMS_DONE", "清单实事";
        /// 响应率.
        ResponseRate = "RESPONSE_RATE", "响应率";
        /// 解决率.
        ResolutionRate = "RESOLUTION_RATE", "解决率";
        /// 满意率.
        SatisfactionRate = "SATISFACTION_RATE", "满意率";
        /// 按期办结率.
        OnTimeRate = "ON_TIME_RATE", "按期办结率";
        /// 重办率: the lower the better.
        ReopenRate = "REOPEN_RATE", "重办率";
        /// 匹配率.
        MatchRate = "MATCH_RATE", "匹配率";
        /// 闲置率: the lower the better.
        IdleRate = "IDLE_RATE", "闲置率";
    }
}

codes! {
    /// Which rows of a measure.
    MeasurePart {
        /// Those that count.
        Numerator = "NUMERATOR", "分子";
        /// All that could count.
        Denominator = "DENOMINATOR", "分母";
        /// Those that are shown beside it: partly solved, not rated.
        Beside = "BESIDE", "另列";
    }
}

codes! {
    /// What the rows of a measure are.
    MeasureRows {
        /// Offers of orders to members.
        Offers = "OFFERS", "派单(件次)";
        /// Orders, 件次; the needs behind them are 件.
        Orders = "ORDERS", "单(件次)";
        /// Needs, 件.
        Needs = "NEEDS", "需求(件)";
        /// Items of lists, 件次; the needs behind them are 件.
        Items = "ITEMS", "清单项目(件次)";
        /// Resources.
        Resources = "RESOURCES", "资源(项)";
    }
}

codes! {
    /// What the lines of a board are.
    BoardBy {
        /// A line a station.
        Station = "STATION", "工作站";
        /// A line a district.
        District = "DISTRICT", "旗县区";
        /// A line a member.
        Member = "MEMBER", "委员";
    }
}

impl MeasureKind {
    /// Whether it can be told for a month, or for one member: needs are a station's and not a member's, and which
    /// resources are available is known for today alone.
    pub const fn applies(self, month: bool, member: bool) -> bool {
        match self.rows() {
            MeasureRows::Needs | MeasureRows::Items => !member,
            MeasureRows::Resources => !month,
            _ => true,
        }
    }

    /// What is counted, in words for the reader of the figure.
    pub const fn definition(self) -> &'static str {
        match self {
            MeasureKind::Done => "期内办结的单数(件次);同一需求只计一次为件",
            MeasureKind::ItemsDone => {
                "期内办结的履职清单项目(件次);联办项目每站各计一次,同一需求在全市只计一次为件"
            }
            MeasureKind::ResponseRate => "期限内答复的派单 ÷ 期内到期的派单;站内撤销的派单不计",
            MeasureKind::ResolutionRate => {
                "「已解决」的单 ÷ 期内办结的单;「部分解决」另列;召集人标注的恶意、重复诉求不计"
            }
            MeasureKind::SatisfactionRate => {
                "满意和基本满意 ÷ 期内办结并有评价的单;未评价另列;召集人标注的恶意、重复诉求不计"
            }
            MeasureKind::OnTimeRate => {
                "不迟于办理期限解单的单 ÷ 期内办结且有期限的单;暂停的日子不计;召集人标注的恶意、重复诉求不计"
            }
            MeasureKind::ReopenRate => "重办过的单 ÷ 期内办结的单;召集人标注的恶意、重复诉求不计",
            MeasureKind::MatchRate => {
                "已在年度履职清单上的需求 ÷ 期内收集并已核实的需求;并单的需求随主单;召集人标注的恶意、重复诉求不计"
            }
            MeasureKind::IdleRate => "从未向需求提出过的可用资源 ÷ 可用资源;按全年计,不分月",
        }
    }

    /// What its rows are.
    pub const fn rows(self) -> MeasureRows {
        match self {
            MeasureKind::ResponseRate => MeasureRows::Offers,
            MeasureKind::ItemsDone => MeasureRows::Items,
            MeasureKind::MatchRate => MeasureRows::Needs,
            MeasureKind::IdleRate => MeasureRows::Resources,
            _ => MeasureRows::Orders,
        }
    }

    /// Whether it is a plain count, without a denominator.
    pub const fn counts(self) -> bool {
        matches!(self, MeasureKind::Done | MeasureKind::ItemsDone)
    }

    /// Whether less is better.
    pub const fn lower_is_better(self) -> bool {
        matches!(self, MeasureKind::ReopenRate | MeasureKind::IdleRate)
    }
}

/// Rows without which nothing is ranked (domain.md §10, "year with few cases").
pub const RANKED_FROM: i64 = 5;

/// A figure: a share of what could count, or a plain count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    /// What counts.
    pub numerator: i64,
    /// What could count; for a plain count the same as the numerator.
    pub denominator: i64,
}

impl Figure {
    /// Thousandths, rounded down; `None` where there is nothing to divide.
    pub fn permille(self) -> Option<i64> {
        (self.denominator > 0).then(|| self.numerator * 1000 / self.denominator)
    }

    fn compare(self, other: Figure, kind: MeasureKind) -> Ordering {
        let up = match kind {
            k if k.counts() => self.numerator.cmp(&other.numerator),
            _ => {
                let cross = |a: Figure, b: Figure| i128::from(a.numerator) * i128::from(b.denominator);
                cross(self, other).cmp(&cross(other, self))
            }
        };
        if kind.lower_is_better() { up } else { up.reverse() }
    }
}

/// Ranks figures, the best first: ties share a rank and the next is skipped; fewer than [`RANKED_FROM`] rows have
/// none. Ranks stand in the order of the figures.
pub fn ranks(kind: MeasureKind, figures: &[Figure]) -> Vec<Option<u32>> {
    let mut order: Vec<usize> =
        (0..figures.len()).filter(|i| figures[*i].denominator >= RANKED_FROM).collect();
    order.sort_by(|a, b| figures[*a].compare(figures[*b], kind));
    let mut ranks = vec![None; figures.len()];
    let mut rank = 0;
    for (place, i) in order.iter().enumerate() {
        let same = place > 0 && figures[order[place - 1]].compare(figures[*i], kind) == Ordering::Equal;
        if !same {
            rank = place as u32 + 1;
        }
        ranks[*i] = Some(rank);
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(numerator: i64, denominator: i64) -> Figure {
        Figure { numerator, denominator }
    }

    #[test]
    fn ties_share_a_rank_and_few_rows_have_none() {
        let all = [figure(9, 10), figure(18, 20), figure(4, 4), figure(10, 10), figure(1, 10), figure(0, 0)];
        let rates = ranks(MeasureKind::ResponseRate, &all);
        assert_eq!(rates, [Some(2), Some(2), None, Some(1), Some(4), None]);
        let lower = ranks(MeasureKind::ReopenRate, &all);
        assert_eq!(lower, [Some(2), Some(2), None, Some(4), Some(1), None]);
        let counts = ranks(MeasureKind::Done, &[figure(7, 7), figure(9, 9), figure(4, 4)]);
        assert_eq!(counts, [Some(2), Some(1), None]);
    }

    #[test]
    fn a_share_of_nothing_is_no_share() {
        assert_eq!(figure(0, 0).permille(), None);
        assert_eq!(figure(2, 3).permille(), Some(666));
    }
}
