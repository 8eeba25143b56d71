//! How residents write: what a message is about, who solves it, what is a copy of what, what must not be public.
//!
//! Knows nothing of needs or members, reads no file and no clock.

mod classify;
mod cues;
mod deepen;
mod features;
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
pub use normal::normalise;
pub use train::{Example, train};
pub use words::Lexicon;

/// The class model that is built in, read once.
pub fn built_in() -> &'static Model {
    static MODEL: std::sync::LazyLock<Model> =
        std::sync::LazyLock::new(|| Model::read(CLASSES).unwrap_or_default());
    &MODEL
}

/// The class model that is built in, from the labelled messages of `models/classes.md`.
pub const CLASSES: &[u8] = include_bytes!("../models/classes.bin");
