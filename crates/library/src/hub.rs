//! What a hub tells of a repository: its files, their sizes and hashes.

use std::collections::BTreeSet;

use fit::catalogue::Sha256;
use reqwest::StatusCode;
use reqwest::header::LINK;
use serde::Deserialize;
use url::Url;

use crate::net::{Net, NetError};
use crate::purpose::Purpose;
use crate::wait::Pace;

/// Bytes of one page of a listing.
const PAGE_BYTES: usize = 8 << 20;

/// Pages of a listing; the Hub puts 1,000 files on each.
const PAGES: usize = 50;

/// Why a repository's files are not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HubError {
    /// Nobody answered.
    #[error(transparent)]
    Net(#[from] NetError),
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

/// Every file of a repository (`owner/name`) at a revision.
pub async fn list(
    net: &Net,
    endpoint: &Url,
    repository: &str,
    revision: &str,
    pace: &Pace,
) -> Result<Vec<HubFile>, HubError> {
    let why = Purpose::Listing {
        repository: repository.to_owned(),
    };
    let mut address = endpoint.clone();
    {
        let no_address = |()| NetError::NoAddress(endpoint.to_string());
        let mut path = address.path_segments_mut().map_err(no_address)?;
        path.pop_if_empty().extend(["api", "models"]);
        // The segments are escaped, whatever they hold.
        path.extend(repository.split('/'))
            .extend(["tree", revision]);
    }
    address.set_query(Some("recursive=true"));
    let mut files = Vec::new();
    let mut seen = BTreeSet::new();
    for _ in 0..PAGES {
        let answer = net.get(&address, None, &why, pace.silence).await?;
        let host = answer.host.clone();
        let no_listing = |why: String| HubError::NoListing {
            host: host.clone(),
            repository: repository.to_owned(),
            why,
        };
        match answer.status() {
            StatusCode::OK => {}
            // The Hub says 401 of what does not exist, too.
            StatusCode::NOT_FOUND | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                return Err(HubError::NotThere {
                    host: host.clone(),
                    repository: repository.to_owned(),
                });
            }
            status => return Err(no_listing(format!("status {}", status.as_u16()))),
        }
        let link = answer.header(LINK.as_str()).and_then(next_page);
        let next = link.and_then(|link| address.join(&link).ok());
        let text = answer.text(PAGE_BYTES, pace.silence).await?;
        let text = text.ok_or_else(|| no_listing("more than a page can be".to_owned()))?;
        let entries: Vec<Entry> =
            serde_json::from_str(&text).map_err(|error| no_listing(error.to_string()))?;
        files.extend(entries.into_iter().filter_map(Entry::file));
        match next {
            None => return Ok(files),
            // Only where it began, and never in a circle.
            Some(next) if next.origin() == address.origin() && seen.insert(next.clone()) => {
                address = next;
            }
            Some(_) => return Err(no_listing("its pages lead elsewhere".to_owned())),
        }
    }
    Err(HubError::NoListing {
        host: endpoint.host_str().unwrap_or_default().to_owned(),
        repository: repository.to_owned(),
        why: "it has too many pages".to_owned(),
    })
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
