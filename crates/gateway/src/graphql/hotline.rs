//! What the hotline 12345 (接诉即办) is told of the orders that came from it, in its own words.

use async_graphql::Object;
use chrono::NaiveDate;

/// What the hotline 12345 is told of an order of its own, in its own words (domain.md §3.3).
pub(super) struct HotlineReply(pub store::HotlineReply);

/// What the hotline 12345 is told of an order of its own, in its own words (domain.md §3.3).
#[Object]
impl HotlineReply {
    /// The hotline's number (工单编号).
    async fn number(&self) -> &str {
        &self.0.order.number
    }
    /// Kind (工单类型).
    async fn kind(&self) -> &str {
        &self.0.order.kind
    }
    /// Its class at the hotline (问题分类).
    async fn class(&self) -> Option<&str> {
        self.0.order.class.as_deref()
    }
    /// Who is in charge (工单性质).
    async fn nature(&self) -> Option<&str> {
        self.0.order.nature.as_deref()
    }
    /// Where it stands (工单状态).
    async fn state(&self) -> &str {
        &self.0.state
    }
    /// How it ended (办理结果); empty while it is worked on.
    async fn result(&self) -> &str {
        &self.0.result
    }
    /// What the caller is told (回复内容); empty while it is worked on.
    async fn reply(&self) -> &str {
        &self.0.reply
    }
    /// Day of its end (办结时间).
    async fn finished_on(&self) -> Option<NaiveDate> {
        self.0.finished_on
    }
    /// Whether it is solved (是否解决); empty where nobody has said so.
    async fn solved(&self) -> &str {
        &self.0.solved
    }
    /// Whether the caller is satisfied (是否满意); empty where nobody was asked.
    async fn satisfied(&self) -> &str {
        &self.0.satisfied
    }
}
