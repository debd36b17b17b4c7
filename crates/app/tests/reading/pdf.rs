//! PDFs: good ones, broken ones, and those that want to take the program with them.

use std::time::{Duration, Instant};

use app::reading::{Limits, read};
use app::{Code, Failure};

use crate::pdfs::{Pdf, flate_of, page};
use crate::{Test, put, read_as};

pub(crate) const TESTS: &[Test] = &[
    ("a_pdf_is_its_text", good),
    ("a_pdf_with_one_bad_page_says_which", one_bad_page),
    ("a_pdf_that_is_no_use_says_why", no_use),
    (
        "a_pdf_of_truncated_or_flipped_bytes_never_takes_the_program_along",
        truncated,
    ),
    ("a_bomb_costs_its_reader_alone", bomb),
    ("a_pdf_that_takes_too_long_is_ended", endless),
    ("a_pdf_with_too_much_text_is_refused", too_long),
    ("reading_is_stopped_when_nobody_wants_it", stopped),
];

fn text_of(bytes: &[u8]) -> Result<String, Failure> {
    read_as("paper.pdf", bytes, Limits::default()).map(|file| file.text)
}

fn why(bytes: &[u8]) -> String {
    let failure = text_of(bytes).unwrap_err();
    assert_eq!(failure.code, Code::FileRefused, "{failure}");
    assert!(failure.hint.is_some() && failure.message.contains("`paper.pdf`"));
    failure.message
}

fn good() {
    let one = page(&["Dear aunt,", "two and two is four."]);
    let two = page(&["The second page"]);
    let bytes = Pdf::of(&[one.as_bytes(), two.as_bytes()]).bytes();
    let text = text_of(&bytes).unwrap();
    let words: Vec<&str> = text.split_whitespace().collect();
    assert_eq!(
        words.join(" "),
        "Dear aunt, two and two is four. The second page",
        "{text:?}"
    );
    assert!(text.contains("aunt,\n"), "{text:?}");
    // Named as something else, and with some bytes before it.
    let moved = [b"\r\n\r\n".as_slice(), &bytes].concat();
    let file = read_as("paper", &bytes, Limits::default()).unwrap();
    assert_eq!(file.text, text);
    assert_eq!(file.bytes, bytes.len() as u64);
    assert!(text_of(&moved).is_ok_and(|moved| moved == text));
}

fn one_bad_page() {
    let one = page(&["The first page"]);
    let mut pdf = Pdf::of(&[one.as_bytes(), b"BT ET"]);
    // Its box has too few sides, which makes the parser panic.
    pdf.replace(
        6,
        "<< /Type /Page /Parent 2 0 R /MediaBox [0] /Contents 99 0 R >>",
    );
    let text = text_of(&pdf.bytes()).unwrap();
    assert!(text.starts_with("The first page"), "{text:?}");
}

fn no_use() {
    let drawing = Pdf::of(&[b"0 0 m 100 100 l S"]).bytes();
    assert!(why(&drawing).contains("a picture of text"));
    assert!(why(b"%PDF-1.7\nnothing of the kind").contains("damaged"));
    let mut none = Pdf::of(&[]);
    none.trailer("");
    assert!(why(&none.bytes()).contains("damaged"));

    let mut locked = Pdf::of_lines(&["secret"]);
    let key = "00".repeat(32);
    locked.add(&format!(
        "<< /Filter /Standard /V 2 /R 3 /Length 128 /P -44 /O <{key}> /U <{key}> >>"
    ));
    locked.trailer("/Encrypt 6 0 R /ID [<00> <00>]");
    assert!(why(&locked.bytes()).contains("only with a password"));
}

/// Whatever comes of it, it is text or a sentence.
fn truncated() {
    let whole = Pdf::of_lines(&["some words", "and more"]).bytes();
    for end in (0..whole.len()).step_by(97) {
        if let Err(failure) = text_of(&whole[..end]) {
            assert_eq!(failure.code, Code::FileRefused, "{failure}");
        }
    }
    for at in (9..whole.len()).step_by(61) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x15;
        if let Err(failure) = text_of(&flipped) {
            assert_eq!(failure.code, Code::FileRefused, "{failure}");
        }
    }
    // A page tree that turns in a circle, and a length that is another one's.
    let mut circle = Pdf::of_lines(&["x"]);
    circle.replace(2, "<< /Type /Pages /Count 1 /Kids [2 0 R] >>");
    why(&circle.bytes());
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let mut nested = Pdf::of_lines(&["x"]);
    nested.replace(3, &deep);
    let _ = text_of(&nested.bytes());
}

/// Four gigabytes, in four megabytes.
fn bomb() {
    let mut bomb = Pdf::of_lines(&["x"]);
    bomb.replace_stream(5, "/Filter /FlateDecode", &flate_of(b' ', 4 << 30));
    let begin = Instant::now();
    let failure = text_of(&bomb.bytes()).unwrap_err();
    assert_eq!(failure.code, Code::FileRefused, "{failure}");
    assert!(begin.elapsed() < Duration::from_secs(25));
    assert_eq!(readers(), 0);
}

fn endless() {
    let many = page(&vec!["word"; 200_000]);
    let limits = Limits {
        time: Duration::from_millis(100),
        ..Limits::default()
    };
    let failure = read_as("long.pdf", &Pdf::of(&[many.as_bytes()]).bytes(), limits).unwrap_err();
    assert!(
        failure
            .message
            .contains("`long.pdf` was not read within 0.1 s"),
        "{failure}"
    );
    assert_eq!(readers(), 0);
}

fn too_long() {
    let limits = Limits {
        text: 1000,
        ..Limits::default()
    };
    let bytes = Pdf::of_lines(&["a line of words"; 100]).bytes();
    let failure = read_as("long.pdf", &bytes, limits).unwrap_err();
    assert!(failure.message.contains("has more than"), "{failure}");
}

fn stopped() {
    let many = page(&vec!["word"; 200_000]);
    let (_folder, path) = put("long.pdf", &Pdf::of(&[many.as_bytes()]).bytes());
    let (stopper, stop) = app::stop::stop();
    let reading = std::thread::spawn(move || read(&path, Limits::default(), &stop));
    let begun = Instant::now();
    while readers() == 0 {
        assert!(begun.elapsed() < Duration::from_mins(1), "no reader");
        std::thread::yield_now();
    }
    stopper.stop();
    let failure = reading.join().unwrap().unwrap_err();
    assert_eq!(failure.code, Code::Stopped, "{failure}");
    assert_eq!(readers(), 0);
}

/// Processes of this program's that still read.
fn readers() -> usize {
    let parent = format!("PPid:\t{}", std::process::id());
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return 0;
    };
    let statuses = processes
        .filter_map(|process| std::fs::read_to_string(process.ok()?.path().join("status")).ok());
    statuses
        .filter(|status| status.lines().any(|line| line == parent))
        .count()
}
