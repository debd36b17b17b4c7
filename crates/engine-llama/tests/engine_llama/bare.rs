//! The engine process without the handle: its bare pipes, for what the handle would never send.

use std::io::Write;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

use engine::frame;
use engine::message::{Event, Hello, Job, Request};

use crate::asking::PROGRAM;
use crate::waiting::within;

/// A started engine.
pub(crate) struct Bare {
    pub(crate) child: Child,
    pub(crate) input: Option<ChildStdin>,
    output: Option<ChildStdout>,
}

impl Bare {
    /// Starts a program that is an engine or becomes one.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take(), child.stdout.take());
        Self {
            child,
            input,
            output,
        }
    }

    /// Starts the engine and exchanges greetings.
    pub(crate) fn greeted() -> Self {
        let mut engine = Self::start(&mut Command::new(PROGRAM));
        engine.greet();
        engine
    }

    /// Exchanges greetings.
    pub(crate) fn greet(&mut self) {
        let hello = Hello::of_this_build();
        frame::write(self.input.as_mut().unwrap(), &hello).unwrap();
        assert_eq!(self.read::<Hello>(), Some(hello));
    }

    /// Sends a request.
    pub(crate) fn send(&mut self, request: &Request) {
        frame::write(self.input.as_mut().unwrap(), request).unwrap();
    }

    /// Sends any bytes; an engine that is gone already is no error.
    pub(crate) fn shout(&mut self, bytes: &[u8]) {
        let _ = self.input.as_mut().unwrap().write_all(bytes);
    }

    /// The next message, or `None` when there will be none.
    pub(crate) fn read<M: serde::de::DeserializeOwned + Send + 'static>(&mut self) -> Option<M> {
        let mut output = self.output.take().unwrap();
        let (output, message) = within("a message", move || {
            let message = frame::read(&mut output).unwrap();
            (output, message)
        });
        self.output = Some(output);
        message
    }

    /// The event that ends this job; those before it must belong to it.
    pub(crate) fn end_of(&mut self, expect: Job) -> Event {
        loop {
            let (job, event) = self.read::<(Job, Event)>().expect("the engine is gone");
            assert_eq!(job, expect);
            if matches!(event, Event::LoadEnded { .. } | Event::ReplyEnded { .. }) {
                return event;
            }
        }
    }

    /// Waits for the end of the process.
    pub(crate) fn wait(mut self) -> ExitStatus {
        within("the end of the process", move || {
            // Standard input is not the child's any more, so that this does not close it.
            self.child.wait().unwrap()
        })
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
