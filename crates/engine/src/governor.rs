//! What governs the thinking of a reply: how long it may last, who may close it, and the sign that
//! it goes round in circles.
//!
//! Pure: tokens and times come in. Not here: how a thought is closed, which takes a vocabulary
//! (`engine-llama`).

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// How long a reply may think.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Governor {
    /// After this many tokens of thinking the thought is closed and the answer begins.
    pub most_tokens: Option<u32>,
    /// After this much time of thinking too.
    pub most_ms: Option<u64>,
    /// The model cannot close its thought before this many tokens of it; 0 lets it.
    pub least_tokens: u32,
    /// True to close a thought that goes round in circles; it is told in either case.
    pub closes_loops: bool,
    /// True to ask once more, with the thought opened, where the model left it empty. A known
    /// weakness of R1 (its model card, "Usage Recommendations").
    pub asks_again: bool,
}

impl Governor {
    /// True once a thought has had what it may have.
    pub fn is_spent(&self, tokens: u32, ms: u64) -> bool {
        self.most_tokens.is_some_and(|most| tokens >= most)
            || self.most_ms.is_some_and(|most| ms >= most)
    }
}

/// Who closed a thought in the model's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closer {
    /// Its budget was spent.
    Budget,
    /// Somebody wanted the answer.
    Asked,
    /// It went round in circles.
    Loop,
}

/// The longest circle that is looked for, in tokens: a long paragraph.
const LONGEST: usize = 256;

/// A circle counts once it came round this often after its first time, ...
const ROUNDS: usize = 2;

/// ... and once this many tokens in a row said what was said before: a list of short lines or a
/// table's rule is no circle.
const SHORTEST: usize = 48;

/// Finds text that repeats itself word for word.
///
/// For each possible length of a circle it counts how many tokens in a row equal the one a circle
/// before them; each token costs 256 comparisons, next to nothing beside its computation. A
/// circle of up to 64 tokens is found within 200 tokens of its beginning.
#[derive(Debug, Clone, Default)]
pub struct Loops {
    /// The last tokens, at most [`LONGEST`], the newest last.
    last: VecDeque<i32>,
    /// `runs[n - 1]`: the last so many tokens equal those `n` before them.
    runs: Vec<usize>,
}

impl Loops {
    /// Takes a token; true where the text goes round in circles now.
    pub fn push(&mut self, token: i32) -> bool {
        if self.runs.is_empty() {
            self.runs = vec![0; LONGEST];
        }
        let before = self.last.iter().rev();
        let mut found = false;
        for (at, (run, earlier)) in self.runs.iter_mut().zip(before).enumerate() {
            *run = if *earlier == token { *run + 1 } else { 0 };
            let length = at + 1;
            found |= *run >= (ROUNDS * length).max(SHORTEST);
        }
        if self.last.len() == LONGEST {
            self.last.pop_front();
        }
        self.last.push_back(token);
        found
    }

    /// Begins anew: another text follows.
    pub fn clear(&mut self) {
        self.last.clear();
        self.runs.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens until a circle of this length is found, behind a text without one.
    fn found_after(length: i32) -> Option<usize> {
        let mut loops = Loops::default();
        assert!((1000..1400).all(|token| !loops.push(token)));
        (0..3000).position(|at| loops.push(at % length))
    }

    #[test]
    fn every_circle_of_a_paragraph_is_found_and_a_short_one_within_200_tokens() {
        for length in 1..=64 {
            let after = found_after(length).unwrap();
            assert!(after < 200, "{length}: {after}");
        }
        for length in 65..=256 {
            let after = found_after(length).unwrap();
            assert!(
                after <= 3 * usize::try_from(length).unwrap(),
                "{length}: {after}"
            );
        }
        assert_eq!(found_after(257), None);
    }

    #[test]
    fn what_only_resembles_a_circle_is_none() {
        // A table: the same signs between numbers that differ.
        let mut loops = Loops::default();
        assert!((0..400).all(|at| !loops.push(if at % 3 == 0 { 5000 + at } else { at % 3 })));
        // A paragraph that is said twice: R1 does that to check itself.
        loops.clear();
        let twice = (0..120).chain(0..120).chain(2000..2100);
        assert!(twice.into_iter().all(|token| !loops.push(token)));
        // A rule of forty dashes.
        loops.clear();
        assert!((0..40).all(|_| !loops.push(7)));
    }

    #[test]
    fn a_budget_is_of_tokens_or_of_time() {
        let tokens = Governor {
            most_tokens: Some(10),
            ..Governor::default()
        };
        assert!(!tokens.is_spent(9, u64::MAX) && tokens.is_spent(10, 0));
        let time = Governor {
            most_ms: Some(10),
            ..Governor::default()
        };
        assert!(!time.is_spent(u32::MAX, 9) && time.is_spent(0, 10));
        assert!(!Governor::default().is_spent(u32::MAX, u64::MAX));
    }
}
