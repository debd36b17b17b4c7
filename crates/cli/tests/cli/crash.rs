//! Processes that die in the middle of a reply. (Their numbers are found in Linux's `/proc`.)
#![cfg(target_os = "linux")]

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
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

#[test]
fn an_engine_that_crashes_leaves_a_report_without_a_word_of_the_question() {
    let home = Home::new();
    let mut running = home.start(&["ask", "--json", LONG]);
    running.line_of("answer");
    kill_process(running.engine(), Signal::ABORT).unwrap();
    assert!(running.end().complaint().contains("SIGABRT"));

    let folder = home.path().join("crashes");
    let files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    let [file] = files.as_slice() else {
        panic!("{files:?}")
    };
    let text = std::fs::read_to_string(file).unwrap();
    for fact in ["it gave up (SIGABRT)", "writing a reply", "\"sprout.gguf\""] {
        assert!(text.contains(fact), "no {fact}: {text}");
    }
    let words = LONG.split(' ').filter(|word| word.len() > 3);
    for word in words.chain([home.path().to_str().unwrap()]) {
        assert!(!text.contains(word), "{word}: {text}");
    }
    let rights = std::fs::metadata(file).unwrap().permissions().mode();
    assert_eq!(rights & 0o777, 0o600);

    let doctor = home.run(&["doctor", "--json"]);
    assert_eq!(doctor.status, Some(0), "{doctor:?}");
    let lines = doctor.lines();
    let crashes = lines.check("crashes");
    let found = crashes["found"].as_str().unwrap();
    assert!(found.contains("SIGABRT"), "{found}");
    let hint = crashes["hint"].as_str().unwrap();
    assert!(hint.contains(file.to_str().unwrap()), "{hint}");
}

#[test]
fn three_deaths_in_a_row_end_the_trying() {
    let home = Home::new();
    let mut running = home.start(&["chat", "--temperature", "0"]);
    let mut input = running.child.stdin.take().unwrap();
    let mut last = None;
    for _ in 0..3 {
        writeln!(input, "{LONG}").unwrap();
        // Wherever it is: starting, loading or in the middle of the count. (Not by SIGSEGV, of which
        // Rust's own handler takes the first that comes from outside.)
        let engine = running.next_engine(last);
        kill_process(engine, Signal::ABORT).unwrap();
        last = Some(engine);
    }
    writeln!(input, "{LONG}").unwrap();
    drop(input);
    let ran = running.end();
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert_eq!(ran.errors.matches("SIGABRT").count(), 3, "{ran:?}");
    let refusal = "the engine stopped 3 times within 90 seconds";
    assert_eq!(ran.errors.matches(refusal).count(), 1, "{ran:?}");
    let reports = std::fs::read_dir(home.path().join("crashes")).unwrap();
    assert_eq!(reports.count(), 3);
}
