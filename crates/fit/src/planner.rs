//! The ways in which a model can be laid onto a set of devices, and the best of them.
//!
//! From large settings to small: context, then the cache's type, then layers. Not here: choosing
//! between sets of devices (`plan`), what a way takes (`place`).

use gguf::KvType;

use crate::forecast::{Laid, estimate};
use crate::learned::Correction;
use crate::machine::{Gpu, Machine};
use crate::memory::BATCH;
use crate::place::{Anatomy, Placement, fits, shares};
use crate::plan::{Ask, Plan, Reason, TINY_BYTES, Verdict};

/// Contexts that are tried when none is asked for, in tokens, largest first. R1 thinks for
/// thousands of tokens, so below 2,048 an answer would be cut more often than not; above 32,768,
/// the longest reply its makers plan with, memory is better left to the rest of the machine.
const CONTEXTS: [u32; 9] = [
    32_768, 24_576, 16_384, 12_288, 8_192, 6_144, 4_096, 3_072, 2_048,
];

/// The context that takes a real reply of R1, its thinking included. A plan with less is `tight`.
pub const ROOMY_CONTEXT: u32 = 8_192;

/// Percent of what a device has to give that a comfortable plan may fill. The rest is for what the
/// person opens next.
pub(crate) const FILL_PERCENT: u64 = 90;

/// Percent that it may fill for the sake of more context than a real reply needs: few chats grow so
/// long, and the machine has other uses for its memory.
const SPARE_PERCENT: u64 = 70;

/// Parts of the routed experts that must find room in memory for a model to run from the disk: the
/// ones used most stay there, the others come and go. With less, it would read all for each token.
const RESIDENT_EXPERTS: u64 = 8;

/// Tokens per second below which a model that runs from the disk is of no use: an answer of 1,000
/// tokens would take more than a day.
const USELESS_PER_SECOND: f64 = 0.01;

/// One model and one machine.
pub(crate) struct Planner<'a> {
    pub(crate) anatomy: Anatomy<'a>,
    pub(crate) machine: &'a Machine,
    pub(crate) correction: &'a Correction,
    pub(crate) threads: u32,
}

/// A context and a cache type to try.
struct Step {
    context: u32,
    kv: KvType,
}

impl Planner<'_> {
    /// What was asked for, made possible, and why that is something else.
    pub(crate) fn understood(&self, ask: Ask) -> (Ask, Vec<Reason>) {
        let geometry = self.anatomy.geometry;
        let mut reasons = Vec::new();
        let context = ask.context.map(|asked| {
            if asked > geometry.context_trained {
                reasons.push(Reason::CappedAtTraining { asked });
            }
            asked.min(geometry.context_trained)
        });
        let kv = ask.kv.map(|asked| {
            if geometry.takes(asked) {
                asked
            } else {
                reasons.push(Reason::CacheTypeUnfit { asked });
                KvType::F16
            }
        });
        (Ask { context, kv }, reasons)
    }

    /// The context below which a plan is tight.
    fn roomy(&self) -> u32 {
        ROOMY_CONTEXT.min(self.anatomy.geometry.context_trained)
    }

    /// The steps from the largest settings to the smallest.
    fn ladder(&self, ask: Ask) -> Vec<Step> {
        let geometry = self.anatomy.geometry;
        let trained = geometry.context_trained;
        let quantised = geometry.takes(KvType::Q8_0);
        let mut contexts: Vec<u32> = match ask.context {
            Some(context) => vec![context],
            // A small model has its whole trained length as the only step.
            None => CONTEXTS
                .iter()
                .map(|&context| context.min(trained))
                .collect(),
        };
        contexts.dedup();
        let mut steps = Vec::new();
        for context in contexts {
            let (first, second) = match ask.kv {
                Some(kv) => (kv, None),
                None if !quantised => (KvType::F16, None),
                None if ask.context.is_some() => (KvType::F16, Some(KvType::Q8_0)),
                // Below a real reply's length the context is worth more than the last bits of the
                // cache; at that length both are tried.
                None if context < self.roomy() => (KvType::Q8_0, None),
                None if context == self.roomy() => (KvType::F16, Some(KvType::Q8_0)),
                None => (KvType::F16, None),
            };
            steps.push(Step { context, kv: first });
            steps.extend(second.map(|kv| Step { context, kv }));
        }
        steps
    }

    /// The best plan on these GPUs and the processor; none where these GPUs take no layer.
    pub(crate) fn best_on(&self, gpus: &[&Gpu], ask: Ask) -> Option<Plan> {
        let steps = self.ladder(ask);
        // Layers on a fast device are worth more than context beyond a real reply's length.
        let wanted = steps
            .iter()
            .find(|step| step.context <= self.roomy())
            .map_or(0, |step| self.most_layers(gpus, step, FILL_PERCENT));
        for step in &steps {
            let percent = if ask.context.is_none() && step.context > self.roomy() {
                SPARE_PERCENT
            } else {
                FILL_PERCENT
            };
            let layers = self.most_layers(gpus, step, percent);
            if !gpus.is_empty() && (layers == 0 || layers < wanted) {
                continue;
            }
            if let Some(plan) = self.way(gpus, step, percent) {
                return Some(self.judged(plan, ask));
            }
        }
        let last = steps.last().expect("BUG: a ladder has a step");
        if let Some(mut plan) = self.way(gpus, last, 100) {
            plan.verdict = Verdict::Tight;
            plan.reasons.push(Reason::LittleLeft);
            return Some(plan);
        }
        // The cache of what runs from the disk is small beside its weights.
        let roomy = steps.iter().find(|step| step.context <= self.roomy());
        if let Some(plan) = self.streamed(gpus, roomy.unwrap_or(last)) {
            return Some(plan);
        }
        gpus.is_empty()
            .then(|| self.laid(&Placement::default(), last, Verdict::TooBig))
    }

    /// A plan that leaves a tenth free, judged by its context.
    fn judged(&self, mut plan: Plan, ask: Ask) -> Plan {
        let trained = self.anatomy.geometry.context_trained;
        let most = CONTEXTS[0].min(trained);
        if ask.context.is_none() && plan.context < self.roomy() {
            plan.verdict = Verdict::Tight;
        }
        if ask.context.is_none() && plan.context < most {
            plan.reasons.push(if plan.context < self.roomy() {
                Reason::ContextByMemory
            } else {
                Reason::ContextSpared
            });
        }
        if ask.kv.is_none() && plan.kv != KvType::F16 {
            plan.reasons.push(Reason::CacheQuantised);
        }
        plan
    }

    /// This step with as many layers on the GPUs as they take, if the rest fits.
    fn way(&self, gpus: &[&Gpu], step: &Step, percent: u64) -> Option<Plan> {
        let placement = self.placement(gpus, step, percent)?;
        let plan = self.laid(&placement, step, Verdict::Comfortable);
        fits(&plan.shares, self.machine, percent).then_some(plan)
    }

    fn most_layers(&self, gpus: &[&Gpu], step: &Step, percent: u64) -> u32 {
        self.placement(gpus, step, percent)
            .map_or(0, |placement| placement.gpu_layers)
    }

    /// As many layers on these GPUs as they take; routed experts are left to the processor before
    /// whole layers are, since a token reads few of them.
    fn placement(&self, gpus: &[&Gpu], step: &Step, percent: u64) -> Option<Placement> {
        if gpus.is_empty() {
            return Some(Placement::default());
        }
        let layers = self.anatomy.geometry.layers;
        let names: Vec<String> = gpus.iter().map(|gpu| gpu.name.clone()).collect();
        let placed = |gpu_layers, expert_layers_in_memory| Placement {
            gpus: names.clone(),
            gpu_layers,
            expert_layers_in_memory,
        };
        let holds = |placement: &Placement| {
            let shares = shares(self.anatomy, self.machine, placement, step.context, step.kv);
            let gpus_hold = shares[1..].iter().all(|share| {
                u128::from(share.needed_bytes()) * 100
                    <= u128::from(share.available_bytes) * u128::from(percent)
            });
            let shared = shares[1..].iter().any(|share| share.shares_memory);
            gpus_hold && (!shared || fits(&shares, self.machine, percent))
        };
        let experts = if self.anatomy.expert_bytes() > 0 {
            layers
        } else {
            0
        };
        (0..=experts)
            .map(|in_memory| placed(layers, in_memory))
            .chain(
                (1..layers)
                    .rev()
                    .map(|gpu_layers| placed(gpu_layers, experts)),
            )
            .find(|placement| holds(placement))
    }

    /// A mixture of experts larger than memory: everything but the routed experts stays, and of
    /// those the ones used most.
    fn streamed(&self, gpus: &[&Gpu], step: &Step) -> Option<Plan> {
        let experts = self.anatomy.expert_bytes();
        if experts == 0 {
            return None;
        }
        let mut placement = self.placement(gpus, step, FILL_PERCENT)?;
        if !gpus.is_empty() {
            placement.expert_layers_in_memory = self.anatomy.geometry.layers;
        }
        let mut plan = self.laid(&placement, step, Verdict::Slow);
        let memory = plan.shares.first()?;
        let kept = memory.needed_bytes().saturating_sub(experts);
        let least = kept.saturating_add(experts / RESIDENT_EXPERTS);
        let within = u128::from(least) * 100
            <= u128::from(memory.available_bytes) * u128::from(FILL_PERCENT);
        let useful = plan
            .estimate
            .is_none_or(|estimate| estimate.decode_per_second >= USELESS_PER_SECOND);
        plan.mapped = true;
        (within && useful).then_some(plan)
    }

    fn laid(&self, placement: &Placement, step: &Step, verdict: Verdict) -> Plan {
        let geometry = self.anatomy.geometry;
        let shares = shares(self.anatomy, self.machine, placement, step.context, step.kv);
        let laid = Laid {
            shares: &shares,
            context: step.context,
            threads: self.threads,
        };
        let estimate = match verdict {
            Verdict::TooBig => None,
            // The clock of a tiny model is not the memory's.
            _ if self.anatomy.weights_bytes() < TINY_BYTES => None,
            _ => estimate(self.anatomy, self.machine, &laid, self.correction),
        };
        let mut reasons = Vec::new();
        let on_gpus = placement.gpu_layers;
        if on_gpus > 0 && on_gpus < geometry.layers {
            reasons.push(Reason::PartlyOnGpu {
                layers: on_gpus,
                of: geometry.layers,
            });
        }
        if on_gpus > 0 && placement.expert_layers_in_memory > 0 {
            reasons.push(Reason::ExpertsInMemory {
                layers: placement.expert_layers_in_memory,
            });
        }
        Plan {
            verdict,
            context: step.context,
            context_trained: geometry.context_trained,
            kv: step.kv,
            batch: BATCH,
            threads: self.threads,
            layers: geometry.layers,
            placement: placement.clone(),
            mapped: false,
            shares,
            estimate,
            reasons,
        }
    }
}
