//! A stop on a device that does not hear of it: the user does not wait for it, and the model stays in
//! memory unless the device hangs. A process that is held by a signal stands for one.
#![cfg(unix)]

use std::process::Command;
use std::time::Duration;

use app::{Conversation, Ending, EngineRoom, Home, Model, Progress};
use tokio::time::timeout;

use crate::world::{LONG, PATIENCE, surely};

/// Holds a process where it is, or lets it go on.
fn signal(process: u32, signal: &str) {
    let number = process.to_string();
    let sent = Command::new("kill").args([signal, &number]).status();
    assert!(sent.unwrap().success());
}

/// Asks until the first words, holds the engine, stops, and gives the end and the engine's process.
async fn stopped_while_held(room: &EngineRoom) -> (Ending, u32) {
    let settings = surely().settings;
    let (_stopper, stop) = app::stop::stop();
    assert!(room.prepare(&Model::Sprout, &settings, stop).await.unwrap());
    let process = room.process().await.unwrap();
    let (stopper, stop) = app::stop::stop();
    let mut hear = |progress| {
        if matches!(progress, Progress::Words { .. }) {
            signal(process, "-STOP");
            stopper.stop();
        }
    };
    let conversation = Conversation::of(LONG);
    let asked = room.reply(&Model::Sprout, &conversation, &settings, stop, &mut hear);
    let outcome = timeout(PATIENCE, asked).await.expect("it waits for ever");
    (outcome.ending, process)
}

/// Another question, to its end.
async fn asked_again(room: &EngineRoom) -> (Ending, u64) {
    let (_stopper, stop) = app::stop::stop();
    let settings = surely().settings;
    let conversation = Conversation::of("What is 1 + 2?");
    let mut deaf = |_| {};
    let asked = room.reply(&Model::Sprout, &conversation, &settings, stop, &mut deaf);
    let outcome = timeout(PATIENCE, asked).await.expect("it waits for ever");
    (outcome.ending, outcome.load_ms)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_ends_late_keeps_its_model() {
    let home = tempfile::tempdir().unwrap();
    let room = EngineRoom::new(&Home::at(home.path()));
    let (ending, process) = stopped_while_held(&room).await;
    assert_eq!(ending, Ending::Stopped);
    signal(process, "-CONT");
    assert_eq!(asked_again(&room).await, (Ending::Complete, 0));
    assert_eq!(room.process().await, Some(process));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_hangs_is_left_alone_for_another_engine() {
    let home = tempfile::tempdir().unwrap();
    let room = EngineRoom::impatient(Duration::from_millis(10), &Home::at(home.path()));
    let (ending, process) = stopped_while_held(&room).await;
    assert_eq!(ending, Ending::Stopped);
    let (ending, load_ms) = asked_again(&room).await;
    assert_eq!(ending, Ending::Complete);
    assert!(load_ms > 0);
    assert_ne!(room.process().await, Some(process));
}
