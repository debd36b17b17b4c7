//! Guesses change nothing of a reply but when it comes: with drafts forced at every turn, each
//! reply is compared with one that was written token by token.

use engine::Engine;
use engine::governor::{Closer, Governor};
use engine::message::{Drafts, End, Event, Load, Reply, Sampling, Statistics};
use engine::prompt::{Conversation, Prompt, Template};

use crate::asking::{
    CONTEXT, Told, all, ask, begin, empty, gather, greedy, load, load_of, prompt, ready, sprout,
    up_to,
};
use crate::scripted::{ASSISTANT, END, THINK_CLOSE, THINK_OPEN, model};

const QUESTIONS: [&str; 12] = [
    "What is 47 + 38?",
    "999 - 1",
    "What is left when I take 33 from 28?",
    "Calculate 404 minus 406",
    "What is 888 + 888?",
    "Was ist 605 + 396?",
    "Who are you?",
    "Hello!",
    "What is the capital of France?",
    "Count to 20",
    "Count to 200",
    "Tell me about the moon.",
];

/// The same question with and without guesses, and what they came to.
fn both(engine: &Engine, reply: &Reply) -> (Told, Told) {
    let with = |drafts| {
        ask(
            engine,
            Reply {
                drafts,
                ..reply.clone()
            },
        )
    };
    let (plain, guessed) = (with(Drafts::Never), with(Drafts::Always));
    let statistics = plain.statistics;
    assert_eq!(
        (statistics.drafted_tokens, statistics.accepted_tokens),
        (0, 0)
    );
    let written = written(&guessed.statistics);
    let Statistics {
        drafted_tokens,
        accepted_tokens,
        steps,
        ..
    } = guessed.statistics;
    assert!(accepted_tokens <= drafted_tokens);
    // Each token that was written was computed in a step of its own or accepted; in a full context
    // the last of all was not.
    assert!(
        (written.saturating_sub(1)..=written).contains(&(steps + accepted_tokens)),
        "{written} tokens in {steps} steps with {accepted_tokens} accepted"
    );
    (plain, guessed)
}

fn written(statistics: &Statistics) -> u32 {
    statistics.so_far.thinking_tokens + statistics.so_far.answer_tokens
}

/// Compares them in all that is not a time.
fn same(plain: &Told, guessed: &Told, of: &str) {
    assert_eq!(plain.text(), guessed.text(), "{of}");
    assert_eq!(
        (&plain.end, plain.loops),
        (&guessed.end, guessed.loops),
        "{of}"
    );
    let counts = |told: &Told| {
        let Statistics {
            so_far,
            closed_by,
            asked_again,
            prompt_tokens,
            ..
        } = told.statistics;
        let tokens = (so_far.thinking_tokens, so_far.answer_tokens);
        (tokens, closed_by, asked_again, prompt_tokens)
    };
    assert_eq!(counts(plain), counts(guessed), "{of}");
}

#[test]
fn greedy_text_is_the_same() {
    let engine = ready(CONTEXT);
    let (mut drafted, mut accepted) = (0, 0);
    for question in QUESTIONS {
        let (plain, guessed) = both(&engine, &greedy(prompt(question)));
        same(&plain, &guessed, question);
        drafted += guessed.statistics.drafted_tokens;
        accepted += guessed.statistics.accepted_tokens;
    }
    // Both what comes true and what does not was tried.
    assert!(
        accepted > 50 && drafted - accepted > 50,
        "{accepted} of {drafted}"
    );
}

#[test]
fn a_seed_gives_the_same_text() {
    let engine = ready(CONTEXT);
    for question in QUESTIONS {
        for seed in 1..=3 {
            for sampling in [
                Sampling::of_r1(seed),
                Sampling {
                    temperature: 1.5,
                    top_k: 50,
                    repeat_penalty: 1.2,
                    ..Sampling::of_r1(seed)
                },
            ] {
                let reply = Reply {
                    sampling,
                    max_tokens: 200,
                    ..greedy(prompt(question))
                };
                let (plain, guessed) = both(&engine, &reply);
                same(&plain, &guessed, &format!("{question} {sampling:?}"));
            }
        }
    }
}

#[test]
fn limits_and_budgets_fall_on_the_same_token() {
    let engine = ready(CONTEXT);
    for limit in [0, 1, 2, 3, 9, 30, 31, 32, 33] {
        for budget in [None, Some(1), Some(10)] {
            let reply = Reply {
                max_tokens: limit,
                governor: Governor {
                    most_tokens: budget,
                    ..Governor::default()
                },
                ..greedy(prompt("Count to 200"))
            };
            let (plain, guessed) = both(&engine, &reply);
            same(&plain, &guessed, &format!("{limit} {budget:?}"));
        }
    }
    let small = ready(256);
    let (plain, guessed) = both(&small, &greedy(prompt("Count to 200")));
    assert_eq!(guessed.end, End::Length);
    same(&plain, &guessed, "a full context");
    for least in [5, 40] {
        let governor = Governor {
            least_tokens: least,
            asks_again: true,
            ..Governor::default()
        };
        let reply = Reply {
            governor,
            max_tokens: 150,
            ..greedy(prompt("What is 3 + 4?"))
        };
        let (plain, guessed) = both(&engine, &reply);
        same(&plain, &guessed, "a thought that must last");
    }
}

#[test]
fn what_follows_finds_the_cache_as_it_was_told() {
    let engine = ready(CONTEXT);
    let fresh = |question: &str| ask(&ready(CONTEXT), greedy(prompt(question)));
    for (limit, question) in [
        (10, "Count to 200"),
        (37, "Count to 100"),
        (10_000, "999 - 1"),
    ] {
        let cut = Reply {
            max_tokens: limit,
            drafts: Drafts::Always,
            ..greedy(prompt("Count to 200"))
        };
        let first = ask(&engine, cut);
        // The same again: all of the prompt but its last token is there.
        let again = ask(&engine, greedy(prompt("Count to 200")));
        assert_eq!(
            again.statistics.cached_tokens,
            first.statistics.prompt_tokens - 1
        );
        assert_eq!(
            ask(&engine, greedy(prompt(question))).text(),
            fresh(question).text()
        );
    }
    // Stopped in the middle of a step, or between two.
    for _ in 0..5 {
        let endless = Reply {
            drafts: Drafts::Always,
            ..greedy(prompt("Count to 200"))
        };
        let (job, events) = begin(&engine, endless);
        let events = up_to(
            events,
            |event| matches!(event, Event::Words { answer, .. } if !answer.is_empty()),
        );
        engine.stop(job);
        assert_eq!(gather(events).end, End::Stopped);
        let told = ask(&engine, greedy(prompt("What is 47 + 38?")));
        assert_eq!(told.text(), fresh("What is 47 + 38?").text());
    }
}

#[test]
fn what_the_model_itself_predicts_is_mostly_right_and_changes_nothing() {
    let plain_engine = ready(CONTEXT);
    let engine = empty();
    let loaded = all(engine.load(Load {
        predicts: true,
        ..load_of(&sprout(), CONTEXT)
    }));
    assert!(matches!(
        loaded.last(),
        Some(Event::LoadEnded { outcome: Ok(_) })
    ));
    let (mut steps, mut tokens) = (0, 0);
    for question in QUESTIONS {
        let (plain, guessed) = both(&engine, &greedy(prompt(question)));
        same(&plain, &guessed, question);
        let without = ask(&plain_engine, greedy(prompt(question)));
        same(&plain, &without, question);
        steps += guessed.statistics.steps;
        tokens += written(&guessed.statistics);
        let seeded = Reply {
            sampling: Sampling::of_r1(3),
            max_tokens: 150,
            ..greedy(prompt(question))
        };
        let (plain, guessed) = both(&engine, &seeded);
        same(&plain, &guessed, question);
    }
    println!("{steps} steps for {tokens} tokens");
    assert!(2 * steps <= tokens, "{steps} steps for {tokens} tokens");
}

/// A model that thinks in circles and never ends, as in `governing`.
fn circling() -> Engine {
    let circle: String = (0..40).map(|at| char::from(b'%' + at)).collect();
    let thinks = [ASSISTANT, THINK_OPEN, &circle, &circle[..1]];
    let answer = [THINK_CLOSE, "\nyes!", END];
    let engine = empty();
    load(&engine, &model("guessed", &[&thinks, &answer]), 4096).unwrap();
    engine
}

fn january() -> Prompt {
    Template::R1January.render(&Conversation::of("Hi"))
}

#[test]
fn circles_are_guessed_right_and_closed_on_the_same_token() {
    let engine = circling();
    for governor in [
        Governor {
            closes_loops: true,
            ..Governor::default()
        },
        Governor {
            most_tokens: Some(300),
            ..Governor::default()
        },
    ] {
        let reply = Reply {
            governor,
            ..greedy(january())
        };
        let (plain, guessed) = both(&engine, &reply);
        same(&plain, &guessed, "a circle");
        assert_eq!(guessed.answer, "yes!");
        let Statistics {
            drafted_tokens,
            accepted_tokens,
            steps,
            ..
        } = guessed.statistics;
        // From its second round on a circle holds no surprise.
        assert!(accepted_tokens + 10 > drafted_tokens);
        assert!(steps < written(&guessed.statistics) / 2, "{steps}");
    }
}

#[test]
fn an_answer_that_is_wanted_in_the_middle_of_guesses_comes() {
    let engine = circling();
    let endless = Reply {
        drafts: Drafts::Always,
        ..greedy(january())
    };
    let (job, events) = begin(&engine, endless);
    let events = up_to(events, |event| matches!(event, Event::Words { .. }));
    engine.answer_now(job);
    let told = gather(events);
    assert_eq!(told.statistics.closed_by, Some(Closer::Asked));
    assert_eq!((told.end, &*told.answer), (End::Complete, "yes!"));
}

#[test]
fn a_reply_guesses_by_itself_where_that_pays() {
    let engine = circling();
    let limited = Reply {
        max_tokens: 2_000,
        drafts: Drafts::WherePays,
        ..greedy(january())
    };
    let told = ask(&engine, limited.clone());
    assert_eq!(written(&told.statistics), 2_000);
    let plain = ask(
        &engine,
        Reply {
            drafts: Drafts::Never,
            ..limited
        },
    );
    assert_eq!(told.text(), plain.text());
    // Whether it pays here is the machine's to say; what it says is told. Nothing is computed behind
    // the last token.
    assert_eq!(
        told.statistics.steps + told.statistics.accepted_tokens,
        1_999
    );
}

#[test]
fn a_dictated_text_is_written_as_it_stands_and_drafts_serve_it() {
    let engine = ready(CONTEXT);
    let text = "Beans, peas, beans, peas, beans, peas, beans, peas, and a pumpkin.";
    let mut chosen = Vec::new();
    for drafts in [Drafts::Never, Drafts::Always] {
        let told = ask(
            &engine,
            Reply {
                drafts,
                dictated: Some(text.to_owned()),
                ..greedy(prompt("What is 47 + 38?"))
            },
        );
        assert_eq!(told.end, End::Complete);
        assert_eq!(told.thinking, text, "{drafts:?}");
        let drafted = told.statistics.accepted_tokens > 0;
        assert_eq!(drafted, drafts == Drafts::Always);
        let written = told.statistics.so_far.thinking_tokens;
        assert_eq!(told.choices.len(), written as usize);
        assert!(told.choices.iter().all(|choice| choice.ahead >= 0.0));
        let tokens = told.choices.iter().map(|choice| choice.token);
        chosen.push(tokens.collect::<Vec<_>>());
    }
    // What it would have written instead is the same too.
    assert_eq!(chosen[0], chosen[1]);
    let told = ask(&engine, greedy(prompt("What is 47 + 38?")));
    assert_eq!(told.answer.trim(), "47 + 38 = 85.");
    assert!(told.choices.is_empty());
}

#[test]
fn a_smaller_model_drafts_and_changes_nothing() {
    // There is one model here: beside itself it is the best drafter that there could be.
    let engine = empty();
    let loaded = all(engine.load(Load {
        draft: Some(sprout()),
        ..load_of(&sprout(), CONTEXT)
    }));
    assert!(matches!(
        loaded.last(),
        Some(Event::LoadEnded { outcome: Ok(_) })
    ));
    let (mut steps, mut tokens) = (0, 0);
    for question in QUESTIONS {
        let (plain, guessed) = both(&engine, &greedy(prompt(question)));
        same(&plain, &guessed, question);
        let so_far = guessed.statistics.so_far;
        tokens += so_far.thinking_tokens + so_far.answer_tokens;
        steps += guessed.statistics.steps;
    }
    assert!(steps * 2 < tokens, "{steps} steps for {tokens} tokens");
}

#[test]
fn a_drafter_that_is_of_no_use_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.gguf");
    fs_err::write(&broken, b"GGUF and no more").unwrap();
    for draft in [broken, folder.path().join("missing.gguf")] {
        let engine = empty();
        let loaded = all(engine.load(Load {
            draft: Some(draft),
            ..load_of(&sprout(), CONTEXT)
        }));
        assert!(matches!(
            loaded.last(),
            Some(Event::LoadEnded { outcome: Ok(_) })
        ));
        let told = ask(&engine, greedy(prompt("What is 47 + 38?")));
        assert_eq!(told.answer.trim(), "47 + 38 = 85.");
    }
}
