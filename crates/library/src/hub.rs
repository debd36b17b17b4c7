//! What a hub tells of a repository: its files, their sizes and hashes.

use std::collections::BTreeSet;
use std::time::SystemTime;

use fit::catalogue::Sha256;
use reqwest::StatusCode;
use reqwest::header::LINK;
use serde::Deserialize;
use url::Url;

use crate::locate::refusal;
use crate::net::{Net, NetError};
use crate::purpose::Purpose;
use crate::trouble::{SourceFailure, Trouble};
use crate::wait::{self, Pace, Pause, Tries};

/// Bytes of one page of a listing.
const PAGE_BYTES: usize = 8 << 20;

/// Pages of a listing; the Hub puts 1,000 files on each.
const PAGES: usize = 50;

/// Why a repository's files are not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HubError {
    /// It could not be asked, or not in the time that a download would give it.
    #[error("the files of `{repository}` are not known: {failure}")]
    Unasked {
        /// What was asked for.
        repository: String,
        /// What it failed at.
        failure: SourceFailure,
    },
    /// There is no such repository, or it is not open to everybody.
    #[error("`{host}` has no open repository `{repository}`")]
    NotThere {
        /// Who.
        host: String,
        /// What was asked for.
        repository: String,
    },
    /// The answer is no listing.
    #[error("`{host}` did not list the files of `{repository}`: {why}")]
    NoListing {
        /// Who.
        host: String,
        /// What was asked for.
        repository: String,
        /// What came instead.
        why: String,
    },
}

/// A file of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubFile {
    /// Its path there.
    pub path: String,
    /// Exactly how many bytes.
    pub bytes: u64,
    /// Its hash; none for small files, which are not kept as large ones are.
    pub sha256: Option<Sha256>,
}

/// An entry of the listing.
#[derive(Debug, Deserialize)]
struct Entry {
    #[serde(rename = "type")]
    kind: String,
    path: String,
    #[serde(default)]
    size: u64,
    lfs: Option<Large>,
}

/// How a large file is kept.
#[derive(Debug, Deserialize)]
struct Large {
    oid: String,
    size: u64,
}

/// Every file of a repository (`owner/name`) at a revision. `tell` hears of each wait.
pub async fn list(
    net: &Net,
    endpoint: &Url,
    repository: &str,
    revision: &str,
    pace: &Pace,
    mut tell: impl FnMut(Pause),
) -> Result<Vec<HubFile>, HubError> {
    let unasked = |failure| HubError::Unasked {
        repository: repository.to_owned(),
        failure,
    };
    let mut address = endpoint.clone();
    {
        let mut path = address.path_segments_mut().map_err(|()| {
            let no_address = NetError::NoAddress(endpoint.to_string());
            unasked(SourceFailure::NoConnection(no_address))
        })?;
        path.pop_if_empty().extend(["api", "models"]);
        // The segments are escaped, whatever they hold.
        path.extend(repository.split('/'))
            .extend(["tree", revision]);
    }
    address.set_query(Some("recursive=true"));
    let mut files = Vec::new();
    let mut seen = BTreeSet::new();
    for _ in 0..PAGES {
        let mut tries = Tries::new(pace);
        let page = loop {
            match page(net, &address, repository, pace).await {
                Ok(page) => break page?,
                Err(trouble) => tries.wait(trouble, &mut tell).await.map_err(unasked)?,
            }
        };
        files.extend(page.entries.into_iter().filter_map(Entry::file));
        match page.next {
            None => return Ok(files),
            // Only where it began, and never in a circle.
            Some(next) if next.origin() == address.origin() && seen.insert(next.clone()) => {
                address = next;
            }
            Some(_) => {
                let why = "its pages lead elsewhere";
                return Err(HubError::no_listing(page.host, repository, why));
            }
        }
    }
    let host = endpoint.host_str().unwrap_or_default().to_owned();
    let why = "it has too many pages";
    Err(HubError::no_listing(host, repository, why))
}

/// A page of a listing.
struct Page {
    host: String,
    entries: Vec<Entry>,
    next: Option<Url>,
}

/// Asks for one page: what may pass is a trouble, what will not is an answer.
async fn page(
    net: &Net,
    address: &Url,
    repository: &str,
    pace: &Pace,
) -> Result<Result<Page, HubError>, Trouble> {
    let why = Purpose::Listing {
        repository: repository.to_owned(),
    };
    let answer = net.get(address, None, &why, pace.silence).await?;
    let host = answer.host.clone();
    let no_listing = |why: &str| Ok(Err(HubError::no_listing(host.clone(), repository, why)));
    match answer.status() {
        StatusCode::OK => {}
        // The Hub says 401 of what does not exist, too.
        StatusCode::NOT_FOUND | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            return Ok(Err(HubError::NotThere {
                host,
                repository: repository.to_owned(),
            }));
        }
        status => {
            let asked = || wait::asked(answer.headers(), SystemTime::now());
            return match refusal(status, &host, asked) {
                busy @ Trouble::Busy { .. } => Err(busy),
                _ => no_listing(&format!("status {}", status.as_u16())),
            };
        }
    }
    let link = answer.header(LINK.as_str()).and_then(next_page);
    let next = link.and_then(|link| address.join(&link).ok());
    let Some(text) = answer.text(PAGE_BYTES, pace.silence).await? else {
        return no_listing("more than a page can be");
    };
    match serde_json::from_str(&text) {
        Ok(entries) => Ok(Ok(Page {
            host,
            entries,
            next,
        })),
        // A server that does not say how long it is can be cut off without a word.
        Err(error) if error.is_eof() && !text.trim().is_empty() => {
            let reason = "it ended too early".to_owned();
            Err(NetError::Broken { host, reason }.into())
        }
        Err(error) => no_listing(&error.to_string()),
    }
}

impl HubError {
    fn no_listing(host: String, repository: &str, why: &str) -> Self {
        Self::NoListing {
            host,
            repository: repository.to_owned(),
            why: why.to_owned(),
        }
    }
}

impl Entry {
    fn file(self) -> Option<HubFile> {
        if self.kind != "file" {
            return None;
        }
        let (bytes, sha256) = match self.lfs {
            Some(large) => (large.size, Sha256::from_hex(&large.oid)),
            None => (self.size, None),
        };
        Some(HubFile {
            path: self.path,
            bytes,
            sha256,
        })
    }
}

/// The address of the next page in a `Link` header.
fn next_page(header: &str) -> Option<String> {
    header.split(',').find_map(|link| {
        let (address, rest) = link.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = rest.split(';').any(|part| part.trim() == "rel=\"next\"");
        is_next.then(|| address.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::next_page;

    #[test]
    fn the_next_page_is_found() {
        let header = "<https://a/b?cursor=x%2C>; rel=\"next\", <https://a/c>; rel=\"prev\"";
        assert_eq!(next_page(header).unwrap(), "https://a/b?cursor=x%2C");
        assert_eq!(next_page("<https://a/c>; rel=\"prev\""), None);
        assert_eq!(next_page("nonsense"), None);
    }
}
