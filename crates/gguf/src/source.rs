//! Bounded reading: every length is checked against its limit and against the bytes left before
//! anything is allocated.
//!
//! Takes its reader as `dyn`, so that this code is compiled once, in this package and with its
//! optimisation, also when a caller in a debug build passes a reader of its own. Not here: the
//! meaning of what is read.

use std::io::{BufRead, BufReader, Read, Take};

use crate::error::{Error, shown};
use crate::limits;

/// Bytes fetched at once, and so the most that is ever read past the end of a header.
const BUFFER_BYTES: usize = 64 << 10;

/// A file under examination: its bytes in order, its length, its name for messages.
pub(crate) struct Source<'a> {
    reader: BufReader<Take<&'a mut dyn Read>>,
    position: u64,
    len: u64,
    file: &'a str,
}

impl<'a> Source<'a> {
    pub(crate) fn new(file: &'a str, reader: &'a mut dyn Read, len: u64) -> Self {
        let reader = BufReader::with_capacity(BUFFER_BYTES, reader.take(len));
        Self {
            reader,
            position: 0,
            len,
            file,
        }
    }

    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Bytes after the position.
    pub(crate) fn left(&self) -> u64 {
        self.len - self.position
    }

    pub(crate) fn file(&self) -> String {
        self.file.to_owned()
    }

    /// The error of a broken rule; `field` may be hostile.
    pub(crate) fn broken(&self, field: impl AsRef<[u8]>, rule: &'static str) -> Error {
        Error::Broken {
            file: self.file(),
            field: shown(field.as_ref()),
            rule,
        }
    }

    /// The error of a file that should go on to `expected_bytes`.
    pub(crate) fn truncated(&self, expected_bytes: u64) -> Error {
        Error::Truncated {
            file: self.file(),
            expected_bytes,
            found_bytes: self.len,
        }
    }

    /// Takes the next bytes onto the end of `out`, as many as there are up to `most`, also from a
    /// reader that gives one at a time.
    pub(crate) fn up_to(&mut self, most: u64, out: &mut Vec<u8>) -> Result<(), Error> {
        let taken = (&mut self.reader).take(most).read_to_end(out)?;
        self.position += taken as u64;
        Ok(())
    }

    /// Checks that `bytes` more are there and that the header stays within its bound.
    fn reserve(&mut self, bytes: u64) -> Result<u64, Error> {
        let end = self.position.saturating_add(bytes);
        if end > self.len {
            return Err(self.truncated(end));
        }
        if end > limits::HEADER_BYTES {
            return Err(self.broken("header", "is larger than 128 MiB"));
        }
        Ok(end)
    }

    /// The next `N` bytes.
    pub(crate) fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let end = self.reserve(N as u64)?;
        let mut out = [0; N];
        self.reader
            .read_exact(&mut out)
            .map_err(|error| self.ended(error, end))?;
        self.position = end;
        Ok(out)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Error> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Error> {
        Ok(u64::from_le_bytes(self.bytes()?))
    }

    /// A length, then as many bytes, onto the end of `out`.
    pub(crate) fn string_into(
        &mut self,
        out: &mut Vec<u8>,
        most: u64,
        field: impl AsRef<[u8]>,
        rule: &'static str,
    ) -> Result<(), Error> {
        let length = self.string_length(most, field, rule)?;
        let end = self.reserve(length)?;
        let start = out.len();
        let length = usize::try_from(length).expect("BUG: a limit is larger than memory");
        out.resize(start + length, 0);
        self.reader
            .read_exact(&mut out[start..])
            .map_err(|error| self.ended(error, end))?;
        self.position = end;
        Ok(())
    }

    /// A length, then as many bytes that nobody needs.
    pub(crate) fn skip_string(
        &mut self,
        most: u64,
        field: impl AsRef<[u8]>,
        rule: &'static str,
    ) -> Result<(), Error> {
        let length = self.string_length(most, field, rule)?;
        self.skip(length)
    }

    fn string_length(
        &mut self,
        most: u64,
        field: impl AsRef<[u8]>,
        rule: &'static str,
    ) -> Result<u64, Error> {
        let length = self.u64()?;
        if length > most {
            Err(self.broken(field, rule))
        } else {
            Ok(length)
        }
    }

    /// Passes over `bytes` without keeping them.
    pub(crate) fn skip(&mut self, bytes: u64) -> Result<(), Error> {
        let end = self.reserve(bytes)?;
        let mut left = bytes;
        while left > 0 {
            let there = self.reader.fill_buf()?.len();
            if there == 0 {
                return Err(self.ended(std::io::ErrorKind::UnexpectedEof.into(), end));
            }
            let step = there.min(usize::try_from(left).unwrap_or(usize::MAX));
            self.reader.consume(step);
            left -= step as u64;
        }
        self.position = end;
        Ok(())
    }

    /// A reader that ends before the length it was announced with is a truncated file too: it was
    /// cut while it was read.
    fn ended(&self, error: std::io::Error, expected_bytes: u64) -> Error {
        if error.kind() == std::io::ErrorKind::UnexpectedEof {
            let found_bytes = self.position;
            Error::Truncated {
                file: self.file(),
                expected_bytes,
                found_bytes,
            }
        } else {
            Error::Read(error)
        }
    }
}
