//! The shapes of R1's family, whole or with fewer layers, as lists of metadata and tensors.
//!
//! Names and shapes are those that llama.cpp's loaders ask for (`src/models/*.cpp`); types are those
//! that its quantiser gives a `Q4_K_M` file (`llama-quant.cpp`, `use_more_bits`).

use crate::quants::Quant;

use super::header::{Header, small};

/// A model to write.
#[derive(Debug, Clone, Copy)]
pub struct Model {
    /// Its name, and that of its file.
    pub name: &'static str,
    pub(super) family: Family,
    pub(super) layers: u64,
    pub(super) embedding: u64,
    pub(super) feed_forward: u64,
    pub(super) heads: u64,
    pub(super) kv_heads: u64,
    pub(super) head: u64,
    pub(super) vocabulary: u64,
    pub(super) context: u32,
    /// Files that it is split into.
    pub(super) parts: usize,
}

/// What the layers are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Qwen2,
    Llama,
    Qwen3,
    /// Experts and latent attention; `mla` false is the form of before April 2025.
    Deepseek2 {
        mla: bool,
    },
}

/// Lengths of R1's latent attention (its `config.json`).
const QUERY_LORA: u64 = 1536;
const KV_LORA: u64 = 512;
const ROPE: u64 = 64;
const NOPE: u64 = 128;
const VALUE: u64 = 128;

/// Experts of the reduced `deepseek2`: routed, active, values in the middle of one.
const EXPERTS: u64 = 64;
const ACTIVE: u64 = 8;
const EXPERT_WIDTH: u64 = 512;

/// Layers of the reduced `deepseek2` that are dense.
const DENSE: u64 = 1;

impl Model {
    /// DeepSeek-R1-Distill-Qwen-1.5B, whole.
    pub const QWEN2: Self = Self {
        name: "qwen2-1.5b-q4_k_m",
        family: Family::Qwen2,
        layers: 28,
        embedding: 1536,
        feed_forward: 8960,
        heads: 12,
        kv_heads: 2,
        head: 128,
        vocabulary: 151_936,
        context: 131_072,
        parts: 1,
    };

    /// DeepSeek-R1-Distill-Llama-8B with 4 of its 32 layers.
    pub const LLAMA: Self = Self {
        name: "llama-8b-4-layers-q4_k_m",
        family: Family::Llama,
        layers: 4,
        embedding: 4096,
        feed_forward: 14336,
        heads: 32,
        kv_heads: 8,
        head: 128,
        vocabulary: 128_256,
        context: 131_072,
        parts: 1,
    };

    /// DeepSeek-R1-0528-Qwen3-8B with 4 of its 36 layers.
    pub const QWEN3: Self = Self {
        name: "qwen3-8b-4-layers-q4_k_m",
        family: Family::Qwen3,
        layers: 4,
        embedding: 4096,
        feed_forward: 12288,
        heads: 32,
        kv_heads: 8,
        head: 128,
        vocabulary: 151_936,
        context: 131_072,
        parts: 1,
    };

    /// R1's own kind, with fewer and smaller layers: about a gigabyte.
    pub const DEEPSEEK2: Self = Self {
        name: "deepseek2-64-experts-q4_k_m",
        family: Family::Deepseek2 { mla: true },
        layers: 12,
        embedding: 2048,
        feed_forward: 6144,
        heads: 16,
        kv_heads: 1,
        head: KV_LORA + ROPE,
        vocabulary: 129_280,
        context: 163_840,
        parts: 1,
    };

    /// The same in the form without MLA metadata.
    pub const DEEPSEEK2_OLD: Self = Self {
        name: "deepseek2-64-experts-no-mla-q4_k_m",
        family: Family::Deepseek2 { mla: false },
        kv_heads: 16,
        head: NOPE + ROPE,
        ..Self::DEEPSEEK2
    };

    /// The one with MLA in three parts.
    pub const DEEPSEEK2_SPLIT: Self = Self {
        name: "deepseek2-64-experts-split-q4_k_m",
        parts: 3,
        ..Self::DEEPSEEK2
    };

    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::QWEN2,
        Self::LLAMA,
        Self::QWEN3,
        Self::DEEPSEEK2,
        Self::DEEPSEEK2_OLD,
        Self::DEEPSEEK2_SPLIT,
    ];

    fn architecture(&self) -> &'static str {
        match self.family {
            Family::Qwen2 => "qwen2",
            Family::Llama => "llama",
            Family::Qwen3 => "qwen3",
            Family::Deepseek2 { .. } => "deepseek2",
        }
    }

    /// The keys that tell the shape.
    pub(super) fn describe(&self, header: &mut Header) {
        let name = self.architecture();
        header.text("general.architecture", name);
        header.text("general.name", self.name);
        header.number("general.file_type", 15);
        header.number("general.quantization_version", 2);
        let mut number =
            |key: &str, value: u64| header.number(&format!("{name}.{key}"), small(value));
        number("block_count", self.layers);
        number("context_length", u64::from(self.context));
        number("embedding_length", self.embedding);
        number("feed_forward_length", self.feed_forward);
        number("attention.head_count", self.heads);
        number("attention.head_count_kv", self.kv_heads);
        match self.family {
            Family::Qwen2 => {}
            Family::Llama => number("rope.dimension_count", self.head),
            Family::Qwen3 => {
                number("attention.key_length", self.head);
                number("attention.value_length", self.head);
            }
            Family::Deepseek2 { mla } => {
                number("attention.key_length", self.head);
                number("attention.value_length", if mla { KV_LORA } else { VALUE });
                if mla {
                    number("attention.key_length_mla", NOPE + ROPE);
                    number("attention.value_length_mla", VALUE);
                }
                number("attention.q_lora_rank", QUERY_LORA);
                number("attention.kv_lora_rank", KV_LORA);
                number("rope.dimension_count", ROPE);
                number("leading_dense_block_count", DENSE);
                number("expert_count", EXPERTS);
                number("expert_used_count", ACTIVE);
                number("expert_shared_count", 1);
                number("expert_feed_forward_length", EXPERT_WIDTH);
                number("expert_group_count", 8);
                number("expert_group_used_count", 4);
                // Sigmoid, as R1 routes.
                number("expert_gating_func", 2);
                header.float(&format!("{name}.expert_weights_scale"), 2.5);
                header.flag(&format!("{name}.expert_weights_norm"), true);
            }
        }
        header.float(&format!("{name}.rope.freq_base"), 10_000.0);
        header.float(&format!("{name}.attention.layer_norm_rms_epsilon"), 1e-6);
    }

    /// The tensors in the order of the file.
    pub(super) fn tensors(&self) -> Vec<Tensor> {
        let embedding = self.embedding;
        let table = [embedding, self.vocabulary];
        let mut all = vec![
            Tensor::new("output.weight", &table, Quant::Q6K),
            Tensor::new("output_norm.weight", &[embedding], Quant::F32),
            Tensor::new("token_embd.weight", &table, Quant::Q4K),
        ];
        if self.family == Family::Llama {
            all.push(Tensor::new(
                "rope_freqs.weight",
                &[self.head / 2],
                Quant::F32,
            ));
        }
        for layer in 0..self.layers {
            // An eighth at each end, and every third between.
            let eighth = self.layers / 8;
            let more = layer < eighth || layer >= 7 * self.layers / 8 || (layer - eighth) % 3 == 2;
            let finer = if more { Quant::Q6K } else { Quant::Q4K };
            let mut add = |name: &str, shape: &[u64], quant| {
                all.push(Tensor::new(&format!("blk.{layer}.{name}"), shape, quant));
            };
            add("attn_norm.weight", &[embedding], Quant::F32);
            match self.family {
                Family::Deepseek2 { mla } => self.latent(mla, finer, &mut add),
                _ => self.grouped(finer, &mut add),
            }
            add("ffn_norm.weight", &[embedding], Quant::F32);
            if matches!(self.family, Family::Deepseek2 { .. }) && layer >= DENSE {
                self.experts(finer, &mut add);
            } else {
                let wide = self.feed_forward;
                add("ffn_down.weight", &[wide, embedding], finer);
                add("ffn_gate.weight", &[embedding, wide], Quant::Q4K);
                add("ffn_up.weight", &[embedding, wide], Quant::Q4K);
            }
        }
        all
    }

    /// Attention of grouped queries.
    fn grouped(&self, finer: Quant, add: &mut impl FnMut(&str, &[u64], Quant)) {
        let (embedding, kv, query) = (
            self.embedding,
            self.kv_heads * self.head,
            self.heads * self.head,
        );
        add("attn_k.weight", &[embedding, kv], Quant::Q4K);
        add("attn_output.weight", &[query, embedding], Quant::Q4K);
        add("attn_q.weight", &[embedding, query], Quant::Q4K);
        add("attn_v.weight", &[embedding, kv], finer);
        if self.family == Family::Qwen2 {
            add("attn_k.bias", &[kv], Quant::F32);
            add("attn_q.bias", &[query], Quant::F32);
            add("attn_v.bias", &[kv], Quant::F32);
        }
        if self.family == Family::Qwen3 {
            add("attn_k_norm.weight", &[self.head], Quant::F32);
            add("attn_q_norm.weight", &[self.head], Quant::F32);
        }
    }

    /// Latent attention. The quantiser takes `attn_kv_b` for an `attn_v`, gives `attn_v_b` no more
    /// than the rest, and falls back to `Q5_0` for `attn_k_b`: its rows of 128 are no whole block.
    fn latent(&self, mla: bool, finer: Quant, add: &mut impl FnMut(&str, &[u64], Quant)) {
        let (embedding, heads) = (self.embedding, self.heads);
        add("attn_q_a.weight", &[embedding, QUERY_LORA], Quant::Q4K);
        add("attn_q_a_norm.weight", &[QUERY_LORA], Quant::F32);
        add(
            "attn_q_b.weight",
            &[QUERY_LORA, heads * (NOPE + ROPE)],
            Quant::Q4K,
        );
        add(
            "attn_kv_a_mqa.weight",
            &[embedding, KV_LORA + ROPE],
            Quant::Q4K,
        );
        add("attn_kv_a_norm.weight", &[KV_LORA], Quant::F32);
        if mla {
            add("attn_k_b.weight", &[NOPE, KV_LORA, heads], Quant::Q5_0);
            add("attn_v_b.weight", &[KV_LORA, VALUE, heads], Quant::Q4K);
        } else {
            add(
                "attn_kv_b.weight",
                &[KV_LORA, heads * (NOPE + VALUE)],
                finer,
            );
        }
        add(
            "attn_output.weight",
            &[heads * VALUE, embedding],
            Quant::Q4K,
        );
    }

    fn experts(&self, finer: Quant, add: &mut impl FnMut(&str, &[u64], Quant)) {
        let (embedding, wide) = (self.embedding, EXPERT_WIDTH);
        add(
            "ffn_gate_inp.weight",
            &[embedding, EXPERTS],
            Quant::F32Matrix,
        );
        add("exp_probs_b.bias", &[EXPERTS], Quant::F32);
        add("ffn_down_exps.weight", &[wide, embedding, EXPERTS], finer);
        add(
            "ffn_gate_exps.weight",
            &[embedding, wide, EXPERTS],
            Quant::Q4K,
        );
        add(
            "ffn_up_exps.weight",
            &[embedding, wide, EXPERTS],
            Quant::Q4K,
        );
        add("ffn_down_shexp.weight", &[wide, embedding], finer);
        add("ffn_gate_shexp.weight", &[embedding, wide], Quant::Q4K);
        add("ffn_up_shexp.weight", &[embedding, wide], Quant::Q4K);
    }
}

/// One tensor: name, row length first, type.
pub(super) struct Tensor {
    pub(super) name: String,
    pub(super) shape: Vec<u64>,
    pub(super) quant: Quant,
}

impl Tensor {
    fn new(name: &str, shape: &[u64], quant: Quant) -> Self {
        Self {
            name: name.to_owned(),
            shape: shape.to_vec(),
            quant,
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.quant.bytes(self.shape.iter().product())
    }
}
