//! Any bytes as a model file: never a panic, and judged alike whole and in pieces.
#![no_main]

use gguf::Header;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let len = bytes.len() as u64;
    let whole = Header::parse(bytes, len);
    let start = Header::parse_start(bytes, len);
    assert_eq!(whole.is_ok(), matches!(start, Ok(Some(_))));
    // A file that goes on where the bytes end.
    let _ = Header::parse_start(bytes, len.saturating_mul(1000));
    if let Ok(header) = whole {
        let _ = (header.geometry(), header.chat_template(), header.mix());
        assert!(header.weights().layers.len() <= 512);
        let _ = (header.bos(), header.eos(), header.token_id("</think>"));
    }
});
