//! Files that are text, and files that are not.

use app::Code;
use app::reading::{Limits, read, shown};

use crate::{Test, put, read_as};

pub(crate) const TESTS: &[Test] = &[
    ("a_file_is_its_text_its_name_and_its_size", a_file),
    ("what_cannot_be_attached_is_refused_in_words", refused),
    ("a_name_never_turns_the_words_around_it", names),
    (
        "files_stand_before_the_question_in_the_makers_own_shape",
        shape,
    ),
];

fn a_file() {
    let text = "a,b\r\n1,2\r\n";
    let file = read_as("sums.csv", text.as_bytes(), Limits::default()).unwrap();
    assert_eq!((&*file.name, file.bytes), ("sums.csv", 10));
    assert_eq!(file.text, "a,b\n1,2\n");
    // Judged by what is in it: no name makes words of pictures, or a PDF of words.
    let words = read_as("words.pdf", b"only words", Limits::default()).unwrap();
    assert_eq!(words.text, "only words");
}

fn refused() {
    let large = vec![b'a'; (8 << 20) + 1];
    for (name, bytes, why) in [
        (
            "photo.txt",
            &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\x08"[..],
            "is a picture (PNG), and R1 reads text only",
        ),
        ("empty.txt", b"", "has no words in it"),
        ("blank.txt", b" \r\n\t", "has no words in it"),
        ("large.txt", &large, "may be 8.00 MiB at most"),
    ] {
        let failure = read_as(name, bytes, Limits::default()).unwrap_err();
        assert_eq!(failure.code, Code::FileRefused, "{failure}");
        assert!(
            failure.message.starts_with(&format!("`{name}` ")),
            "{failure}"
        );
        assert!(failure.message.contains(why), "{failure}");
        assert!(failure.hint.is_some());
    }
    let (folder, path) = put("there.txt", b"x");
    let (_stopper, stop) = app::stop::stop();
    for path in [
        path.with_file_name("not there.txt"),
        folder.path().to_owned(),
    ] {
        let failure = read(&path, Limits::default(), &stop).unwrap_err();
        // The page is told of no place on the disk.
        let place = folder.path().parent().unwrap().to_str().unwrap();
        assert!(!failure.message.contains(&format!("{place}/")), "{failure}");
    }
}

fn names() {
    let odd = "invoice\u{202e}fdp.exe\n\u{2066}.txt";
    let file = read_as(odd, b"words", Limits::default()).unwrap();
    assert_eq!(file.name, "invoicefdp.exe.txt");
    let long = format!("{}.csv", "x".repeat(200));
    let file = read_as(&long, b"words", Limits::default()).unwrap();
    assert!(file.name.ends_with("x.csv") && file.name.chars().count() < 100);
}

fn shape() {
    let one = read_as("a.txt", b"one\n", Limits::default()).unwrap();
    let two = read_as("b.txt", b"two", Limits::default()).unwrap();
    assert_eq!(
        shown(&[one, two], "Which?"),
        "[file name]: a.txt\n[file content begin]\none\n\n[file content end]\n\
         [file name]: b.txt\n[file content begin]\ntwo\n[file content end]\nWhich?"
    );
    assert_eq!(shown(&[], "Which?"), "Which?");
}
