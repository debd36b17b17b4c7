//! `spud licences`: what others made that is in Spud, and under which terms.

use std::process::ExitCode;

use crate::console::{Console, To};

/// Prints it all; who stops reading early has read enough.
pub(crate) fn run() -> ExitCode {
    let (stopper, _stop) = app::stop::stop();
    Console::new(stopper).write(To::Output, app::LICENCES);
    ExitCode::SUCCESS
}
