//! The cage that this process closes around itself before it looks at a model's bytes: which files it
//! may open, and that it has no network, starts no program and touches no other process. A model
//! file is hostile input to a parser with a history; what breaks out of llama.cpp finds itself here.
//!
//! It closes when the first request has said what is needed, while this process has one thread: on
//! Linux a thread takes its walls from the one that makes it, and no thread is let out again.
//! Best effort and never fatal: an older kernel has fewer walls, and `spud doctor` tells which hold
//! ([`check`]). Other systems than Linux have none yet.
//!
//! Not here: what dies with whom and who goes first when memory runs out (`leave`).

#[cfg(target_os = "linux")]
mod calls;
pub(crate) mod check;
#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod places;

use std::path::{Path, PathBuf};

use engine::message::Request;

/// What this process will need from outside of it.
#[derive(Debug, Default)]
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "no cage there"))]
pub(crate) struct Needs {
    /// The file of the one model, and of a smaller one that drafts for it.
    models: Vec<PathBuf>,
    /// The folder of kept contexts, the one place where it may write.
    contexts: Option<PathBuf>,
    /// Whether drivers of GPUs will run.
    gpus: bool,
}

impl Needs {
    /// What the first request of a process asks for; all later ones live with it.
    pub(crate) fn of(request: &Request) -> Self {
        match request {
            Request::Load { load, .. } => Self {
                models: [&load.path]
                    .into_iter()
                    .chain(&load.draft)
                    .cloned()
                    .collect(),
                contexts: load.contexts.clone(),
                gpus: !load.gpus.is_empty(),
            },
            Request::Probe { probe, .. } => Self {
                gpus: probe.gpus,
                ..Self::default()
            },
            _ => Self::default(),
        }
    }

    /// Whether this model is the one that the cage was closed around. The same on every system, so
    /// that nobody comes to rely on an open one.
    pub(crate) fn admits(&self, model: &Path) -> bool {
        self.models.first().is_some_and(|first| first == model)
    }
}

/// The walls that are built.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "no cage there"))]
pub(crate) struct Walls {
    /// The newest form of Landlock that is asked of the kernel; 0 for none.
    pub(crate) landlock: i32,
    /// Whether system calls are filtered.
    pub(crate) calls: bool,
}

impl Walls {
    /// Everything that this build knows of.
    pub(crate) const ALL: Self = Self {
        landlock: i32::MAX,
        calls: true,
    };
}

/// Closes the cage, as far as the system can. For good.
#[cfg(target_os = "linux")]
pub(crate) fn close(needs: &Needs, walls: Walls) {
    // In this order: the second wall would keep the first one from being built.
    files::close(&places::of(needs), walls.landlock);
    if walls.calls {
        calls::close();
    }
}

/// Nothing of the kind is built for other systems.
#[cfg(not(target_os = "linux"))]
pub(crate) fn close(_needs: &Needs, _walls: Walls) {}
