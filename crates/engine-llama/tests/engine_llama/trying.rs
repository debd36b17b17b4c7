//! Ways to compute are measured beside a conversation, and change nothing of it.

use engine::message::{End, Event, Failure, Heads, Load, Trial, Way};

use crate::asking::{all, ask, begin, empty, greedy, load_of, prompt, ready, sprout};

const CONTEXT: u32 = 2048;

const WAYS: [Way; 3] = [way(1, 1), way(2, 1), way(1, 64)];

const fn way(threads: u32, tokens: u32) -> Way {
    Way { threads, tokens }
}

fn tried(events: Vec<Event>) -> Result<Trial, Failure> {
    match <[Event; 1]>::try_from(events).unwrap() {
        [Event::Tried { outcome }] => outcome,
        [other] => panic!("{other:?} for a trial"),
    }
}

#[test]
fn each_way_has_its_rate_and_the_cache_stays() {
    let engine = ready(CONTEXT);
    let first = ask(&engine, greedy(prompt("What is 47 + 38?")));
    let ways = [way(1, 1), way(1, 64), way(1, 16)];
    match tried(all(engine.try_ways(ways.to_vec(), None))) {
        Ok(Trial { ways: rates, .. }) => {
            let each: Vec<Way> = rates.iter().map(|tried| tried.way).collect();
            assert_eq!(each, ways);
            let told = |rate: f64| rate.is_normal() && rate > 0.0;
            assert!(
                rates.iter().all(|tried| told(tried.per_second)),
                "{rates:?}"
            );
        }
        // Beside other tests on a small machine that is what it has to say.
        Err(failure) => assert!(failure.message.contains("other programs"), "{failure:?}"),
    }
    let again = ask(&engine, greedy(prompt("What is 47 + 38?")));
    assert_eq!(again.text(), first.text());
    assert_eq!(
        again.statistics.cached_tokens,
        first.statistics.prompt_tokens - 1
    );
}

#[test]
fn what_is_asked_for_does_not_wait_for_a_trial() {
    let engine = ready(CONTEXT);
    // Minutes of it.
    let trial = engine.try_ways(vec![way(1, 1); 100_000], None);
    let (_, reply) = begin(&engine, greedy(prompt("What is 47 + 38?")));
    let told = crate::asking::gather(reply);
    assert_eq!(told.end, End::Complete);
    assert!(tried(all(trial)).is_err());
}

#[test]
fn what_cannot_be_tried_is_refused_and_the_engine_goes_on() {
    let unloaded = empty();
    assert!(tried(all(unloaded.try_ways(WAYS.to_vec(), None))).is_err());
    let engine = ready(CONTEXT);
    for ways in [[way(1, CONTEXT + 1)], [way(1, 0)]] {
        assert!(tried(all(engine.try_ways(ways.to_vec(), None))).is_err());
    }
    let told = ask(&engine, greedy(prompt("What is 47 + 38?")));
    assert_eq!(told.end, End::Complete);
}

#[test]
fn both_ways_to_attend_are_measured_by_the_heads_of_a_model() {
    let engine = ready(CONTEXT);
    let heads = |query, kv| Heads {
        query,
        kv,
        key: 64,
        value: 64,
    };
    let measured = |heads| tried(all(engine.try_ways(Vec::new(), Some(heads))));
    match measured(heads(4, 2)) {
        Ok(Trial { attention, .. }) => {
            for took in attention.expect("the processor attends both ways") {
                assert!(took.writing > 0.0 && took.reading > 0.0, "{took:?}");
                assert_eq!(took.behind, CONTEXT);
            }
        }
        Err(failure) => assert!(failure.message.contains("other programs"), "{failure:?}"),
    }
    // ggml would end the process over these.
    for odd in [heads(3, 2), heads(4, 0), heads(0, 2)] {
        assert_eq!(measured(odd).unwrap().attention, None);
    }
    let told = ask(&engine, greedy(prompt("What is 47 + 38?")));
    assert_eq!(told.end, End::Complete);
}

/// What Sprout says to a long question when it is loaded in this way, and how often its reading was told.
fn said(load: Load) -> (End, String, usize) {
    let question = format!("What is {}?", ["47 + 38"; 40].join(" and "));
    let engine = empty();
    assert!(matches!(
        all(engine.load(load)).last(),
        Some(Event::LoadEnded { outcome: Ok(_) })
    ));
    let told = ask(&engine, greedy(prompt(&question)));
    (told.end, told.thinking + &told.answer, told.read)
}

#[test]
fn plain_attention_leaves_the_text_as_it_is() {
    let flash = load_of(&sprout(), CONTEXT);
    let plain = flash.clone().plainly(flash.batch);
    assert_eq!(said(plain), said(flash));
}

#[test]
fn another_way_of_reading_leaves_the_text_as_it_is() {
    let load = load_of(&sprout(), CONTEXT);
    let other = Load {
        reading: Some(way(2, 16)),
        ..load.clone()
    };
    let (plain, told) = (said(load), said(other));
    assert_eq!((&told.0, &told.1), (&plain.0, &plain.1));
    assert!(told.2 > plain.2, "{} {}", told.2, plain.2);
}
