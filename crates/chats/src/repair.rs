//! What happens when the database is damaged or gone: it is set aside under another name, the
//! newest backup that is sound takes its place, or an empty file does. Nothing is deleted.
//!
//! Not here: finding out that it is damaged (`open`).

use std::fs;
use std::path::{Path, PathBuf};

use crate::backup;
use crate::error::Error;
use crate::file;
use crate::open::{Look, OpenNote, Verdict, examine};

/// What SQLite puts beside a database and would apply to whatever then has the database's name:
/// the log, its map, and the journal of the moment before the log begins.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// True where there is no database though there was one: somebody deleted it, or the power went
/// between setting one aside and restoring its backup. (SQLite itself never leaves an empty file
/// with a log, and would throw that log away.)
pub(crate) fn is_lost(folder: &Path, path: &Path) -> Result<bool, Error> {
    if size(path) > 0 {
        return Ok(false);
    }
    Ok(size(&beside(path, "-wal")) > 0 || !backup::newest_first(folder)?.is_empty())
}

/// Replaces the database by its newest good backup, or by nothing, and tells.
pub(crate) fn replace(folder: &Path, path: &Path, now_ms: i64) -> Result<Option<OpenNote>, Error> {
    let damaged = set_aside(path, now_ms)?;
    for from in backup::newest_first(folder)? {
        // A backup that cannot be read is one more reason to try the next.
        if !matches!(examine(&from, Look::AfterCrash), Ok(Verdict::Sound(_, version)) if version > 0)
        {
            continue;
        }
        let part = beside(path, ".restoring");
        file::private_file(&part)?;
        fs::copy(&from, &part).map_err(Error::file("copy the backup to", &part))?;
        file::publish(&part, path)?;
        return Ok(Some(OpenNote::Restored { from, damaged }));
    }
    Ok(damaged.map(|damaged| OpenNote::Fresh { damaged }))
}

/// Gives the database and its companions names that nothing else uses. The database goes first:
/// without its log it could look sound.
fn set_aside(path: &Path, now_ms: i64) -> Result<Option<PathBuf>, Error> {
    let mut name = beside(path, &format!(".damaged-{now_ms}"));
    let mut counter = 1;
    while name.exists() {
        counter += 1;
        name = beside(path, &format!(".damaged-{now_ms}-{counter}"));
    }
    let mut moved = false;
    for companion in [""].into_iter().chain(COMPANIONS) {
        let from = beside(path, companion);
        if from.exists() {
            let to = beside(&name, companion);
            fs::rename(&from, &to).map_err(Error::file("set aside the damaged file", &from))?;
            moved = true;
        }
    }
    file::sync_folder(path.parent().unwrap_or(path))?;
    Ok(moved.then_some(name))
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |found| found.len())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
