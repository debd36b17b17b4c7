//! Reading a model's shape out of the keys of its family.
//!
//! Not here: what the shape costs (the module above).

use super::{Architecture, Attention, Experts, Geometry, KvType};
use crate::error::Error;
use crate::limits;
use crate::metadata::Metadata;

impl Geometry {
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
            dense_layers: dense_layers(&keys, layers)?,
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

    /// What a token would take in the cache with latent attention, for a model of `deepseek2` whose
    /// file lacks the lengths for it; those of the compressed row are in old files too.
    pub(crate) fn latent_cache_bytes_per_token(
        &self,
        metadata: &Metadata,
        kv: KvType,
    ) -> Option<u64> {
        if self.architecture != Architecture::Deepseek2 || self.attention != Attention::Gqa {
            return None;
        }
        let keys = Keys {
            prefix: self.architecture.name(),
            metadata,
        };
        let length = |name| keys.optional(name, limits::HEAD).ok().flatten();
        let attention = Attention::Mla {
            kv_lora: length("attention.kv_lora_rank")?,
            rope: length("rope.dimension_count")?,
        };
        let latent = Self {
            attention,
            ..self.clone()
        };
        Some(latent.cache_bytes_per_token(kv))
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
    if shared > limits::EXPERTS {
        return Err(keys.broken("expert_shared_count", "is above 1,024"));
    }
    let feed_forward = match keys.optional("expert_feed_forward_length", limits::ROW)? {
        Some(length) => length,
        // Families whose experts are as wide as a dense block.
        None => keys.needed("feed_forward_length", limits::ROW)?,
    };
    Ok(Some(Experts {
        count,
        used,
        shared,
        feed_forward,
    }))
}

fn dense_layers(keys: &Keys<'_>, layers: u32) -> Result<u32, Error> {
    let dense = keys.number("leading_dense_block_count")?.unwrap_or(0);
    if dense > layers {
        return Err(keys.broken("leading_dense_block_count", "is above block_count"));
    }
    Ok(dense)
}
