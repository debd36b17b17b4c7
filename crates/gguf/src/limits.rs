//! How much of anything a header may hold, so that a hostile file costs bounded memory and time.
//!
//! Each limit is several times what the largest real file needs (DeepSeek-R1-671B: about 1,100
//! tensors, 60 keys, 129,280 tokens). They are our own; llama.cpp's are wider.

/// Keys in one file.
pub const KEYS: u64 = 4_096;
/// Tensors in one file.
pub const TENSORS: u64 = 65_536;
/// Bytes in one key.
pub const KEY_BYTES: u64 = 64 << 10;
/// Bytes in one string.
pub const STRING_BYTES: u64 = 16 << 20;
/// Bytes in a chat template: it is run as a program, and the official ones have 2–6 KiB.
pub const TEMPLATE_BYTES: u64 = 256 << 10;
/// Entries in one array.
pub const ARRAY_ENTRIES: u64 = 4 << 20;
/// Bytes of everything before the tensor data, a bound on time and memory for the whole. The
/// largest vocabularies of today (about 260,000 tokens with merges and scores) take 16 MiB.
pub const HEADER_BYTES: u64 = 128 << 20;
/// Bytes in a tensor's name; llama.cpp's `GGML_MAX_NAME` is 64 with its closing zero.
pub const TENSOR_NAME_BYTES: u64 = 63;
/// Alignment of tensor data, in bytes.
pub const ALIGNMENT: std::ops::RangeInclusive<u64> = 8..=4_096;
/// Layers, trunk and prediction layers together; llama.cpp's `LLAMA_MAX_LAYERS`.
pub const LAYERS: u32 = 512;
/// Experts in one layer; llama.cpp's `LLAMA_MAX_EXPERTS`.
pub const EXPERTS: u32 = 1_024;
/// Heads, and values in one head or in a compressed row. Keeps every product in `u64`.
pub const HEAD: u32 = 65_536;
/// Values in one embedding or feed-forward row. Keeps every product in `u64`.
pub const ROW: u32 = 1 << 20;
