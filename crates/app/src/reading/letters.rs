//! From the bytes of a file to its letters, whatever wrote them: UTF-8, UTF-16 and UTF-32 with their
//! marks or without, ISO-2022-JP, or one of the encodings from before them, guessed as Firefox
//! guesses them (Windows-1252, GB18030, Shift JIS and so on).
//!
//! Only UTF-8 and a mark say of themselves what the letters are. Anything else is a guess, and is
//! told as one; so is what could not be read. A file is often damaged where it was cut (by its
//! bytes, at a quota, in a crash): that costs a letter and never the whole.
//!
//! Not here: what else a file may be (`kinds`).

mod wide;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{GB18030, GBK, ISO_2022_JP, MACINTOSH, WINDOWS_1252};

use super::encoding::{Decoded, Ends};
use super::{Encoding, Remark, Words};

/// One character in this many may be a control or no character at all; of random bytes one in ten is.
const ODD: usize = 50;

/// Bytes in lines of letters that a guess is made by: more make it no better.
const GUESSED_BY: usize = 64 << 10;

/// So many blocks of zero bytes may stand in any text, however short.
const BLOCKS: usize = 8;

/// Bytes in whole letters of UTF-8 must be so many times those that are none before a file with such
/// is taken for UTF-8. By chance they are in every other text: of the alphabets before Unicode that
/// fill whole words (Chinese, Thai, the Cyrillic one of DOS) two thirds as many as those that are none,
/// in a single sentence up to five thirds.
const GOOD_PER_BAD: usize = 3;

/// The same where letters of several bytes stand alone among ASCII, as umlauts and accents do: there,
/// chance makes next to none.
const GOOD_PER_BAD_ALONE: usize = 1;

/// Bytes of such at most, on average.
const ALONE: usize = 3;

/// The words of a file with line ends as `\n` and no NUL in them, read with these letters or those
/// that it has; none where it is not text.
pub(super) fn read(bytes: &[u8], encoding: Option<Encoding>) -> Option<Words> {
    if let Some(encoding) = encoding {
        return Some(words(&encoding.decode(bytes), Remark::Chosen { encoding }).0);
    }
    let (encoding, is_told) = match marked(bytes) {
        Some(marked) => (marked, true),
        None => unmarked(bytes)?,
    };
    let decoded = encoding.decode(bytes);
    let (mut words, odd) = words(&decoded, Remark::Guessed { encoding });
    if is_told {
        words.remarks.remove(0);
    }
    odd.is_text().then_some(words)
}

/// The encoding that a mark at the begin tells.
fn marked(bytes: &[u8]) -> Option<Encoding> {
    let marks: [(&[u8], Encoding); 5] = [
        (b"\xef\xbb\xbf", Encoding::UTF_8),
        // Before the mark of UTF-16, with which it begins.
        (b"\xff\xfe\0\0", Encoding::utf_32(Ends::Little)),
        (b"\0\0\xfe\xff", Encoding::utf_32(Ends::Big)),
        (b"\xff\xfe", Encoding::utf_16(Ends::Little)),
        (b"\xfe\xff", Encoding::utf_16(Ends::Big)),
    ];
    let found = marks.iter().find(|(mark, _)| bytes.starts_with(mark));
    found.map(|(_, encoding)| *encoding)
}

/// What the letters are where no mark tells, and whether that is sure.
fn unmarked(bytes: &[u8]) -> Option<(Encoding, bool)> {
    // In seven bits, so that it would pass for UTF-8.
    if is_iso_2022_jp(bytes) {
        return Some((Encoding::standard(ISO_2022_JP), false));
    }
    // The zeros of wide letters too would pass for those that a crash leaves.
    if bytes.contains(&0)
        && let Some(wide) = wide::guess(bytes)
    {
        return Some((wide, false));
    }
    if is_utf_8(bytes) {
        return Some((Encoding::UTF_8, true));
    }
    if let Some(wide) = wide::guess(bytes) {
        return Some((wide, false));
    }
    let letters: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
    // Before a guess is made: an encoding of one byte per letter finds letters in anything.
    let odd = letters
        .iter()
        .filter(|byte| byte.is_ascii() && is_odd(char::from(**byte)));
    if odd.count() * ODD > letters.len() {
        return None;
    }
    Some((likeliest(&letters), false))
}

/// The encoding that these letters most likely have, by the lines that have any but ASCII.
fn likeliest(letters: &[u8]) -> Encoding {
    let lines = letters.split_inclusive(|byte| *byte == b'\n');
    let telling = lines.filter(|line| !line.is_ascii());
    let mut fed = Vec::new();
    for line in telling {
        let room = GUESSED_BY - fed.len();
        fed.extend_from_slice(&line[..line.len().min(room)]);
        if line.len() > room {
            break;
        }
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    // Where it is cut here, that may be in mid-letter, which says nothing of the whole.
    detector.feed(&fed, fed.len() < GUESSED_BY);
    let guess = detector.guess(None, Utf8Detection::Deny);
    Encoding::standard(if guess == GBK {
        // Read as the larger of the two anyway.
        GB18030
    } else if guess == WINDOWS_1252 && is_of_a_mac(&fed) {
        MACINTOSH
    } else {
        guess
    })
}

/// Whether Western letters are those of old Macs, and of tables that are still written for such, which
/// the detector does not know: their accents stand where Windows has quotes and dashes, and those
/// stand between letters seldom.
fn is_of_a_mac(bytes: &[u8]) -> bool {
    // Three points, the apostrophe, two dashes and œ do.
    const USUAL: [u8; 5] = [0x85, 0x92, 0x96, 0x97, 0x9c];
    let is_letter = |byte: u8| byte.is_ascii_alphabetic();
    let (mut mac, mut windows) = (0, 0);
    for three in bytes.windows(3) {
        if !is_letter(three[0]) || !is_letter(three[2]) {
            continue;
        }
        match three[1] {
            usual if USUAL.contains(&usual) => {}
            0x80..=0x9f => mac += 1,
            0xc0.. => windows += 1,
            _ => {}
        }
    }
    mac > 1 && mac > windows * 4
}

/// UTF-8, with a few bytes that are none.
fn is_utf_8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0, 0);
    let mut chunks = bytes.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        good += chunk
            .valid()
            .bytes()
            .filter(|byte| !byte.is_ascii())
            .count();
        // What ends in mid-letter was cut there, whatever it is.
        let is_cut = chunks.peek().is_none() && could_go_on(chunk.invalid());
        bad += if is_cut { 0 } else { chunk.invalid().len() };
    }
    let runs = bytes.chunk_by(|one, next| one.is_ascii() == next.is_ascii());
    let runs = runs.filter(|run| !run[0].is_ascii()).count();
    let least = if good + bad > runs * ALONE {
        GOOD_PER_BAD
    } else {
        GOOD_PER_BAD_ALONE
    };
    // Nothing but a cut letter is as likely one of another encoding.
    good >= bad * least && (good > 0 || bytes.is_ascii())
}

/// Whether bytes are the begin of a letter of UTF-8, for which more were missing.
fn could_go_on(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

/// Japanese mail of old: ASCII, with escapes to Japanese letters and back.
fn is_iso_2022_jp(bytes: &[u8]) -> bool {
    const TO_JAPANESE: [&[u8]; 3] = [b"\x1b$B", b"\x1b$@", b"\x1b(I"];
    if !bytes.is_ascii() || !bytes.contains(&0x1b) {
        return false;
    }
    let here = bytes.windows(3);
    if !here.into_iter().any(|here| TO_JAPANESE.contains(&here)) {
        return false;
    }
    let decoded = Encoding::standard(ISO_2022_JP).decode(bytes);
    let japanese = decoded.text.chars().filter(|letter| !letter.is_ascii());
    // A terminal's own escapes are of the same kind, and lead to no letters.
    japanese.count() > decoded.sequences * 2
}

/// What there is in a text that no text has.
struct Odd {
    letters: usize,
    /// Controls of ASCII but those of text.
    controls: usize,
    /// Zero bytes in a row, wherever they stand.
    blocks: usize,
}

impl Odd {
    /// Whether this is text for all that. What could not be read is no matter: it is told.
    fn is_text(&self) -> bool {
        self.controls * ODD <= self.letters
            && (self.blocks <= BLOCKS || self.blocks * ODD <= self.letters)
    }
}

/// The words of what was decoded, with what is to be told of them behind how that was done.
fn words(decoded: &Decoded, how: Remark) -> (Words, Odd) {
    let mut text = String::with_capacity(decoded.text.len());
    let mut odd = Odd {
        letters: 0,
        controls: 0,
        blocks: 0,
    };
    let (mut zeros, mut last) = (0_u64, None);
    let mut rest = decoded.text.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            '\0' => {
                zeros += decoded.bytes_of_nul;
                odd.blocks += usize::from(last != Some('\0'));
            }
            '\r' => {
                odd.letters += 1;
                if rest.peek() != Some(&'\n') {
                    text.push('\n');
                }
            }
            _ => {
                odd.letters += 1;
                odd.controls += usize::from(letter.is_ascii() && is_odd(letter));
                text.push(letter);
            }
        }
        last = Some(letter);
    }
    let mut remarks = vec![how];
    if decoded.bad_bytes > 0 {
        remarks.push(Remark::Unreadable {
            bytes: decoded.bad_bytes,
        });
    }
    if zeros > 0 {
        remarks.push(Remark::Zeros { bytes: zeros });
    }
    (Words { text, remarks }, odd)
}

/// Controls but those of text: line ends, tabs, form feeds, and the escape of a terminal's colours.
fn is_odd(letter: char) -> bool {
    let of_text = matches!(letter, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}');
    letter.is_control() && !of_text
}
