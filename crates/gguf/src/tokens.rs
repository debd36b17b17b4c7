//! The vocabulary, in a compact form: one run of bytes and where each token ends in it.
//!
//! 150,000 `String`s would take several times the memory and the time. Token texts stay bytes,
//! since some vocabularies hold pieces of characters. Not here: tokenizing (the engine's).

use crate::error::Error;
use crate::limits;
use crate::source::Source;

/// The texts of all tokens, in the order of their ids.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    text: Vec<u8>,
    ends: Vec<u32>,
}

impl Tokens {
    /// Reads `count` strings. `count` is within its limit and within the bytes left.
    pub(crate) fn read(source: &mut Source<'_>, count: u64) -> Result<Self, Error> {
        let count = usize::try_from(count).expect("BUG: the array limit is larger than memory");
        let mut tokens = Self {
            text: Vec::new(),
            ends: Vec::with_capacity(count),
        };
        for _ in 0..count {
            source.string_into(
                &mut tokens.text,
                limits::STRING_BYTES,
                "tokenizer.ggml.tokens",
                "has a token longer than 16 MiB",
            )?;
            let end = u32::try_from(tokens.text.len()).expect("BUG: the header limit is past u32");
            tokens.ends.push(end);
        }
        tokens.text.shrink_to_fit();
        Ok(tokens)
    }

    /// How many tokens there are.
    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.ends.len()).expect("BUG: the array limit is past u32")
    }

    /// The bytes of each, in the order of their ids.
    pub(crate) fn all(&self) -> impl Iterator<Item = &[u8]> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        let places = begins.zip(&self.ends);
        places.map(|(begin, end)| &self.text[begin as usize..*end as usize])
    }

    /// The first id with exactly this text.
    pub(crate) fn find(&self, text: &str) -> Option<u32> {
        let mut start = 0;
        for (id, &end) in (0..).zip(&self.ends) {
            let end = end as usize;
            if end - start == text.len() && &self.text[start..end] == text.as_bytes() {
                return Some(id);
            }
            start = end;
        }
        None
    }

    /// The text of a token, if it exists and is whole characters.
    pub(crate) fn text(&self, id: u32) -> Option<&str> {
        let id = id as usize;
        let end = *self.ends.get(id)? as usize;
        let start = id
            .checked_sub(1)
            .map_or(0, |before| self.ends[before] as usize);
        std::str::from_utf8(&self.text[start..end]).ok()
    }
}
