//! `bench/synthetic`: writes GGUF files of true shape with random weights and says where they are.
#![expect(clippy::print_stdout, reason = "this is what the command is for")]

use std::process::ExitCode;

use bench::synthetic::{self, Model};
use clap::Parser;

/// Writes GGUF files in the shapes of R1's family with random weights, for measuring without a
/// download: the 1.5B unless told. They stay below cargo's target folder.
#[derive(Parser)]
struct Arguments {
    /// Which one, by name.
    #[arg(long, value_parser = Model::ALL.map(|model| model.name))]
    model: Option<String>,
    /// Every one of them.
    #[arg(long, conflicts_with = "model")]
    all: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let wanted = |model: &Model| match &arguments.model {
        Some(name) => model.name == name,
        None => arguments.all || model.name == Model::QWEN2.name,
    };
    let mut all = Model::ALL.iter().filter(|model| wanted(model));
    bench::finish(all.try_for_each(|model| {
        println!("{}", synthetic::home(model)?.display());
        Ok(())
    }))
}
