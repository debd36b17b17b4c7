//! Decoding while other programs use every core, as on any machine that people work on.

use std::io;

use crate::figures::{Figure, Target};
use crate::others::Others;
use crate::ours::{self, Ours};
use crate::server::Server;

use super::contest::{OURS, Side, contest};
use super::rates::{decode_rate, seed, warm, warm_server};
use super::{Bench, check, question};

/// Tokens of the prompt, and tokens that are written.
const TOKENS: (u32, u32) = (32, 64);

pub(super) fn decode(bench: &Bench) -> io::Result<Vec<Figure>> {
    let setup = &bench.setup(TOKENS.0)?;
    let sides = vec![
        Side::new(OURS, |round| {
            let engine: Ours = warm(setup)?;
            let _others = Others::begin(ours::all_cores());
            let told = engine.ask(&question(TOKENS.0, seed(round)), ours::greedy(), TOKENS.1);
            check(OURS, told.statistics.prompt_tokens, TOKENS.0)?;
            Ok([decode_rate(&told)?])
        }),
        Side::new("llama-server", |round| {
            let server = Server::start(&bench.peers, setup, &[])?;
            warm_server(&server)?;
            let text = ours::prompt_text(&question(TOKENS.0, seed(round)));
            let prompt = server.tokens(&text)?;
            let _others = Others::begin(ours::all_cores());
            Ok([server.complete(&prompt, TOKENS.1)?.decode_per_second])
        })
        .with([Some(Target::AtLeast(2.0))]),
    ];
    contest([("decode on busy cores", "tok/s")], bench.rounds, sides)
}
