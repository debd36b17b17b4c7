//! What a person set about the network: whether it is used at all, whom to ask first, how fast.
//!
//! A file of its own and not the chats': a terminal that fetches a model opens no chats. What cannot be
//! read in it counts as the strictest that it could say, and nobody is asked for anything until a
//! person has answered: a word that this version does not know may have been "stay offline".

use std::path::Path;

use fit::catalogue::{HUB, MODELSCOPE};
use library::{Ledger, Purpose};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::failure::{Cause, Code, Failure};
use crate::home::Home;
use crate::values::Values;
use crate::written::keep;

const FILE: &str = "network.json";

/// Bytes per second where the limit cannot be read: the least that the window offers.
const SLOWEST: u64 = 512 << 10;

/// What was set. What is left at its default is not written down.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Network {
    /// Nobody is asked for anything.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub offline: bool,
    /// Bytes per second at most; 0 is no limit.
    #[serde(skip_serializing_if = "is_zero")]
    pub limit: u64,
    /// Hubs in the order in which they are asked; none are [`Network::usual_hubs`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hubs: Vec<String>,
    /// What happens to a download when the window is closed.
    #[serde(skip_serializing_if = "Closing::is_asking")]
    pub closing: Closing,
}

/// What happens to a download when the window is closed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closing {
    /// A person is asked.
    #[default]
    Ask,
    /// It stops there and goes on with the next start.
    Stop,
    /// It goes on without the window.
    GoOn,
}

impl Closing {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
    fn is_asking(&self) -> bool {
        *self == Self::Ask
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Network {
    /// What was set in this home.
    pub fn of(home: &Home) -> Self {
        Self::read(home.data()).0
    }

    /// What was set, and the file that says so.
    fn read(data: &Path) -> (Self, Values) {
        let mut values = Values::of(&data.join(FILE));
        let mut network = Self {
            offline: values.take("offline", false, true),
            limit: values.take("limit", 0, SLOWEST),
            hubs: values.or("hubs", Vec::new()),
            closing: values.take("closing", Closing::Ask, Closing::Stop),
        };
        network.offline |= values.unread(true).is_some();
        (network, values)
    }

    /// What of the file could not be read, for a person; a copy of it is kept aside then.
    pub fn unread(home: &Home) -> Option<Failure> {
        let unread = Self::read(home.data()).1.unread(true)?;
        let (path, kept) = (unread.path.display().to_string(), unread.kept());
        let said = unread.said;
        let message = format!("`{path}` cannot be read ({said}), so Spud connects to nothing");
        let hint = format!(
            "To connect again, mend that file or switch \"Offline\" off in the window's settings. The file is \
             kept as `{kept}`."
        );
        let failure = Failure::new(Code::Storage, message).hint(hint);
        Some(
            failure
                .cause(Cause::NetworkUnread { path, kept })
                .detail(said),
        )
    }

    /// Who is asked where nothing else was set.
    pub fn usual_hubs() -> Vec<String> {
        vec![HUB.to_owned(), MODELSCOPE.to_owned()]
    }

    /// Whom to ask, in their order.
    pub fn asked(&self) -> Vec<String> {
        if self.hubs.is_empty() {
            Self::usual_hubs()
        } else {
            self.hubs.clone()
        }
    }

    /// Keeps it, with the addresses as they will be used.
    pub(crate) fn keep(&mut self, data: &Path) -> Result<(), Failure> {
        for hub in &mut self.hubs {
            hub_address(hub)?;
            *hub = hub.trim().trim_end_matches('/').to_owned();
        }
        if self.hubs == Self::usual_hubs() {
            self.hubs.clear();
        }
        Self::read(data).1.make_way()?;
        keep(data, FILE, self)
    }
}

/// Where connections are written down.
pub(crate) fn ledger(home: &Home) -> Ledger {
    Ledger::at(&home.data().join("connections.jsonl"))
}

/// What was asked of a host for one purpose, requests that followed each other together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Of the last request, in milliseconds since 1970, UTC.
    pub at_ms: u64,
    /// Who was asked.
    pub host: String,
    /// What for.
    pub why: Purpose,
    /// How many requests.
    pub requests: u64,
    /// Bytes that came.
    pub bytes: u64,
}

/// Connections, the last first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connections {
    /// Those that were asked for.
    pub rows: Vec<Connection>,
    /// Whether there are older ones.
    pub more: bool,
}

/// The connections of this home, the latest or `all`; nothing else ever left the machine.
pub(crate) fn connections(home: &Home, all: bool) -> Connections {
    let most = if all { usize::MAX } else { SHOWN };
    let mut rows: Vec<Connection> = Vec::new();
    for entry in ledger(home).entries().into_iter().rev() {
        let same = rows.iter_mut().rev().take(TOGETHER);
        let mut same = same.filter(|one| one.host == entry.host && one.why == entry.why);
        if let Some(one) = same.next() {
            one.requests = one.requests.saturating_add(entry.requests);
            one.bytes = one.bytes.saturating_add(entry.bytes);
            continue;
        }
        if rows.len() == most {
            return Connections { rows, more: true };
        }
        rows.push(Connection {
            at_ms: entry.at_ms,
            host: entry.host,
            why: entry.why,
            requests: entry.requests,
            bytes: entry.bytes,
        });
    }
    Connections { rows, more: false }
}

/// Purposes that take turns: a host that redirects, and the one that has the bytes.
const TOGETHER: usize = 3;

/// Connections that are shown at first.
const SHOWN: usize = 100;

/// The address of a hub that a person named.
pub(crate) fn hub_address(text: &str) -> Result<Url, Failure> {
    let address = Url::parse(text.trim()).ok();
    let hub = address.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    hub.ok_or_else(|| {
        Failure::new(Code::Download, format!("`{text}` is no address of a hub"))
            .hint(format!("It looks like {HUB}."))
            .cause(Cause::NoHub {
                address: text.to_owned(),
                example: HUB.to_owned(),
            })
    })
}
