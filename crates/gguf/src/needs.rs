//! What the engine needs of a model beyond a sound file: the types and values of keys.
//!
//! Each rule is what llama.cpp (llama-cpp-sys-2 0.1.161) throws over, asserts, or computes nonsense
//! with; the sources are named. `bench/mutations` tells what gets past. The vocabulary is in
//! `vocabulary`, tensors in `tensors`. Not here: what a model costs (`geometry`).

mod known;
mod tensors;
mod vocabulary;

pub(crate) use tensors::{check as check_tensors, predicts};
pub(crate) use vocabulary::check as check_vocabulary;

use crate::error::Error;
use crate::geometry::{Architecture, Attention, Geometry};
use crate::metadata::{ARRAY, BOOL, FLOAT32, Metadata, ROPE_SCALING, STRING, UINT16, UINT32};

/// What a number on its own has to be.
#[derive(Clone, Copy)]
enum Fraction {
    /// Any number that is one.
    Finite,
    /// No less than nothing.
    NotNegative,
    /// More than nothing.
    Positive,
}

/// Keys of the file as a whole, by `llama-model-loader.cpp`, `gguf.cpp` and `llama-vocab.cpp`.
const WHOLE: [(&str, u32); 28] = [
    ("general.name", STRING),
    ("general.file_type", UINT32),
    ("general.alignment", UINT32),
    ("split.count", UINT16),
    ("tokenizer.ggml.model", STRING),
    ("tokenizer.ggml.pre", STRING),
    ("tokenizer.ggml.tokens", ARRAY),
    ("tokenizer.ggml.merges", ARRAY),
    ("tokenizer.ggml.token_type_count", UINT32),
    ("tokenizer.ggml.bos_token_id", UINT32),
    ("tokenizer.ggml.eos_token_id", UINT32),
    ("tokenizer.ggml.eot_token_id", UINT32),
    ("tokenizer.ggml.eom_token_id", UINT32),
    ("tokenizer.ggml.unknown_token_id", UINT32),
    ("tokenizer.ggml.seperator_token_id", UINT32),
    ("tokenizer.ggml.padding_token_id", UINT32),
    ("tokenizer.ggml.mask_token_id", UINT32),
    ("tokenizer.ggml.fim_pre_token_id", UINT32),
    ("tokenizer.ggml.fim_suf_token_id", UINT32),
    ("tokenizer.ggml.fim_mid_token_id", UINT32),
    ("tokenizer.ggml.fim_pad_token_id", UINT32),
    ("tokenizer.ggml.fim_rep_token_id", UINT32),
    ("tokenizer.ggml.fim_sep_token_id", UINT32),
    ("tokenizer.ggml.add_bos_token", BOOL),
    ("tokenizer.ggml.add_eos_token", BOOL),
    ("tokenizer.ggml.add_sep_token", BOOL),
    ("tokenizer.ggml.add_space_prefix", BOOL),
    ("tokenizer.ggml.remove_extra_whitespaces", BOOL),
];

/// Keys of a family, by `load_hparams` in `llama-model.cpp` and `models/*.cpp`.
const OF_FAMILY: [(&str, u32); 35] = [
    ("context_length", UINT32),
    ("embedding_length", UINT32),
    ("embedding_length_out", UINT32),
    ("block_count", UINT32),
    ("vocab_size", UINT32),
    ("nextn_predict_layers", UINT32),
    ("leading_dense_block_count", UINT32),
    ("feed_forward_length", UINT32),
    ("attention.head_count", UINT32),
    ("attention.head_count_kv", UINT32),
    ("attention.q_lora_rank", UINT32),
    ("attention.kv_lora_rank", UINT32),
    ("attention.key_length", UINT32),
    ("attention.value_length", UINT32),
    ("attention.key_length_mla", UINT32),
    ("attention.value_length_mla", UINT32),
    ("attention.key_length_swa", UINT32),
    ("attention.value_length_swa", UINT32),
    ("attention.temperature_length", UINT32),
    ("attention.causal", BOOL),
    ("pooling_type", UINT32),
    ("classifier.pooling_type", UINT32),
    ("rope.dimension_count", UINT32),
    ("rope.dimension_count_swa", UINT32),
    ("rope.scaling.original_context_length", UINT32),
    ("rope.scaling.finetuned", BOOL),
    (ROPE_SCALING, STRING),
    ("expert_count", UINT32),
    ("expert_used_count", UINT32),
    ("expert_shared_count", UINT32),
    ("expert_group_count", UINT32),
    ("expert_group_used_count", UINT32),
    ("expert_feed_forward_length", UINT32),
    ("expert_weights_norm", BOOL),
    ("expert_gating_func", UINT32),
];

/// Fractions of a family, all of 32 bits, from the same sources. One that is no number makes every
/// word of the model none.
const FRACTIONS: [(&str, Fraction); 9] = [
    ("attention.layer_norm_rms_epsilon", Fraction::NotNegative),
    ("attention.temperature_scale", Fraction::Finite),
    ("expert_weights_scale", Fraction::Finite),
    ("rope.freq_base", Fraction::Positive),
    ("rope.scale_linear", Fraction::NotNegative),
    ("rope.scaling.factor", Fraction::NotNegative),
    ("rope.scaling.alpha", Fraction::Finite),
    ("rope.scaling.attn_factor", Fraction::Finite),
    ("rope.scaling.yarn_log_multiplier", Fraction::Finite),
];

/// The last of llama.cpp's `llama_expert_gating_func_type`.
const GATING_FUNCTIONS: u32 = 4;

/// Every key that the engine reads is of the type that it reads; those that it cannot do without
/// and that no other rule asks for are there.
pub(crate) fn check(architecture: Architecture, metadata: &Metadata) -> Result<(), Error> {
    let own = |name: &str| format!("{}.{name}", architecture.name());
    let of_family = OF_FAMILY.iter().map(|(name, kind)| (own(name), *kind));
    let fractions = FRACTIONS.iter().map(|(name, _)| (own(name), FLOAT32));
    let whole = WHOLE.iter().map(|(name, kind)| ((*name).to_owned(), *kind));
    for (key, wanted) in whole.chain(of_family).chain(fractions) {
        if metadata.kind(&key).is_some_and(|kind| kind != wanted) {
            return Err(metadata.broken(&key, not_of_type(wanted)));
        }
    }
    let labels = own("classifier.output_labels");
    if metadata.kind(&labels).is_some() && metadata.list(&labels) != Some(STRING) {
        return Err(metadata.broken(&labels, "is not a list of texts"));
    }
    let needed: &[&str] = match architecture {
        Architecture::Deepseek2 => &[
            "attention.layer_norm_rms_epsilon",
            "attention.kv_lora_rank",
            "expert_feed_forward_length",
            "expert_shared_count",
        ],
        _ => &["attention.layer_norm_rms_epsilon"],
    };
    for name in needed {
        let key = own(name);
        if metadata.kind(&key).is_none() {
            return Err(metadata.broken(&key, "is missing"));
        }
    }
    Ok(())
}

fn not_of_type(wanted: u32) -> &'static str {
    match wanted {
        UINT16 => "is not a whole number of 16 bits, as the engine needs it",
        UINT32 => "is not a whole number of 32 bits, as the engine needs it",
        FLOAT32 => "is not a fraction of 32 bits, as the engine needs it",
        BOOL => "is not a yes or no, as the engine needs it",
        ARRAY => "is not a list, as the engine needs it",
        _ => "is not a text, as the engine needs it",
    }
}

/// The values of keys, after their types.
pub(crate) fn check_values(shape: &Geometry, metadata: &Metadata) -> Result<(), Error> {
    let own = |name: &str| format!("{}.{name}", shape.architecture.name());
    let broken = |name: &str, rule| Err(metadata.broken(&own(name), rule));
    for (name, wanted) in FRACTIONS {
        let Some(value) = metadata.fraction(&own(name)) else {
            continue;
        };
        if !value.is_finite() {
            return broken(name, "is not a number");
        }
        match wanted {
            Fraction::NotNegative if value < 0.0 => return broken(name, "is below zero"),
            Fraction::Positive if !value.is_normal() || value < 0.0 => {
                return broken(name, "is not above zero");
            }
            _ => {}
        }
    }
    let scaling = metadata.text(&own(ROPE_SCALING))?;
    let known = ["none", "linear", "yarn", "longrope"];
    if scaling.is_some_and(|scaling| !known.contains(&scaling)) {
        return broken(ROPE_SCALING, "is none that the engine knows");
    }
    // A head of output of another width, which none of these families has: it is what the engine
    // then reserves memory by, without a limit.
    let out = metadata.number(&own("embedding_length_out"))?;
    if out.is_some_and(|out| out != 0 && out != shape.embedding) {
        return broken("embedding_length_out", "is not embedding_length");
    }
    let tempered = metadata.fraction(&own("attention.temperature_scale"));
    let is_tempered = tempered.is_some_and(|scale| scale != 0.0);
    if is_tempered
        && metadata
            .number(&own("attention.temperature_length"))?
            .unwrap_or(0)
            == 0
    {
        let rule = "is missing or zero, and temperature_scale needs it";
        return broken("attention.temperature_length", rule);
    }
    check_experts(shape, metadata)?;
    check_heads(shape, metadata)
}

fn check_experts(shape: &Geometry, metadata: &Metadata) -> Result<(), Error> {
    let own = |name: &str| format!("{}.{name}", shape.architecture.name());
    let broken = |name: &str, rule| Err(metadata.broken(&own(name), rule));
    let number = |name| metadata.number(&own(name)).map(|value| value.unwrap_or(0));
    let groups = number("expert_group_count")?;
    let used = number("expert_group_used_count")?;
    match &shape.experts {
        None => {
            if number("expert_used_count")? > 0 {
                return broken(
                    "expert_count",
                    "is missing or zero, and some are to be used",
                );
            }
            if groups > 0 {
                return broken("expert_group_count", "groups experts that there are not");
            }
            let mixed = shape.layers + shape.mtp_layers > shape.dense_layers;
            if shape.architecture == Architecture::Deepseek2 && mixed {
                return broken(
                    "expert_count",
                    "is missing or zero, and some layers need experts",
                );
            }
        }
        Some(experts) => {
            if groups >= experts.count {
                return broken("expert_group_count", "is not below expert_count");
            }
            if groups > 1 {
                if !experts.count.is_multiple_of(groups) {
                    return broken("expert_group_count", "does not divide expert_count");
                }
                if used == 0 || used >= groups {
                    return broken("expert_group_used_count", "is not below expert_group_count");
                }
            }
        }
    }
    if number("expert_gating_func")? > GATING_FUNCTIONS {
        return broken("expert_gating_func", "is none that the engine knows");
    }
    Ok(())
}

/// Lengths of heads, which the engine's graphs assert.
fn check_heads(shape: &Geometry, metadata: &Metadata) -> Result<(), Error> {
    let own = |name: &str| format!("{}.{name}", shape.architecture.name());
    let rotary = rotary(shape, metadata)?;
    if shape.architecture == Architecture::Deepseek2 {
        let (name, key) = match shape.attention {
            Attention::Mla { .. } => ("attention.key_length_mla", mla(metadata, "key_length_mla")?),
            Attention::Gqa => ("attention.key_length", shape.head_dim_k),
        };
        if key <= rotary {
            return Err(metadata.broken(&own(name), "is not above rope.dimension_count"));
        }
        return Ok(());
    }
    if shape.head_dim_k != shape.head_dim_v {
        let rule = "differs from key_length";
        return Err(metadata.broken(&own("attention.value_length"), rule));
    }
    if shape.head_dim_k != rotary {
        let rule = "is not the length of a head";
        return Err(metadata.broken(&own("rope.dimension_count"), rule));
    }
    Ok(())
}

/// Values of a head that carry its place.
fn rotary(shape: &Geometry, metadata: &Metadata) -> Result<u32, Error> {
    let key = format!("{}.rope.dimension_count", shape.architecture.name());
    Ok(metadata.number(&key)?.unwrap_or(shape.head_dim_k))
}

/// A length of latent attention once it is unpacked.
fn mla(metadata: &Metadata, name: &str) -> Result<u32, Error> {
    let key = format!("deepseek2.attention.{name}");
    Ok(metadata.number(&key)?.unwrap_or(0))
}
