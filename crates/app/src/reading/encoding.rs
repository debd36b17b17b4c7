//! The encodings of letters, by the names that people and programs give them.
//!
//! Not here: which one a file has (`letters`).

use std::borrow::Cow;
use std::fmt;

use encoding_rs::{DecoderResult, REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE, X_USER_DEFINED};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How letters are written as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encoding(Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// One of the Encoding Standard (<https://encoding.spec.whatwg.org>).
    Standard(&'static encoding_rs::Encoding),
    /// Four bytes a letter, which no page of the web may have.
    Utf32(Ends),
}

/// Which end of a number comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    Little,
    Big,
}

/// Those that files have, by their script, the most usual of each first.
pub const USUAL: [&str; 30] = [
    "UTF-8",
    "UTF-16LE",
    "UTF-16BE",
    "UTF-32LE",
    "UTF-32BE",
    "windows-1252",
    "ISO-8859-15",
    "macintosh",
    "windows-1250",
    "ISO-8859-2",
    "windows-1257",
    "windows-1254",
    "windows-1253",
    "ISO-8859-7",
    "windows-1251",
    "KOI8-R",
    "KOI8-U",
    "IBM866",
    "ISO-8859-5",
    "x-mac-cyrillic",
    "windows-1255",
    "windows-1256",
    "windows-1258",
    "windows-874",
    "GB18030",
    "Big5",
    "Shift_JIS",
    "EUC-JP",
    "ISO-2022-JP",
    "EUC-KR",
];

/// Names that the Encoding Standard does not know, squeezed, and those that it does.
const ALSO: [(&str, &str); 12] = [
    ("cp932", "Shift_JIS"),
    ("windows932", "Shift_JIS"),
    ("cp936", "GBK"),
    ("windows936", "GBK"),
    ("cp949", "EUC-KR"),
    ("uhc", "EUC-KR"),
    ("cp950", "Big5"),
    ("eucjp", "EUC-JP"),
    ("euckr", "EUC-KR"),
    ("cp874", "windows-874"),
    ("mac", "macintosh"),
    ("macroman", "macintosh"),
];

impl Encoding {
    /// UTF-8.
    pub const UTF_8: Self = Self(Kind::Standard(UTF_8));

    pub(super) const fn standard(encoding: &'static encoding_rs::Encoding) -> Self {
        Self(Kind::Standard(encoding))
    }

    pub(super) const fn utf_16(ends: Ends) -> Self {
        Self(Kind::Standard(match ends {
            Ends::Little => UTF_16LE,
            Ends::Big => UTF_16BE,
        }))
    }

    pub(super) const fn utf_32(ends: Ends) -> Self {
        Self(Kind::Utf32(ends))
    }

    pub(super) fn is_utf_32(self) -> bool {
        matches!(self.0, Kind::Utf32(_))
    }

    /// The encoding of a name, as people and programs write it: `windows-1251`, `cp1251`, `Latin 1`,
    /// `utf16le`. None where there is no such encoding.
    pub fn named(name: &str) -> Option<Self> {
        let squeezed = squeezed(name);
        let utf_32 = match &*squeezed {
            "utf32" | "utf32le" | "ucs4" | "ucs4le" => Some(Ends::Little),
            "utf32be" | "ucs4be" => Some(Ends::Big),
            _ => None,
        };
        if let Some(ends) = utf_32 {
            return Some(Self::utf_32(ends));
        }
        let also = ALSO.iter().find(|(also, _)| *also == squeezed);
        let usual = || USUAL.iter().find(|usual| self::squeezed(usual) == squeezed);
        let found = encoding_rs::Encoding::for_label(name.as_bytes())
            .or_else(|| encoding_rs::Encoding::for_label(squeezed.as_bytes()))
            .or_else(|| encoding_rs::Encoding::for_label(also?.1.as_bytes()))
            .or_else(|| encoding_rs::Encoding::for_label(usual()?.as_bytes()))?;
        // Neither has letters of its own.
        let is_one = found != REPLACEMENT && found != X_USER_DEFINED;
        is_one.then_some(Self::standard(found))
    }

    /// Its name in the Encoding Standard, or one made as those are.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Standard(encoding) => encoding.name(),
            Kind::Utf32(Ends::Little) => "UTF-32LE",
            Kind::Utf32(Ends::Big) => "UTF-32BE",
        }
    }

    /// The text of bytes; its own mark at their begin is no part of it.
    pub(super) fn decode(self, bytes: &[u8]) -> Decoded {
        let mut decoded = match self.0 {
            Kind::Standard(encoding) if encoding == UTF_8 => utf_8(bytes),
            Kind::Standard(encoding) => standard(encoding, bytes),
            Kind::Utf32(ends) => utf_32(bytes, ends),
        };
        decoded.bytes_of_nul = match self.0 {
            Kind::Standard(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => 2,
            Kind::Standard(_) => 1,
            Kind::Utf32(_) => 4,
        };
        decoded
    }
}

/// What bytes say.
#[derive(Default)]
pub(super) struct Decoded {
    /// U+FFFD stands for each sequence that is no letter.
    pub(super) text: String,
    /// Sequences that are no letter.
    pub(super) sequences: usize,
    /// Bytes in them.
    pub(super) bad_bytes: u64,
    /// How many a NUL has.
    pub(super) bytes_of_nul: u64,
}

impl Decoded {
    fn bad(&mut self, bytes: usize) {
        self.text.push(char::REPLACEMENT_CHARACTER);
        self.sequences += 1;
        self.bad_bytes += bytes as u64;
    }
}

/// By the standard library, which is some ten times as fast as [`standard`] where much is bad.
fn utf_8(bytes: &[u8]) -> Decoded {
    let mut decoded = Decoded::default();
    decoded.text.reserve(bytes.len());
    for chunk in bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(bytes)
        .utf8_chunks()
    {
        decoded.text += chunk.valid();
        if !chunk.invalid().is_empty() {
            decoded.bad(chunk.invalid().len());
        }
    }
    decoded
}

fn standard(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> Decoded {
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let mut decoded = Decoded::default();
    decoded.text.reserve(bytes.len());
    let mut some = String::with_capacity(SOME);
    let mut rest = bytes;
    loop {
        let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut some, true);
        rest = &rest[read..];
        decoded.text += &some;
        some.clear();
        match result {
            DecoderResult::InputEmpty => return decoded,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(length, _) => decoded.bad(length.into()),
        }
    }
}

/// Bytes that are decoded at a time: where much is bad, each piece costs what its buffer has.
const SOME: usize = 1 << 10;

/// Letters and digits alone, in small letters.
fn squeezed(name: &str) -> String {
    let kept = name.chars().filter(char::is_ascii_alphanumeric);
    kept.map(|letter| letter.to_ascii_lowercase()).collect()
}

fn utf_32(bytes: &[u8], ends: Ends) -> Decoded {
    let mut decoded = Decoded::default();
    for (at, four) in bytes.chunks(4).enumerate() {
        let number = <[u8; 4]>::try_from(four).map(|four| match ends {
            Ends::Little => u32::from_le_bytes(four),
            Ends::Big => u32::from_be_bytes(four),
        });
        match number.ok().and_then(char::from_u32) {
            Some('\u{feff}') if at == 0 => {}
            Some(letter) => decoded.text.push(letter),
            // A file may end in mid-letter too.
            None => decoded.bad(four.len()),
        }
    }
    decoded
}

impl fmt::Display for Encoding {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(self.name())
    }
}

impl Serialize for Encoding {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Encoding {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = Cow::<str>::deserialize(from)?;
        Self::named(&name).ok_or_else(|| serde::de::Error::custom("no encoding has this name"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_is_found_by_the_names_that_people_give_it() {
        for (typed, meant) in [
            ("utf8", "UTF-8"),
            ("UTF-16", "UTF-16LE"),
            ("utf_16be", "UTF-16BE"),
            ("UTF-32", "UTF-32LE"),
            ("latin1", "windows-1252"),
            ("Latin-1", "windows-1252"),
            ("ISO 8859-15", "ISO-8859-15"),
            ("cp1251", "windows-1251"),
            ("CP-1251", "windows-1251"),
            ("koi8r", "KOI8-R"),
            ("cp866", "IBM866"),
            ("sjis", "Shift_JIS"),
            ("CP932", "Shift_JIS"),
            ("gb2312", "GBK"),
            ("gb18030", "gb18030"),
            ("cp949", "EUC-KR"),
            ("eucjp", "EUC-JP"),
            ("iso-2022-jp", "ISO-2022-JP"),
        ] {
            let found = Encoding::named(typed);
            assert_eq!(found.map(Encoding::name), Some(meant), "{typed}");
        }
        for none in [
            "",
            "Klingon",
            "replacement",
            "hz-gb-2312",
            "x-user-defined",
            "1251",
        ] {
            assert_eq!(Encoding::named(none), None, "{none}");
        }
        for usual in USUAL {
            let name = Encoding::named(usual).unwrap().name();
            assert!(name.eq_ignore_ascii_case(usual), "{usual} is {name}");
        }
    }

    #[test]
    fn a_mark_is_no_letter_and_another_encoding_s_mark_is() {
        let marked = b"\xef\xbb\xbfa";
        assert_eq!(Encoding::UTF_8.decode(marked).text, "a");
        let western = Encoding::named("windows-1252").unwrap();
        assert_eq!(western.decode(marked).text, "ï»¿a");
        let wide = Encoding::utf_32(Ends::Big);
        let decoded = wide.decode(b"\0\0\xfe\xff\0\x01\xf9\x54\0\0\0");
        assert_eq!((&*decoded.text, decoded.bad_bytes), ("🥔\u{fffd}", 3));
    }
}
