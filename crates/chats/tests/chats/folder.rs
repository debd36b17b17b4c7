//! Folders of chats, and the short way to say things to them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chats::{
    Body, ChatId, Chats, Counts, End, Finish, Growth, Message, MessageId, OpenNote, Question,
    Reply, TextFile,
};
use rusqlite::Connection;
use tempfile::TempDir;

/// The time of whatever needs one and tests nothing about it.
pub(crate) const NOW_MS: i64 = 1_795_000_000_000;

pub(crate) fn empty() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Opens chats with which nothing is wrong.
pub(crate) fn open(folder: &Path) -> Chats {
    let (chats, notes) = open_noted(folder);
    assert_eq!(notes, []);
    chats
}

pub(crate) fn open_noted(folder: &Path) -> (Chats, Vec<OpenNote>) {
    let opened = Chats::open(folder, NOW_MS).unwrap();
    (opened.chats, opened.notes)
}

pub(crate) fn database(folder: &Path) -> PathBuf {
    folder.join("chats.db")
}

/// The database as another program sees it.
pub(crate) fn sql(folder: &Path) -> Connection {
    Connection::open(database(folder)).unwrap()
}

/// The index of words, in which all words are.
pub(crate) fn index(chats: &Chats, folder: &Path) -> Connection {
    assert!(chats.is_indexed(PATIENCE), "the index is not whole");
    Connection::open(index_path(folder)).unwrap()
}

pub(crate) fn index_path(folder: &Path) -> PathBuf {
    let name: String = sql(folder)
        .query_row(
            "SELECT value FROM settings WHERE key = 'chats.index'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    folder.join(format!("search-{name}.db"))
}

/// Longer than any index of a test takes.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// Looks whether the index is whole, agrees with its texts, and holds nothing twice.
pub(crate) fn is_sound(chats: &Chats, folder: &Path) {
    let index = index(chats, folder);
    let check = "INSERT INTO words (words, rank) VALUES ('integrity-check', 1)";
    index.execute(check, []).unwrap();
    let count = |connection: &Connection, sql: &str| -> i64 {
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let whole = "SELECT below + (SELECT count(*) FROM going) FROM about";
    assert_eq!(count(&index, whole), 0);
    let twice = "SELECT count(*) - count(DISTINCT chat || ' ' || message || ' ' || file || text)
                 FROM pieces JOIN texts USING (id)";
    assert_eq!(count(&index, twice), 0);
    let chats = sql(folder);
    assert_eq!(count(&chats, "SELECT count(*) FROM fresh"), 0);
    let old = "SELECT count(*) FROM sqlite_schema WHERE name LIKE '%words%'";
    assert_eq!(count(&chats, old), 0);
}

pub(crate) fn ask(chats: &Chats, chat: Option<ChatId>, text: &str) -> Message {
    chats.add_question(chat, text, NOW_MS).unwrap()
}

pub(crate) fn begin(chats: &Chats, below: MessageId) -> MessageId {
    chats.begin_reply(below, "sprout", NOW_MS).unwrap().id
}

pub(crate) fn finish(chats: &Chats, id: MessageId, answer: &str) -> Message {
    let finish = Finish {
        end: End::Complete,
        whole: growth("", answer),
        statistics: None,
    };
    chats.finish_reply(id, &finish, NOW_MS).unwrap()
}

pub(crate) fn growth<'a>(thinking: &'a str, answer: &'a str) -> Growth<'a> {
    let counts = Counts::default();
    Growth {
        thinking,
        answer,
        counts,
    }
}

pub(crate) fn reply(message: Message) -> Reply {
    match message.body {
        Body::Reply(reply) => reply,
        Body::Question(text) => panic!("{text:?} is a question"),
    }
}

pub(crate) fn words(message: &Message) -> &str {
    match &message.body {
        Body::Question(text) => text,
        Body::Reply(reply) => &reply.answer,
    }
}

/// The words of the branch that is shown.
pub(crate) fn conversation(chats: &Chats, chat: ChatId) -> Vec<String> {
    let messages = chats.conversation(chat).unwrap();
    messages.iter().map(|m| words(m).to_owned()).collect()
}

pub(crate) fn titles(chats: &Chats) -> Vec<String> {
    let rows = chats.rows().unwrap();
    rows.into_iter().map(|row| row.title).collect()
}

/// A chat of its own that begins with a file and this question: the question, and the reply that was begun to it.
pub(crate) fn ask_with(chats: &Chats, file: &TextFile, text: &str) -> Vec<Message> {
    let files = &[chats.attach(None, file).unwrap().id];
    let question = Question { text, files };
    chats.ask(None, question, "m", 1).unwrap()
}
