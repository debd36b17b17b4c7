//! Documents of every form: those that people's programs write, those that a hand wrote after the
//! standards, and those that are damaged, locked, or want more than they get. `files/README.md` says
//! how they were made.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use app::Code;
use app::reading::{Limits, Part, Remark, read, remarks};
use serde_json::Value;

use crate::pdfs::flate_of;
use crate::{Test, read_as};

pub(crate) const TESTS: &[Test] = &[
    ("pdfs_are_read_whatever_their_letters_and_their_order", pdfs),
    ("documents_are_read_whatever_their_form", documents),
    ("what_was_left_out_of_a_document_is_told", left_out),
    ("a_page_that_is_a_picture_is_called_one", pictures),
    (
        "letters_that_nobody_can_tell_are_told_and_no_garbage",
        illegible,
    ),
    (
        "a_document_that_unpacks_to_gigabytes_is_refused_in_words",
        bombs,
    ),
    ("a_page_of_a_hundred_thousand_marks_is_read", deep),
    ("a_document_is_judged_by_its_bytes", by_bytes),
    ("damaged_documents_are_refused_or_taken_in_part", damaged),
];

const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reading/files");

fn wanted<T: serde::de::DeserializeOwned>(list: &str) -> BTreeMap<String, T> {
    serde_json::from_slice(&std::fs::read(Path::new(FILES).join(list)).unwrap()).unwrap()
}

fn of_file(name: &str) -> Result<(String, Vec<Remark>), app::Failure> {
    let (_stopper, stop) = app::stop::stop();
    let file = read(&Path::new(FILES).join(name), Limits::default(), &stop)?;
    Ok((file.text, remarks(&file.remarks)))
}

/// Words of one line, with one space between two.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn pdfs() {
    let mut wrong = Vec::new();
    for (name, words) in wanted::<Vec<String>>("pdfs.json") {
        if words.is_empty() {
            continue;
        }
        let text = match of_file(&format!("{name}.pdf")) {
            Ok((text, _)) => flat(&text),
            Err(failure) => failure.to_string(),
        };
        if let Some(missing) = words.iter().find(|words| !text.contains(&***words)) {
            wrong.push(format!("{name}: no `{missing}` in `{text}`"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let (text, remarks) = of_file("p18-gbk-euc-h.pdf").unwrap();
    assert_eq!((&*text, remarks.len()), ("土豆要放在阴凉处", 0));
    for name in ["locked.pdf", "locked-r4.pdf"] {
        let failure = of_file(name).unwrap_err();
        assert!(
            failure.message.contains("only with a password"),
            "{failure}"
        );
    }
    let (text, _) = of_file("form.pdf").unwrap();
    assert!(!text.contains("not to be seen"), "{text}");
    let (text, _) = of_file("hidden-layer.pdf").unwrap();
    assert!(!text.contains("switched off"), "{text}");
}

fn documents() {
    let mut wrong = Vec::new();
    for (name, told) in wanted::<Value>("documents.json") {
        let words = |key: &str| -> Vec<String> {
            serde_json::from_value(told[key].clone()).unwrap_or_default()
        };
        match (of_file(&name), told["why"].as_str()) {
            (Ok((text, _)), None) => {
                let text = if Path::new(&name).extension() == Some("pdf".as_ref()) {
                    let lines: Vec<String> =
                        text.lines().map(|line| line.trim().to_owned()).collect();
                    format!("{}\n{}", lines.join("\n"), flat(&text))
                } else {
                    text
                };
                for words in words("in").iter().filter(|words| !text.contains(&***words)) {
                    wrong.push(format!("{name}: no `{words}` in `{text}`"));
                }
                for words in words("out").iter().filter(|words| text.contains(&***words)) {
                    wrong.push(format!("{name}: `{words}` in `{text}`"));
                }
            }
            (Err(failure), Some(why)) => {
                assert_eq!(failure.code, Code::FileRefused, "{name}: {failure}");
                if !failure.message.contains(why) || failure.hint.is_none() {
                    wrong.push(format!("{name}: {failure}"));
                }
            }
            (Ok((text, _)), Some(why)) => wrong.push(format!("{name}: not `{why}` but `{text}`")),
            (Err(failure), None) => wrong.push(format!("{name}: {failure}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn left_out() {
    for (name, what, count) in [
        ("word.docx", Part::Pictures, 1),
        ("text.odt", Part::Pictures, 1),
        ("page.html", Part::Pictures, 1),
        ("book.epub", Part::Pictures, 1),
        ("book.epub", Part::Chapters, 1),
    ] {
        let (_, remarks) = of_file(name).unwrap();
        let told = Remark::LeftOut { what, count };
        assert!(remarks.contains(&told), "{name}: {remarks:?}");
    }
    for name in [
        "pydocx.docx",
        "openpyxl.xlsx",
        "laughs.docx",
        "cjk-gbk.pdf",
        "form.pdf",
    ] {
        let (_, remarks) = of_file(name).unwrap();
        assert_eq!(remarks, [], "{name}");
    }
}

fn pictures() {
    let failure = of_file("picture.pdf").unwrap_err();
    assert!(failure.message.contains("a picture of text"), "{failure}");
    assert!(!failure.message.contains("damaged"), "{failure}");
    let (text, remarks) = of_file("picture-part.pdf").unwrap();
    assert!(text.ends_with("[a picture of text: page 2]"), "{text}");
    assert_eq!(remarks, [Remark::Pictures { pages: 1, of: 2 }]);
    // A page with nothing on it is none.
    let (text, remarks) = of_file("blank.pdf").unwrap();
    assert_eq!((&*text, remarks.len()), ("words", 0));
}

fn illegible() {
    let failure = of_file("cid-unknown.pdf").unwrap_err();
    assert!(
        failure.message.contains("letters cannot be read"),
        "{failure}"
    );
    let (text, remarks) = of_file("cid-part.pdf").unwrap();
    assert_eq!(text, "\u{fffd}\nWhat can be read");
    assert_eq!(remarks, [Remark::Illegible { letters: 3 }]);
    // A number of a glyph is a letter where its collection is known.
    let (text, _) = of_file("cid-gb1.pdf").unwrap();
    assert_eq!(text, "庙夏千");
}

/// An archive of parts that are packed already, as they are.
fn packed(parts: &[(&str, u16, u32, &[u8])]) -> Vec<u8> {
    let (mut bytes, mut list) = (Vec::new(), Vec::new());
    for (name, how, size, data) in parts {
        let at = u32::try_from(bytes.len()).unwrap();
        let mut told = Vec::new();
        told.extend([20, 0, 0, 0]);
        told.extend(how.to_le_bytes());
        // No time, no day, and no sum: it is not read as far as that.
        told.extend([0; 8]);
        told.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        told.extend(size.to_le_bytes());
        told.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        told.extend([0; 2]);
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&told);
        bytes.extend(name.bytes());
        bytes.extend(*data);
        list.extend(b"PK\x01\x02\x14\0");
        list.extend(&told);
        list.extend([0; 10]);
        list.extend(at.to_le_bytes());
        list.extend(name.bytes());
    }
    let (start, size) = (bytes.len(), list.len());
    let count = u16::try_from(parts.len()).unwrap().to_le_bytes();
    bytes.extend(list);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([count, count].concat());
    bytes.extend(u32::try_from(size).unwrap().to_le_bytes());
    bytes.extend(u32::try_from(start).unwrap().to_le_bytes());
    bytes.extend([0; 2]);
    bytes
}

fn bombs() {
    // Three gigabytes, in three megabytes.
    let zlib = flate_of(b' ', 3 << 30);
    let spaces = &zlib[2..zlib.len() - 4];
    for part in ["mimetype", "META-INF/container.xml", "_rels/.rels"] {
        let bomb = packed(&[(part, 8, 3 << 30, spaces)]);
        let begun = Instant::now();
        let failure = read_as("bomb", &bomb, Limits::default()).unwrap_err();
        assert!(
            failure.message.contains("unpacks to more"),
            "{part}: {failure}"
        );
        assert!(begun.elapsed() < Duration::from_secs(25));
    }
}

fn deep() {
    let many = 20_000;
    let page = format!(
        "<!doctype html>{}deep{}<p>behind it",
        "<div><table><tr><td><ul><li>".repeat(many),
        "</div>".repeat(many)
    );
    let file = read_as("page", page.as_bytes(), Limits::default()).unwrap();
    assert!(file.text.contains("deep") && file.text.contains("behind it"));
}

fn by_bytes() {
    for (name, other) in [
        ("word.docx", "letter.pdf"),
        ("text.odt", "notes.txt"),
        ("cjk-gbk.pdf", "a.docx"),
    ] {
        let bytes = std::fs::read(Path::new(FILES).join(name)).unwrap();
        let file = read_as(other, &bytes, Limits::default()).unwrap();
        assert_eq!(file.text, of_file(name).unwrap().0, "{name}");
    }
}

/// A few dozen through the process itself; `reading::damaged` tries a thousand without.
fn damaged() {
    let mut rng = fastrand::Rng::with_seed(28);
    for name in [
        "word.docx",
        "openpyxl.xlsx",
        "text.odt",
        "book.epub",
        "form.pdf",
        "object-streams.pdf",
    ] {
        let whole = std::fs::read(Path::new(FILES).join(name)).unwrap();
        for round in 0..6 {
            let mut bytes = whole.clone();
            if round % 3 == 0 {
                bytes.truncate(rng.usize(1..bytes.len()));
            } else {
                for _ in 0..rng.usize(1..20) {
                    let at = rng.usize(..bytes.len());
                    bytes[at] = rng.u8(..);
                }
            }
            let begun = Instant::now();
            match read_as(name, &bytes, Limits::default()) {
                Ok(file) => assert!(!file.text.trim().is_empty(), "{name}"),
                Err(failure) => {
                    assert_eq!(failure.code, Code::FileRefused, "{name}: {failure}");
                    assert!(
                        failure.hint.is_some() && failure.cause.is_some(),
                        "{name}: {failure}"
                    );
                }
            }
            assert!(begun.elapsed() < Duration::from_secs(21), "{name}");
        }
    }
}
