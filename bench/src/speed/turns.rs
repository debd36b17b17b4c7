//! First tokens of chats that go on: right after an answer, and days later.
//!
//! Ours has what its user gives it: the time in which the answer is read, for the bare answer, and the
//! time in which the next question is typed, for all of it but its last word. A question that was
//! pasted and sent at once stands beside it.

use std::io;
use std::time::Duration;

use engine::message::Kept;
use engine::prompt::{Conversation, Opening, Template, Turn};

use crate::figures::{Figure, Target};
use crate::ours::{self, Ours, Setup};
use crate::server::Server;

use super::contest::{OURS, Side, contest};
use super::rates::seed;
use super::{Bench, FORM, check, letters, question};

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
        Side::new(OURS, |round| {
            Ok([our_second(setup, round, true)?.as_secs_f64()])
        }),
        Side::new("ours, pasted", |round| {
            Ok([our_second(setup, round, false)?.as_secs_f64()])
        }),
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

/// The time to the first token of our second reply.
fn our_second(setup: &Setup, round: usize, is_typed: bool) -> io::Result<Duration> {
    let engine = Ours::start(setup)?;
    let asked = Turn::User(question(FIRST, seed(round)));
    let answer = letters(ANSWER, !seed(round + 1));
    // Read instead of written, as for the server.
    let first = Conversation {
        turns: vec![asked.clone()],
        opening: Opening::GoOn {
            thinking: letters(THOUGHT, !seed(round)),
            answer: answer.clone(),
        },
        ..Conversation::default()
    };
    engine.prepare(Template::R1.render(&first), None)?;
    let next = |text: String| Conversation {
        turns: vec![
            asked.clone(),
            Turn::Assistant {
                answer: answer.clone(),
                thought: true,
            },
            Turn::User(text),
        ],
        ..Conversation::default()
    };
    engine.prepare(Template::R1.anticipate(&next(String::new())), None)?;
    let asked = question(NEXT + FORM, seed(round + 1));
    // The header, `<think>` and its line break are new in any case.
    let mut new = NEXT + 3;
    if is_typed {
        let typed = asked.rsplit_once(' ').map_or("", |(before, _)| before);
        engine.prepare(Template::R1.anticipate(&next(typed.to_owned())), None)?;
        new = 1 + 3;
    }
    let (first, cost) = engine.first_words_of(Template::R1.render(&next(asked)), None)?;
    check("ours", cost.prompt_tokens - cost.cached_tokens, new)?;
    Ok(first)
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

/// The first token of a chat that is opened again in a new process: what was kept of it, against reading
/// the whole of it again.
pub(super) fn reopen(bench: &Bench) -> io::Result<Vec<Figure>> {
    let setup = &bench.setup(LONG)?;
    let folder = tempfile::tempdir()?;
    let kept = Kept {
        path: folder.path().join("long.kept"),
        most_bytes: u64::MAX,
    };
    let sides = vec![
        Side::new(OURS, |round| {
            let before = Ours::keeping(setup, folder.path())?;
            let long = question(LONG, seed(round));
            before.prepare(ours::prompt(&long), Some(kept.clone()))?;
            before.leave();
            let engine = Ours::keeping(setup, folder.path())?;
            let (first, cost) = engine.first_words_of(ours::prompt(&long), Some(kept.clone()))?;
            check("ours", cost.prompt_tokens - cost.cached_tokens, 1)?;
            Ok([first.as_secs_f64()])
        }),
        Side::new("read again", |round| {
            let engine = Ours::start(setup)?;
            let first = engine.first_words(&question(LONG, seed(round)))?;
            Ok([first.as_secs_f64()])
        })
        .with([Some(Target::AtMost(0.1))]),
    ];
    contest([("first token of a chat of 8k", "s")], bench.rounds, sides)
}
