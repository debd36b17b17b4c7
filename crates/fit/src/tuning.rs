//! With how many threads a model is fastest on a machine, and with how many tokens of a prompt at once:
//! what to measure, and what follows from it.
//!
//! Writing waits for memory, which fewer threads than cores may fill already; reading waits for the
//! cores, and there a second thread on a core may help or not. Batches differ in what fits the caches.
//! Neither is known of a machine before it was tried. Flash attention is not among them: on and off were
//! as fast (bench/README.md, "Ways to compute"), and without it the buffers are others.
//!
//! Pure. Not here: the measurement (`engine-llama`) and when it is made (`app`).

use serde::{Deserialize, Serialize};

use crate::machine::Machine;
use crate::plan::Plan;

/// A way to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// Threads that compute.
    pub threads: u32,
    /// Tokens that are computed at once: one while writing, more while a prompt is read.
    pub tokens: u32,
}

/// What was chosen for a model on a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tuned {
    /// Threads that write.
    pub threads: u32,
    /// Threads that read a prompt.
    pub reading_threads: u32,
    /// Tokens of a prompt that are read at once.
    pub reading_tokens: u32,
}

/// Ways within this part of the fastest are as fast: measured again, another of them would be first.
const AS_FAST: f64 = 0.97;

/// The fewest tokens at once that are tried.
const FEWEST: u32 = 64;

/// The ways to measure for a model as it is planned: the planned one among them, none that takes more
/// memory than it.
pub fn ways(machine: &Machine, plan: &Plan) -> Vec<Way> {
    let planned = plan.threads.max(1);
    let all = machine.cores.usable.max(planned);
    let cores = machine.cores.physical.clamp(planned, all);
    let mut ways = Vec::new();
    let mut add = |threads, tokens| {
        let way = Way { threads, tokens };
        if !ways.contains(&way) {
            ways.push(way);
        }
    };
    // A core is left to the window where there are more than two, so more than planned only reads.
    for threads in [planned, (planned * 3).div_ceil(4), planned.div_ceil(2)] {
        add(threads, 1);
    }
    for threads in [planned, cores, all] {
        add(threads, plan.batch);
    }
    let mut tokens = plan.batch / 2;
    while tokens >= FEWEST {
        add(planned, tokens);
        tokens /= 2;
    }
    ways
}

/// What follows from these measurements, in tokens per second; none where they do not tell. Of ways that
/// are as fast the one with fewer threads is taken, which leaves cores to others and keeps the machine
/// cooler, and of those the one with more tokens at once.
pub fn choose(tried: &[(Way, f64)]) -> Option<Tuned> {
    let best = |of: &dyn Fn(&Way) -> bool| {
        let these = || tried.iter().filter(|(way, rate)| of(way) && *rate > 0.0);
        let fastest = these().map(|(_, rate)| *rate).fold(0.0, f64::max);
        let as_fast = these().filter(|(_, rate)| *rate >= AS_FAST * fastest);
        let best = as_fast.min_by_key(|(way, _)| (way.threads, u32::MAX - way.tokens));
        best.map(|(way, _)| *way)
    };
    let writing = best(&|way| way.tokens == 1)?;
    let reading = best(&|way| way.tokens > 1)?;
    Some(Tuned {
        threads: writing.threads,
        reading_threads: reading.threads,
        reading_tokens: reading.tokens,
    })
}

#[cfg(test)]
mod tests {
    use super::{Tuned, Way, choose};

    fn tried(ways: &[(u32, u32, f64)]) -> Vec<(Way, f64)> {
        let way = |&(threads, tokens, rate)| (Way { threads, tokens }, rate);
        ways.iter().map(way).collect()
    }

    #[test]
    fn the_fastest_is_chosen_and_of_as_fast_ones_the_fewest_threads() {
        // Memory is full with four threads; a fifth and sixth only read faster.
        let measured = tried(&[
            (6, 1, 10.0),
            (5, 1, 10.1),
            (3, 1, 9.9),
            (6, 256, 80.0),
            (12, 256, 95.0),
            (6, 128, 81.0),
        ]);
        let expect = Tuned {
            threads: 3,
            reading_threads: 12,
            reading_tokens: 256,
        };
        assert_eq!(choose(&measured), Some(expect));
        // Hyperthreads that bring nothing are left alone, and so are smaller batches.
        let measured = tried(&[
            (2, 1, 15.0),
            (1, 1, 11.0),
            (2, 256, 94.0),
            (4, 256, 96.0),
            (2, 128, 95.0),
        ]);
        let expect = Tuned {
            threads: 2,
            reading_threads: 2,
            reading_tokens: 256,
        };
        assert_eq!(choose(&measured), Some(expect));
    }

    #[test]
    fn what_tells_nothing_chooses_nothing() {
        assert_eq!(choose(&[]), None);
        assert_eq!(choose(&tried(&[(2, 1, 15.0)])), None);
        assert_eq!(choose(&tried(&[(2, 1, f64::NAN), (2, 256, 90.0)])), None);
        assert_eq!(choose(&tried(&[(2, 1, 0.0), (2, 256, 90.0)])), None);
    }
}
