//! What a person typed or pasted to name a model of a hub, as parts: `owner/name`, with a revision, a
//! quantisation or a file behind it, a whole address of the Hub or of one that keeps its paths, or the line
//! that the Hub's page gives for another program.
//!
//! Not here: what is in the repository (`files`), and who is asked where no address tells (`pull`).

use fit::catalogue::{HUB, MODELSCOPE};
use library::Place;
use url::Url;

use crate::failure::{Cause, Code, Failure};

/// Hosts whose addresses mean the Hub itself.
const HUB_HOSTS: [&str; 3] = ["huggingface.co", "www.huggingface.co", "hf.co"];

/// Mirrors that keep the Hub's paths, by their hosts.
const MIRROR_HOSTS: [&str; 2] = ["hf-mirror.com", "www.hf-mirror.com"];

/// Programs whose command lines people paste.
const PROGRAMS: [&str; 9] = [
    "ollama",
    "llama-cli",
    "llama-server",
    "llama",
    "lms",
    "hf",
    "huggingface-cli",
    "spud",
    "docker",
];

/// The revision where none is named.
pub(crate) const MAIN: &str = "main";

/// A repository of a hub, and what of it is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// The hub that the address is of, where it is another than those that are asked anyway.
    pub(crate) hub: Option<Url>,
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
        let typed = without_program(typed.trim());
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
        let Some(hub) = &self.hub else {
            return named;
        };
        let mut url = hub.clone();
        match url.path_segments_mut() {
            Ok(mut path) if which.contains('/') => {
                path.pop_if_empty().extend(self.repository.split('/'));
                path.push("resolve")
                    .push(&self.revision)
                    .extend(which.split('/'));
            }
            _ => return format!("{}/{named}", hub.as_str().trim_end_matches('/')),
        }
        url.into()
    }
}

/// What is left of a command line of another program: the word that names a model.
fn without_program(typed: &str) -> &str {
    let mut words = typed.split_whitespace();
    let is_program = words.next().is_some_and(|word| PROGRAMS.contains(&word));
    let named = words.find(|word| word.contains('/') && !word.starts_with(['-', '/', '.']));
    named.filter(|_| is_program).unwrap_or(typed)
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
    let (revision, path) = match path {
        Some(more) if named.contains('@') => (format!("{revision}/{more}"), None),
        path => (revision.to_owned(), path),
    };
    let which = match (path, tag) {
        (Some(path), None) => Which::File(path.to_owned()),
        (None, tag) => of_tag(tag),
        (Some(_), Some(_)) => return Err(not_one(typed, "it has a path and a tag")),
    };
    address(typed, None, (owner, name), revision, which)
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
    let hub = match set {
        _ if is_hub => None,
        Some(set) => Some(set.clone()),
        None if MIRROR_HOSTS.contains(&host.as_str()) => {
            Url::parse(&format!("https://{}", host.trim_start_matches("www."))).ok()
        }
        // It has paths of its own and no list in the Hub's form: whoever has one is asked for the same name.
        None if is_modelscope(&host) => None,
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
    if segments.first().is_some_and(|first| first == "api") {
        segments.remove(0);
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
    // The Hub's page of a file inside a GGUF.
    let shown = url.query_pairs().find(|(key, _)| key == "show_file_info");
    let (revision, which) = match rest {
        [kind, revision, path @ ..]
            if matches!(
                kind.as_str(),
                "tree" | "blob" | "resolve" | "raw" | "edit" | "commit"
            ) =>
        {
            let path = path.join("/");
            let which = if is_model_file(&path) {
                Which::File(path)
            } else if path.is_empty() || kind == "commit" {
                Which::Usual
            } else if kind == "tree" {
                // A folder: most hold one quantisation and are called after it.
                Which::Quant(path)
            } else {
                return not("that file is no GGUF");
            };
            (revision.clone(), which)
        }
        // ModelScope's page of a file.
        [file, view, revision, path @ ..] if file == "file" && view == "view" => {
            (revision.clone(), Which::File(path.join("/")))
        }
        [] if shown.is_some() => {
            let path = shown.map(|(_, path)| path.into_owned());
            (at.to_owned(), Which::File(path.unwrap_or_default()))
        }
        // Pages of a repository, such as its discussions.
        _ => (at.to_owned(), of_tag(tag)),
    };
    let revision = if revision == "master" {
        MAIN.to_owned()
    } else {
        revision
    };
    address(typed, hub, (owner, name), revision, which)
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
    hub: Option<Url>,
    (owner, name): (&str, &str),
    revision: String,
    which: Which,
) -> Result<Address, Failure> {
    let name = name.strip_suffix(".git").unwrap_or(name);
    let repository = format!("{owner}/{name}");
    if Place::new(&repository, "model.gguf").is_err() {
        return Err(not_one(typed, "a repository is `owner/name`"));
    }
    let leads_out = |path: &str| {
        path.split(['/', '\\'])
            .any(|part| matches!(part, "." | ".."))
    };
    let file = match &which {
        Which::File(path) => leads_out(path) || path.starts_with('/'),
        _ => false,
    };
    if file || leads_out(&revision) || revision.is_empty() || revision.contains(char::is_control) {
        return Err(not_one(typed, "its path leads out of the repository"));
    }
    Ok(Address {
        hub,
        repository,
        revision,
        which,
    })
}

/// The address of the Hub's page of a repository.
pub(crate) fn page(repository: &str) -> String {
    format!("{HUB}/{repository}")
}

#[cfg(test)]
mod tests {
    use super::{Address, MAIN, Url, Which};

    fn hubs() -> Vec<Url> {
        ["https://huggingface.co", "http://127.0.0.1:8080/hub/"]
            .map(|hub| Url::parse(hub).unwrap())
            .into()
    }

    fn read(typed: &str) -> Option<Address> {
        Address::read(typed, &hubs()).unwrap_or_else(|failure| panic!("{typed}: {failure}"))
    }

    fn usual(repository: &str) -> Address {
        Address {
            hub: None,
            repository: repository.to_owned(),
            revision: MAIN.to_owned(),
            which: Which::Usual,
        }
    }

    #[test]
    fn a_repository_is_read_however_it_is_named() {
        for typed in [
            "unsloth/R1-GGUF",
            "  unsloth/R1-GGUF \n",
            "unsloth/R1-GGUF:latest",
            "hf.co/unsloth/R1-GGUF",
            "huggingface.co/unsloth/R1-GGUF/",
            "HF.co/unsloth/R1-GGUF",
            "hf://unsloth/R1-GGUF",
            "https://huggingface.co/unsloth/R1-GGUF",
            "http://www.huggingface.co/unsloth/R1-GGUF/tree/main",
            "https://huggingface.co/unsloth/R1-GGUF?library=llama-cpp-python",
            "https://huggingface.co/unsloth/R1-GGUF/discussions/3#abc",
            "https://huggingface.co/models/unsloth/R1-GGUF",
            "https://huggingface.co/api/models/unsloth/R1-GGUF",
            "https://huggingface.co/unsloth/R1-GGUF.git",
            "ollama run hf.co/unsloth/R1-GGUF",
            "llama-server -hf unsloth/R1-GGUF",
        ] {
            assert_eq!(read(typed), Some(usual("unsloth/R1-GGUF")), "{typed}");
        }
    }

    #[test]
    fn what_of_it_is_meant_is_read_too() {
        let quant = |name: &str| Which::Quant(name.to_owned());
        let file = |path: &str| Which::File(path.to_owned());
        for (typed, which) in [
            ("a/b:Q4_K_M", quant("Q4_K_M")),
            ("hf.co/a/b:IQ3_M", quant("IQ3_M")),
            ("ollama pull huggingface.co/a/b:q8_0", quant("q8_0")),
            ("a/b:x.gguf", file("x.gguf")),
            ("a/b:sub/R1 (x).gguf", file("sub/R1 (x).gguf")),
            ("a/b:深度.GGUF", file("深度.GGUF")),
            ("a/b/sub/x.gguf", file("sub/x.gguf")),
            (
                "https://huggingface.co/a/b/blob/main/x.gguf",
                file("x.gguf"),
            ),
            (
                "https://huggingface.co/a/b/resolve/main/R1%20%5Bx%5D+y.gguf?download=true",
                file("R1 [x]+y.gguf"),
            ),
            (
                "https://huggingface.co/a/b?show_file_info=s%2Fx.gguf",
                file("s/x.gguf"),
            ),
            (
                "https://huggingface.co/a/b/tree/main/UD-Q4_K_XL",
                quant("UD-Q4_K_XL"),
            ),
            ("https://huggingface.co/a/b:Q4_0", quant("Q4_0")),
        ] {
            assert_eq!(read(typed).map(|read| read.which), Some(which), "{typed}");
        }
        for (typed, revision) in [
            ("a/b@v1.1", "v1.1"),
            ("a/b@refs/pr/1:Q8_0", "refs/pr/1"),
            ("https://huggingface.co/a/b/tree/0123abcd", "0123abcd"),
            (
                "https://huggingface.co/a/b/resolve/refs%2Fpr%2F1/x.gguf",
                "refs/pr/1",
            ),
        ] {
            let read = read(typed).unwrap();
            assert_eq!(
                (read.revision.as_str(), &read.repository[..]),
                (revision, "a/b"),
                "{typed}"
            );
        }
    }

    #[test]
    fn a_mirror_is_asked_itself_and_strangers_are_not() {
        let hub = |typed: &str| read(typed).unwrap().hub.map(|hub| hub.to_string());
        assert_eq!(
            hub("https://hf-mirror.com/a/b").as_deref(),
            Some("https://hf-mirror.com/")
        );
        assert_eq!(
            hub("hf-mirror.com/a/b:Q8_0").as_deref(),
            Some("https://hf-mirror.com/")
        );
        let own = read("http://127.0.0.1:8080/hub/a/b/blob/main/x.gguf").unwrap();
        assert_eq!(own.hub.unwrap().as_str(), "http://127.0.0.1:8080/hub/");
        assert_eq!(own.repository, "a/b");
        let scope = read("https://www.modelscope.cn/models/a/b/file/view/master/x.gguf").unwrap();
        assert_eq!(scope.which, Which::File("x.gguf".to_owned()));
        assert_eq!((scope.hub, scope.revision.as_str()), (None, MAIN));
        for typed in [
            "https://evil.example/a/b",
            "https://huggingface.co.evil.example/a/b",
            "http://127.0.0.1:9/a/b",
            "https://huggingface.co/datasets/a/b",
            "https://huggingface.co/spaces/a/b",
            "https://huggingface.co/unsloth",
            "https://huggingface.co/",
            "https://huggingface.co/a/b/blob/main/README.md",
            "ftp://huggingface.co/a/b",
            "file:///etc/passwd",
            "a/b:../x.gguf",
            "a/b/../../x.gguf",
            "a/b@../..",
            "../x",
            "/etc/passwd",
            "a/..",
            "./a",
            "a/b c",
        ] {
            let read = Address::read(typed, &hubs());
            assert!(read.is_err(), "{typed}: {read:?}");
        }
        for typed in ["r1-distill-qwen-7b", "", "sprout"] {
            assert_eq!(read(typed), None, "{typed}");
        }
    }
}
