//! Downloads against a server that misbehaves, by a child that is killed, on disks that are full.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod child;
mod deaths;
mod disks;
mod elsewhere;
mod faults;
mod first;
mod flips;
mod hub;
mod mending;
mod server;
mod sizes;
// Those of chats, as everywhere.
#[cfg(target_os = "linux")]
#[path = "../../../chats/tests/chats/skips.rs"]
mod skips;
mod two;
mod waiting;
