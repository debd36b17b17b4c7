//! The one door to the network. Every request of the product goes through [`Net::get`], which
//! writes it into the ledger and refuses it where the user said "offline".

use std::error::Error;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, HeaderMap, HeaderValue, RANGE,
};
use reqwest::{Client, Proxy, StatusCode};
use tokio::time::timeout;
use url::Url;

use crate::ledger::{Asked, Ledger};
use crate::proxy::{Proxies, ProxyTrouble};
use crate::purpose::Purpose;
use crate::token::{Grants, Token};

/// How long a connection may take to come about.
const CONNECT_LIMIT: Duration = Duration::from_secs(15);

/// Why a request was not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// The user wants no connections.
    #[error("offline is switched on, so `{host}` was not asked")]
    Offline {
        /// Who would have been asked.
        host: String,
    },
    /// No connection came about, or it broke.
    #[error("no connection to `{host}`: {reason}")]
    Broken {
        /// Who was asked.
        host: String,
        /// What the system or the server's certificate said.
        reason: String,
    },
    /// Nothing came for too long.
    #[error("`{host}` did not answer for {} s", .waited.as_secs())]
    Silent {
        /// Who was asked.
        host: String,
        /// How long.
        waited: Duration,
    },
    /// The proxy between here and there failed.
    #[error("the proxy `{proxy}` on the way to `{host}` {why}")]
    Proxy {
        /// Who was to be asked.
        host: String,
        /// The proxy's host and port.
        proxy: String,
        /// What it failed at.
        why: ProxyTrouble,
    },
    /// An address that is never asked.
    #[error("`{0}` is no address of a web server")]
    NoAddress(String),
}

/// The door. Clones are the same.
#[derive(Debug, Clone)]
pub struct Net {
    client: Client,
    ledger: Ledger,
    offline: Arc<AtomicBool>,
    proxies: Arc<Proxies>,
    grants: Grants,
}

impl Net {
    /// A door that writes into this ledger. Obeys the environment's and the system's proxies.
    pub fn new(ledger: Ledger) -> Result<Self, NetError> {
        let mut headers = HeaderMap::new();
        // What comes is what is hashed.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        // The process has one, which stays where another door was made before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let proxies = Arc::new(Proxies::of_system());
        let asked = proxies.clone();
        let via = Proxy::custom(move |url: &Url| Some(asked.of(url)?.url()));
        let client = Client::builder()
            .proxy(via)
            .user_agent(concat!("spud/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .connect_timeout(CONNECT_LIMIT)
            // By hand (`locate`): the facts are in the answers before the last.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .build()
            .map_err(|error| NetError::Broken {
                host: "any".to_owned(),
                reason: root(&error),
            })?;
        Ok(Self {
            client,
            ledger,
            offline: Arc::new(AtomicBool::new(false)),
            proxies,
            grants: Grants::default(),
        })
    }

    /// Sends this key with what is asked of this repository of this hub from now on, over https; false
    /// where it must not be sent there.
    pub fn grant(&self, hub: &Url, repository: &str, token: &Token) -> bool {
        self.grants.add(hub, repository, token)
    }

    /// Refuses everything from now on, or no more.
    pub fn set_offline(&self, offline: bool) {
        self.offline.store(offline, Ordering::Relaxed);
    }

    /// What was asked so far.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Asks for an address, or for this range of its bytes, and waits so long for the answer to
    /// begin.
    pub(crate) async fn get(
        &self,
        url: &Url,
        range: Option<Range<u64>>,
        why: &Purpose,
        patience: Duration,
    ) -> Result<Answer, NetError> {
        let host = host_of(url)?;
        if self.offline.load(Ordering::Relaxed) {
            return Err(NetError::Offline { host });
        }
        let asked = self.ledger.ask(&host, why);
        let via = self.proxies.of(url);
        let mut request = self.client.get(url.clone());
        let granted = self.grants.for_url(url);
        let keyed = granted.is_some();
        if let Some(granted) = granted {
            request = request.header(AUTHORIZATION, granted);
        }
        if let Some(range) = range {
            request = request.header(RANGE, format!("bytes={}-{}", range.start, range.end - 1));
        }
        let response = match timeout(patience, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) if error.is_timeout() => {
                return Err(NetError::Silent {
                    host,
                    waited: CONNECT_LIMIT,
                });
            }
            Ok(Err(error)) => {
                if let Some(via) = &via
                    && let Some(why) = via.blame(&error)
                {
                    let proxy = via.name.clone();
                    return Err(NetError::Proxy { host, proxy, why });
                }
                let reason = root(&error);
                return Err(NetError::Broken { host, reason });
            }
            Err(_) => {
                let waited = patience;
                return Err(NetError::Silent { host, waited });
            }
        };
        if let Some(via) = via
            && response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED
        {
            let (proxy, why) = (via.name.clone(), via.wants_password());
            return Err(NetError::Proxy { host, proxy, why });
        }
        Ok(Answer {
            response,
            asked,
            host,
            keyed,
        })
    }
}

/// The beginning of an answer.
#[derive(Debug)]
pub(crate) struct Answer {
    response: reqwest::Response,
    asked: Asked,
    pub(crate) host: String,
    /// Whether a key was sent.
    pub(crate) keyed: bool,
}

impl Answer {
    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// A header's text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers().get(name)?.to_str().ok()
    }

    /// Bytes of the body, where the server said.
    pub(crate) fn length(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// Whether the body is the bytes themselves, not packed in some way.
    pub(crate) fn is_plain(&self) -> bool {
        let encoding = self.headers().get(CONTENT_ENCODING);
        encoding.is_none_or(|encoding| encoding == "identity")
    }

    /// The next bytes; none at the end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<bytes::Bytes>, NetError> {
        let chunk = self
            .response
            .chunk()
            .await
            .map_err(|error| NetError::Broken {
                host: self.host.clone(),
                reason: root(&error),
            })?;
        if let Some(chunk) = &chunk {
            self.asked.came(chunk.len() as u64);
        }
        Ok(chunk)
    }

    /// The whole body as text, of at most so many bytes; none where it is longer or no text.
    pub(crate) async fn text(
        mut self,
        most: usize,
        patience: Duration,
    ) -> Result<Option<String>, NetError> {
        let mut text = Vec::new();
        loop {
            let waited = patience;
            let chunk = timeout(patience, self.chunk()).await;
            let host = &self.host;
            let silent = |_| NetError::Silent {
                host: host.clone(),
                waited,
            };
            match chunk.map_err(silent)?? {
                None => return Ok(String::from_utf8(text).ok()),
                Some(more) if text.len() + more.len() > most => return Ok(None),
                Some(more) => text.extend_from_slice(&more),
            }
        }
    }
}

/// Who is behind an address, with the port where it is not the usual one.
pub(crate) fn host_of(url: &Url) -> Result<String, NetError> {
    let host = url.host_str().filter(|host| !host.is_empty());
    match (url.scheme(), host, url.port()) {
        ("http" | "https", Some(host), None) => Ok(host.to_owned()),
        ("http" | "https", Some(host), Some(port)) => Ok(format!("{host}:{port}")),
        _ => Err(NetError::NoAddress(url.to_string())),
    }
}

/// The cause at the bottom, which is the one that tells something.
fn root(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
