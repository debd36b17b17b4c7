//! PDFs: good ones, broken ones, and those that want to take the program with them.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use app::reading::{Limits, read};
use app::{Code, Failure};

use crate::pdfs::{Pdf, flate_of, page};
use crate::{Test, put, read_as};

pub(crate) const TESTS: &[Test] = &[
    ("a_pdf_is_its_text", good),
    ("a_pdf_with_one_bad_page_says_which", one_bad_page),
    ("a_pdf_that_is_no_use_says_why", no_use),
    ("a_form_for_adobe_alone_says_what_it_asks", xfa),
    (
        "letters_from_right_to_left_are_read_as_they_are_spoken",
        right_to_left,
    ),
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

/// A form whose page only asks for another program.
fn form(catalog: &str, template: &str, data: &str) -> Vec<u8> {
    let mut pdf = Pdf::of_lines(&[
        "Please wait...",
        "If this message is not eventually replaced, get the latest Adobe Reader.",
    ]);
    pdf.replace(
        1,
        &format!(
            "<< /Type /Catalog /Pages 2 0 R {catalog} /AcroForm << /XFA \
             [(preamble) 6 0 R (config) 6 0 R (template) 7 0 R (datasets) 8 0 R] >> >>"
        ),
    );
    pdf.add_stream(
        "",
        b"<config><present><pdf>not this</pdf></present></config>",
    );
    pdf.add_stream(
        "",
        format!("<template xmlns='t'>{template}</template>").as_bytes(),
    );
    let datasets = format!(
        "<xfa:datasets xmlns:xfa='d'><xfa:data>{data}</xfa:data><dd:dataDescription xmlns:dd='dd'>nor this</dd:dataDescription></xfa:datasets>"
    );
    pdf.add_stream("", datasets.as_bytes());
    pdf.bytes()
}

fn xfa() {
    let caption = |words: &str| format!("<caption><value><text>{words}</text></value></caption>");
    let field = |name: &str, rest: &str| format!("<field name='{name}'>{rest}</field>");
    let check = |on: &str, words: &str| {
        field(
            on,
            &format!(
                "<ui><checkButton/></ui>{}<items><integer>{on}</integer></items>",
                caption(words)
            ),
        )
    };
    let template = format!(
        "<subform name='form'><pageSet><draw><value><text>page x of y</text></value></draw></pageSet>\
         <draw><value><exData contentType='text/html'><body><p>Order of</p><p>potatoes</p></body></exData></value></draw>\
         {}{}{}<exclGroup name='kind'>{}{}</exclGroup>{}<subform presence='hidden'>{}</subform>\
         <field name='send'><ui><button/></ui>{}<event><script>app.alert(1)</script></event></field></subform>",
        field("name", &(caption("Name:") + "<ui><textEdit/></ui>")),
        field(
            "sacks",
            &(caption("Sacks") + "<value><integer>1</integer></value>")
        ),
        field("note", &caption("Note")),
        check("1", "waxy"),
        check("2", "floury"),
        check("7", "by post"),
        field("secret", &caption("Secret")),
        caption("Send"),
    );
    let data = "<form><name>Ada &amp; Co</name><sacks>12</sacks><kind>2</kind><row><price>3</price></row></form>";
    let right = "Order of potatoes\nName: Ada & Co\nSacks: 12\nNote:\n[ ] waxy\n[x] floury\n[ ] by post\nprice: 3";
    // It says so, or its page does.
    for catalog in ["/NeedsRendering true", ""] {
        assert_eq!(text_of(&form(catalog, &template, data)).unwrap(), right);
    }
    let failure = why(&form("/NeedsRendering true", "<subform/>", ""));
    assert!(
        failure.contains("only Adobe's programs show (XFA)"),
        "{failure}"
    );
    // Pages that say something are read, with what was filled in behind them.
    let mut both = Pdf::of_lines(&["A page of its own"]);
    both.replace(
        1,
        "<< /Type /Catalog /Pages 2 0 R /AcroForm << /XFA 6 0 R >> >>",
    );
    both.add_stream("", format!("<xdp><config><a>no</a></config><template>{template}</template><datasets><data>{data}</data></datasets></xdp>").as_bytes());
    let text = text_of(&both.bytes()).unwrap();
    assert_eq!(
        text,
        "A page of its own\n\nname: Ada & Co\nsacks: 12\nkind: 2\nprice: 3"
    );
}

/// The codes of words in the font of a page, as a PDF writes them.
type Hex<'letters> = dyn Fn(&str) -> String + 'letters;

/// A page whose font has these letters, each half as wide as it is high; `show` makes its content.
fn with_letters(letters: &[&str], show: &dyn Fn(&Hex<'_>) -> String) -> Vec<u8> {
    let code = |letter: &str| 33 + letters.iter().position(|one| *one == letter).unwrap();
    let hex = |words: &str| -> String {
        words.chars().fold(String::new(), |mut hex, letter| {
            let code = match letter {
                ' ' => 32,
                _ => code(letter.encode_utf8(&mut [0; 4])),
            };
            write!(hex, "{code:02x}").unwrap();
            hex
        })
    };
    let mut pdf = Pdf::of(&[show(&hex).as_bytes()]);
    pdf.replace(
        3,
        &format!(
            "<< /Type /Font /Subtype /Type1 /BaseFont /Some /FirstChar 32 /LastChar 126 /Widths [{}] /ToUnicode 6 0 R >>",
            "500 ".repeat(95)
        ),
    );
    let mut map = format!(
        "1 begincodespacerange <00> <ff> endcodespacerange {} beginbfchar <20> <0020>",
        letters.len() + 1
    );
    for (at, letter) in letters.iter().enumerate() {
        write!(map, " <{:02x}> <", at + 33).unwrap();
        for unit in letter.encode_utf16() {
            write!(map, "{unit:04x}").unwrap();
        }
        map.push('>');
    }
    pdf.add_stream("", (map + " endbfchar").as_bytes());
    pdf.bytes()
}

fn right_to_left() {
    let hebrew: Vec<String> =
        "אבגדהוזחטיכךלמםנןסעפףצץקרשת()[].,-:0123456789SpudThewrdmanso\u{5b8}\u{5c1}"
            .chars()
            .map(String::from)
            .collect();
    let hebrew: Vec<&str> = hebrew.iter().map(String::as_str).collect();
    // As one line that is drawn from left to right; several below each other.
    let drawn = |lines: &[&str]| {
        let bytes = with_letters(&hebrew, &|hex| {
            let lines = lines
                .iter()
                .map(|line| format!("<{}> Tj 0 -16 Td ", hex(line)));
            format!("BT /F1 12 Tf 20 280 Td {}ET", lines.collect::<String>())
        });
        text_of(&bytes).unwrap()
    };
    assert_eq!(
        drawn(&["םלוע םולש", "םישדח 12 ,2024 תנש"]),
        "שלום עולם\nשנת 2024, 12 חדשים"
    );
    assert_eq!(drawn(&[".השדח Spud 2.0 הסרג"]), "גרסה Spud 2.0 חדשה.");
    assert_eq!(
        drawn(&["The word םולש ends", "The word and so", "The words"]),
        "The word שלום ends\nThe word and so\nThe words"
    );
    // Brackets by what they look like, and by what they mean.
    assert_eq!(
        drawn(&["ו (הד) גבא", "[א] בג"]),
        "אבג (הד) ו".replace("הד", "דה") + "\nגב [א]"
    );
    assert_eq!(drawn(&["ו )הד( גבא", "]א[ בג"]), "אבג (דה) ו\nגב [א]");
    // Letter by letter, as it is spoken, with the number in it.
    let letters = |words: &[(&str, f64)]| {
        with_letters(&hebrew, &|hex| {
            let all = words
                .iter()
                .map(|(word, x)| format!("BT /F1 12 Tf {x} 200 Td <{}> Tj ET ", hex(word)));
            all.collect()
        })
    };
    let spoken: Vec<(String, f64)> = "שלום,"
        .chars()
        .zip(0..)
        .map(|(letter, at)| (letter.to_string(), 200.0 - 6.0 * f64::from(at)))
        .chain([("12".to_owned(), 158.0)])
        .chain(
            "עולם"
                .chars()
                .zip(0..)
                .map(|(letter, at)| (letter.to_string(), 149.0 - 6.0 * f64::from(at))),
        )
        .collect();
    let spoken: Vec<(&str, f64)> = spoken.iter().map(|(word, x)| (word.as_str(), *x)).collect();
    assert_eq!(text_of(&letters(&spoken)).unwrap(), "שלום, 12 עולם");
    // Word by word, each as it is seen.
    let words = [
        ("תנש", 200.0),
        ("2024", 170.0),
        ("התייה", 134.0),
        ("Spud", 104.0),
        (".הבוט", 70.0),
    ];
    assert_eq!(
        text_of(&letters(&words)).unwrap(),
        "שנת 2024 הייתה Spud טובה."
    );
    // Points behind their letters, as they are spoken; and before them, as programs draw them that go rightwards.
    let pointed = [
        ("ש", 56.0),
        ("\u{5c1}", 57.0),
        ("ל", 50.0),
        ("ו", 44.0),
        ("ם", 38.0),
    ];
    assert_eq!(text_of(&letters(&pointed)).unwrap(), "ש\u{5c1}לום");
    assert_eq!(drawn(&["םול\u{5c1}ש"]), "ש\u{5c1}לום");
    // Arabic in the shapes that its letters have, and two letters in one.
    let shapes = ["ﻡ", "ﻼ", "ﺳ", "لا", "ﻛ", "س", "م", "٢", "٠", "٤"];
    let arabic = |content: &str| {
        let bytes = with_letters(&shapes, &|hex| {
            format!(
                "BT /F1 12 Tf 20 200 Td <{}> Tj ET",
                if content == "glyphs" {
                    // ("م" and the letter that is two, which has code 36, and "س").
                    format!("{}24{}", hex("م"), hex("س"))
                } else {
                    hex(content)
                }
            )
        });
        text_of(&bytes).unwrap()
    };
    assert_eq!(arabic("ﻡﻼﺳ"), "سلام");
    assert_eq!(arabic("glyphs"), "سلام");
    assert_eq!(arabic("٢٠٢٤ ﻡﻼﺳ"), "سلام ٢٠٢٤");
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
