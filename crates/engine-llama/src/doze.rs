//! How OpenMP's threads wait for one another: by spinning, or asleep.
//!
//! GNU's libgomp reads its spin count once, when the process starts; but it counts to 100 instead
//! of some hundred thousand while it manages more threads than the machine has cores (its manual on
//! `GOMP_SPINCOUNT`). So a crowd of threads that do nothing, in a team of their own, is the switch that
//! it has at run time: while they are there, those that compute fall asleep when they wait.
//!
//! Not here: when that is worth it (`pace`).

use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};

use crate::gomp::Gomp;

/// Whether threads that wait sleep.
#[derive(Debug, Default)]
pub(crate) struct Doze {
    crowd: Option<Crowd>,
}

impl Doze {
    /// Whether the threads of this process can be made to sleep when they wait.
    pub(crate) fn is_possible() -> bool {
        Gomp::of_this_process().is_some()
    }

    /// Lets threads that wait sleep, or spin.
    pub(crate) fn set(&mut self, dozing: bool) {
        if !dozing {
            self.crowd = None;
        } else if self.crowd.is_none() {
            self.crowd = Gomp::of_this_process().and_then(Crowd::gather);
        }
    }
}

/// Threads that do nothing, until it is dropped.
#[derive(Debug)]
struct Crowd {
    keeper: Option<JoinHandle<()>>,
    /// Closed to let them go.
    stay: Option<Sender<()>>,
}

impl Crowd {
    /// Comes back when they are there; none where the system has no thread left.
    fn gather(gomp: Gomp) -> Option<Self> {
        let (stay, go) = channel::<()>();
        let (there, wait) = channel::<()>();
        // A team belongs to the thread that made it, and ends with that.
        let keeper = thread::Builder::new().name("crowd".to_owned());
        let keeper = keeper.spawn(move || {
            gomp.on_team(gomp.processors() + 1, &|| {});
            drop(there);
            let _ = go.recv();
        });
        let keeper = keeper.ok()?;
        let _ = wait.recv();
        Some(Self {
            keeper: Some(keeper),
            stay: Some(stay),
        })
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.stay = None;
        if let Some(keeper) = self.keeper.take() {
            let _ = keeper.join();
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::Doze;
    use crate::gomp;

    /// Threads of the crowd: Linux gives a thread the name of the one that starts it, and threads of
    /// other tests come and go.
    fn crowd() -> usize {
        let tasks = std::fs::read_dir("/proc/self/task").expect("Linux lists its threads");
        let names = tasks.filter_map(|task| std::fs::read(task.ok()?.path().join("comm")).ok());
        names.filter(|name| name.trim_ascii() == b"crowd").count()
    }

    #[test]
    fn a_crowd_comes_and_goes() {
        gomp::bring();
        assert!(Doze::is_possible());
        let processors = std::thread::available_parallelism().unwrap().get();
        let mut doze = Doze::default();
        for _ in 0..3 {
            doze.set(true);
            doze.set(true);
            // More than processors, which is what makes the others sleep.
            assert!(crowd() > processors, "{}", crowd());
            doze.set(false);
            let begin = std::time::Instant::now();
            while crowd() > 0 {
                assert!(begin.elapsed().as_secs() < 60, "{} stayed", crowd());
                std::thread::yield_now();
            }
        }
    }
}
