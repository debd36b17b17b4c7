//! Whether guessing pays: what a step costs by the tokens it computes, and how often guesses come
//! true, both as seen in this process.
//!
//! Computing a few tokens at once takes longer than one, by how much depends on the machine, the
//! model, the length of the conversation and what else runs; so it is measured at every step. How
//! often guesses come true is seen without computing them, by comparing them with what was written.
//! Pure: times come in. Not here: the guesses themselves (`ngram`).

use crate::ngram::LONGEST;

/// Tokens that one step computes at most. llama.cpp's kernels for rearranged weights take rows by
/// fours, and on two cores eight rows cost about four times one: more would have to come true than
/// ever does.
pub(crate) const WIDEST: usize = 8;

/// What each further token of a step is thought to cost, as a part of a step with one, before it
/// was measured.
const FURTHER: f64 = 0.3;

/// A guess must promise so much more speed than none, or the errors of both estimates decide.
const MARGIN: f64 = 1.05;

/// How much a new time counts against those before: much where it is shorter, since something else
/// may make a step longer and nothing makes it shorter.
const TIME_RATE: (f64, f64) = (0.4, 0.15);

/// How much a guess that came true or did not counts against those before.
const CHANCE_RATE: f64 = 0.05;

/// Where guessing does not pay, it is tried again after so many guesses were left alone, ...
const RETRY: u32 = 64;

/// ... and then after twice as many each time, up to so many: a try that fails costs about three
/// steps, so it costs next to nothing over all.
const RETRY_LATEST: u32 = 2048;

/// What was learned about guessing.
pub(crate) struct Worth {
    /// Seconds of a step with one token.
    single: Option<f64>,
    /// By tokens of a step: its time beside that of one, and whether it was tried at all. The first
    /// time of a width counts for nothing, since llama.cpp prepares for it then.
    ratios: [(bool, Option<f64>); WIDEST + 1],
    /// By the length of the agreement behind it: how often a guess comes true.
    chances: [f64; LONGEST + 1],
    left_alone: u32,
    retry: u32,
}

impl Default for Worth {
    fn default() -> Self {
        // Longer agreements are better ones; what is true here is soon learned.
        let chance = |length: usize| match length {
            0..4 => 0.3,
            4..8 => 0.55,
            _ => 0.8,
        };
        Self {
            single: None,
            ratios: [(false, None); WIDEST + 1],
            chances: std::array::from_fn(chance),
            left_alone: 0,
            retry: RETRY,
        }
    }
}

impl Worth {
    /// Learns how long a step with so many tokens took.
    pub(crate) fn took(&mut self, tokens: usize, seconds: f64) {
        if tokens == 1 {
            self.single = Some(nearer(self.single, seconds));
            return;
        }
        let Some((tried, ratio)) = self.ratios.get_mut(tokens) else {
            return;
        };
        if let (true, Some(single)) = (*tried, self.single.filter(|single| *single > 0.0)) {
            *ratio = Some(nearer(*ratio, seconds / single));
        }
        *tried = true;
    }

    /// Learns whether a guess upon an agreement of this length came true.
    pub(crate) fn saw(&mut self, length: usize, came_true: bool) {
        let chance = &mut self.chances[length.min(LONGEST)];
        *chance += CHANCE_RATE * (f64::from(u8::from(came_true)) - *chance);
    }

    /// How many tokens shall be guessed upon an agreement of this length, `most` at most.
    pub(crate) fn guesses(&mut self, length: usize, most: usize) -> usize {
        let mut best = (0, 0.0);
        let (mut chance, mut hoped) = (1.0, 1.0);
        for guesses in 1..=most.min(WIDEST - 1) {
            chance *= self.chances[(length + guesses - 1).min(LONGEST)];
            hoped += chance;
            let gain = hoped / self.ratio(1 + guesses);
            if gain > best.1 {
                best = (guesses, gain);
            }
        }
        if best.1 >= MARGIN {
            self.retry = RETRY;
            self.left_alone = 0;
            return best.0;
        }
        self.left_alone += 1;
        if self.left_alone > self.retry && hoped > MARGIN {
            self.left_alone = 0;
            self.retry = (self.retry * 2).min(RETRY_LATEST);
            return best.0;
        }
        0
    }

    /// True where several tries in a row were in vain.
    pub(crate) fn is_hopeless(&self) -> bool {
        self.retry > RETRY * 4
    }

    /// What a step with so many tokens costs beside one with a single token: as measured, or as the
    /// nearest width that was makes it likely.
    fn ratio(&self, tokens: usize) -> f64 {
        let known = |tokens: usize| self.ratios.get(tokens).and_then(|(_, ratio)| *ratio);
        let near = (0..WIDEST).find_map(|far| {
            let nearest = [tokens.checked_sub(far), tokens.checked_add(far)];
            nearest
                .into_iter()
                .flatten()
                .find_map(|width| Some((width, known(width)?)))
        });
        near.map_or(thought(tokens), |(width, ratio)| {
            1.0 + (ratio - 1.0).max(0.0) * (thought(tokens) - 1.0) / (thought(width) - 1.0)
        })
    }
}

/// What a step is thought to cost before it was measured.
fn thought(tokens: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a handful")]
    let further = tokens.saturating_sub(1) as f64;
    1.0 + FURTHER * further
}

/// An estimate after one more measurement. One that is far off, because something else ran just
/// then, moves it no more than one twice as large.
fn nearer(before: Option<f64>, now: f64) -> f64 {
    match before {
        None => now,
        Some(before) if now < before => before + TIME_RATE.0 * (now - before),
        Some(before) => before + TIME_RATE.1 * (now.min(before * 2.0) - before),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was learned after many steps whose cost grows by this part with each further token.
    fn measured(further: f64) -> Worth {
        let mut worth = Worth::default();
        for round in 0..40 {
            for tokens in 1..=WIDEST {
                let rest = f64::from(u8::try_from(tokens - 1).unwrap());
                // The first of each width takes much longer.
                let first = if round == 0 { 10.0 } else { 1.0 };
                worth.took(tokens, 0.03 * first * (1.0 + further * rest));
            }
        }
        worth
    }

    /// Guesses as true as this, upon every agreement.
    fn seeing(mut worth: Worth, of_ten: u32) -> Worth {
        for round in 0..400 {
            for length in 2..=LONGEST {
                worth.saw(length, round * 7 % 10 < of_ten);
            }
        }
        worth
    }

    #[test]
    fn as_many_are_guessed_as_pay() {
        for (further, of_ten, expect) in [
            // As good as free: always all of them.
            (0.02, 9, 7..=7),
            (0.5, 10, 7..=7),
            // Dear, and seldom true.
            (0.5, 3, 0..=0),
            (0.9, 5, 0..=0),
            (1.1, 10, 0..=0),
            (0.3, 6, 1..=3),
        ] {
            let guesses = seeing(measured(further), of_ten).guesses(4, 7);
            assert!(expect.contains(&guesses), "{further}, {of_ten}: {guesses}");
        }
        assert_eq!(seeing(measured(0.02), 9).guesses(4, 3), 3);
        assert_eq!(seeing(measured(0.02), 9).guesses(4, 0), 0);
    }

    #[test]
    fn what_does_not_pay_is_tried_now_and_then_and_more_and_more_seldom() {
        let mut worth = seeing(measured(1.5), 9);
        let mut tries = Vec::new();
        for step in 0..20_000 {
            if worth.guesses(4, 7) > 0 {
                tries.push(step);
            }
        }
        assert!((6..=20).contains(&tries.len()), "{tries:?}");
        assert!(worth.is_hopeless() && !seeing(measured(0.1), 9).is_hopeless());
        // At some time it pays, and is found out.
        for _ in 0..40 {
            worth.took(2, 0.03 * 1.02);
        }
        assert!(worth.guesses(4, 7) > 0 && !worth.is_hopeless());
    }

    #[test]
    fn what_never_comes_true_is_not_even_tried() {
        let mut worth = seeing(measured(0.1), 0);
        assert!((0..20_000).all(|_| worth.guesses(2, 7) == 0));
    }

    #[test]
    fn the_first_step_of_a_width_and_one_that_was_held_up_count_little() {
        let mut worth = measured(0.3);
        let before = worth.ratio(4);
        assert!((1.85..=1.95).contains(&before), "{before}");
        worth.took(4, 30.0);
        assert!(worth.ratio(4) <= before * (1.01 + TIME_RATE.1));
        assert!(Worth::default().ratio(4) > 1.0);
        let mut odd = Worth::default();
        for seconds in [0.0, f64::INFINITY, 0.0, 1.0] {
            (1..20).for_each(|tokens| odd.took(tokens, seconds));
        }
        assert!(odd.guesses(4, 7) <= 7);
    }
}
