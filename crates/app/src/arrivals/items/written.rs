//! A value of JSON as it is written: what it would weigh in memory is known before it is there, and what is
//! too large, too deep or cut off is refused without being read.

use crate::arrivals::room::{HEAVIEST_CHAT, LARGEST_CHAT, MOST_LEVELS};
use crate::arrivals::told::Refusal;

use super::Item;

/// What a value costs in memory beyond its letters: one of an object has a node of a tree.
pub(super) const COST_OF_A_VALUE: u64 = 72;
const COST_OF_AN_OBJECT: u64 = 640;

/// A value as it is written, as long as it is small enough.
#[derive(Default)]
pub(super) struct Written {
    /// Its bytes; none any more where it is too large.
    pub(super) raw: Vec<u8>,
    weight: u64,
    deep: bool,
    large: bool,
    cut: bool,
}

impl Written {
    pub(super) fn push(&mut self, byte: u8) {
        self.extend(&[byte]);
    }

    pub(super) fn open(&mut self, byte: u8) {
        self.weigh(if byte == b'{' {
            COST_OF_AN_OBJECT
        } else {
            COST_OF_A_VALUE
        });
        self.push(byte);
    }

    pub(super) fn extend(&mut self, bytes: &[u8]) {
        self.weigh(bytes.len() as u64);
        if !self.large {
            self.raw.extend_from_slice(bytes);
        }
    }

    /// It is within so many lists and objects of its own.
    pub(super) fn is_within(&mut self, depth: usize) {
        self.deep |= depth > MOST_LEVELS;
    }

    /// The file ends within it.
    pub(super) fn cut_off(&mut self) {
        self.cut = true;
    }

    /// What it costs beyond its letters.
    pub(super) fn weigh(&mut self, cost: u64) {
        self.weight += cost;
        if self.weight > HEAVIEST_CHAT || self.raw.len() as u64 > LARGEST_CHAT {
            self.large = true;
            self.raw = Vec::new();
        }
    }

    /// The name that it is, where it is a short text.
    pub(super) fn name(&self) -> Option<String> {
        Self::name_in(&self.raw)
    }

    pub(super) fn name_in(raw: &[u8]) -> Option<String> {
        let name = raw.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        (name.len() <= 32).then(|| String::from_utf8_lossy(name).into_owned())
    }

    /// The value that it is written for.
    pub(super) fn finish(mut self) -> Item {
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
