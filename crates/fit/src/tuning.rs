//! With how many threads a model is fastest on a machine, with how many tokens of a prompt at once, and
//! by which attention: what to measure, and what follows from it.
//!
//! Writing waits for memory, which fewer threads than cores may fill already; reading waits for the
//! cores, and there a second thread on a core may help or not. Batches differ in what fits the caches.
//! Flash attention reads faster than the plain kind, and behind a long thought writes slower, by parts
//! that depend on the processor and on the heads (bench/README.md, "Attention"); the plain kind takes
//! memory for its scores. None of it is known of a machine before it was tried, and which attention
//! serves somebody better depends on how long the replies are.
//!
//! Pure. Not here: the measurement (`engine-llama`) and when it is made (`app`).

use gguf::{Attention, Geometry, KvType};
use serde::{Deserialize, Serialize};

use crate::forecast::Typical;
use crate::machine::Machine;
use crate::memory;
use crate::place::within;
use crate::plan::Plan;
use crate::planner::FILL_PERCENT;

/// A way to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// Threads that compute.
    pub threads: u32,
    /// Tokens that are computed at once: one while writing, more while a prompt is read.
    pub tokens: u32,
}

/// What was chosen for a model on a machine.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Tuned {
    /// Threads that write.
    pub threads: u32,
    /// Threads that read a prompt.
    pub reading_threads: u32,
    /// Tokens of a prompt that are read at once.
    pub reading_tokens: u32,
    /// What attention costs, where both kinds are possible and were measured.
    #[serde(default)]
    pub attention: Option<AttentionCosts>,
}

/// What one layer's attention takes behind so many tokens.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Attending {
    /// Tokens in the cache.
    pub behind: u32,
    /// Seconds for a token that is written.
    pub writing: f64,
    /// Seconds for a token of a prompt.
    pub reading: f64,
}

/// What tokens take, and what attention adds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AttentionCosts {
    /// Seconds for a token that is written, behind few others.
    pub writing: f64,
    /// Seconds for a token of a prompt, behind few others.
    pub reading: f64,
    /// Flash attention.
    pub flash: Attending,
    /// Plain attention.
    pub plain: Attending,
}

impl AttentionCosts {
    /// Whether plain attention is worth its memory for a model of so many layers and replies as they
    /// are usual.
    pub fn plain_pays(&self, layers: u32, usual: &Typical) -> bool {
        let seconds = |attending| self.seconds(attending, layers, usual);
        seconds(self.plain) < PLAIN_PAYS * seconds(self.flash)
    }

    /// Seconds of a reply: attention takes as long as what lies before a token, half of the prompt
    /// while that is read, and all of it and half of the reply while that is written.
    fn seconds(&self, attending: Attending, layers: u32, usual: &Typical) -> f64 {
        let prompt = f64::from(usual.prompt_tokens);
        let written = f64::from(usual.written_tokens());
        let layers = f64::from(layers) / f64::from(attending.behind.max(1));
        let reading = self.reading + layers * attending.reading * prompt / 2.0;
        let writing = self.writing + layers * attending.writing * (prompt + written / 2.0);
        prompt * reading + written * writing
    }

    /// None where something is no number to go by.
    fn sound(self) -> Option<Self> {
        let attending = [self.flash, self.plain].map(|one| [one.writing, one.reading]);
        let mut all = attending.into_iter().flatten();
        let is_sound = |seconds: f64| seconds.is_normal() && seconds > 0.0;
        let whole = is_sound(self.writing) && is_sound(self.reading);
        (whole && all.all(is_sound)).then_some(self)
    }
}

/// With plain attention a reply has to take less than this part of its time, since it takes memory.
const PLAIN_PAYS: f64 = 0.95;

/// Tokens of a prompt at once where attention is plain, most first: its scores grow with them, and
/// fewer read hardly slower.
const PLAIN_BATCHES: [u32; 2] = [128, 64];

/// Bytes that plain attention takes beside the plan, with so many tokens at once.
pub fn plain_bytes(geometry: &Geometry, plan: &Plan, batch: u32) -> u64 {
    let cells = memory::cells(plan.context);
    let plain = memory::plain_compute_bytes(geometry, cells, u64::from(batch));
    plain.saturating_sub(memory::compute_bytes(geometry, cells))
}

/// Tokens of a prompt at once with which a model may attend plainly as it is planned, so many bytes
/// being taken beside the plan; none where it cannot, or memory has no room for the scores.
pub fn plain_batch(geometry: &Geometry, plan: &Plan, beside: u64) -> Option<u32> {
    let memory = plan.shares.first()?;
    // Latent rows are not kept transposed, so each step would turn all of them. GPUs have their own
    // attention; values of a quantised cache cannot lie transposed.
    let is_possible = matches!(geometry.attention, Attention::Gqa)
        && plan.kv == KvType::F16
        && plan.placement.gpus.is_empty()
        && !plan.mapped;
    let fits = |batch: &u32| {
        let scores = plain_bytes(geometry, plan, *batch);
        let needed = plan.memory_bytes().saturating_add(beside);
        let needed = needed.saturating_add(scores);
        within(needed, memory.available_bytes, FILL_PERCENT)
    };
    let mut batches = PLAIN_BATCHES
        .into_iter()
        .filter(|&batch| batch <= plan.batch);
    is_possible.then(|| batches.find(fits)).flatten()
}

/// Ways within this part of the fastest are as fast: measured again, another of them would be first.
const AS_FAST: f64 = 0.97;

/// The fewest tokens at once that are tried.
const FEWEST: u32 = 64;

/// The ways to measure for a model as it is planned and loaded with so many tokens at once: that one among
/// them, none that takes more memory than it.
pub fn ways(machine: &Machine, plan: &Plan, batch: u32) -> Vec<Way> {
    let planned = plan.threads.max(1);
    let all = machine.cores.usable.max(planned);
    let cores = machine.cores.physical.clamp(planned, all);
    let mut ways = Vec::new();
    let mut add = |threads, tokens| {
        let way = Way { threads, tokens };
        if !ways.contains(&way) {
            ways.push(way);
        }
    };
    // A core is left to the window where there are more than two, so more than planned only reads.
    for threads in [planned, (planned * 3).div_ceil(4), planned.div_ceil(2)] {
        add(threads, 1);
    }
    for threads in [planned, cores, all] {
        add(threads, batch);
    }
    let mut tokens = batch / 2;
    while tokens >= FEWEST {
        add(planned, tokens);
        tokens /= 2;
    }
    ways
}

/// What follows from these measurements, in tokens per second, and from those of flash and plain attention
/// where there are any; none where they do not tell. Of ways that are as fast the one with fewer threads
/// is taken, which leaves cores to others and keeps the machine cooler, and of those the one with more
/// tokens at once.
pub fn choose(tried: &[(Way, f64)], attending: Option<[Attending; 2]>) -> Option<Tuned> {
    let best = |of: &dyn Fn(&Way) -> bool| {
        let these = || tried.iter().filter(|(way, rate)| of(way) && *rate > 0.0);
        let fastest = these().map(|(_, rate)| *rate).fold(0.0, f64::max);
        let as_fast = these().filter(|(_, rate)| *rate >= AS_FAST * fastest);
        as_fast.min_by_key(|(way, _)| (way.threads, u32::MAX - way.tokens))
    };
    let (writing, written) = best(&|way| way.tokens == 1)?;
    let (reading, read) = best(&|way| way.tokens > 1)?;
    let attention = attending.and_then(|[flash, plain]| {
        let costs = AttentionCosts {
            writing: 1.0 / written,
            reading: 1.0 / read,
            flash,
            plain,
        };
        costs.sound()
    });
    Some(Tuned {
        threads: writing.threads,
        reading_threads: reading.threads,
        reading_tokens: reading.tokens,
        attention,
    })
}

#[cfg(test)]
mod tests {
    use super::{Attending, Tuned, Way};
    use crate::forecast::Typical;

    fn choose(tried: &[(Way, f64)]) -> Option<Tuned> {
        super::choose(tried, None)
    }

    fn tried(ways: &[(u32, u32, f64)]) -> Vec<(Way, f64)> {
        let way = |&(threads, tokens, rate)| (Way { threads, tokens }, rate);
        ways.iter().map(way).collect()
    }

    #[test]
    fn the_fastest_is_chosen_and_of_as_fast_ones_the_fewest_threads() {
        // Memory is full with four threads; a fifth and sixth only read faster.
        let measured = tried(&[
            (6, 1, 10.0),
            (5, 1, 10.1),
            (3, 1, 9.9),
            (6, 256, 80.0),
            (12, 256, 95.0),
            (6, 128, 81.0),
        ]);
        let expect = Tuned {
            threads: 3,
            reading_threads: 12,
            reading_tokens: 256,
            attention: None,
        };
        assert_eq!(choose(&measured), Some(expect));
        // Hyperthreads that bring nothing are left alone, and so are smaller batches.
        let measured = tried(&[
            (2, 1, 15.0),
            (1, 1, 11.0),
            (2, 256, 94.0),
            (4, 256, 96.0),
            (2, 128, 95.0),
        ]);
        let expect = Tuned {
            threads: 2,
            reading_threads: 2,
            reading_tokens: 256,
            attention: None,
        };
        assert_eq!(choose(&measured), Some(expect));
    }

    #[test]
    fn attention_is_plain_where_replies_are_long() {
        let measured = tried(&[(2, 1, 11.0), (2, 256, 80.0)]);
        let of = |writing: f64, reading: f64| Attending {
            behind: 4096,
            writing,
            reading,
        };
        // Two cores with AVX-512, the 1.5B: 0.6 of flash attention in writing, 1.13 in reading.
        let both = [of(1.80e-3, 0.30e-3), of(1.08e-3, 0.34e-3)];
        let costs = super::choose(&measured, Some(both)).unwrap().attention;
        let pays = |prompt_tokens, thinking_tokens| {
            let usual = Typical {
                prompt_tokens,
                thinking_tokens,
                answer_tokens: 300,
                ..Typical::ASSUMED
            };
            costs.unwrap().plain_pays(28, &usual)
        };
        assert!(!pays(100, 700));
        assert!(pays(100, 4_000));
        assert!(pays(6_000, 2_000));
        // Somebody who has books summed up.
        assert!(!pays(6_000, 100));
        for odd in [f64::NAN, 0.0, f64::INFINITY] {
            let both = [of(1.80e-3, 0.30e-3), of(odd, 0.34e-3)];
            assert_eq!(
                super::choose(&measured, Some(both)).unwrap().attention,
                None
            );
        }
    }

    #[test]
    fn what_tells_nothing_chooses_nothing() {
        assert_eq!(choose(&[]), None);
        assert_eq!(choose(&tried(&[(2, 1, 15.0)])), None);
        assert_eq!(choose(&tried(&[(2, 1, f64::NAN), (2, 256, 90.0)])), None);
        assert_eq!(choose(&tried(&[(2, 1, 0.0), (2, 256, 90.0)])), None);
    }
}
