//! The year's plan of the committee, 「1+4+N」: what its tasks are called is data, which items serve them is a tag.

use crate::codes::codes;

codes! {
    /// A part of the plan.
    PlanPart {
        /// The one: the year's main work.
        Main = "MAIN", "年度主要工作";
        /// Of the four: consultation.
        Consultation = "CONSULTATION", "协商";
        /// Of the four: oversight.
        Oversight = "OVERSIGHT", "监督";
        /// Of the four: research.
        Research = "RESEARCH", "调研";
        /// Of the four: study.
        Study = "STUDY", "学习";
        /// One of the N tasks.
        Task = "TASK", "专项任务";
    }
}
