//! The strings of a PDF that are meant for people (ISO 32000-1, 7.9.2.2).

use hayro_syntax::object::{Dict, Object, Stream, String as Bytes};

/// The words under a key, if there are any; also those that are long enough to stand in a stream.
pub(super) fn of(dict: &Dict<'_>, key: &str) -> Option<String> {
    match dict.get::<Object<'_>>(key)? {
        Object::String(bytes) => Some(read(&bytes)),
        Object::Stream(stream) => of_stream(&stream),
        _ => None,
    }
}

fn of_stream(stream: &Stream<'_>) -> Option<String> {
    Some(read(&stream.decoded().ok()?))
}

/// The words of a string, or the name of a choice.
pub(super) fn of_object(object: &Object<'_>) -> Option<String> {
    match object {
        Object::String(bytes) => Some(read_string(bytes)),
        Object::Name(name) => Some(name.as_str().to_owned()),
        _ => None,
    }
}

fn read_string(bytes: &Bytes<'_>) -> String {
    read(bytes)
}

fn read(bytes: &[u8]) -> String {
    let text = match bytes {
        [0xfe, 0xff, rest @ ..] => encoding_rs::UTF_16BE.decode_without_bom_handling(rest).0,
        [0xff, 0xfe, rest @ ..] => encoding_rs::UTF_16LE.decode_without_bom_handling(rest).0,
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest),
        bytes => bytes.iter().map(|byte| letter(*byte)).collect(),
    };
    // The language of what follows may stand between two escapes.
    let mut plain = String::with_capacity(text.len());
    for (at, part) in text.split('\u{1b}').enumerate() {
        if at % 2 == 0 {
            plain.push_str(part);
        }
    }
    plain
        .replace("\r\n", "\n")
        .replace(['\r', '\u{2028}', '\u{2029}'], "\n")
}

/// One byte of PDFDocEncoding (annex D.3).
fn letter(byte: u8) -> char {
    const LOW: [char; 8] = ['˘', 'ˇ', 'ˆ', '˙', '˝', '˛', '˚', '˜'];
    const HIGH: [char; 31] = [
        '•', '†', '‡', '…', '—', '–', 'ƒ', '⁄', '‹', '›', '−', '‰', '„', '“', '”', '‘', '’', '‚',
        '™', 'ﬁ', 'ﬂ', 'Ł', 'Œ', 'Š', 'Ÿ', 'Ž', 'ı', 'ł', 'œ', 'š', 'ž',
    ];
    match byte {
        0x18..=0x1f => LOW[usize::from(byte - 0x18)],
        0x80..=0x9e => HIGH[usize::from(byte - 0x80)],
        0xa0 => '€',
        byte => char::from(byte),
    }
}
