//! The ways out of this process, and the promises about its end: it goes when its parent goes, and
//! when memory runs out the kernel takes it before anything of the user's.

use std::io::Write;
use std::process::ExitCode;

/// `oom_score_adj` of the engine: far above a browser's tabs (300), below certain death (1000).
#[cfg(target_os = "linux")]
pub(crate) const OOM_SCORE: &str = "800";

/// Ties this process to its parent, as far as the system can. The end of standard input is the
/// second tie, on every system.
pub(crate) fn with_parent() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Signal, set_parent_process_death_signal};
        // Both are best effort: without them the end of standard input still ends us.
        let _ = set_parent_process_death_signal(Some(Signal::KILL));
        let _ = std::fs::write("/proc/self/oom_score_adj", OOM_SCORE);
    }
}

/// Ends the process at once, also while other threads compute: no destructor of a library runs
/// under their feet.
pub(crate) fn now() -> ! {
    with_status(0)
}

fn with_status(status: i32) -> ! {
    // SAFETY: `_exit` takes any status, runs nothing of ours and does not come back.
    #[expect(
        unsafe_code,
        reason = "std offers no exit without the destructors of C++"
    )]
    unsafe {
        libc::_exit(status)
    }
}

/// Makes a panic on any thread the end of the process, with one line of last words: a reply whose
/// thread is gone would never end. Last words are kept in a report, so a message that was put together
/// while running stays unsaid: it may quote a conversation, as that of a text cut within a letter does.
pub(crate) fn on_panic() {
    std::panic::set_hook(Box::new(|panic| {
        let fixed = panic.payload().downcast_ref::<&'static str>();
        let what = fixed.unwrap_or(&"(what it said may quote a conversation)");
        let place = panic.location().map(ToString::to_string);
        let place = place.unwrap_or_default();
        let _ = writeln!(std::io::stderr(), "error: BUG at {place}: {what}");
        with_status(101)
    }));
}

/// Says why on standard error, which the parent keeps, and ends with status 1.
pub(crate) fn complaining(why: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "error: {why}");
    ExitCode::FAILURE
}
