//! `bench/busy`: how fast words come while other programs keep every core busy, and what watching
//! for that costs while none does: Spud's engine beside llama-cpp-2 driven bare, in turns.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "figures on standard output, progress on standard error"
)]

use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitCode, Stdio};

use bench::figures::{self, Figure, Target};
use bench::others::Others;
use bench::ours::{self, Ours, Setup};
use bench::synthetic::{self, Model};
use clap::Parser;
use engine::message::End;
use serde_json::Value;

/// Measures decode and prompt speed beside loops that keep every core busy, and without them.
/// About two minutes; close everything else first.
#[derive(Parser)]
struct Arguments {
    /// The GGUF file; without one, random weights in the shape of R1's 1.5B at `Q4_K_M`, made on
    /// the first run (1.1 GB).
    #[arg(long)]
    model: Option<PathBuf>,
    /// Threads that compute; all cores unless told.
    #[arg(long)]
    threads: Option<u32>,
    /// Loops that run; as many as cores unless told.
    #[arg(long)]
    loops: Option<u32>,
    /// Words of the prompt.
    #[arg(long, default_value_t = 200)]
    words: usize,
    /// Tokens to write.
    #[arg(long, default_value_t = 100)]
    tokens: u32,
    /// Runs of each side.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// One JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

/// Speeds of one side in one state of the machine, run by run.
#[derive(Default)]
struct Runs {
    prompt: Vec<f64>,
    decode: Vec<f64>,
}

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
    let setup = Setup {
        model: synthetic::at(&model, &Model::QWEN2)?,
        context: 2048,
        threads: arguments.threads.unwrap_or_else(ours::all_cores),
        plain: None,
    };
    let question = "what is the sum of these numbers ".repeat(arguments.words.div_ceil(7));
    let mut runs: [[Runs; 2]; 2] = Default::default();
    for round in 0..arguments.rounds.max(1) {
        for busy in [false, true] {
            for side in [round % 2, 1 - round % 2] {
                let loops = if busy {
                    arguments.loops.unwrap_or_else(ours::all_cores)
                } else {
                    0
                };
                let (prompt, decode) = if side == 0 {
                    run_ours(&setup, loops, &question, arguments.tokens)?
                } else {
                    run_bare(&setup, loops, &question, arguments.tokens)?
                };
                let name = ["ours", "bare"][side];
                eprintln!("bench: {name}, {loops} loops: prompt {prompt:.1}, decode {decode:.1}");
                let runs = &mut runs[usize::from(busy)][side];
                runs.prompt.push(prompt);
                runs.decode.push(decode);
            }
        }
    }
    let [alone, busy] = runs;
    let mut figures = compare("alone", alone, Target::AtLeast(0.98), None);
    figures.extend(compare("busy", busy, Target::AtLeast(2.0), Some(1.0)));
    Ok(figures)
}

fn compare(
    state: &str,
    [ours, bare]: [Runs; 2],
    decode: Target,
    prompt: Option<f64>,
) -> Vec<Figure> {
    let mut both = vec![
        Figure::ratio(
            format!("decode, {state}, ours / bare"),
            &ours.decode,
            &bare.decode,
        )
        .with(decode),
    ];
    let ratio = Figure::ratio(
        format!("prompt, {state}, ours / bare"),
        &ours.prompt,
        &bare.prompt,
    );
    both.push(match prompt {
        Some(least) => ratio.with(Target::AtLeast(least)),
        None => ratio,
    });
    for (side, runs) in [("ours", ours), ("bare", bare)] {
        both.push(Figure::new(
            format!("decode, {state}, {side}"),
            "tok/s",
            runs.decode,
        ));
        both.push(Figure::new(
            format!("prompt, {state}, {side}"),
            "tok/s",
            runs.prompt,
        ));
    }
    both
}

/// Each run is a process of its own that has learned nothing yet. The loops start when it is loaded.
fn run_ours(setup: &Setup, loops: u32, question: &str, tokens: u32) -> io::Result<(f64, f64)> {
    let engine = Ours::start(setup)?;
    let _busy = Others::begin(loops);
    let told = engine.ask(question, ours::greedy(), tokens);
    if told.end != End::Length {
        let end = told.end;
        return Err(io::Error::other(format!("it ended early: {end:?}")));
    }
    let statistics = told.statistics;
    Ok((statistics.prompt_per_second, statistics.decode_per_second))
}

fn run_bare(setup: &Setup, loops: u32, question: &str, tokens: u32) -> io::Result<(f64, f64)> {
    let (mut child, mut said) = bare(setup, tokens)?;
    said.read_line(&mut String::new())?;
    let _busy = Others::begin(loops);
    let mut stdin = child.stdin.take().expect("BUG: it was asked for");
    stdin.write_all(question.as_bytes())?;
    drop(stdin);
    let mut line = String::new();
    said.read_line(&mut line)?;
    child.wait()?;
    let answer: Value = serde_json::from_str(&line)
        .map_err(|_| io::Error::other(format!("bench-bare said {line:?}")))?;
    let number = |key: &str| {
        let missing = || io::Error::other(format!("no {key} in {line}"));
        answer[key].as_f64().ok_or_else(missing)
    };
    let prompt = number("prompt_tokens")? / number("first_token_s")?;
    Ok((prompt, number("decode_per_second")?))
}

/// The other side, with Spud's batches and weights in memory of its own, so that threads are the
/// one difference.
fn bare(setup: &Setup, tokens: u32) -> io::Result<(Child, BufReader<ChildStdout>)> {
    let program = std::env::current_exe()?.with_file_name("bench-bare");
    let mut child = Command::new(program)
        .arg(&setup.model)
        .args(["--context", &setup.context.to_string()])
        .args(["--threads", &setup.threads.to_string()])
        .args(["--tokens", &tokens.to_string()])
        .args(["--batch", &fit::BATCH.to_string(), "--no-mmap"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let said = BufReader::new(child.stdout.take().expect("BUG: it was asked for"));
    Ok((child, said))
}
