//! What another thread wants of the one that computes: that jobs end, up to a number, which
//! llama.cpp asks once per node of its graph; that a job for which nobody waits makes way for a later
//! one; and that a thought be closed, which is looked for between two tokens.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

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
    /// A computation that lasts longer than this is not worth its time.
    limit: Limit,
}

/// Set and asked by the thread that computes and those that compute with it.
#[derive(Debug, Default)]
struct Limit {
    /// Microseconds since the clock's first use, and 1; 0 for none.
    at: AtomicU64,
    passed: AtomicBool,
    clock: OnceLock<Instant>,
}

impl Limit {
    fn now(&self) -> u64 {
        let elapsed = self.clock.get_or_init(Instant::now).elapsed();
        u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)
    }

    fn set(&self, limit: Option<Duration>) -> bool {
        let at = limit.map_or(0, |limit| {
            let limit = u64::try_from(limit.as_micros()).unwrap_or(u64::MAX);
            self.now().saturating_add(limit).max(1)
        });
        self.at.store(at, Ordering::Relaxed);
        self.passed.swap(false, Ordering::Relaxed)
    }

    fn is_passed(&self) -> bool {
        let at = self.at.load(Ordering::Relaxed);
        let passed = at > 0 && self.now() > at;
        if passed {
            self.passed.store(true, Ordering::Relaxed);
        }
        passed
    }
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

    /// True where the job that is being computed shall stop, or what is computed is over its limit.
    pub(crate) fn stops_the_running(&self) -> bool {
        self.is_pulled(self.running.load(Ordering::Relaxed))
            || self.latest() > self.yields_after.load(Ordering::Relaxed)
            || self.limit.is_passed()
    }

    /// Limits what is computed next, or nothing any more; true where the limit before stopped it.
    pub(crate) fn limit(&self, limit: Option<Duration>) -> bool {
        self.limit.set(limit)
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
            limit: Limit::default(),
        }
    }
}
