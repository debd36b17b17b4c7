//! A GGUF's anatomy, as its header tells it.

use std::path::Path;

use engine::prompt::Template;
use gguf::{Attention, Header, KvType};
use serde::Serialize;

use crate::failure::Failure;
use crate::model::unreadable;

/// What a model's file is made of. Bytes are whole numbers; times do not occur.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspection {
    /// The files of the model, in order.
    pub files: Vec<String>,
    /// The name that it gives itself.
    pub name: Option<String>,
    /// `general.architecture`.
    pub architecture: &'static str,
    /// Values in all tensors.
    pub parameters: u64,
    /// Bytes of all tensors.
    pub weights_bytes: u64,
    /// Tensors.
    pub tensors: u64,
    /// Layers of the trunk.
    pub layers: u32,
    /// Layers that predict further tokens.
    pub mtp_layers: u32,
    /// Layers, from the first, that are dense although others have experts.
    pub dense_layers: u32,
    /// Values between layers.
    pub embedding: u32,
    /// Query heads.
    pub heads: u32,
    /// Key-value heads.
    pub kv_heads: u32,
    /// `mla` or `gqa`.
    pub attention: &'static str,
    /// Bytes of cache for one token, in f16.
    pub cache_bytes_per_token_f16: u64,
    /// The same in `q8_0`; none where its heads do not divide.
    pub cache_bytes_per_token_q8_0: Option<u64>,
    /// Tokens that it was trained for.
    pub context_trained: u32,
    /// The experts, if there are any.
    pub experts: Option<Experts>,
    /// Bytes of the token embedding.
    pub embedding_bytes: u64,
    /// Bytes outside of layers but for that.
    pub output_bytes: u64,
    /// Bytes in layers that every token reads.
    pub dense_bytes: u64,
    /// Bytes of routed experts.
    pub expert_bytes: u64,
    /// How much is stored in which type, most bytes first.
    pub mix: Vec<Type>,
    /// Tokens in the vocabulary.
    pub vocabulary: u32,
    /// The token that begins a text.
    pub bos: Option<String>,
    /// The token that ends one.
    pub eos: Option<String>,
    /// `r1` (the prompt opens the thinking), `r1_january` and `r1_0528` (the model does), `other` or
    /// `none`.
    pub template: &'static str,
    /// What a person should know about it.
    pub notes: Vec<String>,
}

/// The experts of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Experts {
    /// Routed experts.
    pub routed: u32,
    /// Those that one token uses.
    pub active: u32,
    /// Experts that every token uses.
    pub shared: u32,
}

/// A tensor type's share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Type {
    /// Its name, such as `Q4_K`.
    pub name: &'static str,
    /// Tensors of it.
    pub tensors: u64,
    /// Values in them.
    pub parameters: u64,
    /// Bytes of them.
    pub bytes: u64,
}

/// Cache bytes per token of R1 with MLA, to compare old files with.
const R1_CACHE_BYTES: u64 = 70_272;

/// Reads a model's header. Takes milliseconds.
pub fn inspect(path: &Path) -> Result<Inspection, Failure> {
    let header = Header::read_file(path).map_err(|error| unreadable(&error))?;
    let shape = header.geometry().map_err(|error| unreadable(&error))?;
    let weights = header.weights();
    let cache = shape.cache_bytes_per_token(KvType::F16);
    let mut notes = Vec::new();
    let is_mla = matches!(shape.attention, Attention::Mla { .. });
    if shape.architecture == gguf::Architecture::Deepseek2 && !is_mla {
        notes.push(format!(
            "this file was made before llama.cpp learned R1's compressed cache: a token takes {} \
             of cache, {} times what a newer file of R1 takes; prefer one made after April 2025",
            fit::bytes::human(cache),
            cache / R1_CACHE_BYTES
        ));
    }
    let token = |id: Option<u32>| header.token_text(id?).map(str::to_owned);
    let layers = weights.layers.iter();
    let (dense_bytes, expert_bytes) = layers.fold((0, 0), |(dense, experts), layer| {
        (dense + layer.dense_bytes, experts + layer.expert_bytes)
    });
    Ok(Inspection {
        files: header
            .files()
            .iter()
            .map(|file| file.display().to_string())
            .collect(),
        name: header.name().map(str::to_owned),
        architecture: shape.architecture.name(),
        parameters: weights.parameters,
        weights_bytes: header.weights_bytes(),
        tensors: header.tensor_count(),
        layers: shape.layers,
        mtp_layers: shape.mtp_layers,
        dense_layers: shape.dense_layers,
        embedding: shape.embedding,
        heads: shape.heads,
        kv_heads: shape.kv_heads,
        attention: if is_mla { "mla" } else { "gqa" },
        cache_bytes_per_token_f16: cache,
        cache_bytes_per_token_q8_0: shape
            .takes(KvType::Q8_0)
            .then(|| shape.cache_bytes_per_token(KvType::Q8_0)),
        context_trained: shape.context_trained,
        experts: shape.experts.map(|experts| Experts {
            routed: experts.count,
            active: experts.used,
            shared: experts.shared,
        }),
        embedding_bytes: weights.embedding_bytes,
        output_bytes: weights.output_bytes,
        dense_bytes,
        expert_bytes,
        mix: header
            .mix()
            .iter()
            .map(|share| Type {
                name: share.kind.name,
                tensors: share.tensors,
                parameters: share.parameters,
                bytes: share.bytes,
            })
            .collect(),
        vocabulary: shape.vocabulary,
        bos: token(header.bos()),
        eos: token(header.eos()),
        template: template(header.chat_template()),
        notes,
    })
}

fn template(text: Option<&str>) -> &'static str {
    match text.map(Template::recognise) {
        None => "none",
        Some(None) => "other",
        Some(Some(Template::R1)) => "r1",
        Some(Some(Template::R1January)) => "r1_january",
        Some(Some(Template::R1May)) => "r1_0528",
    }
}
