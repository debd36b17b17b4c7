//! Ends of the process: killed, left by its parent, spoken to in nonsense, started a hundred times.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use engine::message::{End, Event, FailureCode, Request};
use engine::{Engine, EngineError};

use crate::asking::{
    self, CONTEXT, PROGRAM, ask, begin, gather, greedy, load_of, prompt, ready, sprout, up_to,
};
use crate::bare::Bare;
use crate::waiting::until;

/// Times that an engine is started and let go in search of what it leaves behind.
const CYCLES: usize = 20;

fn kill_from_outside(process: u32) {
    let killed = Command::new("kill")
        .args(["-9", &process.to_string()])
        .status();
    assert!(killed.unwrap().success());
}

#[test]
fn a_killed_engine_ends_its_reply_once_and_a_new_one_works() {
    let engine = ready(CONTEXT);
    let (_, events) = begin(&engine, greedy(prompt("Count to 200")));
    let (_, queued) = begin(&engine, greedy(prompt("Hi")));
    let events = up_to(events, |event| matches!(event, Event::Words { .. }));
    kill_from_outside(engine.process_id());
    for told in [gather(events), gather(queued)] {
        let End::Failed(failure) = told.end else {
            panic!("{told:?}");
        };
        assert_eq!(failure.code, FailureCode::EngineStopped);
        assert!(failure.message.contains("killed"), "{failure}");
    }
    until("the death is known", || !engine.is_alive());
    let late = ask(&engine, greedy(prompt("Hi")));
    assert!(matches!(late.end, End::Failed(failure) if failure.code == FailureCode::EngineStopped));
    assert_eq!(
        ask(&ready(CONTEXT), greedy(prompt("Hi"))).end,
        End::Complete
    );
}

#[test]
fn an_engine_whose_parent_hangs_up_ends_by_itself() {
    let idle = Bare::greeted();
    let mut busy = Bare::greeted();
    busy.send(&Request::Load {
        job: 1,
        load: load_of(&sprout(), 32_768),
    });
    busy.end_of(1);
    let long = "one two three ".repeat(4_000);
    busy.send(&Request::Reply {
        job: 2,
        reply: greedy(prompt(&long)),
    });
    for mut engine in [idle, busy, Bare::start(&mut Command::new(PROGRAM))] {
        engine.input.take();
        assert!(engine.wait().success());
    }
}

/// The other tie: its input stays open here, held by this test, and only its parent dies.
#[test]
#[cfg(target_os = "linux")]
fn an_engine_whose_parent_is_killed_ends_too() {
    let script = "exec 3<&0; \"$0\" <&3 & wait";
    let mut engine = Bare::start(Command::new("sh").args(["-c", script, PROGRAM]));
    engine.greet();
    kill_from_outside(engine.child.id());
    // Standard output ends when nobody holds it any more.
    assert!(engine.read::<(u64, Event)>().is_none());
}

#[test]
fn nonsense_ends_the_engine() {
    let frame = |body: &[u8]| {
        let length = u32::try_from(body.len()).unwrap().to_le_bytes();
        [&length, body].concat()
    };
    let nonsense = [
        b"What is 47 + 38?\n".to_vec(),
        vec![0xff; 100_000],
        frame(b""),
        frame(b"\0\0\0\0"),
        frame(br#"{"type":"dance","job":1}"#),
        frame(br#"{"version":"0.0.1","messages":"other"}"#),
    ];
    for bytes in nonsense {
        let mut first_words = Bare::start(&mut Command::new(PROGRAM));
        first_words.shout(&bytes);
        assert!(!first_words.wait().success());
        let mut later = Bare::greeted();
        later.shout(&bytes);
        later.wait();
    }
}

#[test]
fn what_is_no_engine_is_said_to_be_none() {
    let missing = Engine::start(Path::new("/nowhere/spud-engine")).err();
    assert!(matches!(missing, Some(EngineError::NotStarted { .. })));
    let silent = Engine::start(Path::new("/bin/true")).err();
    assert!(
        matches!(silent, Some(EngineError::Silent { .. })),
        "{silent:?}"
    );
    let chatty = Engine::start(Path::new("/bin/yes")).err();
    assert!(
        matches!(chatty, Some(EngineError::Silent { .. })),
        "{chatty:?}"
    );
}

/// A program that greets as another build would, then lingers.
#[test]
#[cfg(target_os = "linux")]
fn an_engine_of_another_build_is_named_and_put_away() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let (program, note) = (folder.join("other-build"), folder.join("other-build.pid"));
    let hello = r#"{"version":"9.9.9","messages":"none"}"#;
    let length = u8::try_from(hello.len()).unwrap();
    let script = format!(
        "#!/bin/sh\necho $$ > '{}'\nprintf '\\{length:03o}\\000\\000\\000%s' '{hello}'\nexec sleep 1000\n",
        note.display()
    );
    fs_err::write(&program, script).unwrap();
    fs_err::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
    let mismatch = Engine::start(&program).err();
    assert!(
        matches!(&mismatch, Some(EngineError::Mismatch { found, .. }) if found.version == "9.9.9"),
        "{mismatch:?}"
    );
    let process = fs_err::read_to_string(note).unwrap();
    assert!(!Path::new("/proc").join(process.trim()).exists());
}

/// The pipes that a process holds, by the numbers that the system gives them.
#[cfg(target_os = "linux")]
fn pipes_of(process: &str) -> BTreeSet<PathBuf> {
    let Ok(entries) = fs_err::read_dir(format!("/proc/{process}/fd")) else {
        return BTreeSet::new();
    };
    entries
        .filter_map(|entry| fs_err::read_link(entry.ok()?.path()).ok())
        .filter(|link| link.to_string_lossy().starts_with("pipe:"))
        .collect()
}

#[test]
#[cfg(target_os = "linux")]
fn an_engine_leaves_nothing_behind() {
    for cycle in 0..CYCLES {
        // What the tests themselves were given by whoever started them is not the engine's.
        let given = pipes_of("self");
        let engine = asking::empty();
        if cycle % 5 == 0 {
            asking::load(&engine, &sprout(), CONTEXT).unwrap();
        }
        let process = engine.process_id().to_string();
        let pipes = &pipes_of(&process) - &given;
        assert!(pipes.len() >= 3, "{pipes:?}");
        drop(engine);
        // Neither running nor a zombie, and our ends of its pipes are closed.
        let gone = format!("/proc/{process}");
        until("the process is gone", || !Path::new(&gone).exists());
        until("its pipes are closed", || {
            pipes.is_disjoint(&pipes_of("self"))
        });
    }
}
