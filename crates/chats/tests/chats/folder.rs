//! Folders of chats, and the short way to say things to them.

use std::path::{Path, PathBuf};

use chats::{
    Body, ChatId, Chats, Counts, End, Finish, Growth, Message, MessageId, OpenNote, Reply,
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
