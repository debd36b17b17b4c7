//! Where in a model its bytes are: the token embedding, the output, each layer's dense part and
//! routed experts; and in which types.
//!
//! Told by the tensors' names, as llama.cpp's `llama-arch.cpp` spells them. Not here: the data.

use std::collections::BTreeMap;

use crate::limits;
use crate::tensor_type::TensorType;

/// Bytes of a model's tensors by their place, without padding, all parts of a split set together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Weights {
    /// The token embedding: its rows are looked up, never read as a whole.
    pub embedding_bytes: u64,
    /// Everything else outside of layers: the output matrix, the last norm.
    pub output_bytes: u64,
    /// True where there is no output matrix, so that the embedding is read as one.
    pub output_tied: bool,
    /// One entry for each block of the file up to the last that has a tensor, those that predict
    /// further tokens last.
    pub layers: Vec<LayerWeights>,
    /// Values in all tensors.
    pub parameters: u64,
}

/// Bytes of one layer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LayerWeights {
    /// What every token reads: attention, norms, router, dense and shared feed-forward.
    pub dense_bytes: u64,
    /// Routed experts, of which a token reads a few.
    pub expert_bytes: u64,
}

impl Weights {
    /// Bytes in layers that every token reads.
    pub fn dense_bytes(&self) -> u64 {
        self.layers.iter().map(|layer| layer.dense_bytes).sum()
    }

    /// Bytes of routed experts.
    pub fn expert_bytes(&self) -> u64 {
        self.layers.iter().map(|layer| layer.expert_bytes).sum()
    }

    /// Bytes of all tensors.
    pub fn total_bytes(&self) -> u64 {
        self.embedding_bytes + self.output_bytes + self.dense_bytes() + self.expert_bytes()
    }
}

/// How much of a model is stored in one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeShare {
    /// The type.
    pub kind: TensorType,
    /// Tensors of it.
    pub tensors: u64,
    /// Values in them.
    pub parameters: u64,
    /// Bytes of them.
    pub bytes: u64,
}

/// Tensors taken one by one.
#[derive(Debug, Default)]
pub(crate) struct Account {
    weights: Weights,
    has_output: bool,
    mix: BTreeMap<TensorType, TypeShare>,
}

impl Account {
    /// Takes a tensor. No sum overflows: the bytes of a file were counted before, and no type has
    /// more than 256 values in a byte's block.
    pub(crate) fn take(&mut self, name: &[u8], kind: TensorType, parameters: u64, bytes: u64) {
        let weights = &mut self.weights;
        weights.parameters = weights.parameters.saturating_add(parameters);
        let share = self.mix.entry(kind).or_insert(TypeShare {
            kind,
            tensors: 0,
            parameters: 0,
            bytes: 0,
        });
        share.tensors += 1;
        share.parameters = share.parameters.saturating_add(parameters);
        share.bytes = share.bytes.saturating_add(bytes);
        match layer_of(name) {
            Some((layer, rest)) => {
                if weights.layers.len() <= layer {
                    weights.layers.resize(layer + 1, LayerWeights::default());
                }
                let layer = &mut weights.layers[layer];
                let sum = if is_routed(rest) {
                    &mut layer.expert_bytes
                } else {
                    &mut layer.dense_bytes
                };
                *sum = sum.saturating_add(bytes);
            }
            None if name.starts_with(b"token_embd.") => {
                weights.embedding_bytes = weights.embedding_bytes.saturating_add(bytes);
            }
            None => {
                self.has_output |= name == b"output.weight";
                weights.output_bytes = weights.output_bytes.saturating_add(bytes);
            }
        }
    }

    /// Takes in the account of another part of the set.
    pub(crate) fn add(&mut self, other: Self) {
        let ours = &mut self.weights;
        ours.embedding_bytes = ours
            .embedding_bytes
            .saturating_add(other.weights.embedding_bytes);
        ours.output_bytes = ours.output_bytes.saturating_add(other.weights.output_bytes);
        ours.parameters = ours.parameters.saturating_add(other.weights.parameters);
        let layers = ours.layers.len().max(other.weights.layers.len());
        ours.layers.resize(layers, LayerWeights::default());
        for (layer, more) in ours.layers.iter_mut().zip(other.weights.layers) {
            layer.dense_bytes = layer.dense_bytes.saturating_add(more.dense_bytes);
            layer.expert_bytes = layer.expert_bytes.saturating_add(more.expert_bytes);
        }
        self.has_output |= other.has_output;
        for (kind, more) in other.mix {
            self.mix
                .entry(kind)
                .and_modify(|share| {
                    share.tensors += more.tensors;
                    share.parameters = share.parameters.saturating_add(more.parameters);
                    share.bytes = share.bytes.saturating_add(more.bytes);
                })
                .or_insert(more);
        }
    }

    pub(crate) fn weights(&self) -> Weights {
        Weights {
            output_tied: !self.has_output,
            ..self.weights.clone()
        }
    }

    pub(crate) fn mix(&self) -> Vec<TypeShare> {
        let mut mix: Vec<TypeShare> = self.mix.values().copied().collect();
        mix.sort_by_key(|share| std::cmp::Reverse(share.bytes));
        mix
    }
}

/// The block that a tensor belongs to and the rest of its name: `blk.7.ffn_up.weight`.
pub(crate) fn layer_of(name: &[u8]) -> Option<(usize, &[u8])> {
    let rest = name.strip_prefix(b"blk.")?;
    let dot = rest.iter().position(|&byte| byte == b'.')?;
    let number = std::str::from_utf8(&rest[..dot]).ok()?;
    let number: usize = number.parse().ok()?;
    (number < limits::LAYERS as usize).then(|| (number, &rest[dot + 1..]))
}

/// Whether a tensor holds routed experts, the fused and the chunked ones included.
fn is_routed(name: &[u8]) -> bool {
    let name = name.split(|&byte| byte == b'.').next().unwrap_or(name);
    name.starts_with(b"ffn_") && (name.ends_with(b"_exps") || name.ends_with(b"_chexps"))
}
