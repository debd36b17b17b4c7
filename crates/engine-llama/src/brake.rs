//! What another thread wants of the one that computes: that jobs end, up to a number, which
//! llama.cpp asks once per node of its graph; that a job for which nobody waits makes way for a later
//! one; and that a thought be closed, which is looked for between two tokens.

use std::sync::atomic::{AtomicU64, Ordering};

use engine::message::Job;

/// Shared by the thread that listens and the one that computes; lives as long as the process.
#[derive(Debug)]
pub(crate) struct Brake {
    stop_through: AtomicU64,
    running: AtomicU64,
    answer_through: AtomicU64,
    /// The last job that was asked for.
    latest: AtomicU64,
    /// The job that is being computed ends when a later one than this was asked for.
    yields_after: AtomicU64,
}

/// No job has this number.
const NEVER: Job = Job::MAX;

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

    /// Takes note that a job was asked for.
    pub(crate) fn ask(&self, job: Job) {
        self.latest.fetch_max(job, Ordering::Relaxed);
    }

    /// The last job that was asked for.
    pub(crate) fn latest(&self) -> Job {
        self.latest.load(Ordering::Relaxed)
    }

    /// Names the job that is computed from now on.
    pub(crate) fn run(&self, job: Job) {
        self.yields_after.store(NEVER, Ordering::Relaxed);
        self.running.store(job, Ordering::Relaxed);
    }

    /// Names a job that is computed from now on until another than `latest` is asked for.
    pub(crate) fn run_idly(&self, job: Job, latest: Job) {
        self.yields_after.store(latest, Ordering::Relaxed);
        self.running.store(job, Ordering::Relaxed);
    }

    /// True where the job that was computed idly needs no more: it was stopped, or nothing came between.
    pub(crate) fn is_idle_over(&self, job: Job) -> bool {
        self.is_pulled(job) || self.latest() <= self.yields_after.load(Ordering::Relaxed)
    }

    /// True where the job that is being computed shall stop.
    pub(crate) fn stops_the_running(&self) -> bool {
        self.is_pulled(self.running.load(Ordering::Relaxed))
            || self.latest() > self.yields_after.load(Ordering::Relaxed)
    }
}

impl Default for Brake {
    fn default() -> Self {
        Self {
            stop_through: AtomicU64::default(),
            running: AtomicU64::default(),
            answer_through: AtomicU64::default(),
            latest: AtomicU64::default(),
            yields_after: AtomicU64::new(NEVER),
        }
    }
}
