//! A chat that leaves and comes back is the same chat.

use chats::{Body, ChatId, Counts, End, Error, Finish, Growth, Statistics, Transcript};

use crate::folder::{conversation, empty, open, sql};

/// A chat with branches, a failure and everything that a reply can carry.
fn rich(chats: &chats::Chats) -> ChatId {
    let begun = chats.ask(None, "One? 🥔", "m", 1).unwrap();
    let chat = begun[0].chat;
    let finish = |id, end, left_out| {
        let counts = Counts {
            thinking_tokens: 1,
            answer_tokens: 2,
            thinking_ms: 3,
            answer_ms: 4,
        };
        let finish = Finish {
            end,
            whole: Growth {
                thinking: "hm",
                answer: "First.",
                counts,
            },
            statistics: Some(Statistics {
                prompt_tokens: 5,
                cached_tokens: 6,
                decode_per_second: 7.5,
                drafted_tokens: 11,
                accepted_tokens: 7,
                seed: 8,
                closed_by: Some(chats::Closer::Loop),
                left_out,
            }),
        };
        chats.finish_reply(id, &finish, 9).unwrap();
    };
    finish(begun[1].id, End::Complete, None);
    let again = chats.ask_again(begun[1].id, "", "n", 2).unwrap();
    finish(again[1].id, End::Stopped, Some(begun[1].id));
    let more = chats.ask(Some(chat), "Two?", "m", 3).unwrap();
    let failure = chats::Failure {
        code: "engine_stopped".to_owned(),
        message: "gone".to_owned(),
        hint: None,
        cause: Some("{\"type\":\"gone\"}".to_owned()),
        detail: Some("EIO".to_owned()),
    };
    finish(more[3].id, End::Failed(failure), None);
    chats.show_branch(begun[1].id).unwrap();
    chats.rename(chat, "Mine").unwrap();
    chats.set_manner(chat, "quick").unwrap();
    chats.pin(chat, true, 4).unwrap();
    chats.set_folder(chat, Some("Sums")).unwrap();
    chats.set_instructions(chat, "Be brief.").unwrap();
    chat
}

#[test]
fn a_chat_that_leaves_and_comes_back_is_the_same() {
    let (here, there) = (empty(), empty());
    let (chats, others) = (open(here.path()), open(there.path()));
    // Other numbers over there.
    others.ask(None, "somebody's", "m", 1).unwrap();
    let id = rich(&chats);
    let whole = chats.transcript(id).unwrap();
    assert_eq!(whole.entries.len(), 5);
    assert_eq!(whole.shown, Some(1));
    let added = others
        .add_transcripts(std::slice::from_ref(&whole))
        .unwrap();
    assert_eq!(others.transcript(added[0]).unwrap(), whole);
    assert_eq!(conversation(&others, added[0]), conversation(&chats, id));
    assert_eq!(others.search("first", 9).unwrap()[0].count, 3);
    // It lives on there.
    let begun = others.ask(Some(added[0]), "Three?", "m", 99).unwrap();
    assert_eq!(begun.len(), 4);
}

#[test]
fn a_reply_that_is_written_is_told_as_far_as_it_is() {
    let folder = empty();
    let chats = open(folder.path());
    let begun = chats.ask(None, "One?", "m", 1).unwrap();
    let told = chats.transcript(begun[0].chat).unwrap();
    let Body::Reply(reply) = &told.entries[1].body else {
        panic!("a question");
    };
    assert_eq!(reply.state, chats::State::Interrupted);
}

#[test]
fn all_chats_come_or_none() {
    let folder = empty();
    let chats = open(folder.path());
    let id = rich(&chats);
    let good = chats.transcript(id).unwrap();
    chats.delete(id, 5).unwrap();
    let error = chats.transcript(id).unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
    sql(folder.path())
        .execute_batch(
            "CREATE TRIGGER refuse BEFORE INSERT ON chats WHEN new.title = 'Bad'
             BEGIN SELECT raise(ABORT, 'no'); END;",
        )
        .unwrap();
    let bad = Transcript {
        title: "Bad".to_owned(),
        ..good.clone()
    };
    chats.add_transcripts(&[good, bad]).unwrap_err();
    assert_eq!(chats.rows().unwrap(), []);
    assert_eq!(chats.add_transcripts(&[]).unwrap(), []);
}
