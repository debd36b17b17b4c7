//! Keeping the machine from falling asleep while it works: a reply that takes ten minutes, a download
//! that takes the night. The screen may go dark.

use std::fmt;

/// Keeps the machine awake until it is dropped.
pub struct Awake(#[expect(dead_code, reason = "held for its end")] keepawake::KeepAwake);

impl Awake {
    /// Asks the system, which shows the reason to whoever wonders. None where it has nobody to ask
    /// or refuses: work goes on all the same. May block for some milliseconds.
    pub fn hold(reason: &str) -> Option<Self> {
        keepawake::Builder::default()
            .display(false)
            .idle(true)
            // Whoever sends it to sleep by hand means it.
            .sleep(false)
            .reason(reason)
            .app_name("Spud")
            .app_reverse_domain("org.spud.Spud")
            .create()
            .ok()
            .map(Self)
    }
}

impl fmt::Debug for Awake {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Awake")
    }
}
