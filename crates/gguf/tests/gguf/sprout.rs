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
    };
    assert_eq!(shape.experts, Some(experts));
    assert_eq!((shape.vocabulary, shape.context_trained), (640, 1_024));
    // One row of 64 + 32 values for each layer of the trunk.
    assert_eq!(shape.cache_bytes_per_token(KvType::F16), 4 * 96 * 2);
    assert!(shape.takes(KvType::Q8_0));
    let file = fs_err::metadata(&path).unwrap().len();
    assert!(header.weights_bytes() < file && file < 2_300_000);

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
