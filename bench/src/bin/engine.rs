//! `bench/engine`: Spud's engine beside llama-cpp-2 driven bare, interleaved, on a model of true
//! shape.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "figures on standard output, progress on standard error"
)]

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use bench::control::{self, Run};
use bench::figures::{self, Figure, Target};
use bench::ours::{self, Ours, Setup};
use bench::planned::{self, Planned};
use bench::synthetic::{self, Model};
use clap::Parser;
use engine::message::{End, Event, Sampling};
use fit::Ask;
use gguf::{Header, KvType};

/// Measures Spud's engine beside llama-cpp-2 driven bare: load, first token, prompt and decode
/// speed, memory, stops, sampling, a question of a megabyte. Takes some minutes; close everything
/// else first.
#[derive(Parser)]
struct Arguments {
    /// The GGUF file; without one, random weights in the shape of R1's 1.5B at `Q4_K_M`, made on
    /// the first run (1.1 GB).
    #[arg(long)]
    model: Option<PathBuf>,
    /// Tokens of context.
    #[arg(long, default_value_t = 4096)]
    context: u32,
    /// Threads that compute; all cores unless told.
    #[arg(long)]
    threads: Option<u32>,
    /// Words of the prompt.
    #[arg(long, default_value_t = 200)]
    words: usize,
    /// Tokens to write.
    #[arg(long, default_value_t = 200)]
    tokens: u32,
    /// Runs of each side.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// One JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

/// Runs of one side.
#[derive(Default)]
struct Runs(Vec<Run>);

impl Runs {
    fn of(&self, part: impl Fn(&Run) -> f64) -> Vec<f64> {
        self.0.iter().map(part).collect()
    }

    #[expect(clippy::cast_precision_loss, reason = "bytes below 2^53")]
    fn peaks(&self, unit: u64) -> Vec<f64> {
        let peaks = self.0.iter().filter_map(|run| run.peak);
        peaks.map(|peak| peak as f64 / unit as f64).collect()
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    bench::finish(measure(&arguments).map(|figures| {
        print!("{}", figures::text(&figures, arguments.json));
    }))
}

fn measure(arguments: &Arguments) -> io::Result<Vec<Figure>> {
    let model = if let Some(path) = &arguments.model {
        path.clone()
    } else {
        let path = synthetic::home(&Model::QWEN2)?;
        if !path.exists() {
            eprintln!("bench: writing {} (1.1 GB)", path.display());
        }
        synthetic::at(&path, &Model::QWEN2)?
    };
    let setup = Setup {
        model,
        context: arguments.context,
        threads: arguments.threads.unwrap_or_else(ours::all_cores),
        plain: None,
    };
    let question = "what is the sum of these numbers ".repeat(arguments.words.div_ceil(7));

    let (mut ours, mut bare) = (Runs::default(), Runs::default());
    for round in 0..arguments.rounds.max(1) {
        eprintln!("bench: round {} of {}", round + 1, arguments.rounds.max(1));
        // Whoever is second finds the file's pages warmer and the processor hotter: take turns.
        if round % 2 == 0 {
            ours.0.push(run_ours(&setup, &question, arguments.tokens)?);
            bare.0
                .push(control::run(&setup, &question, arguments.tokens)?);
        } else {
            bare.0
                .push(control::run(&setup, &question, arguments.tokens)?);
            ours.0.push(run_ours(&setup, &question, arguments.tokens)?);
        }
    }
    let mut figures = compare(&ours, &bare);
    figures.extend(memory(&setup, &ours)?);
    eprintln!("bench: stops");
    figures.extend(stops(&setup, arguments.rounds.max(1))?);
    eprintln!("bench: sampling, and a question of a megabyte");
    figures.extend(costs(&setup, arguments)?);
    Ok(figures)
}

fn compare(ours: &Runs, bare: &Runs) -> Vec<Figure> {
    let mut figures = Vec::new();
    let mut add = |names: [&'static str; 3], unit, part: fn(&Run) -> f64, target| {
        let (ours, bare) = (ours.of(part), bare.of(part));
        let ratio = Figure::ratio(names[2], &ours, &bare);
        figures.push(Figure::new(names[0], unit, ours));
        figures.push(Figure::new(names[1], unit, bare));
        figures.push(match target {
            Some(target) => ratio.with(target),
            None => ratio,
        });
    };
    add(
        ["load, ours", "load, bare", "load, ours / bare"],
        "s",
        |run| run.load,
        None,
    );
    add(
        [
            "first token, ours",
            "first token, bare",
            "first token, ours / bare",
        ],
        "s",
        |run| run.first_token,
        None,
    );
    add(
        ["prompt, ours", "prompt, bare", "prompt, ours / bare"],
        "tok/s",
        |run| run.prompt_per_second,
        None,
    );
    add(
        ["decode, ours", "decode, bare", "decode, ours / bare"],
        "tok/s",
        |run| run.decode_per_second,
        Some(Target::AtLeast(0.97)),
    );
    let peaks = (ours.peaks(1 << 20), bare.peaks(1 << 20));
    if !peaks.0.is_empty() {
        figures.push(Figure::ratio("memory, ours / bare", &peaks.0, &peaks.1));
        figures.push(Figure::new("memory, ours", "MiB", peaks.0));
        figures.push(Figure::new("memory, bare", "MiB", peaks.1));
    }
    figures
}

/// Memory beside what it must hold, and beside what the plan said.
fn memory(setup: &Setup, ours: &Runs) -> io::Result<Vec<Figure>> {
    let header = Header::read_file(&setup.model).map_err(io::Error::other)?;
    let geometry = header.geometry().map_err(io::Error::other)?;
    let cache = geometry.cache_bytes_per_token(KvType::F16) * u64::from(setup.context);
    let must = header.weights_bytes() + cache;
    let ask = Ask {
        context: Some(setup.context),
        kv: Some(KvType::F16),
    };
    let planned = Planned::new(&setup.model, &planned::unlimited(), ask)?;
    if ours.peaks(1).is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![
        Figure::new("memory / (weights + cache)", "", ours.peaks(must)).with(Target::AtMost(1.2)),
        Figure::new("memory / plan", "", ours.peaks(planned.plan.needed_bytes()))
            .with(Target::AtMost(1.0)),
    ])
}

fn run_ours(setup: &Setup, question: &str, tokens: u32) -> io::Result<Run> {
    let engine = Ours::start(setup)?;
    let told = engine.ask(question, ours::greedy(), tokens);
    let statistics = told.statistics;
    let written = statistics.so_far.thinking_tokens + statistics.so_far.answer_tokens;
    if told.end != End::Length || written != tokens {
        let end = told.end;
        return Err(io::Error::other(format!("{written} tokens, then {end:?}")));
    }
    Ok(Run {
        load: engine.load.as_secs_f64(),
        first_token: Duration::from_millis(statistics.first_token_ms).as_secs_f64(),
        prompt_per_second: statistics.prompt_per_second,
        decode_per_second: statistics.decode_per_second,
        peak: engine.peak(),
    })
}

/// How long a stop takes in each stage.
fn stops(setup: &Setup, rounds: usize) -> io::Result<Vec<Figure>> {
    const SOON_MS: f64 = 200.0;
    let (mut loading, mut reading, mut writing) = (Vec::new(), Vec::new(), Vec::new());
    // As long as fits, with room for what the tokenizer makes of it.
    let long = "seven ".repeat(setup.context as usize / 4);
    let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
    for _ in 0..rounds {
        loading.push(milliseconds(Ours::stop_a_load(setup)?));
    }
    for round in 0..rounds {
        // A new process, or the prompt would be in the cache.
        let engine = Ours::start(setup)?;
        let later = Duration::from_millis(37 * round as u64);
        let in_batch = |event: &Event| {
            let reading = matches!(event, Event::Reading { done, .. } if *done > 0);
            if reading {
                // Somewhere inside the computation of the next batch.
                std::thread::sleep(later);
            }
            reading
        };
        reading.push(milliseconds(engine.stop_at(&long, in_batch)?));
        let words = |event: &Event| matches!(event, Event::Words { so_far, .. } if so_far.thinking_tokens > 3);
        writing.push(milliseconds(engine.stop_at("Why?", words)?));
    }
    let figure = |name, runs| Figure::new(name, "ms", runs).with(Target::NeverAbove(SOON_MS));
    Ok(vec![
        figure("stop while loading", loading),
        figure("stop while reading the prompt", reading),
        figure("stop while writing", writing),
    ])
}

/// What sampling by R1's rules costs, and what a question of a megabyte does.
fn costs(setup: &Setup, arguments: &Arguments) -> io::Result<Vec<Figure>> {
    let engine = Ours::start(setup)?;
    let (mut greedy, mut r1, mut megabyte) = (Vec::new(), Vec::new(), Vec::new());
    let text = "seven apples ".repeat((1 << 20) / 13);
    for _ in 0..arguments.rounds.max(1) {
        let decode = |sampling| {
            let told = engine.ask("Why?", sampling, arguments.tokens);
            told.statistics.decode_per_second
        };
        greedy.push(decode(ours::greedy()));
        r1.push(decode(Sampling::of_r1(1)));
        let begun = Instant::now();
        let told = engine.ask(&text, ours::greedy(), 1);
        megabyte.push(begun.elapsed().as_secs_f64());
        if ours::failure(&told).is_none() {
            let end = told.end;
            return Err(io::Error::other(format!(
                "a megabyte was answered: {end:?}"
            )));
        }
    }
    Ok(vec![
        Figure::ratio("decode, R1's sampling / greedy", &r1, &greedy),
        Figure::new("a question of a megabyte is refused", "s", megabyte),
    ])
}
