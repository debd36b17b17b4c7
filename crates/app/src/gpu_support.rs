//! What there is to drive GPUs with: libraries beside the engine; and, behind a window that was opened from the sources,
//! their build (`.ci/vulkan.sh`).

use std::fmt::Write as _;
use std::path::Path;
use std::time::UNIX_EPOCH;

use engine::gpu_folder;

use crate::engine_room::program;
use crate::note::Note;

/// Names the folder where `./run` builds them.
const BUILD_VARIABLE: &str = "SPUD_GPU_BUILD";

/// Which libraries there are, as words that change with them: what was found with others says nothing.
pub(crate) fn libraries() -> String {
    let folder = program().map(|program| gpu_folder(&program));
    folder.map_or_else(|_| String::new(), |folder| libraries_in(&folder))
}

fn libraries_in(folder: &Path) -> String {
    let Ok(entries) = fs_err::read_dir(folder) else {
        return String::new();
    };
    let mut words: Vec<String> = entries
        .flatten()
        .filter_map(|entry| {
            let known = entry.metadata().ok()?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let changed = known.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
            let mut word = name;
            let _ = write!(word, " {} {}", known.len(), changed.as_secs());
            Some(word)
        })
        .collect();
    words.sort();
    words.join(", ")
}

/// What a person should know of their build, if there is one.
pub(crate) fn build() -> Option<Note> {
    let folder = std::env::var_os(BUILD_VARIABLE)?;
    build_in(Path::new(&folder))
}

/// The one who builds holds a lock; what failed left a file, and why is its log's last line.
fn build_in(folder: &Path) -> Option<Note> {
    let lock = std::fs::File::open(folder.join("lock")).ok()?;
    if let Err(std::fs::TryLockError::WouldBlock) = lock.try_lock_shared() {
        return Some(Note::GpuSupportComing);
    }
    folder.join("failed").exists().then(|| {
        let log = std::fs::read(folder.join("log")).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let said = log.lines().last().unwrap_or_default().trim().to_owned();
        Note::GpuSupportMissing { said }
    })
}

#[cfg(test)]
mod tests {
    use super::{build_in, libraries_in};
    use crate::note::Note;

    #[test]
    fn other_libraries_are_told_apart_and_the_same_are_not() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(libraries_in(folder.path()), "");
        assert_eq!(libraries_in(&folder.path().join("missing")), "");
        let library = folder.path().join("libggml-vulkan.so");
        fs_err::write(&library, "one").unwrap();
        let one = libraries_in(folder.path());
        assert_eq!(libraries_in(folder.path()), one);
        fs_err::write(&library, "another").unwrap();
        assert_ne!(libraries_in(folder.path()), one);
    }

    #[test]
    fn a_build_is_told_while_it_runs_and_when_it_failed() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        assert_eq!(build_in(at), None, "nobody ever built here");
        let lock = std::fs::File::create(at.join("lock")).unwrap();
        assert_eq!(build_in(at), None, "nobody builds");
        lock.lock().unwrap();
        assert_eq!(build_in(at), Some(Note::GpuSupportComing));
        lock.unlock().unwrap();
        fs_err::write(at.join("log"), "glslc: error\nit could not be compiled\n").unwrap();
        fs_err::write(at.join("failed"), "recipe 3").unwrap();
        let said = "it could not be compiled".to_owned();
        assert_eq!(build_in(at), Some(Note::GpuSupportMissing { said }));
    }
}
