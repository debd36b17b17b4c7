//! Tokens per second: of what is written, and of a prompt that is read.

use std::io;

use crate::control;
use crate::figures::{Figure, Target};
use crate::ours::{self, Ours, Setup, Told};
use crate::server::Server;

use super::contest::{OURS, Side, contest};
use super::{Bench, check, in_window, question};

/// Tokens that are written where decoding is measured.
const WRITTEN: u32 = 128;
/// Tokens of a prompt that stands for none: the form of a question and a few letters.
const NOTHING: u32 = 16;
/// Tokens of the prompt that warms a process, and of its reply.
const WARMING: (u32, u32) = (128, 8);

/// Targets against `llama-bench` and `llama-server`. The first neither samples nor streams; the
/// second does both.
const OF_BENCH: Target = Target::AtLeast(0.98);
const OF_SERVER: Target = Target::AtLeast(1.03);

pub(super) fn decode(bench: &Bench) -> io::Result<Vec<Figure>> {
    written("decode", bench, &bench.setup(NOTHING)?, 0)
}

pub(super) fn decode_in_window(bench: &Bench) -> io::Result<Vec<Figure>> {
    let setup = bench.setup(NOTHING)?;
    let ours = Side::new(OURS, |_| Ok([in_window::decode_rate(&setup.model)?]));
    against_theirs("decode in the window", bench, &setup, 0, ours)
}

pub(super) fn decode_4k(bench: &Bench) -> io::Result<Vec<Figure>> {
    written("decode at 4k", bench, &bench.setup(4096)?, 4096)
}

pub(super) fn experts(bench: &Bench) -> io::Result<Vec<Figure>> {
    let setup = bench.setup_of_experts(NOTHING)?;
    written("decode, 64 experts", bench, &setup, 0)
}

pub(super) fn experts_4k(bench: &Bench) -> io::Result<Vec<Figure>> {
    let setup = bench.setup_of_experts(4096)?;
    written("decode at 4k, 64 experts", bench, &setup, 4096)
}

pub(super) fn prompt(bench: &Bench) -> io::Result<Vec<Figure>> {
    read("prompt of 512", bench, 512)
}

pub(super) fn prompt_4k(bench: &Bench) -> io::Result<Vec<Figure>> {
    read("prompt of 4k", bench, 4096)
}

/// Decode speed behind so many tokens.
fn written(thing: &str, bench: &Bench, setup: &Setup, depth: u32) -> io::Result<Vec<Figure>> {
    let ours = Side::new(OURS, |round| {
        let before = depth.max(NOTHING);
        let engine = warm(setup)?;
        let told = engine.ask(&question(before, seed(round)), ours::greedy(), WRITTEN);
        check(OURS, told.statistics.prompt_tokens, before)?;
        Ok([decode_rate(&told)?])
    });
    against_theirs(thing, bench, setup, depth, ours)
}

/// Decode speed of llama.cpp's programs behind so many tokens, beside what ours gives.
fn against_theirs(
    thing: &str,
    bench: &Bench,
    setup: &Setup,
    depth: u32,
    ours: Side<'_, 1>,
) -> io::Result<Vec<Figure>> {
    let before = depth.max(NOTHING);
    let mut sides = vec![
        ours,
        Side::new("llama-bench", |_| {
            // A test of its own warms the process, as a reply does ours; the depth is one already.
            let (arguments, which) = match depth {
                0 => (format!("-p {} -n {WRITTEN}", WARMING.0), 1),
                depth => (format!("-p 0 -n {WRITTEN} -d {depth}"), 0),
            };
            Ok([nth(&bench.peers.bench(setup, &arguments)?, which)?])
        })
        .with([Some(OF_BENCH)]),
        Side::new("llama-server", |round| {
            let server = Server::start(&bench.peers, setup, &[])?;
            warm_server(&server)?;
            let prompt = server.tokens(&ours::prompt_text(&question(before, seed(round))))?;
            let completion = server.complete(&prompt, WRITTEN)?;
            check("llama-server", completion.read + completion.cached, before)?;
            Ok([completion.decode_per_second])
        })
        .with([Some(OF_SERVER)]),
    ];
    if bench.control {
        sides.push(Side::new("bare", |round| {
            let run = control::run(setup, &question(before, seed(round)), WRITTEN)?;
            Ok([run.decode_per_second])
        }));
    }
    contest([(thing, "tok/s")], bench.rounds, sides)
}

/// Speed of reading a prompt of so many tokens.
fn read(thing: &str, bench: &Bench, tokens: u32) -> io::Result<Vec<Figure>> {
    let setup = &bench.setup(tokens)?;
    let mut sides = vec![
        Side::new(OURS, |round| {
            let engine = warm(setup)?;
            let told = engine.ask(&question(tokens, seed(round)), ours::greedy(), 1);
            check(OURS, told.statistics.prompt_tokens, tokens)?;
            Ok([told.statistics.prompt_per_second])
        }),
        Side::new("llama-bench", |_| {
            let arguments = format!("-p {},{tokens} -n 0", WARMING.0);
            Ok([nth(&bench.peers.bench(setup, &arguments)?, 1)?])
        })
        .with([Some(OF_BENCH)]),
    ];
    if bench.control {
        // Cold, and with the time that it takes to cut the text into tokens.
        sides.push(Side::new("bare", |round| {
            let run = control::run(setup, &question(tokens, seed(round)), 1)?;
            Ok([run.prompt_per_second])
        }));
    }
    contest([(thing, "tok/s")], bench.rounds, sides)
}

/// An engine that has answered something.
pub(super) fn warm(setup: &Setup) -> io::Result<Ours> {
    let engine = Ours::start(setup)?;
    engine.ask(&question(WARMING.0, 0), ours::greedy(), WARMING.1);
    Ok(engine)
}

/// The same for a server.
pub(super) fn warm_server(server: &Server) -> io::Result<()> {
    let prompt = server.tokens(&ours::prompt_text(&question(WARMING.0, 0)))?;
    server.complete(&prompt, WARMING.1).map(|_| ())
}

/// Tokens per second after the first until the last one was chosen. (The statistics' own rate ends
/// when the engine has also computed what would follow the last one.)
pub(super) fn decode_rate(told: &Told) -> io::Result<f64> {
    let so_far = told.statistics.so_far;
    let tokens = so_far.thinking_tokens + so_far.answer_tokens;
    let took = std::time::Duration::from_millis(so_far.thinking_ms + so_far.answer_ms);
    if tokens < 2 || took.is_zero() {
        let end = &told.end;
        return Err(io::Error::other(format!("{tokens} tokens, then {end:?}")));
    }
    Ok(f64::from(tokens - 1) / took.as_secs_f64())
}

/// No round's question shares more than its first word with another's, the warming one included.
pub(super) fn seed(round: usize) -> u64 {
    1 + round as u64
}

fn nth(rates: &[f64], which: usize) -> io::Result<f64> {
    let rate = rates.get(which).copied();
    rate.ok_or_else(|| io::Error::other(format!("llama-bench gave {rates:?}")))
}
