//! Decoding while other programs use every core, as on any machine that people work on.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crate::figures::{Figure, Target};
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
            let _others = Others::begin();
            let told = engine.ask(&question(TOKENS.0, seed(round)), ours::greedy(), TOKENS.1);
            check(OURS, told.statistics.prompt_tokens, TOKENS.0)?;
            Ok([decode_rate(&told)?])
        }),
        Side::new("llama-server", |round| {
            let server = Server::start(&bench.peers, setup, &[])?;
            warm_server(&server)?;
            let text = ours::prompt_text(&question(TOKENS.0, seed(round)));
            let prompt = server.tokens(&text)?;
            let _others = Others::begin();
            Ok([server.complete(&prompt, TOKENS.1)?.decode_per_second])
        })
        .with([Some(Target::AtLeast(2.0))]),
    ];
    contest([("decode on busy cores", "tok/s")], bench.rounds, sides)
}

/// A loop for each core that does nothing as fast as it can.
struct Others {
    enough: Arc<AtomicBool>,
    loops: Vec<JoinHandle<()>>,
}

impl Others {
    fn begin() -> Self {
        let enough = Arc::new(AtomicBool::new(false));
        let spin = |_| {
            let enough = Arc::clone(&enough);
            std::thread::spawn(move || {
                while !enough.load(Ordering::Relaxed) {
                    // No pause in it: a hint to the processor would leave room for a sibling.
                    std::hint::black_box(0_u64);
                }
            })
        };
        let loops = (0..ours::all_cores()).map(spin).collect();
        Self { enough, loops }
    }
}

impl Drop for Others {
    fn drop(&mut self) {
        self.enough.store(true, Ordering::Relaxed);
        for spinning in self.loops.drain(..) {
            let _ = spinning.join();
        }
    }
}
