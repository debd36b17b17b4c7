//! Which R1 to take: the best that is comfortable and answers in the time that a person accepts,
//! and its neighbours on each side.
//!
//! The best is the one with the highest score on GPQA diamond, the one benchmark that is published
//! for all members of the family. Not here: planning them.

use crate::bytes::human;
use crate::plan::{Plan, Verdict};
use crate::words::about;

/// The time for a typical answer that a person accepts where nothing else is set: three minutes.
pub const PATIENCE_MS: u64 = 180_000;

/// A model that could be taken, with its plan for this machine.
#[derive(Debug, Clone, Copy)]
pub struct Choice<'a> {
    /// What a person calls it.
    pub name: &'a str,
    /// Percent on GPQA diamond.
    pub score: f64,
    /// The plan.
    pub plan: &'a Plan,
}

/// What to take, by places in the list of choices, each with one line of why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Advice {
    /// The one to take; none where no R1 runs.
    pub best: Option<usize>,
    /// Why that one, or why none.
    pub why: String,
    /// The best of those that answer sooner.
    pub faster: Option<usize>,
    /// Why one might take it.
    pub faster_why: String,
    /// The soonest of those that score higher.
    pub smarter: Option<usize>,
    /// Why one might take it.
    pub smarter_why: String,
}

/// Advises a person who accepts `patience_ms` for a typical answer.
pub fn advise(choices: &[Choice<'_>], patience_ms: u64) -> Advice {
    let mut advice = Advice::default();
    let (best, why) = best(choices, patience_ms);
    advice.best = best;
    advice.why = why;
    let Some(best) = best else { return advice };
    let best = &choices[best];
    let runs = |choice: &Choice<'_>| choice.plan.verdict != Verdict::TooBig;
    let others = || {
        choices
            .iter()
            .enumerate()
            .filter(|(_, choice)| runs(choice))
    };
    advice.faster = others()
        .filter(|(_, choice)| choice.plan.verdict <= best.plan.verdict && time(choice) < time(best))
        .max_by(|(_, one), (_, other)| by_score(one, other))
        .map(|(place, _)| place);
    if let Some(faster) = advice.faster {
        let faster = &choices[faster];
        advice.faster_why = format!("faster: {}, and simpler", answers(faster));
    }
    advice.smarter = others()
        .filter(|(_, choice)| choice.score > best.score)
        .min_by_key(|(_, choice)| (choice.plan.verdict, time(choice)))
        .map(|(place, _)| place);
    if let Some(smarter) = advice.smarter {
        let smarter = &choices[smarter];
        let room = match smarter.plan.verdict {
            Verdict::Tight => ", and memory gets tight",
            Verdict::Slow => ", from the disk",
            _ => "",
        };
        let slow = if time(smarter) > patience_ms {
            " but slow"
        } else {
            ""
        };
        advice.smarter_why = format!("smarter{slow}: {}{room}", answers(smarter));
    }
    advice
}

fn best(choices: &[Choice<'_>], patience_ms: u64) -> (Option<usize>, String) {
    let with = |verdict: Verdict| {
        let choices = choices.iter().enumerate();
        choices.filter(move |(_, choice)| choice.plan.verdict == verdict)
    };
    let smartest = with(Verdict::Comfortable)
        .filter(|(_, choice)| time(choice) <= patience_ms)
        .max_by(|(_, one), (_, other)| by_score(one, other));
    if let Some((at, choice)) = smartest {
        let why = format!(
            "the smartest R1 that leaves room for your other programs and answers within {}: {}",
            about(patience_ms),
            answers(choice)
        );
        return (Some(at), why);
    }
    let soonest = |verdict| with(verdict).min_by_key(|(_, choice)| time(choice));
    if let Some((at, choice)) = soonest(Verdict::Comfortable) {
        let why = match choice.plan.estimate {
            Some(_) => format!(
                "no R1 answers within {} here; this is the fastest that leaves room: {}",
                about(patience_ms),
                answers(choice)
            ),
            None => "it leaves room for your other programs; how fast it is was not measured yet"
                .to_owned(),
        };
        return (Some(at), why);
    }
    if let Some((at, choice)) = soonest(Verdict::Tight) {
        let why = format!(
            "it fits when other programs are closed, and nothing larger does: {}",
            answers(choice)
        );
        return (Some(at), why);
    }
    // The slow lane is never what one should begin with.
    let least = choices
        .iter()
        .map(|choice| choice.plan.memory_bytes())
        .min();
    let free = choices
        .first()
        .and_then(|choice| choice.plan.shares.first());
    let why = match (least, free) {
        (Some(least), Some(share)) => format!(
            "no R1 fits into the free memory: the smallest needs {}, {} are free; close other programs",
            human(least),
            human(share.available_bytes)
        ),
        _ => "there is no model to choose from".to_owned(),
    };
    (None, why)
}

fn by_score(one: &Choice<'_>, other: &Choice<'_>) -> std::cmp::Ordering {
    let sooner = || time(other).cmp(&time(one));
    one.score.total_cmp(&other.score).then_with(sooner)
}

fn time(choice: &Choice<'_>) -> u64 {
    choice
        .plan
        .estimate
        .map_or(u64::MAX, |estimate| estimate.answer_ms)
}

fn answers(choice: &Choice<'_>) -> String {
    match choice.plan.estimate {
        Some(estimate) => format!("a typical answer takes about {}", about(estimate.answer_ms)),
        None => "how long an answer takes was not measured yet".to_owned(),
    }
}
