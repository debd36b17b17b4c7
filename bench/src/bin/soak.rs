//! `bench/soak`: the product under fire. What is tried is told by `--help`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the table on standard output, progress on standard error"
)]

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use bench::soak::{self, Fault, drowned, faults, growing, kills, long, player, together};
use clap::{Parser, ValueEnum};

/// Tries to make the product lose something: its program killed at any moment, its disk full, its
/// files damaged, its day long, its network gone. Prints a table of the faults tried, survived and
/// lost, and ends with 1 where anything was lost. All of it takes half an hour and more; some parts
/// need root, and say so.
#[derive(Parser)]
struct Arguments {
    /// What to try; all of it where nothing is named.
    #[arg(long, value_enum)]
    only: Vec<Part>,
    /// How often a session is killed.
    #[arg(long, default_value_t = 200)]
    kills: usize,
    /// Replies of a long day.
    #[arg(long, default_value_t = 500)]
    replies: usize,
    /// Crashes of the engine.
    #[arg(long, default_value_t = 50)]
    crashes: usize,
    /// The moments and what is done in a session follow from it.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// One JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
    /// Plays the user at this home, for a process of this program that is killed.
    #[arg(long, hide = true)]
    play: Option<PathBuf>,
    /// The player keeps to its own chats.
    #[arg(long, hide = true)]
    among: bool,
    /// Plays a long day at this home, for a process whose memory is looked at.
    #[arg(long, hide = true)]
    day: Option<PathBuf>,
    /// Plays at this home, for a process whose memory will not do.
    #[arg(long, hide = true)]
    drown: Option<PathBuf>,
    /// Takes memory until that process is gone.
    #[arg(long, hide = true)]
    take_all_until: Option<i32>,
    /// Things that the player does.
    #[arg(long, hide = true, default_value_t = 14)]
    steps: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// kill -9 at random moments of a session.
    Kills,
    /// A full disk, a folder that cannot be written, wrong clocks, files that are damaged or newer, too
    /// little memory.
    Faults,
    /// Windows and terminals on one folder at once.
    Together,
    /// What saving a long reply writes.
    Growing,
    /// Hundreds of replies in one process, and crashes of the engine.
    Long,
    /// The window without a network, and its packets counted with one.
    Offline,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(home) = &arguments.play {
        return bench::finish(player::play(
            home,
            arguments.seed,
            arguments.steps,
            arguments.among,
        ));
    }
    if let Some(home) = &arguments.day {
        return bench::finish(long::play(home, arguments.replies, arguments.crashes));
    }
    if let Some(home) = &arguments.drown {
        return bench::finish(drowned::play(home));
    }
    if let Some(engine) = arguments.take_all_until {
        return bench::finish(drowned::take_all(engine));
    }
    let faults = run(&arguments);
    print!("{}", soak::text(&faults, arguments.json));
    ExitCode::from(u8::from(faults.iter().any(|fault| fault.failed > 0)))
}

fn run(arguments: &Arguments) -> Vec<Fault> {
    let is_asked = |part| arguments.only.is_empty() || arguments.only.contains(&part);
    let mut progress = |line: &str| eprintln!("soak: {line}");
    let mut found = Vec::new();
    // A part that cannot go on has lost, and keeps the others from nothing.
    let mut take = |part: Part, tried: &mut dyn FnMut() -> io::Result<Vec<Fault>>| {
        if is_asked(part) {
            found.extend(tried().unwrap_or_else(|error| {
                vec![Fault::once(format!("{part:?}"), vec![error.to_string()])]
            }));
        }
    };
    let seed = arguments.seed;
    take(Part::Kills, &mut || {
        kills::run(arguments.kills, seed, &mut progress)
    });
    take(Part::Faults, &mut || faults::run(seed));
    take(Part::Faults, &mut || Ok(vec![drowned::run()?]));
    take(Part::Together, &mut || together::run(seed, &mut progress));
    take(Part::Growing, &mut || Ok(vec![growing::run()?]));
    take(Part::Long, &mut || {
        long::run(arguments.replies, arguments.crashes, &mut progress)
    });
    take(Part::Offline, &mut || Ok(vec![offline()?]));
    found
}

/// The script beside this program's sources that takes the network away.
fn offline() -> io::Result<Fault> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/offline");
    let told = std::process::Command::new(script)
        .stderr(std::process::Stdio::inherit())
        .output()?;
    let said = String::from_utf8_lossy(&told.stdout);
    let note = said
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("offline: "));
    let lost = (!told.status.success()).then(|| "see above".to_owned());
    let fault = Fault::once("the window without a network", lost.into_iter().collect());
    Ok(fault.noting(note.unwrap_or_default()))
}
