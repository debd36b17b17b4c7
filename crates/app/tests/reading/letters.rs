//! The letters of text files: whatever wrote them, they come back as they were written, or it is told
//! that they are a guess; what cannot be read is counted.

use app::chats::TextFile;
use app::reading::{Encoding, Limits, Remark, USUAL, read_in, remarks};

use crate::prose::PROSE;
use crate::{Test, put, read_as};

pub(crate) const TESTS: &[Test] = &[
    ("the_given_files_are_right", given),
    ("letters_come_back_or_are_told_as_a_guess", written),
    ("utf_8_stays_utf_8_with_few_bad_bytes", few_bad),
    ("a_file_cut_anywhere_keeps_its_letters", cut),
    ("wide_letters_need_no_mark", wide),
    ("zeros_of_a_crash_go_and_are_counted", zeros),
    ("further_files_after_reports", further),
    ("other_letters_can_be_chosen", chosen),
    ("line_ends_are_one", line_ends),
];

fn of(bytes: &[u8]) -> (String, Vec<Remark>) {
    let file = read_as("a.txt", bytes, Limits::default());
    let TextFile { text, remarks, .. } = file.unwrap_or_else(|failure| {
        let begin = &bytes[..bytes.len().min(80)];
        panic!("{failure}: {:?}", String::from_utf8_lossy(begin))
    });
    (text, self::remarks(&remarks))
}

fn guessed(name: &str) -> Remark {
    Remark::Guessed {
        encoding: Encoding::named(name).unwrap(),
    }
}

fn is_guess(remarks: &[Remark]) -> bool {
    let guess = |remark: &Remark| matches!(remark, Remark::Guessed { .. });
    remarks.iter().any(guess)
}

/// Written as this encoding has it; none where it has no such letters. An encoder of our own for what
/// the library does not write.
fn encoded(text: &str, name: &str) -> Option<Vec<u8>> {
    Some(match name {
        "UTF-16LE" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "UTF-16BE" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        "UTF-32LE" => text
            .chars()
            .flat_map(|letter| u32::from(letter).to_le_bytes())
            .collect(),
        "UTF-32BE" => text
            .chars()
            .flat_map(|letter| u32::from(letter).to_be_bytes())
            .collect(),
        _ => {
            let encoding = encoding_rs::Encoding::for_label(name.as_bytes()).unwrap();
            let (bytes, _, failed) = encoding.encode(text);
            if failed {
                return None;
            }
            bytes.into_owned()
        }
    })
}

/// Sentences of a language in an order of their own, with lines and numbers between.
fn texts(seed: u64, sentences: &str, count: usize) -> String {
    let mut chance = fastrand::Rng::with_seed(seed);
    let all: Vec<&str> = sentences.split('|').collect();
    let mut text = String::new();
    for _ in 0..count {
        text += all[chance.usize(..all.len())];
        match chance.u8(..6) {
            0 => text += "\n",
            1 => text.extend([" ", &chance.u32(..10_000).to_string(), "\n"]),
            _ => text.push(' '),
        }
    }
    text
}

fn given() {
    let file = |name: &str| {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reading/files");
        of(&std::fs::read(folder.join(name)).unwrap())
    };
    let (text, remarks) = file("f30-min-cut.txt");
    assert_eq!(
        (&*text, &*remarks),
        ("土\u{fffd}", &[Remark::Unreadable { bytes: 2 }][..])
    );
    let (text, remarks) = file("f01-utf8-cut-mid-character.txt");
    assert!(text.starts_with("今天我们讨论土豆的保存方法："), "{text}");
    assert!(text.ends_with("保持在四到十度\u{fffd}"), "{text}");
    assert_eq!(text.matches('\u{fffd}').count(), 1);
    assert!(
        matches!(remarks[..], [Remark::Unreadable { .. }]),
        "{remarks:?}"
    );
    let (text, remarks) = file("f07-gb18030-rare.txt");
    let line = "朱镕基讲话，㐂字店，𠮷野家。这里是普通的中文句子，用来判断编码。\n";
    assert_eq!(text, line.repeat(3));
    assert_eq!(remarks, [guessed("gb18030")]);
    let (text, remarks) = file("f08-sjis-halfkana.csv");
    assert!(
        text.starts_with("品名,価格\nｼﾞｬｶﾞｲﾓ,百二十円\nｼﾞｬｶﾞｲﾓ,九十円\n"),
        "{text}"
    );
    assert_eq!(remarks, [guessed("Shift_JIS")]);
}

/// Each language in each of its encodings, long and short, marked and not.
fn written() {
    let (mut all, mut wrong) = (0, Vec::new());
    for seed in 0..8 {
        for (language, before, sentences) in PROSE {
            let count = [1, 3, 12, 40][usize::try_from(seed % 4).unwrap()];
            let text = texts(seed, sentences, count);
            for name in ["UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"] {
                let marked = encoded(&format!("\u{feff}{text}"), name).unwrap();
                assert_eq!(
                    of(&marked),
                    (text.clone(), vec![]),
                    "{language} in marked {name}"
                );
                let (read, remarks) = of(&encoded(&text, name).unwrap());
                assert_eq!(read, text, "{language} in {name}: {remarks:?}");
                assert_eq!(is_guess(&remarks), name != "UTF-8", "{language} in {name}");
            }
            for name in before {
                let Some(bytes) = encoded(&text, name) else {
                    panic!("{language} has letters that {name} has not");
                };
                let (read, remarks) = of(&bytes);
                // What looks the same in UTF-8 is that.
                assert!(
                    is_guess(&remarks) || bytes.is_ascii(),
                    "{language} in {name}"
                );
                all += 1;
                // What the detector cannot tell from its neighbours.
                let is_alike = language == "Hungarian" || *name == "x-mac-cyrillic";
                if read != text && !is_alike {
                    assert!(count < 12, "{language} in {name}: {remarks:?}");
                    wrong.push(format!("{language} in {name}, {count}: {remarks:?}"));
                }
            }
        }
    }
    assert!(
        wrong.len() * 20 <= all,
        "{} of {all}: {wrong:#?}",
        wrong.len()
    );
}

fn few_bad() {
    for (language, _, sentences) in PROSE {
        let text = texts(3, sentences, 20);
        if text.is_ascii() {
            continue;
        }
        let mut chance = fastrand::Rng::with_seed(7);
        for bad in 1..6_usize {
            let mut bytes = Vec::new();
            let mut places: Vec<usize> = (0..bad).map(|_| chance.usize(..text.len())).collect();
            places.sort_unstable();
            let mut places = places.into_iter().peekable();
            let mut expected = String::new();
            for (at, letter) in text.char_indices() {
                while places.next_if(|place| *place <= at).is_some() {
                    // No byte of UTF-8 at all.
                    bytes.push(0xff);
                    expected.push('\u{fffd}');
                }
                bytes.extend(letter.to_string().bytes());
                expected.push(letter);
            }
            let bad = expected.matches('\u{fffd}').count();
            if bad == 0 {
                continue;
            }
            let (read, remarks) = of(&bytes);
            assert_eq!(read, expected, "{language}: {remarks:?}");
            assert_eq!(
                remarks,
                [Remark::Unreadable { bytes: bad as u64 }],
                "{language}"
            );
        }
    }
    // A log of two programs: one writes UTF-8, the other wrote Latin-1 all its life.
    let mut log = Vec::new();
    for line in 0..200 {
        if line % 40 == 7 {
            log.extend(b"caf\xe9 ferm\xe9\n");
        } else {
            log.extend(format!("{line}: größer als Übermut — naïve\n").bytes());
        }
    }
    let (text, remarks) = of(&log);
    assert!(
        text.contains("0: größer als Übermut — naïve\n")
            && text.contains("caf\u{fffd} ferm\u{fffd}\n")
    );
    assert_eq!(remarks, [Remark::Unreadable { bytes: 10 }]);
    // And where it is the other way round, they are Latin-1's.
    let (text, remarks) = of(b"caf\xe9 ferm\xe9, d\xe9j\xe0 vu, \xe0 No\xebl\n");
    assert_eq!(text, "café fermé, déjà vu, à Noël\n");
    assert_eq!(remarks, [guessed("windows-1252")]);
}

fn cut() {
    for (language, _, sentences) in PROSE {
        let text = texts(5, sentences, 6);
        let bytes = text.as_bytes();
        for (begin, end) in
            (0..7).flat_map(|begin| (0..7).map(move |end| (begin, bytes.len() - end)))
        {
            let (read, remarks) = of(&bytes[begin..end]);
            assert!(
                !is_guess(&remarks),
                "{language} {begin}..{end}: {remarks:?}"
            );
            let inner = &text[text.ceil_char_boundary(begin)..text.floor_char_boundary(end)];
            assert_eq!(
                read.trim_matches('\u{fffd}'),
                inner,
                "{language} {begin}..{end}"
            );
        }
        // Wide letters end in the middle too.
        let bytes = encoded(&text, "UTF-16LE").unwrap();
        let (read, remarks) = of(&bytes[..bytes.len() - 1]);
        assert!(
            read.ends_with('\u{fffd}') && text.starts_with(read.trim_end_matches('\u{fffd}')),
            "{language}"
        );
        assert!(
            remarks.contains(&Remark::Unreadable { bytes: 1 }),
            "{language}: {remarks:?}"
        );
    }
}

fn wide() {
    // Registry files of Windows, columns of a spreadsheet, one line, letters without any ASCII.
    for text in [
        "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE]\r\n",
        "a\tb\n1\t2\n",
        "plain words",
        "x",
        "土豆放在阴凉的地窖里保存。",
        "じゃがいも、にんじん。",
        "Привет, мир!",
    ] {
        for name in ["UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"] {
            let (read, remarks) = of(&encoded(text, name).unwrap());
            assert_eq!(read, text.replace('\r', ""), "{name}");
            assert_eq!(remarks, [guessed(name)]);
        }
    }
    // Half a surrogate pair costs itself.
    let mut bytes = encoded("\u{feff}before ", "UTF-16LE").unwrap();
    bytes.extend([0x3d, 0xd8]);
    bytes.extend(encoded(" after", "UTF-16LE").unwrap());
    let (read, remarks) = of(&bytes);
    assert_eq!(
        (&*read, &*remarks),
        (
            "before \u{fffd} after",
            &[Remark::Unreadable { bytes: 2 }][..]
        )
    );
}

fn zeros() {
    let line = "2026-12-01 11:49:40 größer: the disk is full\n".repeat(9);
    let block = [0_u8; 4096];
    let (before, after) = line.as_bytes().split_at(100);
    for (bytes, zeros) in [
        ([line.as_bytes(), &block].concat(), 4096),
        ([&block, line.as_bytes()].concat(), 4096),
        ([before, &block, after].concat(), 4096),
        ([before, &block[..512], after, &block[..3]].concat(), 515),
        ([before, b"\0", after].concat(), 1),
    ] {
        let (read, remarks) = of(&bytes);
        assert_eq!(read, line);
        assert_eq!(remarks, [Remark::Zeros { bytes: zeros }]);
    }
    // In letters of before Unicode, and in wide ones.
    let russian = texts(1, PROSE[12].2, 20);
    let bytes = [encoded(&russian, "windows-1251").unwrap(), block.to_vec()].concat();
    assert_eq!(
        of(&bytes),
        (
            russian.clone(),
            vec![guessed("windows-1251"), Remark::Zeros { bytes: 4096 }]
        )
    );
    for (name, marked) in [
        ("UTF-16LE", true),
        ("UTF-16LE", false),
        ("UTF-16BE", false),
        ("UTF-32LE", false),
    ] {
        let text = format!("{}{russian}", if marked { "\u{feff}" } else { "" });
        let bytes = [encoded(&text, name).unwrap(), block.to_vec()].concat();
        let (read, remarks) = of(&bytes);
        assert_eq!(read, russian, "{name}");
        assert!(
            remarks.contains(&Remark::Zeros { bytes: 4096 }),
            "{name}: {remarks:?}"
        );
    }
    // Nothing but zeros has no words.
    let failure = read_as("a.log", &block, Limits::default()).unwrap_err();
    assert!(failure.message.contains("has no words"), "{failure}");
}

/// Each after a report about an editor, a browser or a reader of logs.
fn further() {
    // Mail: Japanese between escapes, cut behind the first of two bytes, and colours of a terminal.
    let mail = encoded("件名: じゃがいも potato\n本文です。\n", "ISO-2022-JP").unwrap();
    assert_eq!(
        of(&mail),
        (
            "件名: じゃがいも potato\n本文です。\n".to_owned(),
            vec![guessed("ISO-2022-JP")]
        )
    );
    let (read, remarks) = of(&mail[..mail.len() - 8]);
    assert!(read.starts_with("件名: じゃがいも potato\n本文"), "{read}");
    assert_eq!(remarks[0], guessed("ISO-2022-JP"));
    let colours = "\u{1b}[31mred\u{1b}(B\u{1b}[m plain\n";
    assert_eq!(of(colours.as_bytes()), (colours.to_owned(), vec![]));
    // U+FFFD that somebody wrote is a letter like others.
    assert_eq!(
        of("one \u{fffd} two".as_bytes()),
        ("one \u{fffd} two".to_owned(), vec![])
    );
    // Java's own UTF-8: a letter outside of the first plane as two halves of three bytes each.
    let (read, remarks) =
        of(b"gr\xc3\xbc\xc3\x9fe \xed\xa0\xbe\xed\xb5\x94 \xe2\x82\xac, \xe2\x82\xac und \xc3\xa4\xc3\xb6 f\xc3\xbcr G\xc3\xa4ste, gr\xc3\xb6\xc3\x9fer \xe2\x82\xac\n");
    assert!(
        read.starts_with("grüße ") && read.ends_with(" größer €\n"),
        "{read}"
    );
    assert_eq!(remarks, [Remark::Unreadable { bytes: 6 }]);
    // A table with a mark in front of each part that was put together.
    let (read, remarks) = of("\u{feff}a;ä\n\u{feff}b;ö\n".as_bytes());
    assert_eq!((&*read, &*remarks), ("a;ä\n\u{feff}b;ö\n", &[][..]));
    // The best known text that was ever taken for UTF-16.
    assert_eq!(
        of(b"Bush hid the facts"),
        ("Bush hid the facts".to_owned(), vec![])
    );
    // Smart quotes alone, in a text that is otherwise ASCII: those of all of Windows' encodings.
    let (read, remarks) = of(b"He said \x93no\x94 and left\x85\n");
    assert_eq!(read, "He said “no” and left…\n");
    assert!(is_guess(&remarks));
    // The tail of a log, begun in the middle of a letter.
    let (read, remarks) = of(&"土豆放在阴凉的地窖里。\n".as_bytes()[1..]);
    assert_eq!(read, "\u{fffd}\u{fffd}豆放在阴凉的地窖里。\n");
    assert_eq!(remarks, [Remark::Unreadable { bytes: 2 }]);
    // A console's output of two code pages: what PowerShell put behind what cmd had written.
    let mut both = encoded("\u{feff}first line\r\n", "UTF-16LE").unwrap();
    both.extend(encoded("second line\r\n", "UTF-16LE").unwrap());
    assert_eq!(of(&both).0, "first line\nsecond line\n");
    // Short names of before Unicode are told as a guess, whatever becomes of them.
    for (text, name) in [
        ("Müller\n", "windows-1252"),
        ("Привет\n", "windows-1251"),
        ("価格\n", "Shift_JIS"),
        ("价格\n", "GB18030"),
    ] {
        let (_, remarks) = of(&encoded(text, name).unwrap());
        assert!(is_guess(&remarks), "{text} {remarks:?}");
    }
}

fn chosen() {
    let text = texts(2, PROSE[12].2, 3);
    let (_folder, path) = put("a.txt", &encoded(&text, "KOI8-R").unwrap());
    let (_stopper, stop) = app::stop::stop();
    let read = |name: &str| {
        let encoding = Encoding::named(name);
        let file = read_in(encoding, &path, Limits::default(), &stop).unwrap();
        (file.text, remarks(&file.remarks))
    };
    let (right, told) = read("koi8-r");
    assert_eq!(right, text);
    assert_eq!(
        told,
        [Remark::Chosen {
            encoding: Encoding::named("KOI8-R").unwrap()
        }]
    );
    assert_ne!(read("windows-1251").0, text);
    // None of them breaks, whatever the bytes are.
    for usual in USUAL {
        let (read, told) = read(usual);
        assert!(
            !read.is_empty() && matches!(told[0], Remark::Chosen { .. }),
            "{usual}"
        );
    }
    // A picture is one whatever is chosen.
    let (_folder, path) = put(
        "a.txt",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0",
    );
    let latin = Encoding::named("windows-1252");
    let failure = read_in(latin, &path, Limits::default(), &stop).unwrap_err();
    assert!(failure.message.contains("is a picture (PNG)"), "{failure}");
}

fn line_ends() {
    let (read, remarks) = of(b"a\r\nb\rc\n\r\nd");
    assert_eq!((&*read, &*remarks), ("a\nb\nc\n\nd", &[][..]));
}
