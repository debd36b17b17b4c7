//! Damaged databases: set aside, replaced, and told of.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use chats::{Error, OpenNote};

use crate::folder::{NOW_MS, ask, database, empty, open, open_noted, sql, titles};

const GARBAGE: &[u8] = b"This was a database once, and then the power went.";

/// A folder's chats with one from before its backup and one from after it.
fn write_and_back_up(folder: &Path) -> std::path::PathBuf {
    let chats = open(folder);
    ask(&chats, None, "before");
    let backup = chats.backup_if_due(NOW_MS).unwrap().unwrap();
    ask(&chats, None, "after");
    backup
}

#[test]
fn a_damaged_database_gives_way_to_its_backup() {
    let folder = empty();
    let from = write_and_back_up(folder.path());
    fs::write(database(folder.path()), GARBAGE).unwrap();

    let (chats, notes) = open_noted(folder.path());
    let [
        OpenNote::Restored {
            from: told,
            damaged,
        },
    ] = &notes[..]
    else {
        panic!("{notes:?}");
    };
    assert_eq!(*told, from);
    assert_eq!(fs::read(damaged.as_ref().unwrap()).unwrap(), GARBAGE);
    assert_eq!(titles(&chats), ["before"]);
    ask(&chats, None, "new");
    drop(chats);
    assert_eq!(titles(&open(folder.path())), ["new", "before"]);
    assert!(from.exists());
}

#[test]
fn without_a_backup_an_empty_one_takes_its_place() {
    let folder = empty();
    ask(&open(folder.path()), None, "lost");
    for _ in 0..2 {
        // Twice in the same millisecond: the first is not overwritten.
        fs::write(database(folder.path()), GARBAGE).unwrap();
        let (chats, notes) = open_noted(folder.path());
        let [OpenNote::Fresh { damaged }] = &notes[..] else {
            panic!("{notes:?}");
        };
        assert_eq!(fs::read(damaged).unwrap(), GARBAGE);
        assert_eq!(titles(&chats), [""; 0]);
        ask(&chats, None, "new");
    }
    let names = fs::read_dir(folder.path()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(names.filter(|name| name.contains(".damaged-")).count(), 2);
}

#[test]
fn a_backup_that_is_damaged_too_is_passed_over() {
    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    let folder = empty();
    let good = write_and_back_up(folder.path());
    let chats = open(folder.path());
    let bad = chats.backup_if_due(NOW_MS + DAY_MS).unwrap().unwrap();
    drop(chats);
    fs::write(&bad, GARBAGE).unwrap();
    fs::write(database(folder.path()), GARBAGE).unwrap();

    let (chats, notes) = open_noted(folder.path());
    assert!(matches!(&notes[..], [OpenNote::Restored { from, .. }] if *from == good));
    assert_eq!(titles(&chats), ["before"]);
}

#[test]
fn a_database_that_is_gone_comes_back() {
    let folder = empty();
    let from = write_and_back_up(folder.path());
    fs::remove_file(database(folder.path())).unwrap();
    let (chats, notes) = open_noted(folder.path());
    let damaged = None;
    assert_eq!(notes, [OpenNote::Restored { from, damaged }]);
    assert_eq!(titles(&chats), ["before"]);
}

/// The power went between setting a database aside and restoring its backup.
#[test]
fn a_rollback_journal_is_not_applied_to_what_is_restored() {
    let folder = empty();
    write_and_back_up(folder.path());
    fs::remove_file(database(folder.path())).unwrap();
    let journal = folder.path().join("chats.db-journal");
    fs::write(&journal, GARBAGE).unwrap();
    let (chats, notes) = open_noted(folder.path());
    let [
        OpenNote::Restored {
            damaged: Some(damaged),
            ..
        },
    ] = &notes[..]
    else {
        panic!("{notes:?}");
    };
    let mut kept = damaged.clone().into_os_string();
    kept.push("-journal");
    assert_eq!(fs::read(kept).unwrap(), GARBAGE);
    assert_eq!(titles(&chats), ["before"]);
}

#[test]
fn a_stranger_with_tables_of_its_own_is_set_aside() {
    let folder = empty();
    let stranger = sql(folder.path());
    stranger.execute_batch("CREATE TABLE recipes (x)").unwrap();
    drop(stranger);
    let (_chats, notes) = open_noted(folder.path());
    assert!(matches!(&notes[..], [OpenNote::Fresh { .. }]), "{notes:?}");
}

/// A start after a regular end does not read everything, so a disk that rots is found in use.
#[test]
fn damage_that_shows_in_use_is_repaired_by_the_next_start() {
    let folder = empty();
    let chats = open(folder.path());
    ask(&chats, None, "before");
    chats.backup_if_due(NOW_MS).unwrap();
    let chat = ask(&chats, None, &"after ".repeat(10_000)).chat;
    drop(chats);
    spoil_the_last_pages(folder.path());

    let chats = open(folder.path());
    let error = chats.conversation(chat).unwrap_err();
    assert!(matches!(error, Error::Damaged { .. }), "{error}");
    drop(chats);
    comes_back_from_its_backup(folder.path());
}

/// The copy of the day reads more than anybody else.
#[test]
fn damage_that_shows_in_a_copy_is_repaired_by_the_next_start() {
    let folder = empty();
    ask(&open(folder.path()), None, &"words ".repeat(10_000));
    spoil_the_last_pages(folder.path());
    let chats = open(folder.path());
    let error = chats.backup_if_due(NOW_MS).unwrap_err();
    assert!(matches!(error, Error::Damaged { .. }), "{error}");
    drop(chats);
    let left = fs::read_dir(folder.path().join("backups")).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["lock"]);
    let (_chats, notes) = open_noted(folder.path());
    assert!(matches!(&notes[..], [OpenNote::Fresh { .. }]), "{notes:?}");
}

/// What a start does read is repaired by that start.
#[test]
fn damage_that_shows_while_opening_is_repaired_at_once() {
    let folder = empty();
    write_and_back_up(folder.path());
    spoil(folder.path(), 2);
    comes_back_from_its_backup(folder.path());
}

/// An index that lost its rows makes every change of the chats fail, and nothing of the user's is in
/// it: it is made again.
#[test]
fn a_damaged_index_is_made_again_and_nothing_is_lost() {
    let folder = empty();
    ask(&open(folder.path()), None, "before");
    let raw = sql(folder.path());
    // The index is away while a chat is changed, and comes back without knowing.
    raw.execute_batch(
        "PRAGMA writable_schema = ON;
         CREATE TEMP TABLE away AS SELECT * FROM sqlite_schema WHERE name = 'chats_by_change';
         DELETE FROM sqlite_schema WHERE name = 'chats_by_change';
         PRAGMA writable_schema = RESET;",
    )
    .unwrap();
    raw.execute_batch(
        "UPDATE chats SET changed_ms = 7;
         PRAGMA writable_schema = ON;
         INSERT INTO sqlite_schema SELECT * FROM away;
         PRAGMA writable_schema = RESET;",
    )
    .unwrap();
    drop(raw);
    // What a program leaves that met damage.
    fs::write(folder.path().join("owners/1-1-1.lock"), "damage").unwrap();

    let chats = open(folder.path());
    assert_eq!(titles(&chats), ["before"]);
    ask(&chats, None, "after");
    drop(chats);
    let found: String = sql(folder.path())
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(found, "ok");
}

#[track_caller]
fn comes_back_from_its_backup(folder: &Path) {
    let (chats, notes) = open_noted(folder);
    assert!(
        matches!(&notes[..], [OpenNote::Restored { .. }]),
        "{notes:?}"
    );
    assert_eq!(titles(&chats), ["before"]);
}

/// Overwrites the end of a closed database with a long message: pages of its words.
fn spoil_the_last_pages(folder: &Path) {
    let pages = spoil(folder, PAGES_OF_TABLES);
    assert!(pages > PAGES_OF_TABLES, "only {pages} pages");
}

/// More than the tables and indices of a few messages take.
const PAGES_OF_TABLES: u64 = 24;

/// Overwrites a closed database after so many pages, and counts its pages.
fn spoil(folder: &Path, after: u64) -> u64 {
    const PAGE: u64 = 4096;
    let path = database(folder);
    let pages = fs::metadata(&path).unwrap().len() / PAGE;
    let mut file = fs::File::options().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(after * PAGE)).unwrap();
    let mut noise = io::repeat(0xa5).take(pages.saturating_sub(after) * PAGE);
    io::copy(&mut noise, &mut file).unwrap();
    pages
}

#[cfg(unix)]
#[test]
fn nothing_is_replaced_under_the_feet_of_another() {
    let folder = empty();
    let chats = open(folder.path());
    chats.backup_if_due(NOW_MS).unwrap();
    ask(&chats, None, "why?");
    fs::remove_file(database(folder.path())).unwrap();
    let error = chats::Chats::open(folder.path(), NOW_MS).unwrap_err();
    assert!(matches!(error, Error::InUse { .. }), "{error}");
    assert!(!database(folder.path()).exists());
}
