//! Which tensors the engine asks for, in which shapes: `load_arch_tensors` of `models/llama.cpp`,
//! `qwen2.cpp`, `qwen3.cpp` and `deepseek2.cpp`, for what is asked of every file.
//!
//! Not here: tensors that a file may have or not. The engine looks at those itself, and refuses a
//! wrong shape and one that nobody asked for in words.

use super::known::is_known;
use super::{mla, rotary};
use crate::error::{Error, shown};
use crate::geometry::{Architecture, Attention, Geometry};
use crate::metadata::Metadata;
use crate::tensors::{Record, Tensors};
use crate::weights::layer_of;

/// Layers of trunk by which llama.cpp tells that a `deepseek2` is one of the small ones, whose
/// queries are not compressed (`deepseek2.cpp`, `is_lite`).
const LITE: [u32; 2] = [26, 27];

const UNUSED: &str =
    "is a tensor that llama.cpp has no use for in this family, and refuses the file over";

const NOT_EXACT: &str = "is not stored in F32, as what is added or scaled by has to be";

/// Checks that what the trunk needs is there in its shape, and that everything can be computed with.
pub(crate) fn check(shape: &Geometry, metadata: &Metadata, tensors: &Tensors) -> Result<(), Error> {
    let look = Look { metadata, tensors };
    for (name, record) in &tensors.records {
        let known = std::str::from_utf8(name).is_ok_and(|name| !name.contains('\0'));
        if !known {
            return Err(metadata.broken(&shown(name), "is no name of a tensor"));
        }
        let blocks = (shape.layers + shape.mtp_layers) as usize;
        if layer_of(name).is_some_and(|(layer, _)| layer >= blocks) {
            return Err(metadata.broken(&shown(name), "is of a layer that block_count leaves out"));
        }
        if !is_known(shape, name) {
            return Err(metadata.broken(&shown(name), UNUSED));
        }
        if !record.kind.multiplies() {
            let rule = "is stored in a type that nothing is computed with";
            return Err(metadata.broken(&shown(name), rule));
        }
        let is_added = name.ends_with(b".bias") || name == b"rope_freqs.weight";
        if is_added && record.kind.name != "F32" {
            return Err(metadata.broken(&shown(name), NOT_EXACT));
        }
    }
    for need in of_whole(shape) {
        look.check(&need)?;
    }
    for layer in 0..shape.layers {
        for need in of_layer(shape, metadata, &look, layer)? {
            look.check(&need)?;
        }
    }
    Ok(())
}

/// Whether the layer that predicts is whole: what every layer has, and what only it has.
pub(crate) fn predicts(shape: &Geometry, metadata: &Metadata, tensors: &Tensors) -> bool {
    let look = Look { metadata, tensors };
    // What `graph_mtp` in `deepseek2.cpp` asserts.
    let tempered = metadata.fraction("deepseek2.attention.temperature_scale");
    let able = shape.architecture == Architecture::Deepseek2
        && matches!(shape.attention, Attention::Mla { .. })
        && shape.mtp_layers == 1
        && shape.layers >= shape.dense_layers
        && tempered.is_none_or(|scale| scale == 0.0)
        && query_rank(shape, metadata).is_ok_and(|rank| rank > 0);
    let layer = shape.layers;
    let Ok(mut needs) = of_layer(shape, metadata, &look, layer) else {
        return false;
    };
    let width = u64::from(shape.embedding);
    needs.push(Need::matrix(
        layer,
        "nextn.eh_proj.weight",
        &[2 * width, width],
    ));
    needs.push(Need::vector(layer, "nextn.enorm.weight", width));
    needs.push(Need::vector(layer, "nextn.hnorm.weight", width));
    let own_norm = "nextn.shared_head_norm.weight";
    if look.record(&format!("blk.{layer}.{own_norm}")).is_some() {
        needs.push(Need::vector(layer, own_norm, width));
    }
    able && needs.iter().all(|need| look.check(need).is_ok())
}

/// A tensor that has to be there.
struct Need {
    name: String,
    dimensions: [u64; 4],
    /// A vector is added or multiplied with value by value, which is done in F32 alone.
    is_vector: bool,
}

impl Need {
    fn matrix(layer: u32, name: &str, dimensions: &[u64]) -> Self {
        let mut all = [1; 4];
        all[..dimensions.len()].copy_from_slice(dimensions);
        Self {
            name: format!("blk.{layer}.{name}"),
            dimensions: all,
            is_vector: false,
        }
    }

    fn vector(layer: u32, name: &str, length: u64) -> Self {
        Self {
            is_vector: true,
            ..Self::matrix(layer, name, &[length])
        }
    }
}

struct Look<'a> {
    metadata: &'a Metadata,
    tensors: &'a Tensors,
}

impl Look<'_> {
    fn record(&self, name: &str) -> Option<&Record> {
        self.tensors.records.get(name.as_bytes())
    }

    fn check(&self, need: &Need) -> Result<(), Error> {
        let name = &need.name;
        let record = self.record(name);
        let record = record.ok_or_else(|| self.metadata.broken(name, "is missing"))?;
        if record.dimensions != need.dimensions {
            return Err(self
                .metadata
                .misshapen(name, record.dimensions, need.dimensions));
        }
        if need.is_vector && record.kind.name != "F32" {
            return Err(self.metadata.broken(name, NOT_EXACT));
        }
        Ok(())
    }
}

/// What every file has outside of layers.
fn of_whole(shape: &Geometry) -> [Need; 2] {
    let (width, words) = (u64::from(shape.embedding), u64::from(shape.vocabulary));
    let embedding = Need {
        name: "token_embd.weight".to_owned(),
        dimensions: [width, words, 1, 1],
        is_vector: false,
    };
    let norm = Need {
        name: "output_norm.weight".to_owned(),
        dimensions: [width, 1, 1, 1],
        is_vector: true,
    };
    [embedding, norm]
}

fn of_layer(
    shape: &Geometry,
    metadata: &Metadata,
    look: &Look<'_>,
    layer: u32,
) -> Result<Vec<Need>, Error> {
    let width = u64::from(shape.embedding);
    let mut needs = vec![
        Need::vector(layer, "attn_norm.weight", width),
        Need::vector(layer, "ffn_norm.weight", width),
    ];
    if shape.architecture == Architecture::Deepseek2 {
        latent(shape, metadata, layer, &mut needs)?;
    } else {
        grouped(shape, look, layer, &mut needs);
    }
    feed_forward(shape, look, layer, &mut needs);
    Ok(needs)
}

/// Grouped-query attention of the distilled models.
fn grouped(shape: &Geometry, look: &Look<'_>, layer: u32, needs: &mut Vec<Need>) {
    let width = u64::from(shape.embedding);
    let query = match shape.architecture {
        // It takes the width for granted, whatever the heads are.
        Architecture::Qwen2 => width,
        _ => u64::from(shape.heads) * u64::from(shape.head_dim_k),
    };
    let key = u64::from(shape.kv_heads) * u64::from(shape.head_dim_k);
    let value = u64::from(shape.kv_heads) * u64::from(shape.head_dim_v);
    needs.push(Need::matrix(layer, "attn_output.weight", &[query, width]));
    // Some converters write the three as one.
    if look
        .record(&format!("blk.{layer}.attn_qkv.weight"))
        .is_none()
    {
        needs.push(Need::matrix(layer, "attn_q.weight", &[width, query]));
        needs.push(Need::matrix(layer, "attn_k.weight", &[width, key]));
        needs.push(Need::matrix(layer, "attn_v.weight", &[width, value]));
    }
    if shape.architecture == Architecture::Qwen3 {
        let head = u64::from(shape.head_dim_k);
        needs.push(Need::vector(layer, "attn_q_norm.weight", head));
        needs.push(Need::vector(layer, "attn_k_norm.weight", head));
    }
}

/// Values of a compressed query; 0 where queries are not compressed.
fn query_rank(shape: &Geometry, metadata: &Metadata) -> Result<u64, Error> {
    let key = "deepseek2.attention.q_lora_rank";
    match metadata.number(key)? {
        // llama.cpp does not look at it in the small ones.
        _ if LITE.contains(&shape.layers) => Ok(0),
        Some(rank) => Ok(rank.into()),
        // Others that it takes for small ones by their vocabulary.
        None if shape.layers == 48 => Ok(0),
        None => Err(metadata.broken(key, "is missing")),
    }
}

/// R1's own attention, whether it is kept compressed or unpacked.
fn latent(
    shape: &Geometry,
    metadata: &Metadata,
    layer: u32,
    needs: &mut Vec<Need>,
) -> Result<(), Error> {
    let (width, heads) = (u64::from(shape.embedding), u64::from(shape.heads));
    let rotary = u64::from(rotary(shape, metadata)?);
    let number = metadata.number("deepseek2.attention.kv_lora_rank")?;
    let compressed = u64::from(number.unwrap_or(0));
    let is_latent = matches!(shape.attention, Attention::Mla { .. });
    let [key, value] = if is_latent {
        [
            mla(metadata, "key_length_mla")?,
            mla(metadata, "value_length_mla")?,
        ]
    } else {
        [shape.head_dim_k, shape.head_dim_v]
    };
    let (key, value) = (u64::from(key), u64::from(value));
    // Above zero: the keys were checked.
    let plain = key.saturating_sub(rotary);
    // With 48 layers the vocabulary decides whether queries are compressed: the engine tells.
    if shape.layers != 48 {
        match query_rank(shape, metadata)? {
            0 => needs.push(Need::matrix(layer, "attn_q.weight", &[width, heads * key])),
            rank => {
                needs.push(Need::vector(layer, "attn_q_a_norm.weight", rank));
                needs.push(Need::matrix(layer, "attn_q_a.weight", &[width, rank]));
                needs.push(Need::matrix(layer, "attn_q_b.weight", &[rank, heads * key]));
            }
        }
    }
    needs.push(Need::vector(layer, "attn_kv_a_norm.weight", compressed));
    needs.push(Need::matrix(
        layer,
        "attn_kv_a_mqa.weight",
        &[width, compressed + rotary],
    ));
    if is_latent {
        needs.push(Need::matrix(
            layer,
            "attn_k_b.weight",
            &[plain, compressed, heads],
        ));
        needs.push(Need::matrix(
            layer,
            "attn_v_b.weight",
            &[compressed, value, heads],
        ));
    } else {
        needs.push(Need::matrix(
            layer,
            "attn_kv_b.weight",
            &[compressed, heads * (plain + value)],
        ));
    }
    needs.push(Need::matrix(
        layer,
        "attn_output.weight",
        &[heads * value, width],
    ));
    Ok(())
}

fn feed_forward(shape: &Geometry, look: &Look<'_>, layer: u32, needs: &mut Vec<Need>) {
    let width = u64::from(shape.embedding);
    let inner = u64::from(shape.feed_forward);
    let is_mixed = match shape.architecture {
        Architecture::Deepseek2 => layer >= shape.dense_layers,
        // Old mixtures name their tensors otherwise: the engine tells.
        Architecture::Llama if shape.experts.is_some() => return,
        // Their code knows no experts.
        _ => false,
    };
    if !is_mixed {
        needs.push(Need::matrix(layer, "ffn_gate.weight", &[width, inner]));
        needs.push(Need::matrix(layer, "ffn_down.weight", &[inner, width]));
        needs.push(Need::matrix(layer, "ffn_up.weight", &[width, inner]));
        return;
    }
    let Some(experts) = &shape.experts else {
        return;
    };
    let (count, inner) = (u64::from(experts.count), u64::from(experts.feed_forward));
    let shared = inner * u64::from(experts.shared);
    needs.push(Need::matrix(layer, "ffn_gate_inp.weight", &[width, count]));
    needs.push(Need::matrix(
        layer,
        "ffn_down_exps.weight",
        &[inner, width, count],
    ));
    // Some converters write the two as one.
    if look
        .record(&format!("blk.{layer}.ffn_gate_up_exps.weight"))
        .is_none()
    {
        needs.push(Need::matrix(
            layer,
            "ffn_gate_exps.weight",
            &[width, inner, count],
        ));
        needs.push(Need::matrix(
            layer,
            "ffn_up_exps.weight",
            &[width, inner, count],
        ));
    }
    needs.push(Need::matrix(
        layer,
        "ffn_gate_shexp.weight",
        &[width, shared],
    ));
    needs.push(Need::matrix(
        layer,
        "ffn_down_shexp.weight",
        &[shared, width],
    ));
    needs.push(Need::matrix(layer, "ffn_up_shexp.weight", &[width, shared]));
    // A file may leave it out.
    if look
        .record(&format!("blk.{layer}.exp_probs_b.bias"))
        .is_some()
    {
        needs.push(Need::vector(layer, "exp_probs_b.bias", count));
    }
}
