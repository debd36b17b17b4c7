//! A thousand damaged documents, the sister of the corpus of `crates/gguf`: whatever comes of one, it is
//! text or a word why not, in bounded time and memory. Always the same thousand.
//!
//! They are read here without a process of their own, which would take minutes; `tests/reading` sends
//! some through it.

use std::io::{Cursor, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use fastrand::Rng;

use super::forms;

/// Of each kind that is read, from many programs' hands.
const WHOLE: [&str; 25] = [
    "word.docx",
    "word-strict.docx",
    "lo.docx",
    "utf-16.docx",
    "openpyxl.xlsx",
    "lo.xlsx",
    "text.odt",
    "lo.odt",
    "sheet.ods",
    "book.epub",
    "lo.epub",
    "slides.pptx",
    "page.html",
    "lo.html",
    "cjk-gbk.pdf",
    "cjk-unijis-v.pdf",
    "cid-mapped.pdf",
    "form.pdf",
    "columns-tagged.pdf",
    "columns-thread.pdf",
    "form-xobject.pdf",
    "type3.pdf",
    "object-streams.pdf",
    "locked-open-r6.pdf",
    "fpdf.pdf",
];

/// Of each so many.
const EACH: usize = 40;

/// Text that is taken of one.
const MOST: usize = 4 << 20;

/// How long one may take, in a build without optimisation on a machine with other work.
const LONGEST: Duration = Duration::from_secs(10);

/// What memory may grow by, in KiB: the limit of the process that reads is four times that.
#[cfg(target_os = "linux")]
const MEMORY: u64 = 256 << 10;

#[test]
fn a_thousand_damaged_documents_cost_nothing_but_themselves() {
    let mut rng = Rng::with_seed(28);
    #[cfg(target_os = "linux")]
    let before = peak();
    let (mut taken, mut refused, mut broke) = (0, 0, 0);
    for name in WHOLE {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reading/files");
        let whole = std::fs::read(path.join(name)).unwrap();
        let form = forms::of(&whole[..whole.len().min(1024)]).unwrap();
        for round in 0..EACH {
            // The parts of an archive, as often as the archive itself.
            let bytes = match round % 2 {
                0 if whole.starts_with(b"PK") => inside(&whole, &mut rng),
                _ => hurt(&whole, &mut rng),
            };
            let begun = Instant::now();
            // The process that reads catches this too, and its parent hears that it broke.
            match catch_unwind(AssertUnwindSafe(|| forms::read(form, bytes, MOST))) {
                Ok(Ok(words)) => {
                    assert!(
                        !words.text.trim().is_empty() && words.text.len() <= MOST,
                        "{name}"
                    );
                    taken += 1;
                }
                Ok(Err(_)) => refused += 1,
                Err(_) => broke += 1,
            }
            assert!(
                begun.elapsed() < LONGEST,
                "{name}, {round}: {:?}",
                begun.elapsed()
            );
        }
    }
    assert_eq!(taken + refused + broke, WHOLE.len() * EACH);
    assert!(
        taken > 300 && refused > 100,
        "{taken} taken, {refused} refused"
    );
    assert!(broke < 10, "{broke} broke the reader");
    #[cfg(target_os = "linux")]
    assert!(peak() - before < MEMORY, "{} KiB", peak() - before);
}

/// The most that this process has had in memory, in KiB.
#[cfg(target_os = "linux")]
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// An archive whose parts are hurt, and which is whole itself.
fn inside(whole: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut old = zip::ZipArchive::new(Cursor::new(whole)).unwrap();
    let mut new = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let how =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let victim = rng.usize(..old.len());
    for at in 0..old.len() {
        let mut part = old.by_index(at).unwrap();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        let name = part.name().unwrap().into_owned();
        let is_main = name.ends_with("document.xml") || name.ends_with("content.xml");
        if !bytes.is_empty() && (at == victim || is_main && rng.bool()) {
            bytes = hurt(&bytes, rng);
        }
        // A part that is gone, now and then.
        if at != victim || rng.u8(..) > 40 {
            new.start_file(name, how).unwrap();
            new.write_all(&bytes).unwrap();
        }
    }
    new.finish().unwrap().into_inner()
}

/// The same bytes with something wrong.
fn hurt(whole: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    let at = rng.usize(..bytes.len());
    let length = rng.usize(..64.min(bytes.len() - at).max(1));
    match rng.u8(..8) {
        0 => bytes.truncate(at.max(1)),
        1 => drop(bytes.drain(at..at + length)),
        2 => {
            let again = bytes[at..at + length].to_vec();
            bytes.splice(at..at, again.repeat(rng.usize(1..20)));
        }
        3 => bytes[at..at + length].fill(0),
        4 => bytes[at..at + length].fill_with(|| rng.u8(..)),
        5 => {
            // Numbers are where sizes and places are.
            let digits: Vec<usize> = (0..bytes.len())
                .filter(|at| bytes[*at].is_ascii_digit())
                .collect();
            for _ in 0..rng.usize(1..10) {
                if let Some(digit) = rng.choice(&digits) {
                    bytes[*digit] = rng.u8(b'0'..=b'9');
                }
            }
        }
        6 => {
            let other = rng.usize(..bytes.len());
            bytes.swap(at, other);
            bytes[other] ^= 0x80;
        }
        _ => {
            for _ in 0..rng.usize(1..30) {
                let at = rng.usize(..bytes.len());
                bytes[at] ^= 1 << rng.u8(..8);
            }
        }
    }
    bytes
}
