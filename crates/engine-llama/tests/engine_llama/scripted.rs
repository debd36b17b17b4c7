//! A model that follows a script: each token has one that it is followed by, always. So it can do
//! what no trained model does on demand, such as never to close its thinking.
//!
//! It is a `llama` of one layer whose attention and feed-forward add nothing: the embedding of a
//! token is a unit vector of its own, and the output turns it into its follower's logit.
//!
//! Tests of other crates take this file as it is.

use std::path::{Path, PathBuf};

const BEGIN: &str = "<｜begin▁of▁sentence｜>";
const USER: &str = "<｜User｜>";
pub(crate) const ASSISTANT: &str = "<｜Assistant｜>";
pub(crate) const END: &str = "<｜end▁of▁sentence｜>";
pub(crate) const THINK_OPEN: &str = "<think>";
pub(crate) const THINK_CLOSE: &str = "</think>";

/// The special tokens stand behind the 256 bytes, each byte being a token.
const SPECIALS: [&str; 6] = [BEGIN, END, USER, ASSISTANT, THINK_OPEN, THINK_CLOSE];
const TOKENS: usize = 256 + SPECIALS.len();

/// Values of an embedding: at least one for each token, in heads of 32.
const WIDTH: usize = 288;
const HEADS: u32 = 9;
const FEED_FORWARD: usize = 32;

/// Value types of `gguf.h`.
const U32: u32 = 4;
const I32: u32 = 5;
const F32: u32 = 6;
const STRING: u32 = 8;
const ARRAY: u32 = 9;

/// Writes a model for this script: texts that it says one after another, in which no character and
/// no tag may occur twice; the end of one is joined to the beginning of the next where both are
/// the same. What follows nothing in the script is followed by the byte 0.
pub(crate) fn model(test: &str, script: &[&[&str]]) -> PathBuf {
    let mut followers = vec![0_usize; TOKENS];
    for said in script {
        for pair in said.windows(2) {
            let ends = (ids(pair[0]), ids(pair[1]));
            let all: Vec<usize> = ends.0.into_iter().chain(ends.1).collect();
            for step in all.windows(2) {
                followers[step[0]] = step[1];
            }
        }
    }
    written(test, &file(&followers, Vocabulary::Gpt2))
}

/// The same with a vocabulary of SentencePiece's, which begins texts with a space; it says nothing.
pub(crate) fn spaced(test: &str) -> PathBuf {
    written(test, &file(&[257; TOKENS], Vocabulary::SentencePiece))
}

fn written(test: &str, bytes: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scripted");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{test}.gguf"));
    std::fs::write(&path, bytes).unwrap();
    path
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Vocabulary {
    Gpt2,
    SentencePiece,
}

fn ids(text: &str) -> Vec<usize> {
    match SPECIALS.iter().position(|special| *special == text) {
        Some(at) => vec![256 + at],
        None => text.bytes().map(usize::from).collect(),
    }
}

fn file(followers: &[usize], vocabulary: Vocabulary) -> Vec<u8> {
    let keys = keys(vocabulary);
    let tensors = tensors(followers);
    let mut out = b"GGUF".to_vec();
    out.extend(3_u32.to_le_bytes());
    out.extend(count(tensors.len()));
    out.extend(count(keys.len()));
    out.extend(keys.concat());
    let mut offset = 0;
    for (name, dimensions, values) in &tensors {
        string(&mut out, name);
        out.extend(u32::try_from(dimensions.len()).unwrap().to_le_bytes());
        for dimension in dimensions {
            out.extend(count(*dimension));
        }
        // F32
        out.extend(0_u32.to_le_bytes());
        out.extend(count(offset));
        offset += (values.len() * 4).next_multiple_of(32);
    }
    for (_, _, values) in &tensors {
        out.resize(out.len().next_multiple_of(32), 0);
        out.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }
    out
}

fn keys(vocabulary: Vocabulary) -> Vec<Vec<u8>> {
    let is_gpt2 = vocabulary == Vocabulary::Gpt2;
    let number = |name: &str, value: u32| key(name, U32, &value.to_le_bytes());
    let decimal = |name: &str, value: f32| key(name, F32, &value.to_le_bytes());
    let text = |name: &str, value: &str| {
        let mut bytes = Vec::new();
        string(&mut bytes, value);
        key(name, STRING, &bytes)
    };
    let tokens: Vec<String> = (0..=255)
        .map(|byte| match vocabulary {
            Vocabulary::Gpt2 => seen(byte).to_string(),
            // Nothing here writes the byte 0.
            Vocabulary::SentencePiece if byte == 0 => "\u{2581}".to_owned(),
            Vocabulary::SentencePiece => format!("<0x{byte:02X}>"),
        })
        .chain(SPECIALS.map(str::to_owned))
        .collect();
    let tags = [THINK_OPEN, THINK_CLOSE];
    let types: Vec<i32> = tokens
        .iter()
        .enumerate()
        .map(|(id, token)| match id {
            // Normal or a byte, user-defined, control.
            0 if !is_gpt2 => 1,
            0..256 if is_gpt2 => 1,
            0..256 => 6,
            _ if tags.contains(&token.as_str()) => 4,
            _ => 3,
        })
        .collect();
    let width = u32::try_from(WIDTH).unwrap();
    vec![
        text("general.architecture", "llama"),
        text("general.name", "Scripted"),
        number("llama.block_count", 1),
        number("llama.context_length", 16_384),
        number("llama.embedding_length", width),
        number(
            "llama.feed_forward_length",
            u32::try_from(FEED_FORWARD).unwrap(),
        ),
        number("llama.attention.head_count", HEADS),
        number("llama.attention.head_count_kv", HEADS),
        decimal("llama.attention.layer_norm_rms_epsilon", 1e-6),
        // The marks of January's template, by which the model opens its thinking itself.
        text(
            "tokenizer.chat_template",
            &format!("{USER}{ASSISTANT}{THINK_CLOSE}"),
        ),
        text(
            "tokenizer.ggml.model",
            if is_gpt2 { "gpt2" } else { "llama" },
        ),
        text(
            "tokenizer.ggml.pre",
            if is_gpt2 {
                "deepseek-r1-qwen"
            } else {
                "default"
            },
        ),
        list(
            "tokenizer.ggml.scores",
            F32,
            tokens.len(),
            vec![0; 4 * tokens.len()],
        ),
        list("tokenizer.ggml.tokens", STRING, tokens.len(), {
            let mut bytes = Vec::new();
            for token in &tokens {
                string(&mut bytes, token);
            }
            bytes
        }),
        list(
            "tokenizer.ggml.token_type",
            I32,
            types.len(),
            types.iter().flat_map(|kind| kind.to_le_bytes()).collect(),
        ),
        // One that joins nothing: none of its halves is a token of ours together.
        list("tokenizer.ggml.merges", STRING, 1, {
            let mut bytes = Vec::new();
            string(&mut bytes, "q z");
            bytes
        }),
        number("tokenizer.ggml.bos_token_id", 256),
        number("tokenizer.ggml.eos_token_id", 257),
    ]
}

fn tensors(followers: &[usize]) -> Vec<(String, Vec<usize>, Vec<f32>)> {
    let mut embedding = vec![0.0; TOKENS * WIDTH];
    let mut output = vec![0.0; TOKENS * WIDTH];
    for (token, follower) in followers.iter().enumerate() {
        embedding[token * WIDTH + token] = 1.0;
        output[follower * WIDTH + token] = 20.0;
    }
    let ones = |name: &str| (name.to_owned(), vec![WIDTH], vec![1.0; WIDTH]);
    let nothing = |name: &str, inner: usize, outer: usize| {
        let zeros = vec![0.0; inner * outer];
        (name.to_owned(), vec![inner, outer], zeros)
    };
    vec![
        (
            "token_embd.weight".to_owned(),
            vec![WIDTH, TOKENS],
            embedding,
        ),
        ("output.weight".to_owned(), vec![WIDTH, TOKENS], output),
        ones("output_norm.weight"),
        ones("blk.0.attn_norm.weight"),
        ones("blk.0.ffn_norm.weight"),
        nothing("blk.0.attn_q.weight", WIDTH, WIDTH),
        nothing("blk.0.attn_k.weight", WIDTH, WIDTH),
        nothing("blk.0.attn_v.weight", WIDTH, WIDTH),
        nothing("blk.0.attn_output.weight", WIDTH, WIDTH),
        nothing("blk.0.ffn_gate.weight", WIDTH, FEED_FORWARD),
        nothing("blk.0.ffn_up.weight", WIDTH, FEED_FORWARD),
        nothing("blk.0.ffn_down.weight", FEED_FORWARD, WIDTH),
    ]
}

/// The character by which GPT-2's vocabulary shows a byte: itself where it is seen, else one
/// behind Latin-1.
fn seen(byte: u8) -> char {
    let shown = |byte: u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    if shown(byte) {
        return char::from(byte);
    }
    let before = (0..byte).filter(|byte| !shown(*byte)).count();
    char::from_u32(256 + u32::try_from(before).unwrap()).unwrap()
}

fn count(length: usize) -> [u8; 8] {
    u64::try_from(length).unwrap().to_le_bytes()
}

fn string(out: &mut Vec<u8>, text: &str) {
    out.extend(count(text.len()));
    out.extend(text.as_bytes());
}

fn key(name: &str, kind: u32, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    string(&mut out, name);
    out.extend(kind.to_le_bytes());
    out.extend(value);
    out
}

fn list(name: &str, kind: u32, length: usize, values: Vec<u8>) -> Vec<u8> {
    let mut value = kind.to_le_bytes().to_vec();
    value.extend(count(length));
    value.extend(values);
    key(name, ARRAY, &value)
}
