//! A file's bytes as UTF-8, whatever they were: with a mark or without, UTF-16 of both orders. What is no
//! letter becomes U+FFFD, and costs nothing else.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Bytes that are read at a time.
const PIECE: usize = 64 << 10;

pub(super) struct Letters<R> {
    inner: R,
    /// None until it was seen how the file begins.
    decoder: Option<Decoder>,
    is_utf8: bool,
    raw: Vec<u8>,
    /// Where in `raw` the bytes begin that are still to be decoded.
    at: usize,
    done: bool,
}

impl<R: Read> Letters<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            decoder: None,
            is_utf8: false,
            raw: Vec::with_capacity(PIECE),
            at: 0,
            done: false,
        }
    }

    /// More text at the end of `out`; false once there is none.
    pub(super) fn more(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        if self.done {
            return Ok(false);
        }
        if self.at == self.raw.len() {
            self.raw.clear();
            self.at = 0;
            // Enough to see how it begins, also where a pipe or an archive gives less at a time.
            self.inner
                .by_ref()
                .take(PIECE as u64)
                .read_to_end(&mut self.raw)?;
        }
        let last = self.raw.is_empty();
        if self.decoder.is_none() {
            let marked = Encoding::for_bom(&self.raw).map(|(encoding, _)| encoding);
            self.is_utf8 = marked.unwrap_or_else(|| guess(&self.raw)) == UTF_8;
        }
        if self.at == 0 && self.is_utf8 {
            mend_halves(&mut self.raw);
        }
        let decoder = self.decoder.get_or_insert_with(|| {
            // The mark, if there is one, goes before the guess.
            guess(&self.raw).new_decoder()
        });
        let room = decoder
            .max_utf8_buffer_length(self.raw.len() - self.at)
            .unwrap_or(PIECE * 3)
            .max(16);
        let from = out.len();
        out.resize(from + room, 0);
        let (result, read, written, _) =
            decoder.decode_to_utf8(&self.raw[self.at..], &mut out[from..], last);
        out.truncate(from + written);
        self.at += read;
        self.done = last && result == CoderResult::InputEmpty;
        Ok(true)
    }
}

/// Half a letter of UTF-16, written as if it were one (ED A0 80 to ED BF BF), is one letter that was lost, and
/// not three. (One that two pieces share stays three.)
fn mend_halves(raw: &mut [u8]) {
    let mut at = 0;
    while let Some(next) = raw[at..].iter().position(|byte| *byte == 0xED) {
        at += next;
        if matches!(raw.get(at..at + 3), Some([_, 0xA0..=0xBF, 0x80..=0xBF])) {
            raw[at..at + 3].copy_from_slice("\u{FFFD}".as_bytes());
        }
        at += 1;
    }
}

/// JSON begins with a letter of ASCII, so that UTF-16 shows.
fn guess(begin: &[u8]) -> &'static Encoding {
    match begin {
        [0, first, ..] if *first != 0 => UTF_16BE,
        [first, 0, ..] if *first != 0 => UTF_16LE,
        _ => UTF_8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> String {
        let mut letters = Letters::new(bytes);
        let mut out = Vec::new();
        while letters.more(&mut out).unwrap() {}
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_spelling_of_unicode_is_read() {
        let text = "[\"土豆 é 😀\"]";
        let wide: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = wide.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = wide.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            little.clone(),
            [b"\xFF\xFE".as_slice(), &little].concat(),
            big.clone(),
            [b"\xFE\xFF".as_slice(), &big].concat(),
        ] {
            assert_eq!(read(&bytes), text);
        }
        assert_eq!(read(b"a\xFFb"), "a\u{FFFD}b");
        assert_eq!(
            read(b"a\xED\xA0\xBDb\xED\x95\x9C\xED\xBF\xBF"),
            "a\u{FFFD}b한\u{FFFD}"
        );
        let wide = [
            b"\xFF\xFE".as_slice(),
            &0xA0ED_u16.to_le_bytes(),
            &0x80BD_u16.to_le_bytes(),
        ]
        .concat();
        assert_eq!(read(&wide), "\u{A0ED}\u{80BD}");
        assert_eq!(read(b""), "");
        let long = "é".repeat(PIECE);
        assert_eq!(read(&[b"x", long.as_bytes()].concat()), format!("x{long}"));
    }
}
