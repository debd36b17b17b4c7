//! Where the engine's program is, relative to the program that asks.

use std::path::{Path, PathBuf};

/// File name of the engine's program on this system.
pub const PROGRAM: &str = if cfg!(windows) {
    "spud-engine.exe"
} else {
    "spud-engine"
};

/// Name of the folder of the libraries that drive GPUs.
pub const GPU_FOLDER: &str = "backends";

/// The folder of the libraries that drive GPUs for an engine's program: beside it once installed, beside its folder in
/// `target/`. It need not exist.
pub fn gpu_folder(program: &Path) -> PathBuf {
    let home = program.parent().unwrap_or(Path::new("."));
    let beside = home.join(GPU_FOLDER);
    if beside.is_dir() {
        return beside;
    }
    home.join("..").join(GPU_FOLDER)
}

/// Finds the engine for a program at `asking`: beside it (`target/debug`), in `../lib/spud` (an
/// installed `/usr/bin/spud`), or one folder up (a test in `target/debug/deps`). Gives the first
/// place back where there is none, for the message.
pub fn locate(asking: &Path) -> Result<PathBuf, PathBuf> {
    let folder = asking.parent().unwrap_or(Path::new("."));
    let beside = folder.join(PROGRAM);
    let places = [
        beside.clone(),
        folder.join("../lib/spud").join(PROGRAM),
        folder.join("..").join(PROGRAM),
    ];
    places
        .into_iter()
        .find(|place| place.is_file())
        .ok_or(beside)
}
