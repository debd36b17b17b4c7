//! From the bytes of a file to its letters, whatever wrote them: UTF-8, UTF-16 with its mark, or one
//! of the encodings from before them, guessed as Firefox guesses them (Windows-1252, GB18030,
//! Shift JIS and so on).

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8};

/// One character in this many may be a control or no character at all; of random bytes one in ten is.
const ODD: usize = 50;

/// The text of a file with line ends as `\n` and no NUL in it; none where it is not text.
pub(super) fn text(bytes: &[u8]) -> Option<String> {
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None if std::str::from_utf8(bytes).is_ok() => UTF_8,
        // Before a guess is made: an encoding of one byte per letter finds letters in anything.
        None if odd_bytes(bytes) * ODD > bytes.len() => return None,
        None => guess(bytes),
    };
    let (text, _, _) = encoding.decode(bytes);
    let mut clean = String::with_capacity(text.len());
    let (mut letters, mut odd) = (0_usize, 0_usize);
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        letters += 1;
        match letter {
            '\r' => {
                if rest.peek() != Some(&'\n') {
                    clean.push('\n');
                }
            }
            '\0' => odd += 1,
            _ => {
                odd += usize::from(is_odd(letter));
                clean.push(letter);
            }
        }
    }
    (odd * ODD <= letters).then_some(clean)
}

/// A file that is not UTF-8 has an encoding of its country; the detector knows which are likely.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Deny)
}

fn odd_bytes(bytes: &[u8]) -> usize {
    let odd = bytes.iter().filter(|byte| is_odd(char::from(**byte)));
    odd.filter(|byte| byte.is_ascii()).count()
}

/// Controls but those of text: line ends, tabs, form feeds, and the escape of a terminal's colours.
fn is_odd(letter: char) -> bool {
    let of_text = matches!(letter, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}');
    (letter.is_control() && !of_text) || letter == char::REPLACEMENT_CHARACTER
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf_16(text: &str, big: bool) -> Vec<u8> {
        let mark = std::iter::once(0xfeff);
        let units = mark.chain(text.encode_utf16());
        let bytes = units.map(|unit| {
            if big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        });
        bytes.flatten().collect()
    }

    fn encoded(text: &str, encoding: &'static Encoding) -> Vec<u8> {
        let (bytes, _, failed) = encoding.encode(text);
        assert!(!failed);
        bytes.into_owned()
    }

    #[test]
    fn letters_come_out_whatever_wrote_them() {
        let words = "Zürich, naïve café 🥔 价格\n";
        assert_eq!(text(words.as_bytes()).unwrap(), words);
        let marked = [b"\xef\xbb\xbf", words.as_bytes()].concat();
        assert_eq!(text(&marked).unwrap(), words);
        for big in [true, false] {
            assert_eq!(text(&utf_16(words, big)).unwrap(), words);
        }
        let german = "Die Straße führt über die Brücke, schön wär's; für 20 € — täglich.\n";
        let latin = encoded(german, encoding_rs::WINDOWS_1252);
        assert_eq!(text(&latin).unwrap(), german);
        let chinese = "今天的天气很好，我们去公园散步吧。价格是一百二十元。\n";
        let gb = encoded(chinese, encoding_rs::GB18030);
        assert_eq!(text(&gb).unwrap(), chinese);
        let japanese = "これは日本語の文章です。今日はとても良い天気ですね。\n";
        let jis = encoded(japanese, encoding_rs::SHIFT_JIS);
        assert_eq!(text(&jis).unwrap(), japanese);
    }

    #[test]
    fn line_ends_are_one_and_a_stray_nul_goes() {
        assert_eq!(text(b"a\r\nb\rc\n\r\nd").unwrap(), "a\nb\nc\n\nd");
        let log = format!("{}\0end\x1b[0m", "a line of a log\n".repeat(20));
        assert_eq!(text(log.as_bytes()).unwrap(), log.replace('\0', ""));
    }

    #[test]
    fn what_is_not_text_is_none() {
        let random: Vec<u8> = (0..4096_u32)
            .map(|at| u8::try_from(at.wrapping_mul(2_654_435_761) >> 24).unwrap())
            .collect();
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";
        let without_mark: Vec<u8> = "plain words".bytes().flat_map(|byte| [byte, 0]).collect();
        for bytes in [&random[..], png, &without_mark, b"\0", b"\x01\x02\x03"] {
            assert_eq!(text(bytes), None, "{bytes:?}");
        }
        assert_eq!(text(b"").unwrap(), "");
    }
}
