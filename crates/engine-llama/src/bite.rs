//! How much of a prompt is computed at once by a device that asks nobody whether it should stop. Only
//! llama.cpp's processors ask; a GPU computes what it was given to its end, and a stop waits for that. So
//! a slow one is given less, and a fast one what suits it.
//!
//! Not here: what suits a processor (`tuning`).

use std::time::Duration;

/// A stop waits for so much at most, as far as can be told beforehand.
const LONG: Duration = Duration::from_millis(500);

/// The first, before it is known how fast the device is.
const FIRST: usize = 32;

/// So many tokens at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bite(usize);

impl Default for Bite {
    fn default() -> Self {
        Self(FIRST)
    }
}

impl Bite {
    /// Tokens that are computed next, where no more than these may be.
    pub(crate) fn tokens(self, most: usize) -> usize {
        self.0.min(most).max(1)
    }

    /// Learns what so many took.
    pub(crate) fn took(&mut self, tokens: usize, took: Duration) {
        if took > LONG {
            self.0 = (tokens / 2).max(1);
        } else if tokens >= self.0 && took <= LONG / 4 {
            self.0 = tokens * 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: usize = 512;

    /// The bites of a prompt on a device that takes so long for a token, in milliseconds.
    fn bites(ms: f64, prompt: usize) -> Vec<usize> {
        let mut bite = Bite::default();
        let mut bites = Vec::new();
        let mut rest = prompt;
        while rest > 0 {
            let tokens = bite.tokens(MOST).min(rest);
            #[expect(clippy::cast_precision_loss, reason = "some hundreds of tokens")]
            bite.took(tokens, Duration::from_secs_f64(ms * tokens as f64 / 1000.0));
            bites.push(tokens);
            rest -= tokens;
        }
        bites
    }

    #[test]
    fn a_slow_device_is_never_given_much() {
        // Ten tokens a second: the first bite is too large, once.
        let slow = bites(100.0, 60);
        assert_eq!(slow[..4], [32, 16, 8, 4]);
        assert!(slow[4..].iter().all(|tokens| *tokens <= 4), "{slow:?}");
        assert!(bites(10.0, 400).iter().all(|tokens| *tokens <= 50));
    }

    #[test]
    fn a_fast_device_is_soon_given_what_suits_it() {
        assert_eq!(bites(0.1, 2000)[..6], [32, 64, 128, 256, MOST, MOST]);
    }
}
