//! Any bytes as a model file: never a panic, and judged alike whole and in pieces.
#![no_main]

use gguf::{Header, KvType};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let len = bytes.len() as u64;
    judge(bytes, len);
    // The start of a file that goes on for long: its tensors' data need not be made up.
    judge(bytes, len.saturating_mul(1 << 20));
});

fn judge(bytes: &[u8], len: u64) {
    let whole = Header::parse(bytes, len);
    if let Ok(header) = &whole {
        read(header);
    }
    for there in [bytes.len() / 2, bytes.len()] {
        match Header::parse_start("data", &bytes[..there], len) {
            // More is asked for only where there is more.
            Ok(None) => assert!(whole.is_err() || there < bytes.len()),
            Ok(Some(start)) => {
                let whole = whole.as_ref().expect("taken in part, refused as a whole");
                assert_eq!(start.weights(), whole.weights());
            }
            Err(_) => assert!(whole.is_err(), "refused in part, taken as a whole"),
        }
    }
}

/// All that a caller may ask, within the limits that were promised.
fn read(header: &Header) {
    assert!(header.tensor_count() <= gguf::limits::TENSORS);
    assert!(header.key_count() <= gguf::limits::KEYS);
    let weights = header.weights();
    assert!(weights.layers.len() <= gguf::limits::LAYERS as usize);
    assert_eq!(weights.total_bytes(), header.weights_bytes());
    let in_types: u64 = header.mix().iter().map(|share| share.bytes).sum();
    assert_eq!(in_types, header.weights_bytes());
    if let Ok(shape) = header.geometry() {
        for kv in [KvType::F16, KvType::Q8_0] {
            let _ = (shape.cache_bytes_per_token(kv), shape.takes(kv));
            let _ = header.latent_cache_bytes_per_token(kv);
        }
    }
    if header.runnable().is_ok() {
        assert!(header.geometry().is_ok(), "runs, and has no shape");
    }
    let _ = header.predicts();
    let _ = (header.name(), header.chat_template(), header.file_type());
    let _ = (header.tokenizer(), header.tokenizer_pre(), header.split());
    let _ = header.token_id("</think>");
    for id in [header.bos(), header.eos()].into_iter().flatten() {
        let _ = header.token_text(id);
    }
}
