//! A model as a step between the quick and the capable, and the ladder without the steps that nobody
//! should take.
//!
//! Not here: which step to stand on (`advice`).

use super::{Choice, WORTH_POINTS};
use crate::plan::Verdict;

/// Times that differ by less are the same: a forecast errs by more.
const SAME_TIME: f64 = 1.15;

/// A model that runs and whose time is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rung {
    /// Its place in the list of choices.
    pub(super) at: usize,
    pub(super) verdict: Verdict,
    pub(super) score: f64,
    /// Milliseconds to a typical answer.
    pub(super) ms: u64,
    bytes: u64,
}

impl Rung {
    /// Those of these choices.
    pub(super) fn all<'a>(choices: &'a [Choice<'a>]) -> impl Iterator<Item = Self> + 'a {
        let each = choices.iter().enumerate();
        each.filter_map(|(at, choice)| {
            let estimate = choice.plan.estimate?;
            (choice.plan.verdict != Verdict::TooBig).then_some(Self {
                at,
                verdict: choice.plan.verdict,
                score: choice.score,
                ms: estimate.answer_ms,
                bytes: choice.plan.needed_bytes(),
            })
        })
    }

    /// How many times sooner it answers than the other.
    pub(super) fn times_sooner(&self, other: &Self) -> f64 {
        float(other.ms) / float(self.ms)
    }

    /// How many times its time is twice the other's; one at the least, since what takes about the same
    /// time is compared by its points.
    pub(super) fn doublings(&self, other: &Self) -> f64 {
        other.times_sooner(self).log2().max(1.0)
    }

    /// Its time as a part of what a person accepts.
    pub(super) fn part_of(&self, patience_ms: u64) -> f64 {
        float(self.ms) / float(patience_ms)
    }

    /// Whether this one leaves no reason to take the other, which needs at least as much room.
    fn beats(&self, other: &Self) -> bool {
        let times = self.times_sooner(other);
        let ahead = self.score - other.score;
        if (1.0 / SAME_TIME..=SAME_TIME).contains(&times) {
            // In the same time the better, and of two that are as good the lighter.
            let is_lighter = (self.bytes, self.ms, self.at) < (other.bytes, other.ms, other.at);
            ahead >= WORTH_POINTS || (ahead > -WORTH_POINTS && is_lighter)
        } else {
            times > 1.0 && ahead > -WORTH_POINTS
        }
    }
}

/// The ladder without those that another one beats which leaves as much room.
pub(super) fn worthwhile(rungs: &[Rung]) -> Vec<Rung> {
    let mut sorted = rungs.to_vec();
    sorted.sort_by_key(|rung| (rung.verdict, rung.ms));
    let mut kept: Vec<Rung> = Vec::new();
    for rung in sorted {
        if kept.iter().any(|other| other.beats(&rung)) {
            continue;
        }
        kept.retain(|other| other.verdict != rung.verdict || !rung.beats(other));
        kept.push(rung);
    }
    kept
}

#[expect(
    clippy::cast_precision_loss,
    reason = "times are compared to a few digits"
)]
fn float(milliseconds: u64) -> f64 {
    milliseconds.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::{Rung, worthwhile};
    use crate::plan::Verdict;

    /// Each: points, seconds, GiB, verdict. Gives the places that are kept.
    fn kept(all: &[(f64, u64, u64, Verdict)]) -> Vec<usize> {
        let rungs: Vec<Rung> = all
            .iter()
            .enumerate()
            .map(|(at, &(score, seconds, gib, verdict))| Rung {
                at,
                verdict,
                score,
                ms: 1000 * seconds,
                bytes: gib << 30,
            })
            .collect();
        let mut kept: Vec<usize> = worthwhile(&rungs).iter().map(|rung| rung.at).collect();
        kept.sort_unstable();
        kept
    }

    #[test]
    fn nothing_stays_that_another_beats() {
        use Verdict::{Comfortable as Fits, Tight};
        for (all, expect) in [
            // 49.1 in 81 s beside 61.1 in 88 s.
            (&[(49.1, 81, 5, Fits), (61.1, 88, 6, Fits)][..], &[1][..]),
            // As good and sooner; as good, as soon and lighter.
            (&[(61.1, 60, 6, Fits), (62.1, 420, 20, Fits)], &[0]),
            (&[(59.1, 165, 10, Fits), (61.1, 180, 6, Fits)], &[1]),
            (&[(49.0, 81, 5, Fits), (49.0, 81, 5, Fits)], &[0]),
            // Three points are a reason, two are none.
            (&[(49.0, 80, 5, Fits), (52.0, 200, 8, Fits)], &[0, 1]),
            (&[(49.0, 80, 5, Fits), (51.9, 200, 8, Fits)], &[0]),
            // What is tight takes nothing from what leaves room, the other way round it does.
            (&[(49.0, 80, 5, Fits), (61.0, 80, 6, Tight)], &[0, 1]),
            (&[(61.0, 80, 5, Fits), (61.5, 90, 6, Tight)], &[0]),
        ] {
            assert_eq!(kept(all), expect, "{all:?}");
        }
    }
}
