//! A machine as far as it matters to a model.
//!
//! The room `machine` fills it in from the system; tests and files describe others. Not here yet:
//! bandwidth, GPUs and disks.

/// Below so many bytes of weights one thread computes: it reads them in less than 2 ms.
const ONE_THREAD_BYTES: u64 = 16 << 20;

/// What there is to compute with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// What the processor calls itself; empty where the system does not tell.
    pub cpu: String,
    /// Its cores.
    pub cores: Cores,
    /// Bytes of memory, or of the container's share of it.
    pub total_bytes: u64,
    /// Bytes of memory that a program can get now without pushing others out.
    pub available_bytes: u64,
    /// Bytes of swap. Never planned with: a model in swap answers in minutes per word.
    pub swap_bytes: u64,
}

/// How many cores of which kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cores {
    /// Physical cores of the machine, a pair of hyperthreads being one.
    pub physical: u32,
    /// Physical performance cores among those that this process may run on; all of them where the
    /// system makes no difference.
    pub performance: u32,
    /// Hardware threads that this process may keep busy, by affinity and container quota.
    pub usable: u32,
}

impl Machine {
    /// How many threads should compute. Hyperthreads and efficiency cores make the others wait,
    /// so only performance cores count; with more than two, one is left to the window.
    pub fn threads(&self) -> u32 {
        match self.cores.performance.min(self.cores.usable) {
            0 => 1,
            cores @ 1..=2 => cores,
            cores => cores - 1,
        }
    }

    /// How many threads should compute a model of so many bytes: one for a tiny one.
    ///
    /// Threads meet after every node of the graph. Sprout's nodes take no more time than the
    /// meeting (two threads gave 0.84 to 1.12 times the speed of one on a quiet machine), and when
    /// another program holds the other core, each meeting waits for the scheduler: a reply of a
    /// quarter of a second took over a minute.
    pub fn threads_for(&self, weights_bytes: u64) -> u32 {
        if weights_bytes < ONE_THREAD_BYTES {
            1
        } else {
            self.threads()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cores, Machine};

    #[test]
    fn threads_follow_performance_cores_and_the_quota() {
        for (performance, usable, expect) in [
            (0, 0, 1),
            (1, 1, 1),
            (1, 2, 1),
            (2, 4, 2),
            (4, 8, 3),
            (8, 24, 7),
            (16, 2, 2),
        ] {
            let machine = Machine {
                cpu: String::new(),
                cores: Cores {
                    physical: 16,
                    performance,
                    usable,
                },
                total_bytes: 0,
                available_bytes: 0,
                swap_bytes: 0,
            };
            assert_eq!(machine.threads(), expect, "{performance} of {usable}");
            assert_eq!(machine.threads_for(2 << 20), 1, "{performance} of {usable}");
            assert_eq!(
                machine.threads_for(1 << 30),
                expect,
                "{performance} of {usable}"
            );
        }
    }
}
