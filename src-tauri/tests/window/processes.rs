//! What runs beside a test: programs that end with it, and the engine made slow.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// An engine that is held most of the time.
pub(crate) struct Slowed {
    engine: Pid,
    over: Arc<AtomicBool>,
    held: Arc<AtomicBool>,
    holder: Option<JoinHandle<()>>,
}

impl Slowed {
    pub(crate) fn new(engine: Pid) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&over);
        let held = Arc::new(AtomicBool::new(false));
        let stays = Arc::clone(&held);
        let holder = std::thread::spawn(move || {
            // An engine that was killed cannot be held, which is the end of it.
            while !ends.load(Ordering::Relaxed) && kill_process(engine, Signal::STOP).is_ok() {
                std::thread::sleep(Duration::from_millis(60));
                if stays.load(Ordering::Relaxed) {
                    continue;
                }
                let _ = kill_process(engine, Signal::CONT);
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        Self {
            engine,
            over,
            held,
            holder: Some(holder),
        }
    }

    /// Lets it do nothing at all, until it may go on slowly.
    pub(crate) fn hold(&self, held: bool) {
        self.held.store(held, Ordering::Relaxed);
    }

    /// Ends the process at once.
    pub(crate) fn kill(&self) {
        kill_process(self.engine, Signal::KILL).unwrap();
    }
}

impl Drop for Slowed {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(holder) = self.holder.take() {
            let _ = holder.join();
        }
        let _ = kill_process(self.engine, Signal::CONT);
    }
}

/// A process that ends with the test.
pub(crate) struct Process(pub(crate) Child);

impl Process {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self::heard(command.stderr(Stdio::null()))
    }

    /// The same with its standard error as it was set.
    pub(crate) fn heard(command: &mut Command) -> Self {
        let program = command.get_program().to_owned();
        let started = command.spawn();
        Self(started.unwrap_or_else(|error| panic!("cannot start {}: {error}", program.display())))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
