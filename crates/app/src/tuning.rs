//! How a model computes fastest on this machine: measured once it is quiet after a reply, kept with what
//! was learned of that model here, and taken into account from the next load on. `spud bench` measures
//! it again.
//!
//! The same quiet moment serves a machine that is to be measured again (`measuring`).
//!
//! Not here: what is tried and what follows from it (`fit`), and how it is measured (the engine).

use std::time::Duration;

use engine::message::{Attention, AttentionSeconds, Event, Heads, Statistics, Trial, Tried};
use fit::{Attending, Tuned, Way};
use tokio::time::sleep;

use crate::engine_room::{Ending, EngineRoom, Settings};
use crate::resident::Resident;

/// The time without any use after which nobody is thought to need the engine soon.
const QUIET: Duration = Duration::from_secs(20);

/// Runs of each way that the engine makes, the one that prepares among them.
const ROUNDS: f64 = 4.0;

/// Nobody's cores are kept busy for longer than so many seconds to find out how to be faster; a model
/// that is so slow is computed as planned.
const LONGEST: f64 = 180.0;

/// What was tried, in tokens per second, and what was chosen from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Trials {
    /// Each way with its rate.
    pub tried: Vec<(Way, f64)>,
    /// Whether attention is plain, for replies as they were so far; none where it has to be flash.
    pub plain: Option<bool>,
    /// What counts from the next load on.
    pub chosen: Tuned,
}

impl Resident {
    /// Whether a reply leaves a moment to try ways: this model was not tried before, on a processor
    /// that is not spared, with nothing else at work, and nobody chose the threads.
    pub(crate) fn may_try(&self, settings: &Settings, end: &Ending, cost: &Statistics) -> bool {
        let found = &self.found;
        let is_plain = found.plan.placement.gpus.is_empty() && !found.plan.mapped;
        let is_free = settings.threads.is_none() && !settings.gentle && !cost.gave_way;
        is_plain && is_free && *end == Ending::Complete && found.keys().is_some() && {
            // What is kept counts from the next load on, and may have come since this one.
            found.tuned.is_none() && !self.was_tried && self.trial_seconds() <= LONGEST
        }
    }

    /// How long a trial takes, about; no time where nothing tells.
    fn trial_seconds(&self) -> f64 {
        let Some(estimate) = self.found.plan.estimate else {
            return 0.0;
        };
        let seconds = |way: Way| {
            let rate = match way.tokens {
                1 => estimate.decode_per_second,
                _ => estimate.prompt_per_second,
            };
            ROUNDS * f64::from(way.tokens) / rate
        };
        self.ways().into_iter().map(seconds).sum()
    }

    fn ways(&self) -> Vec<Way> {
        let (_, batch) = self.found.attention();
        fit::ways(&self.found.machine, &self.found.plan, batch)
    }

    /// The heads of the model, where attention may be plain.
    fn heads(&self) -> Option<Heads> {
        let geometry = &self.found.geometry;
        self.found.plain_batch().map(|_| Heads {
            query: geometry.heads,
            kv: geometry.kv_heads,
            key: geometry.head_dim_k,
            value: geometry.head_dim_v,
        })
    }
}

impl EngineRoom {
    /// Tries ways to compute the model in memory, and keeps what came of it; none where that could not
    /// be measured, or something was asked for meanwhile.
    pub(crate) async fn try_ways(&self, only_after: Option<u64>) -> Option<Trials> {
        let (mut events, keys, found) = {
            let mut resident = self.resident().try_lock().ok()?;
            let there = resident.as_mut()?;
            if only_after.is_some_and(|this_use| there.last_use != this_use) {
                return None;
            }
            let keys = there.found.keys()?;
            there.was_tried = true;
            let ways = there.ways().into_iter();
            let asked = ways.map(|way| engine::message::Way {
                threads: way.threads,
                tokens: way.tokens,
            });
            let events = there.engine.try_ways(asked.collect(), there.heads());
            (events, keys, there.found.clone())
        };
        // The room is open meanwhile: what is asked for ends the trial.
        let Some(Event::Tried {
            outcome: Ok(Trial { ways, attention }),
        }) = events.recv().await
        else {
            return None;
        };
        let rate = |Tried { way, per_second }| {
            let (threads, tokens) = (way.threads, way.tokens);
            (Way { threads, tokens }, per_second)
        };
        let tried: Vec<(Way, f64)> = ways.into_iter().map(rate).collect();
        let seconds = |took: AttentionSeconds| Attending {
            behind: took.behind,
            writing: took.writing,
            reading: took.reading,
        };
        let attending = attention.map(|both| both.map(seconds));
        let mut chosen = fit::choose(&tried, attending)?;
        if let (Attention::Plain, Some(before)) = (found.attention().0, found.tuned) {
            // More at once were not tried, which flash attention has room for.
            chosen.reading_tokens = before.reading_tokens;
        }
        let (devices, model) = keys;
        let knowledge = self.outfit().knowledge.clone();
        let keep = move || knowledge.learn(|learned| learned.tune(&devices, &model, chosen));
        // It fails where the program is ending, and then it is measured another day.
        let _ = tokio::task::spawn_blocking(keep).await;
        Some(Trials {
            tried,
            plain: chosen.attention.map(|_| found.plain_pays(&chosen)),
            chosen,
        })
    }

    /// Once this use was the last one for a while: measures the machine, where that is due, and tries
    /// ways.
    pub(crate) fn work_when_quiet(&self, this_use: u64) {
        let room = self.downgrade();
        self.look_after(async move {
            loop {
                sleep(QUIET).await;
                let Some(room) = room.upgrade() else { return };
                // It would end what is read ahead for the next question.
                if !room.is_reading_ahead() {
                    let (measures, tries) = room.wants(this_use);
                    if measures {
                        room.measure_again().await;
                    }
                    if tries {
                        let _ = room.try_ways(Some(this_use)).await;
                    }
                    return;
                }
            }
        });
    }

    /// Whether the machine is to be measured and ways are to be tried after this use; neither where it
    /// was not the last one.
    fn wants(&self, this_use: u64) -> (bool, bool) {
        let resident = self.resident().try_lock().ok();
        let there = resident.as_ref().and_then(|resident| resident.as_ref());
        let last = there.filter(|there| there.last_use == this_use);
        last.map_or((false, false), |there| {
            let tries = there.wants_trying && !there.was_tried;
            (there.wants_measuring, tries)
        })
    }

    fn is_reading_ahead(&self) -> bool {
        let resident = self.resident().try_lock().ok();
        let there = resident.as_ref().and_then(|resident| resident.as_ref());
        let reading = there.and_then(|there| there.reading_ahead.as_ref());
        reading.is_some_and(|reading| !reading.is_finished())
    }
}
