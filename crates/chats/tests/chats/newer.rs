//! Files from the future: read, and left alone.

use std::fs;
use std::path::Path;

use chats::{End, Error, Finish, OpenNote};

use crate::folder::{
    NOW_MS, ask, begin, conversation, database, empty, finish, growth, open, open_noted, sql,
    titles,
};

const FUTURE: i64 = 99;

fn age(folder: &Path, change: &str) {
    let future = sql(folder);
    future.execute_batch(change).unwrap();
    future.pragma_update(None, "user_version", FUTURE).unwrap();
}

#[test]
fn a_newer_file_is_read_and_never_written() {
    let folder = empty();
    let chats = open(folder.path());
    assert!(!chats.is_read_only());
    let question = ask(&chats, None, "why?");
    let id = begin(&chats, question.id);
    finish(&chats, id, "because");
    chats.set_setting("model", "sprout").unwrap();
    drop(chats);
    age(folder.path(), "ALTER TABLE chats ADD COLUMN pinned INTEGER");
    let before = fs::read(database(folder.path())).unwrap();

    let (chats, notes) = open_noted(folder.path());
    assert_eq!(
        notes,
        [OpenNote::Newer {
            found: FUTURE,
            known: 10
        }]
    );
    assert!(chats.is_read_only());
    let chat = question.chat;
    assert_eq!(titles(&chats), ["why?"]);
    assert_eq!(conversation(&chats, chat), ["why?", "because"]);
    assert_eq!(chats.setting("model").unwrap().unwrap(), "sprout");
    assert_eq!(chats.draft(Some(chat)).unwrap(), "");

    let end = Finish {
        end: End::Complete,
        whole: growth("", ""),
        statistics: None,
    };
    refused(chats.rename(chat, "name"));
    refused(chats.delete(chat, NOW_MS));
    refused(chats.restore(chat));
    refused(chats.add_question(None, "x", NOW_MS));
    refused(chats.begin_reply(question.id, "sprout", NOW_MS));
    refused(chats.save_growth(id, &growth("", "")));
    refused(chats.finish_reply(id, &end, NOW_MS));
    refused(chats.set_setting("model", "x"));
    refused(chats.set_draft(None, "x"));
    refused(chats.interrupt_abandoned());
    assert_eq!(chats.backup_if_due(NOW_MS).unwrap(), None);
    drop(chats);
    assert_eq!(fs::read(database(folder.path())).unwrap(), before);
}

#[test]
fn what_a_newer_file_has_no_more_is_said_as_that() {
    let folder = empty();
    ask(&open(folder.path()), None, "why?");
    age(
        folder.path(),
        "ALTER TABLE chats RENAME COLUMN title TO name",
    );
    let (chats, _) = open_noted(folder.path());
    refused(chats.rows());
    assert_eq!(chats.draft(None).unwrap(), "");
}

#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Result<T, Error>) {
    let error = outcome.unwrap_err();
    let newer = matches!(
        error,
        Error::Newer {
            found: FUTURE,
            known: 10,
            ..
        }
    );
    assert!(newer, "{error}");
}
