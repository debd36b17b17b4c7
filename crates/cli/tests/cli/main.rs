//! The terminal's contract, on the real program with the real engine and the built-in model.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod ask;
mod bad_model;
mod bad_question;
mod chat;
mod crash;
mod doctor;
mod spud;
mod telling;
