//! Files that are written whole and moved into place: copies that people keep, and the small files
//! of the data folder that hold what can be had again. What is wrong with one of those only means
//! that it is as if it were not there.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::{Cause, Code, Failure};

/// Writes a file anew.
pub(crate) fn put(folder: &Path, name: &str, what: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_vec_pretty(what).expect("BUG: numbers and text are JSON");
    fs_err::create_dir_all(folder)?;
    whole(&folder.join(name), &text)
}

/// [`put`] for what a person set, with words for what fails.
pub(crate) fn keep(folder: &Path, name: &str, what: &impl Serialize) -> Result<(), Failure> {
    put(folder, name, what).map_err(|error| {
        let file = folder.join(name);
        Failure::new(
            Code::Storage,
            format!("`{}` cannot be written: {error}", file.display()),
        )
        .hint("Check the folder's rights and its disk.")
        .cause(Cause::Unwritable {
            path: file.display().to_string(),
        })
        .detail(error)
    })
}

/// Writes a file in a folder that is there: it is whole, or as it was before.
pub(crate) fn whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| folder.is_dir());
    let mut part = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    part.write_all(bytes)?;
    part.as_file().sync_all()?;
    part.persist(path)?;
    Ok(())
}

/// Reads a file; what it is by default where it is not there or broken.
pub(crate) fn read<T: DeserializeOwned + Default>(path: &Path) -> T {
    let text = std::fs::read(path).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}
