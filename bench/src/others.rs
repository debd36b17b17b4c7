//! Other programs: loops that do nothing as fast as they can.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// So many loops, until it is dropped.
#[derive(Debug)]
pub struct Others {
    enough: Arc<AtomicBool>,
    loops: Vec<JoinHandle<()>>,
}

impl Others {
    /// Begins them; a loop for each core leaves nobody a core of its own.
    pub fn begin(loops: u32) -> Self {
        let enough = Arc::new(AtomicBool::new(false));
        let spin = |_| {
            let enough = Arc::clone(&enough);
            std::thread::spawn(move || {
                while !enough.load(Ordering::Relaxed) {
                    // No pause in it: a hint to the processor would leave room for a sibling.
                    std::hint::black_box(0_u64);
                }
            })
        };
        let loops = (0..loops).map(spin).collect();
        Self { enough, loops }
    }
}

impl Drop for Others {
    fn drop(&mut self) {
        self.enough.store(true, Ordering::Relaxed);
        for spinning in self.loops.drain(..) {
            let _ = spinning.join();
        }
    }
}
