//! The messages between a program of Spud and its engine process.
//!
//! Each way starts with one [`Hello`]; then requests go down and events come up. A request that
//! takes time is a job with a number that the handle gives; every job ends with exactly one
//! [`Event::LoadEnded`], [`Event::ReplyEnded`], [`Event::ProbeEnded`], [`Event::Counted`],
//! [`Event::Prepared`] or [`Event::Tried`], whatever happens to it.
//!
//! Not here: how bytes become messages (`frame`), and who starts whom (`handle`).

mod load;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use load::{Attention, AttentionSeconds, Cache, Heads, Load, Trial, Tried, Way};

use crate::governor::{Closer, Governor};
use crate::prompt::{Prompt, Segment};

/// Number of a job, unique and rising within one engine process, from 1.
pub type Job = u64;

/// The first message each way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Version of the product, such as `0.1.0`.
    pub version: String,
    /// Hash of the sources of the messages; equal on both sides or nothing else is understood.
    pub messages: String,
}

impl Hello {
    /// The identity of this build.
    pub fn of_this_build() -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            messages: env!("SPUD_MESSAGES").to_owned(),
        }
    }
}

/// What a program asks of the engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Request {
    /// Loads the one model that this process will ever hold; after a load that was stopped or
    /// refused another of the same file may follow. The first request of a process decides what it
    /// may open: another file is refused.
    Load {
        /// Number of the job.
        job: Job,
        /// What to load, and how.
        load: Load,
    },
    /// Writes one reply.
    Reply {
        /// Number of the job.
        job: Job,
        /// What to answer, and how.
        reply: Reply,
    },
    /// Lists what can compute, and measures it where that is asked for.
    Probe {
        /// Number of the job.
        job: Job,
        /// What is asked.
        probe: Probe,
    },
    /// Counts the tokens of texts, for a model that is loaded. Takes about a second per MiB.
    Count {
        /// Number of the job.
        job: Job,
        /// The texts, each as it would stand in a prompt.
        texts: Vec<Segment>,
    },
    /// Reads what is known of the next prompt while nobody waits for anything. A later request is
    /// answered first: a count or a probe holds it up, any other ends it.
    Prepare {
        /// Number of the job.
        job: Job,
        /// What will be asked.
        prepare: Prepare,
    },
    /// Measures ways to compute with the model that is loaded, behind what its cache holds, which stays
    /// as it is. Ends without a result where anything is asked for meanwhile.
    Try {
        /// Number of the job.
        job: Job,
        /// The ways.
        ways: Vec<Way>,
        /// The heads of the model, where both ways to attend are measured too.
        heads: Option<Heads>,
    },
    /// Ends the process, once what is computed and not kept yet is kept, where that takes no longer than
    /// a moment.
    Leave {
        /// Number of the job.
        job: Job,
    },
    /// Ends this job and every earlier one as soon as the computation at hand allows.
    Stop {
        /// Number of the job.
        job: Job,
    },
    /// Closes the thought of this reply, so that its answer follows from what was thought.
    AnswerNow {
        /// Number of the job.
        job: Job,
    },
}

impl Request {
    /// The number of the job that it begins, or is about.
    pub fn job(&self) -> Job {
        match self {
            Self::Load { job, .. }
            | Self::Reply { job, .. }
            | Self::Probe { job, .. }
            | Self::Count { job, .. }
            | Self::Prepare { job, .. }
            | Self::Try { job, .. }
            | Self::Leave { job }
            | Self::Stop { job }
            | Self::AnswerNow { job } => *job,
        }
    }
}

/// Which devices are listed, and whether they are measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// Whether GPUs are looked for, which runs their drivers.
    pub gpus: bool,
    /// Whether to measure: about a second for each device.
    pub measure: bool,
    /// Threads of the processor to measure with.
    pub threads: u32,
}

/// A question and how it shall be answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// The whole conversation, ending where the model begins to write.
    pub prompt: Prompt,
    /// How the next token is chosen.
    pub sampling: Sampling,
    /// The most tokens to write, thinking included; the context limits it further.
    pub max_tokens: u32,
    /// How long it may think.
    pub governor: Governor,
    /// Tokens of the context that the conversation leaves free for thinking and answer, half of it
    /// at most; whole exchanges leave for them.
    pub room: u32,
    /// Exchanges that had left the conversation at the reply before this one.
    pub left_before: u32,
    /// Threads that compute this reply; those of the load where none are asked for.
    pub threads: Option<u32>,
    /// Where what was computed for this conversation is kept; nowhere where none is named.
    pub kept: Option<Kept>,
    /// Whether its next tokens are guessed and computed together, which changes nothing of its text
    /// but when it comes.
    pub drafts: Drafts,
    /// What is written in place of what the model chooses, which is computed all the same: random
    /// weights cannot repeat anything, and what drafts bring to a text that does is to be measured. What
    /// would have been chosen is told at its end ([`Event::Chosen`]).
    pub dictated: Option<String>,
}

/// A prompt as far as it is known, and what the reply to it will say of its room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prepare {
    /// The conversation, ending in the middle of what is being asked.
    pub prompt: Prompt,
    /// As in [`Reply`].
    pub room: u32,
    /// As in [`Reply`].
    pub left_before: u32,
    /// As in [`Reply`].
    pub threads: Option<u32>,
    /// As in [`Reply`].
    pub kept: Option<Kept>,
}

/// The file that keeps what was computed for a conversation, so that it need not be read again when
/// it is opened another day. It is written in the quiet after a reply, and when another
/// conversation takes its place; one that is damaged, or of another model or build, is as none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The file, in the folder that the load named. Everything in it belongs to the engine.
    pub path: PathBuf,
    /// The most bytes that the folder may hold; the files that were used longest ago go first.
    pub most_bytes: u64,
}

/// When further tokens are drafted. A draft is computed together with the token before it and kept
/// where it turns out to be what is chosen there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Drafts {
    /// As long as they make the reply faster, by what was measured.
    #[default]
    WherePays,
    /// Never: to compare with.
    Never,
    /// Wherever there is anything to draft from: for tests.
    Always,
}

/// How the next token is chosen from the model's distribution, in this order: repeat penalty,
/// top-k, top-p, min-p, temperature, seeded draw.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    /// 0 takes the likeliest token always.
    pub temperature: f32,
    /// Keeps the likeliest tokens that together reach this probability; 1 keeps all.
    pub top_p: f32,
    /// Keeps this many of the likeliest tokens; 0 keeps all.
    pub top_k: u32,
    /// Drops tokens less likely than this part of the likeliest; 0 drops none.
    pub min_p: f32,
    /// Divides the score of tokens among the last 64; 1 leaves them alone.
    pub repeat_penalty: f32,
    /// The same seed, model, machine and prompt give the same text.
    pub seed: u32,
}

impl Sampling {
    /// What DeepSeek advises for R1 and its distilled models: temperature 0.6, top-p 0.95 (model
    /// card of DeepSeek-R1, "Usage Recommendations"), nothing else.
    pub fn of_r1(seed: u32) -> Self {
        Self {
            temperature: 0.6,
            top_p: 0.95,
            top_k: 0,
            min_p: 0.0,
            repeat_penalty: 1.0,
            seed,
        }
    }
}

/// What the engine tells about a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Event {
    /// The model is on its way into memory.
    Loading {
        /// From 0 to 1.
        progress: f32,
    },
    /// The end of a load.
    LoadEnded {
        /// The model, or why there is none.
        outcome: Result<Loaded, Failure>,
    },
    /// The prompt is being read.
    Reading {
        /// Tokens that are in the cache, those kept from before included.
        done: u32,
        /// Tokens of the whole prompt.
        total: u32,
    },
    /// The end of a probe.
    ProbeEnded {
        /// Everything that computes, or why that cannot be told.
        outcome: Result<Vec<Device>, Failure>,
    },
    /// The end of a count.
    Counted {
        /// Tokens of each text, in order.
        outcome: Result<Vec<u32>, Failure>,
    },
    /// The end of a preparation.
    Prepared {
        /// Tokens of it that are in the cache: not all where something else was asked.
        outcome: Result<u32, Failure>,
    },
    /// The end of a measurement.
    Tried {
        /// What was measured.
        outcome: Result<Trial, Failure>,
    },
    /// More of the reply.
    Words {
        /// All of the answer so far was a thought, and comes behind the thinking so far, before what follows.
        rethought: bool,
        /// What was added to the thinking; may be empty.
        thinking: String,
        /// What was added to the answer; may be empty.
        answer: String,
        /// Where the reply stands now.
        so_far: SoFar,
    },
    /// The reply goes round in circles; told once for its thinking and once for its answer.
    Looping,
    /// What the model would have written in place of each token of a dictated text; before the end.
    Chosen {
        /// One for each token.
        choices: Vec<Choice>,
    },
    /// The end of a reply.
    ReplyEnded {
        /// How it ended.
        end: End,
        /// What it cost.
        statistics: Statistics,
    },
}

/// The likeliest token at a place.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Its id.
    pub token: i32,
    /// By so much its logit is above the next one's.
    pub ahead: f32,
}

/// Something that computes, in ggml's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// ggml's name for it, such as `Vulkan0`.
    pub name: String,
    /// What it calls itself.
    pub description: String,
    /// What drives it, such as `Vulkan`.
    pub backend: String,
    /// What it is.
    pub kind: DeviceKind,
    /// Bytes of memory that it can use.
    pub total_bytes: u64,
    /// Those that are free now.
    pub free_bytes: u64,
    /// What was measured, if it was.
    pub measured: Option<Measured>,
}

/// What a device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// The machine's processor.
    Processor,
    /// A GPU with memory of its own.
    Discrete,
    /// A GPU that shares the machine's memory.
    Integrated,
    /// The processor, pretending to be a GPU.
    Software,
}

/// How fast a device computes the engine's own products of `Q4_K` weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// Bytes of weights times one row, per second.
    pub weight_bytes_per_second: u64,
    /// Operations per second of weights times a batch of rows.
    pub operations_per_second: u64,
}

/// A model that is ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loaded {
    /// Tokens that the KV cache holds.
    pub context: u32,
    /// The processor, with the variant of the code that was taken for it, or the GPUs that compute,
    /// in the backend's words.
    pub device: String,
    /// True where the vocabulary has tokens for `<think>` and `</think>`, so that the text of a
    /// reply can never be mistaken for them.
    pub think_tokens: bool,
    /// From the request until it can answer.
    pub load_ms: u64,
    /// What the backends reserved, device by device.
    pub held: Vec<Held>,
}

/// What one backend buffer kind holds of a model, as llama.cpp reports it. All numbers are bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The backend's name for the kind of memory, such as `CPU`, `CPU_REPACK` or `Vulkan0`.
    pub place: String,
    /// Weights.
    pub weights_bytes: u64,
    /// The KV cache.
    pub cache_bytes: u64,
    /// Values between operations, and logits.
    pub compute_bytes: u64,
}

/// Counts and clocks of a reply while it is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoFar {
    /// Tokens of thinking, its tags included.
    pub thinking_tokens: u32,
    /// Tokens of the answer.
    pub answer_tokens: u32,
    /// Time spent thinking.
    pub thinking_ms: u64,
    /// Time spent answering.
    pub answer_ms: u64,
}

/// What a reply cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Statistics {
    /// Tokens of the prompt.
    pub prompt_tokens: u32,
    /// Those of them that were in the cache already.
    pub cached_tokens: u32,
    /// Counts and clocks of what was written.
    pub so_far: SoFar,
    /// Who closed the thought, where it was not the model, which would have gone on.
    pub closed_by: Option<Closer>,
    /// Exchanges that left the conversation because the context was full; the model never saw them.
    pub left_out: u32,
    /// True where the model left its thought empty and was asked once more.
    pub asked_again: bool,
    /// From the request to the first token; 0 when there was none.
    pub first_token_ms: u64,
    /// Prompt tokens read per second, the cached ones not counted; 0 when none was read.
    pub prompt_per_second: f64,
    /// Tokens written per second after the first; 0 when none was.
    pub decode_per_second: f64,
    /// Tokens that were drafted and computed.
    pub drafted_tokens: u32,
    /// Those of them that were what was then chosen; each saved a step.
    pub accepted_tokens: u32,
    /// Steps of the computation after the prompt.
    pub steps: u32,
    /// Threads that computed at the end; 0 where none did.
    pub threads: u32,
    /// True where another program took cores and it gave way: some of it was computed with fewer
    /// threads than were asked for, or with threads that sleep when they wait.
    pub gave_way: bool,
    /// The most memory that the engine process has held, in bytes; 0 where the system does not
    /// tell.
    pub peak_bytes: u64,
}

/// How a reply ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum End {
    /// The model closed its answer.
    Complete,
    /// Somebody asked for it.
    Stopped,
    /// The limit of tokens or the context was reached.
    Length,
    /// Something broke.
    Failed(Failure),
}

/// Why a job failed, in words for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What kind of failure it is, where somebody acts on the kind.
    pub code: FailureCode,
    /// What failed on what.
    pub message: String,
}

impl Failure {
    /// A failure of this kind with these words.
    pub fn new(code: FailureCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// Kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// The model's file was refused by llama.cpp.
    ModelRefused,
    /// The memory for the model or its cache could not be had.
    OutOfMemory,
    /// The conversation does not fit the context.
    PromptTooLong,
    /// The load was stopped before it ended.
    LoadStopped,
    /// The engine process ended in the middle of the job.
    EngineStopped,
    /// The same, since the system took its memory back.
    MemoryRanOut,
    /// llama.cpp reported an error while computing.
    ComputeFailed,
    /// A GPU that the plan uses is not there.
    GpuGone,
}
