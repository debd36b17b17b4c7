//! Which cores compute while other programs want all of them.
//!
//! Threads that are spread over all cores then wait twice: for the core, which another program has,
//! and for the thread that waits for another core, at the end of every product. Two of them beside
//! two loops on two cores got 0.73 of a core where one is due to them. Huddled on half of the cores,
//! several on each, one computes while another waits, and the system's scheduler moves the other
//! programs over to the other half: it got 1.0 (bench/README, "Beside other programs").
//!
//! Not here: when that is worth it (`pace`).

use crate::gomp::Gomp;

/// Where the threads of one team compute. Belongs to the thread whose team it is.
#[derive(Debug, Default)]
pub(crate) struct Huddle {
    huddled: Option<Huddled>,
}

impl Huddle {
    /// Lets this thread and the others of its team of so many huddle, or spread again.
    pub(crate) fn set(&mut self, huddled: bool, threads: u32) {
        if !huddled {
            self.huddled = None;
        } else if self.huddled.is_none() {
            self.huddled = Gomp::of_this_process().and_then(|gomp| Huddled::on(gomp, threads));
        }
    }
}

/// Huddled, until it is dropped.
#[derive(Debug)]
struct Huddled {
    gomp: Gomp,
    threads: u32,
    everywhere: cores::Cores,
}

impl Huddled {
    fn on(gomp: Gomp, threads: u32) -> Option<Self> {
        let everywhere = cores::of_this_thread()?;
        move_to(gomp, threads, cores::some(&everywhere, threads / 2));
        Some(Self {
            gomp,
            threads,
            everywhere,
        })
    }
}

impl Drop for Huddled {
    fn drop(&mut self) {
        move_to(self.gomp, self.threads, self.everywhere);
    }
}

/// Threads that the team gets later go where this one is.
fn move_to(gomp: Gomp, threads: u32, to: cores::Cores) {
    gomp.on_team(threads, &move || cores::keep_to(&to));
}

#[cfg(target_os = "linux")]
mod cores {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity};

    pub(super) type Cores = CpuSet;

    /// Those that this thread may use.
    pub(super) fn of_this_thread() -> Option<Cores> {
        sched_getaffinity(None).ok()
    }

    /// So many of them, one at least: the one at hand and those behind it.
    pub(super) fn some(all: &Cores, count: u32) -> Cores {
        let here = sched_getcpu();
        let from_here = (here..CpuSet::MAX_CPU).chain(0..here);
        let mut some = CpuSet::new();
        let count = usize::try_from(count.max(1)).unwrap_or(usize::MAX);
        for core in from_here.filter(|core| all.is_set(*core)).take(count) {
            some.set(core);
        }
        some
    }

    /// Keeps this thread to them. Where that is refused it stays where it was, and is no faster.
    pub(super) fn keep_to(cores: &Cores) {
        let _ = sched_setaffinity(None, cores);
    }
}

/// Threads are kept to cores only where they can sleep while they wait (`doze`).
#[cfg(not(target_os = "linux"))]
mod cores {
    #[derive(Debug, Clone, Copy)]
    pub(super) struct Cores;

    pub(super) fn of_this_thread() -> Option<Cores> {
        None
    }

    pub(super) fn some(all: &Cores, _count: u32) -> Cores {
        *all
    }

    pub(super) fn keep_to(_cores: &Cores) {}
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::sync::Mutex;

    use super::{Huddle, cores};
    use crate::gomp::{self, Gomp};

    /// How many cores each thread of this one's team may use.
    fn allowed(threads: u32) -> Vec<u32> {
        let seen = Mutex::new(Vec::new());
        let gomp = Gomp::of_this_process().expect("it was brought");
        gomp.on_team(threads, &|| {
            let count = cores::of_this_thread().map_or(0, |cores| cores.count());
            seen.lock().expect("nobody panicked").push(count);
        });
        seen.into_inner().expect("nobody panicked")
    }

    #[test]
    fn all_threads_of_the_team_huddle_and_spread() {
        gomp::bring();
        let everywhere = cores::of_this_thread().unwrap().count();
        let mut huddle = Huddle::default();
        for _ in 0..3 {
            huddle.set(true, 2);
            huddle.set(true, 2);
            assert_eq!(allowed(2), [1, 1]);
            // One more comes where the others are.
            assert_eq!(allowed(3), [1, 1, 1]);
            huddle.set(false, 2);
            assert_eq!(allowed(2), [everywhere; 2]);
        }
        huddle.set(true, 1000);
        assert_eq!(cores::of_this_thread().unwrap().count(), everywhere);
        drop(huddle);
        assert_eq!(allowed(2), [everywhere; 2]);
    }
}
