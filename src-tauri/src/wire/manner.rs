//! How replies think, and how their words are chosen.

use app::Budget;
use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

/// How replies think. At most one of the two budgets is set; 0 is none.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manner {
    /// Answers at once, without a thought.
    quick: bool,
    budget_tokens: u32,
    budget_seconds: u32,
    /// Answers by itself where a thought goes round in circles.
    closes_loops: bool,
    /// How the next token is chosen.
    #[serde(default)]
    taste: Taste,
    /// What R1's makers advise for that; told, not set.
    #[serde(default)]
    advised: Taste,
    /// Tokens of the context that are kept free for a reply, as far as half of it allows; told, not
    /// set.
    #[serde(default)]
    room: u32,
}

/// How the next token is chosen.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Taste {
    /// 0 takes the likeliest token always.
    temperature: f32,
    /// Keeps the likeliest tokens that together reach this probability.
    top_p: f32,
    /// Keeps this many of the likeliest tokens; 0 keeps all.
    top_k: u32,
    /// Drops tokens less likely than this part of the likeliest.
    min_p: f32,
    /// Divides the score of tokens that were written lately; 1 leaves them alone.
    repeat_penalty: f32,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct MannerRequest {
    /// null is the chat that does not exist yet, and all that follow it with this model.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub(crate) chat: Option<i64>,
    pub(crate) manner: Manner,
}

impl Default for Taste {
    fn default() -> Self {
        app::Taste::default().into()
    }
}

impl From<app::Taste> for Taste {
    fn from(taste: app::Taste) -> Self {
        let app::Taste {
            temperature,
            top_p,
            top_k,
            min_p,
            repeat_penalty,
        } = taste;
        Self {
            temperature,
            top_p,
            top_k,
            min_p,
            repeat_penalty,
        }
    }
}

impl From<Taste> for app::Taste {
    fn from(taste: Taste) -> Self {
        let Taste {
            temperature,
            top_p,
            top_k,
            min_p,
            repeat_penalty,
        } = taste;
        Self {
            temperature,
            top_p,
            top_k,
            min_p,
            repeat_penalty,
        }
    }
}

impl From<app::Manner> for Manner {
    fn from(manner: app::Manner) -> Self {
        let (budget_tokens, budget_seconds) = match manner.budget {
            Budget::Off => (0, 0),
            Budget::Tokens(tokens) => (tokens, 0),
            Budget::Seconds(seconds) => (0, seconds),
        };
        Self {
            quick: manner.quick,
            budget_tokens,
            budget_seconds,
            closes_loops: manner.closes_loops,
            taste: manner.taste.into(),
            advised: Taste::default(),
            room: manner.room(),
        }
    }
}

impl From<Manner> for app::Manner {
    fn from(manner: Manner) -> Self {
        Self {
            quick: manner.quick,
            budget: match (manner.budget_tokens, manner.budget_seconds) {
                (0, 0) => Budget::Off,
                (0, seconds) => Budget::Seconds(seconds),
                (tokens, _) => Budget::Tokens(tokens),
            },
            closes_loops: manner.closes_loops,
            taste: manner.taste.into(),
        }
    }
}
