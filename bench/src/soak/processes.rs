//! What runs for one home: its processes by the value of `SPUD_HOME` that they were started with, and
//! what each holds. Linux alone tells it this way.

use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::memory::bytes_of;

/// A process that has a home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub number: String,
    /// Its program's name.
    pub name: String,
}

/// What a process holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held {
    /// Bytes of memory of its own: what is no part of a file. (Of files that others have open too, the
    /// kernel counts parts that change with those.)
    pub own: u64,
    /// Bytes of memory of its own or shared.
    pub rss: u64,
    /// Descriptors.
    pub descriptors: usize,
    /// Threads.
    pub threads: usize,
}

/// The processes that were started with this home, but for a window's driver.
pub fn of(home: &Path) -> Vec<Process> {
    let mine = format!("SPUD_HOME={}", home.display());
    let Ok(all) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    let look = |number: &str| {
        let folder = folder(number);
        let variables = std::fs::read(folder.join("environ")).ok()?;
        let is_mine = variables
            .split(|&byte| byte == 0)
            .any(|one| one == mine.as_bytes());
        let program = std::fs::read_link(folder.join("exe")).ok()?;
        let name = program.file_name()?.to_string_lossy().into_owned();
        (is_mine && name != "WebKitWebDriver").then(|| Process {
            number: number.to_owned(),
            name,
        })
    };
    all.flatten()
        .filter_map(|entry| look(&entry.file_name().to_string_lossy()))
        .collect()
}

impl Process {
    /// What it holds now; an error where it has ended.
    pub fn held(&self) -> io::Result<Held> {
        let folder = folder(&self.number);
        let memory = fs::read_to_string(folder.join("smaps_rollup"))?;
        Ok(Held {
            own: bytes_of(&memory, "Anonymous:").unwrap_or_default(),
            rss: bytes_of(&memory, "Rss:").unwrap_or_default(),
            descriptors: fs::read_dir(folder.join("fd"))?.count(),
            threads: fs::read_dir(folder.join("task"))?.count(),
        })
    }
}

fn folder(number: &str) -> PathBuf {
    Path::new("/proc").join(number)
}
