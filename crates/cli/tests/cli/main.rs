//! The terminal's contract, on the real program with the real engine and the built-in model.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod ask;
mod bad_model;
mod bad_question;
mod bench;
// Writes GGUF files, right and wrong ones.
#[path = "../../../gguf/tests/gguf/builder.rs"]
#[allow(dead_code, reason = "the tests of gguf break more things")]
mod builder;
mod chat;
mod chats;
mod copies;
mod crash;
mod doctor;
mod every_request;
mod files;
// The library's own scripted server.
#[path = "../../../library/tests/library/server.rs"]
#[allow(dead_code, reason = "the tests of library break more things")]
mod hub;
// Repositories of a hub that these tests make up.
mod hub_names;
mod inspect;
mod keeping;
mod mirror;
mod odd_hub;
mod offline;
mod proxies;
mod pull;
// A model that does what no trained one does on demand.
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
mod spud;
mod telling;
mod thoughts;
mod tokens;
