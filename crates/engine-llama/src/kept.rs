//! What was computed for a conversation, in a file: llama.cpp's own form of a sequence, and behind it
//! a trailer of ours that says of which model and build it is, which tokens it holds and what its
//! bytes add up to. A file that is not exactly that is as none.
//!
//! Not here: when files are written and read (`session`, `prompting`).

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::message::{Hello, Kept};
use llama_cpp_2::token::LlamaToken;
use serde::{Deserialize, Serialize};

/// The last bytes of a file that was written whole.
const END: &[u8; 8] = b"SPUDKEPT";

/// How the names of files end.
const KIND: &str = "kept";

/// How they end until they are whole.
const NEW: &str = "new";

/// Nobody writes one for so long: whoever did was killed over it.
const ABANDONED: Duration = Duration::from_hours(1);

/// A trailer is some bytes a token; nobody's context has as many tokens as this.
const LONGEST_TRAILER: u64 = 64 << 20;

/// Which model and build computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// Of Spud, whose pinned llama.cpp decides about the form.
    build: String,
    /// Of the first file: its length, and a sum of its first megabyte, where the header is, and of
    /// its last.
    model: (u64, u32),
    /// How the cache's values are stored, and what else decides about their form.
    shape: String,
}

impl Mark {
    pub(crate) fn of(path: &Path, shape: String) -> io::Result<Self> {
        const PART: u64 = 1 << 20;
        let mut file = fs::File::open(path)?;
        let length = file.metadata()?.len();
        let mut sum = crc32fast::Hasher::new();
        for from in [0, length.saturating_sub(PART)] {
            file.seek(SeekFrom::Start(from))?;
            let mut part = Vec::new();
            Read::by_ref(&mut file).take(PART).read_to_end(&mut part)?;
            sum.update(&part);
        }
        Ok(Self {
            build: Hello::of_this_build().messages,
            model: (length, sum.finalize()),
            shape,
        })
    }
}

impl Mark {
    /// Whether both are of the same model and build, however it was loaded.
    fn is_of_the_model(&self, other: &Self) -> bool {
        (&self.build, self.model) == (&other.build, other.model)
    }
}

#[derive(Serialize, Deserialize)]
struct Trailer {
    mark: Mark,
    tokens: Vec<i32>,
    /// Bytes before the trailer, and their sum.
    length: u64,
    sum: u32,
}

/// A file that holds what its trailer says.
pub(crate) struct File {
    pub(crate) path: PathBuf,
    pub(crate) tokens: Vec<LlamaToken>,
}

/// What lies at a path.
enum Found {
    /// What this model can go on with.
    Ours(Trailer),
    /// What it could go on with if it were loaded another way, as it may be the next time.
    OtherForm,
    /// What is broken, or of another model or build.
    Useless,
}

/// The file at this path, if it is whole and of this model and build.
pub(crate) fn find(path: &Path, mark: &Mark) -> Option<File> {
    let trailer = match read(path, mark) {
        Ok(Found::Ours(trailer)) => trailer,
        // What cannot be read now may be another time.
        Ok(Found::OtherForm) | Err(_) => return None,
        Ok(Found::Useless) => {
            // Where it cannot be removed, it is not read either.
            let _ = fs::remove_file(path);
            return None;
        }
    };
    // So that those that are used stay.
    let _ = touch(path);
    Some(File {
        path: path.to_owned(),
        tokens: trailer.tokens.into_iter().map(LlamaToken).collect(),
    })
}

/// Makes a file one that changed just now. The cage lets nobody set a time, so its last byte is written again.
fn touch(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    file.seek(SeekFrom::End(-1))?;
    file.write_all(&last)
}

fn read(path: &Path, mark: &Mark) -> io::Result<Found> {
    const BEHIND: u64 = (END.len() + size_of::<u64>()) as u64;
    let mut file = fs::File::open(path)?;
    let Some(behind) = file.metadata()?.len().checked_sub(BEHIND) else {
        return Ok(Found::Useless);
    };
    file.seek(SeekFrom::Start(behind))?;
    let (mut length, mut end) = ([0; size_of::<u64>()], [0; END.len()]);
    file.read_exact(&mut length)?;
    file.read_exact(&mut end)?;
    let length = u64::from_le_bytes(length);
    let from = behind.checked_sub(length);
    let Some(from) = from.filter(|_| &end == END && length <= LONGEST_TRAILER) else {
        return Ok(Found::Useless);
    };
    file.seek(SeekFrom::Start(from))?;
    let part = io::BufReader::new(Read::by_ref(&mut file).take(length));
    let trailer: Trailer = match serde_json::from_reader(part) {
        Ok(trailer) => trailer,
        Err(error) if error.is_io() => return Err(error.into()),
        Err(_) => return Ok(Found::Useless),
    };
    let is_whole = trailer.length == from && trailer.mark.is_of_the_model(mark);
    if !is_whole {
        return Ok(Found::Useless);
    }
    if trailer.mark != *mark {
        return Ok(Found::OtherForm);
    }
    if sum(&mut file, from)? == trailer.sum {
        Ok(Found::Ours(trailer))
    } else {
        Ok(Found::Useless)
    }
}

/// Writes a file by way of another name, so that it is whole or not there. `write` puts llama.cpp's
/// part at a path and tells whether it could.
pub(crate) fn write(
    kept: &Kept,
    mark: &Mark,
    tokens: &[LlamaToken],
    write: impl FnOnce(&Path) -> bool,
) -> io::Result<()> {
    let folder = kept.path.parent().ok_or(io::ErrorKind::NotFound)?;
    make_private(folder)?;
    let new = kept.path.with_extension(NEW);
    let written = (|| {
        // The user's words are in it: nobody else may read it, from its first byte on.
        private(&new)?;
        if !write(&new) {
            return Err(io::Error::other("llama.cpp could not write it"));
        }
        let mut file = OpenOptions::new().read(true).append(true).open(&new)?;
        let length = file.metadata()?.len();
        let trailer = serde_json::to_vec(&Trailer {
            mark: mark.clone(),
            tokens: tokens.iter().map(|token| token.0).collect(),
            length,
            sum: sum(&mut file, length)?,
        })?;
        file.write_all(&trailer)?;
        file.write_all(&(trailer.len() as u64).to_le_bytes())?;
        file.write_all(END)?;
        fs::rename(&new, &kept.path)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written?;
    prune(folder, kept.most_bytes)
}

/// The sum of the first bytes of a file.
fn sum(file: &mut fs::File, length: u64) -> io::Result<u32> {
    file.seek(SeekFrom::Start(0))?;
    let mut rest = file.take(length);
    let mut sum = crc32fast::Hasher::new();
    let mut part = vec![0; 1 << 20];
    loop {
        match rest.read(&mut part)? {
            0 => return Ok(sum.finalize()),
            read => sum.update(&part[..read]),
        }
    }
}

/// Removes the files that were used longest ago, until the others are no more than this many bytes.
pub(crate) fn prune(folder: &Path, most_bytes: u64) -> io::Result<()> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| kind == KIND) {
            let facts = fs::metadata(&path)?;
            files.push((facts.modified()?, facts.len(), path));
        } else if path.extension().is_some_and(|kind| kind == NEW) && is_abandoned(&path) {
            let _ = fs::remove_file(&path);
        }
    }
    files.sort();
    let mut bytes: u64 = files.iter().map(|(_, length, _)| length).sum();
    for (_, length, path) in files {
        if bytes <= most_bytes {
            break;
        }
        fs::remove_file(path)?;
        bytes -= length;
    }
    Ok(())
}

/// Of somebody who is at it the file has gone or is young; where a clock is wrong, a file more is computed
/// again.
fn is_abandoned(new: &Path) -> bool {
    let since = fs::metadata(new).and_then(|facts| facts.modified());
    let age = since.ok().and_then(|since| since.elapsed().ok());
    age.is_some_and(|age| age > ABANDONED)
}

/// Makes a folder that nobody else may look into.
#[cfg(unix)]
pub(crate) fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

/// Makes a folder that nobody else may look into, where the system's own rules say so.
#[cfg(not(unix))]
pub(crate) fn make_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

#[cfg(unix)]
fn private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path).map(drop)
}

#[cfg(not(unix))]
fn private(path: &Path) -> io::Result<()> {
    fs::File::create(path).map(drop)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    /// In the cage, where no time can be set.
    #[test]
    fn what_is_used_is_the_newest_and_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("1-a.kept");
        fs::write(&path, "whole").unwrap();
        let long_ago = SystemTime::now() - 2 * ABANDONED;
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(long_ago).unwrap();
        touch(&path).unwrap();
        let age = fs::metadata(&path).unwrap().modified().unwrap().elapsed();
        assert!(age.unwrap_or_default() < ABANDONED);
        assert_eq!(fs::read(&path).unwrap(), b"whole");
    }

    #[test]
    fn what_a_killed_engine_left_goes_with_the_next_that_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let left = ["1-a.new", "2-b.new"].map(|name| folder.path().join(name));
        for path in &left {
            fs::write(path, "half").unwrap();
        }
        let long_ago = SystemTime::now() - 2 * ABANDONED;
        let killed = OpenOptions::new().write(true).open(&left[0]).unwrap();
        killed.set_modified(long_ago).unwrap();
        prune(folder.path(), 0).unwrap();
        assert_eq!(left.map(|path| path.exists()), [false, true]);
    }
}
