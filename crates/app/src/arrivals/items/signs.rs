//! The signs of a JSON text, of which there is as much in memory as one value has: where a value, a string or
//! a number ends. What is in it is not looked at, so that what breaks the rules ends where it ends.

use std::io::{self, Read};

use super::written::{COST_OF_A_VALUE, Written};
use crate::arrivals::letters::Letters;

/// A picture within the text is longer than this, and is kept to its first letters.
const LONG: usize = 4 << 10;
pub(super) const KEPT: usize = 128;

pub(super) struct Signs<R> {
    letters: Letters<R>,
    text: Vec<u8>,
    at: usize,
    /// Bytes of text before `text`.
    before: u64,
}

impl<R: Read> Signs<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            letters: Letters::new(reader),
            text: Vec::new(),
            at: 0,
            before: 0,
        }
    }

    /// Bytes of text before the next sign.
    pub(super) fn place(&self) -> u64 {
        self.before + self.at as u64
    }

    /// Takes the sign that was seen.
    pub(super) fn take(&mut self) {
        self.at += 1;
    }

    /// Takes a value; false where the file ends within it.
    pub(super) fn value(&mut self, out: &mut Written) -> io::Result<bool> {
        let mut depth = 0_usize;
        loop {
            let Some(byte) = self.next_sign()? else {
                out.cut_off();
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
                    out.is_within(depth);
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
    fn string(&mut self, out: &mut Written) -> io::Result<bool> {
        out.push(b'"');
        self.at += 1;
        let from = out.raw.len();
        let mut escaped = false;
        let mut dropping = false;
        loop {
            if self.peek()?.is_none() {
                out.cut_off();
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
    pub(super) fn next_sign(&mut self) -> io::Result<Option<u8>> {
        while let Some(byte) = self.peek()? {
            if !byte.is_ascii_whitespace() && byte != 0 {
                return Ok(Some(byte));
            }
            self.at += 1;
        }
        Ok(None)
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
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
