//! What a model is that is no R1: see `app::Kin`.

use app::Kin as Theirs;
use serde::Serialize;
#[cfg(test)]
use ts_rs::TS;

/// A model near to R1.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kin {
    V2,
    V3,
    V31,
    Qwen3,
    Qwq,
}

/// A model that is no R1.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct Stranger {
    /// What it is, as far as that is known.
    kin: Option<Kin>,
}

impl From<app::Stranger> for Stranger {
    fn from(stranger: app::Stranger) -> Self {
        Self {
            kin: stranger.kin.map(Into::into),
        }
    }
}

impl From<Theirs> for Kin {
    fn from(kin: Theirs) -> Self {
        match kin {
            Theirs::V2 => Self::V2,
            Theirs::V3 => Self::V3,
            Theirs::V31 => Self::V31,
            Theirs::Qwen3 => Self::Qwen3,
            Theirs::Qwq => Self::Qwq,
        }
    }
}
