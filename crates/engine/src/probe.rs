//! What can compute on this machine, asked of a process of its own: a driver that crashes or hangs
//! takes that process along and nothing else.

use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::handle::{Engine, EngineError};
use crate::message::{Device, Event, Failure, Probe};

/// Why nothing is known of what computes.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The engine did not start.
    #[error(transparent)]
    NotStarted(#[from] EngineError),
    /// It ended, or said why not.
    #[error("the engine could not list what computes: {0}")]
    Failed(#[from] Failure),
    /// It took too long, and was ended.
    #[error("the engine did not list what computes within {} s", .0.as_secs_f32())]
    TooSlow(Duration),
}

/// Starts an engine, asks it for devices, and ends it. The processor comes among them; GPUs, where
/// they are asked for, if a library that drives them was built and finds a driver.
///
/// Blocks; about a second for each device that is measured, else for some 50 ms, and not much
/// longer than `limit` once the engine has greeted.
pub fn probe(program: &Path, asked: Probe, limit: Duration) -> Result<Vec<Device>, ProbeError> {
    let engine = Engine::start(program)?;
    let mut events = engine.probe(asked);
    let (tell, told) = channel();
    // On a thread of its own, since a process that hangs in its driver may survive a kill: then
    // this thread goes on waiting for it, and nobody else does.
    thread::spawn(move || {
        while let Some(event) = events.blocking_recv() {
            if let Event::ProbeEnded { outcome } = event {
                let _ = tell.send(outcome);
            }
        }
    });
    match told.recv_timeout(limit) {
        Ok(outcome) => {
            if asked.measure {
                leave(engine);
            }
            Ok(outcome?)
        }
        Err(RecvTimeoutError::Timeout) => Err(ProbeError::TooSlow(limit)),
        Err(RecvTimeoutError::Disconnected) => {
            unreachable!("BUG: the handle gives every job an end")
        }
    }
}

/// Ends a process that answered, and waits until it is gone: what it took of the processor is then
/// known as this program's own, and it takes no more from what is measured next. A driver that does
/// not let go of it keeps nobody waiting for long.
fn leave(engine: Engine) {
    /// Many times what the kernel takes.
    const LIMIT: Duration = Duration::from_secs(2);
    let (tell, told) = channel();
    thread::spawn(move || {
        engine.end();
        let _ = tell.send(());
    });
    // Then it is taken for another program's, and measured again some time.
    let _ = told.recv_timeout(LIMIT);
}
