//! The files of a model: what they are called, where they lie, how large they are.
//!
//! Not here: fetching them (`library`), the rules that an entry keeps (`check`).

use std::fmt;

/// The hub that the repositories are on, unless `HF_ENDPOINT` names another.
pub const HUB: &str = "https://huggingface.co";

/// The mirror that carries some of the same bytes under the same repositories' names.
pub const MODELSCOPE: &str = "https://modelscope.cn";

/// One quantisation of a model: a file, or a split set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The quantisation, as in the file's name.
    pub quant: Quant,
    /// The publisher's repository on the hub, `owner/name`.
    pub repo: String,
    /// The commit, 40 hex digits; none where `main` is read and the hash decides.
    pub revision: Option<String>,
    /// The parts, in order; at least one.
    pub parts: Vec<Part>,
    /// Size of the whole.
    pub size: Size,
    /// The commit on modelscope.cn that carries the same bytes.
    pub modelscope_revision: Option<String>,
    /// Made before llama.cpp learned MLA, so that it caches every head in full.
    pub unpacked_cache: bool,
    /// The one to take first.
    pub default: bool,
}

/// One file of a set, or the only one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Path in the repository: letters, digits and `._-+` between slashes, so that it stands in an
    /// address as it is.
    pub path: String,
    /// Exactly how many bytes; none where the hub is asked before a download.
    pub bytes: Option<u64>,
    /// Of the whole part; none where the hub is asked before a download.
    pub sha256: Option<Sha256>,
}

/// How many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Exactly.
    Exact(u64),
    /// To the digits that were published; the exact number is read from the hub before a download.
    About(u64),
}

impl Size {
    /// The number, exact or not.
    pub fn bytes(self) -> u64 {
        match self {
            Self::Exact(bytes) | Self::About(bytes) => bytes,
        }
    }
}

/// The name of a quantisation, such as `Q4_K_M` or `UD-IQ1_S`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quant(String);

impl Quant {
    /// The quantisation of this name, if it is of letters, digits, `_` and `-`, 32 at most.
    pub fn named(name: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        let sane = (1..=32).contains(&name.len()) && name.bytes().all(allowed);
        sane.then(|| Self(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Quant {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

/// A SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sha256([u8; 32]);

impl Sha256 {
    /// The hash that 64 lower-case hex digits write.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let text: &[u8; 64] = text.as_bytes().try_into().ok()?;
        let mut hash = [0; 32];
        for (byte, pair) in hash.iter_mut().zip(text.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self(hash))
    }

    /// The hash of these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl File {
    /// The page of the publisher's repository, for a person.
    pub fn page(&self) -> String {
        format!("{HUB}/{}", self.repo)
    }

    /// The name of the file that is opened: the only one, or the first of the set.
    pub fn name(&self) -> &str {
        let path = &self.parts[0].path;
        path.rsplit('/').next().unwrap_or(path)
    }

    /// Where the hub at `endpoint` (`HUB`, or what `HF_ENDPOINT` says) gives this part.
    pub fn url(&self, endpoint: &str, part: &Part) -> String {
        let endpoint = endpoint.trim_end_matches('/');
        let revision = self.revision.as_deref().unwrap_or("main");
        format!("{endpoint}/{}/resolve/{revision}/{}", self.repo, part.path)
    }

    /// Where the mirror at `endpoint` (`MODELSCOPE`) gives the same bytes, if it is known to.
    pub fn mirror_url(&self, endpoint: &str, part: &Part) -> Option<String> {
        let endpoint = endpoint.trim_end_matches('/');
        let revision = self.modelscope_revision.as_deref()?;
        let Self { repo, .. } = self;
        let path = &part.path;
        Some(format!(
            "{endpoint}/models/{repo}/resolve/{revision}/{path}"
        ))
    }
}
