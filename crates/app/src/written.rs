//! Small files of the data folder that hold what can be had again: written whole and moved into
//! place; what is wrong with one only means that it is as if it were not there.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Writes a file anew.
pub(crate) fn put(folder: &Path, name: &str, what: &impl Serialize) -> io::Result<()> {
    let text = serde_json::to_vec_pretty(what).expect("BUG: numbers and text are JSON");
    fs_err::create_dir_all(folder)?;
    let mut part = tempfile::NamedTempFile::new_in(folder)?;
    part.write_all(&text)?;
    part.as_file().sync_all()?;
    part.persist(folder.join(name))?;
    Ok(())
}

/// Reads a file; what it is by default where it is not there or broken.
pub(crate) fn read<T: DeserializeOwned + Default>(path: &Path) -> T {
    let text = std::fs::read(path).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}
