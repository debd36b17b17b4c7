//! Where events leave. When nobody reads any more the process has no reason to go on.

use std::fs::File;
use std::sync::Arc;

use engine::frame;
use engine::message::{Event, Hello, Job};

use crate::leave;

/// The pipe to whoever started us.
#[derive(Clone)]
pub(crate) struct Outbox(Arc<File>);

impl Outbox {
    pub(crate) fn new(pipe: File) -> Self {
        Self(Arc::new(pipe))
    }

    /// Says which build this is.
    pub(crate) fn greet(&self, hello: &Hello) {
        if frame::write(&mut self.0.as_ref(), hello).is_err() {
            leave::now();
        }
    }

    /// Tells something about a job.
    pub(crate) fn send(&self, job: Job, event: Event) {
        if frame::write(&mut self.0.as_ref(), &(job, event)).is_err() {
            leave::now();
        }
    }
}
