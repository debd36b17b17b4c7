//! Models in several files, `name-00001-of-00009.gguf`: found, read and checked as one set.
//!
//! The rules are those of `llama-model-loader.cpp`: the first part carries the model's metadata,
//! each part its own tensors and its number, and the engine finds the others by name. Not here:
//! downloading a set.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::header::Header;
use crate::metadata::Metadata;

/// The key of how many tensors all parts have together, which each part carries.
pub(crate) const TENSORS: &str = "split.tensors.count";

/// A file's place in a split set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    /// The part's number, counted from 1 as in its name.
    pub number: u32,
    /// Parts in the set, at least 2.
    pub count: u32,
}

impl Split {
    pub(crate) fn of(metadata: &Metadata) -> Result<Option<Self>, Error> {
        let count = metadata.number("split.count")?.unwrap_or(0);
        if count < 2 {
            return Ok(None);
        }
        let key = "split.no";
        let index = metadata
            .number(key)?
            .ok_or_else(|| metadata.broken(key, "is missing"))?;
        if count > u32::from(u16::MAX) {
            return Err(metadata.broken("split.count", "is above 65,535"));
        }
        if index >= count {
            return Err(metadata.broken(key, "is not below split.count"));
        }
        Ok(Some(Self {
            number: index + 1,
            count,
        }))
    }

    /// What the part's file name ends in, the only form that the engine looks for.
    fn suffix(self) -> String {
        format!("-{:05}-of-{:05}.gguf", self.number, self.count)
    }
}

/// Adds all other parts, which lie beside `first`, to `header`.
pub(crate) fn gather(header: &mut Header, first: &Path) -> Result<(), Error> {
    let Some(split @ Split { number, count }) = header.split() else {
        return Ok(());
    };
    if number != 1 {
        let file = header.file().to_owned();
        return Err(Error::NotTheFirstPart {
            file,
            number,
            count,
        });
    }
    let stem = first
        .file_name()
        .and_then(|name| name.to_str())
        .and_then(|name| name.strip_suffix(&split.suffix()))
        .ok_or_else(|| header.broken("file name", "does not end in its place in the split set"))?;
    for number in 2..=count {
        let place = Split { number, count };
        let path = first.with_file_name(format!("{stem}{}", place.suffix()));
        header.add_part(read_part(path, place)?)?;
    }
    header.check_sum_of_parts()
}

/// Adds parts that were read elsewhere to the first.
pub(crate) fn join(
    header: &mut Header,
    others: impl IntoIterator<Item = Header>,
) -> Result<(), Error> {
    let mut others = others.into_iter();
    let Some(Split { number, count }) = header.split() else {
        return match others.next() {
            None => Ok(()),
            Some(other) => Err(other.broken("split.count", "belongs to no set")),
        };
    };
    if number != 1 {
        let file = header.file().to_owned();
        return Err(Error::NotTheFirstPart {
            file,
            number,
            count,
        });
    }
    for number in 2..=count {
        let part = others
            .next()
            .ok_or_else(|| header.broken("split.count", "is more than the parts that there are"))?;
        if part.split() != Some(Split { number, count }) {
            return Err(part.broken("split.no", "is another place in the set than the name says"));
        }
        header.add_part(part)?;
    }
    if let Some(more) = others.next() {
        return Err(more.broken("split.count", "is less than the parts that there are"));
    }
    header.check_sum_of_parts()
}

fn read_part(path: PathBuf, place: Split) -> Result<Header, Error> {
    let Split { number, count } = place;
    let part = match Header::read_one(&path) {
        Err(Error::Missing { .. }) => {
            return Err(Error::MissingPart {
                path,
                number,
                count,
            });
        }
        other => other?,
    };
    if part.split() != Some(place) {
        return Err(part.broken("split.no", "is another place in the set than the name says"));
    }
    Ok(part)
}
