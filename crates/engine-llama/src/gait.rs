//! How the context computes: walks the way that its pace chooses, and tells the pace what came of it.

use std::time::{Duration, Instant};

use engine::message::{Attention, AttentionSeconds, Heads};
use llama_cpp_2::token::LlamaToken;

use crate::brake::Brake;
use crate::doze::Doze;
use crate::huddle::Huddle;
use crate::llama::attending::{Layers, Processor};
use crate::llama::{Context, Decoded};
use crate::others::{self, processor_time};
use crate::pace::{LACKING, Pace, Step, WRITING_TOKENS, Way};

/// The gait of one context.
pub(crate) struct Gait {
    /// Threads as they are asked for.
    threads: u32,
    /// Threads for prompts, where as many as these are asked for.
    reading: (u32, u32),
    pace: Pace,
    huddle: Huddle,
    doze: Doze,
    /// The way of the last step.
    way: Way,
    /// Whether anything since `plan` was computed another way than planned.
    gave_way: bool,
    /// The clock of the pace.
    begin: Instant,
    brake: &'static Brake,
}

/// Why a computation does not tell how fast a way is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Untold {
    /// It was stopped, or failed.
    Ended,
    /// The threads had to share their cores with other programs.
    Shared,
}

/// Whether threads that computed for this long, and had so much of the processor before, shared their
/// cores with others.
fn is_shared(took: Duration, before: Option<Duration>, threads: u32) -> bool {
    let got = before.and_then(|before| processor_time()?.checked_sub(before));
    got.is_some_and(|got| got < took.mul_f64(f64::from(threads) - LACKING))
}

impl Gait {
    /// So many threads, as long as they have cores of their own.
    pub(crate) fn new(threads: u32, brake: &'static Brake) -> Self {
        Self::reading_with(threads, threads, brake)
    }

    /// The same, but prompts are read with `reading` threads as long as so many are asked for.
    pub(crate) fn reading_with(threads: u32, reading: u32, brake: &'static Brake) -> Self {
        let ways = Way::all(threads, Doze::is_possible());
        Self {
            threads,
            reading: (threads, reading),
            way: ways[0],
            pace: Pace::new(ways),
            huddle: Huddle::default(),
            doze: Doze::default(),
            gave_way: false,
            begin: Instant::now(),
            brake,
        }
    }

    /// Before a reply: plans with so many threads from now on.
    pub(crate) fn plan(&mut self, threads: u32) {
        // From here on others are listened to.
        others::are_in_the_way(threads);
        if threads == self.threads {
            self.gave_way = false;
        } else {
            let (loaded, reading) = self.reading;
            let now = if threads == loaded { reading } else { threads };
            *self = Self::reading_with(threads, now, self.brake);
            self.reading = (loaded, reading);
        }
    }

    /// Whether what is computed shall stop.
    pub(crate) fn is_stopped(&self) -> bool {
        self.brake.stops_the_running()
    }

    /// Threads that computed the last step, and whether others took cores since `plan`.
    pub(crate) fn taken(&self) -> (u32, bool) {
        (self.way.threads, self.gave_way)
    }

    /// Threads for so many tokens at once on this way.
    fn threads_of(&self, way: Way, tokens: usize) -> u32 {
        let (loaded, reading) = self.reading;
        let as_planned = way.threads == loaded && self.threads == loaded;
        if as_planned && tokens > WRITING_TOKENS {
            reading
        } else {
            way.threads
        }
    }

    /// Computes so many tokens at once behind those in the cache and takes them back; gives how long it
    /// took.
    pub(crate) fn measure(
        &mut self,
        context: &mut Context,
        tokens: &[LlamaToken],
        threads: u32,
    ) -> Result<Duration, Untold> {
        let before = context.len();
        self.huddle.set(false, threads);
        self.doze.set(false);
        context.set_threads(threads);
        let (begin, got) = (Instant::now(), processor_time());
        let ended = context.decode(tokens, 1);
        let took = begin.elapsed();
        let shared = is_shared(took, got, threads);
        let whole = context.truncate(before) && ended == Decoded::Whole;
        match (whole, shared) {
            (false, _) => Err(Untold::Ended),
            (true, true) => Err(Untold::Shared),
            (true, false) => Ok(took),
        }
    }

    /// Measures what attention takes in a layer with these heads, flash and then plain: for one token
    /// and for so many at once, behind so many. None where it cannot be computed by itself.
    pub(crate) fn attend(
        &mut self,
        heads: Heads,
        behind: u32,
        tokens: u32,
        threads: u32,
    ) -> Result<Option<[AttentionSeconds; 2]>, Untold> {
        /// An odd number of runs of each.
        const ROUNDS: usize = 7;
        self.huddle.set(false, threads);
        self.doze.set(false);
        let Some(processor) = Processor::new(threads) else {
            return Ok(None);
        };
        let mut seconds = [AttentionSeconds {
            behind,
            writing: 0.0,
            reading: 0.0,
        }; 2];
        for at_once in [1, tokens] {
            let laid = |attention| Layers::new(&processor, attention, heads, behind, at_once);
            let (Some(flash), Some(plain)) = (laid(Attention::Flash), laid(Attention::Plain))
            else {
                return Ok(None);
            };
            let mut both = [(flash, Vec::new()), (plain, Vec::new())];
            let (begin, got) = (Instant::now(), processor_time());
            // In turns, so that what changes meanwhile changes both; the first run prepares.
            for round in 0..=ROUNDS {
                for (layers, took) in &mut both {
                    if self.brake.stops_the_running() {
                        return Err(Untold::Ended);
                    }
                    let one = layers.compute().ok_or(Untold::Ended)?;
                    if round > 0 {
                        took.push(one);
                    }
                }
            }
            if is_shared(begin.elapsed(), got, threads) {
                return Err(Untold::Shared);
            }
            for (seconds, (_, mut took)) in seconds.iter_mut().zip(both) {
                took.sort();
                let each = took[ROUNDS / 2].as_secs_f64() / f64::from(at_once);
                *match at_once {
                    1 => &mut seconds.writing,
                    _ => &mut seconds.reading,
                } = each;
            }
        }
        Ok(Some(seconds))
    }

    /// Computes these tokens (see [`Context::decode`]).
    pub(crate) fn decode(
        &mut self,
        context: &mut Context,
        tokens: &[LlamaToken],
        rows: usize,
    ) -> Decoded {
        let before = context.len();
        loop {
            let (way, limit) = self.pace.way(tokens.len(), self.begin.elapsed());
            self.way = way;
            let threads = self.threads_of(way, tokens.len());
            context.set_threads(threads);
            self.doze.set(way.dozing);
            self.huddle.set(way.huddled, threads);
            let (begin, got) = (Instant::now(), processor_time());
            // What cannot be taken back is computed to its end.
            self.brake.limit(limit.filter(|_| context.can_be_cut()));
            let ended = context.decode(tokens, rows);
            if self.brake.limit(None) && ended == Decoded::Braked {
                // What has lost is no reason to wait for its end.
                self.pace.overdue(self.begin.elapsed());
                if context.truncate(before) {
                    continue;
                }
            }
            if ended == Decoded::Whole {
                self.pace.step(&Step {
                    tokens: tokens.len(),
                    took: begin.elapsed(),
                    got: got.and_then(|got| processor_time()?.checked_sub(got)),
                    crowded: others::are_in_the_way(self.threads),
                    now: self.begin.elapsed(),
                });
                self.gave_way |= self.pace.has_given_way();
            }
            return ended;
        }
    }
}
