//! What another thread wants of the one that computes: that jobs end, up to a number, which
//! llama.cpp asks once per node of its graph; that a job for which nobody waits makes way for a later
//! one; and that a thought be closed, which is looked for between two tokens. And the limit that the
//! one that computes sets itself.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use engine::message::Job;

use crate::others;

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
    watch: Watch,
}

/// When a computation is given up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Limit {
    pub(crate) after: Duration,
    /// Only where others are in the way of so many threads then; where not, it may last.
    pub(crate) beside_others: Option<u32>,
}

/// Set and asked by the thread that computes and those that compute with it.
#[derive(Debug, Default)]
struct Watch {
    /// Microseconds since the clock's first use, and 1; 0 for none.
    at: AtomicU64,
    /// Threads that others may be in the way of; 0 where it does not matter.
    threads: AtomicU32,
    passed: AtomicBool,
    clock: OnceLock<Instant>,
}

impl Watch {
    fn now(&self) -> u64 {
        let elapsed = self.clock.get_or_init(Instant::now).elapsed();
        u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)
    }

    fn set(&self, limit: Option<Limit>) -> bool {
        let at = limit.map_or(0, |limit| {
            let after = u64::try_from(limit.after.as_micros()).unwrap_or(u64::MAX);
            self.now().saturating_add(after).max(1)
        });
        let threads = limit.and_then(|limit| limit.beside_others).unwrap_or(0);
        self.threads.store(threads, Ordering::Relaxed);
        self.at.store(at, Ordering::Relaxed);
        self.passed.swap(false, Ordering::Relaxed)
    }

    fn is_passed(&self) -> bool {
        let at = self.at.load(Ordering::Relaxed);
        if at == 0 || self.now() <= at {
            return false;
        }
        let threads = self.threads.load(Ordering::Relaxed);
        let passed = self.passed.load(Ordering::Relaxed)
            || threads == 0
            || others::are_in_the_way(threads) == Some(true);
        if passed {
            self.passed.store(true, Ordering::Relaxed);
        } else {
            self.at.store(0, Ordering::Relaxed);
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
            || self.watch.is_passed()
    }

    /// Limits what is computed next, or nothing any more; true where the limit before stopped it.
    pub(crate) fn limit(&self, limit: Option<Limit>) -> bool {
        self.watch.set(limit)
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
            watch: Watch::default(),
        }
    }
}
