//! What is held over the window.

use serde::Serialize;
#[cfg(test)]
use ts_rs::TS;

use crate::drops::{Drag, What};

/// What letting go would do with it.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Held {
    /// A model's file: it is opened.
    Model,
    /// A folder or an archive: its chats are imported.
    Chats,
    /// Any other file: it goes with the question.
    Text,
}

/// A file that is held over the window, or that none is any more.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct DragEvent {
    /// Its name; null while nothing is held.
    file: Option<String>,
    what: Held,
    /// What was let go and shall be attached, or imported where it holds chats; `attach` and
    /// `import_chats` take it by this number, once.
    dropped: Option<u32>,
}

impl From<Drag> for DragEvent {
    fn from(drag: Drag) -> Self {
        Self {
            file: drag.file,
            what: match drag.what {
                What::Model => Held::Model,
                What::Chats => Held::Chats,
                What::Text => Held::Text,
            },
            dropped: drag.dropped,
        }
    }
}
