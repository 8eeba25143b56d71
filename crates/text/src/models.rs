//! The models that read messages: those that are built in, or an office's own.

use crate::units::{UNITS_MODEL, UnitModel};
use crate::{Model, ModelError};
use std::sync::LazyLock;

/// The class model that is built in, from the labelled messages of `models/classes.md`.
pub const CLASSES: &[u8] = include_bytes!("../models/classes.bin");

/// The one for messages that come cut into words, from those of `models/cut.md`.
pub const CUT: &[u8] = include_bytes!("../models/cut.bin");

/// What tells classes, and what tells units.
#[derive(Clone, Debug, Default)]
pub struct Models {
    classes: Option<Model>,
    cut: Option<Model>,
    units: Option<UnitModel>,
}

impl Models {
    /// An office's own, as [`Model::write`] and [`UnitModel::write`] gave them; the one that is built in where there is
    /// none. Messages that come cut into words are read by `classes` where that alone is an office's own.
    ///
    /// # Errors
    /// Not a model, or of another version.
    pub fn own(
        classes: Option<&[u8]>,
        cut: Option<&[u8]>,
        units: Option<&[u8]>,
    ) -> Result<Models, ModelError> {
        Ok(Models {
            classes: classes.map(Model::read).transpose()?,
            cut: cut.map(Model::read).transpose()?,
            units: units.map(UnitModel::read).transpose()?,
        })
    }

    /// Tells what a message is about.
    pub fn classes(&self) -> &Model {
        static BUILT_IN: LazyLock<Model> = LazyLock::new(|| Model::read(CLASSES).unwrap_or_default());
        self.classes.as_ref().unwrap_or(&BUILT_IN)
    }

    /// The same of a message that comes cut into words, without those that only hold a sentence together. To learn from
    /// messages as they are written, too, takes from what is known of these (`cargo bench -p text`).
    pub fn cut(&self) -> &Model {
        static BUILT_IN: LazyLock<Model> = LazyLock::new(|| Model::read(CUT).unwrap_or_default());
        self.cut.as_ref().or(self.classes.as_ref()).unwrap_or(&BUILT_IN)
    }

    /// Tells who may solve it.
    pub fn units(&self) -> &UnitModel {
        static BUILT_IN: LazyLock<UnitModel> =
            LazyLock::new(|| UnitModel::read(UNITS_MODEL).unwrap_or_default());
        self.units.as_ref().unwrap_or(&BUILT_IN)
    }
}
