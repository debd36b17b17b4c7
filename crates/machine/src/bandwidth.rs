//! How fast the processor reads its memory: the clock of every model that it computes.
//!
//! Threads sum a buffer far larger than any cache, stretch after stretch; the best stretch counts,
//! since whatever disturbs one only makes it slower. Not here: what the engine's own products reach
//! (its probe tells), disks (a file that was read once is read from memory the second time).

use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

use crate::system;

/// Bytes of the buffer where memory allows and caches are no larger than usual.
const BUFFER_BYTES: u64 = 256 << 20;

/// The buffer is this many times the last caches, so that a stretch has left them when its turn
/// comes again.
const TIMES_THE_CACHES: u64 = 4;

/// The part of the available memory that the buffer may take.
const MEMORY_PART: u64 = 10;

/// Below this a buffer fits into caches that nobody told of, and the figure would be a lie.
const LEAST_BYTES: u64 = 32 << 20;

/// Words of one stretch: 64 MiB, a millisecond or two. While other programs held both cores,
/// stretches of this size still found moments in which both threads ran (36 to 65 GB/s, of 73 on
/// the quiet machine); passes over the whole buffer did not (19 to 33 GB/s).
const STRETCH_WORDS: usize = 8 << 20;

/// Time for each number of threads.
const TIME: Duration = Duration::from_millis(400);

/// Bytes per second that one thread, or `threads` together, read from memory, whichever is more;
/// none where there is too little memory to tell, or where `stopped` says so. Takes a second.
pub fn measure(available_bytes: u64, threads: u32, stopped: &dyn Fn() -> bool) -> Option<u64> {
    let bytes = buffer_bytes(available_bytes, system::last_cache_bytes().unwrap_or(0))?;
    let words = usize::try_from(bytes / 8).ok()?;
    let buffer = filled(words, threads);
    let mut best: f64 = 0.0;
    let mut counts = vec![1, threads.max(1)];
    counts.dedup();
    for count in counts {
        let begun = Instant::now();
        for stretch in buffer.chunks(STRETCH_WORDS).cycle() {
            if stopped() {
                return None;
            }
            if begun.elapsed() >= TIME {
                break;
            }
            best = best.max(rate(stretch, count));
        }
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bytes per second of a real machine"
    )]
    let whole = best as u64;
    (whole > 0).then_some(whole)
}

/// How large the buffer is on a machine with so much memory and such caches; none where memory is
/// too little to leave the caches behind.
fn buffer_bytes(available_bytes: u64, cache_bytes: u64) -> Option<u64> {
    let beyond_caches = cache_bytes.saturating_mul(TIMES_THE_CACHES);
    let bytes = BUFFER_BYTES
        .max(beyond_caches)
        .min(available_bytes / MEMORY_PART);
    (bytes >= LEAST_BYTES.max(beyond_caches)).then_some(bytes)
}

/// A buffer whose every page is written, so that none of them is the kernel's one page of zeros.
/// The kernel clears a page when it is first written, which takes longer than reading it: the
/// threads share that too.
fn filled(words: usize, threads: u32) -> Vec<u64> {
    let mut buffer = vec![0; words];
    thread::scope(|scope| {
        for part in buffer.chunks_mut(words.div_ceil(threads.max(1) as usize)) {
            scope.spawn(move || part.fill(1));
        }
    });
    buffer
}

/// Bytes per second at which so many threads read one stretch together.
fn rate(stretch: &[u64], threads: u32) -> f64 {
    let part = stretch.len().div_ceil(threads as usize);
    let begun = Instant::now();
    thread::scope(|scope| {
        for part in stretch.chunks(part) {
            scope.spawn(move || black_box(sum(part)));
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a figure of three digits")]
    let bytes = size_of_val(stretch) as f64;
    bytes / seconds.max(1e-9)
}

/// A sum in enough lanes that memory and not addition is what it waits for.
fn sum(words: &[u64]) -> u64 {
    let mut lanes = [0_u64; 32];
    for row in words.chunks_exact(lanes.len()) {
        for (lane, word) in lanes.iter_mut().zip(row) {
            *lane = lane.wrapping_add(*word);
        }
    }
    lanes.into_iter().fold(0, u64::wrapping_add)
}

#[cfg(test)]
mod tests {
    use super::{buffer_bytes, measure};
    use crate::system;

    /// Memory enough to measure with, whatever caches this machine has.
    fn plenty() -> u64 {
        let caches = system::last_cache_bytes().unwrap_or(0);
        caches.max(8 << 20) * 40
    }

    #[test]
    fn a_machine_reads_more_than_a_gigabyte_a_second() {
        let rate = measure(plenty(), 2, &|| false).unwrap();
        assert!((1 << 30..1 << 44).contains(&rate), "{rate}");
    }

    #[test]
    fn it_says_nothing_rather_than_something_wrong() {
        assert_eq!(measure(64 << 20, 2, &|| false), None);
        assert_eq!(measure(plenty(), 2, &|| true), None);
    }

    #[test]
    fn the_buffer_leaves_the_caches_behind_or_there_is_none() {
        for (available_mib, cache_mib, expect) in [
            (24 << 10, 32, Some(256)),
            (1_000, 0, Some(100)),
            (1_000, 16, Some(100)),
            (1_000, 32, None),
            (64, 0, None),
            (512 << 10, 1_152, Some(4_608)),
            (8 << 10, 1_152, None),
        ] {
            assert_eq!(
                buffer_bytes(available_mib << 20, cache_mib << 20),
                expect.map(|mib: u64| mib << 20),
                "{available_mib} MiB, caches of {cache_mib} MiB"
            );
        }
        assert_eq!(buffer_bytes(u64::MAX, u64::MAX), None);
    }
}
