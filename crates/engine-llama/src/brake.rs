//! What another thread wants of the one that computes: that jobs end, up to a number, which
//! llama.cpp asks once per node of its graph; and that a thought be closed, which is looked for
//! between two tokens.

use std::sync::atomic::{AtomicU64, Ordering};

use engine::message::Job;

/// Shared by the thread that listens and the one that computes; lives as long as the process.
#[derive(Debug, Default)]
pub(crate) struct Brake {
    stop_through: AtomicU64,
    running: AtomicU64,
    answer_through: AtomicU64,
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

    /// Wants the answer of this job and every earlier one.
    pub(crate) fn want_answer(&self, job: Job) {
        self.answer_through.fetch_max(job, Ordering::Relaxed);
    }

    /// True where the thought of this job shall be closed.
    pub(crate) fn wants_answer(&self, job: Job) -> bool {
        job <= self.answer_through.load(Ordering::Relaxed)
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
