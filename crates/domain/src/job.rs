//! Long work that goes on while people wait for it.

use crate::codes::codes;

codes! {
    /// Where a job stands.
    JobStatus {
        /// 排队.
        Queued = "QUEUED", "排队";
        /// 进行中.
        Running = "RUNNING", "进行中";
        /// 已完成.
        Done = "DONE", "已完成";
        /// 已取消, by a person; nothing has changed.
        Cancelled = "CANCELLED", "已取消";
        /// 未完成, with a message.
        Failed = "FAILED", "未完成";
    }
}
