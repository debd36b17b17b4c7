//! Other questions, other replies, and replies that go on: nothing that was written is ever lost.

use chats::{
    Body, Chats, Closer, Counts, End, Error, Finish, Growth, Message, MessageId, State, Statistics,
};

use crate::folder::{conversation, empty, open, reply};

fn ids(messages: &[Message]) -> Vec<i64> {
    messages.iter().map(|message| message.id.0).collect()
}

fn siblings(message: &Message) -> Vec<i64> {
    message.siblings.iter().map(|id| id.0).collect()
}

fn end(chats: &Chats, id: MessageId, thinking: &str, answer: &str, end: End) -> Message {
    let whole = Growth {
        thinking,
        answer,
        counts: Counts::default(),
    };
    let finish = Finish {
        end,
        whole,
        statistics: None,
    };
    chats.finish_reply(id, &finish, 9).unwrap()
}

/// A chat of two questions, each answered: messages 1 to 4.
fn talked(chats: &Chats) -> chats::ChatId {
    let begun = chats.ask(None, "One?", "m", 1).unwrap();
    end(chats, begun[1].id, "hm", "First.", End::Complete);
    let chat = begun[0].chat;
    let more = chats.ask(Some(chat), "Two?", "m", 2).unwrap();
    end(chats, more[3].id, "", "Second.", End::Stopped);
    chat
}

#[test]
fn another_question_stands_beside_the_old_one_and_each_keeps_what_followed() {
    let folder = empty();
    let chats = open(folder.path());
    let chat = talked(&chats);
    let instead = chats.ask_instead(MessageId(1), "Uno?", "m", 3).unwrap();
    assert_eq!(ids(&instead), [5, 6]);
    assert_eq!(siblings(&instead[0]), [1, 5]);
    assert_eq!(siblings(&instead[1]), [6]);
    end(&chats, instead[1].id, "", "Primero.", End::Complete);

    assert_eq!(conversation(&chats, chat), ["Uno?", "Primero."]);
    let old = chats.show_branch(MessageId(1)).unwrap();
    assert_eq!(ids(&old), [1, 2, 3, 4]);
    assert_eq!(siblings(&old[0]), [1, 5]);
    drop(chats);
    let chats = open(folder.path());
    assert_eq!(
        conversation(&chats, chat),
        ["One?", "First.", "Two?", "Second."]
    );
    assert_eq!(ids(&chats.show_branch(MessageId(6)).unwrap()), [5, 6]);
    // First messages of other chats are no siblings.
    let other = chats.ask(None, "Else?", "m", 4).unwrap();
    assert_eq!(siblings(&other[0]), [other[0].id.0]);
}

#[test]
fn another_reply_stands_beside_the_old_one_and_may_begin_with_its_thought() {
    let folder = empty();
    let chats = open(folder.path());
    let chat = talked(&chats);
    let again = chats.ask_again(MessageId(2), "", "n", 3).unwrap();
    assert_eq!(ids(&again), [1, 5]);
    assert_eq!(siblings(&again[1]), [2, 5]);
    assert_eq!(reply(again[1].clone()).model, "n");
    end(&chats, MessageId(5), "", "Other.", End::Complete);

    let more = chats
        .ask_again(MessageId(2), "hm\n\nWait,", "m", 3)
        .unwrap();
    assert_eq!(siblings(&more[1]), [2, 5, 6]);
    assert_eq!(reply(more[1].clone()).thinking, "hm\n\nWait,");
    end(
        &chats,
        MessageId(6),
        "hm\n\nWait, no",
        "Third.",
        End::Complete,
    );
    assert_eq!(conversation(&chats, chat), ["One?", "Third."]);
    // The newest end below a message: the second question hangs below the first reply.
    assert_eq!(ids(&chats.show_branch(MessageId(2)).unwrap()), [1, 2, 3, 4]);
}

#[test]
fn a_reply_that_goes_on_keeps_its_words_and_its_place() {
    let folder = empty();
    let chats = open(folder.path());
    let chat = talked(&chats);
    let resumed = chats.resume_reply(MessageId(4), "m", 5).unwrap();
    let last = reply(resumed[3].clone());
    assert_eq!(last.state, State::Streaming);
    assert_eq!((last.answer.as_str(), last.ended_ms), ("Second.", None));
    assert!(matches!(
        chats.resume_reply(MessageId(4), "m", 5).unwrap_err(),
        Error::Streaming(MessageId(4))
    ));
    chats.ask_again(MessageId(4), "", "m", 5).unwrap_err();
    // Whoever wrote it dies: it is as it was, and can go on once more.
    drop(chats);
    let chats = open(folder.path());
    let last = reply(chats.message(MessageId(4)).unwrap());
    assert_eq!(
        (last.state, last.answer.as_str()),
        (State::Interrupted, "Second.")
    );
    chats.resume_reply(MessageId(4), "m", 6).unwrap();
    end(&chats, MessageId(4), "", "Second. And more.", End::Complete);
    assert_eq!(
        conversation(&chats, chat),
        ["One?", "First.", "Two?", "Second. And more."]
    );
    // An earlier reply that goes on: what followed it is another branch.
    assert_eq!(
        ids(&chats.resume_reply(MessageId(2), "m", 7).unwrap()),
        [1, 2]
    );
}

#[test]
fn what_is_not_there_or_no_such_thing_is_refused() {
    let folder = empty();
    let chats = open(folder.path());
    let chat = talked(&chats);
    let missing = MessageId(99);
    let refusals = [
        chats.ask_instead(missing, "x", "m", 3),
        chats.ask_instead(MessageId(2), "x", "m", 3),
        chats.ask_again(missing, "", "m", 3),
        chats.ask_again(MessageId(1), "", "m", 3),
        chats.resume_reply(MessageId(3), "m", 3),
        chats.show_branch(missing),
    ];
    for refusal in refusals {
        assert!(
            matches!(refusal, Err(Error::NotFound { .. })),
            "{refusal:?}"
        );
    }
    chats.delete(chat, 4).unwrap();
    chats.ask_instead(MessageId(1), "x", "m", 5).unwrap_err();
    chats.ask_again(MessageId(2), "", "m", 5).unwrap_err();
    chats.resume_reply(MessageId(4), "m", 5).unwrap_err();
    chats.show_branch(MessageId(2)).unwrap_err();
}

#[test]
fn who_closed_a_thought_and_how_a_chat_thinks_is_kept() {
    let folder = empty();
    let chats = open(folder.path());
    for closer in [Closer::Budget, Closer::Asked, Closer::Loop] {
        let begun = chats.ask(None, "One?", "m", 1).unwrap();
        let statistics = Statistics {
            prompt_tokens: 1,
            cached_tokens: 0,
            decode_per_second: 1.0,
            drafted_tokens: 0,
            accepted_tokens: 0,
            seed: 1,
            closed_by: Some(closer),
            left_out: Some(MessageId(1)),
        };
        let finish = Finish {
            end: End::Complete,
            whole: Growth {
                thinking: "",
                answer: "x",
                counts: Counts::default(),
            },
            statistics: Some(statistics),
        };
        let Body::Reply(ended) = chats.finish_reply(begun[1].id, &finish, 2).unwrap().body else {
            panic!("a question");
        };
        assert_eq!(ended.statistics, Some(statistics));
        let chat = begun[0].chat;
        assert_eq!(chats.manner(chat).unwrap(), None);
        chats.set_manner(chat, "quick").unwrap();
        assert_eq!(chats.manner(chat).unwrap().unwrap(), "quick");
    }
    chats.set_manner(chats::ChatId(99), "x").unwrap_err();
}
