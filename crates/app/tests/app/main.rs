//! What a window or a terminal may rely on: events, ends, and what is on disk, with the real
//! engine and the built-in model.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod ahead;
mod arrivals;
mod asking;
mod attachments;
mod copies;
mod disks;
mod downloads;
// The library's own scripted server.
#[path = "../../../library/tests/library/server.rs"]
#[allow(dead_code, reason = "the tests of library break more things")]
mod hub;
mod keeping;
mod models;
mod replies;
#[path = "../../../engine-llama/tests/engine_llama/scripted.rs"]
#[allow(
    dead_code,
    reason = "the tests of the engine ask for another vocabulary"
)]
mod scripted;
// Those of chats, as everywhere.
#[cfg(target_os = "linux")]
#[path = "../../../chats/tests/chats/skips.rs"]
mod skips;
mod stopping;
mod watching;
mod world;
