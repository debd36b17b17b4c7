//! The threads beside a download: one hashes what has come, one makes it durable.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fit::catalogue::Sha256;
use sha2::Digest;
use tokio::task::{JoinError, JoinHandle, spawn_blocking};

use crate::blocks::BLOCK_BYTES;
use crate::part::{Part, digest};

/// The longest that written bytes stay undurable on a slow line.
const SYNC_TIME: Duration = Duration::from_secs(5);

/// Ends the threads of a part when its download is dropped in the middle.
pub(super) struct EndOnDrop<'a>(pub(super) &'a Part);

impl Drop for EndOnDrop<'_> {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

/// Lets whoever waits for durable bytes of a part go on, since none become so any more.
struct Unsynced<'a>(&'a Part);

impl Drop for Unsynced<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// What a thread of its own gave, or how it failed; a panic in it is a failure too.
pub(super) fn ended<T>(thread: Result<io::Result<T>, JoinError>) -> io::Result<T> {
    thread.map_err(io::Error::other)?
}

/// Hashes the file from its start as far as it is finished, until its end.
pub(super) fn hash(part: &Part, checked: &Arc<AtomicU64>) -> JoinHandle<io::Result<Sha256>> {
    let (part, checked) = (part.clone(), checked.clone());
    spawn_blocking(move || {
        let mut hasher = sha2::Sha256::new();
        let mut done = 0;
        loop {
            // In steps, so that it ends soon where nobody waits for it any more.
            let prefix = part.wait_for_prefix(done).min(done + BLOCK_BYTES);
            if prefix <= done || part.is_abandoned() {
                return Ok(digest(hasher));
            }
            part.read(done..prefix, |piece| {
                hasher.update(piece);
                checked.fetch_add(piece.len() as u64, Ordering::Relaxed);
            })?;
            done = prefix;
        }
    })
}

/// Makes bytes durable as they come, until the end.
pub(super) fn sync(part: &Part) -> JoinHandle<io::Result<()>> {
    let part = part.clone();
    spawn_blocking(move || {
        // However this ends: writers wait for it, and would for ever.
        let _end = Unsynced(&part);
        loop {
            let more = part.wait_for_bytes(BLOCK_BYTES / 4, SYNC_TIME);
            part.sync()?;
            if !more {
                return Ok(());
            }
        }
    })
}
