//! How a model will lie in a machine's memory: on which devices, with how much context, and how
//! well.
//!
//! Every way that makes sense is laid out and the best is taken: first by its verdict, then by the
//! time to a typical answer. Not here: what one way takes (`place`, `memory`), how fast it is
//! (`forecast`), the words for it (`words`).

use gguf::KvType;

use crate::forecast::{Estimate, Laid, Rates, rates};
use crate::learned::Correction;
use crate::machine::{Gpu, GpuKind, Machine};
use crate::place::{Anatomy, Device, Placement, Share};
use crate::planner::{FILL_PERCENT, Planner};

/// Weights of fewer bytes than this stay with the processor, which is done before a GPU has been
/// told what to do; and their clock says nothing about a memory's speed.
pub const TINY_BYTES: u64 = 64 << 20;

/// What a person wants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ask {
    /// Tokens of context; none for the largest sensible one.
    pub context: Option<u32>,
    /// The type of the cache; none for `f16`, or `q8_0` where that gives the context it needs.
    pub kv: Option<KvType>,
}

/// How well a plan suits its machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It fits, with room for a long reply and for other programs.
    Comfortable,
    /// It fits, and leaves little: other programs have to be small, or the context is short.
    Tight,
    /// Larger than memory: its experts stream from the disk.
    Slow,
    /// It does not run.
    TooBig,
}

/// How a model will lie in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// How well it suits the machine.
    pub verdict: Verdict,
    /// Tokens of context, never above what the model was trained for.
    pub context: u32,
    /// Tokens that the model was trained for.
    pub context_trained: u32,
    /// The type of the cache.
    pub kv: KvType,
    /// Tokens to compute at once while a prompt is read.
    pub batch: u32,
    /// Threads of the processor that compute.
    pub threads: u32,
    /// Layers of the trunk.
    pub layers: u32,
    /// Where they go.
    pub placement: Placement,
    /// True where the weights are mapped from the file instead of read into memory: what does not
    /// fit comes from the disk when it is needed.
    pub mapped: bool,
    /// What each device holds, the machine's memory first.
    pub shares: Vec<Share>,
    /// How fast it will be; none where a device was never measured.
    pub estimate: Option<Estimate>,
    /// Why the plan is not what was asked for, or not what it could be.
    pub reasons: Vec<Reason>,
}

/// Why a plan differs from what one would expect.
#[derive(Debug, Clone, PartialEq)]
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
    /// The cache is quantised, since that gives the context it needs.
    CacheQuantised,
    /// More context than this would leave less than a tenth of the available memory free.
    ContextByMemory,
    /// More context than a real reply needs is left out, so that memory is left to other programs.
    ContextSpared,
    /// Even the smallest context leaves less than a tenth of the available memory free.
    LittleLeft,
    /// A GPU holds some of the layers, the processor the others.
    PartlyOnGpu {
        /// Layers on GPUs.
        layers: u32,
        /// Layers in all.
        of: u32,
    },
    /// The dense part is on the GPU, the routed experts of so many layers with the processor.
    ExpertsInMemory {
        /// Layers.
        layers: u32,
    },
    /// A GPU is not used because it would be slower.
    GpuSlower {
        /// What it calls itself.
        gpu: String,
        /// Tokens per second with it.
        with: f64,
        /// Tokens per second without it.
        without: f64,
    },
    /// A GPU that shares the machine's memory is not used because its speed was not measured.
    GpuNotMeasured {
        /// What it calls itself.
        gpu: String,
    },
    /// A GPU has too little free memory for a single layer.
    GpuTooSmall {
        /// What it calls itself.
        gpu: String,
        /// Its free bytes.
        free_bytes: u64,
    },
    /// The settings are smaller than they might be, since a load with larger ones failed.
    SteppedDown {
        /// Loads that failed.
        loads: u32,
    },
}

impl Plan {
    /// The sum of what all devices hold, in bytes.
    pub fn needed_bytes(&self) -> u64 {
        self.shares
            .iter()
            .fold(0, |sum, share| sum.saturating_add(share.needed_bytes()))
    }

    /// What the devices in use have to give, memory that is shared counted once, in bytes.
    pub fn available_bytes(&self) -> u64 {
        let memory = self.shares.first().map_or(0, |share| share.available_bytes);
        self.shares
            .iter()
            .skip(1)
            .filter(|share| !share.shares_memory)
            .fold(memory, |sum, share| {
                sum.saturating_add(share.available_bytes)
            })
    }

    /// Bytes of the machine's memory that it takes, GPUs that share it included.
    pub fn memory_bytes(&self) -> u64 {
        self.shares
            .iter()
            .filter(|share| share.shares_memory)
            .fold(0, |sum, share| sum.saturating_add(share.needed_bytes()))
    }

    /// The rates that the machine's speeds allow with `used` tokens in the cache on average,
    /// without any correction.
    pub fn rates(&self, anatomy: Anatomy<'_>, machine: &Machine, used: f64) -> Option<Rates> {
        let laid = Laid {
            shares: &self.shares,
            context: self.context,
            threads: self.threads,
        };
        rates(anatomy, machine, &laid, used)
    }
}

/// Plans a model for a machine. With a context or a cache type in `ask` it is that one; without,
/// the best of those that make sense. The plan is always there, also of a model that is
/// `too_big`: it then tells what the least would take.
pub fn plan(anatomy: Anatomy<'_>, machine: &Machine, ask: Ask, correction: &Correction) -> Plan {
    let planner = Planner {
        anatomy,
        machine,
        correction,
        threads: machine.threads_for(anatomy.weights_bytes()),
    };
    let (ask, mut reasons) = planner.understood(ask);
    let alone = planner
        .best_on(&[], ask)
        .expect("BUG: the processor alone is always a way");
    let is_tiny = anatomy.weights_bytes() < TINY_BYTES;
    let sets = if is_tiny {
        Vec::new()
    } else {
        device_sets(machine)
    };
    let mut best = sets
        .iter()
        .filter_map(|gpus| planner.best_on(gpus, ask))
        .chain([alone.clone()])
        .min_by(compare)
        .expect("BUG: the processor alone is always a way");
    if best.verdict != Verdict::TooBig && !is_tiny {
        best.reasons.extend(unused(&planner, ask, &best, &alone));
    }
    reasons.append(&mut best.reasons);
    Plan { reasons, ..best }
}

/// The machine as it may be planned with after a load by this plan failed: no device has more to
/// give than a tenth less than it was to hold, so that the next plan is smaller.
pub fn after_failure(machine: &Machine, failed: &Plan) -> Machine {
    let mut left = machine.clone();
    for share in &failed.shares {
        let most = share.needed_bytes() / 100 * FILL_PERCENT;
        match &share.device {
            Device::Memory => left.available_bytes = left.available_bytes.min(most),
            Device::Gpu(name) => {
                for gpu in left.gpus.iter_mut().filter(|gpu| gpu.name == *name) {
                    gpu.free_bytes = gpu.free_bytes.min(most);
                }
            }
        }
    }
    left
}

/// The better of two ways first.
fn compare(one: &Plan, other: &Plan) -> std::cmp::Ordering {
    let time = |plan: &Plan| {
        plan.estimate
            .map_or(u64::MAX, |estimate| estimate.answer_ms)
    };
    let gpus = |plan: &Plan| plan.placement.gpus.len();
    one.verdict
        .cmp(&other.verdict)
        .then_with(|| time(one).cmp(&time(other)))
        .then_with(|| gpus(one).cmp(&gpus(other)))
}

/// Sets of GPUs that are tried: each alone, and all together that have memory of their own.
fn device_sets(machine: &Machine) -> Vec<Vec<&Gpu>> {
    let usable: Vec<&Gpu> = machine.gpus.iter().filter(|gpu| is_usable(gpu)).collect();
    let mut sets: Vec<Vec<&Gpu>> = usable.iter().map(|&gpu| vec![gpu]).collect();
    let own: Vec<&Gpu> = usable
        .into_iter()
        .filter(|gpu| gpu.kind == GpuKind::Discrete)
        .collect();
    if own.len() > 1 {
        sets.push(own);
    }
    sets
}

/// A GPU with memory of its own is worth trying unmeasured; one that shares the machine's may well
/// be slower than the processor, so it has to have been measured.
fn is_usable(gpu: &Gpu) -> bool {
    gpu.kind == GpuKind::Discrete || gpu.speed.is_some()
}

/// Why each GPU that the best way leaves out is left out.
fn unused(planner: &Planner<'_>, ask: Ask, best: &Plan, alone: &Plan) -> Vec<Reason> {
    let mut reasons = Vec::new();
    for gpu in &planner.machine.gpus {
        if best.placement.gpus.contains(&gpu.name) {
            continue;
        }
        let description = gpu.description.clone();
        let with = planner.best_on(&[gpu], ask);
        let rate = |plan: &Plan| plan.estimate.map(|estimate| estimate.decode_per_second);
        reasons.extend(match with {
            _ if !is_usable(gpu) => Some(Reason::GpuNotMeasured { gpu: description }),
            None => Some(Reason::GpuTooSmall {
                gpu: description,
                free_bytes: gpu.free_bytes,
            }),
            Some(with) => match (rate(&with), rate(alone)) {
                (Some(with), Some(without)) if with < without => Some(Reason::GpuSlower {
                    gpu: description,
                    with,
                    without,
                }),
                _ => None,
            },
        });
    }
    reasons
}
