//! The vocabulary: tokens, their types, merges, and scores that Sprout does not have.

use super::Mutation;
use super::file::{ARRAY, F32, File, I32, STRING, array, entries, text};

type Entries = Vec<Vec<u8>>;

/// Every list of the file.
pub(super) fn each(sound: &File, all: &mut Vec<Mutation>) {
    for key in sound.keys.iter().filter(|key| key.kind == ARRAY) {
        let name = key.shown();
        let mut change = |what: &str, how: fn(&mut Entries)| {
            let at = name.clone();
            all.push(Mutation::new("vocabulary", &name, what, move |file| {
                if let Some(key) = file.key(&at)
                    && let Some((kind, mut list)) = entries(&key.value)
                {
                    how(&mut list);
                    key.value = array(kind, &list);
                }
            }));
        };
        change("empty", Vec::clear);
        change("one entry", |list| list.truncate(1));
        change("half of it", |list| list.truncate(list.len() / 2));
        change("the last is missing", |list| drop(list.pop()));
        change("the first is missing", |list| drop(list.remove(0)));
        change("one more", |list| list.push(list[0].clone()));
        change("twice", |list| list.extend(list.clone()));
        change("a thousand times", |list| {
            let entries = 1_000 * list.len();
            *list = list.iter().cloned().cycle().take(entries).collect();
        });
        change("backwards", |list| list.reverse());
        change("all as the first", |list| {
            let first = list[0].clone();
            list.fill(first);
        });
    }
    texts("tokenizer.ggml.tokens", all);
    texts("tokenizer.ggml.merges", all);
    merges(all);
    types(all);
    scores(all);
}

/// Replaces one of every so many entries.
fn replaced(key: &'static str, what: String, one_in: usize, by: Vec<u8>) -> Mutation {
    Mutation::new("vocabulary", key, what, move |file| {
        if let Some(key) = file.key(key)
            && let Some((kind, mut list)) = entries(&key.value)
        {
            list.iter_mut()
                .step_by(one_in)
                .for_each(|entry| entry.clone_from(&by));
            key.value = array(kind, &list);
        }
    })
}

fn texts(key: &'static str, all: &mut Vec<Mutation>) {
    let long = "x".repeat(1 << 16);
    let words: [(&str, &[u8]); 12] = [
        ("nothing", b""),
        ("a space", b" "),
        ("a NUL", b"\0"),
        ("half a character", b"\xc4"),
        ("no UTF-8", b"\xff\xfe"),
        ("an overlong slash", b"\xc0\xaf"),
        ("a surrogate", b"\xed\xa0\x80"),
        ("a control sequence", b"\x1b[2J"),
        ("text from right to left", "\u{202e}\u{2066}abc".as_bytes()),
        ("`</think>`", b"</think>"),
        ("a control token", "<｜User｜>".as_bytes()),
        ("64 KiB", long.as_bytes()),
    ];
    for (what, word) in words {
        for (share, one_in) in [("the first", 1_000_000), ("one in 7", 7), ("all", 1)] {
            // As a token this long in each place the file would have 40 MiB.
            if word.len() > 1_000 && one_in == 1 {
                continue;
            }
            let what = format!("{share} as {what}");
            all.push(replaced(key, what, one_in, text(word)));
        }
    }
    let lie = (1_u64 << 60).to_le_bytes().to_vec();
    all.push(replaced(
        key,
        "the first without an end".to_owned(),
        1_000_000,
        lie,
    ));
}

fn merges(all: &mut Vec<Mutation>) {
    let key = "tokenizer.ggml.merges";
    for word in ["a", " ", "a ", " b", "a b c", "  ", "q z", "Ġ Ġ"] {
        all.push(replaced(key, format!("all as {word:?}"), 1, text(word)));
    }
    for (kind, what) in [(I32, "numbers"), (F32, "fractions")] {
        all.push(Mutation::new("vocabulary", key, what, move |file| {
            file.set(key, ARRAY, array(kind, &vec![vec![0; 4]; 360]));
        }));
    }
}

fn types(all: &mut Vec<Mutation>) {
    let key = "tokenizer.ggml.token_type";
    for kind in [0, 1, 2, 3, 4, 5, 6, 7, -1, 1 << 20, i32::MIN, i32::MAX] {
        for (share, one_in) in [("all", 1), ("one in 3", 3)] {
            let what = format!("{share} as {kind}");
            all.push(replaced(key, what, one_in, kind.to_le_bytes().to_vec()));
        }
    }
}

fn scores(all: &mut Vec<Mutation>) {
    let key = "tokenizer.ggml.scores";
    let mut add = |what: &str, kind: u32, entry: Vec<u8>, count: usize| {
        let value = array(kind, &vec![entry; count]);
        all.push(Mutation::new("vocabulary", key, what, move |file| {
            file.set(key, ARRAY, value.clone());
        }));
    };
    for score in [0.0, f32::NAN, f32::INFINITY, -1e30] {
        let what = format!("all as {score:?}");
        add(&what, F32, score.to_le_bytes().to_vec(), 640);
    }
    add("one too few", F32, vec![0; 4], 639);
    add("one too many", F32, vec![0; 4], 641);
    add("none", F32, Vec::new(), 0);
    add("whole numbers", I32, vec![0; 4], 640);
    add("texts", STRING, text("1"), 640);
}
