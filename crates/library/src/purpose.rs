//! What somebody is asked for. In the ledger it stands in words, so that the file can be read by
//! whoever opens it; here those words become facts again, for a window in any language.

use std::fmt;

/// What a request is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// A file, or a part of it.
    Download {
        /// Its name.
        file: String,
    },
    /// The header of a file, before there is any more of it.
    Header {
        /// Its name.
        file: String,
    },
    /// The list of a repository's files.
    Listing {
        /// `owner/name`.
        repository: String,
    },
    /// What a Spud of another time wrote, or somebody by hand.
    Other(String),
}

const DOWNLOAD: &str = "download of ";
const HEADER: &str = "header of ";
const LISTING: &str = "files of ";

impl Purpose {
    /// From the words of the ledger.
    pub(crate) fn of(words: &str) -> Self {
        let after = |start: &str| words.strip_prefix(start).map(str::to_owned);
        if let Some(file) = after(DOWNLOAD) {
            Self::Download { file }
        } else if let Some(file) = after(HEADER) {
            Self::Header { file }
        } else if let Some(repository) = after(LISTING) {
            Self::Listing { repository }
        } else {
            Self::Other(words.to_owned())
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Download { file } => write!(out, "{DOWNLOAD}{file}"),
            Self::Header { file } => write!(out, "{HEADER}{file}"),
            Self::Listing { repository } => write!(out, "{LISTING}{repository}"),
            Self::Other(words) => out.write_str(words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Purpose;

    #[test]
    fn what_is_written_down_is_read_as_what_it_was() {
        let (file, repository) = ("R1 of files.gguf".to_owned(), "owner/R1".to_owned());
        for (purpose, words) in [
            (
                Purpose::Download { file: file.clone() },
                "download of R1 of files.gguf",
            ),
            (Purpose::Header { file }, "header of R1 of files.gguf"),
            (Purpose::Listing { repository }, "files of owner/R1"),
            (Purpose::Other("a look".to_owned()), "a look"),
            (Purpose::Other(String::new()), ""),
        ] {
            assert_eq!(purpose.to_string(), words);
            assert_eq!(Purpose::of(words), purpose);
        }
    }
}
