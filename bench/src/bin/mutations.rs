//! `bench/mutations`: Sprout broken in thousands of ways, each loaded and asked as the product does.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the table on standard output, progress and what was lost on standard error"
)]

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use bench::mutations::trial::{self, Outcome, Told};
use bench::mutations::{self, Mutation, file::File};
use clap::Parser;
use serde_json::json;

/// Breaks Sprout in thousands of ways (keys, tensors, vocabulary, template, data, frame), loads each
/// in a process of its own, asks it a question, and counts what became of them. Fails where one
/// hangs, takes more than a gibibyte, or makes our own code panic. About five minutes on two cores.
#[derive(Parser)]
struct Arguments {
    /// So many of them, spread evenly; all unless told.
    #[arg(long)]
    sample: Option<usize>,
    /// Those whose line (kind, field, what is done) holds this text.
    #[arg(long)]
    only: Option<String>,
    /// What is drawn by lot is the same for the same seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many are tried at once.
    #[arg(long, default_value_t = 2)]
    at_once: usize,
    /// One JSON object a line for each of them, instead of the table.
    #[arg(long)]
    json: bool,
    /// Keeps the files that crash the engine, and all that are lost, in this folder.
    #[arg(long)]
    keep: Option<PathBuf>,
}

fn main() -> ExitCode {
    bench::finish(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> io::Result<()> {
    let sound = fs_err::read(mutations::sprout())?;
    let sound = File::of(&sound).ok_or_else(|| io::Error::other("Sprout is no sound file"))?;
    let mut all = mutations::all(&sound, arguments.seed);
    if let Some(only) = &arguments.only {
        all.retain(|mutation| mutation.to_string().contains(only));
    }
    if let Some(count) = arguments.sample {
        all = mutations::sample(all, count);
    }
    let folder = tempfile::tempdir()?;
    if let Some(keep) = &arguments.keep {
        fs_err::create_dir_all(keep)?;
    }
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, Told)>> = Mutex::default();
    let work = || -> io::Result<()> {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(mutation) = all.get(number) else {
                return Ok(());
            };
            let told = try_one(mutation, number, &sound, folder.path(), arguments)?;
            let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
            results.push((number, told));
            let done = results.len();
            drop(results);
            if done.is_multiple_of(100) {
                eprintln!("{done} of {}", all.len());
            }
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..arguments.at_once.max(1))
            .map(|_| scope.spawn(work))
            .collect();
        workers.into_iter().try_for_each(|worker| {
            worker
                .join()
                .map_err(|_| io::Error::other("a worker panicked"))?
        })
    })?;
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(number, _)| *number);
    report(&all, &results, arguments)
}

fn try_one(
    mutation: &Mutation,
    number: usize,
    sound: &File,
    folder: &Path,
    arguments: &Arguments,
) -> io::Result<Told> {
    let path = folder.join(format!("{number}.gguf"));
    fs_err::write(&path, mutation.of(sound))?;
    let told = trial::of(&path);
    let keeps = told.outcome.is_defect() || told.outcome == Outcome::Crashed;
    if let Some(keep) = arguments.keep.as_ref().filter(|_| keeps) {
        fs_err::copy(&path, keep.join(format!("{number}.gguf")))?;
    }
    fs_err::remove_file(&path)?;
    Ok(told)
}

fn report(all: &[Mutation], results: &[(usize, Told)], arguments: &Arguments) -> io::Result<()> {
    let mut counts: BTreeMap<&str, BTreeMap<Outcome, usize>> = BTreeMap::new();
    let mut lost = 0;
    for (number, told) in results {
        let mutation = &all[*number];
        *counts
            .entry(mutation.kind)
            .or_default()
            .entry(told.outcome)
            .or_default() += 1;
        if told.outcome.is_defect() {
            lost += 1;
            eprintln!(
                "LOST {number}: {mutation}: {:?}: {}",
                told.outcome, told.said
            );
        }
        if arguments.json {
            let line = json!({
                "number": number,
                "kind": mutation.kind,
                "field": mutation.field,
                "what": mutation.what,
                "outcome": format!("{:?}", told.outcome),
                "said": told.said,
                "peak_bytes": told.peak_bytes,
                "ms": u64::try_from(told.took.as_millis()).unwrap_or(u64::MAX),
            });
            println!("{line}");
        }
    }
    if !arguments.json {
        table(&counts);
        let peak = results.iter().map(|(_, told)| told.peak_bytes).max();
        let took = results.iter().map(|(_, told)| told.took).max();
        println!(
            "\nThe most memory that an engine held: {} MiB. The longest trial: {:.1} s.",
            peak.unwrap_or(0) >> 20,
            took.unwrap_or_default().as_secs_f64()
        );
    }
    io::stdout().flush()?;
    if lost > 0 {
        return Err(io::Error::other(format!(
            "{lost} lost; they are named above"
        )));
    }
    Ok(())
}

fn table(counts: &BTreeMap<&str, BTreeMap<Outcome, usize>>) {
    print!("| {:<24} | tried |", "kind");
    for (_, name) in Outcome::ALL {
        print!(" {name} |");
    }
    print!("\n| --- | --- |");
    println!("{}", " --- |".repeat(Outcome::ALL.len()));
    let mut sums = BTreeMap::new();
    for (kind, counts) in counts {
        for (outcome, count) in counts {
            *sums.entry(*outcome).or_insert(0) += count;
        }
        row(kind, counts);
    }
    row("all", &sums);
}

fn row(kind: &str, counts: &BTreeMap<Outcome, usize>) {
    print!("| {kind:<24} | {:>5} |", counts.values().sum::<usize>());
    for (outcome, name) in Outcome::ALL {
        let count = counts.get(&outcome).copied().unwrap_or(0);
        print!(" {count:>width$} |", width = name.len());
    }
    println!();
}
