//! What is measured of a whole process: its start, its memory, its stop.

use std::io;
use std::time::{Duration, Instant};

use gguf::{Header, KvType};

use crate::figures::{Figure, Target};
use crate::ours::{self, Ours};
use crate::server::Server;

use super::contest::{OURS, Side, contest};
use super::rates::{seed, warm, warm_server};
use super::{Bench, check, question};

/// Tokens of the prompt of a first reply.
const SHORT: u32 = 32;
/// The context whose memory is measured, and what the engine keeps free in it for a reply.
const CONTEXT: (u32, u32) = (8192, 256);

/// From nothing to the first token, the file's pages being in memory.
pub(super) fn start(bench: &Bench) -> io::Result<Vec<Figure>> {
    let setup = &bench.setup(4096)?;
    let question = question(SHORT, seed(0));
    // Also reads the file once.
    let prompt = Server::start(&bench.peers, setup, &["--no-warmup"])?
        .tokens(&ours::prompt_text(&question))?;
    let sides = vec![
        Side::new(OURS, |_| {
            let begun = Instant::now();
            let engine = Ours::start(setup)?;
            engine.first_words(&question)?;
            Ok([begun.elapsed().as_secs_f64(), engine.load.as_secs_f64()])
        }),
        Side::new("llama-server", |_| {
            let begun = Instant::now();
            let server = Server::start(&bench.peers, setup, &["--no-warmup"])?;
            let load = begun.elapsed();
            let first = server.complete(&prompt, 1)?.first;
            Ok([(load + first).as_secs_f64(), load.as_secs_f64()])
        })
        // Of the load alone nothing is promised; it tells where the time went.
        .with([Some(Target::AtMost(1.0)), None]),
    ];
    contest([("start", "s"), ("load alone", "s")], bench.rounds, sides)
}

/// The most that the process held, with a context that is full.
pub(super) fn memory(bench: &Bench) -> io::Result<Vec<Figure>> {
    let mut setup = bench.setup(0)?;
    setup.context = CONTEXT.0;
    let header = Header::read_file(&setup.model).map_err(io::Error::other)?;
    let geometry = header.geometry().map_err(io::Error::other)?;
    let cache = geometry.cache_bytes_per_token(KvType::F16) * u64::from(setup.context);
    let must = header.weights_bytes() + cache;
    // Once: memory does not swing.
    let engine = Ours::start(&setup)?;
    let tokens = CONTEXT.0 - CONTEXT.1;
    let told = engine.ask(&question(tokens, seed(0)), ours::greedy(), CONTEXT.1 / 2);
    check(OURS, told.statistics.prompt_tokens, tokens)?;
    let Some(peak) = engine.peak() else {
        return Ok(Vec::new());
    };
    #[expect(clippy::cast_precision_loss, reason = "bytes below 2^53")]
    let of = |unit: u64| vec![peak as f64 / unit as f64];
    Ok(vec![
        Figure::new("memory, ours", "MiB", of(1 << 20)),
        Figure::new("memory / (weights + cache)", "", of(must)).with(Target::AtMost(1.15)),
    ])
}

/// From a stop while a long prompt is read until the process computes no more.
pub(super) fn stop(bench: &Bench) -> io::Result<Vec<Figure>> {
    const LONG: u32 = 4096;
    let setup = &bench.setup(LONG)?;
    // In the middle, and somewhere else in a batch each time.
    let after = |round: usize| Duration::from_millis(1000 + 137 * round as u64);
    let sides = vec![
        Side::new(OURS, |round| {
            let engine = warm(setup)?;
            let took = engine.stop_after(&question(LONG, seed(round)), after(round))?;
            Ok([took.as_secs_f64()])
        }),
        Side::new("llama-server", |round| {
            let server = Server::start(&bench.peers, setup, &[])?;
            warm_server(&server)?;
            let prompt = server.tokens(&ours::prompt_text(&question(LONG, seed(round))))?;
            let took = server.stop_after(&prompt, after(round))?;
            Ok([took.as_secs_f64()])
        })
        .with([Some(Target::AtMost(0.2))]),
    ];
    contest([("stop in a prompt of 4k", "s")], bench.rounds, sides)
}
