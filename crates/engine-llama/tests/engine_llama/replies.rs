//! Replies that nobody disturbs: statistics, the kept prefix, seeds, limits.

use std::time::Instant;

use engine::message::{End, Event, FailureCode, Reply, Sampling};
use engine::prompt::{Conversation, Template, Turn};

use crate::asking::{CONTEXT, Told, all, ask, empty, greedy, load_of, prompt, ready, sprout};

/// The tokens of `<think>` and the line break that end the first prompt and that the next turn
/// does not repeat.
const OPENING: u32 = 2;

#[test]
fn statistics_add_up() {
    let engine = ready(CONTEXT);
    let begin = Instant::now();
    let told = ask(&engine, greedy(prompt("What is 47 + 38?")));
    let took = u64::try_from(begin.elapsed().as_millis()).unwrap() + 1;
    let statistics = told.statistics;
    let so_far = statistics.so_far;
    assert_eq!(told.end, End::Complete);
    assert_eq!(told.read, 2, "at its beginning and after its one batch");
    assert!(statistics.prompt_tokens > 10);
    assert_eq!(statistics.cached_tokens, 0);
    assert!(so_far.thinking_tokens > 10 && so_far.answer_tokens > 3);
    assert!(so_far.thinking_ms + so_far.answer_ms <= took);
    assert!(statistics.first_token_ms <= took);
    assert!(statistics.prompt_per_second > 0.0 && statistics.prompt_per_second.is_finite());
    let written = f64::from(so_far.thinking_tokens + so_far.answer_tokens - 1);
    let decoding = 1000.0 * written / statistics.decode_per_second;
    assert!(decoding <= f64::from(u32::try_from(took).unwrap()));
    assert_eq!(statistics.closed_by, None);
    assert!(statistics.threads > 0);
}

#[test]
fn what_is_known_is_told_once_it_is_loaded() {
    let engine = empty();
    let events = all(engine.load(load_of(&sprout(), CONTEXT)));
    assert!(matches!(events[0], Event::Loading { .. }));
    let Some(Event::LoadEnded {
        outcome: Ok(loaded),
    }) = events.last()
    else {
        panic!("{events:?}");
    };
    assert_eq!(loaded.context, CONTEXT);
    assert!(loaded.think_tokens);
    assert!(!loaded.device.is_empty());
}

#[test]
fn a_follow_up_computes_only_what_is_new_and_says_the_same() {
    let kept = ready(CONTEXT);
    let first = ask(&kept, greedy(prompt("What is 47 + 38?")));
    let turns = vec![
        Turn::User("What is 47 + 38?".to_owned()),
        Turn::Assistant {
            answer: first.answer.clone(),
            thought: true,
        },
        Turn::User("And 120 - 45?".to_owned()),
    ];
    let conversation = Conversation {
        turns,
        ..Conversation::default()
    };
    let follow_up = || greedy(Template::R1.render(&conversation));
    let second = ask(&kept, follow_up());
    let again = ask(&kept, follow_up());
    let fresh = ask(&ready(CONTEXT), follow_up());

    assert_eq!(
        second.statistics.cached_tokens,
        first.statistics.prompt_tokens - OPENING
    );
    // The last token is computed again: its logits are needed.
    let total = second.statistics.prompt_tokens;
    assert_eq!(again.statistics.cached_tokens, total - 1);
    assert_eq!(fresh.statistics.cached_tokens, 0);
    assert_eq!(fresh.statistics.prompt_tokens, total);
    assert_eq!(second.text(), fresh.text());
    assert_eq!(again.text(), fresh.text());
    assert_eq!(
        first.text(),
        ask(&kept, greedy(prompt("What is 47 + 38?"))).text()
    );
}

/// Hot enough that Sprout, which is sure of its sums, says something else each time.
fn hot(seed: u32) -> Reply {
    Reply {
        sampling: Sampling {
            temperature: 2.0,
            top_p: 1.0,
            ..Sampling::of_r1(seed)
        },
        max_tokens: 40,
        ..greedy(prompt("Tell me about the moon."))
    }
}

#[test]
fn a_seed_decides_the_text() {
    let engine = ready(CONTEXT);
    let texts: Vec<Told> = (1..=6).map(|seed| ask(&engine, hot(seed))).collect();
    for (seed, told) in (1..=6).zip(&texts) {
        assert_eq!(ask(&engine, hot(seed)).text(), told.text(), "seed {seed}");
    }
    let other = ready(CONTEXT);
    assert_eq!(ask(&other, hot(1)).text(), texts[0].text());
    assert!(texts.iter().any(|told| told.text() != texts[0].text()));
}

#[test]
fn every_rule_of_sampling_is_taken() {
    let engine = ready(CONTEXT);
    let plain = ask(&engine, greedy(prompt("What is 3 + 4?")));
    for sampling in [
        Sampling::of_r1(7),
        Sampling {
            top_k: 1,
            temperature: 5.0,
            ..Sampling::of_r1(7)
        },
        Sampling {
            min_p: 1.0,
            temperature: 5.0,
            top_p: 1.0,
            ..Sampling::of_r1(7)
        },
    ] {
        let told = ask(
            &engine,
            Reply {
                sampling,
                ..greedy(prompt("What is 3 + 4?"))
            },
        );
        // Each leaves Sprout only what it is sure of.
        assert_eq!(told.text(), plain.text(), "{sampling:?}");
    }
    let penalised = Reply {
        sampling: Sampling {
            repeat_penalty: 50.0,
            ..greedy(prompt("")).sampling
        },
        max_tokens: 60,
        ..greedy(prompt("What is 888 + 888?"))
    };
    assert_ne!(
        ask(&engine, penalised).text(),
        ask(&engine, greedy(prompt("What is 888 + 888?"))).text()
    );
}

#[test]
fn a_limit_of_tokens_is_kept_to_the_token() {
    let engine = ready(CONTEXT);
    for limit in [0, 1, 7, 60] {
        let told = ask(
            &engine,
            Reply {
                max_tokens: limit,
                ..greedy(prompt("Count to 200"))
            },
        );
        assert_eq!(told.end, End::Length);
        let so_far = told.statistics.so_far;
        assert_eq!(so_far.thinking_tokens + so_far.answer_tokens, limit);
    }
}

#[test]
fn a_full_context_ends_a_reply_by_its_length() {
    let context = 256;
    let engine = ready(context);
    let told = ask(&engine, greedy(prompt("Count to 200")));
    assert_eq!(told.end, End::Length);
    let so_far = told.statistics.so_far;
    // The last token is written but needs no place in the cache.
    assert_eq!(
        told.statistics.prompt_tokens + so_far.thinking_tokens + so_far.answer_tokens,
        context + 1
    );
    assert!(told.answer.starts_with("1, 2, 3"), "{told:?}");
    assert_eq!(ask(&engine, greedy(prompt("Hi"))).end, End::Complete);
}

#[test]
fn a_full_context_lets_whole_exchanges_of_the_middle_go() {
    let engine = ready(512);
    let sums = |count: usize| -> Vec<Turn> {
        let exchange = |at| {
            [
                Turn::User(format!("What is {at} + 2?")),
                Turn::Assistant {
                    answer: format!("{at} + 2 = {}.", at + 2),
                    thought: true,
                },
            ]
        };
        let last = Turn::User("What is 47 + 38?".to_owned());
        (0..count).flat_map(exchange).chain([last]).collect()
    };
    let asked = |turns: Vec<Turn>, left_before| {
        let conversation = Conversation {
            turns,
            ..Conversation::default()
        };
        Reply {
            room: 200,
            left_before,
            ..greedy(Template::R1.render(&conversation))
        }
    };
    let whole = ask(&engine, asked(sums(3), 0));
    assert_eq!(whole.statistics.left_out, 0);
    let full = ask(&engine, asked(sums(30), 0));
    let left = full.statistics.left_out;
    assert!(left > 0 && full.statistics.prompt_tokens <= 312, "{full:?}");
    assert_eq!(full.answer, "47 + 38 = 85.");
    // As if it had never been there: the first exchange, and those behind what left.
    let mut without = sums(30);
    without.drain(2..2 + 2 * left as usize);
    let without = ask(&ready(512), asked(without, 0));
    assert_eq!(without.text(), full.text());
    assert_eq!(
        without.statistics.prompt_tokens,
        full.statistics.prompt_tokens
    );
    // The next question moves nothing, so that what was computed is kept.
    let next = ask(&engine, asked(sums(31), left));
    assert_eq!(next.statistics.left_out, left);
    let kept = next.statistics.cached_tokens;
    assert!(kept + 40 > full.statistics.prompt_tokens, "{kept}");
    // Where even that is too little, it is said.
    let mut huge = sums(3);
    huge[0] = Turn::User("What is 1 + 1? ".repeat(100));
    let refused = ask(&engine, asked(huge, 0));
    assert!(
        matches!(&refused.end, End::Failed(failure) if failure.code == FailureCode::PromptTooLong)
    );
}
