//! The thinking under its governor: budgets, an answer that is asked for, circles, empty thoughts,
//! and replies that go on; on Sprout and on models that follow a script.

use std::path::Path;

use engine::Engine;
use engine::governor::{Closer, Governor};
use engine::message::{End, Event, Reply};
use engine::prompt::{Conversation, Opening, Prompt, Template};

use crate::asking::{CONTEXT, Told, ask, begin, empty, gather, greedy, load, prompt, ready, up_to};
use crate::scripted::{ASSISTANT, END, THINK_CLOSE, THINK_OPEN, model};

/// Tokens by which a budget may be missed.
const SLACK: u32 = 8;

/// What every script answers once its thought is closed; its characters are in no circle.
const ANSWER: &[&str] = &[THINK_CLOSE, "\nyes!", END];

/// A model of January's form that thinks in circles of this many tokens and never ends.
fn circling(length: u8) -> Engine {
    let circle: String = (0..length).map(|at| char::from(b'%' + at)).collect();
    let again = circle[..1].to_owned();
    let thinks = [ASSISTANT, THINK_OPEN, &circle, &again];
    with_script(&format!("circling-{length}"), &[&thinks, ANSWER])
}

fn with_script(test: &str, script: &[&[&str]]) -> Engine {
    holding(&model(test, script))
}

fn holding(path: &Path) -> Engine {
    let engine = empty();
    load(&engine, path, 4096).unwrap();
    engine
}

fn january(question: &str) -> Prompt {
    Template::R1January.render(&Conversation::of(question))
}

fn governed(prompt: Prompt, governor: Governor) -> Reply {
    Reply {
        governor,
        ..greedy(prompt)
    }
}

fn closed(told: &Told) -> (Option<Closer>, &str) {
    assert_eq!(told.end, End::Complete, "{told:?}");
    (told.statistics.closed_by, &told.answer)
}

#[test]
fn a_spent_budget_closes_the_thought_and_says_so() {
    let engine = ready(CONTEXT);
    let question = || prompt("What is 47 + 38?");
    let whole = ask(&engine, greedy(question()));
    for budget in [1, 5] {
        let governor = Governor {
            most_tokens: Some(budget),
            ..Governor::default()
        };
        let told = ask(&engine, governed(question(), governor));
        assert_eq!(told.statistics.closed_by, Some(Closer::Budget));
        assert!(whole.thinking.starts_with(&told.thinking), "{told:?}");
        assert!(told.thinking.len() < whole.thinking.len());
        // The line break and the closing tag come on top.
        assert_eq!(told.statistics.so_far.thinking_tokens, budget + 2);
        assert!(!told.answer.is_empty());
        // The tag that closed it is in neither text. (Sprout, which never saw a thought cut off,
        // may go on thinking in its answer and close that too: its own words, left alone.)
        assert!(!told.thinking.contains("think>"), "{told:?}");
        assert!(!told.answer.trim_start().starts_with('<'), "{told:?}");
    }
    let ample = Governor {
        most_tokens: Some(whole.statistics.so_far.thinking_tokens),
        ..Governor::default()
    };
    let ample = ask(&engine, governed(question(), ample));
    assert_eq!(ample.text(), whole.text());
    assert_eq!(ample.statistics.closed_by, None);
}

#[test]
fn a_model_that_never_closes_its_thinking_is_held_to_its_budget() {
    let engine = circling(40);
    for budget in [1, 7, 60, 700] {
        let governor = Governor {
            most_tokens: Some(budget),
            ..Governor::default()
        };
        let told = ask(&engine, governed(january("Hi"), governor));
        assert_eq!(closed(&told), (Some(Closer::Budget), "yes!"));
        let thought = told.statistics.so_far.thinking_tokens;
        assert!(
            (budget..=budget + SLACK).contains(&thought),
            "{budget}: {thought}"
        );
    }
    let short = Governor {
        most_ms: Some(30),
        ..Governor::default()
    };
    let told = ask(&engine, governed(january("Hi"), short));
    assert_eq!(closed(&told), (Some(Closer::Budget), "yes!"));
    assert!(told.statistics.so_far.thinking_ms >= 30);
}

#[test]
fn whoever_wants_the_answer_gets_it() {
    let engine = circling(40);
    let (job, events) = begin(&engine, greedy(january("Hi")));
    let events = up_to(events, |event| matches!(event, Event::Words { .. }));
    engine.answer_now(job);
    let told = gather(events);
    assert_eq!(closed(&told), (Some(Closer::Asked), "yes!"));
    // Asked before the first token, and again: the thought is opened and closed for the model.
    let (job, events) = begin(&engine, greedy(january("Hi")));
    engine.answer_now(job);
    engine.answer_now(job);
    assert_eq!(closed(&gather(events)), (Some(Closer::Asked), "yes!"));
    // The next reply thinks again.
    let limited = Reply {
        max_tokens: 50,
        ..greedy(january("Hi"))
    };
    let next = ask(&engine, limited);
    assert_eq!((next.end, next.statistics.closed_by), (End::Length, None));
}

#[test]
fn an_answer_is_not_cut_by_whoever_wants_it() {
    let engine = ready(CONTEXT);
    let question = || greedy(prompt("Count to 100"));
    let whole = ask(&engine, question());
    let (job, events) = begin(&engine, question());
    let answering =
        |event: &Event| matches!(event, Event::Words { answer, .. } if !answer.is_empty());
    let events = up_to(events, answering);
    engine.answer_now(job);
    let told = gather(events);
    assert!(whole.answer.ends_with(&told.answer));
    assert_eq!(closed(&told).0, None);
}

#[test]
fn a_thought_that_goes_in_circles_is_told_and_closed_within_200_tokens() {
    for length in [1, 2, 26, 64] {
        let engine = circling(length);
        let closing = Governor {
            closes_loops: true,
            ..Governor::default()
        };
        let told = ask(&engine, governed(january("Hi"), closing));
        assert_eq!(closed(&told), (Some(Closer::Loop), "yes!"), "{length}");
        assert_eq!(told.loops, 1);
        let thought = told.statistics.so_far.thinking_tokens;
        assert!(thought <= 200 + SLACK, "{length}: {thought}");

        let limited = Reply {
            max_tokens: 400,
            ..greedy(january("Hi"))
        };
        let told = ask(&engine, limited);
        assert_eq!((told.end, told.loops), (End::Length, 1));
        assert_eq!(told.statistics.closed_by, None);
    }
}

#[test]
fn an_empty_thought_is_asked_for_once_more() {
    // The byte 0 closes what was asked again: it follows the words that may not end yet.
    let closes: &[&str] = &["\0", THINK_CLOSE];
    let empty: &[&str] = &[ASSISTANT, THINK_OPEN, THINK_CLOSE];
    let none: &[&str] = &[ASSISTANT, "yes!"];
    let again = Governor {
        asks_again: true,
        ..Governor::default()
    };
    for (test, begins, form) in [
        ("empty-thought", empty, Template::R1January),
        ("no-thought", none, Template::R1May),
        ("opened-thought", &["\n", "yes!"], Template::R1January),
    ] {
        let engine = with_script(test, &[begins, ANSWER, closes]);
        let prompt = form.render(&Conversation::of("Hi"));
        if test != "opened-thought" {
            let told = ask(&engine, greedy(prompt.clone()));
            assert_eq!(told.text(), ("", "yes!"));
        }
        let told = ask(&engine, governed(prompt, again));
        assert!(told.statistics.asked_again, "{test}: {told:?}");
        assert!(told.thinking.starts_with("yes!"), "{test}: {told:?}");
        assert_eq!(closed(&told), (None, "yes!"), "{test}");
    }
    let sprout = ready(CONTEXT);
    let told = ask(&sprout, governed(prompt("What is 3 + 4?"), again));
    assert!(!told.statistics.asked_again);
}

#[test]
fn a_thought_lasts_as_long_as_it_must() {
    let engine = ready(CONTEXT);
    let whole = ask(&engine, greedy(prompt("What is 3 + 4?")));
    let thought = whole.statistics.so_far.thinking_tokens;
    let longer = Governor {
        least_tokens: thought + 20,
        ..Governor::default()
    };
    let told = ask(&engine, governed(prompt("What is 3 + 4?"), longer));
    assert!(told.thinking.starts_with(&whole.thinking), "{told:?}");
    assert!(told.statistics.so_far.thinking_tokens >= thought + 20);
}

#[test]
fn a_reply_that_ends_inside_its_thought_is_answered_all_the_same() {
    let engine = with_script("no-answer", &[&[ASSISTANT, THINK_OPEN, "abc", END], ANSWER]);
    let told = ask(&engine, greedy(january("Hi")));
    assert_eq!(told.text(), ("abc", "yes!"));
    assert_eq!(closed(&told).0, None);
}

/// The prompt of a reply that is begun like this.
fn opened(question: &str, opening: Opening) -> Prompt {
    Template::R1.render(&Conversation {
        opening,
        ..Conversation::of(question)
    })
}

#[test]
fn a_reply_goes_on_where_it_was_cut() {
    let engine = ready(CONTEXT);
    let question = "What is 47 + 38?";
    let whole = ask(&engine, greedy(prompt(question)));
    // Cut at words, as a stop cuts at tokens.
    let words = |text: &str| {
        text.match_indices(' ')
            .map(|(at, _)| at)
            .collect::<Vec<_>>()
    };
    for at in words(&whole.thinking) {
        let (before, after) = whole.thinking.split_at(at);
        let opening = Opening::GoOn {
            thinking: before.to_owned(),
            answer: String::new(),
        };
        let told = ask(&engine, greedy(opened(question, opening)));
        assert_eq!(told.text(), (after, whole.answer.as_str()), "{before}");
    }
    for at in words(&whole.answer) {
        let (before, after) = whole.answer.split_at(at);
        let opening = Opening::GoOn {
            thinking: whole.thinking.clone(),
            answer: before.to_owned(),
        };
        let told = ask(&engine, greedy(opened(question, opening)));
        assert_eq!(told.text(), ("", after), "{before}");
    }
}

#[test]
fn a_quick_reply_answers_at_once() {
    let engine = ready(CONTEXT);
    let again = Governor {
        asks_again: true,
        ..Governor::default()
    };
    let told = ask(
        &engine,
        governed(opened("Who are you?", Opening::Answer), again),
    );
    assert_eq!(told.thinking, "");
    assert_eq!(told.statistics.so_far.thinking_tokens, 0);
    assert!(!told.answer.is_empty() && !told.statistics.asked_again);
}
