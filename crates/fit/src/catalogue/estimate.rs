//! Where in a file the bytes are, told from the model's shape and the quantisation's name alone.
//!
//! Counts of values by place are exact; bits per value are those that llama.cpp's quantiser gives
//! the embedding and the output, and what is left of the file is spread over the layers. Once the
//! file is there, its header tells exactly.

use gguf::{Architecture, Attention, Geometry, LayerWeights, Weights};

use super::File;

/// Bytes of a header for each token of its vocabulary: text, type and a merge.
const HEADER_TOKEN_BYTES: u64 = 39;

/// Bits per value of the token embedding and of the output, by the quantisation's name
/// (`llama-quant.cpp`, `llama_tensor_get_type`): the embedding gets the base type, the output at
/// least `Q6_K`.
fn bits(quant: &str) -> (f64, f64) {
    let base = quant.strip_prefix("UD-").unwrap_or(quant);
    for (start, embedding) in [
        ("BF16", 16.0),
        ("F16", 16.0),
        ("Q8", 8.5),
        ("Q6", 6.5625),
        ("Q5", 5.5),
        ("IQ4", 4.25),
        ("Q4", 4.5),
        ("IQ3", 3.4375),
        ("Q3", 3.4375),
        ("IQ2", 3.4375),
        ("Q2", 2.625),
        ("IQ1", 2.625),
    ] {
        if base.starts_with(start) {
            return (embedding, f64::max(embedding, 6.5625));
        }
    }
    (4.5, 6.5625)
}

pub(super) fn weights(shape: &Geometry, query_lora: u32, parameters: u64, file: &File) -> Weights {
    let table = u64::from(shape.vocabulary) * u64::from(shape.embedding);
    let (embedding_bits, output_bits) = bits(&file.quant);
    let of = |values: u64, bits: f64| scaled(values, bits / 8.0);
    let embedding_bytes = of(table, embedding_bits);
    let output_bytes = of(table, output_bits) + 4 * u64::from(shape.embedding);
    let header = HEADER_TOKEN_BYTES * u64::from(shape.vocabulary);
    let rest = file
        .size
        .bytes()
        .saturating_sub(header + embedding_bytes + output_bytes);
    let values: Vec<(u64, u64)> = (0..shape.layers)
        .map(|layer| {
            (
                dense_values(shape, query_lora, layer),
                expert_values(shape, layer),
            )
        })
        .collect();
    let all: u64 = values.iter().map(|(dense, experts)| dense + experts).sum();
    // Dynamic quantisations of a mixture of experts keep what every token uses in finer types than
    // the experts: about five bits where the whole has two.
    let experts: u64 = values.iter().map(|(_, experts)| experts).sum();
    let average = float(rest) / float(all.max(1));
    let dense_bytes_per_value = if experts > 0 {
        average.max(5.0 / 8.0)
    } else {
        average
    };
    let dense: u64 = all - experts;
    let dense_bytes = scaled(dense, dense_bytes_per_value).min(rest);
    let per_expert_value = float(rest - dense_bytes) / float(experts.max(1));
    let layers = values
        .into_iter()
        .map(|(dense, experts)| LayerWeights {
            dense_bytes: scaled(dense, dense_bytes_per_value),
            expert_bytes: scaled(experts, per_expert_value),
        })
        .collect();
    Weights {
        embedding_bytes,
        output_bytes,
        output_tied: false,
        layers,
        parameters,
    }
}

/// Values that every token reads in a layer.
fn dense_values(shape: &Geometry, query_lora: u32, layer: u32) -> u64 {
    let wide = u64::from;
    let (row, heads) = (wide(shape.embedding), wide(shape.heads));
    let attention = match shape.attention {
        Attention::Gqa => {
            let kv = wide(shape.kv_heads);
            let key = wide(shape.head_dim_k);
            let value = wide(shape.head_dim_v);
            row * (heads * key + kv * key + kv * value) + heads * value * row
        }
        Attention::Mla { kv_lora, rope } => {
            // R1's heads: 128 values without and 64 with a position, 128 of value (its
            // `config.json`); other proportions are not known to exist.
            let (plain, value) = (128, 128);
            let (latent, rope) = (wide(kv_lora), wide(rope));
            let query = wide(query_lora);
            row * query
                + query * heads * (plain + rope)
                + row * (latent + rope)
                + latent * heads * (plain + value)
                + heads * value * row
        }
    };
    let feed_forward = match shape.experts {
        Some(experts) if layer >= shape.dense_layers => {
            let shared = 3 * row * wide(experts.feed_forward) * wide(experts.shared);
            shared + row * wide(experts.count)
        }
        _ => 3 * row * wide(shape.feed_forward),
    };
    let norms = 2 * row
        + match shape.architecture {
            Architecture::Qwen3 => 2 * wide(shape.head_dim_k),
            _ => 0,
        };
    attention + feed_forward + norms
}

/// Values of the routed experts of a layer.
fn expert_values(shape: &Geometry, layer: u32) -> u64 {
    shape
        .experts
        .filter(|_| layer >= shape.dense_layers)
        .map_or(0, |experts| {
            3 * u64::from(shape.embedding)
                * u64::from(experts.feed_forward)
                * u64::from(experts.count)
        })
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
