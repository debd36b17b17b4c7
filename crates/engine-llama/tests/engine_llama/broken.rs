//! Model files that are missing, broken or hostile, given to the engine itself (the app's own check
//! of the header, crate `gguf`, would stop most of them): a failure each time, never a hang.

use std::path::{Path, PathBuf};

use engine::Engine;
use engine::message::{FailureCode, Reply};

use crate::asking::{CONTEXT, ask, empty, greedy, load, prompt, sprout};

/// Bytes at the beginning of Sprout's file that hold its metadata and the tensors' descriptions.
const HEADER: usize = 28_000;

/// Headers with flipped bytes that are tried.
const FLIPPED: u64 = 48;

/// A folder for the files of one test.
fn scratch(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    fs_err::create_dir_all(&folder).unwrap();
    folder
}

/// Loads what is in this file. Ends with a model that can be asked, or a failure that says which.
fn refused(path: &Path) -> Option<FailureCode> {
    let engine = empty();
    match load(&engine, path, CONTEXT) {
        Ok(_) => {
            let short = Reply {
                max_tokens: 8,
                ..greedy(prompt("1+1"))
            };
            ask(&engine, short);
            None
        }
        Err(failure) => {
            assert!(!failure.message.is_empty());
            Some(failure.code)
        }
    }
}

#[test]
fn what_is_no_model_is_refused_by_name() {
    let folder = scratch("refused");
    let sprout = fs_err::read(sprout()).unwrap();
    let cut = |at: usize| sprout[..at].to_vec();
    let files = [
        ("empty", Vec::new()),
        ("text", b"What is 47 + 38?\n".repeat(1000)),
        ("magic", b"GGUF".to_vec()),
        ("counts", cut(24)),
        ("header", cut(HEADER / 2)),
        ("tensors", cut(sprout.len() / 2)),
        ("last-byte", cut(sprout.len() - 1)),
    ];
    let mut paths = vec![folder.join("missing"), folder.clone()];
    for (name, bytes) in files {
        let path = folder.join(name);
        fs_err::write(&path, bytes).unwrap();
        paths.push(path);
    }
    for path in paths {
        let engine = empty();
        let failure = load(&engine, &path, CONTEXT).unwrap_err();
        assert_eq!(failure.code, FailureCode::ModelRefused, "{failure}");
        let name = path.display().to_string();
        assert!(failure.message.contains(&name), "{failure}");
        assert!(!failure.message.contains("no reason"), "{failure}");
        // The same process opens no other file, however good; and still takes this one once it is.
        let other = load(&engine, &crate::asking::sprout(), CONTEXT).unwrap_err();
        assert_eq!(other.code, FailureCode::ModelRefused, "{other}");
        assert!(other.message.contains("another process"), "{other}");
        if path.is_file() {
            fs_err::write(&path, &sprout).unwrap();
            load(&engine, &path, CONTEXT).unwrap();
        }
    }
}

/// A byte here and there in the header: llama.cpp may refuse it, die of it or take it.
#[test]
fn flipped_bytes_in_a_header_never_hang_the_engine() {
    let path = scratch("flipped").join("flipped.gguf");
    let sprout = fs_err::read(sprout()).unwrap();
    let mut ends = std::collections::BTreeMap::new();
    for seed in 1..=FLIPPED {
        let mut bytes = sprout.clone();
        let mut random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for _ in 0..=seed % 4 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let place = usize::try_from(random >> 16).unwrap() % HEADER;
            bytes[place] ^= 1 << (random % 8);
        }
        fs_err::write(&path, bytes).unwrap();
        let end = refused(&path).map_or("taken".to_owned(), |code| format!("{code:?}"));
        *ends.entry(end).or_insert(0) += 1;
    }
    println!("{ends:?}");
    assert_eq!(ends.values().sum::<u64>(), FLIPPED);
}

#[test]
fn a_second_model_is_refused_and_the_first_stays() {
    let engine: Engine = crate::asking::ready(CONTEXT);
    let failure = load(&engine, &sprout(), CONTEXT).unwrap_err();
    assert_eq!(failure.code, FailureCode::ModelRefused);
    let told = ask(&engine, greedy(prompt("Hi")));
    assert_eq!(told.end, engine::message::End::Complete);
}

#[test]
fn a_question_without_a_model_is_refused() {
    let told = ask(&empty(), greedy(prompt("Hi")));
    assert!(
        matches!(told.end, engine::message::End::Failed(failure) if failure.code == FailureCode::ModelRefused)
    );
}
