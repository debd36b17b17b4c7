//! `bench/forecast`: how fast the forecast says a model writes, beside how fast it does.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "figures on standard output, progress on standard error"
)]

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use bench::figures::{self, Figure, Target};
use bench::ours::{self, Ours};
use bench::planned::{self, Planned};
use bench::synthetic::{self, Model};
use clap::Parser;
use engine::message::{DeviceKind, Probe};
use fit::{Ask, KvType, Learned, Machine, Observed, Rates, Speed, Typical};

/// Measures the processor as the product does, forecasts models of R1's family (random weights, or
/// the files that are named), lets each write, and compares: before the first reply, and after
/// three that were learned from. Close everything else first.
#[derive(Parser)]
struct Arguments {
    /// GGUF files; without any, one of each kind is made (some 5 GB).
    models: Vec<PathBuf>,
    /// Tokens to write in each reply.
    #[arg(long, default_value_t = 120)]
    tokens: u32,
    /// One JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

/// Replies that are learned from, and then the ones that are judged.
const LEARNED_FROM: usize = 3;
const JUDGED: usize = 3;

/// Words of the prompt.
const WORDS: usize = 60;

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
    let machine = measured()?;
    let mut all = Vec::new();
    for path in &models {
        all.extend(compare(path, &machine, arguments.tokens)?);
    }
    print!("{}", figures::text(&all, arguments.json));
    Ok(())
}

/// This machine, with the speeds that the engine's probe measures.
fn measured() -> io::Result<Machine> {
    let machine = planned::unlimited();
    let limit = Duration::from_mins(1);
    let asked = Probe {
        gpus: false,
        measure: true,
        threads: machine.threads(),
    };
    let devices =
        engine::probe::probe(&ours::program()?, asked, limit).map_err(io::Error::other)?;
    let found = devices
        .iter()
        .find(|device| device.kind == DeviceKind::Processor)
        .and_then(|device| device.measured)
        .ok_or_else(|| io::Error::other("the engine did not measure the processor"))?;
    Ok(Machine {
        speed: Some(Speed {
            memory_bytes_per_second: found.weight_bytes_per_second,
            weight_bytes_per_second: Some(found.weight_bytes_per_second),
            operations_per_second: Some(found.operations_per_second),
            beside_others: false,
        }),
        ..machine
    })
}

fn compare(path: &std::path::Path, machine: &Machine, tokens: u32) -> io::Result<Vec<Figure>> {
    let ask = Ask {
        context: Some(4_096),
        kv: Some(KvType::F16),
    };
    let planned = Planned::new(path, machine, ask)?;
    let stem = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    eprintln!("{stem}");
    let ours = Ours::holding(planned.load())?;
    let mut learned = Learned::default();
    let (mut before, mut after, mut prompts) = (Vec::new(), Vec::new(), Vec::new());
    for reply in 0..LEARNED_FROM + JUDGED {
        // Another first word each time, so that nothing of the prompt is kept.
        let question = format!("{reply} {}", "potato ".repeat(WORDS));
        let told = ours.ask(&question, ours::greedy(), tokens);
        if let Some(failure) = ours::failure(&told) {
            return Err(io::Error::other(format!("{stem}: {}", failure.message)));
        }
        let cost = told.statistics;
        let written = cost.so_far.thinking_tokens + cost.so_far.answer_tokens;
        let used = f64::from(cost.prompt_tokens) + f64::from(written) / 2.0;
        let computed = planned
            .plan
            .rates(planned.anatomy(), machine, used)
            .ok_or_else(|| io::Error::other("nothing was forecast"))?;
        if reply < LEARNED_FROM {
            before.push(computed.decode / cost.decode_per_second);
            prompts.push(computed.prompt / cost.prompt_per_second);
            let observed = Observed {
                prompt_tokens: cost.prompt_tokens,
                cached_tokens: cost.cached_tokens,
                thinking_tokens: cost.so_far.thinking_tokens,
                answer_tokens: cost.so_far.answer_tokens,
                measured: Rates {
                    decode: cost.decode_per_second,
                    prompt: cost.prompt_per_second,
                },
                computed,
                complete: false,
            };
            learned.learn("here", &stem, &observed);
        } else {
            let correction = learned.correction("here", &stem, Typical::ASSUMED);
            let corrected = computed.decode * correction.decode;
            after.push(corrected / cost.decode_per_second);
        }
    }
    let near = |name: &str, runs: Vec<f64>, far: f64| {
        Figure::new(format!("{stem}: {name}, forecast / measured"), "", runs)
            .with(Target::NearOne(far))
    };
    Ok(vec![
        near("decode before the first reply", before, 0.25),
        near("decode after three", after, 0.1),
        Figure::new(format!("{stem}: prompt, forecast / measured"), "", prompts),
    ])
}
