//! How replies think: at all or not, how long, and what happens to a thought that goes round in
//! circles. Set for a chat, or for a model's new chats.

use chats::{ChatId, Chats};
use engine::governor::Governor;
use engine::message::Sampling;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// How replies of a chat think.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Manner {
    /// True to answer at once, without a thought.
    pub quick: bool,
    /// How long a thought may last.
    pub budget: Budget,
    /// True to answer by itself where a thought goes round in circles; else it is only told.
    pub closes_loops: bool,
    /// How the next token is chosen.
    pub taste: Taste,
}

/// How the next token is chosen, as far as a person may set it; see [`Sampling`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Taste {
    /// 0 takes the likeliest token always.
    pub temperature: f32,
    /// Keeps the likeliest tokens that together reach this probability.
    pub top_p: f32,
    /// Keeps this many of the likeliest tokens; 0 keeps all.
    pub top_k: u32,
    /// Drops tokens less likely than this part of the likeliest.
    pub min_p: f32,
    /// Divides the score of tokens that were written lately; 1 leaves them alone.
    pub repeat_penalty: f32,
}

impl Default for Taste {
    /// What the makers of R1 advise.
    fn default() -> Self {
        let advised = Sampling::of_r1(0);
        Self {
            temperature: advised.temperature,
            top_p: advised.top_p,
            top_k: advised.top_k,
            min_p: advised.min_p,
            repeat_penalty: advised.repeat_penalty,
        }
    }
}

impl Taste {
    /// What the engine is told.
    pub fn sampling(self, seed: u32) -> Sampling {
        Sampling {
            temperature: self.temperature,
            top_p: self.top_p,
            top_k: self.top_k,
            min_p: self.min_p,
            repeat_penalty: self.repeat_penalty,
            seed,
        }
    }

    /// Every number where it makes sense; one that is none becomes what is advised.
    fn sane(self) -> Self {
        let usual = Self::default();
        let within = |value: f32, low: f32, high: f32, usual: f32| {
            if value.is_finite() {
                value.clamp(low, high)
            } else {
                usual
            }
        };
        Self {
            temperature: within(self.temperature, 0.0, 2.0, usual.temperature),
            top_p: within(self.top_p, 0.01, 1.0, usual.top_p),
            top_k: self.top_k.min(1000),
            min_p: within(self.min_p, 0.0, 0.99, usual.min_p),
            repeat_penalty: within(self.repeat_penalty, 1.0, 2.0, usual.repeat_penalty),
        }
    }
}

/// How long a thought may last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Budget {
    /// As long as the model wants.
    #[default]
    Off,
    /// So many tokens.
    Tokens(u32),
    /// So many seconds.
    Seconds(u32),
}

/// Tokens of a long answer, and of a thought that is longer than most: R1's makers report 12,000 on
/// average for the hardest tasks, people's questions take some hundreds to some thousands.
const ANSWER: u32 = 1024;
const THOUGHT: u32 = 3072;

impl Default for Manner {
    /// The model thinks as long as it wants, but not in circles.
    fn default() -> Self {
        Self {
            quick: false,
            budget: Budget::Off,
            closes_loops: true,
            taste: Taste::default(),
        }
    }
}

impl Manner {
    /// What the engine is told. An empty thought is asked for once more wherever one is wanted.
    pub fn governor(&self) -> Governor {
        let (most_tokens, most_ms) = match self.budget {
            Budget::Off => (None, None),
            Budget::Tokens(tokens) => (Some(tokens), None),
            Budget::Seconds(seconds) => (None, Some(u64::from(seconds) * 1000)),
        };
        Governor {
            most_tokens,
            most_ms,
            least_tokens: 0,
            closes_loops: self.closes_loops,
            asks_again: !self.quick,
        }
    }

    /// Tokens of the context that are kept free for the reply, as far as half of it allows.
    pub fn room(&self) -> u32 {
        match self.budget {
            _ if self.quick => ANSWER,
            Budget::Tokens(tokens) => tokens.saturating_add(ANSWER).min(THOUGHT + ANSWER),
            Budget::Off | Budget::Seconds(_) => THOUGHT + ANSWER,
        }
    }

    /// With every number where it makes sense, wherever it came from.
    pub(crate) fn sane(self) -> Self {
        Self {
            taste: self.taste.sane(),
            ..self
        }
    }

    /// How a chat thinks, if somebody chose.
    pub(crate) fn of(chats: &Chats, chat: ChatId) -> Result<Option<Self>, Failure> {
        Ok(chats.manner(chat)?.as_deref().and_then(Self::parse))
    }

    /// From what [`Manner::text`] made; anything else is nobody's choice.
    fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().map(Self::sane)
    }

    /// The form in which it is kept.
    pub(crate) fn text(&self) -> String {
        serde_json::to_string(self).expect("BUG: numbers and words are JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again_and_what_is_missing_is_the_default() {
        let manners = [
            Manner::default(),
            Manner {
                quick: true,
                budget: Budget::Seconds(90),
                closes_loops: false,
                taste: Taste {
                    temperature: 1.0,
                    top_k: 40,
                    ..Taste::default()
                },
            },
        ];
        for manner in manners {
            assert_eq!(Manner::parse(&manner.text()), Some(manner));
        }
        let old = Manner::parse(r#"{"budget":{"tokens":512},"of_next_year":1}"#).unwrap();
        assert_eq!((old.budget, old.closes_loops), (Budget::Tokens(512), true));
        assert_eq!(old.taste, Taste::default());
        assert_eq!(Manner::parse("quick"), None);
        let odd = r#"{"taste":{"temperature":9e9,"top_p":-1,"min_p":1e40}}"#;
        let mended = Taste {
            temperature: 2.0,
            top_p: 0.01,
            ..Taste::default()
        };
        assert_eq!(Manner::parse(odd).map(|odd| odd.taste), Some(mended));
    }
}
