//! A GGUF's anatomy, as its header tells it.
//!
//! Names and texts are the file's own, as hostile as it is: who shows them tames them. Not here:
//! whether the model runs on this machine (`survey`).

use std::path::Path;

use engine::prompt::Template;
use fit::bytes::human;
use gguf::{Attention, Header, KvType, TypeShare};
use serde::Serialize;

use crate::failure::Failure;

/// What a model's file is made of. Bytes are whole numbers; times do not occur.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspection {
    /// The files of the model, in order.
    pub files: Vec<String>,
    /// The version of the format, 2 or 3.
    pub version: u32,
    /// Keys in its metadata.
    pub keys: u64,
    /// The name that it gives itself.
    pub name: Option<String>,
    /// `general.architecture`.
    pub architecture: &'static str,
    /// What its maker says it was quantised to as a whole, such as `Q4_K_M`.
    pub file_type: Option<&'static str>,
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
    /// Values in the middle of a dense feed-forward block.
    pub feed_forward: u32,
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
    /// What a token would take in f16, were the file made after llama.cpp learned to cache R1
    /// compressed; none where it was, or where there is nothing to compress.
    pub newer_cache_bytes_per_token_f16: Option<u64>,
    /// Tokens that it was trained for.
    pub context_trained: u32,
    /// The experts, if there are any.
    pub experts: Option<Experts>,
    /// Bytes of the token embedding.
    pub embedding_bytes: u64,
    /// Bytes outside of layers but for that.
    pub output_bytes: u64,
    /// True where the embedding is read as the output too.
    pub output_tied: bool,
    /// Bytes in layers that every token reads.
    pub dense_bytes: u64,
    /// Bytes of routed experts.
    pub expert_bytes: u64,
    /// How much is stored in which type, most bytes first.
    pub mix: Vec<Type>,
    /// The kind of tokenizer.
    pub tokenizer: Option<String>,
    /// How a text is cut into words before it becomes tokens.
    pub tokenizer_pre: Option<String>,
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
    /// Values in the middle of one.
    pub feed_forward: u32,
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

/// Reads a model's header. Takes milliseconds.
pub fn inspect(path: &Path) -> Result<Inspection, Failure> {
    let header = Header::read_file(path).map_err(|error| Failure::from(&error))?;
    let shape = header.geometry().map_err(|error| Failure::from(&error))?;
    let weights = header.weights();
    let cache = shape.cache_bytes_per_token(KvType::F16);
    let newer_cache = header.latent_cache_bytes_per_token(KvType::F16);
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let token = |id: Option<u32>| owned(header.token_text(id?));
    let files = header.files().iter();
    Ok(Inspection {
        files: files.map(|file| file.display().to_string()).collect(),
        version: header.version(),
        keys: header.key_count(),
        name: owned(header.name()),
        architecture: shape.architecture.name(),
        file_type: header.file_type(),
        parameters: weights.parameters,
        weights_bytes: header.weights_bytes(),
        tensors: header.tensor_count(),
        layers: shape.layers,
        mtp_layers: shape.mtp_layers,
        dense_layers: shape.dense_layers,
        embedding: shape.embedding,
        feed_forward: shape.feed_forward,
        heads: shape.heads,
        kv_heads: shape.kv_heads,
        attention: match shape.attention {
            Attention::Mla { .. } => "mla",
            Attention::Gqa => "gqa",
        },
        cache_bytes_per_token_f16: cache,
        cache_bytes_per_token_q8_0: shape
            .takes(KvType::Q8_0)
            .then(|| shape.cache_bytes_per_token(KvType::Q8_0)),
        newer_cache_bytes_per_token_f16: newer_cache,
        context_trained: shape.context_trained,
        experts: shape.experts.map(|experts| Experts {
            routed: experts.count,
            active: experts.used,
            shared: experts.shared,
            feed_forward: experts.feed_forward,
        }),
        embedding_bytes: weights.embedding_bytes,
        output_bytes: weights.output_bytes,
        output_tied: weights.output_tied,
        dense_bytes: weights.dense_bytes(),
        expert_bytes: weights.expert_bytes(),
        mix: header.mix().iter().map(Type::of).collect(),
        tokenizer: owned(header.tokenizer()),
        tokenizer_pre: owned(header.tokenizer_pre()),
        vocabulary: shape.vocabulary,
        bos: token(header.bos()),
        eos: token(header.eos()),
        template: template(header.chat_template()),
        notes: newer_cache
            .map(|newer| of_old_file(cache, newer))
            .into_iter()
            .chain(
                header
                    .runnable()
                    .err()
                    .map(|error| format!("it cannot be loaded: {error}")),
            )
            .collect(),
    })
}

impl Type {
    fn of(share: &TypeShare) -> Self {
        Self {
            name: share.kind.name,
            tensors: share.tensors,
            parameters: share.parameters,
            bytes: share.bytes,
        }
    }
}

/// What a file of R1 without the lengths of its compressed cache costs, in words.
fn of_old_file(cache: u64, newer: u64) -> String {
    format!(
        "this file was made before llama.cpp learned to keep R1's cache compressed (April 2025): a \
         token of context takes {} of memory, {} times the {} that a newer file of the same model \
         takes; prefer a newer one",
        human(cache),
        (cache + newer / 2) / newer,
        human(newer),
    )
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
