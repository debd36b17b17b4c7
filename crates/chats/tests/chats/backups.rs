//! A copy a day, seven kept.

use std::fs;
use std::path::PathBuf;

use chats::State;

use crate::folder::{NOW_MS, ask, begin, database, empty, finish, growth, open, reply, titles};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

#[test]
fn a_day_has_one_backup() {
    let folder = empty();
    let chats = open(folder.path());
    let noon = 20_000 * DAY_MS + DAY_MS / 2;
    let made = chats.backup_if_due(noon).unwrap().unwrap();
    assert_eq!(made, folder.path().join("backups/chats-2024-10-04.db"));
    let midnight = 20_001 * DAY_MS;
    assert_eq!(chats.backup_if_due(midnight - 1).unwrap(), None);
    let next = chats.backup_if_due(midnight).unwrap().unwrap();
    assert_eq!(next, folder.path().join("backups/chats-2024-10-05.db"));
    // Of two windows, one makes it.
    let other = open(folder.path());
    assert_eq!(other.backup_if_due(midnight).unwrap(), None);
}

#[test]
fn seven_days_are_kept_and_what_is_not_ours() {
    let folder = empty();
    let chats = open(folder.path());
    let backups = folder.path().join("backups");
    fs::create_dir(&backups).unwrap();
    let note = backups.join("chats-kept-by-hand.db");
    fs::write(&note, "mine").unwrap();
    let made: Vec<PathBuf> = (0..10)
        .map(|day| chats.backup_if_due(NOW_MS + 3 * day * DAY_MS).unwrap())
        .map(Option::unwrap)
        .collect();
    let kept: Vec<bool> = made.iter().map(|path| path.exists()).collect();
    assert_eq!(kept, [[false; 3].as_slice(), &[true; 7]].concat());
    assert!(note.exists());
    let left = fs::read_dir(&backups).unwrap().count();
    assert_eq!(left, 7 + 1 + 1, "seven, the note, and the lock");
}

#[test]
fn a_backup_holds_all_that_was_saved_and_stops_nobody() {
    let folder = empty();
    let chats = open(folder.path());
    let question = ask(&chats, None, "why?");
    let id = begin(&chats, question.id);
    chats.save_growth(id, &growth("Hm", "Be")).unwrap();
    let backup = chats.backup_if_due(NOW_MS).unwrap().unwrap();
    finish(&chats, id, "Because");

    let elsewhere = empty();
    fs::copy(backup, database(elsewhere.path())).unwrap();
    let copy = open(elsewhere.path());
    assert_eq!(titles(&copy), ["why?"]);
    let copied = reply(copy.message(id).unwrap());
    assert_eq!(copied.state, State::Interrupted);
    assert_eq!(
        (copied.thinking.as_str(), copied.answer.as_str()),
        ("Hm", "Be")
    );
}

#[test]
fn a_copy_that_a_crash_cut_short_is_begun_again() {
    let folder = empty();
    let chats = open(folder.path());
    ask(&chats, None, "why?");
    let backups = folder.path().join("backups");
    fs::create_dir(&backups).unwrap();
    fs::write(backups.join("part"), "half a cop").unwrap();
    assert!(chats.backup_if_due(NOW_MS).unwrap().is_some());
    assert!(!backups.join("part").exists());
}
