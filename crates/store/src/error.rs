//! What can go wrong, for the callers of the desk.

use domain::Refusal;

/// Result of the desk.
pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule says no, or the input is wrong.
    #[error("{}", .0.iter().map(|r| r.message.as_str()).collect::<Vec<_>>().join("\n"))]
    Refused(Vec<Refusal>),
    /// It is not there, or not for this viewer.
    #[error("找不到该{0},或您无权查看。")]
    NotFound(&'static str),
    /// Somebody else has changed it since it was read.
    #[error("内容已被他人修改,有出入的字段:{};请刷新后再改。", .0.join("、"))]
    Conflict(Vec<String>),
    /// The database or the program.
    #[error("fault: {0}")]
    Fault(String),
}

impl From<Refusal> for Error {
    fn from(r: Refusal) -> Self {
        Error::Refused(vec![r])
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(e: sea_orm::DbErr) -> Self {
        Error::Fault(e.to_string())
    }
}

impl From<serde_json::Error> for Error {
    fn from(e: serde_json::Error) -> Self {
        Error::Fault(e.to_string())
    }
}
