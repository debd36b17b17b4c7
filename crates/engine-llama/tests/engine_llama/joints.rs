//! Where a template's text and a person's meet in a prompt: nothing stands between them that neither wrote.

use engine::prompt::{Begins, Prompt, Segment};

use crate::asking::{ask, empty, greedy, load};
use crate::scripted::{END, spaced};

const BEGIN: &str = "<｜begin▁of▁sentence｜>";

/// The space that a vocabulary of SentencePiece's puts before a text, as every letter here a token.
const SPACE: u32 = 1;

fn special(text: &str) -> Segment {
    Segment::Special(text.to_owned())
}

fn text(text: &str) -> Segment {
    Segment::Text(text.to_owned())
}

/// A text begins with a space behind a token that is no text, and at the beginning.
#[test]
fn a_text_that_goes_on_begins_with_no_space_of_its_own() {
    let engine = empty();
    load(&engine, &spaced("joints"), 1024).unwrap();
    for (segments, tokens) in [
        (vec![text("hi")], SPACE + 2),
        (vec![text("hi"), text("!")], SPACE + 3),
        // As Llama 2's template writes it.
        (
            vec![
                special(&format!("{BEGIN}[INST] ")),
                text("hi"),
                special(" [/INST]"),
            ],
            1 + SPACE + 6 + SPACE + 2 + SPACE + 7,
        ),
        // Behind a token there is one, as in a text that llama.cpp is given whole.
        (
            vec![special(BEGIN), text("hi"), special(END), text("ho")],
            1 + SPACE + 2 + 1 + SPACE + 2,
        ),
        // Line ends stay.
        (
            vec![special("User:\n"), text("\nhi\n"), special("\nBot:")],
            SPACE + 6 + 4 + 5,
        ),
        (
            vec![special("User:"), text(""), special("Bot:")],
            SPACE + 5 + 4,
        ),
        // A tag that a person typed is cut apart, and not by spaces.
        (vec![text("a</think>b")], SPACE + 10),
    ] {
        let prompt = Prompt {
            segments: segments.clone(),
            begins: Begins::InAnswer,
            exchanges: Vec::new(),
        };
        let told = ask(&engine, greedy(prompt));
        assert_eq!(told.statistics.prompt_tokens, tokens, "{segments:?}");
    }
}
