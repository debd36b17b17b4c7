//! A reply from its first moment to its one end.

use std::thread;

use chats::{Counts, End, Error, Failure, Finish, Growth, MessageId, State, Statistics};

use crate::folder::{ask, begin, conversation, empty, finish, growth, open, reply};

const COUNTS: Counts = Counts {
    thinking_tokens: 3,
    answer_tokens: u32::MAX,
    thinking_ms: 1200,
    answer_ms: 5,
};

#[test]
fn a_reply_is_on_disk_as_far_as_it_has_come() {
    let folder = empty();
    let chats = open(folder.path());
    let question = ask(&chats, None, "why?");
    let begun = chats.begin_reply(question.id, "r1-8b", 77).unwrap();
    assert_eq!(begun.created_ms, 77);
    assert_eq!(begun.parent, Some(question.id));
    let id = begun.id;
    let begun = reply(begun);
    assert_eq!(begun.model, "r1-8b");
    assert_eq!(
        (begun.thinking, begun.answer),
        (String::new(), String::new())
    );

    let witness = open(folder.path());
    for (thinking, answer) in [
        ("Hm", ""),
        ("Hm, so", ""),
        ("Hm, so", "Be"),
        ("Hm", "Because"),
    ] {
        let growth = Growth {
            thinking,
            answer,
            counts: COUNTS,
        };
        chats.save_growth(id, &growth).unwrap();
        let seen = reply(witness.message(id).unwrap());
        assert_eq!(seen.state, State::Streaming);
        assert_eq!(
            (seen.thinking.as_str(), seen.answer.as_str()),
            (thinking, answer)
        );
        assert_eq!(seen.counts, COUNTS);
        assert_eq!((seen.statistics, seen.ended_ms), (None, None));
    }
}

#[test]
fn a_reply_ends_as_it_ended() {
    let folder = empty();
    let failure = |hint: Option<&str>| {
        End::Failed(Failure {
            code: "engine_stopped".to_owned(),
            message: "engine stopped: out of memory".to_owned(),
            hint: hint.map(str::to_owned),
            cause: hint.map(|_| "{\"type\":\"memory_ran_out\"}".to_owned()),
            detail: hint.map(|_| "EIO".to_owned()),
        })
    };
    let statistics = Statistics {
        prompt_tokens: 10,
        cached_tokens: 4,
        decode_per_second: 3.25,
        drafted_tokens: 300,
        accepted_tokens: 200,
        seed: u32::MAX,
        closed_by: None,
        left_out: None,
    };
    for (end, statistics) in [
        (End::Complete, Some(statistics)),
        (End::Stopped, Some(statistics)),
        (End::Length, Some(statistics)),
        (failure(Some("Close other programs.")), Some(statistics)),
        (failure(None), None),
    ] {
        let chats = open(folder.path());
        let question = ask(&chats, None, "why?");
        let id = begin(&chats, question.id);
        let whole = Growth {
            thinking: "Hm",
            answer: "Because",
            counts: COUNTS,
        };
        let finish = Finish {
            end: end.clone(),
            whole,
            statistics,
        };
        let ended = chats.finish_reply(id, &finish, 99).unwrap();
        assert_eq!(chats.row(question.chat).unwrap().changed_ms, 99);
        drop(chats);

        let chats = open(folder.path());
        assert_eq!(chats.message(id).unwrap(), ended);
        let reply = reply(ended);
        assert_eq!(reply.state, State::Ended(end));
        assert_eq!(
            (reply.thinking.as_str(), reply.answer.as_str()),
            ("Hm", "Because")
        );
        assert_eq!(reply.counts, COUNTS);
        assert_eq!(reply.statistics, statistics);
        assert_eq!(reply.ended_ms, Some(99));
    }
}

#[test]
fn a_rate_that_is_no_number_is_none() {
    let folder = empty();
    let chats = open(folder.path());
    let id = begin(&chats, ask(&chats, None, "why?").id);
    let statistics = Statistics {
        prompt_tokens: 1,
        cached_tokens: 0,
        decode_per_second: f64::NAN,
        drafted_tokens: 300,
        accepted_tokens: 200,
        seed: 1,
        closed_by: None,
        left_out: None,
    };
    let finish = Finish {
        end: End::Stopped,
        whole: growth("", ""),
        statistics: Some(statistics),
    };
    let ended = reply(chats.finish_reply(id, &finish, 1).unwrap());
    let rate = ended.statistics.unwrap().decode_per_second;
    assert!(rate.abs() < f64::EPSILON, "{rate}");
}

#[test]
fn a_reply_ends_once_and_by_its_writer_alone() {
    let folder = empty();
    let chats = open(folder.path());
    let question = ask(&chats, None, "why?");
    let id = begin(&chats, question.id);
    let other = open(folder.path());
    assert_eq!(other.interrupt_abandoned().unwrap(), 0);
    let not_mine = |outcome: Result<(), Error>, id: MessageId| {
        let error = outcome.unwrap_err();
        assert!(
            matches!(error, Error::NotStreaming(found) if found == id),
            "{error}"
        );
    };
    not_mine(other.save_growth(id, &growth("x", "x")), id);

    finish(&chats, id, "because");
    not_mine(chats.save_growth(id, &growth("late", "late")), id);
    let again = Finish {
        end: End::Stopped,
        whole: growth("late", "late"),
        statistics: None,
    };
    not_mine(chats.finish_reply(id, &again, 1).map(drop), id);
    not_mine(chats.save_growth(question.id, &growth("", "")), question.id);
    assert_eq!(conversation(&chats, question.chat), ["why?", "because"]);
    let error = chats.save_growth(MessageId(99), &growth("", ""));
    assert_eq!(error.unwrap_err().to_string(), "there is no message 99");
}

#[test]
fn closing_in_the_middle_interrupts() {
    let folder = empty();
    let chats = open(folder.path());
    let id = begin(&chats, ask(&chats, None, "why?").id);
    chats.save_growth(id, &growth("Hm", "Be")).unwrap();
    let witness = open(folder.path());
    drop(chats);
    let seen = reply(witness.message(id).unwrap());
    assert_eq!(seen.state, State::Interrupted);
    assert_eq!((seen.thinking.as_str(), seen.answer.as_str()), ("Hm", "Be"));
    assert_eq!(seen.ended_ms, None);
}

#[test]
fn windows_and_threads_write_at_the_same_time() {
    const EACH: usize = 12;
    let folder = empty();
    let windows = [open(folder.path()), open(folder.path())];
    thread::scope(|scope| {
        for chats in windows.iter().chain(&windows) {
            scope.spawn(move || {
                let id = begin(chats, ask(chats, None, "why?").id);
                for length in 0..EACH {
                    let answer = "a".repeat(length);
                    chats.save_growth(id, &growth("", &answer)).unwrap();
                    assert_eq!(reply(chats.message(id).unwrap()).answer, answer);
                }
                finish(chats, id, "done");
            });
        }
    });
    let rows = windows[0].rows().unwrap();
    assert_eq!(rows.len(), 4);
    for row in rows {
        assert_eq!(conversation(&windows[1], row.id), ["why?", "done"]);
    }
}
