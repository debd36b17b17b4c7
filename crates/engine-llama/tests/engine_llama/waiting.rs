//! Patience with a limit: whatever does not happen in time is a failed test, never a hang.

use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

/// Far above anything that is awaited here, on a busy machine too.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// The result of work that may block, or a panic when it takes too long.
pub(crate) fn within<R: Send + 'static>(
    what: &str,
    work: impl FnOnce() -> R + Send + 'static,
) -> R {
    let (tell, told) = channel();
    thread::spawn(move || {
        let _ = tell.send(work());
    });
    told.recv_timeout(PATIENCE)
        .unwrap_or_else(|_| panic!("{what}: not in time"))
}

/// Returns when this becomes true, or panics when it takes too long. For what the system tells
/// nobody: it has to be asked.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < PATIENCE, "{what}: not in time");
        thread::sleep(Duration::from_millis(2));
    }
}
