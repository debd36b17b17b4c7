//! Files that are no text are told as what they are; damaged ones are refused or read in part, with
//! words, and cost little.

use app::reading::{Limits, remarks};
use app::{Cause, Code};

use crate::prose::PROSE;
use crate::{Test, read_as};

pub(crate) const TESTS: &[Test] = &[
    ("what_is_no_text_is_told_as_what_it_is", told),
    ("text_that_begins_as_something_else_is_text", text),
    (
        "a_thousand_damaged_texts_cost_nothing_but_themselves",
        damaged,
    ),
    ("the_largest_files_cost_bounded_memory", large),
];

fn padded(begin: &[u8]) -> Vec<u8> {
    // As most of such files go on: numbers, and bytes that are no letters.
    let rest = (0..2_000_u32).map(|at| u8::try_from(at.wrapping_mul(2_654_435_761) >> 24).unwrap());
    begin.iter().copied().chain(rest).collect()
}

fn why(bytes: &[u8]) -> (String, Cause) {
    let failure = read_as("thing.txt", bytes, Limits::default()).unwrap_err();
    assert_eq!(failure.code, Code::FileRefused, "{failure}");
    assert!(failure.hint.is_some(), "{failure}");
    let message = failure.message.strip_prefix("`thing.txt` ").unwrap();
    (message.to_owned(), *failure.cause.unwrap())
}

fn told() {
    let mut tar = vec![0; 512];
    tar[..5].copy_from_slice(b"a.txt");
    tar[257..265].copy_from_slice(b"ustar\x0000");
    tar.extend("words of a file in it\n".repeat(200).bytes());
    let mut bmp =
        b"BM\x36\x00\x10\x00\0\0\0\0\x36\0\0\0\x28\0\0\0\x10\0\0\0\x10\0\0\0\x01\0\x18\0".to_vec();
    bmp.extend([0; 24]);
    // A white one: letters to some encodings.
    bmp.extend([0xff; 3_000]);
    let mut silence = b"RIFF\x24\x08\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x44\xac\0\0\x88\x58\x01\0\x02\0\x10\0data\0\x08\0\0".to_vec();
    silence.extend([0; 4_000]);
    let mut wrong = Vec::new();
    for (bytes, is) in [
        (
            padded(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01"),
            "is a picture (PNG), and R1 reads text only",
        ),
        (
            padded(b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01"),
            "is a picture (JPEG)",
        ),
        (padded(b"GIF89a\x01\0\x01\0\x80\0\0"), "is a picture (GIF)"),
        (padded(b"RIFF\x24\0\0\0WEBPVP8 "), "is a picture (WebP)"),
        (bmp, "is a picture (BMP)"),
        (padded(b"II*\0\x08\0\0\0"), "is a picture (TIFF)"),
        (
            padded(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
            "is a picture (HEIC)",
        ),
        (padded(b"ID3\x04\0\0\0\0\0\x23TSSE"), "is a recording (MP3)"),
        (padded(b"fLaC\0\0\0\x22"), "is a recording (FLAC)"),
        (silence, "is a recording (WAV)"),
        (
            padded(b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41"),
            "is a video (MP4)",
        ),
        (padded(b"RIFF\x24\0\0\0AVI LIST"), "is a video (AVI)"),
        (padded(b"PK\x03\x04\x14\0\0\0\x08\0"), "is an archive (ZIP)"),
        (padded(b"\x1f\x8b\x08\0\0\0\0\0"), "is an archive (GZ)"),
        (padded(b"7z\xbc\xaf\x27\x1c\0\x04"), "is an archive (7Z)"),
        (padded(b"Rar!\x1a\x07\x01\0"), "is an archive (RAR)"),
        (padded(b"\xfd7zXZ\0\0\x04"), "is an archive (XZ)"),
        (tar, "is an archive (TAR)"),
        (
            padded(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0"),
            "is a program (ELF)",
        ),
        (
            padded(b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff"),
            "is a program (EXE)",
        ),
        (padded(b"\0asm\x01\0\0\0"), "is a program (Wasm)"),
        (padded(b"\xca\xfe\xba\xbe\0\0\0\x34"), "is a program"),
        (
            padded(b"SQLite format 3\0\x10\0\x01\x01"),
            "is not text but SQLite 3",
        ),
        (
            padded(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0"),
            "is a document in a form that Spud does not read",
        ),
        (padded(b"\0\x01\0\0\0\x0f\0\x80"), "is not text but TTF"),
        (padded(b"wOF2\0\x01\0\0"), "is not text but WOFF2"),
        (padded(b"GGUF\x03\0\0\0"), "is a model (GGUF)"),
        (padded(b"\x13\x37\x07\x08"), "is not text"),
        (b"\x01\x02\x03".to_vec(), "is not text"),
    ] {
        let (message, cause) = why(&bytes);
        if !message.starts_with(is) {
            wrong.push(format!("{message}, and not {is}"));
        }
        assert!(!message.contains('`') && message.len() < 120, "{message}");
        let format = message.split(['(', ')']).nth(1).unwrap_or_default();
        match cause {
            Cause::IsPicture { format: told, .. }
            | Cause::IsSound { format: told, .. }
            | Cause::IsVideo { format: told, .. }
            | Cause::IsArchive { format: told, .. }
            | Cause::IsProgram { format: told, .. }
            | Cause::IsDocument { format: told, .. } => assert_eq!(told, format),
            Cause::IsModel { .. } => assert_eq!(format, "GGUF"),
            Cause::IsOther { format, .. } => assert!(message.ends_with(&format), "{message}"),
            Cause::NotText { .. } => assert_eq!(message, "is not text"),
            other => panic!("{message}: {other:?}"),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // However large it is.
    let mut film = padded(b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41");
    film.resize(9 << 20, 0x55);
    assert_eq!(why(&film).0, "is a video (MP4), and R1 reads text only");
}

fn text() {
    for words in [
        "BM is short for British Museum.\n",
        "MZ,PK,ID3\n1,2,3\n",
        "PK\u{3}\u{4} is how an archive begins: the initials of its inventor, and two numbers that nobody can read, as every book about such files tells its readers.\n",
        "GIF89a was the second version of GIF.\n",
        "II* und MM*: so fangen Bilder an, größere auch.\n",
        "RIFF is how recordings begin.\n",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><text>a potato</text></svg>\n",
        "{\\rtf1\\ansi a potato}\n",
        "%!PS-Adobe-3.0\nshowpage\n",
        "P3\n1 1\n255\n1 2 3\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n",
    ] {
        let file = read_as("a.txt", words.as_bytes(), Limits::default()).unwrap();
        assert_eq!((file.text, &*file.remarks), (words.to_owned(), ""));
    }
}

/// Xorshift, so that a failure comes again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % most.max(1) as u64).unwrap()
    }
}

/// Texts of all scripts in all their encodings, with and without marks.
fn sound() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for (_, before, sentences) in PROSE {
        let text = sentences.replace('|', "\r\n");
        all.push(text.clone().into_bytes());
        all.push(
            format!("\u{feff}{text}")
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect(),
        );
        all.push(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
        all.push(
            text.chars()
                .flat_map(|letter| u32::from(letter).to_le_bytes())
                .collect(),
        );
        for name in before {
            let encoding = encoding_rs::Encoding::for_label(name.as_bytes()).unwrap();
            all.push(encoding.encode(&text).0.into_owned());
        }
    }
    all
}

/// Cuts, flips, pads, doubles, mixes.
fn change(bytes: &mut Vec<u8>, others: &[Vec<u8>], dice: &mut Dice) {
    let place = dice.below(bytes.len());
    match dice.below(8) {
        0 => bytes[place] = u8::try_from(dice.below(256)).unwrap(),
        1 => bytes[place] ^= 1 << dice.below(8),
        2 => bytes.truncate(place.max(1)),
        3 => drop(bytes.drain(..place)),
        4 => drop(bytes.splice(place..place, std::iter::repeat_n(0, dice.below(600)))),
        5 => {
            let nasty: [&[u8]; 8] = [
                b"\xff\xfe",
                b"\xfe\xff",
                b"\xef\xbb\xbf",
                b"\x1b$B",
                b"\x1b(B",
                b"\xed\xa0\x80",
                b"\xf4\x90\x80\x80",
                b"\x84\x31\xa4\x37",
            ];
            let nasty = nasty[dice.below(nasty.len())];
            drop(bytes.splice(place..place, nasty.iter().copied()));
        }
        6 => {
            let other = &others[dice.below(others.len())];
            let end = dice.below(other.len());
            drop(bytes.splice(place..place, other[..end].iter().copied()));
        }
        _ => {
            for _ in 0..dice.below(30) {
                let place = dice.below(bytes.len());
                bytes[place] = u8::try_from(dice.below(256)).unwrap();
            }
        }
    }
    if bytes.is_empty() {
        bytes.push(b'x');
    }
}

fn damaged() {
    const ROUNDS: usize = 1_000;
    const MOST_BYTES: u64 = 32 << 20;
    let all = sound();
    let mut dice = Dice(0x5EED_0F1E_77E2_5000);
    let before = peak_bytes();
    let mut taken = 0;
    for round in 0..ROUNDS {
        let mut bytes = all[dice.below(all.len())].clone();
        for _ in 0..=dice.below(3) {
            change(&mut bytes, &all, &mut dice);
        }
        match read_as("a.txt", &bytes, Limits::default()) {
            Ok(file) => {
                assert!(!file.text.contains(['\0', '\r']), "{round}");
                assert!(file.text.len() <= bytes.len() * 3, "{round}");
                // Whatever is no letter is told, unless somebody wrote it.
                if file.text.contains('\u{fffd}') {
                    assert!(!remarks(&file.remarks).is_empty(), "{round}");
                }
                taken += 1;
            }
            Err(failure) => {
                assert_eq!(failure.code, Code::FileRefused, "{round}: {failure}");
                assert!(
                    failure.hint.is_some() && failure.cause.is_some(),
                    "{round}: {failure}"
                );
            }
        }
    }
    assert!(
        taken > ROUNDS / 2 && taken < ROUNDS,
        "{taken} of {ROUNDS} were taken"
    );
    let grown = peak_bytes().saturating_sub(before);
    assert!(grown < MOST_BYTES, "took {grown} bytes");
}

fn large() {
    const MOST_BYTES: u64 = 24 << 20;
    let before = peak_bytes();
    let most = 1 << 20;
    for fill in [
        &b"\xff"[..],
        b"\0",
        b"\xe5\x9c\x9f\xff",
        b"\x80",
        b"a\0",
        b"\0\0\0a",
        b"\x81\x30\x81\x30",
        b"\x1b$B",
    ] {
        let bytes: Vec<u8> = fill.iter().copied().cycle().take(most).collect();
        if let Err(failure) = read_as("a.txt", &bytes, Limits::default()) {
            assert_eq!(failure.code, Code::FileRefused, "{failure}");
        }
    }
    let grown = peak_bytes().saturating_sub(before);
    assert!(grown < MOST_BYTES, "took {grown} bytes");
}

/// The most memory that this process ever had; 0 where it is not told.
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kib.unwrap_or(0) << 10
}
