//! How fast a model is on this machine, by the product's own way: the replies that it measures are
//! replies like any other, and teach the forecast as they do.
//!
//! A run reads a prompt that no run before it had, then writes. The first one warms up and is not
//! counted. Not here: Spud beside other programs (`bench/` of the checkout).

use std::fmt::Write;

use engine::message::Drafts;
use engine::prompt::Conversation;
use fit::{Bound, TINY_BYTES};

use crate::engine_room::{Ending, EngineRoom, Outcome, Progress, Settings};
use crate::failure::{Code, Failure};
use crate::model::Model;
use crate::stop::Stop;
use crate::tuning::Trials;

/// Tokens of the prompts that are read, about; a quarter of a small context.
const PROMPT_TOKENS: u32 = 512;

/// Runs that count.
const RUNS: u32 = 5;

/// What a run showed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BenchRun {
    /// Its number, from 1.
    pub run: u32,
    /// Of so many.
    pub of: u32,
    /// Tokens of prompt read per second.
    pub prompt_per_second: f64,
    /// Tokens written per second.
    pub decode_per_second: f64,
    /// Threads that computed at its end.
    pub threads: u32,
    /// Whether other programs took cores meanwhile.
    pub gave_way: bool,
}

/// What happens before the end.
#[derive(Debug, Clone, PartialEq)]
pub enum Benching {
    /// As with any reply.
    Progress(Progress),
    /// A run ended.
    Run(BenchRun),
    /// Ways to compute are tried.
    Trying,
}

/// Rates of some runs, per second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The slowest run.
    pub least: f64,
    /// The one in the middle.
    pub median: f64,
    /// The fastest one.
    pub most: f64,
}

impl Spread {
    /// Of at least one value.
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        let [least, .., most] = values.as_slice() else {
            let only = values.first().copied().unwrap_or_default();
            return Self {
                least: only,
                median: only,
                most: only,
            };
        };
        Self {
            least: *least,
            median: values[values.len() / 2],
            most: *most,
        }
    }
}

/// What all runs showed.
#[derive(Debug, Clone, PartialEq)]
pub struct Benched {
    /// Milliseconds of the load.
    pub load_ms: u64,
    /// Tokens of context.
    pub context: u32,
    /// Threads as planned or asked for.
    pub threads: u32,
    /// Names of the GPUs that computed.
    pub gpus: Vec<String>,
    /// Tokens of prompt read per second.
    pub prompt: Spread,
    /// Tokens written per second.
    pub decode: Spread,
    /// What the memory allows; none of a model so small that memory is not what bounds it.
    pub bound: Option<Bound>,
    /// Runs beside other programs that took cores.
    pub gave_way: u32,
    /// Runs that counted.
    pub runs: u32,
    /// Ways to compute that were tried, and what was chosen from the next load on; none of a model so
    /// small that it makes no difference, where threads were asked for, or where it could not be told.
    pub trials: Option<Trials>,
}

/// Measures a model, for `tokens` written a run; none where it was stopped.
pub async fn bench(
    room: &EngineRoom,
    model: &Model,
    settings: &Settings,
    tokens: u32,
    stop: &Stop,
    tell: &mut (dyn FnMut(Benching) + Send),
) -> Result<Option<Benched>, Failure> {
    let mut writing = Settings {
        max_tokens: tokens,
        // What is counted, or goes round in circles, is easily guessed: more than the machine can.
        drafts: Drafts::Never,
        ..settings.clone()
    };
    // Of thinking, since a model may close its thought at once and say little.
    writing.governor.least_tokens = tokens;
    writing.governor.closes_loops = false;
    let reading = Settings {
        max_tokens: 1,
        ..writing.clone()
    };
    let mut hear = |progress| tell(Benching::Progress(progress));
    let first = Conversation::of("Count from 1 to 200".to_owned());
    let Some(first) = whole(
        room.reply(model, &first, &writing, stop.clone(), &mut hear)
            .await,
    )?
    else {
        return Ok(None);
    };
    let (_, plan) = room.held().ok_or_else(gone)?;
    let mut runs = Vec::new();
    for run in 1..=RUNS {
        // Progress of each reply would flicker: a run takes a moment.
        let read = Conversation::of(prompt(run, PROMPT_TOKENS.min(plan.context / 4)));
        let write = Conversation::of(format!("Count from {run} to 200"));
        let read = whole(
            room.reply(model, &read, &reading, stop.clone(), &mut |_| {})
                .await,
        )?;
        let written = whole(
            room.reply(model, &write, &writing, stop.clone(), &mut |_| {})
                .await,
        )?;
        let (Some(read), Some(written)) = (read, written) else {
            return Ok(None);
        };
        debug_assert_eq!(
            written.statistics.drafted_tokens, 0,
            "BUG: steps that guess count as more"
        );
        let ended = BenchRun {
            run,
            of: RUNS,
            prompt_per_second: read.statistics.prompt_per_second,
            decode_per_second: written.statistics.decode_per_second,
            threads: written.statistics.threads,
            gave_way: read.statistics.gave_way || written.statistics.gave_way,
        };
        tell(Benching::Run(ended));
        runs.push(ended);
    }
    let trials = match settings.threads {
        None if plan.placement.gpus.is_empty() => {
            tell(Benching::Trying);
            let mut stop = stop.clone();
            tokio::select! {
                trials = room.try_ways(None) => trials,
                () = stop.asked() => return Ok(None),
            }
        }
        _ => None,
    };
    let used = first.statistics.prompt_tokens + tokens / 2;
    let machine = room.machine_of_held().ok_or_else(gone)?;
    let weights = plan.shares.iter().map(|share| share.weights_bytes);
    let telling = weights.sum::<u64>() >= TINY_BYTES;
    Ok(Some(Benched {
        load_ms: first.load_ms,
        context: plan.context,
        threads: settings.threads.unwrap_or(plan.threads),
        gpus: plan.placement.gpus.clone(),
        prompt: Spread::of(runs.iter().map(|run| run.prompt_per_second)),
        decode: Spread::of(runs.iter().map(|run| run.decode_per_second)),
        bound: telling.then(|| Bound::of(&plan, &machine, used)),
        gave_way: u32::try_from(runs.iter().filter(|run| run.gave_way).count()).unwrap_or(RUNS),
        runs: RUNS,
        trials,
    }))
}

/// A reply that came to an end of its own; none of one that was stopped.
fn whole(outcome: Outcome) -> Result<Option<Outcome>, Failure> {
    match outcome.ending {
        Ending::Failed(failure) => Err(failure),
        Ending::Stopped => Ok(None),
        Ending::Complete | Ending::Length => Ok(Some(outcome)),
    }
}

/// Words that differ from those of other runs from the first one on, so that none of it is in the
/// cache: sums, which any tokenizer takes apart into about a token a sign.
fn prompt(run: u32, tokens: u32) -> String {
    let mut text = String::new();
    let mut number = 11 * run;
    while text.len() < tokens as usize {
        let _ = write!(text, "{number} + {} = ? ", number % 89);
        number = number % 97 + 10 + run;
    }
    text
}

fn gone() -> Failure {
    Failure::new(Code::Bug, "the model left while it was measured")
}

#[cfg(test)]
mod tests {
    use super::{Spread, prompt};

    #[test]
    fn the_middle_is_a_run() {
        let spread = |values: &[f64]| Spread::of(values.iter().copied());
        let of_five = spread(&[5.0, 1.0, 4.0, 2.0, 3.0]);
        assert_eq!(
            (of_five.least, of_five.median, of_five.most),
            (1.0, 3.0, 5.0)
        );
        assert_eq!(spread(&[2.0]), spread(&[2.0, 2.0]));
    }

    #[test]
    fn prompts_of_runs_differ_at_once() {
        let prompts: Vec<String> = (1..=5).map(|run| prompt(run, 200)).collect();
        for (at, one) in prompts.iter().enumerate() {
            assert!((200..220).contains(&one.len()));
            let same = prompts
                .iter()
                .skip(at + 1)
                .any(|other| other[..3] == one[..3]);
            assert!(!same, "{one}");
        }
    }
}
