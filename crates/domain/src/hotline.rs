//! The hotline 12345 (接诉即办): its words, and what they mean here (domain.md §3.3). The words are data: a hotline that
//! says it otherwise brings its own table.

use crate::codes::codes;
use crate::{NeedStatus, Rating, Solved};

codes! {
    /// A column of the hotline's sheet whose words are known.
    HotlineField {
        /// 工单类型: what is done with an order of this kind.
        Kind = "KIND", "工单类型";
        /// 工单状态.
        State = "STATE", "工单状态";
        /// 办理结果: how a need ended.
        Result = "RESULT", "办理结果";
        /// 是否解决.
        Solved = "SOLVED", "是否解决";
        /// 是否满意.
        Satisfied = "SATISFIED", "是否满意";
        /// 工单性质.
        Nature = "NATURE", "工单性质";
    }
}

codes! {
    /// What is done with an order of the hotline.
    HotlineTaking {
        /// It becomes a need that the station verifies.
        Take = "TAKE", "收为需求";
        /// It is written down as referred: reports of misconduct are no matter of a station (rule 10).
        Refer = "REFER", "记为转办";
    }
}

codes! {
    /// Where an order of the hotline stands.
    HotlineState {
        /// Sent to the station.
        Forwarded = "FORWARDED", "已转派";
        /// Being worked on.
        Working = "WORKING", "办理中";
        /// Answered.
        Answered = "ANSWERED", "回复完成";
    }
}

codes! {
    /// Who is in charge of an order of the hotline.
    HotlineNature {
        /// In charge.
        Lead = "LEAD", "主办";
        /// Helps.
        Joint = "JOINT", "协办";
        /// Passed on.
        Transfer = "TRANSFER", "转办";
    }
}

/// A word of the hotline and its meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HotlineTerm {
    /// Column.
    pub field: HotlineField,
    /// Word.
    pub word: String,
    /// Code of the meaning: one of [`HotlineTaking`], [`HotlineState`], [`NeedStatus`], [`Solved`], [`Rating`],
    /// [`HotlineNature`], by the column.
    pub meaning: String,
}

impl HotlineField {
    /// The codes that a word of this column may mean.
    pub fn meanings(self) -> Vec<&'static str> {
        match self {
            HotlineField::Kind => HotlineTaking::ALL.iter().map(|c| c.code()).collect(),
            HotlineField::State => HotlineState::ALL.iter().map(|c| c.code()).collect(),
            HotlineField::Result => NeedStatus::ALL.iter().map(|c| c.code()).collect(),
            HotlineField::Solved => Solved::ALL.iter().map(|c| c.code()).collect(),
            HotlineField::Satisfied => Rating::ALL.iter().map(|c| c.code()).collect(),
            HotlineField::Nature => HotlineNature::ALL.iter().map(|c| c.code()).collect(),
        }
    }
}

/// The words of domain.md §3.3, built in until an office imports its own.
pub fn built_in() -> Vec<HotlineTerm> {
    include_str!("../data/hotline-terms.csv")
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.trim().split(',');
            let field = HotlineField::parse(cells.next()?)?;
            Some(HotlineTerm { field, word: cells.next()?.to_owned(), meaning: cells.next()?.to_owned() })
        })
        .collect()
}

/// The words of a hotline, in the order of their table.
#[derive(Clone, Debug)]
pub struct HotlineTerms(pub Vec<HotlineTerm>);

impl HotlineTerms {
    /// What a word means; none where the table does not have it.
    pub fn meaning(&self, field: HotlineField, word: &str) -> Option<&str> {
        self.0.iter().find(|t| t.field == field && t.word == word.trim()).map(|t| t.meaning.as_str())
    }

    /// The word for a meaning: the first of the table; empty where there is none.
    pub fn word(&self, field: HotlineField, meaning: &str) -> &str {
        self.0.iter().find(|t| t.field == field && t.meaning == meaning).map_or("", |t| &t.word)
    }

    /// The words of a column, for whoever is told that another one is unknown.
    pub fn words(&self, field: HotlineField) -> String {
        let words: Vec<&str> = self.0.iter().filter(|t| t.field == field).map(|t| t.word.as_str()).collect();
        words.join("、")
    }
}

/// Where the hotline sees an order whose need stands so.
pub fn state_of(status: NeedStatus) -> HotlineState {
    use NeedStatus as N;
    match status {
        N::Draft | N::Submitted | N::Open => HotlineState::Forwarded,
        N::Matched | N::Listed | N::InProgress | N::Unresourced | N::Escalated => HotlineState::Working,
        N::Resolved | N::Closed | N::CarriedOver | N::Refused | N::Referred | N::Merged | N::Withdrawn => {
            HotlineState::Answered
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_word_has_a_meaning_of_its_column_and_every_end_has_a_word() {
        let terms = HotlineTerms(built_in());
        assert_eq!(terms.0.len(), include_str!("../data/hotline-terms.csv").lines().count() - 1);
        for t in &terms.0 {
            assert!(t.field.meanings().contains(&t.meaning.as_str()), "{t:?}");
            assert_eq!(terms.meaning(t.field, &t.word), Some(t.meaning.as_str()));
        }
        for status in NeedStatus::ALL.iter().filter(|s| state_of(**s) == HotlineState::Answered) {
            assert!(!terms.word(HotlineField::Result, status.code()).is_empty(), "{status:?}");
        }
        for field in HotlineField::ALL {
            let words = |c: &&&str| !terms.word(*field, c).is_empty();
            let known = field.meanings();
            assert!(*field == HotlineField::Result || known.iter().filter(words).count() == known.len());
        }
    }
}
