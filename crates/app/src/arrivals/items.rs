//! The chats of a JSON file one by one, without the file in memory: the elements of a list, those of a list
//! within an object that wraps it, or the objects of a file of lines.
//!
//! Brackets and quotes alone are looked at (`signs`), so that a chat which breaks the rules costs itself and
//! not what stands behind it. What is in it is read by `serde_json`, where it is small enough (`written`).

mod signs;
mod written;

use std::io::{self, Read};

use serde_json::Value;

use super::told::Refusal;
use signs::Signs;
use written::Written;

/// Under which names an object has a list of chats.
const LISTS: [&str; 4] = ["chats", "conversations", "data", "items"];

/// The longest name of a list, and the largest head of one that is kept.
const LARGEST_HEAD: usize = 64 << 10;

/// How much of what stands behind a list is kept with its head.
const MOST_OF_A_HEAD: usize = 64;

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
    signs: Signs<R>,
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
            signs: Signs::new(reader),
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
            let Some(byte) = self.signs.next_sign()? else {
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
                | (Place::Behind, b':' | b']') => self.signs.take(),
                (Place::Top, b'[') => {
                    self.signs.take();
                    self.place = Place::List { wrapped: false };
                }
                (Place::Top, b'{') => {
                    if let Some(item) = self.object()? {
                        return Ok(Some(item));
                    }
                }
                (Place::Top, _) => {
                    return Err(Stopped::Refused(Refusal::NotJson(self.signs.place())));
                }
                (Place::List { wrapped }, b']') => {
                    self.signs.take();
                    self.place = if wrapped { Place::Behind } else { Place::Top };
                }
                (Place::List { .. }, _) => {
                    let mut out = Written::default();
                    self.signs.value(&mut out)?;
                    return Ok(Some(out.finish()));
                }
                (Place::Behind, b'}') => {
                    self.signs.take();
                    self.place = Place::Top;
                }
                (Place::Behind, _) => self.member()?,
            }
        }
    }

    /// A name and its value behind a list, which may be another list.
    fn member(&mut self) -> Result<(), Stopped> {
        let mut name = Written::default();
        self.signs.value(&mut name)?;
        if self.signs.next_sign()? != Some(b':') {
            return Ok(());
        }
        self.signs.take();
        let name = name.name();
        let is_list = name.as_deref().is_some_and(|name| LISTS.contains(&name));
        if is_list && self.signs.next_sign()? == Some(b'[') {
            self.signs.take();
            self.place = Place::List { wrapped: true };
            return Ok(());
        }
        let mut value = Written::default();
        self.signs.value(&mut value)?;
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
        let mut whole = Written::default();
        self.signs.take();
        whole.open(b'{');
        let mut name = None;
        loop {
            let Some(byte) = self.signs.next_sign()? else {
                return Ok(Some(Err(Refusal::CutOff)));
            };
            match byte {
                b'}' => {
                    self.signs.take();
                    whole.push(b'}');
                    return Ok(Some(whole.finish()));
                }
                b',' | b':' => {
                    if byte == b',' {
                        name = None;
                    }
                    self.signs.take();
                    whole.push(byte);
                }
                b'[' if name
                    .take()
                    .is_some_and(|name: String| LISTS.contains(&name.as_str())) =>
                {
                    self.signs.take();
                    self.place = Place::List { wrapped: true };
                    whole.raw.extend_from_slice(b"null}");
                    let head = whole.raw.len() <= LARGEST_HEAD;
                    self.head = head.then(|| whole.finish().ok()).flatten();
                    return Ok(None);
                }
                b'"' => {
                    let from = whole.raw.len();
                    self.signs.value(&mut whole)?;
                    name = Written::name_in(whole.raw.get(from..).unwrap_or_default());
                }
                b']' => {
                    // Of no list: what follows is not of this object, if of any.
                    self.signs.take();
                    whole.push(byte);
                }
                _ => {
                    self.signs.value(&mut whole)?;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::signs::KEPT;
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
