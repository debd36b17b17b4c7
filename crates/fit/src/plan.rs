//! Whether a model runs on a machine, and with how much context.
//!
//! Not here yet: devices other than the CPU, models that run from the disk, and the verdict
//! (`comfortable`, `tight`, `slow`, `too_big`) with its forecast.

use gguf::{Geometry, KvType};

use crate::bytes::human;
use crate::compute::{BATCH, ENGINE_BYTES, compute_bytes};
use crate::machine::Machine;

/// Contexts that are tried when none is asked for, in tokens, largest first. R1 thinks for
/// thousands of tokens, so below 2,048 an answer would be cut more often than not; above 32,768,
/// the longest reply its makers plan with, memory is better left to the rest of the machine.
const CONTEXTS: [u32; 9] = [
    32_768, 24_576, 16_384, 12_288, 8_192, 6_144, 4_096, 3_072, 2_048,
];

/// llama.cpp rounds the cache up to whole multiples of this many tokens (`llama_context`).
const CACHE_STEP: u64 = 256;

/// Percent of the available memory that a context chosen by us may fill. The rest is for what
/// the person opens next; a context that a person asks for may take all.
const FILL_PERCENT: u64 = 90;

/// What a person wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// Tokens of context; none for the largest sensible one.
    pub context: Option<u32>,
    /// The type of the cache.
    pub kv: KvType,
}

/// How a model will lie in memory. All sizes are bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Tokens of context, never above what the model was trained for.
    pub context: u32,
    /// The type of the cache, which is what was asked for unless a reason says otherwise.
    pub kv: KvType,
    /// Tokens to compute at once while a prompt is read.
    pub batch: u32,
    /// The weights, counted once: the engine reads them into memory of its own. (A mapped file
    /// beside a copy rearranged for the CPU would count once as well, since the system can drop
    /// mapped pages.)
    pub weights_bytes: u64,
    /// The cache for `context` tokens.
    pub cache_bytes: u64,
    /// Values between operations: an estimate that lies above rather than below.
    pub compute_bytes: u64,
    /// The engine process by itself.
    pub engine_bytes: u64,
    /// The sum of the four.
    pub needed_bytes: u64,
    /// What the machine has to give now.
    pub available_bytes: u64,
    /// Why the plan is not what was asked for, or not what it could be.
    pub reasons: Vec<Reason>,
}

/// Why a plan differs from what one would expect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// More context was asked for than the model was trained for.
    CappedAtTraining {
        /// What was asked for, in tokens.
        asked: u32,
    },
    /// A cache of this type does not divide the model's heads; it is `f16` instead.
    CacheTypeUnfit {
        /// What was asked for.
        asked: KvType,
    },
    /// More context than this would leave less than a tenth of the available memory free.
    ContextByMemory,
    /// Even the smallest context leaves less than a tenth of the available memory free.
    LittleLeft,
}

/// The model does not fit, even at this context.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the model needs {} with a context of {context} tokens, and {} of memory are available",
    human(*needed_bytes),
    human(*available_bytes)
)]
pub struct TooBig {
    /// Bytes that it would need.
    pub needed_bytes: u64,
    /// Bytes that the machine has to give.
    pub available_bytes: u64,
    /// The context that was tried: the asked one, or the smallest sensible one.
    pub context: u32,
}

/// Plans a model of this shape and weight for a machine. With a context in `ask` it is that one
/// or nothing; without, the largest of the usual steps that leaves a tenth of the available
/// memory free, and at the least the smallest step.
pub fn plan(
    geometry: &Geometry,
    weights_bytes: u64,
    machine: &Machine,
    ask: Ask,
) -> Result<Plan, TooBig> {
    let mut reasons = Vec::new();
    let kv = if geometry.takes(ask.kv) {
        ask.kv
    } else {
        reasons.push(Reason::CacheTypeUnfit { asked: ask.kv });
        KvType::F16
    };
    let at = |context: u32| {
        let cells = u64::from(context.max(1)).next_multiple_of(CACHE_STEP);
        let cache_bytes = geometry.cache_bytes_per_token(kv).saturating_mul(cells);
        let compute_bytes = compute_bytes(geometry, cells);
        let needed_bytes = [weights_bytes, cache_bytes, compute_bytes, ENGINE_BYTES]
            .into_iter()
            .fold(0, u64::saturating_add);
        Plan {
            context,
            kv,
            batch: BATCH,
            weights_bytes,
            cache_bytes,
            compute_bytes,
            engine_bytes: ENGINE_BYTES,
            needed_bytes,
            available_bytes: machine.available_bytes,
            reasons: Vec::new(),
        }
    };
    let plan = match ask.context {
        Some(asked) => {
            if asked > geometry.context_trained {
                reasons.push(Reason::CappedAtTraining { asked });
            }
            at(asked.min(geometry.context_trained))
        }
        None => largest(
            geometry.context_trained,
            machine.available_bytes,
            at,
            &mut reasons,
        ),
    };
    if plan.needed_bytes > plan.available_bytes {
        let Plan {
            needed_bytes,
            available_bytes,
            context,
            ..
        } = plan;
        return Err(TooBig {
            needed_bytes,
            available_bytes,
            context,
        });
    }
    Ok(Plan { reasons, ..plan })
}

/// The plan with the most context that leaves enough free, else the one with the least.
fn largest(
    trained: u32,
    available_bytes: u64,
    at: impl Fn(u32) -> Plan,
    reasons: &mut Vec<Reason>,
) -> Plan {
    let sensible = available_bytes / 100 * FILL_PERCENT;
    // A small model has its whole trained length as the only step.
    let first = CONTEXTS[0].min(trained);
    let rest = CONTEXTS[1..]
        .iter()
        .copied()
        .filter(|&context| context < first);
    let mut smallest = at(first);
    for context in rest {
        if smallest.needed_bytes <= sensible {
            break;
        }
        smallest = at(context);
    }
    if smallest.needed_bytes > sensible {
        reasons.push(Reason::LittleLeft);
    } else if smallest.context < first {
        reasons.push(Reason::ContextByMemory);
    }
    smallest
}
