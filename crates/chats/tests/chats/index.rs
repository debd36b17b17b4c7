//! The index of words is made behind everybody's back, can always be made anew, and tells nothing wrong
//! meanwhile.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use chats::{Chats, OpenNote, TextFile};

use crate::child::part;
use crate::folder::{
    NOW_MS, PATIENCE, ask, ask_with, database, empty, finish, index, index_path, is_sound, open,
    open_noted, sql,
};

fn count(chats: &Chats, query: &str) -> usize {
    let hits = chats.search(query, usize::MAX).unwrap();
    hits.iter().map(|hit| hit.count).sum()
}

fn numbered(before: &str, most: usize, behind: &str) -> String {
    let words = (0..most).map(|number| format!("{before}{number}{behind}"));
    words.collect::<Vec<String>>().concat()
}

fn attached(chats: &Chats, text: String) -> chats::ChatId {
    let file = TextFile {
        name: "much.txt".to_owned(),
        bytes: 9,
        text,
        ..TextFile::default()
    };
    let asked = ask_with(chats, &file, "What is in it?");
    finish(chats, asked[1].id, "Much.");
    asked[0].chat
}

/// A folder of the schema before the index was a file of its own, with so many questions.
fn older(folder: &Path, questions: i64) {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/v6.db");
    fs::copy(fixture, database(folder)).unwrap();
    let old = sql(folder);
    old.execute_batch("BEGIN").unwrap();
    for number in 0..questions {
        let chat = "INSERT INTO chats (title, created_ms, changed_ms) VALUES ('t', ?1, ?1)";
        old.execute(chat, [number]).unwrap();
        let message = "INSERT INTO messages (chat, role, state, created_ms, text)
                       VALUES (last_insert_rowid(), 'user', 'complete', 1, ?1)";
        let text = format!("Old question {number} {}", "of many words ".repeat(60));
        old.execute(message, [text]).unwrap();
    }
    old.execute_batch("COMMIT").unwrap();
}

#[test]
fn what_older_versions_indexed_is_found_until_there_is_a_new_index() {
    let folder = empty();
    older(folder.path(), 400);
    let chats = open(folder.path());
    let mut searches = 0;
    while searches == 0 || !chats.is_indexed(Duration::ZERO) {
        searches += 1;
        for (query, expected) in [
            ("old question", 400),
            ("question 399", 1),
            ("OLD of 17", 14),
            ("rayleigh", 1),
        ] {
            assert_eq!(count(&chats, query), expected, "{query}");
        }
        if searches == 2 {
            ask(&chats, None, "An old question, asked anew");
            assert_eq!(count(&chats, "asked anew"), 1);
            chats.delete(chats.rows().unwrap()[0].id, NOW_MS).unwrap();
        }
    }
    is_sound(&chats, folder.path());
    drop(chats);
    is_sound(&open(folder.path()), folder.path());
}

/// The program is killed wherever it happens to be, again and again, until it has come to the end.
#[test]
fn a_kill_anywhere_costs_nothing() {
    let folder = empty();
    older(folder.path(), 300);
    {
        let chats = open(folder.path());
        let text = numbered("word", 60_000, " ");
        attached(&chats, text);
    }
    let mut kills = 0;
    let mut pause = Duration::from_millis(5);
    loop {
        let mut child = part("indexer", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while begun.elapsed() < pause && child.try_wait().unwrap().is_none() {
            thread::yield_now();
        }
        let is_done = child.try_wait().unwrap().is_some();
        child.kill().ok();
        child.wait().unwrap();
        if is_done {
            break;
        }
        kills += 1;
        pause += Duration::from_millis(7);
        if kills % 6 == 0 {
            let chats = open(folder.path());
            assert_eq!(count(&chats, "old question"), 300);
            assert_eq!(count(&chats, "word31415"), 1);
        }
    }
    println!("{kills} kills");
    assert!(kills > 3, "{kills} kills");
    let chats = open(folder.path());
    is_sound(&chats, folder.path());
    assert_eq!(count(&chats, "old question"), 300);
    assert_eq!(count(&chats, "word31415"), 1);
    assert_eq!(count(&chats, "word59999"), 1);
}

/// The text became shorter between a kill and the next start.
#[test]
fn a_place_behind_the_end_of_a_text_is_its_end() {
    let folder = empty();
    let chats = open(folder.path());
    let chat = ask(&chats, None, "needle").chat.0;
    let index = index(&chats, folder.path());
    drop(chats);
    let half =
        "INSERT INTO going (chat, message, first, last, file, at) VALUES (?1, 1, 0, 0, 0, 999)";
    index.execute(half, [chat]).unwrap();
    drop(index);
    let chats = open(folder.path());
    is_sound(&chats, folder.path());
    assert_eq!(count(&chats, "needle"), 1);
}

/// Marks that came back after a power cut.
#[test]
fn what_is_indexed_twice_is_found_once() {
    let folder = empty();
    let chats = open(folder.path());
    let chat = attached(&chats, "needle ".repeat(9000));
    is_sound(&chats, folder.path());
    let marks = "INSERT INTO fresh (chat, message) SELECT chat, id FROM messages";
    for _ in 0..3 {
        sql(folder.path()).execute(marks, []).unwrap();
    }
    assert_eq!(count(&chats, "needle"), 1);
    // Another program's marks are heard of with the next own ones.
    ask(&chats, Some(chat), "One more?");
    is_sound(&chats, folder.path());
    assert_eq!(count(&chats, "needle"), 1);
}

#[test]
fn a_damaged_or_lost_index_is_made_anew_and_all_is_found_meanwhile() {
    let folder = empty();
    let chats = open(folder.path());
    for number in 0..50 {
        ask(
            &chats,
            None,
            &format!("Question {number} of the lost index"),
        );
    }
    is_sound(&chats, folder.path());
    drop(chats);
    let first = index_path(folder.path());
    let whole = fs::read(&first).unwrap();
    let spoilt: [&dyn Fn(&Path); 4] = [
        &|path| fs::write(path, "no database").unwrap(),
        &|path| {
            let mut bytes = fs::read(path).unwrap();
            bytes[4096..].fill(0xa5);
            fs::write(path, bytes).unwrap();
        },
        &|path| fs::remove_file(path).unwrap(),
        // Of another form, such as a newer version's.
        &|path| {
            let other = rusqlite::Connection::open(path).unwrap();
            other.pragma_update(None, "user_version", 99).unwrap();
        },
    ];
    for spoil in spoilt {
        spoil(&index_path(folder.path()));
        let chats = open(folder.path());
        assert_eq!(count(&chats, "lost index"), 50);
        assert_eq!(count(&chats, "of"), 50);
        is_sound(&chats, folder.path());
        assert_eq!(count(&chats, "LOST index"), 50);
    }
    assert!(!first.exists(), "nobody needs it any more");
    // One from before, under a name that it had: nobody's.
    fs::write(&first, whole).unwrap();
    is_sound(&open(folder.path()), folder.path());
    assert!(!first.exists());
}

/// A backup, or a copy that somebody made by hand, has other words than the index knows.
#[test]
fn chats_that_went_back_in_time_have_another_index() {
    for by_hand in [true, false] {
        let folder = empty();
        let chats = open(folder.path());
        ask(&chats, None, "before");
        is_sound(&chats, folder.path());
        let backup = chats.backup_if_due(NOW_MS).unwrap().unwrap();
        drop(chats);
        let copy = fs::read(database(folder.path())).unwrap();
        let chats = open(folder.path());
        ask(&chats, None, "after");
        is_sound(&chats, folder.path());
        drop(chats);
        let left = index_path(folder.path());
        let chats = if by_hand {
            fs::write(database(folder.path()), copy).unwrap();
            open(folder.path())
        } else {
            fs::write(database(folder.path()), "damaged").unwrap();
            let (chats, notes) = open_noted(folder.path());
            assert!(matches!(&notes[..], [OpenNote::Restored { from, .. }] if *from == backup));
            chats
        };
        ask(&chats, None, "instead");
        is_sound(&chats, folder.path());
        assert_eq!(count(&chats, "after"), 0);
        assert_eq!(count(&chats, "before"), 1);
        assert_eq!(count(&chats, "instead"), 1);
        assert!(!left.exists());
    }
}

/// A program that keeps folders alike on two computers brings the chats of one to the index of the other: they
/// have as many marks, and each has words that the other never had.
#[test]
fn an_index_of_chats_that_went_another_way_is_nobodys() {
    let here = empty();
    let chats = open(here.path());
    ask(&chats, None, "common");
    is_sound(&chats, here.path());
    drop(chats);
    let there = empty();
    for entry in fs::read_dir(here.path()).unwrap() {
        let file = entry.unwrap();
        if file.file_type().unwrap().is_file() {
            fs::copy(file.path(), there.path().join(file.file_name())).unwrap();
        }
    }
    for (folder, word) in [(&here, "mine"), (&there, "yours")] {
        let chats = open(folder.path());
        ask(&chats, None, word);
        is_sound(&chats, folder.path());
    }
    fs::copy(database(there.path()), database(here.path())).unwrap();
    let chats = open(here.path());
    is_sound(&chats, here.path());
    assert_eq!(count(&chats, "mine"), 0);
    assert_eq!(count(&chats, "yours"), 1);
    assert_eq!(count(&chats, "common"), 1);
}

/// A kill between the two places where a turn is noted leaves an index that is still theirs.
#[test]
fn a_turn_that_only_the_index_has_is_no_other_way() {
    let folder = empty();
    let chats = open(folder.path());
    ask(&chats, None, "before");
    is_sound(&chats, folder.path());
    let kept = index_path(folder.path());
    drop(chats);
    let turn = "SELECT value FROM settings WHERE key = 'chats.index.turn'";
    let turn: String = sql(folder.path())
        .query_row(turn, [], |row| row.get(0))
        .unwrap();
    let index = rusqlite::Connection::open(&kept).unwrap();
    let sql = "UPDATE about SET before = ?1, turn = 'another'";
    index.execute(sql, [turn]).unwrap();
    drop(index);
    let chats = open(folder.path());
    is_sound(&chats, folder.path());
    assert_eq!(index_path(folder.path()), kept);
}

/// A text lies in the index in pieces, and no word is lost between two of them.
#[test]
fn words_at_any_place_of_a_large_file_are_found() {
    let folder = empty();
    let chats = open(folder.path());
    let long = "ab".repeat(50);
    let text = numbered("w", 12_000, "ž ");
    attached(&chats, format!("{text}{long}c and {long}d 終"));
    is_sound(&chats, folder.path());
    for number in (0..12_000).step_by(131) {
        assert_eq!(count(&chats, &format!("W{number}Z\u{30c}")), 1, "{number}");
    }
    for (query, expected) in [
        (format!("{long}c"), 1),
        (format!("{long}d"), 1),
        (format!("{long}e"), 0),
        ("終".to_owned(), 1),
        ("d 終".to_owned(), 1),
        ("9ž".to_owned(), 1),
        ("ž much.t".to_owned(), 1),
        ("w5 nowhere".to_owned(), 0),
    ] {
        assert_eq!(count(&chats, &query), expected, "{query}");
    }
}

#[test]
fn two_programs_index_the_same_folder() {
    let folder = empty();
    older(folder.path(), 120);
    let (one, other) = (open(folder.path()), open(folder.path()));
    for number in 0..20 {
        ask(
            [&one, &other][number % 2],
            None,
            &format!("shared {number}"),
        );
        assert_eq!(count([&other, &one][number % 2], "shared"), number + 1);
    }
    ask(&one, None, "last");
    assert_eq!(count(&other, "last"), 1);
    // Whoever is told of a mark by the other takes it; both end at rest. So do they with one text that takes many
    // steps, of which each goes on where the other has come to.
    let text = numbered("word", 120_000, " ");
    attached(&one, text);
    while !one.is_indexed(Duration::from_millis(20)) {
        ask(&other, None, "beside it");
    }
    assert!(other.is_indexed(PATIENCE));
    is_sound(&one, folder.path());
    drop(other);
    is_sound(&one, folder.path());
    assert_eq!(count(&one, "old question"), 120);
    assert_eq!(count(&one, "word119999"), 1);
}

/// What is erased while it comes into the index does not come back.
#[test]
fn what_is_erased_while_it_is_indexed_is_gone() {
    let folder = empty();
    older(folder.path(), 100);
    let chats = open(folder.path());
    let mut erased = HashSet::new();
    for number in 0..4 {
        let words = format!("Zaubernuss{number} ").repeat(4000);
        let chat = attached(&chats, words);
        ask(&chats, None, "Something else?");
        assert!(chats.erase(&[chat]).unwrap().left.is_empty());
        erased.insert(chat);
        let index = fs::read(index_path(folder.path())).unwrap();
        let has = |bytes: &[u8]| bytes.windows(10).any(|there| there == b"zaubernuss");
        assert!(!has(&index), "{number}");
    }
    is_sound(&chats, folder.path());
    let sql = "SELECT count(*) FROM texts WHERE text LIKE '%zaubernuss%'";
    let left: i64 = index(&chats, folder.path())
        .query_row(sql, [], |row| row.get(0))
        .unwrap();
    assert_eq!((left, count(&chats, "Zaubernuss")), (0, 0));
    assert_eq!(count(&chats, "old question"), 100);
}
