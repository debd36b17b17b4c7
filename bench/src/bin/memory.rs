//! `bench/memory`: what the plan says a model takes, beside what a real load takes.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "figures on standard output, progress on standard error"
)]

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use bench::figures::{self, Figure, Target};
use bench::ours::{self, Ours};
use bench::planned::{self, Planned};
use bench::synthetic::{self, Model};
use clap::Parser;
use engine::message::{DeviceKind, Probe};
use fit::{Ask, Gpu, GpuKind, KvType, Machine, Speed};

/// Loads models of R1's family (random weights, or the files that are named) with several contexts
/// and cache types, and compares what was planned with what the backends reserved and the process
/// held. With a GPU also with all and with some of the layers on it. Takes some minutes.
#[derive(Parser)]
struct Arguments {
    /// GGUF files; without any, one of each kind is made (some 5 GB).
    models: Vec<PathBuf>,
    /// The engine's name of a GPU to use too, such as `Vulkan0`.
    #[arg(long)]
    gpu: Option<String>,
    /// Only the GPU.
    #[arg(long, requires = "gpu")]
    only_gpu: bool,
    /// One JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

/// Contexts and cache types.
const CASES: [(u32, KvType); 5] = [
    (2_048, KvType::F16),
    (8_192, KvType::F16),
    (32_768, KvType::F16),
    (8_192, KvType::Q8_0),
    (32_768, KvType::Q8_0),
];

/// The place of a load on the processor with plain attention.
const PLAIN: &str = "plain attention";

/// Words of the prompt: more than a batch, so that every buffer is used whole.
const WORDS: usize = 150;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    bench::finish(run(&arguments))
}

fn run(arguments: &Arguments) -> io::Result<()> {
    let models = if arguments.models.is_empty() {
        Model::ALL
            .iter()
            .map(synthetic::home)
            .collect::<io::Result<_>>()?
    } else {
        arguments.models.clone()
    };
    let mut all = Vec::new();
    for path in &models {
        let unlimited = planned::unlimited();
        if !arguments.only_gpu {
            for (context, kv) in CASES {
                all.extend(case(path, &unlimited, context, kv, "processor")?);
                all.extend(case(path, &unlimited, context, kv, PLAIN)?);
            }
        }
        let Some(name) = &arguments.gpu else { continue };
        let whole = with_gpu(&unlimited, name, 1 << 50)?;
        for (context, kv) in CASES {
            all.extend(case(path, &whole, context, kv, "all on the GPU")?);
            // What the GPU would hold of it, and then half of that.
            let plan = Planned::new(path, &whole, ask(context, kv))?.plan;
            let held = plan.shares.last().map_or(0, fit::Share::needed_bytes);
            let half = with_gpu(&unlimited, name, held / 2)?;
            all.extend(case(path, &half, context, kv, "half on the GPU")?);
        }
    }
    print!("{}", figures::text(&all, arguments.json));
    Ok(())
}

fn ask(context: u32, kv: KvType) -> Ask {
    Ask {
        context: Some(context),
        kv: Some(kv),
    }
}

/// Loads once, on the processor also answers once, and compares.
fn case(
    path: &std::path::Path,
    machine: &Machine,
    context: u32,
    kv: KvType,
    place: &str,
) -> io::Result<Vec<Figure>> {
    let planned = Planned::new(path, machine, ask(context, kv))?;
    let plan = &planned.plan;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = format!("{stem}, {context} {kv}, {place}");
    let plain = fit::plain_batch(&planned.geometry, plan, 0);
    let (load, scores) = match (place, plain) {
        (PLAIN, None) => return Ok(Vec::new()),
        (PLAIN, Some(batch)) => (
            planned.load().plainly(batch),
            fit::plain_bytes(&planned.geometry, plan, batch),
        ),
        _ => (planned.load(), 0),
    };
    eprintln!("{name}");
    let is_alone = plan.placement.gpus.is_empty();
    let ours = match Ours::holding(load) {
        Ok(ours) => ours,
        // Such as a cache beyond what a driver lets one buffer hold; the product then does without
        // the GPU.
        Err(error) if !is_alone => {
            eprintln!("  not to be had: {error}");
            return Ok(Vec::new());
        }
        Err(error) => return Err(error),
    };
    let sum = |part: fn(&engine::message::Held) -> u64| ours.held.iter().map(part).sum::<u64>();
    let planned_sum = |part: fn(&fit::Share) -> u64| plan.shares.iter().map(part).sum::<u64>();
    let (weights, cache, compute) = (
        sum(|held| held.weights_bytes),
        sum(|held| held.cache_bytes),
        sum(|held| held.compute_bytes),
    );
    let told_weights = planned_sum(|share| share.weights_bytes);
    let told_cache = planned_sum(|share| share.cache_bytes);
    let told_compute = planned_sum(|share| share.compute_bytes) + scores;
    let mut figures = vec![
        ratio(format!("{name}: weights"), weights, told_weights, 0.03),
        ratio(format!("{name}: cache"), cache, told_cache, 0.03),
        ratio(
            format!("{name}: all buffers"),
            weights + cache + compute,
            told_weights + told_cache + told_compute,
            0.1,
        ),
        Figure::new(format!("{name}: compute"), "MiB", vec![mib(compute)]),
        Figure::new(
            format!("{name}: compute, planned"),
            "MiB",
            vec![mib(told_compute)],
        ),
    ];
    // Every buffer is reserved when a model is loaded; what a process holds shows once it has
    // computed. A GPU that the processor pretends to be would take minutes for that.
    if is_alone {
        let told = ours.ask(&"potato ".repeat(WORDS), ours::greedy(), 2);
        if let Some(failure) = ours::failure(&told) {
            return Err(io::Error::other(format!("{name}: {}", failure.message)));
        }
        let peak = told.statistics.peak_bytes;
        let planned = plan.memory_bytes() + scores;
        // Less is no fault: of a mapped file only what was used is held, and a word's row in the
        // table of words may never be.
        let resident = ratio(format!("{name}: resident"), peak, planned, 0.1);
        figures.push(resident.with(Target::AtMost(1.1)));
    }
    Ok(figures)
}

#[expect(clippy::cast_precision_loss, reason = "a ratio of three digits")]
fn ratio(name: String, actual: u64, planned: u64, far: f64) -> Figure {
    Figure::new(name, "", vec![actual as f64 / planned as f64]).with(Target::NearOne(far))
}

#[expect(clippy::cast_precision_loss, reason = "a figure of three digits")]
fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// The machine with a GPU that has this much memory free and is fast enough to be chosen.
fn with_gpu(machine: &Machine, name: &str, free_bytes: u64) -> io::Result<Machine> {
    let limit = std::time::Duration::from_mins(1);
    let asked = Probe {
        gpus: true,
        measure: false,
        threads: 1,
    };
    let devices =
        engine::probe::probe(&ours::program()?, asked, limit).map_err(io::Error::other)?;
    let device = devices
        .into_iter()
        .find(|device| device.name == name && device.kind != DeviceKind::Processor)
        .ok_or_else(|| io::Error::other(format!("the engine has no GPU `{name}`")))?;
    let gpu = Gpu {
        name: device.name,
        description: device.description,
        backend: device.backend,
        kind: GpuKind::Discrete,
        total_bytes: free_bytes,
        free_bytes,
        speed: Some(Speed {
            memory_bytes_per_second: 1_000_000_000_000,
            ..Speed::default()
        }),
    };
    Ok(Machine {
        gpus: vec![gpu],
        ..machine.clone()
    })
}
