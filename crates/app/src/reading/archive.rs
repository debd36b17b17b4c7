//! The archive that a document is: its parts by name, each unpacked when it is asked for.
//!
//! An archive within it is never opened, no name in it becomes a path, and how much is unpacked in all
//! is bounded, whatever the archive says of itself.

use std::collections::HashMap;
use std::io::{Cursor, ErrorKind, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::fault::Fault;

/// One part, unpacked; the text of the longest novels has a tenth of it.
const LARGEST_PART: u64 = 96 << 20;

/// All parts that are asked for.
const MOST_BYTES: u64 = 256 << 20;

/// Parts that an archive may list.
const MOST_PARTS: usize = 50_000;

pub(super) struct Archive {
    zip: ZipArchive<Cursor<Vec<u8>>>,
    /// Places by name, and by name in small letters.
    places: HashMap<String, usize>,
    small: HashMap<String, usize>,
    left: u64,
}

impl Archive {
    pub(super) fn open(bytes: Vec<u8>) -> Result<Self, Fault> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Fault::Damaged)?;
        if zip.len() > MOST_PARTS {
            return Err(Fault::TooMuch);
        }
        let (mut places, mut small) = (HashMap::new(), HashMap::new());
        for place in 0..zip.len() {
            let Some(Ok(name)) = zip.name_for_index(place) else {
                continue;
            };
            let name = name.replace('\\', "/");
            let name = name.trim_start_matches('/').to_owned();
            small.entry(name.to_lowercase()).or_insert(place);
            places.entry(name).or_insert(place);
        }
        Ok(Self {
            zip,
            places,
            small,
            left: MOST_BYTES,
        })
    }

    /// How many parts lie in this folder, of this kind by the end of their names.
    pub(super) fn count(&self, folder: &str, end: &str) -> u64 {
        let is = |name: &&String| name.starts_with(folder) && name.ends_with(end);
        self.places.keys().filter(is).count() as u64
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.place(name).is_some()
    }

    /// The names of its parts, sorted.
    pub(super) fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.places.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    fn place(&self, name: &str) -> Option<usize> {
        let name = name.trim_start_matches('/');
        let small = || self.small.get(&name.to_lowercase());
        self.places.get(name).or_else(small).copied()
    }

    /// A part by its name.
    pub(super) fn part(&mut self, name: &str) -> Result<Vec<u8>, Fault> {
        let place = self.place(name).ok_or(Fault::Damaged)?;
        let mut part = self.zip.by_index(place).map_err(|error| match error {
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Fault::Locked,
            _ => Fault::Damaged,
        })?;
        let most = self.left.min(LARGEST_PART);
        let mut bytes = Vec::new();
        let read = part.by_ref().take(most + 1).read_to_end(&mut bytes);
        if bytes.len() as u64 > most {
            return Err(Fault::TooMuch);
        }
        self.left -= bytes.len() as u64;
        match read {
            Ok(_) => Ok(bytes),
            Err(error) if error.kind() == ErrorKind::OutOfMemory => Err(Fault::TooMuch),
            Err(_) => Err(Fault::Damaged),
        }
    }

    /// A part of XML, as text.
    pub(super) fn xml(&mut self, name: &str) -> Result<String, Fault> {
        Ok(super::xml::decoded(&self.part(name)?))
    }

    /// A part of XML that may be missing, or damaged.
    pub(super) fn optional(&mut self, name: &str) -> Result<Option<String>, Fault> {
        match self.xml(name) {
            Ok(text) => Ok(Some(text)),
            Err(fault @ (Fault::TooMuch | Fault::Locked)) => Err(fault),
            Err(_) => Ok(None),
        }
    }

    /// All of it again, for a reader of its own, once all that it may unpack is known to be bounded.
    pub(super) fn whole(mut self) -> Result<Vec<u8>, Fault> {
        for place in 0..self.zip.len() {
            let Ok(mut part) = self.zip.by_index(place) else {
                continue;
            };
            let read = std::io::copy(&mut part.by_ref().take(self.left + 1), &mut std::io::sink());
            // One that is damaged is as long as it is read.
            self.left = self
                .left
                .checked_sub(read.unwrap_or(0))
                .ok_or(Fault::TooMuch)?;
        }
        Ok(self.zip.into_inner().into_inner())
    }
}

/// The name of a part that another one names: beside it, or from the top.
pub(super) fn beside(part: &str, named: &str) -> String {
    let named = named.split(['#', '?']).next().unwrap_or_default();
    let named = percent_decoded(named).replace('\\', "/");
    let mut folders: Vec<&str> = match named.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => part.split('/').collect(),
    };
    folders.pop();
    for step in named.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                folders.pop();
            }
            step => folders.push(step),
        }
    }
    folders.join("/")
}

fn percent_decoded(name: &str) -> String {
    let bytes = name.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = name.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            plain.push(byte);
            at += 3;
        } else {
            plain.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere_but_into_the_archive() {
        for (part, named, found) in [
            ("word/document.xml", "styles.xml", "word/styles.xml"),
            ("word/document.xml", "/word/notes.xml", "word/notes.xml"),
            (
                "OEBPS/text/one.xhtml",
                "../two.xhtml#begin",
                "OEBPS/two.xhtml",
            ),
            ("a", "../../etc/passwd", "etc/passwd"),
            ("a/b", "c%20d%E4%B8%AD", "a/c d中"),
        ] {
            assert_eq!(beside(part, named), found);
        }
    }
}
