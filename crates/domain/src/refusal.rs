//! A refusal: what, why, and what to do instead, as data.

use serde::{Deserialize, Serialize};

/// A person's mistake or a rule that says no. Never a fault of the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Stable, for programs: `NOT_ALLOWED`, `NEED_STATE`, …
    pub code: &'static str,
    /// What and why, in Chinese, with what to do instead.
    pub message: String,
    /// The input field that is at fault, as in the request.
    pub path: Option<&'static str>,
}

impl Refusal {
    /// A refusal without a field at fault.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Refusal { code, message: message.into(), path: None }
    }

    /// The same, pointing at an input field.
    pub fn at(mut self, path: &'static str) -> Self {
        self.path = Some(path);
        self
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.message)
    }
}

impl std::error::Error for Refusal {}

/// Says that a text is empty or too long.
///
/// # Errors
/// `EMPTY` or `TOO_LONG`, with the field.
pub fn text(value: &str, name: &str, max: usize, path: &'static str) -> Result<String, Refusal> {
    let value = value.trim();
    let length = value.chars().count();
    if value.is_empty() {
        return Err(Refusal::new("EMPTY", format!("「{name}」不能为空,请填写。")).at(path));
    }
    if length > max {
        return Err(
            Refusal::new("TOO_LONG", format!("「{name}」有 {length} 字,最多 {max} 字,请精简。")).at(path)
        );
    }
    Ok(value.to_owned())
}
