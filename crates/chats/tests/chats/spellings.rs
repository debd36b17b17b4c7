//! A word is found in any case and spelling, at any length, in every script: at once, when searches look
//! through the words themselves, and once they are in the index.

use chats::{Chats, TextFile};
use serde_json::Value;

use crate::folder::{PATIENCE, ask, ask_with, empty, finish, open};

/// `fixtures/x01-scripts.json`, a case after people's reports: each chat has a number in its title.
fn scripts() -> Vec<(i64, String)> {
    let cases = include_str!("../fixtures/x01-scripts.json");
    let cases: Vec<Value> = serde_json::from_str(cases).unwrap();
    let number = |case: &Value| {
        let title = case["title"].as_str().unwrap();
        title.split(' ').next().unwrap().parse().unwrap()
    };
    let text = |case: &Value| {
        let text = &case["mapping"]["q"]["message"]["content"]["parts"][0];
        text.as_str().unwrap().to_owned()
    };
    cases
        .iter()
        .map(|case| (number(case), text(case)))
        .collect()
}

/// Numbers of the chats that have the words, where each is made in its turn.
fn found(chats: &Chats, query: &str) -> Vec<i64> {
    let hits = chats.search(query, 99).unwrap();
    let mut found: Vec<i64> = hits.iter().map(|hit| hit.chat.0).collect();
    found.sort_unstable();
    found
}

#[test]
fn every_script_is_found_in_any_case_and_spelling() {
    let folder = empty();
    let chats = open(folder.path());
    for (number, text) in scripts() {
        assert_eq!(ask(&chats, None, &text).chat.0, number);
    }
    let check = || {
        for (queries, expected) in [
            (
                &[
                    "caf\u{e9}",
                    "cafe\u{301}",
                    "CAF\u{c9}",
                    "CAFE\u{301}",
                    "f\u{e9}",
                    "\u{e9}",
                ][..],
                &[1, 2][..],
            ),
            (&["cafe", "cafe "], &[]),
            (&["\u{fc}ber", "U\u{308}BER"], &[1, 2]),
            (
                &[
                    "stra\u{df}e",
                    "STRASSE",
                    "strasse",
                    "STRA\u{1e9e}E",
                    "\u{df}e",
                ],
                &[1, 2, 7],
            ),
            (&["abc123", "ＡＢＣ１２３", "ａb", "１２"], &[3]),
            (&["テスト", "ﾃｽﾄ", "テ", "ｽﾄ"], &[3, 4, 5]),
            (&["ジャガイモ", "ｼﾞｬｶﾞ", "シ\u{3099}", "ガ"], &[4]),
            (&["じゃがいも", "シゃ", "じゃ"][..1], &[5]),
            (
                &[
                    "istanbul",
                    "İSTANBUL",
                    "ISTANBUL",
                    "i\u{307}stanbul",
                    "IŞIK",
                    "ışık",
                    "ılık",
                    "ŞI",
                ],
                &[6],
            ),
            (
                &["οδυσσεύς", "ΟΔΥΣΣΕΎΣ", "οδυσσευσ", "ύσ", "ΎΣ", "υ\u{301}ς"],
                &[8],
            ),
            (&["馬", "馬鈴薯"], &[9]),
            (&["马铃薯", "炖"], &[10]),
            (&["牛肉", "肉", "牛"], &[9, 10]),
            (
                &[
                    "감자",
                    "\u{1100}\u{1161}\u{11b7}\u{110c}\u{1161}",
                    "감",
                    "요리",
                    "리",
                ],
                &[11, 12],
            ),
            (&["가", "요ㄹ"], &[]),
            (&["𠮷", "𠮷野家", "㐂", "野家 㐂"], &[13]),
            (&["🥔", "👩\u{200d}👩\u{200d}👧", "👧", "FAMILY"], &[14]),
            (&["كتاب", "كِتَاب", "ك", "البطاطس", "بطـــاطس"], &[15]),
            (
                &[
                    "kartoffel",
                    "KAR\u{ad}TOF",
                    "zerowidth",
                    "zero\u{200b}width",
                    "ow",
                    "rt",
                ],
                &[16],
            ),
            (&["มันฝรั่งทอด", "ฝรั่ง", "ทอด", "ท", "ฝร"], &[17]),
            (&["ёлка", "ЁЛКА", "е\u{308}лка", "ЁЖИК"], &[18]),
            (&["ёж", "ЁЖ", "Е\u{308}Ж", "ё"], &[18, 19]),
            (&["да", "ДА", "Да", "дА", "да ёж"], &[19]),
            (
                &[
                    "c++", "C#", "c#;", "3.14", "don't", "DON’T", "’t", "node.JS", "#",
                ],
                &[20],
            ),
            (&["ok"], &[]),
        ] {
            for query in queries {
                assert_eq!(found(&chats, query), expected, "{query}");
            }
        }
    };
    check();
    assert!(chats.is_indexed(PATIENCE));
    check();
}

/// Further ones, after what people reported of other programs: a text, what finds it, what does not.
const FURTHER: [(&str, &[&str], &[&str]); 14] = [
    (
        "Tiếng Việt",
        &[
            "Vie\u{323}\u{302}t",
            "Vie\u{302}\u{323}t",
            "VI\u{1ec6}T",
            "ệt",
            "ệ",
        ],
        &["Viet", "Viê", "Vie\u{323}t"],
    ),
    (
        "e\u{302}\u{301} phô\u{309}",
        &["ế", "\u{ea}\u{301}", "Ổ"],
        &["ê", "e"],
    ),
    ("שָׁלוֹם עולם", &["שלום", "שָׁלוֹם", "ול", "ם"], &["שלומ"]),
    ("مُحَمَّد أُمّ", &["محمد", "أم", "ا\u{654}م"], &["ام"]),
    (
        "ｱｲｽｸﾘｰﾑ ﾊﾟﾝ",
        &["アイスクリーム", "パ", "ハ\u{309a}ン", "リ"],
        &["ハン"],
    ),
    (
        "हिन्दी क\u{93c}लम",
        &["हिन्दी", "ह", "\u{958}लम", "दी"],
        &["दा"],
    ),
    ("ΣΊΣΥΦΟΣ ᾳ", &["σίσυφος", "φος", "ΟΣ", "αι"], &["σισυφος"]),
    (
        "e\u{fb03}cient \u{216b} ½",
        &["efficient", "EFFI", "xii", "1⁄2", "f"],
        &["efg"],
    ),
    (
        "I \u{2764}\u{fe0f} 🥔 👍🏽",
        &["❤", "❤\u{fe0f}", "👍", "🏽"],
        &["👎"],
    ),
    (
        "ÅNGSTRÖM 300 \u{212a}",
        &["\u{212b}ngström", "a\u{30a}ngstro\u{308}m", "300 k"],
        &["angstrom"],
    ),
    ("ქართული Ⴀ", &["ᲥᲐᲠᲗᲣᲚᲘ", "რთ", "ⴀ"], &["ლა"]),
    ("Μάϊος ΐ", &["ΜΆΪΟΣ", "ϊ\u{301}", "άι\u{308}ο"], &["μαι"]),
    (
        "щи да каша, ЕЁ",
        &["ЩИ", "ДА", "Щ", "её", "ка"],
        &["её каши"],
    ),
    (
        "“quoted” non\u{2011}breaking ‘s’",
        &["\"quoted\"", "non-breaking", "'S'", "n-b"],
        &["quoted-"],
    ),
];

#[test]
fn further_spellings_are_found_wherever_they_stand() {
    let folder = empty();
    let chats = open(folder.path());
    for (text, ..) in FURTHER {
        // In a question, a thought, and the text and the name of a file.
        ask(&chats, None, text);
        let asked = chats.ask(None, "?", "m", 1).unwrap();
        let whole = chats::Growth {
            thinking: text,
            answer: "!",
            counts: chats::Counts::default(),
        };
        let end = chats::Finish {
            end: chats::End::Complete,
            whole,
            statistics: None,
        };
        chats.finish_reply(asked[1].id, &end, 1).unwrap();
        for (name, content) in [("n", text), (text, "c")] {
            let file = TextFile {
                name: name.to_owned(),
                bytes: 1,
                text: content.to_owned(),
                ..TextFile::default()
            };
            let asked = ask_with(&chats, &file, "?");
            finish(&chats, asked[1].id, "!");
        }
    }
    let check = || {
        for (number, (text, finds, misses)) in (0..).zip(FURTHER) {
            let own = number * 4 + 1..=number * 4 + 4;
            let is_own = |query: &str| -> Vec<i64> {
                let all = found(&chats, query);
                all.into_iter().filter(|chat| own.contains(chat)).collect()
            };
            for query in finds.iter().chain([&text]) {
                assert_eq!(is_own(query).len(), 4, "{query} in {text}");
            }
            for query in misses {
                assert_eq!(is_own(query), [0; 0], "{query} in {text}");
            }
        }
    };
    check();
    assert!(chats.is_indexed(PATIENCE));
    check();
    // What is shown is what was written, the word as it was written among it.
    let hits = chats.search("vie\u{302}\u{323}t", 9).unwrap();
    let hit = hits.last().unwrap();
    assert_eq!(hit.best.as_ref().unwrap().snippet, ["Tiếng ", "Việt"]);
}

#[test]
fn titles_are_found_in_any_spelling() {
    let folder = empty();
    let chats = open(folder.path());
    let chat = ask(&chats, None, "x").chat;
    chats.rename(chat, "Straße nach 감자").unwrap();
    for query in ["STRASSE", "\u{1100}\u{1161}\u{11b7}자", "감 ss"] {
        assert_eq!(found(&chats, query), [chat.0], "{query}");
    }
    assert_eq!(found(&chats, "\u{200b}"), [0; 0]);
}
