//! Programs that die in mid-reply, and programs that do not.

use std::fs;

use chats::State;

use crate::child::{Writer, part};
use crate::folder::{ask, database, empty, open, reply, titles};

#[test]
fn a_kill_in_mid_reply_keeps_what_was_saved() {
    let folder = empty();
    Writer::start(folder.path()).kill();

    let chats = open(folder.path());
    let chat = chats.rows().unwrap()[0].id;
    let last = chats.conversation(chat).unwrap().pop().unwrap();
    let last = reply(last);
    assert_eq!(last.state, State::Interrupted);
    assert_eq!(last.thinking, Writer::THINKING);
    assert_eq!(last.answer, Writer::ANSWER);
    assert_eq!(last.ended_ms, None);
    // The dead are checked once and then forgotten.
    drop(chats);
    let left = fs::read_dir(folder.path().join("owners")).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["door"]);
}

#[test]
fn a_living_program_goes_on_writing() {
    let folder = empty();
    let writer = Writer::start(folder.path());
    let chats = open(folder.path());
    let chat = chats.rows().unwrap()[0].id;
    let state = || reply(chats.conversation(chat).unwrap().pop().unwrap()).state;
    assert_eq!(state(), State::Streaming);
    assert_eq!(chats.interrupt_abandoned().unwrap(), 0);
    assert_eq!(state(), State::Streaming);

    writer.kill();
    assert_eq!(chats.interrupt_abandoned().unwrap(), 1);
    assert_eq!(state(), State::Interrupted);
    assert_eq!(chats.interrupt_abandoned().unwrap(), 0);
}

#[test]
fn a_torn_log_loses_its_torn_end_alone() {
    let folder = empty();
    let chats = open(folder.path());
    ask(&chats, None, "folded into the file");
    drop(chats);
    Writer::start(folder.path()).kill();
    let mut log = database(folder.path()).into_os_string();
    log.push("-wal");
    let whole = fs::metadata(&log).unwrap().len();
    let file = fs::File::options().write(true).open(&log).unwrap();
    file.set_len(whole - 100).unwrap();

    let chats = open(folder.path());
    assert_eq!(titles(&chats), ["why?", "folded into the file"]);
}

/// POSIX takes a program's locks on a file away when the program closes it anywhere. Without them
/// the visitor takes itself for the last one, and removes the log that is still written.
#[test]
fn a_second_opening_leaves_the_locks_of_the_first() {
    let folder = empty();
    let chats = open(folder.path());
    drop(open(folder.path()));
    let visit = part("visitor", folder.path()).output().unwrap();
    assert!(visit.status.success(), "{visit:?}");

    ask(&chats, None, "after the visit");
    let visit = part("visitor", folder.path()).output().unwrap();
    assert!(visit.status.success(), "{visit:?}");
    drop(chats);
    let chats = open(folder.path());
    assert_eq!(titles(&chats), ["a visit", "after the visit", "a visit"]);
}
