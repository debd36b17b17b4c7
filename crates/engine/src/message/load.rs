//! A model as it is to be loaded, the ways to compute it, and what trying them tells.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A model and the shape of its context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// The GGUF file, or the first part of a split set.
    pub path: PathBuf,
    /// Tokens that the KV cache holds.
    pub context: u32,
    /// Threads that compute.
    pub threads: u32,
    /// Tokens that are computed at once while a prompt is read; compute buffers grow with it.
    pub batch: u32,
    /// How prompts are read, where that was found to be faster another way than with these threads and
    /// a whole batch.
    pub reading: Option<Way>,
    /// How the cache's values are stored.
    pub cache: Cache,
    /// How attention over the cache is computed; compute buffers differ.
    pub attention: Attention,
    /// The engine's names of the GPUs to use, such as `Vulkan0`; empty for the processor alone.
    pub gpus: Vec<String>,
    /// Layers on them, from the last backwards, as llama.cpp counts: those that predict further
    /// tokens and the output as one are among them.
    pub gpu_layers: u32,
    /// Layers, from the first, whose routed experts stay in the machine's memory.
    pub expert_layers_in_memory: u32,
    /// True to map the file instead of reading it: what does not fit in memory is then read again
    /// whenever it is needed.
    pub mapped: bool,
    /// True to load the layer that predicts further tokens too, where the file has one, and draft
    /// with it.
    pub predicts: bool,
    /// A smaller model of the same words that drafts for it, if it can be loaded; never needed.
    pub draft: Option<PathBuf>,
    /// The folder for what is kept of conversations ([`Kept`](super::Kept)), the one place where the process may
    /// write from then on; none where nothing will be kept.
    pub contexts: Option<PathBuf>,
}

impl Load {
    /// A load on the processor alone.
    pub fn on_processor(path: PathBuf, context: u32, threads: u32, batch: u32) -> Self {
        Self {
            path,
            context,
            threads,
            batch,
            reading: None,
            cache: Cache::F16,
            attention: Attention::Flash,
            gpus: Vec::new(),
            gpu_layers: 0,
            expert_layers_in_memory: 0,
            mapped: false,
            predicts: false,
            draft: None,
            contexts: None,
        }
    }

    /// The same with plain attention, for which fewer tokens are read at once.
    #[must_use]
    pub fn plainly(self, batch: u32) -> Self {
        Self {
            attention: Attention::Plain,
            batch,
            ..self
        }
    }
}

/// A way to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// Threads that compute.
    pub threads: u32,
    /// Tokens that are computed at once: one while writing, more while a prompt is read.
    pub tokens: u32,
}

/// How fast a way is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// The way.
    pub way: Way,
    /// Tokens per second.
    pub per_second: f64,
}

/// How the cache's values are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cache {
    /// Two bytes a value.
    F16,
    /// 34 bytes for each 32 values.
    Q8_0,
}

/// How attention over the cache is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attention {
    /// In one pass over the cache, which needs next to no memory: flash attention.
    Flash,
    /// By products of matrices with all scores in memory between them, and values that lie transposed
    /// in the cache, which has to be [`Cache::F16`].
    Plain,
}

/// The heads of one layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heads {
    /// Heads that ask.
    pub query: u32,
    /// Heads that the cache has.
    pub kv: u32,
    /// Values of a key.
    pub key: u32,
    /// Values of a value.
    pub value: u32,
}

/// What a trial measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// Each way that was asked for, in order.
    pub ways: Vec<Tried>,
    /// Attention, flash and then plain, where that was asked for.
    pub attention: Option<[AttentionSeconds; 2]>,
}

/// What attention takes in one layer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AttentionSeconds {
    /// Tokens in the cache.
    pub behind: u32,
    /// Seconds for a token that is written.
    pub writing: f64,
    /// Seconds for a token of a prompt.
    pub reading: f64,
}
