//! `bench/synthetic`: writes a GGUF file of true shape with random weights and says where it is.
#![expect(clippy::print_stdout, reason = "this is what the command is for")]

use std::path::PathBuf;
use std::process::ExitCode;

use bench::synthetic::{self, Qwen2};
use clap::Parser;

/// Writes a GGUF file with the shape of DeepSeek-R1-Distill-Qwen-1.5B at `Q4_K_M` (1.1 GB) and
/// random weights, for measuring without a download.
#[derive(Parser)]
struct Arguments {
    /// Where to write it; below cargo's target folder unless told.
    path: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let model = Qwen2::R1_1_5B;
    let written = arguments
        .path
        .map_or_else(|| synthetic::home(&model), Ok)
        .and_then(|path| synthetic::at(&path, &model));
    bench::finish(written.map(|path| println!("{}", path.display())))
}
