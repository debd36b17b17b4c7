//! `spud ask`: what it prints where, and how it ends.

use crate::spud::{Home, sprout};

/// A question whose reply is long enough to be stopped in.
pub(crate) const LONG: &str = "Count from 1 to 200";

#[test]
fn a_sum_is_answered_with_its_thinking_apart() {
    let ran = Home::new().run(&["ask", "--json", "--temperature", "0", "What is 47 + 38?"]);
    let lines = ran.lines();
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(lines.done()["reason"], "complete");
    assert!(lines.text("answer").contains("85"), "{ran:?}");
    assert!(lines.text("thinking").contains("7+8=15"), "{ran:?}");
    for tag in ["<think>", "</think>", "<｜"] {
        assert!(!ran.output.contains(tag), "{ran:?}");
    }
    let first = &lines.0[0];
    assert_eq!(first["type"], "loading", "{ran:?}");
    let prompt = lines
        .0
        .iter()
        .rfind(|line| line["type"] == "prompt")
        .unwrap();
    assert_eq!(prompt["done"], prompt["total"], "{ran:?}");
}

#[test]
fn the_end_tells_what_the_reply_cost() {
    let ran = Home::new().run(&["ask", "--json", "--seed", "7", "What is 12 + 5?"]);
    let lines = ran.lines();
    let done = lines.done();
    for count in ["prompt_tokens", "thinking_tokens", "answer_tokens"] {
        assert!(done[count].as_u64().unwrap() > 0, "{count}: {done}");
    }
    for rate in ["prompt_per_second", "decode_per_second"] {
        assert!(done[rate].as_f64().unwrap() > 0.0, "{rate}: {done}");
    }
    let drafts = ["drafted_tokens", "accepted_tokens"].map(|count| done[count].as_u64().unwrap());
    assert!(drafts[1] <= drafts[0], "{done}");
    assert_eq!(done["cached_tokens"], 0, "{done}");
    assert_eq!(done["seed"], 7, "{done}");
    assert!(done["threads"].as_u64().unwrap() > 0 && done["gave_way"].is_boolean());
    // Sprout may take less than a millisecond for both.
    assert!(done["load_ms"].is_u64() && done["first_token_ms"].is_u64());
    assert!(done["code"].is_null() && done["message"].is_null());
}

#[test]
fn for_a_person_the_answer_alone_is_on_standard_output() {
    let home = Home::new();
    let ran = home.run(&["ask", "--temperature", "0", "What is 47 + 38?"]);
    assert_eq!(ran.output, "47 + 38 = 85.\n", "{ran:?}");
    assert!(
        ran.errors.contains("7+8=15"),
        "thinking goes to standard error: {ran:?}"
    );
    assert!(ran.errors.contains("tokens/s, seed "), "{ran:?}");
    assert!(
        !ran.errors.contains('\u{1b}'),
        "no colours in a pipe: {ran:?}"
    );

    let quiet = home.run(&[
        "ask",
        "--temperature",
        "0",
        "--no-think-output",
        "What is 47 + 38?",
    ]);
    assert_eq!(quiet.output, ran.output);
    assert!(!quiet.errors.contains("7+8=15"), "{quiet:?}");
    let json = [
        "ask",
        "--json",
        "--no-think-output",
        "--temperature",
        "0",
        "What is 47 + 38?",
    ];
    let json = home.run(&json).lines();
    assert_eq!(json.text("thinking"), "");
    assert!(json.done()["thinking_tokens"].as_u64().unwrap() > 0);
}

#[test]
fn the_question_can_come_from_standard_input_and_the_model_from_a_file() {
    let model = sprout();
    let model = model.to_str().unwrap();
    let arguments = ["ask", "--temperature", "0", "--model", model, "-"];
    let ran = Home::new().run_with_input(&arguments, "What is 9 - 4?\n".as_bytes());
    assert_eq!(ran.output, "9 - 4 = 5.\n", "{ran:?}");
}

#[test]
fn the_same_seed_writes_the_same_reply() {
    let home = Home::new();
    let reply = |seed: u32| {
        let seed = &seed.to_string();
        // A thought that is cut in the middle of a column leaves Sprout unsure of the answer.
        let unsure = [
            "--temperature",
            "5",
            "--think-budget",
            "8",
            "What is 47 + 38?",
        ];
        let ran = home.run(&[&["ask", "--json", "--seed", seed], &unsure[..]].concat());
        assert_eq!(ran.status, Some(0), "{ran:?}");
        let lines = ran.lines();
        lines.text("thinking") + &lines.text("answer")
    };
    let first = reply(11);
    assert_eq!(first, reply(11));
    assert!((12..20).any(|other| reply(other) != first));
}

#[test]
fn a_reply_that_is_cut_says_so_and_is_no_failure() {
    let home = Home::new();
    let ran = home.run(&["ask", "--json", "--max-tokens", "10", LONG]);
    let lines = ran.lines();
    let done = lines.done();
    assert_eq!(
        (ran.status, &done["reason"]),
        (Some(0), &"length".into()),
        "{ran:?}"
    );
    let written = ["thinking_tokens", "answer_tokens"].map(|count| done[count].as_u64().unwrap());
    assert_eq!(written.iter().sum::<u64>(), 10, "{ran:?}");

    let ran = home.run(&["ask", "--max-tokens", "5", "What is 47 + 38?"]);
    assert!(ran.errors.contains("while still thinking"), "{ran:?}");
    assert_eq!(
        ran.output, "",
        "thinking is never printed as the answer: {ran:?}"
    );
}

#[test]
fn a_budget_ends_the_thinking_and_the_answer_follows() {
    // The likeliest tokens: half a thought can lead Sprout anywhere otherwise, even to no end.
    let sure = ["ask", "--json", "--temperature", "0", "--think-budget", "6"];
    let ran = Home::new().run(&[&sure[..], &["What is 47 + 38?"]].concat());
    let lines = ran.lines();
    assert_eq!(lines.done()["reason"], "complete", "{ran:?}");
    assert!(!lines.text("answer").is_empty(), "{ran:?}");
    assert!(!lines.text("thinking").contains("Result"), "{ran:?}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_the_reply_and_its_statistics_are_printed() {
    use rustix::process::{Signal, kill_process};

    let mut running = Home::new().start(&["ask", "--json", LONG]);
    running.line_of("answer");
    kill_process(running.process(), Signal::INT).unwrap();
    let ran = running.end();
    assert_eq!(ran.status, Some(130), "{ran:?}");
    let lines = ran.lines();
    let done = lines.done();
    assert_eq!(done["reason"], "stopped", "{ran:?}");
    assert!(done["answer_tokens"].as_u64().unwrap() > 0, "{ran:?}");
}

#[test]
fn a_reader_that_leaves_ends_the_reply_quietly() {
    let home = Home::new();
    let mut running = home.start(&["ask", "--json", LONG]);
    running.line_of("answer");
    let (status, errors) = running.end_unread();
    // `spud ask … | head -1` has done what was wanted of it.
    assert_eq!((status, errors.as_str()), (Some(0), ""));
}

#[test]
fn wrong_usage_is_told_from_failure() {
    let home = Home::new();
    for wrong in [
        vec!["ask"],
        vec!["ask", "--temperature", "hot", "Hi"],
        vec!["ask", "--max-tokens", "0", "Hi"],
        vec!["ask", "--seed", "-1", "Hi"],
        vec!["dance"],
    ] {
        let ran = home.run(&wrong);
        assert_eq!(ran.status, Some(2), "{wrong:?}: {ran:?}");
        assert_eq!(ran.output, "", "{wrong:?}");
        assert!(ran.errors.starts_with("error: "), "{wrong:?}: {ran:?}");
    }
    let help = home.run(&["help", "ask"]);
    assert!(
        help.output.contains("first_token_ms"),
        "the JSON is documented: {help:?}"
    );
}
