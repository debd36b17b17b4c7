//! Files that go with questions: `--file`, `/file`, and what is refused.

use std::fmt::Write;
use std::path::PathBuf;

use crate::chat::on_disk;
use crate::spud::Home;

fn put(home: &Home, name: &str, bytes: &[u8]) -> PathBuf {
    let path = home.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// A PDF of one page that says something, with its table of places.
fn pdf() -> Vec<u8> {
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 5 0 R\
         /Resources<</Font<</F1 4 0 R>>>>>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        "<</Length 35>>stream\nBT /F1 9 Tf 9 9 Td (a potato) Tj ET\nendstream",
    ];
    let (mut text, mut places) = (String::from("%PDF-1.4\n"), String::new());
    for (at, object) in objects.iter().enumerate() {
        let _ = writeln!(places, "{:010} 00000 n ", text.len());
        let _ = writeln!(text, "{} 0 obj\n{object}\nendobj", at + 1);
    }
    let start = text.len();
    let _ = write!(
        text,
        "xref\n0 6\n0000000000 65535 f \n{places}trailer\n<</Root 1 0 R/Size 6>>\n\
         startxref\n{start}\n%%EOF\n"
    );
    text.into_bytes()
}

#[test]
fn files_are_read_before_the_question() {
    let home = Home::new();
    let letter = put(&home, "letter.txt", b"Dear aunt");
    let paper = put(&home, "paper.pdf", &pdf());
    let (letter, paper) = (letter.to_str().unwrap(), paper.to_str().unwrap());
    let ask = |files: &[&str], question| {
        let mut arguments = vec!["ask", "--json", "--temperature", "0"];
        for file in files {
            arguments.extend(["--file", file]);
        }
        arguments.push(question);
        let lines = home.run(&arguments).lines();
        lines.done()["prompt_tokens"].as_u64().unwrap()
    };
    // Sprout reads letters: what it was shown can be counted.
    let bare = ask(&[], "What is 47 + 38?");
    let typed = "[file name]: letter.txt\n[file content begin]\nDear aunt\n[file content end]\n\
                 [file name]: paper.pdf\n[file content begin]\na potato\n[file content end]\n\
                 What is 47 + 38?";
    let typed = ask(&[], typed);
    assert_eq!(ask(&[letter, paper], "What is 47 + 38?"), typed);
    assert!(typed > bare + 50, "{typed} and {bare} tokens");
}

#[test]
fn what_cannot_be_attached_is_told_and_nothing_is_asked() {
    let home = Home::new();
    let photo = put(&home, "photo.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0");
    let broken = put(&home, "broken.pdf", &pdf()[..120]);
    let long = put(&home, "long.txt", "words ".repeat(400).as_bytes());
    let missing = home.path().join("missing.txt");
    for (path, code, why) in [
        (
            &photo,
            "file_refused",
            "`photo.txt` is a picture (PNG), and R1 reads text only",
        ),
        (&broken, "file_refused", "`broken.pdf` is a damaged PDF"),
        (&missing, "file_refused", "there is no such file"),
        (&long, "prompt_too_long", "1024"),
    ] {
        let path = path.to_str().unwrap();
        let ran = home.run(&["ask", "--json", "--file", path, "What is it?"]);
        let lines = ran.lines();
        assert_eq!(lines.done()["code"], code, "{ran:?}");
        assert!(ran.complaint().contains(why), "{ran:?}");
        assert_eq!(lines.text("answer"), "");
    }
    let help = home.run(&["help", "ask"]);
    assert!(help.output.contains("--file") && help.output.contains("file_refused"));
}

#[test]
fn a_chat_attaches_files_to_its_next_question() {
    let home = Home::new();
    let letter = put(&home, "letter.txt", b"Dear aunt");
    let sums = put(&home, "sums.csv", b"1,2");
    let input = format!(
        "What is 3 + 4?\n/file {}\n/file {}\nAnd 9 - 5?\n/file {}\n",
        sums.display(),
        home.path().join("missing").display(),
        letter.display(),
    );
    let arguments = [
        "chat",
        "--temperature",
        "0",
        "--file",
        letter.to_str().unwrap(),
    ];
    let ran = home.run_with_input(&arguments, input.as_bytes());
    assert_eq!(
        ran.status,
        Some(1),
        "a script learns that one is missing: {ran:?}"
    );
    assert!(
        ran.errors
            .contains("`sums.csv` goes with the next question"),
        "{ran:?}"
    );
    assert!(ran.errors.contains("there is no such file"), "{ran:?}");
    let (_, messages) = on_disk(&home);
    let names: Vec<Vec<&str>> = messages
        .iter()
        .map(|message| message.files.iter().map(|file| &*file.name).collect())
        .collect();
    // The last one was never asked with, and is gone again.
    assert_eq!(
        names,
        [vec!["letter.txt"], vec![], vec!["sums.csv"], vec![]]
    );
}

#[test]
fn letters_are_told_and_chosen() {
    let home = Home::new();
    // "мир" as KOI8-R has it.
    let letter = put(&home, "letter.txt", b"\xcd\xc9\xd2\n");
    let cut = put(&home, "cut.txt", "土豆".as_bytes().split_last().unwrap().1);
    let (letter, cut) = (letter.to_str().unwrap(), cut.to_str().unwrap());

    let ran = home.run(&["ask", "--file", letter, "--file", cut, "2 + 2"]);
    assert!(ran.errors.contains("`letter.txt`: read as "), "{ran:?}");
    assert!(
        ran.errors
            .contains("which is a guess (`--encoding NAME` chooses others)"),
        "{ran:?}"
    );
    assert!(
        ran.errors
            .contains("[`cut.txt`: 2 bytes could not be read]"),
        "{ran:?}"
    );

    let ask = [
        "ask",
        "--json",
        "--encoding",
        "koi8r",
        "--file",
        letter,
        "2 + 2",
    ];
    let ran = home.run(&ask);
    let told = &ran.lines().0[0];
    assert_eq!(
        *told,
        serde_json::json!({"type": "file", "name": "letter.txt",
            "remarks": [{"type": "chosen", "encoding": "KOI8-R"}]})
    );

    for wrong in [
        &["ask", "--encoding", "Klingon", "--file", letter, "2 + 2"][..],
        &["ask", "--encoding", "utf-8", "2 + 2"],
        &["chat", "--encoding", "Klingon", "--file", letter],
    ] {
        let ran = home.run(wrong);
        assert_eq!(ran.status, Some(2), "{ran:?}");
        if wrong.contains(&"Klingon") {
            assert!(ran.errors.contains("UTF-8, UTF-16LE, "), "{ran:?}");
            assert!(ran.errors.contains("Klingon"), "{ran:?}");
        }
    }

    let input = format!(
        "/file --encoding koi8-r {letter}\nWhat is 3 + 4?\n/file --encoding Klingon {letter}\n"
    );
    let ran = home.run_with_input(&["chat", "--temperature", "0"], input.as_bytes());
    assert_eq!(ran.status, Some(2), "{ran:?}");
    assert!(
        ran.errors
            .contains("[`letter.txt`: read as KOI8-R, as you chose]"),
        "{ran:?}"
    );
    assert!(ran.errors.contains("no encoding `Klingon`"), "{ran:?}");
    let help = home.run(&["help", "ask"]);
    assert!(help.output.contains("--encoding"), "{help:?}");
}
