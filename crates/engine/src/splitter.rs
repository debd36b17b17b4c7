//! From the bytes that a model writes to whole characters, apart as thinking and answer.
//!
//! A reply starts inside its thinking where the prompt opened it, else a leading `<think>` opens
//! it; the first `</think>` closes it. Later tags are text: an answer may quote them. Where the
//! vocabulary has tokens for the tags only those tokens count, else the text is matched, also
//! across tokens. White space around thinking and answer is left out of both.
//!
//! Pure: no clock, no counting (a caller asks [`Splitter::place`] after each token).

use crate::prompt::{Begins, THINK_CLOSE, THINK_OPEN};

/// Where in a reply its next word belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Nothing but white space was written, and the thinking is not open.
    Start,
    /// Between the tags.
    Thinking,
    /// After the closing tag, or without any.
    Answer,
}

/// A tag that a token stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// `<think>`
    Open,
    /// `</think>`
    Close,
}

/// How tags are recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tags {
    /// By their tokens; the caller names them.
    AsTokens,
    /// By their text.
    AsText,
}

/// What a token added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// To the thinking.
    pub thinking: String,
    /// To the answer.
    pub answer: String,
}

impl Words {
    /// True where nothing was added.
    pub fn is_empty(&self) -> bool {
        self.thinking.is_empty() && self.answer.is_empty()
    }
}

/// The state of one reply.
#[derive(Debug)]
pub struct Splitter {
    place: Place,
    tags: Tags,
    /// The last bytes, as long as they are no whole character.
    bytes: Vec<u8>,
    /// The last characters, as long as they may become a tag.
    held: String,
    /// White space that is written only when something follows it.
    space: String,
    /// True once this section holds a word.
    worded: bool,
}

impl Splitter {
    /// A reply that begins there.
    pub fn new(begins: Begins, tags: Tags) -> Self {
        Self {
            place: match begins {
                Begins::Unopened => Place::Start,
                Begins::InThinking | Begins::OnThinking => Place::Thinking,
                Begins::InAnswer | Begins::OnAnswer => Place::Answer,
            },
            tags,
            bytes: Vec::new(),
            held: String::new(),
            space: String::new(),
            worded: matches!(begins, Begins::OnThinking | Begins::OnAnswer),
        }
    }

    /// Where the next word belongs.
    pub fn place(&self) -> Place {
        self.place
    }

    /// True where the section at hand has a word.
    pub fn has_words(&self) -> bool {
        self.worded
    }

    /// Takes the bytes of one token, and the tag that it stands for if any.
    pub fn push(&mut self, bytes: &[u8], tag: Option<Tag>) -> Words {
        let mut words = Words::default();
        match (tag, self.place) {
            (Some(Tag::Open), Place::Start) => self.enter(Place::Thinking),
            // The prompt opened the thinking and the model did so again.
            (Some(Tag::Open), Place::Thinking) if !self.worded => {}
            (Some(Tag::Close), Place::Start | Place::Thinking) => {
                self.flush(&mut words);
                self.enter(Place::Answer);
            }
            _ => {
                self.bytes.extend_from_slice(bytes);
                let text = take_characters(&mut self.bytes);
                self.read(&text, &mut words);
            }
        }
        words
    }

    /// Ends the reply: what was held back is text after all.
    pub fn finish(&mut self) -> Words {
        let mut words = Words::default();
        self.flush(&mut words);
        words
    }

    fn flush(&mut self, words: &mut Words) {
        let broken = String::from_utf8_lossy(&std::mem::take(&mut self.bytes)).into_owned();
        let text = std::mem::take(&mut self.held) + &broken;
        self.write(&text, words);
    }

    fn enter(&mut self, place: Place) {
        self.place = place;
        self.space.clear();
        self.worded = false;
    }

    fn read(&mut self, text: &str, words: &mut Words) {
        if self.tags == Tags::AsTokens {
            return self.write(text, words);
        }
        let mut text = std::mem::take(&mut self.held) + text;
        loop {
            let tag = match self.place {
                Place::Start => THINK_OPEN,
                Place::Thinking if !self.worded && text.trim_start().starts_with(THINK_OPEN) => {
                    // The prompt opened the thinking and the model did so again.
                    let space = text.len() - text.trim_start().len();
                    text = text.split_off(space + THINK_OPEN.len());
                    THINK_CLOSE
                }
                Place::Thinking => THINK_CLOSE,
                Place::Answer => return self.write(&text, words),
            };
            if self.place == Place::Start {
                let word = text.trim_start();
                if let Some(rest) = word.strip_prefix(tag) {
                    text = text.split_off(text.len() - rest.len());
                    self.enter(Place::Thinking);
                } else if tag.starts_with(word) {
                    // Nothing yet, or the first letters of the tag.
                    self.held = text;
                    return;
                } else {
                    self.enter(Place::Answer);
                }
            } else if let Some(at) = text.find(tag) {
                self.write(&text[..at], words);
                text = text.split_off(at + tag.len());
                self.enter(Place::Answer);
            } else {
                let again = !self.worded && THINK_OPEN.starts_with(text.trim_start());
                let keep = if again {
                    text.len()
                } else {
                    tail_of_a_tag(&text, tag)
                };
                self.held = text.split_off(text.len() - keep);
                return self.write(&text, words);
            }
        }
    }

    /// Adds text to the section at hand, without white space at its two ends.
    fn write(&mut self, text: &str, words: &mut Words) {
        let word = if self.worded { text } else { text.trim_start() };
        let end = word.trim_end().len();
        if end > 0 {
            if self.place == Place::Start {
                self.enter(Place::Answer);
            }
            let section = match self.place {
                Place::Thinking => &mut words.thinking,
                Place::Start | Place::Answer => &mut words.answer,
            };
            section.push_str(&self.space);
            section.push_str(&word[..end]);
            self.space.clear();
            self.worded = true;
        }
        if self.worded {
            self.space.push_str(&word[end..]);
        }
    }
}

/// Length in bytes of the longest end of `text` that is a beginning of `tag`.
fn tail_of_a_tag(text: &str, tag: &str) -> usize {
    (1..tag.len())
        .rev()
        .find(|length| text.ends_with(&tag[..*length]))
        .unwrap_or(0)
}

/// Takes all whole characters off the front; bytes that can never become one turn into U+FFFD.
fn take_characters(bytes: &mut Vec<u8>) -> String {
    let mut text = String::new();
    let mut rest = bytes.as_slice();
    loop {
        match std::str::from_utf8(rest) {
            Ok(valid) => {
                text.push_str(valid);
                bytes.clear();
                return text;
            }
            Err(error) => {
                let (valid, after) = rest.split_at(error.valid_up_to());
                text.push_str(std::str::from_utf8(valid).expect("BUG: checked just now"));
                if let Some(length) = error.error_len() {
                    text.push(char::REPLACEMENT_CHARACTER);
                    rest = &after[length..];
                } else {
                    *bytes = after.to_vec();
                    return text;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds a reply in pieces of every size and expects the same thinking and answer each time.
    fn check(opens: bool, reply: &str, thinking: &str, answer: &str, place: Place) {
        for size in 1..=reply.len().max(1) {
            let begins = if opens {
                Begins::InThinking
            } else {
                Begins::Unopened
            };
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
}
