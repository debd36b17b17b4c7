//! What is held over the window.

use serde::Serialize;
#[cfg(test)]
use ts_rs::TS;

use crate::drops::Drag;

/// A file that is held over the window, or that none is any more.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct DragEvent {
    /// Its name; null while nothing is held.
    file: Option<String>,
    /// Whether it is called a model's file.
    is_model: bool,
    /// Files that were let go and shall be attached; `attach` takes them by this number, once.
    dropped: Option<u32>,
}

impl From<Drag> for DragEvent {
    fn from(drag: Drag) -> Self {
        Self {
            file: drag.file,
            is_model: drag.is_model,
            dropped: drag.dropped,
        }
    }
}
