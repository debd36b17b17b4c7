//! A person's token of a hub: where it is kept by the Hub's own tools, whom it may be shown to, and what the
//! person agreed to. It is read only once a hub said that it does not give a repository to everybody.
//!
//! Not here: sending it, and that it goes nowhere else (`library`).

use std::path::PathBuf;

use directories::BaseDirs;
use fit::catalogue::HUB;
use library::Token;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::failure::{Cause, Failure};
use crate::home::Home;
use crate::network::hub_address;
use crate::open::blocking;
use crate::pull::ENDPOINT_VARIABLE;
use crate::written::{keep, read};

/// Whom a token was agreed to be shown to.
const FILE: &str = "agreed.json";

/// Bytes of a token's file that are read; a token has about 40.
const MOST_BYTES: u64 = 4 << 10;

/// That a token may be shown to a host for one of its repositories. The token itself is kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// The hub, with its port where that is not the usual one.
    pub host: String,
    /// `owner/name`.
    pub repository: String,
}

/// A token that is there.
#[derive(Debug, Clone)]
pub struct TokenFound {
    /// Where: the name of a variable, or a path.
    pub place: String,
    pub(crate) token: Token,
}

impl TokenFound {
    /// The token that the Hub's own tools would use. Reads from disk.
    pub fn look() -> Option<Self> {
        for name in ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"] {
            let text = std::env::var(name).ok();
            if let Some(token) = text.as_deref().and_then(Token::new) {
                let place = name.to_owned();
                return Some(Self { place, token });
            }
        }
        files(|name| std::env::var_os(name).map(PathBuf::from))
            .into_iter()
            .find_map(|path| {
                let text = fs_err::metadata(&path)
                    .ok()
                    .filter(|file| file.is_file() && file.len() <= MOST_BYTES)
                    .and_then(|_| fs_err::read(&path).ok())
                    .and_then(text_of)?;
                let token = Token::new(&text)?;
                let place = path.display().to_string();
                Some(Self { place, token })
            })
    }

    /// The same for a host that it may be shown to: the Hub, or the one that `HF_ENDPOINT` names.
    pub fn for_host(host: &str) -> Option<Self> {
        hub_of(host).and_then(|_| Self::look())
    }
}

/// The text of a file: as everybody writes it, or as a shell of Windows does.
fn text_of(bytes: Vec<u8>) -> Option<String> {
    let Some(wide) = bytes.strip_prefix(b"\xff\xfe") else {
        return String::from_utf8(bytes).ok();
    };
    let units = wide.chunks(2).map(|pair| match pair {
        [low, high] => u16::from_le_bytes([*low, *high]),
        _ => 0,
    });
    String::from_utf16(&units.collect::<Vec<_>>()).ok()
}

/// The files in which the Hub's own tools keep a token, in their order.
fn files(variable: impl Fn(&str) -> Option<PathBuf>) -> Vec<PathBuf> {
    let set = |name: &str| variable(name).filter(|path| !path.as_os_str().is_empty());
    if let Some(path) = set("HF_TOKEN_PATH") {
        return vec![path];
    }
    // As their tools do, which are started by no shell always.
    let at_home = |path: PathBuf| match path.strip_prefix("~") {
        Ok(rest) => BaseDirs::new().map_or(path.clone(), |dirs| dirs.home_dir().join(rest)),
        Err(_) => path,
    };
    let folder = set("HF_HOME")
        .map(at_home)
        .or_else(|| Some(set("XDG_CACHE_HOME")?.join("huggingface")));
    let folder = folder.or_else(|| Some(BaseDirs::new()?.home_dir().join(".cache/huggingface")));
    folder
        .map(|folder| folder.join("token"))
        .into_iter()
        .collect()
}

/// The address of a host that a token may be shown to. A mirror is none, and nobody is without https.
pub(crate) fn hub_of(host: &str) -> Option<Url> {
    let named = std::env::var(ENDPOINT_VARIABLE).ok();
    let named = named.filter(|named| !named.is_empty());
    let hubs = [Some(HUB.to_owned()), named];
    let mut hubs = hubs
        .into_iter()
        .flatten()
        .filter_map(|hub| hub_address(&hub).ok());
    hubs.find(|hub| hub.scheme() == "https" && host_of(hub) == host)
}

/// A host, and its port where that is not the usual one.
pub(crate) fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Whether a person agreed. Blocks.
pub(crate) fn is_agreed(home: &Home, asked: &Agreement) -> bool {
    let agreed: Vec<Agreement> = read(&home.data().join(FILE));
    agreed.contains(asked)
}

/// What lets a failed request be made again: that the hub said that it lets nobody in unseen, that a person
/// agreed to show it their token, now by naming the host or before, and that there is one.
pub(crate) async fn agreed(
    home: &Home,
    failure: &Failure,
    now: Option<&str>,
) -> Result<Option<(Agreement, Url, Token)>, Failure> {
    let Some(
        Cause::Gated {
            host, repository, ..
        }
        | Cause::NotOpen { host, repository },
    ) = failure.cause.as_deref()
    else {
        return Ok(None);
    };
    let asked = Agreement {
        host: host.clone(),
        repository: repository.clone(),
    };
    let Some(hub) = hub_of(&asked.host) else {
        return Ok(None);
    };
    let (home, named) = (home.clone(), now == Some(&asked.host));
    blocking(move || {
        if !named && !is_agreed(&home, &asked) {
            return Ok(None);
        }
        let Some(found) = TokenFound::look() else {
            return Ok(None);
        };
        // Once is enough.
        asked.keep(&home)?;
        Ok(Some((asked, hub, found.token)))
    })
    .await
}

impl Agreement {
    /// Keeps it. Blocks.
    pub fn keep(&self, home: &Home) -> Result<(), Failure> {
        if is_agreed(home, self) {
            return Ok(());
        }
        let mut agreed: Vec<Self> = read(&home.data().join(FILE));
        agreed.push(self.clone());
        keep(home.data(), FILE, &agreed)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::path::PathBuf;

    use super::{Agreement, Home, files, hub_of, is_agreed};

    #[test]
    fn a_token_is_where_the_hub_keeps_it() {
        for (set, path) in [
            (vec![("HF_TOKEN_PATH", "/t/x")], "/t/x"),
            (vec![("HF_TOKEN_PATH", "/t/x"), ("HF_HOME", "/h")], "/t/x"),
            (
                vec![("HF_HOME", "/h"), ("XDG_CACHE_HOME", "/c")],
                "/h/token",
            ),
            (vec![("XDG_CACHE_HOME", "/c")], "/c/huggingface/token"),
            (
                vec![("XDG_CACHE_HOME", "/c"), ("HF_HOME", "")],
                "/c/huggingface/token",
            ),
        ] {
            let set: HashMap<&str, &str> = set.into_iter().collect();
            let found = files(|name| set.get(name).map(PathBuf::from));
            assert_eq!(found, [PathBuf::from(path)]);
        }
        let usual = files(|_| None);
        assert!(
            usual
                .iter()
                .all(|path| path.ends_with(".cache/huggingface/token"))
        );
    }

    #[test]
    fn it_is_agreed_for_one_repository_of_one_host() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let agreement = |host: &str, repository: &str| Agreement {
            host: host.to_owned(),
            repository: repository.to_owned(),
        };
        let asked = agreement("huggingface.co", "a/b");
        assert!(!is_agreed(&home, &asked));
        asked.keep(&home).unwrap();
        asked.keep(&home).unwrap();
        assert!(is_agreed(&home, &asked));
        assert!(!is_agreed(&home, &agreement("huggingface.co", "a/c")));
        assert!(!is_agreed(&home, &agreement("127.0.0.1:1", "a/b")));
        for host in [
            "hf-mirror.com",
            "modelscope.cn",
            "cdn-lfs.huggingface.co",
            "",
        ] {
            assert!(hub_of(host).is_none(), "{host}");
        }
        assert!(hub_of("huggingface.co").is_some());
    }
}
