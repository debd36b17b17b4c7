//! What a file is when it is not GGUF: the common mistakes, told from the first bytes.
//!
//! Not here: any reading of those formats.

use std::fmt;

/// A guess at what the first bytes belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Impostor {
    /// No bytes at all.
    Empty,
    /// A page: an error or a login page saved in place of the file.
    Html,
    /// JSON: an error answer or a model's configuration.
    Json,
    /// A zip archive, which is also the form of `PyTorch` weights.
    Zip,
    /// Weights for other programs.
    Safetensors,
    /// The pointer that git leaves where large-file support is not installed.
    GitLfsPointer,
    /// The formats of llama.cpp before August 2023.
    OldGgml,
    /// Zeros: space that was reserved and never written.
    Zeros,
    /// Nothing that is recognised.
    Unknown,
}

impl Impostor {
    /// Bytes from the start that are worth showing to [`Impostor::guess`].
    pub(crate) const HEAD_BYTES: u64 = 512;

    /// Guesses from the first bytes of a file, as many as there are up to
    /// [`Impostor::HEAD_BYTES`].
    pub(crate) fn guess(head: &[u8]) -> Self {
        let text = head.trim_ascii_start();
        let starts = |word: &str| {
            text.get(..word.len())
                .is_some_and(|t| t.eq_ignore_ascii_case(word.as_bytes()))
        };
        if head.is_empty() {
            Self::Empty
        } else if head.iter().all(|&byte| byte == 0) {
            Self::Zeros
        } else if starts("<!doctype") || starts("<html") || starts("<?xml") || starts("<head") {
            Self::Html
        } else if head.starts_with(b"PK\x03\x04") {
            Self::Zip
        } else if starts("version https://git-lfs") {
            Self::GitLfsPointer
        } else if [b"lmgg", b"fmgg", b"tjgg", b"algg"]
            .iter()
            .any(|magic| head.starts_with(*magic))
        {
            Self::OldGgml
        } else if head.get(8) == Some(&b'{') {
            // Safetensors: the header's length as u64, then JSON.
            Self::Safetensors
        } else if text.starts_with(b"{") || text.starts_with(b"[") {
            Self::Json
        } else {
            Self::Unknown
        }
    }
}

impl fmt::Display for Impostor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "it is empty",
            Self::Html => "it looks like a web page saved in its place",
            Self::Json => "it looks like JSON, an error answer or a configuration",
            Self::Zip => "it looks like a zip archive or PyTorch weights",
            Self::Safetensors => "it looks like safetensors weights, which need conversion",
            Self::GitLfsPointer => "it is a git-lfs pointer, the model itself was not fetched",
            Self::OldGgml => "it is a format that llama.cpp dropped in 2023",
            Self::Zeros => "it begins with zeros, as a download does that never got its data",
            Self::Unknown => "its first bytes are unknown",
        })
    }
}
