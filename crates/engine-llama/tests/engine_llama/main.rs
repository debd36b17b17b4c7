//! The engine process as it is, driven from the outside: the real program through the handle of
//! crate `engine`, or over its bare pipes, with Sprout as its model.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod ahead;
mod asking;
mod bare;
mod broken;
#[cfg(target_os = "linux")]
mod cage;
mod dying;
mod governing;
mod guessing;
mod joints;
#[cfg(target_os = "linux")]
mod pages;
#[cfg(target_os = "linux")]
mod placing;
#[cfg(target_os = "linux")]
mod probe;
mod replies;
mod scripted;
// Those of chats, as everywhere.
#[cfg(target_os = "linux")]
#[path = "../../../chats/tests/chats/skips.rs"]
mod skips;
mod stopping;
mod sums;
mod trying;
mod typed;
mod waiting;
