//! Which R1 to take, and which others are worth a look: points against minutes.
//!
//! A point is one percent on GPQA diamond, the one benchmark that is published for all members of the
//! family. Three points are the least that a person could notice, and nothing less is paid for with
//! time or memory. What stands behind another in everything is never named. Not here: planning them.

mod rung;

use crate::bytes::human;
use crate::forecast::Estimate;
use crate::plan::{Plan, Verdict};
use crate::words::about;
use rung::{Rung, worthwhile};

/// The time for a typical answer that a person accepts where nothing else is set: three minutes.
pub const PATIENCE_MS: u64 = 180_000;

/// Fewer points than this are no difference.
const WORTH_POINTS: f64 = 3.0;

/// What the whole of the time that a person accepts is worth, in points: two steps. A model that takes
/// half of it longer has to bring three points.
const PATIENCE_POINTS: f64 = 2.0 * WORTH_POINTS;

/// Nothing is named that takes so many times what a person accepts: a model for the night is no
/// neighbour of one for a chat.
const FARTHEST: f64 = 20.0;

/// A faster one answers in half of the time at least.
const FASTER: f64 = 2.0;

/// And saves at least this part of what a person accepts: who waits for half a minute needs no hint.
const SAVED: f64 = 1.0 / 3.0;

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
    /// One that answers much sooner and gives up the least for that.
    pub faster: Option<usize>,
    /// Why one might take it.
    pub faster_why: String,
    /// One whose points are worth the longer wait.
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
    let all: Vec<Rung> = Rung::all(choices).collect();
    let Some(best) = all.iter().find(|rung| Some(rung.at) == best) else {
        return advice;
    };
    let named = worthwhile(&all);
    if let Some(faster) = faster(best, &named, patience_ms) {
        advice.faster = Some(faster);
        advice.faster_why = format!("faster but less capable: {}", answers(&choices[faster]));
    }
    if let Some(smarter) = smarter(best, &named, patience_ms) {
        let choice = &choices[smarter];
        let room = match choice.plan.verdict {
            Verdict::Tight => ", and memory gets tight",
            Verdict::Slow => ", from the disk",
            _ => "",
        };
        let slow = if choice.plan.exceeds(patience_ms) {
            " but slow"
        } else {
            ""
        };
        advice.smarter = Some(smarter);
        advice.smarter_why = format!("more capable{slow}: {}{room}", answers(choice));
    }
    advice
}

impl Plan {
    /// True where a typical answer takes longer than a person accepts: it fits, but is slow.
    pub fn exceeds(&self, patience_ms: u64) -> bool {
        self.estimate
            .is_some_and(|estimate| estimate.answer_ms > patience_ms)
    }
}

fn best(choices: &[Choice<'_>], patience_ms: u64) -> (Option<usize>, String) {
    for verdict in [Verdict::Comfortable, Verdict::Tight] {
        let rungs: Vec<Rung> = Rung::all(choices)
            .filter(|rung| rung.verdict == verdict)
            .collect();
        // What answers in time is weighed against its like alone.
        let in_time: Vec<Rung> = rungs
            .iter()
            .copied()
            .filter(|rung| rung.ms <= patience_ms)
            .collect();
        let worth = |rung: &Rung| rung.score - PATIENCE_POINTS * rung.part_of(patience_ms);
        let best = worthwhile(&in_time)
            .into_iter()
            .max_by(|one, other| worth(one).total_cmp(&worth(other)));
        let is_in_time = best.is_some();
        let soonest = || worthwhile(&rungs).into_iter().min_by_key(|rung| rung.ms);
        if let Some(rung) = best.or_else(soonest) {
            let choice = &choices[rung.at];
            let why = why(choice, is_in_time, patience_ms);
            return (Some(rung.at), why);
        }
        let with = |choice: &Choice<'_>| choice.plan.verdict == verdict;
        if let Some(at) = choices.iter().position(with) {
            let why = match verdict {
                Verdict::Comfortable => {
                    "it leaves room for your other programs; how fast it is was not measured yet"
                }
                _ => "it fits when other programs are closed; how fast it is was not measured yet",
            };
            return (Some(at), why.to_owned());
        }
    }
    (None, why_none(choices))
}

fn why(choice: &Choice<'_>, is_in_time: bool, patience_ms: u64) -> String {
    let patience = about(patience_ms);
    let answers = answers(choice);
    match (choice.plan.verdict, is_in_time) {
        (Verdict::Comfortable, true) => format!(
            "the most capable R1 that leaves room for your other programs and usually answers within \
             {patience}: {answers}"
        ),
        (Verdict::Comfortable, false) => format!(
            "no R1 usually answers within {patience} here; this one comes closest and leaves room: \
             {answers}"
        ),
        (_, true) => format!(
            "it fits when other programs are closed, and usually answers within {patience}: {answers}"
        ),
        (_, false) => format!("it fits when other programs are closed: {answers}"),
    }
}

/// The slow lane is never what one should begin with.
fn why_none(choices: &[Choice<'_>]) -> String {
    let least = choices
        .iter()
        .map(|choice| choice.plan.memory_bytes())
        .min();
    let free = choices
        .first()
        .and_then(|choice| choice.plan.shares.first());
    match (least, free) {
        (Some(least), Some(share)) => format!(
            "no R1 fits into the free memory: the smallest needs {}, {} are free; close other programs",
            human(least),
            human(share.available_bytes)
        ),
        _ => "there is no model to choose from".to_owned(),
    }
}

/// The one that gives up the fewest points for each halving of the time.
fn faster(best: &Rung, named: &[Rung], patience_ms: u64) -> Option<usize> {
    let is_worth_it = |rung: &&Rung| {
        let saved = best.part_of(patience_ms) - rung.part_of(patience_ms);
        rung.verdict <= best.verdict && rung.times_sooner(best) >= FASTER && saved >= SAVED
    };
    let loss = |rung: &Rung| (best.score - rung.score) / best.doublings(rung);
    named
        .iter()
        .filter(is_worth_it)
        .min_by(|one, other| loss(one).total_cmp(&loss(other)))
        .map(|rung| rung.at)
}

/// The one that brings the most points for each doubling of the time, and three of them for each; of
/// those that leave room first, from the disk last.
fn smarter(best: &Rung, named: &[Rung], patience_ms: u64) -> Option<usize> {
    let gain = |rung: &Rung| (rung.score - best.score) / rung.doublings(best);
    let is_worth_it =
        |rung: &&Rung| gain(rung) >= WORTH_POINTS && rung.part_of(patience_ms) <= FARTHEST;
    let order = |one: &&Rung, other: &&Rung| {
        let room = other.verdict.cmp(&one.verdict);
        room.then_with(|| gain(one).total_cmp(&gain(other)))
    };
    let found = named.iter().filter(is_worth_it).max_by(order);
    found.map(|rung| rung.at)
}

fn answers(choice: &Choice<'_>) -> String {
    choice.plan.estimate.map_or_else(
        || "how long an answer takes was not measured yet".to_owned(),
        |estimate: Estimate| format!("an answer takes {}", estimate.span()),
    )
}
