//! What an engine room is asked and tells: how a model is held and answers, what happens on the way, how
//! it ended.

use std::hash::{BuildHasher, Hasher, RandomState};

use engine::governor::Governor;
use engine::message::{Drafts, Kept, Sampling, SoFar, Statistics};
use fit::KvType;

use crate::failure::Failure;
use crate::manner::Manner;

/// The most tokens of a reply: what the makers of R1 allow for theirs (model card of DeepSeek-R1).
/// The context limits it further.
pub const MAX_REPLY_TOKENS: u32 = 32_768;

/// How a model shall be held and how it shall answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Tokens of context; the largest sensible where none are asked for.
    pub context: Option<u32>,
    /// How the cache is stored; by the plan where nothing is asked for.
    pub cache: Option<KvType>,
    /// The processor alone computes, whatever is set.
    pub processor: bool,
    /// Threads that compute; the machine's own number where none is asked for.
    pub threads: Option<u32>,
    /// Fewer threads compute, so that a battery lasts.
    pub gentle: bool,
    /// How the next token is chosen.
    pub sampling: Sampling,
    /// The most tokens of the reply, thinking included.
    pub max_tokens: u32,
    /// True to answer without a thought.
    pub quick: bool,
    /// How long a thought may last.
    pub governor: Governor,
    /// Tokens of the context that are kept free for the reply, as far as half of it allows.
    pub room: u32,
    /// When further tokens are drafted.
    pub drafts: Drafts,
    /// Where what was computed for the conversation is kept; nowhere where none is named.
    pub kept: Option<Kept>,
}

impl Settings {
    /// What the makers of R1 advise.
    pub fn of_r1(seed: u32) -> Self {
        Self {
            context: None,
            cache: None,
            processor: false,
            threads: None,
            gentle: false,
            sampling: Sampling::of_r1(seed),
            max_tokens: MAX_REPLY_TOKENS,
            quick: false,
            governor: Manner::default().governor(),
            room: Manner::default().room(),
            drafts: Drafts::default(),
            kept: None,
        }
    }
}

/// A seed that nobody chose.
pub fn fresh_seed() -> u32 {
    // The standard library's hasher is keyed by the system's source of randomness.
    let random = RandomState::new().build_hasher().finish();
    u32::try_from(random >> 32).unwrap_or_default()
}

/// What happens before a reply ends.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// Another reply is being written.
    Waiting,
    /// The model is on its way into memory, from 0 to 1.
    Loading(f32),
    /// The prompt is being read: tokens done, tokens of it all.
    Reading(u32, u32),
    /// The reply goes round in circles.
    Looping,
    /// What answers is no R1.
    NoR1(Failure),
    /// Something about the load that a person should know: settings that were made smaller.
    Note(Failure),
    /// More of the reply.
    Words {
        /// All of the answer so far was a thought: it comes behind the thinking so far, before what follows.
        rethought: bool,
        /// Added to the thinking.
        thinking: String,
        /// Added to the answer.
        answer: String,
        /// Where the reply stands.
        so_far: SoFar,
    },
}

/// How a reply ended and what it cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The end.
    pub ending: Ending,
    /// Counts and rates.
    pub statistics: Statistics,
    /// Time that the model took to load for this reply; 0 when it was there.
    pub load_ms: u64,
}

/// The one end of a reply.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// The model closed its answer.
    Complete,
    /// Somebody asked for it.
    Stopped,
    /// The limit of tokens or the context was reached.
    Length,
    /// Something broke.
    Failed(Failure),
}

/// What the engine is doing, for a status line.
#[derive(Debug, Clone, PartialEq)]
pub enum EngineState {
    /// No model is in memory.
    Off,
    /// A model is on its way, from 0 to 1.
    Loading(f32),
    /// A model is in memory, with this many tokens of context.
    Ready(u32),
    /// It could not be loaded, or its process ended.
    Failed(Failure),
}

impl Outcome {
    /// A reply that never reached an engine.
    pub fn refused(failure: Failure) -> Self {
        Self::before_the_engine(Ending::Failed(failure))
    }

    pub(super) fn before_the_engine(ending: Ending) -> Self {
        Self {
            ending,
            statistics: Statistics::default(),
            load_ms: 0,
        }
    }
}
