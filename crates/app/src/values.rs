//! A file of what a person set, read value by value: one that cannot be read costs that one alone, and
//! nothing that was not understood is overwritten before a copy of it lies beside.
//!
//! Not here: what a value counts as that cannot be read (`network`, `preferences`).

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::failure::{Cause, Code, Failure};
use crate::state::assert_unlocked;
use crate::written::whole;

/// Bytes of a file of settings; ours have a few hundred.
const MOST_BYTES: u64 = 1 << 20;

/// Copies of one file that are kept aside, before a person has to look.
const MOST_COPIES: u32 = 100;

/// What Windows' editors put before a text.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// The values of a file that were not asked for yet.
pub(crate) struct Values {
    path: PathBuf,
    left: BTreeMap<String, Value>,
    /// Why nothing of it could be read.
    broken: Option<String>,
    /// Names of the values that could not be read.
    odd: Vec<String>,
}

/// What of a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unread {
    /// The file.
    pub(crate) path: PathBuf,
    /// Why, or which of its values.
    pub(crate) said: String,
}

impl Values {
    /// Reads a file. One that is not there has no values; whatever else goes wrong is told by
    /// [`Values::unread`].
    pub(crate) fn of(path: &Path) -> Self {
        let mut values = Self {
            path: path.to_owned(),
            left: BTreeMap::new(),
            broken: None,
            odd: Vec::new(),
        };
        match bytes(path) {
            Ok(None) => {}
            Ok(Some(text)) => {
                let text = unmarked(&text);
                match serde_json::from_slice(text) {
                    Ok(Pairs { once, twice }) => (values.left, values.odd) = (once, twice),
                    Err(error) => values.broken = Some(error.to_string()),
                }
            }
            Err(error) => values.broken = Some(error.to_string()),
        }
        values
    }

    /// A value by its name: `usual` where nothing is said of it, `odd` where what is said cannot be
    /// read, or nothing can.
    pub(crate) fn take<T: DeserializeOwned>(&mut self, name: &str, usual: T, odd: T) -> T {
        if self.broken.is_some() || self.odd.iter().any(|known| known == name) {
            return odd;
        }
        let Some(value) = self.left.remove(name) else {
            return usual;
        };
        serde_json::from_value(value).unwrap_or_else(|_| {
            self.odd.push(name.to_owned());
            odd
        })
    }

    /// A value for which nothing is stricter than the usual.
    pub(crate) fn or<T: DeserializeOwned + Clone>(&mut self, name: &str, usual: T) -> T {
        self.take(name, usual.clone(), usual)
    }

    /// What could not be read, once all that are known were taken; with `strangers`, what nobody asked
    /// for counts as such too.
    pub(crate) fn unread(&self, strangers: bool) -> Option<Unread> {
        let strange = self.left.keys().filter(|_| strangers);
        let names: Vec<&str> = self.odd.iter().chain(strange).map(String::as_str).collect();
        let said = match (&self.broken, &names[..]) {
            (Some(why), _) => why.clone(),
            (None, []) => return None,
            (None, names) => format!("not understood: {}", names.join(", ")),
        };
        Some(Unread {
            path: self.path.clone(),
            said,
        })
    }
}

impl Values {
    /// Before the file is written anew, once all that are known were taken: where it was not understood
    /// to the last word, a copy of it is kept.
    pub(crate) fn make_way(&self) -> Result<(), Failure> {
        let Some(unread) = self.unread(true) else {
            return Ok(());
        };
        unread.make_way().map_err(|error| {
            let path = unread.path.display().to_string();
            let message =
                format!("`{path}` was not understood, and no copy of it can be kept: {error}");
            Failure::new(Code::Storage, message)
                .hint("Move it away by hand, then try again.")
                .cause(Cause::Unwritable { path })
                .detail(error)
        })
    }
}

impl Unread {
    /// Keeps a copy of the file before it is written anew.
    pub(crate) fn make_way(&self) -> io::Result<()> {
        set_aside(&self.path).map(drop)
    }

    /// Where a copy of the file is, as it is shown; the file's own name where none can be made.
    pub(crate) fn kept(&self) -> String {
        let kept = set_aside(&self.path);
        kept.as_ref().unwrap_or(&self.path).display().to_string()
    }
}

/// A text without what Windows' editors put before it.
fn unmarked(text: &[u8]) -> &[u8] {
    text.strip_prefix(MARK).unwrap_or(text)
}

/// The entries of a file that is a list, without those that cannot be read, and what could not be.
pub(crate) fn entries<T: DeserializeOwned>(path: &Path) -> (Vec<T>, Option<Unread>) {
    let unread = |said: String| Unread {
        path: path.to_owned(),
        said,
    };
    let text = match bytes(path) {
        Ok(None) => return (Vec::new(), None),
        Ok(Some(text)) => text,
        Err(error) => return (Vec::new(), Some(unread(error.to_string()))),
    };
    let all: Vec<Value> = match serde_json::from_slice(unmarked(&text)) {
        Ok(all) => all,
        Err(error) => return (Vec::new(), Some(unread(error.to_string()))),
    };
    let mut odd = None;
    let known = all.into_iter().zip(1_u32..).filter_map(|(entry, number)| {
        serde_json::from_value(entry)
            .map_err(|error| odd = odd.take().or(Some(format!("entry {number}: {error}"))))
            .ok()
    });
    let known = known.collect();
    (known, odd.map(unread))
}

/// Copies a file to a name beside it, unless a copy of the same bytes is there, and gives that name.
/// One whose bytes cannot be had gets a second name.
fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let text = bytes(path).ok().flatten();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    for number in 1..=MOST_COPIES {
        let number = (number > 1).then(|| format!("-{number}"));
        let name = format!("{stem}.unread{}.json", number.unwrap_or_default());
        let aside = path.with_file_name(name);
        match &text {
            Some(text) if aside.symlink_metadata().is_err() => {
                whole(&aside, text)?;
                return Ok(aside);
            }
            Some(text) if bytes(&aside).is_ok_and(|there| there.as_ref() == Some(text)) => {
                return Ok(aside);
            }
            None if aside.symlink_metadata().is_err() => {
                std::fs::hard_link(path, &aside)?;
                return Ok(aside);
            }
            _ => {}
        }
    }
    Err(io::Error::other("too many copies of it are kept already"))
}

/// All bytes of a file; none where it is not there.
fn bytes(path: &Path) -> io::Result<Option<Vec<u8>>> {
    assert_unlocked();
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        // A link that leads nowhere is there, and cannot be read.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return match path.symlink_metadata() {
                Err(_) => Ok(None),
                Ok(_) => Err(error),
            };
        }
        // Where the folder itself is a file, nobody ever set anything.
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::other("it is too long"));
    }
    Ok(Some(bytes))
}

/// An object's values. Of one that is said twice, and differently, nobody knows which is meant.
struct Pairs {
    once: BTreeMap<String, Value>,
    twice: Vec<String>,
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Pairs;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object of settings")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let (mut once, mut twice) = (BTreeMap::new(), Vec::new());
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if once.get(&name).is_some_and(|before| *before != value) {
                        twice.push(name.clone());
                    }
                    once.insert(name, value);
                }
                once.retain(|name, _| !twice.contains(name));
                Ok(Pairs { once, twice })
            }
        }

        from.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &[u8]) -> Values {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("set.json");
        std::fs::write(&path, text).unwrap();
        Values::of(&path)
    }

    fn said(values: &Values, strangers: bool) -> Option<String> {
        values.unread(strangers).map(|unread| unread.said)
    }

    #[test]
    fn one_value_costs_itself_alone() {
        let mut values = of(br#"{"a": "x", "b": 2, "c": 3, "c": 4, "d": 5, "d": 5}"#);
        assert_eq!(values.take("a", 0, 9), 9);
        assert_eq!(values.take("b", 0, 9), 2);
        assert_eq!(values.take("c", 0, 9), 9, "said twice");
        assert_eq!(values.take("none", 0, 9), 0);
        let odd = "not understood: c, a";
        assert_eq!(said(&values, false).as_deref(), Some(odd));
        assert_eq!(said(&values, true).unwrap(), format!("{odd}, d"));
    }

    #[test]
    fn what_is_not_there_is_no_fault_and_what_cannot_be_read_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let absent = Values::of(&folder.path().join("absent.json"));
        assert_eq!(said(&absent, true), None);
        let file = folder.path().join("a file");
        std::fs::write(&file, "").unwrap();
        let below = Values::of(&file.join("absent.json"));
        assert_eq!(said(&below, true), None);
        let marked = &mut of(b"\xef\xbb\xbf{\"a\": 1}");
        assert_eq!((marked.take("a", 0, 9), said(marked, true)), (1, None));
        let wide: Vec<u8> = "{\"a\": 1}"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let long = vec![b' '; 2 << 20];
        for text in [
            b"".as_slice(),
            b"{",
            b"{\"a\": 1,}",
            b"[]",
            b"null",
            b"\xff",
            &wide,
            &long,
        ] {
            let mut broken = of(text);
            assert_eq!(broken.take("a", 0, 9), 9);
            assert!(said(&broken, false).is_some());
        }
        assert!(
            said(&Values::of(folder.path()), false).is_some(),
            "a folder"
        );
        #[cfg(unix)]
        {
            let link = folder.path().join("link.json");
            std::os::unix::fs::symlink("nowhere", &link).unwrap();
            assert!(said(&Values::of(&link), false).is_some());
        }
    }

    #[test]
    fn one_entry_costs_itself_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.json");
        let of = |text: &[u8]| {
            std::fs::write(&path, text).unwrap();
            let (known, unread) = entries::<u32>(&path);
            (known, unread.map(|unread| unread.said))
        };
        assert_eq!(
            entries::<u32>(&folder.path().join("absent.json")),
            (vec![], None)
        );
        assert_eq!(of(b"\xef\xbb\xbf[1, 2]"), (vec![1, 2], None));
        let (known, said) = of(b"[1, \"x\", 3, {}]");
        assert_eq!(known, [1, 3]);
        assert!(said.unwrap().starts_with("entry 2: "));
        for text in [b"".as_slice(), b"[1, 2", b"[1],", b"{}", b"\0\0\0\0"] {
            let (known, said) = of(text);
            assert!(known.is_empty() && said.is_some(), "{text:?}");
        }
    }

    #[test]
    fn each_content_is_set_aside_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("set.json");
        let aside = |text: &str| {
            std::fs::write(&path, text).unwrap();
            let aside = set_aside(&path).unwrap();
            assert_eq!(std::fs::read_to_string(&aside).unwrap(), text);
            aside.file_name().unwrap().to_string_lossy().into_owned()
        };
        assert_eq!(aside("one"), "set.unread.json");
        assert_eq!(aside("one"), "set.unread.json");
        assert_eq!(aside("two"), "set.unread-2.json");
        assert_eq!(aside("one"), "set.unread.json");
    }
}
