//! What a sound header tells.

use crate::builder::{Builder, Change, STRING, U8, U64};
use gguf::{Architecture, Attention, Error, Header, KvType};

fn parse(file: &Builder) -> Header {
    let bytes = file.bytes();
    Header::parse(&bytes[..], bytes.len() as u64).unwrap()
}

#[test]
fn a_sound_file_tells_everything() {
    let header = parse(&Builder::sound());
    assert_eq!(header.architecture().unwrap(), Architecture::Qwen2);
    assert_eq!(header.name(), Some("Little"));
    assert_eq!(header.chat_template(), Some("{{ messages }}"));
    assert_eq!((header.bos(), header.eos()), (Some(5), Some(6)));
    assert_eq!(header.token_id("</think>"), Some(3));
    assert_eq!(header.token_id(""), Some(7));
    assert_eq!(header.token_id("<thin"), None);
    assert_eq!(header.token_text(4), Some("é"));
    assert_eq!(header.token_text(8), None);
    // 64·8 values of Q8_0, 64 of F32, 1,536 of Q4_K.
    assert_eq!(header.weights_bytes(), 16 * 34 + 64 * 4 + 6 * 144);
    assert_eq!(header.tensor_count(), 3);
    assert_eq!((header.key_count(), header.version()), (20, 3));
    assert_eq!(header.tokenizer(), Some("gpt2"));
    assert_eq!(header.tokenizer_pre(), Some("deepseek-r1-qwen"));
    assert_eq!(header.file_type(), Some("Q4_K_M"));
    assert_eq!(header.split(), None);
    assert!(header.files().is_empty());
    let geometry = header.geometry().unwrap();
    assert_eq!((geometry.layers, geometry.mtp_layers), (2, 0));
    assert_eq!((geometry.head_dim_k, geometry.head_dim_v), (16, 16));
    assert_eq!((geometry.vocabulary, geometry.context_trained), (8, 4_096));
    assert_eq!(geometry.attention, Attention::Gqa);
    assert_eq!(geometry.experts, None);
}

#[test]
fn older_and_odd_but_sound_files_are_taken() {
    let changes: [Change; 6] = [
        |file| file.version = 2,
        |file| {
            file.alignment = 4_096;
            file.number("general.alignment", 4_096);
        },
        // Whole numbers of other widths.
        |file| file.key("qwen2.block_count", U8, &[2]),
        |file| file.key("qwen2.block_count", U64, &2_u64.to_le_bytes()),
        // Special tokens outside the vocabulary are passed over, as in the engine.
        |file| file.number("tokenizer.ggml.padding_token_id", u32::MAX),
        // Texts that nobody reads need not be UTF-8.
        |file| file.key("general.author", STRING, &[1, 0, 0, 0, 0, 0, 0, 0, 255]),
    ];
    for change in changes {
        let mut file = Builder::sound();
        change(&mut file);
        assert_eq!(parse(&file).geometry().unwrap().layers, 2);
    }
    let mut file = Builder::sound();
    file.number("tokenizer.ggml.eos_token_id", 8);
    assert_eq!(parse(&file).eos(), None);
}

#[test]
fn labels_that_say_nothing_are_none() {
    let mut file = Builder::sound();
    // Guessed by llama.cpp, and a number that was given up.
    for (number, expect) in [(1_024 + 18, Some("Q6_K")), (33, None), (u32::MAX, None)] {
        file.number("general.file_type", number);
        assert_eq!(parse(&file).file_type(), expect, "{number}");
    }
    file.text("general.file_type", "Q4_K_M");
    file.number("tokenizer.ggml.model", 1);
    file.without("tokenizer.ggml.pre");
    let header = parse(&file);
    assert_eq!((header.file_type(), header.tokenizer()), (None, None));
    assert_eq!(header.tokenizer_pre(), None);
}

#[test]
fn the_bytes_of_a_model_are_told_by_their_place() {
    let mut file = Builder::sound();
    let tensors: [(&str, u64); 9] = [
        ("token_embd.weight", 1),
        ("output_norm.weight", 2),
        ("rope_freqs.weight", 4),
        ("blk.0.attn_q.weight", 8),
        ("blk.0.ffn_gate_inp.weight", 16),
        ("blk.0.ffn_up_shexp.weight", 32),
        ("blk.0.ffn_down_exps.weight", 64),
        ("blk.2.ffn_gate_up_exps.weight", 128),
        // No layer at all.
        ("blk.512.ffn_up.weight", 256),
    ];
    file.tensors.clear();
    for (name, values) in tensors {
        file.tensor(name, &[values], 0);
    }
    let header = parse(&file);
    let weights = header.weights();
    assert_eq!(weights.embedding_bytes, 4);
    assert_eq!(weights.output_bytes, 4 * (2 + 4 + 256));
    assert!(weights.output_tied);
    let layers: Vec<(u64, u64)> = weights
        .layers
        .iter()
        .map(|layer| (layer.dense_bytes, layer.expert_bytes))
        .collect();
    assert_eq!(layers, [(4 * 56, 4 * 64), (0, 0), (0, 4 * 128)]);
    assert_eq!((weights.dense_bytes(), weights.expert_bytes()), (224, 768));
    assert_eq!(weights.total_bytes(), header.weights_bytes());
    assert_eq!(weights.parameters, 511);
    let mix = header.mix();
    assert_eq!(mix.len(), 1);
    assert_eq!((mix[0].kind.name, mix[0].tensors), ("F32", 9));
    assert_eq!((mix[0].parameters, mix[0].bytes), (511, 4 * 511));
    file.tensor("output.weight", &[1], 0);
    assert!(!parse(&file).weights().output_tied);
}

/// A reader that gives one byte at a time, as a slow connection may.
struct Drops<'a>(&'a [u8]);

impl std::io::Read for Drops<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let most = into.len().min(1);
        self.0.read(&mut into[..most])
    }
}

#[test]
fn bytes_may_come_one_by_one() {
    let bytes = Builder::sound().bytes();
    let header = Header::parse(Drops(&bytes), bytes.len() as u64).unwrap();
    assert_eq!(header.tensor_count(), 3);
    let page = b"<!doctype html><html>";
    let error = Header::parse(Drops(page), page.len() as u64).unwrap_err();
    assert!(error.to_string().contains("a web page"), "{error}");
}

/// A vocabulary of the size of R1's Qwen distills.
#[test]
fn a_large_vocabulary_is_held_and_searched() {
    let tokens: Vec<String> = (0..151_936).map(|id| format!("token {id}")).collect();
    let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
    let mut file = Builder::sound();
    file.vocabulary(&tokens);
    let header = parse(&file);
    assert_eq!(header.geometry().unwrap().vocabulary, 151_936);
    assert_eq!(header.token_id("token 151935"), Some(151_935));
    assert_eq!(header.token_text(151_935), Some("token 151935"));
}

#[test]
fn files_are_read_by_path_and_named_in_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("little.gguf");
    assert!(
        matches!(Header::read_file(&path), Err(Error::Missing { path: named }) if named == path)
    );
    assert!(matches!(
        Header::read_file(folder.path()),
        Err(Error::NotAFile { .. })
    ));
    let mut bytes = Builder::sound().bytes();
    fs_err::write(&path, &bytes).unwrap();
    let header = Header::read_file(&path).unwrap();
    assert_eq!(header.files(), std::slice::from_ref(&path));
    assert_eq!(
        header
            .geometry()
            .unwrap()
            .cache_bytes_per_token(KvType::F16),
        2 * 2 * 2 * 16 * 2
    );
    let whole = bytes.len();
    bytes.truncate(whole - 100);
    fs_err::write(&path, &bytes).unwrap();
    let error = Header::read_file(&path).unwrap_err().to_string();
    let expect = format!("`{}` ends early: it needs at least ", path.display());
    assert!(error.starts_with(&expect), "{error}");
    assert!(
        error.ends_with(&format!(" bytes and has {}", whole - 100)),
        "{error}"
    );
}
