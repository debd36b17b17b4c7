//! The chats of a JSON file one by one, without the file in memory: the elements of a list, those of a list
//! within an object that wraps it, or the objects of a file of lines.
//!
//! This looks at brackets and quotes alone, so that a chat which breaks the rules costs itself and not what
//! stands behind it, and so that what a chat would weigh in memory is known before it is there. What is in
//! it is read by `serde_json`.

use std::io::{self, Read};

use serde_json::Value;

use super::letters::Letters;
use super::room::{HEAVIEST_CHAT, LARGEST_CHAT, MOST_LEVELS};
use super::told::Refusal;

/// Under which names an object has a list of chats.
const LISTS: [&str; 4] = ["chats", "conversations", "data", "items"];

/// The longest name of a list, and the largest head of one that is kept.
const LARGEST_HEAD: usize = 64 << 10;

/// How much of what stands behind a list is kept with its head.
const MOST_OF_A_HEAD: usize = 64;

/// What a value costs in memory beyond its letters: one of an object has a node of a tree.
const COST_OF_A_VALUE: u64 = 72;
const COST_OF_AN_OBJECT: u64 = 640;

/// A picture within the text is longer than this, and is kept to its first letters.
const LONG: usize = 4 << 10;
const KEPT: usize = 128;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Top,
    /// Within a list, and whether an object wraps it.
    List {
        wrapped: bool,
    },
    /// Within an object, behind the list that it wraps.
    Behind,
}

pub(super) struct Items<R> {
    letters: Letters<R>,
    text: Vec<u8>,
    at: usize,
    /// Bytes of text before `text`.
    before: u64,
    place: Place,
    head: Option<Value>,
}

/// Why no more items come.
pub(super) enum Stopped {
    Io(io::Error),
    Refused(Refusal),
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// An item, or why it is none.
pub(super) type Item = Result<Value, Refusal>;

impl<R: Read> Items<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            letters: Letters::new(reader),
            text: Vec::new(),
            at: 0,
            before: 0,
            place: Place::Top,
            head: None,
        }
    }

    /// What stands in the object around the list, as far as it was read.
    pub(super) fn head(&self) -> Option<&Value> {
        self.head.as_ref()
    }

    pub(super) fn next(&mut self) -> Result<Option<Item>, Stopped> {
        loop {
            let Some(byte) = self.next_sign()? else {
                if self.place == Place::Top {
                    return Ok(None);
                }
                self.place = Place::Top;
                return Err(Stopped::Refused(Refusal::CutOff));
            };
            match (self.place, byte) {
                // Between items, also in a sequence of texts (RFC 7464), and signs that belong to nothing.
                (_, b',')
                | (Place::Top, 0x1E)
                | (Place::List { .. }, b':' | b'}')
                | (Place::Behind, b':' | b']') => self.at += 1,
                (Place::Top, b'[') => {
                    self.at += 1;
                    self.place = Place::List { wrapped: false };
                }
                (Place::Top, b'{') => {
                    if let Some(item) = self.object()? {
                        return Ok(Some(item));
                    }
                }
                (Place::Top, _) => {
                    let at = self.before + self.at as u64;
                    return Err(Stopped::Refused(Refusal::NotJson(at)));
                }
                (Place::List { wrapped }, b']') => {
                    self.at += 1;
                    self.place = if wrapped { Place::Behind } else { Place::Top };
                }
                (Place::List { .. }, _) => {
                    let mut out = Out::default();
                    self.value(&mut out)?;
                    return Ok(Some(out.finish()));
                }
                (Place::Behind, b'}') => {
                    self.at += 1;
                    self.place = Place::Top;
                }
                (Place::Behind, _) => self.member()?,
            }
        }
    }

    /// A name and its value behind a list, which may be another list.
    fn member(&mut self) -> Result<(), Stopped> {
        let mut name = Out::default();
        self.value(&mut name)?;
        if self.next_sign()? != Some(b':') {
            return Ok(());
        }
        self.at += 1;
        let name = name.name();
        let is_list = name.as_deref().is_some_and(|name| LISTS.contains(&name));
        if is_list && self.next_sign()? == Some(b'[') {
            self.at += 1;
            self.place = Place::List { wrapped: true };
            return Ok(());
        }
        let mut value = Out::default();
        self.value(&mut value)?;
        if value.raw.len() <= LARGEST_HEAD
            && let (Some(name), Ok(value)) = (name, value.finish())
            && let Some(Value::Object(head)) = &mut self.head
            && head.len() < MOST_OF_A_HEAD
        {
            head.insert(name, value);
        }
        Ok(())
    }

    /// An object at the top: an item by itself, unless it wraps a list.
    fn object(&mut self) -> Result<Option<Item>, Stopped> {
        let mut whole = Out::default();
        self.at += 1;
        whole.open(b'{');
        let mut name = None;
        loop {
            let Some(byte) = self.next_sign()? else {
                return Ok(Some(Err(Refusal::CutOff)));
            };
            match byte {
                b'}' => {
                    self.at += 1;
                    whole.push(b'}');
                    return Ok(Some(whole.finish()));
                }
                b',' | b':' => {
                    if byte == b',' {
                        name = None;
                    }
                    self.at += 1;
                    whole.push(byte);
                }
                b'[' if name
                    .take()
                    .is_some_and(|name: String| LISTS.contains(&name.as_str())) =>
                {
                    self.at += 1;
                    self.place = Place::List { wrapped: true };
                    whole.raw.extend_from_slice(b"null}");
                    let head = whole.raw.len() <= LARGEST_HEAD;
                    self.head = head.then(|| whole.finish().ok()).flatten();
                    return Ok(None);
                }
                b'"' => {
                    let from = whole.raw.len();
                    self.value(&mut whole)?;
                    name = Out::name_in(whole.raw.get(from..).unwrap_or_default());
                }
                b']' => {
                    // Of no list: what follows is not of this object, if of any.
                    self.at += 1;
                    whole.push(byte);
                }
                _ => {
                    self.value(&mut whole)?;
                }
            }
        }
    }

    /// Takes a value; false where the file ends within it.
    fn value(&mut self, out: &mut Out) -> Result<bool, Stopped> {
        let mut depth = 0_usize;
        loop {
            let Some(byte) = self.next_sign()? else {
                out.cut = true;
                return Ok(false);
            };
            match byte {
                b'"' => {
                    if !self.string(out)? {
                        return Ok(false);
                    }
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                    out.open(byte);
                    out.deep |= depth > MOST_LEVELS;
                }
                b'}' | b']' => {
                    if depth == 0 {
                        // Of what is around it.
                        return Ok(true);
                    }
                    depth -= 1;
                    self.at += 1;
                    out.push(byte);
                }
                b',' | b':' => {
                    if depth == 0 {
                        return Ok(true);
                    }
                    self.at += 1;
                    out.weigh(COST_OF_A_VALUE / 2);
                    out.push(byte);
                    continue;
                }
                _ => {
                    // Numbers and words, up to the next sign.
                    let from = out.raw.len();
                    out.push(byte);
                    self.at += 1;
                    while let Some(byte) = self.peek()? {
                        if byte.is_ascii_whitespace() || b",:[]{}\"".contains(&byte) {
                            break;
                        }
                        out.push(byte);
                        self.at += 1;
                    }
                    // As Python writes what is no number.
                    let word = out.raw.get(from..).unwrap_or_default();
                    if matches!(word, b"NaN" | b"Infinity" | b"-Infinity") {
                        out.raw.truncate(from);
                        out.extend(b"null");
                    }
                }
            }
            if depth == 0 {
                return Ok(true);
            }
        }
    }

    /// Takes a string with its quotes.
    fn string(&mut self, out: &mut Out) -> Result<bool, Stopped> {
        out.push(b'"');
        self.at += 1;
        let from = out.raw.len();
        let mut escaped = false;
        let mut dropping = false;
        loop {
            if self.peek()?.is_none() {
                out.cut = true;
                return Ok(false);
            }
            let here = &self.text[self.at..];
            let end = here
                .iter()
                .position(|byte| matches!(byte, b'"' | b'\\') || *byte < 0x20);
            let plain = if escaped {
                0
            } else {
                end.unwrap_or(here.len())
            };
            if plain > 0 {
                if !dropping {
                    out.extend(&here[..plain]);
                }
                self.at += plain;
                let there = out.raw.get(from..).unwrap_or_default();
                if !dropping && there.len() > LONG && is_picture(there) {
                    // Its letters are no words, and there may be more of them than of all else.
                    out.raw.truncate(from + KEPT);
                    dropping = true;
                }
                continue;
            }
            let byte = here[0];
            self.at += 1;
            if byte < 0x20 {
                // Some programs leave these as they are.
                if !dropping {
                    out.extend(match byte {
                        _ if escaped => b"n",
                        b'\n' => b"\\n",
                        b'\t' => b"\\t",
                        _ => b" ",
                    });
                }
                escaped = false;
                continue;
            }
            if byte == b'"' && !escaped {
                out.push(byte);
                return Ok(true);
            }
            if !dropping {
                out.push(byte);
            }
            escaped = byte == b'\\' && !escaped;
        }
    }

    /// The next byte that is no space, still to be taken.
    fn next_sign(&mut self) -> Result<Option<u8>, Stopped> {
        while let Some(byte) = self.peek()? {
            if !byte.is_ascii_whitespace() && byte != 0 {
                return Ok(Some(byte));
            }
            self.at += 1;
        }
        Ok(None)
    }

    fn peek(&mut self) -> Result<Option<u8>, Stopped> {
        while self.at == self.text.len() {
            self.before += self.text.len() as u64;
            self.text.clear();
            self.at = 0;
            if !self.letters.more(&mut self.text)? {
                return Ok(None);
            }
        }
        Ok(self.text.get(self.at).copied())
    }
}

/// A picture, a sound or a file within the text (RFC 2397).
fn is_picture(begin: &[u8]) -> bool {
    let begin = &begin[..begin.len().min(KEPT)];
    begin.is_ascii()
        && begin.starts_with(b"data:")
        && begin.windows(8).any(|here| here == b";base64,")
}

/// A value as it is written, as long as it is small enough.
#[derive(Default)]
struct Out {
    raw: Vec<u8>,
    weight: u64,
    deep: bool,
    large: bool,
    cut: bool,
}

impl Out {
    fn push(&mut self, byte: u8) {
        self.extend(&[byte]);
    }

    fn open(&mut self, byte: u8) {
        self.weigh(if byte == b'{' {
            COST_OF_AN_OBJECT
        } else {
            COST_OF_A_VALUE
        });
        self.push(byte);
    }

    fn extend(&mut self, bytes: &[u8]) {
        self.weigh(bytes.len() as u64);
        if !self.large {
            self.raw.extend_from_slice(bytes);
        }
    }

    fn weigh(&mut self, cost: u64) {
        self.weight += cost;
        if self.weight > HEAVIEST_CHAT || self.raw.len() as u64 > LARGEST_CHAT {
            self.large = true;
            self.raw = Vec::new();
        }
    }

    fn name(&self) -> Option<String> {
        Self::name_in(&self.raw)
    }

    fn name_in(raw: &[u8]) -> Option<String> {
        let name = raw.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        (name.len() <= 32).then(|| String::from_utf8_lossy(name).into_owned())
    }

    fn finish(mut self) -> Item {
        if self.large {
            return Err(Refusal::TooLarge);
        }
        if self.deep {
            return Err(Refusal::TooDeep);
        }
        if self.cut {
            return Err(Refusal::CutOff);
        }
        mend_surrogates(&mut self.raw);
        let mut reader = serde_json::Deserializer::from_slice(&self.raw);
        // Counted above.
        reader.disable_recursion_limit();
        let read = serde::Deserialize::deserialize(&mut reader).and_then(|value| {
            reader.end()?;
            Ok(value)
        });
        read.map_err(|error: serde_json::Error| Refusal::Damaged(format!("no JSON: {error}")))
    }
}

/// Makes half a surrogate, which some programs leave where they cut a text, the sign of a letter that was
/// lost. It is as long.
fn mend_surrogates(raw: &mut [u8]) {
    let unit = |raw: &[u8], at: usize| -> Option<u16> {
        let digits = raw.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let mut at = 0;
    while let Some(next) = raw
        .get(at..)
        .and_then(|rest| rest.iter().position(|byte| *byte == b'\\'))
    {
        at += next;
        match unit(raw, at) {
            Some(0xD800..=0xDBFF) if matches!(unit(raw, at + 6), Some(0xDC00..=0xDFFF)) => {
                at += 12;
            }
            Some(0xD800..=0xDFFF) => {
                raw[at + 2..at + 6].copy_from_slice(b"fffd");
                at += 6;
            }
            Some(_) => at += 6,
            None => at += 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn all(text: &str) -> (Vec<Item>, Option<Refusal>) {
        let mut items = Items::new(text.as_bytes());
        let mut found = Vec::new();
        loop {
            match items.next() {
                Ok(Some(item)) => found.push(item),
                Ok(None) => return (found, None),
                Err(Stopped::Refused(why)) => return (found, Some(why)),
                Err(Stopped::Io(error)) => panic!("{error}"),
            }
        }
    }

    #[test]
    fn chats_come_one_by_one_whatever_is_around_them() {
        let two = vec![Ok(json!({"a": "]}\""})), Ok(json!([1]))];
        for text in [
            r#"[{"a":"]}\""},[1]]"#,
            " [ {\"a\" : \"]}\\\"\" } ,\n[1]\n]\n",
            r#"{"form":"x","chats":[{"a":"]}\""},[1]],"behind":{"chats":[7]}}"#,
            r#"{"conversations":[{"a":"]}\""}],"x":1,"items":[[1]]}"#,
            "{\"a\":\"]}\\\"\"}\n[[1]]\n",
        ] {
            assert_eq!(all(text), (two.clone(), None), "{text}");
        }
        assert_eq!(all(""), (vec![], None));
        let mut wrapped = Items::new(br#"{"form":"f","n":[1],"chats":[2]}"#.as_slice());
        assert_eq!(wrapped.next().ok(), Some(Some(Ok(json!(2)))));
        assert_eq!(
            wrapped.head(),
            Some(&json!({"form": "f", "n": [1], "chats": null}))
        );
        // An object by itself.
        let one = r#"{"id":1,"messages":[{"chats":[1]}]}"#;
        assert_eq!(
            all(one),
            (vec![Ok(serde_json::from_str(one).unwrap())], None)
        );
    }

    #[test]
    fn an_odd_one_costs_itself() {
        let (found, stopped) = all(r#"[{"a":1},{"a":tru},{"a":2}]"#);
        assert_eq!(stopped, None);
        assert!(matches!(found[1], Err(Refusal::Damaged(_))));
        assert_eq!(
            (&found[0], &found[2]),
            (&Ok(json!({"a": 1})), &Ok(json!({"a": 2})))
        );
        let deep = format!("[{}{},1]", "[".repeat(9_999), "]".repeat(9_999));
        assert_eq!(all(&deep).0, vec![Err(Refusal::TooDeep), Ok(json!(1))]);
        let many = format!("[[{}0],1]", "{},".repeat(200_000));
        assert_eq!(all(&many).0, vec![Err(Refusal::TooLarge), Ok(json!(1))]);
        let (found, stopped) = all(r#"[{"a":1},{"a":"#);
        assert_eq!(found, vec![Ok(json!({"a": 1})), Err(Refusal::CutOff)]);
        assert_eq!(stopped, Some(Refusal::CutOff));
        assert_eq!(all("<html>").1, Some(Refusal::NotJson(0)));
        assert_eq!(all("[\"a\nb\tc\"]").0, vec![Ok(json!("a\nb\tc"))]);
    }

    #[test]
    fn half_a_surrogate_is_a_lost_letter_and_a_whole_one_is_its_letter() {
        let text = r#"["a \ud83d b", "\ude00", "\ud83d\ude00", "\\ud83d", "\ud83d\ud83d\ude00"]"#;
        let words = ["a \u{FFFD} b", "\u{FFFD}", "😀", "\\ud83d", "\u{FFFD}😀"];
        let right: Vec<Item> = words.iter().map(|word| Ok(json!(word))).collect();
        assert_eq!(all(text), (right, None));
    }

    #[test]
    fn a_picture_within_the_text_is_cut_and_words_are_not() {
        let picture = format!("data:image/png;base64,{}", "A".repeat(9_000));
        let words = format!("data: {}", "word ".repeat(9_000));
        let (found, _) = all(&json!([picture, words]).to_string());
        assert_eq!(found[1], Ok(json!(words)));
        assert_eq!(found[0].as_ref().unwrap().as_str().unwrap().len(), KEPT);
    }
}
