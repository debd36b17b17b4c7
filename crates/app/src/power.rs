//! Whether a battery feeds the machine, and what follows: fewer threads, where that is wanted.

use std::path::Path;
use std::time::Duration;

use crate::events::AppEvent;
use crate::home::Home;
use crate::machine::{MACHINE_VARIABLE, machine_in};
use crate::open::{App, blocking};
use crate::preferences::Preferences;

/// Between two looks at the plug.
const LOOK: Duration = Duration::from_secs(20);

/// True where fewer threads shall compute now: a battery feeds the machine, and nobody minds. Takes
/// some milliseconds.
pub fn is_gentle(home: &Home) -> bool {
    Preferences::of(home).gentle_on_battery && on_battery()
}

fn on_battery() -> bool {
    match std::env::var_os(MACHINE_VARIABLE).filter(|path| !path.is_empty()) {
        Some(path) => machine_in(Path::new(&path)).is_ok_and(|seen| seen.machine.on_battery),
        None => machine::on_battery(),
    }
}

impl App {
    /// Looks now and then where the power comes from, and tells what follows for replies.
    pub(crate) fn watch_power(&self) {
        self.now_and_then(LOOK, |app| async move { app.look_at_power().await });
    }

    /// Looks where the power comes from, and tells it if that is news.
    pub(crate) async fn look_at_power(&self) {
        let home = self.inner.room.outfit().home.clone();
        // It fails where the program is ending.
        let Ok(gentle) = blocking(move || Ok(is_gentle(&home))).await else {
            return;
        };
        let mut state = self.state();
        if state.gentle != gentle {
            state.gentle = gentle;
            state.app_watchers.tell(&AppEvent::Gentle(gentle));
        }
    }
}
