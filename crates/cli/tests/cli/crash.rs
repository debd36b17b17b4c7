//! Processes that die in the middle of a reply. (Their numbers are found in Linux's `/proc`.)
#![cfg(target_os = "linux")]

use std::io::Write;
use std::time::Duration;

use app::chats::{Body, State};
use rustix::process::{Signal, kill_process};

use crate::ask::LONG;
use crate::chat::on_disk;
use crate::spud::Home;

/// The most that a crash may take (issue 2: the last quarter of a second).
const LOST_AT_MOST: Duration = Duration::from_millis(250);

#[test]
fn an_engine_that_is_killed_is_a_failure_with_a_way_on() {
    let home = Home::new();
    let mut running = home.start(&["ask", "--json", LONG]);
    running.line_of("answer");
    kill_process(running.engine(), Signal::KILL).unwrap();
    let ran = running.end();
    let lines = ran.lines();
    let done = lines.done();
    assert_eq!(done["reason"], "failed", "{ran:?}");
    assert_eq!(done["code"], "engine_stopped", "{ran:?}");
    assert!(ran.complaint().contains("Ask again"), "{ran:?}");
}

#[test]
fn a_chat_whose_engine_is_killed_keeps_the_words_and_goes_on() {
    let home = Home::new();
    let mut running = home.start(&["chat", "--temperature", "0"]);
    let mut input = running.child.stdin.take().unwrap();
    writeln!(input, "{LONG}").unwrap();
    let seen = running.read_until(", 20, ");
    kill_process(running.engine(), Signal::KILL).unwrap();
    writeln!(input, "What is 3 + 4?").unwrap();
    drop(input);
    let ran = running.end();
    let (_, messages) = on_disk(&home);
    // What Sprout makes of a sum below half a count is its own affair: it is answered.
    let Body::Reply(next) = &messages[3].body else {
        panic!("{messages:?}")
    };
    assert_eq!(next.state, State::Ended(app::chats::End::Complete));
    assert!(
        ran.output.ends_with(&format!("{}\n", next.answer)),
        "{ran:?}"
    );
    let Body::Reply(first) = &messages[1].body else {
        panic!("{messages:?}")
    };
    assert!(
        matches!(&first.state, State::Ended(app::chats::End::Failed(_))),
        "{messages:?}"
    );
    assert!(
        first.answer.starts_with(&seen),
        "seen {seen:?}, kept {:?}",
        first.answer
    );
}

#[test]
fn a_program_that_is_killed_loses_at_most_a_quarter_of_a_second() {
    let home = Home::new();
    let mut running = home.start(&["chat", "--temperature", "0"]);
    let mut input = running.child.stdin.take().unwrap();
    writeln!(input, "{LONG}").unwrap();
    let mut seen = running.read_until(", 20, ");
    // The engine is held, so no words come after these.
    let engine = running.engine();
    kill_process(engine, Signal::STOP).unwrap();
    std::thread::sleep(LOST_AT_MOST);
    kill_process(running.process(), Signal::KILL).unwrap();
    seen += &running.end().output;
    // It would die by itself once it ran again: its parent is gone.
    let _ = kill_process(engine, Signal::KILL);

    let (rows, messages) = on_disk(&home);
    assert_eq!(rows.len(), 1);
    let Body::Reply(reply) = &messages[1].body else {
        panic!("{messages:?}")
    };
    assert_eq!(reply.state, State::Interrupted, "{messages:?}");
    assert!(
        reply.answer.starts_with(&seen),
        "seen {seen:?}, kept {:?}",
        reply.answer
    );
    assert!(!reply.thinking.is_empty(), "{messages:?}");
}
