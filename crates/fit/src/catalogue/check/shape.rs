//! The rules of `[model.shape]`: what a header of that model could say (`gguf::limits`).

use std::ops::Range;

use gguf::{Architecture, Attention, Experts, Geometry, limits};
use toml::Spanned;

use super::super::raw::{RawExperts, RawShape};
use super::super::{Shape, Unpacked};
use super::{CatalogueError, Reader};

/// Tokens in a vocabulary; gguf reads no longer list.
const VOCABULARY: u32 = 1 << 22;

impl Reader<'_> {
    pub(super) fn shape(&self, raw: Spanned<RawShape>) -> Result<Shape, CatalogueError> {
        let place = raw.span();
        let raw = raw.into_inner();
        let architecture = Architecture::named(raw.architecture.get_ref()).ok_or_else(|| {
            self.wrong(
                &raw.architecture.span(),
                "`architecture` is none of llama, qwen2, qwen3, deepseek2",
            )
        })?;
        let layers = self.number("layers", &raw.layers, 1..=limits::LAYERS)?;
        let heads = self.number("heads", &raw.heads, 1..=limits::HEAD)?;
        let kv_heads = self.number("kv_heads", &raw.kv_heads, 1..=heads)?;
        let head_dim_k = self.number("head_dim_k", &raw.head_dim_k, 1..=limits::HEAD)?;
        let head_dim_v = self.number("head_dim_v", &raw.head_dim_v, 1..=limits::HEAD)?;
        self.require(
            heads.is_multiple_of(kv_heads),
            &raw.kv_heads.span(),
            "`heads` is not a multiple of `kv_heads`",
        )?;
        let dense_layers = self.optional("dense_layers", raw.dense_layers.as_ref(), layers)?;
        let query_lora = self.optional("query_lora", raw.query_lora.as_ref(), limits::ROW)?;
        let attention = match &raw.latent {
            None => Attention::Gqa,
            Some(latent) => {
                let kv_lora = self.number("latent.kv_lora", &latent.kv_lora, 1..=limits::HEAD)?;
                let rope = self.number("latent.rope", &latent.rope, 1..=limits::HEAD)?;
                let sum = kv_lora + rope == head_dim_k && kv_heads == 1;
                let reason = "with `latent`, `head_dim_k` is kv_lora + rope and `kv_heads` is 1";
                self.require(sum, &raw.head_dim_k.span(), reason)?;
                Attention::Mla { kv_lora, rope }
            }
        };
        let experts = raw.experts.as_ref().map(|raw| self.experts(raw));
        let unpacked = self.unpacked(&raw, attention, &place)?;
        let geometry = Geometry {
            architecture,
            layers,
            mtp_layers: 0,
            embedding: self.number("embedding", &raw.embedding, 1..=limits::ROW)?,
            feed_forward: self.number("feed_forward", &raw.feed_forward, 1..=limits::ROW)?,
            dense_layers,
            heads,
            kv_heads,
            head_dim_k,
            head_dim_v,
            attention,
            context_trained: self.number("context", &raw.context, 1..=u32::MAX)?,
            vocabulary: self.number("vocabulary", &raw.vocabulary, 1..=VOCABULARY)?,
            experts: experts.transpose()?,
        };
        Ok(Shape {
            geometry,
            unpacked,
            query_lora,
        })
    }

    fn number(
        &self,
        name: &str,
        raw: &Spanned<u32>,
        allowed: std::ops::RangeInclusive<u32>,
    ) -> Result<u32, CatalogueError> {
        let value = *raw.get_ref();
        let reason = format!(
            "`shape.{name}` is not from {} to {}",
            allowed.start(),
            allowed.end()
        );
        self.require(allowed.contains(&value), &raw.span(), &reason)?;
        Ok(value)
    }

    /// A number that is 0 where it is not said.
    fn optional(
        &self,
        name: &str,
        raw: Option<&Spanned<u32>>,
        most: u32,
    ) -> Result<u32, CatalogueError> {
        raw.map_or(Ok(0), |raw| self.number(name, raw, 0..=most))
    }

    fn experts(&self, raw: &RawExperts) -> Result<Experts, CatalogueError> {
        let count = self.number("experts.count", &raw.count, 1..=limits::EXPERTS)?;
        Ok(Experts {
            count,
            used: self.number("experts.used", &raw.used, 1..=count)?,
            shared: self.number("experts.shared", &raw.shared, 0..=limits::EXPERTS)?,
            feed_forward: self.number(
                "experts.feed_forward",
                &raw.feed_forward,
                1..=limits::ROW,
            )?,
        })
    }

    fn unpacked(
        &self,
        raw: &RawShape,
        attention: Attention,
        place: &Range<usize>,
    ) -> Result<Option<Unpacked>, CatalogueError> {
        let Some(unpacked) = &raw.unpacked else {
            return Ok(None);
        };
        let Attention::Mla { rope, .. } = attention else {
            return Err(self.wrong(place, "`shape.unpacked` needs `shape.latent`"));
        };
        Ok(Some(Unpacked {
            kv_heads: self.number("unpacked.kv_heads", &unpacked.kv_heads, 1..=limits::HEAD)?,
            head_dim_k: self.number(
                "unpacked.head_dim_k",
                &unpacked.head_dim_k,
                rope + 1..=limits::HEAD,
            )?,
            head_dim_v: self.number(
                "unpacked.head_dim_v",
                &unpacked.head_dim_v,
                1..=limits::HEAD,
            )?,
        }))
    }
}
