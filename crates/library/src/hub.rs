//! What a hub tells of a repository: its files, their sizes and hashes. One that has another name by now is
//! followed to it, on the same hub.
//!
//! Not here: ModelScope's own way of telling it (`mirror`).

use std::collections::BTreeSet;
use std::time::SystemTime;

use fit::catalogue::Sha256;
use reqwest::StatusCode;
use reqwest::header::{LINK, LOCATION};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::locate::{refusal, said_no};
use crate::names::Place;
use crate::net::{Answer, Net, NetError};
use crate::purpose::Purpose;
use crate::trouble::{SourceFailure, Trouble, refused_key};
use crate::wait::{self, Pace, Pause, Tries};

/// Bytes of one page of a listing, or of all of one that has no pages.
const PAGE_BYTES: usize = 8 << 20;

/// Pages of a listing; the Hub puts 1,000 files on each.
const PAGES: usize = 50;

/// Asks for what lies in folders, too.
const WITH_FOLDERS: Option<&str> = Some("recursive=true");

/// New names that are followed.
const RENAMES: usize = 5;

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
        /// Whether somebody with a key may see one: it answers the same of what does not exist.
        hidden: bool,
    },
    /// The repository has no such branch, tag or commit.
    #[error("`{repository}` has no revision `{revision}` at `{host}`")]
    NoRevision {
        /// Who.
        host: String,
        /// What was asked for.
        repository: String,
        /// As of when.
        revision: String,
    },
    /// Its publisher lets people in one by one.
    #[error("`{host}` gives `{repository}` only to people its publisher let in{}", refused_key(*.keyed))]
    Gated {
        /// Who.
        host: String,
        /// What was asked for.
        repository: String,
        /// Whether a person's key was shown.
        keyed: bool,
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

/// What a repository holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// What it is called by now, as `owner/name`.
    pub repository: String,
    /// Its files.
    pub files: Vec<HubFile>,
}

/// Every file of a repository (`owner/name`) at a revision. `tell` hears of each wait.
pub async fn list(
    net: &Net,
    endpoint: &Url,
    repository: &str,
    revision: &str,
    pace: &Pace,
    mut tell: impl FnMut(Pause),
) -> Result<Listing, HubError> {
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
    address.set_query(WITH_FOLDERS);
    let mut asked = Asked {
        repository: repository.to_owned(),
        revision,
    };
    let mut files = Vec::new();
    let mut seen = BTreeSet::new();
    let mut renames = 0;
    for _ in 0..PAGES {
        let mut tries = Tries::new(pace);
        let page = loop {
            match page(net, &address, &asked, pace).await {
                Ok(Told::Here(page)) => break page,
                Ok(Told::Moved(next)) if renames < RENAMES => {
                    renames += 1;
                    asked.repository = renamed(endpoint, &address, &next).ok_or_else(|| {
                        let host = endpoint.host_str().unwrap_or_default().to_owned();
                        HubError::no_listing(host, repository, "it leads elsewhere")
                    })?;
                    address = next;
                    if address.query().is_none() {
                        address.set_query(WITH_FOLDERS);
                    }
                }
                Ok(Told::Moved(_)) => {
                    let host = endpoint.host_str().unwrap_or_default().to_owned();
                    let why = "it leads from name to name";
                    return Err(HubError::no_listing(host, repository, why));
                }
                Ok(Told::No(error)) => return Err(error),
                Err(trouble) => tries.wait(trouble, &mut tell).await.map_err(unasked)?,
            }
        };
        files.extend(page.entries.into_iter().filter_map(Entry::file));
        match page.next {
            None => {
                let repository = asked.repository;
                return Ok(Listing { repository, files });
            }
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

/// What is asked for.
pub(crate) struct Asked<'a> {
    pub(crate) repository: String,
    pub(crate) revision: &'a str,
}

/// What a hub answers.
pub(crate) enum Told<T> {
    Here(T),
    /// It has another address by now.
    Moved(Url),
    No(HubError),
}

/// The name of a repository whose list is at another address of the same hub; none where that is none.
fn renamed(endpoint: &Url, from: &Url, to: &Url) -> Option<String> {
    let upgraded = (from.scheme(), to.scheme()) == ("http", "https") && from.host() == to.host();
    let same = from.origin() == to.origin() || upgraded;
    let path = to
        .path()
        .strip_prefix(endpoint.path().trim_end_matches('/'))?;
    let mut parts = path.strip_prefix("/api/models/")?.split('/');
    let name = format!("{}/{}", parts.next()?, parts.next()?);
    let is_listing = parts.next() == Some("tree");
    // It becomes the name of a folder.
    (same && is_listing && Place::new(&name, "model.gguf").is_ok()).then_some(name)
}

/// Asks for a list or a page of one: what may pass is a trouble, what will not is an answer.
pub(crate) async fn ask(
    net: &Net,
    address: &Url,
    asked: &Asked<'_>,
    pace: &Pace,
) -> Result<Told<Answer>, Trouble> {
    let repository = asked.repository.as_str();
    let why = Purpose::Listing {
        repository: repository.to_owned(),
    };
    let answer = net.get(address, None, &why, pace.silence).await?;
    let host = answer.host.clone();
    let no_listing = |why: &str| {
        Ok(Told::No(HubError::no_listing(
            host.clone(),
            repository,
            why,
        )))
    };
    match answer.status() {
        StatusCode::OK => Ok(Told::Here(answer)),
        status if status.is_redirection() => {
            let next = answer.header(LOCATION.as_str());
            match next.and_then(|next| address.join(next).ok()) {
                Some(next) => Ok(Told::Moved(next)),
                None => no_listing("a redirect to nowhere"),
            }
        }
        StatusCode::NOT_FOUND | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            Ok(Told::No(no(&answer, asked)))
        }
        status => {
            let asked = || wait::asked(answer.headers(), SystemTime::now());
            match refusal(status, &host, asked) {
                busy @ Trouble::Busy { .. } => Err(busy),
                _ => no_listing(&format!("status {}", status.as_u16())),
            }
        }
    }
}

/// Asks for one page.
async fn page(
    net: &Net,
    address: &Url,
    asked: &Asked<'_>,
    pace: &Pace,
) -> Result<Told<Page>, Trouble> {
    let answer = match ask(net, address, asked, pace).await? {
        Told::Here(answer) => answer,
        Told::Moved(next) => return Ok(Told::Moved(next)),
        Told::No(error) => return Ok(Told::No(error)),
    };
    let host = answer.host.clone();
    let link = answer.header(LINK.as_str()).and_then(next_page);
    let next = link.and_then(|link| address.join(&link).ok());
    Ok(match read(answer, asked, pace).await? {
        Ok(entries) => Told::Here(Page {
            host,
            entries,
            next,
        }),
        Err(error) => Told::No(error),
    })
}

/// Reads what was answered.
pub(crate) async fn read<T: DeserializeOwned>(
    answer: Answer,
    asked: &Asked<'_>,
    pace: &Pace,
) -> Result<Result<T, HubError>, Trouble> {
    let host = answer.host.clone();
    let no_listing = |why: &str| {
        let host = host.clone();
        Ok(Err(HubError::no_listing(host, &asked.repository, why)))
    };
    let Some(text) = answer.text(PAGE_BYTES, pace.silence).await? else {
        return no_listing("more than a page can be");
    };
    match serde_json::from_str(&text) {
        Ok(told) => Ok(Ok(told)),
        // A server that does not say how long it is can be cut off without a word.
        Err(error) if error.is_eof() && !text.trim().is_empty() => {
            let reason = "it ended too early".to_owned();
            Err(NetError::Broken { host, reason }.into())
        }
        Err(error) => no_listing(&error.to_string()),
    }
}

/// Why nothing is listed. The Hub says 401 of what does not exist, too.
fn no(answer: &Answer, asked: &Asked<'_>) -> HubError {
    let (host, repository) = (answer.host.clone(), asked.repository.clone());
    let told = answer.header("x-error-code");
    if told == Some("RevisionNotFound") {
        let revision = asked.revision.to_owned();
        return HubError::NoRevision {
            host,
            repository,
            revision,
        };
    }
    match said_no(answer, &repository) {
        // Without a word of its own it says as little as of what does not exist.
        Some(SourceFailure::Gated { keyed, .. }) if told.is_some() || keyed => HubError::Gated {
            host,
            repository,
            keyed,
        },
        _ => HubError::NotThere {
            host,
            repository,
            hidden: !answer.keyed && answer.status() != StatusCode::NOT_FOUND,
        },
    }
}

impl HubError {
    pub(crate) fn no_listing(host: String, repository: &str, why: &str) -> Self {
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
