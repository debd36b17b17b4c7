//! Merges the words of a fast model into few updates: a page that repaints for each token of a
//! model that writes thousands a second does nothing else. The clock is passed in.

use std::time::{Duration, Instant};

use engine::message::SoFar;

/// Between two updates of a page with words of an answer: ten a second, two or three words each. On two cores
/// the page's work holds up both of the threads that compute, since each waits for the other: with thirty a
/// second a reply was a fifth slower in the window than outside of it (bench/README.md, "Decoding in the
/// window").
pub(crate) const ANSWER: Duration = Duration::from_millis(100);

/// The same for thoughts, which are most of a reply and mostly folded: one line that nobody reads whole.
const THOUGHT: Duration = Duration::from_millis(300);

/// Words that were not told yet.
#[derive(Debug, Default)]
pub(crate) struct Coalescer {
    rethought: bool,
    thinking: String,
    answer: String,
    so_far: SoFar,
    last: Option<Instant>,
}

/// Merged words.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Merged {
    /// What was told of the answer before is a thought now.
    pub(crate) rethought: bool,
    pub(crate) thinking: String,
    pub(crate) answer: String,
    pub(crate) so_far: SoFar,
}

impl Coalescer {
    /// Takes words.
    pub(crate) fn add(&mut self, thinking: &str, answer: &str, so_far: SoFar) {
        self.thinking += thinking;
        self.answer += answer;
        self.so_far = so_far;
    }

    /// All of the answer so far becomes a thought.
    pub(crate) fn rethink(&mut self) {
        self.rethought = true;
        self.thinking += &std::mem::take(&mut self.answer);
    }

    /// What is to be told by now, if anything: the first words at once, later ones when [`ANSWER`] or
    /// [`THOUGHT`] has passed.
    pub(crate) fn due(&mut self, now: Instant) -> Option<Merged> {
        let between = if self.answer.is_empty() {
            THOUGHT
        } else {
            ANSWER
        };
        let waited = self
            .last
            .is_none_or(|last| now.duration_since(last) >= between);
        if waited { self.rest(now) } else { None }
    }

    /// What was not told yet, however little time has passed.
    pub(crate) fn rest(&mut self, now: Instant) -> Option<Merged> {
        if self.thinking.is_empty() && self.answer.is_empty() && !self.rethought {
            return None;
        }
        self.last = Some(now);
        Some(Merged {
            rethought: std::mem::take(&mut self.rethought),
            thinking: std::mem::take(&mut self.thinking),
            answer: std::mem::take(&mut self.answer),
            so_far: self.so_far,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Updates of a second in which a thousand of these come; loses no letter.
    fn updates_of_a_thousand(thinking: &str, answer: &str) -> usize {
        let begin = Instant::now();
        let mut coalescer = Coalescer::default();
        let mut told = Vec::new();
        for token in 0..1000 {
            let now = begin + Duration::from_millis(token);
            coalescer.add(thinking, answer, SoFar::default());
            told.extend(coalescer.due(now));
        }
        told.extend(coalescer.rest(begin + Duration::from_secs(1)));
        let letters = told
            .iter()
            .map(|merged| merged.thinking.len() + merged.answer.len());
        assert_eq!(letters.sum::<usize>(), 1000);
        told.len()
    }

    #[test]
    fn a_second_of_an_answer_is_ten_updates_and_one_of_a_thought_three() {
        let answer = updates_of_a_thousand("", "a");
        assert!((10..=12).contains(&answer), "{answer} updates");
        let thought = updates_of_a_thousand("t", "");
        assert!((3..=5).contains(&thought), "{thought} updates");
    }

    #[test]
    fn an_answer_does_not_wait_as_long_as_the_thought_before_it() {
        let begin = Instant::now();
        let mut coalescer = Coalescer::default();
        coalescer.add("So", "", SoFar::default());
        assert!(coalescer.due(begin).is_some());
        coalescer.add(" be it.", "", SoFar::default());
        assert!(coalescer.due(begin + ANSWER).is_none());
        coalescer.add("", "7", SoFar::default());
        let merged = coalescer.due(begin + ANSWER).unwrap();
        assert_eq!([merged.thinking, merged.answer], [" be it.", "7"]);
    }

    #[test]
    fn an_answer_that_was_a_thought_is_told_as_one() {
        let begin = Instant::now();
        let mut coalescer = Coalescer::default();
        coalescer.add("", "told ", SoFar::default());
        assert!(!coalescer.due(begin).unwrap().rethought);
        coalescer.add("", "untold", SoFar::default());
        coalescer.rethink();
        coalescer.add("", "7", SoFar::default());
        let merged = coalescer.rest(begin).unwrap();
        assert!(merged.rethought);
        assert_eq!([merged.thinking, merged.answer], ["untold", "7"]);
        assert!(coalescer.rest(begin).is_none());
    }

    #[test]
    fn the_first_words_are_told_at_once() {
        let mut coalescer = Coalescer::default();
        coalescer.add("", "So", SoFar::default());
        assert!(coalescer.due(Instant::now()).is_some());
        assert!(coalescer.rest(Instant::now()).is_none());
    }
}
