//! One negative case for each rule of the header.

use crate::builder::{ARRAY, BOOL, Builder, Change, F32, I32, STRING, U8, U32, U64, string};
use gguf::{Error, Header};
use std::io::Read;

/// Breaks a sound file in one place and compares the message.
fn check(change: impl FnOnce(&mut Builder), expect: &str) {
    let mut file = Builder::sound();
    change(&mut file);
    let bytes = file.bytes();
    match Header::parse(&bytes[..], bytes.len() as u64) {
        Ok(_) => panic!("taken, expected: {expect}"),
        Err(error) => assert_eq!(error.to_string(), format!("`data`{expect}")),
    }
}

#[test]
fn the_frame() {
    check(
        |file| file.version = 1,
        " is GGUF version 1, which is no longer read: get a newer conversion",
    );
    check(
        |file| file.version = 4,
        " is GGUF version 4, newer than version 3, the last one known here",
    );
    check(
        |file| file.version = 0x0300_0000,
        " is written for big-endian machines",
    );
    check(
        |file| file.key_count = Some(4_097),
        ": `header` has more than 4,096 keys",
    );
    check(
        |file| file.tensor_count = Some(65_537),
        ": `header` has more than 65,536 tensors",
    );
}

#[test]
fn what_a_file_is_instead() {
    let mut safetensors = 90_u64.to_le_bytes().to_vec();
    safetensors.extend(b"{\"__metadata__\":{}}");
    for (bytes, expect) in [
        (&b""[..], "is empty"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"\n  <html><head>", "a web page"),
        (b"{\"error\":\"Entry not found\"}", "JSON"),
        (b"PK\x03\x04\x14\x00", "zip"),
        (&safetensors, "safetensors"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git-lfs"),
        (b"tjgg\x03\0\0\0", "dropped in 2023"),
        (&[0; 700], "begins with zeros"),
        (b"FUGG\x03\0\0\0", "unknown"),
        (b"GGU\0", "unknown"),
    ] {
        let error = Header::parse(bytes, bytes.len() as u64).unwrap_err();
        assert!(matches!(error, Error::NotGguf { .. }), "{error}");
        assert!(error.to_string().contains(expect), "{error}");
    }
}

#[test]
fn keys_and_values() {
    let key = |name: Vec<u8>| move |file: &mut Builder| file.keys.push((name, vec![0, 0, 0, 0, 1]));
    check(
        key(vec![b'k'; 65_537]),
        ": `header` has a key longer than 64 KiB",
    );
    check(key(Vec::new()), ": `header` has a key without a name");
    check(key(vec![b'k', 0xFF]), ": `k\u{FFFD}` is not UTF-8");
    check(
        key(b"general.name".to_vec()),
        ": `general.name` appears twice",
    );
    // A hostile name reaches no terminal as it is.
    check(
        |file| file.key("\x1b[2J", 13, &[]),
        ": `\\u{1b}[2J` has an unknown value type",
    );
    let long = [&b"\n".repeat(100)[..], b"end"].concat();
    let shown = format!(": `{}…` has an unknown value type", "\\n".repeat(80));
    check(|file| file.keys.push((long, vec![99, 0, 0, 0])), &shown);
    check(
        |file| file.key("flag", BOOL, &[2]),
        ": `flag` is neither true nor false",
    );
    let length = ((16_u64 << 20) + 1).to_le_bytes();
    check(
        |file| file.key("general.author", STRING, &length),
        ": `general.author` is longer than 16 MiB",
    );
    let template = string(&vec![b'x'; (256 << 10) + 1]);
    for name in [
        "tokenizer.chat_template",
        "tokenizer.chat_template.tool_use",
    ] {
        let expect = format!(": `{name}` is longer than 256 KiB");
        check(|file| file.key(name, STRING, &template), &expect);
    }
    check(
        |file| file.key("general.name", STRING, &string(&[0xFF])),
        ": `general.name` is not UTF-8",
    );
}

#[test]
fn arrays() {
    let array = |kind, count| move |file: &mut Builder| file.array("list", kind, count, &[]);
    check(
        array(U8, (4 << 20) + 1),
        ": `list` has more than 4,194,304 entries",
    );
    check(array(ARRAY, 1), ": `list` is an array of arrays");
    check(array(13, 1), ": `list` has an unknown entry type");
    let entry = u64::MAX.to_le_bytes();
    check(
        |file| file.array("list", STRING, 1, &entry),
        ": `list` has an entry longer than 16 MiB",
    );
    let tokens = "tokenizer.ggml.tokens";
    check(
        |file| file.array(tokens, STRING, 1, &entry),
        ": `tokenizer.ggml.tokens` has a token longer than 16 MiB",
    );
    check(
        |file| file.array(tokens, U8, 8, &[0; 8]),
        ": `tokenizer.ggml.tokens` is not an array of strings",
    );
    for (name, kind, other, expect) in [
        (
            "tokenizer.ggml.scores",
            F32,
            I32,
            "is not an array of 32-bit floats",
        ),
        (
            "tokenizer.ggml.token_type",
            I32,
            U32,
            "is not an array of integers",
        ),
    ] {
        let wrong_length = format!(": `{name}` has another length than the token list");
        check(|file| file.array(name, kind, 7, &[0; 28]), &wrong_length);
        check(
            |file| file.array(name, other, 8, &[0; 32]),
            &format!(": `{name}` {expect}"),
        );
    }
    check(
        |file| file.without(tokens),
        ": `tokenizer.ggml.scores` has another length than the token list",
    );
}

#[test]
fn more_than_the_bytes_left_is_a_truncated_file() {
    let changes: [Change; 5] = [
        |file| file.array("list", U64, 1 << 20, &[]),
        |file| file.array("list", STRING, 1 << 20, &[]),
        |file| file.key("general.author", STRING, &(1_u64 << 20).to_le_bytes()),
        |file| file.cut = 65,
        |file| file.tensors[2].dimensions[1] = 1 << 30,
    ];
    for change in changes {
        let mut file = Builder::sound();
        change(&mut file);
        let bytes = file.bytes();
        let len = bytes.len() as u64;
        match Header::parse(&bytes[..], len) {
            Err(Error::Truncated {
                expected_bytes,
                found_bytes,
                ..
            }) => {
                assert_eq!(found_bytes, len);
                assert!(expected_bytes > len);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn alignments() {
    for wrong in [0, 1, 4, 24, 8_192] {
        let expect = ": `general.alignment` is not a power of two between 8 and 4,096";
        check(|file| file.number("general.alignment", wrong), expect);
    }
    check(
        |file| file.text("general.alignment", "32"),
        ": `general.alignment` is not a whole number",
    );
}

#[test]
fn tensors() {
    let shape = |dimensions: &[u64]| {
        let dimensions = dimensions.to_vec();
        move |file: &mut Builder| file.tensors[1].dimensions = dimensions
    };
    let name = ": `output_norm.weight`";
    check(
        shape(&[]),
        &format!("{name} has not one to four dimensions"),
    );
    check(
        shape(&[1, 1, 1, 1, 1]),
        &format!("{name} has not one to four dimensions"),
    );
    check(shape(&[64, 0]), &format!("{name} has a dimension of zero"));
    check(
        shape(&[1 << 32, 1 << 31]),
        &format!("{name} has more values than can be counted"),
    );
    check(
        shape(&[1 << 32, 1 << 32]),
        &format!("{name} has more values than can be counted"),
    );
    check(
        shape(&[(1 << 63) - 1]),
        &format!("{name} has more bytes than can be counted"),
    );
    check(
        |file| file.tensors[2].dimensions[0] = 255,
        ": `blk.0.ffn_up.weight` has rows that are not whole blocks of its type",
    );
    for id in [4, 31, 36, 43, u32::MAX] {
        let told = if id < 43 {
            "which llama.cpp no longer reads"
        } else {
            "which is from a later llama.cpp"
        };
        let expect = format!(": tensor `output_norm.weight` has type {id}, {told}");
        check(|file| file.tensors[1].kind = id, &expect);
    }
    check(
        |file| file.tensors[1].offset = Some(16),
        &format!("{name} begins off the alignment"),
    );
    let last = ": `blk.0.ffn_up.weight`";
    check(
        |file| file.tensors[1].offset = Some(512),
        &format!("{name} overlaps the data before it"),
    );
    check(
        |file| file.tensors[2].offset = Some(0),
        &format!("{last} overlaps the data before it"),
    );
    check(
        |file| file.tensors[2].offset = Some(1 << 40),
        &format!("{last} leaves a gap after the data before it"),
    );
    // Bytes of type I8, up to the end of what 64 bits can count.
    let sizes = |sizes: [u64; 2]| {
        move |file: &mut Builder| {
            file.tensors.truncate(2);
            for (tensor, size) in file.tensors.iter_mut().zip(sizes) {
                tensor.dimensions = vec![size];
                tensor.kind = 24;
            }
            file.tensors[1].offset = Some(sizes[0].next_multiple_of(32));
        }
    };
    let half = (1 << 63) - 1;
    check(
        sizes([half, half]),
        &format!("{name} has more bytes than can be counted"),
    );
    check(
        sizes([half, half - 63]),
        ": `tensor data` end past what can be counted",
    );
    check(
        |file| file.tensors[2].name = b"output_norm.weight".to_vec(),
        &format!("{name} appears twice among the tensors"),
    );
    check(
        |file| file.tensors[1].name = vec![b't'; 64],
        ": `a tensor` has a name longer than 63 bytes",
    );
}

/// Five arrays of 32 MiB, each within its limits.
#[test]
fn a_header_has_a_bound_as_a_whole() {
    const ENTRIES: u64 = 4 << 20;
    let mut start = b"GGUF\x03\0\0\0".to_vec();
    start.extend(0_u64.to_le_bytes());
    start.extend(5_u64.to_le_bytes());
    let mut reader: Box<dyn Read> = Box::new(std::io::Cursor::new(start));
    for number in 0..5 {
        let mut key = string(format!("list {number}").as_bytes());
        key.extend(ARRAY.to_le_bytes());
        key.extend(U64.to_le_bytes());
        key.extend(ENTRIES.to_le_bytes());
        let entries = std::io::repeat(0).take(8 * ENTRIES);
        reader = Box::new(reader.chain(std::io::Cursor::new(key)).chain(entries));
    }
    let error = Header::parse(reader, 1 << 40).unwrap_err();
    assert_eq!(error.to_string(), "`data`: `header` is larger than 128 MiB");
}
