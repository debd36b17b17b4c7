//! From a publisher's address to the one that gives the bytes.
//!
//! The Hub answers with a redirect that carries the facts (`X-Linked-Etag` is the SHA-256,
//! `X-Linked-Size` the bytes) and leads to an address that expires; the `ETag` of the server behind
//! it also has 64 hex digits and is something else. So redirects are followed by hand, and facts are
//! taken only before the last.

use std::time::SystemTime;

use fit::catalogue::Sha256;
use reqwest::StatusCode;
use reqwest::header::LOCATION;
use url::Url;

use crate::fetch::Wanted;
use crate::net::{Answer, Net, NetError};
use crate::proxy::ProxyTrouble;
use crate::purpose::Purpose;
use crate::trouble::{SourceFailure, Trouble};
use crate::wait::{self, Pace, Pause, Tries};

/// Redirects that are followed.
const HOPS: u32 = 10;

/// Where the bytes are.
#[derive(Debug, Clone)]
pub(crate) struct Located {
    /// The address that gives them; it may expire.
    pub(crate) url: Url,
    /// Whether it gives a part when asked for one.
    pub(crate) ranges: bool,
}

/// Follows a source's address until bytes would come, and compares what is said of them with what
/// is wanted.
pub(crate) async fn locate(
    net: &Net,
    source: &Url,
    wanted: &Wanted,
    pace: &Pace,
) -> Result<Located, Trouble> {
    let mut url = source.clone();
    for _ in 0..HOPS {
        let answer = net
            .get(&url, Some(0..1), &wanted.why(), pace.silence)
            .await?;
        let host = answer.host.clone();
        let header = |name: &str| {
            answer
                .header(name)
                .map(|text| text.trim_matches('"').to_owned())
        };
        let status = answer.status();
        if status.is_redirection() {
            if let Some(found) = linked_hash(&answer)
                && found != wanted.sha256
            {
                return Err(SourceFailure::OtherFile {
                    host,
                    found: format!("SHA-256 {found}"),
                    expected: format!("SHA-256 {}", wanted.sha256),
                }
                .into());
            }
            if let Some(bytes) = header("x-linked-size").and_then(|text| text.parse().ok()) {
                same_size(&host, bytes, wanted)?;
            }
            let next = answer.header(LOCATION.as_str());
            let next = next.and_then(|next| url.join(next).ok());
            let Some(next) = next else {
                return Err(SourceFailure::Nonsense {
                    host,
                    what: "a redirect to nowhere".to_owned(),
                }
                .into());
            };
            if url.scheme() == "https" && next.scheme() != "https" {
                return Err(SourceFailure::Nonsense {
                    host,
                    what: "a redirect that gives up the encryption".to_owned(),
                }
                .into());
            }
            url = next;
            continue;
        }
        return match status {
            StatusCode::PARTIAL_CONTENT => {
                let range = answer.header("content-range").and_then(parse_range);
                let Some(ContentRange { total, .. }) = range else {
                    return Err(SourceFailure::Nonsense {
                        host,
                        what: "a part without saying which".to_owned(),
                    }
                    .into());
                };
                if let Some(total) = total {
                    same_size(&host, total, wanted)?;
                }
                Ok(Located { url, ranges: true })
            }
            StatusCode::OK => {
                if let Some(bytes) = answer.length() {
                    same_size(&host, bytes, wanted)?;
                }
                Ok(Located { url, ranges: false })
            }
            status => {
                // Only who was asked at first knows people; who has the bytes knows addresses.
                if url.origin() == source.origin()
                    && let Some(no) = said_no(&answer, &wanted.place.repository())
                {
                    return Err(no.into());
                }
                Err(refusal(status, &host, || {
                    wait::asked(answer.headers(), SystemTime::now())
                }))
            }
        };
    }
    Err(SourceFailure::Nonsense {
        host: crate::net::host_of(source)?,
        what: format!("more than {HOPS} redirects"),
    }
    .into())
}

/// The hash that a hub tells of a file by its own answer, where its list has none: lists tell it of large
/// files only. None where the answer does not either.
pub async fn hash_of(
    net: &Net,
    source: &Url,
    (repository, file): (&str, &str),
    pace: &Pace,
    mut tell: impl FnMut(Pause),
) -> Result<Option<Sha256>, SourceFailure> {
    let why = Purpose::Header {
        file: file.to_owned(),
    };
    let mut tries = Tries::new(pace);
    loop {
        let trouble = match net.get(source, Some(0..1), &why, pace.silence).await {
            Ok(answer) if answer.status().is_redirection() || answer.status().is_success() => {
                return Ok(linked_hash(&answer));
            }
            Ok(answer) => {
                if let Some(no) = said_no(&answer, repository) {
                    return Err(no);
                }
                let asked = || wait::asked(answer.headers(), SystemTime::now());
                refusal(answer.status(), &answer.host, asked)
            }
            Err(error) => error.into(),
        };
        tries.wait(trouble, &mut tell).await?;
    }
}

fn linked_hash(answer: &Answer) -> Option<Sha256> {
    let told = answer.header("x-linked-etag")?.trim_matches('"');
    Sha256::from_hex(told.trim_start_matches("W/").trim_matches('"'))
}

fn same_size(host: &str, bytes: u64, wanted: &Wanted) -> Result<(), Trouble> {
    if bytes == wanted.bytes {
        return Ok(());
    }
    Err(SourceFailure::OtherFile {
        host: host.to_owned(),
        found: format!("{bytes} bytes"),
        expected: format!("{} bytes", wanted.bytes),
    }
    .into())
}

/// A hub's no in its own words: it does not give a repository to everybody, or has none of the name, of
/// which it says 401 too. None where it says something else.
pub(crate) fn said_no(answer: &Answer, repository: &str) -> Option<SourceFailure> {
    let told = answer.header("x-error-code");
    let host = answer.host.clone();
    let is_gated = match answer.status() {
        StatusCode::UNAUTHORIZED => told.is_none_or(|told| told == "GatedRepo"),
        StatusCode::FORBIDDEN => told == Some("GatedRepo"),
        _ => false,
    };
    if is_gated {
        return Some(SourceFailure::Gated {
            host,
            repository: repository.to_owned(),
            keyed: answer.keyed,
        });
    }
    let is_missing = matches!(
        told,
        Some("RepoNotFound" | "RevisionNotFound" | "EntryNotFound")
    );
    (is_missing && answer.status().is_client_error()).then_some(SourceFailure::NotThere { host })
}

/// What an answer without bytes means.
pub(crate) fn refusal(
    status: StatusCode,
    host: &str,
    asked: impl Fn() -> Option<std::time::Duration>,
) -> Trouble {
    let host = host.to_owned();
    match status {
        StatusCode::NOT_FOUND => SourceFailure::NotThere { host }.into(),
        StatusCode::FORBIDDEN | StatusCode::GONE => Trouble::Expired {
            host,
            status: status.as_u16(),
        },
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Trouble::Busy {
            wait: asked(),
            status: status.as_u16(),
            host,
        },
        _ if status.is_server_error() => Trouble::Busy {
            wait: asked(),
            status: status.as_u16(),
            host,
        },
        _ => SourceFailure::Refused {
            host,
            status: status.as_u16(),
        }
        .into(),
    }
}

/// `Content-Range`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ContentRange {
    /// First and last byte; none in the answer to a range that cannot be.
    pub(crate) part: Option<(u64, u64)>,
    /// Bytes of the whole, where the server knows.
    pub(crate) total: Option<u64>,
}

/// Reads `bytes 0-99/1000`, `bytes 0-99/*` or `bytes */1000`.
pub(crate) fn parse_range(text: &str) -> Option<ContentRange> {
    let (part, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let total = match total {
        "*" => None,
        total => Some(total.parse().ok()?),
    };
    let part = match part {
        "*" => None,
        part => {
            let (first, last) = part.split_once('-')?;
            Some((first.parse().ok()?, last.parse().ok()?))
        }
    };
    Some(ContentRange { part, total })
}

impl From<NetError> for Trouble {
    fn from(error: NetError) -> Self {
        match error {
            NetError::Offline { .. }
            | NetError::NoAddress(_)
            // Asking again changes no password.
            | NetError::Proxy {
                why: ProxyTrouble::WantsPassword | ProxyTrouble::WrongPassword,
                ..
            } => {
                Self::Source(SourceFailure::NoConnection(error))
            }
            error => Self::Broken(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ContentRange, parse_range};

    #[test]
    fn ranges_are_read_exactly() {
        let part = Some((5, 9));
        for (text, part, total) in [
            ("bytes 5-9/1000", part, Some(1000)),
            ("bytes 5-9/*", part, None),
            ("bytes */1000", None, Some(1000)),
        ] {
            assert_eq!(parse_range(text), Some(ContentRange { part, total }));
        }
        for text in [
            "",
            "bytes 5-9",
            "items 5-9/10",
            "bytes -9/10",
            "bytes 5-/9",
            "bytes a-b/c",
        ] {
            assert_eq!(parse_range(text), None, "{text}");
        }
    }
}
