//! What can be wrong with a file, told with the file's and the field's name.
//!
//! Names inside a hostile file are shown escaped and cut, so that no control sequence of theirs
//! reaches a terminal. Not here: people's words in one voice and error codes (`app`).

use std::fmt;
use std::path::PathBuf;

use crate::impostor::Impostor;
use crate::llama;

/// Why a file is not taken. `file` is the path as it was given, or `data` for bytes without one.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no file of this name.
    #[error("`{}` does not exist", path.display())]
    Missing {
        /// The path as it was given.
        path: PathBuf,
    },
    /// A folder, a pipe or a device.
    #[error("`{}` is not an ordinary file", path.display())]
    NotAFile {
        /// The path as it was given.
        path: PathBuf,
    },
    /// The system could not read it, and says which path and why.
    #[error(transparent)]
    Read(#[from] std::io::Error),
    /// The first bytes are not GGUF's.
    #[error("`{file}` is not a GGUF model: {looks_like}")]
    NotGguf {
        /// The file.
        file: String,
        /// What the first bytes are instead.
        looks_like: Impostor,
    },
    /// The file ends before what its header promises.
    #[error("`{file}` ends early: it needs at least {expected_bytes} bytes and has {found_bytes}")]
    Truncated {
        /// The file.
        file: String,
        /// Bytes that must be there at least; the true end may lie later when the header itself
        /// is cut.
        expected_bytes: u64,
        /// Bytes that are there.
        found_bytes: u64,
    },
    /// A version of GGUF newer than ours.
    #[error("`{file}` is GGUF version {version}, newer than version 3, the last one known here")]
    NewerVersion {
        /// The file.
        file: String,
        /// The version that it states.
        version: u32,
    },
    /// Version 1, which llama.cpp dropped in 2023.
    #[error("`{file}` is GGUF version {version}, which is no longer read: get a newer conversion")]
    OlderVersion {
        /// The file.
        file: String,
        /// The version that it states.
        version: u32,
    },
    /// Written for big-endian machines.
    #[error("`{file}` is written for big-endian machines")]
    BigEndian {
        /// The file.
        file: String,
    },
    /// A name that the linked llama.cpp does not know, so that it refuses the file.
    #[error("`{file}`: {what} `{name}` is from a later llama.cpp")]
    Later {
        /// The file.
        file: String,
        /// What is named.
        what: Named,
        /// The name.
        name: String,
    },
    /// A tensor type that the linked ggml does not know, or no longer knows.
    #[error("`{file}`: tensor `{tensor}` has type {id}, {}", unknown_type(*.id))]
    UnknownTensorType {
        /// The file.
        file: String,
        /// The tensor's name.
        tensor: String,
        /// The type's number in ggml.
        id: u32,
    },
    /// A rule of the format or of ours is broken.
    #[error("`{file}`: `{field}` {rule}")]
    Broken {
        /// The file.
        file: String,
        /// The key, tensor or part of the header that breaks the rule.
        field: String,
        /// The rule, worded to follow the field's name.
        rule: &'static str,
    },
    /// A tensor whose shape is not what the model's numbers call for.
    #[error(
        "`{file}`: tensor `{tensor}` has the shape {}, and the model's numbers call for {}",
        shape(found),
        shape(expected)
    )]
    Shape {
        /// The file.
        file: String,
        /// The tensor's name.
        tensor: String,
        /// Its dimensions, four of them.
        found: [u64; 4],
        /// What they should be.
        expected: [u64; 4],
    },
    /// A sound file of a model family that Spud does not run.
    #[error(
        "`{file}` holds a model of the architecture `{architecture}`; \
         supported are llama, qwen2, qwen3 and deepseek2"
    )]
    Unsupported {
        /// The file.
        file: String,
        /// The architecture that it names.
        architecture: String,
    },
    /// One part of a split set is not beside the first.
    #[error("part {number} of {count} is missing: `{}` does not exist", path.display())]
    MissingPart {
        /// Where the part should lie.
        path: PathBuf,
        /// Its number, counted from 1 as in its name.
        number: u32,
        /// Parts in the set.
        count: u32,
    },
    /// A later part of a split set was opened instead of the first.
    #[error("`{file}` is part {number} of {count}: open the first part instead")]
    NotTheFirstPart {
        /// The file.
        file: String,
        /// Its number, counted from 1 as in its name.
        number: u32,
        /// Parts in the set.
        count: u32,
    },
}

/// What a file names that only a later llama.cpp can know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// The family of models.
    Architecture,
    /// The kind of tokenizer.
    Tokenizer,
    /// The rule by which a text is cut into words before it becomes tokens.
    PreTokenizer,
}

impl fmt::Display for Named {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Architecture => "architecture",
            Self::Tokenizer => "tokenizer",
            Self::PreTokenizer => "pre-tokenizer",
        })
    }
}

fn unknown_type(id: u32) -> &'static str {
    if id < llama::TENSOR_TYPES {
        "which llama.cpp no longer reads"
    } else {
        "which is from a later llama.cpp"
    }
}

/// A name out of a hostile file, made fit to show: escaped, and cut at 80 characters.
pub(crate) fn shown(name: &[u8]) -> String {
    const MOST_CHARACTERS: usize = 80;
    // Four bytes a character at most: what lies behind them is never shown.
    let head = &name[..name.len().min(4 * MOST_CHARACTERS)];
    let text = String::from_utf8_lossy(head);
    let mut out: String = text
        .chars()
        .take(MOST_CHARACTERS)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(MOST_CHARACTERS).is_some() {
        out.push('…');
    }
    out
}

/// Dimensions as people write them, without those at the end that are 1.
fn shape(dimensions: &[u64; 4]) -> String {
    let length = dimensions.iter().rposition(|&size| size != 1);
    let shown = &dimensions[..=length.unwrap_or(0)];
    let sizes: Vec<String> = shown.iter().map(u64::to_string).collect();
    sizes.join(" × ")
}
