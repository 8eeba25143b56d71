//! Answers to the public, kept until something changes: everybody who asks the same sees the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of all answers at most; beyond, all are thrown away.
const BYTES: usize = 64 << 20;

/// Answers by what was asked, each with the mark of the data that it was made from.
#[derive(Default)]
pub(crate) struct Cache {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    answers: HashMap<Asked, (i64, Arc<str>)>,
    bytes: usize,
}

/// What was asked, whole: two questions are never taken for one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Asked {
    /// Operation, document and variables.
    pub request: String,
    /// The day: who holds a seat changes with it.
    pub day: chrono::NaiveDate,
}

impl Cache {
    /// The answer to a question, if nothing has changed since.
    pub fn get(&self, asked: &Asked, mark: i64) -> Option<Arc<str>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.answers.get(asked).filter(|(m, _)| *m == mark).map(|(_, a)| a.clone())
    }

    /// Keeps an answer that was made from the data as it was at `mark` or later.
    pub fn keep(&self, asked: Asked, mark: i64, answer: &str) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let size = answer.len() + asked.request.len();
        if size > BYTES / 4 {
            return;
        }
        if kept.bytes + size > BYTES {
            *kept = Kept::default();
        }
        kept.bytes += size;
        if let Some((_, old)) = kept.answers.insert(asked, (mark, answer.into())) {
            kept.bytes = kept.bytes.saturating_sub(old.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(request: &str) -> Asked {
        Asked { request: request.to_owned(), day: chrono::NaiveDate::default() }
    }

    #[test]
    fn an_answer_is_given_until_something_changes() {
        let cache = Cache::default();
        assert!(cache.get(&asked("a"), 1).is_none());
        cache.keep(asked("a"), 1, "one");
        assert_eq!(cache.get(&asked("a"), 1).as_deref(), Some("one"));
        assert!(cache.get(&asked("a"), 2).is_none() && cache.get(&asked("b"), 1).is_none());
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let cache = Cache::default();
        let large = "x".repeat(BYTES / 5);
        for i in 0..20 {
            cache.keep(asked(&i.to_string()), 1, &large);
            assert!(cache.kept.lock().expect("not poisoned").bytes <= BYTES);
        }
    }
}
