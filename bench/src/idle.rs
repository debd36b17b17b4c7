//! When a process that was told to stop has really stopped: from then on it uses no processor.

use std::io;
use std::time::{Duration, Instant};

/// How often it is looked.
const EVERY: Duration = Duration::from_millis(2);
/// A process that uses less of one core than this part is idle; waking up now and then is no work.
const IDLE_PART: u32 = 10;
/// How long it must stay idle to count as such. Longer than the pauses between two batches.
const QUIET: Duration = Duration::from_millis(300);
/// After so long nobody waits any more.
const LIMIT: Duration = Duration::from_mins(2);

/// Waits until a process has become idle, and gives the time from `begun` until it was.
pub fn since(begun: Instant, process: u32) -> io::Result<Duration> {
    let mut before = used(process)?;
    let (mut looked, mut busy) = (Instant::now(), begun);
    while begun.elapsed() < LIMIT {
        std::thread::sleep(EVERY);
        let (now, used) = (Instant::now(), used(process)?);
        if used.saturating_sub(before) > (now - looked) / IDLE_PART {
            busy = now;
        } else if now - busy > QUIET {
            return Ok(busy - begun);
        }
        (before, looked) = (used, now);
    }
    Err(io::Error::other("it was never idle"))
}

/// The processor time of all threads that a process has now, to the nanosecond. (`/proc/PID/stat`
/// counts in hundredths of a second.)
#[cfg(target_os = "linux")]
fn used(process: u32) -> io::Result<Duration> {
    let mut all = Duration::ZERO;
    for thread in fs_err::read_dir(format!("/proc/{process}/task"))? {
        // A thread that ended while we looked has used what it used.
        let Ok(text) = fs_err::read_to_string(thread?.path().join("schedstat")) else {
            continue;
        };
        let first = text.split(' ').next().and_then(|text| text.parse().ok());
        all += Duration::from_nanos(first.unwrap_or(0));
    }
    Ok(all)
}

/// Nothing is known on other systems.
#[cfg(not(target_os = "linux"))]
fn used(_process: u32) -> io::Result<Duration> {
    Err(io::Error::other(
        "the processor time of a process is only read on Linux",
    ))
}
