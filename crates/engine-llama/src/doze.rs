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

use gomp::Gomp;

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
            gomp.make_team();
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

#[cfg(target_os = "linux")]
mod gomp {
    #![expect(unsafe_code, reason = "a C library that is there or not")]

    use std::ffi::{c_int, c_uint, c_void};
    use std::{mem, ptr};

    type Work = unsafe extern "C" fn(*mut c_void);
    type Processors = unsafe extern "C" fn() -> c_int;
    type Parallel = unsafe extern "C" fn(Work, *mut c_void, c_uint, c_uint);

    /// libgomp, where the backend that computes brought it into this process.
    #[derive(Clone, Copy)]
    pub(super) struct Gomp {
        processors: Processors,
        parallel: Parallel,
    }

    impl Gomp {
        pub(super) fn of_this_process() -> Option<Self> {
            // SAFETY: the names end with NUL. A library that is loaded runs no code of its own
            // here, and it stays: nobody closes the handle. Both functions have had these types in
            // every libgomp.so.1 since GCC 4.9.
            unsafe {
                let only_loaded = libc::RTLD_LAZY | libc::RTLD_NOLOAD;
                let library = libc::dlopen(c"libgomp.so.1".as_ptr(), only_loaded);
                if library.is_null() {
                    return None;
                }
                let processors = libc::dlsym(library, c"omp_get_num_procs".as_ptr());
                let parallel = libc::dlsym(library, c"GOMP_parallel".as_ptr());
                (!processors.is_null() && !parallel.is_null()).then(|| Self {
                    processors: mem::transmute::<*mut c_void, Processors>(processors),
                    parallel: mem::transmute::<*mut c_void, Parallel>(parallel),
                })
            }
        }

        /// Gives this thread a team of one more than there are processors.
        pub(super) fn make_team(self) {
            unsafe extern "C" fn nothing(_: *mut c_void) {}
            // SAFETY: `nothing` may be called by any number of threads, and looks at nothing.
            unsafe {
                let processors = c_uint::try_from((self.processors)()).unwrap_or(1);
                (self.parallel)(nothing, ptr::null_mut(), processors + 1, 0);
            }
        }
    }
}

/// Nothing of the kind is known of the OpenMP of other systems.
#[cfg(not(target_os = "linux"))]
mod gomp {
    #[derive(Clone, Copy)]
    pub(super) struct Gomp;

    impl Gomp {
        pub(super) fn of_this_process() -> Option<Self> {
            None
        }

        pub(super) fn make_team(self) {}
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![expect(unsafe_code, reason = "the library that a backend would have loaded")]

    use super::Doze;

    /// Threads of the crowd: Linux gives a thread the name of the one that starts it, and threads of
    /// other tests come and go.
    fn crowd() -> usize {
        let tasks = std::fs::read_dir("/proc/self/task").expect("Linux lists its threads");
        let names = tasks.filter_map(|task| std::fs::read(task.ok()?.path().join("comm")).ok());
        names.filter(|name| name.trim_ascii() == b"crowd").count()
    }

    #[test]
    fn a_crowd_comes_and_goes() {
        // SAFETY: the name ends with NUL; libgomp's own code at loading only reads the environment.
        let library = unsafe { libc::dlopen(c"libgomp.so.1".as_ptr(), libc::RTLD_LAZY) };
        assert!(!library.is_null(), "llama.cpp was built with it");
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
