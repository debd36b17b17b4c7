//! Names of files in the models folder. They are ours: what a catalogue, a manifest or a server
//! calls something becomes a name only if every system can hold it, and never a path out of here.

use std::fmt;
use std::path::{Path, PathBuf};

/// Bytes of a name, less than the 255 that file systems take: what we put behind it must fit too.
const MOST_BYTES: usize = 200;

/// Names that Windows keeps for devices, whatever follows the first dot.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Why something cannot be the name of a file here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` cannot be the name of a file: {why}", shown(.name))]
pub struct BadName {
    name: String,
    why: &'static str,
}

/// The start of a name, without what would spoil a line.
fn shown(name: &str) -> String {
    let clean = |char: char| if char.is_control() { '\u{fffd}' } else { char };
    let mut start: String = name.chars().take(60).map(clean).collect();
    if name.chars().count() > 60 {
        start.push('…');
    }
    start
}

/// One name, without folders: letters, digits and `._-+`, none of the names that a system keeps for
/// itself.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

impl Name {
    /// The name, if it can be one as it is.
    pub fn new(name: &str) -> Result<Self, BadName> {
        match objection(name) {
            None => Ok(Self(name.to_owned())),
            Some(why) => Err(BadName {
                name: name.to_owned(),
                why,
            }),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, out)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

fn objection(name: &str) -> Option<&'static str> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+".contains(&byte);
    if name.is_empty() {
        return Some("it is empty");
    }
    if name.len() > MOST_BYTES {
        return Some("it is longer than 200 bytes");
    }
    if !name.bytes().all(allowed) {
        return Some("it has more than letters, digits and `._-+`");
    }
    if name.starts_with('.') || name.starts_with('-') || name.ends_with('.') {
        return Some("it starts with a dot or a dash, or ends with a dot");
    }
    let stem = name.split('.').next().unwrap_or(name).to_ascii_lowercase();
    let port = |prefix: &str| {
        let number = stem.strip_prefix(prefix);
        number.is_some_and(|number| number.len() == 1 && number.as_bytes()[0].is_ascii_digit())
    };
    if DEVICES.contains(&stem.as_str()) || port("com") || port("lpt") {
        return Some("Windows keeps it for a device");
    }
    None
}

/// Where a file lies in the models folder: `owner/repository/file`, as its publisher calls it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    owner: Name,
    repository: Name,
    file: Name,
}

impl Place {
    /// The place of a file of a repository (`owner/name`); of its path there only the last part
    /// counts.
    pub fn new(repository: &str, path: &str) -> Result<Self, BadName> {
        let bad = || BadName {
            name: repository.to_owned(),
            why: "a repository is `owner/name`",
        };
        let (owner, repository) = repository.split_once('/').ok_or_else(bad)?;
        let file = path.rsplit('/').next().unwrap_or(path);
        Ok(Self {
            owner: Name::new(owner)?,
            repository: Name::new(repository)?,
            file: Name::new(file)?,
        })
    }

    /// The repository, as `owner/name`.
    pub fn repository(&self) -> String {
        format!("{}/{}", self.owner, self.repository)
    }

    /// The file's own name.
    pub fn file(&self) -> &Name {
        &self.file
    }

    /// The file in this models folder.
    pub fn within(&self, models: &Path) -> PathBuf {
        models
            .join(self.owner.as_str())
            .join(self.repository.as_str())
            .join(self.file.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{Name, Path, Place};

    #[test]
    fn what_is_no_name_is_refused_with_the_reason() {
        let long = "a".repeat(300);
        for (name, why) in [
            ("", "empty"),
            ("..", "starts with a dot"),
            (".hidden", "starts with a dot"),
            ("-rf", "a dash"),
            ("a.", "ends with a dot"),
            ("a/b", "more than letters"),
            ("a\\b", "more than letters"),
            ("C:x", "more than letters"),
            ("a\0b", "more than letters"),
            ("a b", "more than letters"),
            ("r1\u{202e}fugg", "more than letters"),
            ("con.gguf", "a device"),
            ("LPT1", "a device"),
            ("Nul.tar.gguf", "a device"),
            (long.as_str(), "longer than 200"),
        ] {
            let error = Name::new(name).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
            assert!(!error.contains('\0') && error.len() < 400, "{error}");
        }
        for name in ["com.gguf", "lpt10", "console.gguf", "R1-Q4_K_M.gguf", "a+b"] {
            assert_eq!(Name::new(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn a_place_stays_in_the_folder() {
        let place = Place::new("unsloth/R1-GGUF", "R1-UD/R1-00001-of-00002.gguf").unwrap();
        let path = place.within(Path::new("/models"));
        assert_eq!(
            path,
            Path::new("/models/unsloth/R1-GGUF/R1-00001-of-00002.gguf")
        );
        for (repository, path) in [
            ("unsloth", "a.gguf"),
            ("../x", "a.gguf"),
            ("a/..", "a.gguf"),
            ("a/b/c", "a.gguf"),
            ("a/b", "c/.."),
            ("a/b", "c/"),
            ("a/b", "..\\..\\a.gguf"),
        ] {
            assert!(Place::new(repository, path).is_err(), "{repository} {path}");
        }
    }
}
