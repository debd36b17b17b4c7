//! Words of a quick answer that wait, where nobody watches them come: a model that thinks though it was told to
//! answer at once says so only where it closes its thought, and what was printed by then cannot be taken back.

/// Tokens after which they wait no longer: whoever reads a long answer as it comes must get it.
const MOST: u32 = 400;

/// What is printed, and in which order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Printed {
    /// What was printed of the answer before was a thought.
    pub(crate) rethought: bool,
    pub(crate) thinking: String,
    pub(crate) answer: String,
}

/// The words that wait; none where none do.
#[derive(Debug)]
pub(crate) struct Held(Option<String>);

impl Held {
    pub(crate) fn new(waits: bool) -> Self {
        Self(waits.then(String::new))
    }

    /// What can be printed now that these words came, behind so many tokens of an answer.
    pub(crate) fn take(
        &mut self,
        rethought: bool,
        thinking: &str,
        answer: &str,
        answer_tokens: u32,
    ) -> Printed {
        let mut waited = self.0.take();
        let was_held = waited.is_some();
        let begins = waited.as_deref() == Some("");
        let mut printed = Printed {
            rethought: rethought && !was_held,
            thinking: thinking.to_owned(),
            answer: answer.to_owned(),
        };
        if rethought {
            let thought = waited.take().unwrap_or_default();
            printed.thinking.insert_str(0, &thought);
        } else if begins && !thinking.is_empty() {
            // It says itself that it thinks.
        } else if let Some(mut words) = waited {
            words.push_str(answer);
            if answer_tokens < MOST {
                printed.answer.clear();
                self.0 = Some(words);
            } else {
                printed.answer = words;
            }
        }
        printed
    }

    /// What still waited at the end.
    pub(crate) fn rest(&mut self) -> String {
        self.0.take().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(held: &mut Held, words: &[(bool, &str, &str, u32)]) -> Vec<Printed> {
        let taken = words.iter().map(|(rethought, thinking, answer, tokens)| {
            held.take(*rethought, thinking, answer, *tokens)
        });
        taken
            .filter(|printed| *printed != Printed::default())
            .collect()
    }

    fn words(rethought: bool, thinking: &str, answer: &str) -> Printed {
        Printed {
            rethought,
            thinking: thinking.to_owned(),
            answer: answer.to_owned(),
        }
    }

    #[test]
    fn an_answer_waits_until_it_is_one() {
        let mut held = Held::new(true);
        let none = printed(&mut held, &[(false, "", "It ", 1), (false, "", "is", 2)]);
        assert!(none.is_empty());
        assert_eq!(held.rest(), "It is");
        assert_eq!(held.rest(), "");
    }

    #[test]
    fn what_proves_a_thought_is_printed_as_one() {
        let mut held = Held::new(true);
        let words_that_come = [
            (false, "", "so", 1),
            (true, " 4", "It", 1),
            (false, "", " is", 2),
        ];
        assert_eq!(
            printed(&mut held, &words_that_come),
            [words(false, "so 4", "It"), words(false, "", " is")]
        );
    }

    #[test]
    fn a_long_answer_waits_no_longer_and_is_called_a_thought_afterwards() {
        let mut held = Held::new(true);
        let words_that_come = [
            (false, "", "a", MOST - 1),
            (false, "", "b", MOST),
            (false, "", "c", MOST + 1),
            (true, "", "d", 1),
        ];
        assert_eq!(
            printed(&mut held, &words_that_come),
            [
                words(false, "", "ab"),
                words(false, "", "c"),
                words(true, "", "d")
            ]
        );
    }

    #[test]
    fn a_thought_that_says_so_waits_for_nothing() {
        let mut held = Held::new(true);
        let words_that_come = [(false, "so", "", 0), (false, "", "It", 1)];
        assert_eq!(
            printed(&mut held, &words_that_come),
            [words(false, "so", ""), words(false, "", "It")]
        );
        let mut open = Held::new(false);
        assert_eq!(
            printed(&mut open, &[(false, "", "It", 1)]),
            [words(false, "", "It")]
        );
    }
}
