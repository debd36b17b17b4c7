//! The JSON lines of `spud ask`, documented in `command`.

use app::reading::Remark;
use app::{Closer, Code, Ending, Outcome};
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub(crate) enum Line<'text> {
    Loading {
        progress: f32,
    },
    Prompt {
        done: u32,
        total: u32,
    },
    Thinking {
        text: &'text str,
    },
    Answer {
        text: &'text str,
    },
    Looping,
    /// All answer so far was thinking.
    Rethought,
    File {
        name: &'text str,
        remarks: &'text [Remark],
    },
    Done(Done),
}

#[derive(Serialize)]
pub(crate) struct Done {
    reason: &'static str,
    code: Option<Code>,
    message: Option<String>,
    prompt_tokens: u32,
    cached_tokens: u32,
    thinking_tokens: u32,
    answer_tokens: u32,
    load_ms: u64,
    first_token_ms: u64,
    prompt_per_second: f64,
    decode_per_second: f64,
    drafted_tokens: u32,
    accepted_tokens: u32,
    seed: u32,
    threads: u32,
    gave_way: bool,
    closed_by: Option<Closer>,
}

impl Done {
    pub(crate) fn new(outcome: &Outcome, seed: u32) -> Self {
        let failure = match &outcome.ending {
            Ending::Failed(failure) => Some(failure),
            _ => None,
        };
        let statistics = &outcome.statistics;
        Self {
            reason: match outcome.ending {
                Ending::Complete => "complete",
                Ending::Stopped => "stopped",
                Ending::Length => "length",
                Ending::Failed(_) => "failed",
            },
            code: failure.map(|failure| failure.code),
            message: failure.map(|failure| failure.message.clone()),
            prompt_tokens: statistics.prompt_tokens,
            cached_tokens: statistics.cached_tokens,
            thinking_tokens: statistics.so_far.thinking_tokens,
            answer_tokens: statistics.so_far.answer_tokens,
            load_ms: outcome.load_ms,
            first_token_ms: statistics.first_token_ms,
            prompt_per_second: statistics.prompt_per_second,
            decode_per_second: statistics.decode_per_second,
            drafted_tokens: statistics.drafted_tokens,
            accepted_tokens: statistics.accepted_tokens,
            seed,
            threads: statistics.threads,
            gave_way: statistics.gave_way,
            closed_by: statistics.closed_by,
        }
    }
}

impl Line<'_> {
    /// The line as it is printed, its break included.
    pub(crate) fn print(&self) -> String {
        serde_json::to_string(self).expect("BUG: numbers and text are JSON") + "\n"
    }
}
