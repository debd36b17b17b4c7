//! `bench/speed`: Spud's engine beside llama.cpp's own `llama-bench` and `llama-server`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "figures on standard output, progress on standard error"
)]

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use bench::figures;
use bench::ours;
use bench::peers::Peers;
use bench::speed::{Bench, Row};
use clap::Parser;
use clap::builder::PossibleValuesParser;

/// Measures Spud's engine beside llama.cpp's llama-bench and llama-server, in turns, and
/// llama-cpp-2 driven bare as the control. The whole table takes half an hour and more; close
/// everything else first.
#[derive(Parser)]
#[command(after_help = rows())]
struct Arguments {
    /// The folder of llama.cpp's programs; `bench/speed` builds them where none is named.
    #[arg(long)]
    peers: PathBuf,
    /// A GGUF file in place of random weights in the shape of R1's 1.5B at `Q4_K_M`.
    #[arg(long)]
    model: Option<PathBuf>,
    /// Threads that compute, on every side; all cores unless told.
    #[arg(long)]
    threads: Option<u32>,
    /// Runs of each side.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Without the control, which saves a fifth of the time.
    #[arg(long)]
    no_control: bool,
    /// Ours with plain attention where it can be, as the product chooses for long replies.
    #[arg(long)]
    plain: bool,
    /// Only these rows.
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = names())]
    only: Vec<String>,
    /// One JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

fn names() -> PossibleValuesParser {
    Row::ALL
        .iter()
        .map(|row| row.name)
        .collect::<Vec<_>>()
        .into()
}

fn rows() -> String {
    let line = |row: &Row| format!("  {:<10}  {}\n", row.name, row.about);
    format!("Rows:\n{}", Row::ALL.iter().map(line).collect::<String>())
}

fn main() -> ExitCode {
    bench::finish(measure(&Arguments::parse()))
}

fn measure(arguments: &Arguments) -> io::Result<()> {
    let bench = Bench {
        peers: Peers::of(&arguments.peers)?,
        model: arguments.model.clone(),
        threads: arguments.threads.unwrap_or_else(ours::all_cores),
        rounds: arguments.rounds.max(1),
        control: !arguments.no_control,
        plain: arguments.plain,
    };
    let [ours, theirs] = bench.peers.versions()?;
    eprintln!("bench: ours is built on {ours}, the peers are {theirs}");
    eprintln!(
        "bench: {} threads, cache f16, no GPU; the peers with flash attention, as they choose, and \
         batches of 512, ours with {}",
        bench.threads,
        if bench.plain {
            "plain attention where it can be, and smaller batches".to_owned()
        } else {
            format!("the same and batches of {}", fit::BATCH)
        },
    );
    let wanted = |row: &&Row| {
        arguments.only.is_empty() || arguments.only.iter().any(|name| name == row.name)
    };
    let mut all = Vec::new();
    for row in Row::ALL.iter().filter(wanted) {
        eprintln!("bench: {}, {} rounds", row.about, bench.rounds);
        let figures = row.measure(&bench)?;
        if arguments.json {
            // A row may take minutes, and the one behind it may fail.
            print!("{}", figures::text(&figures, true));
        }
        all.extend(figures);
    }
    if !arguments.json {
        print!("{}", figures::text(&all, false));
    }
    Ok(())
}
