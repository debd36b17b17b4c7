//! Downloads against a server that misbehaves, by a child that is killed, on disks that are full.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod child;
mod deaths;
mod disks;
mod faults;
mod hub;
mod server;
mod two;
mod waiting;
