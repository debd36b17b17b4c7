//! What a person typed or pasted to name a model of a hub, as parts: `owner/name`, with a revision, a
//! quantisation or a file behind it, or a whole address of the Hub, of one that keeps its paths, or of the mirror.
//!
//! Not here: what is copied together with it (`pasted`), what is in the repository (`files`), and who is asked where no address tells (`pull`).

use fit::catalogue::{HUB, MODELSCOPE};
use library::Place;
use url::Url;

use super::pasted;
use super::quant::spelled;
use crate::failure::{Cause, Code, Failure};

/// Hosts whose addresses mean the Hub itself.
const HUB_HOSTS: [&str; 3] = ["huggingface.co", "www.huggingface.co", "hf.co"];

/// Mirrors that keep the Hub's paths, by their hosts.
const MIRROR_HOSTS: [&str; 2] = ["hf-mirror.com", "www.hf-mirror.com"];

/// The revision where none is named.
pub(crate) const MAIN: &str = "main";

/// A repository of a hub, and what of it is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// The hub that the address is of, where it is another than those that are asked anyway.
    pub(crate) hub: Option<Url>,
    /// Whether it is of the mirror, which has paths of its own.
    pub(crate) at_mirror: bool,
    /// `owner/name`.
    pub(crate) repository: String,
    /// A branch, a tag or a commit.
    pub(crate) revision: String,
    /// Which of its models.
    pub(crate) which: Which,
}

/// Which of a repository's models is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Which {
    /// Whichever is usual.
    Usual,
    /// One of this quantisation, or whose name has this in it.
    Quant(String),
    /// The one that this file belongs to.
    File(String),
}

impl Which {
    /// As it was typed.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Usual => "",
            Self::Quant(name) | Self::File(name) => name,
        }
    }
}

impl Address {
    /// Reads what a person typed. None where it looks like no repository at all, such as an id of the
    /// catalogue; an error where it does, and is none. `hubs` are the addresses of those that are asked.
    pub(crate) fn read(typed: &str, hubs: &[Url]) -> Result<Option<Self>, Failure> {
        let (typed, apart) = pasted::named(typed);
        let mut read = Self::of(&typed, hubs)?;
        if let (Some(address), Some(which)) = (&mut read, apart)
            && address.which == Which::Usual
        {
            is_inside(&typed, &which)?;
            address.which = which;
        }
        Ok(read)
    }

    fn of(typed: &str, hubs: &[Url]) -> Result<Option<Self>, Failure> {
        let schemed = typed.split_once("://");
        if let Some((scheme, rest)) = schemed {
            return match scheme.to_ascii_lowercase().as_str() {
                "http" | "https" => whole(typed, hubs).map(Some),
                "hf" | "huggingface" => short(rest).map(Some),
                _ => Err(not_one(typed, "it is no address of a hub")),
            };
        }
        let host = typed.split(['/', ':']).next().unwrap_or_default();
        if is_host(host, hubs) {
            return whole(&format!("https://{typed}"), hubs).map(Some);
        }
        if !typed.contains('/') {
            return Ok(None);
        }
        short(typed).map(Some)
    }

    /// As it can be typed, with what of it is meant.
    pub(crate) fn with(&self, which: &str) -> String {
        let revision = match self.revision.as_str() {
            MAIN => String::new(),
            other => format!("@{other}"),
        };
        let named = format!("{}{revision}:{which}", self.repository);
        let mut url = match &self.hub {
            Some(hub) => hub.clone(),
            None if self.at_mirror => Url::parse(MODELSCOPE)
                .and_then(|mirror| mirror.join("models/"))
                .expect("BUG: it is an address"),
            None => return named,
        };
        let short = format!("{}/{named}", url.as_str().trim_end_matches('/'));
        match url.path_segments_mut() {
            Ok(mut path) if which.contains('/') => {
                path.pop_if_empty().extend(self.repository.split('/'));
                path.push("resolve")
                    .push(&self.revision)
                    .extend(which.split('/'));
            }
            _ => return short,
        }
        url.into()
    }
}

/// Whether this is a host that a hub answers at.
fn is_host(host: &str, hubs: &[Url]) -> bool {
    let host = host.to_ascii_lowercase();
    HUB_HOSTS.contains(&host.as_str())
        || MIRROR_HOSTS.contains(&host.as_str())
        || is_modelscope(&host)
        || hubs.iter().any(|hub| hub.host_str() == Some(&host))
}

fn is_modelscope(host: &str) -> bool {
    let mirror = Url::parse(MODELSCOPE).ok();
    let of = mirror.as_ref().and_then(Url::host_str).unwrap_or_default();
    host == of || host.strip_prefix("www.") == Some(of)
}

fn not_one(typed: &str, why: &str) -> Failure {
    let shown: String = typed
        .chars()
        .filter(|char| !char.is_control())
        .take(200)
        .collect();
    let message = format!("`{shown}` names no model: {why}");
    Failure::new(Code::ModelMissing, message)
        .hint(
            "It is `owner/name`, `owner/name:QUANT`, `owner/name:FILE`, or an address of the Hub.",
        )
        .cause(Cause::NoAddress { address: shown })
}

/// Reads `owner/name[@revision][:quant or path]`, or `owner/name/path`.
fn short(typed: &str) -> Result<Address, Failure> {
    let (named, tag) = match typed.split_once(':') {
        Some((named, tag)) => (named, Some(tag)),
        None => (typed, None),
    };
    let mut parts = named.splitn(3, '/');
    let [owner, name] = [parts.next(), parts.next()].map(Option::unwrap_or_default);
    let path = parts.next().filter(|path| !path.is_empty());
    let (name, revision) = match name.split_once('@') {
        Some((name, revision)) => (name, revision),
        None => (name, MAIN),
    };
    // A revision may hold slashes, as `refs/pr/1` does.
    let (mut revision, path) = match path {
        Some(more) if named.contains('@') => (format!("{revision}/{more}"), None),
        path => (revision.to_owned(), path),
    };
    let which = match (path, tag) {
        (Some(path), None) => {
            let parts: Vec<String> = path.split('/').map(str::to_owned).collect();
            match of_page(&parts).map_err(|why| not_one(typed, why))? {
                Some((at, which)) => {
                    revision = at;
                    which
                }
                None if is_model_file(path) => Which::File(path.to_owned()),
                None => Which::Quant(path.trim_matches('/').to_owned()),
            }
        }
        // As LM Studio names one: `owner/name@q4_k_m`.
        (None, None) if is_quant(&revision) => {
            Which::Quant(std::mem::replace(&mut revision, MAIN.to_owned()))
        }
        (None, tag) => of_tag(tag),
        (Some(_), Some(_)) => return Err(not_one(typed, "it has a path and a tag")),
    };
    address(typed, (None, false), (owner, name), revision, which)
}

fn is_quant(text: &str) -> bool {
    spelled(text).is_some_and(|found| found.place == (0..text.len()))
}

fn of_tag(tag: Option<&str>) -> Which {
    match tag.map(str::trim) {
        // What Ollama calls the usual one.
        None | Some("" | "latest") => Which::Usual,
        Some(tag) if is_file(tag) => Which::File(tag.to_owned()),
        Some(tag) => Which::Quant(tag.to_owned()),
    }
}

fn is_file(tag: &str) -> bool {
    tag.contains('/') || tag.to_ascii_lowercase().contains(".gguf")
}

/// Reads a whole address.
fn whole(typed: &str, hubs: &[Url]) -> Result<Address, Failure> {
    let not = |why: &str| Err(not_one(typed, why));
    let Ok(url) = Url::parse(typed) else {
        return not("it is no address");
    };
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    let set = hubs.iter().find(|hub| {
        (hub.host_str(), hub.port_or_known_default())
            == (url.host_str(), url.port_or_known_default())
    });
    let is_hub = HUB_HOSTS.contains(&host.as_str());
    let at_mirror = is_modelscope(&host);
    let hub = match set {
        _ if is_hub => None,
        Some(set) => Some(set.clone()),
        None if MIRROR_HOSTS.contains(&host.as_str()) => {
            Url::parse(&format!("https://{}", host.trim_start_matches("www."))).ok()
        }
        // It has paths of its own; whoever is asked may have the same name.
        None if at_mirror => None,
        None => return not("nobody asks that host; name it with --endpoint or in the settings"),
    };
    let mut segments: Vec<String> = url
        .path_segments()
        .into_iter()
        .flatten()
        .map(decoded)
        .collect();
    // A hub may live below a folder of its host.
    if let Some(set) = set.filter(|_| !is_hub) {
        let below: Vec<String> = set
            .path_segments()
            .into_iter()
            .flatten()
            .map(decoded)
            .collect();
        let below: Vec<String> = below.into_iter().filter(|part| !part.is_empty()).collect();
        if segments.starts_with(&below) {
            segments.drain(..below.len());
        }
    }
    segments.retain(|segment| !segment.is_empty());
    // Where programs ask; ModelScope's has a number.
    for word in ["api", "v1"] {
        if segments.len() > 3 && segments[0] == word {
            segments.remove(0);
        }
    }
    match segments.first().map(String::as_str) {
        Some("models") => drop(segments.remove(0)),
        Some("datasets") => return not("that is a dataset"),
        Some("spaces") => return not("that is a space, not a model"),
        Some("collections") => return not("that is a collection; open one of its models"),
        _ => {}
    }
    let [owner, name, rest @ ..] = &segments[..] else {
        return not("it ends before the repository's name");
    };
    let (name, tag) = match name.split_once(':') {
        Some((name, tag)) => (name, Some(tag)),
        None => (name.as_str(), None),
    };
    let (name, at) = match name.split_once('@') {
        Some((name, revision)) => (name, revision),
        None => (name, MAIN),
    };
    // Pages that tell the file behind their path: of the Hub, of ModelScope, and of what ModelScope's page asks.
    let mut pairs = url.query_pairs();
    let told = pairs.find(|(key, _)| {
        ["show_file_info", "fileName", "FilePath"]
            .iter()
            .any(|name| key == name)
    });
    let told = told.map(|(_, path)| path.into_owned());
    let of_page = of_page(rest).map_err(|why| not_one(typed, why))?;
    let (revision, which) = match (of_page, told.filter(|path| is_model_file(path))) {
        (page, Some(path)) => {
            let revision = page.map_or_else(|| at.to_owned(), |(revision, _)| revision);
            (revision, Which::File(path))
        }
        (Some(page), None) => page,
        (None, None) if tag.is_none() && is_quant(at) => {
            (MAIN.to_owned(), Which::Quant(at.to_owned()))
        }
        // Pages of a repository, such as its discussions.
        (None, None) => (at.to_owned(), of_tag(tag)),
    };
    let revision = if revision == "master" {
        MAIN.to_owned()
    } else {
        revision
    };
    address(typed, (hub, at_mirror), (owner, name), revision, which)
}

/// What a page below a repository's own shows: a folder or a file, as of when.
fn of_page(rest: &[String]) -> Result<Option<(String, Which)>, &'static str> {
    let path = |path: &[String]| path.join("/").trim_matches('/').to_owned();
    match rest {
        [kind, revision, below @ ..]
            if matches!(
                kind.as_str(),
                "tree" | "blob" | "resolve" | "raw" | "edit" | "commit"
            ) =>
        {
            let path = path(below);
            let which = if is_model_file(&path) {
                Which::File(path)
            } else if path.is_empty() || kind == "commit" {
                Which::Usual
            } else if kind == "tree" {
                // A folder: most hold one quantisation and are called after it.
                Which::Quant(path)
            } else {
                return Err("that file is no GGUF");
            };
            Ok(Some((revision.clone(), which)))
        }
        // ModelScope's page of a file.
        [file, view, revision, below @ ..] if file == "file" && view == "view" => {
            let path = path(below);
            let which = if path.is_empty() {
                Which::Usual
            } else {
                Which::File(path)
            };
            Ok(Some((revision.clone(), which)))
        }
        _ => Ok(None),
    }
}

fn is_model_file(path: &str) -> bool {
    path.to_ascii_lowercase().contains(".gguf")
}

fn decoded(segment: &str) -> String {
    percent_encoding::percent_decode_str(segment)
        .decode_utf8_lossy()
        .into_owned()
}

fn address(
    typed: &str,
    (hub, at_mirror): (Option<Url>, bool),
    (owner, name): (&str, &str),
    revision: String,
    which: Which,
) -> Result<Address, Failure> {
    let name = name.strip_suffix(".git").unwrap_or(name);
    let repository = format!("{owner}/{name}");
    if Place::new(&repository, "model.gguf").is_err() {
        return Err(not_one(typed, "a repository is `owner/name`"));
    }
    is_inside(typed, &which)?;
    if leads_out(&revision) || revision.is_empty() || revision.contains(char::is_control) {
        return Err(leads_elsewhere(typed));
    }
    Ok(Address {
        hub,
        at_mirror,
        repository,
        revision,
        which,
    })
}

fn leads_out(path: &str) -> bool {
    path.split(['/', '\\'])
        .any(|part| matches!(part, "." | ".."))
}

fn leads_elsewhere(typed: &str) -> Failure {
    not_one(typed, "its path leads out of the repository")
}

fn is_inside(typed: &str, which: &Which) -> Result<(), Failure> {
    match which {
        Which::File(path) if leads_out(path) || path.starts_with('/') => {
            Err(leads_elsewhere(typed))
        }
        _ => Ok(()),
    }
}

/// The address of the Hub's page of a repository.
pub(crate) fn page(repository: &str) -> String {
    format!("{HUB}/{repository}")
}

#[cfg(test)]
mod tests;
