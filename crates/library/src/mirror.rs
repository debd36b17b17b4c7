//! What ModelScope tells of a repository. It mirrors many of the Hub's under the same names, by paths and in
//! words of its own.
//!
//! Not here: when it is asked (`app`), and the Hub's own form (`hub`).

use fit::catalogue::Sha256;
use serde::Deserialize;
use url::Url;

use crate::hub::{Asked, HubError, HubFile, Listing, Told, ask, read};
use crate::net::{Net, NetError};
use crate::trouble::{SourceFailure, Trouble};
use crate::wait::{Pace, Pause, Tries};

/// What it calls the revision where none is named.
const MASTER: &str = "master";

/// What the Hub calls it.
const MAIN: &str = "main";

/// A list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answered {
    #[serde(default = "yes")]
    success: bool,
    data: Option<Data>,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Data {
    #[serde(default)]
    files: Vec<Entry>,
}

/// An entry of it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    #[serde(rename = "Type")]
    kind: String,
    path: String,
    #[serde(default)]
    size: u64,
    sha256: Option<String>,
}

/// Every file of a repository (`owner/name`) of the mirror at this address, as [`crate::list`] tells it of a hub.
pub async fn list_at_mirror(
    net: &Net,
    mirror: &Url,
    repository: &str,
    revision: &str,
    pace: &Pace,
    mut tell: impl FnMut(Pause),
) -> Result<Listing, HubError> {
    let asked = Asked {
        repository: repository.to_owned(),
        revision: of_mirror(revision),
    };
    let unasked = |failure| HubError::Unasked {
        repository: repository.to_owned(),
        failure,
    };
    let mut address = below(
        mirror,
        &["api", "v1", "models"],
        repository,
        &["repo", "files"],
    )
    .map_err(|error| unasked(SourceFailure::NoConnection(error)))?;
    address
        .query_pairs_mut()
        .append_pair("Revision", asked.revision)
        .append_pair("Recursive", "true");
    let mut tries = Tries::new(pace);
    let files = loop {
        match files(net, &address, &asked, pace).await {
            Ok(files) => break files?,
            Err(trouble) => tries.wait(trouble, &mut tell).await.map_err(unasked)?,
        }
    };
    let files = files.into_iter().filter_map(Entry::file).collect();
    let repository = asked.repository;
    Ok(Listing { repository, files })
}

/// Where the mirror at this address gives a file.
pub fn file_at_mirror(
    mirror: &Url,
    repository: &str,
    revision: &str,
    path: &str,
) -> Result<Url, NetError> {
    let mut rest = vec!["resolve", of_mirror(revision)];
    rest.extend(path.split('/'));
    below(mirror, &["models"], repository, &rest)
}

/// Asks for a list: what may pass is a trouble, what will not is an answer.
async fn files(
    net: &Net,
    address: &Url,
    asked: &Asked<'_>,
    pace: &Pace,
) -> Result<Result<Vec<Entry>, HubError>, Trouble> {
    let host = address.host_str().unwrap_or_default().to_owned();
    let repository = &asked.repository;
    let not_there = || HubError::NotThere {
        host: host.clone(),
        repository: repository.clone(),
        hidden: false,
    };
    let answer = match ask(net, address, asked, pace).await? {
        Told::Here(answer) => answer,
        Told::Moved(_) => {
            let why = "it leads elsewhere";
            return Ok(Err(HubError::no_listing(host, repository, why)));
        }
        // Nobody has a key for it here.
        Told::No(HubError::Gated { .. } | HubError::NotThere { .. }) => {
            return Ok(Err(not_there()));
        }
        Told::No(error) => return Ok(Err(error)),
    };
    Ok(match read(answer, asked, pace).await? {
        Ok(Answered {
            success: true,
            data: Some(data),
        }) => Ok(data.files),
        Ok(_) => Err(not_there()),
        Err(error) => Err(error),
    })
}

fn of_mirror(revision: &str) -> &str {
    if revision == MAIN { MASTER } else { revision }
}

/// An address below the mirror's; the segments are escaped, whatever they hold.
fn below(mirror: &Url, kind: &[&str], repository: &str, rest: &[&str]) -> Result<Url, NetError> {
    let mut address = mirror.clone();
    {
        let mut path = address
            .path_segments_mut()
            .map_err(|()| NetError::NoAddress(mirror.to_string()))?;
        path.pop_if_empty().extend(kind);
        path.extend(repository.split('/')).extend(rest);
    }
    Ok(address)
}

impl Entry {
    fn file(self) -> Option<HubFile> {
        (self.kind == "blob").then(|| HubFile {
            path: self.path,
            bytes: self.size,
            sha256: self.sha256.as_deref().and_then(Sha256::from_hex),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Answered, Entry, Url, file_at_mirror};

    #[test]
    fn a_list_is_read_and_files_have_addresses() {
        let text = r#"{"Code": 200, "Data": {"Files": [
            {"Type": "tree", "Path": "Q4", "Name": "Q4", "Size": 0, "Sha256": ""},
            {"Type": "blob", "Path": "Q4/R1 a.gguf", "Name": "R1 a.gguf", "Size": 7, "IsLFS": true,
             "Sha256": "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"},
            {"Type": "blob", "Path": "README.md", "Size": 3}
        ]}, "Message": "success", "Success": true}"#;
        let answered: Answered = serde_json::from_str(text).unwrap();
        let files = answered.data.unwrap().files.into_iter();
        let files: Vec<_> = files.filter_map(Entry::file).collect();
        assert_eq!(files.len(), 2);
        assert_eq!((files[0].bytes, files[0].sha256.is_some()), (7, true));
        assert_eq!(files[1].sha256, None);
        let mirror = Url::parse("https://modelscope.cn").unwrap();
        let url = file_at_mirror(&mirror, "a/b", "main", &files[0].path).unwrap();
        assert_eq!(
            url.as_str(),
            "https://modelscope.cn/models/a/b/resolve/master/Q4/R1%20a.gguf"
        );
    }
}
