//! How residents write: what a message is about, who solves it, what is a copy of what, what must not be public.
//!
//! Knows nothing of needs or members, reads no file and no clock.

mod classify;
mod cues;
mod deepen;
mod features;
mod models;
pub mod near;
mod normal;
pub mod private;
pub mod relevance;
mod sieve;
mod train;
pub mod units;
mod words;

pub use classify::{Guess, Model, ModelError, Verdict};
pub use deepen::{Below, Finer, Meaning, Path};
pub use models::{CLASSES, CUT, Models};
pub use normal::normalise;
pub use train::{Example, train};
pub use words::Lexicon;
