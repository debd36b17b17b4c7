//! What the picker shows, as it crosses the bridge.

use std::collections::BTreeMap;

use app::fit::catalogue::{File, Member, Size};
use app::fit::{self, Device, Reason};
use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

use super::facts::{DiskShort, Holder, SurveyNote};

/// How well a plan suits the machine.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Comfortable,
    Tight,
    Slow,
    TooBig,
}

/// How the cache is stored.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub(crate) enum KvType {
    F16,
    Q8_0,
}

/// A GPU in words.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct GpuView {
    description: String,
    backend: String,
    shares_memory: bool,
    #[cfg_attr(test, ts(type = "number"))]
    total_bytes: u64,
    #[cfg_attr(test, ts(type = "number"))]
    free_bytes: u64,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct MachineView {
    cpu: String,
    cores: u32,
    #[cfg_attr(test, ts(type = "number"))]
    total_bytes: u64,
    #[cfg_attr(test, ts(type = "number"))]
    available_bytes: u64,
    gpus: Vec<GpuView>,
    /// Of memory, as measured; null where it was not.
    #[cfg_attr(test, ts(type = "number | null"))]
    bytes_per_second: Option<u64>,
    #[cfg_attr(test, ts(type = "number | null"))]
    disk_free_bytes: Option<u64>,
}

/// What one device holds of a model.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeviceShare {
    /// "Memory", or what the GPU calls itself.
    device: String,
    #[cfg_attr(test, ts(type = "number"))]
    weights_bytes: u64,
    #[cfg_attr(test, ts(type = "number"))]
    cache_bytes: u64,
    /// Values between operations, the engine itself, a driver.
    #[cfg_attr(test, ts(type = "number"))]
    other_bytes: u64,
    #[cfg_attr(test, ts(type = "number"))]
    available_bytes: u64,
    layers: u32,
}

/// How fast, and how long a typical answer takes.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Estimate {
    decode_per_second: f64,
    prompt_per_second: f64,
    #[cfg_attr(test, ts(type = "number"))]
    answer_ms: u64,
    /// To the end of the answer to an easy question, and to a hard one.
    #[cfg_attr(test, ts(type = "number"))]
    least_ms: u64,
    #[cfg_attr(test, ts(type = "number"))]
    most_ms: u64,
    prompt_tokens: u32,
    thinking_tokens: u32,
    answer_tokens: u32,
    /// Replies of this model on this machine behind it; 0: computed alone.
    replies: u32,
}

/// What is worth knowing of a plan: see `fit::Reason`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(
    rename_all = "snake_case",
    rename_all_fields = "camelCase",
    tag = "type"
)]
pub(crate) enum FitWhy {
    CappedAtTraining {
        asked: u32,
    },
    CacheTypeUnfit,
    CacheQuantised,
    ContextByMemory,
    ContextSpared,
    LittleLeft,
    PartlyOnGpu {
        layers: u32,
        of: u32,
    },
    ExpertsInMemory {
        layers: u32,
    },
    GpuSlower {
        gpu: String,
        with: f64,
        without: f64,
    },
    GpuNotMeasured {
        gpu: String,
    },
    GpuTooSmall {
        gpu: String,
        #[cfg_attr(test, ts(type = "number"))]
        free_bytes: u64,
    },
    SteppedDown,
}

impl FitWhy {
    fn of(reason: &Reason) -> Self {
        match reason.clone() {
            Reason::CappedAtTraining { asked } => Self::CappedAtTraining { asked },
            Reason::CacheTypeUnfit { .. } => Self::CacheTypeUnfit,
            Reason::CacheQuantised => Self::CacheQuantised,
            Reason::ContextByMemory => Self::ContextByMemory,
            Reason::ContextSpared => Self::ContextSpared,
            Reason::LittleLeft => Self::LittleLeft,
            Reason::PartlyOnGpu { layers, of } => Self::PartlyOnGpu { layers, of },
            Reason::ExpertsInMemory { layers } => Self::ExpertsInMemory { layers },
            Reason::GpuSlower { gpu, with, without } => Self::GpuSlower { gpu, with, without },
            Reason::GpuNotMeasured { gpu } => Self::GpuNotMeasured { gpu },
            Reason::GpuTooSmall { gpu, free_bytes } => Self::GpuTooSmall { gpu, free_bytes },
            Reason::SteppedDown { .. } => Self::SteppedDown,
        }
    }
}

/// How a model would lie in memory.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Fit {
    verdict: Verdict,
    /// What else is worth knowing: context cut by memory, a GPU left out.
    notes: Vec<FitWhy>,
    context: u32,
    context_trained: u32,
    kv: KvType,
    layers: u32,
    gpu_layers: u32,
    shares: Vec<DeviceShare>,
    #[cfg_attr(test, ts(type = "number"))]
    needed_bytes: u64,
    #[cfg_attr(test, ts(type = "number"))]
    available_bytes: u64,
    estimate: Option<Estimate>,
    /// A typical answer takes longer than the person accepts.
    exceeds_patience: bool,
}

/// One quantisation of a model.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct QuantView {
    quant: String,
    #[cfg_attr(test, ts(type = "number"))]
    bytes: u64,
    /// False where only a rounded size is known.
    exact: bool,
    parts: u32,
    /// The publisher's page.
    page: String,
    /// What the disk lacks for it.
    disk_short: Option<DiskShort>,
    /// What `choose_model` takes where it is on this machine.
    model: Option<String>,
    /// The program that holds it, where that is another.
    holder: Option<Holder>,
}

#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct Benchmark {
    name: String,
    value: f64,
}

/// What the catalogue tells of a model.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Lineage {
    /// The makers' own name, which the world knows.
    made_as: String,
    story: String,
    /// What it is good for, by language; empty where nobody says it.
    good_for: BTreeMap<String, String>,
    /// What it was made from, by the name its makers gave that.
    base: String,
    licence: String,
    base_licence: String,
    #[cfg_attr(test, ts(type = "number"))]
    parameters: u64,
    /// Those that one token uses.
    #[cfg_attr(test, ts(type = "number"))]
    active_parameters: u64,
    /// GPQA diamond first.
    benchmarks: Vec<Benchmark>,
    source: String,
    quants: Vec<QuantView>,
}

/// A model that could be run.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Candidate {
    /// Id in the catalogue, or the path of an own file.
    id: String,
    name: String,
    /// Null for an own file.
    lineage: Option<Lineage>,
    /// What `choose_model` takes where it is on this machine.
    model: Option<String>,
    /// The program that holds it, where that is another.
    holder: Option<Holder>,
    /// It is no R1.
    stranger: bool,
    quant: String,
    #[cfg_attr(test, ts(type = "number"))]
    bytes: u64,
    fit: Fit,
}

/// What to take, by ids.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Advice {
    best: Option<String>,
    faster: Option<String>,
    smarter: Option<String>,
}

/// Which R1 runs here.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Survey {
    machine: MachineView,
    notes: Vec<SurveyNote>,
    candidates: Vec<Candidate>,
    advice: Advice,
    #[cfg_attr(test, ts(type = "number"))]
    patience_ms: u64,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct SurveyRequest {
    /// Measures the machine anew.
    pub(crate) again: bool,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct FitRequest {
    pub(crate) id: String,
    pub(crate) quant: Option<String>,
    pub(crate) context: Option<u32>,
    pub(crate) kv: Option<KvType>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct PatienceRequest {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) patience_ms: u64,
}

impl From<KvType> for fit::KvType {
    fn from(kv: KvType) -> Self {
        match kv {
            KvType::F16 => Self::F16,
            KvType::Q8_0 => Self::Q8_0,
        }
    }
}

impl From<app::survey::Survey> for Survey {
    fn from(survey: app::survey::Survey) -> Self {
        let id = |place: Option<usize>| place.map(|place| survey.candidates[place].id.clone());
        let advice = Advice {
            best: id(survey.advice.best),
            faster: id(survey.advice.faster),
            smarter: id(survey.advice.smarter),
        };
        let machine = &survey.machine;
        let candidates = survey.candidates.iter();
        Self {
            candidates: candidates
                .map(|candidate| shown(candidate, machine, survey.patience_ms))
                .collect(),
            advice,
            notes: survey.notes.into_iter().map(Into::into).collect(),
            patience_ms: survey.patience_ms,
            machine: machine.into(),
        }
    }
}

impl From<&fit::Machine> for MachineView {
    fn from(machine: &fit::Machine) -> Self {
        Self {
            cpu: machine.cpu.clone(),
            cores: machine.cores.physical,
            total_bytes: machine.total_bytes,
            available_bytes: machine.available_bytes,
            gpus: machine
                .gpus
                .iter()
                .map(|gpu| GpuView {
                    description: gpu.description.clone(),
                    backend: gpu.backend.clone(),
                    shares_memory: gpu.kind.shares_memory(),
                    total_bytes: gpu.total_bytes,
                    free_bytes: gpu.free_bytes,
                })
                .collect(),
            bytes_per_second: machine.speed.map(|speed| speed.memory_bytes_per_second),
            disk_free_bytes: machine.disk.as_ref().map(|disk| disk.free_bytes),
        }
    }
}

fn shown(
    candidate: &app::survey::Candidate,
    machine: &fit::Machine,
    patience_ms: u64,
) -> Candidate {
    let lineage = candidate.member.as_ref().map(|member| Lineage {
        made_as: member.made_as.clone(),
        story: member.lineage.clone(),
        good_for: member.good_for.clone(),
        base: member.base.clone(),
        licence: member.licence.clone(),
        base_licence: member.base_licence.clone(),
        parameters: member.parameters,
        active_parameters: member.active_parameters,
        benchmarks: benchmarks(member),
        source: member.benchmarks.source.clone(),
        quants: member
            .files
            .iter()
            .map(|file| quant(file, candidate, machine))
            .collect(),
    });
    let path = candidate.path.as_ref();
    Candidate {
        id: candidate.id.clone(),
        name: candidate.name.clone(),
        lineage,
        holder: candidate.holder.map(Into::into),
        stranger: candidate.stranger.is_some(),
        model: path.map(|path| path.display().to_string()),
        quant: candidate.quant.clone(),
        bytes: candidate.bytes,
        fit: fit_of(candidate, machine, patience_ms),
    }
}

fn benchmarks(member: &Member) -> Vec<Benchmark> {
    let first = ("GPQA diamond", member.benchmarks.gpqa_diamond);
    let all = std::iter::once(first).chain(member.benchmarks.others.iter().copied());
    all.map(|(name, value)| Benchmark {
        name: name.to_owned(),
        value,
    })
    .collect()
}

fn quant(file: &File, candidate: &app::survey::Candidate, machine: &fit::Machine) -> QuantView {
    let bytes = file.size.bytes();
    let name = file.quant.as_str();
    let here = candidate.here.iter().find(|here| here.quant == name);
    let path = here.and_then(|here| here.path.as_ref());
    QuantView {
        quant: name.to_owned(),
        bytes,
        exact: matches!(file.size, Size::Exact(_)),
        parts: u32::try_from(file.parts.len()).unwrap_or(u32::MAX),
        page: file.page(),
        disk_short: candidate.disk_short(machine, name).map(Into::into),
        model: path.map(|path| path.display().to_string()),
        holder: here.and_then(|here| here.holder).map(Into::into),
    }
}

/// A plan in numbers, for a person who accepts so many milliseconds for an answer.
pub(crate) fn fit_of(
    candidate: &app::survey::Candidate,
    machine: &fit::Machine,
    patience_ms: u64,
) -> Fit {
    fit_of_plan(&candidate.plan, machine, patience_ms)
}

/// The same of a model that is no candidate yet.
pub(super) fn fit_of_plan(plan: &fit::Plan, machine: &fit::Machine, patience_ms: u64) -> Fit {
    Fit {
        verdict: match plan.verdict {
            fit::Verdict::Comfortable => Verdict::Comfortable,
            fit::Verdict::Tight => Verdict::Tight,
            fit::Verdict::Slow => Verdict::Slow,
            fit::Verdict::TooBig => Verdict::TooBig,
        },
        notes: plan.reasons.iter().map(FitWhy::of).collect(),
        context: plan.context,
        context_trained: plan.context_trained,
        kv: match plan.kv {
            fit::KvType::F16 => KvType::F16,
            fit::KvType::Q8_0 => KvType::Q8_0,
        },
        layers: plan.layers,
        gpu_layers: plan.placement.gpu_layers,
        shares: plan
            .shares
            .iter()
            .map(|share| DeviceShare {
                device: match &share.device {
                    Device::Memory => "Memory".to_owned(),
                    Device::Gpu(name) => machine
                        .gpus
                        .iter()
                        .find(|gpu| gpu.name == *name)
                        .map_or_else(|| name.clone(), |gpu| gpu.description.clone()),
                },
                weights_bytes: share.weights_bytes,
                cache_bytes: share.cache_bytes,
                other_bytes: share.compute_bytes.saturating_add(share.other_bytes),
                available_bytes: share.available_bytes,
                layers: share.layers,
            })
            .collect(),
        needed_bytes: plan.needed_bytes(),
        available_bytes: plan.available_bytes(),
        estimate: plan.estimate.map(|estimate| Estimate {
            decode_per_second: estimate.decode_per_second,
            prompt_per_second: estimate.prompt_per_second,
            answer_ms: estimate.answer_ms,
            least_ms: estimate.least_ms,
            most_ms: estimate.most_ms,
            prompt_tokens: estimate.typical.prompt_tokens,
            thinking_tokens: estimate.typical.thinking_tokens,
            answer_tokens: estimate.typical.answer_tokens,
            replies: estimate.replies,
        }),
        exceeds_patience: plan.exceeds(patience_ms),
    }
}
