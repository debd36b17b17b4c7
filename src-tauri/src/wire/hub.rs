//! A repository of a hub as it was looked at, and a token that may be shown to get in.

use app::{AtHub, Judged, Offered};
use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

use super::failure::Failure;
use super::kin::Stranger;
use super::survey::{Fit, MachineView, fit_of_plan};

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct HubRequest {
    /// As a person typed or pasted it.
    pub(crate) typed: String,
}

/// What of a repository runs here.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct HubView {
    repository: String,
    /// What it was asked for as, where that is another name.
    renamed: Option<String>,
    host: String,
    machine: MachineView,
    /// The smallest first.
    offers: Vec<Offer>,
    /// Which of them was meant, where that is clear.
    meant: Option<usize>,
    /// What they are where they are no R1s.
    stranger: Option<Stranger>,
}

/// A model of a repository.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct Offer {
    /// What downloads it.
    id: String,
    /// Its quantisation, or its name where that tells none.
    quant: String,
    /// The file that opens it.
    path: String,
    #[cfg_attr(test, ts(type = "number"))]
    bytes: u64,
    /// None where it was not looked at, or cannot be loaded.
    fit: Option<Fit>,
    /// Why it cannot be loaded.
    cannot: Option<Failure>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct OfferRequest {
    pub(crate) id: String,
    pub(crate) quant: String,
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) bytes: u64,
}

/// That a token may be shown to a host for one of its repositories.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct AgreementRequest {
    pub(crate) host: String,
    pub(crate) repository: String,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct TokenRequest {
    pub(crate) host: String,
}

/// Where a token is that a host may be shown: a variable or a file. Never the token.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct TokenPlace {
    pub(crate) place: Option<String>,
}

impl HubView {
    /// For a person who accepts so many milliseconds for an answer.
    pub(crate) fn of(found: AtHub, machine: &app::fit::Machine, patience_ms: u64) -> Self {
        let offer = |offered: Offered| {
            let (fit, cannot) = match offered.judged {
                Judged::Runs(plan) => (Some(fit_of_plan(&plan, machine, patience_ms)), None),
                Judged::Cannot(failure) => (None, Some(failure.into())),
                Judged::Unknown => (None, None),
            };
            Offer {
                id: offered.id,
                quant: offered.quant,
                path: offered.path,
                bytes: offered.bytes,
                fit,
                cannot,
            }
        };
        Self {
            repository: found.repository,
            renamed: found.renamed,
            host: found.host,
            machine: machine.into(),
            offers: found.offers.into_iter().map(offer).collect(),
            meant: found.meant,
            stranger: found.stranger.map(Into::into),
        }
    }
}
