//! Stops what is being computed, from another thread: a number that says up to which job everything
//! shall end. llama.cpp asks it once per node of its graph.

use std::sync::atomic::{AtomicU64, Ordering};

use engine::message::Job;

/// Shared by the thread that listens and the one that computes; lives as long as the process.
#[derive(Debug, Default)]
pub(crate) struct Brake {
    stop_through: AtomicU64,
    running: AtomicU64,
}

impl Brake {
    /// Stops this job and every earlier one.
    pub(crate) fn pull(&self, job: Job) {
        self.stop_through.fetch_max(job, Ordering::Relaxed);
    }

    /// True where this job shall stop.
    pub(crate) fn is_pulled(&self, job: Job) -> bool {
        job <= self.stop_through.load(Ordering::Relaxed)
    }

    /// Names the job that is computed from now on.
    pub(crate) fn run(&self, job: Job) {
        self.running.store(job, Ordering::Relaxed);
    }

    /// True where the job that is being computed shall stop.
    pub(crate) fn stops_the_running(&self) -> bool {
        self.is_pulled(self.running.load(Ordering::Relaxed))
    }
}
