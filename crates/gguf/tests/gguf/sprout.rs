//! The built-in model: the one real file that every checkout has.

use std::path::Path;

use gguf::{Architecture, Attention, Experts, Header, KvType};

/// The special tokens of R1's form, which Sprout's vocabulary ends with.
const SPECIAL: [&str; 7] = [
    "<｜begin▁of▁sentence｜>",
    "<｜end▁of▁sentence｜>",
    "<｜▁pad▁｜>",
    "<｜User｜>",
    "<｜Assistant｜>",
    "<think>",
    "</think>",
];

#[test]
fn sprout_is_r1_in_miniature() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sprout/sprout.gguf");
    let header = Header::read_file(&path).unwrap();
    assert_eq!(header.architecture().unwrap(), Architecture::Deepseek2);
    assert_eq!(header.name(), Some("Sprout"));
    let shape = header.geometry().unwrap();
    assert_eq!((shape.layers, shape.mtp_layers), (4, 1));
    let latent = Attention::Mla {
        kv_lora: 64,
        rope: 32,
    };
    assert_eq!(shape.attention, latent);
    let experts = Experts {
        count: 8,
        used: 2,
        shared: 1,
        feed_forward: 96,
    };
    assert_eq!(shape.experts, Some(experts));
    assert_eq!((shape.vocabulary, shape.context_trained), (640, 1_024));
    // One row of 64 + 32 values for each layer of the trunk.
    assert_eq!(shape.cache_bytes_per_token(KvType::F16), 4 * 96 * 2);
    assert!(shape.takes(KvType::Q8_0));
    let file = fs_err::metadata(&path).unwrap().len();
    assert!(header.weights_bytes() < file && file < 2_300_000);
    let weights = header.weights();
    let layers: u64 = weights
        .layers
        .iter()
        .map(|layer| layer.dense_bytes + layer.expert_bytes)
        .sum();
    let sum = weights.embedding_bytes + weights.output_bytes + layers;
    assert_eq!(sum, header.weights_bytes());
    // Four layers and the one that predicts; the first is dense.
    let routed: Vec<bool> = weights
        .layers
        .iter()
        .map(|layer| layer.expert_bytes > 0)
        .collect();
    assert_eq!(
        (routed, shape.dense_layers),
        (vec![false, true, true, true, true], 1)
    );
    let in_types: u64 = header.mix().iter().map(|share| share.bytes).sum();
    assert_eq!(in_types, header.weights_bytes());

    let places: Vec<u32> = SPECIAL
        .iter()
        .map(|token| header.token_id(token).unwrap())
        .collect();
    let first = places[0];
    assert!(places.iter().copied().eq(first..first + 7), "{places:?}");
    assert_eq!((header.bos(), header.eos()), (Some(first), Some(first + 1)));
    // R1's form of February 2025: the prompt opens the thinking.
    let template = header.chat_template().unwrap();
    assert!(template.contains(r"<｜Assistant｜><think>\n"), "{template}");
}

/// What a server sends first is enough, and less is asked for again.
#[test]
fn the_start_of_a_file_is_enough() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sprout/sprout.gguf");
    let file = fs_err::read(&path).unwrap();
    let len = file.len() as u64;
    let whole = Header::parse(file.as_slice(), len).unwrap();
    let mut needed = 0;
    for bytes in (0..file.len()).step_by(4_096) {
        match Header::parse_start("data", &file[..bytes], len).unwrap() {
            None => needed = bytes,
            Some(header) => assert_eq!(header.weights(), whole.weights()),
        }
    }
    assert!((1..file.len() / 2).contains(&needed), "{needed}");
    // A file that ends too early is broken however much of it is shown.
    let short = len - 4_096;
    assert!(Header::parse_start("data", &file[..needed + 8_192], short).is_err());
    assert!(Header::parse_start("data", b"<!doctype html><html><head>", len).is_err());
}
