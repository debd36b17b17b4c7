//! Models on their way, and what is set about the network.

use std::time::Instant;

use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

use super::Failure;
use super::cause::Setback;

/// A model on its way.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct Download {
    key: String,
    /// Its id in the catalogue.
    model: String,
    quant: String,
    name: String,
    #[cfg_attr(test, ts(type = "number"))]
    bytes: u64,
    /// Bytes that are on this machine.
    #[cfg_attr(test, ts(type = "number"))]
    here: u64,
    state: DownloadState,
}

/// What happens to a download.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(
    rename_all = "snake_case",
    rename_all_fields = "camelCase",
    tag = "type"
)]
pub(crate) enum DownloadState {
    /// It waits for its turn, or for offline to end.
    Queued,
    /// A hub is asked for sizes and hashes.
    Asking {
        host: String,
    },
    Running {
        /// The part at hand, from 1.
        part: u32,
        parts: u32,
        /// Bytes per second over the last seconds.
        #[cfg_attr(test, ts(type = "number | null"))]
        per_second: Option<u64>,
        #[cfg_attr(test, ts(type = "number | null"))]
        left_ms: Option<u64>,
        doing: Doing,
    },
    Paused,
    /// What came is kept.
    Failed {
        failure: Failure,
    },
    /// `path` is what `choose_model` takes.
    Done {
        path: String,
    },
}

/// What happens to the part at hand.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case", tag = "type")]
pub(crate) enum Doing {
    Connecting {
        host: String,
    },
    Downloading {
        host: String,
    },
    /// All is here and is compared with its hash.
    Checking {
        #[cfg_attr(test, ts(type = "number"))]
        checked: u64,
        /// Of the file that is compared, one of several perhaps.
        #[cfg_attr(test, ts(type = "number"))]
        bytes: u64,
    },
    Waiting {
        #[cfg_attr(test, ts(type = "number"))]
        ms: u64,
        why: Setback,
    },
    /// Another program of Spud downloads it.
    Elsewhere,
}

/// What is set about the network.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct Network {
    /// Nobody is asked for anything.
    offline: bool,
    /// Bytes per second at most; 0 is no limit.
    #[cfg_attr(test, ts(type = "number"))]
    limit: u64,
    /// Whom to ask, in this order.
    hubs: Vec<String>,
    closing: Closing,
}

/// What happens to a download when the window is closed.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Closing {
    Ask,
    Stop,
    GoOn,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct DownloadRequest {
    /// Its id in the catalogue.
    pub(crate) model: String,
    pub(crate) quant: String,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct DownloadKey {
    pub(crate) key: String,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct NetworkRequest {
    pub(crate) network: Network,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct LeaveRequest {
    /// Whether downloads go on without the window.
    pub(crate) go_on: bool,
    /// Whether it is the same every time from now on.
    pub(crate) always: bool,
}

/// What was asked of a host for one purpose.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub(crate) struct Connection {
    /// Of the last request, in milliseconds since 1970, UTC.
    #[cfg_attr(test, ts(type = "number"))]
    at_ms: u64,
    host: String,
    why: Purpose,
    #[cfg_attr(test, ts(type = "number"))]
    requests: u64,
    #[cfg_attr(test, ts(type = "number"))]
    bytes: u64,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct ConnectionsRequest {
    /// Every one, and not only the latest.
    pub(crate) all: bool,
}

/// Connections, the last first.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct Connections {
    rows: Vec<Connection>,
    /// There are older ones.
    more: bool,
}

/// What somebody was asked for.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case", tag = "type")]
pub(crate) enum Purpose {
    Download {
        file: String,
    },
    Header {
        file: String,
    },
    Listing {
        repository: String,
    },
    /// As another Spud wrote it down.
    Other {
        words: String,
    },
}

/// What deleting a model would free.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct Removal {
    #[cfg_attr(test, ts(type = "number"))]
    bytes: u64,
    paths: Vec<String>,
}

impl From<app::Purpose> for Purpose {
    fn from(purpose: app::Purpose) -> Self {
        match purpose {
            app::Purpose::Download { file } => Self::Download { file },
            app::Purpose::Header { file } => Self::Header { file },
            app::Purpose::Listing { repository } => Self::Listing { repository },
            app::Purpose::Other(words) => Self::Other { words },
        }
    }
}

impl From<app::Connections> for Connections {
    fn from(told: app::Connections) -> Self {
        Self {
            rows: told.rows.into_iter().map(Into::into).collect(),
            more: told.more,
        }
    }
}

impl From<app::Connection> for Connection {
    fn from(one: app::Connection) -> Self {
        Self {
            at_ms: one.at_ms,
            host: one.host,
            why: one.why.into(),
            requests: one.requests,
            bytes: one.bytes,
        }
    }
}

impl From<app::Removal> for Removal {
    fn from(removal: app::Removal) -> Self {
        let paths = removal.paths.iter();
        Self {
            bytes: removal.bytes,
            paths: paths.map(|path| path.display().to_string()).collect(),
        }
    }
}

impl From<app::Download> for Download {
    fn from(download: app::Download) -> Self {
        Self {
            key: download.key,
            model: download.model,
            quant: download.quant,
            name: download.name,
            bytes: download.bytes,
            here: download.here,
            state: download.state.into(),
        }
    }
}

impl From<app::DownloadState> for DownloadState {
    fn from(state: app::DownloadState) -> Self {
        match state {
            app::DownloadState::Queued => Self::Queued,
            app::DownloadState::Asking { host } => Self::Asking { host },
            app::DownloadState::Running(far) => Self::Running {
                part: u32::try_from(far.part).unwrap_or(u32::MAX),
                parts: u32::try_from(far.parts).unwrap_or(u32::MAX),
                per_second: far.rate,
                left_ms: far
                    .left
                    .map(|left| u64::try_from(left.as_millis()).unwrap_or(u64::MAX)),
                doing: far.doing.into(),
            },
            app::DownloadState::Paused => Self::Paused,
            app::DownloadState::Failed(failure) => Self::Failed {
                failure: failure.into(),
            },
            app::DownloadState::Done(path) => Self::Done {
                path: path.display().to_string(),
            },
        }
    }
}

impl From<app::Doing> for Doing {
    fn from(doing: app::Doing) -> Self {
        match doing {
            app::Doing::Connecting { host } => Self::Connecting { host },
            app::Doing::Downloading { host } => Self::Downloading { host },
            app::Doing::Checking { checked, bytes } => Self::Checking { checked, bytes },
            app::Doing::Waiting { until, why } => {
                let left = until.saturating_duration_since(Instant::now());
                Self::Waiting {
                    ms: u64::try_from(left.as_millis()).unwrap_or(u64::MAX),
                    why: Setback::of(&why),
                }
            }
            app::Doing::Elsewhere => Self::Elsewhere,
        }
    }
}

impl From<app::Network> for Network {
    fn from(network: app::Network) -> Self {
        Self {
            hubs: network.asked(),
            offline: network.offline,
            limit: network.limit,
            closing: match network.closing {
                app::Closing::Ask => Closing::Ask,
                app::Closing::Stop => Closing::Stop,
                app::Closing::GoOn => Closing::GoOn,
            },
        }
    }
}

impl From<Network> for app::Network {
    fn from(network: Network) -> Self {
        Self {
            offline: network.offline,
            limit: network.limit,
            hubs: network.hubs,
            closing: match network.closing {
                Closing::Ask => Self::default().closing,
                Closing::Stop => app::Closing::Stop,
                Closing::GoOn => app::Closing::GoOn,
            },
        }
    }
}
