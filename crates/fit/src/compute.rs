//! How much memory the engine takes beside weights and cache.
//!
//! An estimate from the shape alone, meant to lie above what llama.cpp reserves. It is checked
//! against measured reservations where a machine has the models. Not here: GPUs.

use gguf::Geometry;

/// Tokens that the engine computes at once while it reads a prompt (llama.cpp's `n_ubatch`). Half
/// of llama.cpp's default takes half of its compute buffer and reads as fast: 1.01 times the speed
/// of 512 in `bench/engine`, at 530 tokens of prompt.
pub const BATCH: u32 = 256;

/// Bytes of one value between two operations: ggml computes in 32-bit floats.
const VALUE_BYTES: u64 = 4;

/// Rows of the embedding's width that are alive at once in one layer: the residual stream, the
/// normed input, query, key, value, and the attention's output.
const LIVE_ROWS: u64 = 6;

/// Rows of the feed-forward's width that are alive at once: gate, up and their product.
const LIVE_FEED_FORWARD_ROWS: u64 = 3;

/// Bytes of the engine process by itself: program, libraries and CPU backend, thread stacks, graph,
/// and the vocabulary as llama.cpp holds it (its tables of 150,000 tokens and as many merges come
/// to some 40 MiB by count). A round number: `bench/engine` measured 95 MiB for this and the compute
/// buffer together, with the shape of R1's 1.5B and any context from 2,048 to 32,768.
pub(crate) const ENGINE_BYTES: u64 = 96 << 20;

/// Bytes of the buffer for values between operations, in a graph of one micro-batch over
/// `cells` of cache:
///
/// ```text
/// batch = min(256, cells)
///   batch · (6 · max(embedding, heads · head_dim) + 3 · feed_forward) · 4    one layer's rows
/// + heads · batch · cells · 4                                                attention scores
/// + batch · cells · 4                                                        the mask
/// + vocabulary · 4                                                           logits of one token
/// ```
///
/// Layers reuse one another's space, so one layer counts. The scores are there in full only
/// without flash attention; with it they are computed in small tiles, and then the estimate is
/// too high, never too low. Logits count for one token, since the engine asks llama.cpp for no
/// more (`n_outputs_max`).
pub(crate) fn compute_bytes(geometry: &Geometry, cells: u64) -> u64 {
    let batch = u64::from(BATCH).min(cells);
    let heads = u64::from(geometry.heads);
    let widest = u64::from(geometry.head_dim_k.max(geometry.head_dim_v));
    let row = u64::from(geometry.embedding).max(heads * widest);
    let feed_forward = u64::from(geometry.feed_forward);
    let rows = batch * (LIVE_ROWS * row + LIVE_FEED_FORWARD_ROWS * feed_forward);
    let scores = (heads * batch).saturating_mul(cells);
    let mask = batch.saturating_mul(cells);
    [rows, scores, mask, u64::from(geometry.vocabulary)]
        .into_iter()
        .fold(0, u64::saturating_add)
        .saturating_mul(VALUE_BYTES)
}
