//! What is erased is nowhere: not in the tables, the search index, the log or a backup.

use std::fs;
use std::path::Path;

use chats::{Chats, Error, MessageId, Question, TextFile};

use crate::folder::{NOW_MS, begin, conversation, empty, finish, growth, index, open};

/// A word that nothing else contains, in a form that the search index changes.
const SECRET: &str = "Zaubernuss";
/// The form in which the index has it.
const FOLDED: &str = "zaubernuss";

fn secret(chats: &Chats) -> chats::ChatId {
    let filler = "so it goes on and on. ".repeat(2000);
    let thinking = format!("{filler}{SECRET}{filler}");
    let file = TextFile {
        name: format!("{SECRET}.txt"),
        bytes: 9,
        text: thinking.clone(),
        ..TextFile::default()
    };
    let question = Question {
        text: &format!("What is a {SECRET}?"),
        files: &[chats.attach(None, &file).unwrap().id],
    };
    let asked = chats.ask(None, question, "m", 1).unwrap();
    let id = asked[1].id;
    chats.save_growth(id, &growth(&thinking, SECRET)).unwrap();
    finish(chats, id, &format!("{SECRET} is hamamelis."));
    let chat = asked[0].chat;
    chats.set_draft(Some(chat), SECRET).unwrap();
    chats.attach(Some(chat), &file).unwrap();
    chats.set_instructions(chat, SECRET).unwrap();
    chat
}

/// Every file below a folder that has the word.
fn files_with(folder: &Path, word: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, word));
        } else {
            let bytes = fs::read(&path).unwrap();
            let word = word.as_bytes();
            if bytes.windows(word.len()).any(|there| there == word) {
                found.push(path.file_name().unwrap().to_string_lossy().into_owned());
            }
        }
    }
    found
}

/// Entries of the search index that begin like the word.
fn indexed(index: &rusqlite::Connection) -> i64 {
    index
        .execute_batch("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, words, row)")
        .unwrap();
    let sql = "SELECT count(*) FROM temp.terms WHERE term IN ('zau', 'ern', 'uss')";
    index.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn nothing_of_an_erased_chat_is_left_and_nothing_else_is_gone() {
    let folder = empty();
    let chats = open(folder.path());
    let other = chats.add_question(None, "What stays?", 1).unwrap();
    finish(&chats, begin(&chats, other.id), "This stays.");
    let chat = secret(&chats);
    for day in 0..3 {
        chats.backup_if_due(day * 86_400_000).unwrap().unwrap();
    }
    assert!(files_with(folder.path(), SECRET).len() > 3);
    assert_eq!(indexed(&index(&chats, folder.path())), 3);
    assert_eq!(files_with(folder.path(), FOLDED).len(), 1);

    chats.delete(chat, 5).unwrap();
    assert!(chats.erase(&[chat]).unwrap().left.is_empty());
    for form in [SECRET, FOLDED] {
        assert_eq!(files_with(folder.path(), form), [""; 0]);
    }
    assert_eq!(chats.deleted().unwrap(), []);
    assert_eq!(
        conversation(&chats, other.chat),
        ["What stays?", "This stays."]
    );
    assert_eq!(chats.search("stays", 9).unwrap()[0].count, 2);
    assert_eq!(indexed(&index(&chats, folder.path())), 0);
    for backup in fs::read_dir(folder.path().join("backups")).unwrap() {
        let path = backup.unwrap().path();
        if path.extension().is_none_or(|kind| kind != "db") {
            continue;
        }
        let backup = rusqlite::Connection::open(&path).unwrap();
        let sql = "SELECT count(*) FROM messages";
        let count: i64 = backup.query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(count, 2);
        let check: String = backup
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(check, "ok");
    }
    // Its number never comes back.
    assert!(chats.add_question(None, "New?", 9).unwrap().chat > chat);
    let again = chats.erase(&[chat]).unwrap_err();
    assert!(matches!(again, Error::NotFound { .. }), "{again}");
}

#[test]
fn what_is_being_written_is_not_erased_and_what_was_set_aside_is_told() {
    let folder = empty();
    let chats = open(folder.path());
    let asked = chats.ask(None, "One?", "m", 1).unwrap();
    let writing = chats.erase(&[asked[0].chat]).unwrap_err();
    assert!(matches!(writing, Error::Streaming(id) if id == asked[1].id));
    finish(&chats, asked[1].id, "First.");
    let aside = folder.path().join("chats.db.damaged-7");
    fs::write(&aside, "words").unwrap();
    assert_eq!(chats.erase(&[asked[0].chat]).unwrap().left, [aside]);
    assert_eq!(chats.rows().unwrap(), []);
}

/// Else nobody could erase it a second time.
#[test]
fn a_chat_that_cannot_leave_a_backup_stays_where_it_can_be_seen() {
    let folder = empty();
    let chats = open(folder.path());
    let chat = secret(&chats);
    chats.backup_if_due(0).unwrap().unwrap();
    chats.delete(chat, 5).unwrap();
    let backups = folder.path().join("backups");
    // What stands in the way of a new copy, and then does not.
    fs::remove_file(backups.join("part")).ok();
    fs::create_dir(backups.join("part")).unwrap();
    chats.erase(&[chat]).unwrap_err();
    assert_eq!(chats.deleted().unwrap().len(), 1);
    fs::remove_dir(backups.join("part")).unwrap();
    assert!(chats.erase(&[chat]).unwrap().left.is_empty());
    assert_eq!(files_with(folder.path(), SECRET), [""; 0]);
}

#[test]
fn what_was_deleted_long_ago_is_erased_and_the_rest_waits() {
    let folder = empty();
    let chats = open(folder.path());
    let old = secret(&chats);
    let young = chats.add_question(None, "Young?", 1).unwrap();
    let living = chats.add_question(None, "Living?", 1).unwrap();
    finish(&chats, begin(&chats, living.id), "Yes.");
    let more = chats.add_question(Some(living.chat), "More?", 2).unwrap();
    finish(&chats, begin(&chats, more.id), SECRET);
    chats.delete(old, NOW_MS + 10).unwrap();
    chats.delete(young.chat, NOW_MS + 30).unwrap();
    chats.remove_message(more.id, NOW_MS + 10).unwrap();
    assert_eq!(chats.erase_deleted_before(NOW_MS + 10).unwrap(), 0);
    chats.restore_message(more.id).unwrap();
    chats.remove_message(more.id, NOW_MS + 10).unwrap();
    assert_eq!(chats.erase_deleted_before(NOW_MS + 20).unwrap(), 1);
    assert_eq!(chats.deleted().unwrap().len(), 1);
    assert_eq!(conversation(&chats, living.chat), ["Living?", "Yes."]);
    chats.restore_message(MessageId(more.id.0)).unwrap_err();
    assert_eq!(chats.erase_deleted_before(NOW_MS + 20).unwrap(), 0);
}

/// A program that was killed over a backup leaves a part of one, and a journal that SQLite would play
/// back into the next.
#[test]
fn what_a_crash_left_of_a_backup_is_erased_and_spoils_none() {
    let folder = empty();
    let chats = open(folder.path());
    let other = chats.add_question(None, "What stays?", 1).unwrap();
    let chat = secret(&chats);
    let backup = chats.backup_if_due(0).unwrap().unwrap();
    let part = folder.path().join("backups/part");
    // Killed in the middle of a change of a copy of the backup.
    fs::copy(&backup, &part).unwrap();
    let cut = rusqlite::Connection::open(&part).unwrap();
    cut.execute_batch("PRAGMA cache_size = 1; BEGIN; UPDATE messages SET created_ms = 7")
        .unwrap();
    let journal = folder.path().join("backups/part-journal");
    let left = fs::read(&journal).unwrap();
    drop(cut);
    fs::write(&journal, left).unwrap();

    assert!(chats.erase(&[chat]).unwrap().left.is_empty());
    assert_eq!(files_with(folder.path(), SECRET), [""; 0]);
    assert!(!journal.exists());
    let copy = empty();
    fs::copy(backup, copy.path().join("chats.db")).unwrap();
    assert_eq!(
        conversation(&open(copy.path()), other.chat),
        ["What stays?"]
    );
}

/// What is deleted while the clock is wrong has its thirty days all the same.
#[test]
fn what_is_deleted_by_a_clock_that_went_back_is_not_erased_when_it_is_right_again() {
    let folder = empty();
    let chats = open(folder.path());
    let chat = chats.add_question(None, "Today?", NOW_MS).unwrap().chat;
    let other = chats.add_question(None, "Other?", NOW_MS).unwrap();
    let more = chats.add_question(Some(other.chat), "More?", NOW_MS);
    let more = more.unwrap().id;
    chats.delete(chat, 0).unwrap();
    chats.remove_message(more, 0).unwrap();
    assert_eq!(chats.erase_deleted_before(NOW_MS).unwrap(), 0);
    assert_eq!(chats.deleted().unwrap().len(), 1);
    chats.restore_message(more).unwrap();
}

const DAY_MS: i64 = 86_400_000;
const MONTH_MS: i64 = 30 * DAY_MS;

#[test]
fn the_trash_is_emptied_after_its_time_and_a_day() {
    let folder = empty();
    let chats = open(folder.path());
    let chat = chats.add_question(None, "Old?", NOW_MS).unwrap().chat;
    chats.delete(chat, NOW_MS).unwrap();
    let mut days = 0;
    while chats.empty_trash(MONTH_MS, NOW_MS + days * DAY_MS).unwrap() == 0 {
        days += 1;
    }
    assert_eq!(days, 32);
    assert_eq!(chats.deleted().unwrap(), []);
}

/// Also where it ran right until a moment before.
#[test]
fn a_clock_that_is_ahead_for_less_than_a_day_empties_no_trash() {
    let folder = empty();
    let chats = open(folder.path());
    let chat = chats.add_question(None, "Today?", NOW_MS).unwrap().chat;
    chats.delete(chat, NOW_MS).unwrap();
    let ahead = 400 * DAY_MS;
    for ms in [0, ahead, ahead + DAY_MS - 1, 1, DAY_MS + 1, ahead] {
        assert_eq!(chats.empty_trash(MONTH_MS, NOW_MS + ms).unwrap(), 0);
    }
    // Whoever leaves it there for longer has made it the right one.
    let later = NOW_MS + ahead + DAY_MS;
    assert_eq!(chats.empty_trash(MONTH_MS, later).unwrap(), 1);
}

/// The daily copy is made behind the back of who wants one now.
#[test]
fn a_backup_that_is_wanted_waits_for_the_one_that_is_made() {
    let folder = empty();
    let chats = open(folder.path());
    chats.add_question(None, "What stays?", 1).unwrap();
    chats.backup_if_due(0).unwrap().unwrap();
    let lock = folder.path().join("backups/lock");
    let lock = fs::File::options().write(true).open(lock).unwrap();
    lock.lock().unwrap();
    std::thread::scope(|scope| {
        let made = scope.spawn(|| chats.back_up(86_400_000));
        // Whichever of the two comes first: it must be made.
        lock.unlock().unwrap();
        made.join().unwrap().unwrap();
    });
    assert_eq!(chats.backups().unwrap().len(), 2);
}
