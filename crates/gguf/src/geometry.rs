//! The numbers of a model that decide what it costs in memory.
//!
//! Reading them out of a header is in `keys`. Not here: whether that fits a machine (`fit`), and
//! anything that the engine works out of the tensors themselves.

mod keys;

use std::fmt;

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

impl fmt::Display for KvType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::F16 => "f16",
            Self::Q8_0 => "q8_0",
        })
    }
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
    /// Values in the middle of one expert.
    pub feed_forward: u32,
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
    /// Layers, from the first, whose feed-forward block is dense although others have experts.
    pub dense_layers: u32,
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
}
