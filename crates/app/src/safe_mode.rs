//! The window's safe mode, as it is remembered: the page came up blank, or somebody chose it, so the
//! web view draws without the GPU from then on. Kept here for `spud doctor`, which knows no window.
//!
//! Not here: when that is so and what it does (`src-tauri/src/safe_mode.rs`).

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::home::Home;
use crate::written::{keep, read};

/// `on` draws without the GPU, `off` with it whatever is remembered; else what is remembered counts.
pub const SAFE_MODE_VARIABLE: &str = "SPUD_SAFE_MODE";

const FILE: &str = "safe-mode.json";

/// Why the window draws without the GPU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafeMode {
    /// What happened when it was drawn as usual.
    pub reason: String,
    /// The version of the web view with which that was.
    pub webkit: String,
    /// What drew it: the kernel's driver, Mesa, the kernel.
    pub driver: String,
    /// The page was painted in safe mode since.
    pub painted: bool,
    /// A person chose it in the settings, so that no update ends it.
    #[serde(default)]
    pub chosen: bool,
}

impl SafeMode {
    /// What is remembered; nothing where the window is drawn as usual.
    pub fn of(home: &Home) -> Option<Self> {
        read(&home.data().join(FILE))
    }

    /// Remembers it for the next start.
    pub fn keep(&self, home: &Home) -> Result<(), Failure> {
        keep(home.data(), FILE, self)
    }

    /// Forgets it, so that the next start draws as usual. Nothing to forget is no failure.
    pub fn forget(home: &Home) {
        let _ = std::fs::remove_file(home.data().join(FILE));
    }

    /// What was found, and how to undo it.
    pub(crate) fn told(&self) -> (String, String) {
        if self.chosen {
            return (
                "the window draws without the GPU, as it is set".to_owned(),
                "The window's settings take it back (\"Graphics card\").".to_owned(),
            );
        }
        let since = if self.painted {
            "the page is painted since"
        } else {
            "no page was painted since either"
        };
        (
            format!(
                "the window draws without the GPU, because {} (WebKit {}; {}); {since}",
                self.reason, self.webkit, self.driver
            ),
            format!(
                "Spud tries the GPU again when WebKit or the driver was updated. To try it now, choose so in the window's settings, or open the window with {SAFE_MODE_VARIABLE}=off: where the page is painted, this is forgotten."
            ),
        )
    }
}
