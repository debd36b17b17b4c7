//! Finds where a text said before what it says now, so that what followed then can be guessed to
//! follow again.
//!
//! A new token costs two look-ups however long the text is: the text is never gone through again.
//! Pure. Not here: whether a guess is worth its computation (`worth`).

use std::collections::HashMap;

/// An agreement is counted up to this length; beyond it every guess is about as good.
pub(crate) const LONGEST: usize = 16;

/// Lengths that are looked up, the longer first. The shorter is the least that a guess is made
/// upon.
const LOOKED_UP: [usize; 2] = [4, 2];

/// A text, and where it agrees with itself.
#[derive(Default)]
pub(crate) struct Ngrams {
    text: Vec<i32>,
    /// For each length that is looked up: where the tokens behind a passage begin, by the passage's
    /// hash.
    seen: [HashMap<u64, u32>; LOOKED_UP.len()],
    agreement: Option<Agreement>,
}

/// An earlier passage that agrees with the end of the text.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Agreement {
    /// Where its continuation begins.
    place: usize,
    /// How many tokens agree.
    length: usize,
}

impl Ngrams {
    /// A text to begin with.
    pub(crate) fn of(text: impl IntoIterator<Item = i32>) -> Self {
        let mut ngrams = Self::default();
        text.into_iter().for_each(|token| ngrams.push(token));
        ngrams
    }

    /// How many tokens agree with an earlier passage, and the token that followed it; none where
    /// too few do.
    pub(crate) fn guess(&self) -> Option<(usize, i32)> {
        let agreement = self.agreement?;
        let token = *self.text.get(agreement.place)?;
        Some((agreement.length.min(LONGEST), token))
    }

    /// Guesses so many further tokens. What goes in circles is followed around them.
    pub(crate) fn guesses(&self, count: usize) -> impl Iterator<Item = i32> {
        let agreement = self.agreement.into_iter();
        let followed = agreement.flat_map(|known| self.text[known.place..].iter().cycle());
        followed.take(count).copied()
    }

    /// Takes the next token.
    pub(crate) fn push(&mut self, token: i32) {
        let before = self
            .agreement
            .filter(|agreement| self.text[agreement.place] == token);
        self.agreement = before.map(|agreement| Agreement {
            place: agreement.place + 1,
            length: agreement.length + 1,
        });
        self.text.push(token);
        let end = self.text.len();
        let Ok(behind) = u32::try_from(end) else {
            return;
        };
        for (length, seen) in LOOKED_UP.into_iter().zip(&mut self.seen) {
            let Some(from) = end.checked_sub(length) else {
                continue;
            };
            let before = seen.insert(hash(&self.text[from..]), behind);
            // The longest agreement is the best, and of two looked up the one found first.
            if self.agreement.is_none_or(|known| known.length < length) {
                let place = before.and_then(|place| usize::try_from(place).ok());
                let found = place.and_then(|place| agreement(&self.text, place));
                self.agreement = found
                    .filter(|found| found.length >= length)
                    .or(self.agreement);
            }
        }
    }
}

/// How the tokens before this place agree with the end of the text.
fn agreement(text: &[i32], place: usize) -> Option<Agreement> {
    let (earlier, latest) = (text.get(..place)?.iter().rev(), text.iter().rev());
    let same = earlier.zip(latest).take(LONGEST);
    let length = same.take_while(|(one, other)| one == other).count();
    Some(Agreement { place, length })
}

/// FNV-1a, over whole tokens; two passages of the same hash are told apart by their tokens.
fn hash(tokens: &[i32]) -> u64 {
    tokens.iter().fold(0xcbf2_9ce4_8422_2325, |hash, token| {
        (hash ^ u64::from(token.cast_unsigned())).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(text: &str, count: usize) -> (usize, String) {
        let ngrams = Ngrams::of(text.bytes().map(i32::from));
        let bytes = ngrams
            .guesses(count)
            .map(|token| u8::try_from(token).unwrap());
        let text = String::from_utf8(bytes.collect()).unwrap();
        let length = ngrams.guess().map_or(0, |(length, _)| length);
        (length, text)
    }

    #[test]
    fn what_followed_then_is_guessed_now() {
        for (text, expect) in [
            ("", (0, "")),
            ("a", (0, "")),
            ("ab", (0, "")),
            ("abcdef", (0, "")),
            // One token is too little to go by.
            ("abcda", (0, "")),
            ("abcdab", (2, "cda")),
            ("the cat and the ", (4, "cat")),
            // The latest of equal passages.
            ("ab1cab2dab", (2, "2da")),
            // The longer agreement, not the later.
            ("wxyz1 yz2 wxyz", (4, "1 y")),
            // Around a circle that is shorter than the guess.
            ("..", (0, "")),
            ("...", (2, "...")),
            ("abcabcabc", (6, "abc")),
        ] {
            assert_eq!(guessed(text, 3), (expect.0, expect.1.to_owned()), "{text}");
        }
        assert_eq!(guessed("12345121", 9), (0, String::new()));
        assert_eq!(guessed("1234512", 9), (2, "345123451".to_owned()));
        assert_eq!(guessed(&"ab".repeat(40), 1).0, LONGEST);
    }

    #[test]
    fn an_agreement_lasts_as_long_as_it_is_true_and_is_at_least_what_a_search_finds() {
        let mut random = 1_u32;
        let mut ngrams = Ngrams::default();
        for _ in 0..4000 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ngrams.push(i32::try_from(random >> 30).unwrap());
            let text = &ngrams.text;
            let longest = (1..text.len())
                .map(|place| agreement(text, place).unwrap().length)
                .max()
                .unwrap_or(0);
            match ngrams.agreement {
                None => assert!(longest < 2),
                Some(known) => {
                    let true_one = agreement(text, known.place).unwrap();
                    assert_eq!(known.length.min(LONGEST), true_one.length);
                    assert!(known.length >= 2 && (known.length >= 4 || longest < 4));
                }
            }
        }
    }
}
