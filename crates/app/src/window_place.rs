//! Where the window was and how large, for the next start.
//!
//! Not here: what is seen of that on the screens that are there then (`src-tauri/src/place.rs`).

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::home::Home;
use crate::written::{keep, read};

const FILE: &str = "window.json";

/// In pixels at a scale of 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WindowPlace {
    /// Of what is inside its frame.
    pub width: f64,
    /// The same.
    pub height: f64,
    /// Its upper left corner; none where a system tells nobody.
    #[serde(default)]
    pub at: Option<(f64, f64)>,
    /// It filled the screen; the rest is what it was before.
    #[serde(default)]
    pub maximized: bool,
}

impl WindowPlace {
    /// What is remembered.
    pub fn of(home: &Home) -> Option<Self> {
        read(&home.data().join(FILE))
    }

    /// Remembers it.
    pub fn keep(&self, home: &Home) -> Result<(), Failure> {
        keep(home.data(), FILE, self)
    }
}
