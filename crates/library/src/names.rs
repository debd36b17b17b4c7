//! Names of files in the models folder. They are ours: what a catalogue, a manifest or a server
//! calls something becomes a name only if every system can hold it, and never a path out of here. What
//! cannot be one as it is, as with spaces, brackets or letters of other scripts, gets one of ours.

use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

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

    /// The same where the file's name may be any: one that cannot be kept as it is gets one of ours, which
    /// tells it from others by a piece of a hash. With `whole`, folders of the path count too, for files
    /// that have the same name in several. A path that leads out of the repository stays refused.
    pub fn of(repository: &str, path: &str, whole: bool) -> Result<Self, BadName> {
        let leads_out = |part: &str| matches!(part, "" | "." | "..") || part.contains('\0');
        if path.split(['/', '\\']).any(leads_out) {
            return Err(BadName {
                name: path.to_owned(),
                why: "it leads out of its repository",
            });
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        let kept = (!whole).then(|| with_our_ending(name));
        let kept = kept.filter(|name| objection(name).is_none());
        let name = kept.unwrap_or_else(|| slug(if whole { path } else { name }));
        Self::new(repository, &name)
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

/// What every model's name ends in here; publishers also write it in capitals.
const ENDING: &str = ".gguf";

/// Bytes of the readable part of a name of ours.
const SLUG_BYTES: usize = 120;

/// A name without what it ends in, if that is a model's.
fn without_ending(name: &str) -> Option<&str> {
    let start = name.len().checked_sub(ENDING.len())?;
    let (stem, ending) = (name.get(..start)?, name.get(start..)?);
    ending.eq_ignore_ascii_case(ENDING).then_some(stem)
}

fn with_our_ending(name: &str) -> String {
    without_ending(name).map_or_else(|| name.to_owned(), |stem| format!("{stem}{ENDING}"))
}

/// A name of ours: what can be kept of theirs, a piece of its hash, and its place in a split set, by which
/// llama.cpp finds the other parts.
fn slug(name: &str) -> String {
    let (stem, ending) = match without_ending(name) {
        Some(stem) => (stem, ENDING),
        None => (name, ""),
    };
    let (stem, place) = split_place(stem);
    let mut readable = String::new();
    for char in stem.chars() {
        if char.is_ascii_alphanumeric() || "._+".contains(char) {
            readable.push(char);
        } else if !readable.ends_with('-') {
            readable.push('-');
        }
    }
    readable.truncate(SLUG_BYTES);
    let readable = readable.trim_matches(['.', '-']);
    let readable = if readable.is_empty() {
        "model"
    } else {
        readable
    };
    let hash = Sha256::digest(stem.as_bytes());
    let mut piece = String::new();
    for byte in &hash[..4] {
        let _ = write!(piece, "{byte:02x}");
    }
    format!("{readable}-{piece}{place}{ending}")
}

/// A stem, and its `-00001-of-00009` if it has one.
fn split_place(stem: &str) -> (&str, &str) {
    const FORM: &str = "-00000-of-00000";
    let Some(start) = stem.len().checked_sub(FORM.len()) else {
        return (stem, "");
    };
    let Some((name, place)) = stem.split_at_checked(start) else {
        return (stem, "");
    };
    let fits = place
        .bytes()
        .zip(FORM.bytes())
        .all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            form => byte == form,
        });
    if fits { (name, place) } else { (stem, "") }
}

#[cfg(test)]
mod tests {
    use super::{Name, Path, Place};

    #[test]
    fn what_cannot_be_a_name_gets_one_of_ours_that_is_its_own() {
        let of = |path: &str| Place::of("a/b", path, false).unwrap().file().to_string();
        // What every system can hold stays, but for the ending.
        assert_eq!(of("Q4/R1+mini.i1-Q4_K_M.gguf"), "R1+mini.i1-Q4_K_M.gguf");
        assert_eq!(of("R1-Q4_K_M.GGUF"), "R1-Q4_K_M.gguf");
        let mut seen = std::collections::BTreeSet::new();
        for (path, start, end) in [
            ("R1 mini Q4_K_M.gguf", "R1-mini-Q4_K_M-", ".gguf"),
            ("R1 mini (Q4_K_M).gguf", "R1-mini-Q4_K_M-", ".gguf"),
            ("[R1] mini Q4_K_M.gguf", "R1-mini-Q4_K_M-", ".gguf"),
            ("深度求索.gguf", "model-", ".gguf"),
            ("深度-R1-量化-Q8_0.gguf", "R1-Q8_0-", ".gguf"),
            (".hidden.gguf", "hidden-", ".gguf"),
            ("con.gguf", "con-", ".gguf"),
            ("a\u{202e}b.gguf", "a-b-", ".gguf"),
            ("R1 x-00001-of-00002.gguf", "R1-x-", "-00001-of-00002.gguf"),
            ("-rf.gguf", "rf-", ".gguf"),
            (&format!("{}.gguf", "é".repeat(300)), "model-", ".gguf"),
            (&format!("{}.gguf", "a".repeat(300)), "aaaa", ".gguf"),
        ] {
            let name = of(path);
            assert!(name.starts_with(start) && name.ends_with(end), "{name}");
            assert_eq!(of(&name), name, "kept as it is from then on");
            assert!(seen.insert(name), "{path}");
        }
        // All parts of a set are called alike.
        let [one, two] = ["R1 x-00001-of-00002.gguf", "R1 x-00002-of-00002.gguf"].map(of);
        assert_eq!(one.replace("00001", "00002"), two);
        // Two folders, one name.
        let whole = |path: &str| Place::of("a/b", path, true).unwrap().file().to_string();
        assert_ne!(whole("7B/model.gguf"), whole("14B/model.gguf"));
        assert!(whole("7B/model.gguf").starts_with("7B-model-"));
        for path in [
            "../a.gguf",
            "a/../b.gguf",
            "..",
            "a//b.gguf",
            "/a.gguf",
            "..\\a.gguf",
            "a\0.gguf",
            "./a",
        ] {
            assert!(Place::of("a/b", path, false).is_err(), "{path:?}");
            assert!(Place::of("a/b", path, true).is_err(), "{path:?}");
        }
        assert!(Place::of("../b", "a.gguf", false).is_err());
    }

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
