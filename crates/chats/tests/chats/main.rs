//! What the room `chats` promises, from the outside: the folder on disk and the calls of `Chats`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops")]
#![allow(
    clippy::print_stdout,
    reason = "a test that cannot be played here says so, and a child speaks to its parent"
)]

mod attachments;
mod backups;
mod branches;
mod child;
mod damage;
mod deaths;
mod erasing;
mod folder;
mod index;
mod lists;
mod naive;
mod newer;
mod old;
mod refusals;
mod removing;
mod replies;
mod saving;
mod search;
mod skips;
mod spellings;
mod transcripts;
mod waiting;
mod words;
