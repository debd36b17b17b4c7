//! How much memory the engine takes beside weights and cache.
//!
//! Formulas from the shape alone, fitted to what the vendored llama.cpp reserves (0.6.0-dev);
//! `bench/memory` sets them against real loads. Not here: which device gets which layers (`place`).

use gguf::{Attention, Geometry};

/// Tokens that the engine computes at once while it reads a prompt (llama.cpp's `n_ubatch`). Half
/// of llama.cpp's default takes half of its compute buffer and reads as fast: 1.01 times the speed
/// of 512 in `bench/engine`, at 530 tokens of prompt.
pub const BATCH: u32 = 256;

/// llama.cpp rounds the cache up to whole multiples of this many tokens (`llama_context`).
const CACHE_STEP: u64 = 256;

/// Bytes of one value between two operations: ggml computes in 32-bit floats.
const VALUE_BYTES: u64 = 4;

/// Bytes of one value in the attention mask: flash attention takes it in 16 bits.
const MASK_BYTES: u64 = 2;

/// Bytes of one token's inputs: its id, its position, its places in the cache.
const INPUT_BYTES: u64 = 36;

/// Tokens whose logits are computed at once: the next one's, and those of what is guessed to follow
/// (`WIDEST` in `engine-llama`).
const ROWS: u64 = 8;

/// Bytes of the engine process by itself: program, libraries, backend, thread stacks, graph.
const PROCESS_BYTES: u64 = 14 << 20;

/// Bytes that llama.cpp's tables take for each token of the vocabulary, its text, its merges and
/// their indexes included: 48 MiB at 151,936 tokens and as many merges.
const TOKEN_BYTES: u64 = 330;

/// Bytes that a GPU's driver and the backend's own programs take on the device.
pub(crate) const DRIVER_BYTES: u64 = 192 << 20;

/// Cells of the cache for so many tokens.
pub(crate) fn cells(context: u32) -> u64 {
    u64::from(context.max(1)).next_multiple_of(CACHE_STEP)
}

/// Bytes of the engine process by itself, with this model's vocabulary and rows of logits.
pub(crate) fn engine_bytes(geometry: &Geometry) -> u64 {
    PROCESS_BYTES + (TOKEN_BYTES + ROWS * VALUE_BYTES) * u64::from(geometry.vocabulary)
}

/// Bytes of the buffer for values between operations, in a graph of one batch over `cells` of
/// cache, with flash attention:
///
/// ```text
/// batch = min(256, cells)
///   batch · widest · 4      the values alive at once in the widest place of a layer
/// + batch · cells · 2       the mask
/// + batch · 36              ids and positions
/// ```
///
/// Layers reuse one another's space, so one layer counts. Logits are of few tokens, since the
/// engine asks llama.cpp for no more (`n_outputs_max`), and lie in space that the layers left.
pub(crate) fn compute_bytes(geometry: &Geometry, cells: u64) -> u64 {
    let batch = u64::from(BATCH).min(cells);
    let row = row_bytes(widest(geometry, 0), cells, MASK_BYTES);
    batch.saturating_mul(row).max(logits_bytes(geometry))
}

/// The same with plain attention over grouped heads, where so many tokens are read at once:
///
/// ```text
///   batch · widest · 4          as above, with the scores of a layer beside its attention
/// + batch · cells · 4           the mask
/// + batch · 36                  ids and positions
/// + batch · cells · heads · 2   the scores in 16 bits, as the processor multiplies them with values;
///                               outside of llama.cpp's buffers (`ggml_graph_plan` in ggml-cpu.c)
/// ```
pub(crate) fn plain_compute_bytes(geometry: &Geometry, cells: u64, batch: u64) -> u64 {
    const HALF_BYTES: u64 = 2;
    let batch = batch.min(cells);
    let scores = u64::from(geometry.heads).saturating_mul(cells);
    let row = row_bytes(widest(geometry, scores), cells, VALUE_BYTES);
    let beside = scores.saturating_mul(HALF_BYTES);
    batch
        .saturating_mul(row)
        .max(logits_bytes(geometry))
        .saturating_add(batch.saturating_mul(beside))
}

fn logits_bytes(geometry: &Geometry) -> u64 {
    u64::from(geometry.vocabulary) * VALUE_BYTES * ROWS
}

/// Bytes of the inputs alone: what stays with the processor when every layer is on a GPU.
pub(crate) fn input_bytes(geometry: &Geometry, cells: u64) -> u64 {
    let batch = u64::from(BATCH).min(cells);
    batch.saturating_mul(row_bytes(geometry.embedding.into(), cells, MASK_BYTES))
}

/// Bytes of one token of a batch: so many values, its row of the mask with so many bytes a cell, its
/// inputs.
fn row_bytes(values: u64, cells: u64, mask_bytes: u64) -> u64 {
    let mask = cells.saturating_mul(mask_bytes);
    let values = values.saturating_mul(VALUE_BYTES);
    values.saturating_add(mask).saturating_add(INPUT_BYTES)
}

/// Values of one token that are alive at once where a layer is widest, with so many scores in memory.
fn widest(geometry: &Geometry, scores: u64) -> u64 {
    let wide = u64::from;
    let row = wide(geometry.embedding);
    let heads = wide(geometry.heads);
    // Gate, up and their product, beside the residual stream, the normed input and the output.
    let feed_forward = 3 * wide(geometry.feed_forward) + 5 * row;
    let attention = match geometry.attention {
        Attention::Gqa => {
            let query = heads * wide(geometry.head_dim_k);
            let value = heads * wide(geometry.head_dim_v);
            2 * query + value + 3 * row
        }
        // Absorbed: every head asks with a whole latent row and gets one back.
        Attention::Mla { kv_lora, rope } => {
            let latent = wide(kv_lora);
            heads * (3 * latent + 2 * wide(rope)) + 3 * row
        }
    };
    let routed = geometry.experts.map_or(0, |experts| {
        let used = wide(experts.used);
        used * (3 * wide(experts.feed_forward) + row) + 5 * row
    });
    feed_forward
        .max(attention.saturating_add(scores))
        .max(routed)
}
