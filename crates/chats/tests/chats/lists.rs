//! The list of chats.

use chats::{ChatId, Error, MessageId};

use crate::folder::{NOW_MS, ask, begin, conversation, empty, finish, open, titles};

#[test]
fn the_chat_that_changed_last_stands_first() {
    let folder = empty();
    let chats = open(folder.path());
    let question = chats.add_question(None, "# One\nmore", 1).unwrap();
    let one = question.chat;
    let two = chats.add_question(None, "Two", 2).unwrap().chat;
    assert_eq!(titles(&chats), ["Two", "One"]);
    chats.begin_reply(question.id, "sprout", 3).unwrap();
    assert_eq!(titles(&chats), ["One", "Two"]);
    chats.add_question(Some(two), "more", 4).unwrap();
    chats.rename(one, "Uno").unwrap();
    assert_eq!(titles(&chats), ["Two", "Uno"]);
    assert_eq!(chats.row(two).unwrap().changed_ms, 4);
}

#[test]
fn a_name_stays_until_it_is_taken_back() {
    let folder = empty();
    let chats = open(folder.path());
    let chat = ask(&chats, None, "Why is the sky blue?").chat;
    assert_eq!(
        chats.rename(chat, " Sky\n blue ").unwrap().title,
        "Sky blue"
    );
    ask(&chats, Some(chat), "And at night?");
    assert_eq!(titles(&chats), ["Sky blue"]);
    let row = chats.rename(chat, " \n").unwrap();
    assert_eq!(row.title, "Why is the sky blue?");
}

#[test]
fn a_deleted_chat_is_gone_until_it_is_restored() {
    let folder = empty();
    let chats = open(folder.path());
    let question = ask(&chats, None, "gone");
    let chat = question.chat;
    let other = ask(&chats, None, "stays").chat;
    let reply = begin(&chats, question.id);
    chats.set_draft(Some(chat), "half a thought").unwrap();
    let before = chats.row(chat).unwrap();
    chats.delete(chat, NOW_MS).unwrap();
    chats.delete(chat, NOW_MS).unwrap();

    let some = Some(chat);
    assert_eq!(titles(&chats), ["stays"]);
    gone(chats.row(chat), chat);
    gone(chats.conversation(chat), chat);
    gone(chats.rename(chat, "name"), chat);
    gone(chats.draft(some), chat);
    gone(chats.set_draft(some, "x"), chat);
    gone(chats.add_question(some, "x", NOW_MS), chat);
    gone(chats.begin_reply(question.id, "sprout", NOW_MS), chat);
    // What was being written goes on to its end.
    finish(&chats, reply, "the end");

    drop(chats);
    let chats = open(folder.path());
    assert_eq!(chats.restore(chat).unwrap(), before);
    assert_eq!(conversation(&chats, chat), ["gone", "the end"]);
    assert_eq!(chats.draft(some).unwrap(), "half a thought");
    assert_eq!(chats.rows().unwrap().len(), 2);
    assert_eq!(chats.restore(other).unwrap().title, "stays");
}

#[test]
fn what_never_was_is_not_found() {
    let folder = empty();
    let chats = open(folder.path());
    let chat = ChatId(7);
    gone(chats.delete(chat, NOW_MS), chat);
    gone(chats.restore(chat), chat);
    gone(chats.row(chat), chat);
    let error = chats.message(MessageId(-1)).unwrap_err();
    assert_eq!(error.to_string(), "there is no message -1");
    let error = chats.begin_reply(MessageId(7), "sprout", NOW_MS);
    assert_eq!(error.unwrap_err().to_string(), "there is no message 7");
}

#[track_caller]
fn gone<T: std::fmt::Debug>(outcome: Result<T, Error>, chat: ChatId) {
    let error = outcome.unwrap_err();
    let found = matches!(error, Error::NotFound { what: "chat", id } if id == chat.0);
    assert!(found, "{error}");
}
