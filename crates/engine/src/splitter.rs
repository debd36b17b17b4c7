//! From the bytes that a model writes to whole characters, apart as thinking and answer.
//!
//! A reply starts inside its thinking where the prompt opened it, else a leading `<think>` opens
//! it; the first `</think>` that is not quoted (`quoted`) closes it. At the head of the answer behind it, `<think>` opens
//! another thought, and `</think>` says again what was said. Later tags are text: an answer may quote them. But one that
//! closes a thought where there was none closes all that was written so far, unless it is quoted: some models think
//! though they were told to answer at once.
//!
//! Where the vocabulary has tokens for the tags only those tokens count, else the text is matched, also
//! across tokens. White space around thinking and answer is left out of both.
//!
//! Pure: no clock, no counting (a caller asks [`Splitter::place`] after each token).

mod quoted;
#[cfg(test)]
mod tests;

use crate::prompt::{Begins, THINK_CLOSE, THINK_OPEN};
use quoted::Quoted;

/// What stands between two thoughts of a reply.
const BETWEEN: &str = "\n\n";

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
    /// All of the answer so far was a thought: it comes behind the thinking so far, and these words behind it.
    pub rethought: bool,
    /// To the thinking.
    pub thinking: String,
    /// To the answer.
    pub answer: String,
}

impl Words {
    /// True where nothing was added.
    pub fn is_empty(&self) -> bool {
        self.thinking.is_empty() && self.answer.is_empty() && !self.rethought
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
    /// True once there was a thought.
    has_thought: bool,
    /// True once there was a word of a thought, of one that the prompt repeats too.
    thought: bool,
    /// What the section at hand quotes at its end, as long as a tag may close it.
    quoted: Quoted,
    /// White space behind a tag that closes the section at hand if what follows says so.
    closing: Option<String>,
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
            // What goes on with an answer goes on behind its thought.
            has_thought: matches!(
                begins,
                Begins::InThinking | Begins::OnThinking | Begins::OnAnswer
            ),
            thought: begins == Begins::OnThinking,
            quoted: Quoted::default(),
            closing: None,
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
        match tag {
            Some(_) if self.closing.is_some() => {
                // A tag says nothing of the one before it.
                self.settle("\n.".to_owned(), &mut words);
                let more = self.push(bytes, tag);
                words.thinking.push_str(&more.thinking);
                words.answer.push_str(&more.answer);
            }
            Some(Tag::Open) if self.may_open() => {
                self.flush(&mut words);
                self.enter(Place::Thinking);
            }
            // The prompt opened the thinking and the model did so again.
            Some(Tag::Open) if self.place == Place::Thinking && !self.worded => {}
            Some(Tag::Close) if self.place != Place::Answer => {
                self.flush(&mut words);
                self.close();
            }
            // The thought is closed already.
            Some(Tag::Close) if !self.worded => {}
            Some(Tag::Close) if self.may_close_all() => {
                self.flush(&mut words);
                self.closing = Some(String::new());
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
        let closes = self.closing.take().is_some();
        // A tag behind everything closes nothing that an answer follows: what was written is the answer.
        if closes && self.place == Place::Thinking {
            self.enter(Place::Answer);
        }
        self.flush(&mut words);
        words
    }

    /// Whether an opening tag opens a thought here: before every word of the answer.
    fn may_open(&self) -> bool {
        self.place != Place::Thinking && !self.worded && self.closing.is_none()
    }

    /// Whether a closing tag may close here what was written as an answer.
    fn may_close_all(&self) -> bool {
        let is_open = self.place == Place::Answer && !self.has_thought && self.closing.is_none();
        is_open && self.worded && !self.quoted.is_open()
    }

    fn flush(&mut self, words: &mut Words) {
        let broken = String::from_utf8_lossy(&std::mem::take(&mut self.bytes)).into_owned();
        let text = std::mem::take(&mut self.held) + &broken;
        self.write(&text, words);
    }

    /// Takes a tag that closes a thought, or what may be one; where it may be quoted, what follows it tells.
    fn close(&mut self) {
        if self.place == Place::Thinking && self.quoted.may_be_quote() {
            self.closing = Some(String::new());
        } else {
            self.enter(Place::Answer);
        }
    }

    fn enter(&mut self, place: Place) {
        self.place = place;
        self.space.clear();
        self.worded = false;
        self.quoted = Quoted::default();
        self.has_thought |= place == Place::Thinking;
    }

    fn read(&mut self, text: &str, words: &mut Words) {
        let mut text = std::mem::take(&mut self.held) + text;
        loop {
            text = self.settle(text, words);
            if self.tags == Tags::AsTokens {
                return self.write(&text, words);
            }
            let Some((at, tag)) = self.find(&text) else {
                break;
            };
            self.write(&text[..at], words);
            text = text.split_off(at + tag.text().len());
            match tag {
                Tag::Open if self.place == Place::Thinking => {}
                Tag::Open => self.enter(Place::Thinking),
                Tag::Close if self.place == Place::Thinking => self.close(),
                // Closed already.
                Tag::Close if !self.worded => self.enter(Place::Answer),
                Tag::Close => self.closing = Some(String::new()),
            }
        }
        let keep = self.tail_of_a_tag(&text);
        self.held = text.split_off(text.len() - keep);
        self.write(&text, words);
    }

    /// Finds out by what follows it whether a tag closed what was written; gives the text that is left.
    fn settle(&mut self, mut text: String, words: &mut Words) -> String {
        let Some(mut behind) = self.closing.take() else {
            return text;
        };
        let rest = text.trim_start();
        let rest = text.split_off(text.len() - rest.len());
        behind.push_str(&text);
        let Some(next) = rest.chars().next() else {
            self.closing = Some(behind);
            return rest;
        };
        let first = behind.chars().next().unwrap_or(next);
        let thinks = self.place == Place::Thinking;
        let is_quote = self.quoted.is_closed_by(first);
        if is_quote || (!thinks && self.quoted.is_between(first, next)) {
            self.write(THINK_CLOSE, words);
            self.write(&behind, words);
        } else if thinks {
            self.enter(Place::Answer);
        } else {
            // What came of it in this very token is not told yet.
            words.thinking.push_str(&std::mem::take(&mut words.answer));
            words.rethought = true;
            (self.has_thought, self.thought) = (true, true);
            self.enter(Place::Answer);
        }
        rest
    }

    /// The next tag of a text, at its byte, that is one where it stands.
    fn find(&self, text: &str) -> Option<(usize, Tag)> {
        let word = text.trim_start();
        let is_first = !self.worded && self.closing.is_none();
        if is_first && word.starts_with(THINK_OPEN) {
            return Some((text.len() - word.len(), Tag::Open));
        }
        if is_first && word.starts_with(THINK_CLOSE) {
            return Some((text.len() - word.len(), Tag::Close));
        }
        match self.place {
            Place::Thinking => text.find(THINK_CLOSE).map(|at| (at, Tag::Close)),
            Place::Start | Place::Answer => {
                let mut tags = text.match_indices(THINK_CLOSE);
                let counts = |at: usize| {
                    let before = &text[..at];
                    let has_words = self.worded || !before.trim().is_empty();
                    !self.has_thought
                        && self.closing.is_none()
                        && has_words
                        && !self.quoted.clone().behind(before).is_open()
                };
                tags.find(|(at, _)| counts(*at))
                    .map(|(at, _)| (at, Tag::Close))
            }
        }
    }

    /// How many bytes at the end of a text may become a tag that is one there.
    fn tail_of_a_tag(&self, text: &str) -> usize {
        let is_first = !self.worded && self.closing.is_none();
        let word = text.trim_start();
        if is_first && (THINK_OPEN.starts_with(word) || THINK_CLOSE.starts_with(word)) {
            return text.len();
        }
        let closes = self.place == Place::Thinking || !self.has_thought;
        if closes {
            tail_of(text, THINK_CLOSE)
        } else {
            0
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
            if self.place == Place::Thinking {
                if self.thought && !self.worded {
                    section.push_str(BETWEEN);
                }
                self.thought = true;
            }
            section.push_str(&self.space);
            section.push_str(&word[..end]);
            self.space.clear();
            self.worded = true;
        }
        if self.worded {
            self.space.push_str(&word[end..]);
        }
        if self.place == Place::Thinking || !self.has_thought {
            self.quoted = std::mem::take(&mut self.quoted).behind(text);
        }
    }
}

impl Tag {
    fn text(self) -> &'static str {
        match self {
            Self::Open => THINK_OPEN,
            Self::Close => THINK_CLOSE,
        }
    }
}

/// Length in bytes of the longest end of `text` that is a beginning of `tag`.
fn tail_of(text: &str, tag: &str) -> usize {
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
