//! The numbers of a model that decide what it costs in memory.
//!
//! Not here: whether that fits a machine (`fit`), and anything that the engine works out of the
//! tensors themselves.

use crate::error::Error;
use crate::limits;
use crate::metadata::Metadata;

/// A model family that Spud runs: those that DeepSeek-R1 and its distills come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// R1's distills into Llama 3.1 and 3.3.
    Llama,
    /// R1's distills into Qwen 2.5.
    Qwen2,
    /// R1-0528's distill into Qwen 3.
    Qwen3,
    /// R1 itself: experts and latent attention.
    Deepseek2,
}

impl Architecture {
    /// The family of this name in `general.architecture`.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Llama, Self::Qwen2, Self::Qwen3, Self::Deepseek2]
            .into_iter()
            .find(|architecture| architecture.name() == name)
    }

    /// The name in `general.architecture`, which is also the prefix of the family's keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::Llama => "llama",
            Self::Qwen2 => "qwen2",
            Self::Qwen3 => "qwen3",
            Self::Deepseek2 => "deepseek2",
        }
    }
}

/// What attention keeps of each token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attention {
    /// Keys and values of every key-value head.
    Gqa,
    /// One compressed row for all heads, and no second copy for the values.
    Mla {
        /// Values in the compressed part.
        kv_lora: u32,
        /// Values in the rotary part.
        rope: u32,
    },
}

/// The type of the values in the cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KvType {
    /// Two bytes a value.
    F16,
    /// 34 bytes for each 32 values.
    Q8_0,
}

impl KvType {
    /// Values that are stored together: a row has to be a multiple of it.
    const fn block_values(self) -> u64 {
        match self {
            Self::F16 => 1,
            Self::Q8_0 => 32,
        }
    }

    fn row_bytes(self, values: u64) -> u64 {
        match self {
            Self::F16 => 2 * values,
            Self::Q8_0 => values.div_ceil(32) * 34,
        }
    }
}

/// The experts of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Experts {
    /// Routed experts.
    pub count: u32,
    /// Routed experts that one token uses.
    pub used: u32,
    /// Experts that every token uses.
    pub shared: u32,
}

/// A model's shape. Every number is above zero where it is not said otherwise, and small enough
/// that the sums of this file stay within `u64`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Geometry {
    /// The family.
    pub architecture: Architecture,
    /// Layers of the trunk, without those that predict further tokens.
    pub layers: u32,
    /// Layers that predict further tokens (`nextn_predict_layers`); mostly 0.
    pub mtp_layers: u32,
    /// Values in the row of one token between layers.
    pub embedding: u32,
    /// Values in the middle of a dense feed-forward block.
    pub feed_forward: u32,
    /// Query heads.
    pub heads: u32,
    /// Key-value heads. 1 with latent attention.
    pub kv_heads: u32,
    /// Values in one cached key.
    pub head_dim_k: u32,
    /// Values in one cached value row.
    pub head_dim_v: u32,
    /// What is cached.
    pub attention: Attention,
    /// Tokens of context that the model was trained for.
    pub context_trained: u32,
    /// Tokens in the vocabulary.
    pub vocabulary: u32,
    /// The experts, if the feed-forward blocks have any.
    pub experts: Option<Experts>,
}

impl Geometry {
    /// Bytes that one token of context takes in the cache of the trunk. Grouped-query attention
    /// keeps a key and a value row in each layer, latent attention one row of `kv_lora + rope`
    /// (`llama-kv-cache.cpp`).
    pub fn cache_bytes_per_token(&self, kv: KvType) -> u64 {
        let row = |head_dim: u32| kv.row_bytes(u64::from(self.kv_heads) * u64::from(head_dim));
        let bytes_per_layer = match self.attention {
            Attention::Gqa => row(self.head_dim_k) + row(self.head_dim_v),
            Attention::Mla { kv_lora, rope } => kv.row_bytes(u64::from(kv_lora) + u64::from(rope)),
        };
        u64::from(self.layers) * bytes_per_layer
    }

    /// Whether the cache can be of this type: its heads have to divide into whole blocks.
    pub fn takes(&self, kv: KvType) -> bool {
        [self.head_dim_k, self.head_dim_v]
            .iter()
            .all(|&dim| u64::from(dim).is_multiple_of(kv.block_values()))
    }

    pub(crate) fn of(architecture: Architecture, metadata: &Metadata) -> Result<Self, Error> {
        let keys = Keys {
            prefix: architecture.name(),
            metadata,
        };
        let blocks = keys.needed("block_count", limits::LAYERS)?;
        let mtp_layers = keys.number("nextn_predict_layers")?.unwrap_or(0);
        let layers = blocks
            .checked_sub(mtp_layers)
            .filter(|&layers| layers > 0)
            .ok_or_else(|| keys.broken("nextn_predict_layers", "leaves no layer of the trunk"))?;
        let embedding = keys.needed("embedding_length", limits::ROW)?;
        let heads = keys.needed("attention.head_count", limits::HEAD)?;
        let kv_heads = keys
            .optional("attention.head_count_kv", limits::HEAD)?
            .unwrap_or(heads);
        if heads % kv_heads != 0 {
            return Err(keys.broken("attention.head_count", "is no multiple of head_count_kv"));
        }
        let (head_dim_k, head_dim_v) = head_dims(&keys, embedding, heads)?;
        let attention = attention(&keys, architecture, kv_heads, head_dim_k)?;
        Ok(Self {
            architecture,
            layers,
            mtp_layers,
            embedding,
            feed_forward: keys.needed("feed_forward_length", limits::ROW)?,
            heads,
            kv_heads,
            head_dim_k,
            head_dim_v,
            attention,
            context_trained: keys.needed("context_length", u32::MAX)?,
            vocabulary: vocabulary(metadata)?,
            experts: experts(&keys)?,
        })
    }
}

/// The keys of one family, `qwen2.block_count` and so on.
struct Keys<'a> {
    prefix: &'static str,
    metadata: &'a Metadata,
}

impl Keys<'_> {
    fn number(&self, name: &str) -> Result<Option<u32>, Error> {
        self.metadata.number(&format!("{}.{name}", self.prefix))
    }

    /// A number from 1 to `most`, if the key is there.
    fn optional(&self, name: &str, most: u32) -> Result<Option<u32>, Error> {
        match self.number(name)? {
            Some(0) => Err(self.broken(name, "is zero")),
            Some(value) if value > most => Err(self.broken(name, "is beyond any real model")),
            value => Ok(value),
        }
    }

    /// A number from 1 to `most`.
    fn needed(&self, name: &str, most: u32) -> Result<u32, Error> {
        self.optional(name, most)?
            .ok_or_else(|| self.broken(name, "is missing"))
    }

    fn broken(&self, name: &str, rule: &'static str) -> Error {
        self.metadata
            .broken(&format!("{}.{name}", self.prefix), rule)
    }
}

/// Key and value lengths, by default an even share of the embedding.
fn head_dims(keys: &Keys<'_>, embedding: u32, heads: u32) -> Result<(u32, u32), Error> {
    let share = embedding / heads;
    let key = keys
        .optional("attention.key_length", limits::HEAD)?
        .unwrap_or(share);
    let value = keys
        .optional("attention.value_length", limits::HEAD)?
        .unwrap_or(share);
    if key == 0 || value == 0 {
        return Err(keys.broken("attention.head_count", "is above embedding_length"));
    }
    Ok((key, value))
}

/// Latent attention where the file carries the lengths for it. Files of `deepseek2` from before
/// April 2025 do not, and the engine then unpacks and caches every head in full.
fn attention(
    keys: &Keys<'_>,
    architecture: Architecture,
    kv_heads: u32,
    head_dim_k: u32,
) -> Result<Attention, Error> {
    let latent = keys.number("attention.key_length_mla")?.unwrap_or(0) > 0
        && keys.number("attention.value_length_mla")?.unwrap_or(0) > 0;
    if architecture != Architecture::Deepseek2 || !latent {
        return Ok(Attention::Gqa);
    }
    let kv_lora = keys.needed("attention.kv_lora_rank", limits::HEAD)?;
    let rope = keys.needed("rope.dimension_count", limits::HEAD)?;
    if kv_heads != 1 {
        return Err(keys.broken(
            "attention.head_count_kv",
            "is not 1, as latent attention needs",
        ));
    }
    if kv_lora + rope != head_dim_k {
        return Err(keys.broken(
            "attention.key_length",
            "is not kv_lora_rank + dimension_count",
        ));
    }
    Ok(Attention::Mla { kv_lora, rope })
}

fn vocabulary(metadata: &Metadata) -> Result<u32, Error> {
    match metadata.tokens() {
        Some(tokens) if tokens.count() > 0 => Ok(tokens.count()),
        _ => Err(metadata.broken("tokenizer.ggml.tokens", "is missing")),
    }
}

fn experts(keys: &Keys<'_>) -> Result<Option<Experts>, Error> {
    let Some(count) = keys.number("expert_count")?.filter(|&count| count > 0) else {
        return Ok(None);
    };
    if count > limits::EXPERTS {
        return Err(keys.broken("expert_count", "is above 1,024"));
    }
    let used = keys.needed("expert_used_count", count)?;
    let shared = keys.number("expert_shared_count")?.unwrap_or(0);
    Ok(Some(Experts {
        count,
        used,
        shared,
    }))
}
