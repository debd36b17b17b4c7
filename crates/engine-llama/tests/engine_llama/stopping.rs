//! Stops at every stage: one end each, and the engine goes on.

use std::time::{Duration, Instant};

use engine::Engine;
use engine::message::{End, Event, FailureCode, Request};

use crate::asking::{
    CONTEXT, ask, begin, gather, greedy, load, load_of, prompt, ready, sprout, up_to,
};
use crate::bare::Bare;
use crate::{asking, waiting};

/// Far less than what is stopped would take. That nobody waits longer than 200 ms is measured by
/// `bench/engine`, on a machine with nothing else to do.
const SOON: Duration = Duration::from_secs(3);

/// A context far beyond Sprout's, so that reading takes seconds.
const HUGE: u32 = 32_768;

fn still_answers(engine: &Engine) {
    let told = ask(engine, greedy(prompt("What is 47 + 38?")));
    assert_eq!(told.end, End::Complete);
    let fresh = ask(&ready(CONTEXT), greedy(prompt("What is 47 + 38?")));
    assert_eq!(told.text(), fresh.text());
}

#[test]
fn while_it_writes() {
    let engine = ready(CONTEXT);
    let (job, events) = begin(&engine, greedy(prompt("Count to 200")));
    let events = up_to(
        events,
        |event| matches!(event, Event::Words { answer, .. } if !answer.is_empty()),
    );
    let begin = Instant::now();
    engine.stop(job);
    let told = gather(events);
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    assert_eq!(told.end, End::Stopped);
    assert!(told.statistics.so_far.answer_tokens < 500);
    still_answers(&engine);
}

#[test]
fn while_it_reads_a_long_prompt() {
    let engine = ready(HUGE);
    let long = "one two three ".repeat(4_000);
    let (job, events) = begin(&engine, greedy(prompt(&long)));
    let events = up_to(
        events,
        |event| matches!(event, Event::Reading { done, .. } if *done > 0),
    );
    let begin = Instant::now();
    engine.stop(job);
    let told = gather(events);
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    assert_eq!(told.end, End::Stopped);
    assert_eq!(told.answer, "");
    assert!(told.statistics.prompt_tokens > 8_000);
    still_answers(&engine);
    // What was read before the stop is there and is true: the same prompt goes on from it.
    let (job, events) = self::begin(&engine, greedy(prompt(&long)));
    engine.stop(job);
    assert_eq!(gather(events).end, End::Stopped);
    still_answers(&engine);
}

#[test]
fn a_queue_of_replies_with_one_stop() {
    let engine = ready(CONTEXT);
    let jobs: Vec<_> = (0..4)
        .map(|_| begin(&engine, greedy(prompt("Count to 200"))))
        .collect();
    engine.stop(jobs[2].0);
    let ends: Vec<End> = jobs
        .into_iter()
        .map(|(_, events)| gather(events).end)
        .collect();
    // A stop means its job and every earlier one; a later one runs to its end.
    assert!(
        ends[1..3].iter().all(|end| *end == End::Stopped),
        "{ends:?}"
    );
    assert!(matches!(ends[3], End::Complete | End::Length), "{ends:?}");
}

#[test]
fn a_stop_that_comes_too_late_stops_nothing() {
    let engine = ready(CONTEXT);
    let (job, events) = begin(&engine, greedy(prompt("Hi")));
    assert_eq!(gather(events).end, End::Complete);
    engine.stop(job);
    still_answers(&engine);
}

/// The handle ends a load by killing the process.
#[test]
fn while_it_loads_by_killing_the_process() {
    let engine = asking::empty();
    let events = engine.load(load_of(&sprout(), CONTEXT));
    engine.kill();
    match asking::all(events).pop() {
        Some(Event::LoadEnded {
            outcome: Err(failure),
        }) => {
            assert_eq!(failure.code, FailureCode::EngineStopped);
        }
        // It was faster than the kill.
        Some(Event::LoadEnded { outcome: Ok(_) }) => {}
        other => panic!("{other:?}"),
    }
    waiting::until("the death is known", || !engine.is_alive());
    assert_eq!(
        load(&engine, &sprout(), CONTEXT).unwrap_err().code,
        FailureCode::EngineStopped
    );
}

/// The process itself also obeys a stop while it loads, and takes another load afterwards.
#[test]
fn while_it_loads_and_then_loads_again() {
    let mut engine = Bare::greeted();
    let load = |job| Request::Load {
        job,
        load: load_of(&sprout(), CONTEXT),
    };
    engine.send(&load(1));
    engine.send(&Request::Stop { job: 1 });
    let stopped = engine.end_of(1);
    let Event::LoadEnded {
        outcome: Err(failure),
    } = stopped
    else {
        panic!("{stopped:?}");
    };
    assert_eq!(failure.code, FailureCode::LoadStopped);
    engine.send(&load(2));
    let loaded = engine.end_of(2);
    assert!(
        matches!(loaded, Event::LoadEnded { outcome: Ok(_) }),
        "{loaded:?}"
    );
    engine.send(&Request::Reply {
        job: 3,
        reply: greedy(prompt("Hi")),
    });
    let ended = engine.end_of(3);
    assert!(
        matches!(
            ended,
            Event::ReplyEnded {
                end: End::Complete,
                ..
            }
        ),
        "{ended:?}"
    );
}
