//! Every shape of reply, in pieces of every size.

use super::*;

/// Feeds a reply in pieces of every size and expects the same thinking and answer each time.
fn check(opens: bool, reply: &str, thinking: &str, answer: &str, place: Place) {
    let begins = if opens {
        Begins::InThinking
    } else {
        Begins::Unopened
    };
    check_from(begins, reply, thinking, answer, place);
}

fn check_from(begins: Begins, reply: &str, thinking: &str, answer: &str, place: Place) {
    for size in 1..=reply.len().max(1) {
        let mut splitter = Splitter::new(begins, Tags::AsText);
        let mut words = Words::default();
        for piece in reply.as_bytes().chunks(size) {
            add(&mut words, &splitter.push(piece, None));
        }
        add(&mut words, &splitter.finish());
        let found = (
            words.thinking.as_str(),
            words.answer.as_str(),
            splitter.place(),
        );
        assert_eq!(
            found,
            (thinking, answer, place),
            "{reply:?} in pieces of {size}"
        );
    }
}

fn add(words: &mut Words, more: &Words) {
    if more.rethought {
        words.thinking += &std::mem::take(&mut words.answer);
    }
    words.thinking += &more.thinking;
    words.answer += &more.answer;
}

#[test]
fn every_shape_of_reply_is_split_whatever_the_pieces() {
    use Place::{Answer, Start, Thinking};
    for (opens, reply, thinking, answer, place) in [
        // R1's own template: the prompt opened the thinking.
        (
            true,
            "so 4\n</think>\n\nIt is 4.",
            "so 4",
            "It is 4.",
            Answer,
        ),
        (true, "\n</think>\n\nHello", "", "Hello", Answer),
        (true, "<think>\nagain</think>ok", "again", "ok", Answer),
        // The model opens it itself.
        (
            false,
            "<think>\nso 4\n</think>\n\nIt is 4.",
            "so 4",
            "It is 4.",
            Answer,
        ),
        (false, "\n <think></think>\n\nHello", "", "Hello", Answer),
        (false, "no thought at all", "", "no thought at all", Answer),
        (
            false,
            "<thinking> is a word",
            "",
            "<thinking> is a word",
            Answer,
        ),
        // Cut.
        (true, "so 4, wait", "so 4, wait", "", Thinking),
        (true, "so 4</thin", "so 4</thin", "", Thinking),
        (false, "", "", "", Start),
        (false, "<thi", "", "<thi", Answer),
        // Tags that are text.
        (
            true,
            "a</think>`<think>` and </think>",
            "a",
            "`<think>` and </think>",
            Answer,
        ),
        (true, "a <think> b</think>c", "a <think> b", "c", Answer),
        (true, "a < b </ c</think>d", "a < b </ c", "d", Answer),
        // Characters of several bytes, white space inside kept.
        (
            true,
            "土豆 🥔\n\n\tيد</think>\n🥔 🥔\n",
            "土豆 🥔\n\n\tيد",
            "🥔 🥔",
            Answer,
        ),
    ] {
        check(opens, reply, thinking, answer, place);
    }
}

#[test]
fn a_thought_is_one_wherever_a_model_thinks() {
    use Place::Answer;
    for (begins, reply, thinking, answer, place) in [
        // Told to answer at once, it opens a thought itself.
        (
            Begins::InAnswer,
            "<think>\nso 4\n</think>\n\nIt is 4.",
            "so 4",
            "It is 4.",
            Answer,
        ),
        (Begins::InAnswer, "\n<think></think>4", "", "4", Answer),
        // It thinks and closes what it never opened.
        (
            Begins::InAnswer,
            "5 + 6: 11\n</think>\n\nIt is 11.",
            "5 + 6: 11",
            "It is 11.",
            Answer,
        ),
        (Begins::InAnswer, "so 11</think>11", "so 11", "11", Answer),
        (
            Begins::InAnswer,
            "so 11 </think>\n11",
            "so 11",
            "11",
            Answer,
        ),
        (
            Begins::Unopened,
            "so 11\n</think>\n\n11",
            "so 11",
            "11",
            Answer,
        ),
        (
            Begins::InAnswer,
            "a </think> b\n</think>\nc",
            "a </think> b",
            "c",
            Answer,
        ),
        (
            Begins::InAnswer,
            "so\n</think>\n<think>no\n</think>\n\n11",
            "so\n\nno",
            "11",
            Answer,
        ),
        // At the end of a sentence, on its line.
        (
            Begins::InAnswer,
            "5 + 6 is 11. </think> The answer is 11.",
            "5 + 6 is 11.",
            "The answer is 11.",
            Answer,
        ),
        (
            Begins::InAnswer,
            "5 加 6 等于 11。 </think> 答案是 11。",
            "5 加 6 等于 11。",
            "答案是 11。",
            Answer,
        ),
    ] {
        check_from(begins, reply, thinking, answer, place);
    }
}

#[test]
fn a_thought_that_is_closed_or_opened_again_is_one() {
    use Place::{Answer, Thinking};
    for (begins, reply, thinking, answer, place) in [
        // It closes what is closed: the template closed it, or it did so itself.
        (Begins::InAnswer, "\n</think>\n\n11", "", "11", Answer),
        (Begins::Unopened, "</think>11", "", "11", Answer),
        (
            Begins::InThinking,
            "so 11\n</think>\n</think>\n\n11",
            "so 11",
            "11",
            Answer,
        ),
        (
            Begins::InAnswer,
            "</think>\n<think>so 11</think>11",
            "so 11",
            "11",
            Answer,
        ),
        (
            Begins::InThinking,
            "a</think> <think>b</think> </think> <think> c </think> d",
            "a\n\nb\n\nc",
            "d",
            Answer,
        ),
        // Nothing follows, so it was the answer.
        (
            Begins::InAnswer,
            "It is 11.\n</think>\n",
            "",
            "It is 11.",
            Answer,
        ),
        // A second thought behind the first.
        (
            Begins::InThinking,
            "one\n</think>\n\n<think>\ntwo\n</think>\n\nIt is 3.",
            "one\n\ntwo",
            "It is 3.",
            Answer,
        ),
        (
            Begins::Unopened,
            "<think>a</think><think>b",
            "a\n\nb",
            "",
            Thinking,
        ),
        (
            Begins::InThinking,
            "a</think>b<think>c</think>d",
            "a",
            "b<think>c</think>d",
            Answer,
        ),
    ] {
        check_from(begins, reply, thinking, answer, place);
    }
}

/// By whoever was told to answer at once too.
#[test]
fn a_tag_that_is_quoted_is_text() {
    use Place::Answer;
    for (begins, reply, thinking, answer, place) in [
        (
            Begins::InAnswer,
            "Write `</think>` there.\n\n```\n</think>\n```\nDone",
            "",
            "Write `</think>` there.\n\n```\n</think>\n```\nDone",
            Answer,
        ),
        (
            Begins::InAnswer,
            "The tag </think> ends it, \"</think>\" too, and (</think>).",
            "",
            "The tag </think> ends it, \"</think>\" too, and (</think>).",
            Answer,
        ),
        (
            Begins::InAnswer,
            "~~~xml\n<think>a\n</think>\n~~~\nso\n</think>\nb",
            "~~~xml\n<think>a\n</think>\n~~~\nso",
            "b",
            Answer,
        ),
        (
            Begins::InAnswer,
            "There are two tags. </think> is the second.",
            "",
            "There are two tags. </think> is the second.",
            Answer,
        ),
        // In a thought too, between marks.
        (
            Begins::InThinking,
            "What does `</think>` do? \"</think>\" and （</think>） close.\n</think>\nIt closes.",
            "What does `</think>` do? \"</think>\" and （</think>） close.",
            "It closes.",
            Answer,
        ),
        (
            Begins::InThinking,
            "标签“</think>”和\"</think>\"。</think>好",
            "标签“</think>”和\"</think>\"。",
            "好",
            Answer,
        ),
        (
            Begins::InThinking,
            "```\nlet x = \"a\"</think>\"a\"",
            "```\nlet x = \"a\"",
            "\"a\"",
            Answer,
        ),
        (
            Begins::InThinking,
            "f(`x`</think>`y`",
            "f(`x`",
            "`y`",
            Answer,
        ),
        (Begins::InThinking, "so (`</think>", "so (`", "", Answer),
        (
            Begins::InThinking,
            "so (`</think>\n\nIt is",
            "so (`",
            "It is",
            Answer,
        ),
        // Of other families, and words.
        (
            Begins::InThinking,
            "</thinking> [/THINK] </thought> < /think> </Think>\n</think>a",
            "</thinking> [/THINK] </thought> < /think> </Think>",
            "a",
            Answer,
        ),
        (
            Begins::InAnswer,
            "<thinker>\n</thinking> and [THINK]",
            "",
            "<thinker>\n</thinking> and [THINK]",
            Answer,
        ),
        (
            Begins::OnAnswer,
            " and\n</think>\nso",
            "",
            " and\n</think>\nso",
            Answer,
        ),
    ] {
        check_from(begins, reply, thinking, answer, place);
    }
}

/// The same by tokens: every tag of a text as one.
#[test]
fn a_thought_is_one_by_tokens_too() {
    for (begins, reply, thinking, answer) in [
        (Begins::InAnswer, "<think>a</think>b", "a", "b"),
        (Begins::InAnswer, "so 11\n</think>\n\n11", "so 11", "11"),
        (
            Begins::InAnswer,
            "so</think>\n<think>no</think>11",
            "so\n\nno",
            "11",
        ),
        (Begins::InAnswer, "so 11</think></think>11", "so 11", "11"),
        (Begins::InThinking, "a</think>\n</think>\n\nb", "a", "b"),
        (Begins::InAnswer, "</think>\n\nb", "", "b"),
        (Begins::Unopened, "\n</think>b", "", "b"),
        (
            Begins::InThinking,
            "what `</think>` means</think>It closes",
            "what `</think>` means",
            "It closes",
        ),
        (
            Begins::InThinking,
            "so \"a\"</think>\"a\"",
            "so \"a\"",
            "\"a\"",
        ),
        (Begins::InAnswer, "It is 11.</think>", "", "It is 11."),
        (
            Begins::InAnswer,
            "The tag </think> ends it",
            "",
            "The tag </think> ends it",
        ),
        (
            Begins::InAnswer,
            "`</think>` ends it",
            "",
            "`</think>` ends it",
        ),
        (
            Begins::InThinking,
            "a</think>\n\n<think>b</think>c",
            "a\n\nb",
            "c",
        ),
        (
            Begins::Unopened,
            "<think>a</think>see `<think>`",
            "a",
            "see `<think>`",
        ),
    ] {
        let mut splitter = Splitter::new(begins, Tags::AsTokens);
        let mut words = Words::default();
        let pieces = reply.split_inclusive('>').flat_map(|piece| {
            let tags = [THINK_CLOSE, THINK_OPEN].into_iter();
            let cut = tags
                .filter_map(|tag| piece.strip_suffix(tag))
                .map(str::len)
                .next();
            let (text, tag) = piece.split_at(cut.unwrap_or(piece.len()));
            [text, tag]
        });
        for piece in pieces {
            let tag = match piece {
                THINK_OPEN => Some(Tag::Open),
                THINK_CLOSE => Some(Tag::Close),
                _ => None,
            };
            add(&mut words, &splitter.push(piece.as_bytes(), tag));
        }
        add(&mut words, &splitter.finish());
        let found = (words.thinking.as_str(), words.answer.as_str());
        assert_eq!(found, (thinking, answer), "{reply:?}");
    }
}

#[test]
fn where_tags_are_tokens_their_text_means_nothing() {
    let mut splitter = Splitter::new(Begins::Unopened, Tags::AsTokens);
    let mut words = Words::default();
    for (text, tag) in [
        ("<think>", Some(Tag::Open)),
        ("\nwhat does ", None),
        ("</think>", None),
        (" mean?\n", None),
        ("</think>", Some(Tag::Close)),
        ("\n\nIt closes ", None),
        ("<think>", Some(Tag::Open)),
        (".", None),
    ] {
        add(&mut words, &splitter.push(text.as_bytes(), tag));
    }
    assert_eq!(words.thinking, "what does </think> mean?");
    assert_eq!(words.answer, "It closes <think>.");
}

#[test]
fn broken_bytes_become_one_mark_and_lose_nothing_else() {
    let mut splitter = Splitter::new(Begins::InThinking, Tags::AsTokens);
    assert_eq!(splitter.push(b"a\xf0\x9f", None).thinking, "a");
    assert_eq!(splitter.push(b"b", None).thinking, "\u{FFFD}b");
    assert_eq!(splitter.push(b"\xe5", None), Words::default());
    assert_eq!(splitter.finish().thinking, "\u{FFFD}");
}

#[test]
fn what_goes_on_keeps_the_space_before_its_first_word() {
    for (begins, text, thinking, answer) in [
        (Begins::OnThinking, " and 2\n</think>\n\nso", " and 2", "so"),
        (Begins::OnAnswer, " it is </think>", "", " it is </think>"),
        (Begins::InAnswer, "\n Hello", "", "Hello"),
    ] {
        for tags in [Tags::AsText, Tags::AsTokens] {
            let mut splitter = Splitter::new(begins, tags);
            let mut words = Words::default();
            for piece in text.split_inclusive('>') {
                let (before, tag) = match piece.strip_suffix(THINK_CLOSE) {
                    Some(before) if tags == Tags::AsTokens => (before, Some(Tag::Close)),
                    _ => (piece, None),
                };
                add(&mut words, &splitter.push(before.as_bytes(), None));
                if tag.is_some() {
                    add(&mut words, &splitter.push(THINK_CLOSE.as_bytes(), tag));
                }
            }
            assert_eq!(
                (words.thinking.as_str(), words.answer.as_str()),
                (thinking, answer)
            );
        }
    }
}
