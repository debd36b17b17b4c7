//! How fast the processor reads its memory: the clock of every model that it computes.
//!
//! Threads sum a buffer far larger than any cache, pass after pass; the best pass counts, since
//! whatever disturbs a pass only makes it slower. Not here: what the engine's own products reach
//! (its probe tells), disks (a file that was read once is read from memory the second time).

use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

/// Bytes that are read in one pass where memory allows: several times the largest caches.
const BUFFER_BYTES: u64 = 256 << 20;

/// The part of the available memory that the buffer may take.
const MEMORY_PART: u64 = 8;

/// Below this a buffer fits into caches and the figure would be a lie.
const LEAST_BYTES: u64 = 32 << 20;

/// Time for each number of threads.
const TIME: Duration = Duration::from_millis(400);

/// Bytes per second that one thread, or `threads` together, read from memory, whichever is more;
/// none where there is too little memory to tell, or where `stopped` says so. Takes a second.
pub fn measure(available_bytes: u64, threads: u32, stopped: &dyn Fn() -> bool) -> Option<u64> {
    let bytes = BUFFER_BYTES.min(available_bytes / MEMORY_PART);
    if bytes < LEAST_BYTES {
        return None;
    }
    let words = usize::try_from(bytes / 8).ok()?;
    // Every page is written, so that none of them is the kernel's one page of zeros.
    let buffer: Vec<u64> = (0..words as u64).collect();
    let mut best: f64 = 0.0;
    let mut counts = vec![1, threads.max(1)];
    counts.dedup();
    for count in counts {
        let begun = Instant::now();
        while begun.elapsed() < TIME {
            if stopped() {
                return None;
            }
            best = best.max(pass(&buffer, count));
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

/// Bytes per second of one pass.
fn pass(buffer: &[u64], threads: u32) -> f64 {
    let part = buffer.len().div_ceil(threads as usize);
    let begun = Instant::now();
    thread::scope(|scope| {
        for part in buffer.chunks(part) {
            scope.spawn(move || black_box(sum(part)));
        }
    });
    let seconds = begun.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a figure of three digits")]
    let bytes = size_of_val(buffer) as f64;
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
    use super::measure;

    #[test]
    fn a_machine_reads_more_than_a_gigabyte_a_second() {
        let rate = measure(1 << 30, 2, &|| false).unwrap();
        assert!((1 << 30..1 << 44).contains(&rate), "{rate}");
    }

    #[test]
    fn it_says_nothing_rather_than_something_wrong() {
        assert_eq!(measure(64 << 20, 2, &|| false), None);
        assert_eq!(measure(1 << 30, 2, &|| true), None);
    }
}
