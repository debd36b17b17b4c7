//! Ctrl-C: the first one stops the reply at hand, a second one within it ends the program.

use std::sync::{Mutex, OnceLock, PoisonError};

use app::stop::Stopper;

use crate::console::STOPPED;

/// The reply at hand, and whether its stop was asked for.
static AT_HAND: Mutex<Option<(Stopper, bool)>> = Mutex::new(None);
static LISTENING: OnceLock<()> = OnceLock::new();

/// From now on Ctrl-C stops this.
pub(crate) fn stops(stopper: Stopper) {
    *AT_HAND.lock().unwrap_or_else(PoisonError::into_inner) = Some((stopper, false));
    LISTENING.get_or_init(|| {
        // Without a handler Ctrl-C ends the program, which is safe too.
        let _ = ctrlc::set_handler(|| {
            let mut at_hand = AT_HAND.lock().unwrap_or_else(PoisonError::into_inner);
            match at_hand.as_mut() {
                Some((stopper, asked @ false)) => {
                    *asked = true;
                    stopper.stop();
                }
                _ => std::process::exit(i32::from(STOPPED)),
            }
        });
    });
}
