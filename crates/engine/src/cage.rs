//! What of the engine's cage holds on this machine: asked of an engine process that closes the same
//! cage as one with a model, and then tries each thing that it must not be able to do.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

/// The first argument of an engine process that shall try its cage, before the folder of kept
/// contexts.
pub const CHECK: &str = "--check-cage";

/// Then: with the list for GPUs.
pub const WITH_GPUS: &str = "--gpus";

/// Then: with no newer form of Landlock than the number that follows, as on an older kernel.
pub const LANDLOCK: &str = "--landlock";

/// Then: without a filter of system calls, as where the kernel has none.
pub const WITHOUT_CALLS: &str = "--without-calls";

/// One thing that is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wall {
    /// Files outside of its list cannot be read.
    Reading,
    /// Nor can folders be listed.
    Listing,
    /// Nothing can be written but in the folder of kept contexts.
    Writing,
    /// There is no network, not even to this machine itself.
    Network,
    /// Nor a socket to a program that runs here.
    Sockets,
    /// No program can take its place.
    Programs,
    /// No process can be made.
    Processes,
    /// No signal reaches another process.
    Signals,
    /// No file gets other rights, times or attributes.
    Rights,
    /// No other process gets other limits, cores or another rank.
    Others,
    /// No call gets through by a second number that it has.
    Numbers,
    /// No program of root's lends it rights.
    Privileges,
    /// When memory runs out, it goes before anything of the user's.
    Memory,
    /// It dies with the program that started it.
    Parent,
    /// What it must be able to do works: contexts are kept.
    Kept,
}

impl Wall {
    /// What is tried, in this order; the tie to the parent is asked for before.
    pub const TRIED: [Self; 14] = [
        Self::Kept,
        Self::Reading,
        Self::Listing,
        Self::Writing,
        Self::Network,
        Self::Sockets,
        Self::Processes,
        Self::Signals,
        Self::Rights,
        Self::Others,
        Self::Numbers,
        Self::Privileges,
        Self::Memory,
        // The last: where it is open, another program takes the place of the one that tries.
        Self::Programs,
    ];
}

/// What came of trying.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was tried.
    pub wall: Wall,
    /// Whether it is as it should be.
    pub holds: bool,
    /// What was seen, such as what the system answered.
    pub seen: String,
}

/// Has an engine try its cage, with more arguments where another than the usual one is meant. Blocks
/// for some 50 ms. Empty on a system for which there is none.
pub fn check(program: &Path, contexts: &Path, more: &[&str]) -> io::Result<Vec<Finding>> {
    let output = Command::new(program)
        .arg(CHECK)
        .arg(contexts)
        .args(more)
        .env_remove("GGML_BACKEND_PATH")
        .stdin(Stdio::null())
        .output()?;
    let findings = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<Vec<Finding>, _>>()?;
    if output.status.success() {
        Ok(findings)
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.lines().last().unwrap_or("it said nothing");
        let why = format!(
            "the engine did not try its cage: {} ({said})",
            output.status
        );
        Err(io::Error::other(why))
    }
}
