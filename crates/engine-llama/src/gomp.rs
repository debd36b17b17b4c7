//! libgomp, where the backend that computes brought it into this process: OpenMP as GCC has it, whose
//! threads compute for ggml.
//!
//! It has no switch at run time for what is needed here, but it runs code on its threads.

#[cfg(target_os = "linux")]
pub(crate) use there::Gomp;

#[cfg(target_os = "linux")]
mod there {
    #![expect(unsafe_code, reason = "a C library that is there or not")]

    use std::ffi::{c_int, c_uint, c_void};
    use std::{mem, ptr};

    type Work = unsafe extern "C" fn(*mut c_void);
    type Processors = unsafe extern "C" fn() -> c_int;
    type Parallel = unsafe extern "C" fn(Work, *mut c_void, c_uint, c_uint);

    /// Its functions.
    #[derive(Debug, Clone, Copy)]
    pub(crate) struct Gomp {
        processors: Processors,
        parallel: Parallel,
    }

    impl Gomp {
        pub(crate) fn of_this_process() -> Option<Self> {
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

        /// Processors that this thread may use.
        pub(crate) fn processors(self) -> u32 {
            // SAFETY: it only asks the system.
            u32::try_from(unsafe { (self.processors)() }).unwrap_or(1)
        }

        /// Calls `work` on this thread and on the others of its team, which computes with so many, and
        /// waits for all of them. The threads stay this one's, for its next team.
        pub(crate) fn on_team(self, threads: u32, work: &(dyn Fn() + Sync)) {
            unsafe extern "C" fn call(work: *mut c_void) {
                // SAFETY: `work` is the pointer below, behind which a function lies until all came back.
                let work = unsafe { *work.cast::<&(dyn Fn() + Sync)>() };
                work();
            }
            let work = ptr::from_ref(&work).cast_mut().cast();
            // SAFETY: `call` only reads what it is given, on any number of threads.
            unsafe { (self.parallel)(call, work, threads, 0) };
        }
    }
}

/// Nothing of the kind is known of the OpenMP of other systems.
#[cfg(not(target_os = "linux"))]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gomp;

#[cfg(not(target_os = "linux"))]
impl Gomp {
    pub(crate) fn of_this_process() -> Option<Self> {
        None
    }

    pub(crate) fn processors(self) -> u32 {
        1
    }

    pub(crate) fn on_team(self, _threads: u32, _work: &(dyn Fn() + Sync)) {}
}

/// Brings the library into the process of a test, as a backend would.
#[cfg(all(test, target_os = "linux"))]
pub(crate) fn bring() {
    #![expect(unsafe_code, reason = "the library that a backend would have loaded")]
    // SAFETY: the name ends with NUL; libgomp's own code at loading only reads the environment.
    let library = unsafe { libc::dlopen(c"libgomp.so.1".as_ptr(), libc::RTLD_LAZY) };
    assert!(!library.is_null(), "llama.cpp was built with it");
}
