//! Words are found wherever they stand, in any script, and never where they are gone.

use chats::{ChatId, Chats, Counts, End, Finish, Growth, Hit, MessageId};

use crate::folder::{empty, is_sound, open};

fn answer(chats: &Chats, id: MessageId, thinking: &str, answer: &str) {
    let whole = Growth {
        thinking,
        answer,
        counts: Counts::default(),
    };
    let finish = Finish {
        end: End::Complete,
        whole,
        statistics: None,
    };
    chats.finish_reply(id, &finish, 5).unwrap();
}

fn talk(chats: &Chats, question: &str, thinking: &str, words: &str, now_ms: i64) -> ChatId {
    let begun = chats.ask(None, question, "m", now_ms).unwrap();
    answer(chats, begun[1].id, thinking, words);
    begun[0].chat
}

fn found(chats: &Chats, query: &str) -> Vec<i64> {
    let hits = chats.search(query, 50).unwrap();
    hits.iter().map(|hit| hit.chat.0).collect()
}

fn marked(hit: &Hit) -> String {
    let best = hit.best.as_ref().unwrap();
    let pieces = best.snippet.iter().enumerate();
    pieces
        .map(|(at, piece)| {
            if at % 2 == 1 {
                format!("[{piece}]")
            } else {
                piece.clone()
            }
        })
        .collect()
}

#[test]
fn words_are_found_in_questions_answers_thoughts_and_titles() {
    let folder = empty();
    let chats = open(folder.path());
    let sky = talk(
        &chats,
        "Why is the sky blue?",
        "Rayleigh scattering",
        "Short waves.",
        10,
    );
    let bread = talk(
        &chats,
        "Why does bread rise?",
        "yeast",
        "Yeast makes gas.",
        20,
    );
    let poem = talk(&chats, "写一首关于土豆的诗", "想一想", "土豆啊土豆", 30);
    let (sky, bread, poem) = (sky.0, bread.0, poem.0);
    for (query, expected) in [
        ("why", vec![bread, sky]),
        ("WHY blue", vec![sky]),
        ("scatter", vec![sky]),
        ("yeast", vec![bread]),
        ("土豆", vec![poem]),
        ("豆", vec![poem]),
        ("土豆啊", vec![poem]),
        ("想一想", vec![poem]),
        ("is", vec![bread, sky]),
        ("nowhere", vec![]),
        ("", vec![]),
        (" \t ", vec![]),
    ] {
        assert_eq!(found(&chats, query), expected, "{query}");
    }
    let hit = &chats.search("rayleigh", 9).unwrap()[0];
    assert!(hit.best.as_ref().unwrap().in_thinking);
    assert_eq!(marked(hit), "[Rayleigh] scattering");
    assert_eq!(chats.search("yeast", 9).unwrap()[0].count, 1);

    chats.rename(ChatId(sky), "Colours of dusk").unwrap();
    let hit = &chats.search("DUSK colours", 9).unwrap()[0];
    assert_eq!((hit.chat.0, hit.count, &hit.best), (sky, 0, &None));
    assert_eq!(chats.search("why", 1).unwrap().len(), 1);
}

#[test]
fn signs_of_any_query_language_are_only_letters() {
    let folder = empty();
    let chats = open(folder.path());
    let odd = r#"100% "quoted" a_b NEAR(x) col:umn -minus * \ back"#;
    let chat = talk(&chats, odd, "", "x", 10).0;
    talk(&chats, "100 plain", "", "aXb", 20);
    for query in [
        "100%",
        "\"quoted\"",
        "a_b",
        "NEAR(x)",
        "col:umn",
        "-minus",
        "*",
        "\\",
        "%",
        "_",
        "\"",
        "NEAR(x) col:umn",
        "\\ back",
    ] {
        assert_eq!(found(&chats, query), [chat], "{query}");
    }
    for query in [
        "\0",
        "nowhere\0b",
        "' OR 1=1 --",
        "text:x AND",
        &"x".repeat(100_000),
        &"ab ".repeat(9999),
    ] {
        assert_eq!(found(&chats, query), Vec::<i64>::new());
    }
}

#[test]
fn what_grows_goes_on_or_is_deleted_is_found_as_it_stands() {
    let folder = empty();
    let chats = open(folder.path());
    let begun = chats.ask(None, "Tell me", "m", 10).unwrap();
    let (chat, reply) = (begun[0].chat, begun[1].id);
    let growth = Growth {
        thinking: "",
        answer: "early words",
        counts: Counts::default(),
    };
    chats.save_growth(reply, &growth).unwrap();
    assert_eq!(found(&chats, "early"), Vec::<i64>::new());
    answer(&chats, reply, "", "late words");
    assert_eq!(found(&chats, "early"), Vec::<i64>::new());
    assert_eq!(found(&chats, "late"), [chat.0]);

    chats.resume_reply(reply, "m", 20).unwrap();
    assert_eq!(found(&chats, "late"), Vec::<i64>::new());
    drop(chats);
    // Interrupted now.
    let chats = open(folder.path());
    assert_eq!(found(&chats, "late"), [chat.0]);
    chats.resume_reply(reply, "m", 30).unwrap();
    answer(&chats, reply, "", "late words and more");
    assert_eq!(found(&chats, "more"), [chat.0]);
    assert_eq!(chats.search("late", 9).unwrap()[0].count, 1);

    chats.delete(chat, 40).unwrap();
    assert_eq!(found(&chats, "late"), Vec::<i64>::new());
    chats.restore(chat).unwrap();
    assert_eq!(found(&chats, "late"), [chat.0]);
    is_sound(&chats, folder.path());
}

#[test]
fn a_pinned_chat_stands_first() {
    let folder = empty();
    let chats = open(folder.path());
    let old = talk(&chats, "old", "", "x", 10);
    let new = talk(&chats, "new", "", "x", 20);
    assert!(chats.pin(old, true, 30).unwrap().pinned);
    let order =
        |chats: &Chats| -> Vec<ChatId> { chats.rows().unwrap().iter().map(|row| row.id).collect() };
    assert_eq!(order(&chats), [old, new]);
    chats.pin(old, false, 40).unwrap();
    assert_eq!(order(&chats), [new, old]);
    chats.pin(ChatId(99), true, 50).unwrap_err();
}
