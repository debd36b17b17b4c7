//! How fast a planned model will be, and how long a person waits for an answer.
//!
//! Decoding reads every active weight and the cache once a token, so bytes over bandwidth is the
//! clock that counts; reading a prompt multiplies, so operations count there. What real replies
//! on the machine showed corrects both (`learned`). Not here: measuring anything.

use gguf::Geometry;

use crate::learned::Correction;
use crate::machine::{Machine, Speed};
use crate::memory;
use crate::place::{Anatomy, Device, Share};

/// The part of a memory's plain reading rate at which weights go through the engine, where the
/// engine itself was not measured: llama.cpp reaches 65 to 85 % on processors.
const USUAL_EFFICIENCY: f64 = 0.75;

/// Seconds that a layer takes beside its products: norms, attention's small steps, the meeting of
/// threads. 0.2 ms explains the 1.5B, whose matrices are small, and leaves wide models alone.
const LAYER_SECONDS: f64 = 0.2e-3;

/// Seconds that a layer with routed experts takes on top: choosing them, and products of small
/// matrices that are no longer read in order. From a mixture of 64 experts (`bench/forecast`).
const ROUTING_SECONDS: f64 = 0.3e-3;

/// Operations per second of one thread where nothing was measured: what a laptop core of the AVX2
/// generation does in the engine's product of quantised weights, to within a factor of two.
const THREAD_OPERATIONS: f64 = 40e9;

/// Operations for each byte that a GPU reads where its products were not measured.
const GPU_OPERATIONS_PER_BYTE: f64 = 20.0;

/// Bytes per second of a disk that was not measured: an ordinary solid-state disk, read in pieces of
/// several megabytes as experts are.
const DISK_BYTES: f64 = 1.5e9;

/// How many tokens an answer takes, the part that a person does not see included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Typical {
    /// Tokens of the question.
    pub prompt_tokens: u32,
    /// Tokens of thinking.
    pub thinking_tokens: u32,
    /// Tokens of the answer.
    pub answer_tokens: u32,
    /// Tokens of thinking and answer together where the question is easy.
    pub least_tokens: u32,
    /// The same where it is hard.
    pub most_tokens: u32,
}

impl Typical {
    /// What is assumed of a model of which nothing is known: an assumption, and shown as one. R1 thinks
    /// for hundreds to thousands of tokens. What is assumed of a member of the family stands in the
    /// catalogue.
    pub const ASSUMED: Self = Self {
        prompt_tokens: 100,
        thinking_tokens: 700,
        answer_tokens: 300,
        least_tokens: 400,
        most_tokens: 3_000,
    };

    /// Tokens that the model writes.
    pub fn written_tokens(&self) -> u32 {
        self.thinking_tokens.saturating_add(self.answer_tokens)
    }
}

/// What a person may expect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Tokens written per second, in the middle of a typical answer.
    pub decode_per_second: f64,
    /// Tokens of a prompt read per second.
    pub prompt_per_second: f64,
    /// Milliseconds to the end of a typical answer, the model being loaded.
    pub answer_ms: u64,
    /// Milliseconds to the end of the answer to an easy question.
    pub least_ms: u64,
    /// Milliseconds to the end of the answer to a hard one.
    pub most_ms: u64,
    /// The answer that was assumed.
    pub typical: Typical,
    /// Replies of this model on this machine that stand behind it; 0 where it is computed alone.
    pub replies: u32,
}

/// Rates before any correction, per second, with so many tokens in the cache.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    /// Tokens written.
    pub decode: f64,
    /// Tokens of a prompt read.
    pub prompt: f64,
}

/// A model as it is laid onto the devices.
pub(crate) struct Laid<'a> {
    /// What each device holds.
    pub(crate) shares: &'a [Share],
    /// Tokens of context.
    pub(crate) context: u32,
    /// Threads of the processor that compute.
    pub(crate) threads: u32,
}

/// The estimate for a placed model; none where a device that it uses was never measured.
pub(crate) fn estimate(
    anatomy: Anatomy<'_>,
    machine: &Machine,
    laid: &Laid<'_>,
    correction: &Correction,
) -> Option<Estimate> {
    let typical = correction.typical;
    let of = |written: u32| {
        let used = f64::from(typical.prompt_tokens) + f64::from(written) / 2.0;
        let rates = rates(anatomy, machine, laid, used)?;
        let rates = Rates {
            decode: rates.decode * correction.decode,
            prompt: rates.prompt * correction.prompt,
        };
        let reading = f64::from(typical.prompt_tokens) / rates.prompt;
        let seconds = reading + f64::from(written) / rates.decode;
        Some((rates, milliseconds(seconds)))
    };
    let (rates, answer_ms) = of(typical.written_tokens())?;
    Some(Estimate {
        decode_per_second: rates.decode,
        prompt_per_second: rates.prompt,
        answer_ms,
        least_ms: of(typical.least_tokens)?.1,
        most_ms: of(typical.most_tokens)?.1,
        typical,
        replies: correction.replies,
    })
}

/// The rates that the machine's measured speeds allow, with `used` tokens in the cache on average.
pub(crate) fn rates(
    anatomy: Anatomy<'_>,
    machine: &Machine,
    laid: &Laid<'_>,
    used: f64,
) -> Option<Rates> {
    let full = (used / float(memory::cells(laid.context))).min(1.0);
    let shares = laid.shares;
    let mut decode_seconds = streaming_seconds(anatomy, machine, shares);
    let mut prompt_seconds = 0.0;
    let weights = float(anatomy.weights_bytes()).max(1.0);
    let parameters = float(anatomy.weights.parameters);
    let layer_seconds = layer_seconds(anatomy.geometry);
    for share in shares {
        let speed = match &share.device {
            Device::Memory => machine.speed?,
            Device::Gpu(name) => machine.gpus.iter().find(|gpu| gpu.name == *name)?.speed?,
        };
        let cells = float(share.cache_bytes) * full;
        decode_seconds += f64::from(share.layers) * layer_seconds
            + float(share.active_bytes) / weight_rate(speed)
            + cells / (float(speed.memory_bytes_per_second) * USUAL_EFFICIENCY);
        let operations = 2.0 * parameters * float(share.active_bytes) / weights;
        prompt_seconds += operations / operation_rate(speed, &share.device, laid.threads);
    }
    (decode_seconds > 0.0 && prompt_seconds > 0.0).then(|| Rates {
        decode: 1.0 / decode_seconds,
        prompt: 1.0 / prompt_seconds,
    })
}

/// Seconds a token waits for experts that have to come from the disk, memory being full.
fn streaming_seconds(anatomy: Anatomy<'_>, machine: &Machine, shares: &[Share]) -> f64 {
    let Some(memory) = shares.first() else {
        return 0.0;
    };
    let short = memory.needed_bytes().saturating_sub(memory.available_bytes);
    let experts = anatomy.expert_bytes();
    if short == 0 || experts == 0 {
        return 0.0;
    }
    let missing = (float(short) / float(experts)).min(1.0);
    let disk = machine
        .disk
        .as_ref()
        .and_then(|disk| disk.read_bytes_per_second);
    let rate = disk.map_or(DISK_BYTES, float);
    float(anatomy.routed_bytes(experts)) * missing / rate
}

/// Seconds of a layer beside its products, on average over all layers.
fn layer_seconds(geometry: &Geometry) -> f64 {
    let layers = f64::from(geometry.layers.max(1));
    let routed = match geometry.experts {
        Some(_) => f64::from(geometry.layers.saturating_sub(geometry.dense_layers)),
        None => 0.0,
    };
    LAYER_SECONDS + ROUTING_SECONDS * routed / layers
}

fn weight_rate(speed: Speed) -> f64 {
    speed.weight_bytes_per_second.map_or_else(
        || float(speed.memory_bytes_per_second) * USUAL_EFFICIENCY,
        float,
    )
}

fn operation_rate(speed: Speed, device: &Device, threads: u32) -> f64 {
    match (speed.operations_per_second, device) {
        (Some(rate), _) => float(rate),
        (None, Device::Memory) => THREAD_OPERATIONS * f64::from(threads.max(1)),
        (None, Device::Gpu(_)) => float(speed.memory_bytes_per_second) * GPU_OPERATIONS_PER_BYTE,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "an estimate needs no more than 53 bits"
)]
fn float(number: u64) -> f64 {
    number as f64
}

/// Whole milliseconds; `u64::MAX` for what never ends.
fn milliseconds(seconds: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates, which is what is meant"
    )]
    let whole = (seconds * 1000.0).round() as u64;
    whole
}
