//! Files of every schema that was ever shipped open for ever.
//!
//! `fixtures/v1.db` and its successors are each the daily backup of a folder in which [`write`]
//! has been played by the build of that time, copied here by hand and never changed again.

use std::fs;
use std::path::{Path, PathBuf};

use chats::{
    ChatId, Chats, Counts, End, Failure, Finish, Growth, MessageId, Question, State, Statistics,
    TextFile,
};

use crate::folder::{conversation, database, empty, open, reply, sql, titles};

const COUNTS: Counts = Counts {
    thinking_tokens: 12,
    answer_tokens: 34,
    thinking_ms: 5600,
    answer_ms: 7800,
};

const STATISTICS: Statistics = Statistics {
    prompt_tokens: 90,
    cached_tokens: 60,
    decode_per_second: 4.5,
    drafted_tokens: 0,
    accepted_tokens: 0,
    seed: 4_000_000_000,
    closed_by: None,
    left_out: None,
};

#[test]
fn every_schema_that_was_shipped_opens() {
    let newest = empty();
    drop(open(newest.path()));
    let newest: i64 = sql(newest.path())
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    for version in 1..=newest {
        let folder = empty();
        fs::copy(fixture(version), database(folder.path())).unwrap();
        check(&open(folder.path()), version);
        // And once more, now that it has this build's schema.
        check(&open(folder.path()), version);
    }
}

/// Keeps what the fixtures hold and what is expected of them in step.
#[test]
fn the_next_fixture_would_hold_the_same() {
    let folder = empty();
    let chats = open(folder.path());
    write(&chats);
    let backup = chats.backup_if_due(0).unwrap().unwrap();
    let copy = empty();
    fs::copy(backup, database(copy.path())).unwrap();
    check(&open(copy.path()), i64::MAX);
}

fn fixture(version: i64) -> PathBuf {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    fixtures.join(format!("v{version}.db"))
}

fn whole<'a>(thinking: &'a str, answer: &'a str) -> Growth<'a> {
    Growth {
        thinking,
        answer,
        counts: COUNTS,
    }
}

fn failure() -> Failure {
    Failure {
        code: "engine_stopped".to_owned(),
        message: "engine stopped: out of memory".to_owned(),
        hint: Some("Close other programs.".to_owned()),
        // Both since the tenth schema.
        cause: Some("{\"type\":\"memory_ran_out\"}".to_owned()),
        detail: Some("signal 9".to_owned()),
    }
}

fn write(chats: &Chats) {
    let answer = |parent, text, end, statistics, now_ms| {
        let id = chats.begin_reply(parent, "r1-8b", now_ms).unwrap().id;
        let finish = Finish {
            end,
            whole: whole("Hm 🤔", text),
            statistics,
        };
        chats.finish_reply(id, &finish, now_ms + 1).unwrap();
    };
    let some = Some(STATISTICS);
    let sky = chats
        .add_question(None, "Why is the sky blue?", 10)
        .unwrap();
    answer(sky.id, "Rayleigh", End::Complete, some, 20);
    answer(sky.id, "Scattering\0 🌌", End::Stopped, some, 30);
    let night = chats
        .add_question(Some(sky.chat), "وفي الليل؟", 40)
        .unwrap();
    answer(night.id, "Dark", End::Length, some, 50);
    chats.set_draft(Some(sky.chat), "and at daw").unwrap();

    let poem = chats
        .add_question(None, "可以帮我写一首诗吗？", 60)
        .unwrap();
    answer(poem.id, "", End::Failed(failure()), None, 70);
    chats.rename(poem.chat, "A poem").unwrap();

    let gone = chats.add_question(None, "deleted", 80).unwrap();
    // Since the fourth schema:
    let sent = chats.attach(Some(gone.chat), &letter()).unwrap().id;
    let question = Question {
        text: "What does it say?",
        files: &[sent],
    };
    chats.ask(Some(gone.chat), question, "r1-8b", 85).unwrap();
    chats.attach(Some(sky.chat), &letter()).unwrap();
    chats.attach(None, &letter()).unwrap();

    chats.delete(gone.chat, 90).unwrap();
    chats.set_draft(None, "next").unwrap();
    chats.set_setting("model", "r1-8b").unwrap();
    // Since the second schema:
    chats.set_manner(poem.chat, "quick").unwrap();
    chats.pin(poem.chat, true, 120).unwrap();
    chats.pin(poem.chat, false, 121).unwrap();

    let cut = chats.add_question(None, "cut short", 100).unwrap();
    let id = chats.begin_reply(cut.id, "sprout", 110).unwrap().id;
    chats.save_growth(id, &whole("so", "far")).unwrap();
}

fn letter() -> TextFile {
    TextFile {
        name: "信.txt".to_owned(),
        bytes: 5_000_000_000,
        text: "Dear\0aunt 🥔".to_owned(),
        remarks: "[]".to_owned(),
    }
}

fn check(chats: &Chats, version: i64) {
    let (sky, poem, gone, cut) = (ChatId(1), ChatId(2), ChatId(3), ChatId(4));
    let expected = ["cut short", "A poem", "Why is the sky blue?"];
    assert_eq!(titles(chats), expected);
    assert_eq!(chats.row(poem).unwrap().changed_ms, 71);

    let shown = [
        "Why is the sky blue?",
        "Scattering\0 🌌",
        "وفي الليل؟",
        "Dark",
    ];
    assert_eq!(conversation(chats, sky), shown);
    let mut failed = failure();
    if version < 10 {
        (failed.cause, failed.detail) = (None, None);
    }
    let ends = [
        (2, End::Complete, Some(STATISTICS)),
        (3, End::Stopped, Some(STATISTICS)),
        (5, End::Length, Some(STATISTICS)),
        (7, End::Failed(failed), None),
    ];
    for (id, end, statistics) in ends {
        let ended = reply(chats.message(MessageId(id)).unwrap());
        assert_eq!(ended.state, State::Ended(end));
        assert_eq!(ended.statistics, statistics);
        assert_eq!(ended.model, "r1-8b");
        assert_eq!((ended.thinking.as_str(), ended.counts), ("Hm 🤔", COUNTS));
    }
    let sibling = chats.message(MessageId(2)).unwrap();
    assert_eq!(
        (sibling.parent, sibling.created_ms),
        (Some(MessageId(1)), 20)
    );
    assert_eq!(reply(sibling).ended_ms, Some(21));

    let last = reply(chats.conversation(cut).unwrap().pop().unwrap());
    assert_eq!(last.state, State::Interrupted);
    assert_eq!(
        (last.thinking.as_str(), last.answer.as_str()),
        ("so", "far")
    );

    let found = |query| {
        let hits = chats.search(query, 9).unwrap();
        hits.iter().map(|hit| hit.chat).collect::<Vec<_>>()
    };
    assert_eq!(found("rayleigh"), [sky]);
    assert_eq!(found("诗"), [poem]);
    assert_eq!(found("deleted"), []);

    assert_eq!(chats.draft(Some(sky)).unwrap(), "and at daw");
    assert_eq!(chats.draft(None).unwrap(), "next");
    assert_eq!(chats.setting("model").unwrap().unwrap(), "r1-8b");
    assert_eq!(chats.restore(gone).unwrap().title, "deleted");
    if version >= 4 {
        let mut letter = letter();
        if version < 9 {
            letter.remarks.clear();
        }
        for draft in [Some(sky), None] {
            let id = chats.drafted(draft).unwrap()[0].id;
            assert_eq!(chats.attached(id).unwrap(), letter);
        }
        let asked = &chats.conversation(gone).unwrap()[1];
        assert_eq!(asked.files[0].name, "信.txt");
        assert_eq!(asked.files[0].remarks, letter.remarks);
        assert_eq!(chats.files(asked.id).unwrap(), [letter]);
        assert_eq!(found("aunt"), [gone]);
    }
    chats.delete(gone, 90).unwrap();
    chats.row(gone).unwrap_err();
}
