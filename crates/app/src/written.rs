//! Files that are written whole and moved into place: copies that people keep, and the small files
//! of the data folder that hold what can be had again. What is wrong with one of those only means
//! that it is as if it were not there.
//!
//! What is not whole yet lies beside its place under a name that says so, locked by whoever writes it. A
//! program that is killed meanwhile leaves it there, unlocked; the next one to write in that folder,
//! or to open the product there, takes it away.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::{Cause, Code, Failure};
use crate::state::assert_unlocked;

/// How the name of what is not whole yet begins and ends.
const PART: (&str, &str) = (".spud-", ".part");

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

/// Writes a file in a folder that is there: it is whole, or as it was before. A link stays one, and what it
/// leads to is written; what is no file (a device, a pipe) is refused and stays what it is.
pub(crate) fn whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    assert_unlocked();
    let path = &destination(path)?;
    let folder = path.parent().filter(|folder| folder.is_dir());
    let folder = folder.unwrap_or(Path::new("."));
    sweep(folder);
    match write(folder, path, bytes) {
        // Another program swept between our making it and our locking it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => write(folder, path, bytes),
        done => done,
    }
}

fn write(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (prefix, suffix) = PART;
    let mut part = tempfile::Builder::new()
        .prefix(prefix)
        .suffix(suffix)
        .tempfile_in(folder)?;
    // A disk that knows no locks is one on which nobody can lock it to take it away either.
    let _ = part.as_file().lock();
    part.write_all(bytes)?;
    // Whoever may read the file that it replaces may read it still.
    if let Ok(there) = std::fs::metadata(path) {
        part.as_file().set_permissions(there.permissions())?;
    }
    part.as_file().sync_all()?;
    part.persist(path)?;
    Ok(())
}

/// Where the bytes go: behind all links, also one that leads to a file which is not there yet.
fn destination(path: &Path) -> io::Result<PathBuf> {
    // Asked of the whole way first: links to pipes that are open lead to no name.
    if let Ok(found) = std::fs::metadata(path)
        && !found.is_file()
    {
        return Err(io::Error::other(Special::of(&found)));
    }
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match std::fs::symlink_metadata(&path) {
            Ok(found) if found.is_symlink() => {
                let target = std::fs::read_link(&path)?;
                // Joined to the folder of the link unless it is absolute.
                path = path.parent().unwrap_or(Path::new("")).join(target);
            }
            // The writing says what is wrong with the place, if something is.
            _ => return Ok(path),
        }
    }
    Err(io::Error::other(Special::Circle))
}

/// Links behind each other that are followed; Linux itself follows 40.
const MOST_LINKS: usize = 40;

/// What is there and is no file.
#[derive(Debug, Clone, Copy, thiserror::Error)]
enum Special {
    #[error("it is a folder")]
    Folder,
    #[error("it is a device or a pipe, not a file")]
    Device,
    #[error("its links lead round in a circle")]
    Circle,
}

impl Special {
    fn of(found: &std::fs::Metadata) -> Self {
        if found.is_dir() {
            Self::Folder
        } else {
            Self::Device
        }
    }
}

/// Takes away what killed programs left half written in a folder. What fails is left for the next time.
pub(crate) fn sweep(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !name.starts_with(PART.0) || !name.ends_with(PART.1) {
            continue;
        }
        let path = entry.path();
        // Opened for writing, since a lock on other systems asks for that.
        if let Ok(part) = std::fs::File::options().write(true).open(&path)
            && part.try_lock().is_ok()
        {
            let _ = std::fs::remove_file(&path);
        }
    }
}

/// Reads a file; what it is by default where it is not there or broken.
pub(crate) fn read<T: DeserializeOwned + Default>(path: &Path) -> T {
    assert_unlocked();
    let text = std::fs::read(path).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let all = std::fs::read_dir(folder).unwrap();
        let mut all: Vec<_> = all
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        all.sort_unstable();
        all
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_links_and_what_is_no_file_stays_what_it_is() {
        use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};

        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("far")).unwrap();
        std::fs::write(at("far/there.md"), "old").unwrap();
        let readable = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(at("far/there.md"), readable).unwrap();
        symlink("far/there.md", at("link")).unwrap();
        symlink("link", at("link to link")).unwrap();
        symlink("far/not yet.md", at("early")).unwrap();
        for (link, target) in [
            ("link to link", "far/there.md"),
            ("early", "far/not yet.md"),
        ] {
            whole(&at(link), b"new").unwrap();
            assert!(at(link).is_symlink(), "{link}");
            assert_eq!(std::fs::read_to_string(at(target)).unwrap(), "new");
        }
        let mode = std::fs::metadata(at("far/there.md")).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o644);
        assert_eq!(names(&at("far")), ["not yet.md", "there.md"]);

        symlink("b", at("a")).unwrap();
        symlink("a", at("b")).unwrap();
        symlink("/dev/full", at("full")).unwrap();
        let socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        for (name, word) in [
            ("a", "circle"),
            ("full", "device"),
            ("socket", "pipe"),
            ("far", "folder"),
        ] {
            let error = whole(&at(name), b"new").unwrap_err().to_string();
            assert!(error.contains(word), "{name}: {error}");
        }
        assert!(
            std::fs::metadata(at("socket"))
                .unwrap()
                .file_type()
                .is_socket()
        );
        drop(socket);
    }

    #[test]
    fn what_a_killed_program_left_goes_and_what_one_is_writing_stays() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        std::fs::write(folder.join(".spud-killed.part"), "half").unwrap();
        std::fs::write(folder.join("mine.part"), "of the user").unwrap();
        let writing = folder.join(".spud-writing.part");
        let writing = std::fs::File::create(writing).unwrap();
        writing.lock().unwrap();
        whole(&folder.join("a.json"), b"{}").unwrap();
        let there = [".spud-writing.part", "a.json", "mine.part"];
        assert_eq!(names(folder), there);
        drop(writing);
        sweep(folder);
        assert_eq!(names(folder), ["a.json", "mine.part"]);
    }
}
