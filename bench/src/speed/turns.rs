//! First tokens of chats that go on: right after an answer, and days later.
//!
//! Ours is not in these contests yet. It joins as a [`Side`] named `OURS` when the engine can get
//! ready for a next question (`follow_up`) and keep a chat's cache on the disk (`reopen`); the
//! targets stand beside the rivals and count from then on.

use std::io;
use std::time::Duration;

use crate::figures::{Figure, Target};
use crate::ours::{self, Ours, Setup};
use crate::server::Server;

use super::contest::{Side, contest};
use super::rates::seed;
use super::{Bench, FORM, letters, question};

/// Tokens of the first question, of the thinking behind it, of the answer, and of the question that
/// follows.
const FIRST: u32 = 64;
const THOUGHT: u32 = 200;
const ANSWER: u32 = 500;
const NEXT: u32 = 30;
/// Tokens of a chat that was left long ago.
const LONG: u32 = 8000;

/// The first token of the second reply, where the first had thinking that the template drops.
pub(super) fn follow_up(bench: &Bench) -> io::Result<Vec<Figure>> {
    let setup = &bench.setup(FIRST + THOUGHT + 2 * ANSWER)?;
    let sides = vec![
        Side::new("llama-server", |round| {
            Ok([second_reply(bench, setup, &[], round)?.as_secs_f64()])
        })
        .with([Some(Target::AtMost(0.2))]),
        Side::new("llama-server --cache-reuse 256", |round| {
            let more = ["--cache-reuse", "256"];
            Ok([second_reply(bench, setup, &more, round)?.as_secs_f64()])
        })
        .with([Some(Target::AtMost(0.5))]),
    ];
    contest([("first token of a follow-up", "s")], bench.rounds, sides)
}

/// The time to the first token of a server's second reply.
fn second_reply(bench: &Bench, setup: &Setup, more: &[&str], round: usize) -> io::Result<Duration> {
    let server = Server::start(&bench.peers, setup, more)?;
    let first = server.tokens(&ours::prompt_text(&question(FIRST, seed(round))))?;
    let thought = letters(THOUGHT, !seed(round)) + engine::prompt::THINK_CLOSE;
    let answer = engine::prompt::GAP.to_owned() + &letters(ANSWER, !seed(round + 1));
    let (thought, answer) = (server.tokens(&thought)?, server.tokens(&answer)?);
    // Read instead of written: what is in the cache afterwards is the same, and it takes a tenth.
    server.complete(&[first.as_slice(), &thought, &answer].concat(), 1)?;
    // What the form of a prompt puts behind the question: header, opened thought, line break.
    let (asked, opened) = first.split_at(first.len() - 2);
    let end = server.tokens(engine::prompt::END)?;
    // The next question with all that stands around it but the token that begins a text.
    let next = server.tokens(&ours::prompt_text(&question(NEXT + FORM, seed(round + 1))))?;
    debug_assert_eq!(opened, &next[next.len() - 2..]);
    let second = [asked, &answer, &end, &next[1..]].concat();
    Ok(server.complete(&second, 1)?.first)
}

/// The first token of a chat that is opened again in a new process. What keeping its cache is
/// compared with is reading the whole chat again, which is what the engine does today.
pub(super) fn reopen(bench: &Bench) -> io::Result<Vec<Figure>> {
    let setup = &bench.setup(LONG)?;
    let sides = vec![
        Side::new("read again", |round| {
            let engine = Ours::start(setup)?;
            let first = engine.first_words(&question(LONG, seed(round)))?;
            Ok([first.as_secs_f64()])
        })
        .with([Some(Target::AtMost(0.1))]),
    ];
    contest([("first token of a chat of 8k", "s")], bench.rounds, sides)
}
