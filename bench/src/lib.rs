//! Figures of what the rest of Spud promises, measured from outside.
//!
//! Each command under `bench/` prints a table for people and, with `--json`, one object a line
//! ([`figures`]). What it measures on is made here too: GGUF files of true shape with random
//! weights ([`synthetic`]). Nothing of this is part of the product, and no test asserts a time.

pub mod browser;
pub mod control;
pub mod figures;
pub mod http;
pub mod idle;
pub mod many;
pub mod memory;
pub mod mutations;
pub mod others;
pub mod ours;
pub mod page;
pub mod peers;
pub mod planned;
mod prose;
mod quants;
pub mod server;
pub mod soak;
pub mod speed;
pub mod stream;
pub mod synthetic;
pub mod transcripts;
mod words;

/// Where commands keep what they made or fetched: beside what cargo built.
pub fn folder() -> std::io::Result<std::path::PathBuf> {
    let program = std::env::current_exe()?;
    Ok(program.ancestors().nth(2).unwrap_or(&program).join("bench"))
}

/// The end of a command: an error is one line on standard error and status 1.
#[expect(clippy::print_stderr, reason = "where errors of commands go")]
pub fn finish(outcome: std::io::Result<()>) -> std::process::ExitCode {
    match outcome {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}
