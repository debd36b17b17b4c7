//! llama-cpp-2 driven bare, in the process shape of Spud's engine: the other side of
//! `bench/engine`, which starts it and speaks with it in lines of JSON.
//!
//! It is the program that a person writes after reading the crate's example: default parameters
//! but for context and threads, one batch for the prompt, one token at a time, greedy, each token
//! turned into text.
#![expect(clippy::print_stdout, reason = "how the two processes speak")]

use std::io::{self, Read};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Parser;
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::sampling::LlamaSampler;
use serde_json::json;

/// Loads a model, says so, and answers the prompt on standard input.
#[derive(Parser)]
struct Arguments {
    /// The GGUF file.
    model: PathBuf,
    /// Tokens of context.
    #[arg(long)]
    context: u32,
    /// Threads that compute.
    #[arg(long)]
    threads: i32,
    /// Tokens to write.
    #[arg(long)]
    tokens: u32,
    /// Tokens computed at once; llama.cpp's default unless told.
    #[arg(long)]
    batch: Option<u32>,
    /// Read the weights instead of mapping the file.
    #[arg(long)]
    no_mmap: bool,
}

fn main() -> std::process::ExitCode {
    bench::finish(run(&Arguments::parse()).map_err(io::Error::other))
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    kernels::load_from(Path::new(kernels::BUILT_IN));
    let mut backend = LlamaBackend::init()?;
    backend.void_logs();
    let params = LlamaModelParams::default().with_use_mmap(!arguments.no_mmap);
    let model = LlamaModel::load_from_file(&backend, &arguments.model, &params)?;
    let mut params = LlamaContextParams::default()
        .with_n_ctx(NonZeroU32::new(arguments.context))
        .with_n_threads(arguments.threads)
        .with_n_threads_batch(arguments.threads);
    if let Some(batch) = arguments.batch {
        params = params.with_n_batch(batch).with_n_ubatch(batch);
    }
    let at_once = params.n_batch() as usize;
    let mut context = model.new_context(&backend, params)?;
    println!("{}", json!({ "ready": true }));

    let mut prompt = String::new();
    io::stdin().read_to_string(&mut prompt)?;
    let begun = Instant::now();
    let vocabulary = model.vocab();
    let tokens = vocabulary.tokenize(prompt.as_bytes(), false, true);
    let mut batch = LlamaBatch::new(at_once, 1);
    let mut place = 0;
    for part in tokens.chunks(at_once) {
        batch.clear();
        for token in part {
            place += 1;
            let last = usize::try_from(place)? == tokens.len();
            batch.add(*token, place - 1, &[0], last)?;
        }
        context.decode(&mut batch)?;
    }
    let mut sampler = LlamaSampler::greedy();
    let mut token = sampler.sample(&context, batch.n_tokens() - 1);
    let first = begun.elapsed();
    let mut text = Vec::new();
    let writing = Instant::now();
    for _ in 1..arguments.tokens {
        text.extend(vocabulary.token_to_piece(token, true, None));
        batch.clear();
        batch.add(token, place, &[0], true)?;
        place += 1;
        context.decode(&mut batch)?;
        token = sampler.sample(&context, 0);
    }
    let per_second = f64::from(arguments.tokens - 1) / writing.elapsed().as_secs_f64();
    println!(
        "{}",
        json!({
            "prompt_tokens": tokens.len(),
            "first_token_s": first.as_secs_f64(),
            "decode_per_second": per_second,
            "peak": bench::memory::peak(std::process::id()),
            "bytes": text.len(),
        })
    );
    Ok(())
}
