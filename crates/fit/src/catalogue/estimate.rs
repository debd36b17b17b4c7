//! Where in a file the bytes are, told from the model's shape and the quantisation's name alone.
//!
//! Counts of values by place are exact for R1's family; bits per value are those that llama.cpp's
//! quantiser gives the embedding and the output, and what is left of the file is spread over the
//! layers. Once the file is there, its header tells exactly.

use gguf::{Architecture, Attention, Geometry, LayerWeights, Weights};

use super::{File, Quant, Shape};

/// Bytes of a header for each token of its vocabulary: text, type and a merge. From the sizes of
/// the published Qwen files less their tensors.
const HEADER_TOKEN_BYTES: u64 = 39;

/// Bytes per value of what every token reads in a dynamic quantisation of a mixture of experts, at
/// least. R1's UD-Q2_K_XL keeps attention in `Q4_K`, dense and shared feed-forward in `Q6_K` and the
/// router in 32 bits, which makes 5.2 (counts of its tensors by type:
/// `github.com/ikawrakow/ik_llama.cpp/pull/259`).
const DENSE_BYTES: f64 = 5.2 / 8.0;

const Q2_K: f64 = 2.625;
const IQ3_S: f64 = 3.4375;
const Q4_K: f64 = 4.5;
const Q5_K: f64 = 5.5;
const Q6_K: f64 = 6.5625;

/// Bits per value of the token embedding and of the output, by the quantisation's name
/// (`llama-quant.cpp`, `llama_tensor_get_type_impl`).
fn bits(quant: &Quant, experts: bool) -> (f64, f64) {
    let name = quant.as_str().to_ascii_uppercase();
    let base = name.strip_prefix("UD-");
    if experts && base.is_some_and(|base| base.starts_with('I') || base.starts_with("Q2")) {
        // The same tensors of R1's UD-Q2_K_XL.
        return (Q4_K, Q6_K);
    }
    let base = base.unwrap_or(&name);
    for (start, embedding, output) in [
        ("BF16", 16.0, 16.0),
        ("F16", 16.0, 16.0),
        ("Q8", 8.5, 8.5),
        ("Q6", Q6_K, Q6_K),
        ("Q5", Q5_K, Q6_K),
        ("Q4", Q4_K, Q6_K),
        ("IQ4_NL", 4.5, Q6_K),
        ("IQ4", 4.25, Q6_K),
        ("Q3", IQ3_S, Q6_K),
        ("IQ3_XXS", IQ3_S, Q5_K),
        ("IQ3", IQ3_S, Q6_K),
        ("Q2", Q2_K, Q6_K),
        ("IQ2_M", IQ3_S, Q5_K),
        ("IQ2_S", IQ3_S, Q5_K),
        ("IQ2", Q2_K, Q5_K),
        ("IQ1", Q2_K, Q5_K),
    ] {
        if base.starts_with(start) {
            return (embedding, output);
        }
    }
    (Q4_K, Q6_K)
}

pub(super) fn weights(shape: &Shape, parameters: u64, file: &File) -> Weights {
    let geometry = &shape.geometry;
    let layers = layers(shape);
    let dense: u64 = layers.iter().map(|layer| layer.dense).sum();
    let experts: u64 = layers.iter().map(|layer| layer.experts).sum();
    let (embedding_bits, output_bits) = bits(&file.quant, experts > 0);
    let embedding_bytes = scaled(table(shape), embedding_bits / 8.0);
    // The last norm is in 32 bits.
    let output_bytes = scaled(table(shape), output_bits / 8.0) + 4 * u64::from(geometry.embedding);
    let header = HEADER_TOKEN_BYTES * u64::from(geometry.vocabulary);
    let rest = file
        .size
        .bytes()
        .saturating_sub(header + embedding_bytes + output_bytes);
    let average = float(rest) / float(dense + experts);
    let dense_each = if experts == 0 {
        average
    } else {
        average.max(DENSE_BYTES).min(float(rest) / float(dense))
    };
    let experts_each = (float(rest) - float(dense) * dense_each).max(0.0) / float(experts.max(1));
    Weights {
        embedding_bytes,
        output_bytes,
        output_tied: false,
        layers: layers
            .into_iter()
            .map(|layer| LayerWeights {
                dense_bytes: scaled(layer.dense, dense_each),
                expert_bytes: scaled(layer.experts, experts_each),
            })
            .collect(),
        parameters,
    }
}

/// Values in all tensors of a model. The limits of a shape (`check`) keep this within `u64`: a layer
/// has less than 2^54 values, and there are at most 2^9.
pub(super) fn parameters(shape: &Shape) -> u64 {
    let layers = layers(shape)
        .into_iter()
        .map(|layer| layer.dense + layer.experts);
    2 * table(shape) + u64::from(shape.geometry.embedding) + layers.sum::<u64>()
}

/// Values of the token embedding, and as many of the output.
pub(super) fn table(shape: &Shape) -> u64 {
    u64::from(shape.geometry.vocabulary) * u64::from(shape.geometry.embedding)
}

/// Values of a layer.
struct Layer {
    /// What every token reads.
    dense: u64,
    /// Routed experts.
    experts: u64,
}

fn layers(shape: &Shape) -> Vec<Layer> {
    let geometry = &shape.geometry;
    let row = u64::from(geometry.embedding);
    // Two norms before the blocks.
    let around = attention(shape) + 2 * row;
    (0..geometry.layers)
        .map(|layer| match geometry.experts {
            Some(experts) if layer >= geometry.dense_layers => {
                let one = 3 * row * u64::from(experts.feed_forward);
                let count = u64::from(experts.count);
                // The router has a row and a bias for each expert.
                let router = (row + 1) * count;
                Layer {
                    dense: around + one * u64::from(experts.shared) + router,
                    experts: one * count,
                }
            }
            _ => Layer {
                dense: around + 3 * row * u64::from(geometry.feed_forward),
                experts: 0,
            },
        })
        .collect()
}

/// Values of one layer's attention, with its biases and inner norms.
fn attention(shape: &Shape) -> u64 {
    let geometry = &shape.geometry;
    let (row, heads) = (u64::from(geometry.embedding), u64::from(geometry.heads));
    match geometry.attention {
        Attention::Gqa => gqa(geometry, row, heads),
        Attention::Mla { kv_lora, rope } => {
            let (latent, rope) = (u64::from(kv_lora), u64::from(rope));
            // A head's values without a position and in its output: 128 each in R1's `config.json`,
            // and where nothing else is said.
            let (plain, value) = shape.unpacked.map_or((128, 128), |heads| {
                let key = u64::from(heads.head_dim_k);
                (key - rope, u64::from(heads.head_dim_v))
            });
            let key = heads * (plain + rope);
            let query = match u64::from(shape.query_lora) {
                0 => row * key,
                lora => row * lora + lora + lora * key,
            };
            query
                + row * (latent + rope)
                + latent
                + latent * heads * (plain + value)
                + heads * value * row
        }
    }
}

fn gqa(geometry: &Geometry, row: u64, heads: u64) -> u64 {
    let kv_heads = u64::from(geometry.kv_heads);
    let (key, value) = (
        u64::from(geometry.head_dim_k),
        u64::from(geometry.head_dim_v),
    );
    let made = heads * key + kv_heads * (key + value);
    let extra = match geometry.architecture {
        // Biases of query, key and value.
        Architecture::Qwen2 => made,
        // Norms of a query and of a key.
        Architecture::Qwen3 => 2 * key,
        Architecture::Llama | Architecture::Deepseek2 => 0,
    };
    row * made + heads * value * row + extra
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn float(number: u64) -> f64 {
    number as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an estimate of a positive number; `as` saturates"
)]
fn scaled(number: u64, factor: f64) -> u64 {
    (float(number) * factor) as u64
}
