//! `bench/sampling`: what the engine does for a token besides computing it, beside a step of the
//! computation: choosing it, and telling its text; and what drafting further tokens brings.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "figures on standard output, progress on standard error"
)]

#[path = "../../../crates/engine-llama/src/sampler.rs"]
mod sampler;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use bench::figures::{self, Figure, Target};
use bench::ours::{self, Ours, Setup};
use bench::synthetic::{self, Model};
use bench::transcripts;
use clap::Parser;
use engine::frame;
use engine::governor::Loops;
use engine::message::{Drafts, Event, Sampling, SoFar};
use engine::prompt::Begins;
use engine::splitter::{Splitter, Tags};
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::token::LlamaToken;

use crate::sampler::Sampler;

/// Measures what a token costs besides its computation, and what drafts bring. Takes two minutes;
/// close everything else first.
#[derive(Parser)]
struct Arguments {
    /// The GGUF file whose step is the measure; without one, random weights in the shape of R1's
    /// 1.5B at `Q4_K_M`, made on the first run (1.1 GB).
    #[arg(long)]
    model: Option<PathBuf>,
    /// Tokens to write, and to choose and tell.
    #[arg(long, default_value_t = 200)]
    tokens: u32,
    /// Runs.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Only what drafts bring to this reply.
    #[arg(long, value_parser = transcripts::ALL.map(|transcript| transcript.name))]
    only: Option<String>,
    /// One JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

/// Entries of R1's vocabulary in its Qwen models.
const WORDS: usize = 151_936;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    bench::finish(measure(&arguments).map(|figures| {
        print!("{}", figures::text(&figures, arguments.json));
    }))
}

fn measure(arguments: &Arguments) -> io::Result<Vec<Figure>> {
    let model = match &arguments.model {
        Some(path) => path.clone(),
        None => synthetic::home(&Model::QWEN2)?,
    };
    if arguments.only.is_some() {
        return drafting(&model, arguments);
    }
    eprintln!("bench: steps");
    let steps = steps(&model, arguments)?;
    let mut figures = vec![Figure::new("a step", "ms", steps.clone())];
    figures.extend(drafting(&model, arguments)?);
    eprintln!("bench: choosing");
    for (what, row) in [
        ("R1's rules, random weights", flat()),
        ("R1's rules, sure of itself", sure()),
    ] {
        let took = choosing(&row, &Sampling::of_r1(1), arguments);
        let ratio = Figure::ratio(format!("{what} / a step"), &took, &steps);
        figures.push(Figure::new(what, "ms", took));
        figures.push(ratio.with(Target::AtMost(0.02)));
    }
    let took = choosing(&flat(), &ours::greedy(), arguments);
    figures.push(Figure::new("the likeliest", "ms", took));
    eprintln!("bench: telling");
    let took = telling(&model, arguments)?;
    let ratio = Figure::ratio("text of a token / a step", &took, &steps);
    figures.push(Figure::new("text of a token", "ms", took));
    figures.push(ratio.with(Target::AtMost(0.01)));
    Ok(figures)
}

/// Milliseconds of a step, run by run.
fn steps(model: &Path, arguments: &Arguments) -> io::Result<Vec<f64>> {
    let engine = start(model)?;
    let step = |_| {
        let told = engine.ask("Why?", ours::greedy(), arguments.tokens);
        1000.0 / told.statistics.decode_per_second
    };
    Ok((0..arguments.rounds.max(1)).map(step).collect())
}

/// What drafts bring where a reply says again what was said, and what they cost where it does not.
fn drafting(model: &Path, arguments: &Arguments) -> io::Result<Vec<Figure>> {
    let engine = start(model)?;
    let mut figures = Vec::new();
    let is_asked = |name| arguments.only.as_deref().is_none_or(|only| only == name);
    for transcript in &transcripts::ALL {
        let name = transcript.name;
        if !is_asked(name) {
            continue;
        }
        eprintln!("bench: {name}");
        let (mut with, mut without) = (Vec::new(), Vec::new());
        let mut told = Vec::new();
        for round in 0..arguments.rounds.max(1) {
            let dictate = |drafts| {
                let told = engine.dictate(transcript, drafts);
                match ours::failure(&told) {
                    Some(failure) => Err(io::Error::other(failure.message.clone())),
                    None => Ok(told.statistics),
                }
            };
            // Each goes first as often as the other, since a machine drifts.
            let (drafting, plain) = if round % 2 == 0 {
                let plain = dictate(Drafts::Never)?;
                (dictate(Drafts::WherePays)?, plain)
            } else {
                (dictate(Drafts::WherePays)?, dictate(Drafts::Never)?)
            };
            with.push(drafting.decode_per_second);
            without.push(plain.decode_per_second);
            let SoFar {
                thinking_tokens,
                answer_tokens,
                ..
            } = drafting.so_far;
            let written = f64::from(thinking_tokens + answer_tokens);
            told.push(f64::from(drafting.accepted_tokens) / written);
        }
        let target = if transcript.repeats { 1.3 } else { 0.99 };
        let ratio = Figure::ratio(format!("decode, {name}, drafts / none"), &with, &without);
        figures.push(ratio.with(Target::AtLeast(target)));
        figures.push(Figure::new(format!("{name}, part accepted"), "", told));
    }
    Ok(figures)
}

fn start(model: &Path) -> io::Result<Ours> {
    Ours::start(&Setup {
        model: model.to_owned(),
        context: 4096,
        threads: ours::all_cores(),
        plain: None,
    })
}

/// A row as random weights give it: bets spread over all words.
fn flat() -> Vec<f32> {
    let mut random = fastrand::Rng::with_seed(1);
    let mut normal = || (0..12).map(|_| random.f32()).sum::<f32>() - 6.0;
    (0..WORDS).map(|_| normal()).collect()
}

/// A row as a trained model gives it most of the time: a few words stand out by far.
fn sure() -> Vec<f32> {
    let mut row = flat();
    for (at, logit) in [(500, 22.0), (20_000, 19.0), (90_000, 18.5), (120_000, 15.0)] {
        row[at] = logit;
    }
    row
}

/// Milliseconds to choose a token, run by run.
fn choosing(row: &[f32], rules: &Sampling, arguments: &Arguments) -> Vec<f64> {
    let mut sampler = Sampler::new(rules);
    let run = |_| {
        let mut took = 0.0;
        for _ in 0..arguments.tokens {
            // The copy is as warm as a row that was just computed.
            let mut row = row.to_vec();
            let begun = Instant::now();
            std::hint::black_box(sampler.sample(&mut row));
            took += begun.elapsed().as_secs_f64();
        }
        1000.0 * took / f64::from(arguments.tokens)
    };
    (0..arguments.rounds.max(1)).map(run).collect()
}

/// Milliseconds from a token's number to its words on the way to whoever shows them, run by run.
fn telling(model: &Path, arguments: &Arguments) -> io::Result<Vec<f64>> {
    kernels::load_from(Path::new(kernels::BUILT_IN));
    let mut backend = LlamaBackend::init().map_err(io::Error::other)?;
    backend.void_logs();
    let params = LlamaModelParams::default().with_vocab_only(true);
    let model = LlamaModel::load_from_file(&backend, model, &params).map_err(io::Error::other)?;
    let sink = File::options().write(true).open("/dev/null")?;
    let run = |_| -> io::Result<f64> {
        let mut splitter = Splitter::new(Begins::InThinking, Tags::AsTokens);
        let mut loops = Loops::default();
        let begun = Instant::now();
        for token in 0..arguments.tokens {
            let token = i32::try_from(token * 37 % 1000 + 200).map_err(io::Error::other)?;
            let piece = model.vocab().token_to_piece(LlamaToken(token), false, None);
            let words = splitter.push(&piece, None);
            loops.push(token);
            let event = Event::Words {
                rethought: false,
                thinking: words.thinking,
                answer: words.answer,
                so_far: SoFar::default(),
            };
            frame::write(&mut &sink, &(1_u64, event)).map_err(io::Error::other)?;
        }
        Ok(1000.0 * begun.elapsed().as_secs_f64() / f64::from(arguments.tokens))
    };
    (0..arguments.rounds.max(1)).map(run).collect()
}
