//! A whole header: reading it.
//!
//! Asking it who the model is stands in `facts`. Not here: the parts of the format (`metadata`,
//! `tensors`, `tokens`), what a model costs in memory (`geometry`), sets of files (`split`).

mod facts;

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, shown};
use crate::impostor::Impostor;
use crate::limits;
use crate::metadata::Metadata;
use crate::source::Source;
use crate::split::{self, Split};
use crate::tensors::Tensors;

/// What every file begins with.
const MAGIC: &[u8] = b"GGUF";

/// `general.alignment` where a file does not state it, from `gguf.h`.
const DEFAULT_ALIGNMENT: u64 = 32;

/// Bytes of the frame that every file begins with: magic, version, two counts.
const FRAME_BYTES: u64 = 24;

/// A checked header of one model: of one file, or of a split set with its parts added up.
#[derive(Debug)]
pub struct Header {
    file: String,
    version: u32,
    metadata: Metadata,
    tensors: Tensors,
    split: Option<Split>,
    files: Vec<PathBuf>,
}

impl Header {
    /// Reads the header of the file at `path`; of a split set also the headers of all other
    /// parts, which have to lie beside it. `path` has to be the first part then.
    pub fn read_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let mut header = Self::read_one(path)?;
        if header.split.is_some() {
            split::gather(&mut header, path)?;
        }
        Ok(header)
    }

    /// Checks a header from any reader. `file_len` is the length of the whole file in bytes,
    /// against which the tensors' places are checked; their data is not read. Parts of a split
    /// set are taken one by one here.
    pub fn parse(mut reader: impl Read, file_len: u64) -> Result<Self, Error> {
        Self::parse_named("data", &mut reader, file_len)
    }

    /// Checks a header from the first bytes of a file that is not here, such as one on a server;
    /// `file` is its name, for what is wrong with it, and `file_len` the length of the whole. None where
    /// more bytes are needed to tell.
    pub fn parse_start(file: &str, head: &[u8], file_len: u64) -> Result<Option<Self>, Error> {
        let there = head.len() as u64;
        if there < FRAME_BYTES.min(file_len) {
            return Ok(None);
        }
        let mut reader = head;
        match Self::parse_named(file, &mut reader, file_len) {
            // The file goes on where our bytes end: what was missing lies behind them.
            Err(Error::Truncated {
                expected_bytes,
                found_bytes,
                ..
            }) if found_bytes < file_len && there < file_len && expected_bytes <= file_len => {
                Ok(None)
            }
            other => other.map(Some),
        }
    }

    /// Adds the other parts of a split set, in their order, to the first; for headers that were not
    /// read from files beside each other. All are there then, or it is an error.
    pub fn join(&mut self, others: impl IntoIterator<Item = Self>) -> Result<(), Error> {
        split::join(self, others)
    }

    /// One file by itself, be it part of a set or not.
    pub(crate) fn read_one(path: &Path) -> Result<Self, Error> {
        // Asked before opening: opening a pipe would wait for a writer.
        let about = fs_err::metadata(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => Error::Missing {
                path: path.to_owned(),
            },
            _ => Error::Read(error),
        })?;
        if !about.is_file() {
            return Err(Error::NotAFile {
                path: path.to_owned(),
            });
        }
        let mut file = fs_err::File::open(path)?;
        let len = file.metadata()?.len();
        let mut header = Self::parse_named(&path.display().to_string(), &mut file, len)?;
        header.files.push(path.to_owned());
        Ok(header)
    }

    fn parse_named(file: &str, reader: &mut dyn Read, len: u64) -> Result<Self, Error> {
        let mut source = Source::new(file, reader, len);
        check_magic(&mut source)?;
        let version = read_version(&mut source)?;
        let tensors = source.u64()?;
        if tensors > limits::TENSORS {
            return Err(source.broken("header", "has more than 65,536 tensors"));
        }
        let keys = source.u64()?;
        if keys > limits::KEYS {
            return Err(source.broken("header", "has more than 4,096 keys"));
        }
        let metadata = Metadata::read(&mut source, keys)?;
        let alignment = alignment(&metadata)?;
        let tensors = Tensors::read(&mut source, tensors, alignment)?;
        let split = Split::of(&metadata)?;
        Ok(Self {
            file: file.to_owned(),
            version,
            metadata,
            tensors,
            split,
            files: Vec::new(),
        })
    }

    pub(crate) fn broken(&self, field: &str, rule: &'static str) -> Error {
        Error::Broken {
            file: self.file.clone(),
            field: field.to_owned(),
            rule,
        }
    }

    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// Checks that the parts have as many tensors together as the first one says.
    pub(crate) fn check_sum_of_parts(&self) -> Result<(), Error> {
        match self.metadata.number(split::TENSORS)? {
            Some(count) if u64::from(count) != self.tensors.count => Err(self.broken(
                split::TENSORS,
                "is not what the parts have together: one is of another set",
            )),
            _ => Ok(()),
        }
    }

    /// Takes in one more part of the set. Its own metadata says nothing about the model but how
    /// many tensors the set has, and the first part says that too.
    pub(crate) fn add_part(&mut self, part: Self) -> Result<(), Error> {
        let [ours, theirs] = [&self.metadata, &part.metadata].map(|of| of.number(split::TENSORS));
        if let (Some(ours), Some(theirs)) = (ours?, theirs?)
            && ours != theirs
        {
            return Err(part.broken(
                split::TENSORS,
                "differs from the first part's: they are of different sets",
            ));
        }
        if self.tensors.count + part.tensors.count > limits::TENSORS {
            return Err(part.broken("header", "makes it more than 65,536 tensors in all parts"));
        }
        let bytes = self.tensors.bytes.checked_add(part.tensors.bytes);
        self.tensors.bytes = bytes
            .ok_or_else(|| part.broken("tensor data", "have more bytes than can be counted"))?;
        let ours = &self.tensors.records;
        if let Some(twice) = part
            .tensors
            .records
            .keys()
            .find(|name| ours.contains_key(*name))
        {
            return Err(part.broken(&shown(twice), "is in an earlier part of the set too"));
        }
        self.tensors.records.extend(part.tensors.records);
        self.tensors.count += part.tensors.count;
        self.tensors.account.add(part.tensors.account);
        self.files.extend(part.files);
        Ok(())
    }
}

fn check_magic(source: &mut Source<'_>) -> Result<(), Error> {
    let mut head = Vec::new();
    source.up_to(MAGIC.len() as u64, &mut head)?;
    if head == MAGIC {
        return Ok(());
    }
    if !head.is_empty() && MAGIC.starts_with(&head) {
        return Err(source.truncated(MAGIC.len() as u64));
    }
    source.up_to(Impostor::HEAD_BYTES - MAGIC.len() as u64, &mut head)?;
    Err(Error::NotGguf {
        file: source.file(),
        looks_like: Impostor::guess(&head),
    })
}

fn read_version(source: &mut Source<'_>) -> Result<u32, Error> {
    let version = source.u32()?;
    let file = source.file();
    match version {
        2 | 3 => Ok(version),
        0 | 1 => Err(Error::OlderVersion { file, version }),
        // Small numbers written the other way round.
        _ if version.trailing_zeros() >= 16 => Err(Error::BigEndian { file }),
        _ => Err(Error::NewerVersion { file, version }),
    }
}

fn alignment(metadata: &Metadata) -> Result<u64, Error> {
    const KEY: &str = "general.alignment";
    let Some(alignment) = metadata.number(KEY)?.map(u64::from) else {
        return Ok(DEFAULT_ALIGNMENT);
    };
    if alignment.is_power_of_two() && limits::ALIGNMENT.contains(&alignment) {
        Ok(alignment)
    } else {
        Err(metadata.broken(KEY, "is not a power of two between 8 and 4,096"))
    }
}
