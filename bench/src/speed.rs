//! `bench/speed`: Spud's own engine beside llama.cpp's programs, row by row.
//!
//! Every side gets the same file, threads, context, cache type and prompt, and always takes the
//! likeliest token; each run is a process of its own that was warmed by a short reply, and the
//! sides take turns. Spud keeps its own way to load and to batch, llama.cpp its defaults.
//!
//! Not here: how the sides are driven (`ours`, `server`, `peers`, `control`).
//! Ours against ours (drafts from the text itself) is `bench/sampling`; what Sprout's own layer drafts is a
//! test of `engine-llama`.

mod busy;
mod contest;
mod in_window;
mod rates;
mod turns;
mod whole;

use std::io;
use std::path::PathBuf;

use crate::figures::Figure;
use crate::ours::Setup;
use crate::peers::Peers;
use crate::synthetic::{self, Model};

/// What is measured, and against whom.
#[derive(Debug)]
pub struct Bench {
    /// llama.cpp's programs.
    pub peers: Peers,
    /// The model in place of the 1.5B's shape.
    pub model: Option<PathBuf>,
    /// Threads that compute.
    pub threads: u32,
    /// Runs of each side.
    pub rounds: usize,
    /// Whether the control runs too.
    pub control: bool,
    /// Whether ours attends plainly where it can.
    pub plain: bool,
}

/// A part of the table.
pub struct Row {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it measures, in a line.
    pub about: &'static str,
    measure: fn(&Bench) -> io::Result<Vec<Figure>>,
}

impl Row {
    /// Every row, in the order of the table.
    pub const ALL: &[Self] = &[
        Self::new("decode", "decode, 1.5B, nothing before it", rates::decode),
        Self::new(
            "decode-4k",
            "the same behind 4,096 tokens",
            rates::decode_4k,
        ),
        Self::new(
            "decode-window",
            "the same in the product's window, painting",
            rates::decode_in_window,
        ),
        Self::new("experts", "decode, deepseek2 of 64 experts", rates::experts),
        Self::new(
            "experts-4k",
            "the same behind 4,096 tokens",
            rates::experts_4k,
        ),
        Self::new("busy", "decode while others use every core", busy::decode),
        Self::new("prompt", "a prompt of 512 tokens", rates::prompt),
        Self::new("prompt-4k", "a prompt of 4,096 tokens", rates::prompt_4k),
        Self::new(
            "follow-up",
            "first token after an answer of 500 tokens",
            turns::follow_up,
        ),
        Self::new(
            "reopen",
            "first token of a chat of 8,000 tokens in a new process",
            turns::reopen,
        ),
        Self::new(
            "start",
            "start of a process to its first token",
            whole::start,
        ),
        Self::new(
            "memory",
            "the most that the process held, 8,192 of context",
            whole::memory,
        ),
        Self::new(
            "stop",
            "a stop while a prompt of 4,096 is read",
            whole::stop,
        ),
    ];

    const fn new(
        name: &'static str,
        about: &'static str,
        measure: fn(&Bench) -> io::Result<Vec<Figure>>,
    ) -> Self {
        Self {
            name,
            about,
            measure,
        }
    }

    /// Measures it.
    pub fn measure(&self, bench: &Bench) -> io::Result<Vec<Figure>> {
        (self.measure)(bench)
    }
}

impl Bench {
    /// The 1.5B with a context that holds so many tokens and what a reply needs.
    fn setup(&self, tokens: u32) -> io::Result<Setup> {
        let model = match &self.model {
            Some(model) => model.clone(),
            None => synthetic::home(&Model::QWEN2)?,
        };
        self.holding(model, tokens)
    }

    /// The same with a model of many experts.
    fn setup_of_experts(&self, tokens: u32) -> io::Result<Setup> {
        self.holding(synthetic::home(&Model::DEEPSEEK2)?, tokens)
    }

    fn holding(&self, model: PathBuf, tokens: u32) -> io::Result<Setup> {
        /// What the engine keeps free for a reply is 256; the rest is for its length.
        const REPLY: u32 = 1024;
        let setup = Setup {
            model,
            context: (tokens + REPLY).next_multiple_of(256),
            threads: self.threads,
            plain: None,
        };
        let plain = if self.plain {
            setup.plain_batch()?
        } else {
            None
        };
        Ok(Setup { plain, ..setup })
    }
}

/// Tokens that R1's form puts around a question.
const FORM: u32 = 5;

/// A question whose prompt has exactly so many tokens, another one for each seed.
fn question(tokens: u32, seed: u64) -> String {
    letters(tokens.saturating_sub(FORM), seed)
}

/// A text of so many tokens: letters with a space before each, which are a token in every
/// vocabulary of R1's family.
fn letters(tokens: u32, seed: u64) -> String {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..tokens)
        .flat_map(|_| [' ', random.lowercase()])
        .collect()
}

/// An error unless a prompt had as many tokens as it was made for: the sides would not have done
/// the same work.
fn check(side: &str, tokens: u32, wanted: u32) -> io::Result<()> {
    if tokens == wanted {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "{side} read a prompt of {tokens} tokens, not {wanted}"
    )))
}
