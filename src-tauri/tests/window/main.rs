//! The real window: the built program on a display of its own, driven through `WebKitWebDriver` as a
//! person would. Linux only, since the driver is.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod access;
mod chats;
mod composer;
mod engine;
mod files;
mod first;
mod governing;
mod hands;
mod hostile;
// The library's own scripted server.
#[path = "../../../crates/library/tests/library/server.rs"]
#[allow(dead_code, reason = "the tests of library break more things")]
mod hub;
mod hub_sheet;
mod keeping;
mod kept;
mod keyboard;
mod models;
mod mouse;
mod picker;
mod pointing;
mod processes;
mod safe_mode;
mod screens;
#[path = "../../../crates/engine-llama/tests/engine_llama/scripted.rs"]
#[allow(
    dead_code,
    reason = "the tests of the engine ask for another vocabulary"
)]
mod scripted;
mod shelf;
mod starts;
mod tour;
mod window;
