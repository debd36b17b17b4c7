//! Files and folders that only their user may read, and names that survive a power cut.
//!
//! Not here: what is in them.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::path::Path;

use crate::error::Error;

/// Makes sure that the folder is there and closed to other people of the machine.
pub(crate) fn private_folder(path: &Path) -> Result<(), Error> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .map_err(Error::file("create the folder", path))?;
    close_to_others(path, 0o700)
}

/// Opens the file for writing, empty if it was not there, closed to other people of the machine.
pub(crate) fn private_file(path: &Path) -> Result<File, Error> {
    let file = private_options()
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(Error::file("open the file for writing", path))?;
    close_to_others(path, 0o600)?;
    Ok(file)
}

/// Makes sure that the database is there, empty if it was not, and closed to other people of the
/// machine. SQLite gives the files that it puts beside it the same permissions.
///
/// One that is there is not opened: POSIX ends all locks that a program has on a file when the
/// program closes it anywhere, and this one may have the same chats open a second time.
pub(crate) fn private_database(path: &Path) -> Result<(), Error> {
    match private_options().create_new(true).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => close_to_others(path, 0o600),
        Err(error) => Err(Error::file("create the file", path)(error)),
    }
}

fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn close_to_others(path: &Path, mode: u32) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;

    let found = fs::metadata(path).map_err(Error::file("look at", path))?;
    let is_open = found.permissions().mode() & 0o077 != 0;
    if !is_open {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .map_err(Error::file("close to other people", path))
}

// The folder for data of the user is closed to others where there are no modes.
#[cfg(not(unix))]
fn close_to_others(_path: &Path, _mode: u32) -> Result<(), Error> {
    Ok(())
}

/// Waits until the names in the folder are on the disk, not only the files.
#[cfg(unix)]
pub(crate) fn sync_folder(path: &Path) -> Result<(), Error> {
    File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(Error::file("write to disk the folder", path))
}

/// Folders cannot be opened as files here; the file system's own log has to do.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_path: &Path) -> Result<(), Error> {
    Ok(())
}

/// Gives a finished file its visible name, so that either the old or the new is there after a
/// power cut.
pub(crate) fn publish(from: &Path, to: &Path) -> Result<(), Error> {
    File::options()
        .write(true)
        .open(from)
        .and_then(|file| file.sync_all())
        .map_err(Error::file("write to disk", from))?;
    fs::rename(from, to).map_err(Error::file("rename to its place", to))?;
    sync_folder(to.parent().unwrap_or(to))
}
