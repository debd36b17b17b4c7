//! The rank of this process among all that want the processor: behind what a person looks at. A reply
//! computes for minutes on every core that it was given, and whoever types, scrolls or listens meanwhile
//! should not feel it.
//!
//! Among programs that the system weighs together, which are those of one session or of one unit of
//! systemd: Linux weighs sessions and units as wholes first. So on a desktop it is our own window that goes
//! before the engine, and in a terminal what else runs there. Windows is told when the process is made
//! (`engine::handle`).
//!
//! Not here: what the threads do when others take their cores all the same (`pace`).

/// Of nineteen steps down: a third of the weight of a program that asks for nothing. What is idle is ours
/// whatever the rank.
#[cfg(unix)]
const STEPS: i32 = 5;

/// Steps back. Best effort; before there is another thread, since threads have ranks of their own and
/// take the one of their maker.
pub(crate) fn step_back() {
    #[cfg(unix)]
    let _ = rustix::process::nice(STEPS);
}
