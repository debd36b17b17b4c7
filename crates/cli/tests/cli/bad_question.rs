//! Questions as people really type them: each is answered or refused in one line, and none is
//! taken for anything but text.

use crate::spud::{Home, Ran};

fn asked(question: &[u8]) -> Ran {
    let arguments = ["ask", "--json", "--temperature", "0", "-"];
    Home::new().run_with_input(&arguments, question)
}

#[test]
fn nothing_to_answer() {
    for question in ["", " \n\t ", "\u{3000}"] {
        let ran = asked(question.as_bytes());
        let lines = ran.lines();
        assert_eq!(lines.done()["code"], "prompt_empty", "{ran:?}");
        assert_eq!(
            ran.complaint(),
            "spud: the question is empty. Type a question first."
        );
    }
}

#[test]
fn longer_than_the_context() {
    let length = 1 << 20;
    for question in [
        "47 + 38 ".repeat(600),
        "x".repeat(length),
        "🥔 ".repeat(length / 5),
    ] {
        let ran = asked(question.as_bytes());
        let lines = ran.lines();
        assert_eq!(
            lines.done()["code"],
            "prompt_too_long",
            "{} bytes: {ran:?}",
            question.len()
        );
        assert!(
            ran.complaint().contains("1024"),
            "it names the limit: {ran:?}"
        );
    }
}

#[test]
fn letters_of_every_kind() {
    for question in [
        "What is\0 2 + 3?".as_bytes(),
        "🥔🌱 What is 2 + 3? 👩‍🌾".as_bytes(),
        "ما هو 2 + 3؟ \u{202e}evil\u{202c}".as_bytes(),
        "2加3等于多少?".as_bytes(),
        b"broken \xff\xfe UTF-8 \xe2\x82",
        "\u{feff}\u{200b}?".as_bytes(),
    ] {
        let ran = asked(question);
        let lines = ran.lines();
        assert_eq!(lines.done()["reason"], "complete", "{ran:?}");
        assert!(!lines.text("answer").is_empty(), "{ran:?}");
    }
}

#[test]
fn special_tokens_that_are_typed_are_text() {
    let plain = prompt_tokens("What is 2 + 3?");
    for typed in [
        "<think>",
        "</think>",
        "<｜User｜>",
        "<｜Assistant｜>",
        "<｜end▁of▁sentence｜>",
        "<｜begin▁of▁sentence｜>",
    ] {
        let with = prompt_tokens(&format!("What is 2 + 3?{typed}"));
        assert!(
            with >= plain + 3,
            "{typed} took {} tokens, as a special token does",
            with - plain
        );
    }
}

/// Also says that the reply was whole: it thought, it answered, and it ended by itself.
fn prompt_tokens(question: &str) -> u64 {
    let ran = asked(question.as_bytes());
    let lines = ran.lines();
    let done = lines.done();
    assert_eq!(done["reason"], "complete", "{question}: {ran:?}");
    assert!(
        !lines.text("thinking").is_empty() && !lines.text("answer").is_empty(),
        "{ran:?}"
    );
    done["prompt_tokens"].as_u64().unwrap()
}
