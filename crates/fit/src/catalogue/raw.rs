//! The text of a catalogue as it is written: fields and their types, places kept for messages.
//!
//! Not here: the rules (`check`).

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCatalogue {
    #[serde(default)]
    pub(super) model: Vec<Spanned<RawModel>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawModel {
    pub(super) id: Spanned<String>,
    pub(super) name: Spanned<String>,
    pub(super) made_as: Spanned<String>,
    pub(super) repo: Spanned<String>,
    pub(super) lineage: Spanned<String>,
    pub(super) good_for: Option<Spanned<BTreeMap<String, String>>>,
    pub(super) parameters: Spanned<u64>,
    pub(super) active_parameters: Spanned<u64>,
    pub(super) licence: Spanned<String>,
    pub(super) base: Spanned<String>,
    pub(super) base_licence: Spanned<String>,
    pub(super) template: Spanned<String>,
    pub(super) shape: Spanned<RawShape>,
    pub(super) sampling: Spanned<RawSampling>,
    pub(super) benchmarks: Spanned<RawBenchmarks>,
    pub(super) reply: Option<Spanned<RawReply>>,
    #[serde(default)]
    pub(super) file: Vec<Spanned<RawFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawShape {
    pub(super) architecture: Spanned<String>,
    pub(super) layers: Spanned<u32>,
    pub(super) embedding: Spanned<u32>,
    pub(super) feed_forward: Spanned<u32>,
    pub(super) heads: Spanned<u32>,
    pub(super) kv_heads: Spanned<u32>,
    pub(super) head_dim_k: Spanned<u32>,
    pub(super) head_dim_v: Spanned<u32>,
    pub(super) context: Spanned<u32>,
    pub(super) vocabulary: Spanned<u32>,
    pub(super) latent: Option<RawLatent>,
    pub(super) unpacked: Option<RawUnpacked>,
    pub(super) experts: Option<RawExperts>,
    pub(super) dense_layers: Option<Spanned<u32>>,
    pub(super) query_lora: Option<Spanned<u32>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLatent {
    pub(super) kv_lora: Spanned<u32>,
    pub(super) rope: Spanned<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawUnpacked {
    pub(super) kv_heads: Spanned<u32>,
    pub(super) head_dim_k: Spanned<u32>,
    pub(super) head_dim_v: Spanned<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawExperts {
    pub(super) count: Spanned<u32>,
    pub(super) used: Spanned<u32>,
    pub(super) shared: Spanned<u32>,
    pub(super) feed_forward: Spanned<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSampling {
    pub(super) temperature: f64,
    pub(super) top_p: f64,
    pub(super) max_tokens: u32,
    pub(super) system_prompt: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawReply {
    pub(super) thinking_tokens: u32,
    pub(super) answer_tokens: u32,
    pub(super) least_tokens: u32,
    pub(super) most_tokens: u32,
    pub(super) source: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBenchmarks {
    pub(super) gpqa_diamond: f64,
    pub(super) aime_2024: Option<f64>,
    pub(super) aime_2025: Option<f64>,
    pub(super) math_500: Option<f64>,
    pub(super) livecodebench: Option<f64>,
    pub(super) livecodebench_2408_2505: Option<f64>,
    pub(super) source: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFile {
    pub(super) quant: Spanned<String>,
    pub(super) repo: Spanned<String>,
    pub(super) revision: Option<Spanned<String>>,
    pub(super) path: Spanned<String>,
    pub(super) parts: Option<Spanned<u32>>,
    pub(super) bytes: Option<Spanned<u64>>,
    pub(super) about_bytes: Option<Spanned<u64>>,
    #[serde(default)]
    pub(super) part_bytes: Vec<Spanned<u64>>,
    #[serde(default)]
    pub(super) sha256: Vec<Spanned<String>>,
    pub(super) modelscope_revision: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) unpacked_cache: bool,
    #[serde(default)]
    pub(super) default: bool,
}
