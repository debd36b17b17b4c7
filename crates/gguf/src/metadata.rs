//! The key-value part of a header: everything is checked, little is kept.
//!
//! Kept are numbers, the few texts that Spud uses, the vocabulary, and of what type everything is; the
//! rest is walked over without allocating. Not here: what a key means (`geometry`, `header`, `needs`).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::error::{Error, Named, shown};
use crate::limits;
use crate::source::Source;
use crate::tokens::Tokens;

/// Where the chat template lies; named variants follow after a dot.
pub(crate) const TEMPLATE: &str = "tokenizer.chat_template";
const TOKENS: &str = "tokenizer.ggml.tokens";
const SCORES: &str = "tokenizer.ggml.scores";
const TOKEN_TYPES: &str = "tokenizer.ggml.token_type";
/// How a text becomes tokens, `gpt2` for the whole R1 family.
pub(crate) const TOKENIZER: &str = "tokenizer.ggml.model";
/// How a text is cut before that.
pub(crate) const TOKENIZER_PRE: &str = "tokenizer.ggml.pre";
/// Texts that are kept; all others are only measured.
const KEPT_TEXTS: [&str; 5] = [
    "general.architecture",
    "general.name",
    TEMPLATE,
    TOKENIZER,
    TOKENIZER_PRE,
];
/// Ends the name of the text that says how positions are stretched; kept too.
pub(crate) const ROPE_SCALING: &str = "rope.scaling.type";

// The value types of `gguf.h`.
pub(crate) const UINT16: u32 = 2;
pub(crate) const UINT32: u32 = 4;
const INT32: u32 = 5;
pub(crate) const FLOAT32: u32 = 6;
pub(crate) const BOOL: u32 = 7;
pub(crate) const STRING: u32 = 8;
pub(crate) const ARRAY: u32 = 9;

/// llama.cpp's `LLAMA_TOKEN_TYPE_BYTE`.
const BYTE_TOKEN: i32 = 6;

/// A value as far as it is kept.
#[derive(Debug)]
enum Value {
    Whole(i128),
    Fraction(f32),
    Flag(bool),
    Text(String),
    /// A list whose entries are of this type.
    List(u32),
    /// There, checked, and not kept.
    Other,
}

/// The checked keys of one file.
#[derive(Debug, Default)]
pub(crate) struct Metadata {
    file: String,
    values: BTreeMap<String, (u32, Value)>,
    tokens: Option<Tokens>,
    scores: Option<u64>,
    token_types: Option<u64>,
    has_byte_tokens: bool,
}

impl Metadata {
    /// Reads `count` keys with their values, `count` being within its limit.
    pub(crate) fn read(source: &mut Source<'_>, count: u64) -> Result<Self, Error> {
        let mut metadata = Self {
            file: source.file(),
            ..Self::default()
        };
        for _ in 0..count {
            let key = read_key(source)?;
            let kind = source.u32()?;
            let value = metadata.read_value(source, &key, kind)?;
            match metadata.values.entry(key) {
                Entry::Vacant(place) => place.insert((kind, value)),
                Entry::Occupied(place) => {
                    return Err(source.broken(place.key(), "appears twice"));
                }
            };
        }
        metadata.check_vocabulary(source)?;
        Ok(metadata)
    }

    fn read_value(
        &mut self,
        source: &mut Source<'_>,
        key: &str,
        kind: u32,
    ) -> Result<Value, Error> {
        Ok(match kind {
            0 => Value::Whole(u8::from_le_bytes(source.bytes()?).into()),
            1 => Value::Whole(i8::from_le_bytes(source.bytes()?).into()),
            UINT16 => Value::Whole(u16::from_le_bytes(source.bytes()?).into()),
            3 => Value::Whole(i16::from_le_bytes(source.bytes()?).into()),
            UINT32 => Value::Whole(source.u32()?.into()),
            INT32 => Value::Whole(i32::from_le_bytes(source.bytes()?).into()),
            10 => Value::Whole(source.u64()?.into()),
            11 => Value::Whole(i64::from_le_bytes(source.bytes()?).into()),
            FLOAT32 => Value::Fraction(f32::from_le_bytes(source.bytes()?)),
            12 => {
                source.skip(8)?;
                Value::Other
            }
            BOOL => match source.bytes()? {
                [answer @ (0 | 1)] => Value::Flag(answer == 1),
                [_] => return Err(source.broken(key, "is neither true nor false")),
            },
            STRING => read_text(source, key)?,
            ARRAY => Value::List(self.read_array(source, key)?),
            _ => return Err(source.broken(key, "has an unknown value type")),
        })
    }

    /// Gives the type of its entries.
    fn read_array(&mut self, source: &mut Source<'_>, key: &str) -> Result<u32, Error> {
        let kind = source.u32()?;
        let count = source.u64()?;
        if count > limits::ARRAY_ENTRIES {
            return Err(source.broken(key, "has more than 4,194,304 entries"));
        }
        let entry_bytes = match kind {
            0 | 1 | BOOL => 1,
            2 | 3 => 2,
            4 | INT32 | FLOAT32 => 4,
            // A string is at least its own length.
            STRING | 10..=12 => 8,
            ARRAY => return Err(source.broken(key, "is an array of arrays")),
            _ => return Err(source.broken(key, "has an unknown entry type")),
        };
        let bytes = count * entry_bytes;
        if bytes > source.left() {
            return Err(source.truncated(source.position().saturating_add(bytes)));
        }
        // llama.cpp took these three for what they should be without asking for long.
        match (key, kind) {
            (TOKENS, STRING) => {
                self.tokens = Some(Tokens::read(source, count)?);
                return Ok(kind);
            }
            (TOKENS, _) => return Err(source.broken(key, "is not an array of strings")),
            (SCORES, FLOAT32) => self.scores = Some(count),
            (SCORES, _) => return Err(source.broken(key, "is not an array of 32-bit floats")),
            (TOKEN_TYPES, INT32) => {
                self.token_types = Some(count);
                for _ in 0..count {
                    let kind = i32::from_le_bytes(source.bytes()?);
                    self.has_byte_tokens |= kind == BYTE_TOKEN;
                }
                return Ok(kind);
            }
            (TOKEN_TYPES, _) => return Err(source.broken(key, "is not an array of integers")),
            _ => {}
        }
        if kind == STRING {
            for _ in 0..count {
                source.skip_string(limits::STRING_BYTES, key, "has an entry longer than 16 MiB")?;
            }
            return Ok(kind);
        }
        source.skip(bytes)?;
        Ok(kind)
    }

    /// Token list, scores and types have one length: the engine reads them by one index.
    fn check_vocabulary(&self, source: &Source<'_>) -> Result<(), Error> {
        let tokens = self
            .tokens
            .as_ref()
            .map_or(0, |tokens| u64::from(tokens.count()));
        for (key, count) in [(SCORES, self.scores), (TOKEN_TYPES, self.token_types)] {
            if count.is_some_and(|count| count != tokens) {
                return Err(source.broken(key, "has another length than the token list"));
            }
        }
        Ok(())
    }

    /// How many keys there are.
    pub(crate) fn count(&self) -> u64 {
        self.values.len() as u64
    }

    pub(crate) fn tokens(&self) -> Option<&Tokens> {
        self.tokens.as_ref()
    }

    fn value(&self, key: &str) -> Option<&Value> {
        self.values.get(key).map(|(_, value)| value)
    }

    /// The type of a key's value, if it is there.
    pub(crate) fn kind(&self, key: &str) -> Option<u32> {
        self.values.get(key).map(|(kind, _)| *kind)
    }

    /// The type of a list's entries, if the key is there and holds a list.
    pub(crate) fn list(&self, key: &str) -> Option<u32> {
        match self.value(key) {
            Some(Value::List(kind)) => Some(*kind),
            _ => None,
        }
    }

    /// A yes or no, if the key is there and holds one.
    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        match self.value(key) {
            Some(Value::Flag(flag)) => Some(*flag),
            _ => None,
        }
    }

    /// A number with a fraction, if the key is there and of 32 bits.
    pub(crate) fn fraction(&self, key: &str) -> Option<f32> {
        match self.value(key) {
            Some(Value::Fraction(value)) => Some(*value),
            _ => None,
        }
    }

    /// Whether a token is said to stand for a byte.
    pub(crate) fn has_byte_tokens(&self) -> bool {
        self.has_byte_tokens
    }

    /// A whole number that fits `u32`, if the key is there.
    pub(crate) fn number(&self, key: &str) -> Result<Option<u32>, Error> {
        match self.value(key) {
            None => Ok(None),
            Some(&Value::Whole(value)) => u32::try_from(value)
                .map(Some)
                .map_err(|_| self.broken(key, "is out of range for a 32-bit number")),
            Some(_) => Err(self.broken(key, "is not a whole number")),
        }
    }

    /// One of the kept texts, if the key is there.
    pub(crate) fn text(&self, key: &str) -> Result<Option<&str>, Error> {
        match self.value(key) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(_) => Err(self.broken(key, "is not a text")),
        }
    }

    /// The error of a tensor that has not the shape that it should have.
    pub(crate) fn misshapen(&self, tensor: &str, found: [u64; 4], expected: [u64; 4]) -> Error {
        Error::Shape {
            file: self.file.clone(),
            tensor: tensor.to_owned(),
            found,
            expected,
        }
    }

    /// A name that the linked llama.cpp does not know.
    pub(crate) fn later(&self, what: Named, name: &str) -> Error {
        Error::Later {
            file: self.file.clone(),
            what,
            name: shown(name.as_bytes()),
        }
    }

    pub(crate) fn broken(&self, key: &str, rule: &'static str) -> Error {
        Error::Broken {
            file: self.file.clone(),
            field: key.to_owned(),
            rule,
        }
    }
}

fn read_key(source: &mut Source<'_>) -> Result<String, Error> {
    let mut key = Vec::new();
    source.string_into(
        &mut key,
        limits::KEY_BYTES,
        "header",
        "has a key longer than 64 KiB",
    )?;
    if key.is_empty() {
        return Err(source.broken("header", "has a key without a name"));
    }
    String::from_utf8(key).map_err(|error| source.broken(error.as_bytes(), "is not UTF-8"))
}

fn read_text(source: &mut Source<'_>, key: &str) -> Result<Value, Error> {
    let (most, rule) = if key.starts_with(TEMPLATE) {
        (limits::TEMPLATE_BYTES, "is longer than 256 KiB")
    } else {
        (limits::STRING_BYTES, "is longer than 16 MiB")
    };
    if !KEPT_TEXTS.contains(&key) && !key.ends_with(ROPE_SCALING) {
        source.skip_string(most, key, rule)?;
        return Ok(Value::Other);
    }
    let mut text = Vec::new();
    source.string_into(&mut text, most, key, rule)?;
    let text = String::from_utf8(text).map_err(|_| source.broken(key, "is not UTF-8"))?;
    Ok(Value::Text(text))
}
