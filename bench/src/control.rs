//! `bench-bare` as one side of a comparison: llama-cpp-2 without anything of ours.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use crate::ours::{self, Setup};

/// What one side gave in one round.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    /// From the start of the process until it could answer, in seconds.
    pub load: f64,
    /// From the question until the first token, in seconds.
    pub first_token: f64,
    /// Tokens of the prompt read per second.
    pub prompt_per_second: f64,
    /// Tokens written per second after the first.
    pub decode_per_second: f64,
    /// The most memory that the process held, in bytes.
    pub peak: Option<u64>,
}

/// Starts `bench-bare`, asks it a question in R1's form, and lets it write so many tokens.
pub fn run(setup: &Setup, question: &str, tokens: u32) -> io::Result<Run> {
    let program = std::env::current_exe()?.with_file_name("bench-bare");
    let begun = Instant::now();
    let mut child = Command::new(program)
        .arg(&setup.model)
        .args(["--context", &setup.context.to_string()])
        .args(["--threads", &setup.threads.to_string()])
        .args(["--tokens", &tokens.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut said = BufReader::new(child.stdout.take().expect("BUG: it was asked for"));
    let mut line = String::new();
    said.read_line(&mut line)?;
    let load = begun.elapsed().as_secs_f64();
    let mut stdin = child.stdin.take().expect("BUG: it was asked for");
    stdin.write_all(ours::prompt_text(question).as_bytes())?;
    drop(stdin);
    line.clear();
    said.read_line(&mut line)?;
    let complained = io::read_to_string(child.stderr.take().expect("BUG: it was asked for"))?;
    child.wait()?;
    let answer: Value = serde_json::from_str(&line)
        .map_err(|_| io::Error::other(format!("bench-bare said {line:?}: {complained}")))?;
    let number = |key: &str| {
        let missing = || io::Error::other(format!("no {key} in {line}"));
        answer[key].as_f64().ok_or_else(missing)
    };
    let first_token = number("first_token_s")?;
    Ok(Run {
        load,
        first_token,
        prompt_per_second: number("prompt_tokens")? / first_token,
        decode_per_second: number("decode_per_second")?,
        peak: answer["peak"].as_u64(),
    })
}
